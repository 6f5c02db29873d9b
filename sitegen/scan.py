"""Finding the source files of a project, and telling by their stamps which of them are as they were."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sitegen.diagnostics import Diagnostic, Span, error
from sitegen.files import THEMES, Reader, Stamp, Unreadable, fingerprint, inside, newest, nth, read_regular, stamp_of

if TYPE_CHECKING:
    from sitegen.companion import Companion

RACY_NS = 2_000_000_000
"""A file touched less than this before it was read may change again without a new time stamp (FAT keeps 2 s)."""

DEEPEST = 50
"""Folders inside one another that are looked into."""

TOP = ("sitegen.yaml", "ids.lock", "links.lock")
"""Source files that stand at the top of a project."""

THREADS = "content/threads"

MANY = 500
"""Threads that it is worth while to start a process for."""

FILES = re.compile(
    r"content/(?:glossary\.yaml|pages/[^/]+\.(?:md|lock)|(?:threads|digests)/[^/]+/[^/]+\.(?:yaml|md|lock))"
)
"""Where a folder would be taken for a file that is not there."""


class Listing(NamedTuple):
    """The source files that stand in one folder, in order: their names, joined by NUL, and one fingerprint for all.

    `marks` has the fingerprint of each, one after the other.
    """

    joined: str
    marks: str
    fingerprint: str

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the files."""
        return _divided(self.joined)

    def fingerprint_of(self, name: str) -> str | None:
        """The fingerprint of a file, or None where there is none."""
        return nth(self.marks, self.names.index(name)) if name in self.names else None


@lru_cache(maxsize=1024)
def _divided(joined: str) -> tuple[str, ...]:
    """Names that were joined: thread after thread has the same ones."""
    return tuple(joined.split("\0")) if joined else ()


Known = tuple[bytes, str, str, str]
"""The stamps of a folder's files, one after the other, and their `Listing`; few values, since each build reads all."""

Index = dict[str, Known]
"""What is known of each folder all of whose stamps can be trusted."""


class Tree(NamedTuple):
    """The source files of a project: folder (relative, with `/`; `""` is the project's own) to what stands in it.

    `shipped` has the paths of those that are not the project's, but came with sitegen.
    """

    reader: Reader
    folders: Mapping[str, Listing]
    diagnostics: tuple[Diagnostic, ...] = ()
    shipped: frozenset[str] = frozenset()

    def fingerprint_of(self, path: str) -> str | None:
        """The fingerprint of a file, or None where there is none."""
        folder, _, name = path.rpartition("/")
        listing = self.folders.get(folder)
        return listing.fingerprint_of(name) if listing else None

    @property
    def fingerprint(self) -> bytes:
        """One fingerprint (32 hex digits) for all that was found."""
        lines = "\n".join(f"{folder}\0{listing.fingerprint}" for folder, listing in self.folders.items())
        told = "\n".join([*(repr(one) for one in self.diagnostics), *sorted(self.shipped)])
        return fingerprint(f"{lines}\n\n{told}".encode("utf-8", "surrogateescape")).encode()

    def having(self, written: Mapping[str, str | None]) -> Tree:
        """The tree as it is found once files have these fingerprints, or are gone (None)."""
        changed: dict[str, dict[str, str]] = {}
        for path, mark in written.items():
            folder, _, name = path.rpartition("/")
            if folder not in changed:
                listing = self.folders[folder]
                changed[folder] = {each: nth(listing.marks, n) for n, each in enumerate(listing.names)}
            if mark is not None:
                changed[folder][name] = mark
            else:
                changed[folder].pop(name, None)
        listings = {folder: _listing(dict(sorted(found.items()))) for folder, found in changed.items()}
        return self._replace(folders={**self.folders, **listings})

    def within(self, folders: Iterable[str]) -> Tree:
        """The tree as if there were only these folders."""
        return self._replace(folders={folder: self.folders[folder] for folder in folders}, diagnostics=())


Begin = Callable[[Callable[[], object], Iterable[str]], "Companion | None"]
"""Begins with a process beside this one that calls a function, if there may be one."""


