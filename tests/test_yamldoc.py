"""YAML as content needs it: texts as typed, mistakes with places, bounded whatever comes."""

from __future__ import annotations

from typing import Any
from unicodedata import category

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from yaml.error import MarkedYAMLError

from sitegen import yamlclear, yamldoc, yamlfull
from sitegen.yamldoc import Fault, Mark, Node, Path, inside, locate
from sitegen.yamlhints import explain

YAMLISH = st.text(alphabet="ab가🎉:-?[]{},#&*!|>'\"%@` \t\n\r\u2028\ufeff\x07\\<0~=.")


@pytest.fixture(params=["CBaseLoader", "BaseLoader"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read with libyaml's parser and with PyYAML's own, which stands in where libyaml is missing."""
    monkeypatch.setattr(yamlfull, "PARSER", getattr(yaml, request.param))


def load(text: str) -> tuple[Node, tuple[Fault, ...]]:
    """Read a file as it is read, which comes to what the parser makes of it."""
    read = yamldoc.load(text)
    assert repr(read) == repr(yamlfull.load(text))
    return read


def codes(text: str) -> list[tuple[str, int, int]]:
    """What is told about a text: code, line, column."""
    return [(fault.code, fault.line, fault.column) for fault in load(text)[1]]


def marked(text: str, place: Fault | Mark) -> str:
    """The characters that a place marks."""
    return text.removeprefix("\ufeff").split("\n")[place.line - 1][place.column - 1 :][: place.width]


# -- texts -------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    "typed",
    ["no", "NO", "on", "true", "21:50", "1:30:00", "014", "0x1f", "1e3", "1_000", "=", "~", "null", "2025-13-45", ".5"],
)
def test_scalar_is_the_text_that_was_typed(typed: str) -> None:
    """Catches YAML 1.1's guesses: booleans, sexagesimal and octal numbers, dates."""
    assert load(f"key: {typed}\nlist: [{typed}]\n{typed}: x\n") == (
        {"key": typed, "list": [typed], typed: "x"},
        (),
    )


@pytest.mark.usefixtures("parser")
def test_nothing_is_none_and_an_empty_text_is_a_text() -> None:
    """Catches an empty value read as a text, or a quoted empty text as no value."""
    assert load("a:\nb: ''\nc: \"\"\nd:\n  -\n  - ''\n? \n: x\n") == (
        {"a": None, "b": "", "c": "", "d": [None, ""], "": "x"},
        (),
    )


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "\ufeff", "--- # none\n...\n"])
def test_file_without_content_is_none(text: str) -> None:
    """Catches an empty file taken for a fault or an empty text."""
    assert load(text) == (None, ())


def test_byte_order_mark_and_crlf_change_nothing() -> None:
    """Catches a BOM in the first key and carriage returns in texts."""
    assert load("\ufefftitle: 가\r\ntext: |-\r\n  나\r\n  다\r\n") == ({"title": "가", "text": "나\n다"}, ())


# -- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("a: 1\n가나: 2\n가나: 3\n", "duplicate-key", "가나"),
        ("a: {b: 1, b: 2}\n", "duplicate-key", "b"),
        ("a: &name x\n", "anchor", "&name"),
        ("a: &name\n  b: c\n", "anchor", "&name"),
        ("a: *name\n", "alias", "*name"),
        ("*name : a\n", "alias", "*name"),
        ("a: !!int 3\n", "tag", "!!int"),
        ("a: !x [b]\n", "tag", "!x"),
        ("a: 1\n<<: {b: 2}\n", "merge-key", "<<:"),
        ("a: {{ name }}\n", "complex-key", "{"),
        ("? [a]\n: b\n", "complex-key", "[a]"),
        ("# first\n%YAML 1.1\n---\na: b\n", "directive", "%YAML"),
        ("a: b\n---\nc: d\n", "second-document", "---"),
        ("a: b\n...\n# so far\nc: d\n", "second-document", "c:"),
    ],
)
def test_what_content_cannot_hold_is_told_where_it_stands(text: str, code: str, place: str) -> None:
    """Catches an anchor, alias, tag, merge, twin key or second document that passes, or is told elsewhere."""
    _, faults = load(text)
    assert [(fault.code, marked(text, fault)) for fault in faults] == [(code, place)]
    assert faults[0].help
    assert not faults[0].warning


