"""Which paragraph of a text is which of the same text before it was changed: by fingerprints, then by likeness."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from itertools import pairwise

LARGE = 1_000_000
"""Pairs of paragraphs up to which those that stayed are looked for; a text of more is taken to be rewritten."""

GAP = 400
"""Pairs in one gap up to which those that are alike are looked for; in a larger one, they are taken in order."""

ALIKE = 0.5
"""The likeness from which on a paragraph is taken for another one that was changed, whatever stands beside it."""

Likeness = Callable[[int, int], float]
"""How like a former paragraph is to a present one, by their numbers: from 0 to 1."""


def matched(old: Sequence[str], new: Sequence[str], likeness: Likeness, *, even: bool = True) -> tuple[int | None, ...]:
    """For each former paragraph the number of what it is now, or None where it is gone.

    Those with the same fingerprint are the same, first where the order is kept, then wherever they were moved to.
    Between two that stayed, what is left is taken to be changed: first what is alike, then the others in order; unless
    `even`, all in order where there are as many as before.
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
        in_order = not even and len(before) == len(after)
        for one, other in zip(before, after, strict=True) if in_order else _pairs(before, after, likeness):
            found[one] = other
    return tuple(found)


def same_ends(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many paragraphs, or characters of a text, two begin with alike, and how many others they end with alike."""
    least = min(len(old), len(new))
    start = 0
    while start < least and old[start] == new[start]:
        start += 1
    rest = 0
    while rest < least - start and old[-1 - rest] == new[-1 - rest]:
        rest += 1
    return start, rest


def _kept(old: Sequence[str], new: Sequence[str], found: list[int | None]) -> list[tuple[int, int, int, int]]:
    """Note what stayed in its order; returns the gaps between, as ranges of former and of present paragraphs."""
    start, rest = same_ends(old, new)
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
    """Pairs of former and present paragraphs, in order: those that are alike, and between them as many as there are."""
    if not before or not after or len(before) * len(after) > GAP:
        return list(zip(before, after, strict=False))
    pairs: list[tuple[int, int]] = []
    first = begin = 0
    for one, other in (*_alike(before, after, likeness), (len(before), len(after))):
        pairs += zip(before[first:one], after[begin:other], strict=False)
        pairs += zip(before[one : one + 1], after[other : other + 1], strict=True)
        first, begin = one + 1, other + 1
    return pairs


def _alike(before: Sequence[int], after: Sequence[int], likeness: Likeness) -> list[tuple[int, int]]:
    """The places of paragraphs that are alike, in order, such that they are so as much as can be."""
    best: list[tuple[float, list[tuple[int, int]]]] = [(0.0, [])] * (len(after) + 1)
    for one, former in enumerate(before):
        row = [best[0]]
        for other, present in enumerate(after):
            like = likeness(former, present)
            ways = [row[-1], best[other + 1]]
            if like >= ALIKE:
                score, pairs = best[other]
                ways.append((score + like, [*pairs, (one, other)]))
            row.append(max(ways, key=lambda way: way[0]))
        best = row
    return best[-1][1]
