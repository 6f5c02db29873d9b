"""The files of a plan: which of them are as they have to be, and running the tasks of the others."""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sitegen import tasks
from sitegen.files import Reader, Stamp
from sitegen.packs import Packs
from sitegen.publish import Folder
from sitegen.tasks import Chunk, Made, Task, Workers, chunk_of, hash_of
from sitegen.traces import NOTHING, UNKNOWN, Progress, Trace

PACKED = 4000
"""Encoded tasks that may wait to be put into a pack."""

Row = tuple[str, bytes, tuple[str, ...], Task[Made] | None]
"""A path, the key and the slots of its task, and the task itself, or None where it is the one of the last build."""


Rows = Iterable[Row]


class Means(NamedTuple):
    """What tasks are run with."""

    workers: Workers
    packs: Packs
    read: Reader
    progress: Progress


class Making:
    """Running what has to be run of a plan, into a staging folder."""

    def __init__(
        self,
        means: Means,
        folder: Folder,
        before: Mapping[str, Trace],
        stamps: Mapping[str, Stamp],
        staging: Path,
        slots: Mapping[str, bytes],
    ):
        self.means = means
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
        means = self.means
        means.progress.stage("pages", 0)
        waiting: deque[tuple[str, Trace, bytes | None]] = deque()
        for chunk, made in means.workers.map(tasks.stage, self._chunks(rows, waiting)):
            for mark, place, told in made:
                self._take(*waiting.popleft(), mark, place, told)
            means.progress.advance(len(chunk.tasks))
        self._pack()

    def _pack(self) -> None:
        self.means.packs.add(self._encoded)
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
            if len(group) == self.means.workers.size:
                yield self._chunk(group, known)
                group, known = [], []
        if group:
            yield self._chunk(group, known)

    def _task(self, path: str, planned: Task[Made] | None) -> tuple[Task[Made], bytes]:
        """The task of a row, and its encoded form."""
        if planned is not None:
            return planned, tasks.encode(planned)
        encoded = self.means.packs.read(self.before[path].task)
        return pickle.loads(encoded), encoded

    def _chunk(self, group: list[tuple[Task[Made], bytes]], known: list[bytes | None]) -> Chunk:
        means = self.means
        self._encoded.update((hash_of(encoded), encoded) for _, encoded in group)
        if len(self._encoded) > PACKED:
            self._pack()
        target = str(self.staging / f"{len(self.reasons):x}")
        return chunk_of(target, means.read, group, means.packs, self.slots, known)

    def _content(self, path: str) -> bytes | None:
        """The fingerprint of what stands in the folder now."""
        try:
            return hash_of((self.folder.path / path).read_bytes())
        except OSError:
            return None


def notes(traces: Iterable[Trace]) -> Iterator[Any]:
    """All that tasks told when these files were made."""
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
