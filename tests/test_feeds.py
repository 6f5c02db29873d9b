"""Feeds as readers read them: through feedparser, an XML parser, a grammar of Atom, JSON and an HTML parser."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import feedparser
import pytest
from feedgen.entry import FeedEntry as Made
from feedgen.entry import formatRFC2822
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html

from sitegen import render
from sitegen.channels import SITES, Publication
from sitegen.feeds import atom, documents, moulds, rss, rules
from sitegen.feeds.opml import opml
from sitegen.models import FeedComment, FeedText, Localized
from sitegen.strings import Strings
from sitegen.views import (
    Alternate,
    ColumnFacts,
    Feed,
    FeedEntry,
    FeedPart,
    FeedThread,
    FeedTopic,
    FeedView,
    ForumFacts,
    Notice,
    Source,
    Text,
)

KST = timezone(timedelta(hours=9))
SITE = "https://digest.example/sub/"
HOME = SITE + "en/"
ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
LANGUAGE = "{http://purl.org/dc/elements/1.1/}language"
COMMENTS = "{http://purl.org/rss/1.0/modules/slash/}comments"
ARCHIVE = "{http://purl.org/syndication/history/1.0}archive"
COUNT = "{http://purl.org/syndication/thread/1.0}count"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
RFC_822 = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}")
FORMS = ("atom", "json", "rss")
GRAMMAR = etree.RelaxNG(etree.parse(Path(__file__).parent / "atom.rng"))

WORDS = {
    lang: Strings(
        lang,
        {
            "summary": "Column summary",
            "sources": "Sources",
            "excerpt": "This summarises part of the column.",
            "comments": "{n} comments",
            "picks": "Picked comments",
            "correction": "Correction",
            "read_on": "Read on",
            "kinds": {"column": "Original column", "archive": "Archived copy"},
            "date_long": "{day}/{month}/{year} {hour}:{minute}",
            "day_long": "{day}/{month}/{year}",
        },
        {},
    )
    for lang in ("en", "ko")
}

COLUMN = ColumnFacts("칼럼 제목", "ko", Text("김철수", "ko"), Text("한국일보", "ko"), date(2025, 1, 9), excerpt=True)
ENTRY = FeedEntry(
    id="urn:uuid:10b463a9-c662-59aa-84b7-a1138d68470f",
    lang="en",
    title=Text("First"),
    href=HOME + "threads/first/",
    published=datetime(2025, 1, 15, 9, 0, tzinfo=KST),
    updated=datetime(2025, 1, 20, 9, 0, tzinfo=KST),
    opening=Text("One & two."),
    topics=(FeedTopic("ai", "AI"), FeedTopic("export-controls", "Export controls")),
    column=COLUMN,
    forum=ForumFacts(Text("Forum", "ko"), "https://forum.example/1", Text("새벽바람", "ko"), None, 10, 2),
    sources=(
        Source("column", "칼럼 제목", "https://news.example/column?a=1&b=2", "ko"),
        Source("archive", "칼럼 제목", "https://archive.example/1", "ko"),
        Source("paper", "A paper", "https://paper.example/", None),
        Source("forum", "Forum", "https://forum.example/1", "ko"),
    ),
    translator="Kim",
    corrections=(Notice(datetime(2025, 1, 20, 9, 0, tzinfo=KST), Text("A figure was wrong.")),),
    comments=12,
    threads=(),
    versions=(Alternate("ko", SITE + "ko/threads/first/"),),
)
OLDER = FeedEntry(
    id="urn:uuid:f0a6b811-a1d8-57db-ba27-2755aabc26d3",
    lang="en",
    title=Text("오래된 글", "ko"),
    href=HOME + "threads/older/",
    published=datetime(2025, 1, 2, 23, 30, tzinfo=KST),
    updated=datetime(2025, 1, 2, 23, 30, tzinfo=KST),
    opening=None,
    topics=(),
    column=None,
    forum=None,
    sources=(),
    translator=None,
    corrections=(),
    comments=0,
    threads=(),
    versions=(),
)
TEXT = FeedText(
    "ko",
    Localized((("ko", "<p>하나</p>"), ("en", "<p>One &amp; <em>two</em>.</p>"))),
    (),
    (FeedComment("c1", "graphite", datetime(2025, 1, 14, 8, 5, tzinfo=KST), Localized((("ko", "<p>옳소</p>"),))),),
)
NOTHING = FeedText("ko", Localized())
PART = FeedPart(HOME + "feed", None, None)
VIEW = FeedView(
    id="urn:uuid:408ddbdb-5760-47de-aba2-a1912f1e5827",
    lang="en",
    title="Digest",
    description="A digest.",
    author="Digest",
    home=HOME,
    part=PART,
    pages=(Alternate("ko", SITE + "ko/"),),
    feeds=(Alternate("ko", SITE + "ko/feed"),),
    hub=None,
    style=None,
    entries=(ENTRY, OLDER),
)


def made(form: str, view: FeedView = VIEW, texts: tuple[FeedText, ...] = (TEXT, NOTHING)) -> bytes:
    """A feed in a form."""
    (document,) = documents({form: view}, texts, WORDS)
    return document


class Item(NamedTuple):
    """What each form says of an entry."""

    id: str
    title: str
    link: str
    published: datetime
    content: str
    tags: tuple[str, ...]
    author: str | None


def items(form: str, document: bytes) -> Iterator[Item]:
    """The entries of a feed, whatever its form."""
    if form == "json":
        for each in json.loads(document)["items"]:
            names = [author["name"] for author in each.get("authors", [])]
            when = datetime.fromisoformat(each["date_published"])
            tags = tuple(each.get("tags", ()))
            yield Item(each["id"], each["title"], each["url"], when, each["content_html"], tags, *(names or [None]))
    elif form == "atom":
        for each in etree.fromstring(document).findall(f"{ATOM}entry"):
            own, title, date, content = (
                each.findtext(ATOM + name, "") for name in ("id", "title", "published", "content")
            )
            (link,) = (href for rel, lang, href in links(each) if (rel, lang) == ("alternate", "en"))
            tags = tuple(category.get("label", "") for category in each.findall(f"{ATOM}category"))
            author = each.findtext(f"{ATOM}author/{ATOM}name")
            yield Item(own, title, link, datetime.fromisoformat(date), content, tags, author)
    else:
        for each in etree.fromstring(document).findall("channel/item"):
            own, title, link, date = (each.findtext(name, "") for name in ("guid", "title", "link", "pubDate"))
            content = each.findtext(CONTENT, "") or each.findtext("description", "")
            tags = tuple(category.text or "" for category in each.findall("category"))
            yield Item(own, title, link, parsedate_to_datetime(date), content, tags, each.findtext(CREATOR))


def content_of(entry: FeedEntry, text: FeedText = NOTHING) -> html.HtmlElement:
    """The full content of the only item of a feed, as a reader's HTML parser sees it."""
    (item,) = items("rss", made("rss", replace(VIEW, entries=(entry,)), (text,)))
    return html.fragment_fromstring(item.content, create_parent="main")


