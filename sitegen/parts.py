"""The parts of views that several pages share, made from cards: heads, rows, facts, links; one language at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property, lru_cache
from typing import TypeVar

from sitegen import routes
from sitegen.links import key_of
from sitegen.models import Column, DigestCard, Localized, Lost, Neighbour, PageCard, Settings, ThreadCard
from sitegen.names import spoken
from sitegen.record import Same, comparable
from sitegen.routes import Addresses, Route
from sitegen.schedule import DRAFT, EXPIRED, SCHEDULED
from sitegen.site import Site, Topic, shown_in, shown_of, translations
from sitegen.strings import Strings
from sitegen.views import (
    SHARE_SIZE,
    Alternate,
    Anchor,
    ColumnFacts,
    Copy,
    DigestRow,
    Feed,
    ForumFacts,
    Head,
    Label,
    Notice,
    ShareImage,
    SiteView,
    Source,
    Text,
    ThreadRow,
    TopicRow,
    Version,
)

Card = ThreadCard | DigestCard | PageCard

C = TypeVar("C", ThreadCard, DigestCard, PageCard)


def labelled(card: C, standing: str) -> C:
    """The card of something that is not on the site, for a preview."""
    return replace(card, standing=standing)


def label(card: Card) -> Label | None:
    """What a preview says of a thread, issue or page that is not on the site: why, and from or since when."""
    if card.standing is None:
        return None
    appears = None if isinstance(card, PageCard) else card.date
    return Label(card.standing, {DRAFT: None, SCHEDULED: appears, EXPIRED: card.expires}[card.standing])


def _dates(card: Card) -> tuple[datetime | None, datetime | None]:
    """When a thread or issue appeared, and when a thread was last corrected, if it was."""
    if isinstance(card, PageCard):
        return None, None
    updated = card.updated if isinstance(card, ThreadCard) and card.corrections else card.date
    return card.date, updated if updated != card.date else None


@comparable
class Edition:
    """The site in one language: what turns cards into what pages of that language show.

    It knows nothing of the site's content: pages are not made again because other content changed.
    """

    settings: Settings
    lang: str
    t: Strings

    def __reduce__(self) -> tuple[type[Edition], tuple[Settings, str, Strings]]:
        """Pickled as it was made, without what it has remembered."""
        return Edition, (self.settings, self.lang, self.t)

    @property
    def languages(self) -> tuple[str, ...]:
        """All languages of the site."""
        return self.settings.languages

    @cached_property
    def addresses(self) -> Addresses:
        """Where routes lead to."""
        return Addresses(self.settings.base_url)

    def text(self, text: Localized[str], *others: str) -> Text:
        """A text in this language, else in the first of the others that there is, marked with its language."""
        if (words := text.get(self.lang)) is not None:
            return Text(words)
        lang, words = text.pick(*others, *self.languages)
        return Text(words, lang)

    def foreign(self, lang: str | None) -> str | None:
        """A language where it is another one than this."""
        return None if lang == self.lang else lang

    def anchor(self, route: str, text: Text) -> Anchor:
        """A link to a route."""
        return Anchor(self.url(route), text.text, text.lang)

    def url(self, route: str) -> str:
        """The address of a route from the root of the host."""
        return self.addresses.url(route)

    # -- heads

    def head(self, route: Route, title: str, description: str) -> Head:
        """The head of a page that is made in every language."""
        return self._head(route, title, description, self.languages, self.lang)

    def card_head(self, card: Card, route: Route, description: str) -> Head:
        """The head of a thread, issue or page: where it is not translated, the original is the canonical one.

        Threads and issues have a Markdown twin, where the site wants one.
        """
        translated, features = translations(card, self.languages), self.settings.features
        shown = shown_of(card, self.lang, translated)
        title = self.text(card.title, shown).text
        image = None
        if features.cards and not isinstance(card, PageCard):
            image = ShareImage(self.addresses.href(routes.card(route(shown))), *SHARE_SIZE, title)
        twin = features.markdown and not isinstance(card, PageCard)
        return self._head(route, title, description, translated, shown, "article", image, *_dates(card), twin=twin)

    def _head(
        self,
        route: Route,
        title: str,
        description: str,
        translated: tuple[str, ...],
        canonical: str,
        kind: str = "website",
        image: ShareImage | None = None,
        published: datetime | None = None,
        modified: datetime | None = None,
        *,
        twin: bool = False,
    ) -> Head:
        host, urls = self.addresses.host, {lang: self.url(route(lang)) for lang in self.languages}
        url = urls[self.lang]
        versions = [Version(lang, urls[lang], lang == self.lang, lang in translated) for lang in urls]
        own = canonical == self.lang
        return Head(
            lang=self.lang,
            title=title,
            description=description,
            url=url,
            href=host + url,
            canonical=host + urls[canonical],
            versions=tuple(versions),
            alternates=_alternates([(lang, host + urls[lang]) for lang in translated]) if own else (),
            kind=kind,
            image=image,
            published=published,
            modified=modified,
            twin_url=routes.twin(url) if twin else None,
        )

    def lone_head(self, route: str, title: str, description: str) -> Head:
        """The head of a page that is the same for all languages; its versions are the front pages."""
        versions = (
            Version(lang, self.url(routes.home(lang)), current=False, translated=True) for lang in self.languages
        )
        url, href = self.url(route), self.addresses.href(route)
        return Head(self.lang, title, description, url, href, href, tuple(versions), ())

    def alternates(self, route: Route, langs: Sequence[str]) -> tuple[Alternate, ...]:
        """A page's versions by absolute address, the first of them as x-default too; none where there is one only."""
        return _alternates([(lang, self.addresses.href(route(lang))) for lang in langs])

    # -- rows

    def untranslated(self, card: Card) -> str | None:
        """The language that stands in where a card has no version in this one."""
        shown = shown_in(card, self.lang, self.languages)
        return None if shown == self.lang else shown

    def thread_anchor(self, thread: Neighbour) -> Anchor:
        """A link to a thread by its title."""
        return self.anchor(routes.thread(self.lang, thread.slug), self.text(Localized(thread.title), thread.lang))

    def thread_row(self, card: ThreadCard) -> ThreadRow:
        """A thread in a list: many lists have it."""
        return _thread_row(Same(self), Same(card))

    def new_thread_row(self, card: ThreadCard) -> ThreadRow:
        """The same, made anew."""
        return ThreadRow(
            url=self.url(routes.thread(self.lang, card.slug)),
            title=self.text(card.title, card.lang),
            lead=self.text(card.lead, card.lang) if card.lead else None,
            date=card.date,
            category=self.category(card),
            forum=self._name(card.forum.site, card.lang) if card.forum else None,
            comments=card.comment_count,
            untranslated=self.untranslated(card),
            label=label(card),
        )

    def digest_row(self, card: DigestCard, threads: int) -> DigestRow:
        """An issue in a list, with how many threads it gathers."""
        return DigestRow(
            url=self.url(routes.digest(self.lang, card.slug)),
            title=self.text(card.title),
            number=card.number,
            date=card.date,
            threads=threads,
            lead=self.text(card.lead) if card.lead else None,
            label=label(card),
        )

    def topic_row(self, topic: Topic) -> TopicRow:
        """A category or tag in a list."""
        route = routes.topic(self.lang, topic.kind, topic.slug)
        return TopicRow(self.url(route), self.topic_name(topic.kind, topic.label), len(topic.threads))

    # -- facts

    @cached_property
    def _anchors(self) -> dict[tuple[str, str], Anchor]:
        """Links to categories and tags, which many threads share."""
        return {}

    @cached_property
    def _names(self) -> dict[str, dict[str, Localized[str]]]:
        return {"category": dict(self.settings.categories), "tag": dict(self.settings.tags)}

    def topic_name(self, kind: str, label: str) -> str:
        """What readers of this language call a category or tag."""
        name = self._names[kind].get(label)
        return (name.get(self.lang) if name else None) or label

    def topic_anchor(self, kind: str, label: str) -> Anchor:
        """A link to a category or tag."""
        found = self._anchors.get((kind, label))
        if found is None:
            route = routes.topic(self.lang, kind, routes.slug_of(label))
            found = self._anchors[kind, label] = Anchor(self.url(route), self.topic_name(kind, label))
        return found

    def category(self, card: ThreadCard) -> Anchor | None:
        """A link to the thread's category."""
        return self.topic_anchor("category", card.category) if card.category else None

    def column(self, card: ThreadCard) -> ColumnFacts | None:
        """What is known of the column."""
        column = card.column
        if column is None:
            return None
        return ColumnFacts(
            title=column.title,
            lang=self.foreign(column.lang),
            author=self._name(column.author, column.lang),
            publisher=self._name(column.publisher, column.lang),
            published=column.published,
            excerpt=column.excerpt,
            url=column.url,
            archive=_archive(column, card.lost) or column.archive,
        )

    def _name(self, name: str | None, lang: str | None) -> Text | None:
        """A name, with its language where that is not the page's."""
        return Text(name, self.foreign(spoken(name, lang))) if name else None

    def corrections(self, card: ThreadCard) -> tuple[Notice, ...]:
        """What was mended, newest first."""
        if not card.corrections:
            return ()
        by_date = sorted(card.corrections, key=lambda each: each.date, reverse=True)
        return tuple(Notice(each.date, self.text(each.text, card.lang)) for each in by_date)

    def forum(self, card: ThreadCard) -> ForumFacts | None:
        """What is known of the forum thread."""
        forum = card.forum
        if forum is None:
            return None
        return ForumFacts(
            site=self._name(forum.site, card.lang),
            url=forum.url,
            author=self._name(forum.author, card.lang),
            posted=forum.posted,
            views=forum.views,
            votes=forum.votes,
        )

    def sources(self, card: ThreadCard) -> tuple[Source, ...]:
        """All links out of a thread: the column, its archived copy, what the writer listed, the forum.

        A copy stands in for what is lost; where it is the column's, it is not named twice.
        """
        return tuple(self._sources(card))

    def _sources(self, card: ThreadCard) -> Iterable[Source]:
        column, forum = card.column, card.forum
        if column is not None:
            archive, lang = _archive(column, card.lost), self.foreign(column.lang)
            shown = Source("column", column.title, column.url, lang) if column.url else None
            if shown is not None:
                yield (shown := self._kept(shown, card.lost, archive))
            if column.archive and not (shown and shown.url == archive):
                yield Source("archive", column.title, archive or column.archive, lang)
        for link in card.links:
            yield self._kept(Source(link.kind or "link", link.title, link.url, self.foreign(link.lang)), card.lost)
        if forum is not None:
            title = self._name(forum.site, card.lang) or self.text(card.title, card.lang)
            yield self._kept(Source("forum", title.text, forum.url, title.lang), card.lost)

    def _kept(self, source: Source, lost: Sequence[Lost], copy: str | None = None) -> Source:
        """A source, or the archived copy of it where it is lost and there is one."""
        found = _find(source.url, lost)
        if found is None or not (copy := copy or found.copy):
            return source
        note = self.t("archived_since", date=self.t.day(found.since))
        return replace(source, url=copy, original=source.url, note=note)

    def copies(self, card: Card) -> tuple[Copy, ...]:
        """The archived copies that stand in for those links of a text that are lost."""
        return tuple(
            Copy(each.url, each.copy, self.t("archived"), self.t("archived_since", date=self.t.day(each.since)))
            for each in card.lost
            if each.copy
        )


