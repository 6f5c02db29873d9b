"""Atom 1.0 (RFC 4287), with replies (RFC 4685) and archived parts (RFC 5005)."""

from __future__ import annotations

from collections.abc import Sequence

from feedgen.feed import FeedGenerator
from lxml import etree

from sitegen.feeds.entries import Content, comments_href
from sitegen.feeds.markup import NAMESPACES, SISTER, XML_LANG, cdata, links, named, plain, style, updated
from sitegen.views import FeedEntry, FeedView, Source

RELATIONS = {"forum": "via"}
"""What a source is to an entry; any other is `related`."""


def atom(view: FeedView, entries: Sequence[tuple[FeedEntry, Content | None]]) -> bytes:
    """A document of a feed in UTF-8."""
    feed = FeedGenerator()
    feed.register_extension("sitegen", _FeedExtension, _EntryExtension, rss=False)
    feed.sitegen.view = view
    feed.id(view.id)
    feed.language(view.lang)
    feed.title(plain(view.title))
    if view.description:
        feed.subtitle(plain(view.description))
    feed.author(name=plain(view.author))
    feed.generator("sitegen")
    feed.updated(updated(view))
    for link in links(view, "atom"):
        feed.link(**link)
    for entry, content in entries:
        _add(feed, view, entry, content)
    document: bytes = feed.atom_str(pretty=True)
    return document


class _FeedExtension:
    """What feedgen cannot do to a feed: name a style sheet, and say that it is an archived part."""

    view: FeedView

    def extend_ns(self) -> dict[str, str]:
        return {prefix: NAMESPACES[prefix] for prefix in ("fh", "thr")}

    def extend_atom(self, document: etree._Element) -> None:
        style(document, self.view)
        if self.view.part.current:
            etree.SubElement(document, named("fh", "archive"))


class _EntryExtension:
    """What feedgen cannot do to an entry: links of any relation, content as it is, and the language of a text.

    It drops a link's relation, type and language altogether.
    """

    lang: str | None = None
    title_lang: str | None = None
    links: Sequence[dict[str, str]] = ()
    content: str | None = None

    def extend_atom(self, entry: etree._Element) -> None:
        if self.lang:
            entry.set(XML_LANG, self.lang)
        if self.title_lang:
            for title in entry.findall("title"):
                title.set(XML_LANG, self.title_lang)
        for link in entry.findall("link"):
            entry.remove(link)
        for attributes in self.links:
            etree.SubElement(entry, "link", attributes)
        if self.content is not None:
            etree.SubElement(entry, "content", {"type": "html"}).text = cdata(self.content)


def _add(feed: FeedGenerator, view: FeedView, entry: FeedEntry, content: Content | None) -> None:
    made = feed.add_entry(order="append")
    made.id(entry.id)
    made.title(plain(entry.title.text))
    made.link(href=entry.href)  # feedgen asks for one; the extension says all of it
    made.published(entry.published)
    made.updated(entry.updated)
    if entry.column and entry.column.author:
        made.author(name=plain(entry.column.author.text))
    if entry.translator:
        made.contributor(name=plain(entry.translator))
    if entry.topics:
        made.category([{"term": each.slug, "label": plain(each.name)} for each in entry.topics])
    if entry.opening:
        made.summary(plain(entry.opening.text), type="text")
    made.sitegen.lang = None if entry.lang == view.lang else entry.lang
    made.sitegen.title_lang = entry.title.lang
    made.sitegen.links = _links(entry)
    made.sitegen.content = content.html if content else None


def _links(entry: FeedEntry) -> list[dict[str, str]]:
    found = [{"rel": "alternate", "type": "text/html", "hreflang": entry.lang, "href": entry.href}]
    found += [{"rel": "alternate", "type": SISTER, "hreflang": each.lang, "href": each.href} for each in entry.versions]
    found += map(_source, entry.sources)
    if entry.comments is not None:
        replies = {"rel": "replies", "type": "text/html", "href": comments_href(entry)}
        found.append({**replies, named("thr", "count"): str(entry.comments)})
    found += [
        {"rel": "related", "type": "text/html", "href": each.href, "title": plain(each.title.text)}
        for each in entry.threads
    ]
    return found


def _source(source: Source) -> dict[str, str]:
    link = {"rel": RELATIONS.get(source.kind, "related"), "href": source.url, "title": plain(source.title)}
    return {**link, "hreflang": source.lang} if source.lang else link
