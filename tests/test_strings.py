"""Dates in a theme's words: our way of filling in formats must not show."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.strings import MissingString, Strings

SEOUL = ZoneInfo("Asia/Seoul")
MONTHS = [f"month {number}" for number in range(1, 13)]
PIECES = ["{year}", "{month:02}", "{month_name}", "{month_short:>9}", "{day}", "{hour}", "{minute}", "{zone}"]


def words(text: str) -> Strings:
    """Words of which only long dates and names of months are there."""
    return Strings("en", {"date_long": text, "day_long": text, "months": MONTHS, "months_short": MONTHS}, {})


@given(
    st.lists(st.sampled_from([*PIECES, "%", "%s", "{{", "}}", "월 ", "<"])).map("".join),
    st.datetimes(timezones=st.just(SEOUL)),
)
def test_dates_come_to_what_their_format_says(text: str, moment: dt.datetime) -> None:
    """Catches a sign that has a meaning in our way of filling in only, a lost width, and a place mixed up."""
    month = MONTHS[moment.month - 1]
    given = {"year": moment.year, "month": moment.month, "month_name": month, "month_short": month, "day": moment.day}
    time = {"hour": f"{moment.hour:02}", "minute": f"{moment.minute:02}", "zone": moment.tzname()}
    assert words(text).date(moment) == text.format(**given, **time)
    assert words(text).date(moment.date()) == text.format(**given, hour="", minute="", zone="")


def test_counts_choose_their_form_and_take_commas() -> None:
    """Catches a plural of one, a figure without its commas, and a count that no longer is one after a first use."""
    strings = Strings("en", {"n": {"one": "{n} word", "other": "{n} words"}, "of": "{n} of {all}"}, {})
    assert [strings("n", n=n) for n in (0, 1, 2, 12345)] == ["0 words", "1 word", "2 words", "12,345 words"]
    assert strings("of", n=1000, all="2000") == "1,000 of 2000"
    with pytest.raises(MissingString, match=r"\{n\}"):
        strings("of", n=1)
