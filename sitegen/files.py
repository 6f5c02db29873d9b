"""Disk access: reading files, and writing them whole or not at all.

Nothing outside the project is read (the theme that comes with sitegen apart), and nothing is written in halves: a file
is written beside its place and renamed into it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import sys
import time
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from struct import Struct
from typing import IO, TextIO, TypeVar

try:
    import fcntl
except ImportError:  # Windows has no flock: builds there are not kept from each other
    fcntl = None  # type: ignore[assignment]

from sitegen.diagnostics import Diagnostic, Span, error

TICK_NS = 12_000_000
"""Longer than one tick of the clock that kernels stamp files with (at most 10 ms)."""

COARSE = 5
"""Linux's name for that clock, CLOCK_REALTIME_COARSE (clock_getres(2))."""

PATIENCE = 2.0
"""Seconds that the processes of a build that was killed may take to end."""

WAIT = 3.0
"""Seconds that another sitegen is waited for: a preview is at work for a moment at each save."""

PACKAGE = Path(__file__).parent
THEMES = PACKAGE / "themes" if (PACKAGE / "themes").is_dir() else PACKAGE.parent / "themes"
"""The themes that come with sitegen: in the package, or beside it in a checkout."""

Stamp = bytes
"""Size in bytes, mtime and ctime in nanoseconds, inode: the same stamp means the same content, as in git's index."""

Several = TypeVar("Several", str, bytes)

_STAMP = Struct("<QqqQ")
_INODE = (1 << 64) - 1


class Unreadable(Exception):
    """Something that keeps a build from its files; carries the diagnostic."""

    def __init__(self, diagnostic: Diagnostic):
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic

    def __reduce__(self) -> tuple[type[Unreadable], tuple[Diagnostic]]:
        return (Unreadable, (self.diagnostic,))


def fingerprint(data: bytes) -> str:
    """BLAKE2b of 16 bytes, in hex (RFC 7693)."""
    return blake2b(data, digest_size=16).hexdigest()


def stamp_of(status: os.stat_result) -> Stamp:
    """What tells one version of a file from another without reading it."""
    return _STAMP.pack(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino & _INODE)


def nth(several: Several, n: int) -> Several:
    """One of several fingerprints, or of several stamps, that stand one after the other: both are 32 long."""
    return several[32 * n : 32 * n + 32]


def newest(stamps: bytes) -> int:
    """When the last of the files with these stamps, one after the other, was touched: nanoseconds since the epoch."""
    return max((max(mtime, ctime) for _, mtime, ctime, _ in _STAMP.iter_unpack(stamps)), default=0)


class Reader:
    """Reads source files by their paths: the project's own, then those of the themes that come with sitegen.

    The latter are those of the process that reads: on another machine, sitegen may be installed elsewhere.
    """

    def __init__(self, project: str):
        self.project = project

    def __call__(self, path: str) -> bytes:
        """The bytes of a scanned file. Raises Unreadable where it is gone, or is no regular file any more."""
        places = [os.path.join(self.project, path)]
        if path.startswith("themes/"):
            places.append(os.path.join(THEMES, path.removeprefix("themes/")))
        for place in places:
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                return read_regular(place, path)
        raise Unreadable(error("unreadable", "the file vanished while the site was built", Span(path)))


def read_regular(location: str | Path, shown: str) -> bytes:
    """The bytes of a regular file; never blocks on a FIFO.

    Raises FileNotFoundError or NotADirectoryError where there is none, and Unreadable for anything else.
    """
    try:
        handle = os.open(location, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as problem:
        raise Unreadable(error("unreadable", f"the file cannot be read: {problem.strerror}", Span(shown))) from None
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable(error("not-a-file", "this is no regular file", Span(shown)))
        parts = []
        while part := os.read(handle, max(status.st_size, 1 << 16)):
            parts.append(part)
        return b"".join(parts)
    finally:
        os.close(handle)


def inside(path: str, folder: str) -> bool:
    """Whether a real path is the folder or lies in it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


@contextlib.contextmanager
def locked(folder: Path, wait: float = WAIT) -> Iterator[Path]:
    """Hold a folder of sitegen's own for one process; made where it is not there.

    The lock goes with its holder, however that ends; where it was killed, its processes have a moment to end as well.
    Raises Unreadable, with who holds it, where somebody does for longer than `wait` seconds; and OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", "utf-8")
    with open(folder / "lock", "a+", encoding="utf-8") as lock:
        begun = time.monotonic()
        while (holder := _lock(lock)) is not None:
            if time.monotonic() - begun >= (wait if _is_alive(holder) else PATIENCE):
                message = f"another sitegen is at work on this site (process {holder or 'unknown'})"
                raise Unreadable(error("locked", message, help="wait until it is done, or stop it"))
            time.sleep(0.02)
        for left in folder.glob(".*.new"):  # by a process that was killed
            left.unlink(missing_ok=True)
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield folder


def _lock(stream: TextIO) -> str | None:
    """Lock a file, or say which process holds it ("" where that is not known)."""
    if fcntl is not None:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.seek(0)
            return stream.read(20).strip()
    return None


def _is_alive(process: str) -> bool:
    """Whether there is a process of that number."""
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, ValueError):
        return False
    except OSError:  # it is another user's
        pass
    return True


