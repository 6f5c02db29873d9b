"""Views of the pages that gather others: front pages, issues, topics, archive, glossary, subscribing; and 404."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import groupby, islice
from typing import Any

from sitegen import channels, routes
from sitegen.channels import Channel
from sitegen.models import DigestCard, ThreadCard, ThreadEntry
from sitegen.parts import Edition
from sitegen.record import comparable
from sitegen.routes import Route
from sitegen.site import Site, Topic, years
from sitegen.tasks import Repeated, Shared, Stored, Task
from sitegen.views import (
    Anchor,
    ArchiveMonth,
    ArchiveView,
    ArchiveYear,
    DigestsView,
    Feed,
    GlossaryView,
    HomeView,
    LanguagesView,
    NotFoundPart,
    NotFoundView,
    Pager,
    SearchView,
    SitemapEntry,
    SubscribeView,
    TermRow,
    Text,
    ThreadRow,
    TopicRow,
    TopicsView,
    TopicView,
)

ROWS = 20
"""Threads on a front page, and on one page of a list."""

LATEST = 5
"""Threads that the page about feeds shows."""

Card = Stored | Task[Any]
"""A card in the store, or the task that marks it as not being on the site."""

Cards = Mapping[str, Card]
"""The cards of threads, or of issues, by slug: views are made from them where pages are rendered."""

Listed = tuple[Route, str, Any]
"""A route, the template, and the view that it is rendered from, or the task that makes it."""


def home_view(
    edition: Edition,
    issue: tuple[DigestCard, int] | None,
    threads: tuple[ThreadCard, ...],
    more: bool,
    categories: tuple[TopicRow, ...],
) -> HomeView:
    """A language's front page: the newest issue, with the number of its threads, and the newest threads."""
    settings = edition.settings
    description = edition.text(settings.description).text if settings.description else ""
    return HomeView(
        head=edition.head(routes.home, edition.text(settings.title).text, description),
        digest=edition.digest_row(*issue) if issue else None,
        threads=tuple(map(edition.thread_row, threads)),
        more=more,
        categories=categories,
    )


@comparable
class Lists:
    """The lists of one language. `edition` is what `shared` shares; `threads` and `issues` are cards by slug.

    `others` are the feeds of other languages, and of all together, that the page about feeds names.
    """

    edition: Edition
    shared: Shared[Edition]
    site: Site
    threads: Cards
    issues: Cards
    others: Sequence[Feed]

    def _cards(self, entries: Iterable[ThreadEntry]) -> tuple[Card, ...]:
        return tuple([self.threads[entry.slug] for entry in entries])

    def every(self) -> Iterator[Listed]:
        """All list pages, the front page first; those that would have nothing to list are left out."""
        edition, site, t = self.edition, self.site, self.edition.t
        categories, tags = (tuple(map(edition.topic_row, each)) for each in (site.categories, site.tags))
        issues = tuple((self.issues[issue.entry.slug], len(issue.threads)) for issue in site.issues)
        newest, more = self._cards(site.threads[:ROWS]), len(site.threads) > ROWS
        home = Task(home_view, (self.shared, issues[0] if issues else None, newest, more, categories))
        yield routes.home, "home.html", home
        yield from self._archive()
        for topic in (*site.categories, *site.tags):
            yield from self._topic(topic)
        if site.categories or site.tags:
            topics = TopicsView(edition.head(routes.topics, t("topics"), ""), categories, tags)
            yield routes.topics, "topics.html", topics
        if issues:
            channel = channels.issues(site, edition.lang)
            yield routes.digests, "digests.html", Task(digests_view, (self.shared, issues, channel))
        if site.glossary.terms:
            head = edition.head(routes.glossary, t("glossary"), "")
            yield routes.glossary, "glossary.html", GlossaryView(head, tuple(_terms(edition, site)))
        latest = self._cards(islice((entry for entry in site.threads if edition.lang in entry.langs), LATEST))
        feeds = channels.Offered(edition, site)
        offered = (feeds.own, feeds.topics(site.categories), feeds.topics(site.tags), tuple(self.others))
        yield routes.subscribe, "subscribe.html", Task(subscribe_view, (self.shared, offered, latest))

    def _topic(self, topic: Topic) -> Iterator[Listed]:
        """The threads of a category or tag, in pages; every page of every language has its address."""
        count = page_count(topic)
        facts = (topic.kind, topic.slug, topic.label, len(topic.threads))
        channel = channels.topic(self.site, topic, self.edition.lang)
        offered = Repeated(channel) if channel else None
        for number in range(1, count + 1):
            cards = self._cards(topic.threads[(number - 1) * ROWS : number * ROWS])
            view = Task(topic_view, (self.shared, facts, number, count, cards, offered))
            yield partial(routes.topic, kind=topic.kind, slug=topic.slug, number=number), "topic.html", view

    def _archive(self) -> Iterator[Listed]:
        """One page a year; the newest year's also stands at the archive's own address."""
        by_year = years(self.site.threads)
        counts = tuple((year, len(found)) for year, found in by_year.items())
        for place, (year, found) in enumerate(by_year.items()):
            args = (self.shared, year, counts, self._cards(found))
            if place == 0:
                yield routes.archive, "archive.html", Task(newest_archive_view, args)
            yield partial(routes.archive, year=year), "archive.html", Task(archive_view, args)