def test_all_faults_of_a_file_are_told_in_one_run() -> None:
    """Catches reading that stops at the first fault it could go on after."""
    node, faults = load("a: &x 1\na: 2\nb: *x\nc: !!str 3\n<<: 4\nd: \x07\ne: @\n")
    assert node is None
    assert sorted((fault.line, fault.code) for fault in faults) == [
        (1, "anchor"),
        (2, "duplicate-key"),
        (3, "alias"),
        (4, "tag"),
        (5, "merge-key"),
        (6, "control-character"),
        (7, "yaml-syntax"),
    ]


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("text", "place"), [("[가] b c\n", (1, 5)), ("{a: b}\n# so\n  c: d\n", (3, 3)), ("'a' b", (1, 5))]
)
def test_what_stands_behind_the_end_is_told(text: str, place: tuple[int, int]) -> None:
    """Catches text that is lost behind a bracket that was closed too early."""
    assert codes(text) == [("yaml-syntax", *place)]


def test_faults_of_one_line_are_told_each() -> None:
    """Catches a syntax error that hides behind another fault of its line."""
    assert codes("a: {b: 1, b: 2, c: @}\n") == [("duplicate-key", 1, 11), ("yaml-syntax", 1, 20)]


def test_advice_to_quote_is_for_texts() -> None:
    """Catches quotes around a whole list or map."""
    assert [fault.help for fault in load("a: &x b\nc: &y {d: e}\n")[1]] == [
        "put the text in quotes: '&x b', if it is text",
        "delete it",
    ]


def test_first_of_twin_keys_counts() -> None:
    """Catches the last twin winning in silence, or leaving its value under another key."""
    assert load("a: 1\nb: 2\na: {c: [3]}\n")[0] == {"a": "1", "b": "2"}


def test_message_about_a_key_cannot_break_out() -> None:
    """Catches an escape in a key that reaches the terminal, or a key that fills the screen."""
    (fault,) = load('{"\\e[31m' + "x" * 99 + '": 1, "\\e[31m' + "x" * 99 + '": 2}')[1]
    assert fault.message.startswith("`[31mxxx")
    assert len(fault.message) < 100


def test_text_in_stars_is_one_mistake() -> None:
    """Catches `*so it is*`, an alias with something behind it, told twice."""
    assert codes("a: *so it is*\nb: c\n") == [("alias", 1, 4)]


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("text", "place", "help"),
    [
        ("title: @home\n", (1, 8), "'@home'"),
        ("title: `code`\n", (1, 8), "'`code`'"),
        ("title: 100\nb: %x\n", (2, 4), "'%x'"),
        ("title: **굵게** 쓴다\n", (1, 8), "'**굵게** 쓴다'"),
        ("title: & 그리고\n", (1, 8), "'& 그리고'"),
        ("title: - 하나\n", (1, 8), "'- 하나'"),
        ("title: ? 하나\n", (1, 8), "'? 하나'"),
        ("title: }\n", (1, 8), "'}'"),
        ("title: !a!b\n", (1, 8), "'!a!b'"),
        ("title: 제목: 부제\nb: c\n", (1, 10), "'제목: 부제'"),
        ("title: it's: so\n", (1, 12), "'it''s: so'"),
        ("a:\n\tb: c\n", (2, 1), "spaces"),
        ("a:\n  b: c\n\td: e\n", (3, 1), "spaces"),
        ("a: |\n\tb\n", (2, 1), "spaces"),
        ("a: b\nc: 'd\ne: f\n", (2, 4), "end the text with '"),
        ('a: "d\ne: f\n', (1, 4), 'end the text with "'),
        ("a: 'it's'\n", (1, 8), "written twice"),
        ("a: b\nc:d\ne: f\n", (2, 2), "`c: d`"),
        ("c:d\ne: f\n", (1, 2), "`c: d`"),
        ("- a\n-b\n- c\n", (2, 2), "`- b`"),
        ("a: b\njust words\nc: d\n", (2, 1), "indent it"),
        ("a: b\n  c: d\n", (2, 4), "line it up"),
        ("a:\n  b: c\n d: e\n", (3, 2), "line it up"),
        ("- a: b\nc: d\n", (2, 1), "indent it by 2"),
        ("a: b\n- c\n", (2, 1), "a key of its own"),
        ("a: [b, c\nd: e\n", (1, 4), "needs quotes"),
        ("a: {b: c\nd: e\n", (1, 4), "needs quotes"),
        ("a: > text\n", (1, 4), "'> text'"),
        ("a: |x\n  b\n", (1, 4), "'|x'"),
        ("a: '#x\n  y' b\n", (2, 6), "closed too early"),
        ("a: @" + "x" * 99, (1, 4), "put the whole text in quotes"),
    ],
)
def test_syntax_error_is_told_in_a_writers_words(text: str, place: tuple[int, int], help: str) -> None:
    """Catches a parser's jargon, a wrong place, or an advice that does not mend the line."""
    node, faults = load(text)
    assert node is None
    assert [(fault.code, (fault.line, fault.column)) for fault in faults] == [("yaml-syntax", place)]
    assert help in (faults[0].help or "")


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize("text", ['a: "C:\\dir"\n', 'a: "\\UFFFFFFFF"\n', 'a: "\\xzz"\n'])
def test_backslash_that_is_no_escape_is_told(text: str) -> None:
    """Catches a Windows path in double quotes that nobody explains, or that brings PyYAML's own parser down."""
    (fault,) = load(text)[1]
    assert fault.code == "yaml-syntax"
    assert "backslash" in fault.message


