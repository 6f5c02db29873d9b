"""Whatever happens to a build or to its disk: the published site stays whole, and the next build puts all right."""

from __future__ import annotations

import errno
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import SETTINGS, Site, snapshot, write
from promises import (
    PATIENCE,
    assert_refused,
    clean,
    command,
    dead_links,
    environment,
    places,
    powerless,
    published,
    told_by,
)

from sitegen import build as pipeline
from sitegen import cli, files, scan
from sitegen.build import Options, Outcome, build
from sitegen.report import SilentProgress

pytestmark = pytest.mark.usefixtures("quick")

OLD = """\
-- content/threads/one/thread.yaml --
title: {ko: 하나, en: One}
date: 2025-01-15
category: a
tags: [x, y]
-- content/threads/one/column.ko.md --
하나의 글 ![그림](a.svg)
-- content/threads/one/a.svg --
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>
-- content/threads/two/thread.yaml --
title: {ko: 둘, en: Two}
date: 2025-01-16
category: a
-- content/threads/two/comments.yaml --
- {author: 들꽃, date: 2025-01-16, text: {ko: 글, en: text}}
-- content/digests/first/digest.yaml --
title: {ko: 첫 호, en: First}
date: 2025-01-20
threads: [one, two]
"""

NEW = """\
-- content/threads/one/thread.yaml --
title: {ko: 하나, en: One}
date: 2025-01-15
category: b
tags: [x, z]
-- content/threads/one/column.ko.md --
하나의 글 ![그림](b.svg)
-- content/threads/one/b.svg --
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1"/>
-- content/threads/three/thread.yaml --
title: {ko: 셋, en: Three}
date: 2025-01-17
category: b
-- content/digests/first/digest.yaml --
title: {ko: 첫 호, en: First}
date: 2025-01-20
threads: [three, one]
-- content/pages/about.ko.md --
---
title: 소개
---
글
"""
"""A site after edits of every kind: pages change, come and go, a picture gets another address."""


def turn(site: Site, archive: str) -> None:
    """Make an archive all that there is in the project's content."""
    shutil.rmtree(site.root / "content", ignore_errors=True)
    write(site.root, SETTINGS + archive)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """What clean builds make of the old and the new site."""
    made = {}
    for name, archive in (("old", OLD), ("new", NEW)):
        site = Site(tmp_path_factory.mktemp(name))
        turn(site, archive)
        assert site.build().good
        made[name] = site.made()
    assert dead_links(made["old"]) == dead_links(made["new"]) == []
    return made


def litter(site: Site) -> list[str]:
    """What a build leaves behind that is neither the site nor the store."""
    known = {".gitignore", "index", "lock", "outputs", "packs", "places", "results"}
    beside = {"content", "themes", "output", "sitegen.yaml", "ids.lock", ".sitegen"}
    found = [path for path in site.made() if path.split("/")[-1].startswith(".") and path != ".sitegen"]
    found += [each.name for each in (site.root / ".sitegen").iterdir() if each.name not in known]
    return found + [each.name for each in site.root.iterdir() if each.name not in beside]


def in_child(act: Callable[[], int], hook: Callable[[str, tuple[Any, ...]], None] | None = None) -> int:
    """Do something in a forked process and return its status; `hook` sees its audit events, and may stop it."""
    child = os.fork()
    if child == 0:
        try:
            if hook:
                sys.addaudithook(hook)
            os._exit(act())
        finally:
            os._exit(99)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


CHANGES = frozenset(("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.truncate"))
"""Audit events (https://docs.python.org/3/library/audit_events.html) of calls that change what is on a disk."""


class Disk:
    """Counts a process's changes of what is in a folder; at the one of that number, does something."""

    def __init__(self, root: Path, number: int, act: Callable[[], None]) -> None:
        self.root, self.number, self.act = str(root), number, act
        self.seen = 0
        self.begun = False

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        writes = event in CHANGES or (event == "open" and args[2] & (os.O_WRONLY | os.O_RDWR))
        if not writes or self.root not in f"{args[0]}{args[1]}":
            return
        self.seen += 1
        if self.seen == self.number:
            self.act()
        if event == "os.rename" and "/staging/" in str(args[0]):
            self.begun = True


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


