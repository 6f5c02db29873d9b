"""RSS 2.0 (https://www.rssboard.org/rss-specification), with what the RSS Advisory Board's profile recommends."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from feedgen.feed import FeedGenerator
from lxml import etree

from sitegen.feeds.entries import Content, comments_href
from sitegen.feeds.markup import ATOM, CONTENT, NAMESPACES, XML_LANG, cdata, links, named, plain, style, updated
from sitegen.views import FeedEntry, FeedView


def rss(view: FeedView, entries: Sequence[tuple[FeedEntry, Content | None]]) -> bytes:
    """A document of a feed in UTF-8."""
    feed = FeedGenerator()
    feed.register_extension("sitegen", _ChannelExtension, _ItemExtension, atom=False)
    feed.sitegen.view = view
    title = plain(view.title)
    feed.title(title)
    feed.description(plain(view.description) or title)  # the element is compulsory, and feedgen refuses an empty one
    feed.language(view.lang)
    feed.link(href=view.home)
    feed.generator("sitegen")
    feed.docs("")
    if view.entries:
        feed.lastBuildDate(updated(view))
    for entry, content in entries:
        _add(feed, view, entry, content)
    document: bytes = feed.rss_str(pretty=True)
    return document


class _ChannelExtension:
    """What feedgen cannot do to a channel: name a style sheet, link to more than itself, say that it is archived.

    And it cannot leave the date out where there is none: its own default is the clock.
    """

    view: FeedView

    def extend_ns(self) -> dict[str, str]:
        return {prefix: NAMESPACES[prefix] for prefix in ("dc", "fh", "slash")}

    def extend_rss(self, document: etree._Element) -> None:
        style(document, self.view)
        (channel,) = document.findall("channel")
        if not self.view.entries:
            etree.strip_elements(channel, "lastBuildDate")
        own_page = ("alternate", self.view.home)
        for link in links(self.view, "rss"):
            if (link["rel"], link["href"]) != own_page:
                etree.SubElement(channel, f"{{{ATOM}}}link", link)
        if self.view.part.current:
            etree.SubElement(channel, named("fh", "archive"))


class _ItemExtension:
    """What feedgen cannot say of an item: an author without an e-mail address, languages, the number of comments.

    And it cannot give the content as it is.
    """

    creator = ""
    lang: str | None = None
    languages: dict[str, str | None]
    comments: int | None = None
    content: str | None = None

    def extend_rss(self, item: etree._Element) -> None:
        if self.content is not None:
            encoded = item.find("description") is not None
            etree.SubElement(item, CONTENT if encoded else "description").text = cdata(self.content)
        if self.creator:
            etree.SubElement(item, named("dc", "creator")).text = self.creator
        if self.lang:
            etree.SubElement(item, named("dc", "language")).text = self.lang
        if self.comments is not None:
            etree.SubElement(item, named("slash", "comments")).text = str(self.comments)
        for tag, lang in self.languages.items():
            for element in item.findall(tag):
                if lang:
                    element.set(XML_LANG, lang)


def _add(feed: FeedGenerator, view: FeedView, entry: FeedEntry, content: Content | None) -> None:
    item = feed.add_entry(order="append")
    item.title(plain(entry.title.text))
    item.link(href=entry.href)
    item.guid(entry.id, permalink=False)
    item.pubDate(entry.published)
    if entry.topics:
        item.category([{"term": each.slug, "label": plain(each.name)} for each in entry.topics])
    if entry.opening:
        item.description(escape(plain(entry.opening.text), quote=False))  # readers take a description for HTML
    column = entry.column
    if entry.comments is not None:
        item.comments(comments_href(entry))
    item.sitegen.creator = plain(column.author.text) if column and column.author else ""
    item.sitegen.lang = None if entry.lang == view.lang else entry.lang
    item.sitegen.comments = entry.comments
    item.sitegen.content = content.html if content else None
    item.sitegen.languages = {
        "title": entry.title.lang,
        "description": entry.opening.lang if entry.opening else None,
        named("dc", "creator"): column.author.lang if column and column.author else None,
    }
