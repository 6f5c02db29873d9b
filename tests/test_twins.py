"""Markdown twins: what they say, and that no stranger's words become a part of the document around them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from conftest import THREAD, Site, snapshot
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import html
from markdown_it import MarkdownIt
from markdown_it.token import Token

from sitegen.markdown import render_editor, render_stranger
from sitegen.markdown_text import escaped, indented, line, markdown

PAGE = "https://digest.example/ko/threads/one/"

FULL = f"""\
{THREAD}category: policy
tags: [규제]
source: {{site: 포럼, url: "https://forum.example/1", author: "a*b", posted: "2025-01-14T20:11", views: 1344, votes: 9}}
column:
  {{title: "A [column]", author: Cowen, publisher: Bloomberg, published: 2025-01-09, url: "https://c.example/x_(y)"}}
translator: 옮긴이
corrections:
  - {{date: 2025-01-16, ko: 고쳤습니다., en: Mended.}}
-- content/threads/one/column.ko.md --
## 소제목

[다른 글](../two/)과 [처음](/ko/), ![그림](line.svg) 그리고 각주[^1].

[^1]: 덧붙임.
-- content/threads/one/line.svg --
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 4"><path d="M0 0h8v4z"/></svg>
-- content/threads/one/comments.yaml --
- author: first_
  date: 2025-01-14T21:00
  id: c1
  text: {{ko: 우리말, en: English words}}
  note: {{ko: 편집자의 말, en: Editor’s words}}
  replies:
    - author: gone
      date: 2025-01-14T22:00
      id: c2
      text: secret words
      removed: 2025-03-01
      replies:
        - {{author: third, date: 2025-01-14T23:00, id: c3, text: 한국어만}}