# -- 12: killed --------------------------------------------------------------------------------------------------------


def test_a_build_that_is_killed_anywhere_leaves_whole_files_and_live_links(
    tmp_path: Path, both: dict[str, dict[str, bytes]]
) -> None:
    """Catches half a file, a link to a page that is not there yet or not any more, litter, and a store that lies."""
    site = Site(tmp_path / "site")
    turn(site, OLD)
    assert site.build().good
    states = [("old", OLD), ("new", NEW)]
    number, mixed = 1, 0
    while True:
        (before, _), (after, archive) = states
        turn(site, archive)
        status = in_child(lambda: 0 if site.build().good else 1, Disk(site.root, number, kill))
        made = {path: data for path, data in site.made().items() if not path.startswith(".sitegen")}
        for path, data in made.items():
            assert data in (both[before].get(path), both[after].get(path)), (number, path)
        assert dead_links(made) == [], number
        mixed += made not in [{**both[each], ".sitegen": b""} for each in (before, after)]
        assert places(site.build()) == []
        assert site.made() == both[after], number
        assert litter(site) == [], number
        if status == 0:
            break
        assert status == -signal.SIGKILL
        states.reverse()
        number += 11
    assert mixed > 3  # it was killed amid publishing, too
    assert number > 60


def test_an_atomic_build_that_is_killed_leaves_the_old_or_the_new_site(
    tmp_path: Path, both: dict[str, dict[str, bytes]]
) -> None:
    """Catches a moment of `--atomic` in which a visitor finds neither site."""
    site = Site(tmp_path / "site")
    turn(site, OLD)
    assert site.build().good
    (site.output / "CNAME").write_text("digest.example")
    foreign = {"CNAME": b"digest.example"}
    states = [("old", OLD), ("new", NEW)]
    number, found = 1, set()

    def publish() -> int:
        return 0 if build(site.root, Options(site.output, atomic=True), SilentProgress()).good else 1

    while True:
        (before, _), (after, archive) = states
        turn(site, archive)
        status = in_child(publish, Disk(site.root, number, kill))
        made = site.made()
        assert made in ({**both[before], **foreign}, {**both[after], **foreign}), number
        found.add("new" if made == {**both[after], **foreign} else "old")
        assert publish() == 0
        assert site.made() == {**both[after], **foreign}, number
        assert litter(site) == [], number
        if status == 0:
            break
        states.reverse()
        number += 31
    assert found == {"old", "new"}


def test_a_process_that_is_killed_at_random_moments(tmp_path: Path, both: dict[str, dict[str, bytes]]) -> None:
    """Catches what the counted moments miss: a kill amid a write, and workers that outlive the build."""
    site = Site(tmp_path / "site")
    turn(site, OLD)
    assert site.build().good
    clock = random.Random(15)
    for archive, before, after in [(NEW, "old", "new"), (OLD, "new", "old")] * 2:
        turn(site, archive)
        arguments = [sys.executable, "-m", "sitegen", "build", "--fresh", "--jobs", "2"]
        process = subprocess.Popen(
            arguments, cwd=site.root, env=environment(), stderr=subprocess.DEVNULL, start_new_session=True
        )
        time.sleep(clock.uniform(0.2, 1.2))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)
        made = {path: data for path, data in site.made().items() if not path.startswith(".sitegen")}
        assert all(data in (both[before].get(path), both[after].get(path)) for path, data in made.items())
        assert dead_links(made) == []
        assert places(site.build()) == []
        assert site.made() == both[after]
        assert litter(site) == []


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc")
def test_workers_end_with_a_build_that_is_killed(tmp_path: Path) -> None:
    """Catches workers that live on without their build for ever, hold its lock, and write into its store."""
    site = Site(tmp_path / "site")
    column = "글 *강조* [링크](https://a.example)\n\n" * 60
    many = "".join(
        f"-- content/threads/t{n:02}/thread.yaml --\ntitle: 글\ndate: 20{n % 25:02}-01-{1 + n // 25:02}\nid: t{n}\n"
        f"-- content/threads/t{n:02}/column.ko.md --\n{column}"
        for n in range(70)
    )
    turn(site, many)
    arguments = [sys.executable, "-m", "sitegen", "build", "--jobs", "2"]
    process = subprocess.Popen(arguments, cwd=site.root, env=environment(), start_new_session=True)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    until = time.monotonic() + PATIENCE
    while len(workers := children.read_text().split()) < 2:
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.005)
    process.kill()
    process.wait()
    assert places(site.build()) == []
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < until
        time.sleep(0.01)


