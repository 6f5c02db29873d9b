"""What a node of a file must look like: a small vocabulary of shapes that read it and collect every mistake.

A table of fields says, once, what a file may hold: it reads the file, and documentation and a JSON Schema can be made
from it. A shape returns MISSING where it could make nothing and has told why; whatever else is wrong is told as well.
Here are the shapes that hold others; those of single values are in `scalars`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from enum import Enum
from functools import partial
from typing import Any, Final, Generic, Literal, Protocol, TypeVar

from sitegen.diagnostics import did_you_mean
from sitegen.models import Localized
from sitegen.record import comparable
from sitegen.yamldoc import Node, Path

Trail = tuple["Trail", str | int] | tuple[()]
"""A path while a file is read: the trail of what holds the node, then its key or position. Cheap at any depth."""

MAX_PROBLEMS = 1_000
QUOTE_LIMIT = 40

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Missing(Enum):
    """The type of MISSING."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING
"""What a shape returns that could make no value."""


@comparable
class Problem:
    """A mistake at a path, at its key or its value; `inside` is line, column (from 1) and width within a text."""

    code: str
    message: str
    path: Path
    help: str | None = None
    at: Literal["key", "value"] = "value"
    warning: bool = False
    inside: tuple[int, int, int] | None = None


@dataclass
class Reader:
    """What reading depends on beside the node, and the mistakes that it has found.

    `languages` are those of the site (none: any will do), `lang` is that of a text without one, `tz` the zone of a time
    without one. Without `escapes` no text holds a character that only an escape in YAML can bring in.
    """

    languages: tuple[str, ...] = ()
    lang: str = ""
    tz: tzinfo = UTC
    escapes: bool = True
    problems: list[Problem] = field(default_factory=list)

    def tell(self, code: str, message: str, where: Trail, advice: str | None = None, **more: Any) -> Missing:
        """Remember a mistake. Beyond a thousand of them the rest is not told, but this is."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(code, message, path_of(where), advice, **more))
        elif len(self.problems) == MAX_PROBLEMS:
            message = f"there are more than {MAX_PROBLEMS:,} mistakes in this file; the rest is not told"
            self.problems.append(Problem("too-many-faults", message, path_of(where)))
        return MISSING

    def suggest(self, word: str, known: Iterable[str]) -> str | None:
        """“did you mean …?”, while there is still somebody told."""
        return did_you_mean(word, known) if len(self.problems) < MAX_PROBLEMS else None


class Shape(Protocol[T_co]):
    """Something that reads a node. `words` says what it takes, to go on after “must be”."""

    @property
    def words(self) -> str:
        """What the shape takes."""

    def read(self, node: Node, where: Trail, reader: Reader) -> T_co | Missing:
        """The value of a node, or MISSING where there is none; mistakes go to the reader."""


# -- words -------------------------------------------------------------------------------------------------------------

_SPACE = re.compile(r"[\t\n\r\v\f\x85\u2028\u2029]+")
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def plain(text: str) -> str:
    """A text on one line, without what could break out of a page, a feed or a terminal.

    Line breaks and tabs become a space; control characters (C0, C1), direction overrides and isolates (U+202A to
    U+202E, U+2066 to U+2069) and what XML 1.0 does not allow are dropped.
    """
    if not text.isprintable():
        text = _UNSAFE.sub("", _SPACE.sub(" ", text))
    return text.strip()


def quote(text: str) -> str:
    """A text of the writer's in a message: on one line, not too long, in backticks."""
    text = plain(text)
    return f"`{text if len(text) <= QUOTE_LIMIT else text[: QUOTE_LIMIT - 1] + '…'}`"


def path_of(where: Trail) -> Path:
    """The steps of a trail, from the file on."""
    steps: list[str | int] = []
    while where:
        where, step = where
        steps.append(step)
    return tuple(reversed(steps))


def name_of(where: Trail) -> str:
    """What a message calls the node at a trail: `` `title.ko` ``, `` entry 2 of `tags` ``."""
    if not where:
        return "the file"
    holder, step = where
    above = holder[1] if holder else None
    if isinstance(step, int):
        place = f"entry {step + 1}"
        return f"{place} of {quote(above)}" if isinstance(above, str) else place
    return quote(f"{above}.{step}" if isinstance(above, str) else step)


def found(node: Node) -> str:
    """What a message says that there is."""
    if isinstance(node, str):
        return quote(node)
    return "a list" if isinstance(node, list) else "a map"


