"""Markdown: emphasis beside Korean, links, images, problems with their places, and what strangers may try."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import nh3
import pytest
import yaml
from commonmark import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markupsafe import Markup

from sitegen.markdown import Document, Picture, Problem, render_editor, render_stranger, unanchored
from sitegen.markdown.rules import use_korean_emphasis

CASES = Path(__file__).parent / "cases" / "markdown"
IMAGES = {"그림.png": Picture({"src": "/media/그림.png", "width": 8, "height": 4})}

ATTRIBUTES = {"a": {"href", "title", "rel"}, "code": {"class"}, "ol": {"start"}}
TAGS = {"p", "strong", "em", "s", "code", "pre", "a", "ul", "ol", "li", "blockquote", "br", "hr"}

EDITORS_TAGS = TAGS | {
    "sup",
    "div",
    "img",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    *(f"h{level}" for level in range(3, 7)),
}


def editor(text: str, prefix: str = "") -> Document:
    return render_editor(text, IMAGES, prefix=prefix)


# -- cases -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    name: str
    source: str
    html: str
    tells: tuple[str, ...]


def cases(name: str) -> Iterator[Case]:
    title, part = "", ""
    parts: dict[str, str] = {}
    for line in [*(CASES / name).read_text("utf-8").splitlines(), "@@ README"]:
        if not line.startswith("@@ "):
            parts[part] = f"{parts.get(part, '')}{line}\n"
        elif (word := line.removeprefix("@@ ")) in ("gives", "tells"):
            part = word
        else:
            if "gives" in parts:
                source, html = (parts[key].strip("\n") for key in ("", "gives"))
                yield Case(title, source, html, tuple(parts.get("tells", "").split("\n")))
            title, part, parts = word, "", {}


def told(problems: tuple[Problem, ...]) -> tuple[str, ...]:
    return tuple(f"{one.code} {one.line}:{one.column} {one.width}" for one in problems)


def lines(html: str) -> str:
    return re.sub(r"\n+", "\n", html).strip("\n")


@pytest.mark.parametrize("case", [*cases("emphasis.md"), *cases("strangers.md")], ids=lambda case: case.name)
def test_strangers_case(case: Case) -> None:
    """Catches any change in what a stranger's text looks like, and problems told wrongly or not at all."""
    document = render_stranger(case.source)
    assert lines(document.html) == lines(case.html)
    assert told(document.problems) == tuple(filter(None, case.tells))


@pytest.mark.parametrize("case", [*cases("editors.md")], ids=lambda case: case.name)
def test_editors_case(case: Case) -> None:
    """Catches any change in what an editor's text looks like, and problems told wrongly or not at all."""
    document = editor(case.source)
    assert lines(document.html) == lines(case.html)
    assert told(document.problems) == tuple(filter(None, case.tells))


@pytest.mark.parametrize("case", [*cases("emphasis.md")], ids=lambda case: case.name)
def test_both_profiles_emphasise_alike(case: Case) -> None:
    """Catches an emphasis rule that only one of the parsers has."""

    def bare(html: str) -> str:
        return re.sub(r' (rel|id)="[^"]*"|<br>', "", html)

    document = editor(case.source)
    assert lines(bare(document.html)) == lines(bare(case.html))
    assert told(document.problems) == tuple(filter(None, case.tells))


# -- CommonMark --------------------------------------------------------------------------------------------------------


def plain_parsers(preset: str) -> tuple[MarkdownIt, MarkdownIt]:
    stock, ours = MarkdownIt(preset), MarkdownIt(preset)
    use_korean_emphasis(ours)
    return stock, ours


def test_emphasis_follows_every_example_of_commonmark() -> None:
    """Catches an emphasis rule that reads any example of the CommonMark specification in another way."""
    for preset in ("commonmark", "js-default"):
        stock, ours = plain_parsers(preset)
        assert [example for example in examples() if ours.render(example) != stock.render(example)] == []


MARKS = st.text(st.sampled_from("**__~~ab1 .,(!)\"'`[]\\<\n"), max_size=40)


@settings(deadline=None, max_examples=500)
@given(text=st.one_of(MARKS, st.text(st.characters(max_codepoint=126), max_size=60)))
def test_english_emphasis_is_commonmark(text: str) -> None:
    """Catches an emphasis rule that reads text without Korean, Chinese or Japanese in another way than the library."""
    stock, ours = plain_parsers("js-default")
    assert ours.render(text) == stock.render(text)


# -- strangers ---------------------------------------------------------------------------------------------------------


