"""Feeds as readers read them: through feedparser, an XML parser and an HTML parser."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from html import unescape

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html
from markupsafe import Markup, escape

from sitegen import feeds
from sitegen.views import Block, ColumnFacts, FeedEntry, FeedView, Prose, Source, Text

KST = timezone(timedelta(hours=9))
HOME = "https://digest.example/sub/en/"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
RFC_822 = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}")


class English:
    """Strings of a test theme."""

    def __call__(self, key: str, **values: int) -> str:
        """The words for a key."""
        words = {
            "summary": "Column summary",
            "sources": "Sources",
            "excerpt": "This summarises part of the column.",
            "comments": "{n} comments",
        }
        return words[key].format(**values)

    def date(self, moment: date, /) -> str:
        """A date, shortly."""
        return f"{moment.day}/{moment.month}/{moment.year}"

    def kind(self, kind: str, /) -> str:
        """A kind of source."""
        return {"column": "Original column"}.get(kind, kind)


COLUMN = ColumnFacts("칼럼 제목", "ko", "김철수", "한국일보", date(2025, 1, 9), excerpt=True)
ENTRY = FeedEntry(
    id="tag:digest.example,2025:first",
    title=Text("First"),
    href=HOME + "threads/first/",
    date=datetime(2025, 1, 15, 9, 0, tzinfo=KST),
    category="AI",
    tags=("export-controls", "AI"),
    column=COLUMN,
    forum=None,
    sources=(
        Source("column", "칼럼 제목", "https://news.example/column?a=1&b=2", "ko"),
        Source("paper", "A paper", "https://paper.example/", None),
    ),
    comments=12,
)
OLDER = replace(
    ENTRY,
    id="tag:digest.example,2025:older",
    title=Text("오래된 글", "ko"),
    href=HOME + "threads/older/",
    date=datetime(2025, 1, 2, 23, 30, tzinfo=KST),
    column=None,
    sources=(),
    comments=0,
)
VIEW = FeedView("en", "Digest", "A digest.", HOME + "feed.xml", HOME, (ENTRY, OLDER))
SUMMARY = Prose(
    (
        Block("heading", Markup('<h2 id="part">Part</h2>')),
        Block("paragraph", Markup('<p id="p1">One &amp; <em>two</em>, see <a class="in" href="#p2">below</a>.</p>')),
        Block("paragraph", Markup('<p id="p2"><img src="/media/a.png" alt="a" loading="lazy" width="9"> Three.</p>')),
        Block("quote", Markup('<blockquote>Four.<sup><a href="#fn1" id="fnref1">1</a></sup></blockquote>')),
        Block("footnotes", Markup('<div role="doc-endnotes"><p id="fn1">Note.</p></div>')),
    ),
    None,
)


def channel_of(document: bytes) -> etree._Element:
    """The channel of a feed that is well-formed."""
    channel = etree.fromstring(document).find("channel")
    assert channel is not None
    return channel


def item_of(entry: FeedEntry, summary: Prose | None = None) -> etree._Element:
    """The only item of a feed."""
    item = channel_of(feeds.rss(replace(VIEW, entries=(entry,)), (summary,), English())).find("item")
    assert item is not None
    return item


def content_of(entry: FeedEntry, summary: Prose | None = None) -> html.HtmlElement:
    """The full content of the only item of a feed, as a reader's HTML parser sees it."""
    item = item_of(entry, summary)
    return html.fragment_fromstring(item.findtext(CONTENT) or item.findtext("description") or "", create_parent="main")


def visible(text: str) -> str:
    """What people see of a text: no control, direction-turning or broken characters; runs of white space are one."""
    gone = {chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFFFE, 0xFFFF)}
    kept = (c for c in text if c in "\t\n\r" or (unicodedata.category(c) not in ("Cc", "Cs") and c not in gone))
    return " ".join("".join(kept).split())


def test_feedparser_reads_every_field() -> None:
    """Catches a field that readers do not find, or find with another meaning."""
    read = feedparser.parse(feeds.rss(VIEW, (SUMMARY, None), English()))
    assert not read.bozo
    assert (read.version, read.feed.title, read.feed.subtitle) == ("rss20", "Digest", "A digest.")
    assert (read.feed.link, read.feed.language, read.feed.generator) == (HOME, "en", "sitegen")
    assert [link.href for link in read.feed.links if link.rel == "self"] == [HOME + "feed.xml"]
    first, older = read.entries
    assert (first.title, first.link, first.id) == ("First", ENTRY.href, ENTRY.id)
    assert first.published_parsed[:5] == (2025, 1, 15, 0, 0)
    assert (first.comments, first.author) == (ENTRY.href + "#comments", "김철수")
    assert [tag.term for tag in first.tags] == ["AI", "export-controls"]
    assert first.summary == "One &amp; two, see below. Three. Four."
    assert "Original column" in first.content[0].value
    assert older.id == OLDER.id


