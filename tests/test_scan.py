"""Finding source files: alone and with a process beside, which looks at half of the threads."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import NoReturn

import pytest

from sitegen.scan import MANY, Index, Tree, rescan, scan
from sitegen.workers import Workers


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of so many threads that two processes look at them."""
    (tmp_path / "sitegen.yaml").write_text("title: 글\n")
    for other in ("digests/1", "pages"):
        (tmp_path / "content" / other).mkdir(parents=True)
        (tmp_path / "content" / other / "about.md").write_text("글")
    for n in range(MANY):
        folder = tmp_path / "content" / "threads" / f"t{n:04}"
        folder.mkdir(parents=True)
        (folder / "thread.yaml").write_text(f"title: 글 {n}\n")
    return tmp_path


def together(root: Path, known: Index, now: int) -> tuple[Tree, Index]:
    """What two processes find. At least one file was looked at beside this process."""
    workers = Workers(2)
    asked = []

    def begin(first: object, steps: object) -> object:
        asked.append(first)
        return workers.begin(first, steps)  # type: ignore[arg-type]

    try:
        return scan(root, known, now, begin)  # type: ignore[arg-type]
    finally:
        workers.close()
        assert asked


def same(root: Path, known: Index) -> Index:
    """The new index, where one process and two find the same, in the same order."""
    now = time.time_ns() + 60_000_000_000
    (tree, index), (wanted, wanted_index) = together(root, known, now), scan(root, known, now)
    assert tree._replace(reader=wanted.reader) == wanted
    assert tree.fingerprint == wanted.fingerprint
    assert list(tree.folders) == list(wanted.folders)
    assert (index, list(index)) == (wanted_index, list(wanted_index))
    return index


def test_two_processes_find_what_one_finds(project: Path) -> None:
    """Catches folders that both look at or neither, and changes that one of them keeps to itself."""
    index = same(project, {})
    assert len(index) >= MANY
    assert same(project, index) == index
    threads = project / "content" / "threads"
    for n in (0, 1, MANY // 2 - 1, MANY // 2, MANY - 1):
        (threads / f"t{n:04}" / "thread.yaml").write_text(f"title: 다른 글 {n}\n")
        (threads / f"t{n:04}" / "comments.yaml").write_text("[]\n")
    (threads / "s0000").mkdir()
    (threads / "s0000" / "thread.yaml").write_text("title: 글\n")
    (threads / "글").mkdir()
    (threads / "글" / "thread.yaml").write_text("title: 글\n")
    (threads / "note.md").write_text("글")
    (threads / f"t{MANY - 2:04}" / "thread.yaml").unlink()
    (threads / "t0002" / "thread.yaml").unlink()
    changed = same(project, index)
    assert changed != index
    assert {"content/threads/s0000", "content/threads/글", "content/threads"} <= set(changed)


@pytest.mark.parametrize("place", ["t0001", f"t{MANY - 1:04}"])
@pytest.mark.parametrize("fault", ["loop", "leaves", "folder", "fifo"])
def test_two_processes_tell_what_one_tells(project: Path, place: str, fault: str) -> None:
    """Catches a fault that is told twice, or by nobody, wherever it is."""
    folder = project / "content" / "threads" / place
    if fault == "folder":
        (folder / "comments.yaml").mkdir()
    elif fault == "fifo":
        os.mkfifo(folder / "comments.yaml")
    else:
        (folder / "column.ko.md").symlink_to(folder.parent if fault == "loop" else "/etc/hostname")
    same(project, {})
    assert len(scan(project, {}, 0)[0].diagnostics) == 1


def test_threads_behind_a_link_are_looked_at_by_one_process(project: Path) -> None:
    """Catches a process beside that follows a link as this one would not."""
    threads = project / "content" / "threads"
    threads.rename(project / "elsewhere")
    threads.symlink_to(project / "elsewhere")
    assert len(scan(project, {}, 0, not_to_begin)[0].folders) >= MANY


def test_few_threads_are_looked_at_by_one_process(project: Path) -> None:
    """Catches a process that costs more than it saves."""
    shutil.rmtree(project / "content" / "threads" / "t0007")
    assert len(scan(project, {}, 0, not_to_begin)[0].folders) >= MANY - 1


def not_to_begin(first: object, steps: object) -> NoReturn:
    """Catch a process."""
    pytest.fail("a process was begun with")


def test_a_rescan_finds_all_that_changed_in_its_folders(project: Path) -> None:
    """Catches a rescan that looks at half of a folder."""
    now = time.time_ns() + 60_000_000_000
    tree, index = scan(project, {}, now)
    threads = project / "content" / "threads"
    for n in (0, MANY - 1):
        (threads / f"t{n:04}" / "thread.yaml").write_text("title: 다른 글\n")
    again, _ = rescan(project, tree, index, ["content/threads"], now)
    assert again.fingerprint == scan(project, {}, now)[0].fingerprint != tree.fingerprint
