"""A theme's words in one language: microcopy with plurals, dates and numbers as its readers write them.

Everything comes from `strings/<lang>.yaml`, so that one file adds a language. Figures take a comma every three digits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from operator import attrgetter
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


MOVING = {"year": "%s", "day": "%s", "hour": "%02d", "minute": "%02d"}
"""Places that differ within a month, each a part of the moment, and how `%` writes it."""

Values = Callable[[Any], object]
"""What stands in a moment's moving places, for `%`."""


def _told(places: list[tuple[Place, str]], moment: dt.date) -> tuple[str, ...]:
    """What stands in places that may ask for a width."""
    return tuple([format(place(moment, {}), spec) for place, spec in places])


@lru_cache(maxsize=1024)
def _halves(text: str) -> tuple[str, str, str] | None:
    """What stands before the only place of a text, its name, and what stands behind it; None for any other text."""
    try:
        (before, name, spec, conversion), *rest = Formatter().parse(text)
    except ValueError:
        return None
    after = rest[0][0] if rest else ""
    alone = all(each[1] is None for each in rest) and len(rest) < 2
    return (before, name, after) if alone and name and name.isidentifier() and not spec and not conversion else None


class _Said(dict[str, str]):
    """The texts that have been shown as they are, as HTML, by their keys."""

    def __init__(self, words: Strings):
        super().__init__()
        self.words = words

    def __missing__(self, key: str) -> str:
        from markupsafe import escape  # a build with nothing to do loads no template machinery

        text = self[key] = escape(self.words(key))
        return text


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
        text, number = self.texts.get(key), values.get("n") if values else None
        if isinstance(text, dict):
            text = text["one"] if number == 1 and "one" in text else text.get("other")
        if not isinstance(text, str):
            raise MissingString(f"the theme has no text `{key}` in `{self.lang}`")
        if not values:
            return text
        if isinstance(number, int):
            values["n"] = self.number(number)
        try:
            if (halves := _halves(text)) is None:
                return text.format(**values)
            before, name, after = halves
            return f"{before}{values[name]}{after}"  # as `format` has it, but sooner
        except (LookupError, ValueError) as problem:
            given = ", ".join(f"{{{name}}}" for name in values)
            message = f"the text `{key}` in `{self.lang}` cannot be filled in ({problem}); it is given {given}"
            raise MissingString(message) from None

    @cached_property
    def said(self) -> Callable[[str], str]:
        """The text for a key as HTML, with nothing to fill in: templates show the same ones on every page."""
        return _Said(self).__getitem__

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
        if not isinstance(moment, dt.datetime) or moment.microsecond or not isinstance(moment.tzinfo, dt.timezone):
            return moment.isoformat()
        two = TWO_DIGITS
        return (  # as `isoformat` has it, but sooner
            f"{moment.year:04}-{two[moment.month]}-{two[moment.day]}"
            f"T{two[moment.hour]}:{two[moment.minute]}:{two[moment.second]}{_offset(moment.tzinfo)}"
        )

    def number(self, number: int) -> str:
        """A figure with commas."""
        return str(number) if type(number) is int and -1000 < number < 1000 else f"{number:,}"

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
        sort = (key, moment.month, moment.tzname() if isinstance(moment, dt.datetime) else 0)
        pattern, values = self._formats.get(sort) or self._formats.setdefault(sort, self._format(key, moment))
        return pattern % values(moment)

    @cached_property
    def _formats(self) -> dict[tuple[str, int, str | int | None], tuple[str, Values]]:
        """The formats of dates by month and zone: pages have many dates, and few of these."""
        return {}

    def __reduce__(self) -> tuple[type[Strings], tuple[Any, ...]]:
        """Pickled as it was made, without what it has remembered."""
        return Strings, (self.lang, self.texts, self.names)

    def _format(self, key: str, moment: dt.date) -> tuple[str, Values]:
        """The format of all moments of this one's month and zone, for `%`, and what takes the other parts from them.

        Raises KeyError for a place that there is not, and ValueError where the text is no format.
        """
        text = self.texts.get(key)
        if not isinstance(text, str):
            raise MissingString(f"the theme has no date format `{key}` in `{self.lang}`")
        moving = MOVING if isinstance(moment, dt.datetime) else {name: MOVING[name] for name in ("year", "day")}
        parsed = list(Formatter().parse(text))
        plain = not any(spec for _, name, spec, _ in parsed if name in moving)
        pattern: list[str] = []
        names: list[str] = []
        places: list[tuple[Place, str]] = []
        for literal, name, spec, conversion in parsed:
            pattern.append(literal.replace("%", "%%"))
            if name is None:
                continue
            place = PLACES[f"{name}!{conversion}" if conversion else name]
            if name in moving:
                pattern.append(moving[name] if plain else "%s")
                names.append(name)
                places.append((place, spec or ""))
            else:
                pattern.append(format(place(moment, self.texts), spec or "").replace("%", "%%"))
        return "".join(pattern), attrgetter(*names) if plain and names else partial(_told, places)


@lru_cache(maxsize=64)
def _offset(zone: dt.timezone) -> str:
    """A zone's offset as ISO 8601 has it."""
    return dt.datetime.min.replace(tzinfo=zone).isoformat()[19:]
