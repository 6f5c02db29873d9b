"""Builds on a Dask cluster: a scheduler and two workers, as processes of this machine that talk over loopback."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import pytest
from conftest import snapshot
from test_cli import sitegen

from benchmarks import corpus
from sitegen import cluster
from sitegen.build import Options, Outcome, build, code_fingerprint
from sitegen.chunks import Chunk
from sitegen.companion import Killed
from sitegen.diagnostics import Span, error
from sitegen.files import Unreadable
from sitegen.report import SilentProgress
from sitegen.tasks import Damaged
from sitegen.workers import Unavailable, Workers

P = ParamSpec("P")
T = TypeVar("T")
ROOT = Path(__file__).parent.parent
PYTHON_PATH = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
READY = 60.0
"""Seconds that a scheduler and its workers may take to come up on a machine that is busy."""


class Dask:
    """A scheduler and workers, each a process that can be killed."""

    def __init__(self, home: Path, **settings: str):
        self.home = home
        self.environment = {
            **os.environ,
            "PYTHONPATH": PYTHON_PATH,
            "DASK_CONFIG": str(home / "config"),
            **{f"DASK_DISTRIBUTED__{name}": value for name, value in settings.items()},
        }
        self.file = home / "scheduler.json"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.address = ""

    def begin(self) -> None:
        """Start the scheduler."""
        log = self.home / "0.log"
        self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-show")
        self._wait(lambda: b"Scheduler at" in log.read_bytes() and self.file.exists() and self._written())
        self.address = json.loads(self.file.read_text())["address"]

    def _written(self) -> bool:
        """Whether the scheduler is done with the file that names it, which it does not write at one moment."""
        return self.file.read_text().rstrip().endswith("}")

    def worker(self, *options: str) -> subprocess.Popen[bytes]:
        """One more worker, ready for work."""
        log = self.home / f"{len(self.processes)}.log"
        started = self._start("worker", "--no-nanny", "--nthreads", "1", "--host", "127.0.0.1", *options)
        self._wait(lambda: b"Registered to" in log.read_bytes())
        return started

    def _start(self, what: str, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", "--scheduler-file", str(self.file)]
        with open(self.home / f"{len(self.processes)}.log", "wb") as log:
            command += ["--no-dashboard", *options]
            process = subprocess.Popen(command, cwd=self.home, env=self.environment, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def _wait(self, ready: Callable[[], bool]) -> None:
        end = time.monotonic() + READY
        while not ready():
            assert all(each.poll() is None for each in self.processes), "a process of the cluster ended"
            assert time.monotonic() < end, "the cluster does not come up"
            time.sleep(0.05)

    def close(self) -> None:
        """End all of it."""
        for process in self.processes:
            process.kill()
            process.wait()


@contextlib.contextmanager
def dask(home: Path, **settings: str) -> Iterator[Dask]:
    """A scheduler that is gone afterwards, with whatever it was given."""
    home.mkdir(parents=True)
    started = Dask(home, **settings)
    try:
        started.begin()
        yield started
    finally:
        started.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    """A cluster of two workers for the tests that leave it as it is."""
    with dask(tmp_path_factory.mktemp("dask") / "home") as cluster:
        cluster.worker()
        cluster.worker()
        yield cluster


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up site that is several chunks of work."""
    folder = tmp_path_factory.mktemp("content") / "site"
    corpus.write(folder, 80)
    return folder


