"""The engine: runs tasks, or takes what they made from before; knows nothing of what they make.

What a task made for a key is kept in the store between builds (a constructive trace); a published file is known by its
task's key, its fingerprint and its stamp (a verifying trace). The words are those of Mokhov, Mitchell and Peyton Jones,
*Build Systems à la Carte* (2018). With `fresh` nothing is known from before: that defines what a build means, and any
other build has to come to the same bytes.

The store is a folder of the engine's own; it may be deleted at any time, and what is damaged in it is made again.
"""

from __future__ import annotations

import itertools
import marshal
import os
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sitegen import files, tasks
from sitegen.files import Reader, Stamp
from sitegen.publish import Folder
from sitegen.tasks import CHUNK, Chunk, Damaged, Made, Place, Remembered, Stored, Task, Workers, chunk_of, hash_of

Result = tuple[Any, tuple[tuple[bytes, int, int], ...], bytes, str]
"""A constructive trace: head, the tails' fingerprints, offsets and lengths, what was told, and the tails' pack."""

Trace = tuple[bytes, bytes, Stamp, bytes]
"""A verifying trace: the task's key, the file's fingerprint and stamp, and what was told, encoded."""

Known = tuple[Any, list[Stored], tuple[Any, ...]]
"""A remembered result as the caller gets it: its head, the names of its tails, and what it tells."""

PACKS = 64
"""How many packs of stored values there may be before they are packed into one."""

NOTHING = tasks.encode(())


class Progress(Protocol):
    """Who wants to know how far the work is."""

    def stage(self, name: str, total: int) -> None:
        """A stage begins, of `total` steps (0 where that is not known)."""

    def advance(self, n: int) -> None:
        """So many steps more are done."""


class Store:
    """Values by name in a folder of the engine's own; what is damaged, or was written by other code, is not there."""

    def __init__(self, folder: Path, code: bytes):
        self.folder = folder
        self.code = code

    def read(self, name: str) -> Any:
        """The value (of the types that marshal knows), or None."""
        try:
            data = (self.folder / name).read_bytes()
        except OSError:
            return None
        head, value = data[:32], data[32:]
        return marshal.loads(value) if head == self.code + hash_of(value) else None

    def write(self, name: str, value: Any) -> None:
        """Keep a value. Raises OSError."""
        data = marshal.dumps(value)
        files.write_whole(self.folder / name, self.code + hash_of(data) + data)


@dataclass(frozen=True)
class Plan:
    """The table of contents of a folder: path and task, in the order of appearance; not `good`: not to be published.

    `facts` is what the caller wants to know of it again when nothing has changed (of the types that marshal knows).
    """

    outputs: Iterable[tuple[str, Task[Made]]] = ()
    told: tuple[Any, ...] = ()
    good: bool = True
    facts: Any = None


@dataclass(frozen=True)
class Published:
    """What publishing came to.

    `told` is all that plan and tasks had to tell, now or when they were run. `foreign` are planned paths that hold
    something which is not ours. `made` says why files were made again. Unless `done`, the folder is as it was.
    """

    told: tuple[Any, ...] = ()
    written: int = 0
    unchanged: int = 0
    removed: int = 0
    foreign: tuple[str, ...] = ()
    made: tuple[tuple[str, str], ...] = ()
    facts: Any = None
    done: bool = False