def test_value_that_is_missing_is_told() -> None:
    """Catches a quotation of nothing."""
    assert load("a: [b, c: {")[1][0].message == "a value is missing here"


def test_unknown_complaint_is_passed_on() -> None:
    """Catches an error of a later parser that is told as another one."""
    mark = yaml.Mark("", 0, 1, 2, None, 0)
    hint = explain(MarkedYAMLError(problem="found a dragon", problem_mark=mark), ["a", "b c"])
    assert (hint.line, hint.column, hint.message) == (1, 2, "this is no valid YAML: found a dragon")


@pytest.mark.parametrize(
    ("text", "column", "word"),
    [
        ("\ufeff가나: @다라\n", 5, "@다라"),
        ("🎉🎉: @x\r\n", 5, "@x"),
        ("a: b\r\n🎉한: @x y\r\n", 5, "@x"),
    ],
)
def test_columns_count_characters(text: str, column: int, word: str) -> None:
    """Catches columns in bytes or UTF-16, and a BOM or carriage return that counts."""
    (fault,) = load(text)[1]
    assert (fault.column, marked(text, fault)) == (column, word)


# -- characters --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\r"])
def test_line_separators_are_spaces_with_one_warning(separator: str) -> None:
    """Catches a pasted separator that ends a block text or shifts every later line."""
    node, faults = load(f"a: |-\n  가{separator}나\n  다{separator}라\nb: c\n")
    assert node == {"a": "가 나\n다 라", "b": "c"}
    assert [(fault.code, fault.line, fault.column, fault.warning) for fault in faults] == [
        ("line-separator", 2, 4, True)
    ]


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize("character", ["\0", "\x07", "\x1b", "\x7f", "\x9b", "\ud800", "\uffff"])
def test_control_characters_are_told_and_reading_goes_on(character: str) -> None:
    """Catches a traceback, or a terminal escape or NUL that gets through."""
    node, faults = load(f"a: x{character}\nb: c\nd: {character}\n")
    assert node == {"a": "x\ufffd", "b": "c", "d": "\ufffd"}
    assert [(fault.code, fault.line, fault.column) for fault in faults] == [
        ("control-character", 1, 5),
        ("control-character", 3, 4),
    ]


# -- limits ------------------------------------------------------------------------------------------------------------


def test_file_beyond_the_limit_is_not_parsed() -> None:
    """Catches a 50 MB file that is read at length before it is refused."""
    text = "a: b\n#" + "@" * yamldoc.MAX_FILE
    assert codes(text) == [("too-large", 1, 1)]
    assert locate(text, [("a",)]) == {}


def test_text_beyond_the_limit_is_told() -> None:
    """Catches a huge text that reaches Markdown."""
    assert codes("a: b\nc: " + "x" * (yamldoc.MAX_SCALAR + 1)) == [("too-long", 2, 4)]
    assert codes("a: " + "x" * yamldoc.MAX_SCALAR) == []


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000, "[\n" * 100_000])
def test_depth_is_bounded(text: str) -> None:
    """Catches a crash of the interpreter or endless reading on deep nesting."""
    node, faults = load(text)
    assert node is None
    assert [fault.code for fault in faults] == ["too-deep"]


