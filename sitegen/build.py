"""The line from files to bytes, on one screen: scan, parse, assemble, plan, render, publish."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

from sitegen import contents, files, scan, sources
from sitegen.companion import Killed
from sitegen.contents import Facts
from sitegen.diagnostics import Diagnostic, Span, error, has_errors, in_order, to_mend, warning
from sitegen.incremental import Engine, Store
from sitegen.tasks import Damaged, hash_of
from sitegen.traces import Progress, Published
from sitegen.workers import Unavailable, Workers

T = TypeVar("T")

STORE = ".sitegen"
"""The engine's folder in a project."""

CHECKS = "checks"
"""The folder in there of what checks remember: no build reads it."""

RENDERING = (
    *(f"sitegen.{name}" for name in ("templating", "plan", "feeds.atom", "feeds.rss", "feeds.jsonfeed")),
    "uuid",
)
"""The modules that make pages and feeds, first those that are sure to be needed."""

LIBRARIES = (
    *("feedgen", "jinja2", "lxml", "manimgx-fonts-cjk", "markdown-it-py", "markupsafe", "mdit-py-plugins", "pillow"),
    *("pyyaml", "tzdata"),
)
"""Those whose work shows in the output: another version may write other bytes."""


class Options(NamedTuple):
    """How a build is done.

    `dry` stops before publishing; `fresh` forgets what earlier builds remembered; with `atomic` the new site takes the
    place of the old one at one moment; `scheduler` is the address of a Dask cluster that does the work of `jobs`. A
    `review` tells what a careful editor would see as well. The site is that of the `moment`, in microseconds since
    1970; without one, of now.
    """

    output: Path
    jobs: int = 1
    dry: bool = False
    fresh: bool = False
    atomic: bool = False
    scheduler: str | None = None
    review: bool = False
    moment: int | None = None


class Outcome(NamedTuple):
    """What a build came to; `diagnostics` are in the order in which they are to be told."""

    diagnostics: tuple[Diagnostic, ...]
    published: Published = Published()

    @property
    def facts(self) -> Facts:
        """What is known of the site."""
        return Facts(*self.published.facts or ())

    @property
    def good(self) -> bool:
        """Whether the site could be made."""
        return not has_errors(self.diagnostics)


def build(project: Path, options: Options, progress: Progress) -> Outcome:
    """Build the site of a project folder; nothing is published unless all of it could be made."""
    return _run(project, options, progress, _publish)


def look(project: Path, options: Options, progress: Progress) -> Outcome:
    """What is known of the site of a project folder (`facts`), without making any of its files."""
    return _run(project, options._replace(dry=True), progress, _look)


Work = Callable[[Engine, scan.Tree, int, Options, "Keeper"], Published]
"""What is done with the files that were found, as of a moment."""


def _run(project: Path, options: Options, progress: Progress, work: Work) -> Outcome:
    if os.path.lexists(project / "sitegen.yaml") and (fault := output_fault(project, options.output)) is not None:
        return Outcome((fault,))

    def run(engine: Engine, tree: scan.Tree, moment: int) -> Outcome:
        keeper = Keeper(project, engine.store.folder)
        published = work(engine, tree, moment, options, keeper)
        if options.dry or not published.done:  # what was read is known next time, whatever became of it
            engine.keep(unused=True)
        told = in_order((*published.told, *map(_foreign, published.foreign), *keeper.told))
        told = in_order(_reviewed(engine, tree, moment, told)) if options.review else to_mend(told)
        return Outcome(_each_template_once(told), published)

    outcome, faults = asked(project, options, progress, run)
    return outcome or Outcome(faults)


Question = Callable[[Engine, scan.Tree, int], T]
"""What is asked of an engine about the files that were found, as of a moment."""


def asked(
    project: Path, options: Options, progress: Progress, question: Question[T]
) -> tuple[T | None, tuple[Diagnostic, ...]]:
    """What an engine answers to a question about a project's files, or None and why it cannot."""
    if not os.path.lexists(project / "sitegen.yaml"):
        return None, (sources.no_settings(),)
    project = project.absolute() if options.scheduler else project
    workers = _workers(project, options)
    try:
        answered = guarded(lambda: _answered(project, options, workers, progress, question))
    finally:
        workers.close()
    return (None, (answered,)) if isinstance(answered, Diagnostic) else (answered, ())


def _answered(project: Path, options: Options, workers: Workers, progress: Progress, question: Question[T]) -> T:
    with files.locked(project / STORE) as folder:
        store = Store(folder, code_fingerprint())
        known = {} if options.fresh else store.read("index") or {}
        now = time.time_ns()  # the only place where a build asks for the time
        tree, index = scan.scan(project, known, now, workers.begin)
        if index != known:
            store.write("index", index)
        engine = Engine(store, tree.reader, workers, progress, fresh=options.fresh, ahead=RENDERING)
        moment = now // 1000 if options.moment is None else options.moment
        try:
            return question(engine, tree, moment)
        except Damaged:
            engine.forget()
            return question(engine, tree, moment)


def _workers(project: Path, options: Options) -> Workers:
    if options.scheduler is None:
        return Workers(options.jobs)
    from sitegen import cluster

    start = partial(cluster.connect, options.scheduler, project / STORE, code_fingerprint)
    return Workers(options.jobs, start, cluster.CHUNK)


def _publish(engine: Engine, tree: scan.Tree, moment: int, options: Options, keeper: Keeper) -> Published:
    plan = partial(contents.planned, engine, tree, moment, keeper)
    how = {"dry": options.dry, "atomic": options.atomic}
    return engine.publish(tree.fingerprint, plan, options.output, moment=moment, **how)


