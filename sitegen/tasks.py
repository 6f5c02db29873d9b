"""Tasks: pure functions with their arguments, not yet run; their fingerprints, and running chunks of them.

An argument is a plain record, or stands for a value until the task is run: `Shared` (one value that many tasks take),
`File` or `Files` (source files), `Stored` (a value that an earlier task left in the store), another `Task`, or a tuple
of these.
"""

from __future__ import annotations

import io
import marshal
import os
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import lru_cache
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from sitegen.diagnostics import Span, error
from sitegen.files import Unreadable, fingerprint, nth

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
R = TypeVar("R")
K = TypeVar("K")
V = TypeVar("V")

CHUNK = 32
"""Tasks that travel to a process together."""

SMALL = 4096
"""Bytes up to which a stored value is kept at hand, as cards are, and bodies are not."""

Made = tuple[bytes | None, tuple[Any, ...]]
"""A file that was made: its bytes (None where that could not be done), and what is to be told."""

Product = Made | list[Made]
"""What a task of a plan returns: the file that it makes, or all of them."""

Place = tuple[str, int, int]
"""Where a stored value lies: the path of its pack, offset and length in bytes."""


class Damaged(Exception):
    """The store does not hold what it should."""


def encode(value: object) -> bytes:
    """A value as bytes, the same for equal values: pickle protocol 5 (PEP 574) without its memory of shared objects."""
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, protocol=5)
    pickler.fast = True
    pickler.dump(value)
    return buffer.getvalue()


def hash_of(data: bytes) -> bytes:
    """BLAKE2b of 16 bytes (RFC 7693)."""
    return blake2b(data, digest_size=16).digest()


class Remembered(NamedTuple):
    """What a remembered task returns.

    `head` is kept at hand, and has to be of the types that marshal knows; the `tails` are left in the store, each under
    its fingerprint, for whoever needs them; `told` is what is to be told, now and whenever the result is used again.
    """

    head: Any
    tails: tuple[Any, ...] = ()
    told: tuple[Any, ...] = ()


class File(NamedTuple):
    """A source file as an argument: the task gets its `Source`."""

    path: str
    fingerprint: str


class Files(NamedTuple):
    """Source files of one folder as one argument: the task gets a tuple of their `Source`s.

    `marks` has the fingerprint of each, one after the other; `fingerprint` stands for all names and fingerprints.
    """

    folder: str
    names: tuple[str, ...]
    marks: str
    fingerprint: str


class Source(NamedTuple):
    """A source file's path and content."""

    path: str
    data: bytes


class Stored(NamedTuple):
    """A value in the store as an argument, named by its fingerprint alone."""

    fingerprint: bytes


class Slot(NamedTuple):
    """A value in the store that goes by a name: the task gets what the build has under it.

    It may stand among a task's arguments, or in a tuple there. A task stays the same when the value changes.
    """

    name: str


class SharedName(NamedTuple):
    """A shared value as it stands in encoded arguments."""

    fingerprint: bytes


class Shared(Generic[T]):
    """A value that many tasks take: encoded and fingerprinted once, and sent to a process once a chunk."""

    def __init__(self, value: T):
        self.value = value
        self.encoded = encode(value)
        self.fingerprint = hash_of(self.encoded)

    def __reduce__(self) -> tuple[type[SharedName], tuple[bytes]]:
        return (SharedName, (self.fingerprint,))


class Task(NamedTuple, Generic[T_co]):
    """A top-level function and its arguments, not yet run."""

    function: Callable[..., T_co]
    args: tuple[Any, ...]

    @property
    def slots(self) -> tuple[str, ...]:
        """The names of the slots among the arguments."""
        found: list[str] = []
        for arg in self.args:
            if type(arg) is Slot:
                found.append(arg.name)
            elif type(arg) is tuple:
                found += [each.name for each in arg if type(each) is Slot]
        return tuple(found)

    def key(self, code: bytes) -> bytes:
        """Sixteen bytes for the code, and sixteen for each argument: equal keys and slots, equal results."""
        return _of_function(self.function, code) + b"".join(map(fingerprint_of, self.args))


def fingerprint_of(arg: Any) -> bytes:
    """Sixteen bytes for an argument, from those that are known already where it can be."""
    kind = type(arg)
    if kind is Stored or kind is Shared or kind is SharedName:
        return arg.fingerprint  # type: ignore[no-any-return]
    if kind is tuple:
        return hash_of(b"".join(map(fingerprint_of, arg))) if arg else EMPTY
    if kind is Task:
        return hash_of(_of_function(arg[0], b"") + b"".join(map(fingerprint_of, arg[1])))
    if kind is str:
        return hash_of(arg.encode("utf-8", "surrogateescape"))
    if kind is Slot:
        return hash_of(b"slot " + arg.name.encode("utf-8", "surrogateescape"))
    if kind is Files:
        return hash_of(f"{arg.folder}\0{arg.fingerprint}".encode("utf-8", "surrogateescape"))
    return _of_plain(arg) if kind in PLAIN else hash_of(encode(arg))


EMPTY = hash_of(b"()")
PLAIN = frozenset((int, bool, type(None)))


@lru_cache(maxsize=1024, typed=True)
def _of_plain(value: float | None) -> bytes:
    return hash_of(encode(value))


@lru_cache(maxsize=256)
def _of_function(function: Callable[..., object], code: bytes) -> bytes:
    return hash_of(code + f"{function.__module__}:{function.__qualname__}".encode())


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


class Shelf:
    """Packs that values are read from, each opened once."""

    def __init__(self) -> None:
        self._opened: dict[str, int] = {}

    def read(self, place: Place, wanted: bytes) -> bytes:
        """An encoded value. Raises Damaged where it is not what was put there."""
        pack, offset, length = place
        try:
            if (stream := self._opened.get(pack)) is None:
                stream = self._opened[pack] = os.open(pack, os.O_RDONLY)
            data = os.pread(stream, length, offset)
        except OSError:
            data = b""
        if hash_of(data) != wanted:
            raise Damaged(pack)
        return data

    def close(self) -> None:
        """Close them."""
        for stream in self._opened.values():
            os.close(stream)


@lru_cache(maxsize=128)
def _decoded(data: bytes) -> Any:
    """A shared value: chunk after chunk names the same ones."""
    return pickle.loads(data)


class _Small(dict[bytes, Any]):
    """Small stored values by their fingerprints: the same ones are listed on page after page."""

    def keep(self, name: bytes, value: Any) -> None:
        """Have a value at hand; of very many, not those of long ago."""
        if len(self) >= 16384:
            self.clear()
        self[name] = value


_small = _Small()


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


def read_source(read: Callable[[str], bytes], path: str, wanted: str) -> Source:
    """A source file, as long as it has the fingerprint that it was found with. Raises Unreadable."""
    data = read(path)
    if fingerprint(data) != wanted:
        raise Unreadable(error("changed-while-read", "the file changed while the site was built", Span(path)))
    return Source(path, data)


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
