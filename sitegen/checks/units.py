"""One thread, issue or free page as an editor would look it over: tasks that the engine remembers.

The head of what each returns is `Facts`, for what only the site as a whole can tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from functools import partial
from itertools import islice
from typing import Any, NamedTuple
from unicodedata import normalize

from sitegen import addresses, bodies, decode, parse, waivers, yamldoc
from sitegen.checks import columns, links, markup, numbers, people, terms, translations
from sitegen.checks.canonical import canonical
from sitegen.checks.texts import Finding, Passage, Piece, Place, prose_of
from sitegen.diagnostics import Diagnostic, Span, error, span_at, warning
from sitegen.models import CheckOptions, Glossary, Localized, Prose, Settings, ThreadBody, ThreadCard
from sitegen.schedule import Term
from sitegen.shapes import path_of
from sitegen.sources import TRANSLATIONS, text_of
from sitegen.tasks import Remembered, Source
from sitegen.unit import PAGES
from sitegen.yamldoc import Path
from sitegen.zones import zone

ODD = 5
"""Odd dates of one thread that are told: more of them have one cause."""


class Rules(NamedTuple):
    """What checks go by: the settings that content is read by, those of checks, and the glossary."""

    settings: Settings
    options: CheckOptions
    glossary: Glossary


class Facts(NamedTuple):
    """What the site as a whole has to know of a unit. Of the types that marshal knows; spans are plain tuples.

    `addresses` are what a thread covers: canonical address, what it is, and its span. `links` are `links.Link`s with a
    span in the place of the place, `waivers` are code, words and span.
    """

    kind: str
    slug: str
    path: str
    draft: bool = False
    date: str | None = None
    expires: str | None = None
    addresses: tuple[tuple[str, str, tuple[Any, ...]], ...] = ()
    links: tuple[tuple[str, str, str, str, tuple[Any, ...]], ...] = ()
    waivers: tuple[tuple[str, str, tuple[Any, ...]], ...] = ()

    @property
    def term(self) -> Term:
        """When it is on the site."""
        return Term(self.draft, self.date, self.expires)


def thread(rules: Rules, folder: str, sources: tuple[Source, ...]) -> Remembered:
    """A thread's folder."""
    unit = _Unit(rules, "threads", folder, parse.slug_of(folder), sources)
    path, tz = f"{folder}/thread.yaml", zone(rules.settings.timezone)
    card = unit.read("thread.yaml", lambda text: decode.thread(path, text, unit.slug, unit.languages, tz).value)
    if card is None:
        return unit.remembered()
    unit.facts = unit.facts._replace(draft=card.draft, date=_iso(card.date, tz), expires=_iso(card.expires, tz))
    pieces = unit.titled(card.title, path, card.lang)
    summary = unit.prose("column", "summary", card.lang)
    beside = f"{folder}/comments.yaml"
    read = partial(decode.comments, beside, lang=card.lang, languages=unit.languages, tz=tz)
    comments = unit.read("comments.yaml", lambda text: read(text=text).value) or ()
    mended = [
        each
        for number, one in enumerate(card.corrections)
        for each in unit.correction(one.text, path, number, card.lang)
    ]
    said = [each for one in comments if not one.removed for each in unit.comment(one, beside, card.lang)]
    whole = [*pieces, *summary, *mended, *said]
    unit.look(whole)
    unit.found += translations.lacking(whole, unit.languages)
    unit.found += islice(columns.odd_dates(card, path, comments, beside, tz), ODD)
    if card.column:
        unit.found += columns.without_archive(card.column, path)
        unit.found += columns.too_long(card.column, [each for one in summary for each in one.passages], rules.options)
    return unit.remembered(_addresses(card, path))


def digest(rules: Rules, folder: str, sources: tuple[Source, ...]) -> Remembered:
    """An issue's folder."""
    unit = _Unit(rules, "digests", folder, parse.slug_of(folder), sources)
    path, tz = f"{folder}/digest.yaml", zone(rules.settings.timezone)
    card = unit.read("digest.yaml", lambda text: decode.digest(path, text, unit.slug, unit.languages, tz).value)
    if card is None:
        return unit.remembered()
    unit.facts = unit.facts._replace(draft=card.draft, date=_iso(card.date, tz), expires=_iso(card.expires, tz))
    lang = rules.settings.default_language
    whole = [*unit.titled(card.title, path, lang), *unit.prose("intro", "intro", lang)]
    unit.look(whole)
    unit.found += translations.lacking(whole, unit.languages)
    return unit.remembered()


