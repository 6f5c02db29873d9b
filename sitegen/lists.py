"""Views of the pages that gather others: front pages, issues, topics, archive, glossary, feeds; and 404."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import groupby

from sitegen import routes
from sitegen.models import DigestCard, PageCard, ThreadCard
from sitegen.parts import Edition
from sitegen.routes import Route
from sitegen.site import Site, Topic, translations, years
from sitegen.tasks import Shared
from sitegen.views import (
    Anchor,
    ArchiveMonth,
    ArchiveView,
    ArchiveYear,
    DigestsView,
    Feed,
    FeedEntry,
    FeedView,
    GlossaryView,
    Head,
    HomeView,
    LanguagesView,
    NotFoundPart,
    NotFoundView,
    Pager,
    SitemapEntry,
    SubscribeView,
    TermRow,
    Text,
    ThreadRow,
    TopicsView,
    TopicView,
)

ROWS = 20
"""Threads on a front page, on one page of a list, and in a feed."""

LATEST = 5
"""Threads that the page about feeds shows."""

Rows = Mapping[str, Shared[ThreadRow]]
"""Each thread as a row, by its slug: made once for all lists of a language."""

Listed = tuple[Route, str, object]
"""A route, the template, and the view that it is rendered from (or what makes it, see `render.View`)."""


def feed_of(edition: Edition) -> Feed:
    """The feed of a language."""
    route, settings = routes.rss(edition.lang), edition.settings
    return Feed(edition.lang, edition.text(settings.title).text, edition.url(route), edition.addresses.href(route))


def home_view(edition: Edition, site: Site, rows: Rows) -> HomeView:
    """A language's front page."""
    settings = edition.settings
    description = edition.text(settings.description).text if settings.description else ""
    return HomeView(
        head=edition.head(routes.home, edition.text(settings.title).text, description),
        digest=edition.digest_row(site.issues[0]) if site.issues else None,
        threads=tuple(rows[card.slug].value for card in site.threads[:ROWS]),
        more=len(site.threads) > ROWS,
        categories=tuple(map(edition.topic_row, site.categories)),
    )


def lists(edition: Edition, site: Site, rows: Rows, feeds: Sequence[Feed]) -> Iterator[Listed]:
    """All list pages of a language; those that would have nothing to list are left out."""
    t = edition.t
    for topic in (*site.categories, *site.tags):
        yield from _topic_pages(edition, topic, rows)
    if site.categories or site.tags:
        categories, tags = (tuple(map(edition.topic_row, each)) for each in (site.categories, site.tags))
        topics = TopicsView(edition.head(routes.topics, t("topics"), ""), categories, tags)
        yield routes.topics, "topics.html", topics
    yield from _archive_pages(edition, site, rows)
    if site.issues:
        digests = DigestsView(
            edition.head(routes.digests, t("digests"), ""), tuple(map(edition.digest_row, site.issues))
        )
        yield routes.digests, "digests.html", digests
    if site.glossary.terms:
        head = edition.head(routes.glossary, t("glossary"), "")
        yield routes.glossary, "glossary.html", GlossaryView(head, tuple(_terms(edition, site)))
    latest = tuple(rows[card.slug].value for card in _translated(edition, site)[:LATEST])
    own_first = tuple(sorted(feeds, key=lambda feed: feed.lang != edition.lang))
    subscribe = SubscribeView(edition.head(routes.subscribe, t("subscribe"), ""), own_first, latest)
    yield routes.subscribe, "subscribe.html", subscribe