def test_a_feed_keeps_to_the_rules_of_rss() -> None:
    """Catches what the W3C validator rejects: dates, relative addresses, guids, needless or doubled elements."""
    channel = channel_of(feeds.rss(VIEW, (SUMMARY, None), English()))
    names = [etree.QName(child).localname for child in channel if child.tag != "item"]
    assert sorted(names) == ["description", "generator", "language", "lastBuildDate", "link", "link", "title"]
    stamps = [channel.findtext("lastBuildDate"), *(item.findtext("pubDate") for item in channel.findall("item"))]
    assert all(RFC_822.fullmatch(stamp or "") for stamp in stamps)
    assert [parsedate_to_datetime(stamp or "") for stamp in stamps] == [ENTRY.date, ENTRY.date, OLDER.date]
    guids = channel.findall("item/guid")
    assert [guid.text for guid in guids] == [ENTRY.id, OLDER.id]
    assert {guid.get("isPermaLink") for guid in guids} == {"false"}
    tags = [child.tag for child in channel.findall("item")[0]]
    assert tags.count("category") == 2
    assert tags.index("description") < tags.index(CONTENT)


def test_no_date_comes_from_the_clock() -> None:
    """Catches a feed whose bytes depend on when it was made."""
    once = feeds.rss(VIEW, (SUMMARY, None), English())
    assert feeds.rss(VIEW, (SUMMARY, None), English()) == once
    stamps = {parsedate_to_datetime(found.group()) for found in RFC_822.finditer(once.decode())}
    assert stamps == {ENTRY.date, OLDER.date}


def test_a_feed_without_entries_has_no_date() -> None:
    """Catches feedgen's own date, the clock, in a feed that has none to give."""
    channel = channel_of(feeds.rss(replace(VIEW, entries=(), description=""), (), English()))
    assert channel.find("lastBuildDate") is None
    assert channel.find("item") is None
    assert channel.findtext("description") == "Digest"


def test_entries_and_summaries_must_match() -> None:
    """Catches entries that would silently go missing where the two sequences differ in length."""
    with pytest.raises(ValueError, match="shorter"):
        feeds.rss(VIEW, (None,), English())


def test_content_stands_alone() -> None:
    """Catches addresses and ids that only work on our own page."""
    content = content_of(ENTRY, SUMMARY)
    assert not content.xpath("//@id | //@class | //@loading | //@role")
    assert content.xpath("//img/@src") == ["https://digest.example/media/a.png"]
    assert content.xpath("//a/@href") == [
        ENTRY.href + "#p2",
        ENTRY.href + "#fn1",
        "https://news.example/column?a=1&b=2",
        "https://paper.example/",
        ENTRY.href + "#comments",
    ]


def test_an_address_that_is_none_is_no_link() -> None:
    """Catches a feed that fails, or a relative link, where an address cannot be resolved."""
    content = content_of(replace(OLDER, sources=(Source("column", "Title", "https://a\u2100b.example/", None),)))
    assert content.find("ul/li/a").text == "Title"
    assert not content.xpath("//@href")


def test_content_tells_column_sources_and_comments() -> None:
    """Catches a fact of the thread that the content leaves out, or shows where there is none."""
    content = content_of(ENTRY, SUMMARY)
    assert [part.text_content() for part in content.findall("p")] == [
        "칼럼 제목김철수 · 한국일보 · 9/1/2025",
        "This summarises part of the column.",
        "12 comments",
    ]
    assert [part.text_content() for part in content.findall("h2")] == ["Column summary", "Sources"]
    assert [part.text_content() for part in content.findall("ul/li")] == [
        "Original column: 칼럼 제목",
        "paper: A paper",
    ]
    bare = ColumnFacts("Title", None, None, None, date(2025, 1, 9), excerpt=False)
    content = content_of(replace(OLDER, column=bare, sources=()))
    assert [part.text_content() for part in content] == ["Title9/1/2025"]
    assert [element.tag for element in content[0]] == ["strong", "br"]


