"""The line in a loop: a site kept in memory while it is written, whose files are made when they are asked for."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar, cast
from urllib.parse import unquote, urlsplit

from sitegen import build, contents, files, routes, scan, sources
from sitegen.build import Outcome
from sitegen.diagnostics import Diagnostic, has_errors, in_order, to_mend
from sitegen.incremental import Engine, Store
from sitegen.standings import Standing
from sitegen.tasks import Damaged, Made, Product, Task
from sitegen.traces import ALWAYS, Progress, Published
from sitegen.watch import ANYWHERE
from sitegen.workers import Workers

T = TypeVar("T")

AT_HAND = 256
"""Files that are kept once they were made."""


class Shown(NamedTuple):
    """A site at one moment, what the slots of its tasks hold, and what was told of it.

    Of each file, by its path, there is the task that makes it, and which of the files of that it is.
    `mark` and `found` are of the tasks alone; `facts` are what is known of the site.
    """

    tasks: Mapping[str, tuple[Task[Product], int]] = MappingProxyType({})
    slots: Mapping[str, bytes] = MappingProxyType({})
    mark: bytes | None = None
    found: tuple[Diagnostic, ...] = ()
    facts: Any = None


class Preview:
    """The site of a project folder as it was when it could last be made.

    `faults` are the errors that stand in the way of a newer one; `base` is the path in front of the site's addresses.
    The first `update` uses `jobs` processes, later ones none: they come from a process that has threads. All of it may
    be used from any thread. `clock` tells the time in nanoseconds since 1970.
    """

    def __init__(self, project: Path, jobs: int, progress: Progress, clock: Callable[[], int] = time.time_ns):
        self.base = "/"
        self.faults: tuple[Diagnostic, ...] = ()
        self._project = project
        self._jobs = jobs
        self._progress = progress
        self._clock = clock
        self._lock = threading.RLock()
        self._engine: Engine | None = None
        self._tree = scan.Tree(files.Reader(str(project)), {})
        self._index: scan.Index = {}
        self._changed: set[str] = set()
        self._outcome = Outcome(())
        self._shown = Shown()
        self._period = ALWAYS
        self._made: dict[str, tuple[bytes, Made]] = {}

    def __contains__(self, path: str) -> bool:
        """Whether the site has a file."""
        return path in self._shown.tasks

    def update(self, folders: Collection[str] = (ANYWHERE,)) -> Outcome:
        """Take in what changed in these folders of the project; where nothing did, the last outcome is returned."""
        with self._lock:
            self._changed.update(folders)
            if os.path.lexists(self._project / "sitegen.yaml"):
                updated = build.guarded(self._updated)
                outcome = Outcome((updated,)) if isinstance(updated, Diagnostic) else updated
            else:
                outcome = Outcome((sources.no_settings(),))
            faults = [one for one in outcome.diagnostics if has_errors([one])]
            # That another sitegen is at work is over in a moment, and nothing to mend.
            self.faults = tuple(one for one in faults if one.code != "locked" or not self._shown.tasks)
            return outcome

    def make(self, path: str) -> Made:
        """The bytes of one of the site's files, or None with what stands in their way."""
        with self._lock:
            made = build.guarded(lambda: self._with_engine(partial(self._made_with, path)))
            return (None, (made,)) if isinstance(made, Diagnostic) else made

    def standings(self) -> tuple[Standing, ...]:
        """How the translations of the site stand; nothing where something is in the way of knowing it."""
        with self._lock:
            found = build.guarded(lambda: self._with_engine(self._standings))
            return () if isinstance(found, Diagnostic) else found

    # -- taking in changes

    def _updated(self) -> Outcome:
        with files.locked(self._project / build.STORE, wait=0.0) as store:  # pages wait as well; it is tried again
            try:
                self._outcome = self._advanced(store)
            except Damaged:  # another sitegen has tidied up: what it left is read anew
                self._engine = None
                self._outcome = self._advanced(store)
            self._changed.clear()
            return self._outcome

    def _advanced(self, store: Path) -> Outcome:
        if self._engine is None:
            return self._begun(Store(store, build.code_fingerprint()))
        now = self._clock()
        if ANYWHERE in self._changed:
            tree, index = scan.scan(self._project, self._index, now)
        else:
            tree, index = scan.rescan(self._project, self._tree, self._index, self._changed, now)
        since, until = self._period
        same = tree.fingerprint == self._tree.fingerprint and since <= now // 1000 < until
        outcome = self._outcome if same else self._planned(self._engine, tree, now // 1000)
        self._tree, self._index = tree, index
        return outcome

    def _begun(self, store: Store) -> Outcome:
        """The first outcome, with what is known from before."""
        known = store.read("index") or {}
        now = self._clock()
        tree, index = scan.scan(self._project, known, now)
        if index != known:
            store.write("index", index)
        workers = Workers(self._jobs)
        engine = Engine(store, tree.reader, workers, self._progress)
        try:
            outcome = self._planned(engine, tree, now // 1000)
        except Damaged:
            engine.forget()
            outcome = self._planned(engine, tree, now // 1000)
        finally:
            workers.close()
        engine.keep(unused=True)
        engine.workers = Workers(1)
        self._jobs = 1
        self._engine, self._tree, self._index = engine, tree, index
        return outcome

    def _planned(self, engine: Engine, tree: scan.Tree, moment: int) -> Outcome:
        """What there is to tell of the site now; it is shown from now on, if it can be made."""
        plan, shown = contents.planned(engine, tree, moment, preview=True), self._shown
        self._period = plan.period
        if plan.mark is None or plan.mark != shown.mark:
            made = plan.make()
            if not made.good:
                return Outcome(in_order(to_mend((*plan.told, *made.told))))
            tasks = {path: (task, number) for paths, task in made.outputs for number, path in enumerate(paths)}
            shown = Shown(tasks, plan.slots, plan.mark, made.told, made.facts)
            self.base = _base_of(engine.make(tasks[routes.ROBOTS][0], plan.slots)[0])
        self._shown = shown._replace(slots=plan.slots)
        told = in_order(to_mend((*plan.told, *shown.found)))
        return Outcome(told, Published(told, facts=shown.facts, done=True))

    # -- making files

    def _with_engine(self, work: Callable[[Engine], T]) -> T:
        """What is made with what the engine knows; begun anew where another sitegen has tidied that up."""
        if self._engine is not None:
            with contextlib.suppress(Damaged):
                return work(self._engine)
            self._engine = None
        self._updated()
        return work(cast(Engine, self._engine))

    def _made_with(self, path: str, engine: Engine) -> Made:
        if path not in self._shown.tasks:
            return None, ()
        (task, number), slots = self._shown.tasks[path], self._shown.slots
        made_from = task.key(engine.store.code) + b"".join([slots[name] for name in task.slots])
        known = self._made.get(path)
        if known is not None and known[0] == made_from:
            return known[1]
        if len(self._made) >= AT_HAND:
            self._made.clear()
        made = engine.make(task, slots)[number]
        self._made[path] = (made_from, made)
        return made

    def _standings(self, engine: Engine) -> tuple[Standing, ...]:
        parsed = contents.read(contents.Asker(engine, self._tree), self._clock() // 1000, preview=True)
        return contents.standings(engine, parsed) if parsed else ()


def _base_of(robots: Made) -> str:
    """The path in front of a site's addresses, as its robots.txt has it in front of the sitemap (RFC 9309)."""
    for line in (robots[0] or b"").decode().splitlines():
        if line.startswith("Sitemap: "):
            return unquote(urlsplit(line.removeprefix("Sitemap: ")).path).removesuffix(routes.SITEMAP)
    return "/"
