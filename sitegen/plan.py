"""The table of contents of `output/`: which files there are, and the task that makes each.

The order is that in which files are to appear: what others need first, pages before the lists that name them, then
front pages, feeds and the sitemap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, product
from typing import Any, NamedTuple

from sitegen import (
    channels,
    links,
    lists,
    pages,
    redirects,
    render,
    routes,
    search,
    shares,
    sitemap,
    thread_files,
    twins,
)
from sitegen.channels import Channel, Offered
from sitegen.glosses import glosses
from sitegen.lists import Card
from sitegen.models import Lost, Neighbour, PageCard, ThreadEntry
from sitegen.parts import Edition, labelled, site_view
from sitegen.record import comparable
from sitegen.schedule import Entry, standing
from sitegen.site import Site
from sitegen.tasks import File, Made, Remembered, Repeated, Shared, Slot, Stored, Task
from sitegen.theme import FEED_STYLE, Theme
from sitegen.thread_files import Around
from sitegen.traces import Output
from sitegen.views import Feed, FeedView

Lone = tuple[str, Task[Made]]
"""A file that a task makes alone."""

LONGEST = "zh-Hant-TW/categories//1000/"
"""The longest route that there may be, without what its slug takes."""


class Content(NamedTuple):
    """What is stored of a thread, issue or page: its card, its body by name, and what feeds show of it by name."""

    card: Stored
    body: Slot
    fed: Slot | None = None


@comparable
class Inputs:
    """What the plan is made of: the site, its theme, what is stored of each unit, and the files that are copied.

    `threads`, `issues` and `pages` have it by slug; `page_cards` are the free pages' cards themselves, which every
    page names; `images` has the published names and bytes of what comes of each image, by its path; `mark_of` knows
    the fingerprint of each source file by its path. What is not on the site at the `moment` is marked as such.
    `lost` are the links that are dead, by their marks.
    """

    site: Site
    theme: Theme
    threads: Mapping[str, Content]
    issues: Mapping[str, Content]
    pages: Mapping[str, Content]
    page_cards: Sequence[PageCard]
    images: Mapping[str, Sequence[tuple[str, Stored]]]
    mark_of: Callable[[str], str | None]
    moment: int
    lost: Mapping[bytes, Lost]


class Planner:
    """Lays out a site."""

    def __init__(self, inputs: Inputs):
        site, theme = inputs.site, inputs.theme
        self.inputs, self.site = inputs, site
        self.editions = [Edition(site.settings, lang, theme.strings[lang]) for lang in site.settings.languages]
        self.by_lang = {edition.lang: Shared(edition) for edition in self.editions}
        self.thread_cards = self._cards(site.threads, inputs.threads)
        self.issue_cards = self._cards((issue.entry for issue in site.issues), inputs.issues)
        self.page_cards = self._cards(site.pages, inputs.pages)
        self.own_thread_cards = {each.slug: self._own(each, self.thread_cards[each.slug]) for each in site.threads}
        self.addresses = self.editions[0].addresses
        self.feeds = {edition.lang: channels.Offered(edition, site) for edition in self.editions}
        urls = {each.named: self.addresses.url(routes.asset(each.named)) for each in theme.static}
        self.bundles = {name: Shared(theme.bundle(name, urls)) for name in theme.views}
        self.words = Shared(theme.strings)
        self.glosses = {lang: Shared(glosses(site.glossary, lang, site.settings.languages)) for lang in self.by_lang}
        self.blocks = search.layout(site.threads) if site.settings.features.search else ()
        self.sites = {
            edition.lang: Shared(
                site_view(edition, site, inputs.page_cards, [each.main for each in self.feeds.values()])
            )
            for edition in self.editions
        }
        across = tuple(self.by_lang)
        self.around = Shared(
            Around(
                theme.strings,
                tuple(self.editions),
                tuple([self.sites[lang].value for lang in across]),
                tuple([self.glosses[lang].value for lang in across]),
            )
        )
        style = next((urls[each.named] for each in theme.static if each.name == FEED_STYLE), None)
        self.publication = Shared(channels.Publication(site.ids.seed, style))

    def _cards(self, entries: Iterable[Entry], units: Mapping[str, Content]) -> dict[str, Card]:
        """The cards of what is shown; a preview shows also what is not on the site."""
        return {
            entry.slug: Task(labelled, (card, why)) if (why := standing(entry, self.inputs.moment)) else card
            for entry in entries
            for card in (units[entry.slug].card,)
        }

    def _own(self, entry: Entry, card: Card) -> Card:
        """A card for what shows its links: it knows which of these are lost. Others need not be made again for that."""
        found = links.concerning(entry.links, self.inputs.lost) if self.inputs.lost else ()
        return Task(links.with_lost, (card, found)) if found else card

    def shares(self) -> Iterator[tuple[str, Task[Remembered]]]:
        """The route of each share card, and the task that finds its words: one for each language that there is."""
        if not self.site.settings.features.cards:
            return
        for entry in self.site.threads:
            for lang in entry.langs:
                args = (self.by_lang[lang], self.thread_cards[entry.slug])
                yield routes.card(routes.thread(lang, entry.slug)), Task(shares.thread, args)
        for issue in self.site.issues:
            for lang in issue.entry.langs:
                of = (self.by_lang[lang], self.issue_cards[issue.entry.slug], len(issue.threads))
                yield routes.card(routes.digest(lang, issue.entry.slug)), Task(shares.issue, of)

    def outputs(self, shares: Iterable[tuple[str, tuple[Any, ...]]]) -> Iterator[Output]:
        """Every file of the site, the way in first; `shares` has what stands on its cards.

        What lists many threads takes long, and comes early: so no process is left with it when the others have done.
        """
        yield from map(_alone, chain(self.whole(), self.redirects()))
        for edition in self.editions:
            yield from map(_alone, chain(self.lists(edition), self.search(edition)))
        if len(self.editions) > 1:
            yield self._whole_feed()
        for edition in self.editions:
            yield from self.feeds_of(edition)
        for edition in self.editions:
            yield from map(_alone, chain(self.pages(edition), self.issues(edition)))
        yield from self.threads()
        accent = dict(self.inputs.theme.options).get("accent")
        colour = accent if isinstance(accent, str) and accent.startswith("#") else None
        for route, words in shares:
            yield (route,), Task(render.card, (words, colour))
        yield from map(_alone, self.copies())

    def shared(self) -> tuple[Shared[Any], ...]:
        """All values that outputs share."""
        return (
            self.words,
            self.publication,
            *self.by_lang.values(),
            *self.glosses.values(),
            *self.bundles.values(),
            *self.sites.values(),
            self.around,
        )

    def _page(self, lang: str, route: str, template: str, view: object, body: Slot | None = None) -> Lone:
        args = (self.bundles[template], self.words, self.sites[lang], view, body)
        return routes.file_of(route), Task(render.page, args)

    def copies(self) -> Iterator[Lone]:
        """The theme's static files, and the images that texts show."""
        for each in self.inputs.theme.static:
            source = File(each.path, self.inputs.mark_of(each.path) or "")
            task = Task(render.text, (each.text,)) if each.text is not None else Task(render.copy, (source,))
            yield routes.asset(each.named), task
        shown = [("threads", entry.slug, entry.images) for entry in self.site.threads]
        shown += [("digests", issue.entry.slug, issue.entry.images) for issue in self.site.issues]
        shown += [("pages", entry.slug, entry.images) for entry in self.site.pages]
        made = {
            routes.media(kind, slug, name): Task(render.stored, (stored,))
            for kind, slug, images in shown
            for path in images
            for name, stored in self.inputs.images[path]
        }
        yield from made.items()

    def threads(self) -> Iterator[Output]:
        """The files of each thread."""
        around = (self.around, self.bundles["thread.html"], self.bundles["parallel.html"])
        named = (Repeated(Neighbour(each.slug, each.lang, each.title)) for each in self.site.threads)
        beside = [None, *named, None]
        gathered: dict[str, tuple[Card, ...]] = {}
        for issue in self.site.issues:
            for entry in issue.threads:
                gathered[entry.slug] = (*gathered.get(entry.slug, ()), self.issue_cards[issue.entry.slug])
        for number, entry in enumerate(self.site.threads):
            card, body = self.own_thread_cards[entry.slug], self.inputs.threads[entry.slug].body
            args = (*around, card, gathered.get(entry.slug, ()), beside[number], beside[number + 2], body)
            yield thread_files.paths(self.site.settings, entry), Task(thread_files.made, args)

    def issues(self, edition: Edition) -> Iterator[Lone]:
        """Each issue of the digest."""
        lang, cards, issues = edition.lang, self.issue_cards, self.site.issues
        beside = [None, *(cards[issue.entry.slug] for issue in issues), None]
        for number, issue in enumerate(issues):
            slug = issue.entry.slug
            threads = tuple(self.thread_cards[entry.slug] for entry in issue.threads)
            own = self._own(issue.entry, cards[slug])
            args = (self.by_lang[lang], own, threads, beside[number], beside[number + 2])
            body = self.inputs.issues[slug].body
            yield self._page(lang, routes.digest(lang, slug), "digest.html", Task(pages.issue_view, args), body)
            if self.site.settings.features.markdown:
                twin = Task(twins.issue, (self.by_lang[lang], own, threads, body))
                yield routes.twin(routes.digest(lang, slug)), twin

    def pages(self, edition: Edition) -> Iterator[Lone]:
        """Each free page."""
        lang = edition.lang
        for entry in self.site.pages:
            content = self.inputs.pages[entry.slug]
            view = Task(pages.page_view, (self.by_lang[lang], self._own(entry, self.page_cards[entry.slug])))
            yield self._page(lang, routes.page(lang, entry.slug), "page.html", view, content.body)

    def lists(self, edition: Edition) -> Iterator[Lone]:
        """The front page of a language, then its lists."""
        lang = edition.lang
        others = [each.main for each in self.feeds.values() if each.edition.lang != lang]
        if others:
            others.append(channels.feed(self.editions[0], channels.whole(self.site)))
        of = lists.Lists(edition, self.by_lang[lang], self.site, self.thread_cards, self.issue_cards, others)
        for route, template, view in of.every():
            yield self._page(lang, route(lang), template, view)

    def search(self, edition: Edition) -> Iterator[Lone]:
        """The page that asks the search index of a language, then the files of that."""
        if self.sites[edition.lang].value.search_url is None:
            return
        lang = edition.lang
        view = lists.search_view(edition, tuple(block.shards for block in self.blocks))
        yield self._page(lang, routes.search(lang), "search.html", view)
        for number, block in enumerate(self.blocks):
            for place, slugs in enumerate(block.segments):
                task = Task(render.search_threads, (self.addresses, lang, slugs))
                yield routes.search_threads(lang, number, place), task
            for shard in range(block.shards):
                route = routes.search_shard(lang, number, shard)
                yield route, Task(render.stored, (Slot(route),))

    def feeds_of(self, edition: Edition) -> Iterator[Output]:
        """The list of the feeds of a language; those of issues, categories and tags; that of threads, newest first."""
        site, lang, languages = self.site, edition.lang, self.site.settings.languages
        main = channels.main(site, lang)
        offered = self.feeds[lang]
        groups = ((offered.main.title, offered.own), *self._topic_groups(edition, offered))
        yield (routes.opml(lang),), Task(render.opml, (offered.main.title, groups))
        if (channel := channels.issues(site, lang)) is not None:
            yield self._issue_feed(edition, channel)
        for topic in (*site.categories, *site.tags):
            if (channel := channels.topic(site, topic, lang)) is not None:
                threads = channels.newest(topic.threads, lang, languages, channels.TOPIC_LIMIT)
                yield self._thread_feed(edition, channel, threads, (0, 0, 0))
        newest = channels.newest(site.threads, lang, languages)
        earlier = tuple(channels.archives(site.threads, lang, len(newest)))
        yield self._thread_feed(edition, main, newest, (0, len(earlier), 0))
        for number, page in reversed(tuple(enumerate(earlier, 1))):
            second = 2 if number == 1 < len(earlier) else 0  # the others stay as they are when there is a newer one
            yield self._thread_feed(edition, main, page, (number, number - 1, second))

    def _topic_groups(self, edition: Edition, offered: Offered) -> Iterator[tuple[str, tuple[Feed, ...]]]:
        for name, topics in (("categories", self.site.categories), ("tags", self.site.tags)):
            yield edition.t(name), offered.topics(topics)

    def _thread_feed(
        self, edition: Edition, channel: Channel, entries: Sequence[ThreadEntry], place: tuple[int, int, int]
    ) -> Output:
        """A document of a feed of threads, in each form."""
        threads = tuple([self.own_thread_cards[entry.slug] for entry in entries])
        ids = tuple([self.site.ids.threads[entry.slug] for entry in entries])
        texts = () if place[0] else tuple(self.inputs.threads[entry.slug].fed for entry in entries)
        folder = routes.feed_archive(edition.lang, place[0]) if place[0] else channel.followed(edition.lang)
        args = (self.by_lang[edition.lang], self.publication, channel, place, threads, ids)
        return self._feed(folder, Task(channels.thread_feed, args), texts)

    def _issue_feed(self, edition: Edition, channel: Channel) -> Output:
        """The feed of issues, in each form."""
        gathered = {issue.entry.slug: issue.threads for issue in self.site.issues}
        slugs = [entry.slug for entry in channels.newest_issues(self.site, edition.lang)]
        issues = tuple(
            (
                self.issue_cards[slug],
                self.site.ids.digests[slug],
                tuple(self.thread_cards[t.slug] for t in gathered[slug]),
            )
            for slug in slugs
        )
        texts = tuple(self.inputs.issues[slug].fed for slug in slugs)
        args = (self.by_lang[edition.lang], self.publication, channel, issues)
        return self._feed(routes.digests(edition.lang), Task(channels.issue_feed, args), texts)

    def _feed(self, folder: str, views: Task[Mapping[str, FeedView]], texts: tuple[Slot | None, ...]) -> Output:
        paths = tuple([routes.feed(folder, form) for form in routes.FEEDS])
        return paths, Task(render.feed, (self.words, views, texts))

    def redirects(self) -> Iterator[Lone]:
        """A page at each former address, and the list of these."""
        moved: list[redirects.Moved] = []
        for lang, edition in self.by_lang.items():
            for card, old, new in self._moved(lang):
                yield routes.file_of(old), Task(redirects.page, (edition, card, new))
                moved.append((old, new))
        if moved:
            yield routes.REDIRECTS, Task(redirects.listed, (self.by_lang[self.editions[0].lang], tuple(moved)))

    def _moved(self, lang: str) -> Iterator[tuple[Card, str, str]]:
        """The former routes of a language with the present ones, and the card of what is there."""
        site = self.site
        for entry in site.threads:
            ways = [routes.thread]
            if pages.side_by_side(site.settings, entry.langs):
                ways.append(routes.parallel)
            for (alias, _), way in product(entry.aliases, ways):
                yield self.thread_cards[entry.slug], way(lang, alias), way(lang, entry.slug)
        for issue in site.issues:
            slug = issue.entry.slug
            for alias, _ in issue.entry.aliases:
                yield self.issue_cards[slug], routes.digest(lang, alias), routes.digest(lang, slug)
        for page in site.pages:
            for alias, _ in page.aliases:
                yield self.page_cards[page.slug], routes.page(lang, alias), routes.page(lang, page.slug)

    def whole(self) -> Iterator[Lone]:
        """What belongs to no language: the way in, llms.txt, robots.txt and sitemap, the 404 page, OPML."""
        lang = self.editions[0].lang
        yield self._page(lang, routes.ROOT, "languages.html", lists.languages_view(self.editions))
        if self.site.settings.features.markdown:
            yield routes.LLMS, self._index()
        yield routes.ROBOTS, Task(render.robots, (self.addresses.href(routes.SITEMAP),))
        yield from self._sitemaps()
        yield self._page(lang, routes.NOT_FOUND, "not_found.html", lists.not_found_view(self.editions, self.site))
        groups = tuple((edition.t.own(edition.lang), self.feeds[edition.lang].own) for edition in self.editions)
        yield routes.opml(), Task(render.opml, (self.feeds[lang].main.title, groups))

    def _index(self) -> Task[Made]:
        """The list of the newest twins of each language, as far as they are translated."""
        issues, threads = [], []
        for lang in self.by_lang:
            gathered = (self.issue_cards[each.entry.slug] for each in self.site.issues if lang in each.entry.langs)
            found = (self.thread_cards[each.slug] for each in self.site.threads if lang in each.langs)
            issues.append(tuple(islice(gathered, twins.LISTED)))
            threads.append(tuple(islice(found, twins.LISTED)))
        return Task(twins.index, (tuple(self.by_lang.values()), tuple(issues), tuple(threads)))

    def _whole_feed(self) -> Output:
        """The feed of all languages, in each form."""
        shown = channels.newest_of_all(self.site)
        ids = self.site.ids.threads
        threads = tuple((self.own_thread_cards[each.slug], ids[each.slug], lang) for each, lang in shown)
        texts = tuple(self.inputs.threads[entry.slug].fed for entry, _ in shown)
        args = (tuple(self.by_lang.values()), self.publication, channels.whole(self.site), threads)
        return self._feed(routes.ROOT, Task(channels.whole_feed, args), texts)

    def _sitemaps(self) -> Iterator[Lone]:
        """The sitemap; where there is too much for one, its parts and then their index."""
        site, first = self.site, self.by_lang[self.editions[0].lang]
        threads = tuple((entry.slug, entry.langs, entry.updated) for entry in site.threads)
        issues = tuple((issue.entry.slug, issue.entry.langs, issue.entry.date) for issue in site.issues)
        free = tuple((entry.slug, entry.langs, None) for entry in site.pages)
        mapped = lists.Mapped(tuple(lists.list_routes(site)), threads, issues, free)
        slugs = [
            *(slug for slug, _, _ in (*threads, *issues, *free)),
            *(t.slug for t in (*site.categories, *site.tags)),
        ]
        longest = len(self.addresses.href(LONGEST)) + 3 * max([len(slug.encode()) for slug in slugs], default=0)
        count = len(self.editions)
        parts = sitemap.parts(mapped.count(count), longest, count)
        made = [Task(render.sitemap, (Task(lists.sitemap_entries, (first, mapped, part)),)) for part in parts]
        if len(made) == 1:
            yield routes.SITEMAP, made[0]
            return
        names = tuple(routes.sitemap_part(number) for number in range(1, len(made) + 1))
        yield from zip(names, made, strict=True)
        yield routes.SITEMAP, Task(render.sitemap_index, (tuple(map(self.addresses.href, names)),))


def _alone(lone: Lone) -> Output:
    path, task = lone
    return (path,), task