# -- 13: no room, no permission ----------------------------------------------------------------------------------------


def test_a_write_that_fails_at_any_call_is_told(tmp_path: Path, both: dict[str, dict[str, bytes]]) -> None:
    """Catches a traceback, half a file or a lost site where a disk is full or refuses, whichever call it hits."""
    site = Site(tmp_path / "site")
    turn(site, OLD)
    assert site.build().good
    states = [("old", OLD), ("new", NEW)]
    call = 1
    statuses = set()

    def fail() -> None:
        number = errno.ENOSPC if call % 2 else errno.EACCES
        raise OSError(number, os.strerror(number), "somewhere")

    def publish(disk: Disk) -> int:
        outcome = site.build()
        codes = {one.code for one in outcome.diagnostics}
        if not outcome.good and not (codes <= {"no-room", "cannot-write", "unreadable"} and len(codes) == 1):
            return 98
        return 0 if outcome.good else 2 if disk.begun else 1

    while True:
        (before, _), (after, archive) = states
        turn(site, archive)
        disk = Disk(site.root, call, fail)
        status = in_child(lambda: publish(disk), disk)  # noqa: B023 - called here and now
        statuses.add(status)
        made = site.made()
        if status == 1:
            assert made | {".sitegen": b""} == both[before] | {".sitegen": b""}, call
        for path, data in made.items():
            assert path.startswith(".sitegen") or data in (both[before].get(path), both[after].get(path)), (call, path)
        assert dead_links(made) == []
        assert places(site.build()) == []
        assert site.made() == both[after], call
        assert litter(site) == [], call
        if status == 0 and call > 100:
            break
        states.reverse()
        call += 23
    assert statuses <= {0, 1, 2}
    assert 1 in statuses


@pytest.mark.parametrize("limit", [0, 3_000])
def test_a_limit_on_the_size_of_files_is_told(tmp_path: Path, limit: int) -> None:
    """Catches a quota that leaves a truncated page behind."""
    site = Site(tmp_path / "site")
    turn(site, OLD)
    assert site.build().good
    before = published(site.output)
    turn(site, NEW)
    (site.root / "content/threads/one/column.ko.md").write_text("글 ![그림](b.svg)\n\n" * 2_000)

    def publish() -> int:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        told = site.build().diagnostics
        return 1 if [one.code for one in told] == ["no-room"] and told[0].help else 98

    assert in_child(publish) == 1
    assert published(site.output) == before
    assert site.build().good
    assert site.made() == clean(site, tmp_path / "clean")


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("needs the right to mount")
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.skipif(not shutil.which("mount"), reason="needs mount")
def test_a_full_disk_of_another_file_system_keeps_the_old_site(
    tmp_path: Path, both: dict[str, dict[str, bytes]]
) -> None:
    """Catches an output folder on another file system that gets some of the new site before there is no room left."""
    site = Site(tmp_path / "site")
    turn(site, OLD)
    with small_disk(site.output, "1500k"):
        assert site.build().good
        assert site.made() == both["old"]
        before = published(site.output)
        turn(site, NEW)
        about = site.root / "content/pages/about.ko.md"
        short = about.read_text()
        about.write_text(short + "긴 글 " * 240_000)
        (fault,) = site.build().diagnostics
        assert fault.code == "no-room"
        assert {path: each for path, each in published(site.output).items() if path != ".sitegen"} == {
            path: each for path, each in before.items() if path != ".sitegen"
        }
        about.write_text(short)
        assert places(site.build()) == []
        assert site.made() == both["new"]


