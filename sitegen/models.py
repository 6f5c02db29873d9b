"""What content means: frozen records, one for each thing that a writer can write down.

Nothing here reads, decides or renders. A record's fields say what the content contract says; what other stages make of
them lives with those stages.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from sitegen.record import comparable

if TYPE_CHECKING:  # a build with nothing to do loads no template machinery
    from markupsafe import Markup

T = TypeVar("T")


@comparable
class Localized(Generic[T]):
    """One value in several languages, in the order of the site's languages."""

    entries: tuple[tuple[str, T], ...] = ()

    def get(self, lang: str) -> T | None:
        """The value in that language, or None."""
        for each, value in self.entries:
            if each == lang:
                return value
        return None

    def pick(self, *langs: str) -> tuple[str, T]:
        """Language and value of the first of these languages that there is, else of the first entry.

        Raises LookupError where there is no entry at all.
        """
        for lang in langs:
            value = self.get(lang)
            if value is not None:
                return lang, value
        if not self.entries:
            raise LookupError("no entry in any language")
        return self.entries[0]

    @property
    def langs(self) -> tuple[str, ...]:
        """The languages that there are."""
        return tuple([lang for lang, _ in self.entries])

    def __contains__(self, lang: str) -> bool:
        return any(each == lang for each, _ in self.entries)

    def __iter__(self) -> Iterator[tuple[str, T]]:
        return iter(self.entries)

    def __bool__(self) -> bool:
        return bool(self.entries)


@comparable
class Features:
    """What is built beside the pages themselves."""

    parallel: bool = True
    search: bool = True
    markdown: bool = True
    cards: bool = False
    structured_data: bool = False


@comparable
class MarkdownOptions:
    """How Markdown is read."""

    fast: bool = True


@comparable
class TranslationOptions:
    """What counts as translated: `complete_from` is the least share of comments that are."""

    complete_from: float = 0.0


@comparable
class LinkOptions:
    """What becomes of links that lead nowhere."""

    dead_after: int = 3


@comparable
class CheckOptions:
    """What `sitegen check` goes by: how much of a column an excerpt may hold, as a share, or in words."""

    excerpt: float = 0.3
    excerpt_words: int = 600


@comparable
class Settings:
    """sitegen.yaml; `allowed` are the codes of warnings that it waives, each with the words that it does so for."""

    title: Localized[str]
    base_url: str
    languages: tuple[str, ...]
    description: Localized[str] = Localized()
    timezone: str = "UTC"
    theme: str = "digest"
    hub: str | None = None
    features: Features = Features()
    markdown: MarkdownOptions = MarkdownOptions()
    translation: TranslationOptions = TranslationOptions()
    checks: CheckOptions = CheckOptions()
    links: LinkOptions = LinkOptions()
    categories: tuple[tuple[str, Localized[str]], ...] = ()
    tags: tuple[tuple[str, Localized[str]], ...] = ()
    allowed: tuple[tuple[str, str], ...] = ()

    def for_content(self) -> Settings:
        """The settings that content is read by: a change of any other one leaves what was read as it is."""
        parallel = Features(parallel=self.features.parallel)
        return Settings(
            Localized(),
            self.base_url,
            self.languages,
            timezone=self.timezone,
            features=parallel,
            markdown=self.markdown,
            translation=self.translation,
            allowed=self.allowed,
        )

    @property
    def default_language(self) -> str:
        """The first language of the site."""
        return self.languages[0]


@comparable
class Forum:
    """The forum thread that a digest thread follows (`source:`)."""

    site: str | None
    url: str
    author: str | None = None
    posted: datetime | None = None
    views: int | None = None
    votes: int | None = None


@comparable
class Column:
    """The newspaper column that the thread discusses."""

    title: str
    author: str | None = None
    publisher: str | None = None
    published: date | None = None
    lang: str | None = None
    url: str | None = None
    archive: str | None = None
    excerpt: bool = False
    length: int | None = None


@comparable
class Link:
    """Another article on the matter."""

    title: str
    url: str
    lang: str | None = None
    kind: str | None = None


@comparable
class Lost:
    """An address, as `links.key_of` has it, that has led nowhere `since` a day, and an archived copy, if any."""

    url: str
    copy: str | None
    since: date


@comparable
class Correction:
    """What was wrong and is mended, told with its date. A `minor` one does not make the thread new to subscribers."""

    date: datetime
    text: Localized[str]
    minor: bool = False


