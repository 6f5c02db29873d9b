"""Every address of the site. A route is a path inside `output/`, as text: `ko/threads/딥시크/`, `feed.xml`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import quote, urlsplit

from sitegen.record import comparable

RESERVED = frozenset(
    [
        *("archive", "assets", "atom.xml", "categories", "digests", "feed.json", "feed.xml", "feeds", "feeds.opml"),
        *("glossary", "media", "search", "subscribe", "tags", "threads", "topics"),
    ]
)
"""First steps below a language that pages cannot be called."""

FEEDS = {"atom": "atom.xml", "json": "feed.json", "rss": "feed.xml"}
"""The forms of a feed, each with the name of its file beside the page that the feed follows."""

OWN_FILES = frozenset(["index.html", *FEEDS.values()])
"""Files that stand beside, or in, the folders of threads, issues and topics."""

WINDOWS = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))]
)
"""Names that no file can have on Windows, where a site may be copied to."""

Route = Callable[[str], str]
"""The route of one page in each language."""

ROOT = ""
NOT_FOUND = "404.html"
SITEMAP = "sitemap.xml"
ROBOTS = "robots.txt"
LLMS = "llms.txt"
REDIRECTS = "_redirects"


@comparable
class Addresses:
    """Where the site lives: turns routes into addresses. `base_url` ends with `/`."""

    base_url: str

    @property
    def host(self) -> str:
        """What stands before an address from the root of the host, to make it absolute."""
        return _base(self.base_url)[0]

    def url(self, route: str) -> str:
        """The address from the root of the host (RFC 3986), with the path of `base_url` in front."""
        return _base(self.base_url)[1] + _quoted(route)

    def href(self, route: str) -> str:
        """The absolute address."""
        return self.host + self.url(route)


@lru_cache(maxsize=16)
def _base(url: str) -> tuple[str, str]:
    """What comes before the path of an address, and the path, quoted."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}", quote(parts.path, safe="/%~")


@lru_cache(maxsize=16384)
def _quoted(route: str) -> str:
    """A route as it stands in addresses; those of a thread are asked for time and again, by list after list."""
    return quote(route)


def sitemap_part(number: int) -> str:
    """One of several sitemaps, by its number from 1."""
    return f"sitemap-{number}.xml"


def file_of(route: str) -> str:
    """The file in `output/` that answers a route."""
    return f"{route}index.html" if route == ROOT or route.endswith("/") else route


def way_in(lang: str) -> str:
    """The way into the site, whatever the language."""
    return ROOT


def home(lang: str) -> str:
    """The front page of a language."""
    return f"{lang}/"


def thread(lang: str, slug: str) -> str:
    """A thread."""
    return f"{lang}/threads/{slug}/"


def parallel(lang: str, slug: str) -> str:
    """A thread in all languages side by side."""
    return f"{lang}/threads/{slug}/parallel/"


def card(page: str) -> str:
    """The share card of a page; it keeps its address, since others may have shown it where it was passed on."""
    return f"{page}card.png"


def twin(route: str) -> str:
    """A thread's or issue's Markdown twin, beside its page."""
    return f"{route}index.md"


def digests(lang: str) -> str:
    """All issues."""
    return f"{lang}/digests/"


def digest(lang: str, slug: str) -> str:
    """An issue of the digest."""
    return f"{lang}/digests/{slug}/"


def topics(lang: str) -> str:
    """All categories and tags."""
    return f"{lang}/topics/"


def topic(lang: str, kind: str, slug: str, number: int = 1) -> str:
    """A page of the threads of a category or tag; `number` counts from 1."""
    plural = {"category": "categories", "tag": "tags"}[kind]
    return f"{lang}/{plural}/{slug}/" + (f"{number}/" if number > 1 else "")


def archive(lang: str, year: int | None = None) -> str:
    """The threads of a year; without one, the way in."""
    return f"{lang}/archive/" + (f"{year}/" if year is not None else "")


def page(lang: str, slug: str) -> str:
    """A free page."""
    return f"{lang}/{slug}/"


def glossary(lang: str) -> str:
    """All terms."""
    return f"{lang}/glossary/"


def subscribe(lang: str) -> str:
    """The page about feeds."""
    return f"{lang}/subscribe/"


def search(lang: str) -> str:
    """The search page; the files of the index lie below it."""
    return f"{lang}/search/"


def search_shard(lang: str, block: int, shard: int) -> str:
    """A part of the search index."""
    return f"{lang}/search/{block}/{shard}.json"


def search_threads(lang: str, block: int, segment: int) -> str:
    """The addresses of the threads that a part of the search index names by their places."""
    return f"{lang}/search/{block}/threads-{segment}.json"


def feed(followed: str, form: str) -> str:
    """A feed in one of its forms, by the route of the page that it follows."""
    return followed + FEEDS[form]


def feed_archive(lang: str, number: int) -> str:
    """The folder of a page of earlier entries of a language's feed (RFC 5005); `number` counts from 1, the oldest."""
    return f"{lang}/feeds/{number}/"


def is_feed_archive(folder: str) -> bool:
    """Whether a route is one of `feed_archive`."""
    return bool(re.fullmatch(r"[^/]+/feeds/[0-9]+/", folder))


def opml(lang: str | None = None) -> str:
    """The list of all feeds, or of those of one language."""
    return "feeds.opml" if lang is None else f"{lang}/feeds.opml"


def asset(name: str) -> str:
    """A file of the theme, under its fingerprinted name."""
    return f"assets/{name}"


def media(kind: str, slug: str, name: str) -> str:
    """A file that comes of an image which a text of a thread, digest or page shows, under its fingerprinted name."""
    return f"media/{kind}/{slug}/{name}"


@lru_cache(maxsize=1024)
def slug_of(name: str) -> str:
    """A name as a step of an address: NFC, lower case, anything but letters, digits and `+#._-` as hyphens."""
    kept = (each if each.isalnum() or each in "+#._-" else "-" for each in unicodedata.normalize("NFC", name).lower())
    return "-".join(part for part in "".join(kept).split("-") if part).strip(".")


SLUG_BYTES = 80
"""Bytes of a slug made from a title: a third of what a file name may have."""


def slug_from(title: str) -> str | None:
    """A slug made from a title: as much of it as has room, to the end of a word where that is near."""
    slug = slug_of(title).strip("-._#+")
    short = slug.encode()[:SLUG_BYTES].decode("utf-8", "ignore")
    if len(short) < len(slug) and "-" in short[len(short) // 2 :]:
        short = short.rpartition("-")[0]
    short = short.strip("-._#+")
    return short if short and slug_fault(short) is None else None


def same_file(slug: str) -> str:
    """What two slugs have in common that would be one file where case or normal form does not count."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", slug).casefold())


def slug_fault(slug: str) -> str | None:
    """What keeps a name from being a step of an address, or None."""
    if not slug or slug in (".", "..") or "/" in slug or "\\" in slug:
        return "may not be empty, `.` or `..`, nor hold `/` or `\\`"
    if any(unicodedata.category(each) in ("Cc", "Cf", "Cs", "Zl", "Zp") for each in slug):
        return "may not hold control or invisible characters"
    if any(each in '<>:"|?*' for each in slug) or slug != slug.strip(" ."):
        return 'may not hold any of `<>:"|?*`, nor begin or end with a dot or space'
    if slug.lower() in OWN_FILES:
        return "is the name of a file of sitegen's own"
    if slug.split(".")[0].lower() in WINDOWS:
        return "is a reserved name on Windows"
    if len(slug.encode()) > 255 - len(".html"):
        return "is longer than 250 bytes"
    return None
