"""What translations were made from: `translations.lock`, and how its records follow the texts.

The file lies beside the texts of a thread or issue (that of a page is `<slug>.translations.lock`). It has a line
`[<text> <source language> > <language>]` for each translated text, and below it a line for each of its paragraphs:
the fingerprints of the original's paragraph and of the translated one, and the words of the original. `-` stands where
one of them has no counterpart of its own.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise, zip_longest
from typing import NamedTuple, TypeVar
from unicodedata import normalize

from sitegen.alignment import ALIKE, Likeness, matched
from sitegen.diagnostics import Diagnostic, error, span_at
from sitegen.sources import text_of
from sitegen.tasks import Source

HEADER = """\
# What each translation was made from, paragraph by paragraph. sitegen writes this file; keep it with the content.
# Once a translation is found right as it is, `sitegen accept` brings it up to date.
"""
TITLE = re.compile(r"\[(\S+(?: \S+)?) (\S+) > (\S+)\]")
LINE = re.compile(r"([0-9a-f]{16}|-) ([0-9a-f]{16}|-)(?: (.*))?")
ROUNDS = 8
"""How often a record is brought up to date, at most, until that changes nothing more."""

NONE = "-"


class Paragraph(NamedTuple):
    """A paragraph as it counts: its words, normalised, and their fingerprint."""

    mark: str
    words: str


class Row(NamedTuple):
    """What is recorded of a paragraph: both fingerprints, `-` where there is none, and the words of the original."""

    source: str
    target: str
    words: str


class Key(NamedTuple):
    """A translated text: its name, the language of its original, and its own."""

    name: str
    source: str
    lang: str


Lock = Mapping[Key, tuple[Row, ...]]
"""The records of one thread, issue or page."""

Pair = tuple[int | None, int | None]
"""The numbers of a paragraph and of its translation; None where there is none."""

T = TypeVar("T")


class Stale(NamedTuple):
    """A paragraph whose original is not what it was made from.

    `source` and `target` are numbers of present paragraphs, None where there is none any more, or none of its own;
    `was` are the words of the original that it was made from.
    """

    source: int | None
    target: int | None
    was: str


class Followed(NamedTuple):
    """A translated text beside its record: the record to be kept, what is stale, and what lacks a translation."""

    rows: tuple[Row, ...]
    stale: tuple[Stale, ...] = ()
    missing: tuple[int, ...] = ()


def paragraph(text: str) -> Paragraph:
    """A paragraph: in Unicode's composed form (NFC), each run of white space one space."""
    if "\n" in text or "  " in text or "\t" in text or "\r" in text or "\f" in text or "\v" in text:
        text = b" ".join(text.encode().split()).decode()  # of bytes, white space is that of ASCII alone
    words = text.strip(" ")
    if not words.isascii():
        words = normalize("NFC", words)
    return Paragraph(blake2b(words.encode(), digest_size=8).hexdigest(), words)


# -- the file ----------------------------------------------------------------------------------------------------------


def read(source: Source) -> tuple[Lock, tuple[Diagnostic, ...]]:
    """A lock: the records that can be read, and what is wrong with the others."""
    text, told = text_of(source)
    lock: dict[Key, tuple[Row, ...]] = {}
    rows: list[Row] | None = None
    key: Key | None = None
    faults: list[Diagnostic] = list(told)

    def tell(number: int, line: str, message: str, advice: str) -> None:
        faults.append(error("bad-lock", message, span_at(source.path, text or "", number, 1, len(line)), advice))

    for number, line in enumerate((text or "").split("\n"), 1):
        if rows is not None and (found := LINE.fullmatch(line)):
            row = Row(*found.groups(""))
            if row.source != (NONE if row.source == NONE else paragraph(row.words).mark):
                message = "the words are not those that the fingerprint was made of"
                tell(number, line, message, "take the line back as it was, or delete the file to record all anew")
            rows.append(row)
        elif not line.strip() or line.startswith("#"):
            continue
        elif found := TITLE.fullmatch(line.rstrip()):
            if key is not None and rows is not None:
                lock[key] = tuple(rows)
            key, rows = Key(*found.groups()), []
            if key in lock:
                tell(number, line, f"`{line.strip()}` stands further up already", "keep one of them")
        else:
            message = "this line is none of `[<text> <language> > <language>]` and two fingerprints with words"
            tell(number, line, message, "after a merge, keep one side and delete the marks; then `sitegen status`")
    if key is not None and rows is not None:
        lock[key] = tuple(rows)
    return lock, tuple(faults)