def scan(root: Path, known: Index, now_ns: int, begin: Begin | None = None) -> tuple[Tree, Index]:
    """Find the source files of a project, its TOP, content/ and themes/, and the themes of sitegen.

    `known` is the index that the last scan gave: in a folder whose files have the same stamps, none is read. `now_ns`
    is the present, in nanoseconds since the epoch. Hidden files and editors' backups (`.name`, `name~`) are no source
    files. Symbolic links are followed inside the project only. Where there are many threads, a process looks at half of
    them that `begin` begins with.
    """
    project = os.path.realpath(root)
    companion = None
    middle = _middle(root, project) if begin else None
    if begin and middle:
        companion = begin(partial(_later, root, project, middle, known, now_ns), ())
    finder = _Finder(project, before=middle if companion else None)
    finder.files(root, TOP)
    if not os.path.lexists(root / "content") and "ids.lock" in finder.found.get("", {}):
        hint = "put it back; if the site is to be empty, delete ids.lock"
        finder.told.append(error("no-content", "the site has lost its folder `content/`", Span("content"), hint))
    for top in ("content", "themes"):
        if inside(os.path.realpath(root / top), project):
            finder.folder(str(root / top), top)
        else:
            finder.told.append(_leaves(top))
    came: set[str] = set()
    if os.path.realpath(THEMES) != os.path.join(project, "themes"):
        shipped = _Finder(os.path.realpath(THEMES))
        shipped.folder(str(THEMES), "themes")
        finder.told += shipped.told
        for folder, files in shipped.found.items():
            own = finder.found.get(folder, {})
            came.update(_path(folder, name) for name in files if name not in own)
            finder.found[folder] = {**files, **own}
    folders, index = _listings(finder, known, now_ns)
    if companion:
        told, *later = companion.answer()
        companion.end()
        finder.told += told
        folders, index = _joined((folders, index), known, *later)
    return Tree(Reader(str(root)), folders, tuple(finder.told), frozenset(came)), index


