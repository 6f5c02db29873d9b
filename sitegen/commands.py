"""The commands, as far as the command line goes: each loads what it needs, and returns its exit status."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from sitegen.console import color, progress_for, say, tell, tell_outcome

if TYPE_CHECKING:
    from sitegen.build import Options, Outcome
    from sitegen.diagnostics import Diagnostic
    from sitegen.project import Made


def _build(chosen: argparse.Namespace) -> int:
    from sitegen.build import Options

    output = chosen.output or chosen.project / "output"
    how = {"fresh": chosen.fresh, "atomic": chosen.atomic, "scheduler": chosen.scheduler, "moment": _moment(chosen)}
    outcome = _built(chosen, Options(output, _cores(chosen.jobs), **how))
    if chosen.explain:
        for path, why in outcome.published.made:
            say(f"{path}: {why}")
    return 0 if outcome.good else 1


def _check(chosen: argparse.Namespace) -> int:
    from sitegen.build import Options
    from sitegen.diagnostics import to_mend

    how = {"dry": True, "scheduler": chosen.scheduler, "review": True, "moment": _moment(chosen)}
    outcome = _built(chosen, Options(chosen.project / "output", _cores(chosen.jobs), **how))
    return 0 if outcome.good and not (chosen.strict and to_mend(outcome.diagnostics)) else 1


def _built(chosen: argparse.Namespace, options: Options) -> Outcome:
    from sitegen.build import build

    start = time.monotonic()
    progress = progress_for(chosen.format)
    try:
        outcome = build(chosen.project, options, progress)
    finally:
        progress.close()
    seconds = time.monotonic() - start
    tell_outcome(outcome, outcome.diagnostics, chosen.format, seconds, published=not options.dry)
    return outcome


def _status(chosen: argparse.Namespace) -> int:
    import json
    import shutil

    from sitegen import standings, status_table
    from sitegen.build import Options
    from sitegen.review import status

    found = status(
        chosen.project, chosen.thread, Options(chosen.project / "output", _cores(0)), progress_for("concise")
    )
    tell(found.diagnostics, "full")
    shown = standings.only(found.standings, stale=chosen.stale, missing=chosen.missing)
    if chosen.format == "json":
        text = json.dumps(standings.document(shown), indent=2)
    else:
        width = shutil.get_terminal_size((100, 24)).columns
        wanted = [word for word in ("stale", "missing") if getattr(chosen, word)]
        none = f"nothing is {' or '.join(wanted)}" if wanted else "there is nothing to translate"
        text = status_table.table(shown, width=width, color=color(sys.stdout), all_of=bool(chosen.thread), none=none)
    if shown or not found.diagnostics or chosen.format == "json":
        print(text, flush=True)  # noqa: T201
    return 1 if found.diagnostics else 0


def _accept(chosen: argparse.Namespace) -> int:
    from sitegen.build import Options
    from sitegen.diagnostics import has_errors
    from sitegen.review import accept

    if bool(chosen.thread) == chosen.all:
        say("sitegen accept: name threads, or say --all")
        return 2
    options = Options(chosen.project / "output", _cores(0))
    accepted = accept(chosen.project, chosen.thread, chosen.lang, options, progress_for("concise"))
    tell(accepted.diagnostics, chosen.format)
    for line in accepted.said:
        say(line)
    return 1 if has_errors(accepted.diagnostics) else 0


def _serve(chosen: argparse.Namespace) -> int:
    from sitegen.serve import Listening, serve

    listening = Listening(chosen.host, chosen.port, chosen.editor)
    progress = progress_for(chosen.format)

    def tell(outcome: Outcome, news: Sequence[Diagnostic], seconds: float) -> None:
        progress.close()
        tell_outcome(outcome, news, chosen.format, seconds, published=False)

    return 0 if serve(chosen.project, _cores(chosen.jobs), listening, progress, say, tell).good else 1


def _ping(chosen: argparse.Namespace) -> int:
    from sitegen.diagnostics import has_errors
    from sitegen.ping import ping

    told = ping(chosen.project, chosen.output or chosen.project / "output")
    tell(told.diagnostics, chosen.format)
    for line in told.said:
        say(line)
    return 1 if has_errors(told.diagnostics) else 0


def _links(chosen: argparse.Namespace) -> int:
    from sitegen.linkcheck import command

    progress = progress_for(chosen.format)
    return command.run_for(chosen, progress, say, lambda told: tell(told, chosen.format))


def _schema(chosen: argparse.Namespace) -> int:
    from sitegen import schema_files

    return _made(schema_files.write(chosen.project, chosen.output), chosen.format)


def _next(chosen: argparse.Namespace) -> int:
    from sitegen import agenda
    from sitegen.build import Options, look
    from sitegen.diagnostics import has_errors

    progress = progress_for(chosen.format)
    try:
        options = Options(chosen.project / "output", _cores(chosen.jobs), moment=_moment(chosen))
        outcome = look(chosen.project, options, progress)
    finally:
        progress.close()
    if not outcome.good:
        tell([each for each in outcome.diagnostics if has_errors([each])], chosen.format)
        return 1
    if chosen.workflow:
        text = agenda.workflow(outcome.facts)
    elif chosen.cron:
        text = agenda.crontab(outcome.facts, str(chosen.project.resolve()))
    else:
        text = agenda.document(outcome.facts) if chosen.format == "json" else agenda.in_lines(outcome.facts)
    print(text)  # noqa: T201 - what was asked for
    return 0


def _import(chosen: argparse.Namespace) -> int:
    from sitegen.importing import command

    return command.run_for(chosen, say, lambda told: tell(told, chosen.format))


def _new(chosen: argparse.Namespace) -> int:
    from sitegen import new

    made = new.run_for(chosen, say, lambda told: tell(told, chosen.format))
    return made if isinstance(made, int) else _made(made, chosen.format)


def _made(made: Made, form: str) -> int:
    """Tell what a command made, or why it could not; returns the exit status."""
    from sitegen.diagnostics import has_errors

    tell(made.diagnostics, form)
    for line in made.said:
        say(line)
    return 1 if has_errors(made.diagnostics) else 0


def _moment(chosen: argparse.Namespace) -> int | None:
    """The moment of `--as-of`, None for now; a day, or a time without a zone, is meant in the site's."""
    if chosen.as_of is None:
        return None
    from sitegen.project import read_moment

    moment = read_moment(chosen.project, chosen.as_of)
    if not isinstance(moment, int):
        tell((moment,), chosen.format)
        raise SystemExit(2)
    return moment


def _cores(wanted: int) -> int:
    """So many processes, or one a core."""
    return wanted or len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else wanted or os.cpu_count() or 1


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "build": _build,
    "check": _check,
    "status": _status,
    "accept": _accept,
    "serve": _serve,
    "ping": _ping,
    "links": _links,
    "schema": _schema,
    "next": _next,
    "import": _import,
    "new": _new,
}
