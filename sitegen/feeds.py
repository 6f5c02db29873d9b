"""Feeds: RSS 2.0 (https://www.rssboard.org/rss-specification). The only code that knows feedgen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from html import escape
from typing import Protocol

from feedgen.feed import FeedGenerator
from lxml import etree, html

from sitegen.views import ColumnFacts, FeedEntry, FeedView, Prose, Source

DC_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

OPENING_LIMIT = 280
"""Characters of a summary that stand for it in lists of items."""

RUNNING = ("paragraph", "list", "quote")
"""Kinds of block whose words open a text."""

ATTRIBUTES = frozenset(
    ["alt", "colspan", "height", "href", "hreflang", "lang", "rowspan", "src", "start", "title", "width"]
)
"""Attributes that mean something in a feed reader. The rest serves our own pages, and many items share one document in
a reader: ids would clash there."""

LEGAL = "\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff"
"""Characters that XML 1.0 allows (§2.2), without DEL and the C1 controls, which some terminals obey."""

ILLEGAL = re.compile(f"[^{LEGAL}]")
STRAY = re.compile(f"[^{LEGAL}]|[\u202a-\u202e\u2066-\u2069]")
"""What plain text must not carry: also the characters that turn its direction, for no element's end turns it back."""


class Strings(Protocol):
    """The words of one language, for people."""

    def __call__(self, key: str, **values: int) -> str:
        """The words for a key, with the values in their places."""
        ...

    def date(self, moment: date, /) -> str:
        """A date, as the language writes it."""
        ...

    def kind(self, kind: str, /) -> str:
        """The name of a kind of source."""
        ...


def rss(view: FeedView, contents: Sequence[Prose | None], strings: Strings) -> bytes:
    """The feed as an RSS 2.0 document in UTF-8.

    `contents` are the summaries of `view.entries`, in the same order (ValueError where there are more or fewer);
    `strings` speaks the feed's language. The same arguments give the same bytes: every date comes from an entry.
    """
    feed = FeedGenerator()
    feed.register_extension("sitegen", _ChannelExtension, _ItemExtension, atom=False)
    title = _plain(view.title)
    feed.title(title)
    feed.description(_plain(view.description) or title)  # the element is compulsory, and feedgen refuses an empty one
    feed.language(view.lang)
    feed.link(href=view.href, rel="self", type="application/rss+xml")
    feed.link(href=view.home)  # feedgen takes the last one for the channel's own
    feed.generator("sitegen")
    feed.docs("")
    if view.entries:
        feed.lastBuildDate(max(entry.date for entry in view.entries))
        feed.sitegen.dated = True
    for entry, summary in zip(view.entries, contents, strict=True):
        _add_item(feed, entry, summary, strings)
    document: bytes = feed.rss_str(pretty=True)
    return document


class _ChannelExtension:
    """What feedgen cannot do to a channel: leave the date out where there is none (its own default is the clock)."""

    def __init__(self) -> None:
        self.dated = False

    def extend_ns(self) -> dict[str, str]:
        return {"dc": "http://purl.org/dc/elements/1.1/"}

    def extend_rss(self, document: etree._Element) -> None:
        if not self.dated:
            etree.strip_elements(document, "lastBuildDate")


class _ItemExtension:
    """What feedgen cannot say of an item: an author without an e-mail address, and the language of a text."""

    def __init__(self) -> None:
        self.creator = ""
        self.languages: dict[str, str | None] = {}

    def extend_rss(self, item: etree._Element) -> None:
        if self.creator:
            etree.SubElement(item, DC_CREATOR).text = self.creator
        for tag, lang in self.languages.items():
            for element in item.findall(tag):
                if lang:
                    element.set(XML_LANG, lang)


