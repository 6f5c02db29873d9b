"""What is new on a page, added to files that a person has worked on since they were imported.

Comments are told apart by author and date. New ones are put where the page has them, as whole lines between the lines
that are there: no existing byte is changed. Everything else that the page and the files disagree about is told, and
left as it is. The result is read again: it has to be the old comments with the new ones among them, and nothing else.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from sitegen import yamldoc
from sitegen.diagnostics import Diagnostic, Span, error, span_at
from sitegen.importing.records import ForumComment, ForumThread, Options
from sitegen.importing.splice import Insertion, node_at, with_lines
from sitegen.importing.write import moment, one_line, replies_of
from sitegen.scalars import FIRST_YEAR, LAST_YEAR
from sitegen.yamldoc import Node, Path

NEAR = timedelta(days=2)
"""How far apart two dates of one comment may be: a page copied later tells “3분 전” or 어제 more exactly."""


@dataclass(frozen=True)
class Merged:
    """The new text of comments.yaml (None: it stays as it is), what was added or is different, and what went wrong."""

    text: str | None = None
    changes: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True)
class _Known:
    """A comment in the file."""

    path: Path
    author: str
    date: datetime | None
    text: str | None

    def __str__(self) -> str:
        date = f", {self.date:%Y-%m-%d %H:%M}" if self.date else ""
        return f"the comment of {one_line(self.author) or 'nobody'}{date}"


def merge_comments(existing: str, thread: ForumThread, options: Options, path: str) -> Merged:
    """The comments of a page added to the text of comments.yaml; `path` is what diagnostics call that file."""
    node, faults = yamldoc.load(existing)
    if broken := [fault for fault in faults if not fault.warning]:
        spans = (span_at(path, existing, each.line, each.column, each.width) for each in broken)
        told = (error(each.code, each.message, span, each.help) for each, span in zip(broken, spans, strict=True))
        return Merged(diagnostics=tuple(told))
    if node is not None and not isinstance(node, list):
        message = "the comments are no list, so nothing can be added to them"
        return Merged(diagnostics=(error("merge-impossible", message, span_at(path, existing, 1, 1)),))
    known = list(_known(node or [], options.lang, options.zone))
    pairs = _pairs(known, thread.comments)
    changes = tuple(_differences(known, thread, pairs))
    fresh = [index for index in range(len(thread.comments)) if index not in pairs]
    if not fresh:
        return Merged(changes=changes)
    insertions = _insertions(thread.comments, {index: known[at].path for index, at in pairs.items()}, node or [])
    comments = _only(thread.comments, fresh)
    numbers = {index: number for number, index in enumerate(fresh)}
    insertions = [replace(each, indexes=tuple(numbers[index] for index in each.indexes)) for each in insertions]
    text = with_lines(existing, node or [], insertions, comments, options.lang)
    expected = _with_nodes(node or [], insertions, comments, options.lang)
    if text is None or not same_nodes(text, expected):
        impossible = _impossible(len(fresh), len(text or ""), span_at(path, existing, 1, 1))
        return Merged(changes=changes, diagnostics=(impossible,))
    added = (f"new: {_name(thread.comments[index])}" for index in fresh)
    return Merged(text, (*added, *changes))


def _impossible(count: int, size: int, span: Span) -> Diagnostic:
    """Why so many new comments, which make a text of that size, cannot be added."""
    if size > yamldoc.MAX_FILE:
        message = f"with {count:,} new comments there would be more than {yamldoc.MAX_FILE:,} characters here"
        return error("merge-impossible", message, span)
    message = f"{count:,} new comments cannot be added without changing what is there"
    advice = "write lists and maps on lines of their own, without [ ], { } and empty `replies:`, and import again"
    return error("merge-impossible", message, span, advice)


def comment_nodes(comments: Sequence[ForumComment], lang: str) -> list[Node]:
    """What YAML must read back for these comments."""
    nodes: list[dict[str, Node]] = [
        {"author": each.author, "date": moment(each.date), "text": {lang: each.text}} for each in comments
    ]
    for node, replies in zip(nodes, replies_of(comments), strict=True):
        if replies:
            node["replies"] = [nodes[index] for index in replies]
    return [node for node, comment in zip(nodes, comments, strict=True) if comment.parent is None]


def same_nodes(text: str, nodes: Node) -> bool:
    """Whether a YAML text reads back as exactly that."""
    node, faults = yamldoc.load(text)
    return all(fault.warning for fault in faults) and _flat(node) == _flat(nodes)


# -- which comment is which --------------------------------------------------------------------------------------------


def _known(node: Node, lang: str, zone: tzinfo) -> Iterator[_Known]:
    """The comments in the file, in its order."""
    waiting: list[tuple[Path, Node]] = [((), node)]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(((*path, at), node[at]) for at in reversed(range(len(node))))
        elif isinstance(node, dict):
            author, text = node.get("author"), node.get("text")
            words = text.get(lang) if isinstance(text, dict) else text
            yield _Known(
                path,
                author if isinstance(author, str) else "",
                _date(node.get("date"), zone),
                words if isinstance(words, str) else None,
            )
            waiting.append(((*path, "replies"), node.get("replies")))


def _date(node: Node, zone: tzinfo) -> datetime | None:
    try:
        when = datetime.fromisoformat(node) if isinstance(node, str) else None
    except ValueError:
        return None
    if when is None or not FIRST_YEAR <= when.year <= LAST_YEAR:
        return None
    return when if when.tzinfo else when.replace(tzinfo=zone)


def _pairs(known: Sequence[_Known], comments: Sequence[ForumComment]) -> dict[int, int]:
    """For each comment of the page that is in the file, its place among the known ones.

    By author, date and text; then by author and date (the text was edited); then by author and text, where the dates
    are near each other; then by the date alone: whoever took name and words out of an entry does not want them back.
    Several that are the same are taken in order.
    """
    pairs: dict[int, int] = {}
    dated = {at: (one.author, one.date.timestamp(), one.text) for at, one in enumerate(known) if one.date}
    paged = {index: (one.author, one.date.timestamp(), one.text) for index, one in enumerate(comments)}
    for parts, near in (((0, 1, 2), 0.0), ((0, 1), 0.0), ((0, 2), NEAR.total_seconds()), ((1,), 0.0)):
        pool: dict[tuple[object, ...], deque[int]] = defaultdict(deque)
        for at in dated:
            pool[tuple(dated[at][part] for part in parts)].append(at)
        for index in [index for index in paged if index not in pairs]:
            same = pool[tuple(paged[index][part] for part in parts)]
            if same and abs(dated[same[0]][1] - paged[index][1]) <= near:
                pairs[index] = same.popleft()
                del dated[pairs[index]]
    return pairs


def _differences(known: Sequence[_Known], thread: ForumThread, pairs: dict[int, int]) -> Iterator[str]:
    """What page and file disagree about, in sentences."""
    for index, at in sorted(pairs.items()):
        comment, one = thread.comments[index], known[at]
        if one.date != comment.date:
            yield f"{one} is dated {comment.date:%Y-%m-%d %H:%M} on the page; the file was left as it is"
        if one.author != comment.author:
            yield f"{one} is by {one_line(comment.author)} on the page; the file was left as it is"
        elif one.text != comment.text:
            yield f"{one} reads differently on the page; the file was left as it is"
    if not thread.partial:
        gone = sorted(set(range(len(known))) - set(pairs.values()))
        yield from (f"{known[at]} is not on the page; the file was left as it is" for at in gone)


def _name(comment: ForumComment) -> str:
    kind = "comment" if comment.parent is None else "reply"
    return f"the {kind} of {one_line(comment.author)}, {comment.date:%Y-%m-%d %H:%M}"


# -- where the new ones go ---------------------------------------------------------------------------------------------


def _insertions(comments: Sequence[ForumComment], paths: dict[int, Path], node: list[Node]) -> list[Insertion]:
    """Where new comments go: behind the last comment above them on the page that is in the same list of the file."""
    siblings: dict[int | None, list[int]] = defaultdict(list)
    for index, comment in enumerate(comments):
        siblings[comment.parent].append(index)
    found: dict[tuple[Path, int], list[int]] = defaultdict(list)
    for parent, indexes in siblings.items():
        if parent is not None and parent not in paths:
            continue  # they are written with their parent
        home: Path = () if parent is None else (*paths[parent], "replies")
        beside = (index for index in indexes if index in paths and paths[index][:-1] == home)
        positions = {index: step for index in beside if isinstance(step := paths[index][-1], int)}
        behind = min(positions.values()) if positions else len(node_at(node, home) or ())
        for index in indexes:
            if index in positions:
                behind = positions[index] + 1
            elif index not in paths:
                found[home, behind].append(index)
    return [Insertion(path, position, tuple(indexes)) for (path, position), indexes in found.items()]


def _only(comments: Sequence[ForumComment], indexes: Sequence[int]) -> list[ForumComment]:
    """Those comments alone; one whose parent is not among them stands on the top level."""
    numbers = {index: number for number, index in enumerate(indexes)}
    kept = ((comments[index], comments[index].parent) for index in indexes)
    return [replace(comment, parent=None if parent is None else numbers.get(parent)) for comment, parent in kept]


def _with_nodes(
    node: list[Node], insertions: Iterable[Insertion], comments: Sequence[ForumComment], lang: str
) -> list[Node]:
    """The comments in the file, which change, with the new ones among them: what the new file has to read as."""
    roots = (number for number, comment in enumerate(comments) if comment.parent is None)
    made = dict(zip(roots, comment_nodes(comments, lang), strict=True))
    for each in sorted(insertions, key=lambda one: (one.path, one.position), reverse=True):
        entries = [made[index] for index in each.indexes]
        parent = node_at(node, each.path[:-1]) if each.path else None
        target = node_at(node, each.path)
        if isinstance(target, list):
            target[each.position : each.position] = entries
        elif isinstance(parent, dict):
            parent["replies"] = entries
    return node


def _flat(node: Node) -> list[object]:
    """A tree as a list, which can be compared however deep the tree is."""
    flat: list[object] = []
    waiting: list[Node] = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            flat.append(tuple(each))
            waiting.extend(each.values())
        elif isinstance(each, list):
            flat.append(len(each))
            waiting.extend(each)
        else:
            flat.append(each)
    return flat