def _look(engine: Engine, tree: scan.Tree, moment: int, options: Options, keeper: Keeper) -> Published:
    return engine.look(tree.fingerprint, moment, partial(contents.planned, engine, tree, moment, keeper))


def _reviewed(engine: Engine, tree: scan.Tree, moment: int, told: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """All that a check has to tell. It remembers what it has looked at in a store of its own."""
    from sitegen.checks import review  # no build loads it

    def outputs() -> frozenset[str] | None:
        contents_now = contents.planned(engine, tree, moment).make()
        return frozenset(path for paths, _ in contents_now.outputs for path in paths) if contents_now.good else None

    store = Store(engine.store.folder / CHECKS, engine.store.code)
    store.folder.mkdir(exist_ok=True)
    own = Engine(store, tree.reader, engine.workers, engine.progress)
    try:
        return review.reviewed(own, tree, moment, told, outputs)
    except Damaged:
        own.forget()
        return review.reviewed(own, tree, moment, told, outputs)


class Keeper:
    """Writes what a site remembers beside its content, once it is published; `told` is what could not be kept."""

    def __init__(self, project: Path, store: Path) -> None:
        self.project, self.waiting = project, store / "settling"
        self.told: list[Diagnostic] = []

    def __call__(self, texts: Iterable[tuple[str, bytes]]) -> list[str]:
        """Write files of the project; returns the paths of those that were written."""
        asked: list[str] = []

        def noted() -> Iterator[tuple[str, bytes]]:
            for path, data in texts:
                asked.append(path)
                yield path, data

        written, problem = files.write_several(self.project, self.waiting, noted())
        if problem is not None:
            self._tell(sorted({*asked} - {*written}), problem)
        return written

    def _tell(self, unkept: list[str], problem: OSError) -> None:
        why, advice = problem.strerror or problem, "build once where the file can be written"
        if sources.LOCK in unkept:
            message = f"the ids of what was published for the first time could not be kept: {why}"
            self.told.append(warning("ids-not-kept", message, Span(sources.LOCK), advice))
        if others := [path for path in unkept if path != sources.LOCK]:
            more = f", and {len(others) - 1:,} more like it," if len(others) > 1 else ""
            message = f"what translations were made from could not be kept: this{more} could not be written: {why}"
            self.told.append(warning("translations-not-kept", message, Span(others[0]), advice))


# -- guards ------------------------------------------------------------------------------------------------------------


def guarded(run: Callable[[], T]) -> T | Diagnostic:
    """What a part of a build returns, or what kept it from its end, if that is no fault of ours."""
    try:
        return run()
    except (files.Unreadable, Unavailable) as stopped:
        return stopped.diagnostic
    except OSError as problem:
        return _cannot_write(problem)
    except Killed:
        return error("process-killed", "a process of the build was killed; is there enough memory?")


def code_fingerprint() -> bytes:
    """Sixteen bytes for all code that a build runs: sitegen's own, the libraries', and the interpreter's version."""
    own: list[bytes] = []
    for folder, folders, names in os.walk(os.path.dirname(__file__)):
        folders.sort()
        for name in sorted(names):
            if name.endswith(".py"):
                with open(os.path.join(folder, name), "rb", buffering=0) as code:
                    own.append(code.read())
    return hash_of(b"\0".join([*own, *(each.encode() for each in _libraries()), sys.version.encode()]))


def _libraries() -> list[str]:
    """The libraries' names and versions, as the folders of their metadata are called (`jinja2-3.1.6.dist-info`).

    To ask `importlib.metadata` for the same would take a third of a build that has nothing to do.
    """
    found: list[str] = []
    for folder in map(Path, sys.path):
        with contextlib.suppress(OSError):
            found += [each.name.lower() for each in folder.iterdir() if each.suffix in (".dist-info", ".egg-info")]
    return sorted(each for each in found if each.partition("-")[0].replace("_", "-") in LIBRARIES)


def output_fault(project: Path, output: Path) -> Diagnostic | None:
    """What makes a folder unfit to be published to, or None."""
    target, root = os.path.realpath(output), os.path.realpath(project)
    kept = {os.path.join(root, name): name for name in ("content", "themes", STORE, ".git")}
    if files.inside(root, target):
        why = "it holds the project itself"
    elif (held := next((name for path, name in kept.items() if files.inside(target, path)), None)) is not None:
        why = f"it lies in `{held}`"
    elif files.inside(os.path.realpath(Path.home()), target):
        why = "it holds your home folder"
    elif os.path.lexists(target) and not os.path.isdir(target):
        why = "it is no folder"
    else:
        return None
    return error("bad-output", f"`{output}` cannot be the output folder: {why}", help="use a folder of its own")


def _foreign(path: str) -> Diagnostic:
    message = "a file that sitegen did not make stands where a page has to be"
    return error("foreign-file", message, Span(f"output: {path}"), "move it away, or choose another output folder")


def _cannot_write(problem: OSError) -> Diagnostic:
    place = Span(str(problem.filename)) if problem.filename else None
    if problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        message = f"there is no room to write: {problem.strerror}"
        return error("no-room", message, place, "make room and build again: that mends what was begun")
    return error(
        "cannot-write",
        f"{problem.strerror or problem}",
        place,
        "make that possible and build again: that mends what was begun",
    )


def _each_template_once(told: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Of a template's failure at one place, the first page that shows it: thousands may fail alike."""
    seen: set[tuple[str, Span | None, str]] = set()
    kept: list[Diagnostic] = []
    for one in told:
        same = (one.code, one.span, one.message)
        if one.code == "template-failed" and same in seen:
            continue
        seen.add(same)
        kept.append(one)
    return tuple(kept)
