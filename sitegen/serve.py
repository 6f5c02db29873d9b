"""`sitegen serve`: shows a site in a browser while it is written."""

from __future__ import annotations

import contextlib
import ipaddress
import signal
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from sitegen.build import Outcome
from sitegen.diagnostics import Diagnostic, error, has_errors
from sitegen.editor import Editor
from sitegen.preview import Preview
from sitegen.project import last_thread
from sitegen.report import Progress
from sitegen.server import Server
from sitegen.sources import no_settings
from sitegen.watch import ANYWHERE, Watch

RETRY_SECONDS = 1.0
"""How often to look whether another sitegen is still at work on the site, or an interrupt was lost."""

LOOK_SECONDS = 2.0
"""How often to look at all files, at most: some disks tell nobody of changes."""

LOOK_SHARE = 30
"""That takes no more than this part of the time."""


class Listening(NamedTuple):
    """Where the site is shown, and how places in its files are opened."""

    host: str
    port: int
    editor: str


def serve(
    project: Path,
    jobs: int,
    listening: Listening,
    progress: Progress,
    say: Callable[[str], None],
    tell: Callable[[Outcome, Sequence[Diagnostic], float], None],
) -> Outcome:
    """Show a site, and what becomes of it with each change, until interrupted; nothing is published.

    Where the site cannot be made, the last good one stays up. `tell` gets each outcome that is new, what in it has to
    be told (errors, and warnings that were not told just before), and the seconds it took. Returns only where the
    preview cannot begin, with the fault (told as well).
    """
    if not project.is_dir():
        outcome = Outcome((no_settings(),))
        tell(outcome, outcome.diagnostics, 0.0)
        return outcome
    preview = Preview(project, jobs, progress)

    def updated(folders: Collection[str]) -> tuple[Outcome, float]:
        start = time.monotonic()
        outcome = preview.update(folders)
        return outcome, time.monotonic() - start

    # Only then the server: the first update may fork, and what forks must not have threads.
    outcome, seconds = updated([ANYWHERE])
    tell(outcome, outcome.diagnostics, seconds)
    with contextlib.ExitStack() as running:
        try:
            editor = Editor(project.resolve(), listening.editor)
            server = running.enter_context(Server(listening.host, listening.port, preview, editor))
            watch = running.enter_context(Watch(project))
        except (OSError, OverflowError, UnicodeError) as problem:
            outcome = Outcome((_cannot_serve(problem),))
            tell(outcome, outcome.diagnostics, 0.0)
            return outcome
        if listening.port not in (0, server.port):
            say(f"port {listening.port} is taken")
        if not _is_loopback(str(server.server_address[0])):
            say("anybody who can reach this machine can read the site, and its drafts")
        if thread := last_thread(project):
            say(f"open {thread} and the files beside it in an editor")
        say(f"the site is at {server.url} and follows what you save; Ctrl-C ends this")
        say(f"how its translations stand is at {server.status_url}")
        interrupted = running.enter_context(_interrupts())
        look = time.monotonic() + LOOK_SECONDS
        known = frozenset(outcome.diagnostics)
        while True:
            folders = watch.wait(RETRY_SECONDS)
            if interrupted.is_set():
                raise KeyboardInterrupt
            if not folders and not _is_locked(outcome) and time.monotonic() < look:
                continue
            before = outcome
            outcome, seconds = updated(folders or [ANYWHERE])
            if not folders or ANYWHERE in folders:
                look = time.monotonic() + max(LOOK_SECONDS, seconds * LOOK_SHARE)
            if outcome is before or (_is_locked(outcome) and _is_locked(before)):
                continue
            if folders or outcome.good or outcome.diagnostics != before.diagnostics:
                tell(outcome, [one for one in outcome.diagnostics if has_errors([one]) or one not in known], seconds)
            if not _is_locked(outcome):  # what is told then is told of the moment, not of the site
                known = frozenset(outcome.diagnostics)
            server.changed()


@contextlib.contextmanager
def _interrupts() -> Iterator[threading.Event]:
    """Notes an interrupt that comes while this lasts, beside raising KeyboardInterrupt.

    Python drops the exception where none gets out, as in what it runs while it puts an object away.
    """
    noted = threading.Event()
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield noted  # nobody is interrupted here: in another thread, or where whoever started us saw to that
        return

    def note(number: int, frame: FrameType | None) -> None:
        noted.set()
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback


def _is_locked(outcome: Outcome) -> bool:
    """Whether another sitegen was at work on the site: no change of ours will tell when it is done."""
    return any(one.code == "locked" for one in outcome.diagnostics)


def _cannot_serve(problem: Exception) -> Diagnostic:
    why = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
    hint = "see `--host` and `--port`, and how many folders this system lets a program watch"
    return error("cannot-serve", f"the site cannot be shown: {why}", help=hint)