def test_blocks_may_be_as_deep_as_promised() -> None:
    """Catches libyaml's own limit of 1,000 levels, which long chains of replies pass."""
    node, faults = yamldoc.load("- " * yamlfull.MAX_DEPTH + "x")
    assert not faults
    for _ in range(yamlfull.MAX_DEPTH):
        assert isinstance(node, list)
        node = node[0]
    assert node == "x"
    assert [fault.code for fault in load("- " * (yamlfull.MAX_DEPTH + 1) + "x")[1]] == ["too-deep"]


def test_billion_laughs_is_refused_where_it_starts() -> None:
    """Catches aliases that multiply."""
    text = "a: &a [x, x]\n" + "".join(f"{n}: &{n} [*{p}, *{p}]\n" for p, n in zip("abcdef", "bcdefg", strict=True))
    node, faults = load(text)
    assert {fault.code for fault in faults} == {"anchor", "alias"}
    assert isinstance(node, dict)
    assert node["g"] == ["*f", "*f"]


def test_number_of_faults_is_bounded() -> None:
    """Catches a hostile file whose diagnostics fill the memory, or a limit that nobody is told."""
    _, faults = load("a: b\n" * 3_000)
    assert len(faults) == yamlfull.MAX_FAULTS + 1
    assert faults[-1].code == "too-many-faults"


# -- places ------------------------------------------------------------------------------------------------------------

PLACES = """\
title: {ko: 느린 도서관, "en": A slow library}
tags: [가, "b c"]
empty:
text: |-
  하나
  둘
twin: first
list:
  - author: 구름
    replies:
      - author: 바다
  -
quoted: "셋
  넷"
twin: second
"""


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        ((), None, 'title: {ko: 느린 도서관, "en": A slow library}'),
        (("title",), "title", '{ko: 느린 도서관, "en": A slow library}'),
        (("title", "ko"), "ko", "느린 도서관"),
        (("title", "en"), '"en"', "A slow library"),
        (("tags", 0), None, "가"),
        (("tags", 1), None, '"b c"'),
        (("empty",), "empty", "empty"),
        (("text",), "text", "|-"),
        (("twin",), "twin", "first"),
        (("list",), "list", "- author: 구름"),
        (("list", 0, "replies", 0, "author"), "author", "바다"),
        (("quoted",), "quoted", '"셋'),
    ],
)
def test_locate_finds_keys_and_values(path: Path, key: str | None, value: str) -> None:
    """Catches a place that belongs to another node, or a twin that does not count."""
    marks = locate(PLACES, [path])[path]
    assert marks.key is None if key is None else marks.key and marked(PLACES, marks.key) == key
    assert marked(PLACES, marks.value) == value


def test_locate_reads_what_load_reads() -> None:
    """Catches places that are lost, or off, in a file with separators, control characters or a BOM."""
    text = "\ufeffa: |-\n  x\u2028y\nb\x07: c\n"
    assert locate(text, [("b\ufffd",)])["b\ufffd",].value == Mark(3, 5, 1)


def test_locate_leaves_out_what_is_not_there() -> None:
    """Catches a made-up place, and an exception for a file that cannot be read to its end."""
    assert set(locate("a: {b: c}\nd: @", [("a", "b"), ("a", "x"), ("d",), ("a", 0), ("a", "b", "c")])) == {("a", "b")}
    assert locate("? [a]\n: b\nc: d\n", [("c",)]) == {}


@pytest.mark.parametrize(
    ("text", "line", "column", "place"),
    [
        ("a: |-\n    하나 둘\n\n      셋 넷\n", 3, 5, (4, 9)),
        ("a: |-\n    하나 둘\n\n    셋\n", 1, 3, (2, 7)),
        ("a: |-\n    하나\n\n    셋\n", 2, 1, (3, 1)),
        ("a: |-\n    하나\n", 5, 1, (1, 4)),
        ("a: 하나\n", 1, 9, (1, 4)),
        ("a: |2-\n    하나\n  셋 넷\n", 2, 3, (3, 5)),
        ("a:\n  |-\n   하나\n   셋 넷\n", 2, 3, (4, 6)),
        ("a: >-\n  하나\n  넷 셋\n  넷\n", 1, 8, (4, 3)),
        ("a: 하나 둘\n", 1, 4, (1, 7)),
        ('a: "하나\n  넷 둘"\n', 1, 6, (2, 5)),
        ("a: 'it''s 가'\n", 1, 6, (1, 11)),
        ('a: "\\uac00 x"\n', 1, 1, (1, 4)),
    ],
)
def test_place_inside_a_text_is_found_in_the_file(text: str, line: int, column: int, place: tuple[int, int]) -> None:
    """Catches Markdown warnings that point at the wrong line or column of comments.yaml."""
    node, faults = load(text)
    assert not faults
    assert isinstance(node, dict)
    mark = inside(text.split("\n"), locate(text, [("a",)])["a",], str(node["a"]), line, column)
    assert (mark.line, mark.column) == place


