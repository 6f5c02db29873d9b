"""Views of the pages that stand for one piece of content: threads, issues of the digest, free pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from sitegen import routes
from sitegen.glosses import Glosses
from sitegen.models import DigestCard, Neighbour, PageCard, Settings, ThreadCard
from sitegen.parts import Edition, label
from sitegen.site import partly, shown_in, translations
from sitegen.views import Anchor, DigestView, Head, PageView, ParallelView, Text, ThreadView


def thread_head(edition: Edition, card: ThreadCard) -> Head:
    """The head of a thread's own page; what it is about stands on it, so the description tells what it is."""
    column = card.column
    facts = (column.title, column.author, column.publisher) if column else (card.forum and card.forum.site,)
    told = (*facts, edition.t("comments", n=card.comment_count))
    return edition.card_head(
        card, partial(routes.thread, slug=card.slug), " · ".join(filter(None, dict.fromkeys(told)))
    )


def with_twin(settings: Settings, head: Head) -> Head:
    """The head of a page that has a Markdown twin, where the site wants one."""
    return replace(head, twin_url=routes.twin(head.url)) if settings.features.markdown else head


def side_by_side(settings: Settings, translated: Sequence[str]) -> bool:
    """Whether a thread has a page with all languages: where there is more than one to read."""
    return settings.features.parallel and len(translated) > 1


def thread_view(
    edition: Edition,
    card: ThreadCard,
    digests: tuple[DigestCard, ...],
    newer: Neighbour | None,
    older: Neighbour | None,
    terms: Glosses,
) -> ThreadView:
    """A thread; `digests` are the issues that gather it, `terms` what is explained in its summary."""
    lang = edition.lang
    beside = side_by_side(edition.settings, translations(card, edition.languages))
    partial = partly(card, lang, edition.languages)
    parallel = edition.url(routes.parallel(lang, card.slug)) if beside else None
    return ThreadView(
        head=with_twin(edition.settings, thread_head(edition, card)),
        title=edition.text(card.title, shown_in(card, lang, edition.languages)),
        date=card.date,
        category=edition.category(card),
        tags=tuple(edition.topic_anchor("tag", tag) for tag in card.tags),
        comments=card.comment_count,
        parallel_url=parallel,
        untranslated=None if partial else edition.untranslated(card),
        partial=edition.untranslated(card) if partial else None,
        column=edition.column(card),
        forum=edition.forum(card),
        sources=edition.sources(card),
        translator=card.translator,
        summary_short=bool(card.lead) and card.lead.pick(lang, card.lang)[0] in card.short,
        digests=tuple(issue_anchor(edition, each) for each in digests),
        newer=edition.thread_anchor(newer) if newer else None,
        older=edition.thread_anchor(older) if older else None,
        corrections=edition.corrections(card),
        glosses=terms,
        copies=edition.copies(card),
        label=label(card),
    )


def parallel_view(edition: Edition, card: ThreadCard) -> ParallelView:
    """A thread in all languages: it stands in for the thread's own page, which is canonical and in hreflang."""
    own = thread_head(edition, card)
    head = edition.card_head(card, partial(routes.parallel, slug=card.slug), own.description)
    return ParallelView(
        head=replace(head, canonical=own.canonical, alternates=(), image=own.image),
        title=edition.text(card.title, card.lang),
        titles=tuple(Text(title, lang) if (title := card.title.get(lang)) else None for lang in edition.languages),
        langs=edition.languages,
        date=card.date,
        comments=card.comment_count,
        thread_url=own.url,
        column=edition.column(card),
        forum=edition.forum(card),
        sources=edition.sources(card),
        copies=edition.copies(card),
        label=label(card),
    )


def issue_anchor(edition: Edition, card: DigestCard) -> Anchor:
    """A link to an issue by its title."""
    return edition.anchor(routes.digest(edition.lang, card.slug), edition.text(card.title))


def issue_view(
    edition: Edition,
    card: DigestCard,
    threads: tuple[ThreadCard, ...],
    newer: DigestCard | None,
    older: DigestCard | None,
) -> DigestView:
    """An issue of the digest with its threads, and the issues beside it."""
    description = edition.text(card.lead).text if card.lead else ""
    head = edition.card_head(card, partial(routes.digest, slug=card.slug), description)
    return DigestView(
        head=with_twin(edition.settings, head),
        title=edition.text(card.title, shown_in(card, edition.lang, edition.languages)),
        number=card.number,
        date=card.date,
        threads=tuple(map(edition.thread_row, threads)),
        untranslated=edition.untranslated(card),
        newer=issue_anchor(edition, newer) if newer else None,
        older=issue_anchor(edition, older) if older else None,
        copies=edition.copies(card),
        label=label(card),
    )


def page_view(edition: Edition, card: PageCard) -> PageView:
    """A free page."""
    return PageView(
        head=edition.card_head(card, partial(routes.page, slug=card.slug), ""),
        title=edition.text(card.title),
        untranslated=edition.untranslated(card),
        copies=edition.copies(card),
        label=label(card),
    )
