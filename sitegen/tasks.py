"""Tasks: pure functions with their arguments, not yet run; their fingerprints, and running them in processes.

An argument is a plain record, or one of four names that stand for a value until the task is run: `Shared` (one value
that many tasks take), `File` (a source file), `Stored` (a tail that an earlier task left in the store), or a tuple of
these.
"""

from __future__ import annotations

import io
import os
import pickle
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from importlib import import_module
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sitegen.diagnostics import Span, error
from sitegen.files import Unreadable, fingerprint

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

T = TypeVar("T")
R = TypeVar("R")

CHUNK = 32
"""Tasks that travel to a process together."""

Split = tuple[Any, Any]
"""What a remembered task returns: a small head, kept at hand, and a tail (or None) that is left in the store."""

Made = tuple[bytes | None, tuple[Any, ...]]
"""What a published task returns: the file's bytes (None where they could not be made), and what is to be told."""

Place = tuple[str, int, int]
"""Where a tail lies: the path of its pack, offset and length in bytes."""


class Damaged(Exception):
    """The store does not hold what it should."""


class Killed(Exception):
    """A process that worked off chunks is gone."""


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


@dataclass(frozen=True)
class File:
    """A source file as an argument: the task gets its `Source`."""

    path: str
    fingerprint: str


@dataclass(frozen=True)
class Source:
    """A source file's path and content."""

    path: str
    data: bytes


@dataclass(frozen=True)
class Stored:
    """A tail in the store as an argument: the task gets the tail. Named by its fingerprint alone."""

    fingerprint: bytes


@dataclass(frozen=True)
class SharedName:
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


@dataclass(frozen=True)
class Task(Generic[T]):
    """A top-level function and its arguments, not yet run."""

    function: Callable[..., T]
    args: tuple[Any, ...]

    @property
    def name(self) -> str:
        """Module and name of the function."""
        return f"{self.function.__module__}:{self.function.__qualname__}"

    def key(self, code: bytes) -> bytes:
        """Sixteen bytes for the code, and sixteen for each argument: equal keys, equal results."""
        return hash_of(code + self.name.encode()) + b"".join(map(_fingerprint, self.args))

    def encoded(self) -> bytes:
        """Function and arguments for another process."""
        return encode((self.function.__module__, self.function.__qualname__, self.args))

    def names(self, kind: type[R]) -> Iterator[R]:
        """The arguments of one kind (`Shared`, `Stored`), also inside tuples."""
        todo = list(self.args)
        while todo:
            arg = todo.pop(0)
            if isinstance(arg, kind):
                yield arg
            elif type(arg) is tuple:
                todo[:0] = arg


def _fingerprint(arg: object) -> bytes:
    if isinstance(arg, (Shared, Stored)):
        return arg.fingerprint
    return hash_of(encode(arg))


@dataclass(frozen=True)
class Chunk:
    """Encoded tasks with all that the names in them stand for; `target` is where results are put.

    `known` has, for each task, the fingerprint of bytes that need not be put anywhere again, or None.
    """

    target: str
    read: Callable[[str], bytes]
    shared: tuple[tuple[bytes, bytes], ...]
    places: tuple[tuple[bytes, Place], ...]
    tasks: tuple[bytes, ...]
    known: tuple[bytes | None, ...]


def chunk_of(
    target: str,
    read: Callable[[str], bytes],
    tasks: Iterable[Task[Any]],
    places: dict[bytes, Place],
    known: Iterable[bytes | None],
) -> Chunk:
    """Pack tasks for a process. Raises Damaged where a tail that they name is not in the store."""
    tasks = tuple(tasks)
    shared = {one.fingerprint: one.encoded for task in tasks for one in task.names(Shared)}
    try:
        named = {one.fingerprint: places[one.fingerprint] for task in tasks for one in task.names(Stored)}
    except KeyError as missing:
        raise Damaged(str(missing)) from None
    encoded = tuple(task.encoded() for task in tasks)
    return Chunk(target, read, tuple(shared.items()), tuple(named.items()), encoded, tuple(known))


def read_tail(place: Place, wanted: bytes) -> bytes:
    """An encoded tail from its pack. Raises Damaged where it is not what was put there."""
    pack, offset, length = place
    try:
        with open(pack, "rb", buffering=0) as stream:
            data = os.pread(stream.fileno(), length, offset)
    except OSError:
        data = b""
    if hash_of(data) != wanted:
        raise Damaged(pack)
    return data


