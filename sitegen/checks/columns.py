"""The column under discussion: an archived copy of it, and how much of it an excerpt may tell; dates that cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta, tzinfo

from sitegen.checks.canonical import is_archive
from sitegen.checks.texts import Finding, Passage, Place
from sitegen.decode import CommentSource
from sitegen.models import CheckOptions, Column, ThreadCard
from sitegen.shapes import path_of

CHARACTERS = 2.5
"""How many Korean, Chinese or Japanese characters say what one word of another language does."""

CJK = ("ko", "ja", "zh")
_CHARACTER = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_WORD = re.compile(r"\w+(?:[’'.,-]\w+)*")


def without_archive(column: Column, path: str) -> Iterator[Finding]:
    """A column that is gone once its publisher takes it away."""
    if column.url and not column.archive and not is_archive(column.url):
        message = "the column has no archived copy, and its address may die"
        advice = "archive it, as at web.archive.org or archive.today, and write the address under `archive`"
        yield Finding("no-archive", message, Place(path, ("column", "url")), advice)


def too_long(column: Column, summaries: Sequence[Passage], options: CheckOptions) -> Iterator[Finding]:
    """Summaries that hold more of their column than an excerpt may."""
    whole = _words_of(column) if column.length else None
    limit = whole * options.excerpt if whole is not None else options.excerpt_words
    for each in summaries if column.excerpt and limit else ():
        if (count := words(each.prose)) > limit:
            share = f", {count / whole:.0%} of the column" if whole else ""
            message = f"this is an excerpt of about {count:,.0f} words{share}, and {limit:,.0f} may be"
            advice = "shorten it" if whole else "shorten it, or write the column’s length under `length`"
            yield Finding("long-excerpt", message, each.begin, advice)


def _words_of(column: Column) -> float:
    """The length of a column in words."""
    by = CHARACTERS if (column.lang or "").partition("-")[0] in CJK else 1
    return (column.length or 0) / by


def words(text: str) -> float:
    """How many words a text has; characters of Korean, Chinese and Japanese count as parts of one."""
    characters = len(_CHARACTER.findall(text))
    return len(_WORD.findall(_CHARACTER.sub(" ", text))) + characters / CHARACTERS


def odd_dates(
    card: ThreadCard, path: str, comments: Sequence[CommentSource], beside: str, tz: tzinfo
) -> Iterator[Finding]:
    """Dates that contradict one another; `beside` is the file of the comments, `tz` the zone of days."""
    posted = card.forum.posted if card.forum else None
    known = posted or card.date
    if card.column and card.column.published and card.column.published > known.astimezone(tz).date() + timedelta(1):
        message = f"the column appeared after the thread about it, of {known.astimezone(tz).date()}"
        yield Finding("odd-date", message, Place(path, ("column", "published")), "correct one of the dates")
    if posted and _before(card.date, posted, tz):
        message = f"the digest publishes the thread before it was posted, on {_said(posted, tz)}"
        yield Finding("odd-date", message, Place(path, ("date",)), "correct one of the dates")
    for each in comments:
        parent = comments[each.parent].date if each.parent is not None else None
        older = "the comment that it answers" if parent and _before(each.date, parent, tz) else ""
        older = older or ("the thread" if posted and _before(each.date, posted, tz) else "")
        if older:
            than = parent if older != "the thread" and parent else posted or each.date
            message = f"this comment is older than {older}, of {_said(than, tz)}"
            yield Finding("odd-date", message, Place(beside, (*path_of(each.where), "date")), "correct the date")


def _before(one: datetime, other: datetime, tz: tzinfo) -> bool:
    """Whether a moment comes before another one; where either may be a whole day, by days."""
    here, there = one.astimezone(tz), other.astimezone(tz)
    if _is_day(here) or _is_day(there):
        return here.date() < there.date()
    return here < there


def _is_day(moment: datetime) -> bool:
    return (moment.hour, moment.minute, moment.second) == (0, 0, 0)


def _said(moment: datetime, tz: tzinfo) -> str | date:
    here = moment.astimezone(tz)
    return here.date() if _is_day(here) else here.strftime("%Y-%m-%d %H:%M")