def page(rules: Rules, folder: str, slug: str, sources: tuple[Source, ...]) -> Remembered:
    """A free page."""
    unit = _Unit(rules, "pages", folder, slug, sources)
    lang = rules.settings.default_language
    tz = zone(rules.settings.timezone)
    fronts = [decode.front_matter(each.path, text_of(each)[0] or "", tz)[0].value for each in sources]
    ends = [each.expires for each in fronts if each and each.expires]
    draft = any(each.draft for each in fronts if each)
    unit.facts = unit.facts._replace(draft=draft, expires=_iso(min(ends, default=None), tz))
    whole = unit.prose(slug, "page", lang)
    unit.look(whole)
    unit.found += translations.lacking(whole, unit.languages)
    return unit.remembered()


def _iso(date: datetime | None, tz: tzinfo) -> str | None:
    """A date in ISO 8601, in the site's zone."""
    return date.astimezone(tz).isoformat() if date else None


def ids(rules: Rules, kind: str, folder: str, slug: str, sources: tuple[Source, ...]) -> Remembered:
    """The ids of what a unit's pages show, by language: the head is a tuple of pairs."""
    read: Callable[..., Remembered] = {"threads": parse.thread, "digests": parse.digest}.get(kind, parse.page)
    made = read(rules.settings, folder, *((slug,) if kind == "pages" else ()), (), sources)
    found = []
    for lang in rules.settings.languages if made.tails else ():
        body: ThreadBody | Prose = made.tails[1]
        original = body.lang if isinstance(body, ThreadBody) else rules.settings.default_language
        text = bodies.prose(body.column if isinstance(body, ThreadBody) else body.text, lang, original)
        several = [block.html for block in text.blocks] if text else []
        there = set(links.ids_in("".join(several)))
        for one in body.comments if isinstance(body, ThreadBody) else ():
            there |= {one.id, *(name for _, html in one.note for name in links.ids_in(html))}
        found.append((lang, tuple(sorted(there))))
    return Remembered(tuple(found))


def file_waivers(source: Source) -> Remembered:
    """The waivers of a file that belongs to no unit; the head is as the `waivers` of `Facts`."""
    made, told = waivers.read(source.path, text_of(source)[0] or "")
    return Remembered(tuple((each.code, each.words, tuple(each.span)) for each in made), told=told)


def glossary(source: Source) -> Remembered:
    """glossary.yaml: nobody's IP address, and its waivers; the head is as the `waivers` of `Facts`."""
    text = text_of(source)[0] or ""
    head, _, told = file_waivers(source)
    found = people.in_node(source.path, yamldoc.load(text)[0]) if addresses.in_text(text) else ()
    return Remembered(head, told=(*told, *placed(found, {source.path: text})))


def _addresses(card: ThreadCard, path: str) -> Iterator[tuple[str, str, Place]]:
    """What a thread covers: the column, by its own address or that of its archived copy, and the forum thread."""
    column, forum = card.column, card.forum
    if column and column.url:
        yield canonical(column.url), "column", Place(path, ("column", "url"))
    if column and column.archive:
        yield canonical(column.archive), "column", Place(path, ("column", "archive"))
    if forum:
        yield canonical(forum.url), "forum thread", Place(path, ("source", "url"))


# -- parts -------------------------------------------------------------------------------------------------------------


