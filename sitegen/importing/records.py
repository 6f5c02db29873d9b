"""What a pasted page comes to, before it is written as content files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from sitegen.diagnostics import Diagnostic


@dataclass(frozen=True)
class Captured:
    """When the page was copied; without a clock, the earliest time of that day that fits the page."""

    day: date
    clock: time | None = None


@dataclass(frozen=True)
class Options:
    """What the paste itself does not say.

    `zone` is the site's timezone, in which a page tells its times. `name` is what diagnostics call the paste. `lang` is
    the language of thread and comments. `url` and `site` are the thread's address and the forum's name; `slug` and
    `date` replace what the title and the posting date would give. `keep_ips` keeps masked addresses, as YAML comments.
    """

    zone: tzinfo
    name: str = "paste"
    lang: str = "ko"
    captured: Captured | None = None
    slug: str | None = None
    url: str | None = None
    site: str | None = None
    date: datetime | None = None
    keep_ips: bool = False


@dataclass(frozen=True)
class ForumComment:
    """A comment; `parent` is the index of the comment that it answers. `line` counts in the paste.

    `said` is the date in the page's words, and `rough` whether these left the time open (“3분 전”). `ip` is masked.
    """

    author: str
    date: datetime
    text: str
    parent: int | None = None
    ip: str | None = None
    line: int = 0
    said: str = ""
    rough: bool = False


@dataclass(frozen=True)
class FoundColumn:
    """The newspaper column under discussion, as far as the post names it; `label` is the line that stood above it."""

    title: str
    publisher: str | None = None
    lang: str | None = None
    url: str | None = None
    archive: str | None = None
    excerpt: bool = False
    label: str | None = None


@dataclass(frozen=True)
class FoundLink:
    """Another address that the post names; `label` is the line that stood above it."""

    title: str
    url: str
    kind: str
    lang: str | None = None
    label: str | None = None


@dataclass(frozen=True)
class ForumThread:
    """A thread as the page shows it. `comments` keep the order of the page.

    `body` is the post's text without the links that went into `column` and `links`. `capture` says in one sentence
    from which day relative dates were counted, `partial` whether other pages hold more comments.
    """

    title: str
    posted: datetime
    author: str | None = None
    category: str | None = None
    views: int | None = None
    votes: int | None = None
    body: str = ""
    column: FoundColumn | None = None
    links: tuple[FoundLink, ...] = ()
    comments: tuple[ForumComment, ...] = ()
    capture: str | None = None
    partial: bool = False


@dataclass(frozen=True)
class Dropped:
    """A line of the paste that went nowhere."""

    line: int
    text: str


@dataclass(frozen=True)
class Imported:
    """What a paste came to (None where a fault left nothing to write), what it held besides, and what is to be told."""

    thread: ForumThread | None
    dropped: tuple[Dropped, ...] = ()
    notes: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