class Engine:
    """Remembers the results of pure tasks between builds, and makes a folder hold what tasks return.

    `code` is the fingerprint (16 bytes) of everything that tasks run, `read` gives the bytes of a source file by its
    path, `jobs` is the number of processes. Only one engine may use a store at a time.
    """

    def __init__(self, store: Store, read: Reader, workers: Workers, progress: Progress, *, fresh: bool = False):
        self.store = store
        self.read = read
        self.workers = workers
        self.progress = progress
        self.fresh = fresh
        self._packs = store.folder / "packs"
        self._used: dict[bytes, Result] = {}
        self._places: dict[bytes, Place] = {}
        self._known: dict[bytes, Result] | None = {} if fresh else None
        self._numbers = itertools.count()

    # -- results that are remembered

    def get(self, work: Sequence[Task[Remembered]], stage: str) -> list[Known]:
        """What is known of each task's result: run, or taken from before."""
        if self._known is None:
            self._known = self.store.read("results") or {}
        known, code = self._known, self.store.code
        keys = [task.key(code) for task in work]
        todo = [number for number, key in enumerate(keys) if key not in known]
        self.progress.stage(stage, len(todo))
        self._packs.mkdir(parents=True, exist_ok=True)

        def chunks() -> Iterator[Chunk]:
            for start in range(0, len(todo), CHUNK):
                target = str(self._packs / f"{next(self._numbers):x}")
                yield chunk_of(target, self.read, [work[n] for n in todo[start : start + CHUNK]], self.place_of)

        numbers = iter(todo)
        for _, (pack, made) in self.workers.map(tasks.remember, chunks()):
            for result in made:
                known[keys[next(numbers)]] = (*result, os.path.basename(pack))
            self.progress.advance(len(made))
        return [self._use(key, known[key]) for key in keys]

    def _use(self, key: bytes, result: Result) -> Known:
        self._used[key] = result
        head, tails, told, pack = result
        for tail, offset, length in tails:
            self._places[tail] = (pack, offset, length)
        return head, [Stored(tail) for tail, _, _ in tails], pickle.loads(told) if told else ()

    def place_of(self, fingerprint: bytes) -> Place:
        """Where a stored value lies. Raises Damaged where it is not in the store."""
        try:
            pack, offset, length = self._places[fingerprint]
        except KeyError as missing:
            raise Damaged(str(missing)) from None
        return f"{self._packs}/{pack}", offset, length

    def value_of(self, stored: Stored) -> Any:
        """A stored value itself. Raises Damaged."""
        return pickle.loads(tasks.read_stored(self.place_of(stored.fingerprint), stored.fingerprint))

    def keep(self) -> None:
        """Write down what was used in this build, and drop what was not. Raises OSError."""
        if not self._used:
            return
        named = {result[3] for result in self._used.values() if result[1]}
        if len(named) > PACKS and len(named) > len(self._used) // CHUNK * 2:
            named = {self._repack()}
        self.store.write("results", self._used)
        for pack in self._packs.iterdir():
            if pack.name not in named:
                pack.unlink(missing_ok=True)

    def _repack(self) -> str:
        """Copy all stored values that are in use into one pack, and return its name."""
        name = f"all-{os.urandom(6).hex()}"
        with open(self._packs / name, "wb") as out:
            for key, (head, tails, told, pack) in self._used.items():
                moved = []
                for tail, offset, length in tails:
                    moved.append((tail, out.tell(), length))
                    out.write(tasks.read_stored((f"{self._packs}/{pack}", offset, length), tail))
                self._used[key] = (head, tuple(moved), told, name)
        return name

    def forget(self) -> None:
        """Drop all that was remembered: the store turned out to be damaged."""
        files.remove_tree(self._packs)
        (self.store.folder / "results").unlink(missing_ok=True)
        self._known, self._used, self._places = {}, {}, {}

    # -- files that are published

    def publish(
        self, inputs: bytes, plan: Callable[[], Plan], target: Path, *, dry: bool = False, atomic: bool = False
    ) -> Published:
        """Make a folder hold just what a plan says, or leave it as it is where anything is wrong.

        `inputs` is the fingerprint of all that the plan is made from: with the same inputs and an untouched folder, no
        plan is made. Only bytes that differ are written. With `dry`, nothing is written at all; with `atomic`, all of
        it appears at one moment. Raises OSError, and Damaged where the store has to be forgotten first.
        """
        folder = Folder(target)
        before: dict[str, Trace] = {}
        trace = None if self.fresh else self.store.read("outputs")
        if trace is not None:
            last, told, facts, before = trace
            if last == inputs and folder.holds({path: each[2] for path, each in before.items()}):
                again = (*pickle.loads(told), *_notes(before.values()))
                return Published(again, unchanged=len(before), facts=facts, done=True)
        contents = plan()
        if not contents.good:
            return Published(contents.told)
        staging = self.store.folder / "staging"
        files.remove_tree(staging)
        staging.mkdir(parents=True)
        if not dry:
            folder.clear()
        try:
            made = _Making(self, folder, before, staging)
            made.run(contents)
            told = (*contents.told, *_notes(made.traces.values()), *made.failed)
            if made.failed or made.foreign or dry:
                done = not made.failed and not made.foreign
                return Published(told, 0, 0, 0, tuple(made.foreign), tuple(made.reasons), contents.facts, done)
            put = folder.swap if atomic else folder.put
            stamps, removed = put(made.staged, frozenset(made.traces))
        finally:
            files.remove_tree(staging)
        for path, stamp in stamps.items():
            key, mark, _, notes = made.traces[path]
            made.traces[path] = (key, mark, stamp, notes)
        self.store.write("outputs", (inputs, tasks.encode(contents.told), contents.facts, made.traces))
        written = len(made.staged)
        return Published(
            told, written, len(made.traces) - written, removed, (), tuple(made.reasons), contents.facts, done=True
        )