# -- properties --------------------------------------------------------------------------------------------------------


def check_places(text: str) -> None:
    """Read a text, and hold each fault against the text's lines."""
    lines = text.removeprefix("\ufeff").split("\n")
    for fault in load(text)[1]:
        assert 1 <= fault.line <= len(lines)
        source = lines[fault.line - 1]
        assert 1 <= fault.column <= len(source) + 1
        assert 1 <= fault.width <= max(1, len(source) - fault.column + 1)


@example("[")
@given(st.one_of(YAMLISH, st.text(), st.text(alphabet=st.characters(max_codepoint=0x2FF)), st.text(st.characters())))
@settings(deadline=None)
def test_no_text_raises_and_every_place_is_in_it(text: str) -> None:
    """Catches an input that brings the reader down, or a fault outside of the file."""
    check_places(text)
    locate(text, [(), ("a",), (0,), ("a", 0)])


def texts_in(node: Node) -> list[str]:
    """The texts of a tree, keys as well."""
    if isinstance(node, dict):
        return [*node, *(text for child in node.values() for text in texts_in(child))]
    return [text for child in node for text in texts_in(child)] if isinstance(node, list) else [node] if node else []


@example("- a\r\n- 'b\r\n  c'\r- |\r\n  d\r\n", "\x85")
@given(YAMLISH, st.characters(categories=("Cc", "Cs", "Cn")))
@settings(deadline=None)
def test_only_an_escape_brings_a_control_character_in(text: str, odd: str) -> None:
    """Catches one that gets past the check of comments, which looks for it in files with a backslash alone."""
    for tree, _ in (load(text.replace("\\", odd)), load(f"- x{odd}y\n- |\n  x{odd}y\n")):
        assert not any(category(each) in ("Cc", "Cs") for each in "".join(texts_in(tree)) if each not in "\t\n")


@given(YAMLISH)
@settings(max_examples=50, deadline=None)
def test_no_text_raises_without_libyaml(text: str) -> None:
    """Catches an exception of PyYAML's own parser, whose errors differ."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yamlfull, "PARSER", yaml.BaseLoader)
        check_places(text)


TEXTS = st.text(st.characters(exclude_characters="\x85\u2028\u2029", exclude_categories=["Cs"]))
"""PyYAML writes these three as they are, and they are read as spaces."""
TREES: st.SearchStrategy[Any] = st.recursive(
    TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS.filter(lambda key: key != "<<"), inner),
    max_leaves=12,
)


@given(TREES, st.booleans(), st.sampled_from([None, False, True]))
@settings(deadline=None)
def test_what_was_dumped_loads_again(tree: Node, unicode: bool, flow: bool | None) -> None:
    """Catches a text, list or map that comes back changed."""
    assert load(yaml.safe_dump(tree, allow_unicode=unicode, default_flow_style=flow)) == (tree, ())


WORDS = st.text(alphabet="ab가나🎉", min_size=1, max_size=5)


def scalars(node: Node, path: Path = ()) -> dict[Path, str]:
    """Every text in a tree, by its path."""
    if isinstance(node, dict):
        return {deep: text for key, child in node.items() for deep, text in scalars(child, (*path, key)).items()}
    if isinstance(node, list):
        return {deep: text for at, child in enumerate(node) for deep, text in scalars(child, (*path, at)).items()}
    return {path: node or ""}


@given(st.recursive(WORDS, lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner), max_leaves=12), st.booleans())
@settings(deadline=None)
def test_every_text_is_found_where_it_stands(tree: Any, flow: bool) -> None:
    """Catches a path that leads to another text."""
    text = yaml.safe_dump(tree, allow_unicode=True, default_flow_style=flow, width=1_000)
    texts = scalars(tree)
    found = locate(text, texts)
    assert {path: marked(text, marks.value).strip("\"'") for path, marks in found.items()} == texts


# -- what is clear -----------------------------------------------------------------------------------------------------

CLEAR = """\
# what it is

