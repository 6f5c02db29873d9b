"""Places in a YAML file, and what is wrong at them."""

from __future__ import annotations

import re

from sitegen.record import comparable

Node = str | None | list["Node"] | dict[str, "Node"]
"""A text, nothing, a list or a map."""

Path = tuple[str | int, ...]
"""The keys and list positions that lead to a node."""

MAX_FILE = 20_000_000
MAX_SCALAR = 1_000_000
"""Characters of a file, and of a text in it."""

MAX_WORD = 80
"""Characters of a word that are marked."""

_SPACE = re.compile(r"\s")


@comparable
class Fault:
    """A mistake in the YAML itself. `line` and `column` count from 1, in characters, without a byte order mark."""

    code: str
    message: str
    line: int
    column: int
    width: int
    help: str | None = None
    warning: bool = False


@comparable
class Mark:
    """A place in a file, counted as in `Fault`."""

    line: int
    column: int
    width: int


@comparable
class Marks:
    """Where a key stands (None for list entries and the document itself) and where its value does.

    An empty value is marked at its key. `last` is the line on which a text ends; `literal` tells a `|` block.
    """

    key: Mark | None
    value: Mark
    last: int
    literal: bool = False


def inside(lines: list[str], marks: Marks, value: str, line: int, column: int, width: int = 1) -> Mark:
    """Where a place inside a text stands in the file that holds it, given the file's lines.

    `value` is the text as `load` gave it, `marks` where it stands; `line` and `column` count from 1 inside of it. Exact
    for `|` blocks; elsewhere the word at that place is looked up, and the whole text is the answer if it is not there.
    """
    rows = value.split("\n")
    row = rows[line - 1] if line <= len(rows) else ""
    if marks.literal and marks.value.line + line <= len(lines):
        source = lines[marks.value.line + line - 1].rstrip("\r")
        return mark_at(lines, marks.value.line + line - 1, len(source) - len(row) + column - 1, width)
    word = _word(row, column - 1)
    if not word:
        return marks.value
    earlier = "\n".join([*rows[: line - 1], row[: column - 1]]).count(word)
    region = "\n".join(lines[marks.value.line - 1 : marks.last])[marks.value.column - 1 :]
    parts = region.split(word, earlier + 1)
    if len(parts) < earlier + 2:
        return marks.value
    before = region[: len(region) - len(parts[-1]) - len(word)].split("\n")
    start = marks.value.column - 1 if len(before) == 1 else 0
    return mark_at(lines, marks.value.line + len(before) - 2, start + len(before[-1]), width)


def mark_at(lines: list[str], line: int, column: int, width: int | None = None) -> Mark:
    """The mark for a place counted from 0, held inside the text; without a `width` it is the word that stands there."""
    line = min(line, len(lines) - 1)
    source = lines[line].rstrip("\r")
    column = min(column, len(source))
    width = len(_word(source, column)) if width is None else min(width, len(source) - column)
    return Mark(line + 1, column + 1, max(1, width))


def _word(source: str, column: int) -> str:
    return _SPACE.split(source[column : column + MAX_WORD], maxsplit=1)[0]
