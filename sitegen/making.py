"""The files of a plan: which of them are as they have to be, and running the tasks of the others."""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sitegen import chunks, tasks
from sitegen.chunks import Chunk, Staged, chunk_of
from sitegen.companion import Companion
from sitegen.files import Reader, Stamp
from sitegen.packs import Packs
from sitegen.publish import Folder
from sitegen.tasks import Product, Task, hash_of
from sitegen.traces import NOTHING, UNKNOWN, Progress, Trace
from sitegen.workers import Workers

PACKED = 4000
"""Encoded tasks that may wait to be put into a pack."""

FIRST = 2
"""Tasks in the first chunk. The next ones have more and more: a few are begun with soon, and many travel together."""

Row = tuple[tuple[str, ...], bytes, tuple[str, ...], Task[Product] | None]
"""Paths, key and slots of the task that makes them, and the task itself, or None where it is that of the last build."""


Rows = Iterable[Row]


Known = tuple[bytes | None, ...]
"""The fingerprint of what stands at each path of a row now, None where there is nothing."""


class Means(NamedTuple):
    """What tasks are run with."""

    workers: Workers
    companion: Companion | None
    packs: Packs
    read: Reader
    progress: Progress


class Making:
    """Running what has to be run of a plan, into a staging folder.

    `before` has what is known of the files that were published last, by the first of each task, `stamps` those that
    they got, and `changed` gives, once, those that have others now, or are gone.
    """

    def __init__(
        self,
        means: Means,
        folder: Folder,
        before: Mapping[str, Trace],
        stamps: dict[str, Stamp],
        changed: Callable[[], Mapping[str, Stamp | None]],
        staging: Path,
        slots: Mapping[str, bytes],
    ):
        self.means = means
        self.folder = folder
        self.before = before
        self.stamps = stamps
        self.changed = changed
        self.staging = staging
        self.slots = slots
        self.traces: list[Trace] = []
        self.staged: dict[str, str] = {}
        self.failed: list[Any] = []
        self.foreign: list[str] = []
        self.reasons: list[tuple[str, str]] = []
        self._touched: Mapping[str, Stamp] = {}
        self._checked: set[str] = set()
        self._encoded: dict[bytes, bytes] = {}

    def run(self, rows: Rows) -> None:
        """Run the tasks whose files are not as they have to be; see the attributes for what came of it."""
        means = self.means
        self._touched = {path: stamp or UNKNOWN for path, stamp in self.changed().items()}
        self.stamps |= self._touched
        means.progress.stage("pages", 0)
        waiting: deque[tuple[Trace, Known]] = deque()
        for _, made in means.workers.map(chunks.stage, self._chunks(rows, waiting), means.companion):
            for several in made:
                self._take(*waiting.popleft(), several)
            means.progress.advance(sum(map(len, made)))
        self._pack()

    def _pack(self) -> None:
        self.means.packs.add(self._encoded)
        self._encoded = {}

    def _take(self, trace: Trace, known: Known, made: Sequence[Staged]) -> None:
        told = tuple([one for _, _, several in made for one in several])
        marks = [mark for mark, _, _ in made if mark is not None]
        if len(marks) < len(made):
            self.failed.extend(told)
            return
        for path, before, (_, place, _) in zip(trace.paths, known, made, strict=True):
            if place is not None:
                if before is not None and path not in self.folder.owned:
                    self.foreign.append(path)
                self.staged[path] = place
        self.traces.append(trace._replace(marks=b"".join(marks), told=tasks.encode(told) if told else NOTHING))

    def _chunks(self, rows: Rows, waiting: deque[tuple[Trace, Known]]) -> Iterator[Chunk]:
        """The work that is to be done, in chunks; `waiting` gets the trace to be and the present content of each."""
        group: list[tuple[Task[Product], bytes]] = []
        known: list[Known] = []
        for paths, key, slots, planned in rows:
            filled = b"".join(map(self.slots.__getitem__, slots)) if slots else b""
            old = self.before.get(paths[0])
            same = old is not None and old.key == key and old.filled == filled and old.paths == paths
            if old is not None and same and self._touched.keys().isdisjoint(paths):
                self.traces.append(old)
                continue
            touched = [path for path in paths if not self._is_untouched(path) or not same]
            blocks = [block for path in touched if (block := self.folder.blocked(path, self._checked)) is not None]
            if blocks:
                self.foreign += blocks
                continue
            contents = tuple([self._content(path) if self.stamps[path] != UNKNOWN else None for path in paths])
            if old is not None and same and old.marks == b"".join([each or UNKNOWN for each in contents]):
                self.traces.append(old)
                continue
            task, encoded = self._task(paths, planned)
            reason = _reason(task, key, filled, old)
            self.reasons += [(path, reason) for path in touched]
            waiting.append((Trace(paths, key, slots, filled, b"", NOTHING, hash_of(encoded)), contents))
            group.append((task, encoded))
            known.append(contents)
            if len(group) >= min(self.means.workers.size, FIRST + len(self.reasons) // 8):
                yield self._chunk(group, known)
                group, known = [], []
        if group:
            yield self._chunk(group, known)

    def _is_untouched(self, path: str) -> bool:
        """Whether a file is there as it was published; its stamp is noted."""
        if path in self.stamps:
            return path not in self._touched
        self.stamps[path] = self.folder.stamp(path) or UNKNOWN
        return False

    def _task(self, paths: tuple[str, ...], planned: Task[Product] | None) -> tuple[Task[Product], bytes]:
        """The task of a row, and its encoded form."""
        if planned is not None:
            return planned, tasks.encode(planned)
        encoded = self.means.packs.read(self.before[paths[0]].task)
        return pickle.loads(encoded), encoded

    def _chunk(self, group: list[tuple[Task[Product], bytes]], known: list[Known]) -> Chunk:
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
