"""The opening of a text, for lists and picks, and whether a text is short."""

from __future__ import annotations

import re

from sitegen.markdown import Document

SHORT_HANGUL = 900
SHORT_WORDS = 350
"""A summary of at most this many Hangul syllables, or else words, may stay in view beside the comments."""

LEAD = 220
"""Characters of a summary's opening in lists, at most, unless the first sentence is longer."""

SENTENCE = re.compile(r"(?<=[.!?。…])[\"'”’)\]]*\s+")
NOT_HANGUL = bytes(high for high in range(256) if not 0xAC <= high <= 0xD7)
"""The first of two bytes of any character that is no Hangul syllable (U+AC00 to U+D7A3) nor an old vowel or final."""


def lead(text: str) -> str:
    """The first two sentences of a plain text, or the first alone where both are long."""
    opening = text.partition("\n")[0]
    first, *rest = SENTENCE.split(opening, maxsplit=2)
    if rest and len(first) + len(rest[0]) < LEAD:
        return opening[: opening.index(rest[0], len(first)) + len(rest[0])].strip()
    return first.strip()


def opening(document: Document) -> str:
    """The first two sentences of a comment's own words: of its first paragraph, where it has one."""
    first = next((block.html for block in document.blocks if block.kind == "paragraph"), document.html)
    return lead(first.striptags())


def is_short(text: str) -> bool:
    """Whether a summary may stay in view beside the comments."""
    syllables = len(text.encode("utf-16-be", "surrogatepass")[::2].translate(None, NOT_HANGUL))
    limit = max(SHORT_WORDS, 2 * syllables - 1)  # a text of at least two words for each syllable is no Korean one
    return syllables <= SHORT_HANGUL and len(text.split(maxsplit=limit)) <= limit