def written(lock: Lock) -> bytes:
    """The records as a file; nothing where there are none."""
    if not lock:
        return b""
    parts = [HEADER]
    for (name, source, lang), rows in lock.items():
        parts.append(f"\n[{name} {source} > {lang}]\n")
        parts += [f"{one} {other} {words}\n" if words else f"{one} {other}\n" for one, other, words in rows]
    return "".join(parts).encode()


# -- records and texts -------------------------------------------------------------------------------------------------


def begun(
    source: Sequence[Paragraph], target: Sequence[Paragraph], kinds: tuple[Sequence[str], Sequence[str]]
) -> tuple[Row, ...]:
    """The first record of a translation, which is taken to be right as it is. `kinds` are those of the blocks."""
    if len(source) == len(target):
        return tuple([Row(one.mark, other.mark, one.words) for one, other in zip(source, target, strict=True)])
    return tuple([_row(source, target, *pair) for pair in _side_by_side(tuple(kinds[0]), tuple(kinds[1]))])


@lru_cache(maxsize=1024)  # comments of a few paragraphs are much alike
def _side_by_side(source: tuple[str, ...], target: tuple[str, ...]) -> tuple[Pair, ...]:
    """Which blocks of a translation stand beside which of its original, by their kinds, in the order of a record."""
    of: dict[int, int] = {}
    last = -1
    alike = len({*source, *target}) == 1  # as in most comments
    places = range(len(target)) if alike else matched(source, target, lambda one, other: 0.0)
    for number, other in zip(range(len(source)), places, strict=False):
        if other is not None and other > last:
            of[number] = last = other
    pairs: list[Pair] = [(number, of.get(number)) for number in range(len(source))]
    paired = {*of.values()}
    pairs += [(None, number) for number in range(len(target)) if number not in paired]
    return tuple([pair for pair, _ in _ordered((pair, None) for pair in pairs)])


def is_of(rows: Iterable[Row], target: Sequence[Paragraph]) -> bool:
    """Whether a record is that of a translation as it is now."""
    return _same([row.target for row in rows], target)


def former(left: Lock, key: Key, source: Sequence[Paragraph], target: Sequence[Paragraph]) -> Key | None:
    """Of the records that are left, that of a text which has another name now.

    So has a comment whose author or date was mended, or that changed places with another one of the same minute. It
    has the same translation, and much the same original.
    """
    kind, _, _ = key.name.partition(" ")
    words = "".join(each.words for each in source)
    for other, rows in left.items():
        if other.name.startswith(f"{kind} ") and other[1:] == key[1:] and is_of(rows, target):
            was = "".join(row.words for row in rows)
            if was == words or _share(was, words) >= ALIKE:
                return other
    return None


def followed(
    rows: Sequence[Row], source: Sequence[Paragraph], target: Sequence[Paragraph], *, accepted: bool = False
) -> Followed:
    """A record, brought up to date with its texts; where it is `accepted`, the present state is right as it is.

    What changed in the original alone is stale, and its record stays. What changed in both, or in the translation
    alone, is recorded as it is. What comes out is what the new record itself comes to beside the same texts.
    """
    rows = tuple(rows)
    for _ in range(ROUNDS):
        if _same([row.source for row in rows], source) and _same([row.target for row in rows], target):
            return Followed(rows)
        found = _Following(rows, source, target, accepted).done()
        if found.rows == rows:
            return found
        rows = found.rows
    pairs = zip_longest(range(len(source)), range(len(target)))
    return Followed(tuple(_row(source, target, *pair) for pair in pairs))


def _same(column: Iterable[str], present: Sequence[Paragraph]) -> bool:
    return [mark for mark in column if mark != NONE] == [each.mark for each in present]