def item_of(entry: FeedEntry, text: FeedText = NOTHING) -> etree._Element:
    """The only item of an RSS feed."""
    item = etree.fromstring(made("rss", replace(VIEW, entries=(entry,)), (text,))).find("channel/item")
    assert item is not None
    return item


def visible(text: str) -> str:
    """What people see of a text: no control, direction-turning or broken characters; runs of white space are one."""
    gone = {chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFFFE, 0xFFFF)}
    kept = (c for c in text if c in "\t\n\r" or (unicodedata.category(c) not in ("Cc", "Cs") and c not in gone))
    return " ".join("".join(kept).split())


def links(element: etree._Element) -> set[tuple[str, str | None, str]]:
    """Relation, language and address of each link of Atom in an element."""
    found = element.findall(f"{ATOM}link")
    return {(link.get("rel", ""), link.get("hreflang"), link.get("href", "")) for link in found}


def test_all_forms_say_the_same_in_the_same_order() -> None:
    """Catches an entry, date, text or tag that subscribers of one form get and those of another do not."""
    atom, of_json, rss = (list(items(form, made(form))) for form in FORMS)
    assert atom == of_json == rss
    assert [each.id for each in atom] == [ENTRY.id, OLDER.id]
    assert atom[0].tags == ("AI", "Export controls")