class Elements(HTMLParser):
    """The elements and texts of a piece of HTML; fails where tags are not in pairs, or a link in a link."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.events: list[tuple[str, ...]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.events.append((tag, *sorted(f"{name}={value}" for name, value in attrs)))
        assert tag != "a" or "a" not in self.open
        if tag not in ("br", "hr", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.events.append((f"/{tag}",))

    def handle_data(self, data: str) -> None:
        if self.events and self.events[-1][0] == "text":
            data = self.events.pop()[1] + data
        self.events.append(("text", data))


def assert_harmless(document: Document) -> None:
    html = document.html
    cleaned = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto"}, link_rel=None)
    assert Elements(cleaned).events == Elements(html).events
    assert_shown(document)
    for link in re.findall(r"<a [^>]*>", html):
        assert re.fullmatch(
            r'<a href="(https?://[^/"@]|mailto:)[^"]*"( title="[^"]*")? rel="nofollow ugc noopener">', link
        )


def assert_shown(document: Document) -> None:
    """The HTML is well-formed and holds nothing that is not a character of XML, nor overrides its direction."""
    closed = re.sub(r"<((br|hr|img)[^>]*)>", r"<\1/>", document.html)
    ElementTree.fromstring(f"<main>{closed}</main>")
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]", closed + document.text
    )


@pytest.mark.parametrize("attack", yaml.safe_load((CASES / "attacks.yaml").read_text("utf-8")))
def test_attacks_come_out_harmless(attack: str) -> None:
    """Catches a text by which a stranger gets an element, attribute or address into a page that is not allowed."""
    assert_harmless(render_stranger(attack))
    for name, *attributes in Elements(editor(attack).html).events:
        assert name in {"text"} | EDITORS_TAGS | {f"/{tag}" for tag in EDITORS_TAGS}
        for attribute in attributes if name != "text" else ():
            assert re.match(
                r"(alt|class|id|title|loading|decoding|role)=|(href|src)=(https?://[^/]|mailto:|[/#]?[\w%])", attribute
            )
            assert not re.match(r"(href|src)=(?!https?:|mailto:)[^/?#]*:", attribute)


PIECES = [
    *"*_~`[]()!<>&#\\|:\"'-+=^.1 \t\n\r가“”\u202e\x00\ud800\uffff",
    *("**", "~~", "](", "![", "[^1]", "[^1]: ", "[a]: ", "```", "https://", "a.example", "javascript:", "그림.png"),
    *("<b>", "&amp;", "&#x202e;", "|-|-|", "    ", "- ", "> "),
]
MIXES = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@settings(deadline=None, max_examples=500)
@given(text=MIXES)
def test_any_comment_comes_out_harmless(text: str) -> None:
    """Catches a mix of marks by which a stranger's text breaks the parser, the page or the rules for links."""
    assert_harmless(render_stranger(text))


@settings(deadline=None, max_examples=500)
@given(text=MIXES)
def test_any_column_comes_out_whole(text: str) -> None:
    """Catches a mix of marks that breaks the parser, the page, the numbering of blocks or the place of a problem."""
    document = editor(text)
    Elements(document.html)
    assert_shown(document)
    ids = re.findall(r' id="([^"]*)"', document.html)
    assert len(ids) == len(set(ids))
    source = re.sub(r"\r\n?", "\n", text).split("\n")
    for problem in document.problems:
        assert 1 <= problem.column <= len(source[problem.line - 1]) + 1


def test_controls_are_taken_out_of_both_profiles() -> None:
    """Catches control and direction characters, noncharacters and surrogates that reach a page."""
    text = "가\x00\x1b\x7f\x85\u202e\u2066\ud800\ufdd0\ufffe\U0001ffff나\t다\n라&#x202e;마"
    for document in (render_stranger(text), editor(text)):
        assert re.sub("<[^>]*>", "", document.html).strip() == "가나\t다\n라마"
    assert editor(text).text == "가나 다 라마"


# -- problems ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("\u202e가\u202e나 **굵게 **는", (1, 6)),
        ("- 가\n\t나 **굵게 **는", (2, 4)),
        ("가\r\n\r\n나\r**굵게 **는", (4, 1)),
        ("1. 가\n\n   나\n   다 **굵게 **는", (4, 6)),
        ("-\t가\n\n\t나 **굵게 **는", (3, 4)),
        ("# 가 **굵게 **는 #", (1, 5)),
        ("가 **굵게 **는\n===", (1, 3)),
        ("[^1]\n\n[^1]: 가\n    **굵게 **는", (4, 5)),
        ("가 ![그림 **굵게 **는](그림.png) **굵게 **는", (1, 26)),
    ],
)
def test_a_problem_stands_where_it_was_typed(text: str, place: tuple[int, int]) -> None:
    """Catches places that count lines or columns after the text was changed for reading."""
    assert [(one.line, one.column) for one in editor(text).problems] == [place]


def test_problems_are_told_in_the_order_of_the_text() -> None:
    """Catches problems in the order in which the page shows their paragraphs, where footnotes come last."""
    assert [one.line for one in editor("[^1]: 가 **나 **는\n\n다[^1] **라 **는").problems] == [1, 3]


