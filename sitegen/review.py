"""`sitegen status` and `sitegen accept`: how translations stand, and writing down that they are right as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from sitegen import build, contents, sources
from sitegen.build import Keeper, Options
from sitegen.diagnostics import Diagnostic, did_you_mean, error, has_errors, in_order
from sitegen.incremental import Engine
from sitegen.scan import Tree
from sitegen.standings import Standing, chosen
from sitegen.tasks import Task
from sitegen.traces import Known, Progress


class Status(NamedTuple):
    """How translations stand, and the errors that are in the way of knowing more."""

    standings: tuple[Standing, ...]
    diagnostics: tuple[Diagnostic, ...]


class Accepted(NamedTuple):
    """What was accepted, a line each, and what was wrong."""

    said: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]


def status(project: Path, named: Sequence[str], options: Options, progress: Progress) -> Status:
    """How the translations of some threads, issues and pages stand, or of all; nothing but the store is written."""

    def ask(engine: Engine, tree: Tree, moment: int) -> Status:
        asker = contents.Asker(engine, tree)
        parsed = contents.read(asker, moment)
        if parsed is None:
            return Status((), tuple(asker.told))
        standings = contents.standings(engine, parsed)
        engine.keep(unused=True)
        names, told = chosen(named, [each.name for each in standings])
        shown = [each for each in standings if not named or each.name in names]
        return Status(tuple(shown), (*told, *_errors(asker.told)))

    found, told = build.asked(project, options, progress, ask)
    return found or Status((), told)


def accept(project: Path, named: Sequence[str], langs: Sequence[str], options: Options, progress: Progress) -> Accepted:
    """Record the present state of some threads, issues and pages, or of all, as right, into these languages, or all."""

    def ask(engine: Engine, tree: Tree, moment: int) -> Accepted:
        asker = contents.Asker(engine, tree)
        parsed = contents.read(asker, moment)
        if parsed is None:
            return Accepted((), tuple(asker.told))
        known = parsed.settings.languages
        told = [_no_language(lang, known) for lang in langs if lang not in known]
        units = {unit.name: (unit, each) for unit, each in zip(parsed.found.units, parsed.units, strict=True)}
        names, faults = chosen(named, list(units))
        told += faults
        wanted = {name: units[name] for name in (names if named else units)}
        told += (one for _, each in wanted.values() for one in _errors(each.told))
        if told:
            return Accepted((), tuple(told))
        into = tuple(lang for lang in known if not langs or lang in langs)
        keeper = Keeper(project, engine.store.folder)
        said = tuple(_accepted(engine, parsed, wanted, into, keeper))
        return Accepted(said, tuple(map(_not_accepted, keeper.told)))

    found, told = build.asked(project, options, progress, ask)
    return found or Accepted((), told)


def _accepted(
    engine: Engine,
    parsed: contents.Parsed,
    wanted: dict[str, tuple[sources.Unit | sources.PageUnit, Known]],
    into: tuple[str, ...],
    keeper: Keeper,
) -> Iterator[str]:
    """Write what is accepted; yields what is to be said of it."""
    work = [parsed.work_on(unit) for unit, _ in wanted.values()]
    made = engine.get([Task(task.function, (*task.args, into)) for task in work], "texts")
    locks = {
        unit.lock: (name, stored)
        for (name, (unit, _)), each in zip(wanted.items(), made, strict=True)
        if (stored := sources.translations_in(unit, each.tails)[1]) is not None
    }
    written = keeper((path, engine.value_of(stored)) for path, (_, stored) in locks.items())
    yield from (f"accepted {locks[path][0]}: {path}" for path in written)
    if not locks:
        yield "there was nothing to accept: these translations are recorded as they are"


def _not_accepted(one: Diagnostic) -> Diagnostic:
    """What a build only warns of: here, it is what was asked for."""
    return error(one.code, one.message, one.span, "run `sitegen accept` where the file can be written")


def _no_language(lang: str, known: Sequence[str]) -> Diagnostic:
    hint = did_you_mean(lang, known) or f"there are: {', '.join(known)}"
    return error("unknown-language", f"`{lang}` is no language of this site", help=hint)


def _errors(told: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    return in_order(one for one in told if has_errors([one]))
