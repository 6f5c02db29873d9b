"""What is on the site at a moment, and when that changes by itself: drafts, what is scheduled, what has expired.

A moment is a number of microseconds since 1970, in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
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


def _moment(date: str) -> int:
    return moment_of(datetime.fromisoformat(date))


def standing(entry: Entry, moment: int) -> str | None:
    """Why something is not on the site at a moment: `draft`, `scheduled` or `expired`; None where it is there.

    What expires before it appears is never there, and counts as expired from the beginning.
    """
    if entry.draft:
        return DRAFT
    changes = _changes(entry)
    if entry.expires is not None and (not changes or moment >= _moment(entry.expires)):
        return EXPIRED
    return SCHEDULED if not isinstance(entry, PageEntry) and moment < _moment(entry.date) else None


def _changes(entry: Entry) -> Sequence[tuple[str, str]]:
    """When something comes to the site and leaves it; nothing where it is never there."""
    begins = [] if isinstance(entry, PageEntry) else [(entry.date, APPEARS)]
    if entry.expires is None:
        return begins
    never = any(_moment(entry.expires) <= _moment(date) for date, _ in begins)
    return [] if never else [*begins, (entry.expires, EXPIRES)]


def changes(entry: Entry) -> Iterator[Change]:
    """All that happens to something by itself."""
    if not entry.draft:
        for when, what in _changes(entry):
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
