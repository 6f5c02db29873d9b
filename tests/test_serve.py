"""The loop of `serve`: build, show, watch, and again."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from conftest import Site, snapshot
from serving import SOON, Elsewhere, ask, build_of, events, next_build

from sitegen.build import Options, Outcome
from sitegen.diagnostics import Span, error, warning
from sitegen.incremental import Published
from sitegen.report import Progress
from sitegen.server import serve


class Preview:
    """`serve` in a thread, with a build that copies `content/page.html`, or tells of a fault where that says so."""

    def __init__(self, project: Path, *, locked: int = 0) -> None:
        self.project = project
        self.page = project / "content" / "page.html"
        self.outcomes: queue.Queue[Outcome] = queue.Queue()
        self.said: queue.Queue[str] = queue.Queue()
        self.builds: queue.Queue[tuple[Options, int]] = queue.Queue()
        self._locked = locked
        self._stop = False
        options = Options(project / "output", jobs=2)
        arguments = (project, options, "127.0.0.1", 0, self.said.put, self._tell)
        self._thread = threading.Thread(target=self._run, args=arguments, daemon=True)

    def _run(self, *arguments: object) -> None:
        try:
            serve(*arguments, build=self._build)  # type: ignore[arg-type]
        except KeyboardInterrupt:
            return

    def _tell(self, outcome: Outcome, seconds: float) -> None:
        assert seconds >= 0
        if self._stop:
            raise KeyboardInterrupt
        self.outcomes.put(outcome)

    def _build(self, project: Path, options: Options, progress: Progress) -> Outcome:
        progress.stage("x", 0)
        self.builds.put((options, threading.active_count()))
        text = self.page.read_text("utf-8")
        if self._locked:
            self._locked -= 1
            return Outcome((error("locked", "another sitegen is at work on this site (process 1)"),))
        if "fault" in text:
            return Outcome((error("bad", text, Span("content/page.html", 1, 1)),))
        target = options.output / "index.html"
        changed = not target.exists() or target.read_text("utf-8") != text
        target.write_text(text, "utf-8")
        told = (warning("odd", text),) if "warning" in text else ()
        return Outcome(told, Published(written=int(changed), unchanged=int(not changed), done=True))

    def save(self, text: str) -> None:
        """What a writer's editor does: at each moment the old or the new text stands there."""
        beside = self.page.with_name(".page.html.new")
        beside.write_text(text, "utf-8")
        beside.replace(self.page)

    def outcome(self) -> Outcome:
        """The next outcome that is told."""
        return self.outcomes.get(timeout=SOON)

    def server(self) -> Elsewhere:
        """The server, once it is there."""
        return Elsewhere.said(iter(lambda: self.said.get(timeout=SOON), ""))

    def __enter__(self) -> Preview:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop = True
        self.save("<body>fault at the end</body>")
        self._thread.join(SOON)
        assert not self._thread.is_alive()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project for `Preview`; what is made for a while is made in a folder of its own."""
    root = tmp_path / "project"
    (root / "content").mkdir(parents=True)
    (root / "output").mkdir()
    (root / "content" / "page.html").write_text("<body>one</body>", "utf-8")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return root


def test_a_saved_change_is_shown(project: Path) -> None:
    """Catches a preview that stays as it was, or does not load its pages again."""
    with Preview(project) as preview:
        assert preview.outcome().good
        server = preview.server()
        assert "one" in ask(server, "/").text
        with events(server) as stream:
            first = next_build(stream)
            preview.save("<body>two</body>")
            next_build(stream, first)
            assert "two" in ask(server, "/").text
        assert preview.outcome().published.written == 1


def test_the_published_site_is_left_alone(project: Path, tmp_path: Path) -> None:
    """Catches drafts that get into what is published, and folders that stay when the preview ends."""
    (project / "output" / "index.html").write_text("published", "utf-8")
    with Preview(project) as preview:
        preview.outcome()
        preview.save("<body>two</body>")
        preview.outcome()
        assert list((tmp_path / "temporary").iterdir()) != []
    assert snapshot(project / "output") == {"index.html": b"published"}
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_fault_leaves_the_last_good_site_up(project: Path) -> None:
    """Catches a site that goes away while its writer mends a fault, and a fault that is not told."""
    with Preview(project) as preview:
        preview.outcome()
        server = preview.server()
        for text in ("fault", "fault", "another fault"):  # a fault that is saved again is told again
            preview.save(text)
            assert preview.outcome().diagnostics[0].message == text
            assert "one" in ask(server, "/").text
        preview.save("<body>one</body>")
        assert preview.outcome().good


def test_a_site_that_could_not_be_made_at_first_appears_when_mended(project: Path) -> None:
    """Catches a preview that ends, shows nothing, or stays at the fault because the first build failed."""
    (project / "content" / "page.html").write_text("fault one", "utf-8")
    with Preview(project) as preview:
        assert not preview.outcome().good
        server = preview.server()
        with events(server) as stream:
            first = next_build(stream)
            answer = ask(server, "/")
            assert (answer.status, build_of(answer)) == (503, first)
            assert "content/page.html:1:1: error[bad]: fault one" in answer.text
            preview.save("fault two")
            second = next_build(stream, first)
            assert "fault two" in ask(server, "/").text
            preview.save("<body>one</body>")
            next_build(stream, second)
            assert ask(server, "/").status == 200


def test_until_it_can_be_made_the_published_site_is_shown(project: Path) -> None:
    """Catches a writer who sees only a list of faults though the site was there yesterday."""
    (project / "output" / "index.html").write_text("<body>published</body>", "utf-8")
    (project / "content" / "page.html").write_text("fault", "utf-8")
    with Preview(project) as preview:
        assert not preview.outcome().good
        assert "output" in preview.said.get(timeout=SOON)
        server = preview.server()
        assert "published" in ask(server, "/").text
        preview.save("<body>one</body>")
        assert preview.outcome().good
        for _ in range(int(SOON / 0.02)):  # it is told before it is shown
            if "published" in ask(server, "/").text:
                threading.Event().wait(0.02)
        assert "one" in ask(server, "/").text


def test_only_the_first_build_may_start_processes(project: Path) -> None:
    """Catches forks of a process that has threads, which may hang for ever."""
    before = threading.active_count()
    with Preview(project) as preview:
        preview.outcome()
        preview.save("<body>two</body>")
        preview.outcome()
    (first, threads), *later = (preview.builds.get() for _ in range(preview.builds.qsize()))
    assert (first.jobs, threads) == (2, before + 1)
    assert {options.jobs for options, _ in later} == {1}
    assert {options.output for options, _ in later} == {first.output}


def test_nothing_is_told_where_nothing_is_new(project: Path) -> None:
    """Catches noise on the terminal, and pages that load again, because a file was saved as it was."""
    with Preview(project) as preview:
        preview.outcome()
        server = preview.server()
        first = build_of(ask(server, "/"))
        preview.builds.get(timeout=SOON)
        preview.builds.get(timeout=SOON)  # for what may have changed during the first
        preview.save("<body>one</body>")
        preview.builds.get(timeout=SOON)
        preview.save("fault")
        assert preview.outcome().diagnostics[0].message == "fault"
        assert build_of(ask(server, "/")) == first
        preview.save("<body>one, with a warning</body>")
        assert preview.outcome().diagnostics[0].code == "odd"
        assert preview.outcomes.empty()


def test_a_locked_site_is_built_when_the_other_is_done(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a change that is never shown because it was saved while another sitegen was at work."""
    monkeypatch.setattr("sitegen.server.RETRY_SECONDS", 0.05)
    with Preview(project, locked=4) as preview:
        assert [one.code for one in preview.outcome().diagnostics] == ["locked"]
        assert preview.outcome().good
        assert "one" in ask(preview.server(), "/").text
    assert preview.builds.qsize() >= 5


@pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 8000), ("a..b", 8000), ("127.0.0.1", 70_000)])
def test_a_host_or_port_that_cannot_be_is_told(project: Path, host: str, port: int) -> None:
    """Catches a traceback for a slip in --host or --port."""
    told: list[Outcome] = []

    def build(project: Path, options: Options, progress: Progress) -> Outcome:
        return Outcome(())

    outcome = serve(
        project, Options(project / "output"), host, port, print, lambda one, _: told.append(one), build=build
    )
    assert [one.code for one in outcome.diagnostics] == ["cannot-serve"]
    assert told[-1] == outcome


def heed_interrupts() -> None:
    """Undo what a shell does to programs that it starts in the background, as a test run may be: it ignores SIGINT."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


LOST = """\
import os, signal, sys
from pathlib import Path
from sitegen.build import Options, build
from sitegen.server import serve

class Interrupted:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)

def made(project, options, progress, calls=[]):
    calls.append(Interrupted() if calls else None)
    calls[-1] = None
    return build(project, options, progress)

try:
    serve(Path(sys.argv[1]), Options(Path("output")), "127.0.0.1", 8765, print, lambda *_: None, build=made)
except KeyboardInterrupt:
    os._exit(130)
"""
"""A preview that is interrupted while Python puts an object away, where it drops exceptions."""


def test_an_interrupt_that_python_drops_ends_the_preview(site: Callable[..., Site]) -> None:
    """Catches a Ctrl-C that comes at a bad moment and is never heard of again."""
    command = [sys.executable, "-c", LOST, str(site().root)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=SOON, preexec_fn=heed_interrupts)
    assert ended.returncode == 130
    assert "Exception ignored" in ended.stderr


def test_an_interrupt_ends_the_preview_of_a_real_site(site: Callable[..., Site], tmp_path: Path) -> None:
    """Catches a preview that does not end at Ctrl-C, ends with a traceback, or leaves its folder behind."""
    made = site()
    (tmp_path / "temporary").mkdir()
    command = [sys.executable, "-m", "sitegen", "serve", str(made.root), "--port", "8765"]
    environment = {**os.environ, "TMPDIR": str(tmp_path / "temporary")}
    with ExitStack() as ending:
        process = ending.enter_context(
            subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment, preexec_fn=heed_interrupts)
        )
        ending.callback(process.kill)
        assert process.stderr is not None
        server = Elsewhere.said(process.stderr)
        assert "하나" in ask(server, "/ko/threads/one/").text
        with events(server) as stream:
            first = next_build(stream)
            thread = made.root / "content" / "threads" / "one" / "thread.yaml"
            thread.write_text(thread.read_text("utf-8").replace("하나", "둘째"), "utf-8")
            next_build(stream, first)
            assert "둘째" in ask(server, "/ko/threads/one/").text
            process.send_signal(signal.SIGINT)
            assert process.wait(SOON) == 130
        assert "Traceback" not in process.stderr.read()
    assert list((tmp_path / "temporary").iterdir()) == []
    assert not made.output.exists()
