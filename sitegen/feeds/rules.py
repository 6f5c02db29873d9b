"""What a feed has to keep to, checked on each document that is made: rules of the formats, each by its clause.

What content can get wrong is told where it is read, with its place. These rules hold the rest: that entries can be told
apart, and that whoever follows a feed's own links gets somewhere. They look at records, which costs a few microseconds
an entry; that the documents themselves are well-formed and valid is what the tests see to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sitegen.views import FeedView

ADDRESS = re.compile(r"https?://[^\s/]+/\S*")
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
URN = re.compile(r"urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def faults(view: FeedView) -> Iterator[tuple[str, str]]:
    """What is wrong with a document of a feed: the clause, and the words that it breaks it with."""
    if not view.title:
        yield "RFC 4287, 4.2.14; RSS 2.0, title; JSON Feed 1.1, title", "the feed has no title"
    if not LANGUAGE.fullmatch(view.lang):
        yield "RFC 4287, 2; RFC 5646, 2.1", f"`{view.lang}` is no language"
    yield from _links(view)
    known: set[str] = set()
    for entry in view.entries:
        if not URN.fullmatch(entry.id):
            yield "RFC 4287, 4.2.6; RFC 9562, 4", f"`{entry.id}` is no permanent id"
        if entry.id in known:
            yield "RFC 4287, 4.2.6; RSS 2.0, guid; JSON Feed 1.1, id", f"two entries have the id `{entry.id}`"
        known.add(entry.id)
        if not entry.title.text:
            yield "RFC 4287, 4.2.14", f"the entry {entry.href} has no title"
        if not ADDRESS.fullmatch(entry.href):
            yield "RFC 4287, 4.2.7.1; RSS 2.0, link", f"`{entry.href}` is no absolute address"
        if entry.published.tzinfo is None or entry.updated.tzinfo is None:
            yield "RFC 4287, 3.3; RSS 2.0, pubDate", f"a date of {entry.href} has no zone"
        elif entry.updated < entry.published:
            yield "RFC 4287, 4.2.15", f"{entry.href} was updated before it was published"
        if entry.comments is not None and entry.comments < 0:
            yield "RFC 4685, 4", f"{entry.href} has fewer than no comments"


def _links(view: FeedView) -> Iterator[tuple[str, str]]:
    part = view.part
    for address in filter(None, (view.home, part.href, part.current, part.older, view.hub)):
        if not ADDRESS.fullmatch(address):
            yield "RFC 4287, 4.2.7.1", f"`{address}` is no absolute address"
    if part.href in (part.current, part.older):
        yield "RFC 5005, 4; JSON Feed 1.1, next_url", f"{part.href} leads to itself as an earlier part"
    langs = [view.lang, *(each.lang for each in view.pages)]
    if len(set(langs)) < len(langs):
        yield "RFC 4287, 4.1.1", "two links lead to the feed's page in one language"