@pytest.mark.parametrize(("form", "version"), [("atom", "atom10"), ("rss", "rss20")])
def test_feedparser_reads_every_field(form: str, version: str) -> None:
    """Catches a field that readers do not find, or find with another meaning."""
    read = feedparser.parse(made(form))
    assert not read.bozo
    assert (read.version, read.feed.title, read.feed.subtitle) == (version, "Digest", "A digest.")
    assert (read.feed.link, read.feed.language, read.feed.generator) == (HOME, "en", "sitegen")
    assert [link.href for link in read.feed.links if link.rel == "self"] == [PART.href]
    first, older = read.entries
    assert (first.title, first.link, first.id, first.author) == ("First", ENTRY.href, ENTRY.id, "김철수")
    assert first.published_parsed[:5] == (2025, 1, 15, 0, 0)
    assert first.summary in ("One & two.", "One &amp; two.")
    assert "Original column" in first.content[0].value
    assert older.id == OLDER.id
    if form == "atom":
        assert first.updated_parsed[:5] == (2025, 1, 20, 0, 0)
        assert [tag.term for tag in first.tags] == ["ai", "export-controls"]
        assert [each.name for each in first.contributors] == ["Kim"]
    else:
        assert (first.comments, first.slash_comments) == (ENTRY.href + "#comments", "12")


def test_atom_keeps_to_its_grammar() -> None:
    """Catches what RFC 4287 forbids: a missing or doubled element, a date or address of another form."""
    for view in (VIEW, replace(VIEW, hub="https://hub.example/", style="/assets/feed.css"), replace(VIEW, entries=())):
        document = etree.fromstring(made("atom", view, (TEXT, NOTHING)[: len(view.entries)]))
        assert GRAMMAR.validate(document), GRAMMAR.error_log
    assert not GRAMMAR.validate(etree.fromstring(made("atom").replace(b"<updated>", b"<updated>x", 1)))


def test_atom_says_what_belongs_together() -> None:
    """Catches a relation that is missing, wrong, or in the wrong language."""
    document = etree.fromstring(made("atom"))
    assert document.get(XML_LANG) == "en"
    assert links(document) == {
        ("self", None, PART.href),
        ("alternate", "en", HOME),
        ("alternate", "ko", SITE + "ko/"),
        ("alternate", "ko", SITE + "ko/feed"),
    }
    entry = document.find(f"{ATOM}entry")
    assert entry is not None
    assert links(entry) == {
        ("alternate", "en", ENTRY.href),
        ("alternate", "ko", SITE + "ko/threads/first/"),
        ("related", "ko", "https://news.example/column?a=1&b=2"),
        ("related", "ko", "https://archive.example/1"),
        ("related", None, "https://paper.example/"),
        ("via", "ko", "https://forum.example/1"),
        ("replies", None, ENTRY.href + "#comments"),
    }
    assert entry.xpath("*/@thr:count", namespaces={"thr": COUNT[1:].partition("}")[0]}) == ["12"]


def test_rss_keeps_to_its_rules() -> None:
    """Catches what the W3C validator rejects: dates, relative addresses, guids, needless or doubled elements."""
    channel = etree.fromstring(made("rss")).find("channel")
    assert channel is not None
    names = [etree.QName(child).localname for child in channel if child.tag != "item"]
    assert sorted(set(names)) == ["description", "generator", "language", "lastBuildDate", "link", "title"]
    assert {name: names.count(name) for name in set(names) - {"link"}} == dict.fromkeys(set(names) - {"link"}, 1)
    stamps = [channel.findtext("lastBuildDate"), *(item.findtext("pubDate") for item in channel.findall("item"))]
    assert all(RFC_822.fullmatch(stamp or "") for stamp in stamps)
    assert [parsedate_to_datetime(stamp or "") for stamp in stamps] == [ENTRY.updated, ENTRY.published, OLDER.published]
    assert {guid.get("isPermaLink") for guid in channel.findall("item/guid")} == {"false"}
    tags = [child.tag for child in channel.findall("item")[0]]
    assert tags.count(COMMENTS) == tags.count(CONTENT) == 1
    assert tags.index("description") < tags.index(CONTENT)


