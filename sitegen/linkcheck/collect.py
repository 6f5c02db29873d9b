"""The links that lead out of the site, each with the places where it stands, from content files as they are."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from itertools import accumulate
from typing import NamedTuple

from markdown_it import MarkdownIt

from sitegen import decode, yamldoc
from sitegen.diagnostics import Diagnostic, Span, span_at
from sitegen.links import key_of
from sitegen.markdown import full, rules
from sitegen.markdown.html import inlines, settled
from sitegen.models import Settings
from sitegen.parse import slug_of
from sitegen.sources import PageUnit, Sorted, Unit, text_of
from sitegen.tasks import Files, Source
from sitegen.zones import zone

RAW = re.compile(r"https?://[^\s<>\"'`]+", re.IGNORECASE)
"""What may be an address in a Markdown text as it was typed."""

ENDS = ("", "%", *").,;:!?*_~]|")
"""What may follow an address that ends: nothing, a Korean particle (percent-encoded), punctuation and marks."""


class Place(NamedTuple):
    """Where a link stands; in a comment, it is a stranger's. `part` is its `#…`, empty where it has none."""

    span: Span
    strangers: bool = False
    part: str = ""


class Found(NamedTuple):
    """Where an address is linked to, and the first day on which anything published links to it, where it is known."""

    places: tuple[Place, ...]
    day: date | None


class Collected(NamedTuple):
    """All addresses by their `links.key_of`, in order, and what is wrong with the content that names them."""

    found: dict[str, Found]
    diagnostics: tuple[Diagnostic, ...]


Link = tuple[str, Place]


def collect(settings: Settings, found: Sorted, read: Callable[[str], bytes]) -> Collected:
    """The links of a project's threads, issues and pages, drafts too; `read` gives a file's bytes by its path."""
    places: dict[str, list[Place]] = defaultdict(list)
    days: dict[str, date] = {}
    told: list[Diagnostic] = []
    for unit in found.units:
        collector = _Collector(settings, unit, told)
        links = list(collector.links(read))
        for url, place in links:
            key = key_of(url)
            if key.startswith(settings.base_url):
                continue
            places[key].append(place._replace(part="".join(url.partition("#")[1:])))
            if collector.day is not None:
                days[key] = min(days.get(key, collector.day), collector.day)
    return Collected({key: Found(tuple(places[key]), days.get(key)) for key in sorted(places)}, tuple(told))


class _Collector:
    """Finds the links of one thread, issue or page; `day` is when that is published, once its facts are read."""

    def __init__(self, settings: Settings, unit: Unit | PageUnit, told: list[Diagnostic]):
        self.settings, self.unit, self.told = settings, unit, told
        self.zone = zone(settings.timezone)
        self.day: date | None = None
        self.lang = settings.default_language

    def links(self, read: Callable[[str], bytes]) -> Iterator[Link]:
        """All links, those of the facts first."""
        files: Files = self.unit.files
        for name in sorted(files.names, key=lambda name: (name not in ("thread.yaml", "digest.yaml"), name)):
            path = f"{self.unit.folder}/{name}"
            text, faults = text_of(Source(path, read(path)))
            self.told.extend(faults)
            if text is None:
                continue
            if name == "thread.yaml":
                yield from self._facts(path, text)
            elif name == "digest.yaml":
                self._issue(path, text)
            elif name == "comments.yaml":
                yield from self._comments(path, text)
            elif name.endswith(".md"):
                yield from self._prose(path, text)

    def _facts(self, path: str, text: str) -> Iterator[Link]:
        languages = self.settings.languages
        decoded = decode.thread(path, text, slug_of(self.unit.folder), languages, self.zone)
        self.told.extend(decoded.diagnostics)
        if (card := decoded.value) is None:
            return
        self.day, self.lang = card.date.date(), card.lang
        named: dict[tuple[str | int, ...], str | None] = {
            ("source", "url"): card.forum.url if card.forum else None,
            ("column", "url"): card.column.url if card.column else None,
            ("column", "archive"): card.column.archive if card.column else None,
            **{("links", number, "url"): link.url for number, link in enumerate(card.links)},
        }
        marks = yamldoc.locate(text, [where for where, url in named.items() if url])
        for where, url in named.items():
            if url and (found := marks.get(where)):
                value = found.value
                yield url, Place(span_at(path, text, value.line, value.column, value.width))

    def _issue(self, path: str, text: str) -> None:
        decoded = decode.digest(path, text, slug_of(self.unit.folder), self.settings.languages, self.zone)
        self.told.extend(decoded.diagnostics)
        self.day = decoded.value.date.date() if decoded.value else None

    def _prose(self, path: str, text: str) -> Iterator[Link]:
        part, first = text, 1
        if isinstance(self.unit, PageUnit):
            front, part, first = decode.front_matter(path, text)
            self.told.extend(front.diagnostics)
        for url, line, column, width in links_in(part, editors=True):
            yield url, Place(span_at(path, text, line + first - 1, column, width))

    def _comments(self, path: str, text: str) -> Iterator[Link]:
        decoded = decode.comments(path, text, self.lang, self.settings.languages, self.zone)
        self.told.extend(decoded.diagnostics)
        urls: list[tuple[str, bool]] = []
        places: list[tuple[decode.CommentSource, str, str, int, int, int]] = []
        for one in decoded.value or ():
            for key, words in (("text", one.text), ("note", one.note)):
                for lang, said in words if not one.removed else ():
                    for url, line, column, width in links_in(said, editors=key == "note"):
                        urls.append((url, key == "text"))
                        places.append((one, key, lang, line, column, width))
        spans = decode.spans_in_texts(path, text, places) if places else ()
        for (url, strangers), span in zip(urls, spans, strict=True):
            yield url, Place(span, strangers)