@pytest.mark.parametrize("place", ["", "ko", "media/threads/one", "en/threads/two"])
def test_a_folder_that_may_not_be_written_to_keeps_the_old_site(open_folder: Path, place: str) -> None:
    """Catches a site that is half published when one of its folders turns out to belong to somebody else."""
    site = Site(open_folder / "site")
    turn(site, OLD)
    assert site.build().good
    turn(site, NEW)
    with powerless(site.root):
        (site.output / place).chmod(0o555)
        before = published(site.output)
        (fault,) = site.build().diagnostics
        assert fault.code == "cannot-write"
        assert fault.span is not None
        assert fault.span.path.startswith(str(site.output / place))
        assert {path: each for path, each in published(site.output).items() if path != ".sitegen"} == {
            path: each for path, each in before.items() if path != ".sitegen"
        }
        (site.output / place).chmod(0o755)
        assert site.build().good
    assert site.made() == clean(site, open_folder / "clean")


def test_a_project_that_may_not_be_written_to_is_told(open_folder: Path) -> None:
    """Catches a traceback where sitegen cannot keep its store."""
    site = Site(open_folder / "site")
    turn(site, OLD)
    with powerless(site.root):
        site.root.chmod(0o555)
        (fault,) = site.build().diagnostics
        site.root.chmod(0o755)
    assert fault.code == "cannot-write"
    assert "Permission denied" in fault.message


@pytest.mark.parametrize("kept", ["index", "places", "results", "outputs", "packs"])
@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("states", [(OLD, NEW), (NEW, OLD)])
def test_a_store_that_is_old_in_part_leads_to_no_old_page(
    tmp_path: Path, kept: str, alone: bool, states: tuple[str, str]
) -> None:
    """Catches what a loss of power leaves of the store, which waits for no disk, being trusted as a whole."""
    site = Site(tmp_path / "site")
    store, before = site.root / ".sitegen", tmp_path / "before"
    turn(site, OLD)
    assert site.build().good
    shutil.copytree(store, before)
    turn(site, NEW)
    assert site.build().good
    for name in ("index", "places", "results", "outputs", "packs"):
        if (name == kept) is alone:
            shutil.rmtree(store / name) if name == "packs" else (store / name).unlink()
            shutil.copytree(before / name, store / name) if name == "packs" else shutil.copy2(before / name, store)
    for number, state in enumerate(states):
        turn(site, state)
        assert site.build().good
        assert site.made() == clean(site, tmp_path / f"clean{number}")


# -- 14: two at once ---------------------------------------------------------------------------------------------------


def test_a_second_build_says_who_holds_the_lock(tmp_path: Path) -> None:
    """Catches two builds that publish into one another, and a lock that does not say whose it is."""
    site = Site(tmp_path / "site")
    turn(site, OLD)
    with files.locked(site.root / ".sitegen"):
        process = command(site.root, "build", "--format", "json")
    assert process.returncode == 1
    (fault,) = told_by(process)
    assert fault["code"] == "locked"
    assert f"process {os.getpid()}" in fault["message"]
    assert fault["help"]
    assert not site.output.exists()


