"""View and template to bytes: the last pure step. Nothing is decided here; see `plan` for what there is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from jinja2 import Template, TemplateError

from sitegen import bodies, bundles, routes, structured_data, templates, views
from sitegen.bundles import Bundle
from sitegen.diagnostics import Diagnostic, Span, did_you_mean, error
from sitegen.models import FeedText, Prose, ThreadBody
from sitegen.routes import Addresses
from sitegen.strings import MissingString, Strings
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

NAMES = ("page", "content", "site", "t", "strings_of", "asset", "options")
"""What a template is given."""

NO_FIELD = re.compile(r"'sitegen\.views\.(\w+) object' has no attribute '(\w+)'")
NO_NAME = re.compile(r"'(\w+)' is undefined")


class MissingAsset(LookupError):
    """A static file that the theme does not have."""


@lru_cache(maxsize=64)
def _template(bundle: Bundle, words: tuple[Strings, ...], site: SiteView, *, plain: bool = False) -> Template:
    """A template with the names that are the same on all pages: what it imports is then made once for all of them."""
    files, modules = dict(bundle.files), dict(bundle.modules)
    if plain:
        jinja = templates.careful({name: (files[path], path) for name, path in bundle.names})
    else:
        jinja = templates.quick({name: modules[path] for name, path in bundle.names})
    of = {each.lang: each for each in words}
    assets = dict(bundle.assets)

    def asset(name: str) -> str:
        if name not in assets:
            raise MissingAsset(f"the theme has no static file `{name}`")
        return assets[name]

    jinja.globals |= {"site": site, "t": of[site.lang], "strings_of": of.__getitem__, "asset": asset}
    jinja.globals["options"] = SimpleNamespace(**dict(bundle.options))
    return jinja.get_template(bundle.name)


def page(bundle: Bundle, words: Mapping[str, Strings], site: SiteView, view: Any, body: object) -> Made:
    """An HTML page in UTF-8, or None and what went wrong in the template."""
    try:
        html = _rendered(bundle, tuple(words.values()), site, {"page": view, "content": content(view, body, site)})
    except Exception as problem:  # noqa: BLE001 - whatever a theme's author did wrong
        return None, (_told(problem, bundle, view),)
    return html.encode(), ()


def _rendered(bundle: Bundle, words: tuple[Strings, ...], site: SiteView, values: dict[str, Any]) -> str:
    """A page as text. Raises what its template does."""
    try:
        return _template(bundle, words, site).render(values)
    except Exception:  # noqa: BLE001 - it may be fine for Jinja
        return _template(bundle, words, site, plain=True).render(values)


def content(view: object, body: object, site: SiteView) -> ThreadContent | ParallelContent | ProseView | None:
    """The body that a view's template shows, in the language of the page."""
    lang = site.lang
    match view, body:
        case ThreadView(), ThreadBody():
            shown = bodies.thread_content(body, lang, view.glosses, view.copies)
            return (
                replace(shown, structured_data=structured_data.thread(site, view, shown))
                if site.structured_data
                else shown
            )
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


def _told(problem: Exception, bundle: Bundle, view: object) -> Diagnostic:
    """What a template did wrong: the deepest place of the failure that lies in a template."""
    import traceback

    sources = dict(bundle.files)
    place = Span(dict(bundle.names)[bundle.name])
    for frame in traceback.extract_tb(problem.__traceback__):
        if frame.filename in sources and frame.lineno:
            place = bundles.place(frame.filename, sources[frame.filename], frame.lineno, str(problem))
    message, hint = _explained(problem)
    head = getattr(view, "head", None)
    shown = f"while rendering {type(view).__name__}" + (f" for {head.url}" if head is not None else "")
    return error("template-failed", message, place, f"{hint} ({shown})" if hint else shown)


def _explained(problem: Exception) -> tuple[str, str | None]:
    """A failure in words, and what was meant."""
    words = str(problem)
    if found := NO_FIELD.fullmatch(words):
        view, name = found.groups()
        known = [each.name for each in fields(getattr(views, view))]
        return f"`{view}` has no field `{name}`", did_you_mean(name, known)
    if found := NO_NAME.fullmatch(words):
        return f"`{found[1]}` is no name that templates know", did_you_mean(found[1], NAMES)
    plain = isinstance(problem, (TemplateError, MissingString, MissingAsset))
    return words if plain else f"{type(problem).__name__}: {words}", None
