"""All of YAML: the parser behind `yamldoc`, for files that are not clear, and for places.

A file is read from PyYAML's events (libyaml's where it is there) instead of through a loader, so that `no`, `21:50` and
`014` stay what they are, and so that duplicate keys, anchors, aliases, tags and `<<` can be refused where they stand.
No position is kept while reading: `locate` reads again when there is something to tell.
YAML 1.1: https://yaml.org/spec/1.1/
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import yaml
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from sitegen.yamlhints import explain, in_quotes
from sitegen.yamlmarks import MAX_FILE, MAX_SCALAR, Fault, Marks, Node, Path, mark_at

PARSER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""libyaml's events, or PyYAML's own, ten times as slow, where it was built without libyaml."""

UNREADABLE = (YAMLError, ValueError, OverflowError)
"""What parsers raise; the last two for a surrogate, and PyYAML's own for an escape beyond Unicode."""

T = TypeVar("T")

MAX_DEPTH = 2_100
MAX_FLOW_DEPTH = 100
"""Small for `[` and `{`: the parser's time for each token grows with the number of those that are open."""
MAX_FAULTS = 1_000

_BOM = "\ufeff"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_BREAK = re.compile("[\x85\u2028\u2029]|\r(?!\n)")
"""What breaks a line for YAML 1.1 but not for an editor, so that every later place would be on a wrong line."""
_DIRECTIVE = re.compile(r"(?:[ \t]*+(?:#[^\n]*+)?+\r?\n)*+%")
_DROPPED: Any = object()
"""The key of a value that is read and thrown away."""


# -- reading -----------------------------------------------------------------------------------------------------------


def load(text: str) -> tuple[Node, tuple[Fault, ...]]:
    """As `yamldoc.load`, of any file."""
    if len(text) > MAX_FILE:
        message = f"the file is too large: {len(text):,} characters, where {MAX_FILE:,} may be"
        return None, (Fault("too-large", message, 1, 1, 1, "split it into several files"),)
    text = text.removeprefix(_BOM)
    faults = _Faults(text)
    try:
        return _load(_with_plain_breaks(text, faults), faults), tuple(faults.told)
    except _StopError:
        return None, tuple(faults.told)


class _StopError(Exception):
    """Reading cannot go on; what there is to tell has been told."""


def _load(text: str, faults: _Faults) -> Node:
    if directive := _DIRECTIVE.match(text):
        line = text.count("\n", 0, directive.end())
        message = "a line that starts with `%` is an order to YAML, not content"
        raise faults.stop("directive", message, line, 0, "delete it, or put it in quotes, if it is text")
    try:
        return _read(text, lambda next_event: _tree(next_event, text, faults))
    except UNREADABLE as error:
        if not _CONTROL.search(text):
            raise faults.stop_for(error) from None
    for line, source in enumerate(text.split("\n")):
        for found in _CONTROL.finditer(source):
            message = f"a control character (U+{ord(found.group()):04X}) stands here"
            faults.tell("control-character", message, line, found.start(), "delete it", width=1)
    return _load(_CONTROL.sub("\ufffd", text), faults)


def _with_plain_breaks(text: str, faults: _Faults) -> str:
    """The text with a space for what YAML 1.1 alone takes for the end of a line, which is told once."""
    if not _has_odd_breaks(text):
        return text
    for line, source in enumerate(text.split("\n")):
        if found := _LINE_BREAK.search(source.removesuffix("\r")):
            message = f"an invisible line separator (U+{ord(found.group()):04X}) stands here and is read as a space"
            advice = "replace it, and others like it in this file, by a space or a line break"
            faults.tell("line-separator", message, line, found.start(), advice, warning=True, width=1)
            break
    return _LINE_BREAK.sub(" ", text)


def _has_odd_breaks(text: str) -> bool:
    if "\u2028" in text or "\u2029" in text or "\x85" in text:
        return True
    return "\r" in text and text.count("\r") != text.count("\r\n")


def _read(text: str, walk: Callable[[Callable[[], Any]], T]) -> T:
    """What `walk` makes of a file's events; again with PyYAML's own parser where libyaml finds blocks too deep."""
    try:
        return walk(PARSER(text).get_event)
    except MarkedYAMLError as error:
        if error.context != "while increasing block level":
            raise
        return walk(yaml.BaseLoader(text).get_event)