def wrong(shape: Shape[Any], node: Node, where: Trail, reader: Reader, advice: str | None = None) -> Missing:
    """Tell that a node is not what its shape takes."""
    if node is None:
        return reader.tell("empty-value", f"{name_of(where)} is empty and must be {shape.words}", where, advice)
    return reader.tell("wrong-type", f"{name_of(where)} must be {shape.words}, not {found(node)}", where, advice)


def check_characters(text: str, where: Trail, reader: Reader) -> None:
    """Tell a control character, which only an escape can have brought in."""
    if character := _CONTROL.search(text):
        code = f"U+{ord(character.group()):04X}"
        advice = "delete it; a backslash in double quotes starts an escape"
        reader.tell("control-character", f"{name_of(where)} holds a control character ({code})", where, advice)


# -- shapes that hold others -------------------------------------------------------------------------------------------

MISTAKEN_LANGUAGES: Final = {"kr": "ko", "jp": "ja", "cn": "zh"}
"""Country codes that are written for languages."""


def lang_help(lang: str, known: Sequence[str], reader: Reader) -> str | None:
    """What helps where a language is none of those known (none known: any well-formed one)."""
    base = lang.casefold().replace("_", "-").partition("-")[0]
    meant = MISTAKEN_LANGUAGES.get(base, base)
    if meant in known or (not known and meant != base):
        return f"did you mean `{meant}`?"
    if not known:
        return "write a language as `ko`, `en` or `zh-Hant`"
    return reader.suggest(lang, known) or "the languages of the site are " + ", ".join(f"`{each}`" for each in known)


@comparable
class LocalizedText:
    """A text in several languages: a map from language to text, or one text, which is in the reader's `lang`."""

    text: Shape[str]
    words = "a text, or a map from language to text"

    def read(self, node: Node, where: Trail, reader: Reader) -> Localized[str] | Missing:
        """The texts, in the order of the site's languages; an empty one is a translation that is not there yet."""
        if type(node) is str:
            value = self.text.read(node, where, reader)
            return MISSING if value is MISSING else Localized(((reader.lang, value),))
        if type(node) is not dict:
            return wrong(self, node, where, reader)
        entries = []
        told = len(reader.problems)
        known = reader.languages or tuple(node)
        for lang in known:
            text = node.get(lang)
            if text is None or (type(text) is str and (not text or text.isspace())):
                continue
            value = self.text.read(text, (where, lang), reader)
            if value is not MISSING:
                entries.append((lang, value))
        for lang in node:
            if lang not in known:
                message = f"{name_of(where)} has a text in {quote(lang)}, which is no language of the site"
                reader.tell("unknown-language", message, (where, lang), lang_help(lang, known, reader), at="key")
        if entries:
            return Localized(tuple(entries))
        if len(reader.problems) == told:
            reader.tell("empty-value", f"{name_of(where)} has a text in no language", where)
        return MISSING


@comparable
class ListOf(Generic[T]):
    """A list of one shape. An empty value is an empty list."""

    item: Shape[T]

    @property
    def words(self) -> str:
        """What the shape takes."""
        return f"a list, each entry {self.item.words}"

    def read(self, node: Node, where: Trail, reader: Reader) -> tuple[T, ...] | Missing:
        """The values that there are, in order."""
        if type(node) is not list:
            return _no_list(self, node, where, reader)
        values = []
        for index, each in enumerate(node):
            value = self.item.read(each, (where, index), reader)
            if value is not MISSING:
                values.append(value)
        return tuple(values)


def _no_list(shape: Shape[Any], node: Node, where: Trail, reader: Reader) -> Missing:
    advice = "write it as `[…]`, or as lines that start with `- `" if isinstance(node, str) else None
    return wrong(shape, node, where, reader, advice)


@comparable
class Distinct:
    """A list of texts, each once whatever its case. `noun` is what a message calls such a text.

    Where `lenient`, one that is there again is a warning; where `filled`, there has to be one.
    """

    item: Shape[str]
    noun: str
    lenient: bool = False
    filled: bool = False

    @property
    def words(self) -> str:
        """What the shape takes."""
        return ListOf(self.item).words

    def read(self, node: Node, where: Trail, reader: Reader) -> tuple[str, ...] | Missing:
        """The texts that there are, in order; one that is there again only once."""
        if type(node) is not list:
            return _no_list(self, node, where, reader)
        if self.filled and not node:
            return reader.tell("empty-value", f"{name_of(where)} must name at least one {self.noun}", where)
        kept: dict[str, str] = {}
        for index, each in enumerate(node):
            place = (where, index)
            text = self.item.read(each, place, reader)
            if text is MISSING:
                continue
            if text.casefold() in kept:
                message = f"the {self.noun} {quote(text)} is listed twice"
                reader.tell(f"duplicate-{self.noun}", message, place, "keep one of them", warning=self.lenient)
            else:
                kept[text.casefold()] = text
        return tuple(kept.values())


