"""What feeds show of a thread or issue beside its card, made where its files are read: once, however many feeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sitegen.models import Comment, FeedComment, FeedText, Localized, Paragraphs
from sitegen.standalone import standalone

TEXT_LIMIT = 60_000
"""Bytes of a text that a feed carries; a longer one is cut between its paragraphs and goes on at its page."""

AROUND = 3_000
"""Bytes that an entry takes beside its text: title, facts, links."""

GRAIN = 4_096
"""Sizes are multiples of this, so that few edits of a text change them: they decide which entries stand together."""


def feed_text(
    lang: str, text: Localized[Paragraphs], comments: Iterable[Comment], page: Callable[[str], str]
) -> FeedText:
    """A text and the comments that were picked, as feeds show them.

    `lang` is the language it was written in, `page` the absolute address of its page in a language.
    """
    texts = []
    cut = []
    for each, paragraphs in text:
        blocks = [html for _, html in paragraphs.blocks]
        kept = _within_limit(blocks)
        texts.append((each, standalone("".join(kept), page(each)).strip()))
        if len(kept) < len(blocks):
            cut.append(each)
    return FeedText(lang, Localized(tuple(texts)), tuple(cut), tuple(_picked(comments, page)))


def _within_limit(blocks: Sequence[str]) -> Sequence[str]:
    total = 0
    for number, block in enumerate(blocks):
        total += len(block.encode())
        if total > TEXT_LIMIT:
            return blocks[:number]
    return blocks


def _picked(comments: Iterable[Comment], page: Callable[[str], str]) -> Iterable[FeedComment]:
    for one in comments:
        if one.pick:
            text = Localized(tuple((each, standalone(html, page(each))) for each, html in one.text))
            yield FeedComment(one.id, one.author, one.date, text)


def size(text: FeedText, lang: str, more: int = 0) -> int:
    """About how many bytes an entry takes in the feed of a language: not less, where `more` is what else it holds.

    JSON takes the most: the text as HTML and as plain text.
    """
    shown = text.text.pick(lang, text.lang)[1] if text.text else ""
    picks = sum(len(each.text.pick(lang, text.lang)[1].encode()) + 200 for each in text.picks)
    total = 2 * (len(shown.encode()) + picks) + AROUND + more
    return -(-total // GRAIN) * GRAIN
