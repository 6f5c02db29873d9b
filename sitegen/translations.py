"""How the translations of one thread, issue or page stand to their originals: what is missing, and what lags behind.

A text's original is its version in the language that the thread was written in (of an issue or page, the site's first
language); where it has none, the first of its versions, which pages show in its stead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from sitegen import ledger
from sitegen.alignment import same_ends
from sitegen.diagnostics import Diagnostic, Span, warning
from sitegen.ledger import Key, Lock, Paragraph, Row
from sitegen.markdown import Block
from sitegen.tasks import Source

AROUND = 30
"""Characters beside a change that are shown of a paragraph, on each side."""

LONGEST = 160
"""Characters of a changed part that are shown."""


EMPTY = Markup("")


class Text(NamedTuple):
    """A text in its languages, and `place`: where a block of a version stands, by language and number (from 0)."""

    name: str
    versions: tuple[tuple[str, tuple[Block, ...]], ...]
    place: Callable[[str, int], Span]


class Lag(NamedTuple):
    """A translated paragraph whose original has changed: what that said, and says now (None where it is gone)."""

    text: str
    path: str
    line: int
    column: int
    was: str
    now: str | None


class Gap(NamedTuple):
    """A paragraph that a translated text lacks: where the original's stands, and its words."""

    text: str
    path: str
    line: int
    column: int
    words: str


class State(NamedTuple):
    """How far the translation into a language has come.

    `texts` counts those that are to be translated, `missing` has the names of those that are not, `gaps` paragraphs
    that are missing in the others, and `stale` those that lag behind.
    """

    lang: str
    texts: int
    missing: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    stale: tuple[Lag, ...] = ()

    @property
    def word(self) -> str:
        """The state in one word."""
        if len(self.missing) == self.texts:
            return "missing"
        return "stale" if self.stale else "partial" if self.missing or self.gaps else "done"


class Examined(NamedTuple):
    """What came of a look at translations.

    `states` has each language into which there is something to translate. `stale` has the numbers of the blocks that
    lag behind, by text and language. `lock` is the file as it has to be (empty: there is none), or None where it is.
    """

    states: tuple[State, ...]
    stale: Mapping[tuple[str, str], tuple[int, ...]]
    lock: bytes | None
    told: tuple[Diagnostic, ...]


def plain(words: str) -> tuple[Block, ...]:
    """A text that is no Markdown as the one block that it is."""
    return (Block("paragraph", EMPTY, words),)


def line_of(text: str, blocks: Sequence[Block], number: int) -> int:
    """The line (from 1) of a text on which a block of it begins."""
    start = at = 0
    for block in blocks[: number + 1]:
        start = at
        for source in (block.source, block.source.partition("\n")[0]):  # behind the last one stand links' definitions
            if (found := text.find(source, at)) >= 0:
                start, at = found, found + len(source)
                break
    return text.count("\n", 0, start) + 1 if blocks else 1


def examine(
    texts: Iterable[Text],
    languages: Sequence[str],
    original: str,
    lock: Source | None,
    accept: str,
    accepted: Sequence[str] = (),
) -> Examined:
    """Hold translations against their originals, and against what they were made from.

    `original` is the language that texts are written in, `lock` the record that there is. `accept` is what the unit is
    called by who accepts it. In the languages that are `accepted`, what there is is right as it is.
    """
    examiner = _Examiner(texts, languages, original)
    present = lock.data if lock is not None else b""
    data = ledger.written(examiner.kept)
    if lock is not None and present != data:
        known, faults = ledger.read(lock)
        if faults:
            return Examined((), {}, None, faults)
        examiner.compare(known, accept, accepted)
        data = ledger.written(examiner.kept)
    settled = None if data == present else data
    return Examined(tuple(examiner.states()), examiner.stale, settled, tuple(examiner.told))


def _paragraphs(text: Text) -> dict[str, list[Paragraph]]:
    """The paragraphs of a text by language, where it has several: no other one is a translation."""
    if len(text.versions) < 2:
        return {}
    return {lang: [ledger.paragraph(block.source) for block in blocks] for lang, blocks in text.versions}


class Translation(NamedTuple):
    """A version of a text that is a translation: its paragraphs, and those of its original."""

    text: Text
    source: list[Paragraph]
    target: list[Paragraph]


