"""HTML that is made to stand alone, against the parsers of others."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Any

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from sitegen import markdown
from sitegen.standalone import ABSOLUTE, ATTRIBUTES, TAGS, resolved, standalone, words

PAGE = "https://digest.example/sub/en/threads/first/"


def parsed(text: str) -> html.HtmlElement:
    """HTML as a reader's parser sees it."""
    return html.fragment_fromstring(text, create_parent="main")


def test_addresses_and_ids_that_only_work_on_the_page() -> None:
    """Catches an image or link that leads nowhere from a feed reader, and an id or class that clashes there."""
    text = (
        '<h2 id="part">Part</h2><p id="p1">See <a class="in" href="#p2" title="a &quot;b&quot;">below</a> and '
        '<a href="/sub/en/about/">us</a>, <a href="../two/">two</a>.</p>'
        '<p><img src="/media/a.png" alt="a &lt; b" loading="lazy" width="9" height="4" srcset="/b.png 2x"></p>'
        '<table><tr><th class="align-right">1</th></tr></table>'
        '<pre tabindex="0"><code class="language-py">x</code></pre>'
    )
    assert standalone(text, PAGE) == (
        f'<h2>Part</h2><p>See <a href="{PAGE}#p2" title="a &quot;b&quot;">below</a> and '
        '<a href="https://digest.example/sub/en/about/">us</a>, '
        '<a href="https://digest.example/sub/en/threads/two/">two</a>.</p>'
        '<p><img src="https://digest.example/media/a.png" alt="a &lt; b" width="9" height="4"></p>'
        "<table><tr><th>1</th></tr></table><pre><code>x</code></pre>"
    )


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<p onclick="x()" style="color: red">a</p>',
        '<a href="javascript:alert(1)">a</a>',
        '<a href="java&#10;script:alert(1)">a</a>',
        '<img src="data:image/svg+xml,x" onerror="x()">',
        '<form action="/x"><input type="text"></form><iframe src="/x"></iframe>',
        "<p <b onmouseover=x>",
        '<a href="x"y"onclick="z">a</a>',
        "< script>alert(1)</ script>",
        "<!-- <p> --><p>",
        '<a href="https://[x/">a</a>',
    ],
)
def test_nothing_active_comes_through(text: str) -> None:
    """Catches an element, attribute or address that does something in a feed reader."""
    found = parsed(standalone(text, PAGE))
    assert {each.tag for each in found.iter()} <= TAGS | {"main"}
    assert set(found.xpath("//@*/parent::*/@*[name() != 'href' and name() != 'src']")) == set()
    assert all(re.match("https?:|mailto:", each) for each in found.xpath("//@href | //@src"))


CONTROL = re.compile(r"[\x00-\x08]|&#(?:x0*1?[0-9a-f]|0*[12]?[0-9]|0*3[01])(?![0-9a-f]);?")
"""Control characters, also as references: what reads the result back in a test takes none."""

text: Any = st.text(st.sampled_from("<>/\"='& \nabipr-#x:"), max_size=60)


@settings(max_examples=300, deadline=None)
@given(text)
def test_whatever_comes_in_nothing_active_comes_out(text: str) -> None:
    """Catches a tag that is put together of pieces that were none."""
    made = standalone(text, PAGE)
    found = parsed(CONTROL.sub("", made) or " ")
    assert {each.tag for each in found.iter() if isinstance(each.tag, str)} <= TAGS | {"main"}
    assert {name for each in found.iter() for name in each.attrib} <= ATTRIBUTES
    assert standalone(made, PAGE) == made


WRITTEN = """\
# Heading

A **bold** word, `code <b>`, [a link](https://a.example/?a=1&b=2 "title") and a note[^1] – 한글.

- one
- two
    1. deeper

> quote

| a | b |
|--:|---|
| 1 | 2 |

```py
x < 1
```

---

[^1]: The note.
"""


def test_what_markdown_makes_comes_through_whole() -> None:
    """Catches words, structure or a link that gets lost on the way, held against another sanitiser."""
    made = "".join(block.html for block in markdown.render_editor(WRITTEN, {}, page="/sub/en/threads/first/").blocks)
    clean = nh3.clean(made, tags=set(TAGS), attributes={"a": {"href"}}, link_rel=None)
    ours, theirs = parsed(standalone(made, PAGE)), parsed(clean)
    assert [each.tag for each in ours.iter()] == [each.tag for each in theirs.iter()]
    assert ours.text_content() == theirs.text_content()
    own = [each.replace(PAGE, "") for each in ours.xpath("//@href")]
    assert own == theirs.xpath("//@href")


def test_plain_text_keeps_lines_apart() -> None:
    """Catches words that run into each other, items without marks, and escapes that are shown."""
    made = '<h2>A</h2>\n<p>One &amp; two<br>three</p>\n<ul>\n<li>x</li><li><p>y</p></li></ul><img alt="pic" src="a">'
    assert words(made).splitlines() == ["A", "One & two", "three", "- x", "- y", "pic"]


@given(
    st.from_regex(ABSOLUTE, fullmatch=True),
    st.sampled_from(["https://a.example/b/c/", "http://a.example/", "https://a.example/?q"]),
)
def test_an_absolute_address_stays_as_it_is(address: str, page: str) -> None:
    """Catches an address that is left alone and would have been changed, or refused."""
    assert resolved("href", unescape(address), page) == address == escape(address)
