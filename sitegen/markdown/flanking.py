"""Where `*`, `_` and `~~` may open and close emphasis, also beside Korean particles."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from unicodedata import category

CJK = (
    "\u1100\u11ff\u20a9\u20a9\u2329\u232a\u2e80\u2fff\u3001\ua4cf\ua960\ua97f\uac00\ud7ff\uf900\ufaff\ufe10\ufe1f"
    "\ufe30\ufe6f\uff01\uffee\U00016fe0\U00018dff\U0001aff0\U0001b2ff\U00020000\U0003ffff\U000e0100\U000e01ef"
)
"""Hangul, Hanja, kana and their punctuation, the first and the last of each range: the same under every version of
Python's Unicode tables."""


@lru_cache(maxsize=16384)
def flanks(before: str, after: str) -> tuple[bool, bool]:
    """Whether a run between two characters is left-flanking, and whether it is right-flanking.

    By CommonMark's test, with what the CJK-friendly amendment changes: punctuation beside a mark makes it no longer
    open or close inside a word, which breaks `**“인용”**은`, as Korean sets particles without a space. So a Korean
    (Chinese, Japanese) character outside counts as a boundary like punctuation, and their own punctuation inside does
    not count as punctuation. Text without such characters is read exactly by the specification.
    """
    space_before, mark_before, cjk_before = traits(before)
    space_after, mark_after, cjk_after = traits(after)
    left = not space_after and (not mark_after or cjk_after or space_before or mark_before or cjk_before)
    right = not space_before and (not mark_before or cjk_before or space_after or mark_after or cjk_after)
    return left, right


def traits(char: str) -> tuple[bool, bool, bool]:
    """Whether a character is a space, whether it is punctuation, and whether it is Korean, Chinese or Japanese."""
    return is_space(char), is_punctuation(char), is_cjk(char)


def is_cjk(char: str) -> bool:
    """Whether a character is Korean, Chinese or Japanese."""
    place = bisect_right(CJK, char)
    return place % 2 == 1 or CJK[max(0, place - 1)] == char


def is_punctuation(char: str) -> bool:
    """Punctuation and symbols, as CommonMark 0.31 defines them."""
    return category(char)[0] in "PS"


def is_space(char: str) -> bool:
    """White space, as CommonMark defines it; with the vertical tab, as markdown-it has it."""
    return category(char) == "Zs" or char in "\t\n\v\f\r"