class _Examiner:
    """Looks at texts in all their languages as if nothing had been recorded, then holds them against their records."""

    def __init__(self, texts: Iterable[Text], languages: Sequence[str], original: str) -> None:
        self.texts = {text.name: text for text in texts}
        self.found: dict[Key, Translation] = {}
        self.kept: dict[Key, tuple[Row, ...]] = {}
        self.stale: dict[tuple[str, str], tuple[int, ...]] = {}
        self.told: list[Diagnostic] = []
        self.counts = dict.fromkeys(languages, 0)
        self.missing: dict[str, list[str]] = {lang: [] for lang in languages}
        self.gaps: dict[str, list[Gap]] = {lang: [] for lang in languages}
        self.lags: dict[str, list[Lag]] = {lang: [] for lang in languages}
        for text in self.texts.values():
            self._look(text, languages, original)

    def _look(self, text: Text, languages: Sequence[str], original: str) -> None:
        langs = [lang for lang, _ in text.versions]
        if not langs:
            return
        first = original if original in langs else langs[0]
        paragraphs = _paragraphs(text)
        for lang in languages:
            if lang == first:
                continue
            self.counts[lang] += 1
            if lang not in langs:
                self.missing[lang].append(text.name)
                continue
            key = Key(text.name, first, lang)
            self.found[key] = found = Translation(text, paragraphs[first], paragraphs[lang])
            self.kept[key] = ledger.begun(*found[1:], (_kinds(text, first), _kinds(text, lang)))

    def compare(self, known: Lock, accept: str, accepted: Sequence[str]) -> None:
        """Hold each translation against its record; `accept` and `accepted` as for `examine`."""
        left = {key: rows for key, rows in known.items() if not ledger.is_of(rows, self._present(key))}
        for key, found in self.found.items():
            rows = known.get(key)
            if " " in key.name and (rows is None or not ledger.is_of(rows, found.target)):
                former = ledger.former(left, key, found.source, found.target)
                rows = left.pop(former) if former is not None else rows
            if rows is not None:
                self._compare(key, rows, accept, accepted=key.lang in accepted)

    def _present(self, key: Key) -> Sequence[Paragraph]:
        """The paragraphs that there are now of what was recorded."""
        if key in self.found:
            return self.found[key].target
        text = self.texts.get(key.name)
        blocks = dict(text.versions).get(key.lang, ()) if text else ()
        return [ledger.paragraph(block.source) for block in blocks]

    def _compare(self, key: Key, rows: Sequence[Row], accept: str, *, accepted: bool) -> None:
        """Hold a translation against its record."""
        text, source, target = self.found[key]
        found = ledger.followed(rows, source, target, accepted=accepted)
        self.kept[key] = found.rows
        for number in found.missing:
            place = text.place(key.source, number)
            self.gaps[key.lang].append(Gap(text.name, place.path, place.line, place.column, source[number].words))
        shown: list[int] = []
        for each in found.stale:
            at = each.target if each.target is not None else min(each.source or 0, len(target) - 1)
            place = text.place(key.lang, at)
            now = source[each.source].words if each.source is not None else None
            self.lags[key.lang].append(Lag(text.name, place.path, place.line, place.column, each.was, now))
            self.told.append(_told(each.was, now, place, accept))
            shown.append(at)
        if shown:
            self.stale[key.name, key.lang] = tuple(sorted(set(shown)))

    def states(self) -> Iterator[State]:
        """How far each language has come."""
        for lang, count in self.counts.items():
            if count:
                more = tuple(self.missing[lang]), tuple(self.gaps[lang]), tuple(self.lags[lang])
                yield State(lang, count, *more)


def _kinds(text: Text, lang: str) -> list[str]:
    """The kinds of a version's blocks."""
    return [block.kind for block in dict(text.versions)[lang]]


def _told(was: str, now: str | None, place: Span, accept: str) -> Diagnostic:
    """That a translated paragraph lags behind."""
    before, after = changed(was, now or "")
    said = f"it said: {before}\n" + ("it is gone" if now is None else f"it says: {after}")
    message = "the original has changed since this was translated"
    advice = f"mend the translation, or run `sitegen accept {accept}` if it is right as it is"
    return warning("stale-translation", message, place, f"{said}\n{advice}")


def changed(was: str, now: str) -> tuple[str, str]:
    """The parts in which two texts differ, with a little of what stands around them."""
    start, rest = same_ends(was, now)
    return _part(was, start, len(was) - rest), _part(now, start, len(now) - rest)


def _part(text: str, start: int, end: int) -> str:
    """A part of a text with what stands around it, cut where it is long."""
    first, last = max(0, start - AROUND), min(len(text), end + AROUND)
    middle = text[first:last]
    if len(middle) > LONGEST + 2 * AROUND:
        half = (LONGEST + 2 * AROUND) // 2
        middle = f"{middle[:half]} … {middle[-half:]}"
    return ("…" if first else "") + middle + ("…" if last < len(text) else "")
