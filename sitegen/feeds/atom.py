"""Atom 1.0 (RFC 4287), with replies (RFC 4685) and archived parts (RFC 5005)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial

from feedgen.entry import FeedEntry as Made
from feedgen.feed import FeedGenerator
from lxml import etree

from sitegen.feeds.entries import Content, comments_href
from sitegen.feeds.markup import NAMESPACES, SISTER, XML_LANG, archived, links, named, plain, style, unescaped, updated
from sitegen.feeds.moulds import Extension, Step, moment, poured, take, written
from sitegen.views import FeedEntry, FeedView, Source

RELATIONS = {"forum": "via"}
"""What a source is to an entry; any other is `related`."""

END = "</feed>"
ENTRY_END = "  </entry>\n"


def entry(lang: str, entry: FeedEntry, content: Content | None) -> bytes:
    """An entry in a feed whose own words are in a language, in UTF-8."""
    start = poured(entry_in_feed, *entry_steps(lang, entry)).removesuffix(ENTRY_END)
    lines = [poured(line_in_entry, [], [step]) for step in lines_of(entry, content)]
    return "".join([start, *lines, ENTRY_END]).encode()


def document(view: FeedView, entries: Sequence[bytes]) -> bytes:
    """A document of a feed in UTF-8."""
    head, end, rest = poured(feed_without_entries, *feed_steps(view)).rpartition(END)
    return b"".join([head.encode(), *entries, end.encode(), rest.encode()])


# -- feedgen -----------------------------------------------------------------------------------------------------------


def feed_without_entries(made: Sequence[Step], added: Sequence[Step]) -> str:
    """A document of a feed."""
    feed = FeedGenerator()
    feed.register_extension("sitegen", _FeedExtension, rss=False)
    feed.generator("sitegen")
    take(made, feed)
    feed.sitegen.steps = added
    return feed.atom_str(pretty=True).decode()  # type: ignore[no-any-return]


def entry_in_feed(made: Sequence[Step], added: Sequence[Step]) -> str:
    """An entry as it stands in a feed, without links: each may be there or not, which would make too many shapes."""
    entry = Made()
    entry.register_extension("sitegen", Extension)
    entry.link(href="-")  # feedgen asks for one
    take(made, entry)
    entry.sitegen.steps = [(_without_links, {}), *added]
    feed = etree.Element("feed", nsmap=PREFIXES)
    feed.append(entry.atom_entry())
    return written(feed, 1)


def line_in_entry(made: Sequence[Step], added: Sequence[Step]) -> str:
    """What stands behind that which feedgen makes of an entry."""
    feed = etree.Element("feed", nsmap=PREFIXES)
    take(added, etree.SubElement(feed, "entry"))
    return written(feed, 2)


PREFIXES = {prefix: NAMESPACES[prefix] for prefix in ("fh", "thr")}


class _FeedExtension(Extension):
    def extend_ns(self) -> dict[str, str]:
        return PREFIXES


# -- feeds -------------------------------------------------------------------------------------------------------------


def feed_steps(view: FeedView) -> tuple[list[Step], list[Step]]:
    """How a feed is made."""
    made: list[Step] = [
        (FeedGenerator.id, {"id": view.id}),
        (FeedGenerator.language, {"language": view.lang}),
        (FeedGenerator.title, {"title": plain(view.title)}),
        (FeedGenerator.author, {"name": plain(view.author)}),
        (_updated, {"date": updated(view).isoformat()}),
    ]
    if view.description:
        made.append((FeedGenerator.subtitle, {"subtitle": plain(view.description)}))
    made += [(_link_of(link.pop("rel")), link) for link in links(view, "atom")]
    added: list[Step] = []
    if view.style:
        added.append((style, {"href": view.style}))
    if view.part.current:
        added.append((archived, {}))
    return made, added


@cache
def _link_of(rel: str) -> Callable[..., object]:
    """Sets a feed's link of a relation, which feedgen looks at."""
    return partial(FeedGenerator.link, rel=rel)


def _updated(made: FeedGenerator | Made, date: str) -> None:
    made.updated(moment(date))


# -- entries -----------------------------------------------------------------------------------------------------------


def entry_steps(lang: str, entry: FeedEntry) -> tuple[list[Step], list[Step]]:
    """How an entry of a feed is made, but for its last lines."""
    made: list[Step] = [
        (Made.id, {"id": entry.id}),
        (Made.title, {"title": plain(entry.title.text)}),
        (_published, {"date": entry.published.isoformat()}),
        (_updated, {"date": entry.updated.isoformat()}),
    ]
    if entry.column and entry.column.author:
        made.append((Made.author, {"name": plain(entry.column.author.text)}))
    if entry.translator:
        made.append((Made.contributor, {"name": plain(entry.translator)}))
    made += [(Made.category, {"term": each.slug, "label": plain(each.name)}) for each in entry.topics]
    if entry.opening:
        made.append((_summary, {"text": plain(entry.opening.text)}))
    added: list[Step] = []
    if entry.lang != lang:
        added.append((_language, {"lang": entry.lang}))
    if entry.title.lang:
        added.append((_title_language, {"lang": entry.title.lang}))
    return made, added


def lines_of(entry: FeedEntry, content: Content | None) -> list[Step]:
    """The last lines of an entry: its links, and its content."""
    lines: list[Step] = [(_link, link) for link in _links(entry)]
    if content:
        lines.append((_content, {"html": unescaped(content.html)}))
    return lines


def _published(entry: Made, date: str) -> None:
    entry.published(moment(date))


def _summary(entry: Made, text: str) -> None:
    entry.summary(text, type="text")


def _language(entry: etree._Element, lang: str) -> None:
    entry.set(XML_LANG, lang)


def _title_language(entry: etree._Element, lang: str) -> None:
    for title in entry.findall("title"):
        title.set(XML_LANG, lang)


def _without_links(entry: etree._Element) -> None:
    for link in entry.findall("link"):
        entry.remove(link)


def _link(entry: etree._Element, **link: str) -> None:
    """Add a link as it is: feedgen drops its relation, type and language."""
    etree.SubElement(entry, "link", link)


def _content(entry: etree._Element, html: str) -> None:
    etree.SubElement(entry, "content", {"type": "html"}).text = etree.CDATA(html)


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