def _page_count(topic: Topic) -> int:
    return max(1, -(-len(topic.threads) // ROWS))


def _topic_pages(edition: Edition, topic: Topic, rows: Rows) -> Iterator[Listed]:
    """The threads of a category or tag, in pages; every page of every language has its address."""
    count = _page_count(topic)
    name = edition.topic_name(topic.kind, topic.label)

    def url(number: int) -> str | None:
        if not 1 <= number <= count:
            return None
        return edition.url(routes.topic(edition.lang, topic.kind, topic.slug, number))

    for number in range(1, count + 1):
        title = name if number == 1 else f"{name} ({number})"
        route = partial(routes.topic, kind=topic.kind, slug=topic.slug, number=number)
        threads = tuple(rows[card.slug] for card in topic.threads[(number - 1) * ROWS : number * ROWS])
        pager = Pager(number, count, url(number - 1), url(number + 1))
        head = edition.head(route, title, "")
        yield route, "topic.html", (TopicView, head, topic.kind, name, len(topic.threads), threads, pager)


def _archive_pages(edition: Edition, site: Site, rows: Rows) -> Iterator[Listed]:
    """One page a year; the newest year's also stands at the archive's own address."""
    by_year = years(site.threads)
    lang = edition.lang
    for place, (year, cards) in enumerate(by_year.items()):
        route = partial(routes.archive, year=year)
        head = edition.head(route, edition.t("archive_year", year=year), "")
        every = tuple(
            ArchiveYear(edition.url(routes.archive(lang, each)), each, len(found), each == year)
            for each, found in by_year.items()
        )
        threads = tuple(rows[card.slug] for card in cards)
        if place == 0:
            own = edition.head(routes.archive, head.title, head.description)
            newest = replace(own, canonical=head.canonical, alternates=())
            yield routes.archive, "archive.html", (archive_view, newest, year, every, threads)
        yield route, "archive.html", (archive_view, head, year, every, threads)


def archive_view(head: Head, year: int, every: tuple[ArchiveYear, ...], threads: tuple[ThreadRow, ...]) -> ArchiveView:
    """The threads of a year, newest first, by month; `every` are the years that there are."""
    months = tuple(ArchiveMonth(rows[0].date.date().replace(day=1), rows) for rows in _by_month(threads))
    return ArchiveView(head, year, every, months)


def _by_month(rows: Sequence[ThreadRow]) -> Iterator[tuple[ThreadRow, ...]]:
    for _, group in groupby(rows, key=lambda row: row.date.month):
        yield tuple(group)


def _terms(edition: Edition, site: Site) -> Iterator[TermRow]:
    """Glossary entries by their word in this language, ids unique."""
    taken: set[str] = set()
    for term in site.glossary.terms:
        stem = routes.slug_of(term.term.pick(*edition.languages)[1]) or "term"
        name, number = stem, 1
        while name in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name)
        word = edition.text(term.term)
        shown = word.lang or edition.lang
        yield TermRow(
            id=name,
            word=word,
            note=edition.text(term.note) if term.note else None,
            others=tuple(Text(text, lang) for lang, text in term.term if lang != shown),
        )


def languages_view(editions: Sequence[Edition]) -> LanguagesView:
    """The way into the site, in its default language: each language by its own name."""
    first = editions[0]
    homes = tuple(Anchor(each.url(routes.home(each.lang)), each.t.own(each.lang), each.lang) for each in editions)
    settings = first.settings
    description = first.text(settings.description).text if settings.description else ""
    return LanguagesView(first.lone_head(routes.ROOT, first.text(settings.title).text, description), homes)


def not_found_view(editions: Sequence[Edition], site: Site) -> NotFoundView:
    """The page for addresses that are none, in all languages."""
    first = editions[0]
    parts = tuple(
        NotFoundPart(
            each.lang,
            each.url(routes.home(each.lang)),
            each.url(routes.archive(each.lang)) if site.threads else None,
        )
        for each in editions
    )
    return NotFoundView(first.lone_head(routes.NOT_FOUND, first.t("not_found"), ""), parts)


def list_routes(site: Site) -> Iterator[Route]:
    """The lists that search engines may show."""
    for topic in (*site.categories, *site.tags):
        for number in range(1, _page_count(topic) + 1):
            yield partial(routes.topic, kind=topic.kind, slug=topic.slug, number=number)
    if site.categories or site.tags:
        yield routes.topics
    for year in years(site.threads):
        yield partial(routes.archive, year=year)
    if site.issues:
        yield routes.digests
    if site.glossary.terms:
        yield routes.glossary
    yield routes.subscribe


def _translated(edition: Edition, site: Site) -> list[ThreadCard]:
    return [card for card in site.threads if edition.lang in translations(card, edition.languages)]


def feed_view(edition: Edition, site: Site) -> tuple[FeedView, tuple[str, ...]]:
    """The feed of a language: its newest translated threads; also their slugs, for their bodies."""
    settings, lang = edition.settings, edition.lang
    cards = _translated(edition, site)[:ROWS]
    entries = tuple(
        FeedEntry(
            id=edition.entry_id(site.ids[card.slug]),
            title=edition.text(card.title, card.lang),
            href=edition.addresses.href(routes.thread(lang, card.slug)),
            date=card.date,
            category=category.text if (category := edition.category(card)) else None,
            tags=tuple(edition.topic_anchor("tag", tag).text for tag in card.tags),
            column=edition.column(card),
            forum=edition.forum(card),
            sources=edition.sources(card),
            comments=card.comment_count,
        )
        for card in cards
    )
    feed = feed_of(edition)
    description = edition.text(settings.description).text if settings.description else ""
    home = edition.addresses.href(routes.home(lang))
    return FeedView(lang, feed.title, description, feed.href, home, entries), tuple(card.slug for card in cards)


def sitemap_entries(
    edition: Edition,
    listed: tuple[Route, ...],
    threads: tuple[ThreadCard, ...],
    issues: tuple[DigestCard, ...],
    pages: tuple[PageCard, ...],
) -> tuple[SitemapEntry, ...]:
    """Every page that search engines may show, as far as it is translated, with when its content changed."""
    every = edition.languages
    latest = max((card.date for card in threads), default=None)
    dated: list[tuple[Route, tuple[str, ...], datetime | None]] = [(routes.home, every, latest)]
    dated += [(route, every, None) for route in listed]
    dated += [(partial(routes.thread, slug=card.slug), translations(card, every), card.date) for card in threads]
    dated += [(partial(routes.digest, slug=card.slug), translations(card, every), card.date) for card in issues]
    dated += [(partial(routes.page, slug=card.slug), translations(card, every), None) for card in pages]
    entries = [SitemapEntry(edition.addresses.href(routes.ROOT), latest, ())]
    for route, langs, date in dated:
        alternates = edition.alternates(route, langs)
        entries += [SitemapEntry(edition.addresses.href(route(lang)), date, alternates) for lang in langs]
    return tuple(entries)
