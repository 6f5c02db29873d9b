"""The fast reading of clear Markdown: it comes to the same as the parser, whatever a text holds.

More texts than in a run of all tests: `MARKDOWN_TEXTS=100000 python -m pytest tests/test_markdown_fast.py`; with
`MARKDOWN_SEED=2` others.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from random import Random

import pytest
from commonmark import examples
from conftest import SETTINGS, Site
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.markdown import Picture, fast, render_editor, render_stranger
from sitegen.markdown.full import UNSAFE
from sitegen.markdown.rules import COSTS

TEXTS = int(os.environ.get("MARKDOWN_TEXTS", "250"))
SEED = int(os.environ.get("MARKDOWN_SEED", "1"))

WORDS = [
    "가",
    "는",
    "나는 ",
    "word ",
    "Of",
    "7",
    "é",
    "🎉",
    "“",
    "”",
    "‘",
    "《",
    "》",
    "。",
    "…",
    "(",
    ")",
    ".",
    ", ",
    "!",
]
ALPHABETS = {
    "marks": [*"*_`[]()<>&#-+!\\~|:=\"' \n17a가는.,", "\n\n", "  ", "🎉", "“", "”", "https://", "1.", "](", "**"],
    "emphasis": [*WORDS, *["*", "**"] * 8, "***", "_", "~~", "`a`", "[", "]", " ", " ", "\n", '"', "&", "<", "-", "- "],
    "code and links": [
        *WORDS,
        *("`", "`a b`", "`\\`", "``", "[", "]", "](", "[가](https://a.example)", "](https://a.example/b?c=1&d#e)", ")"),
        *("[1]", "[^1]", "![", ": ", ":", "*", "**", "_", '"', "&", "&amp;", "&amp", ";", "<", ">", "<a", "a_b", "\\"),
        *("https://a.example", "\n", "  \n", " ", "\n\n"),
    ],
    "addresses": [
        *("https://", "http://", "HTTPS://", "hTtp://", "https:", "//", "ftp://", "[가](https://", "[가](http://"),
        *"aZ09.-:/?#%&;'()_~@=,!+$[]<>*\" 를\n\\|",
        *("a.example", "a.example/", ":80", ":123456", "%20", "%C3%a9", "amp;", "](", ")", ").", "/a_b", "xn--"),
    ],
    "blocks": [
        *("- ", "* ", "+ ", "1. ", "2. ", "1) ", "10. ", "> ", ">", "# ", "## ", "#", "###### ", "-", "--", "---"),
        *("```\n", "```py\n", "```", "~~~\n", "===", ":-", "|", "|-", "a | b\n", "- | -", "[a]: https://b.example\n"),
        *("[^1]: ", "_ _ _", " ", "    ", "\t", "\\", "  \n", " \n", "가", "나 다", "a", "1", "*b*", "`c`", "7", "+1"),
        *["***", *["\n"] * 12, *["\n\n"] * 6],
    ],
    "lines": [
        *("가나 다\n", "*가* 나\n", "**나**는  \n", "- 가\n", "- `a`\n", "* 나\n", "1. 다\n", "2. 라\n", "3) 마\n"),
        *("## 가\n", "# 가\n", "# 나 #\n", "```\n", "a\n", "    a\n", "  - b\n", "---\n", "\n", "\n", "\n", "+ a\n"),
        *("p1\n", "## p1\n", "### 00000000\n", "[가](#가)\n", "-a\n", "#a\n", "2024. 1\n", "[가] 나\n", "===\n"),
        *("> 가\n", ">나\n", "7. a\n"),
    ],
    "anything": [
        *map(chr, range(0x20, 0x7F)),
        *"\xa0\x85\r\t\0\u200b\u200d\u2028\u3000\u202e\ufeffÀßəжअ가힣ᄀ한漢ー～！\U0001f469",
    ],
}  # fmt: skip


EDITOR: tuple[dict[str, Picture], int, str, str, str] = (
    {},
    3,
    "ko-",
    "https://digest.example/ko/threads/a/",
    "https://digest.example/",
)


def both(text: str) -> bool:
    """Hold the fast reading against the parser's in both profiles; whether the text was clear."""
    assert render_editor(text, *EDITOR) == render_editor(text, *EDITOR, fast=False)
    assert render_stranger(text) == render_stranger(text, fast=False)
    return is_clear(text)


def is_clear(text: str) -> bool:
    return fast.read(text) is not None


def mixes(pieces: list[str], length: int) -> Iterator[str]:
    random = Random(SEED)
    for _ in range(TEXTS):
        yield "".join(random.choices(pieces, k=random.randint(1, length)))


@pytest.mark.parametrize("length", [6, 24])
@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_a_mix_of_marks_is_read_as_by_the_parser(alphabet: str, length: int) -> None:
    """Catches a text that the fast reading takes for clear, and reads otherwise than the parser."""
    clear = [both(text) for text in mixes(ALPHABETS[alphabet], length)]
    assert 0 < sum(clear) < TEXTS


EDGES = [
    "https://a.example![가](https://b.example)", "https://a.example/).[가](https://b.example)", "[ ](https://a.example)",
    "가 \n나  \n다   \n`라` \n**마**  \n바", "> 가 \n> 나  \n> 다", "- 가  \n- 나 \n\n\n- 다", "가\n2. 나", "가\n1. 나",
    "가\n- 나", "- 가\n나", "> 가\n나", "- 가\n\n* 나\n\n1. 다\n\n2) 라", "1. 가\n- 나", "# 가\n나\n# 가\n### 다",
    "**가*나**", "*가**나*", "**가 *나* 다** *라 **마** 바*", "a__b_c", "가~~ 나", "가~~나~~", "&copy &copy; &#35; &",
    "<a <https://a.example>",
]  # fmt: skip