def test_a_lock_that_is_held_for_a_moment_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a build that fails now and then because a preview of the same site runs beside it."""
    site = Site(tmp_path / "site")
    turn(site, OLD)
    with ExitStack() as preview:
        preview.enter_context(files.locked(site.root / ".sitegen"))
        monkeypatch.setattr("sitegen.files.time.sleep", lambda _: preview.close())
        assert site.build().good


def test_the_lock_of_a_dead_process_is_none(tmp_path: Path) -> None:
    """Catches a lock file that outlives its holder and has to be deleted by hand."""
    site = Site(tmp_path / "site")
    turn(site, OLD)

    def hold() -> int:
        with files.locked(site.root / ".sitegen"):
            kill()
        return 0

    assert in_child(hold) == -signal.SIGKILL
    assert (site.root / ".sitegen/lock").read_text().strip().isdigit()
    assert places(site.build()) == []


def test_builds_that_start_together_make_one_site(tmp_path: Path, both: dict[str, dict[str, bytes]]) -> None:
    """Catches a mixed site, a crash, or a store that two builds wrote."""
    site = Site(tmp_path / "site")
    turn(site, NEW)
    arguments = [sys.executable, "-m", "sitegen", "build", "--format", "json"]
    started = [
        subprocess.Popen(arguments, cwd=site.root, env=environment(), stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    statuses = []
    for process in started:
        out, _ = process.communicate(timeout=PATIENCE)
        statuses.append(process.returncode)
        assert {one["code"] for one in json.loads(out)["diagnostics"]} <= {"locked"}
    assert 0 in statuses
    assert set(statuses) <= {0, 1}
    assert site.made() == both["new"]


# -- 15, 16: changes ---------------------------------------------------------------------------------------------------


class Meddler(SilentProgress):
    """Does something as soon as a stage begins."""

    def __init__(self, stage: str, act: Callable[[], object]) -> None:
        self.wanted, self.act = stage, act

    def stage(self, name: str, total: int) -> None:
        """Acts, once."""
        if name == self.wanted:
            self.wanted = ""
            self.act()


@pytest.mark.parametrize("stage", ["settings", "content", "theme", "pages"])
@pytest.mark.parametrize("how", ["edit", "remove", "folder"])
def test_content_that_changes_while_a_build_reads_it(tmp_path: Path, stage: str, how: str) -> None:
    """Catches a page of words that no file ever held, a crash, and a change that no later build ever sees."""
    site = Site(tmp_path / "site")
    turn(site, OLD)
    assert site.build().good
    turn(site, NEW)
    target = site.root / "content/threads/one/column.ko.md"

    def meddle() -> None:
        target.unlink()
        if how == "edit":
            target.write_text("바뀐 글\n")
        elif how == "folder":
            target.mkdir()

    before = published(site.output)
    outcome = build(site.root, Options(site.output), Meddler(stage, meddle))
    if outcome.good:
        assert stage in ("theme", "pages")
        assert "하나의 글" in site.read("ko/threads/one/index.html")
    else:
        assert [one.code for one in outcome.diagnostics] in (["changed-while-read"], ["unreadable"], ["not-a-file"])
        assert published(site.output) == before
    if how == "folder":
        target.rmdir()
    assert site.build().good
    assert ("바뀐 글" in site.read("ko/threads/one/index.html")) == (how == "edit")
    assert site.made() == clean(site, tmp_path / "clean")


def test_what_leads_to_files_appears_after_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a front page, list, feed or style that a reader of a site half published finds too early."""
    site = Site(tmp_path / "site")
    more = "".join(f"-- content/threads/t{n}/thread.yaml --\ntitle: T\ndate: 2025-01-{n:02}\n" for n in range(1, 29))
    turn(site, NEW + more)
    order: list[str] = []

    def watched(source: str, target: str) -> None:
        order.append(Path(target).relative_to(site.output).as_posix())
        files.move(source, target)

    monkeypatch.setattr("sitegen.publish.move", watched)
    assert site.build().good
    pages = [path for path in order if path.startswith("ko/threads/")]
    chain = ["ko/feeds/1/atom.xml", "ko/atom.xml", "atom.xml", "ko/archive/index.html", "ko/index.html", "index.html"]
    assert sorted(chain, key=order.index) == chain
    assert max(map(order.index, pages)) < order.index(chain[0])
    assert max(n for n, path in enumerate(order) if path.endswith(".css")) < min(map(order.index, pages))
    assert order[-1] == "index.html"