class _Following:
    """A record that is brought up to date."""

    def __init__(
        self, rows: Sequence[Row], source: Sequence[Paragraph], target: Sequence[Paragraph], accepted: bool
    ) -> None:
        self.rows, self.source, self.target, self.accepted = rows, source, target, accepted
        self.source_of = self._matched([row.source for row in rows], source, self._alike, even=True)
        self.target_of = self._matched([row.target for row in rows], target, self._in_step, even=False)
        gone = any(row.target != NONE and self._target_changed(n) for n, row in enumerate(rows))
        self.mended = gone or len(target) != sum(row.target != NONE for row in rows)
        self.kept: list[tuple[Pair, Row]] = []
        self.stale: list[Stale] = []

    def _matched(
        self, column: Sequence[str], present: Sequence[Paragraph], likeness: Likeness, *, even: bool
    ) -> dict[int, int]:
        """The present paragraph of each row that has one."""
        numbers = [number for number, mark in enumerate(column) if mark != NONE]
        marks = [column[number] for number in numbers], [each.mark for each in present]
        found = matched(*marks, lambda one, other: likeness(numbers[one], other), even=even)
        return {number: other for number, other in zip(numbers, found, strict=True) if other is not None}

    def _alike(self, row: int, number: int) -> float:
        """How many pairs of letters the words of a row's original share with a paragraph, of those of the shorter."""
        return _share(self.rows[row].words, self.source[number].words)

    def _in_step(self, row: int, number: int) -> float:
        """Whether a translated paragraph stands where the row's original does now."""
        return float(self.source_of.get(row) == number)

    def _source_changed(self, row: int) -> bool:
        number = self.source_of.get(row)
        return number is None or self.source[number].mark != self.rows[row].source

    def _target_changed(self, row: int) -> bool:
        number = self.target_of.get(row)
        return number is None or self.target[number].mark != self.rows[row].target

    def done(self) -> Followed:
        """All of it."""
        for number in range(len(self.rows)):
            self._follow(number)
        missing = self._added()
        ordered = [row for _, row in _ordered(self.kept)]
        stale = sorted(self.stale, key=lambda each: (each.target is None, each.target or 0, each.source or 0))
        return Followed(tuple(ordered), tuple(stale), tuple(missing))

    def _follow(self, number: int) -> None:
        """What becomes of a row."""
        row, source, target = self.rows[number], self.source_of.get(number), self.target_of.get(number)
        changed = row.source != NONE and self._source_changed(number)
        if (source is None or target is None) and changed and row.target != NONE and self._target_changed(number):
            self.source_of.pop(number, None)  # what is left of it, if anything, is new
            self.target_of.pop(number, None)
            return
        if source is None and target is None:
            return
        mended = self._target_changed(number) if row.target != NONE else self.mended
        if changed and not mended and not self.accepted:
            self.kept.append(((source, target), row))
            self.stale.append(Stale(source, target, row.words))
        else:
            self.kept.append(((source, target), _row(self.source, self.target, source, target)))

    def _added(self) -> list[int]:
        """Record what is new on both sides at one place, or in the translation alone; the rest lacks a translation."""
        both = self.source_of.keys() & self.target_of.keys()
        sources = _by_place(self.source_of, both, len(self.source))
        targets = _by_place(self.target_of, both, len(self.target))
        missing: list[int] = []
        for place in dict.fromkeys((*sources, *targets)):
            new, translated = sources.get(place, []), targets.get(place, [])
            pairs: list[Pair] = [*zip(new, translated, strict=False)]
            pairs += [(None, number) for number in translated[len(new) :]]
            if self.accepted:
                pairs += [(number, None) for number in new[len(translated) :]]
            else:
                missing += new[len(translated) :]
            self.kept += [(pair, _row(self.source, self.target, *pair)) for pair in pairs]
        return sorted(missing)


def _share(was: str, now: str) -> float:
    """How many pairs of letters two texts share, of those of the shorter."""
    before, after = _letters(was), _letters(now)
    return (before & after).total() / max(1, min(before.total(), after.total()))


def _letters(words: str) -> Counter[str]:
    """The pairs of letters that stand side by side in a text."""
    return Counter(map("".join, pairwise(words)))


def _by_place(of: Mapping[int, int], both: Set[int], count: int) -> dict[int, list[int]]:
    """The paragraphs that no row has, by the last row before them that is in `both` texts (-1 where there is none)."""
    row_of = {number: row for row, number in of.items()}
    places: dict[int, list[int]] = {}
    place = -1
    for number in range(count):
        row = row_of.get(number)
        if row is None:
            places.setdefault(place, []).append(number)
        elif row in both:
            place = row
    return places


def _row(source: Sequence[Paragraph], target: Sequence[Paragraph], one: int | None, other: int | None) -> Row:
    mark, words = source[one] if one is not None else (NONE, "")
    return Row(mark, target[other].mark if other is not None else NONE, words)


def _ordered(rows: Iterable[tuple[Pair, T]]) -> Iterator[tuple[Pair, T]]:
    """Rows in the order of the original; those that it has no paragraph for, behind what stands before them."""
    several = list(rows)
    both = sorted((other, one) for (one, other), _ in several if one is not None and other is not None)

    def place(each: tuple[Pair, T]) -> tuple[int, int, int]:
        (one, other), _ = each
        if one is not None:
            return one, 0, 0
        target = other or 0  # one of the two there is
        before = bisect_left(both, (target,))
        return (both[before - 1][1] if before else -1), 1, target

    yield from sorted(several, key=place)
