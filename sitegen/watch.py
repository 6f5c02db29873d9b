"""A doorbell, hardly a messenger: tells in which folders of a project something may have changed, not what."""

from __future__ import annotations

import contextlib
import os
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Self

from watchdog import events
from watchdog.observers import Observer
from watchdog.observers.api import ObservedWatch

from sitegen.scan import TOP

TREES = ("content", "themes")

ANYWHERE = ""
"""What rings where it is not known in which folder something happened."""

QUIET = 0.03
"""Seconds of silence that end a burst: editors save in several steps."""

SETTLED = 0.01
"""The same once a file was closed or moved into its place: it is whole then, and others may follow."""

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
    """Watches the files at the top of a project that count, content/ and themes/, until it is left.

    Its threads start as it is made. Making and entering it raise OSError where the system refuses to watch.

    What the scan of a build leaves out (hidden files, editors' backups) does not count, nor does anything outside
    these. A folder that is linked into content/ is not looked into.
    """

    def __init__(self, project: Path):
        self._project = os.path.realpath(project)
        self._observer = Observer()
        self._watches: dict[str, ObservedWatch] = {}
        self._replaced = set(TREES)
        self._rung: SimpleQueue[tuple[str, bool]] = SimpleQueue()

    def __enter__(self) -> Self:
        # Told of each folder that was moved out of a tree and back, which is watched all the same.
        warnings.filterwarnings("ignore", "Callback with id", RuntimeWarning)
        self._observer.start()
        try:
            handler = _Handler(self._project, self._top)
            self._observer.schedule(handler, self._project, event_filter=KINDS)
            self._follow()
        except OSError:
            self.__exit__()
            raise
        self._rung.put((ANYWHERE, True))
        return self

    def __exit__(self, *_: object) -> None:
        self._observer.stop()
        self._observer.join()

    def wait(self, timeout: float | None = None) -> frozenset[str]:
        """Wait for a change and the end of its burst; nothing where there is none for `timeout` seconds.

        Returns the folders in which files changed, as paths in the project, and ANYWHERE where it may have been in
        others. The first call does so at once: there may have been a change before the watch began.
        """
        try:
            folder, whole = self._rung.get(timeout=timeout)
        except Empty:
            return frozenset()
        rung = {folder}
        latest = time.monotonic() + PATIENCE
        with contextlib.suppress(Empty):
            while time.monotonic() < latest:
                folder, whole = self._rung.get(timeout=SETTLED if whole else QUIET)
                rung.add(folder)
        self._follow()
        return frozenset(rung)

    def _follow(self) -> None:
        """Watch the trees that are there now in place of those that were: a watch stays with a folder, not its name."""
        while self._replaced:
            name = self._replaced.pop()
            if (old := self._watches.pop(name, None)) is not None:
                self._observer.unschedule(old)
            tree = os.path.realpath(os.path.join(self._project, name))
            if os.path.isdir(tree):
                handler = _Handler(tree, partial(self._below, name))
                with contextlib.suppress(FileNotFoundError):  # gone again: that rings too
                    self._watches[name] = self._observer.schedule(handler, tree, recursive=True, event_filter=KINDS)

    def _top(self, path: str, event: events.FileSystemEvent) -> None:
        if path in TREES:
            self._replaced.add(path)
        if path in TREES or path in TOP:
            self._rung.put((ANYWHERE, _is_whole(event)))

    def _below(self, tree: str, path: str, event: events.FileSystemEvent) -> None:
        *above, last = steps = path.split(os.sep)
        if last != VIM_PROBE and not any(step.startswith(".") or step.endswith("~") for step in steps):
            folder = ANYWHERE if event.is_directory else "/".join([tree, *above])
            self._rung.put((folder, _is_whole(event)))


def _is_whole(event: events.FileSystemEvent) -> bool:
    """Whether the file of an event holds all that was written to it."""
    return isinstance(event, events.FileClosedEvent | events.FileMovedEvent)


class _Handler(events.FileSystemEventHandler):
    """Hands on what happened where, as paths in the watched folder ("" for the folder itself)."""

    def __init__(self, folder: str, happened: Callable[[str, events.FileSystemEvent], None]):
        self._folder = folder
        self._happened = happened

    def on_any_event(self, event: events.FileSystemEvent) -> None:
        for path in (event.src_path, event.dest_path):
            if path:
                self._happened(os.fsdecode(path).removeprefix(self._folder).lstrip(os.sep), event)
