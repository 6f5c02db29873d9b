"""The table of contents of `output/`: which files there are, and the task that makes each.

The order is that in which files are to appear: what others need first, pages before the lists that name them, then
front pages, feeds and the sitemap.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sitegen import lists, pages, render, routes
from sitegen.parts import Edition, site_view
from sitegen.routes import Route
from sitegen.site import Site, translations
from sitegen.tasks import File, Made, Shared, Stored, Task
from sitegen.theme import Theme
from sitegen.views import Anchor, SitemapEntry

Output = tuple[str, Task[Made]]


@dataclass(frozen=True)
class Inputs:
    """What the plan is made of: the site, its theme, bodies, and the files that are copied.

    `bodies` maps kind (`thread`, `digest`, `page`) and slug to what is shown beside the card; `files` has every image
    and static file by its path in the project.
    """

    site: Site
    theme: Theme
    bodies: Mapping[tuple[str, str], Stored | None]
    files: Mapping[str, File]


def plan(inputs: Inputs) -> Iterator[Output]:
    """Every file of the site, in the order in which they are to appear."""
    planner = _Planner(inputs)
    yield from planner.copies()
    for edition in planner.editions:
        yield from planner.threads(edition)
        yield from planner.issues(edition)
        yield from planner.pages(edition)
    for edition in planner.editions:
        yield from planner.lists(edition)
        yield planner.feed(edition)
    yield from planner.whole()


class _Planner:
    def __init__(self, inputs: Inputs):
        site, theme = inputs.site, inputs.theme
        self.inputs, self.site = inputs, site
        self.editions = [Edition(site, lang, theme.strings[lang]) for lang in site.settings.languages]
        self.addresses = self.editions[0].addresses
        self.feeds = [lists.feed_of(edition) for edition in self.editions]
        urls = {named: self.addresses.url(routes.asset(named)) for _, named in theme.static}
        self.bundles = {name: Shared(theme.bundle(name, urls)) for name in theme.sources if "/" not in name}
        self.words = Shared(theme.strings)
        self.sites = {edition.lang: Shared(site_view(edition, self.feeds)) for edition in self.editions}

    def _page(self, lang: str, route: str, template: str, view: object, body: Stored | None = None) -> Output:
        args = (self.bundles[template], self.words, self.sites[lang], view, body)
        return routes.file_of(route), Task(render.page, args)

    def copies(self) -> Iterator[Output]:
        """The theme's static files, and the images that texts show."""
        files, theme = self.inputs.files, self.inputs.theme
        for name, named in theme.static:
            yield routes.asset(named), Task(render.copy, (files[f"themes/{theme.name}/static/{name}"],))
        shown = [("threads", card.slug, card.images) for card in self.site.threads]
        shown += [("digests", issue.card.slug, issue.card.images) for issue in self.site.issues]
        shown += [("pages", card.slug, card.images) for card in self.site.pages]
        for kind, slug, images in shown:
            for path in images:
                yield routes.media(kind, slug, path.rpartition("/")[2]), Task(render.copy, (files[path],))

    def threads(self, edition: Edition) -> Iterator[Output]:
        """Each thread's page, and the one with all languages side by side."""
        lang, threads = edition.lang, self.site.threads
        gathered: dict[str, tuple[Anchor, ...]] = {}
        for issue in self.site.issues:
            for card in issue.threads:
                gathered[card.slug] = (*gathered.get(card.slug, ()), pages.issue_anchor(edition, issue))
        for number, card in enumerate(threads):
            newer = edition.thread_anchor(threads[number - 1]) if number else None
            older = edition.thread_anchor(threads[number + 1]) if number + 1 < len(threads) else None
            body = self.inputs.bodies["thread", card.slug]
            view = pages.thread_view(edition, card, gathered.get(card.slug, ()), newer, older)
            yield self._page(lang, routes.thread(lang, card.slug), "thread.html", view, body)
            if pages.side_by_side(edition, card):
                parallel = pages.parallel_view(edition, card)
                yield self._page(lang, routes.parallel(lang, card.slug), "parallel.html", parallel, body)

    def issues(self, edition: Edition) -> Iterator[Output]:
        """Each issue of the digest."""
        issues = self.site.issues
        for number, issue in enumerate(issues):
            newer = issues[number - 1] if number else None
            older = issues[number + 1] if number + 1 < len(issues) else None
            view = pages.issue_view(edition, issue, newer, older)
            body = self.inputs.bodies["digest", issue.card.slug]
            yield self._page(edition.lang, routes.digest(edition.lang, issue.card.slug), "digest.html", view, body)

    def pages(self, edition: Edition) -> Iterator[Output]:
        """Each free page."""
        for card in self.site.pages:
            body = self.inputs.bodies["page", card.slug]
            view = pages.page_view(edition, card)
            yield self._page(edition.lang, routes.page(edition.lang, card.slug), "page.html", view, body)

    def lists(self, edition: Edition) -> Iterator[Output]:
        """The lists of a language, then its front page."""
        for route, template, view in lists.lists(edition, self.feeds):
            yield self._page(edition.lang, route(edition.lang), template, view)
        yield self._page(edition.lang, routes.home(edition.lang), "home.html", lists.home_view(edition))

    def feed(self, edition: Edition) -> Output:
        """The feed of a language."""
        view, slugs = lists.feed_view(edition)
        bodies = tuple(self.inputs.bodies["thread", slug] for slug in slugs)
        return routes.rss(edition.lang), Task(render.feed, (self.words, view, bodies))

    def whole(self) -> Iterator[Output]:
        """What belongs to no language: the way in, the 404 page, sitemap and robots.txt."""
        lang = self.editions[0].lang
        yield self._page(lang, routes.NOT_FOUND, "not_found.html", lists.not_found_view(self.editions))
        yield routes.SITEMAP, Task(render.sitemap, (tuple(self._sitemap()),))
        yield routes.ROBOTS, Task(render.robots, (self.addresses.href(routes.SITEMAP),))
        yield self._page(lang, routes.ROOT, "languages.html", lists.languages_view(self.editions))

    def _sitemap(self) -> Iterator[SitemapEntry]:
        """Every page that search engines may show, as far as it is translated, with when its content changed."""
        first, site = self.editions[0], self.site
        every = site.settings.languages
        latest = max((card.date for card in site.threads), default=None)
        dated: list[tuple[Route, tuple[str, ...], datetime | None]] = [(routes.home, every, latest)]
        dated += [(route, every, None) for route in lists.list_routes(site)]
        for card in site.threads:
            dated.append((partial(routes.thread, slug=card.slug), translations(card, every), card.date))
        for issue in site.issues:
            langs = translations(issue.card, every)
            dated.append((partial(routes.digest, slug=issue.card.slug), langs, issue.card.date))
        for page in site.pages:
            dated.append((partial(routes.page, slug=page.slug), translations(page, every), None))
        yield SitemapEntry(self.addresses.href(routes.ROOT), latest, ())
        for route, langs, date in dated:
            alternates = first.alternates(route, langs)
            for lang in langs:
                yield SitemapEntry(self.addresses.href(route(lang)), date, alternates)
