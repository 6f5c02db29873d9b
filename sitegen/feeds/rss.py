"""RSS 2.0 (https://www.rssboard.org/rss-specification), with what the RSS Advisory Board's profile recommends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from feedgen.entry import FeedEntry as Made
from feedgen.feed import FeedGenerator
from lxml import etree

from sitegen.feeds.entries import Content, comments_href
from sitegen.feeds.markup import (
    ATOM,
    CONTENT,
    NAMESPACES,
    XML_LANG,
    archived,
    links,
    named,
    plain,
    style,
    unescaped,
    updated,
)
from sitegen.feeds.moulds import Extension, Step, moment, poured, take, written
from sitegen.views import FeedEntry, FeedView

END = "  </channel>"


def entry(lang: str, entry: FeedEntry, content: Content | None) -> bytes:
    """An entry in a feed whose own words are in a language, in UTF-8."""
    return poured(item_in_feed, *item_steps(lang, entry, content)).encode()


def document(view: FeedView, entries: Sequence[bytes]) -> bytes:
    """A document of a feed in UTF-8."""
    head, end, rest = poured(feed_without_entries, *feed_steps(view)).rpartition(END)
    return b"".join([head.encode(), *entries, end.encode(), rest.encode()])


# -- feedgen -----------------------------------------------------------------------------------------------------------


def feed_without_entries(made: Sequence[Step], added: Sequence[Step]) -> str:
    """A document of a feed."""
    feed = FeedGenerator()
    feed.register_extension("sitegen", _FeedExtension, atom=False)
    feed.generator("sitegen")
    feed.docs("")
    take(made, feed)
    feed.sitegen.steps = added
    return feed.rss_str(pretty=True).decode()  # type: ignore[no-any-return]


def item_in_feed(made: Sequence[Step], added: Sequence[Step]) -> str:
    """An entry as it stands in a feed."""
    item = Made()
    item.register_extension("sitegen", Extension)
    take(made, item)
    item.sitegen.steps = added
    feed = etree.Element("rss", nsmap={**PREFIXES, "content": CONTENT})
    etree.SubElement(feed, "channel").append(item.rss_entry())
    return written(feed, 2)


PREFIXES = {prefix: NAMESPACES[prefix] for prefix in ("dc", "fh", "slash")}


class _FeedExtension(Extension):
    def extend_ns(self) -> dict[str, str]:
        return PREFIXES


# -- feeds -------------------------------------------------------------------------------------------------------------


def feed_steps(view: FeedView) -> tuple[list[Step], list[Step]]:
    """How a feed is made."""
    title = plain(view.title)
    description = plain(view.description) or title  # the element is compulsory, and feedgen refuses an empty one
    made: list[Step] = [
        (FeedGenerator.title, {"title": title}),
        (FeedGenerator.description, {"description": description}),
        (FeedGenerator.language, {"language": view.lang}),
        (FeedGenerator.link, {"href": view.home}),
    ]
    added: list[Step] = []
    if view.entries:
        made.append((_last_build, {"date": _date(updated(view))}))
    else:
        added.append((_without_date, {}))
    if view.style:
        added.append((style, {"href": view.style}))
    own_page = ("alternate", view.home)
    added += [(_feed_link, link) for link in links(view, "rss") if (link["rel"], link["href"]) != own_page]
    if view.part.current:
        added.append((_archived, {}))
    return made, added


def _date(date: datetime) -> str:
    """A date as RFC 822 has it; feedgen changes the process's locale for that, and back."""
    return f"{DAYS[date.weekday()]}, {date.day:02} {MONTHS[date.month - 1]} {date:%Y %H:%M:%S %z}"


DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _last_build(feed: FeedGenerator, date: str) -> None:
    feed.lastBuildDate(moment(date))


def _without_date(document: etree._Element) -> None:
    """Leave the date out where there is none: feedgen's own is the clock."""
    etree.strip_elements(document, "lastBuildDate")


def _feed_link(document: etree._Element, **link: str) -> None:
    """Add a link: feedgen adds none but the feed's own."""
    etree.SubElement(document[0], f"{{{ATOM}}}link", link)


def _archived(document: etree._Element) -> None:
    archived(document[0])


# -- entries -----------------------------------------------------------------------------------------------------------


def item_steps(lang: str, entry: FeedEntry, content: Content | None) -> tuple[list[Step], list[Step]]:
    """How an entry of a feed is made."""
    author = entry.column.author if entry.column else None
    made: list[Step] = [
        (Made.title, {"title": plain(entry.title.text)}),
        (Made.link, {"href": entry.href}),
        (Made.guid, {"guid": entry.id}),
        (_published, {"date": _date(entry.published)}),
    ]
    made += [(Made.category, {"term": each.slug, "label": plain(each.name)}) for each in entry.topics]
    if entry.opening:  # readers take a description for HTML
        made.append((Made.description, {"description": escape(plain(entry.opening.text), quote=False)}))
    added: list[Step] = []
    if content:
        added.append((_content, {"html": unescaped(content.html)}))
    if author and (creator := plain(author.text)):
        added.append((_element, {CREATOR: creator}))
    if entry.lang != lang:
        added.append((_element, {named("dc", "language"): entry.lang}))
    if entry.comments is not None:
        made.append((Made.comments, {"comments": comments_href(entry)}))
        added.append((_element, {named("slash", "comments"): str(entry.comments)}))
    for tag, text in (("title", entry.title), ("description", entry.opening), (CREATOR, author)):
        if text and text.lang:
            added.append((_language, {tag: text.lang}))
    return made, added


CREATOR = named("dc", "creator")
"""An author: RSS itself wants an e-mail address."""


def _published(item: Made, date: str) -> None:
    item.pubDate(moment(date))


def _content(item: etree._Element, html: str) -> None:
    """Add the content as it is, which feedgen cannot do."""
    encoded = item.find("description") is not None
    etree.SubElement(item, f"{{{CONTENT}}}encoded" if encoded else "description").text = etree.CDATA(html)


def _element(item: etree._Element, **texts: str) -> None:
    """Add elements of other vocabularies."""
    for tag, text in texts.items():
        etree.SubElement(item, tag).text = text


def _language(item: etree._Element, **langs: str) -> None:
    """Name the language of elements."""
    for tag, lang in langs.items():
        for element in item.findall(tag):
            element.set(XML_LANG, lang)