-- content/digests/first/digest.yaml --
title: {{ko: 첫 호, en: First}}
number: 1
date: 2025-02-01
threads: [one]
-- content/digests/first/intro.ko.md --
편집자의 인사.
"""


def test_a_twin_says_what_its_page_says(site: Callable[..., Site]) -> None:
    """Catches a fact, text, address or removal that is not in the twin, and a text of the wrong language."""
    made = site(FULL)
    assert made.build().good
    korean, english = made.read("ko/threads/one/index.md"), made.read("en/threads/one/index.md")
    for part in (
        "# 하나\n",
        "[policy](https://digest.example/ko/categories/policy/)",
        f"<{PAGE}>",
        "[English](https://digest.example/en/threads/one/index.md)",
        "2025년 1월 16일**: 고쳤습니다.",
        "**A \\[column\\]** · Cowen · Bloomberg · 2025년 1월 9일",
        "### 소제목\n\n[다른 글](https://digest.example/ko/threads/two/)과 [처음](https://digest.example/ko/), ",
        "각주[^fn1].\n\n[^fn1]: 덧붙임.",
        "[A \\[column\\]](https://c.example/x_\\(y\\))",
        "[포럼](https://forum.example/1) · a\\*b · 2025년 1월 14일 20:11 · 조회 1,344 · 추천 9",
        "옮긴이 옮긴이",
        f"- **first\\_** · [2025년 1월 14일 21:00]({PAGE}#c1)\n\n  우리말\n\n  **편집자 주**\n\n  편집자의 말\n",
        f"\n  - **삭제된 댓글** · [2025년 1월 14일 22:00]({PAGE}#c2)\n\n    2025년 3월 1일",
        f"\n    - **third** · [2025년 1월 14일 23:00]({PAGE}#c3)\n\n      한국어만\n",
    ):
        assert part in korean, part
    assert re.search(r"!\[그림\]\(https://digest\.example/media/threads/one/line\.\w+\.svg\)", korean)
    assert "English words" in english
    assert "한국어만" in english
    assert "Not translated yet" in english
    assert "summary is not in English yet" in english
    assert "secret" not in korean + english
    assert "gone" not in korean + english
    issue = made.read("ko/digests/first/index.md")
    assert issue.startswith("# 제1호 · 첫 호\n")
    assert "편집자의 인사." in issue
    assert "- [하나](https://digest.example/ko/threads/one/index.md)" in issue


def test_pages_and_llms_txt_name_the_twins(site: Callable[..., Site]) -> None:
    """Catches a twin that nobody finds, one that search engines are given, and one that was not asked for."""
    made = site(FULL)
    made.build()
    for path in ("ko/threads/one/", "en/threads/one/", "ko/digests/first/"):
        page = html.document_fromstring(made.read(f"{path}index.html"))
        named: html.HtmlElement
        (named,) = page.iterfind(".//link[@type='text/markdown']")
        assert named.get("title") == "Markdown"
        assert named.get("href") == f"/{path}index.md"
    assert "text/markdown" not in made.read("ko/index.html") + made.read("ko/threads/one/parallel/index.html")
    listed = made.read("llms.txt")
    assert listed.startswith("# 다이제스트\n\n> 두 언어로 읽는 토론\n\n## 한국어")
    addresses = re.findall(r"\]\(https://digest\.example/([^)]*)\)", listed)
    assert {"ko/threads/one/index.md", "ko/digests/first/index.md", "en/threads/one/index.md"} <= set(addresses)
    assert all((made.output / address).exists() for address in addresses)
    assert ".md" not in made.read("sitemap.xml")
    made.write(f"-- sitegen.yaml --\n{(made.root / 'sitegen.yaml').read_text('utf-8')}features: {{markdown: false}}\n")
    made.build()
    assert not [path for path in made.made() if path.endswith(".md") or path == "llms.txt"]
    assert "text/markdown" not in made.read("ko/threads/one/index.html")


def test_an_edit_makes_its_own_twins_again(site: Callable[..., Site]) -> None:
    """Catches a twin that an edit leaves as it was, or another one that changes with it."""
    made = site(f"{FULL}{THREAD.replace('threads/one', 'threads/two')}")
    made.build()
    before = made.made()
    comments = made.root / "content/threads/one/comments.yaml"
    comments.write_text(comments.read_text("utf-8").replace("우리말", "고친 말"), "utf-8")
    made.build()
    after = made.made()
    assert {path for path in after if path.endswith(".md") and after[path] != before[path]} == {
        "ko/threads/one/index.md",
        "en/threads/one/index.md",  # it says now that the original has changed
    }
    fresh = made.root / "fresh"
    made.build(output=fresh, fresh=True)
    assert snapshot(fresh) == after


# -- strangers ---------------------------------------------------------------------------------------------------------


@cache
def commonmark() -> MarkdownIt:
    """A reader of Markdown that takes links to anywhere, tables and `~~` beside CommonMark, and raw HTML as such."""
    parser = MarkdownIt("commonmark", {"maxNesting": 200}).enable(["table", "strikethrough"])
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser


def flat(tokens: list[Token]) -> list[Token]:
    """All tokens, with those inside of lines."""
    return [each for token in tokens for each in (token, *flat(token.children or []))]


HOSTILE = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *("# x", "x\n===", "x\n---", "---", "- ", "* ", "+ ", "1. ", "1) ", "> ", "```", "~~~", "````js", "\n"),
                *("\n\n", "\\", "\\\n", "  \n", "    ", "\t", "<script>", "<!--", "-->", "<div>\n", "</li>", "<?"),
                *(
                    "[x]: javascript:alert(1)",
                    "[x](javascript:alert(1))",
                    "<javascript:alert(1)>",
                    "![x](http://e.x/i)",
                ),
                *(
                    "[x]",
                    "[^1]: y",
                    "wow!\\[](",
                    "![",
                    "](",
                    "http://e.example/a_(b)?c=1&lt;",
                    "&#10;",
                    "&#32;",
                    "&lt;",
                ),
                *("&NewLine;", "&Tab;", "`", "``", "**", "*", "_", "~~", "~", "|", "| a |\n| - |", "&", "한글", "a b"),
                *(
                    "- **evil** · [x](y)",
                    "**“인용”**은",
                    "\u00a0",
                    "\u2028",
                    "\x0b",
                    "\x0c",
                    ": d",
                    "=",
                    "!",
                    "<a@b.c>",
                ),
            ]
        ),
        st.text(max_size=6),
    ),
    max_size=14,
).map("".join)


SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A text of many marks takes a while to be drawn where the machine is busy."""