def _alternates(hrefs: Sequence[tuple[str, str]]) -> tuple[Alternate, ...]:
    """The same, from languages and absolute addresses."""
    return tuple([Alternate(*each) for each in (*hrefs, ("x-default", hrefs[0][1]))]) if len(hrefs) > 1 else ()


def _find(url: str, lost: Sequence[Lost]) -> Lost | None:
    """What is known of an address, if it is lost."""
    return next((each for each in lost if each.url == key_of(url)), None) if lost else None


def _archive(column: Column, lost: Sequence[Lost]) -> str | None:
    """An archived copy of the column: the writer's, unless that is lost, else the one that was found."""
    if column.archive and not _find(column.archive, lost):
        return column.archive
    found = (_find(url, lost) for url in (column.url, column.archive) if url)
    return next((each.copy for each in found if each and each.copy), None)


def site_view(edition: Edition, site: Site, pages: Sequence[PageCard], feeds: Sequence[Feed]) -> SiteView:
    """What every page of one language shares; `pages` are the free pages."""
    lang, url = edition.lang, edition.addresses.url
    about = next((page for page in pages if page.slug == "about"), None)
    description = site.settings.description
    return SiteView(
        lang=lang,
        title=edition.text(site.settings.title).text,
        description=edition.text(description).text if description else "",
        home_url=url(routes.home(lang)),
        digests_url=url(routes.digests(lang)) if site.issues else None,
        topics_url=url(routes.topics(lang)) if site.categories or site.tags else None,
        archive_url=url(routes.archive(lang)) if site.threads else None,
        glossary_url=url(routes.glossary(lang)) if site.glossary.terms else None,
        subscribe_url=url(routes.subscribe(lang)),
        search_url=url(routes.search(lang)) if site.settings.features.search and site.threads else None,
        about_url=url(routes.page(lang, about.slug)) if about else None,
        pages=tuple(
            edition.anchor(routes.page(lang, page.slug), edition.text(page.title))
            for page in pages
            if page is not about
        ),
        feeds=tuple(sorted(feeds, key=lambda feed: feed.lang != lang)),
        structured_data=site.settings.features.structured_data,
    )


@lru_cache(maxsize=4096)
def _thread_row(edition: Same[Edition], card: Same[ThreadCard]) -> ThreadRow:
    return edition.value.new_thread_row(card.value)
