"""A published folder: whose its files are, and how finished files get to their places.

The folder itself holds the list of the files that sitegen put there (`.sitegen`, a path a line), so that the knowledge
goes where the folder goes. The list names a file before the file appears and forgets it after it is gone: whenever a
build is killed, the next one knows what is whose.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from sitegen.files import Stamp, exchange, flush, move, nth, prune, remove_tree, stamp_of, write_whole

LIST = ".sitegen"
NEW_LIST = ".sitegen.new"
LANDING = ".sitegen.landing"
HEADER = "# Files that sitegen put here and may replace or remove, one a line."


class Folder:
    """The folder that a site is published to; it need not exist yet."""

    def __init__(self, path: Path):
        self._root = os.path.realpath(path)
        self._near = self._root.removeprefix(os.path.join(os.getcwd(), ""))  # a shorter way is gone sooner
        self.path = Path(self._root)
        self.beside = self.path.with_name(f".{self.path.name}.new")
        self.listed = self._read_list()

    def _read_list(self) -> str:
        try:
            return (self.path / LIST).read_bytes().decode()
        except (OSError, UnicodeDecodeError):
            return ""

    @cached_property
    def owned(self) -> frozenset[str]:
        """The files that sitegen put there; a build with nothing to do does not ask for them."""
        lines = self.listed.splitlines()
        return frozenset(line for line in lines if line and not line.startswith("#") and _is_plain(line))

    def _write_list(self, paths: Sequence[str]) -> None:
        listed = list_of(paths)
        if listed != self.listed:
            write_whole(self.path / LIST, listed.encode(), self.path / NEW_LIST)
            self.listed, self.owned = listed, frozenset(paths)

    def clear(self) -> None:
        """Remove what a build that was killed left in the folder and beside it."""
        (self.path / NEW_LIST).unlink(missing_ok=True)
        remove_tree(self.path / LANDING)
        remove_tree(self.beside)

    def stamp(self, path: str) -> Stamp | None:
        """The stamp of a regular file in the folder, None where there is none."""
        try:
            status = os.lstat(f"{self._near}/{path}")
        except (FileNotFoundError, NotADirectoryError):
            return None
        return stamp_of(status) if stat.S_ISREG(status.st_mode) else None

    def holds(self, paths: Sequence[str], stamps: bytes) -> bool:
        """Whether just these files are listed, in order, and stand there untouched; `stamps` has theirs in a row."""
        if self.listed != list_of(paths):
            return False
        try:  # what has the same inode and times is a regular file as it was
            return b"".join([stamp_of(os.lstat(f"{self._near}/{path}")) for path in paths]) == stamps
        except (FileNotFoundError, NotADirectoryError):
            return False

    def changed(self, paths: Sequence[str], stamps: bytes) -> dict[str, Stamp | None]:
        """Those of these files that do not stand there untouched, each with its stamp, or None for no regular file."""
        now = map(self.stamp, paths)
        return {path: stamp for n, (path, stamp) in enumerate(zip(paths, now, strict=True)) if stamp != nth(stamps, n)}

    def blocked(self, path: str, checked: set[str]) -> str | None:
        """What stands in the way of a file: a path in the folder that is not sitegen's, or None.

        `checked` remembers the folders that were looked at. The file itself may be foreign: that is for the caller to
        compare.
        """
        parts = path.split("/")
        for depth in range(1, len(parts)):
            parent = "/".join(parts[:depth])
            if parent in checked:
                continue
            try:
                mode = os.lstat(f"{self._root}/{parent}").st_mode
            except FileNotFoundError:
                break
            if not stat.S_ISDIR(mode) and parent not in self.owned:
                return parent
            checked.add(parent)
        try:
            mode = os.lstat(f"{self._root}/{path}").st_mode
        except (FileNotFoundError, NotADirectoryError):
            return None
        if stat.S_ISDIR(mode):
            return self._foreign_below(path)
        return None if stat.S_ISREG(mode) or path in self.owned else path

    def _foreign_below(self, path: str) -> str | None:
        """A file that is not sitegen's in a folder that has to give way, or None."""
        for found in sorted((self.path / path).rglob("*")):
            inner = found.relative_to(self.path).as_posix()
            if (found.is_symlink() or not found.is_dir()) and inner not in self.owned:
                return inner
        return None

    def put(self, staged: Mapping[str, str], planned: Sequence[str]) -> tuple[dict[str, Stamp], int]:
        """Bring staged files (path to where they wait, in order) to their places, then delete what is not planned.

        `planned` has the paths of all files, sorted, staged or not. What no page of the old site names comes first,
        then what replaces something, deletions last: each link of a page that can be reached from the front page is
        alive at every moment. Returns the stamps of what was put, and how many files were removed. Raises OSError.
        """
        flush(staged.values())
        self.path.mkdir(parents=True, exist_ok=True)
        gone = sorted(self.owned.difference(planned)) if self.listed != list_of(planned) else ()
        self._check((*staged, *gone))
        self._write_list(sorted({*planned, *gone}) if gone else planned)
        staged = self._land(staged)
        there = {path for path in staged if os.path.lexists(f"{self._root}/{path}")}
        new_first = sorted(staged, key=there.__contains__)
        try:
            self._move({path: staged[path] for path in new_first}, planned)
        finally:
            remove_tree(self.path / LANDING)
        removed = prune(self.path, gone)
        self._write_list(planned)
        return self._stamps(staged), removed

    def swap(self, staged: Mapping[str, str], planned: Sequence[str]) -> tuple[dict[str, Stamp], int]:
        """As `put`, but at one moment: the new site is laid out beside the old one, and the two are exchanged.

        Files that stay, and those of others, are linked into the new folder. Raises OSError, also where the system
        cannot exchange two folders.
        """
        flush(staged.values())
        beside = Folder(self.beside)
        gone = self.owned.difference(planned)
        try:
            if self.path.exists():
                shutil.copytree(self.path, beside.path, symlinks=True, copy_function=os.link)
            beside.path.mkdir(parents=True, exist_ok=True)
            beside.owned = self.owned
            for path in staged:
                (beside.path / path).unlink(missing_ok=True)
            beside._move(staged, planned)
            removed = prune(beside.path, sorted(gone))
            (beside.path / LIST).unlink(missing_ok=True)
            beside._write_list(planned)
            if self.path.exists():
                exchange(beside.path, self.path)
            else:
                beside.path.rename(self.path)
        finally:
            remove_tree(beside.path)
        self.owned = frozenset(planned)
        return self._stamps(planned), removed

    def _check(self, paths: Iterable[str]) -> None:
        """Raise OSError where a folder may not be written to, before anything in another one is changed."""
        for parent in {os.path.dirname(f"{self._root}/{path}") for path in paths}:
            if os.path.isdir(parent) and not os.access(parent, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), parent)

    def _land(self, staged: Mapping[str, str]) -> Mapping[str, str]:
        """Staged files on the folder's own file system: there is room for all of them, or none gets to its place."""
        first = next(iter(staged.values()), None)
        if first is None or os.stat(first).st_dev == os.stat(self.path).st_dev:
            return staged
        landing = self.path / LANDING
        landing.mkdir()
        landed = {path: str(landing / str(number)) for number, path in enumerate(staged)}
        try:
            for path, waiting in staged.items():
                shutil.copyfile(waiting, landed[path])
            flush(landed.values())
        except OSError:
            remove_tree(landing)
            raise
        return landed

    def _move(self, staged: Mapping[str, str], planned: Sequence[str]) -> None:
        made: set[str] = set()
        for path in staged:
            parent = os.path.dirname(path)
            if parent and parent not in made:
                self._make_folder(parent)
                made.add(parent)
        for path, waiting in staged.items():
            target = f"{self._root}/{path}"
            try:
                move(waiting, target)
            except (IsADirectoryError, PermissionError):  # the latter on Windows
                if os.path.islink(target) or not os.path.isdir(target):
                    raise
                prune(self.path, [each for each in self.owned.difference(planned) if each.startswith(path + "/")])
                for folder, _, _ in os.walk(target, topdown=False):
                    os.rmdir(folder)
                move(waiting, target)

    def _stamps(self, paths: Iterable[str]) -> dict[str, Stamp]:
        return {path: stamp for path in paths if (stamp := self.stamp(path)) is not None}

    def _make_folder(self, parent: str) -> None:
        """Make a folder; a file of ours that stands where a folder has to be gives way."""
        parts = parent.split("/")
        for depth in range(1, len(parts) + 1):
            place = "/".join(parts[:depth])
            if place in self.owned and not os.path.isdir(f"{self.path}/{place}"):
                prune(self.path, [place])
        os.makedirs(f"{self.path}/{parent}", exist_ok=True)


def list_of(paths: Iterable[str]) -> str:
    """The list of these files as the folder holds it."""
    return "\n".join([HEADER, *paths, ""])


def _is_plain(path: str) -> bool:
    """Whether a listed path is one that stays in the folder."""
    return not path.startswith("/") and "\0" not in path and (".." not in path or ".." not in path.split("/"))
