"""OPML 2.0 (http://opml.org/spec2.opml): a list of feeds that feed readers can take in at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from sitegen.views import Feed


def opml(title: str, groups: Sequence[tuple[str, Sequence[Feed]]]) -> bytes:
    """Feeds in named groups, in UTF-8. Each feed stands there once, as Atom: who takes the list in wants no doubles."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">', "<head>"]
    lines += [
        f"<title>{escape(title, quote=False)}</title>",
        "</head>",
        "<body>",
        *_groups(groups),
        "</body>",
        "</opml>",
    ]
    return "\n".join([*lines, ""]).encode()


def _groups(groups: Iterable[tuple[str, Sequence[Feed]]]) -> Iterator[str]:
    for name, feeds in groups:
        if feeds:
            yield f'<outline text="{escape(name)}">'
            yield from map(_feed, feeds)
            yield "</outline>"


def _feed(feed: Feed) -> str:
    title, address = escape(feed.title), escape(feed.atom)
    return (
        f'<outline type="rss" version="ATOM" text="{title}" title="{title}" xmlUrl="{address}"'
        f' htmlUrl="{escape(feed.page)}" language="{feed.lang}"/>'
    )
