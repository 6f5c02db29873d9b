"""Which feeds there are, what is in each, and their views: cards to entries.

A language has a feed of all its threads, one of the issues, and one for each category and tag; one more has all
threads, each in the language it was written in. Only the first goes back to the beginning, in pages of earlier entries
(RFC 5005).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from hashlib import sha1
from itertools import islice
from typing import NamedTuple

from sitegen import routes
from sitegen.models import DigestCard, DigestEntry, ThreadCard, ThreadEntry
from sitegen.parts import Edition
from sitegen.record import Same, comparable
from sitegen.site import Site, Topic, translations
from sitegen.views import Alternate, Feed, FeedEntry, FeedPart, FeedThread, FeedTopic, FeedView

ENTRIES = 20
"""Entries of a document, at most."""

Views = Mapping[str, FeedView]
"""A document of a feed in each form (`atom`, `json`, `rss`): they differ in the names of their files alone."""

LIMIT = 250_000
"""Bytes of a document, at most, unless one entry takes more."""

TOPIC_LIMIT = 64_000
"""The same for a category or tag: there are many of them, and nearly all of it stands in the language's feed too."""

SITES = "408ddbdb-5760-47de-aba2-a1912f1e5827"
"""The namespace of sites, each of which is the namespace of its entries' ids; it may never change."""


class Channel(NamedTuple):
    """A feed: `threads`, `digests`, `category` or `tag` of a language, or `all` languages' threads.

    `slug` and `label` are those of a category or tag. `langs` are the languages in which there is such a feed.
    """

    kind: str
    lang: str
    langs: tuple[str, ...]
    slug: str = ""
    label: str = ""

    def followed(self, lang: str) -> str:
        """The route of the page that the feed of a language follows; the feed's files stand beside it."""
        if self.kind == "all":
            return routes.ROOT
        if self.kind == "threads":
            return routes.home(lang)
        return routes.digests(lang) if self.kind == "digests" else routes.topic(lang, self.kind, self.slug)


@comparable
class Publication:
    """What all feeds share: what their ids are made of beside an entry's own, and the address of their style sheet."""

    seed: str
    style: str | None

    def urn(self, *names: str) -> str:
        """A name-based UUID (RFC 9562) as a URN, never another one for the same names."""
        made = sha1(_site(self.seed) + "\n".join(names).encode(), usedforsecurity=False).hexdigest()
        variant = "89ab"[int(made[16], 16) % 4]  # `uuid5` takes four times as long
        return f"urn:uuid:{made[:8]}-{made[8:12]}-5{made[13:16]}-{variant}{made[17:20]}-{made[20:32]}"


@lru_cache(maxsize=4)
def _site(seed: str) -> bytes:
    from uuid import UUID, uuid5  # whoever plans a site needs no ids

    return uuid5(UUID(SITES), seed).bytes


# -- what there is -----------------------------------------------------------------------------------------------------


def main(site: Site, lang: str) -> Channel:
    """The feed of a language's threads."""
    return Channel("threads", lang, site.settings.languages)


def whole(site: Site) -> Channel:
    """The feed of the threads of all languages; its own words are in the default one."""
    return Channel("all", site.settings.default_language, (site.settings.default_language,))


def issues(site: Site, lang: str) -> Channel | None:
    """The feed of the issues of the digest, where there are any in the language."""
    return _where_there_is_one(Channel("digests", lang, _langs(site, (issue.entry for issue in site.issues))))


def topic(site: Site, of: Topic, lang: str) -> Channel | None:
    """The feed of a category or tag, where there are threads of it in the language."""
    return _where_there_is_one(Channel(of.kind, lang, _langs(site, of.threads), of.slug, of.label))


def _langs(site: Site, entries: Iterable[ThreadEntry | DigestEntry]) -> tuple[str, ...]:
    """The languages that any of the entries is in."""
    missing = list(site.settings.languages)
    for entry in entries:
        missing = [lang for lang in missing if lang not in entry.langs]
        if not missing:
            break
    return tuple(lang for lang in site.settings.languages if lang not in missing)


def _where_there_is_one(channel: Channel) -> Channel | None:
    return channel if channel.lang in channel.langs else None


def newest(
    entries: Iterable[ThreadEntry], lang: str, languages: Sequence[str], limit: int = LIMIT
) -> tuple[ThreadEntry, ...]:
    """The newest of the entries (newest first) that are in a language, as many as one document takes."""
    place = languages.index(lang)
    kept: list[ThreadEntry] = []
    total = 0
    for entry in entries:
        if lang not in entry.langs:
            continue
        total += entry.sizes[place]
        if kept and (len(kept) == ENTRIES or total > limit):
            break
        kept.append(entry)
    return tuple(kept)