@comparable
class Comment:
    """One comment, its text in each language as safe HTML; `depth` 0 answers the thread itself.

    Comments stand in reading order, flat: a reply follows its parent with a greater depth. `note` is what the editor
    has to say about it, and `pick` the plain opening of its text where the editor picked it. One that was `removed` has
    neither author nor texts. `stale` are the languages in which the text lags behind its original.
    """

    id: str
    author: str
    date: datetime
    depth: int
    parent: str | None
    text: Localized[Markup] = Localized()
    note: Localized[Markup] = Localized()
    pick: Localized[str] = Localized()
    removed: dt.date | None = None
    stale: tuple[str, ...] = ()


@comparable
class Paragraphs:
    """A Markdown text, rendered: its top-level blocks in order, as (kind, safe HTML).

    `stale` has the numbers (from 0) of those that lag behind the original.
    """

    blocks: tuple[tuple[str, Markup], ...]
    stale: tuple[int, ...] = ()


@comparable
class ThreadBody:
    """What only a thread's own pages show; `lang` is the thread's language, `poster` its forum author."""

    lang: str
    poster: str | None
    column: Localized[Paragraphs]
    comments: tuple[Comment, ...]

    def __reduce__(self) -> tuple[Callable[..., ThreadBody], tuple[Any, ...]]:
        """Pickled as plain tuples: to name the class of everything in every comment would take twice as long."""
        column = tuple(
            (lang, tuple((kind, _text(html)) for kind, html in text.blocks), text.stale) for lang, text in self.column
        )
        comments = tuple(
            (
                one.id,
                one.author,
                _plain(one.date),
                one.depth,
                one.parent,
                _texts(one.text),
                *(
                    (_texts(one.note), one.pick.entries, one.removed, one.stale)
                    if one.note or one.pick or one.removed or one.stale
                    else ()
                ),
            )
            for one in self.comments
        )
        return _thread_body, (self.lang, self.poster, column, comments)


_text = str.__str__


def _texts(of: Localized[Markup]) -> tuple[tuple[str, str], ...]:
    return tuple([(lang, _text(html)) for lang, html in of.entries])


def _thread_body(lang: str, poster: str | None, column: Iterable[Any], comments: Iterable[Any]) -> ThreadBody:
    """What `ThreadBody.__reduce__` took apart: the HTML in it was safe, and is marked so again."""
    from markupsafe import Markup

    marked = partial(str.__new__, Markup)
    texts = (
        (each, Paragraphs(tuple((kind, marked(html)) for kind, html in blocks), stale))
        for each, blocks, stale in column
    )

    def safe(of: Iterable[tuple[str, str]]) -> Localized[Markup]:
        return Localized(tuple([(each, marked(html)) for each, html in of]))

    def comment(
        own: str, author: str, date: Any, depth: int, parent: str | None, text: Any, note: Any = (), *more: Any
    ) -> Comment:
        pick, *rest = more or ((), None, ())
        return Comment(own, author, _moment(*date), depth, parent, safe(text), safe(note), Localized(pick), *rest)

    made = tuple([comment(*each) for each in comments])
    return ThreadBody(lang, poster, Localized(tuple(texts)), made)


def _plain(moment: datetime) -> tuple[str, float, str | None]:
    """A moment with a fixed offset (in seconds) and the name of its zone, in plain words."""
    return moment.replace(tzinfo=None).isoformat(), (moment.utcoffset() or timedelta()).total_seconds(), moment.tzname()


def _moment(text: str, offset: float, name: str | None) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=_zone(offset, name))


@lru_cache(maxsize=64)
def _zone(offset: float, name: str | None) -> timezone:
    return timezone(timedelta(seconds=offset), name or "UTC")


@comparable
class FeedComment:
    """A picked comment as feeds show it: its id, and its text as HTML that stands alone."""

    id: str
    author: str
    date: datetime
    text: Localized[str]


@comparable
class FeedText:
    """What feeds show of a thread or issue beside its card: HTML that stands alone.

    `lang` is the language it was written in; `cut` are those in which the text goes on where the feed ends it.
    """

    lang: str
    text: Localized[str]
    cut: tuple[str, ...] = ()
    picks: tuple[FeedComment, ...] = ()


