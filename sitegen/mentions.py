"""Where a text mentions a term: what glosses and checks of wordings look for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable


def finder(words: Collection[str], before: str = r"\w") -> re.Pattern[str]:
    """What finds these words, the longest first, whatever their case: the last group of a match is the word.

    A term begins where a word does: behind nothing of the class `before`. One that ends in a Latin letter or a figure
    ends where a word does, too, in the plural perhaps, or before Hangul, as Korean particles follow it without a space.
    """
    latin = sorted(filter(_is_latin, words), key=len, reverse=True)
    others = sorted(set(words) - set(latin), key=lambda word: (-len(word), word))
    ways = [rf"({_any(latin)})s?(?![^\W가-힣])"] * bool(latin) + [f"({_any(others)})"] * bool(others)
    return re.compile(rf"(?<![{before}])(?:{'|'.join(ways)})", re.IGNORECASE)


def loosely(words: Iterable[str]) -> re.Pattern[str]:
    """What finds any of these words, inflected, compounded, hyphenated or not."""
    return re.compile("|".join(map(_loose, words)), re.IGNORECASE)


def _loose(word: str) -> str:
    parts = re.split(r"[\s-]+", word)
    if not _is_latin(word):
        return r"[\s-]*".join(map(re.escape, parts))
    stem = re.escape(re.sub(r"(?<=\w\w)(?:ies|y|s)$", "", parts.pop(), flags=re.IGNORECASE))
    return r"(?<![^\W가-힣])" + r"[\s-]+".join([*map(re.escape, parts), stem])


def _is_latin(word: str) -> bool:
    return word[-1].isascii() and word[-1].isalnum()


def _any(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, words))