def archives(entries: Sequence[ThreadEntry], lang: str, shown: int) -> Iterator[tuple[ThreadEntry, ...]]:
    """Pages of earlier entries, the oldest page first, each newest entry first; the feed itself has `shown` entries.

    They are filled from the oldest entry on, so that a new one changes none of them. The last page is left out where
    the feed has all of it: as long as summaries are not very long, there is none but full ones.
    """
    translated = [entry for entry in reversed(entries) if lang in entry.langs]
    for start in range(0, len(translated), ENTRIES):
        if len(translated) - start > shown:
            yield tuple(reversed(translated[start : start + ENTRIES]))


def newest_issues(site: Site, lang: str) -> tuple[DigestEntry, ...]:
    """The newest issues that are in a language, as many as one document takes."""
    place = site.settings.languages.index(lang)
    kept: list[DigestEntry] = []
    total = 0
    for entry in islice((issue.entry for issue in site.issues if lang in issue.entry.langs), ENTRIES):
        total += entry.sizes[place]
        if kept and total > LIMIT:
            break
        kept.append(entry)
    return tuple(kept)


def newest_of_all(site: Site) -> tuple[tuple[ThreadEntry, str], ...]:
    """The newest threads, as many as one document takes, each with the language it is shown in: its own, where it can.

    Each stands there once: who reads several languages does not want it in all of them.
    """
    kept: list[tuple[ThreadEntry, str]] = []
    total = 0
    for entry in site.threads[:ENTRIES]:
        if entry.langs:
            lang = entry.lang if entry.lang in entry.langs else entry.langs[0]
            total += entry.sizes[site.settings.languages.index(lang)]
            if kept and total > LIMIT:
                break
            kept.append((entry, lang))
    return tuple(kept)


# -- for pages ---------------------------------------------------------------------------------------------------------


def title(edition: Edition, channel: Channel) -> str:
    """What a feed is called."""
    name = edition.text(edition.settings.title).text
    if channel.kind == "threads":
        return name
    if channel.kind == "all":
        return f"{name} ({', '.join(edition.t.own(lang) for lang in edition.languages)})"
    of = edition.t("digests") if channel.kind == "digests" else edition.topic_name(channel.kind, channel.label)
    return f"{name}: {'#' if channel.kind == 'tag' else ''}{of}"


def feed(edition: Edition, channel: Channel) -> Feed:
    """A feed, for links to it."""
    followed = channel.followed(channel.lang)
    rss, atom, json = (edition.addresses.href(routes.feed(followed, form)) for form in ("rss", "atom", "json"))
    return Feed(channel.lang, title(edition, channel), edition.addresses.href(followed), rss, atom, json)


class Offered:
    """The feeds of one language that its pages name."""

    def __init__(self, edition: Edition, site: Site):
        self.edition, self.site = edition, site
        self.main = feed(edition, main(site, edition.lang))

    @property
    def own(self) -> tuple[Feed, ...]:
        """All but those of categories and tags."""
        channel = issues(self.site, self.edition.lang)
        return (self.main, feed(self.edition, channel)) if channel else (self.main,)

    def topics(self, topics: Iterable[Topic]) -> tuple[Feed, ...]:
        """Those of categories or tags."""
        channels = (topic(self.site, each, self.edition.lang) for each in topics)
        return tuple(feed(self.edition, channel) for channel in channels if channel)


# -- for feeds ---------------------------------------------------------------------------------------------------------


def thread_feed(
    edition: Edition,
    publication: Publication,
    channel: Channel,
    place: tuple[int, int, int],
    threads: tuple[ThreadCard, ...],
    ids: tuple[str, ...],
) -> Views:
    """A document of a feed of threads in one language.

    `place` has the number of the page of earlier entries, 0 for the newest ones; that of the page before, and that of
    the page after, each 0 for none. `ids` has what makes each thread itself.
    """
    if place[0]:
        entries = [brief_entry(edition, publication, *thread) for thread in zip(threads, ids, strict=True)]
    else:
        shared = Same(edition)
        entries = [_entry(shared, publication, Same(card), own) for card, own in zip(threads, ids, strict=True)]
    return _views(edition, publication, channel, tuple(entries), *place)


@lru_cache(maxsize=1024)
def _entry(edition: Same[Edition], publication: Publication, card: Same[ThreadCard], own: str) -> FeedEntry:
    """An entry in full: several feeds have it."""
    return thread_entry(edition.value, publication, card.value, own)


def issue_feed(
    edition: Edition,
    publication: Publication,
    channel: Channel,
    issues: tuple[tuple[DigestCard, str, tuple[ThreadCard, ...]], ...],
) -> Views:
    """The feed of issues in one language: each card with what makes it itself, and with its threads."""
    entries = tuple(issue_entry(edition, publication, *issue) for issue in issues)
    return _views(edition, publication, channel, entries)


