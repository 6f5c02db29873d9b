"""A thread's body as its pages show it: in one language, or in all of them side by side."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice, pairwise
from typing import NamedTuple

from markupsafe import Markup

from sitegen.copies import archived, archived_html
from sitegen.glosses import Glosses, glossed
from sitegen.markdown import unanchored
from sitegen.models import Localized, Paragraphs, ThreadBody
from sitegen.models import Prose as ProseBody
from sitegen.names import spoken
from sitegen.timeline import timeline
from sitegen.views import (
    Block,
    Cell,
    CommentRow,
    CommentView,
    Copy,
    ParallelContent,
    Pick,
    Prose,
    SummaryRow,
    Text,
    ThreadContent,
)

NESTED = 40
"""Replies deeper than this stand beside their parent: browsers flatten, or drop, elements nested some 500 deep."""

UNNUMBERED = frozenset(("heading", "footnotes"))
"""Kinds of blocks that have ids of their own."""

LOOK_AHEAD = 20
"""Blocks that are looked at to align languages whose paragraphs do not match."""


class _Shape(NamedTuple):
    """Where a comment stands among the others; `following` is the place of the next top-level one."""

    level: int
    replies: int
    opens: bool
    closes: int
    following: int | None


def thread_content(body: ThreadBody, lang: str, terms: Glosses = (), copies: Sequence[Copy] = ()) -> ThreadContent:
    """Summary and comments for the page of one language; what it lacks is shown in the language that there is.

    Where the summary is in that language, the first mention of each of the `terms` gets its gloss. Comments keep their
    links, also those that are dead: they are others' words.
    """
    summary = prose(body.column, lang, body.lang, copies)
    if summary and terms and summary.lang is None:
        summary = Prose(glossed(summary.blocks, terms), None)
    return ThreadContent(summary, _picks(body, lang), timeline(body.comments), _comments(body, lang))


def _picks(body: ThreadBody, lang: str) -> tuple[Pick, ...]:
    """What the editor picked."""
    picks = []
    for comment in body.comments:
        if comment.pick.entries:
            shown, words = comment.pick.pick(lang, body.lang)
            text = Text(words, None if shown == lang else shown)
            picks.append(Pick(comment.id, Text(comment.author, _foreign(comment.author, body.lang, lang)), text))
    return tuple(picks)


def prose(text: Localized[Paragraphs], lang: str, original: str, copies: Sequence[Copy] = ()) -> Prose | None:
    """A Markdown text for the page of one language: its own, else the original's, else the first there is.

    The `copies` stand in for links that are dead.
    """
    if not text:
        return None
    shown, paragraphs = text.pick(lang, original)
    stale = frozenset(paragraphs.stale)
    blocks = tuple(Block(kind, html, number in stale) for number, (kind, html) in enumerate(paragraphs.blocks))
    return Prose(archived(blocks, copies) if copies else blocks, None if shown == lang else shown)


def prose_content(body: ProseBody, lang: str, original: str) -> Prose | None:
    """An intro's or a page's text for the page of one language."""
    return prose(body.text, lang, original)


def parallel_content(
    body: ThreadBody, lang: str, languages: tuple[str, ...], copies: tuple[Copy, ...] = ()
) -> ParallelContent:
    """Summary and comments in all languages, row by row; `lang` is that of the page around them."""
    comments = tuple(
        CommentRow(view, tuple(Cell(each, comment.text.get(each), each in comment.stale) for each in languages))
        for view, comment in zip(_comments(body, lang), body.comments, strict=True)
    )
    rows = _summary_rows(body.column, languages)
    return ParallelContent(tuple(_with_copies(row, copies) for row in rows) if copies else rows, comments)


def _with_copies(row: SummaryRow, copies: Sequence[Copy]) -> SummaryRow:
    cells = (replace(cell, html=archived_html(cell.html, copies)) if cell.html else cell for cell in row.cells)
    return replace(row, cells=tuple(cells))


def _comments(body: ThreadBody, lang: str) -> tuple[CommentView, ...]:
    comments = body.comments
    by_id = {comment.id: comment for comment in comments}
    shapes = _shapes(tuple([comment.depth for comment in comments]))
    foreign = {name: _foreign(name, body.lang, lang) for name in {comment.author for comment in comments}}
    views: list[CommentView] = []
    for comment, (level, replies, opens, closes, following) in zip(comments, shapes, strict=True):
        shown, html = comment.text.pick(lang, body.lang) if comment.text.entries else (lang, Markup())
        note_lang, note = comment.note.pick(lang, body.lang) if comment.note.entries else (lang, None)
        parent = by_id[comment.parent] if comment.parent else None
        view = CommentView(
            id=comment.id,
            author=comment.author,
            author_lang=foreign[comment.author],
            date=comment.date,
            depth=comment.depth,
            level=level,
            poster=not comment.removed and comment.author == body.poster,
            addressee=parent.author if parent else None,
            addressee_lang=foreign[parent.author] if parent else None,
            addressee_id=parent.id if parent else None,
            html=html,
            lang=None if shown == lang else shown,
            untranslated=shown != lang,
            replies=replies,
            opens=opens,
            closes=closes,
            next_id=None if following is None else comments[following].id,
            note=note,
            note_lang=None if note_lang == lang else note_lang,
            removed=comment.removed,
            stale=shown == lang and lang in comment.stale,
        )
        views.append(view)
    return tuple(views)


def _foreign(name: str, original: str, lang: str) -> str | None:
    """The language of a name, None where it is the page's."""
    own = spoken(name, original)
    return None if own == lang else own


