"""New comments between the lines of a comments.yaml: where they go, and the text with them in it.

Positions come from `yamldoc`; no line that is there is touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sitegen import yamldoc
from sitegen.importing.records import ForumComment
from sitegen.importing.write import comment_rows
from sitegen.yamldoc import Marks, Node, Path


@dataclass(frozen=True)
class Insertion:
    """New entries for the list at `path`, before what is its entry `position` now."""

    path: Path
    position: int
    indexes: tuple[int, ...]


def node_at(node: Node, path: Path) -> Node:
    """The node at a path, or None."""
    for step in path:
        if isinstance(node, dict) and isinstance(step, str):
            node = node.get(step)
        elif isinstance(node, list) and isinstance(step, int):
            node = node[step]
    return node


def with_lines(
    text: str, node: list[Node], insertions: Sequence[Insertion], comments: Sequence[ForumComment], lang: str
) -> str | None:
    """The text with the new comments as lines of their own; None where its style leaves no place for them."""
    newline = "\r\n" if "\r\n" in text else "\n"
    mark, text = ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)
    text += "" if text.endswith("\n") or not text else newline
    lines = text.split("\n")[:-1]
    places = yamldoc.locate(text, {path for each in insertions for path in _anchors(node, each)})
    found = []
    for each in insertions:
        place = _place(lines, node, each, places)
        if place is None:
            return None
        line, column, key = place
        rows = comment_rows(comments, each.indexes, column, lang)
        found.append((line, -len(each.path), [*([key] if key else []), *rows]))
    parts: list[str] = []
    done = 0
    for line, _, rows in sorted(found):
        parts.extend(f"{each}\n" for each in lines[done:line])
        parts.extend(f"{each}{newline}" for each in rows)
        done = line
    return "".join([mark, *parts, *(f"{each}\n" for each in lines[done:])])


def _anchors(node: list[Node], insertion: Insertion) -> tuple[Path, ...]:
    """What tells where an insertion goes: its list (the comment, if it has none yet), and the last text above."""
    home = insertion.path
    entries = node_at(node, home)
    if not entries:
        return (home[:-1], _last_leaf(node, home[:-1])) if home else ()
    above = (*home, max(0, insertion.position - 1))
    return home, _last_leaf(node, above)


def _last_leaf(node: Node, path: Path) -> Path:
    """The path of the last text inside a node."""
    node = node_at(node, path)
    while isinstance(node, dict | list) and node:
        step: str | int = len(node) - 1 if isinstance(node, list) else next(reversed(node))
        node = node[step]  # type: ignore[index]
        path = (*path, step)
    return path


def _place(
    lines: Sequence[str], node: list[Node], insertion: Insertion, places: dict[Path, Marks]
) -> tuple[int, int, str | None] | None:
    """Behind which line an insertion goes, in which column its hyphens stand, and the key that has to come first."""
    anchors = _anchors(node, insertion)
    if not anchors:
        return len(lines), 0, None
    if any(each not in places for each in anchors):
        return None
    home, leaf = (places[each] for each in anchors)
    column = home.value.column - 1
    mark = lines[home.value.line - 1][column : column + 1]
    if not node_at(node, insertion.path):
        if mark in ("{", ""):
            return None
        return _end(lines, leaf, column - 1), column + 2, f"{' ' * column}replies:"
    if mark != "-":
        return None
    if insertion.position == 0:
        return _above_comments(lines, home.value.line - 1, column), column, None
    return _end(lines, leaf, column), column, None


def _end(lines: Sequence[str], leaf: Marks, column: int) -> int:
    """The number of lines up to the end of a text, and of the remarks below it that stand further in than `column`."""
    end = leaf.last
    header = lines[leaf.value.line - 1][leaf.value.column - 1 :].split(" ")[0]
    while not (header[:1] in "|>" and "+" in header) and end > leaf.value.line and not lines[end - 1].strip():
        end -= 1
    for number in range(end, len(lines)):
        words = lines[number].strip()
        if words.startswith("#") and len(lines[number]) - len(lines[number].lstrip()) > column:
            end = number + 1
        elif words:
            break
    return end


def _above_comments(lines: Sequence[str], line: int, column: int) -> int:
    """The number of lines above an entry and above the remarks that stand right over it."""
    while line and lines[line - 1].strip().startswith("#") and lines[line - 1].index("#") == column:
        line -= 1
    return line