def test_json_says_what_the_format_has_words_for() -> None:
    """Catches a key that is missing, empty or none of JSON Feed 1.1's."""
    document = json.loads(made("json", replace(VIEW, hub="https://hub.example/")))
    first, older = document.pop("items")
    assert document.pop("_sitegen") == {
        "id": VIEW.id,
        "pages": {"ko": SITE + "ko/"},
        "feeds": {"ko": SITE + "ko/feed"},
    }
    assert document == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Digest",
        "home_page_url": HOME,
        "feed_url": PART.href,
        "description": "A digest.",
        "language": "en",
        "authors": [{"name": "Digest"}],
        "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
    }
    assert (first["external_url"], first["language"]) == ("https://news.example/column?a=1&b=2", "en")
    assert (first["date_published"], first["date_modified"]) == (
        "2025-01-15T09:00:00+09:00",
        "2025-01-20T09:00:00+09:00",
    )
    assert "One & two." in first["content_text"].splitlines()
    more = first["_sitegen"]
    assert more["comments"] == {"count": 12, "url": ENTRY.href + "#comments"}
    assert (more["column"]["title"], more["column"]["excerpt"]) == ("칼럼 제목", True)
    assert older["content_text"] == older["content_html"] == ""


def test_no_date_comes_from_the_clock() -> None:
    """Catches a feed whose bytes depend on when it was made."""
    known = {ENTRY.published, ENTRY.updated, OLDER.published}
    rss, atom = made("rss").decode(), made("atom").decode()
    assert {parsedate_to_datetime(found.group()) for found in RFC_822.finditer(rss)} <= known
    assert {datetime.fromisoformat(each) for each in re.findall(r">(\d{4}-\d\d-\d\dT[^<]+)<", atom)} == known


@pytest.mark.parametrize("form", FORMS)
def test_a_feed_without_entries_has_no_date_of_today(form: str) -> None:
    """Catches feedgen's own date, the clock, in a feed that has none to give."""
    document = made(form, replace(VIEW, entries=(), description=""), ())
    assert list(items(form, document)) == []
    assert set(re.findall(rb"\b(?:19|20)\d\d-\d\d", document)) <= {b"1970-01"}
    assert b"lastBuildDate" not in document


@pytest.mark.parametrize("form", FORMS)
def test_entries_and_texts_must_match(form: str) -> None:
    """Catches entries that would silently go missing where the two sequences differ in length."""
    with pytest.raises(ValueError, match="shorter"):
        made(form, VIEW, (TEXT,))


def test_earlier_parts_say_where_they_belong() -> None:
    """Catches archived parts that readers would poll, subscribe to at a hub, or not find their way from (RFC 5005)."""
    hub = "https://hub.example/"
    newest = replace(VIEW, hub=hub, part=FeedPart(HOME + "feed", None, HOME + "feeds/2/feed"))
    archived = replace(VIEW, hub=hub, part=FeedPart(HOME + "feeds/2/feed", HOME + "feed", HOME + "feeds/1/feed"))
    for form in ("atom", "rss"):
        documents = [etree.fromstring(made(form, view)) for view in (newest, archived)]
        holders = [each if form == "atom" else each.find("channel") for each in documents]
        (first, second) = ({(rel, href) for rel, _, href in links(each)} for each in holders if each is not None)
        assert {("hub", hub), ("prev-archive", HOME + "feeds/2/feed")} <= first
        assert {("current", HOME + "feed"), ("prev-archive", HOME + "feeds/1/feed")} <= second
        assert "hub" not in {rel for rel, _ in second}
        assert [each.find(ARCHIVE) is not None for each in holders if each is not None] == [False, True]
    of_json = [json.loads(made("json", view)) for view in (newest, archived)]
    assert [each["next_url"] for each in of_json] == [HOME + "feeds/2/feed", HOME + "feeds/1/feed"]
    assert [each["_sitegen"].get("current_url") for each in of_json] == [None, HOME + "feed"]


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_a_browser_finds_the_style_sheet(form: str) -> None:
    """Catches a feed that a browser shows as bare code."""
    document = made(form, replace(VIEW, style="/assets/feed.css"))
    assert b'\n<?xml-stylesheet type="text/css" href="/assets/feed.css"?>\n<' in document
    assert not feedparser.parse(document).bozo


