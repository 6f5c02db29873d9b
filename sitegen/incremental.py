"""The engine: runs tasks, or takes what they made from before; knows nothing of what they make.

What a task made for a key is kept in the store between builds (a constructive trace); a published file is known by its
task's key, its fingerprint and its stamp (a verifying trace). The words are those of Mokhov, Mitchell and Peyton Jones,
*Build Systems à la Carte* (2018). With `fresh` nothing is known from before: that defines what a build means, and any
other build has to come to the same bytes.

The store is a folder of the engine's own; it may be deleted at any time, and what is damaged in it is made again.
"""

from __future__ import annotations

import marshal
import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from sitegen import files, tasks
from sitegen.files import Reader, Stamp, nth
from sitegen.packs import Packs
from sitegen.publish import Folder
from sitegen.tasks import Chunk, Made, Remembered, Shared, Stored, Task, Workers, chunk_of, hash_of


class Trace(NamedTuple):
    """A verifying trace: what a file was made of, and what became of it.

    `key` is the task's, `filled` the fingerprints of what was in its `slots`; `mark` is the file's, `told` is what was
    told, encoded, and `task` the fingerprint of the encoded task in the packs. Its stamp is kept apart.
    """

    key: bytes
    slots: tuple[str, ...]
    filled: bytes
    mark: bytes
    told: bytes
    task: bytes


class Known(NamedTuple):
    """A remembered result as the caller gets it: its head and the fingerprint of that, its tails, and what it tells."""

    head: Any
    mark: bytes
    tails: tuple[Stored, ...]
    told: tuple[Any, ...]


NOTHING = tasks.encode(())
UNKNOWN: Stamp = bytes(32)
ALWAYS = (-(1 << 62), 1 << 62)
"""The period of what does not change by itself."""

PACKED = 4000
"""Encoded tasks that may wait to be put into a pack."""


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


class Settled(NamedTuple):
    """What source files that were written once the folder was published make of inputs, mark and results.

    `same` has the key under which the result of a task comes out again, by the key that it had, and how many of its
    tails it has then.
    """

    inputs: bytes
    mark: bytes | None
    same: Mapping[bytes, tuple[bytes, int]]


class Contents(NamedTuple):
    """The table of contents of a folder: path and task, in the order of appearance; not `good`: not to be published.

    `shared` are all values that the tasks share. `facts` is what the caller wants to know of it again when nothing has
    changed (of the types that marshal knows). What is `settled` is for the plan to write.
    """

    outputs: Iterable[tuple[str, Task[Made]]] = ()
    shared: Iterable[Shared[Any]] = ()
    told: tuple[Any, ...] = ()
    good: bool = True
    facts: Any = None
    settled: bytes | None = None


class Plan(NamedTuple):
    """How the table of contents is made.

    `mark` is the fingerprint of all that it is made from, `slots` has the fingerprints of the stored values that its
    tasks ask for by name. What was made with the same mark is not made again, unless that is None. At any moment of the
    `period`, up to its end, the same inputs make the same plan. Once the folder is published, `settle` writes source
    files: what the contents have settled, and what its results tell. The same has to come out when these are there.
    """

    make: Callable[[], Contents]
    mark: bytes | None = None
    slots: Mapping[str, bytes] = MappingProxyType({})
    told: tuple[Any, ...] = ()
    period: tuple[int, int] = ALWAYS
    settle: Callable[[bytes | None], Settled | None] | None = None


class Published(NamedTuple):
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