class _Unit:
    """The files of a unit while they are looked over; `found` gathers what there is to tell."""

    def __init__(self, rules: Rules, kind: str, folder: str, slug: str, sources: Sequence[Source]):
        self.rules, self.kind, self.folder, self.slug = rules, kind, folder, slug
        self.languages = rules.settings.languages
        written = [source for source in sources if not source.path.endswith(TRANSLATIONS)]
        self.texts = {source.path: text for source in written if (text := text_of(source)[0]) is not None}
        self.paths = {normalize("NFC", path): path for path in self.texts}
        first = next(iter(self.texts), folder)
        named = {"threads": f"{folder}/thread.yaml", "digests": f"{folder}/digest.yaml"}
        self.facts = Facts(kind, slug, named.get(kind, first))
        self.found: list[Finding] = []
        self.links: list[links.Link] = []

    def read(self, name: str, reading: Callable[[str], Any]) -> Any:
        """What a YAML file of the unit comes to; nobody's IP address may stand in it."""
        path = f"{self.folder}/{name}"
        if (text := self.texts.get(path)) is None:
            return None
        if name != "comments.yaml" and addresses.in_text(text):  # comments are looked at when they are read
            self.found += people.in_node(path, yamldoc.load(text)[0])
        return reading(text)

    def titled(self, title: Localized[str], path: str, lang: str) -> list[Piece]:
        """The title in all languages."""
        made = [Passage("title", each, text, text, path, ("title", each), 1, each == lang) for each, text in title]
        return _piece(made)

    def correction(self, texts: Localized[str], path: str, number: int, lang: str) -> list[Piece]:
        """A correction in all languages."""
        where = ("corrections", number)
        made = [Passage("correction", each, text, text, path, (*where, each), 1, each == lang) for each, text in texts]
        return _piece(made)

    def prose(self, stem: str, kind: str, lang: str) -> list[Piece]:
        """A Markdown text in all languages: the original is the one in this language."""
        made = []
        for each in self.languages:
            wanted = f"{self.folder}/{stem}.{each}.md"
            path = self.paths.get(normalize("NFC", wanted), wanted)
            text = self.texts.get(path, "")
            line = 1
            if self.kind == "pages":
                _, text, line = decode.front_matter(path, text)
            if text.strip():
                made.append(Passage(kind, each, text, prose_of(text), path, (), line, each == lang))
        for one in made:
            self.found += people.in_passage(one)
        return _piece(made)

    def comment(self, one: decode.CommentSource, path: str, lang: str) -> Iterator[Piece]:
        """A comment, and the editor's note on it, in all languages."""
        for kind, key, texts in (("comment", "text", one.text), ("note", "note", one.note)):
            stranger = kind == "comment"
            where: Path = (*path_of(one.where), key)
            made = [
                Passage(kind, each, text, prose_of(text), path, (*where, each), 1, each == lang, stranger)
                for each, text in texts
            ]
            yield from _piece(made)

    def look(self, pieces: Iterable[Piece]) -> None:
        """Look for what can be wrong with a text, whatever it belongs to."""
        book = terms.book(self.rules.glossary)
        for piece in pieces:
            self.found += translations.unwritten(piece)
            self.found += translations.repeated(piece)
            self.found += translations.foreign(piece)
            self.found += markup.strays(piece)
            self.found += terms.avoided(piece, book)
            told = [each for each in piece.others if not _untold(piece, each)]
            translated = piece._replace(others=tuple(told))
            self.found += numbers.missing(translated)
            self.found += terms.unmatched(translated, book)
            for each in piece.passages:
                if each.kind != "title":
                    route = PAGES[self.kind](each.lang, self.slug)
                    prefix = f"{each.lang}-"
                    self.links += links.inner_links(each, route, self.rules.settings.base_url, prefix)

    def remembered(self, addresses: Iterable[tuple[str, str, Place]] = ()) -> Remembered:
        """What there is to tell of the unit, and to know."""
        told = placed(self.found, self.texts)
        several = list(addresses)
        spans = _spans([*(place for *_, place in several), *(link.place for link in self.links)], self.texts)
        at = iter(spans)
        made: list[waivers.Waiver] = []
        for path, text in self.texts.items():
            mine, faults = waivers.read(path, text)
            made += mine
            told += faults
        facts = self.facts._replace(
            addresses=tuple((address, what, tuple(next(at))) for address, what, _ in several),
            links=tuple((*link[:4], tuple(next(at))) for link in self.links),
            waivers=tuple((each.code, each.words, tuple(each.span)) for each in made),
        )
        return Remembered(tuple(facts), told=tuple(told))


def _piece(made: Sequence[Passage]) -> list[Piece]:
    """The texts of one thing as a piece, if there are any."""
    original = next((each for each in made if each.original), None)
    return [Piece(original, tuple(each for each in made if each is not original))] if made else []


def _untold(piece: Piece, other: Passage) -> bool:
    """Whether a translation is none, so that there is no use in comparing."""
    return translations.is_repeated(piece, other) or translations.is_foreign(other)


def placed(found: Iterable[Finding], texts: Mapping[str, str]) -> list[Diagnostic]:
    """Findings as diagnostics, each at its place in one of these files."""
    several = list(found)
    here = _spans([each.place for each in several], texts)
    others = iter(_spans([each.other for each in several if each.other], texts))
    told = []
    for each, span in zip(several, here, strict=True):
        advice = each.help
        if each.other:
            other = next(others)
            advice += f"; see {other.path}:{other.line}:{other.column}"
        told.append((error if each.fatal else warning)(each.code, each.message, span, advice))
    return told


def _spans(places: Sequence[Place], texts: Mapping[str, str]) -> list[Span]:
    """Where places are, in their order; each YAML file is read once for all of them."""
    in_yaml = [place for place in places if not place.path.endswith(".md")]
    spans: dict[Place, Span] = {}
    for path in {place.path for place in in_yaml}:
        several = [place for place in in_yaml if place.path == path]
        wanted = [(place.where, place.inside) for place in several]
        spans |= zip(several, decode.spans(path, texts.get(path, ""), wanted), strict=True)
    return [spans.get(place) or span_at(place.path, texts[place.path], *(place.inside or (0, 0))) for place in places]
