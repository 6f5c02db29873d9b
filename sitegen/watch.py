"""A doorbell, not a messenger: tells that the source files of a project changed, not which ones."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from watchdog import events
from watchdog.observers import Observer
from watchdog.observers.api import ObservedWatch

SETTINGS = "sitegen.yaml"
TREES = ("content", "themes")

QUIET = 0.03
"""Seconds of silence that end a burst: editors save in several steps."""

PATIENCE = 2.0
"""Seconds after which a burst that does not end is taken as ended."""

VIM_PROBE = "4913"
"""A file that Vim makes and deletes to see whether it may write in a folder."""

KINDS: list[type[events.FileSystemEvent]] = [
    events.FileClosedEvent,
    events.FileModifiedEvent,
    events.FileCreatedEvent,
    events.FileDeletedEvent,
    events.FileMovedEvent,
    events.FileAttribEvent,
    events.DirCreatedEvent,
    events.DirDeletedEvent,
    events.DirMovedEvent,
    events.DirAttribEvent,
]
"""Without this filter, watchdog 7.1 is told of each folder it opens itself: a few thousand folders fill its queue, and
it begins again for ever."""


class Watch:
    """Watches sitegen.yaml, content/ and themes/ of a project, until it is left; its threads start as it is made.

    Making and entering it raise OSError where the system refuses to watch.

    What the scan of a build leaves out (hidden files, editors' backups) does not count, nor does anything outside these
    three. A folder that is linked into content/ is not looked into.
    """

    def __init__(self, project: Path):
        self._project = os.path.realpath(project)
        self._observer = Observer()
        self._watches: dict[str, ObservedWatch] = {}
        self._replaced = set(TREES)
        self._rung = threading.Event()

    def __enter__(self) -> Self:
        self._observer.start()
        try:
            handler = _Handler(self._project, self._top)
            self._observer.schedule(handler, self._project, event_filter=KINDS)
            self._follow()
        except OSError:
            self.__exit__()
            raise
        self._rung.set()
        return self

    def __exit__(self, *_: object) -> None:
        self._observer.stop()
        self._observer.join()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for a change and the end of its burst; False where there is none for `timeout` seconds.

        The first call tells of a change at once: there may have been one before the watch began.
        """
        if not self._rung.wait(timeout):
            return False
        latest = time.monotonic() + PATIENCE
        while self._rung.wait(QUIET) and time.monotonic() < latest:
            self._rung.clear()
        self._follow()
        return True

    def _follow(self) -> None:
        """Watch the trees that are there now in place of those that were: a watch stays with a folder, not its name."""
        while self._replaced:
            name = self._replaced.pop()
            if (old := self._watches.pop(name, None)) is not None:
                self._observer.unschedule(old)
            tree = os.path.realpath(os.path.join(self._project, name))
            if os.path.isdir(tree):
                handler = _Handler(tree, self._below)
                with contextlib.suppress(FileNotFoundError):  # gone again: that rings too
                    self._watches[name] = self._observer.schedule(handler, tree, recursive=True, event_filter=KINDS)

    def _top(self, path: str) -> None:
        if path in TREES:
            self._replaced.add(path)
        if path in TREES or path == SETTINGS:
            self._rung.set()

    def _below(self, path: str) -> None:
        steps = path.split(os.sep)
        if steps[-1] != VIM_PROBE and not any(step.startswith(".") or step.endswith("~") for step in steps):
            self._rung.set()


class _Handler(events.FileSystemEventHandler):
    """Hands on where something happened, as paths in the watched folder ("" for the folder itself)."""

    def __init__(self, folder: str, happened: Callable[[str], None]):
        self._folder = folder
        self._happened = happened

    def on_any_event(self, event: events.FileSystemEvent) -> None:
        for path in (event.src_path, event.dest_path):
            if path:
                self._happened(os.fsdecode(path).removeprefix(self._folder).lstrip(os.sep))
