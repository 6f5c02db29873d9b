"""A theme's templates as values, and what can be told of them without Jinja."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sitegen.diagnostics import Span, span_at
from sitegen.options import Value
from sitegen.record import comparable

QUOTED = re.compile(r"['`]([^'`]+)['`]")


@comparable
class Bundle:
    """A template with all that it can reach.

    `names` has the path of each template by the names that they call it, `files` the source and `modules` the compiled
    module of each path. `assets` maps static files' names to addresses, `options` names to values.
    """

    name: str
    names: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]
    modules: tuple[tuple[str, bytes], ...]
    assets: tuple[tuple[str, str], ...]
    options: tuple[tuple[str, Value], ...]


class Use(NamedTuple):
    """What a template asks for by a name that is written out, and where.

    `kind` is what it asks: `t`, `asset` or `options`. `given` has the names of the values for a text, None: any.
    """

    kind: str
    name: str
    place: Span
    given: tuple[str, ...] | None = None


@comparable
class Template:
    """A template file: its source, its module, the path of each template that it names, and what it asks for.

    `open` has each kind of `Use` of which it may ask for more than is written out.
    """

    source: str
    module: bytes
    calls: tuple[tuple[str, str], ...]
    uses: tuple[Use, ...]
    open: tuple[str, ...]


Templates = Mapping[str, Template]
"""Template files by path."""


def place(path: str, text: str, line: int, message: str) -> Span:
    """The place of a fault on a line: the last word that the message quotes and the line holds, else the whole line."""
    source = (text.split("\n", line) + [""] * line)[line - 1]
    quoted = [re.search(rf"(?<!\w){re.escape(word)}(?!\w)", source) for word in QUOTED.findall(message)]
    found = next((each for each in reversed(quoted) if each), None) or re.search(r"\S(?:.*\S)?", source)
    column, end = found.span() if found else (0, 1)
    return span_at(path, text, line, column + 1, end - column)


def reach(path: str, templates: Templates) -> tuple[str, ...]:
    """A template and all that it can reach, itself first."""
    seen = {path}
    todo = [path]
    while todo:
        for _, each in templates[todo.pop()].calls:
            if each not in seen:
                seen.add(each)
                todo.append(each)
    return (path, *sorted(seen - {path}))


def asked(kind: str, paths: Iterable[str], templates: Templates, every: Iterable[str]) -> tuple[str, ...]:
    """Those of some names that templates ask for; all of them where templates may ask for any."""
    if any(kind in templates[path].open for path in paths):
        return tuple(every)
    names = {use.name for path in paths for use in templates[path].uses if use.kind == kind}
    return tuple(each for each in every if each in names)
