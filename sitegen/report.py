"""Diagnostics and progress, for people and machines.

Whatever a diagnostic quotes is untrusted: characters that could fool a terminal are replaced by what they are, and no
text is ever read as markup. rich is loaded only where its knowledge of widths, colours and bars is needed.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TextIO
from unicodedata import category

from sitegen.diagnostics import Diagnostic, Severity, Span

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    Paint = Callable[[str, str], str]
    """A text and a style of rich, to the text in that style."""

SHOWN_LIMIT = 100
"""Diagnostics that one run shows; people read no more, and JSON has all."""

EXCERPT_CELLS = 100
"""Terminal cells of a source line that are shown; the rest is cut off around the caret."""

TAB = 4
"""Cells between the tab stops of an excerpt."""

PROGRESS_DELAY = 1.0
"""Seconds for which a run is quick enough to need no bar."""

REDRAW_INTERVAL = 0.1
"""Seconds between two drawings of the bar."""

STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold cyan"}
FRAME = "bold blue"


class Format(StrEnum):
    """How diagnostics are written: at length, one a line, as a document, or as GitHub's workflow commands."""

    FULL = "full"
    CONCISE = "concise"
    JSON = "json"
    GITHUB = "github"


class Tally(NamedTuple):
    """What a run came to: threads of the site, files of the output, seconds, and diagnostics by severity."""

    threads: int
    written: int
    unchanged: int
    removed: int
    seconds: float
    errors: int
    warnings: int
    published: bool = True


def render(diagnostics: Sequence[Diagnostic], format: Format, *, color: bool, tally: Tally | None = None) -> str:
    """The diagnostics as text, in the order given, without a newline at the end; "" where there is nothing to tell.

    Where there are more than SHOWN_LIMIT, errors go before warnings, these before notes, and the rest is only counted.
    JSON is always one document, with all diagnostics and a summary: the tally where one is given, else the counts
    alone.
    """
    if format is Format.JSON:
        return _document(diagnostics, tally)
    shown = diagnostics
    if len(diagnostics) > SHOWN_LIMIT:
        shown = sorted(diagnostics, key=lambda one: list(Severity).index(one.severity))[:SHOWN_LIMIT]
    paint = _painter(color)
    match format:
        case Format.FULL:
            parts = [_full(one, paint) for one in shown]
        case Format.CONCISE:
            parts = [_concise(one, paint) for one in shown]
        case Format.GITHUB:
            parts = [_command(one) for one in shown]
    if len(shown) < len(diagnostics):
        parts.append(f"… and {len(diagnostics) - len(shown):,} more")
    return ("\n\n" if format is Format.FULL else "\n").join(parts)


def count(diagnostics: Iterable[Diagnostic], severity: Severity) -> int:
    """How many diagnostics weigh so much."""
    return sum(one.severity is severity for one in diagnostics)


def summary(tally: Tally, format: Format) -> str:
    """The run in one line; "" for JSON, whose document holds the tally."""
    if format is Format.JSON:
        return ""
    warnings = _count(tally.warnings, "warning") if tally.warnings else ""
    if tally.errors:
        return ", ".join(filter(None, [_count(tally.errors, "error"), warnings])) + "; nothing was published"
    if not tally.published:
        seconds = f"{tally.seconds:.2f} s"
        return " · ".join([_count(tally.threads, "thread"), "no errors", seconds, *filter(None, [warnings])])
    pages = f"{_count(tally.written, 'page')} written, {tally.unchanged:,} unchanged, {tally.removed:,} removed"
    return " · ".join(filter(None, [_count(tally.threads, "thread"), pages, f"{tally.seconds:.2f} s", warnings]))


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


# -- for people --------------------------------------------------------------------------------------------------------


def _painter(color: bool) -> Paint:
    if not color:
        return lambda text, style: text
    from rich.color import ColorSystem
    from rich.style import Style

    return lambda text, style: Style.parse(style).render(text, color_system=ColorSystem.STANDARD)


