"""View and template to bytes: the last pure step. Nothing is decided here; see `plan` for what there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sitegen import bodies, routes
from sitegen.bundles import Bundle
from sitegen.diagnostics import error
from sitegen.models import FeedText, Prose, ThreadBody
from sitegen.routes import Addresses
from sitegen.strings import Strings
from sitegen.tasks import Made, Source
from sitegen.views import (
    DigestView,
    Feed,
    FeedView,
    PageView,
    ParallelContent,
    ParallelView,
    ShareCard,
    SitemapEntry,
    SiteView,
    ThreadContent,
    ThreadView,
)
from sitegen.views import Prose as ProseView


def page(bundle: Bundle, words: Mapping[str, Strings], site: SiteView, view: object, body: object) -> Made:
    """An HTML page in UTF-8, or None and what went wrong in the template."""
    from sitegen import templating  # a process that renders nothing needs no Jinja

    return templating.page(bundle, tuple(words.values()), site, view, content(view, body, site))


def content(view: object, body: object, site: SiteView) -> ThreadContent | ParallelContent | ProseView | None:
    """The body that a view's template shows, in the language of the page."""
    lang = site.lang
    match view, body:
        case ThreadView(), ThreadBody():
            shown = bodies.thread_content(body, lang, view.glosses, view.copies)
            if site.structured_data:
                from sitegen import structured_data

                shown = replace(shown, structured_data=structured_data.thread(site, view, shown))
            return shown
        case ParallelView(), ThreadBody():
            return bodies.parallel_content(body, lang, view.langs, view.copies)
        case ((DigestView() | PageView()), Prose()):
            return bodies.prose(body.text, lang, view.untranslated or lang, view.copies)
    return None


def copy(source: Source) -> Made:
    """A source file as it is."""
    return source.data, ()


def text(text: str) -> Made:
    """A text in UTF-8, such as a style sheet."""
    return text.encode(), ()


def stored(data: bytes) -> Made:
    """A file that an earlier task has made."""
    return data, ()


def card(words: tuple[Any, ...], accent: str | None) -> Made:
    """A share card; `words` are a `ShareCard`."""
    from sitegen import cards

    return cards.png(ShareCard(*words), accent), ()


def search_threads(addresses: Addresses, lang: str, slugs: tuple[str, ...]) -> Made:
    """The addresses of a segment's threads, in their order, as JSON."""
    from sitegen import search

    return search.encoded([addresses.url(routes.thread(lang, slug)) for slug in slugs]), ()


def feed(words: Mapping[str, Strings], views: Mapping[str, FeedView], texts: tuple[FeedText, ...]) -> list[Made]:
    """A document of a feed in each form that there is a view for; `texts` are those of its entries."""
    from sitegen import feeds
    from sitegen.feeds import rules

    view = next(iter(views.values()))  # no rule is about what the forms differ in: the names of their files
    broken = [f"the feed {view.part.href} breaks a rule: {told} ({clause})" for clause, told in rules.faults(view)]
    if broken:
        told = tuple([error("feed-rule", message) for message in broken])
        return [(None, told), *[(None, ())] * (len(views) - 1)]
    return [(document, ()) for document in feeds.documents(views, texts, words)]


def opml(title: str, groups: tuple[tuple[str, tuple[Feed, ...]], ...]) -> Made:
    """A list of feeds, in named groups."""
    from sitegen.feeds.opml import opml

    return opml(title, groups), ()


def sitemap(entries: tuple[SitemapEntry, ...]) -> Made:
    """The sitemap."""
    from sitegen import sitemap

    return sitemap.sitemap(entries), ()


def sitemap_index(hrefs: tuple[str, ...]) -> Made:
    """The sitemap of sitemaps."""
    from sitegen import sitemap

    return sitemap.index(hrefs), ()


def robots(sitemap_href: str) -> Made:
    """robots.txt."""
    from sitegen import sitemap

    return sitemap.robots(sitemap_href), ()