@comparable
class MapOf(Generic[T]):
    """A map whose keys the writer chooses."""

    key: Shape[str]
    value: Shape[T]

    @property
    def words(self) -> str:
        """What the shape takes."""
        return f"a map, each value {self.value.words}"

    def read(self, node: Node, where: Trail, reader: Reader) -> tuple[tuple[str, T], ...] | Missing:
        """The keys and values that there are, in order."""
        if type(node) is not dict:
            return wrong(self, node, where, reader)
        entries = []
        for name, child in node.items():
            told = len(reader.problems)
            key = self.key.read(name, (where, name), reader)
            reader.problems[told:] = [replace(each, at="key") for each in reader.problems[told:]]
            value = self.value.read(child, (where, name), reader)
            if key is not MISSING and value is not MISSING:
                entries.append((key, value))
        return tuple(entries)


class Nested:
    """A list of the record that it stands in. It is handed over unread, so that no depth of nesting can recurse."""

    words = "a list of more of the same"

    def read(self, node: Node, where: Trail, reader: Reader) -> list[Node] | Missing:
        """The list as it is."""
        return node if type(node) is list else wrong(self, node, where, reader)


@comparable
class Field:
    """A key of a record: its shape, what it means in one sentence, and the factory's name for it if it has another.

    What an optional field is without a value is the factory's default. A required one may be left out where there is a
    value for the key `unless`.
    """

    key: str
    shape: Shape[Any]
    doc: str
    required: bool = False
    unless: str = ""
    name: str = ""

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", self.key)


@comparable
class Record(Generic[T]):
    """A map with known keys, made into what the factory returns for the values that there are."""

    noun: str
    factory: Callable[..., T]
    fields: tuple[Field, ...]
    known: Mapping[str, Field] = field(init=False, repr=False, compare=False)
    required: tuple[Field, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "known", {each.key: each for each in self.fields})
        object.__setattr__(self, "required", tuple(each for each in self.fields if each.required))

    @property
    def words(self) -> str:
        """What the shape takes."""
        return "a map with " + ", ".join(f"`{each.key}`" for each in self.required or self.fields)

    def read(self, node: Node, where: Trail, reader: Reader) -> T | Missing:
        """The record; MISSING without a value for every required key. An empty value counts as none."""
        if type(node) is not dict:
            return wrong(self, node, where, reader)
        values: dict[str, Any] = {}
        hints: list[str | None] = []
        known = self.known
        for key, child in node.items():
            each = known.get(key)
            if each is None:
                hints.append(reader.suggest(key, known))
                reader.tell("unknown-key", f"{self.noun} has no key {quote(key)}", (where, key), hints[-1], at="key")
            elif child is not None:
                value = each.shape.read(child, (where, key), reader)
                if value is not MISSING:
                    values[each.name] = value
        whole = True
        for each in self.required:
            if each.name not in values and each.unless not in values:
                whole = False
                if each.key in node:
                    if node[each.key] is None:
                        wrong(each.shape, None, (where, each.key), reader)
                elif not any(f"`{each.key}`" in (hint or "") for hint in hints):
                    message = f"{self.noun} needs `{each.key}`"
                    reader.tell("missing-key", message, where, f"`{each.key}`: {each.doc}", at="key")
        return self.factory(**values) if whole else MISSING


@comparable
class Worded(Generic[T]):
    """A record beside whose own keys each language has its text: `{date: 2025-01-13, ko: …, en: …}`.

    Its factory gets the texts as `text`.
    """

    record: Record[T]
    texts: LocalizedText

    @property
    def words(self) -> str:
        """What the shape takes."""
        return f"{self.record.words}, and a text in each language"

    def read(self, node: Node, where: Trail, reader: Reader) -> T | Missing:
        """The record; MISSING without a value for every required key, or without any text."""
        if type(node) is not dict:
            return wrong(self, node, where, reader)
        own = {key: child for key, child in node.items() if key in self.record.known}
        text = self.texts.read({key: child for key, child in node.items() if key not in own}, where, reader)
        factory = partial(self.record.factory, text=text)
        made = replace(self.record, factory=factory).read(own, where, reader)
        return MISSING if text is MISSING else made
