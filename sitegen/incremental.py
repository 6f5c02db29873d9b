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
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from typing import Any
from zlib import crc32

from sitegen import chunks, files, tasks
from sitegen.chunks import Chunk, chunk_of
from sitegen.files import Reader, nth
from sitegen.making import Making, Means, Rows, notes
from sitegen.packs import Packs
from sitegen.publish import Folder
from sitegen.tasks import Made, Product, Remembered, Stored, Task
from sitegen.traces import Contents, Known, Outputs, Plan, Progress, Published, Trace
from sitegen.workers import Workers


class Store:
    """Values by name in a folder of the engine's own; what is damaged, or was written by other code, is not there."""

    def __init__(self, folder: Path, code: bytes):
        self.folder = folder
        self.code = code

    def read(self, name: str) -> Any:
        """The value (of the types that marshal knows), or None."""
        try:
            data = memoryview((self.folder / name).read_bytes())
        except OSError:
            return None
        code, checksum, value = data[:16], data[16:20], data[20:]
        return marshal.loads(value) if code == self.code and checksum == _checksum(value) else None

    def write(self, name: str, value: Any) -> None:
        """Keep a value, without waiting for the disk: what a loss of power damages is made again. Raises OSError."""
        data = marshal.dumps(value)
        with files.replacing(self.folder / name) as stream:
            stream.writelines((self.code, _checksum(data), data))


def _checksum(data: bytes | memoryview) -> bytes:
    """CRC-32 (RFC 1952 §8): it tells what is damaged, in a fifth of a fingerprint's time."""
    return crc32(data).to_bytes(4, "big")


class Engine:
    """Remembers the results of pure tasks between builds, and makes a folder hold what tasks return.

    `code` is the fingerprint (16 bytes) of everything that tasks run, `read` gives the bytes of a source file by its
    path. Only one engine may use a store at a time. `ahead` are modules that tasks which make files need: a process may
    load them before it is known which files those are.
    """

    def __init__(
        self,
        store: Store,
        read: Reader,
        workers: Workers,
        progress: Progress,
        *,
        fresh: bool = False,
        ahead: Sequence[str] = (),
    ):
        self.store = store
        self.read = read
        self.workers = workers
        self.progress = progress
        self.fresh = fresh
        self.ahead = ahead
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
        """What is known of the files that were published last, by the first path of each task."""
        if self._outputs is None:
            return {}
        return {each[0][0]: Trace._make(each) for each in marshal.loads(self._outputs.traces)}

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

        def packed() -> Iterator[Chunk]:
            step = size or self.workers.size
            for start in range(0, len(todo), step):
                group = [(work[number], tasks.encode(work[number])) for number in todo[start : start + step]]
                yield chunk_of(self.packs.target(), self.read, group, self.packs)

        numbers = iter(todo)
        for _, (pack, placed, results) in self.workers.map(chunks.remember, packed()):
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

    def make(self, task: Task[Product], slots: Mapping[str, bytes]) -> Sequence[Made]:
        """The files that a task of a plan makes, made here and now. Raises Damaged, and Unreadable."""
        return chunks.run(chunk_of("", self.read, [(task, tasks.encode(task))], self.packs, slots))

    def keep(self, *, unused: bool = False) -> None:
        """Write down what is known now, also what this build did not ask for, if `unused`. Raises OSError, Damaged."""
        results = self._known if unused else self._used
        used = [tail for result in results.values() for tail in result[2]]
        if self._outputs is not None:
            used += [*self._outputs.shared, *(trace.task for trace in self._traces.values())]
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
        changed = partial(folder.changed, last.paths, last.stamps) if last else dict
        companion = self.workers.begin(changed, self._readied()) if last else None
        of = plan()
        staging = self.store.folder / "staging"
        files.remove_tree(staging)
        staging.mkdir(parents=True, exist_ok=True)  # a worker of a build that was killed may still write into it
        stamps = {path: nth(last.stamps, n) for n, path in enumerate(last.paths)} if last else {}
        means = Means(self.workers, companion, self.packs, self.read, self.progress)
        touched = companion.answer if companion else changed
        making = Making(means, folder, self._traces, stamps, touched, staging, of.slots)
        try:
            return self._published(inputs, of, folder, making, dry=dry, atomic=atomic)
        finally:
            files.remove_tree(staging)

    def _readied(self) -> Iterator[object]:
        """Load, in small steps, what tasks that make files are likely to need: modules, values of the last build."""
        yield from map(import_module, self.ahead)
        yield from chunks.recalled(self.packs, (tail for result in self._known.values() for tail in result[2]))

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
        self, inputs: bytes, plan: Plan, folder: Folder, making: Making, *, dry: bool, atomic: bool
    ) -> Published:
        last = self._outputs
        contents = self._contents(plan)
        if not contents.good:
            return Published((*plan.told, *contents.told))
        if last is not None and self._is_last(plan):
            shared = last.shared
            rows: Rows = ((each.paths, each.key, each.slots, None) for each in self._traces.values())
        else:
            self.packs.add({each.fingerprint: each.encoded for each in contents.shared})
            shared = tuple(each.fingerprint for each in contents.shared)
            rows = ((paths, task.key(self.store.code), task.slots, task) for paths, task in contents.outputs)
        if not dry:
            folder.clear()
        making.run(rows)
        noted = tuple(notes(making.traces))
        told = (*plan.told, *contents.told, *noted, *making.failed)
        if making.failed or making.foreign or dry:
            done = not making.failed and not making.foreign
            return Published(told, 0, 0, 0, tuple(making.foreign), tuple(making.reasons), contents.facts, done)
        put = folder.swap if atomic else folder.put
        paths = tuple(sorted([path for trace in making.traces for path in trace.paths]))
        put_stamps, removed = put(dict(reversed(making.staged.items())), paths)
        making.stamps.update(put_stamps)
        self._traces = {trace.paths[0]: trace for trace in making.traces}
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
            tasks.encode(noted),
            contents.facts,
            shared,
            paths,
            b"".join([making.stamps[path] for path in paths]),
            marshal.dumps([tuple(trace) for trace in making.traces]),
        )
        self.keep()
        files.outlast(put_stamps.values())
        written = len(making.staged)
        reasons = tuple(making.reasons)
        unchanged = len(paths) - written
        return Published(told, written, unchanged, removed, (), reasons, contents.facts, done=True)
