"""Dates in a theme's words: our way of filling in formats must not show."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.strings import MissingString, Strings
from sitegen.tasks import encode

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


ZONES = st.timedeltas(dt.timedelta(hours=-23), dt.timedelta(hours=23)).map(dt.timezone)


@given(st.datetimes(timezones=ZONES | st.just(SEOUL)), st.booleans())
def test_machines_read_dates_as_python_writes_them(moment: dt.datetime, whole: bool) -> None:
    """Catches an offset of minutes or seconds, an early year without its zeros, and a part of a second that is lost."""
    moment = moment.replace(microsecond=0) if whole else moment
    assert words("").iso(moment) == moment.isoformat()
    assert words("").iso(moment.date()) == moment.date().isoformat()


@given(
    st.lists(st.sampled_from(["{a}", "{a:>5}", "{a!r}", "{b}", "{날}", "{c.d}", "%", "%s", "{{", "}}", "{", "{}"])).map(
        "".join
    ),
    st.fixed_dictionaries({}, optional={"a": st.text(), "b": st.integers(), "날": st.tuples(st.text())}),
)
def test_texts_are_filled_in_as_format_does(text: str, values: dict[str, object]) -> None:
    """Catches a sign that has a meaning in our way of filling in only, and a fault that is told otherwise."""
    strings = Strings("en", {"key": text}, {})
    wanted = told = None
    try:
        wanted = text.format(**values) if values else text
    except (LookupError, ValueError) as problem:
        told = f"({problem})"
    if told is None:
        assert strings("key", **values) == wanted
    else:
        with pytest.raises(MissingString, match=re.escape(told)):
            strings("key", **values)


def test_words_stay_the_same_bytes_when_they_were_used() -> None:
    """Catches pages that are made again because a format was remembered."""
    strings = words("{day} {month_name}")
    fresh = encode(strings)
    strings.day(dt.date(2026, 1, 2))
    assert encode(strings) == fresh


def test_counts_choose_their_form_and_take_commas() -> None:
    """Catches a plural of one, a figure without its commas, and a count that no longer is one after a first use."""
    strings = Strings("en", {"n": {"one": "{n} word", "other": "{n} words"}, "of": "{n} of {all}"}, {})
    assert [strings("n", n=n) for n in (0, 1, 2, 12345)] == ["0 words", "1 word", "2 words", "12,345 words"]
    assert strings("of", n=1000, all="2000") == "1,000 of 2000"
    with pytest.raises(MissingString, match=r"\{n\}"):
        strings("of", n=1)
