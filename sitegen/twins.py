"""Markdown twins: threads and issues as Markdown, for programs that read, and their list (https://llmstxt.org).

A twin says what its page says, but for what only leads on: glosses, neighbours, the discussion over time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache, partial

from sitegen import routes
from sitegen.bodies import prose
from sitegen.markdown_text import escaped, indented, line, link, markdown
from sitegen.models import Comment, DigestCard, Localized, Paragraphs, ThreadBody, ThreadCard
from sitegen.models import Prose as ProseBody
from sitegen.parts import Edition
from sitegen.site import partly, translations
from sitegen.tasks import Made
from sitegen.views import Block, ColumnFacts, Copy, ForumFacts, Source

LISTED = 100
"""Issues, and threads, of a language in llms.txt, at most."""

NESTED = 8
"""Replies deeper than this stand beside their parent and say whom they answer: some parsers stop at twenty levels."""

ITEM = "- "
"""What a comment begins with. Lists inside of comments have other markers."""


def thread(edition: Edition, card: ThreadCard, body: ThreadBody) -> Made:
    """A thread."""
    return _document(_thread(edition, card, body))


def issue(edition: Edition, card: DigestCard, threads: tuple[ThreadCard, ...], body: ProseBody) -> Made:
    """An issue of the digest."""
    return _document(_issue(edition, card, threads, body))


def index(
    editions: tuple[Edition, ...],
    issues: tuple[tuple[DigestCard, ...], ...],
    threads: tuple[tuple[ThreadCard, ...], ...],
) -> Made:
    """llms.txt: for each edition, the twins of issues and of threads, and the archive, which has them all."""
    return _document(_index(editions, issues, threads))


def _document(blocks: Iterator[str]) -> Made:
    return ("\n\n".join(blocks) + "\n").encode(), ()


# -- threads -----------------------------------------------------------------------------------------------------------


def _thread(edition: Edition, card: ThreadCard, body: ThreadBody) -> Iterator[str]:
    t, lang = edition.t, edition.lang
    page = edition.addresses.href(routes.thread(lang, card.slug))
    original = edition.untranslated(card)
    missing = None if partly(card, lang, edition.languages) else original
    yield f"# {escaped(edition.text(card.title, missing or lang).text)}"
    yield " · ".join(_facts(edition, card))
    yield " · ".join(_addresses(edition, partial(routes.thread, slug=card.slug), card))
    if missing:
        yield line(t("untranslated_thread", language=t.language(missing)))
    elif original:
        yield line(t("partial_thread", language=t.language(original)))
    for notice in edition.corrections(card):
        yield f"**{escaped(t('correction'))}, {escaped(t.day(notice.date))}**: {escaped(notice.text.text)}"
    column = edition.column(card)
    if column or body.column:
        yield f"## {escaped(t('summary'))}"
    if column:
        yield " · ".join(_column(edition, column))
    yield from _prose(edition, body.column, body.lang, page, missing, edition.copies(card))
    if column and column.excerpt:
        yield line(t("excerpt"))
    if sources := edition.sources(card):
        forum = edition.forum(card)
        yield f"## {escaped(t('sources'))}"
        yield "\n".join([ITEM + " · ".join(_source(edition, each, forum)) for each in sources])
    if card.translator:
        yield f"{line(t('translator'))} {escaped(card.translator)}"
    yield f"## {escaped(t('comments', n=card.comment_count))}"
    yield from _comments(edition, body, page, missing)


def _facts(edition: Edition, card: ThreadCard) -> Iterator[str]:
    yield line(edition.t.date(card.date))
    for kind, label in (
        *([("category", card.category)] if card.category else []),
        *(("tag", tag) for tag in card.tags),
    ):
        address = edition.addresses.href(routes.topic(edition.lang, kind, routes.slug_of(label)))
        yield link(f"{'#' if kind == 'tag' else ''}{escaped(edition.topic_name(kind, label))}", address)


def _addresses(edition: Edition, route: routes.Route, card: ThreadCard | DigestCard) -> Iterator[str]:
    """The address of the page, and the twins in the other languages in which it is translated."""
    page = edition.addresses.href(route(edition.lang))
    yield link(escaped(page), page)
    for lang in translations(card, edition.languages):
        if lang != edition.lang:
            yield link(escaped(edition.t.own(lang)), edition.addresses.href(routes.twin(route(lang))))


def _column(edition: Edition, column: ColumnFacts) -> Iterator[str]:
    yield f"**{escaped(column.title)}**"
    yield from (escaped(each) for each in (column.author, column.publisher) if each)
    if column.published:
        yield escaped(edition.t.day(column.published))


def _source(edition: Edition, source: Source, forum: ForumFacts | None) -> Iterator[str]:
    t = edition.t
    yield f"{line(t.kind(source.kind))}: {link(escaped(source.title), source.url)}"
    if source.note and source.original:
        yield f"{escaped(source.note)} ({escaped(source.original)})"
    if source.kind == "forum" and forum:
        if forum.author:
            yield escaped(forum.author)
        if forum.posted:
            yield escaped(t.date(forum.posted))
        if forum.views is not None:
            yield escaped(t("views", n=forum.views))
        if forum.votes is not None:
            yield escaped(t("votes", n=forum.votes))
    elif source.lang:
        yield escaped(t.language(source.lang))


def _prose(
    edition: Edition,
    text: Localized[Paragraphs],
    original: str,
    page: str,
    around: str | None,
    copies: Sequence[Copy],
) -> Sequence[str]:
    """A Markdown text, and what is to be said of its language where the document is not in that anyhow."""
    shown = prose(text, edition.lang, original, copies)
    if shown is None:
        return ()
    lang = shown.lang or edition.lang
    words = "\n\n".join(_blocks(edition, shown.blocks, page, f"{lang}-"))
    if shown.lang and not around:
        return line(edition.t("summary_untranslated", language=edition.t.language(lang))), words
    return (words,)


def _blocks(edition: Edition, blocks: Sequence[Block], page: str, prefix: str) -> Iterator[str]:
    """Blocks as Markdown, and what is to be said of those that lag behind their originals."""
    waiting: list[str] = []
    for block in blocks:
        waiting.append(block.html)
        if block.stale:
            yield markdown("".join(waiting), page, prefix)
            yield f"*{line(edition.t('stale'))}*"
            waiting = []
    if waiting:
        yield markdown("".join(waiting), page, prefix)


# -- comments ----------------------------------------------------------------------------------------------------------


def _comments(edition: Edition, body: ThreadBody, page: str, around: str | None) -> Iterator[str]:
    """All comments as one nested list."""
    authors = {one.id: one.author for one in body.comments}
    for one in body.comments:
        level = min(one.depth, NESTED)
        flat = authors[one.parent] if one.parent and one.depth > NESTED else None
        pad = "  " * (level + 1)
        text = "\n\n".join(_comment(edition, body.lang, one, page, around, flat))
        yield f"{pad[2:]}{ITEM}{indented(text, pad)}"


def _comment(
    edition: Edition, original: str, one: Comment, page: str, around: str | None, addressee: str | None
) -> Iterator[str]:
    """A comment's blocks: who wrote it when, what it says, and what the editor says about it."""
    t, lang = edition.t, edition.lang
    shown, html = one.text.pick(lang, original) if one.text else (lang, "")
    author = escaped(one.author or t("removed_author"))
    head = f"**{author}** · [{escaped(t.date(one.date))}]({page}#{one.id})"
    if addressee:
        head += f" · {escaped(t('addressee', name=addressee))}"
    if shown not in (lang, around):
        head += f" · {escaped(t('comment_untranslated'))}"
    yield head
    if one.removed:
        yield line(t("removed", date=t.day(one.removed)))
    elif words := _stranger(html):
        yield words
        if shown == lang and lang in one.stale:
            yield f"*{line(t('stale'))}*"
    if one.note:
        note_lang, note = one.note.pick(lang, original)
        yield f"**{escaped(t('editors_note'))}**"
        yield markdown(note, page, f"{note_lang}-")


