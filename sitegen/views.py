"""What templates get: one frozen record for each kind of page, finished and narrow.

A view holds what its template shows, in the order in which it is shown, in one language. Nothing in a view has to be
looked up, sorted or filtered again. Addresses (`url`, `…_url`) start at the root of the host, with the path of
`base_url` in front; `canonical` and `href` are absolute. Dates are aware and in the site's time zone. A `lang` beside a
text is None where the text is in the language of the page.
"""

from __future__ import annotations

import datetime as dt
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from sitegen.record import comparable, record

if TYPE_CHECKING:
    from markupsafe import Markup

# -- parts -------------------------------------------------------------------------------------------------------------


@comparable
class Text:
    """A plain text and its language, None where that is the page's."""

    text: str
    lang: str | None = None


@comparable
class Anchor:
    """A link inside the site."""

    url: str
    text: str
    lang: str | None = None


@record
class Version:
    """The same page in one of the site's languages, for the language switch."""

    lang: str
    url: str
    current: bool
    translated: bool


@comparable
class Alternate:
    """An absolute address for `<link rel="alternate" hreflang>`; `lang` may be `x-default`."""

    lang: str
    href: str


@comparable
class Feed:
    """A feed of the site in its three forms: its language, its name, and absolute addresses; `page` it follows."""

    lang: str
    title: str
    page: str
    rss: str
    atom: str
    json: str


@record
class ShareImage:
    """The picture for whoever passes on the address of a page (https://ogp.me/): absolute address, pixels, words."""

    href: str
    width: int
    height: int
    alt: str


@record
class Head:
    """What every page has: its language, its title and one-line description, where it lives and in which versions.

    `kind` is what Open Graph calls it: `article` for a thread, issue or page, `website` for anything else. `published`
    is when a thread or issue appeared, and `modified` when a thread was last corrected, if it was.
    `twin_url` is the page as Markdown, where there is such a file.
    """

    lang: str
    title: str
    description: str
    url: str
    href: str
    canonical: str
    versions: tuple[Version, ...]
    alternates: tuple[Alternate, ...]
    kind: str = "website"
    image: ShareImage | None = None
    published: datetime | None = None
    modified: datetime | None = None
    twin_url: str | None = None


@comparable
class SiteView:
    """What every page of one language shares; addresses are None where there is no such page.

    `structured_data` says whether threads tell search engines what they hold.
    """

    lang: str
    title: str
    description: str
    home_url: str
    digests_url: str | None
    topics_url: str | None
    archive_url: str | None
    glossary_url: str | None
    subscribe_url: str
    search_url: str | None
    about_url: str | None
    pages: tuple[Anchor, ...]
    feeds: tuple[Feed, ...]
    structured_data: bool


@record
class Label:
    """What a preview says of a thread, issue or page that is not on the site; what is published has none.

    `kind` is `draft`, `scheduled` or `expired`; `date` is when it will appear, or when it left the site.
    """

    kind: str
    date: datetime | None


@record
class ThreadRow:
    """A thread in a list. `untranslated` is the language it is shown in where the page's has no version of it."""

    url: str
    title: Text
    lead: Text | None
    date: datetime
    category: Anchor | None
    forum: Text | None
    comments: int
    untranslated: str | None
    label: Label | None = None


@record
class DigestRow:
    """An issue of the digest in a list; `lead` is the first paragraph of the editor's words."""

    url: str
    title: Text
    number: int | None
    date: datetime
    threads: int
    lead: Text | None
    label: Label | None = None


@record
class TopicRow:
    """A category or tag with the number of its threads."""

    url: str
    name: str
    count: int


@record
class Pager:
    """Where a list page stands among its pages: number and count from 1, and the addresses beside it."""

    number: int
    count: int
    newer: str | None
    older: str | None


@comparable
class Source:
    """A link out of the site with the facts that are known of it.

    `kind` is one of `column`, `archive`, `forum`, or what the writer typed (`translation`, `paper` …). Where `url` is
    that of an archived copy because the original is gone, `original` is that of the latter, and `note` says so.
    """

    kind: str
    title: str
    url: str
    lang: str | None
    original: str | None = None
    note: str | None = None