def _add_item(feed: FeedGenerator, entry: FeedEntry, summary: Prose | None, strings: Strings) -> None:
    prose = _prose(summary) if summary else None
    opening = _opening(summary) if summary else ""
    item = feed.add_entry(order="append")
    item.title(_plain(entry.title.text))
    item.link(href=entry.href)
    item.guid(entry.id, permalink=False)
    item.pubDate(entry.date)
    item.comments(_comments_href(entry))
    for term in dict.fromkeys([entry.category, *entry.tags] if entry.category else entry.tags):
        item.category(term=_plain(term))
    if opening:
        item.description(escape(opening, quote=False))  # readers take a description for HTML
    item.content(_content(entry, prose, strings))
    column = entry.column
    item.sitegen.creator = _plain(column.author or "") if column else ""
    item.sitegen.languages = {
        "title": entry.title.lang,
        "description": summary.lang if summary and opening else None,
        DC_CREATOR: column.lang if column else None,
    }


def _content(entry: FeedEntry, prose: html.HtmlElement | None, strings: Strings) -> str:
    """The item in full, as HTML that stands alone."""
    body = _element("div")
    if entry.column:
        body.extend(_column_card(entry.column, strings))
    if prose is not None:
        body.extend([_element("h2", strings("summary")), prose])
    if entry.sources:
        rows = [_source_row(source, strings) for source in entry.sources]
        body.extend([_element("h2", strings("sources")), _element("ul", *rows)])
    if entry.comments:
        link = _element("a", strings("comments", n=entry.comments), href=_comments_href(entry))
        body.append(_element("p", link))
    body.make_links_absolute(entry.href, resolve_base_href=False, handle_failures="discard")
    return "\n".join(html.tostring(part, encoding="unicode") for part in body)


def _column_card(column: ColumnFacts, strings: Strings) -> Iterator[html.HtmlElement]:
    card = _element("p", _element("strong", column.title, lang=column.lang))
    names = " · ".join(name for name in (column.author, column.publisher) if name)
    if names:
        _append(card, _element("br"), _element("span", names, lang=column.lang))
    if column.published:
        _append(card, " · " if names else _element("br"), strings.date(column.published))
    yield card
    if column.excerpt:
        yield _element("p", _element("em", strings("excerpt")))


def _source_row(source: Source, strings: Strings) -> html.HtmlElement:
    link = _element("a", source.title, href=source.url, hreflang=source.lang, lang=source.lang)
    return _element("li", f"{strings.kind(source.kind)}: ", link)


def _comments_href(entry: FeedEntry) -> str:
    return f"{entry.href}#comments"


def _prose(prose: Prose) -> html.HtmlElement:
    """The text as one element, with nothing left that only our own pages need."""
    root = _parsed("\n".join(block.html for block in prose.blocks))
    for element in root.iter(etree.Element):
        for name in set(element.attrib) - ATTRIBUTES:
            del element.attrib[name]
    if prose.lang:
        root.set("lang", prose.lang)
    return root


def _opening(prose: Prose) -> str:
    """The first words of the running text, without marks of footnotes, cut between words at OPENING_LIMIT."""
    words: list[str] = []
    for block in prose.blocks:
        if block.kind in RUNNING and len(" ".join(words)) <= OPENING_LIMIT:
            words += "".join(_parsed(block.html).xpath(".//text()[not(ancestor::sup)]")).split()
    text = _plain(" ".join(words))
    if len(text) <= OPENING_LIMIT:
        return text
    cut = text[:OPENING_LIMIT]
    return (cut.rpartition(" ")[0] or cut) + "…"


def _parsed(source: str) -> html.HtmlElement:
    parser = html.HTMLParser(huge_tree=True)  # without it, libxml2 drops what is nested more than 255 deep
    return html.fragment_fromstring(ILLEGAL.sub("", source), create_parent="div", parser=parser)


def _element(tag: str, *children: str | html.HtmlElement, **attributes: str | None) -> html.HtmlElement:
    """An HTML element; texts and values need no escaping, an attribute that is None is left out."""
    element = html.Element(tag, {name: _plain(value) for name, value in attributes.items() if value})
    _append(element, *children)
    return element


def _append(element: html.HtmlElement, *children: str | html.HtmlElement) -> None:
    for child in children:
        if not isinstance(child, str):
            element.append(child)
        elif len(element):
            element[-1].tail = (element[-1].tail or "") + _plain(child)
        else:
            element.text = (element.text or "") + _plain(child)


def _plain(text: str) -> str:
    return STRAY.sub("", text)
