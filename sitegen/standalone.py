"""Our own HTML made to stand alone, for feeds: absolute addresses, and nothing that only our pages need.

What comes in was made by `markdown`: every attribute is in double quotes, and no other `<` begins anything but a tag.
Whatever is not so, or is not listed here, does not come out as a tag.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape, unescape
from urllib.parse import urljoin, urlsplit

TAGS = frozenset(
    [
        *("a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del", "div", "dl", "dt", "em"),
        *("figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark"),
        *("ol", "p", "pre", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "table", "tbody", "td"),
        *("tfoot", "th", "thead", "tr", "u", "ul", "var"),
    ]
)
"""Elements of running text. Of any other one, what it holds is kept."""

ATTRIBUTES = frozenset(
    ["alt", "colspan", "height", "href", "hreflang", "lang", "rowspan", "src", "start", "title", "width"]
)
"""Attributes that mean something in a feed reader. Many items share one document there: ids would clash."""

SCHEMES = {"href": ("http", "https", "mailto"), "src": ("http", "https")}
"""Where the attributes that are addresses may lead."""

TAG = re.compile(rf"<(?!/?(?:{'|'.join(sorted(TAGS))})>)[^<>]*>?")
"""What begins like a tag, but for plain ones, which stay as they are."""

PARTS = re.compile(r'<(/?)([A-Za-z][A-Za-z0-9]*)((?: [\w:-]+(?:="[^"]*")?)*) ?/?>')
ATTRIBUTE = re.compile(r'([\w:-]+)="([^"]*)"')

ABSOLUTE = re.compile(
    r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?(?:/[A-Za-z0-9/._~%@!$()*+,=:-]*)?"
    r"(?:\?[A-Za-z0-9/._~%@!$()*+,=:-]+)?(?:#[A-Za-z0-9/._~%@!$()*+,=:-]+)?"
)
"""Addresses that stay as they are, in quotes too, on whatever page they stand."""

BREAKS = re.compile(r"</(?:p|h[1-6]|blockquote|li|tr|pre|dt|dd|figcaption|caption)>|<br>|<hr>|<[ou]l>")
CELLS = re.compile(r"</t[dh]>\s*")
IMAGES = re.compile(r'<img(?: [\w-]+="[^"]*")*? alt="([^"]+)"[^>]*>')
ANY = re.compile(r"<[^>]*>")


def standalone(html: str, page: str) -> str:
    """HTML that may stand anywhere; `page` is the absolute address of the page that it is part of."""

    def tag(found: re.Match[str]) -> str:
        kept = _tag(found[0])
        return kept if isinstance(kept, str) else _with_addresses(*kept, page)

    return TAG.sub(tag, html)


@lru_cache(maxsize=2048)
def _tag(tag: str) -> str | tuple[str, tuple[tuple[str, str], ...]]:
    """A tag with what may stay of it; its name and attributes where one of these is an address to be resolved."""
    found = PARTS.fullmatch(tag)
    if found is None:
        return "&lt;" + tag[1:].replace(">", "&gt;")
    closing, name, attributes = found.groups()
    if name.lower() not in TAGS:
        return ""
    kept = tuple((key, value) for key, value in ATTRIBUTE.findall(attributes) if key in ATTRIBUTES)
    if not closing and any(key in SCHEMES and not ABSOLUTE.fullmatch(value) for key, value in kept):
        return name, kept
    written = "" if closing else "".join(f' {key}="{value}"' for key, value in kept)
    return f"<{closing}{name}{written}>"


def _with_addresses(name: str, attributes: tuple[tuple[str, str], ...], page: str) -> str:
    written = []
    for key, value in attributes:
        if key in SCHEMES:
            address = resolved(key, unescape(value), page)
            if address is None:
                continue
            value = escape(address)
        written.append(f' {key}="{value}"')
    return f"<{name}{''.join(written)}>"


def resolved(key: str, address: str, page: str) -> str | None:
    """The address of an attribute (`href`, `src`), absolute; None where it leads nowhere that it may lead to."""
    try:
        absolute = urljoin(page, address)
        return absolute if urlsplit(absolute).scheme in SCHEMES[key] else None
    except ValueError:
        return None


def words(html: str) -> str:
    """The plain text of HTML that stands alone, a paragraph, item or row a line."""
    text = html.replace("<li>", "\n- ")
    if "<img" in text:
        text = IMAGES.sub(r"\1", text)
    if "<table" in text:
        text = CELLS.sub("\t", text)
    text = unescape(ANY.sub("", BREAKS.sub("\n", text)))
    return "\n".join([line for each in text.split("\n") if (line := each.strip())])