# -- Markdown ----------------------------------------------------------------------------------------------------------


def links_in(text: str, *, editors: bool) -> Iterator[tuple[str, int, int, int]]:
    """The links of a Markdown text that lead to other sites: address, line and column (from 1), width.

    A text that is not read as Markdown has none.
    """
    if "://" not in text:
        return
    parser = full.editor_parser() if editors else full.stranger_parser()
    source = full.Source(text)
    try:
        tokens, _ = full.read(parser, source.text, full.EDITOR_LIMIT if editors else full.STRANGER_LIMIT)
    except full.RefusedError:
        return
    typed = _Typed("\n".join(source.lines), parser)
    for token in inlines(tokens):
        for child in settled(token):
            href = str(child.attrs.get("href", ""))
            if child.type == "link_open" and href.lower().startswith(("http://", "https://")) and rules.is_web(href):
                yield href, *typed.place(href, rules.first_line(token) + 1)


class _Raw(NamedTuple):
    """What may be an address in a text: as typed, as Markdown writes it, line and column."""

    typed: str
    href: str
    line: int
    column: int


class _Typed:
    """A text as it was typed, and the addresses in it that were not found yet."""

    def __init__(self, text: str, parser: MarkdownIt):
        self.normal = parser.normalizeLink
        self.left: list[_Raw] = []
        starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
        for found in RAW.finditer(text):
            line = bisect_right(starts, found.start())
            self.left.append(_Raw(found[0], self.normal(found[0]), line, found.start() - starts[line - 1] + 1))

    def place(self, href: str, line: int) -> tuple[int, int, int]:
        """Where an address stands, in a block that begins on a line, or in a definition; else that line."""
        fits = [raw for raw in self.left if raw.href.startswith(href)]
        if not fits:
            return line, 1, 1
        best = min(fits, key=lambda raw: (raw.href[len(href) :][:1] not in ENDS, raw.line < line, raw[2:]))
        if len(fits) > 1:  # the next link to it is another one
            self.left.remove(best)
        return best.line, best.column, self.width(best, href)

    def width(self, raw: _Raw, href: str) -> int:
        """How many characters of what was typed are the address."""
        if raw.href == href:
            return len(raw.typed)
        if raw.typed.isascii():
            return len(raw.typed) - (len(raw.href) - len(href))
        lengths = range(len(raw.typed), 0, -1)
        return next((n for n in lengths if self.normal(raw.typed[:n]) == href), len(raw.typed))