class Outputs(NamedTuple):
    """The last publishing.

    Its inputs; the plan's mark and period; all that was told, by the plan, by the contents, by tasks; the facts; the
    shared values; the paths in the order of the list in the folder, and the stamps of these files, one after the other.
    The `Trace`s (by path) are encoded, since a build with nothing to do asks for none.
    """

    inputs: bytes
    mark: bytes | None
    period: tuple[int, int]
    told: bytes
    found: bytes
    notes: bytes
    facts: Any
    shared: tuple[bytes, ...]
    paths: tuple[str, ...]
    stamps: bytes
    traces: bytes

    def hold(self, inputs: bytes, moment: int) -> bool:
        """Whether the plan would be the same."""
        return self.inputs == inputs and self.period[0] <= moment < self.period[1]

    def all_told(self) -> tuple[Any, ...]:
        """All that was told."""
        return tuple(one for several in (self.told, self.found, self.notes) for one in pickle.loads(several))


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
        self._used: dict[bytes, Any] = {}
        self._asked: dict[bytes, Known] = {}
        last = None if fresh else store.read("outputs")
        self._outputs = Outputs(*last) if last else None

    @cached_property
    def _known(self) -> dict[bytes, Any]:
        """Results by key; a build with nothing to do does not ask for them."""
        return {} if self.fresh else self.store.read("results") or {}

    @cached_property
    def _traces(self) -> dict[str, Trace]:
        """What is known of the files that were published last."""
        if self._outputs is None:
            return {}
        return {path: Trace(*each) for path, each in marshal.loads(self._outputs.traces).items()}

    @cached_property
    def packs(self) -> Packs:
        """Where values are stored."""
        return Packs(self.store.folder / "packs", {} if self.fresh else self.store.read("places") or {})

    # -- results that are remembered

    def get(self, work: Sequence[Task[Remembered]], stage: str, size: int | None = None) -> list[Known]:
        """What is known of each task's result: run, or taken from before; `size` tasks travel together."""
        known, code = self._known, self.store.code
        keys = [task.key(code) for task in work]
        todo = [number for number, key in enumerate(keys) if key not in known]
        self.progress.stage(stage, len(todo))

        def chunks() -> Iterator[Chunk]:
            step = size or self.workers.size
            for start in range(0, len(todo), step):
                group = [(work[number], tasks.encode(work[number])) for number in todo[start : start + step]]
                yield chunk_of(self.packs.target(), self.read, group, self.packs)

        numbers = iter(todo)
        for _, (pack, placed, results) in self.workers.map(tasks.remember, chunks()):
            self.packs.note(pack, placed)
            for result in results:
                known[keys[next(numbers)]] = tuple(result)
            self.progress.advance(len(results))
        asked = self._asked
        for key in keys:
            if key not in asked:
                head, mark, tails, told = self._used[key] = known[key]
                asked[key] = Known(head, mark, tuple(map(Stored, tails)), pickle.loads(told) if told else ())
        return [asked[key] for key in keys]

    def value_of(self, stored: Stored) -> Any:
        """A stored value itself. Raises Damaged."""
        return pickle.loads(self.packs.read(stored.fingerprint))

    def make(self, task: Task[Made], slots: Mapping[str, bytes]) -> Made:
        """What a task of a plan returns, made here and now. Raises Damaged, and Unreadable."""
        return tasks.run(chunk_of("", self.read, [(task, tasks.encode(task))], self.packs, slots))

    def keep(self, *, unused: bool = False) -> None:
        """Write down what is known now, also what this build did not ask for, if `unused`. Raises OSError, Damaged."""
        results = self._known if unused else self._used
        used = [tail for result in results.values() for tail in result[2]]
        if self._outputs is not None:
            used += [*self._outputs.shared, *(trace[5] for trace in self._traces.values())]
        self.packs.keep(used)
        self.store.write("places", self.packs.places)
        self.store.write("results", results)
        self.store.write("outputs", self._outputs and tuple(self._outputs))

    def forget(self) -> None:
        """Drop all that was remembered: the store turned out to be damaged."""
        for name in ("places", "results", "outputs"):
            (self.store.folder / name).unlink(missing_ok=True)
        files.remove_tree(self.packs.folder)
        self._known, self._used, self._asked, self._outputs, self._traces = {}, {}, {}, None, {}
        self.packs.places = {}

    # -- files that are published

    def look(self, inputs: bytes, moment: int, plan: Callable[[], Plan]) -> Published:
        """What a plan says of its folder: what it tells and its facts, without making any file. May raise Damaged."""
        if self._outputs is not None and self._outputs.hold(inputs, moment):
            return Published(self._outputs.all_told(), facts=self._outputs.facts, done=True)
        of = plan()
        contents = self._contents(of)
        return Published((*of.told, *contents.told), facts=contents.facts, done=contents.good)

    def publish(
        self,
        inputs: bytes,
        plan: Callable[[], Plan],
        target: Path,
        *,
        moment: int = 0,
        dry: bool = False,
        atomic: bool = False,
    ) -> Published:
        """Make a folder hold just what a plan says, or leave it as it is where anything is wrong.

        `inputs` is the fingerprint of all that the plan is made from but the `moment`: with the same inputs, in the
        same period and with an untouched folder, no plan is made. Only bytes that differ are written. With `dry`,
        nothing is written at all; with `atomic`, all of it appears at one moment. Raises OSError, and Damaged where the
        store has to be forgotten first.
        """
        folder = Folder(target)
        last = self._outputs
        if last is not None and last.hold(inputs, moment) and folder.holds(last.paths, last.stamps):
            return Published(last.all_told(), unchanged=len(last.paths), facts=last.facts, done=True)
        of = plan()
        staging = self.store.folder / "staging"
        files.remove_tree(staging)
        staging.mkdir(parents=True, exist_ok=True)  # a worker of a build that was killed may still write into it
        try:
            return self._published(inputs, of, folder, staging, dry=dry, atomic=atomic)
        finally:
            files.remove_tree(staging)

    def _is_last(self, plan: Plan) -> bool:
        """Whether the table of contents is that of the last publishing."""
        return self._outputs is not None and plan.mark is not None and plan.mark == self._outputs.mark

    def _contents(self, plan: Plan) -> Contents:
        """The table of contents of a plan; without outputs where it is the last one."""
        last = self._outputs
        if last is None or not self._is_last(plan):
            return plan.make()
        return Contents(told=pickle.loads(last.found), facts=last.facts)

    def _published(
        self, inputs: bytes, plan: Plan, folder: Folder, staging: Path, *, dry: bool, atomic: bool
    ) -> Published:
        last, before = self._outputs, self._traces
        stamps = {path: nth(last.stamps, n) for n, path in enumerate(last.paths)} if last else {}
        making = _Making(self, folder, before, stamps, staging, plan.slots)
        contents = self._contents(plan)
        if not contents.good:
            return Published((*plan.told, *contents.told))
        if last is not None and self._is_last(plan):
            shared = last.shared
            rows: Rows = ((path, each.key, each.slots, None) for path, each in before.items())
        else:
            self.packs.add({each.fingerprint: each.encoded for each in contents.shared})
            shared = tuple(each.fingerprint for each in contents.shared)
            rows = ((path, task.key(self.store.code), task.slots, task) for path, task in contents.outputs)
        if not dry:
            folder.clear()
        making.run(rows)
        notes = tuple(_notes(making.traces.values()))
        told = (*plan.told, *contents.told, *notes, *making.failed)
        if making.failed or making.foreign or dry:
            done = not making.failed and not making.foreign
            return Published(told, 0, 0, 0, tuple(making.foreign), tuple(making.reasons), contents.facts, done)
        put = folder.swap if atomic else folder.put
        put_stamps, removed = put(making.staged, frozenset(making.traces))
        making.stamps.update(put_stamps)
        self._traces = making.traces
        paths = tuple(sorted(making.traces))
        settled = plan.settle(contents.settled) if plan.settle else None
        made_from, mark = (settled.inputs, settled.mark) if settled else (inputs, plan.mark)
        for before_key, (key, tails) in settled.same.items() if settled else ():
            head, of, kept, notes_of = self._used.pop(before_key)
            self._used[key] = head, of, kept[:tails], notes_of
        self._outputs = Outputs(
            made_from,
            mark,
            plan.period,
            tasks.encode(plan.told),
            tasks.encode(contents.told),
            tasks.encode(notes),
            contents.facts,
            shared,
            paths,
            b"".join([making.stamps[path] for path in paths]),
            marshal.dumps({path: tuple(trace) for path, trace in making.traces.items()}),
        )
        self.keep()
        written = len(making.staged)
        reasons = tuple(making.reasons)
        unchanged = len(paths) - written
        return Published(told, written, unchanged, removed, (), reasons, contents.facts, done=True)