@comparable
class Copy:
    """An archived copy of a page that texts link to, at `url`, and that is gone; a short and a long word about it."""

    url: str
    copy: str
    label: str
    note: str


@comparable
class ColumnFacts:
    """The column that a thread discusses."""

    title: str
    lang: str | None
    author: str | None
    publisher: str | None
    published: date | None
    excerpt: bool
    url: str | None = None
    archive: str | None = None


@comparable
class ForumFacts:
    """The forum thread that a thread follows; `lang` is that of its site's and its author's name."""

    lang: str | None
    site: str | None
    url: str
    author: str | None
    posted: datetime | None
    views: int | None
    votes: int | None


@comparable
class Notice:
    """A correction, told with its date."""

    date: datetime
    text: Text


# -- bodies ------------------------------------------------------------------------------------------------------------


@record
class Block:
    """One paragraph, list, quote, heading … of a Markdown text, as safe HTML.

    `stale` tells of one whose original has changed since it was translated.
    """

    kind: str
    html: Markup
    stale: bool = False


@record
class Prose:
    """A Markdown text in one language; `lang` is None where that is the page's."""

    blocks: tuple[Block, ...]
    lang: str | None


@record
class CommentView:
    """A comment in reading order.

    `level` is its place in the nested lists (0 = top), `depth` the true number of comments above it; they differ only
    below the depth to which lists are nested. After the comment's article, its replies open a list where `opens`, and
    `closes` lists end. `replies` counts all descendants. `lang` and `untranslated` tell of a text shown in the
    language it was written in. `next_id` is the next top-level comment. `note` is what the editor has to say about it.
    One that was `removed` has no author and no text. `stale` tells of a text whose original has changed since it was
    translated.
    """

    id: str
    author: str
    author_lang: str | None
    date: datetime
    depth: int
    level: int
    poster: bool
    addressee: str | None
    addressee_id: str | None
    html: Markup
    lang: str | None
    untranslated: bool
    replies: int
    opens: bool
    closes: int
    next_id: str | None
    note: Markup | None
    note_lang: str | None
    removed: dt.date | None
    stale: bool


@record
class Pick:
    """A comment that the editor picked: its id, its author, and the opening of its text."""

    id: str
    author: Text
    text: Text


@record
class Bar:
    """The comments of one hour, day or month; `height` and `reply_height` are parts of 100, the fullest bar being 100.

    `number` counts from 0; bars without comments are left out.
    """

    number: int
    count: int
    height: int
    reply_height: int


@record
class Timeline:
    """A discussion over time: one bar for each `unit` (`hour`, `day` or `month`) from `first` to `last`.

    `length` is the number of units, `replies` that of comments that answer others, and `peak` the fullest unit with
    the number of its comments.
    """

    unit: str
    first: datetime
    last: datetime
    length: int
    comments: int
    replies: int
    peak: datetime
    peak_comments: int
    bars: tuple[Bar, ...]


@record
class ThreadContent:
    """A thread's body in one language: summary (None where there is none in any language), picked comments, comments.

    The `timeline` is None where there are few comments. `structured_data` is the element that tells search engines all
    of it, None where the site has none.
    """

    summary: Prose | None
    picks: tuple[Pick, ...]
    timeline: Timeline | None
    comments: tuple[CommentView, ...]
    structured_data: Markup | None = None


@record
class Cell:
    """One language's part of a parallel row; `html` is None where that language has nothing there.

    `stale` tells of one whose original has changed since it was translated.
    """

    lang: str
    html: Markup | None
    stale: bool = False


@record
class SummaryRow:
    """The same paragraph in each language; `id` is None for headings, which bring their own."""

    id: str | None
    kind: str
    cells: tuple[Cell, ...]


@record
class CommentRow:
    """The same comment in each language, under one head."""

    comment: CommentView
    cells: tuple[Cell, ...]


