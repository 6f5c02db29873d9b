"""Numbers of an original that its translation lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from sitegen.checks.figures import LANGUAGES, Figure, figures, values
from sitegen.checks.texts import Finding, Passage, Piece

PASSED_OVER = frozenset((Fraction(0), Fraction(1)))
"""Numbers that languages say in too many ways: `one`, `a`, nothing at all."""

_NOISE = re.compile("[\u3131-\u318e<^]")

MOST = 5
"""Numbers of one text that are told: who lacks more has not translated it, but told it anew."""


def missing(piece: Piece) -> Iterator[Finding]:
    """The numbers in figures that a translation says neither in figures nor in words, each once."""
    original = piece.original
    if original is None or not _known(original):
        return
    wanted = [each for each in _distinct(figures(original.prose)) if not _is_noise(original.prose, each)]
    for other in filter(_known, piece.others) if wanted else ():
        there = values(other.typed)
        lacking = [each for each in wanted if not any(way <= there for way in each.ways)]
        for each in lacking[:MOST]:
            typed = original.typed[each.start : each.end]
            message = f"the {original.kind} says `{typed}`{_amount(each, typed)}, and its `{other.lang}` text does not"
            place = original.place(each.start, each.end)
            yield Finding("number-missing", message, place, "mend the one that is wrong", other.begin)


def _known(passage: Passage) -> bool:
    return passage.lang.partition("-")[0] in LANGUAGES


def _is_noise(text: str, figure: Figure) -> bool:
    """Whether a figure is typed for its sound or its shape, as in `ㅅ8` or `<3`."""
    return _NOISE.search(text[max(0, figure.start - 1) : figure.start] + text[figure.end : figure.end + 1]) is not None


def _distinct(found: list[Figure]) -> Iterator[Figure]:
    seen = set()
    for each in found:
        if each.ways[0] not in seen and not each.ways[0] <= PASSED_OVER:
            seen.add(each.ways[0])
            yield each


def _amount(figure: Figure, typed: str) -> str:
    """What a figure with a unit comes to, where it does not say so itself."""
    (value, *more) = figure.ways[0]
    if more or not isinstance(value, Fraction) or value.denominator > 1 or typed.replace(",", "") == str(value):
        return ""
    return f" ({int(value):,})"