@lru_cache(maxsize=1024)
def _stranger(html: str) -> str:
    """What a stranger wrote, whose links are absolute: twins in languages that it is not in have the same."""
    return markdown(html, "")


# -- issues, and all of them -------------------------------------------------------------------------------------------


def _issue(edition: Edition, card: DigestCard, threads: Sequence[ThreadCard], body: ProseBody) -> Iterator[str]:
    t, lang = edition.t, edition.lang
    page = edition.addresses.href(routes.digest(lang, card.slug))
    missing = edition.untranslated(card)
    yield f"# {_issue_name(edition, card)}"
    yield line(t.day(card.date))
    yield " · ".join(_addresses(edition, partial(routes.digest, slug=card.slug), card))
    if missing:
        yield line(t("untranslated_digest", language=t.language(missing)))
    yield from _prose(edition, body.text, missing or lang, page, missing or lang, edition.copies(card))
    yield f"## {escaped(t('threads', n=len(threads)))}"
    if threads:
        yield "\n".join([_entry(edition, partial(routes.thread, slug=each.slug), each) for each in threads])


def _issue_name(edition: Edition, card: DigestCard) -> str:
    title = edition.text(card.title, edition.untranslated(card) or edition.lang).text
    return escaped(title if card.number is None else f"{edition.t('issue', n=card.number)} · {title}")


def _entry(edition: Edition, route: routes.Route, card: ThreadCard | DigestCard) -> str:
    """A link to a twin in a list, with the opening of its text."""
    others = () if isinstance(card, DigestCard) else (card.lang,)
    name = (
        _issue_name(edition, card) if isinstance(card, DigestCard) else escaped(edition.text(card.title, *others).text)
    )
    entry = ITEM + link(name, edition.addresses.href(routes.twin(route(edition.lang))))
    return f"{entry}: {escaped(edition.text(card.lead, *others).text)}" if card.lead else entry


def _index(
    editions: Sequence[Edition],
    issues: Sequence[Sequence[DigestCard]],
    threads: Sequence[Sequence[ThreadCard]],
) -> Iterator[str]:
    first = editions[0]
    yield f"# {escaped(first.text(first.settings.title).text)}"
    if first.settings.description:
        yield f"> {line(first.text(first.settings.description).text)}"
    for edition, gathered, newest in zip(editions, issues, threads, strict=True):
        for name, route, cards in (("digests", routes.digest, gathered), ("latest", routes.thread, newest)):
            if cards:
                yield f"## {escaped(edition.t.own(edition.lang))}: {escaped(edition.t(name))}"
                rows = [_entry(edition, partial(route, slug=card.slug), card) for card in cards]
                if cards is newest:
                    archive = edition.addresses.href(routes.archive(edition.lang))
                    rows.append(ITEM + link(escaped(edition.t("archive")), archive))
                yield "\n".join(rows)
