"""The loop of `serve`: show a real site, watch it, and take in what its writer saves."""

from __future__ import annotations

import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

import pytest
from conftest import Site
from playwright.sync_api import sync_playwright
from serving import SOON, Elsewhere, ask, events, next_event

from sitegen import files
from sitegen.build import STORE, Outcome
from sitegen.diagnostics import Diagnostic
from sitegen.preview import Preview
from sitegen.report import SilentProgress
from sitegen.serve import Listening, serve

HERE = Listening("127.0.0.1", 0, "vscode://file{path}:{line}:{column}")
PAGE = "/ko/threads/one/"


class Writing:
    """`serve` in a thread, and the desk of somebody who writes."""

    def __init__(self, made: Site) -> None:
        self.thread = made.root / "content" / "threads" / "one" / "thread.yaml"
        self.good = self.thread.read_text("utf-8")
        self.outcomes: queue.Queue[tuple[Outcome, Sequence[Diagnostic]]] = queue.Queue()
        self.said: queue.Queue[str] = queue.Queue()
        self._stop = False
        self._thread = threading.Thread(target=self._run, args=(made.root,), daemon=True)

    def _run(self, root: Path) -> None:
        try:
            serve(root, 1, HERE, SilentProgress(), self.said.put, self._tell)
        except KeyboardInterrupt:
            return

    def _tell(self, outcome: Outcome, news: Sequence[Diagnostic], seconds: float) -> None:
        assert seconds >= 0
        if self._stop:
            raise KeyboardInterrupt
        self.outcomes.put((outcome, news))

    def save(self, text: str) -> None:
        """What a writer's editor does: at each moment the old or the new text stands there."""
        beside = self.thread.with_name(".thread.yaml.new")
        beside.write_text(text, "utf-8")
        beside.replace(self.thread)

    def outcome(self) -> Outcome:
        """The next outcome that is told."""
        return self.outcomes.get(timeout=SOON)[0]

    def news(self) -> list[str]:
        """The codes of what the next outcome tells that is new."""
        return [one.code for one in self.outcomes.get(timeout=SOON)[1]]

    def server(self) -> Elsewhere:
        """The server, once it is there."""
        return Elsewhere.said(iter(lambda: self.said.get(timeout=SOON), ""))

    def __enter__(self) -> Writing:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop = True
        self.save("at: the end\n")
        self._thread.join(SOON)
        assert not self._thread.is_alive()


def test_a_saved_change_is_shown(site: Callable[..., Site]) -> None:
    """Catches a preview that stays as it was, or does not tell its pages."""
    with Writing(site()) as writing:
        assert writing.outcome().good
        server = writing.server()
        assert "하나" in ask(server, PAGE).text
        mark = ask(server, PAGE).text.partition('data-mark="')[2].partition('"')[0]
        with events(server, f"path={PAGE}&mark={mark}") as stream:
            assert next_event(stream) == ("same", [])
            writing.save(writing.good.replace("하나", "둘째"))
            while next_event(stream)[0] != "changed":
                pass
            assert "둘째" in ask(server, PAGE).text
        assert writing.outcome().good


def test_a_fault_is_told_until_it_is_mended(site: Callable[..., Site]) -> None:
    """Catches a site that goes away while its writer mends a fault, and a fault that is not told."""
    with Writing(site()) as writing:
        writing.outcome()
        server = writing.server()
        for key in ("catgory", "categry"):
            writing.save(f"{writing.good}{key}: x\n")
            assert key in writing.outcome().diagnostics[0].message
            assert "하나" in ask(server, PAGE).text
        writing.save(writing.good)
        assert writing.outcome().good