def test_content_tells_all_that_the_page_does() -> None:
    """Catches a fact of the thread that the content leaves out, or shows where there is none."""
    content = content_of(ENTRY, TEXT)
    assert [part.text_content() for part in content.findall("p")] == [
        "칼럼 제목김철수 · 한국일보 · 9/1/2025Original column · Archived copy",
        "This summarises part of the column.",
        "Correction, 20/1/2025 09:00: A figure was wrong.",
        "One & two.",
        "graphite · 14/1/2025 08:05",
        "12 comments",
    ]
    assert [part.text_content() for part in content.findall("h2")] == ["Column summary", "Picked comments", "Sources"]
    assert [part.text_content().strip() for part in content.findall("blockquote")] == ["옳소"]
    assert [part.text_content() for part in content.findall("ul/li")] == ["paper: A paper", "forum: Forum"]
    assert content.xpath("//a/@href") == [
        "https://news.example/column?a=1&b=2",
        "https://archive.example/1",
        ENTRY.href + "#c1",
        "https://paper.example/",
        "https://forum.example/1",
        ENTRY.href + "#comments",
    ]
    bare = ColumnFacts("Title", None, None, None, date(2025, 1, 9), excerpt=False)
    content = content_of(replace(OLDER, column=bare))
    assert [part.text_content() for part in content] == ["Title9/1/2025"]


def test_an_issue_lists_its_threads() -> None:
    """Catches an issue that comes without the threads that it gathers, or with a summary's heading."""
    threads = (
        FeedThread(HOME + "threads/first/", Text("First"), 12),
        FeedThread(HOME + "threads/two/", Text("둘", "ko"), 0),
    )
    issue = replace(OLDER, comments=None, threads=threads)
    content = content_of(issue, FeedText("en", Localized((("en", "<p>Editor.</p>"),))))
    assert [part.text_content() for part in content] == ["Editor.", "First · 12 comments둘 · 0 comments"]
    assert content.xpath("ol/li/a/@href") == [each.href for each in threads]
    assert item_of(issue).find(COMMENTS) is None


def test_a_text_that_is_cut_goes_on_at_its_page() -> None:
    """Catches a text that ends in a feed as if there were no more of it."""
    content = content_of(OLDER, FeedText("en", Localized((("en", "<p>Long.</p>"),)), cut=("en",)))
    assert [(link.text, link.get("href")) for link in content.findall(".//a")] == [("Read on", OLDER.href)]


def test_texts_in_another_language_say_so() -> None:
    """Catches Korean words that a reader would take for the feed's English."""
    entry = replace(ENTRY, title=Text("제목", "ko"), opening=Text("하나", "ko"))
    item = item_of(entry, replace(TEXT, text=Localized((("ko", "<p>하나</p>"),))))
    elements = {tag: item.find(tag) for tag in ("title", "description", CREATOR)}
    assert {tag: element.get(XML_LANG) for tag, element in elements.items() if element is not None} == {
        "title": "ko",
        "description": "ko",
        CREATOR: "ko",
    }
    content = html.fragment_fromstring(item.findtext(CONTENT) or "", create_parent="main")
    marked = [element.tag for element in content.xpath("//*[@lang='ko']")]
    assert marked == ["strong", "span", "span", "div", "strong", "blockquote", "a"]
    assert not item_of(replace(OLDER, title=Text("Older"))).xpath("//@xml:lang")


