"""Tasks: pure functions with their arguments, not yet run; and their fingerprints.

An argument is a plain record (`Repeated` where a few tasks take it), or stands for a value until the task is run:
`Shared` (one value that many tasks take), `File` or `Files` (source files), `Stored` (a value that an earlier task left
in the store), another `Task`, or a tuple of these.
"""

from __future__ import annotations

import io
import marshal
import pickle
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Generic, NamedTuple, TypeVar

from sitegen.diagnostics import Span, error
from sitegen.files import Unreadable, fingerprint

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
R = TypeVar("R")
K = TypeVar("K")
V = TypeVar("V")

CHUNK = 32
"""Tasks that travel to a process together."""

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


class Repeated:
    """A named tuple that a few tasks take, too small to be shared: fingerprinted once, and sent with each as it is."""

    def __init__(self, value: tuple[Any, ...]):
        self.value = value
        self.fingerprint = hash_of(encode(value))

    def __reduce__(self) -> tuple[type[tuple[Any, ...]], tuple[Any, ...]]:
        return type(self.value), tuple(self.value)


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
    if kind is Stored or kind is Shared or kind is SharedName or kind is Repeated:
        return arg.fingerprint  # type: ignore[no-any-return]
    if kind is tuple:
        if not arg:
            return EMPTY
        plain = PLAIN.issuperset(map(type, arg))
        return hash_of(marshal.dumps(arg, 2) if plain else b"".join(map(fingerprint_of, arg)))
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
PLAIN = frozenset((str, int, bool, type(None)))
"""Types whose values marshal writes alike wherever they are equal, as long as it looks for none that it has met."""


@lru_cache(maxsize=1024, typed=True)
def _of_plain(value: float | None) -> bytes:
    return hash_of(encode(value))


@lru_cache(maxsize=256)
def _of_function(function: Callable[..., object], code: bytes) -> bytes:
    return hash_of(code + f"{function.__module__}:{function.__qualname__}".encode())


def read_source(read: Callable[[str], bytes], path: str, wanted: str) -> Source:
    """A source file, as long as it has the fingerprint that it was found with. Raises Unreadable."""
    data = read(path)
    if fingerprint(data) != wanted:
        raise Unreadable(error("changed-while-read", "the file changed while the site was built", Span(path)))
    return Source(path, data)