def test_a_writer_sees_each_save_in_a_browser(site: Callable[..., Site]) -> None:
    """Catches a save that does not show in the page, and a fault that hides, or stays when it was mended."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with ExitStack() as desk:
        writing = desk.enter_context(Writing(site()))
        server = writing.server()
        playwright = desk.enter_context(sync_playwright())
        page = desk.enter_context(playwright.chromium.launch(executable_path=program)).new_page()
        page.goto(f"http://127.0.0.1:{server.port}{PAGE}")
        assert page.get_by_role("heading", level=1).inner_text() == "하나"
        writing.save(writing.good.replace("하나", "둘째"))
        page.get_by_role("heading", level=1).get_by_text("둘째").wait_for()
        writing.save(f"{writing.good}catgory: x\n")
        alert = page.get_by_role("alert")
        alert.get_by_text("did you mean `category`?").wait_for()
        line = writing.good.count("\n") + 1
        place = alert.get_by_role("link")
        assert place.inner_text() == f"content/threads/one/thread.yaml:{line}:1"
        assert place.get_attribute("href") == f"vscode://file{quote(str(writing.thread))}:{line}:1"
        assert page.get_by_role("heading", level=1).inner_text() == "둘째"
        writing.save(writing.good)
        alert.wait_for(state="detached")
        page.get_by_role("heading", level=1).get_by_text("하나").wait_for()


def test_a_site_that_could_not_be_made_at_first_appears_when_mended(site: Callable[..., Site]) -> None:
    """Catches a preview that ends, shows nothing, or stays at the fault because the site was wrong at first."""
    writing = Writing(site())
    writing.save(f"{writing.good}catgory: x\n")
    with writing:
        assert not writing.outcome().good
        server = writing.server()
        answer = ask(server, "/")
        assert answer.status == 503
        assert "content/threads/one/thread.yaml" in answer.text
        writing.save(writing.good)
        assert writing.outcome().good
        assert ask(server, PAGE).status == 200


def test_only_news_are_told(site: Callable[..., Site]) -> None:
    """Catches noise on the terminal: old warnings that are told with each save, or a save that changes nothing."""
    made = site()
    made.write("-- content/threads/one/column.ko.md --\n하나.\n\n둘.\n-- content/threads/one/column.en.md --\nOne.\n")
    with Writing(made) as writing:
        assert writing.news() == ["unmatched-paragraphs"]
        writing.save(writing.good)
        writing.save(f"{writing.good}catgory: x\n")
        assert writing.news() == ["unknown-key"]
        writing.save(writing.good.replace("하나", "둘째"))
        outcome, news = writing.outcomes.get(timeout=SOON)
        assert ([one.code for one in outcome.diagnostics], news) == (["unmatched-paragraphs"], [])


def test_a_disk_that_tells_nobody_of_changes_is_looked_at(
    site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches edits on network disks that never show."""
    monkeypatch.setattr("sitegen.serve.LOOK_SECONDS", 0.05)
    monkeypatch.setattr("sitegen.serve.RETRY_SECONDS", 0.05)
    monkeypatch.setattr("sitegen.watch._Handler.on_any_event", lambda *_: None)
    with Writing(site()) as writing:
        writing.outcome()
        server = writing.server()
        writing.save(writing.good.replace("하나", "둘째"))
        writing.outcome()
        assert "둘째" in ask(server, PAGE).text