def _tree(next_event: Callable[[], Any], text: str, faults: _Faults) -> Node:
    """The first document of the events. The hot loop of reading: plain code, no call for each event."""
    next_event()
    if type(next_event()) is StreamEndEvent:
        return None
    long = len(text) > MAX_SCALAR
    document: list[Node] = []
    current: Any = document
    append: Any = document.append  # None in a map
    key: Any = None  # in a map: the key whose value is next, None before a key
    stack: list[tuple[Any, Any, bool]] = []
    while True:
        event = next_event()
        kind = type(event)
        if kind is ScalarEvent:
            value: Any = event.value
            if event.anchor is not None or event.tag is not None:
                faults.refuse(event)
            if not value and event.implicit[0] and (key is not None or append is not None):
                value = None
            elif long and len(value) > MAX_SCALAR:
                faults.too_long(event)
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            if event.anchor is not None or event.tag is not None:
                faults.refuse(event)
            value = {} if kind is MappingStartEvent else []
            if append is not None:
                append(value)
            elif key is not None:
                current[key] = value
            else:
                raise faults.complex_key(event)
            stack.append((current, append, event.flow_style))
            if len(stack) > MAX_FLOW_DEPTH and (len(stack) > MAX_DEPTH or stack[-MAX_FLOW_DEPTH - 1][2]):
                raise faults.too_deep(event.start_mark)
            current, append, key = value, None if kind is MappingStartEvent else value.append, None
            continue
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            if faults.told and append is None:
                current.pop(_DROPPED, None)
            current, append, _ = stack.pop()
            key = None
            continue
        elif kind is AliasEvent:
            faults.refuse(event)
            value = "*" + event.anchor
        else:
            faults.check_end(text, event)
            return document[0]
        if append is not None:
            append(value)
        elif key is None:
            key = faults.refuse_key(event, value) if value in current or value == "<<" else value
        else:
            current[key] = value
            key = None


@dataclass
class _Faults:
    """The mistakes found so far, each once (a second reading finds the same ones again)."""

    text: str
    told: dict[Fault, None] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def tell(self, code: str, message: str, line: int, column: int, advice: str | None = None, **more: Any) -> None:
        """Remember a mistake at a place counted from 0; without a `width` it is the word that stands there."""
        mark = mark_at(self._lines(), line, column, more.pop("width", None))
        fault = Fault(code, message, mark.line, mark.column, mark.width, advice, **more)
        if len(self.told) >= MAX_FAULTS:
            message = f"there are more than {MAX_FAULTS:,} mistakes in this file; the rest is not told"
            self.told[Fault("too-many-faults", message, mark.line, mark.column, 1)] = None
            raise _StopError
        self.told[fault] = None

    def stop(self, code: str, message: str, line: int, column: int, advice: str | None = None) -> _StopError:
        """Remember a mistake behind which nothing can be read: to be raised."""
        self.tell(code, message, line, column, advice)
        return _StopError()

    def stop_for(self, error: Exception) -> _StopError:
        """Remember a syntax error: to be raised."""
        if isinstance(error, MarkedYAMLError) and error.context == "while increasing flow level":
            return self.too_deep(error.problem_mark)
        hint = explain(error, self._lines())
        if any(fault.line == hint.line + 1 and fault.code in ("alias", "anchor", "tag") for fault in self.told):
            return _StopError()  # a text such as `*so* it is`, told already
        return self.stop("yaml-syntax", hint.message, hint.line, hint.column, hint.help)

    def refuse(self, event: Any) -> None:
        """Tell the anchor, alias or tag of a node."""
        mark = event.start_mark
        rest = in_quotes(self._lines()[mark.line][mark.column :])
        advice = f"{rest}, if it is text" if isinstance(event, ScalarEvent | AliasEvent) else "delete it"
        if isinstance(event, AliasEvent):
            message = f"`*{event.anchor}` repeats what another place says, which content cannot do"
            self.tell("alias", message, mark.line, mark.column, advice)
            return
        if event.anchor is not None:
            message = f"`&{event.anchor}` gives a value a name, which content cannot do"
            self.tell("anchor", message, mark.line, mark.column, advice)
        if event.tag is not None:
            message = "a word with `!` in front gives a value a type, which content cannot do"
            self.tell("tag", message, mark.line, mark.column, advice)

    def refuse_key(self, event: Any, key: str) -> Any:
        """Tell a key that may not be there; the key under which its value is dropped."""
        mark = event.start_mark
        if key == "<<":
            self.tell("merge-key", "`<<` merges nothing here", mark.line, mark.column, "write the keys out")
        else:
            shown = "".join(each for each in key[:40] if each.isprintable())
            message = f"`{shown}` is there twice; the second one is not read"
            self.tell("duplicate-key", message, mark.line, mark.column, "keep one of them", width=len(key))
        return _DROPPED

    def complex_key(self, event: Any) -> _StopError:
        """Tell a list or map that stands where a key does: to be raised."""
        mark, advice = event.start_mark, "if it is text, such as `{{ name }}`, put the whole of it in quotes"
        return self.stop("complex-key", "a list or map cannot be a key", mark.line, mark.column, advice)

    def too_deep(self, mark: Any) -> _StopError:
        """Tell a list or map too deep inside others: to be raised."""
        message = f"lists and maps are too deep inside one another: at most {MAX_DEPTH:,}, in brackets {MAX_FLOW_DEPTH}"
        return self.stop("too-deep", message, mark.line, mark.column, "close some of them, or answer higher up")

    def too_long(self, event: Any) -> None:
        """Tell a text beyond the limit."""
        message = f"this text is too long: {len(event.value):,} characters, where {MAX_SCALAR:,} may be"
        self.tell("too-long", message, event.start_mark.line, event.start_mark.column, "split it, or shorten it")

    def check_end(self, text: str, event: Any) -> None:
        """Tell what stands behind the end of the document."""
        mark = event.end_mark
        for line, source in enumerate(text[mark.index :].split("\n"), mark.line):
            words = source.strip()
            if not words or words.startswith("#"):
                continue
            column = source.index(words[0]) + (mark.column if line == mark.line else 0)
            if event.explicit or words.startswith("---"):
                message = "a second document starts here, and a file holds one"
                self.tell("second-document", message, line, column, "make it a file of its own")
            else:
                message = "the list, map or text that this file holds has ended before this"
                self.tell("yaml-syntax", message, line, column, "was a bracket or quote closed too early?")
            return

    def _lines(self) -> list[str]:
        self.lines = self.lines or self.text.split("\n")
        return self.lines


