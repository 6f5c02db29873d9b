"""The clear part of YAML, read by one regular expression to what `yamlfull` makes of it, in half of the time.

Taken are maps and lists in blocks, and in them texts on one line, `|` and `|-` blocks, and `[…]` and `{…}` of texts:
what most people and programs write. A file with anything else is left to the parser as a whole: nothing here ever
decides what an unusual line means. So there is never a fault to tell, either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sitegen.yamlmarks import MAX_SCALAR, Mark, Marks, Path

DEPTH = 1_000

UNCLEAR = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
"""Tabs, what breaks a line beside \\n, and what no file may hold."""

KEY = r"\w[\w-]{0,99}+"
QUOTED = r"\"[^\"\\\n]*+\" | '[^'\n]*+'"
FLAT = rf"(?: {QUOTED} | [^][{{}},:\#&*!|>'\"%@`?\n\ -] [^][{{}},:\#?\n]*+ (?<![ ]) )"
PAIR = rf"(?: {KEY} | \"{KEY}\" ) :[ ] {FLAT}"
# Groups are atomic, `(?> (…)* )`: Python before 3.11.5 matches possessive ones, `(…)*+`, wrongly.
LINE = re.compile(
    rf"""
    (?> (?: [ ]*+ (?: \# .*+ )? \n )* )
    (?: (?P<margin> [ ]*+ ) (?> (?P<dash> -[ ] )? ) (?: (?P<key> {KEY} ) : (?: (?=\n) | [ ] ) | (?<=-[ ]) )
        (?: (?P<value>
                [^][{{}},:\#&*!|>'\"%@`?\n\ -] [^\n:\#]*+ (?> (?: (?: :(?![ \n]) | (?<![ ])\# ) [^\n:\#]*+ )* ) (?<![ ])
              | {QUOTED}
              | \[ (?> (?: {FLAT} (?> (?: ,[ ] {FLAT} )* ) )? ) \]
              | \{{ {PAIR} (?> (?: ,[ ] {PAIR} )* ) \}}
            )
          | (?P<bar> \|-?+ ) \n (?P<block> (?P<edge> [ ]++ ) .++ (?> (?: \n (?P=edge) .*+ | \n (?=\n) )* ) )
          | (?<=:)
        ) \n
      | \Z | (?P<unclear> . )
    )
    """,
    re.VERBOSE,
)
"""A line with a key, an entry of a list, or both, and what belongs to it; else the end, or what is not read here."""

ENTRY = re.compile(FLAT, re.VERBOSE)
BLANK = re.compile(r"(?:[ ]*\n)*")
KEY_AND_ENTRY = re.compile(rf"\"?+ ({KEY}) \"?+ :[ ] ({FLAT})", re.VERBOSE)


def read(text: str) -> Any:
    """The list or map in a file; None where it is not clear enough, or holds nothing."""
    if len(text) > MAX_SCALAR or not text.endswith("\n"):
        return None
    if not text.replace("\n", " ").isprintable() and UNCLEAR.search(text):  # nothing unclear is printable
        return None
    document: dict[str, Any] = {}
    current: Any = document
    column, last, waiting = -1, "", True  # whether the value of the last key may begin on the next line
    around: list[tuple[int, Any]] = []
    for margin, dash, key, value, bar, block, edge, unclear in LINE.findall(text):
        if unclear or len(around) > DEPTH:
            return None
        if not dash and not key:
            break
        here = len(margin)
        if waiting and (here > column or (dash and here == column)):
            around.append((column, current))
            inner: Any = [] if dash else {}
            current[last] = inner
            column, current = here, inner
        elif here != column or (type(current) is list) is not (dash != ""):
            while column > here or (column == here and not dash and type(current) is list):
                column, current = around.pop()
            if column != here or (type(current) is list) is not (dash != ""):
                return None
        if dash and key:
            around.append((column, current))
            inner = {}
            current.append(inner)
            column, current = here + 2, inner
        waiting = False
        if block:
            if len(edge) <= column:
                return None
            value = block[len(edge) :].replace(f"\n{edge}", "\n").rstrip("\n")
            if bar == "|":
                value += "\n"
        elif not value:
            waiting, value = True, None
        elif value[0] in "\"'":
            value = value[1:-1]
        elif value[0] == "[":
            value = [_entry(each) for each in ENTRY.findall(value)]
        elif value[0] == "{":
            pairs = KEY_AND_ENTRY.findall(value)
            value = {name: _entry(each) for name, each in pairs}
            if len(value) < len(pairs):
                return None
        if not key:
            current.append(value)
        elif key in current:
            return None
        else:
            current[key] = value
            last = key
    return document.get("")


def _entry(text: str) -> str:
    """A text inside brackets."""
    return text[1:-1] if text[0] in "\"'" else text


@dataclass
class Level:
    """A list or map that is open: its column, its path, and the number of the last entry of a list."""

    column: int
    path: Path
    listed: bool
    number: int = -1


def locate(text: str, wanted: Iterable[Path]) -> dict[Path, Marks] | None:
    """As `yamldoc.locate`; None where the file is not clear, or has one of the nodes inside brackets or not at all."""
    if read(text) is None:
        return None
    paths = frozenset(wanted)
    found = {path: marks for path, marks in _nodes(text) if path in paths}
    return found if len(found) == len(paths) else None


def _nodes(text: str) -> Iterator[tuple[Path, Marks]]:
    """Where each node of a clear file stands: that of a key first as if it were empty, again once its value begins."""
    levels: list[Level] = []
    path: Path = ()
    key: Mark | None = None
    line, at = 1, 0
    for found in LINE.finditer(text):
        dash, name = found["dash"] or "", found["key"]
        if not dash and not name:
            return
        start = found.start("margin")
        line, at = line + text.count("\n", at, start), start
        column = len(found["margin"])
        end = len(text[start : text.index("\n", start)].rstrip())
        while levels and levels[-1].column >= column + (dash != "" or not levels[-1].listed):
            levels.pop()
        if not levels or levels[-1].column < column or (dash and not levels[-1].listed):
            yield path, Marks(key, Mark(line, column + 1, end - column), line)
            levels.append(Level(column, path, dash != ""))
        if dash:
            level = levels[-1]
            level.number += 1
            path, key = (*level.path, level.number), None
            if name:
                column += 2
                yield path, Marks(None, Mark(line, column + 1, end - column), line)
                levels.append(Level(column, path, listed=False))
        if name:
            path, key = (*levels[-1].path, name), Mark(line, column + 1, len(name))
        if found["value"]:
            first, behind = found.span("value")
            yield path, Marks(key, Mark(line, first - start + 1, behind - first), line)
        elif found["block"]:
            first, behind = found.span("bar")
            blank = BLANK.match(text, found.end())
            last = line + text.count("\n", start, blank.end() if blank else 0) - 1
            yield path, Marks(key, Mark(line, first - start + 1, behind - first), last, literal=True)
        elif key:
            yield path, Marks(key, key, line)
