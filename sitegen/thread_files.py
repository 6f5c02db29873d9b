"""The files of one thread: its pages, those with all languages side by side, and its twins in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sitegen import pages, render, routes, twins
from sitegen.bundles import Bundle
from sitegen.glosses import Glosses
from sitegen.models import DigestCard, Neighbour, Settings, ThreadBody, ThreadCard, ThreadEntry
from sitegen.parts import Edition
from sitegen.record import record
from sitegen.site import translations
from sitegen.strings import Strings
from sitegen.tasks import Made
from sitegen.views import SiteView


@record
class Around:
    """What the files of all threads share; by language, in the order of the site's: editions, sites, glosses."""

    words: Mapping[str, Strings]
    editions: tuple[Edition, ...]
    sites: tuple[SiteView, ...]
    glosses: tuple[Glosses, ...]


def paths(settings: Settings, entry: ThreadEntry) -> tuple[str, ...]:
    """The files of a thread, in the order in which they are made."""
    return tuple(map(routes.file_of, _routes(settings, entry)))


def _routes(settings: Settings, entry: ThreadEntry) -> Iterator[str]:
    beside = pages.side_by_side(settings, entry.langs)
    for lang in settings.languages:
        own = routes.thread(lang, entry.slug)
        yield own
        if beside:
            yield routes.parallel(lang, entry.slug)
        if settings.features.markdown:
            yield routes.twin(own)


def made(
    around: Around,
    own: Bundle,
    parallel: Bundle,
    card: ThreadCard,
    digests: tuple[DigestCard, ...],
    newer: Neighbour | None,
    older: Neighbour | None,
    body: ThreadBody,
) -> list[Made]:
    """All of them; `own` and `parallel` are the templates of its pages, `digests` the issues that gather it."""
    settings = around.editions[0].settings
    beside = pages.side_by_side(settings, translations(card, settings.languages))
    files: list[Made] = []
    for edition, site, terms in zip(around.editions, around.sites, around.glosses, strict=True):
        view = pages.thread_view(edition, card, digests, newer, older, terms)
        files.append(render.page(own, around.words, site, view, body))
        if beside:
            files.append(render.page(parallel, around.words, site, pages.parallel_view(edition, card), body))
        if settings.features.markdown:
            files.append(twins.thread(edition, card, body))
    return files
