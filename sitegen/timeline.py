"""A discussion over time, as bars: how many comments there were in each hour, day or month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sitegen.models import Comment
from sitegen.views import Bar, Timeline

FEW = 20
"""Up to this many comments are sooner read than looked at."""

HOURS = timedelta(hours=48)
DAYS = timedelta(days=62)
"""The longest spans that are shown by the hour and by the day."""


def timeline(comments: Sequence[Comment]) -> Timeline | None:
    """When comments were written, in the zone that their dates have; None where they are few or of one moment."""
    if len(comments) <= FEW:
        return None
    dates = [comment.date for comment in comments]
    first, last = min(dates), max(dates)
    unit = "hour" if last - first <= HOURS else "day" if last - first <= DAYS else "month"
    start = _floor(first, unit)
    length = _steps(start, last, unit) + 1
    if length == 1:
        return None
    steps = [_steps(start, date, unit) for date in dates]
    counts = Counter(steps)
    replies = Counter(step for step, comment in zip(steps, comments, strict=True) if comment.depth)
    most = max(counts.values())
    peak = min(number for number, count in counts.items() if count == most)
    bars = (
        Bar(number, counts[number], round(100 * counts[number] / most), round(100 * replies[number] / most))
        for number in sorted(counts)
    )
    return Timeline(
        unit=unit,
        first=first,
        last=last,
        length=length,
        comments=len(comments),
        replies=replies.total(),
        peak=min(date for step, date in zip(steps, dates, strict=True) if step == peak),
        peak_comments=most,
        bars=tuple(bars),
    )


def _floor(moment: datetime, unit: str) -> datetime:
    """The beginning of a moment's hour, day or month."""
    whole = moment.replace(minute=0, second=0, microsecond=0)
    return whole if unit == "hour" else whole.replace(hour=0) if unit == "day" else whole.replace(hour=0, day=1)


def _steps(start: datetime, moment: datetime, unit: str) -> int:
    """How many units a moment lies behind the one that begins at `start`; days and months by the calendar."""
    if unit == "hour":
        return (moment - start) // timedelta(hours=1)
    if unit == "day":
        return (moment.date() - start.date()).days
    return 12 * (moment.year - start.year) + moment.month - start.month
