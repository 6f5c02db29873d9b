"""The table of contents of `output/`: which files there are, and the task that makes each.

The order is that in which files are to appear: what others need first, pages before the lists that name them, then
front pages, feeds and the sitemap.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sitegen import lists, pages, render, routes
from sitegen.parts import Edition, site_view
from sitegen.render import View
from sitegen.site import Site
from sitegen.tasks import File, Made, Shared, Stored, Task
from sitegen.theme import Theme
from sitegen.views import Anchor

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
    yield from planner.threads()
    for edition in planner.editions:
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
        self.editions = [Edition(site.settings, lang, theme.strings[lang]) for lang in site.settings.languages]
        self.shared = {edition.lang: Shared(edition) for edition in self.editions}
        self.cards = {card.slug: Shared(card) for card in site.threads}
        self.rows = {
            edition.lang: {card.slug: Shared(edition.thread_row(card)) for card in site.threads}
            for edition in self.editions
        }
        self.addresses = self.editions[0].addresses
        self.feeds = [lists.feed_of(edition) for edition in self.editions]
        urls = {named: self.addresses.url(routes.asset(named)) for _, named in theme.static}
        self.bundles = {name: Shared(theme.bundle(name, urls)) for name in theme.sources if "/" not in name}
        self.words = Shared(theme.strings)
        self.sites = {edition.lang: Shared(site_view(edition, site, self.feeds)) for edition in self.editions}

    def _page(self, lang: str, route: str, template: str, view: View, body: Stored | None = None) -> Output:
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

    def threads(self) -> Iterator[Output]:
        """Each thread's pages: one a language, and one with all languages side by side."""
        threads = self.site.threads
        beside = {e.lang: [None, *(Shared(e.thread_anchor(card)) for card in threads), None] for e in self.editions}
        gathered: dict[tuple[str, str], tuple[Anchor, ...]] = {}
        for edition in self.editions:
            for issue in self.site.issues:
                anchor = pages.issue_anchor(edition, issue.card)
                for card in issue.threads:
                    gathered[edition.lang, card.slug] = (*gathered.get((edition.lang, card.slug), ()), anchor)
        for number, card in enumerate(threads):
            body, shared = self.inputs.bodies["thread", card.slug], self.cards[card.slug]
            for edition in self.editions:
                lang, own = edition.lang, self.shared[edition.lang]
                newer, older = beside[lang][number], beside[lang][number + 2]
                view: View = (pages.thread_view, own, shared, gathered.get((lang, card.slug), ()), newer, older)
                yield self._page(lang, routes.thread(lang, card.slug), "thread.html", view, body)
                if pages.side_by_side(edition, card):
                    view = (pages.parallel_view, own, shared)
                    yield self._page(lang, routes.parallel(lang, card.slug), "parallel.html", view, body)

    def issues(self, edition: Edition) -> Iterator[Output]:
        """Each issue of the digest."""
        issues, lang = self.site.issues, edition.lang
        beside = [None, *(pages.issue_anchor(edition, issue.card) for issue in issues), None]
        for number, issue in enumerate(issues):
            rows = tuple(self.rows[lang][card.slug] for card in issue.threads)
            view = (pages.issue_view, self.shared[lang], issue.card, rows, beside[number], beside[number + 2])
            body = self.inputs.bodies["digest", issue.card.slug]
            yield self._page(lang, routes.digest(lang, issue.card.slug), "digest.html", view, body)

    def pages(self, edition: Edition) -> Iterator[Output]:
        """Each free page."""
        for card in self.site.pages:
            body = self.inputs.bodies["page", card.slug]
            view = pages.page_view(edition, card)
            yield self._page(edition.lang, routes.page(edition.lang, card.slug), "page.html", view, body)

    def lists(self, edition: Edition) -> Iterator[Output]:
        """The lists of a language, then its front page."""
        lang, rows = edition.lang, self.rows[edition.lang]
        for route, template, view in lists.lists(edition, self.site, rows, self.feeds):
            yield self._page(lang, route(lang), template, view)
        yield self._page(lang, routes.home(lang), "home.html", lists.home_view(edition, self.site, rows))

    def feed(self, edition: Edition) -> Output:
        """The feed of a language."""
        view, slugs = lists.feed_view(edition, self.site)
        bodies = tuple(self.inputs.bodies["thread", slug] for slug in slugs)
        return routes.rss(edition.lang), Task(render.feed, (self.words, view, bodies))

    def whole(self) -> Iterator[Output]:
        """What belongs to no language: the way in, the 404 page, sitemap and robots.txt."""
        lang = self.editions[0].lang
        yield self._page(lang, routes.NOT_FOUND, "not_found.html", lists.not_found_view(self.editions, self.site))
        yield routes.SITEMAP, Task(render.sitemap, (self._sitemap(),))
        yield routes.ROBOTS, Task(render.robots, (self.addresses.href(routes.SITEMAP),))
        yield self._page(lang, routes.ROOT, "languages.html", lists.languages_view(self.editions))

    def _sitemap(self) -> View:
        issues = tuple(issue.card for issue in self.site.issues)
        listed, cards = tuple(lists.list_routes(self.site)), tuple(self.cards.values())
        return (lists.sitemap_entries, self.shared[self.editions[0].lang], listed, cards, issues, self.site.pages)