def test_a_missing_image_is_fatal_and_a_near_name_is_offered() -> None:
    """Catches a missing image told wrongly, a name called missing for its form, and images shown but not listed."""
    (problem,) = render_editor("가\n\n![x](./그립.png)", IMAGES).problems
    assert (problem.code, problem.line, problem.column, problem.fatal) == ("missing-image", 3, 1, True)
    assert problem.help == "did you mean `그림.png`?"
    decomposed = "\u1100\u1173\u1105\u1175\u11b7.png"
    assert render_editor(f"![x]({decomposed})", IMAGES).problems == ()
    assert render_editor("![x](그림.png)", {decomposed: IMAGES["그림.png"]}).problems == ()
    assert render_editor("![x](../그림.png)", IMAGES).problems[0].help == "did you mean `그림.png`?"
    shown = render_editor(
        "![x](./그림.png) ![y](a.png) ![z](https://a.example/b.png)", IMAGES | {"b.png": Picture({"src": "/b.png"})}
    )
    assert shown.images == {"그림.png"}
    (problem,) = editor("![](그림.png)").problems
    assert (problem.code, problem.fatal) == ("missing-alt", False)


# -- limits ------------------------------------------------------------------------------------------------------------

COSTLY = {
    "brackets": "[" * 20_000,
    "images": "![" * 10_000,
    "nested links": ("[" * 30 + "a" + "]" * 30) * 320,
    "lazy quotes": "> " * 30 + "a\n" + "a\n" * 9_900,
    "deep quotes": ">" * 33 + " a",
    "deep lists": "- " * 17 + "a",
}

COSTLY_EDITORS = {
    "brackets": "[" * 100_000,
    "stars": "*a " * 330_000,
    "table": "|".join("a" * 200) + "\n" + "|".join("-" * 200) + "\n" + "a\n" * 5_000,
    "footnotes": "[^1] " * 45_000 + "\n\n[^1]: a",
    "labels of footnotes": "[^1]: a\n\n" + "[^" * 10_000,
    "images within images": "![" * 30 + "a" + "](b)" * 30 + " " + ("![" * 30 + "a" + "](b)" * 30) * 300,
}


@pytest.mark.parametrize("text", COSTLY.values(), ids=COSTLY)
def test_a_costly_comment_is_shown_as_typed(text: str) -> None:
    """Catches a text whose reading takes more than linear time, or that loses words where it is too deep."""
    document = render_stranger(text)
    assert [(one.code, one.fatal) for one in document.problems] == [("markdown-too-complex", False)]
    assert re.sub("<[^>]*>", "", document.html).replace("&gt;", ">").strip() == text.strip()


@pytest.mark.parametrize("text", COSTLY_EDITORS.values(), ids=COSTLY_EDITORS)
def test_a_costly_column_is_refused(text: str) -> None:
    """Catches an editor's text whose reading takes more than linear time."""
    document = editor(text)
    assert [(one.code, one.fatal) for one in document.problems] == [("markdown-too-complex", True)]
    assert document.html.startswith('<p id="p1">')


def test_labels_of_footnotes_are_short() -> None:
    """Catches a search for the end of a label that goes through the whole text from each bracket."""
    shown = editor(f"[^{'a' * 100}] [^{'b' * 101}]\n\n[^{'a' * 100}]: x\n\n[^{'b' * 101}]: y").blocks
    assert [block.kind for block in shown] == ["paragraph", "footnotes"]
    assert shown[0].html.endswith(f"</sup> [^{'b' * 101}]</p>\n")


def test_a_refusal_says_where() -> None:
    """Catches a refusal that names the whole text although one line is at fault."""
    text = "가\n\n" + "> " * 33 + "나\n\n다 <b>"
    document = render_stranger(text)
    assert told(document.problems) == ("markdown-too-complex 3:1 1",)
    assert [block.kind for block in document.blocks] == ["paragraph"] * 3
    assert document.blocks[2].html == "<p>다 &lt;b&gt;</p>\n"
    assert told(render_stranger("가\n" * 9 + "[" * 19_000).problems) == ("markdown-too-complex 1:1 1",)
    assert told(render_stranger("가\n\n" * 9 + "[" * 19_000).problems) == ("markdown-too-complex 19:1 1",)


def test_nesting_within_the_limit_loses_nothing() -> None:
    """Catches a limit that is lower than promised, or above the depth at which the library drops text."""
    assert "바닥" in render_stranger("> " * 31 + "바닥").html
    assert render_stranger("> " * 31 + "바닥").problems == ()
    assert render_stranger("- " * 15 + "바닥").problems == ()