def test_an_entry_in_another_language_than_its_feed_says_so() -> None:
    """Catches a feed of several languages whose entries all pass for the first one."""
    view = replace(VIEW, entries=(replace(OLDER, lang="ko", title=Text("오래된 글")), ENTRY))
    atom = etree.fromstring(made("atom", view, (NOTHING, TEXT)))
    assert [each.get(XML_LANG) for each in atom.findall(f"{ATOM}entry")] == ["ko", None]
    rss = etree.fromstring(made("rss", view, (NOTHING, TEXT)))
    assert [each.findtext(LANGUAGE) for each in rss.findall("channel/item")] == ["ko", None]
    of_json = json.loads(made("json", view, (NOTHING, TEXT)))
    assert [each["language"] for each in of_json["items"]] == ["ko", "en"]


def test_opml_lists_each_feed_once() -> None:
    """Catches a list of feeds that readers cannot take in, or that subscribes to the same threads twice."""
    shown = Feed(
        "ko", "다이제스트 & <co>", SITE + "ko/", SITE + "ko/feed.xml", SITE + "ko/atom.xml", SITE + "ko/feed.json"
    )
    document = etree.fromstring(opml("Digest", (("한국어", (shown,)), ("Empty", ()))))
    (group,) = document.findall("body/outline")
    (outline,) = group.findall("outline")
    assert (group.get("text"), outline.get("text"), outline.get("xmlUrl")) == ("한국어", shown.title, shown.atom)
    assert (document.get("version"), outline.get("type"), outline.get("language")) == ("2.0", "rss", "ko")


HOSTILE = [
    "a ]]> b",
    "</script><script>alert(1)</script>",
    "</title></channel></rss>",
    "bell \x07, escape \x1b[31m, C1 \x9b, NUL \x00, half \ud800, none \uffff",
    "🎉 👨‍👩‍👧 é 한글 𠀀",
    "שלום עולם",
    "&amp; &lt; &#0; <![CDATA[x",
]
TAGS = {"main", "p", "strong", "br", "span", "h2", "div", "ul", "li", "a", "em", "blockquote"}


def hostile(text: str) -> FeedView:
    """A feed that says a text wherever a writer can."""
    column = ColumnFacts(text, None, Text(text), Text(text), None, excerpt=False)
    entry = replace(
        ENTRY,
        title=Text(text),
        opening=Text(text),
        topics=(FeedTopic("topic", text),),
        column=column,
        translator=text,
        corrections=(Notice(ENTRY.published, Text(text)),),
        sources=(Source(text, text, HOME, None),),
    )
    return replace(VIEW, title=text, description=text, author=text, entries=(entry,))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_stay_words(text: str, form: str) -> None:
    """Catches markup, broken XML or lost text made of a writer's words, wherever they stand."""
    document = made(form, hostile(text), (TEXT,))
    (item,) = items(form, document)
    assert visible(item.title) == visible(item.author or "") == visible(text)
    assert [visible(tag) for tag in item.tags] == [visible(text)]
    content = html.fragment_fromstring(item.content, create_parent="main")
    assert {element.tag for element in content.iter()} <= TAGS
    assert not content.xpath("//@*[starts-with(name(), 'on')] | //script")
    if form != "json":
        assert not feedparser.parse(document).bozo
    if form == "rss":
        opening = item_of(hostile(text).entries[0]).findtext("description") or ""
        assert visible(unescape(opening)) == visible(text)


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_a_text_cannot_turn_the_words_behind_it(form: str) -> None:
    """Catches an override of direction that a reader's own words would suffer from."""
    (item,) = items(form, made(form, hostile("a\u202eb\u2067c"), (TEXT,)))
    assert item.title == "abc"


anything: Any = st.text(st.characters(exclude_categories=()), max_size=60)


@settings(max_examples=100, deadline=None)
@given(text=anything, words=anything, form=st.sampled_from(FORMS))
def test_any_text_comes_back_as_it_was(text: str, words: str, form: str) -> None:
    """Catches a character that breaks the document or changes on the way to the reader."""
    from markupsafe import escape

    summary = FeedText("en", Localized((("en", f"<p>{escape(words)}</p>"),)))
    (item,) = items(form, made(form, hostile("x" + text), (summary,)))
    assert visible(item.title) == visible("x" + text)
    assert visible(item.author or "") == visible("x" + text)
    shown = html.fragment_fromstring(re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f]", "", item.content), create_parent="main")
    assert "".join(words.split()) in "".join(shown.text_content().split()) or visible(words) != words.strip()


