"""Who answers whom: a page names the author that a reply answers, not the comment.

The page draws each reply under its parent, so the parent is looked for on the way from the reply up to its top-level
comment, first; then anywhere in that branch; then anywhere above. Among several comments of the same author the last
one is taken, and that is told. A comment that is younger than the reply is none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sitegen.diagnostics import Diagnostic, Span, warning

MAX_DEPTH = 64
"""Replies nested deeper than this are attached one level up, so that indentation stays in bounds."""


@dataclass(frozen=True)
class Entry:
    """A comment in the order of the page: whether it answers another one, and whom, if the page says so.

    `rough` dates are right to the day only.
    """

    author: str
    date: datetime
    rough: bool
    reply: bool
    addressee: str | None
    line: int


def find_parents(
    entries: Sequence[Entry], span: Callable[[int], Span]
) -> tuple[tuple[int | None, ...], tuple[Diagnostic, ...]]:
    """For each comment the index of the one that it answers, and what was not certain. `span` places a line."""
    parents: list[int | None] = []
    told: list[Diagnostic] = []
    path: list[int] = []
    by_author: dict[str, list[int]] = {}
    for index, entry in enumerate(entries):
        if entry.reply:
            parent, doubt = _find_parent(entries, entry, path, by_author)
            if doubt:
                told.append(warning("reply-parent", doubt, span(entry.line), "move the reply by hand if that is wrong"))
            path = _path_to(parent, path, parents)
        else:
            path = []
        if len(path) == MAX_DEPTH:
            message = f"replies are nested more than {MAX_DEPTH} deep; this one stands beside the one that it answers"
            told.append(warning("reply-depth", message, span(entry.line)))
            path.pop()
        parents.append(path[-1] if path else None)
        path = [*path, index]
        by_author.setdefault(entry.author, []).append(index)
    return tuple(parents), tuple(told)


def _find_parent(
    entries: Sequence[Entry], entry: Entry, path: Sequence[int], by_author: dict[str, list[int]]
) -> tuple[int | None, str | None]:
    """The comment that a reply answers (None: no comment at all), and what is doubtful about it."""
    if not path:
        return None, "this reply stands under no comment; it is taken as a comment of its own"
    root = path[0]
    if entry.addressee is None:
        doubt = "the page does not say which comment this answers; the first one of its branch is taken"
        return root, doubt if len(path) > 1 else None
    known = by_author.get(entry.addressee, [])
    for candidates in (
        (index for index in reversed(path) if entries[index].author == entry.addressee),
        _down_to(root, reversed(known)),
        reversed(known),
    ):
        fitting = tuple(islice((index for index in candidates if _may_answer(entry, entries[index])), 2))
        if len(fitting) == 2:
            line = entries[fitting[0]].line
            return fitting[0], f"this may answer several comments of {entry.addressee}; that of line {line} is taken"
        if fitting:
            return fitting[0], None
    return root, f"there is no comment of {entry.addressee} that this could answer; the branch's first one is taken"


def _may_answer(entry: Entry, parent: Entry) -> bool:
    """Whether the parent can have been there before the reply."""
    if entry.rough or parent.rough:
        return parent.date.date() <= entry.date.date()
    return parent.date <= entry.date


def _down_to(first: int, indexes: Iterable[int]) -> Iterable[int]:
    """The indexes until one lies before `first`."""
    for index in indexes:
        if index < first:
            return
        yield index


def _path_to(index: int | None, path: list[int], parents: Sequence[int | None]) -> list[int]:
    """The comments from the top level down to that one."""
    if index in path:
        return path[: path.index(index) + 1]
    found: list[int] = []
    while index is not None:
        found.append(index)
        index = parents[index]
    return found[::-1]
