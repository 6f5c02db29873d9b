"""What feedgen makes, poured: elements of one shape differ in their words alone, so feedgen makes each shape once.

A shape is the calls that make an element, with the names of their arguments; the arguments themselves are the words.
The first time, feedgen is given marks instead of words. What it makes of them is a mould: where a mark stands, and as
what it comes out, tells which word belongs there, and how it is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from html import escape
from typing import Any, NamedTuple

from lxml import etree

Step = tuple[Callable[..., object], Mapping[str, str]]
"""A call on what is being made, and its other arguments by name."""

Cast = Callable[[Sequence[Step], Sequence[Step]], str]
"""Has feedgen make something of steps that are taken on its own object, then on the element that came of it."""

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 does not allow (§2.2)."""

MARK = re.compile('(&quot;|")\ue000([0-9]+)\ue000(&amp;|&)')
"""A word's number between two characters that come out differently in a text, in an attribute, and as they are."""


class Mould(NamedTuple):
    """XML with a `%s` for each word, and for each of these its number and how it is escaped."""

    xml: str
    words: tuple[tuple[int, Callable[[str], str]], ...]


class Extension:
    """What feedgen cannot do to an element, done in steps: to be registered with it as an extension."""

    steps: Sequence[Step] = ()

    def extend_atom(self, element: etree._Element) -> None:
        """Take the steps."""
        take(self.steps, element)

    extend_rss = extend_atom


def poured(cast: Cast, made: Sequence[Step], added: Sequence[Step]) -> str:
    """What `cast` makes of the steps."""
    steps = [*made, *added]
    words = [word for _, named in steps for word in named.values()]
    shape = tuple([(call, *named) for call, named in steps])
    mould = _mould(cast, shape, len(made), tuple(map(bool, words)))
    return mould.xml % tuple([escaped(words[number]) for number, escaped in mould.words])


def take(steps: Sequence[Step], made: object) -> None:
    """Take steps on what is being made."""
    for call, named in steps:
        call(made, **named)


def written(document: etree._Element, depth: int) -> str:
    """What stands in a document within so many elements, as lines."""
    lines = etree.tostring(document, pretty_print=True, encoding="unicode").splitlines(keepends=True)
    return "".join(lines[depth:-depth])


@lru_cache(maxsize=512)
def _mould(cast: Cast, shape: tuple[tuple[Any, ...], ...], count: int, filled: tuple[bool, ...]) -> Mould:
    """The mould of a shape; `filled` tells which of its words are not empty, for feedgen leaves empty ones out."""
    marks = iter([f'"\ue000{number}\ue000&' if there else "" for number, there in enumerate(filled)])
    steps = [(call, dict(zip(names, marks, strict=False))) for call, *names in shape]
    xml = cast(steps[:count], steps[count:]).replace("%", "%%")
    words = tuple([(int(number), ESCAPED[first + last]) for first, number, last in MARK.findall(xml)])
    return Mould(MARK.sub("%s", xml), words)


def _in_text(word: str) -> str:
    word = escape(word, quote=False)
    return word if word.isprintable() else FORBIDDEN.sub("", word).replace("\r", "&#13;")


def _in_attribute(word: str) -> str:
    word = _in_text(word).replace('"', "&quot;")
    return word if word.isprintable() else word.replace("\t", "&#9;").replace("\n", "&#10;")


ESCAPED: Mapping[str, Callable[[str], str]] = {'"&amp;': _in_text, "&quot;&amp;": _in_attribute, '"&': str}
"""How a word is escaped, by what a mark's first and last character came out as."""


class Moment(datetime):
    """A date for feedgen that comes out as the word that stands for it, however it is to be written."""

    word: str

    def isoformat(self, *_: Any) -> str:
        """The word."""
        return self.word

    strftime = isoformat


def moment(word: str) -> datetime:
    """A date that comes out as a word."""
    made = Moment(1970, 1, 1, tzinfo=UTC)
    made.word = word
    return made
