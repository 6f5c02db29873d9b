"""A thread's body as its pages show it: in one language, or in all of them side by side."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from sitegen.markdown import unanchored
from sitegen.models import Comment, Localized, Paragraphs, ThreadBody
from sitegen.models import Prose as ProseBody
from sitegen.views import Block, Cell, CommentRow, CommentView, ParallelContent, Prose, SummaryRow, ThreadContent

if TYPE_CHECKING:
    from markupsafe import Markup

NESTED = 40
"""Replies deeper than this stand beside their parent: browsers flatten, or drop, elements nested some 500 deep."""

UNNUMBERED = frozenset(("heading", "footnotes"))
"""Kinds of blocks that have ids of their own."""

LOOK_AHEAD = 20
"""Blocks that are looked at to align languages whose paragraphs do not match."""


@dataclass(frozen=True)
class _Shape:
    """Where a comment stands among the others."""

    level: int
    replies: int
    opens: bool
    closes: int
    next_id: str | None


def thread_content(body: ThreadBody, lang: str) -> ThreadContent:
    """Summary and comments for the page of one language; what it lacks is shown in the language that there is."""
    return ThreadContent(prose(body.column, lang, body.lang), _comments(body, lang))


def prose(text: Localized[Paragraphs], lang: str, original: str) -> Prose | None:
    """A Markdown text for the page of one language: its own, else the original's, else the first there is."""
    if not text:
        return None
    shown, paragraphs = text.pick(lang, original)
    blocks = tuple(Block(kind, html) for kind, html in paragraphs.blocks)
    return Prose(blocks, None if shown == lang else shown)


def prose_content(body: ProseBody, lang: str, original: str) -> Prose | None:
    """An intro's or a page's text for the page of one language."""
    return prose(body.text, lang, original)


def parallel_content(body: ThreadBody, lang: str, languages: Sequence[str]) -> ParallelContent:
    """Summary and comments in all languages, row by row; `lang` is that of the page around them."""
    comments = tuple(
        CommentRow(view, tuple(Cell(each, comment.text.get(each)) for each in languages))
        for view, comment in zip(_comments(body, lang), body.comments, strict=True)
    )
    return ParallelContent(_summary_rows(body.column, languages), comments)


def _comments(body: ThreadBody, lang: str) -> tuple[CommentView, ...]:
    by_id = {comment.id: comment for comment in body.comments}
    return tuple(
        _comment(comment, shape, body, lang, by_id)
        for comment, shape in zip(body.comments, _shapes(body.comments), strict=True)
    )


def _comment(comment: Comment, shape: _Shape, body: ThreadBody, lang: str, by_id: dict[str, Comment]) -> CommentView:
    shown, html = comment.text.pick(lang, body.lang)
    parent = by_id[comment.parent] if comment.parent else None
    return CommentView(
        id=comment.id,
        author=comment.author,
        author_lang=None if body.lang == lang else body.lang,
        date=comment.date,
        depth=comment.depth,
        level=shape.level,
        poster=comment.author == body.poster,
        addressee=parent.author if parent else None,
        addressee_id=parent.id if parent else None,
        html=html,
        lang=None if shown == lang else shown,
        untranslated=shown != lang,
        replies=shape.replies,
        opens=shape.opens,
        closes=shape.closes,
        next_id=shape.next_id,
    )


def _shapes(comments: Sequence[Comment]) -> list[_Shape]:
    """Nesting of comments in reading order, in linear time."""
    count = len(comments)
    ends = [count] * count
    open_at: list[int] = []
    for number, comment in enumerate(comments):
        while open_at and comments[open_at[-1]].depth >= comment.depth:
            ends[open_at.pop()] = number
        open_at.append(number)
    tops = [number for number, comment in enumerate(comments) if comment.depth == 0]
    following = dict(pairwise(tops))
    shapes: list[_Shape] = []
    for number, comment in enumerate(comments):
        level = min(comment.depth, NESTED)
        after = min(comments[number + 1].depth, NESTED) if number + 1 < count else 0
        next_top = following.get(number)
        shapes.append(
            _Shape(
                level=level,
                replies=ends[number] - number - 1,
                opens=after > level,
                closes=max(0, level - after),
                next_id=comments[next_top].id if next_top is not None else None,
            )
        )
    return shapes


def _summary_rows(column: Localized[Paragraphs], languages: Sequence[str]) -> tuple[SummaryRow, ...]:
    """Block by block; where kinds part, those that have a block of the next row's kind wait with an empty cell."""
    waiting = {lang: deque(text.blocks if (text := column.get(lang)) else ()) for lang in languages}
    rows: list[SummaryRow] = []
    number = 0
    while any(waiting.values()):
        kind = _next_kind([blocks for blocks in waiting.values() if blocks])
        numbered = kind not in UNNUMBERED
        number += numbered
        cells = []
        for lang, blocks in waiting.items():
            there = bool(blocks) and blocks[0][0] == kind
            cells.append(Cell(lang, unanchored(blocks.popleft()[1]) if there else None))
        rows.append(SummaryRow(f"p{number}" if numbered else None, kind, tuple(cells)))
    return tuple(rows)


def _next_kind(waiting: Sequence[deque[tuple[str, Markup]]]) -> str:
    """The kind of the next row: the common one; where they differ, the one that the others come to last, if ever."""
    heads = {blocks[0][0] for blocks in waiting}

    def distance(kind: str) -> int:
        ahead = ([each for each, _ in islice(blocks, LOOK_AHEAD)] for blocks in waiting)
        return sum(kinds.index(kind) if kind in kinds else LOOK_AHEAD for kinds in ahead)

    return next(iter(heads)) if len(heads) == 1 else max(sorted(heads), key=distance)