def test_texts_in_another_language_say_so() -> None:
    """Catches Korean words that a reader would take for the feed's English."""
    item = item_of(replace(ENTRY, title=Text("제목", "ko")), replace(SUMMARY, lang="ko"))
    elements = {tag: item.find(tag) for tag in ("title", "description", CREATOR)}
    assert {tag: element.get(XML_LANG) for tag, element in elements.items() if element is not None} == {
        "title": "ko",
        "description": "ko",
        CREATOR: "ko",
    }
    content = html.fragment_fromstring(item.findtext(CONTENT) or "", create_parent="main")
    assert [element.tag for element in content.xpath("//*[@lang='ko']")] == ["strong", "span", "div", "a"]
    assert not item_of(replace(ENTRY, column=None, sources=()), SUMMARY).xpath("//@xml:lang")


def test_a_long_summary_opens_between_words() -> None:
    """Catches a description as long as the text, or one that ends inside a word."""
    words = Prose((Block("paragraph", Markup("<p>" + "어절 " * 500 + "</p>")),), None)
    opening = item_of(ENTRY, words).findtext("description") or ""
    assert opening.endswith(" 어절…")
    assert len(opening) <= feeds.OPENING_LIMIT + 1
    one_word = Prose((Block("paragraph", Markup("<p>" + "가" * 5000 + "</p>")),), None)
    assert len(item_of(ENTRY, one_word).findtext("description") or "") == feeds.OPENING_LIMIT + 1


def test_deeply_nested_text_arrives_whole() -> None:
    """Catches an HTML parser that drops what is nested deeper than its limit."""
    deep = Prose((Block("quote", Markup("<blockquote>" * 400 + "bottom" + "</blockquote>" * 400)),), None)
    assert "bottom" in (item_of(ENTRY, deep).findtext(CONTENT) or "")


HOSTILE = [
    "a ]]> b",
    "</script><script>alert(1)</script>",
    "</title></channel></rss>",
    "bell \x07, escape \x1b[31m, C1 \x9b, NUL \x00, half \ud800, none \uffff",
    "🎉 👨‍👩‍👧 é 한글 𠀀",
    "שלום עולם",
    "&amp; &lt; &#0; <![CDATA[x",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_stay_words(text: str) -> None:
    """Catches markup, broken XML or lost text made of a writer's words, wherever they stand."""
    column = ColumnFacts(text, None, text, text, None, excerpt=False)
    entry = replace(ENTRY, title=Text(text), category=text, column=column, sources=(Source(text, text, HOME, None),))
    document = feeds.rss(
        replace(VIEW, title=text, description=text, entries=(entry,)),
        (Prose((Block("paragraph", Markup(f"<p>{escape(text)}</p>")),), None),),
        English(),
    )
    channel = channel_of(document)
    item = channel.find("item")
    assert item is not None
    for value in (
        channel.findtext("title"),
        channel.findtext("description"),
        item.findtext("title"),
        item.findtext("category"),
        item.findtext(CREATOR),
        unescape(item.findtext("description") or ""),
    ):
        assert visible(value or "") == visible(text)
    content = html.fragment_fromstring(item.findtext(CONTENT) or "", create_parent="main")
    assert {element.tag for element in content.iter()} <= {
        "main",
        "p",
        "strong",
        "br",
        "span",
        "h2",
        "div",
        "ul",
        "li",
        "a",
    }
    assert not content.xpath("//*[starts-with(name(), 'on')] | //script")
    assert not feedparser.parse(document).bozo


def test_a_text_cannot_turn_the_words_behind_it() -> None:
    """Catches an override of direction that a reader's own words would suffer from."""
    entry = replace(ENTRY, title=Text("a\u202eb\u2067c"))
    assert item_of(entry).findtext("title") == "abc"


anything = st.text(st.characters(exclude_categories=()), max_size=60)


@settings(max_examples=150, deadline=None)
@given(title=anything, author=anything, words=anything)
def test_any_text_comes_back_as_it_was(title: str, author: str, words: str) -> None:
    """Catches a character that breaks the document or changes on the way to the reader."""
    summary = Prose((Block("paragraph", Markup(f"<p>{escape(words)}</p>")),), None)
    item = item_of(replace(ENTRY, title=Text(title), column=replace(COLUMN, author=author)), summary)
    assert visible(item.findtext("title") or "") == visible(title)
    assert visible(item.findtext(CREATOR) or "") == visible(author)
    content = html.fragment_fromstring(
        item.findtext(CONTENT) or item.findtext("description") or "", create_parent="main"
    )
    assert visible(content.findtext("div/p") or "") == visible(words)
    if visible(words):
        assert visible(unescape(item.findtext("description") or "")) == visible(words)