@record
class ParallelContent:
    """A thread's body in all languages, aligned."""

    summary: tuple[SummaryRow, ...]
    comments: tuple[CommentRow, ...]


# -- pages, one record for each template -------------------------------------------------------------------------------


@record
class LanguagesView:
    """`/`: the site in each of its languages, default first (`languages.html`)."""

    head: Head
    homes: tuple[Anchor, ...]


@record
class HomeView:
    """A language's front page (`home.html`)."""

    head: Head
    digest: DigestRow | None
    threads: tuple[ThreadRow, ...]
    more: bool
    categories: tuple[TopicRow, ...]


@record
class ThreadView:
    """A thread (`thread.html`); its body comes as `content`, a ThreadContent.

    `untranslated` is the language that the page shows instead of its own; `partial` is the language of the original
    where the page shows what there is in its own, and that is not enough to count as translated. `summary_short` lets
    the summary stay beside the comments. `glosses` are words that are explained in the summary, with another language's
    word and that language. `copies` stand in for links of the summary that are dead.
    """

    head: Head
    title: Text
    date: datetime
    category: Anchor | None
    tags: tuple[Anchor, ...]
    comments: int
    parallel_url: str | None
    untranslated: str | None
    partial: str | None
    column: ColumnFacts | None
    forum: ForumFacts | None
    sources: tuple[Source, ...]
    translator: str | None
    summary_short: bool
    digests: tuple[Anchor, ...]
    newer: Anchor | None
    older: Anchor | None
    corrections: tuple[Notice, ...]
    glosses: tuple[tuple[str, str, str], ...]
    copies: tuple[Copy, ...]
    label: Label | None = None


@record
class ParallelView:
    """A thread in all languages side by side (`parallel.html`); its body comes as `content`, a ParallelContent.

    `titles` has one for each of `langs`, None where there is none. `copies` stand in for links that are dead.
    """

    head: Head
    title: Text
    titles: tuple[Text | None, ...]
    langs: tuple[str, ...]
    date: datetime
    comments: int
    thread_url: str
    column: ColumnFacts | None
    forum: ForumFacts | None
    sources: tuple[Source, ...]
    copies: tuple[Copy, ...]
    label: Label | None = None


@record
class DigestView:
    """An issue of the digest (`digest.html`); the editor's words come as `content`, a Prose or None.

    `copies` stand in for links of these that are dead.
    """

    head: Head
    title: Text
    number: int | None
    date: datetime
    threads: tuple[ThreadRow, ...]
    untranslated: str | None
    newer: Anchor | None
    older: Anchor | None
    copies: tuple[Copy, ...]
    label: Label | None = None


@record
class DigestsView:
    """All issues, newest first (`digests.html`)."""

    head: Head
    digests: tuple[DigestRow, ...]
    feed: Feed | None


@record
class TopicView:
    """The threads of a category or tag (`topic.html`); `kind` is `category` or `tag`."""

    head: Head
    kind: str
    name: str
    count: int
    threads: tuple[ThreadRow, ...]
    pager: Pager
    feed: Feed | None


@record
class TopicsView:
    """All categories and tags (`topics.html`)."""

    head: Head
    categories: tuple[TopicRow, ...]
    tags: tuple[TopicRow, ...]


@record
class ArchiveMonth:
    """The threads of one month, newest first."""

    first: date
    threads: tuple[ThreadRow, ...]


@record
class ArchiveYear:
    """A link to one year's archive."""

    url: str
    year: int
    count: int
    current: bool


@record
class ArchiveView:
    """The threads of one year by month (`archive.html`)."""

    head: Head
    year: int
    years: tuple[ArchiveYear, ...]
    months: tuple[ArchiveMonth, ...]


@record
class PageView:
    """A free page (`page.html`); its text comes as `content`, a Prose. `copies` stand in for links that are dead."""

    head: Head
    title: Text
    untranslated: str | None
    copies: tuple[Copy, ...]
    label: Label | None = None


@record
class TermRow:
    """A glossary entry: the word in the page's language, its note, and the word in the other languages."""

    id: str
    word: Text
    note: Text | None
    others: tuple[Text, ...]


