"""Which paragraph of a text is which of the same text before it was changed: by fingerprints, then by likeness."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from itertools import pairwise
from math import inf

LARGE = 1_000_000
"""Pairs of paragraphs up to which those that stayed are looked for; a text of more is taken to be rewritten."""

GAP = 400
"""Pairs in one gap up to which the likest are looked for; in a larger one, paragraphs are taken in order."""

Likeness = Callable[[int, int], float]
"""How like a former paragraph is to a present one, by their numbers."""


def matched(old: Sequence[str], new: Sequence[str], likeness: Likeness) -> tuple[int | None, ...]:
    """For each former paragraph the number of what it is now, or None where it is gone.

    Those with the same fingerprint are the same, first where the order is kept, then wherever they were moved to.
    Between two that stayed, what is left is taken to be changed: in order where there are as many as before, else so
    that the pairs are as like as can be.
    """
    if old == new:
        return tuple(range(len(new)))
    found: list[int | None] = [None] * len(old)
    gaps = _kept(old, new, found)
    _moved(old, new, found)
    taken = {each for each in found if each is not None}
    for first, last, begin, end in gaps:
        before = [number for number in range(first, last) if found[number] is None]
        after = [number for number in range(begin, end) if number not in taken]
        for one, other in _pairs(before, after, likeness):
            found[one] = other
    return tuple(found)


def _kept(old: Sequence[str], new: Sequence[str], found: list[int | None]) -> list[tuple[int, int, int, int]]:
    """Note what stayed in its order; returns the gaps between, as ranges of former and of present paragraphs."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    rest = 0
    while rest < min(len(old), len(new)) - start and old[-1 - rest] == new[-1 - rest]:
        rest += 1
    stop, end = len(old) - rest, len(new) - rest
    runs = [(0, 0, start)]
    if (stop - start) * (end - start) <= LARGE:
        from difflib import SequenceMatcher  # a text that did not change does not need it

        same = SequenceMatcher(None, old[start:stop], new[start:end]).get_matching_blocks()
        runs += [(one + start, other + start, length) for one, other, length in same if length]
    runs.append((stop, end, rest))
    for one, other, length in runs:
        found[one : one + length] = range(other, other + length)
    return [
        (one + length, next_one, other + length, next_other)
        for (one, other, length), (next_one, next_other, _) in pairwise(runs)
    ]


def _moved(old: Sequence[str], new: Sequence[str], found: list[int | None]) -> None:
    """Note what stands elsewhere now."""
    taken = {each for each in found if each is not None}
    places: dict[str, deque[int]] = defaultdict(deque)
    for number, mark in enumerate(new):
        if number not in taken:
            places[mark].append(number)
    for number, mark in enumerate(old):
        if found[number] is None and places.get(mark):
            found[number] = places[mark].popleft()


def _pairs(before: Sequence[int], after: Sequence[int], likeness: Likeness) -> list[tuple[int, int]]:
    """Pairs of former and present paragraphs, in order, as many as there can be."""
    if len(before) == len(after) or not before or not after or len(before) * len(after) > GAP:
        return list(zip(before, after, strict=False))
    swapped = len(before) > len(after)
    few, many = (after, before) if swapped else (before, after)
    none: list[tuple[int, int]] = []
    best = [(0.0, none)] + [(-inf, none)] * len(few)
    for other in many:  # best[n]: the likest pairs of the first n of the few with those of the many so far
        for number in range(len(few), 0, -1):
            score, pairs = best[number - 1]
            if score == -inf:
                continue
            pair = (other, few[number - 1]) if swapped else (few[number - 1], other)
            if (total := score + likeness(*pair)) > best[number][0]:
                best[number] = (total, [*pairs, pair])
    return best[len(few)][1]
