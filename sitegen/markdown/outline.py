"""The headings of a text: their levels, and ids made of their words."""

from __future__ import annotations

import re
from unicodedata import category, normalize

RESERVED_ID = re.compile(r"p\d+|fn\d+|fnref\d+(-\d+)?|[0-9a-f]{8}")
"""Ids of paragraphs, footnotes and comments."""


class Outline:
    """The headings of a text, as they come: their levels and their ids.

    Levels follow the outline from `base` on, so that none is skipped whatever a text begins with.
    """

    def __init__(self, base: int, prefix: str) -> None:
        self.base = base
        self.prefix = prefix
        self.open: list[int] = []
        self.names: set[str] = set()
        self.tried: dict[str, int] = {}

    def add(self, typed: int, title: str) -> tuple[int, str]:
        """The level and the id of the next heading, from the level that was typed and its words."""
        while self.open and self.open[-1] >= typed:
            self.open.pop()
        self.open.append(typed)
        name = new_name(title, self.names, self.tried)
        self.names.add(name)
        return min(6, self.base - 1 + len(self.open)), self.prefix + name


def new_name(title: str, names: set[str], tried: dict[str, int]) -> str:
    """An id from the words of a heading, unlike `names`: NFC, lower case, hyphens between words.

    Where it is taken, a number follows; `tried` remembers the last one of each.
    """
    kept = (char if category(char)[0] in "LMN" else "-" for char in normalize("NFC", title).lower())
    base = "-".join(part for part in "".join(kept).split("-") if part) or "section"
    name = base
    while name in names or RESERVED_ID.fullmatch(name):
        tried[base] = tried.get(base, 1) + 1
        name = f"{base}-{tried[base]}"
    return name