@record
class GlossaryView:
    """All terms (`glossary.html`)."""

    head: Head
    terms: tuple[TermRow, ...]


@record
class SubscribeView:
    """The feeds of the site and what they carried last (`subscribe.html`).

    `own` are those of the page's language, the whole site's first; `others` is the main one of each other language,
    then that of all languages together. `opml_url` and `opml_all_url` are lists of feeds for feed readers.
    """

    head: Head
    own: tuple[Feed, ...]
    categories: tuple[Feed, ...]
    tags: tuple[Feed, ...]
    others: tuple[Feed, ...]
    opml_url: str
    opml_all_url: str
    latest: tuple[ThreadRow, ...]


@record
class SearchView:
    """The search page (`search.html`); `shards` has the number of shards of each block of the index, oldest first."""

    head: Head
    shards: tuple[int, ...]


@record
class NotFoundPart:
    """The 404 page's words in one language."""

    lang: str
    home_url: str
    archive_url: str | None


@record
class NotFoundView:
    """The page for addresses that are none (`not_found.html`), in all languages at once."""

    head: Head
    parts: tuple[NotFoundPart, ...]


# -- share cards -------------------------------------------------------------------------------------------------------

SHARE_SIZE = (1200, 630)
"""Width and height of a share card in pixels."""

SHARE_FONT = "manimgx_fonts_cjk"
"""The package that has the font of share cards."""


class ShareCard(NamedTuple):
    """What stands on a share card, in one language. Of the types that marshal knows.

    `source` says where it comes from, and may be empty; `facts` are a date, and how much there is.
    """

    lang: str
    site: str
    title: str
    source: str
    facts: tuple[str, ...]


# -- feeds -------------------------------------------------------------------------------------------------------------


@comparable
class FeedTopic:
    """A category or tag of a feed's entry: what its address ends in, and its name."""

    slug: str
    name: str


@comparable
class FeedThread:
    """A thread in an issue, as a feed's entry lists it; `href` is absolute."""

    href: str
    title: Text
    comments: int


@comparable
class FeedEntry:
    """One thread or issue in a feed, in one language (`lang`); addresses are absolute.

    `updated` is when subscribers last had a reason to look at it again. `comments` is None for an issue, and `threads`
    are there for an issue alone. `versions` are the same in the other languages. On a page of earlier entries, only the
    fields up to `opening` are filled in.
    """

    id: str
    lang: str
    title: Text
    href: str
    published: datetime
    updated: datetime
    opening: Text | None
    topics: tuple[FeedTopic, ...] = ()
    column: ColumnFacts | None = None
    forum: ForumFacts | None = None
    sources: tuple[Source, ...] = ()
    translator: str | None = None
    corrections: tuple[Notice, ...] = ()
    comments: int | None = None
    threads: tuple[FeedThread, ...] = ()
    versions: tuple[Alternate, ...] = ()


@record
class FeedPart:
    """Where a document of a feed lies among the others: absolute addresses, in one form.

    `current` is None for the newest part, which is the one to subscribe to; `older` is the part before. The oldest
    part, which has none before it, knows the `newer` one.
    """

    href: str
    current: str | None
    older: str | None
    newer: str | None = None


@record
class FeedView:
    """A document of a feed, newest entry first; the entries' texts come beside it, in the same order.

    `lang` is the language of the feed's own words; `home` is the page that it follows. `pages` and `feeds` are the
    same in the site's other languages. `style` is the address of a style sheet for those who open it in a browser.
    """

    id: str
    lang: str
    title: str
    description: str
    author: str
    home: str
    part: FeedPart
    pages: tuple[Alternate, ...]
    feeds: tuple[Alternate, ...]
    hub: str | None
    style: str | None
    entries: tuple[FeedEntry, ...]


@record
class SitemapEntry:
    """A page that search engines may show.

    `href` is absolute; `alternates` are all versions of the page, itself among them, or none where there is one only.
    """

    href: str
    lastmod: datetime | None
    alternates: tuple[Alternate, ...]
