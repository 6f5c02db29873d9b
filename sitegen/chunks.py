"""Chunks of tasks: packed for a process with all that their arguments stand for, and run there."""

from __future__ import annotations

import marshal
import os
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol, TypeVar

from sitegen.files import nth
from sitegen.packs import Shelf
from sitegen.tasks import (
    Damaged,
    File,
    Files,
    Made,
    Place,
    Product,
    Shared,
    SharedName,
    Slot,
    Stored,
    Task,
    encode,
    hash_of,
    read_source,
)

R = TypeVar("R")
K = TypeVar("K")
V = TypeVar("V")

SMALL = 4096
"""Bytes up to which a stored value is kept at hand, as cards are, and bodies are not."""


def named(args: Iterable[Any], kind: type[R]) -> Iterator[R]:
    """All arguments of one kind, also inside tuples and tasks."""
    for arg in args:
        if type(arg) is kind:
            yield arg
        elif type(arg) is tuple or type(arg) is Task:
            yield from named(arg, kind)


class Chunk(NamedTuple):
    """Encoded tasks with all that the names in them stand for; `target` is where results are put.

    `known` has, for each file that a task makes, the fingerprint of bytes that need not be put anywhere, or None.
    """

    target: str
    read: Callable[[str], bytes]
    shared: tuple[tuple[bytes, bytes], ...]
    slots: tuple[tuple[str, bytes], ...]
    places: tuple[tuple[bytes, Place], ...]
    tasks: tuple[bytes, ...]
    known: tuple[tuple[bytes | None, ...], ...] = ()


def chunk_of(
    target: str,
    read: Callable[[str], bytes],
    tasks: Sequence[tuple[Task[Any], bytes]],
    stored: Storage,
    slots: Mapping[str, bytes] = MappingProxyType({}),
    known: Iterable[tuple[bytes | None, ...]] = (),
) -> Chunk:
    """Pack tasks, each with its encoded form, for a process; may raise Damaged."""
    several = [task for task, _ in tasks]
    shared = {one.fingerprint: one.encoded for one in named(several, Shared)}
    shared |= {one.fingerprint: stored.read(one.fingerprint) for one in named(several, SharedName)}
    filled = {name: slots[name] for task in several for name in task.slots}
    wanted = [*(one.fingerprint for one in named(several, Stored)), *filled.values()]
    places = {mark: stored.place_of(mark) for mark in wanted}
    encoded = tuple(data for _, data in tasks)
    return Chunk(target, read, _pairs(shared), _pairs(filled), _pairs(places), encoded, tuple(known))


class Storage(Protocol):
    """Where stored values lie; both may raise Damaged."""

    def place_of(self, mark: bytes, /) -> Place:
        """The place of a value, by its fingerprint."""

    def read(self, mark: bytes, /) -> bytes:
        """The value, encoded."""


def _pairs(values: Mapping[K, V]) -> tuple[tuple[K, V], ...]:
    return tuple(values.items())


@lru_cache(maxsize=128)
def _decoded(data: bytes) -> Any:
    """A shared value: chunk after chunk names the same ones."""
    return pickle.loads(data)


class _Small(dict[bytes, Any]):
    """Small stored values by their fingerprints: the same ones are listed on page after page."""

    room = 16384

    @property
    def full(self) -> bool:
        """Whether there is no room for another one."""
        return len(self) >= self.room

    def keep(self, name: bytes, value: Any) -> None:
        """Have a value at hand; of very many, not those of long ago."""
        if self.full:
            self.clear()
        self[name] = value


_small = _Small()


def recalled(stored: Storage, names: Iterable[bytes]) -> Iterator[None]:
    """Have as many small stored values at hand as there is room for, one by one, until one is not what it should be."""
    with closing(Shelf()) as shelf, suppress(Damaged):
        for name in names:
            if _small.full:
                return
            place = stored.place_of(name)
            if place[2] < SMALL:
                _small.keep(name, pickle.loads(shelf.read(place, name)))
                yield


