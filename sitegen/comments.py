"""Comments as they were written to comments as they are shown: ids, rendered texts, picks, notes and removals."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, tzinfo
from functools import partial
from hashlib import blake2b
from typing import Any

from sitegen import decode, markdown
from sitegen.diagnostics import Diagnostic, Span, error
from sitegen.models import Comment, Localized
from sitegen.openings import opening
from sitegen.translations import Examined, Text, line_of
from sitegen.zones import in_zone

Places = Callable[[str], tuple[str, str]]
"""The address of the thread's page in a language, and that of the site: what links in an editor's words count from."""

RESERVED_IDS = re.compile(r"(p\d+|main|content|comments|summary|sources)\Z")
"""Ids that pages use themselves."""

NONE: Localized[Any] = Localized()


def made(
    found: Sequence[decode.CommentSource], path: str, text: str, zone: tzinfo, fast: bool, places: Places
) -> tuple[tuple[Comment, ...], list[Text], list[Diagnostic]]:
    """The comments of a thread, rendered, in reading order, their texts, and what is to be told of them.

    `path` and `text` are those of their file, `zone` is the one in which their dates are shown, and `fast` is as for
    `markdown.render_stranger`.
    """
    ids, faults = _ids(found, path, text)
    texts = _Texts(places, fast)
    made: list[Comment] = []
    said_by: list[Text] = []
    for own, one in zip(ids, found, strict=True):
        parent = None if one.parent is None else ids[one.parent]
        date = in_zone(one.date, zone)
        if one.removed:
            made.append(Comment(own, "", date, one.depth, parent, removed=one.removed))
            continue
        said = texts.said(one)
        words = Localized(tuple([(each, document.html) for each, document in said]))
        said_by.append(_text("comment", own, said, partial(_place, path, text, one, "text")))
        noted = texts.noted(one, own)
        note = Localized(tuple([(each, document.unnumbered) for each, document in noted])) if noted else NONE
        if noted:
            said_by.append(_text("note", own, noted, partial(_place, path, text, one, "note")))
        pick = Localized(tuple((each, opening(document)) for each, document in said)) if one.picked else NONE
        made.append(Comment(own, one.author, date, one.depth, parent, words, note, pick))
    return tuple(made), said_by, [*faults, *texts.faults(path, text)]


def lagging(comments: tuple[Comment, ...], found: Examined) -> tuple[Comment, ...]:
    """The comments, those marked whose translations lag behind."""
    if not found.stale:
        return comments
    of = [
        (one, tuple(lang for lang in one.text.langs if (f"comment {one.id}", lang) in found.stale)) for one in comments
    ]
    return tuple(replace(one, stale=stale) if stale else one for one, stale in of)


def _text(
    kind: str,
    own: str,
    documents: Sequence[tuple[str, markdown.Document]],
    place: Callable[[Sequence[tuple[str, markdown.Document]], str, int], Span],
) -> Text:
    """What a comment says, or the editor says about it, in its languages."""
    return Text(f"{kind} {own}", tuple([(lang, each.blocks) for lang, each in documents]), partial(place, documents))


def _place(
    path: str,
    text: str,
    one: decode.CommentSource,
    key: str,
    documents: Sequence[tuple[str, markdown.Document]],
    lang: str,
    number: int,
) -> Span:
    """Where a block of such a text stands in the file."""
    words = (one.text if key == "text" else one.note).get(lang) or ""
    blocks = dict(documents)[lang].blocks
    line = line_of(words, blocks, number)
    width = len(words.split("\n")[line - 1])
    return decode.spans_in_texts(path, text, [(one, key, lang, line, 1, width)])[0]


def _ids(comments: Sequence[decode.CommentSource], path: str, text: str) -> tuple[list[str], list[Diagnostic]]:
    """An id for each comment: the one it has, else 8 hex digits of author and date, the same in every language."""
    taken = {one.id for one in comments if one.id is not None}
    told: list[Diagnostic] = []
    explicit: set[str] = set()
    ids: list[str] = []
    numbers: dict[str, int] = defaultdict(int)  # how many of an author's comments of one moment there have been
    for one in comments:
        if one.id is not None:
            if one.id in explicit or RESERVED_IDS.match(one.id):
                why = "stands twice in this thread" if one.id in explicit else "is used by the page itself"
                message = f"the comment id `{one.id}` {why}"
                told.append(error("duplicate-id", message, decode.span_of(path, text, one), "choose another one"))
            explicit.add(one.id)
            ids.append(one.id)
            continue
        seed = f"{one.author}\0{one.date.astimezone(UTC).isoformat()}\0"
        while True:
            number = numbers[seed]
            numbers[seed] += 1
            made = blake2b(f"{seed}{number or ''}".encode(), digest_size=4).hexdigest()
            if made not in taken:
                break
        taken.add(made)
        ids.append(made)
    return ids, told


class _Texts:
    """Renders the texts of comments, and gathers what is to be told of them."""

    def __init__(self, places: Places, fast: bool):
        self.places = places
        self.fast = fast
        self.problems: list[tuple[markdown.Problem, tuple[decode.CommentSource, str, str, int, int, int]]] = []

    def said(self, one: decode.CommentSource) -> list[tuple[str, markdown.Document]]:
        """What a comment says, in each language."""
        rendered: list[tuple[str, markdown.Document]] = []
        for lang, words in one.text:
            document = markdown.render_stranger(words, self.fast)
            rendered.append((lang, document))
            if document.problems:
                self._keep(document, one, "text", lang)
        return rendered

    def noted(self, one: decode.CommentSource, own: str) -> list[tuple[str, markdown.Document]]:
        """What the editor says about a comment, whose id is `own`, in each language."""
        rendered: list[tuple[str, markdown.Document]] = []
        for lang, words in one.note:
            page, root = self.places(lang)
            document = markdown.render_editor(words, {}, 4, f"{lang}-{own}-", page, root, self.fast)
            rendered.append((lang, document))
            if document.problems:
                self._keep(document, one, "note", lang)
        return rendered

    def _keep(self, document: markdown.Document, one: decode.CommentSource, key: str, lang: str) -> None:
        self.problems += [(each, (one, key, lang, each.line, each.column, each.width)) for each in document.problems]

    def faults(self, path: str, text: str) -> list[Diagnostic]:
        """What was wrong, at its place in the file."""
        spans = decode.spans_in_texts(path, text, [place for _, place in self.problems]) if self.problems else ()
        return [problem.at(span) for (problem, _), span in zip(self.problems, spans, strict=True)]
