"""Telling people and machines what became of a command."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sitegen.build import Outcome
    from sitegen.diagnostics import Diagnostic
    from sitegen.report import Progress, Tally


def color(stream: object) -> bool:
    """Whether colours may be written to a stream (https://no-color.org)."""
    isatty = getattr(stream, "isatty", lambda: False)
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and bool(isatty())


def progress_for(form: str) -> Progress:
    """A bar for people, nothing for machines."""
    from sitegen.report import SilentProgress, TerminalProgress

    return TerminalProgress(sys.stderr, color=color(sys.stderr)) if form == "full" else SilentProgress()


def tell_outcome(outcome: Outcome, news: Sequence[Diagnostic], form: str, seconds: float, *, published: bool) -> None:
    """Tell what is new in an outcome, and all of it in one line."""
    from sitegen.diagnostics import Severity
    from sitegen.report import Format, Tally, count, summary

    made = outcome.published
    tally = Tally(
        threads=outcome.facts.threads,
        written=made.written,
        unchanged=made.unchanged,
        removed=made.removed,
        seconds=seconds,
        errors=count(outcome.diagnostics, Severity.ERROR),
        warnings=count(outcome.diagnostics, Severity.WARNING),
        published=published and outcome.good,
    )
    tell(news, form, tally)
    if line := summary(tally, Format(form)):
        say(line)


def tell(told: Sequence[Diagnostic], form: str, tally: Tally | None = None) -> None:
    """Diagnostics go to standard error for people, to standard output for machines."""
    from sitegen.report import Format, render

    machine = form in ("json", "github")
    stream = sys.stdout if machine else sys.stderr
    text = render(told, Format(form), color=color(stream) and not machine, tally=tally)
    if text:
        print(text, file=stream, flush=True)


def say(line: str) -> None:
    """A line for people."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201