@pytest.fixture
def project(content: Path, tmp_path: Path) -> Path:
    """A copy of that site."""
    return shutil.copytree(content, tmp_path / "site")


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several chunks for a small site."""
    monkeypatch.setattr(cluster, "CHUNK", 16)


class Meddler(SilentProgress):
    """Does something as soon as the first chunk of a stage is done."""

    def __init__(self, stage: str, meddle: Callable[[], None]):
        self.wanted, self.now, self.done, self.meddle = stage, "", False, meddle

    def stage(self, name: str, total: int) -> None:
        """A stage begins."""
        self.now = name

    def advance(self, n: int) -> None:
        """A chunk is done."""
        if self.now == self.wanted and not self.done:
            self.meddle()
            self.done = True


def built(project: Path, address: str | None, progress: SilentProgress | None = None) -> Outcome:
    """Build with a cluster, or with processes."""
    return build(project, Options(project / "output", 2, scheduler=address), progress or SilentProgress())


def codes(outcome: Outcome) -> list[str]:
    """The codes of what was told."""
    return [one.code for one in outcome.diagnostics]


def count_here(chunk: Chunk) -> int:
    """Which process works the chunk off."""
    return os.getpid()


def die(chunk: Chunk) -> int:
    """As a worker that the system kills for want of memory."""
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def connected(scheduler: Dask, store: Path) -> Workers:
    """Workers of a cluster, without a build."""
    return Workers(1, partial(cluster.connect, scheduler.address, store, code_fingerprint))


CHUNKS = [Chunk("", bytes.fromhex, (), (), (), ())] * 12


def test_a_cluster_makes_the_same_site(shared: Dask, project: Path, content: Path, tmp_path: Path) -> None:
    """Catches bytes that depend on where they are made, in a first build and in one after an edit."""
    other = shutil.copytree(content, tmp_path / "other")
    for step in range(2):
        assert codes(built(project, shared.address)) == codes(built(other, None)) == []
        made = snapshot(project / "output")
        assert made == snapshot(other / "output")
        assert len(made) > 300
        if step == 0:
            for folder in (project, other):
                corpus.edit_title(folder, 40, "edited")
    assert not list((project / ".sitegen").glob(".*.new"))


def test_chunks_are_worked_off_by_the_workers(shared: Dask, tmp_path: Path) -> None:
    """Catches a cluster that is asked for and not used, or used by halves."""
    workers = connected(shared, tmp_path)
    try:
        where = {process for _, process in workers.map(count_here, CHUNKS)}
    finally:
        workers.close()
    assert where == {process.pid for process in shared.processes[1:]}


def test_the_command_builds_from_the_project_s_own_folder(shared: Dask, project: Path) -> None:
    """Catches paths that are sent as they are here, relative to a folder that workers are not in."""
    ended = sitegen("check", "--scheduler", shared.address, cwd=project)
    assert (ended.returncode, ended.stdout) == (0, ""), ended.stderr


def test_a_killed_worker_is_replaced_by_the_other(project: Path, content: Path, tmp_path: Path) -> None:
    """Catches work that is lost, or done twice with harm, when a worker dies in the middle."""
    other = shutil.copytree(content, tmp_path / "other")
    assert built(other, None).good
    for stage in ("content", "pages"):
        shutil.rmtree(project / ".sitegen", ignore_errors=True)
        shutil.rmtree(project / "output", ignore_errors=True)
        with dask(tmp_path / stage) as scheduler:
            victim, _ = scheduler.worker(), scheduler.worker()
            meddler = Meddler(stage, victim.kill)
            assert codes(built(project, scheduler.address, meddler)) == []
            assert meddler.done
            assert victim.wait() == -signal.SIGKILL
        assert snapshot(project / "output") == snapshot(other / "output")


class Haunted(Executor):
    """Runs everything twice; what the second run wrote is scribbled over, as by a worker that is taken for dead."""

    def submit(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run it here and now."""
        done: Future[T] = Future()
        done.set_result(function(*args, **kwargs))
        again: Any = function(*args, **kwargs)
        staged = [again[0]] if isinstance(again, tuple) else [place for made in again for _, place, _ in made if place]
        for path in staged:
            Path(path).write_bytes(b"scribble")
        return done