@comparable
class ThreadCard:
    """A thread as lists, neighbours and feeds see it, and all of its facts but column text and comments.

    It has no place in its file: a line more above would make it another card.

    `lead` is the plain opening of the column summary; `short` says in which languages the summary is short enough to
    stay in view; `held` are those in which too few of the comments are there for the thread to count as translated.
    `standing` is why it is not on the site (`draft`, `scheduled` or `expired`), where a preview shows it; `lost` are
    those of its links that are dead.
    """

    slug: str
    title: Localized[str]
    date: datetime
    lang: str
    draft: bool = False
    id: str | None = None
    translator: str | None = None
    category: str | None = None
    tags: tuple[str, ...] = ()
    forum: Forum | None = None
    column: Column | None = None
    links: tuple[Link, ...] = ()
    corrections: tuple[Correction, ...] = ()
    aliases: tuple[str, ...] = ()
    lead: Localized[str] = Localized()
    short: tuple[str, ...] = ()
    comment_count: int = 0
    held: tuple[str, ...] = ()
    expires: datetime | None = None
    standing: str | None = None
    lost: tuple[Lost, ...] = ()

    @property
    def updated(self) -> datetime:
        """When the thread last became new to subscribers: its date, or that of a correction which is not minor."""
        return max([self.date, *(each.date for each in self.corrections if not each.minor)])


@comparable
class DigestCard:
    """An issue of the digest, without its intro; `standing` is as that of `ThreadCard`."""

    slug: str
    title: Localized[str]
    date: datetime
    id: str | None = None
    number: int | None = None
    draft: bool = False
    threads: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    lead: Localized[str] = Localized()
    expires: datetime | None = None
    standing: str | None = None
    lost: tuple[Lost, ...] = ()


@comparable
class PageCard:
    """A free page in all of its languages, without its text; `standing` is as that of `ThreadCard`."""

    slug: str
    title: Localized[str]
    expires: datetime | None = None
    standing: str | None = None
    lost: tuple[Lost, ...] = ()


@comparable
class Prose:
    """The text of a digest's intro or of a free page, in each language."""

    text: Localized[Paragraphs]


class Image(NamedTuple):
    """An image file as it is published. Of the types that marshal knows.

    `width` and `height` are in CSS pixels. `files` are names and widths: the whole image, then smaller ones, the
    narrowest first. Where the file cannot be published, `fault` says why: code, message, and what would help.
    """

    width: int = 0
    height: int = 0
    files: tuple[tuple[str, int], ...] = ()
    fault: tuple[str, str, str] | None = None


@comparable
class Term:
    """A glossary entry; by language, `forms` are other right wordings, and `avoid` those that are not to be used."""

    term: Localized[str]
    note: Localized[str] = Localized()
    forms: tuple[tuple[str, tuple[str, ...]], ...] = ()
    avoid: tuple[tuple[str, tuple[str, ...]], ...] = ()


@comparable
class Glossary:
    """All terms, as the editor ordered them."""

    terms: tuple[Term, ...] = ()


# -- the index: what is known of each unit before its card is looked at ------------------------------------------------


Alias = tuple[str, str]
"""A former slug, and the path of the file that tells it."""


class ThreadEntry(NamedTuple):
    """A thread in the site's index: what orders, groups and links threads. Of the types that marshal knows.

    `date`, `updated` and `expires` are in ISO 8601, in the site's zone. `id` is what makes the thread itself in feeds,
    and `named` whether a writer said so. `lang` is the one it was written in, `langs` are those in which it counts as
    translated. `path` is that of its YAML file. `sizes` are about how many bytes it takes in the feed of each language.
    `links` stand for the addresses of other sites that it names (`links.marks`), `title` is its title by language.
    """

    slug: str
    path: str
    date: str
    updated: str
    draft: bool
    id: str
    named: bool
    lang: str
    langs: tuple[str, ...]
    sizes: tuple[int, ...]
    category: str | None
    tags: tuple[str, ...]
    images: tuple[str, ...]
    aliases: tuple[Alias, ...] = ()
    expires: str | None = None
    links: bytes = b""
    title: tuple[tuple[str, str], ...] = ()


class Neighbour(NamedTuple):
    """A thread as the threads beside it name it: as in its `ThreadEntry`."""

    slug: str
    lang: str
    title: tuple[tuple[str, str], ...]


class DigestEntry(NamedTuple):
    """An issue of the digest in the site's index; `threads` are the slugs that it gathers. Else as `ThreadEntry`."""

    slug: str
    path: str
    date: str
    draft: bool
    id: str
    named: bool
    langs: tuple[str, ...]
    sizes: tuple[int, ...]
    threads: tuple[str, ...]
    images: tuple[str, ...]
    aliases: tuple[Alias, ...] = ()
    expires: str | None = None
    links: bytes = b""


class PageEntry(NamedTuple):
    """A free page in the site's index."""

    slug: str
    path: str
    draft: bool
    langs: tuple[str, ...]
    images: tuple[str, ...]
    aliases: tuple[Alias, ...] = ()
    expires: str | None = None
    links: bytes = b""
