"""What can be told about an input: a problem is a value, never a print or an exception."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

EXCERPT_LIMIT = 400
"""Characters of a source line that a span keeps, so that one huge line does not travel with every diagnostic."""


class Severity(StrEnum):
    """How much a diagnostic weighs: an error stops publishing, a warning does not, and a note is nothing to mend."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    WAIVED = "waived"


class Span(NamedTuple):
    """A place in a file.

    `path` is relative to the project, with `/`. `line` and `column` count from 1, in characters; line 0 means the file
    as a whole. `width` counts characters. `excerpt` is the source line, cut around the place where it is very long;
    `column` then still counts in the file, and `offset` says how many characters were cut off in front.

    A span with a `node` is still to be looked up (`parse.placed`): a key of a YAML file, or a key and the text that
    stands under it, alone or in a list.
    """

    path: str
    line: int = 0
    column: int = 0
    width: int = 1
    excerpt: str = ""
    offset: int = 0
    node: tuple[str, ...] = ()


class Diagnostic(NamedTuple):
    """One fault: a kebab-case `code` that the documentation explains, the words, the place and what would help."""

    code: str
    message: str
    span: Span | None = None
    severity: Severity = Severity.ERROR
    help: str | None = None

    def as_warning(self) -> Diagnostic:
        """The same words as a warning."""
        return self._replace(severity=Severity.WARNING)


def error(code: str, message: str, span: Span | None = None, help: str | None = None) -> Diagnostic:
    """A diagnostic that stops publishing."""
    return Diagnostic(code, message, span, Severity.ERROR, help)


def warning(code: str, message: str, span: Span | None = None, help: str | None = None) -> Diagnostic:
    """A diagnostic that is told and stops nothing."""
    return Diagnostic(code, message, span, Severity.WARNING, help)


def note(code: str, message: str, span: Span | None = None, help: str | None = None) -> Diagnostic:
    """A diagnostic that is told to whoever asks what there is to know."""
    return Diagnostic(code, message, span, Severity.NOTE, help)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any of them stops publishing."""
    return any(one.severity is Severity.ERROR for one in diagnostics)


def to_mend(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The errors and warnings, but for those that were waived."""
    return tuple(one for one in diagnostics if one.severity in (Severity.ERROR, Severity.WARNING))


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Each diagnostic once, by file, line, column, then code and words: the order in which they are told."""

    def place(one: Diagnostic) -> tuple[str, int, int, str, str]:
        span = one.span or Span("")
        return (span.path, span.line, span.column, one.code, one.message)

    return tuple(sorted(dict.fromkeys(diagnostics), key=place))


def span_at(path: str, text: str, line: int, column: int, width: int = 1) -> Span:
    """The span for a place in a text, with its source line (1-based `line` and `column`, in characters)."""
    lines = text.split("\n", line)
    source = lines[line - 1].rstrip("\r") if 0 < line <= len(lines) else ""
    offset = max(0, column - 1 - EXCERPT_LIMIT // 2) if len(source) > EXCERPT_LIMIT else 0
    return Span(path, line, column, width, source[offset : offset + EXCERPT_LIMIT], offset)


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """“did you mean `archive`?”, or None where nothing known is near the word."""
    import difflib  # a build that finds no fault does not need it

    near = difflib.get_close_matches(word.casefold(), sorted(known), n=1, cutoff=0.6)
    return f"did you mean `{near[0]}`?" if near else None