def _full(one: Diagnostic, paint: Paint) -> str:
    """The diagnostic with its source line, the place marked by carets."""
    title = f"{one.severity}[{one.code}]"
    lines = [paint(title, STYLES[one.severity]) + ": " + paint(_block(one.message, len(title) + 2), "bold")]
    margin = " " * 2
    if one.span:
        number = str(one.span.line)
        margin = " " * (len(number) + 1)
        lines.append(f"{margin}{paint('-->', FRAME)} {_place(one.span)}")
        if one.span.line and one.span.excerpt:
            bar = f"{margin} {paint('|', FRAME)}"
            source, carets = _excerpt(one.span)
            lines += [bar, f" {paint(f'{number} |', FRAME)} {source}"]
            lines += [f"{bar} {paint(carets, STYLES[one.severity])}"] if carets else []
    if one.help:
        lines.append(f"{margin} {paint('= help:', FRAME)} {_block(one.help, len(margin) + 9)}")
    return "\n".join(lines)


def _concise(one: Diagnostic, paint: Paint) -> str:
    """The diagnostic in one line, as compilers write it and editors read it."""
    place = f"{_place(one.span)}: " if one.span else ""
    hint = f" ({_line(one.help)})" if one.help else ""
    return f"{place}{paint(f'{one.severity}[{one.code}]', STYLES[one.severity])}: {_line(one.message)}{hint}"


def _place(span: Span) -> str:
    position = [span.line, span.column] if span.column else [span.line]
    return ":".join([visible(span.path), *map(str, position)] if span.line else [visible(span.path)])


