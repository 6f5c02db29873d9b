"""Texts as checks see them: whose they are, in which language, where they stand, and what of them is prose."""

from __future__ import annotations

import re
from typing import NamedTuple

from sitegen.yamldoc import Path

_CODE = (
    r"^ {0,3}(?P<fence>`{3,}|~{3,})[^\n]*(?s:.*?)(?:^ {0,3}(?P=fence)[`~]*[ \t]*$|\Z)"
    r"|(?<!`)(?P<tick>`{1,8})(?!`)[^\n]*?(?<!`)(?P=tick)(?!`)"
)
_MASK = re.compile(
    rf"{_CODE}"
    r"|^ {0,3}\[(?!\^)[^\]\n]+\]:[^\n]*"
    r"|(?<=\])\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*"
    r"|https?://[!-~]+"
    r"|\[\^[^\]\s]+\]:?"
    r"|^[ \t>]*[0-9]{1,9}[.)](?=\s)"
    r"|&#?\w+;",
    re.MULTILINE,
)
"""Code, definitions of links, where links lead, bare links, footnotes' numbers, numbers of lists, entities."""

_EXACT = re.compile(rf"{_CODE}|\\[!-/:-@\[-`{{-~]", re.MULTILINE)
"""Code, and characters that a backslash makes plain."""

_SHOWN = re.compile(r"[^\n]")


class Place(NamedTuple):
    """A place in a file: the node at `where` in YAML or front matter (nothing: in Markdown), or in its text.

    `inside` is line, column (from 1) and width.
    """

    path: str
    where: Path = ()
    inside: tuple[int, int, int] | None = None


class Finding(NamedTuple):
    """What a check has found; `other` is a second place that the help names."""

    code: str
    message: str
    place: Place
    help: str
    other: Place | None = None
    fatal: bool = False


class Passage(NamedTuple):
    """A text in one language.

    `kind` is what messages call it. `typed` is the text; in a Markdown file it begins on `line`, in YAML it is the node
    at `where`. `prose` is the text with spaces for what no reader reads, character for character. Of a stranger's
    words, the `original` is as it is: nobody may mend it.
    """

    kind: str
    lang: str
    typed: str
    prose: str
    path: str
    where: Path = ()
    line: int = 1
    original: bool = False
    stranger: bool = False

    @property
    def ours(self) -> bool:
        """Whether an editor or translator wrote it, who can mend it."""
        return not (self.stranger and self.original)

    def place(self, start: int, end: int) -> Place:
        """The place of some of its characters."""
        before = self.typed[:start]
        line = before.count("\n") + self.line
        return Place(self.path, self.where, (line, start - (before.rfind("\n") + 1) + 1, max(1, end - start)))

    @property
    def begin(self) -> Place:
        """The place of its first word."""
        start = len(self.typed) - len(self.typed.lstrip())
        return self.place(start, start + 1)


class Piece(NamedTuple):
    """One thing that is said in several languages: the original, where it is there, and the others."""

    original: Passage | None
    others: tuple[Passage, ...]

    @property
    def passages(self) -> tuple[Passage, ...]:
        """All of them, the original first."""
        return (self.original, *self.others) if self.original else self.others


def prose_of(markdown: str) -> str:
    """A Markdown text with spaces for code, addresses, and the numbers of lists and footnotes."""
    return _MASK.sub(_blank, markdown)


def without_code(markdown: str) -> str:
    """A Markdown text with spaces for code and for what is escaped."""
    return _EXACT.sub(_blank, markdown)


def _blank(found: re.Match[str]) -> str:
    return _SHOWN.sub(" ", found[0])