Row = tuple[str, bytes, tuple[str, ...], Task[Made] | None]
"""A path, the key and the slots of its task, and the task itself, or None where it is the one of the last build."""

Rows = Iterable[Row]


class _Making:
    """Running what has to be run of a plan, into a staging folder."""

    def __init__(
        self,
        engine: Engine,
        folder: Folder,
        before: Mapping[str, Trace],
        stamps: Mapping[str, Stamp],
        staging: Path,
        slots: Mapping[str, bytes],
    ):
        self.engine = engine
        self.folder = folder
        self.before = before
        self.before_stamps = stamps
        self.staging = staging
        self.slots = slots
        self.traces: dict[str, Trace] = {}
        self.stamps: dict[str, Stamp] = {}
        self.staged: dict[str, str] = {}
        self.failed: list[Any] = []
        self.foreign: list[str] = []
        self.reasons: list[tuple[str, str]] = []
        self._checked: set[str] = set()
        self._encoded: dict[bytes, bytes] = {}

    def run(self, rows: Rows) -> None:
        """Run the tasks whose files are not as they have to be; see the attributes for what came of it."""
        engine = self.engine
        engine.progress.stage("pages", 0)
        waiting: deque[tuple[str, Trace, bytes | None]] = deque()
        for chunk, made in engine.workers.map(tasks.stage, self._chunks(rows, waiting)):
            for mark, place, told in made:
                self._take(*waiting.popleft(), mark, place, told)
            engine.progress.advance(len(chunk.tasks))
        self._pack()

    def _pack(self) -> None:
        self.engine.packs.add(self._encoded)
        self._encoded = {}

    def _take(
        self,
        path: str,
        trace: Trace,
        known: bytes | None,
        mark: bytes | None,
        place: str | None,
        told: tuple[Any, ...],
    ) -> None:
        if mark is None:
            self.failed.extend(told)
            return
        if place is not None:
            if known is not None and path not in self.folder.owned:
                self.foreign.append(path)
            self.staged[path] = place
        self.traces[path] = trace._replace(mark=mark, told=tasks.encode(told) if told else NOTHING)

    def _chunks(self, rows: Rows, waiting: deque[tuple[str, Trace, bytes | None]]) -> Iterator[Chunk]:
        """The work that is to be done, in chunks; `waiting` gets path, trace to be and present content of each."""
        group: list[tuple[Task[Made], bytes]] = []
        known: list[bytes | None] = []
        for path, key, slots, planned in rows:
            filled = b"".join(map(self.slots.__getitem__, slots)) if slots else b""
            stamp = self.folder.stamp(path)
            old = self.before.get(path)
            same = old is not None and old.key == key and old.filled == filled
            self.stamps[path] = stamp or UNKNOWN
            if old is not None and same and self.before_stamps[path] == stamp:
                self.traces[path] = old
                continue
            if (block := self.folder.blocked(path, self._checked)) is not None:
                self.foreign.append(block)
                continue
            content = self._content(path) if stamp is not None else None
            if old is not None and same and old.mark == content:
                self.traces[path] = old
                continue
            task, encoded = self._task(path, planned)
            self.reasons.append((path, _reason(task, key, filled, old)))
            trace = Trace(key, slots, filled, b"", NOTHING, hash_of(encoded))
            waiting.append((path, trace, content))
            group.append((task, encoded))
            known.append(content)
            if len(group) == self.engine.workers.size:
                yield self._chunk(group, known)
                group, known = [], []
        if group:
            yield self._chunk(group, known)

    def _task(self, path: str, planned: Task[Made] | None) -> tuple[Task[Made], bytes]:
        """The task of a row, and its encoded form."""
        if planned is not None:
            return planned, tasks.encode(planned)
        encoded = self.engine.packs.read(self.before[path].task)
        return pickle.loads(encoded), encoded

    def _chunk(self, group: list[tuple[Task[Made], bytes]], known: list[bytes | None]) -> Chunk:
        engine = self.engine
        self._encoded.update((hash_of(encoded), encoded) for _, encoded in group)
        if len(self._encoded) > PACKED:
            self._pack()
        target = str(self.staging / f"{len(self.reasons):x}")
        return chunk_of(target, engine.read, group, engine.packs, self.slots, known)

    def _content(self, path: str) -> bytes | None:
        """The fingerprint of what stands in the folder now."""
        try:
            return hash_of((self.folder.path / path).read_bytes())
        except OSError:
            return None


def _notes(traces: Iterable[Trace]) -> Iterator[Any]:
    for trace in traces:
        if trace.told != NOTHING:
            yield from pickle.loads(trace.told)


def _reason(task: Task[Any], key: bytes, filled: bytes, old: Trace | None) -> str:
    """Why a task is run: in the words of its function's parameters."""
    if old is None:
        return "new"
    code = task.function.__code__
    names = code.co_varnames[: code.co_argcount]
    changed = [name for n, name in enumerate(["function", *names]) if old.key[16 * n :][:16] != key[16 * n :][:16]]
    if not changed and old.filled != filled:
        changed = [name for name, arg in zip(names, task.args, strict=True) if Task(task.function, (arg,)).slots]
    return f"changed: {', '.join(changed)}" if changed else "missing or touched in the output folder"
