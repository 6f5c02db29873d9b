"""What a web page tells of itself, in metadata: the facts of a column. All of it is from strangers.

Read in this order: JSON-LD (schema.org), Open Graph, other `meta`, `title`. What is no fact of its kind (a day, a
language, an address) is passed over.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.html import HTMLParser, document_fromstring

from sitegen.models import Column
from sitegen.scalars import Day, LangTag, Text, Url
from sitegen.shapes import MISSING, Reader, Shape, plain

LONGEST = 300
"""Characters of a fact."""

DEEPEST = 20
"""Objects of JSON-LD inside one another that are looked into."""

MOST = 200
"""Objects of JSON-LD that are looked into."""

ARTICLES = frozenset(("BlogPosting", "Report", "LiveBlogPosting", "SocialMediaPosting"))
"""What schema.org calls articles, beside types that end in `Article`."""

SAME = frozenset(("www", "m", "mobile", "amp"))
"""What the name of a host may begin with, and be the same site."""


def read(text: str, address: str) -> Column:
    """The facts of a page that came from an address. Without a title, that is the address itself."""
    try:
        root = document_fromstring(text.replace("\0", "").encode("utf-8", "replace"), HTMLParser(encoding="utf-8"))
    except (etree.LxmlError, ValueError):
        return Column(title=address, url=address)
    page = _Page(root)
    return Column(
        title=_first(Text(), page.titles()) or address,
        author=_first(Text(), page.authors()),
        publisher=_first(Text(), page.publishers()),
        published=_first(Day(), (found[0] for each in page.dates() if (found := re.match(r"\d{4}-\d\d-\d\d", each)))),
        lang=_first(LangTag(), (_language(each) for each in page.languages())),
        url=_address(page.addresses(), address),
    )


def _first(shape: Shape[Any], texts: Iterable[str]) -> Any:
    """The first of some texts that a shape reads without a fault, or None."""
    for text in texts:
        reader, told = Reader(), _short(text)
        value = shape.read(told, (), reader) if told else MISSING
        if value is not MISSING and not reader.problems:
            return value
    return None


def _short(text: str) -> str:
    """A text on one line, not too long; some pages escape twice."""
    words = " ".join(plain(html.unescape(text)).split())
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"


def _language(text: str) -> str:
    """A language without the country: `en-US` and `en_US` are `en`, `zh-Hant-TW` is `zh-Hant`."""
    tag = re.match(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4})(?![A-Za-z]))?", text.strip())
    return "" if tag is None else tag[1].lower() + (f"-{tag[2].title()}" if tag[2] else "")


def _address(found: Iterable[str], address: str) -> str:
    """The address that a page gives as its own, if it is one of the same site; else the one it came from."""
    for each in found:
        try:
            own = urljoin(address, each.strip())
            same = _site(own) == _site(address) and urlsplit(own).path.strip("/")
        except ValueError:
            continue
        if same and Url().fault(own) is None:
            return own
    return address


def _site(address: str) -> str:
    first, _, rest = (urlsplit(address).hostname or "").partition(".")
    return rest if first in SAME else f"{first}.{rest}"


class _Page:
    """A page's metadata by name, and the articles of its JSON-LD."""

    def __init__(self, root: Any):
        self.root = root
        self.meta: dict[str, list[str]] = {}
        for each in root.iter("meta"):
            name = each.get("property") or each.get("name") or each.get("itemprop") or ""
            self.meta.setdefault(name.strip().lower(), []).append(each.get("content") or "")
        scripts = (each.text or "" for each in root.iter("script") if _is_json_ld(each.get("type")))
        self.articles = [each for script in scripts for each in _articles(script)]

    def named(self, *names: str) -> Iterator[str]:
        """The metadata of these names."""
        for name in names:
            yield from self.meta.get(name, ())

    def said(self, key: str) -> Iterator[str]:
        """The texts, or names of persons and organisations, that JSON-LD has for a key, several as one."""
        for article in self.articles:
            if names := ", ".join(dict.fromkeys(_names(article.get(key)))):
                yield names

    def titles(self) -> Iterator[str]:
        """What the page may be called."""
        yield from self.said("headline")
        yield from self.named("og:title", "twitter:title")
        yield from (each.text_content() for each in self.root.iter("title"))

    def authors(self) -> Iterator[str]:
        """Who may have written it; Open Graph has addresses of profiles there as well."""
        yield from self.said("author")
        told = self.named("author", "article:author", "og:article:author", "dc.creator")
        yield from (each for each in told if not re.match(r"\s*(?:https?:)?//", each))

    def publishers(self) -> Iterator[str]:
        """Where it may have appeared."""
        yield from self.said("publisher")
        yield from self.named("og:site_name", "application-name", "dc.publisher")

    def dates(self) -> Iterator[str]:
        """When it may have appeared: a day as the page has it, in whatever zone that is."""
        yield from self.said("datePublished")
        yield from self.named("article:published_time", "og:published_time", "datepublished", "date", "dc.date")

    def languages(self) -> Iterator[str]:
        """Its languages."""
        yield from (self.root.get("lang") or "", self.root.get("{http://www.w3.org/XML/1998/namespace}lang") or "")
        yield from self.said("inLanguage")
        yield from self.named("og:locale", "language", "dc.language")

    def addresses(self) -> Iterator[str]:
        """What it says to be its address."""
        yield from (
            each.get("href") or ""
            for each in self.root.iter("link")
            if "canonical" in (each.get("rel") or "").lower().split()
        )
        yield from self.named("og:url")


# -- JSON-LD -----------------------------------------------------------------------------------------------------------


def _is_json_ld(kind: str | None) -> bool:
    return (kind or "").partition(";")[0].strip().lower() == "application/ld+json"


def _articles(script: str) -> Iterator[Mapping[str, Any]]:
    """The articles in a script, wherever they stand in it."""
    try:
        todo: list[tuple[Any, int]] = [(json.loads(script), 0)]
    except (ValueError, RecursionError):
        return
    for _ in range(MOST):
        if not todo:
            return
        node, depth = todo.pop(0)
        if isinstance(node, dict) and _is_article(node.get("@type")):
            yield node
        inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        if depth < DEEPEST:
            todo += ((each, depth + 1) for each in inner if isinstance(each, dict | list))


def _is_article(kind: object) -> bool:
    kinds = kind if isinstance(kind, list) else [kind]
    return any(isinstance(each, str) and (each.endswith("Article") or each in ARTICLES) for each in kinds)


def _names(node: object) -> Iterator[str]:
    """The texts in a value: itself, its `name`, or those of each entry of a list."""
    for each in node[:MOST] if isinstance(node, list) else [node]:
        name = each.get("name") if isinstance(each, dict) else each
        if isinstance(name, str) and name.strip():
            yield name.strip()