def _middle(root: Path, project: str) -> str | None:
    """The folder in the middle of a project's threads, nearly, or None where there are few."""
    try:
        names = sorted(os.listdir(root / THREADS)) if _is_plain(root, project, THREADS) else []
    except OSError:
        return None
    return names[len(names) * 12 // 25] if len(names) >= MANY else None  # this process has the other folders, too


def _later(
    root: Path, project: str, middle: str, known: Index, now_ns: int
) -> tuple[list[Diagnostic], list[str], dict[str, Listing], Index]:
    """What is told of the threads from the middle on, which are as they were, and what was found in the others."""
    finder = _Finder(project, since=middle)
    finder.folder(str(root / THREADS), THREADS)
    folders, index = _listings(finder, known, now_ns)
    same = [folder for folder, entry in index.items() if known.get(folder) is entry]
    for folder in same:
        del folders[folder], index[folder]
    return finder.told, same, folders, index


def _joined(
    found: tuple[dict[str, Listing], Index], known: Index, same: list[str], folders: dict[str, Listing], index: Index
) -> tuple[dict[str, Listing], Index]:
    """All folders, and the new index of them, in order."""
    kept = {folder: known[folder] for folder in same}
    listings = {folder: Listing(*entry[1:]) for folder, entry in kept.items()}
    return dict(sorted((found[0] | listings | folders).items())), dict(sorted((found[1] | kept | index).items()))


def rescan(root: Path, before: Tree, known: Index, folders: Collection[str], now_ns: int) -> tuple[Tree, Index]:
    """What `scan` finds where there were changes in these folders alone since the tree was found.

    All is scanned where that cannot tell the same.
    """
    project = os.path.realpath(root)
    if before.diagnostics or not all(_is_plain(root, project, folder) for folder in folders):
        return scan(root, known, now_ns)
    finder = _Finder(project)
    for folder in folders:
        finder.folder(str(root / folder), folder)
    found, index = _listings(finder, known, now_ns)
    if finder.told:
        return scan(root, known, now_ns)
    below = tuple(f"{folder}/" for folder in folders)

    def kept(folder: str) -> bool:
        return folder not in folders and not folder.startswith(below)

    found |= {folder: listing for folder, listing in before.folders.items() if kept(folder)}
    index |= {folder: entry for folder, entry in known.items() if kept(folder)}
    return before._replace(folders=dict(sorted(found.items()))), dict(sorted(index.items()))


def _is_plain(root: Path, project: str, folder: str) -> bool:
    """Whether a folder lies in content/, with no link on the way."""
    return folder.startswith("content/") and os.path.realpath(root / folder) == f"{project}/{folder}"


def _listings(finder: _Finder, known: Index, now_ns: int) -> tuple[dict[str, Listing], Index]:
    """The folders that were found, and the new index of them."""
    folders: dict[str, Listing] = {}
    index: Index = {}
    for folder, files in sorted(finder.found.items()):
        entry = known.get(folder)
        names = sorted(files)
        stamps = b"".join([files[name][1] for name in names])
        if entry is not None and entry[0] == stamps and entry[1] == "\0".join(names):
            folders[folder] = Listing(*entry[1:])
            index[folder] = entry
            continue
        folders[folder] = listing = _listed(folder, names, files, entry, finder.told)
        if len(listing.names) == len(names) and newest(stamps) < now_ns - RACY_NS:
            index[folder] = (stamps, *listing)
    return folders, index


Found = dict[str, tuple[str, Stamp]]
"""The regular files of a folder: name to location and stamp."""


def _listed(
    folder: str,
    names: Sequence[str],
    files: Found,
    entry: Known | None,
    told: list[Diagnostic],
) -> Listing:
    """A folder's files, those read whose stamps are not known; without those that cannot be read."""
    known: dict[str, tuple[Stamp, str]] = {}
    if entry is not None:
        known = {name: (nth(entry[0], n), nth(entry[2], n)) for n, name in enumerate(_divided(entry[1]))}
    marks: dict[str, str] = {}
    for name in names:
        location, stamp = files[name]
        before, mark = known.get(name, (None, ""))
        try:
            marks[name] = mark if before == stamp else fingerprint(read_regular(location, _path(folder, name)))
        except Unreadable as problem:
            told.append(problem.diagnostic)
        except (FileNotFoundError, NotADirectoryError):
            continue
    return _listing(marks)


def _listing(marks: Mapping[str, str]) -> Listing:
    lines = "\n".join(f"{name}\0{mark}" for name, mark in marks.items())
    whole = fingerprint(lines.encode("utf-8", "surrogateescape"))
    return Listing("\0".join(marks), "".join(marks.values()), whole)


class _Finder:
    """Finds the regular files of a project by their folders; `told` is what is wrong with others."""

    def __init__(self, project: str, *, since: str | None = None, before: str | None = None):
        self.project = project
        self.since, self.before = since, before  # which threads are looked at
        self.found: dict[str, Found] = {}
        self.told: list[Diagnostic] = []

    def files(self, root: Path, names: Sequence[str]) -> None:
        """The files at the top of the project that are there."""
        with contextlib.suppress(FileNotFoundError), os.scandir(root) as entries:
            for entry in entries:
                if entry.name in names:
                    self._entry(entry, str(root), "", entry.name, ())

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
        if shown == THREADS:
            entries = [each for each in entries if self._is_ours(each.name)]
        files: Found = {}
        for entry in entries:
            name = entry.name
            if name[0] == "." or name[-1] == "~":
                continue
            if entry.is_file(follow_symlinks=False) and name.isascii():  # as nearly all of them are
                try:
                    files[name] = (entry.path, stamp_of(entry.stat(follow_symlinks=False)))
                    continue
                except OSError:
                    pass
            self._entry(entry, location, shown, name, above)
        if files:
            self.found.setdefault(shown, {}).update(files)

    def _is_ours(self, name: str) -> bool:
        return (self.since is None or name >= self.since) and (self.before is None or name < self.before)

    def _entry(self, entry: os.DirEntry[str], location: str, folder: str, name: str, above: tuple[str, ...]) -> None:
        """A file or folder; symbolic links are followed as far as they stay in the project."""
        if not (name.isascii() or _is_text(name)):
            message = f"the name of a file or folder in here is no UTF-8: {os.fsencode(name)!r}"
            self.told.append(error("not-utf-8", message, Span(folder), "rename it"))
        elif entry.is_dir(follow_symlinks=False):
            self._folder(entry, _path(folder, name), above)
        elif not entry.is_symlink():
            self._regular(entry, folder, name)
        elif os.path.isdir(entry.path):
            self._linked_folder(entry, location, _path(folder, name), above)
        elif inside(os.path.realpath(entry.path), self.project):
            self._regular(entry, folder, name)
        else:
            self.told.append(_leaves(_path(folder, name)))

    def _folder(self, entry: os.DirEntry[str], path: str, above: tuple[str, ...]) -> None:
        if path in TOP or FILES.fullmatch(path):
            self.told.append(error("not-a-file", "this is a folder, and a file is expected here", Span(path)))
        else:
            self.folder(entry.path, path, above)

    def _linked_folder(self, entry: os.DirEntry[str], location: str, path: str, above: tuple[str, ...]) -> None:
        target = os.path.realpath(entry.path)
        if not inside(target, self.project):
            self.told.append(_leaves(path))
        elif target in above or inside(os.path.realpath(location), target):
            self.told.append(error("symlink-loop", "the link leads to a folder that holds it", Span(path)))
        else:
            self.folder(entry.path, path, (*above, target))

    def _regular(self, entry: os.DirEntry[str], folder: str, name: str) -> None:
        """A regular file inside the project; told what it is otherwise."""
        try:
            status = entry.stat()
        except OSError as problem:
            place = Span(_path(folder, name))
            if entry.is_symlink():
                self.told.append(error("unreadable", "the link leads nowhere", place, "remove it, or mend it"))
            elif not isinstance(problem, FileNotFoundError):
                self.told.append(error("unreadable", f"the file cannot be read: {problem.strerror}", place))
            return
        if stat.S_ISREG(status.st_mode):
            self.found.setdefault(folder, {})[name] = (entry.path, stamp_of(status))
        else:
            place = Span(_path(folder, name))
            self.told.append(error("not-a-file", "this is no regular file", place, "remove it from the project"))


def _leaves(path: str) -> Diagnostic:
    return error("symlink-leaves-project", "the link leads out of the project", Span(path), "copy what it leads to")


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _path(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