class _Making:
    """Running what has to be run of a plan, into a staging folder."""

    def __init__(self, engine: Engine, folder: Folder, before: dict[str, Trace], staging: Path):
        self.engine = engine
        self.folder = folder
        self.before = before
        self.staging = staging
        self.traces: dict[str, Trace] = {}
        self.staged: dict[str, str] = {}
        self.failed: list[Any] = []
        self.foreign: list[str] = []
        self.reasons: list[tuple[str, str]] = []
        self._checked: set[str] = set()

    def run(self, contents: Plan) -> None:
        """Run the tasks whose files are not as they have to be; see the attributes for what came of it."""
        engine = self.engine
        engine.progress.stage("pages", 0)
        rows: list[tuple[str, bytes, bytes | None]] = []
        done = 0
        for chunk, made in engine.workers.map(tasks.stage, self._chunks(contents, rows)):
            for (path, key, known), (mark, place, told) in zip(rows[done:], made, strict=False):
                self._take(path, key, known, mark, place, told)
            done += len(made)
            engine.progress.advance(len(chunk.tasks))

    def _take(
        self, path: str, key: bytes, known: bytes | None, mark: bytes | None, place: str | None, told: tuple[Any, ...]
    ) -> None:
        if mark is None:
            self.failed.extend(told)
            return
        stamp = self.folder.stamp(path) or (0, 0, 0, 0)
        if place is not None:
            if known is not None and path not in self.folder.owned:
                self.foreign.append(path)
            self.staged[path] = place
        self.traces[path] = (key, mark, stamp, tasks.encode(told) if told else NOTHING)

    def _chunks(self, contents: Plan, rows: list[tuple[str, bytes, bytes | None]]) -> Iterator[Chunk]:
        """The work that is to be done, in chunks; `rows` gets path, key and present content of each."""
        engine = self.engine
        group: list[tuple[Task[Made], bytes | None]] = []

        def packed() -> Chunk:
            target = str(self.staging / f"{len(rows):x}")
            return chunk_of(target, engine.read, [task for task, _ in group], engine.place_of, [k for _, k in group])

        for path, task in contents.outputs:
            key = task.key(engine.store.code)
            stamp = self.folder.stamp(path)
            old = self.before.get(path)
            if old is not None and old[0] == key and old[2] == stamp:
                self.traces[path] = old
                continue
            if (block := self.folder.blocked(path, self._checked)) is not None:
                self.foreign.append(block)
                continue
            known = self._content(path) if stamp is not None else None
            if old is not None and old[0] == key and old[1] == known:
                self.traces[path] = (key, old[1], stamp or (0, 0, 0, 0), old[3])
                continue
            self.reasons.append((path, _reason(task, key, old)))
            rows.append((path, key, known))
            group.append((task, known))
            if len(group) == CHUNK:
                yield packed()
                group = []
        if group:
            yield packed()

    def _content(self, path: str) -> bytes | None:
        """The fingerprint of what stands in the folder now."""
        try:
            return hash_of((self.folder.path / path).read_bytes())
        except OSError:
            return None


def _notes(traces: Iterable[Trace]) -> Iterator[Any]:
    for trace in traces:
        if trace[3] != NOTHING:
            yield from pickle.loads(trace[3])


def _reason(task: Task[Any], key: bytes, old: Trace | None) -> str:
    """Why a task is run: in the words of its function's parameters."""
    if old is None:
        return "new"
    if old[0] == key:
        return "missing or touched in the output folder"
    import inspect  # a build with nothing to do has no reasons to give

    names = ["function", *inspect.signature(task.function).parameters]
    changed = [name for n, name in enumerate(names) if old[0][16 * n :][:16] != key[16 * n :][:16]]
    return f"changed: {', '.join(changed)}"
