"""What a writer did where YAML cannot be read: the parser's complaint in plain words, with the change that mends it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from yaml.error import MarkedYAMLError

from sitegen.record import comparable

QUOTE_LIMIT = 60
"""Characters of a value that a hint repeats in quotes."""

_GLUED_KEY = re.compile(r"\s*(?:- +)*([\w-]+):(?!//)(\S.*)")
_GLUED_DASH = re.compile(r"\s*-([^\s-].*)")
_VALUE = re.compile(r"\s*(?:- +)*[^\s'\"#][^:]*:\s+(\S.*)")


@comparable
class Hint:
    """A place (counted from 0), what is wrong there and what helps."""

    line: int
    column: int
    message: str
    help: str | None = None


def explain(error: Exception, lines: Sequence[str]) -> Hint:
    """A syntax error of libyaml's or PyYAML's parser, told for somebody who writes content and not parsers."""
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return Hint(0, 0, "a backslash in double quotes starts an escape, and one in this file names no character")
    problem, context = error.problem or "", error.context or ""
    mark = error.problem_mark
    begin = error.context_mark or mark
    at, start = (mark.line, mark.column), (begin.line, begin.column)

    def said(*needles: str) -> bool:
        return any(needle in problem for needle in needles)

    if said("tab character", "'\\t'") or _char(lines, at) == "\t":
        return Hint(*at, "a tab stands where spaces are needed", "indent with spaces only")
    if said("alphabetic or numeric character", "undefined tag handle") or "directive" in context:
        return _bad_start(lines, start)
    if said("cannot start any token", "entries are not allowed", "mapping keys are not allowed", "node content"):
        return _bad_start(lines, at)
    if said("unexpected end of stream") and "quoted" in context:
        return Hint(*start, "this quote is never closed", _closing(_char(lines, start)))
    if said("escape character", "escape code", "hexadecimal", "hexdecimal"):
        advice = "use single quotes around the text, or write `\\\\` for a backslash"
        return Hint(*at, "a backslash in double quotes starts an escape, and YAML knows none of this kind", advice)
    if said("',' or ']'", "',' or '}'"):
        advice = "a text that holds `, : [ ] { }` needs quotes inside `[…]` and `{…}`"
        return Hint(*start, f"this `{_char(lines, start)}` is not closed, or a comma is missing after an entry", advice)
    if said("comment or line break", "comment or a line break", "chomping or indentation"):
        advice = f"move it there, indented; or, if it is the text itself, {_in_quotes(lines, start)}"
        return Hint(*start, "text cannot stand on the line of its `|` or `>`: it starts on the next one", advice)
    if said("could not find expected ':'"):
        return _no_colon(lines, start)
    if said("mapping values are not allowed"):
        return _second_colon(lines, at)
    if said("expected key", "<block end>", "'-' indicator"):
        return _misfit(lines, at, begin.column, in_list="collection" in context)
    return Hint(*at, f"this is no valid YAML: {problem}")


def in_quotes(text: str) -> str:
    """The advice to put a text in quotes, with the quoted text where it is short enough to show."""
    text = text.strip()
    if not text or len(text) > QUOTE_LIMIT:
        return "put the whole text in quotes"
    return "put the text in quotes: '" + text.replace("'", "''") + "'"


def _in_quotes(lines: Sequence[str], place: tuple[int, int]) -> str:
    return in_quotes(_line(lines, place[0])[place[1] :])


def _line(lines: Sequence[str], number: int) -> str:
    return lines[number] if 0 <= number < len(lines) else ""


def _char(lines: Sequence[str], place: tuple[int, int]) -> str:
    return _line(lines, place[0])[place[1] : place[1] + 1]


def _bad_start(lines: Sequence[str], place: tuple[int, int]) -> Hint:
    char = _char(lines, place)
    if not char.strip():
        return Hint(*place, "a value is missing here")
    return Hint(*place, f"a text without quotes cannot start with {char}", _in_quotes(lines, place))


def _closing(quote: str) -> str:
    inside = "an apostrophe inside is written twice: ''" if quote == "'" else 'a quote inside is written \\"'
    return f"end the text with {quote}; {inside}"


def _glued(lines: Sequence[str], number: int) -> Hint | None:
    """A line such as `key:value` or `-value`."""
    source = _line(lines, number)
    if key := _GLUED_KEY.match(source):
        name = key.group(1)
        return Hint(number, key.end(1), f"a space is missing after `{name}:`", f"write `{name}: {_cut(key.group(2))}`")
    if dash := _GLUED_DASH.match(source):
        return Hint(number, dash.start(1), "a space is missing after `-`", f"write `- {_cut(dash.group(1))}`")
    return None


def _cut(text: str) -> str:
    text = text.strip()
    return text if len(text) <= QUOTE_LIMIT else text[: QUOTE_LIMIT - 1] + "…"


def _no_colon(lines: Sequence[str], start: tuple[int, int]) -> Hint:
    message = "this line is neither `key: value` nor part of the text above it"
    advice = "indent it as deep as the text that it belongs to, or write a key, a colon and a space"
    return _glued(lines, start[0]) or Hint(*start, message, advice)


def _second_colon(lines: Sequence[str], at: tuple[int, int]) -> Hint:
    number, column = at
    value = _VALUE.match(_line(lines, number))
    if value and value.start(1) <= column:
        advice = in_quotes(value.group(1))
        return Hint(*at, "this value holds a colon and a space, which YAML takes for one more key", advice)
    above = number - 1
    while above > 0 and not _line(lines, above).strip():
        above -= 1
    glued = _glued(lines, above)
    message = "this line is indented deeper than the key above it, which has a value already"
    return glued or Hint(*at, message, "line it up with that key, or put the text that goes on here in quotes")


def _misfit(lines: Sequence[str], at: tuple[int, int], column: int, *, in_list: bool) -> Hint:
    number, here = at
    source = _line(lines, number)
    indent = len(source) - len(source.lstrip())
    if here > indent and (value := _VALUE.match(source)) and value.start(1) < here:
        first = value.group(1)[0]
        advice = _closing(first) if first in "'\"" else in_quotes(value.group(1))
        return Hint(*at, "this stands behind a value that has already ended", advice)
    if here > indent:
        return Hint(*at, "this stands behind a value that has already ended", "was a quote before it closed too early?")
    if in_list:
        advice = f"indent it by {column + 2} spaces to make it part of the entry above"
        return Hint(*at, "this line stands in a list, but does not start an entry with `- `", advice)
    if source.lstrip().startswith("- "):
        return Hint(*at, "a list entry stands where a key was expected", "give the list a key of its own, above it")
    message = f"this line stands {indent} deep, which fits none of the lines above"
    return Hint(*at, message, f"line it up with the keys that it belongs to (the nearest stand {column} deep)")