def test_a_file_with_its_old_time_and_size_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches an edit that a backup tool, `git` or `touch` dates back, so that it looks like no edit."""
    site = Site(tmp_path / "site")
    turn(site, OLD)
    monkeypatch.setattr(scan, "RACY_NS", -(10**12))  # as if the first build had been long ago
    path = site.root / "content/threads/one/column.ko.md"
    old = path.stat()
    assert site.build().good
    time.sleep(0.05)
    path.write_text(path.read_text().replace("하나", "두나"))
    os.utime(path, ns=(old.st_mtime_ns, old.st_mtime_ns))
    assert path.stat().st_size == old.st_size
    assert site.build().good
    assert "두나" in site.read("ko/threads/one/index.html")


def test_an_edit_in_the_same_moment_is_seen(tmp_path: Path) -> None:
    """Catches an edit so soon after the build that the clock of the file system does not tell them apart."""
    site = Site(tmp_path / "site")
    turn(site, OLD)
    path = "content/threads/one/column.ko.md"
    moment = (site.root / path).stat().st_ctime_ns
    for later, trusted in ((1, False), (10**9, False), (3 * 10**9, True)):
        tree, index = scan.scan(site.root, {}, moment + later)
        assert tree.fingerprint_of(path) is not None
        assert (path.rpartition("/")[0] in index) == trusted
    for number in range(10, 14):
        (site.root / path).write_text(f"글 {number}\n")
        assert site.build().good
        assert f"글 {number}" in site.read("ko/threads/one/index.html")


@pytest.mark.parametrize("damage", ["delete", "truncate", "halve", "scribble", "flip", "folder", "swap"])
def test_whatever_happens_to_the_store_the_site_is_right(
    tmp_path: Path, both: dict[str, dict[str, bytes]], damage: str
) -> None:
    """Catches a build that trusts a store which was deleted, cut off, scribbled over, or is another project's."""
    site, other = Site(tmp_path / "site"), Site(tmp_path / "other")
    turn(site, OLD)
    assert site.build().good
    turn(other, NEW.replace("셋", "넷"))
    assert other.build().good
    turn(site, NEW)
    assert site.build().good
    store = site.root / ".sitegen"
    for path in [each for each in store.rglob("*") if each.is_file() and each.name != ".gitignore"]:
        data = path.read_bytes()
        if damage in ("delete", "folder"):
            path.unlink()
            if damage == "folder" and path.name != "lock":
                path.mkdir()
        elif damage == "flip":
            path.write_bytes(
                data[: len(data) // 2] + bytes([(data[len(data) // 2] + 1) % 256]) + data[len(data) // 2 + 1 :]
            )
        elif damage != "swap":
            path.write_bytes({"truncate": b"", "halve": data[: len(data) // 2], "scribble": b"x" * len(data)}[damage])
    if damage == "swap":
        shutil.rmtree(store)
        shutil.copytree(other.root / ".sitegen", store)
    (site.output / "ko/index.html").write_text("scribble")
    turn(site, OLD)
    outcome = site.build()
    if damage == "folder":
        assert [one.code for one in outcome.diagnostics] == ["cannot-write"]
        shutil.rmtree(store)
        outcome = site.build()
    assert outcome.good, places(outcome)
    assert site.made() == both["old"]
    assert site.build().published.written == 0


def test_an_upgrade_makes_everything_again(
    tmp_path: Path, both: dict[str, dict[str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches pages that an older version of the program made and a newer one would make otherwise."""
    site = Site(tmp_path / "site")
    turn(site, OLD)
    assert site.build().good
    monkeypatch.setattr(pipeline, "code_fingerprint", lambda: b"another version!")
    again = site.build().published
    assert (again.written, again.unchanged) == (0, len(both["old"]) - 1)
    assert len(again.made) == len(both["old"]) - 1


# -- 17: the same bytes everywhere -------------------------------------------------------------------------------------


def test_the_same_sources_make_the_same_bytes_anywhere(tmp_path: Path) -> None:
    """Catches a path, a time zone, a locale, a hash seed, the order of files or the number of processes that shows."""
    many = "".join(
        f"-- content/threads/t{n:02}/thread.yaml --\ntitle: 글 {n}\n"
        f"date: 2024-03-{n % 28 + 1:02}T{n % 24:02}:30\n"
        f"category: c{n % 3}\ntags: [t{n % 5}, C++]\n"
        f"-- content/threads/t{n:02}/comments.yaml --\n"
        "- {author: 들꽃, date: 2024-04-01T00:30, text: 글}\n"
        for n in range(34)
    )
    archive = f"{NEW}{many}-- content/threads/한글/thread.yaml --\ntitle: 한글\ndate: 2023-01-01\n"
    legacy = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    parts = archive.split("-- content/")
    backwards = "-- content/".join(["", *reversed(parts[1:])])
    assert len(backwards) == len(archive) - len(parts[0])
    variants = [
        ("a", archive, {"TZ": "Asia/Seoul", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"}, "1"),
        ("b/깊은 곳/site", backwards, {"TZ": "America/St_Johns", "PYTHONHASHSEED": "4242", **legacy}, "3"),
        ("c" * 100, archive, {"TZ": ":nowhere", "LANG": "tr_TR.UTF-8", "PYTHONHASHSEED": "7"}, "2"),
    ]
    made = []
    for name, sources, env, jobs in variants:
        site = Site(tmp_path / name)
        turn(site, sources)
        process = command(site.root, "build", "--jobs", jobs, env=env)
        assert process.returncode == 0, process.stderr
        made.append(site.made())
    assert made[0] == made[1]
    assert made[0] == made[2]
    now = datetime.now(UTC)
    for path, data in made[0].items():
        for shape in ("%Y-%m-%d", "%d %b %Y"):
            assert now.strftime(shape).encode() not in data, path
        assert str(tmp_path).encode() not in data, path


# -- 18: what others put there -----------------------------------------------------------------------------------------


def test_files_of_others_stay(tmp_path: Path, both: dict[str, dict[str, bytes]]) -> None:
    """Catches a `CNAME`, a `.git` or a colleague's folder that a build deletes."""
    site = Site(tmp_path / "site")
    turn(site, OLD)
    mine = {
        "CNAME": "digest.example",
        ".git/HEAD": "ref",
        "ko/threads/two/notes.txt": "mine",
        ".nojekyll": "",
        "old/a.html": "x",
    }
    write(site.output, "".join(f"-- {path} --\n{text}\n" for path, text in mine.items()))
    for archive in (OLD, NEW, OLD):
        turn(site, archive)
        assert places(site.build()) == []
        assert all((site.output / path).is_file() for path in mine)
    assert {path: data for path, data in site.made().items() if path not in mine} == both["old"]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("ko/index.html", "ko/index.html"),
        ("assets", "assets"),
        ("ko/threads", "ko/threads"),
        ("robots.txt/mine", "robots.txt/mine"),
        ("ko/threads/one/index.html/a/b", "ko/threads/one/index.html/a/b"),
    ],
)
def test_a_file_of_others_in_the_way_is_told(tmp_path: Path, path: str, told: str) -> None:
    """Catches a colleague's file that a build writes over, or that makes it crash."""
    site = Site(tmp_path / "site")
    turn(site, OLD)
    write(site.output, f"-- {path} --\nmine\n")
    (fault,) = assert_refused(site, f"foreign-file output: {told}")
    assert fault.help
    assert (site.output / path).read_text() == "mine\n"


# -- 19: dangerous settings --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "output",
    ["/", ".", "..", "content", "content/threads/new", "themes", "themes/digest/static", ".sitegen", ".git/x",
     "sitegen.yaml", "link", "output/../content", "../home", "CONTENT/../content"],
)  # fmt: skip
def test_a_dangerous_output_folder_is_refused(
    tmp_path: Path, output: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches a slip of the keyboard that publishes over the sources, the home folder or the whole disk."""
    site = Site(tmp_path / "site")
    turn(site, OLD)
    (tmp_path / "home/documents").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (site.root / "link").symlink_to("content")
    before = published(tmp_path)
    monkeypatch.chdir(site.root)
    assert cli.run(["build", "--output", output]) == 1
    shown = capsys.readouterr().err
    assert "error[bad-output]" in shown
    assert "help" in shown
    assert published(tmp_path) == before
    assert not (site.root / ".sitegen").exists()


def test_an_unusual_output_folder_works(tmp_path: Path, both: dict[str, dict[str, bytes]]) -> None:
    """Catches a folder elsewhere, with a name of any kind or behind a link, that is refused or followed wrongly."""
    site = Site(tmp_path / "site")
    turn(site, OLD)
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    for output in (site.root / "나의 사이트", tmp_path / "a/b/c", tmp_path / "link"):
        outcome: Outcome = site.build(output=output)
        assert outcome.good
        assert snapshot(output) == both["old"]
    assert (tmp_path / "link").is_symlink()
    site.output = tmp_path / "link"
    turn(site, NEW)
    assert build(site.root, Options(site.output, atomic=True), SilentProgress()).good
    assert snapshot(tmp_path / "real") == both["new"]
    assert (tmp_path / "link").is_symlink()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a", "link", "real", "site"]