# -- places ------------------------------------------------------------------------------------------------------------


def locate(text: str, wanted: Iterable[Path]) -> dict[Path, Marks]:
    """As `yamldoc.locate`."""
    tree: dict[Any, Any] = {}
    paths = set(wanted)
    for path in paths:
        branch = tree
        for step in path:
            branch = branch.setdefault(step, {})
        branch[None] = path
    found: dict[Path, Marks] = {}
    if len(text) > MAX_FILE:
        return found
    text = text.removeprefix(_BOM)
    text = _LINE_BREAK.sub(" ", text) if _has_odd_breaks(text) else text
    lines = text.split("\n")

    def find(next_event: Callable[[], Any]) -> None:
        _find(next_event, _Frame({0: tree}, 0), lines, found, len(paths))

    try:
        _read(text, find)
    except UNREADABLE:
        with contextlib.suppress(*UNREADABLE):
            _read(_CONTROL.sub("\ufffd", text), find)
    return found


@dataclass
class _Frame:
    """An open list or map: what is wanted from it, and the position or key (None before one) of its next value."""

    wanted: dict[Any, Any]
    step: Any
    key: Any = None

    def advance(self) -> None:
        """Go past a value."""
        self.step, self.key = (self.step + 1 if type(self.step) is int else None), None


def _find(next_event: Callable[[], Any], frame: _Frame, lines: list[str], found: dict[Path, Marks], total: int) -> None:
    next_event()
    next_event()
    stack: list[_Frame] = []
    while len(found) < total:
        event = next_event()
        kind = type(event)
        if kind is MappingEndEvent or kind is SequenceEndEvent:
            frame = stack.pop()
            frame.advance()
        elif kind is DocumentEndEvent or event is None:
            return
        elif frame.step is None:
            if kind is MappingStartEvent or kind is SequenceStartEvent:
                return
            frame.step, frame.key = event.value if kind is ScalarEvent else f"*{event.anchor}", event
        else:
            inner = frame.wanted.pop(frame.step, {})
            if None in inner:
                found[inner.pop(None)] = _marks(lines, frame.key, event)
            if kind is MappingStartEvent or kind is SequenceStartEvent:
                stack.append(frame)
                frame = _Frame(inner, None if kind is MappingStartEvent else 0)
            else:
                frame.advance()


def _marks(lines: list[str], key: Any, event: Any) -> Marks:
    begin, end = event.start_mark, event.end_mark
    key_mark = key and mark_at(
        lines, key.start_mark.line, key.start_mark.column, key.end_mark.column - key.start_mark.column
    )
    if key_mark and begin.index == end.index and isinstance(event, ScalarEvent):
        return Marks(key_mark, key_mark, key_mark.line)
    if isinstance(event, ScalarEvent) and event.style in ("|", ">"):
        value = mark_at(lines, begin.line, begin.column)
        return Marks(key_mark, value, end.line, event.style == "|")
    one_line = isinstance(event, ScalarEvent) and end.line == begin.line
    width = end.column - begin.column if one_line else len(lines[begin.line].rstrip()) - begin.column
    return Marks(key_mark, mark_at(lines, begin.line, begin.column, width), end.line + 1)


def comments(text: str, pattern: re.Pattern[str]) -> list[tuple[re.Match[str], int, int]]:
    """As `yamldoc.comments`."""
    text = text.removeprefix(_BOM)
    text = _LINE_BREAK.sub(" ", text) if _has_odd_breaks(text) else text
    found = list(pattern.finditer(text))
    if not found or len(text) > MAX_FILE:
        return []
    scalars: list[tuple[int, int]] = []

    def walk(next_event: Callable[[], Any]) -> None:
        while (event := next_event()) is not None and type(event) is not StreamEndEvent:
            if isinstance(event, ScalarEvent):
                begin, end = event.start_mark, event.end_mark
                scalars.append((begin.index, end.index) if begin and end else (0, 0))

    try:
        _read(text, walk)
    except UNREADABLE:
        return []
    return [
        (each, text.count("\n", 0, each.start()) + 1, each.start() - (text.rfind("\n", 0, each.start()) + 1) + 1)
        for each in found
        if not any(start <= each.start() < end for start, end in scalars)
    ]