def _calls(chunk: Chunk) -> Iterator[tuple[Callable[..., Any], tuple[Any, ...]]]:
    """The chunk's functions with their arguments, each name replaced by what it stands for."""
    shared = {name: pickle.loads(data) for name, data in chunk.shared}
    places = dict(chunk.places)
    tails: dict[bytes, Any] = {}

    def resolve(arg: object) -> object:
        if isinstance(arg, SharedName):
            return shared[arg.fingerprint]
        if isinstance(arg, File):
            data = chunk.read(arg.path)
            if fingerprint(data) != arg.fingerprint:
                changed = error("changed-while-read", "the file changed while the site was built", Span(arg.path))
                raise Unreadable(changed)
            return Source(arg.path, data)
        if isinstance(arg, Stored):
            if arg.fingerprint not in tails:  # the pages of a thread show the same body
                tails[arg.fingerprint] = pickle.loads(read_tail(places[arg.fingerprint], arg.fingerprint))
            return tails[arg.fingerprint]
        if type(arg) is tuple:
            return tuple(map(resolve, arg))
        return arg

    for encoded in chunk.tasks:
        module, name, args = pickle.loads(encoded)
        yield getattr(import_module(module), name), tuple(map(resolve, args))


def remember(chunk: Chunk) -> list[tuple[bytes, bytes | None, int, int]]:
    """Run tasks that return head and tail: encoded heads; tails' fingerprints, offsets and lengths in `target`."""
    out: list[tuple[bytes, bytes | None, int, int]] = []
    with open(chunk.target, "wb") as pack:
        for function, args in _calls(chunk):
            head, tail = function(*args)
            if tail is None:
                out.append((encode(head), None, 0, 0))
                continue
            data = encode(tail)
            out.append((encode(head), hash_of(data), pack.tell(), len(data)))
            pack.write(data)
    return out


def stage(chunk: Chunk) -> list[tuple[bytes | None, str | None, tuple[Any, ...]]]:
    """Run tasks that make files: fingerprint, where the bytes were put (None where they are known), what is told."""
    out: list[tuple[bytes | None, str | None, tuple[Any, ...]]] = []
    for number, (function, args) in enumerate(_calls(chunk)):
        data, told = function(*args)
        made = None if data is None else hash_of(data)
        staged = None
        if data is not None and made != chunk.known[number]:
            staged = f"{chunk.target}.{number}"
            with open(staged, "wb", buffering=0) as stream:
                view = memoryview(data)
                while view:
                    view = view[stream.write(view) :]
        out.append((made, staged, told))
    return out


def _end_with_parent() -> None:
    """Have this process end when its parent does, however that ends: it holds the lock of the build with it."""
    import multiprocessing
    import threading

    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


class Workers:
    """Processes that work off chunks; they are started when there is more than one chunk to do."""

    def __init__(self, jobs: int):
        self.jobs = jobs
        self._pool: Executor | None = None

    def map(self, function: Callable[[Chunk], R], chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, R]]:
        """Each chunk with its result, in their order. Raises Killed where a process is gone.

        A single chunk is worked off here: starting processes would take longer.
        """
        several = iter(chunks)
        begun = list(islice(several, 1 if self.jobs == 1 else 2))
        if len(begun) > 1:
            yield from self._in_processes(function, chain(begun, several))
        else:
            for chunk in chain(begun, several):
                yield chunk, function(chunk)

    def _in_processes(self, function: Callable[[Chunk], R], chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, R]]:
        """The same, with a few chunks only under way at once."""
        from concurrent.futures.process import BrokenProcessPool  # a build with little to do starts no processes

        waiting: deque[tuple[Chunk, Future[R]]] = deque()
        try:
            for chunk in chunks:
                waiting.append((chunk, self._start().submit(function, chunk)))
                if len(waiting) > 4 * self.jobs:
                    done, future = waiting.popleft()
                    yield done, future.result()
            while waiting:
                done, future = waiting.popleft()
                yield done, future.result()
        except BrokenProcessPool:
            raise Killed from None

    def _start(self) -> Executor:
        if self._pool is None:
            import multiprocessing
            from concurrent.futures import ProcessPoolExecutor

            # Python 3.14 made forkserver the default; a fork of a warm parent is ready ten times sooner.
            method = "fork" if sys.platform == "linux" else "spawn"
            self._pool = ProcessPoolExecutor(self.jobs, multiprocessing.get_context(method), _end_with_parent)
        return self._pool

    def close(self) -> None:
        """Let the processes go."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None