# -- writing -----------------------------------------------------------------------------------------------------------


def write_whole(path: Path, data: bytes, beside: Path | None = None) -> None:
    """Write a file so that at each moment the old or the new content stands there, on disk before it is renamed.

    `beside` is where it is written first, if that is to be known to whoever looks for what a killed process left.
    """
    with replacing(path, beside) as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


@contextlib.contextmanager
def replacing(path: Path, beside: Path | None = None) -> Iterator[IO[bytes]]:
    """A file to be written, which then takes the place of another one at one moment; not where that fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = beside or path.with_name(f".{path.name[:50]}.{os.getpid()}.new")
    try:
        with open(beside, "wb") as stream:
            yield stream
        os.replace(beside, path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def write_several(folder: Path, waiting: Path, texts: Iterable[tuple[str, bytes]]) -> tuple[list[str], OSError | None]:
    """Write files below a folder, each of them whole or not at all; one without content is deleted.

    They wait in a folder of sitegen's own until all are on disk. Returns the paths of those that were written, and what
    kept others from being.
    """
    staged: list[tuple[str, str | None]] = []
    written: list[str] = []
    problem: OSError | None = None
    try:
        remove_tree(waiting)
        waiting.mkdir(parents=True)
        for number, (path, data) in enumerate(texts):
            place = f"{waiting}/{number:x}" if data else None
            if place is not None:
                with open(place, "wb", buffering=0) as stream:
                    stream.write(data)
            staged.append((path, place))
        flush(place for _, place in staged if place is not None)
        for path, place in staged:
            try:
                if place is not None:
                    move(place, f"{folder}/{path}")
                else:
                    os.unlink(f"{folder}/{path}")
                written.append(path)
            except OSError as one:
                problem = problem or one
    except OSError as one:
        problem = one
    finally:
        remove_tree(waiting)
    return written, problem


def move(source: str, target: str) -> None:
    """Rename a finished file into its place; across file systems by a copy beside it."""
    try:
        os.replace(source, target)
    except OSError as problem:
        if problem.errno != errno.EXDEV:
            raise
        write_whole(Path(target), Path(source).read_bytes())
        os.unlink(source)


def exchange(one: Path, other: Path) -> None:
    """Let two folders change places at one moment (Linux: renameat2). Raises OSError, ENOSYS where that cannot be."""
    import ctypes

    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        raise OSError(errno.ENOSYS, "this system cannot exchange two folders at one moment", str(other))
    here, swap = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    if rename(here, os.fsencode(one), here, os.fsencode(other), swap) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(other))


def flush(paths: Iterable[str]) -> None:
    """Have the file system write these files before anything that is done after this."""
    several = list(paths)
    if len(several) > 100:
        os.sync()
        return
    for path in several:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def outlast(stamps: Iterable[Stamp]) -> None:
    """Wait, a few milliseconds at most, until whatever is written later gets a later time stamp than these."""
    tick = min(TICK_NS, int(1.2e9 * time.clock_getres(COARSE))) if sys.platform == "linux" else TICK_NS
    wait = newest(b"".join(stamps)) + tick - time.time_ns()
    if 0 < wait <= tick:
        time.sleep(wait / 1e9)


def prune(folder: Path, paths: Iterable[str]) -> int:
    """Delete files below a folder, and the folders that are empty then; returns how many files there were."""
    removed = 0
    parents: set[Path] = set()
    for path in paths:
        target = folder / path
        with contextlib.suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
            target.unlink()
            removed += 1
        parents.update(list(target.relative_to(folder).parents)[:-1])
    for parent in sorted(parents, key=lambda each: len(each.parts), reverse=True):
        with contextlib.suppress(OSError):
            (folder / parent).rmdir()
    return removed


def remove_tree(folder: Path) -> None:
    """Delete a folder that is sitegen's own, if it is there."""
    shutil.rmtree(folder, ignore_errors=True)