def whole_feed(
    editions: tuple[Edition, ...],
    publication: Publication,
    channel: Channel,
    threads: tuple[tuple[ThreadCard, str, str], ...],
) -> Views:
    """The feed of all languages: each card with what makes the thread itself, and the language it is shown in."""
    by_lang = {edition.lang: edition for edition in editions}
    entries = tuple([_entry(Same(by_lang[lang]), publication, Same(card), own) for card, own, lang in threads])
    return _views(editions[0], publication, channel, entries)


def _part(edition: Edition, channel: Channel, form: str, number: int, older: int, newer: int) -> FeedPart:
    def href(folder: str) -> str:
        return edition.addresses.href(routes.feed(folder, form))

    archive = partial(routes.feed_archive, edition.lang)
    newest = href(channel.followed(channel.lang))
    return FeedPart(
        href=href(archive(number)) if number else newest,
        current=newest if number else None,
        older=href(archive(older)) if older else None,
        newer=href(archive(newer)) if newer else None,
    )


def _views(
    edition: Edition,
    publication: Publication,
    channel: Channel,
    entries: tuple[FeedEntry, ...],
    number: int = 0,
    older: int = 0,
    newer: int = 0,
) -> Views:
    settings, href = edition.settings, edition.addresses.href
    others = [(lang, channel.followed(lang)) for lang in channel.langs if lang != channel.lang]
    make = partial(
        FeedView,
        id=publication.urn("feed", channel.lang if channel.kind != "all" else "", channel.kind, channel.slug),
        lang=edition.lang,
        title=title(edition, channel),
        description=edition.text(settings.description).text if settings.description else "",
        author=edition.text(settings.title).text,
        home=href(channel.followed(channel.lang)),
        pages=tuple(Alternate(lang, href(followed)) for lang, followed in others),
        hub=settings.hub,
        style=publication.style,
        entries=entries,
    )
    return {
        form: make(
            part=_part(edition, channel, form, number, older, newer),
            feeds=tuple(Alternate(lang, href(routes.feed(followed, form))) for lang, followed in others),
        )
        for form in routes.FEEDS
    }


def brief_entry(edition: Edition, publication: Publication, card: ThreadCard, own: str) -> FeedEntry:
    """A thread as a page of earlier entries has it: what it takes to find it and to tell it from others."""
    lang = edition.lang
    return FeedEntry(
        id=publication.urn("thread", own, lang),
        lang=lang,
        title=edition.text(card.title, card.lang),
        href=edition.addresses.href(routes.thread(lang, card.slug)),
        published=card.date,
        updated=card.updated,
        opening=edition.text(card.lead, card.lang) if card.lead else None,
    )


def thread_entry(edition: Edition, publication: Publication, card: ThreadCard, own: str) -> FeedEntry:
    """A thread; `own` is what makes it itself."""
    named = [("category", card.category)] if card.category else []
    named += [("tag", tag) for tag in card.tags]
    topics = {routes.slug_of(label): edition.topic_name(kind, label) for kind, label in reversed(named)}
    return replace(
        brief_entry(edition, publication, card, own),
        topics=tuple([FeedTopic(slug, name) for slug, name in topics.items()])[::-1],
        column=edition.column(card),
        forum=edition.forum(card),
        sources=edition.sources(card),
        translator=card.translator,
        corrections=edition.corrections(card),
        comments=card.comment_count,
        versions=_versions(edition, partial(routes.thread, slug=card.slug), card),
    )


def issue_entry(
    edition: Edition, publication: Publication, card: DigestCard, own: str, threads: tuple[ThreadCard, ...]
) -> FeedEntry:
    """An issue of the digest with its threads; `own` is what makes it itself."""
    lang, href = edition.lang, edition.addresses.href
    return FeedEntry(
        id=publication.urn("digest", own, lang),
        lang=lang,
        title=edition.text(card.title),
        href=href(routes.digest(lang, card.slug)),
        published=card.date,
        updated=card.date,
        opening=edition.text(card.lead) if card.lead else None,
        threads=tuple(
            FeedThread(href(routes.thread(lang, each.slug)), edition.text(each.title, each.lang), each.comment_count)
            for each in threads
        ),
        versions=_versions(edition, partial(routes.digest, slug=card.slug), card),
    )


def _versions(edition: Edition, route: routes.Route, card: ThreadCard | DigestCard) -> tuple[Alternate, ...]:
    langs = translations(card, edition.languages)
    return tuple(Alternate(lang, edition.addresses.href(route(lang))) for lang in langs if lang != edition.lang)
