"""What RSS and Atom share: texts that XML can hold, links, and the namespaces that they borrow elements from."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

from lxml import etree

from sitegen.views import FeedView

ATOM = "http://www.w3.org/2005/Atom"
NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "thr": "http://purl.org/syndication/thread/1.0",
}
CONTENT = "http://purl.org/rss/1.0/modules/content/"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

TYPES = {"atom": "application/atom+xml", "json": "application/feed+json", "rss": "application/rss+xml"}

SISTER = "text/html; charset=utf-8"
"""The type of a page in another language. It says no more than `text/html`, but some readers take the last link of just
that type for the entry's own, others the first."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""The date of a feed that never had an entry: it must have one in Atom, and the clock's would differ each time."""

ILLEGAL = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 does not allow (§2.2), with DEL and the C1 controls, which some terminals obey."""

STRAY = re.compile(f"{ILLEGAL.pattern}|[\u202a-\u202e\u2066-\u2069]")
"""What plain text must not carry: also the characters that turn its direction, for no element's end turns it back."""


def plain(text: str) -> str:
    """A plain text that XML can hold."""
    return text if text.isprintable() else STRAY.sub("", text)


@lru_cache(maxsize=64)
def unescaped(html: str) -> str:
    """HTML that may stand as it is, without a second layer of escapes. Atom and RSS are made one after the other."""
    html = html.replace("]]>", "]]&gt;")
    try:
        etree.CDATA(html)
    except ValueError:
        html = ILLEGAL.sub("", html)
    return html


def named(prefix: str, name: str) -> str:
    """The name of a borrowed element or attribute."""
    return f"{{{NAMESPACES[prefix]}}}{name}"


def links(view: FeedView, form: str) -> list[dict[str, str]]:
    """What a feed says of itself in links: itself, its page and both in other languages, its other parts, its hub."""
    part = view.part
    found = [{"rel": "self", "type": TYPES[form], "href": part.href}]
    found.append({"rel": "alternate", "type": "text/html", "hreflang": view.lang, "href": view.home})
    found += [{"rel": "alternate", "type": SISTER, "hreflang": each.lang, "href": each.href} for each in view.pages]
    found += [
        {"rel": "alternate", "type": TYPES[form], "hreflang": each.lang, "href": each.href} for each in view.feeds
    ]
    if part.current:
        found.append({"rel": "current", "type": TYPES[form], "href": part.current})
    if part.older:
        found.append({"rel": "prev-archive", "type": TYPES[form], "href": part.older})
    if part.newer:
        found.append({"rel": "next-archive", "type": TYPES[form], "href": part.newer})
    if view.hub and not part.current:
        found.append({"rel": "hub", "href": view.hub})
    return found


def updated(view: FeedView) -> datetime:
    """When anything in the feed last became new to subscribers."""
    return max((entry.updated for entry in view.entries), default=EPOCH)


def style(document: etree._Element, href: str) -> None:
    """Name the style sheet for those who open the feed in a browser (https://www.w3.org/TR/xml-stylesheet/)."""
    document.addprevious(etree.ProcessingInstruction("xml-stylesheet", f'type="text/css" href="{href}"'))


def archived(feed: etree._Element) -> None:
    """Say of a part that it is not the newest one (RFC 5005)."""
    etree.SubElement(feed, named("fh", "archive"))