def _excerpt(span: Span) -> tuple[str, str]:
    """The source line around the place, and the carets below it ("" where the column is not known)."""
    from rich.cells import cell_len

    pieces: list[str] = []
    for character in span.excerpt:
        tab = TAB - cell_len("".join(pieces)) % TAB if character == "\t" else 0
        pieces.append(" " * tab or visible(character))
    at = min(max(0, span.column - 1 - span.offset), len(pieces))
    edges = [0, *accumulate(map(cell_len, pieces))]
    start, end = 0, len(pieces)
    if edges[-1] > EXCERPT_CELLS:
        first = max(0, min(edges[at] - EXCERPT_CELLS // 2, edges[-1] - EXCERPT_CELLS))
        start = min(at, bisect_right(edges, first) - 1)
        end = bisect_right(edges, edges[start] + EXCERPT_CELLS) - 1
    front = "…" if start or span.offset else ""
    back = "…" if end < len(pieces) else ""
    source = front + "".join(pieces[start:end]) + back
    if not span.column:
        return source, ""
    indent = cell_len(front + "".join(pieces[start:at]))
    width = cell_len("".join(pieces[at : min(end, at + span.width)]))
    return source, " " * indent + "^" * max(1, width)


def _block(text: str, indent: int) -> str:
    """A text of any number of lines, all but the first moved in: none of them can pass for a line of ours."""
    return ("\n" + " " * indent).join(map(visible, text.split("\n")))


def _line(text: str) -> str:
    return " ".join(visible(line.strip()) for line in text.split("\n"))


def visible(text: str) -> str:
    """The text with every character replaced that steers a terminal, turns the direction of text or cannot be seen.

    The joiners stay: emoji and Persian need them.
    """
    if text.isprintable():  # as nearly all of them are
        return text
    return "".join(
        f"<U+{ord(c):04X}>" if category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c not in "\u200c\u200d" else c
        for c in text
    )


# -- for machines ------------------------------------------------------------------------------------------------------


def _document(diagnostics: Sequence[Diagnostic], tally: Tally | None) -> str:
    """One JSON document in ASCII; what is not known of a place is null."""
    import json  # few ask for it

    counts = {"errors": count(diagnostics, Severity.ERROR), "warnings": count(diagnostics, Severity.WARNING)}
    document = {
        "diagnostics": [_record(one) for one in diagnostics],
        "summary": tally._asdict() if tally else counts,
    }
    return json.dumps(document, indent=2)


def _record(one: Diagnostic) -> dict[str, Any]:
    span = one.span or Span("")
    return {
        "code": one.code,
        "severity": one.severity,
        "message": one.message,
        "path": span.path or None,
        "line": span.line or None,
        "column": span.column or None,
        "width": span.width if span.column else None,
        "help": one.help,
    }


def _command(one: Diagnostic) -> str:
    """A workflow command of GitHub Actions, which becomes an annotation of the file.

    https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
    """
    properties: list[tuple[str, str | int]] = []
    if one.span:
        position = [("line", one.span.line), ("col", one.span.column)]
        properties = [("file", one.span.path), *((name, value) for name, value in position if value)]
    properties.append(("title", one.code))
    words = ",".join(f"{name}={_escape(str(value), '%:,')}" for name, value in properties)
    message = f"{one.message}\nhelp: {one.help}" if one.help else one.message
    kind = "notice" if one.severity is Severity.NOTE else one.severity
    return f"::{kind} {words}::{_escape(message, '%')}"


def _escape(text: str, special: Iterable[str]) -> str:
    """A text in a workflow command: `special` and line ends by their codes, deceptive characters by their names."""
    lines = [visible(line) for line in text.split("\n")]
    return "%0A".join("".join(f"%{ord(c):02X}" if c in special else c for c in line) for line in lines)


# -- while it lasts ----------------------------------------------------------------------------------------------------


class Progress(Protocol):
    """Who wants to know how far a run is."""

    def stage(self, name: str, total: int) -> None:
        """A stage begins, with so many steps to go."""
        ...

    def advance(self, n: int) -> None:
        """So many more steps of the stage are done."""
        ...

    def close(self) -> None:
        """The run is over."""
        ...


class SilentProgress:
    """Progress that nobody watches."""

    def stage(self, name: str, total: int) -> None:
        """Does nothing."""

    def advance(self, n: int) -> None:
        """Does nothing."""

    def close(self) -> None:
        """Does nothing."""


class TerminalProgress:
    """A bar on a terminal, once a run has lasted PROGRESS_DELAY seconds; nothing on what is no terminal.

    It starts no thread (workers may be forked beside it) and leaves nothing on the screen after `close`.
    """

    def __init__(self, stream: TextIO, *, color: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._color = color
        self._clock = clock
        self._due = clock() + PROGRESS_DELAY if stream.isatty() else float("inf")
        self._bar: Bar | None = None
        self._name, self._done, self._total = "", 0, 0

    def stage(self, name: str, total: int) -> None:
        """Names the stage and its steps; the bar starts again from nothing."""
        self._name, self._done, self._total = name, 0, total
        self._draw()

    def advance(self, n: int) -> None:
        """Moves the bar by so many steps."""
        self._done += n
        self._draw()

    def close(self) -> None:
        """Takes the bar away."""
        if self._bar:
            self._bar.stop()
        self._bar, self._due = None, float("inf")

    def _draw(self) -> None:
        now = self._clock()
        if now < self._due:
            return
        self._due = now + REDRAW_INTERVAL
        if not self._bar:
            self._bar = _bar_on(self._stream, self._color)
            if not self._bar:
                self._due = float("inf")
                return
            self._bar.add_task(self._name, completed=self._done, total=self._total)
            self._bar.start()
        task = self._bar.task_ids[0]
        self._bar.update(task, description=self._name, completed=self._done, total=self._total, refresh=True)


def _bar_on(stream: TextIO, color: bool) -> Bar | None:
    """A bar for a terminal, or None where the terminal cannot move its cursor."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(file=stream, no_color=not color, highlight=False)
    if not console.is_interactive:
        return None
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