@SLOW
@given(st.lists(HOSTILE.filter(str.strip), min_size=1, max_size=4))
def test_strangers_stay_in_their_items(texts: list[str]) -> None:
    """Catches a comment that ends its item, begins a heading or raw HTML, shows an image, or leads to a script."""
    document = "## ours\n\n"
    for depth, text in enumerate(texts):
        pad = "  " * (depth + 1)
        words = markdown(render_stranger(text).html, PAGE)
        item = f"**author{depth}**\n\n{words}"
        document += f"{pad[2:]}- {indented(item, pad)}\n\n"
    document += "- **after**\n\n## end\n"
    tokens = commonmark().parse(document)
    every = flat(tokens)
    assert [token.content for token in tokens if token.level == 1 and token.type == "inline"] == ["ours", "end"]
    assert sum(token.type == "heading_open" for token in every) == 2
    assert not {"html_block", "html_inline", "image"} & {token.type for token in every}
    places = {}
    ours = 0
    for token in tokens:
        if token.type == "list_item_open" and token.markup == "-":
            ours += 1
        if token.type == "inline" and (found := re.fullmatch(r"\*\*(author\d+|after)\*\*", token.content)):
            places[found[1]] = token.level
    assert ours == len(texts) + 1
    assert places == {**{f"author{depth}": 2 * depth + 3 for depth in range(len(texts))}, "after": 3}
    for token in every:
        if token.type == "link_open":
            assert re.match(r"https?://|mailto:", str(token.attrs["href"]), re.IGNORECASE)


def words_of(source: str) -> str:
    """What a reader of HTML sees, without spaces."""
    return "".join("".join(map(str, html.fromstring(f"<div>{source}</div>").itertext())).split())


@SLOW
@given(HOSTILE.filter(lambda text: text.strip() and not set("*_~") & set(text) and "&" not in text))
def test_no_word_is_lost(text: str) -> None:
    """Catches words that a reader of the twin does not get, or that come to him changed."""
    made = render_stranger(text).html
    assert words_of(commonmark().render(markdown(made, PAGE))) == words_of(made)


@SLOW
@given(st.text(min_size=1, max_size=30))
@example("__0__")
@example("a__b_c")
def test_plain_texts_stay_plain(text: str) -> None:
    """Catches a title or name that becomes markup."""
    (paragraph, inline, _), *_ = [commonmark().parse(f"x {escaped(text)}")]
    assert paragraph.type == "paragraph_open"
    assert {each.type for each in inline.children or []} <= {"text", "text_special"}
    if text.split():
        assert [each.type for each in commonmark().parse(line(text))] == ["paragraph_open", "inline", "paragraph_close"]


def test_editors_text_comes_back_as_it_was() -> None:
    """Catches an element of an editor's text that the twin does not have."""
    source = """\
### Heading

One **strong** and *soft* and ~~struck~~ `code`.\\
A [link](https://e.example/?a=1) and <https://e.example/>.

* a

  b

  1. one
  2. two
* c

> quoted
>
> > twice

```python
if x:

    y()
```

| left | right |
| :--- | ---: |
| `a\\|b` | c |

---

Note[^fn1].

[^fn1]: Said.

    More."""
    made = render_editor(source, {}, 3, "ko-", PAGE, "https://digest.example/").html
    assert markdown(made, PAGE, "ko-") == source.replace("  2. two\n* c", "  2. two\n\n* c")
