"""The site for crawlers: sitemaps (https://www.sitemaps.org/protocol.html) and robots.txt (RFC 9309)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from sitegen.views import SitemapEntry

LIMIT, SIZE = 50_000, 50_000_000
"""Addresses and bytes that the protocol allows in one sitemap."""

AROUND, AROUND_LINK = 150, 70
"""Bytes that a page takes at most beside its address, and each of its versions beside that one's."""

XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
OPENING = (
    f'{XML}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
)


def sitemap(entries: Sequence[SitemapEntry]) -> bytes:
    """The pages in the order given, with `xhtml:link` to their versions in other languages."""
    return "".join([OPENING, *map(_url, entries), "</urlset>\n"]).encode()


def parts(count: int, longest: int, languages: int, limit: int = LIMIT, size: int = SIZE) -> tuple[range, ...]:
    """How so many pages are divided among sitemaps: the places of those in each, counted from 0.

    `longest` is what an address of theirs takes at most, in bytes; `limit` and `size` are what a sitemap may hold.
    """
    page = AROUND + longest + (languages + 1) * (AROUND_LINK + longest)
    step = max(1, min(limit, size // page))
    return tuple(range(start, min(start + step, count)) for start in range(0, count, step))


def index(hrefs: Sequence[str]) -> bytes:
    """The sitemap of sitemaps; addresses are absolute."""
    listed = "".join(f"<sitemap>\n<loc>{escape(href)}</loc>\n</sitemap>\n" for href in hrefs)
    opening = f'{XML}<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return f"{opening}{listed}</sitemapindex>\n".encode()


def robots(sitemap_href: str) -> bytes:
    """A robots.txt that allows everything and says where the sitemap is (absolute address)."""
    return f"User-agent: *\nAllow: /\n\nSitemap: {sitemap_href}\n".encode()


def _url(entry: SitemapEntry) -> str:
    """One page. Plain strings: twenty thousand pages take a tree of elements half a second."""
    return "\n".join(["<url>", *_lines(entry), "</url>", ""])


def _lines(entry: SitemapEntry) -> Iterator[str]:
    yield f"<loc>{escape(entry.href)}</loc>"
    if entry.lastmod:
        yield f"<lastmod>{entry.lastmod.isoformat(timespec='seconds')}</lastmod>"
    for version in entry.alternates:
        yield f'<xhtml:link rel="alternate" hreflang="{version.lang}" href="{escape(version.href)}"/>'