title: "둘 # 셋"
of:
- 'a: b'
- c:d
# and
- x: [f]
  y:
    - |
        g

         h
       \n\
    - z: {"i": j k, l: 'm'}
      n: []
  o: |-
    p:

p: http://a.example/#q
"""


def test_what_people_write_is_clear() -> None:
    """Catches a quick way that nothing takes any more."""
    assert yamlclear.read(CLEAR) is not None
    assert load(CLEAR)[0] == {
        "title": "둘 # 셋",
        "of": [
            "a: b",
            "c:d",
            {
                "x": ["f"],
                "y": ["g\n\n h\n", {"z": {"i": "j k", "l": "m"}, "n": []}],
                "o": "p:",
            },
        ],
        "p": "http://a.example/#q",
    }


PLAIN = [
    "x y",
    "'y'",
    '"x"',
    "[a, 'b, c']",
    "[]",
    "a:b#c",
    '{"a": b, c: "d"}',
    "|-\n{}  x\n\n{}   y\n{} z",
    "|\n{}  x\n{}    \n",
]
ODD = ["{a: b, a: c}", "{}", '["a, b", x"y]', "x #y", "|2", ">", "'", "~", "# c", "*a", "!b c", "|-\n{} x\n{}  y\n"]
ANY = st.text(alphabet="ab가🎉\xa0:-?[]{},#&*!|>'\"%@` \t\r\x85\u2028\ufeff\x07\\<0~=.", max_size=6)


@st.composite
def outlines(draw: st.DrawFn) -> str:
    """Lines that stand where they may, but for one here and there."""
    lists: dict[int, bool] = {}  # by column, whether a list stands there
    lines: list[str] = []
    column, odd = 0, draw(st.integers(0, 12))
    for number in range(draw(st.integers(1, 8))):
        lists = {each: listed for each, listed in lists.items() if each <= column}
        listed = lists.setdefault(column, draw(st.booleans())) is not (odd == number)
        key = f"k{number}" if odd != number + 1 else draw(st.sampled_from(["k0", "<<", "가-1", '"k"', "k ", "? k"]))
        key = "" if listed and draw(st.booleans()) else key
        value = draw(st.sampled_from(PLAIN if odd != number + 2 else ODD) if odd != number + 3 else ANY)
        value = "" if key and draw(st.booleans()) else value.replace("{}", " " * column)
        lines.append(" " * column + "- " * listed + f"{key}:" * (key != "") + " " * (key != "" != value) + value)
        column += 2 if listed and key else 0
        lists |= {column: False} if listed and key else {}
        column = (
            draw(st.sampled_from([*lists, *lists, column + (odd == number + 4)]))
            if value
            else column + 2 * draw(st.booleans())
        )
    return "\n".join([*lines, ""])


@given(outlines())
@settings(deadline=None)
def test_what_is_clear_is_read_as_the_parser_reads_it(text: str) -> None:
    """Catches a quick way that leads elsewhere."""
    load(text)


def paths_in(node: Node, path: Path = ()) -> list[Path]:
    """The path of every node in a tree."""
    steps: list[tuple[str | int, Node]] = []
    if isinstance(node, dict):
        steps = [*node.items()]
    if isinstance(node, list):
        steps = [*enumerate(node)]
    return [path, *(deep for step, child in steps for deep in paths_in(child, (*path, step)))]


@example(CLEAR)
@example("a:\n- b: |\n    c\n \n\n  d:\n  - e\n\n# f\n- g: [h]\n")
@given(outlines())
@settings(deadline=None)
def test_what_is_clear_stands_where_the_parser_finds_it(text: str) -> None:
    """Catches a quick way that points elsewhere."""
    paths = paths_in(load(text)[0])
    found = {path: yamlclear.locate(text, [path]) for path in paths}
    for path, clear in found.items():
        assert clear is None or clear == yamlfull.locate(text, [path])
    if text == CLEAR:
        assert [path for path, clear in found.items() if clear is None] == [("of", 2, "x", 0)] + [
            ("of", 2, "y", 1, "z", each) for each in "il"
        ]