@pytest.mark.parametrize("text", EDGES)
def test_an_edge_is_read_as_by_the_parser(text: str) -> None:
    """Catches a difference that mixes of marks meet too seldom."""
    both(text)


PRINTABLE = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8)
PIECES = st.one_of(st.sampled_from([piece for pieces in ALPHABETS.values() for piece in pieces]), PRINTABLE)


@settings(deadline=None, derandomize=True, max_examples=TEXTS)
@given(text=st.lists(PIECES, max_size=20).map("".join))
def test_any_text_is_read_as_by_the_parser(text: str) -> None:
    """Catches a text beyond the mixes that is read otherwise than by the parser, and finds the shortest one."""
    both(text)


def test_examples_of_commonmark_are_read_as_by_the_parser() -> None:
    """Catches a case that the specification thought of, and parts of several that come together."""
    random = Random(SEED)
    for example in examples():
        both(example)
    lines = [line for example in examples() for line in example.splitlines(keepends=True)]
    for number in range(TEXTS):
        both("".join(random.choices(lines if number % 2 else examples(), k=random.randint(2, 5))))


def test_what_is_printable_is_safe_and_no_space_but_one() -> None:
    """Catches a Python whose tables call printable what is taken out of texts, or what the parser takes for a space."""
    printable = [char for char in map(chr, range(sys.maxunicode + 1)) if char.isprintable()]
    assert not [char for char in printable if UNSAFE.match(char) or (char.isspace() and char != " ")]


# -- what people write -------------------------------------------------------------------------------------------------

SENTENCES = [
    "결국 가격이 문제 아닐까요?", "저는 이 부분에 동의하기 어렵네요.", "**“막을수록 싸진다”**는 것이 뼈대입니다.",
    "핵심은 **마크다운(Markdown)**을 읽는 일이다.", "*66%*는 어느 쪽도 아니었습니다.", "설정은 `limit=5`로 충분하다.",
    "[기술 보고서](https://news.example/abs/2412.19437?v=1&w=2)에 따르면 그렇다.", "https://news.example/abc를 보세요.",
    "A & B < 5 라는 식이다.", "[단독] 기사입니다.", "좋아요~~ ㅎㅎ", "snake_case 로 씁니다.", "3 * 4는 12.",
    "I find this part hard to agree with.", "What matters most is **trust**.", "It's *not* that simple: 2 < 3 > 1.",
    "R&D costs \"more\" (see https://a.example/b).", "Use `a_b[*]` & `<b>`.", "-1도 아니고 +1도 아니다.",
    "2024년 10월 7일에 나왔다.", "“정말요?” 🎉",
]  # fmt: skip
BLOCKS = [
    "{}", "{} {}", "{} {} {}", "{}\n{}", "{}  \n{}", "> {}", "> {}\n> {}", "- {}\n- {}\n- {}", "{}\n- {}\n- {}",
    "1. {}\n2. {}", "- {}\n\n- {}", "## {}", "### {}\n{}", "```py\nif a < b:\n\n    f(a)\n```", "3) {}\n4) {}",
]  # fmt: skip


def plausible() -> Iterator[str]:
    """Texts as people write them, most of them clear."""
    random = Random(SEED)
    for _ in range(TEXTS):
        blocks = random.choices(BLOCKS, k=random.randint(1, 5))
        yield "\n\n".join(block.format(*random.choices(SENTENCES, k=3)) for block in blocks)


def test_what_people_write_is_clear_and_is_read_as_by_the_parser() -> None:
    """Catches a fast reading that leaves to the parser what it could take, which nothing but time would show."""
    clear = [both(text) for text in plausible()]
    assert sum(clear) > 0.95 * TEXTS


def test_the_longest_text_is_not_too_complex_for_the_parser() -> None:
    """Catches a text that is clear here and that the parser would refuse for its cost."""
    marks = [*COSTS, "[a]", "[a](https://a.example) ", "> a\n\n", "- a\n", "1. a\n\n", "*a* ", "*a ", "b* "]
    pieces = [piece for mark in marks for piece in (f"{mark}a ", f"a{mark}\n")]
    texts = [(piece * fast.LIMIT)[: fast.LIMIT] for piece in pieces]
    clear = [text for text in texts if is_clear(text)]
    assert len(clear) > len(marks) / 2
    for text in clear:
        assert not render_editor(text, {}, fast=False).problems
    assert not is_clear("가" * (fast.LIMIT + 1))


# -- the switch --------------------------------------------------------------------------------------------------------

CONTENT = """\
-- content/threads/one/thread.yaml --
title: {ko: 하나}
date: 2025-01-15T09:00:00+09:00
lang: ko
-- content/threads/one/column.ko.md --
**“요약”**입니다.

## 제목
-- content/threads/one/comments.yaml --
- {author: 가, date: 2025-01-14, text: "**댓글**입니다."}
"""


def test_the_switch_leaves_every_text_to_the_parser(site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a text that is read fast although the settings say otherwise, and pages that differ for it."""
    fast, slow = site(CONTENT), site(CONTENT, name="slow")
    assert fast.build().good
    slow.write(f"{SETTINGS}markdown: {{fast: false}}\n")
    monkeypatch.setattr(fast, "read", pytest.fail)
    assert slow.build().good
    assert slow.made() == fast.made()