def test_long_texts_are_refused_where_they_grow_too_long() -> None:
    """Catches a cap that is missing, off by one, or told at the wrong place."""
    comment = "가나다\n" * 5_000
    assert render_stranger(comment).problems == ()
    document = render_stranger(comment + "라")
    assert told(document.problems) == ("text-too-long 5001:1 1",)
    assert document.html.count("<br>") == 5_000
    assert not document.problems[0].fatal
    column = ("가" * 99_999 + "\n") * 10
    assert editor(column).problems == ()
    assert [(one.code, one.line, one.column, one.fatal) for one in editor(column[:-1] + "라마").problems] == [
        ("text-too-long", 10, 100_001, True)
    ]


def test_an_ordinary_long_column_is_read() -> None:
    """Catches limits that refuse what people write."""
    paragraph = "이 문장은 **“강조”**와 [링크](https://a.example/), `코드`와 각주[^1]를 함께 쓴다. " * 4
    document = editor(f"{paragraph}\n\n" * 300 + "[^1]: 주석")
    assert document.problems == ()
    assert len(document.blocks) == 301


# -- the document ------------------------------------------------------------------------------------------------------


def test_a_document_knows_its_blocks_and_its_words() -> None:
    """Catches blocks that are split or called wrongly, and a plain text with markup, code or headings in it."""
    document = editor(
        "# 제목\n\n문단 **굵게**, `코드`, [링크](/a),\n둘째 줄.[^1]\n\n- 하나\n- 둘\n\n> 인용\n\n```\n블록\n```\n\n"
        "![그림](그림.png)\n\n| 표 |\n|---|\n| 칸 |\n\n---\n\n    들여쓴\n\n1. 셋\n\n[^1]: 주석"
    )
    assert [block.kind for block in document.blocks] == [
        "heading", "paragraph", "list", "quote", "code", "image", "table", "rule", "code", "list", "footnotes",
    ]  # fmt: skip
    assert document.text == "문단 굵게, 코드, 링크, 둘째 줄.\n하나\n둘\n인용\n그림\n셋"
    assert document.html == Markup("".join(block.html for block in document.blocks))
    assert re.findall(r'^<\w+ id="(p\d+)"', document.html, re.MULTILINE) == [f"p{number}" for number in range(1, 10)]


def test_two_documents_fit_on_one_page() -> None:
    """Catches ids that two texts with prefixes share, and links that lead from one into the other."""
    text = "# 제목\n\n# p1\n\n[위로](#제목) [밖](#밖) [문단](#p1)[^1]\n\n[^1]: 주석"
    ids = {prefix: re.findall(r' id="([^p][^"]*)"', editor(text, prefix).html) for prefix in ("ko-", "en-")}
    assert ids == {
        prefix: [f"{prefix}{name}" for name in ("제목", "p1-2", "fnref1", "fn1")] for prefix in ("ko-", "en-")
    }
    html = editor(text, "ko-").html
    assert re.findall(r'href="([^"]*)"', html) == [
        "#ko-%EC%A0%9C%EB%AA%A9",
        "#%EB%B0%96",
        "#p1",
        "#ko-fn1",
        "#ko-fnref1",
    ]


def test_a_block_can_do_without_its_number() -> None:
    """Catches a paragraph id that stays where the row around it has it, or another id that goes."""
    heading, paragraph, table = editor("# 제목\n\n문단\n\n|a|\n|:-|\n").blocks
    assert unanchored(heading.html) == heading.html
    assert unanchored(paragraph.html) == "<p>문단</p>\n"
    assert unanchored(table.html).startswith("<table>\n")


def test_the_id_of_a_heading_is_composed() -> None:
    """Catches an id that differs from the link to it by the form of its characters alone."""
    assert editor("# \u1100\u1161").html == '<h3 id="\uac00">\u1100\u1161</h3>\n'


def test_headings_begin_where_the_page_says() -> None:
    """Catches a base that is ignored, and levels that HTML does not have."""
    text = "# a\n\n## b\n\n### c\n\n#### d\n\n##### e"
    assert re.findall(r"<h(\d)", render_editor(text, {}, heading_base=2).html) == ["2", "3", "4", "5", "6"]
    assert re.findall(r"<h(\d)", render_editor(text, {}).html) == ["3", "4", "5", "6", "6"]


def test_links_within_the_site_count_from_the_texts_own_page() -> None:
    """Catches links that die where the text is shown elsewhere, or where the site lives under a path."""
    text = "[a](../two/) [b](/en/about/) [c](#p1) [d](https://other.example/x) [e](file.pdf)"
    html = render_editor(text, {}, page="/news/ko/threads/one/", root="/news/").html
    assert re.findall(r'href="([^"]+)"', html) == [
        "/news/ko/threads/two/",
        "/news/en/about/",
        "#p1",
        "https://other.example/x",
        "/news/ko/threads/one/file.pdf",
    ]
