"""All disk access: what is there, reading it, and writing it whole or not at all.

Nothing outside the project is read (the theme that comes with sitegen apart), and nothing is written in halves: a file
is written beside its place and renamed into it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TextIO

try:
    import fcntl
except ImportError:  # Windows has no flock: builds there are not kept from each other
    fcntl = None  # type: ignore[assignment]

from sitegen.diagnostics import Diagnostic, Span, error

RACY_NS = 2_000_000_000
"""A file touched less than this before it was read may change again without a new time stamp (FAT keeps 2 s)."""

TICK_NS = 12_000_000
"""Longer than one tick of the clock that kernels stamp files with (at most 10 ms)."""

PATIENCE = 2.0
"""Seconds that the processes of a build that was killed may take to end."""

DEEPEST = 50
"""Folders inside one another that are looked into."""

FILES = re.compile(r"content/(?:glossary\.yaml|pages/[^/]+\.md|(?:threads|digests)/[^/]+/[^/]+\.(?:yaml|md))")
"""Where a folder would be taken for a file that is not there."""

PACKAGED_THEMES = Path(__file__).parent / "themes"
CHECKOUT_THEMES = Path(__file__).parent.parent / "themes"

Stamp = tuple[int, int, int, int]
"""Size in bytes, mtime and ctime in nanoseconds, inode: the same stamp means the same content, as in git's index."""

Index = dict[str, tuple[Stamp, str]]
"""Path to stamp and fingerprint, for the files whose stamp can be trusted."""


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
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


@dataclass(frozen=True)
class Reader:
    """Reads source files by their paths: the project's own, then those of the themes that come with sitegen."""

    project: str
    themes: str

    def __call__(self, path: str) -> bytes:
        """The bytes of a scanned file. Raises Unreadable where it is gone, or is no regular file any more."""
        places = [Path(self.project, path)]
        if path.startswith("themes/"):
            places.append(Path(self.themes, path.removeprefix("themes/")))
        for place in places:
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                return read_regular(place, path)
        raise Unreadable(error("unreadable", "the file vanished while the site was built", Span(path)))


@dataclass(frozen=True)
class Tree:
    """The source files of a project: path (relative, with `/`) to fingerprint, in the order of their paths."""

    reader: Reader
    files: Mapping[str, str] = field(repr=False)
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def fingerprint(self) -> bytes:
        """One fingerprint (32 hex digits) for all that was found."""
        lines = "\n".join(f"{path}\0{each}" for path, each in self.files.items())
        told = "\n".join(repr(one) for one in self.diagnostics)
        return fingerprint(f"{lines}\n\n{told}".encode("utf-8", "surrogateescape")).encode()


