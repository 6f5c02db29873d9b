"""The doorbell, with real files and the system's own watching."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sitegen.watch import Watch

SOON = 10.0
"""Seconds that a change may take to be told on a busy machine."""

SILENT = 0.2
"""Seconds without a ring that pass for silence: more than a burst needs, many times over."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project inside a hidden folder: what is above it must not count."""
    root = tmp_path / ".hidden" / "site"
    (root / "content" / "threads").mkdir(parents=True)
    (root / "themes").mkdir()
    (root / "output").mkdir()
    (root / "sitegen.yaml").write_text("title: x\n")
    return root


@pytest.fixture
def watch(project: Path) -> Iterator[Watch]:
    """A watch that rang for its beginning, and is silent now."""
    with Watch(project) as entered:
        assert entered.wait(SOON)
        yield entered


def test_the_first_wait_returns_at_once(project: Path) -> None:
    """Catches changes that are lost because they came between a build and the beginning of the watch."""
    with Watch(project) as watch:
        assert watch.wait(SOON)
        assert not watch.wait(SILENT)


@pytest.mark.parametrize(
    "path", ["sitegen.yaml", "links.lock", "content/glossary.yaml", "themes/base.html", "content/threads/4913.md"]
)
def test_a_saved_source_file_rings_once(
    project: Path, watch: Watch, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a part of the project that is not watched, and a build for each step of a save."""
    monkeypatch.setattr("sitegen.watch.QUIET", 0.5)  # on a busy machine the two writes may lie apart
    (project / path).write_text("one")
    (project / path).write_text("two")
    assert watch.wait(SOON)
    assert not watch.wait(SILENT)


def test_an_atomic_save_rings(project: Path, watch: Watch) -> None:
    """Catches editors whose saves go unnoticed: they write a hidden file and rename it."""
    beside = project / ".sitegen.yaml.tmp"
    beside.write_text("title: y\n")
    beside.rename(project / "sitegen.yaml")
    assert watch.wait(SOON)


def test_a_change_of_rights_rings(project: Path, watch: Watch) -> None:
    """Catches a fault that stays shown after an unreadable file was made readable."""
    (project / "sitegen.yaml").chmod(0o600)
    assert watch.wait(SOON)


def test_a_deletion_rings(project: Path, watch: Watch) -> None:
    """Catches pages that stay after their content is gone."""
    (project / "content" / "threads").rmdir()
    assert watch.wait(SOON)


def test_folders_made_while_watching_are_watched(project: Path, watch: Watch) -> None:
    """Catches a new thread whose later edits go unnoticed."""
    thread = project / "content" / "threads" / "deepseek" / "images"
    thread.mkdir(parents=True)
    (thread / "a.svg").write_text("<svg/>")
    assert watch.wait(SOON)
    (thread / "a.svg").write_text("<svg></svg>")
    assert watch.wait(SOON)


@pytest.mark.parametrize("away", ["deleted", "moved"])
def test_content_that_comes_back_is_watched(project: Path, watch: Watch, away: str) -> None:
    """Catches a watch that stays with the old content/ after a checkout or restore put another in its place."""
    content = project / "content"
    if away == "deleted":
        shutil.rmtree(content)
    else:
        content.rename(project / "old")
    assert watch.wait(SOON)
    content.mkdir()
    assert watch.wait(SOON)
    (content / "glossary.yaml").write_text("terms: []\n")
    assert watch.wait(SOON)


def test_a_thread_that_is_put_aside_and_back_is_watched(
    project: Path, recwarn: pytest.WarningsRecorder, watch: Watch
) -> None:
    """Catches a folder that is watched no more after it was away, and words of a library's on the terminal."""
    threads = project / "content" / "threads"
    (threads / "one").mkdir()
    assert watch.wait(SOON)
    (threads / "one").rename(project / "aside")
    assert watch.wait(SOON)
    (project / "aside").rename(threads / "two")
    assert watch.wait(SOON)
    (threads / "two" / "column.en.md").write_text("One.\n")
    assert "content/threads/two" in watch.wait(SOON)
    assert [str(each.message) for each in recwarn] == []


def test_a_linked_content_folder_is_watched(project: Path, watch: Watch) -> None:
    """Catches content/ that is a link to a folder elsewhere, whose changes go unnoticed."""
    (project / "content").rename(project / "texts")
    (project / "content").symlink_to("texts")
    assert watch.wait(SOON)
    (project / "texts" / "glossary.yaml").write_text("terms: []\n")
    assert watch.wait(SOON)


@pytest.mark.parametrize(
    "path",
    [
        "output/index.html",
        "README.md",
        ".sitegen.yaml.swp",
        "content/.thread.yaml.swp",
        "content/4913",
        "content/thread.yaml~",
        "content/.#thread.yaml",
        "content/.git/index",
        "themes/old~/base.html",
    ],
)
def test_what_is_no_source_file_does_not_ring(project: Path, watch: Watch, path: str) -> None:
    """Catches builds for an editor's temporary files, and a build that rings for itself."""
    (project / path).parent.mkdir(exist_ok=True)
    (project / path).write_text("x")
    (project / path).unlink()
    assert not watch.wait(SILENT)


def test_reading_does_not_ring(project: Path, watch: Watch) -> None:
    """Catches a loop in which each build rings for the next by reading the source files."""
    for path in project.rglob("*"):
        if path.is_file():
            path.read_text()
    assert not watch.wait(SILENT)


def test_a_storm_of_changes_comes_to_an_end(project: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a preview that never builds while something in content/ is written to without a pause."""
    monkeypatch.setattr("sitegen.watch.PATIENCE", 0.1)
    monkeypatch.setattr("sitegen.watch.QUIET", 1.0)
    enough = threading.Event()

    def storm() -> None:
        with open(project / "content" / "log.md", "w", buffering=1) as stream:
            while not enough.wait(0.001):
                stream.write("x\n")

    writer = threading.Thread(target=storm)
    writer.start()
    waited = threading.Thread(target=watch.wait, args=(SOON,), daemon=True)
    waited.start()
    waited.join(SOON)
    ended = not waited.is_alive()
    enough.set()
    writer.join()
    assert ended


def test_thousands_of_folders_are_watched_without_unrest(project: Path) -> None:
    """Catches watchdog's own filter, under which a big tree keeps ringing and loses changes."""
    for number in range(5000):
        (project / "content" / "threads" / f"t{number}").mkdir()
    with Watch(project) as watch:
        assert watch.wait(SOON)
        assert not watch.wait(SILENT)
        (project / "content" / "threads" / "t4999" / "thread.yaml").write_text("x")
        assert watch.wait(SOON)


def test_no_thread_stays_behind(project: Path) -> None:
    """Catches threads that outlive the watch and hold its folders."""
    before = threading.active_count()
    with Watch(project):
        assert threading.active_count() > before
    assert threading.active_count() == before
