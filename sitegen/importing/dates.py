"""Dates as Korean forum pages tell them: `2024.03.08 19:40`, `03.08 20:15`, `어제 00:05`, `3분 전`.

A date without a year, or one that counts back, can only be read from the moment at which the page was copied. Where
nobody says when that was, it is taken to be **the earliest moment that fits every date on the page**:

- not before the post, nor before any date that is told in full;
- a comment of “어제 00:05” is not older than the post, which may move “today” one day on;
- a page that says 어제 or 오늘 says so of each comment of those days; a date told in figures is hence older than the
  furthest day that the page has a word for, and at least older than yesterday.

All moments here are naive: they are the forum's local time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from sitegen.importing.records import Captured

YEARS = range(1970, 3000)
"""Years that a forum page can name; keeps sums of dates within what Python can hold."""


@dataclass(frozen=True)
class Full:
    """`2024.03.08 19:40`, `25-01-13`."""

    day: date
    clock: time | None


@dataclass(frozen=True)
class Yearless:
    """`03.08 20:15`."""

    month: int
    day: int
    clock: time | None


@dataclass(frozen=True)
class DaysBack:
    """`어제 00:05`, `오늘`; `word` is false for a mere time of today (`09:12`)."""

    days: int
    clock: time | None
    word: bool


@dataclass(frozen=True)
class Ago:
    """`3분 전`, `방금`."""

    span: timedelta


When = Full | Yearless | DaysBack | Ago

DAYS = {"오늘": 0, "어제": 1, "그제": 2, "그저께": 2}
UNITS = {
    "초": timedelta(seconds=1),
    "분": timedelta(minutes=1),
    "시간": timedelta(hours=1),
    "일": timedelta(days=1),
    "주": timedelta(weeks=1),
    "개월": timedelta(days=30),
    "달": timedelta(days=30),
    "년": timedelta(days=365),
}

_CLOCK = r"(?:(?P<half>오전|오후|[AaPp][Mm])\s*)?(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?"
_YEAR = r"(?P<year>[0-9]{4}|[0-9]{2})(?:[./-]|년)\s*"
_MONTH_DAY = r"(?P<month>[0-9]{1,2})(?:[./-]|월)\s*(?P<day>[0-9]{1,2})(?:[.]|일)?(?:\s*\([월화수목금토일]\))?"
DATED = re.compile(rf"(?:{_YEAR})?{_MONTH_DAY}(?:\s+{_CLOCK})?")
COUNTED = re.compile(rf"(?P<word>{'|'.join(DAYS)})(?:\s+{_CLOCK})?|{_CLOCK.replace('?P<', '?P<bare_')}")
AGO = re.compile(rf"(?P<number>[0-9]{{1,3}})\s*(?P<unit>{'|'.join(UNITS)})\s*전")


def read_when(text: str) -> When | None:
    """What a date on the page says, or None where it says none."""
    text = text.strip()
    if text in ("방금", "방금 전"):
        return Ago(timedelta())
    if found := AGO.fullmatch(text):
        return Ago(int(found["number"]) * UNITS[found["unit"]])
    try:
        if found := COUNTED.fullmatch(text):
            if found["word"]:
                return DaysBack(DAYS[found["word"]], _clock(found), word=True)
            return DaysBack(0, _clock(found, "bare_"), word=False)
        if found := DATED.fullmatch(text):
            return _dated(found)
    except ValueError:
        return None
    return None


def _clock(found: re.Match[str], prefix: str = "") -> time | None:
    """The time of day. Raises ValueError where there is no such time."""
    if found[f"{prefix}hour"] is None:
        return None
    hour, half = int(found[f"{prefix}hour"]), (found[f"{prefix}half"] or "").lower()
    if half and not 1 <= hour <= 12:
        raise ValueError("no such hour")
    if half:
        hour = hour % 12 + (12 if half in ("오후", "pm") else 0)
    return time(hour, int(found[f"{prefix}minute"]), int(found[f"{prefix}second"] or 0))


def _dated(found: re.Match[str]) -> Full | Yearless:
    """A date in figures. Raises ValueError where there is no such day."""
    month, day = int(found["month"]), int(found["day"])
    if found["year"] is None:
        date(2000, month, day)  # a leap year: 02.29 is a day
        return Yearless(month, day, _clock(found))
    year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
    if year not in YEARS:
        raise ValueError("no such year")
    return Full(date(year, month, day), _clock(found))


def is_rough(when: When) -> bool:
    """Whether it leaves the minute open."""
    return isinstance(when, Ago) or when.clock is None


def find_capture(posted: datetime, whens: Sequence[When], day: date | None = None) -> datetime:
    """The earliest moment (on `day`, if that is known) at which a page of a post of `posted` could tell these dates."""
    moments = [posted, *(posted + each.span for each in whens if isinstance(each, Ago))]
    dated = [_combine(each.day, each.clock) for each in whens if isinstance(each, Full)]
    dated += [_combine(_next(each, posted.date()), each.clock) for each in whens if isinstance(each, Yearless)]
    counted = [each for each in whens if isinstance(each, DaysBack)]
    if day is None:
        margin = timedelta(_margin(counted))
        days = [*(each.date() for each in moments), *(each.date() + margin for each in dated)]
        for back in counted:
            later = back.clock is not None and back.clock < posted.time()
            days.append(posted.date() + timedelta(back.days + later))
        day = max(days)
    clocks = [each.time() for each in (*moments, *dated) if each.date() == day]
    clocks.extend(each.clock for each in counted if each.days == 0 and each.clock is not None)
    return datetime.combine(day, max(clocks, default=time()))


def _margin(counted: Iterable[DaysBack]) -> int:
    """How many days before the day of copying a comment must be for the page to tell its date in figures."""
    words = [each.days for each in counted if each.word]
    if words:
        return max(1, *words) + 1
    return 1 if any(True for _ in counted) else 0


def _next(when: Yearless, first: date) -> date:
    """The first such day on or after `first`."""
    return next(day for year in range(first.year, first.year + 9) if (day := _in_year(when, year)) and day >= first)


def _last(when: Yearless, last: date) -> date:
    """The last such day on or before `last`."""
    return next(day for year in range(last.year, last.year - 9, -1) if (day := _in_year(when, year)) and day <= last)


def _in_year(when: Yearless, year: int) -> date | None:
    try:
        return date(year, when.month, when.day)
    except ValueError:
        return None


def resolve(when: When, captured: datetime) -> datetime:
    """The moment that a date means on a page copied at `captured`. An open time of day is midnight."""
    match when:
        case Full(day, clock):
            return _combine(day, clock)
        case Yearless(_, _, clock):
            return _combine(_last(when, captured.date()), clock)
        case DaysBack(days, clock):
            return _combine(captured.date() - timedelta(days), clock)
        case Ago(span):
            return (captured - span).replace(microsecond=0)


def _combine(day: date, clock: time | None) -> datetime:
    return datetime.combine(day, clock or time())


def read_captured(text: str, zone: tzinfo) -> Captured | None:
    """`2025-01-15` or `2025-01-15T10:30` (ISO 8601; local time of `zone` unless it says otherwise), or None."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.year not in YEARS:
            return None
        if moment.tzinfo is not None:
            moment = moment.astimezone(zone)
    except (ValueError, OverflowError):
        return None
    return Captured(moment.date(), moment.time() if len(text) > len("2025-01-15") else None)