def test_a_locked_site_is_shown_when_the_other_is_done(
    site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a change that is never shown because it was saved while another sitegen was at work."""
    monkeypatch.setattr("sitegen.serve.RETRY_SECONDS", 0.05)
    made = site()
    with ExitStack() as working:
        working.enter_context(files.locked(made.root / STORE))
        with Writing(made) as writing:
            assert [one.code for one in writing.outcome().diagnostics] == ["locked"]
            server = writing.server()
            assert ask(server, PAGE).status == 503
            working.close()
            assert writing.outcome().good
            assert ask(server, PAGE).status == 200


def test_the_end_of_a_lock_brings_no_old_warnings(site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches noise on the terminal: every warning told again after each build beside the preview."""
    monkeypatch.setattr("sitegen.serve.RETRY_SECONDS", 0.05)
    made = site()
    made.write("-- content/threads/one/column.ko.md --\n하나.\n\n둘.\n-- content/threads/one/column.en.md --\nOne.\n")
    with Writing(made) as writing:
        assert writing.news() == ["unmatched-paragraphs"]
        writing.server()
        with files.locked(made.root / STORE):
            writing.save(writing.good.replace("하나", "둘째"))
            assert writing.news() == ["locked"]
        outcome, news = writing.outcomes.get(timeout=SOON)
        assert ([one.code for one in outcome.diagnostics], news) == (["unmatched-paragraphs"], [])


def test_a_fault_that_stays_is_told_once(site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a terminal that fills with one fault, each time that a project nobody may write in is looked at."""
    monkeypatch.setattr("sitegen.serve.LOOK_SECONDS", 0.05)
    monkeypatch.setattr("sitegen.serve.LOOK_SHARE", 0)
    monkeypatch.setattr("sitegen.serve.RETRY_SECONDS", 0.05)
    looked: queue.Queue[Outcome] = queue.Queue()
    update = Preview.update

    def updated(preview: Preview, folders: Collection[str]) -> Outcome:
        outcome = update(preview, folders)
        looked.put(outcome)
        return outcome

    monkeypatch.setattr(Preview, "update", updated)
    made = site()
    (made.root / STORE).write_text("in the way")
    with Writing(made) as writing:
        assert not writing.outcome().good
        for _ in range(5):  # the second is that of the watch's beginning, which may have missed something
            looked.get(timeout=SOON)
        assert writing.outcomes.qsize() <= 1
        (made.root / STORE).unlink()
        told = [writing.outcome() for _ in range(writing.outcomes.qsize() + 1)]
        assert told[-1].good


def test_a_folder_that_is_not_there_is_told_once(tmp_path: Path) -> None:
    """Catches a slip in the name of the folder that is told as a fault of the network."""
    told: list[Outcome] = []
    serve(tmp_path / "dgiest", 1, HERE, SilentProgress(), print, lambda one, *_: told.append(one))
    assert [one.code for outcome in told for one in outcome.diagnostics] == ["no-site"]


@pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 8000), ("a..b", 8000), ("127.0.0.1", 70_000)])
def test_a_host_or_port_that_cannot_be_is_told(site: Callable[..., Site], host: str, port: int) -> None:
    """Catches a traceback for a slip in --host or --port."""
    told: list[Outcome] = []
    listening = HERE._replace(host=host, port=port)
    outcome = serve(site().root, 1, listening, SilentProgress(), print, lambda one, *_: told.append(one))
    assert [one.code for one in outcome.diagnostics] == ["cannot-serve"]
    assert told[-1] == outcome


def heed_interrupts() -> None:
    """Undo what a shell does to programs that it starts in the background, as a test run may be: it ignores SIGINT."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


LOST = """\
import os, signal, sys
from pathlib import Path
from sitegen import preview, serve
from sitegen.report import SilentProgress

class Interrupted:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)

class Preview(preview.Preview):
    def update(self, folders, calls=[]):
        calls.append(Interrupted() if calls else None)
        calls[-1] = None
        return super().update(folders)

serve.Preview = Preview
listening = serve.Listening("127.0.0.1", 8765, "")
try:
    serve.serve(Path(sys.argv[1]), 1, listening, SilentProgress(), print, lambda *_: None)
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


def test_an_interrupt_ends_the_preview_of_a_real_site(site: Callable[..., Site]) -> None:
    """Catches a preview that does not end at Ctrl-C, ends with a traceback, or publishes anything."""
    made = site()
    command = [sys.executable, "-m", "sitegen", "serve", str(made.root), "--port", "8765"]
    with ExitStack() as ending:
        process = ending.enter_context(
            subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=heed_interrupts)
        )
        ending.callback(process.kill)
        assert process.stderr is not None
        server = Elsewhere.said(process.stderr)
        assert "하나" in ask(server, PAGE).text
        process.send_signal(signal.SIGINT)
        assert process.wait(SOON) == 130
        assert "Traceback" not in process.stderr.read()
    assert not made.output.exists()