def page_count(topic: Topic) -> int:
    """How many pages the threads of a category or tag take."""
    return max(1, -(-len(topic.threads) // ROWS))


def topic_view(
    edition: Edition,
    facts: tuple[str, str, str, int],
    number: int,
    count: int,
    threads: tuple[ThreadCard, ...],
    channel: Channel | None,
) -> TopicView:
    """A page of the threads of a category or tag; `facts` are kind, slug, label and the number of all its threads."""
    kind, slug, label, total = facts
    name = edition.topic_name(kind, label)

    def url(number: int) -> str | None:
        return edition.url(routes.topic(edition.lang, kind, slug, number)) if 1 <= number <= count else None

    title = name if number == 1 else f"{name} ({number})"
    head = edition.head(partial(routes.topic, kind=kind, slug=slug, number=number), title, "")
    pager = Pager(number, count, url(number - 1), url(number + 1))
    feed = channels.feed(edition, channel) if channel else None
    return TopicView(head, kind, name, total, tuple(map(edition.thread_row, threads)), pager, feed)


def digests_view(edition: Edition, issues: tuple[tuple[DigestCard, int], ...], channel: Channel | None) -> DigestsView:
    """All issues, each with the number of its threads."""
    head = edition.head(routes.digests, edition.t("digests"), "")
    rows = tuple(edition.digest_row(card, threads) for card, threads in issues)
    return DigestsView(head, rows, channels.feed(edition, channel) if channel else None)


def subscribe_view(
    edition: Edition, feeds: tuple[tuple[Feed, ...], ...], latest: tuple[ThreadCard, ...]
) -> SubscribeView:
    """The page about feeds, with the newest threads that are translated."""
    head = edition.head(routes.subscribe, edition.t("subscribe"), "")
    own, categories, tags, others = feeds
    return SubscribeView(
        head=head,
        own=own,
        categories=categories,
        tags=tags,
        others=others,
        opml_url=edition.url(routes.opml(edition.lang)),
        opml_all_url=edition.url(routes.opml()),
        latest=tuple(map(edition.thread_row, latest)),
    )


def archive_view(
    edition: Edition, year: int, counts: tuple[tuple[int, int], ...], threads: tuple[ThreadCard, ...]
) -> ArchiveView:
    """The threads of a year, newest first, by month; `counts` has all years with the number of their threads."""
    head = edition.head(partial(routes.archive, year=year), edition.t("archive_year", year=year), "")
    every = tuple(
        ArchiveYear(edition.url(routes.archive(edition.lang, each)), each, count, each == year)
        for each, count in counts
    )
    rows = tuple(map(edition.thread_row, threads))
    months = tuple(ArchiveMonth(of[0].date.date().replace(day=1), of) for of in _by_month(rows))
    return ArchiveView(head, year, every, months)


def newest_archive_view(
    edition: Edition, year: int, counts: tuple[tuple[int, int], ...], threads: tuple[ThreadCard, ...]
) -> ArchiveView:
    """The same for the archive's own address: the page of the year is the canonical one."""
    view = archive_view(edition, year, counts, threads)
    own = edition.head(routes.archive, view.head.title, view.head.description)
    return replace(view, head=replace(own, canonical=view.head.canonical, alternates=()))


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


def search_view(edition: Edition, shards: tuple[int, ...]) -> SearchView:
    """The search page; `shards` has the number of shards of each block."""
    return SearchView(edition.head(routes.search, edition.t("search"), ""), shards)


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
        for number in range(1, page_count(topic) + 1):
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


Dated = tuple[str, tuple[str, ...], str | None]
"""A thread, issue or page in the sitemap: its slug, the languages in which it is translated, its date in ISO 8601."""


@comparable
class Mapped:
    """All that search engines may show: the routes of lists, and the site's content."""

    listed: tuple[Route, ...]
    threads: tuple[Dated, ...]
    issues: tuple[Dated, ...]
    pages: tuple[Dated, ...]

    def count(self, languages: int) -> int:
        """How many addresses there are, on a site of so many languages."""
        content = (*self.threads, *self.issues, *self.pages)
        return 1 + languages * (1 + len(self.listed)) + sum([len(langs) for _, langs, _ in content])


def sitemap_entries(edition: Edition, mapped: Mapped, part: range) -> tuple[SitemapEntry, ...]:
    """A part of the pages that search engines may show, as far as they are translated, with when content changed."""
    every = (
        (route(lang), date, alternates)
        for route, langs, date in _mapped(edition, mapped)
        for alternates in (edition.alternates(route, langs),)
        for lang in langs
    )
    href = edition.addresses.href
    return tuple(
        SitemapEntry(href(route), date, versions) for route, date, versions in islice(every, part.start, part.stop)
    )


def _mapped(edition: Edition, mapped: Mapped) -> Iterator[tuple[Route, tuple[str, ...], datetime | None]]:
    every = edition.languages
    latest = max((datetime.fromisoformat(date) for _, _, date in mapped.threads if date), default=None)
    yield routes.way_in, every[:1], latest
    yield routes.home, every, latest
    for route in mapped.listed:
        yield route, every, None
    for make, content in ((routes.thread, mapped.threads), (routes.digest, mapped.issues), (routes.page, mapped.pages)):
        for slug, langs, told in content:
            yield partial(make, slug=slug), langs, datetime.fromisoformat(told) if told else None