class _Names:
    """What the names in the arguments of a chunk's tasks stand for."""

    def __init__(self, chunk: Chunk):
        self.read = chunk.read
        self.shared = {name: _decoded(data) for name, data in chunk.shared}
        self.places, self.slots = dict(chunk.places), dict(chunk.slots)
        self.stored: dict[bytes, Any] = {}  # the pages of a thread show the same body
        self.shelf = Shelf()

    def resolve(self, arg: Any) -> Any:
        """An argument, each name in it replaced; a task by what it returns."""
        kind = type(arg)
        if kind is SharedName:
            return self.shared[arg.fingerprint]
        if kind is Stored or kind is Slot:
            name = arg.fingerprint if kind is Stored else self.slots[arg.name]
            if name not in self.stored:
                self.stored[name] = self._value(name)
            return self.stored[name]
        if kind is tuple:
            return tuple(map(self.resolve, arg))
        if kind is Task:
            return arg.function(*map(self.resolve, arg.args))
        if kind is File:
            return read_source(self.read, *arg)
        if kind is Files:
            several = enumerate(arg.names)
            return tuple([read_source(self.read, f"{arg.folder}/{name}", nth(arg.marks, n)) for n, name in several])
        return arg

    def _value(self, name: bytes) -> Any:
        """A stored value."""
        value = _small.get(name, self)
        if value is self:
            place = self.places[name]
            value = pickle.loads(self.shelf.read(place, name))
            if place[2] < SMALL:
                _small.keep(name, value)
        return value


def _results(chunk: Chunk) -> Iterator[Any]:
    """What the chunk's tasks return."""
    names = _Names(chunk)
    with closing(names.shelf):
        for encoded in chunk.tasks:
            yield names.resolve(pickle.loads(encoded))


class Result(NamedTuple):
    """What is kept of a `Remembered`: head and its fingerprint, tails' fingerprints, and what it tells, encoded."""

    head: Any
    mark: bytes
    tails: tuple[bytes, ...]
    told: bytes


def remember(chunk: Chunk) -> tuple[str, list[tuple[bytes, int, int]], list[Result]]:
    """Run tasks that return `Remembered`.

    Returns the pack that has their tails, beside `target`; fingerprint, offset and length of each; and the results.
    """
    pack = f"{chunk.target}-{os.urandom(6).hex()}"  # two processes may come to run one chunk
    placed: list[tuple[bytes, int, int]] = []
    results: list[Result] = []
    with open(pack, "wb") as out:
        for made in _results(chunk):
            data = [encode(tail) for tail in made.tails]
            marks = tuple(map(hash_of, data))
            for mark, each in zip(marks, data, strict=True):
                placed.append((mark, out.tell(), len(each)))
                out.write(each)
            head = hash_of(marshal.dumps(made.head, 2))
            results.append(Result(made.head, head, marks, encode(made.told) if made.told else b""))
    return pack, placed, results


def files_of(made: Product) -> Sequence[Made]:
    """The files that a task of a plan has made."""
    return made if isinstance(made, list) else (made,)


Staged = tuple[bytes | None, str | None, tuple[Any, ...]]
"""A file that was made: its fingerprint, where its bytes were put (None where they are known), and what is told."""


def stage(chunk: Chunk) -> list[list[Staged]]:
    """Run tasks that make files; returns what became of the files of each."""
    target = f"{chunk.target}-{os.urandom(6).hex()}"
    out: list[list[Staged]] = []
    for made, known in zip(_results(chunk), chunk.known, strict=True):
        place = f"{target}.{len(out)}"
        files = zip(files_of(made), known, strict=True)
        out.append([_staged(f"{place}.{number}", *file, of) for number, (file, of) in enumerate(files)])
    return out


def _staged(place: str, data: bytes | None, told: tuple[Any, ...], known: bytes | None) -> Staged:
    """Put the bytes of a file where it waits, unless they are known."""
    if data is None:
        return None, None, told
    mark = hash_of(data)
    if mark == known:
        return mark, None, told
    with open(place, "wb", buffering=0) as stream:
        view = memoryview(data)
        while view:
            view = view[stream.write(view) :]
    return mark, place, told


def run(chunk: Chunk) -> Sequence[Made]:
    """The files that the one task of a chunk makes."""
    return files_of(next(_results(chunk)))
