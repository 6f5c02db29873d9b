"""What is on the site at a moment, and when that changes by itself: drafts, what is scheduled, what has expired.

A moment is a number of microseconds since 1970, in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from sitegen.models import DigestEntry, PageEntry, ThreadEntry

Entry = ThreadEntry | DigestEntry | PageEntry

DRAFT, SCHEDULED, EXPIRED = "draft", "scheduled", "expired"
"""Why something is not on the site."""

APPEARS, EXPIRES = "appears", "expires"
"""What happens to something by itself."""

KINDS = {ThreadEntry: "thread", DigestEntry: "digest", PageEntry: "page"}

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STEP = timedelta(microseconds=1)

BEGINNING, END = -(1 << 62), 1 << 62
"""Moments before and after all others."""


class Term(NamedTuple):
    """When something is on the site, in ISO 8601: from its date (None: always) until it expires (None: never)."""

    draft: bool
    date: str | None
    expires: str | None


class Change(NamedTuple):
    """Something that appears on the site by itself, or leaves it; `when` is in ISO 8601, in the site's zone.

    Of the types that marshal knows.
    """

    when: str
    kind: str
    slug: str
    what: str


class Showing(NamedTuple):
    """The moment at which the site is looked at; a `preview` shows what is not on it as well."""

    moment: int
    preview: bool = False

    def has(self, entry: Entry) -> bool:
        """Whether something is shown."""
        return self.preview or standing(entry, self.moment) is None


def moment_of(date: datetime) -> int:
    """A date as a moment."""
    return (date - EPOCH) // STEP


@lru_cache(maxsize=65536)
def _moment(date: str) -> int:
    """A date of an entry as a moment; what shows an entry, names it or numbers it asks for that again."""
    return moment_of(datetime.fromisoformat(date))


def standing(entry: Entry, moment: int) -> str | None:
    """Why something is not on the site at a moment: `draft`, `scheduled` or `expired`; None where it is there."""
    return standing_of(_term(entry), moment)


def standing_of(term: Term, moment: int) -> str | None:
    """The same for whatever is on the site for a term.

    What expires before it appears is never there, and counts as expired from the beginning.
    """
    if term.draft:
        return DRAFT
    if term.expires is not None and (not _changes(term) or moment >= _moment(term.expires)):
        return EXPIRED
    return SCHEDULED if term.date is not None and moment < _moment(term.date) else None


def _term(entry: Entry) -> Term:
    return Term(entry.draft, None if isinstance(entry, PageEntry) else entry.date, entry.expires)


def _changes(term: Term) -> Sequence[tuple[str, str]]:
    """When something comes to the site and leaves it; nothing where it is never there."""
    begins = [] if term.date is None else [(term.date, APPEARS)]
    if term.expires is None:
        return begins
    never = term.date is not None and _moment(term.expires) <= _moment(term.date)
    return [] if never else [*begins, (term.expires, EXPIRES)]


def changes(entry: Entry) -> Iterator[Change]:
    """All that happens to something by itself."""
    if not entry.draft:
        for when, what in _changes(_term(entry)):
            yield Change(when, KINDS[type(entry)], entry.slug, what)


def period(several: Iterable[Change], moment: int) -> tuple[int, int]:
    """From when on, and until when, the site is as it is at a moment."""
    since, until = BEGINNING, END
    for each in {change.when for change in several}:
        at = _moment(each)
        if at <= moment:
            since = max(since, at)
        else:
            until = min(until, at)
    return since, until


def ahead(several: Iterable[Change], moment: int) -> tuple[Change, ...]:
    """What happens after a moment, in order."""
    later = ((at, change) for change in several if (at := _moment(change.when)) > moment)
    return tuple([change for _, change in sorted(later)])


def in_words(when: str, zone: str) -> str:
    """When something happens, for people: `2026-12-24 09:00 (Asia/Seoul)`."""
    date = datetime.fromisoformat(when)
    exact = "%H:%M" if not date.second and not date.microsecond else "%H:%M:%S"
    return f"{date:%Y-%m-%d} {date.strftime(exact)} ({zone})"
