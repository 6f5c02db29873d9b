"""A theme's words in one language: microcopy with plurals, dates and numbers as its readers write them.

Everything comes from `strings/<lang>.yaml`, so that one file adds a language. Figures take a comma every three digits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from string import Formatter
from typing import Any

Place = Callable[[dt.date, dict[str, Any]], object]
"""What stands in one place of a date's format."""

TWO_DIGITS = tuple(f"{number:02}" for number in range(60))


def _month(moment: dt.date, names: list[str] | None) -> object:
    return names[moment.month - 1] if names else moment.month


PLACES: dict[str, Place] = {
    "year": lambda moment, _: moment.year,
    "month": lambda moment, _: moment.month,
    "month_name": lambda moment, texts: _month(moment, texts.get("months")),
    "month_short": lambda moment, texts: _month(moment, texts.get("months_short")),
    "day": lambda moment, _: moment.day,
    "hour": lambda moment, _: TWO_DIGITS[moment.hour] if isinstance(moment, dt.datetime) else "",
    "minute": lambda moment, _: TWO_DIGITS[moment.minute] if isinstance(moment, dt.datetime) else "",
    "zone": lambda moment, _: (moment.tzname() or "") if isinstance(moment, dt.datetime) else "",
}


def _as_told(place: Place, spec: str, moment: dt.date, texts: dict[str, Any]) -> str:
    return format(place(moment, texts), spec)


@lru_cache(maxsize=256)
def _pattern(text: str) -> tuple[str, tuple[Place, ...]]:
    """A date's format for `%`, and what stands in its places: pages have many dates and few formats.

    Raises KeyError for a place that there is not, and ValueError where the text is no format.
    """
    pattern: list[str] = []
    places: list[Place] = []
    for literal, name, spec, conversion in Formatter().parse(text):
        pattern.append(literal.replace("%", "%%"))
        if name is not None:
            pattern.append("%s")
            place = PLACES[f"{name}!{conversion}" if conversion else name]
            places.append(partial(_as_told, place, spec) if spec else place)
    return "".join(pattern), tuple(places)


class MissingString(LookupError):
    """A key that the theme has no words for in this language."""


@dataclass(frozen=True)
class Strings:
    """The words of one language; `texts` is the decoded file, `names` each site language's own name."""

    lang: str
    texts: dict[str, Any]
    names: dict[str, str]

    def __hash__(self) -> int:
        return hash(self.lang)

    def __call__(self, key: str, **values: object) -> str:
        """The text for a key, its `{placeholders}` filled in.

        `n` chooses among plural forms (`one`, `other`), and takes commas.

        Raises MissingString, also where the text holds a placeholder that was not given.
        """
        text = self.texts.get(key)
        if type(text) is str and not values:
            return text
        if isinstance(text, dict):
            text = text.get("one" if values.get("n") == 1 else "other", text.get("other"))
        if not isinstance(text, str):
            raise MissingString(f"the theme has no text `{key}` in `{self.lang}`")
        if not values:
            return text
        if isinstance(number := values.get("n"), int):
            values["n"] = f"{number:,}"
        try:
            return text.format(**values)
        except (LookupError, ValueError) as problem:
            given = ", ".join(f"{{{name}}}" for name in values)
            message = f"the text `{key}` in `{self.lang}` cannot be filled in ({problem}); it is given {given}"
            raise MissingString(message) from None

    def date(self, moment: dt.date) -> str:
        """Long; with time and zone where the moment has them."""
        return self._dated("date_long" if isinstance(moment, dt.datetime) else "day_long", moment)

    def day(self, moment: dt.date) -> str:
        """Long, without the time."""
        return self._dated("day_long", moment)

    def short(self, moment: dt.date) -> str:
        """Short, without the time."""
        return self._dated("date_short", moment)

    def month(self, moment: dt.date) -> str:
        """Month and year."""
        return self._dated("month_long", moment)

    def iso(self, moment: dt.date) -> str:
        """For the `datetime` attribute: ISO 8601 with the offset."""
        return moment.isoformat()

    def number(self, number: int) -> str:
        """A figure with commas."""
        return f"{number:,}"

    def language(self, lang: str) -> str:
        """The name of a language in this one, else in itself."""
        return str(self.texts.get("languages", {}).get(lang) or self.own(lang))

    def own(self, lang: str) -> str:
        """A language's own name, else its tag."""
        return self.names.get(lang, lang)

    def kind(self, kind: str) -> str:
        """The label of a kind of source, else the kind itself."""
        return str(self.texts.get("kinds", {}).get(kind, kind))

    def _dated(self, key: str, moment: dt.date) -> str:
        text = self.texts.get(key)
        if not isinstance(text, str):
            raise MissingString(f"the theme has no date format `{key}` in `{self.lang}`")
        pattern, places = _pattern(text)
        return pattern % tuple([place(moment, self.texts) for place in places])