def read_regular(location: Path, shown: str) -> bytes:
    """The bytes of a regular file; never blocks on a FIFO.

    Raises FileNotFoundError or NotADirectoryError where there is none, and Unreadable for anything else.
    """
    try:
        handle = os.open(location, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as problem:
        raise Unreadable(error("unreadable", f"the file cannot be read: {problem.strerror}", Span(shown))) from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise Unreadable(error("not-a-file", "this is no regular file", Span(shown)))
    with open(handle, "rb", buffering=0) as stream:
        return stream.readall()


def scan(root: Path, known: Index, now_ns: int) -> tuple[Tree, Index]:
    """Find the source files of a project: sitegen.yaml, content/ and themes/, and the themes that come with sitegen.

    `known` is the index that the last scan gave: a file with the same stamp is not read. `now_ns` is the present, in
    nanoseconds since the epoch. Hidden files and editors' backups (`.name`, `name~`) are no source files. Symbolic
    links are followed inside the project only.
    """
    project = os.path.realpath(root)
    own = _Finder(project)
    own.file(root, "sitegen.yaml")
    for top in ("content", "themes"):
        if inside(os.path.realpath(root / top), project):
            own.folder(str(root / top), top)
        else:
            own.told.append(_leaves(top))
    packaged = PACKAGED_THEMES if PACKAGED_THEMES.is_dir() else CHECKOUT_THEMES
    if os.path.realpath(packaged) == os.path.join(project, "themes"):
        found, told = own.found, own.told
    else:
        shipped = _Finder(os.path.realpath(packaged))
        shipped.folder(str(packaged), "themes")
        found, told = {**shipped.found, **own.found}, own.told + shipped.told
    files: dict[str, str] = {}
    index: Index = {}
    newest = now_ns - RACY_NS
    for path in sorted(found):
        location, stamp = found[path]
        entry = known.get(path)
        if entry is not None and entry[0] == stamp:
            files[path] = entry[1]
            index[path] = entry
            continue
        try:
            files[path] = fingerprint(read_regular(Path(location), path))
        except Unreadable as problem:
            told.append(problem.diagnostic)
            continue
        except (FileNotFoundError, NotADirectoryError):
            continue
        if max(stamp[1], stamp[2]) < newest:
            index[path] = (stamp, files[path])
    return Tree(Reader(str(root), str(packaged)), files, tuple(told)), index


class _Finder:
    """Finds the regular files of a project, each with its location and stamp; `told` is what is wrong with others."""

    def __init__(self, project: str):
        self.project = project
        self.found: dict[str, tuple[str, Stamp]] = {}
        self.told: list[Diagnostic] = []

    def file(self, root: Path, name: str) -> None:
        """A file at the top of the project, if it is there."""
        with contextlib.suppress(FileNotFoundError), os.scandir(root) as entries:
            for entry in entries:
                if entry.name == name:
                    self._regular(entry, name)

    def folder(self, location: str, shown: str, above: tuple[str, ...] = ()) -> None:
        """All files below a folder; told where a link leaves the project or goes round in a circle."""
        if shown.count("/") > DEEPEST:
            message = f"folders are more than {DEEPEST} deep inside one another here"
            self.told.append(error("too-deep", message, Span(shown)))
            return
        try:
            entries = list(os.scandir(location))
        except FileNotFoundError:
            return
        except NotADirectoryError:
            message = "this is a file, and a folder is expected here"
            self.told.append(error("not-a-folder", message, Span(shown)))
            return
        except OSError as problem:
            message = f"the folder cannot be read: {problem.strerror}"
            self.told.append(error("unreadable", message, Span(shown)))
            return
        for entry in entries:
            name = entry.name
            if name[0] == "." or name[-1] == "~":
                continue
            path = f"{shown}/{name}"
            if not (name.isascii() or _is_text(name)):
                message = f"the name of a file or folder in here is no UTF-8: {os.fsencode(name)!r}"
                self.told.append(error("not-utf-8", message, Span(shown), "rename it"))
            elif entry.is_dir(follow_symlinks=False):
                if FILES.fullmatch(path):
                    message = "this is a folder, and a file is expected here"
                    self.told.append(error("not-a-file", message, Span(path)))
                else:
                    self.folder(entry.path, path, above)
            elif entry.is_symlink() and os.path.isdir(entry.path):
                self._linked_folder(entry, location, path, above)
            else:
                self._regular(entry, path)

    def _linked_folder(self, entry: os.DirEntry[str], location: str, path: str, above: tuple[str, ...]) -> None:
        target = os.path.realpath(entry.path)
        if not inside(target, self.project):
            self.told.append(_leaves(path))
        elif target in above or inside(os.path.realpath(location), target):
            self.told.append(error("symlink-loop", "the link leads to a folder that holds it", Span(path)))
        else:
            self.folder(entry.path, path, (*above, target))

    def _regular(self, entry: os.DirEntry[str], path: str) -> None:
        """A regular file inside the project; told what it is otherwise."""
        try:
            if entry.is_symlink() and not inside(os.path.realpath(entry.path), self.project):
                self.told.append(_leaves(path))
                return
            status = entry.stat()
        except OSError as problem:
            if entry.is_symlink():
                self.told.append(error("unreadable", "the link leads nowhere", Span(path), "remove it, or mend it"))
            elif not isinstance(problem, FileNotFoundError):
                self.told.append(error("unreadable", f"the file cannot be read: {problem.strerror}", Span(path)))
            return
        if stat.S_ISREG(status.st_mode):
            self.found[path] = (entry.path, stamp_of(status))
        else:
            self.told.append(error("not-a-file", "this is no regular file", Span(path), "remove it from the project"))


def _leaves(path: str) -> Diagnostic:
    return error("symlink-leaves-project", "the link leads out of the project", Span(path), "copy what it leads to")


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def inside(path: str, folder: str) -> bool:
    """Whether a real path is the folder or lies in it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[Path]:
    """Hold a folder of sitegen's own for one process; made where it is not there.

    The lock goes with its holder, however that ends; where it was killed, its processes have a moment to end as well.
    Raises Unreadable, with who holds it, and OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", "utf-8")
    with open(folder / "lock", "a+", encoding="utf-8") as lock:
        patience = time.monotonic() + PATIENCE
        while (holder := _lock(lock)) is not None:
            if _is_alive(holder) or time.monotonic() > patience:
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
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = beside or path.with_name(f".{path.name[:50]}.{os.getpid()}.new")
    try:
        with open(beside, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(beside, path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


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
    newest = max((max(stamp[1], stamp[2]) for stamp in stamps), default=0)
    wait = newest + TICK_NS - time.time_ns()
    if 0 < wait <= TICK_NS:
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