@settings(max_examples=100, deadline=None)
@given(
    words=st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('\t\n\r"&<>%')), max_size=4)
)
def test_what_is_poured_is_what_feedgen_makes(words: list[str]) -> None:
    """Catches a word that is escaped otherwise than where feedgen gets it itself, or stands elsewhere."""
    words = [moulds.FORBIDDEN.sub("", word) for word in words]
    entry: list[moulds.Step] = [(Made.id, {"id": "x"}), (Made.title, {"title": "".join(words) or "y"})]
    entry.append((atom._updated, {"date": "2025-01-20"}))
    entry += [(Made.category, {"term": word, "label": word}) for word in words]
    entry += [(Made.contributor, {"name": word}) for word in words]
    lines: list[moulds.Step] = [(atom._link, {"rel": word, "href": word}) for word in words]
    lines += [(atom._content, {"html": word}) for word in words if "]]>" not in word]
    more: list[moulds.Step] = [(rss._element, {"about": word}) for word in words]
    assert moulds.poured(atom.entry_in_feed, entry, []) == atom.entry_in_feed(entry, [])
    assert moulds.poured(atom.line_in_entry, [], lines) == atom.line_in_entry([], lines)
    assert moulds.poured(rss.item_in_feed, entry[1:2], more) == rss.item_in_feed(entry[1:2], more)


@given(date=st.datetimes(datetime(1000, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
def test_dates_of_rss_are_those_of_feedgen(date: datetime) -> None:
    """Catches a date that is written otherwise than feedgen does."""
    assert rss._date(date) == formatRFC2822(date)


@given(seed=st.text(st.characters(codec="utf-8")), names=st.lists(st.text(st.characters(codec="utf-8"))))
def test_ids_are_those_of_the_standard(seed: str, names: list[str]) -> None:
    """Catches an id that another implementation of RFC 9562 would make otherwise: it would change for subscribers."""
    assert Publication(seed, None).urn(*names) == uuid5(uuid5(UUID(SITES), seed), "\n".join(names)).urn


@pytest.mark.parametrize(
    ("clause", "view"),
    [
        ("RFC 4287, 4.2.6; RSS", replace(VIEW, entries=(ENTRY, ENTRY))),
        ("RFC 4287, 4.2.6; RFC 9562", replace(VIEW, entries=(replace(ENTRY, id="first"),))),
        ("RFC 4287, 4.2.14;", replace(VIEW, title="")),
        ("RFC 4287, 4.2.14", replace(VIEW, entries=(replace(ENTRY, title=Text("")),))),
        ("RFC 4287, 2;", replace(VIEW, lang="ko_KR")),
        ("RFC 4287, 4.2.7.1;", replace(VIEW, entries=(replace(ENTRY, href="/en/threads/first/"),))),
        ("RFC 4287, 4.2.7.1", replace(VIEW, hub="hub.example")),
        ("RFC 4287, 3.3;", replace(VIEW, entries=(replace(ENTRY, published=datetime(2025, 1, 1)),))),  # noqa: DTZ001
        ("RFC 4287, 4.2.15", replace(VIEW, entries=(replace(ENTRY, updated=OLDER.updated),))),
        ("RFC 4685, 4", replace(VIEW, entries=(replace(ENTRY, comments=-1),))),
        ("RFC 5005, 4;", replace(VIEW, part=FeedPart(PART.href, None, PART.href))),
        ("RFC 4287, 4.1.1", replace(VIEW, pages=(Alternate("en", HOME),))),
    ],
)
def test_a_broken_rule_is_told_with_its_clause(clause: str, view: FeedView) -> None:
    """Catches a feed that is published though readers would refuse it, or take two entries for one."""
    assert list(rules.faults(VIEW)) == []
    (fault,) = rules.faults(view)
    assert fault[0].startswith(clause)
    made = render.feed(WORDS, dict.fromkeys(FORMS, view), (TEXT,) * len(view.entries))
    assert [document for document, _ in made] == [None] * len(FORMS)
    assert [one.code for _, told in made for one in told] == ["feed-rule"]
