"""Dates as Korean forum pages tell them, and the day from which they count."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from sitegen.importing import Captured
from sitegen.importing.dates import Ago, DaysBack, Full, Yearless, find_capture, read_captured, read_when, resolve

SEOUL = ZoneInfo("Asia/Seoul")
POSTED = datetime.fromisoformat("2024-03-08 19:40")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2025.01.13 20:14", Full(date(2025, 1, 13), time(20, 14))),
        ("25-01-13 20:14", Full(date(2025, 1, 13), time(20, 14))),
        ("25-01-13", Full(date(2025, 1, 13), None)),
        ("2025년 1월 3일 (금) 오전 12:05", Full(date(2025, 1, 3), time(0, 5))),
        ("2025/01/13 20:14:09", Full(date(2025, 1, 13), time(20, 14, 9))),
        ("01.13 21:50", Yearless(1, 13, time(21, 50))),
        ("02.29", Yearless(2, 29, None)),
        ("어제 00:05", DaysBack(1, time(0, 5), word=True)),
        ("어제 오후 3:05", DaysBack(1, time(15, 5), word=True)),
        ("오늘 09:12", DaysBack(0, time(9, 12), word=True)),
        ("그저께", DaysBack(2, None, word=True)),
        ("09:12", DaysBack(0, time(9, 12), word=False)),
        ("3분 전", Ago(timedelta(minutes=3))),
        ("2시간 전", Ago(timedelta(hours=2))),
        ("4일 전", Ago(timedelta(days=4))),
        ("방금", Ago(timedelta())),
        ("2025.13.01 20:14", None),
        ("02.30 10:00", None),
        ("어제 25:00", None),
        ("오후 13:00", None),
        ("0001.01.01", None),
        ("언젠가", None),
        ("", None),
    ],
)
def test_dates_as_forums_tell_them(said: str, meant: object) -> None:
    """Catches a date that is read wrongly, and one that is read although there is no such day or hour."""
    assert read_when(said) == meant


@pytest.mark.parametrize(
    ("dates", "captured"),
    [
        ([], "2024-03-08 19:40"),
        (["03.08 21:50"], "2024-03-08 21:50"),
        (["어제 21:00"], "2024-03-09 00:00"),
        (["어제 00:05"], "2024-03-10 00:00"),
        (["03.08 21:50", "어제 00:05"], "2024-03-10 00:00"),
        (["03.11 21:50", "어제 00:05"], "2024-03-13 00:00"),
        (["03.08 21:50", "오늘 09:12"], "2024-03-10 09:12"),
        (["03.08 21:50", "09:12"], "2024-03-09 09:12"),
        (["03.08 21:50", "그제 09:12"], "2024-03-11 00:00"),
        (["3분 전"], "2024-03-08 19:43"),
        (["2024.03.09 10:00", "3분 전", "방금"], "2024-03-09 10:00"),
        (["01.02 10:00"], "2025-01-02 10:00"),
    ],
)
def test_the_day_of_copying_is_the_earliest_that_fits(dates: list[str], captured: str) -> None:
    """Catches a guess at the day of copying that contradicts a date on the page, or is later than it needs to be."""
    whens = [when for said in dates if (when := read_when(said))]
    assert len(whens) == len(dates)
    assert find_capture(POSTED, whens) == datetime.fromisoformat(captured)


def test_a_year_left_out_is_that_of_the_copy() -> None:
    """Catches 12.30 on a page copied in January read as a day to come, and 02.29 in a year that has none."""
    captured = datetime.fromisoformat("2025-01-02 10:00")
    assert resolve(Yearless(12, 30, time(9)), captured) == datetime.fromisoformat("2024-12-30 09:00")
    assert resolve(Yearless(2, 29, None), captured) == datetime.fromisoformat("2024-02-29")


def test_a_day_of_copying_as_an_option() -> None:
    """Catches a moment in another zone that is not turned into the site's, and words that pass for a day."""
    assert read_captured("2024-05-02T01:30Z", SEOUL) == Captured(date(2024, 5, 2), time(10, 30))
    assert read_captured("2024-05-02", SEOUL) == Captured(date(2024, 5, 2))
    assert read_captured("tomorrow", SEOUL) is None
    assert read_captured("9999-12-31T23:59-12:00", SEOUL) is None