@lru_cache(maxsize=64)
def _shapes(depths: tuple[int, ...]) -> tuple[_Shape, ...]:
    """Nesting of comments in reading order, in linear time; it is the same on all pages of a thread."""
    count = len(depths)
    ends = [count] * count
    open_at: list[int] = []
    for number, depth in enumerate(depths):
        while open_at and depths[open_at[-1]] >= depth:
            ends[open_at.pop()] = number
        open_at.append(number)
    following = dict(pairwise(number for number, depth in enumerate(depths) if depth == 0))
    shapes: list[_Shape] = []
    for number, (depth, after) in enumerate(pairwise((*depths, 0))):
        level, after = min(depth, NESTED), min(after, NESTED)
        closes = max(0, level - after)
        shapes.append(_Shape(level, ends[number] - number - 1, after > level, closes, following.get(number)))
    return tuple(shapes)


@lru_cache(maxsize=16)
def _summary_rows(column: Localized[Paragraphs], languages: tuple[str, ...]) -> tuple[SummaryRow, ...]:
    """Block by block; where kinds part, those that have a block of the next row's kind wait with an empty cell.

    Around the rows, the pages of a thread are in different languages; the rows are the same.
    """
    waiting = {lang: deque(_marked(column.get(lang))) for lang in languages}
    rows: list[SummaryRow] = []
    number = 0
    while any(waiting.values()):
        kind = _next_kind([blocks for blocks in waiting.values() if blocks])
        numbered = kind not in UNNUMBERED
        number += numbered
        cells = []
        for lang, blocks in waiting.items():
            there = bool(blocks) and blocks[0][0] == kind
            _, html, stale = blocks.popleft() if there else (kind, None, False)
            cells.append(Cell(lang, None if html is None else unanchored(html), stale))
        rows.append(SummaryRow(f"p{number}" if numbered else None, kind, tuple(cells)))
    return tuple(rows)


def _marked(text: Paragraphs | None) -> Iterable[tuple[str, Markup, bool]]:
    """The blocks of a text, each with whether it lags behind."""
    for number, (kind, html) in enumerate(text.blocks if text else ()):
        yield kind, html, text is not None and number in text.stale


def _next_kind(waiting: Sequence[deque[tuple[str, Markup, bool]]]) -> str:
    """The kind of the next row: the common one; where they differ, the one that the others come to last, if ever."""
    heads = {blocks[0][0] for blocks in waiting}

    def distance(kind: str) -> int:
        ahead = ([each for each, *_ in islice(blocks, LOOK_AHEAD)] for blocks in waiting)
        return sum(kinds.index(kind) if kind in kinds else LOOK_AHEAD for kinds in ahead)

    return next(iter(heads)) if len(heads) == 1 else max(sorted(heads), key=distance)