def test_a_second_run_of_a_chunk_does_no_harm(
    project: Path, content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches files that two runs of one chunk share, and what the second one leaves."""
    other = shutil.copytree(content, tmp_path / "other")
    assert built(other, None).good
    monkeypatch.setattr(cluster, "connect", lambda *_: (Haunted(), 2))
    assert built(project, "tcp://127.0.0.1:1").good
    assert snapshot(project / "output") == snapshot(other / "output")
    assert not (project / ".sitegen/staging").exists()
    assert b"scribble" not in snapshot(project / ".sitegen/packs").values()


def test_workers_killed_again_and_again_end_the_build(tmp_path: Path) -> None:
    """Catches a chunk that kills one worker after the other for ever."""
    with dask(tmp_path / "dask", SCHEDULER__ALLOWED_FAILURES="0") as scheduler:
        scheduler.worker()
        workers = connected(scheduler, tmp_path)
        with pytest.raises(Killed):
            list(workers.map(die, CHUNKS[:2]))
        workers.close()


@pytest.mark.parametrize("victim", ["scheduler", "workers"])
def test_a_cluster_that_is_lost_ends_the_build(
    victim: str, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a build that waits for ever for a scheduler or workers that are gone; the old site has to stay."""
    monkeypatch.setattr(cluster, "LOST", 3.0)
    assert built(project, None).good
    before = snapshot(project / "output")
    shutil.rmtree(project / ".sitegen")
    corpus.edit_title(project, 40, "edited")
    with dask(tmp_path / "dask") as scheduler:
        scheduler.worker()

        def kill() -> None:
            for process in scheduler.processes[:1] if victim == "scheduler" else scheduler.processes[1:]:
                process.kill()

        assert codes(built(project, scheduler.address, Meddler("content", kill))) == ["cluster-lost"]
    assert snapshot(project / "output") == before


def test_no_scheduler_is_told(project: Path) -> None:
    """Catches a traceback, or a long wait, where nothing answers at the address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    ended = sitegen("build", "--scheduler", f"tcp://127.0.0.1:{port}", cwd=project)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"error[no-cluster]: no Dask scheduler answers at tcp://127.0.0.1:{port}")
    assert len(ended.stderr.splitlines()) == 3


def test_no_worker_is_told(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a build that waits for workers which nobody has started."""
    monkeypatch.setattr(cluster, "PATIENCE", 2.0)
    with dask(tmp_path / "dask") as scheduler:
        (told,) = built(project, scheduler.address).diagnostics
    assert (told.code, told.message) == ("no-cluster", "no worker has come to the Dask scheduler")


def test_a_missing_library_is_told(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a traceback where sitegen was installed without the extra."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    (told,) = built(project, "tcp://127.0.0.1:1").diagnostics
    assert (told.code, told.help) == ("no-cluster", "install it: `pip install 'sitegen[dask]'`")


@pytest.mark.parametrize(
    "address", ["127.0.0.1:8786", "tcp://127.0.0.1", "tcp://:8786", "tcp://host:70000", "http://h:1"]
)
def test_a_malformed_address_is_wrong_usage(address: str, tmp_path: Path) -> None:
    """Catches an address that is only found out to be none by a library."""
    ended = sitegen("build", "--scheduler", address, cwd=tmp_path)
    assert ended.returncode == 2
    assert "argument --scheduler: an address such as tcp://" in ended.stderr


def test_a_worker_that_does_not_see_the_site_is_told(
    tmp_path: Path, shared: Dask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches work given to a machine on which another folder has the same path."""
    monkeypatch.setattr(Path, "touch", lambda self: None)
    with pytest.raises(Unavailable) as refused:
        list(connected(shared, tmp_path).map(count_here, CHUNKS))
    assert refused.value.diagnostic.code == "unfit-worker"
    assert "does not see the site" in refused.value.diagnostic.message


def other_code(folder: Path) -> str:
    """Where Python finds another version of sitegen, and all else in the same places."""
    copy = shutil.copytree(ROOT / "sitegen", folder / "code" / "sitegen")
    (copy / "zones.py").write_text("# other\n" + (copy / "zones.py").read_text("utf-8"), "utf-8")
    return os.pathsep.join((str(copy.parent), PYTHON_PATH))


@pytest.mark.parametrize(("options", "why"), [(("--nthreads", "2"), "several chunks at once"), ((), "another sitegen")])
def test_an_unfit_worker_is_told(options: Sequence[str], why: str, tmp_path: Path) -> None:
    """Catches a worker with other code, or one whose threads share a Python, before it does any work."""
    with dask(tmp_path / "dask") as scheduler:
        if not options:
            scheduler.environment["PYTHONPATH"] = other_code(tmp_path)
        scheduler.worker(*options)
        with pytest.raises(Unavailable) as refused:
            list(connected(scheduler, tmp_path).map(count_here, CHUNKS))
    assert refused.value.diagnostic.code == "unfit-worker"
    assert refused.value.diagnostic.message.startswith("tcp://127.0.0.1:")
    assert why in refused.value.diagnostic.message
    assert refused.value.diagnostic.message.count("cannot work on this site") == 1


def test_a_worker_that_comes_later_is_asked_as_well(tmp_path: Path) -> None:
    """Catches results of other code, from a worker that was not there when the others were asked."""
    with dask(tmp_path / "dask") as scheduler:
        first = scheduler.worker()
        workers = connected(scheduler, tmp_path)
        assert {process for _, process in workers.map(count_here, CHUNKS)} == {first.pid}
        scheduler.environment["PYTHONPATH"] = other_code(tmp_path)
        scheduler.worker()
        first.kill()
        first.wait()
        with pytest.raises(Unavailable) as refused:
            list(workers.map(count_here, CHUNKS))
        workers.close()
    assert refused.value.diagnostic.code == "unfit-worker"


def test_results_of_tasks_that_fail_come_back_as_they_are(shared: Dask, tmp_path: Path) -> None:
    """Catches an exception that loses its kind or its diagnostic on the way."""
    workers = connected(shared, tmp_path)
    for raised in (Damaged("pack"), Unreadable(error("unreadable", "words", Span("path"), "help"))):
        with pytest.raises(type(raised)) as caught:
            list(workers.map(partial(fail, raised), CHUNKS))
        assert caught.value.__reduce__()[1] == raised.__reduce__()[1]
    workers.close()


def fail(problem: Exception, chunk: Chunk) -> None:
    """A task that cannot be done."""
    raise problem
