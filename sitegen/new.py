"""`sitegen new`: from its arguments, a page on the web and answers on the terminal to what `scaffold` makes."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from sitegen import fetch, page_facts, questions, routes, scaffold
from sitegen.diagnostics import Diagnostic
from sitegen.project import Made, read_settings
from sitegen.scaffold import Request

STANDARD_INPUT = "-"

FOR = {"thread": ("title", "url", "category", "origin"), "digest": ("title", "thread"), "page": ("title",), "site": ()}
"""The options that each kind of thing takes."""


def run_for(
    chosen: argparse.Namespace,
    say: Callable[[str], None],
    tell: Callable[[tuple[Diagnostic, ...]], object],
) -> Made | int:
    """`sitegen new` with the arguments of the command line: what was made, or an exit status where all is told."""
    for option in sorted({each for options in FOR.values() for each in options} - {*FOR[chosen.what]}):
        if getattr(chosen, option):
            say(f"sitegen new {chosen.what}: --{'from' if option == 'origin' else option} is for something else")
            return 2
    if chosen.origin == STANDARD_INPUT:
        return _imported(chosen, say, tell)
    facts = (chosen.title, chosen.url, chosen.category)
    request = Request(chosen.what, chosen.name or "", chosen.project, *facts, threads=tuple(chosen.thread))
    now = datetime.now(UTC)
    if chosen.origin is not None:
        fetched = fetch.page(chosen.origin)
        if isinstance(fetched, Diagnostic):
            return Made(diagnostics=(fetched,))
        column = page_facts.read(fetched.text, fetched.address)
        request = replace(request, column=column)
    if chosen.name is None and _is_terminal():
        settings, told = (None, ()) if chosen.what == "site" else read_settings(chosen.project)
        if settings is None and chosen.what != "site":
            return Made(diagnostics=told)
        request = questions.complete(request, settings, now, _ask)
    elif chosen.name is None and request.column:
        request = replace(request, name=routes.slug_from(request.title or request.column.title) or "")
    if not request.name:
        say(f"sitegen new {chosen.what}: a name is needed, as in `sitegen new {chosen.what} my-{chosen.what}`")
        return 2
    return scaffold.new(request, now)


def _imported(
    chosen: argparse.Namespace, say: Callable[[str], None], tell: Callable[[tuple[Diagnostic, ...]], object]
) -> int:
    """A thread from what was copied from a forum: `sitegen import -`."""
    from sitegen.importing import command

    for option in ("title", "category"):
        if getattr(chosen, option):
            say(f"sitegen new thread: with --from -, the page itself tells its {option}")
            return 2
    others = {"site": None, "captured": None, "date": None, "keep_ips": False}
    pasted = argparse.Namespace(**{**vars(chosen), **others, "paste": STANDARD_INPUT, "slug": chosen.name})
    return command.run_for(pasted, say, tell)


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _ask(question: str) -> str:
    """The line that is typed at the last line of a question; the end of the input is as good as an interrupt."""
    with contextlib.suppress(ImportError):  # with it, lines can be edited, also where letters are two columns wide
        importlib.import_module("readline")
    try:
        head, _, last = question.rpartition("\n")
        if head:
            print(head)  # noqa: T201 - whoever is asked sits there
        return input(last)
    except EOFError:
        raise KeyboardInterrupt from None
