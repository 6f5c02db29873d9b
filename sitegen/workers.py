"""Those who work off chunks of tasks: processes of this machine, or whatever else is an executor."""

from __future__ import annotations

import gc
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeVar

from sitegen.chunks import Chunk
from sitegen.companion import Companion, Killed
from sitegen.diagnostics import Diagnostic
from sitegen.tasks import CHUNK

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

R = TypeVar("R")


class Unavailable(Exception):
    """Those who should work off chunks cannot be had, or are not fit for it; carries the diagnostic."""

    def __init__(self, diagnostic: Diagnostic):
        super().__init__(diagnostic)  # so it can be pickled
        self.diagnostic = diagnostic


def _settle() -> None:
    """Make a new process ready: it does not look for garbage in what it was born with, and ends with its parent."""
    gc.freeze()
    _end_with_parent()


def _end_with_parent() -> None:
    """Have this process end when its parent does, however that ends: it holds the lock of the build with it."""
    import multiprocessing
    import threading

    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def processes(jobs: int) -> tuple[Executor, int]:
    """So many processes of this machine."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    # Python 3.14 made forkserver the default; a fork of a warm parent is ready ten times sooner.
    method = "fork" if sys.platform == "linux" else "spawn"
    return ProcessPoolExecutor(jobs, multiprocessing.get_context(method), _settle), jobs


FEW = 12
"""Chunks that a companion works off, at most: for more, it is worth while to start as many as there are processors."""


class Workers:
    """Those who work off chunks, started when there is more than one to do: `jobs` processes, or what `start` gives.

    `start` returns an executor, and how many chunks it works off at once. The executor fails with BrokenExecutor where
    a process is gone. A chunk should be of `size` tasks.
    """

    def __init__(self, jobs: int, start: Callable[[], tuple[Executor, int]] | None = None, size: int = CHUNK):
        self.size = size
        self._alone = jobs == 1 and start is None
        self._forks = jobs > 1 and start is None and sys.platform == "linux"
        self._start = start or partial(processes, jobs)
        self._started: tuple[Executor, int] | None = None
        self._companions: list[Companion] = []

    def begin(self, first: Callable[[], object], steps: Iterable[object]) -> Companion | None:
        """A process that calls `first`, then goes through `steps`, while chunks are being made; None: there is none."""
        if not self._forks:
            return None
        self._companions.append(Companion(first, steps))
        return self._companions[-1]

    def map(
        self, function: Callable[[Chunk], R], chunks: Iterable[Chunk], companion: Companion | None = None
    ) -> Iterator[tuple[Chunk, R]]:
        """Each chunk with its result, in their order. Raises Killed where a process is gone, and Unavailable.

        A single chunk is worked off here: starting others would take longer. A companion works off the first few, and
        has done its work then.
        """
        several = iter(chunks)
        if companion is not None:
            yield from _beside(companion, function, islice(several, FEW))
        worth = 1 if companion else 2
        head = [] if self._alone else list(islice(several, worth))
        if len(head) == worth:
            yield from self._elsewhere(function, chain(head, several))
        else:
            for chunk in chain(head, several):
                yield chunk, function(chunk)

    def _elsewhere(self, function: Callable[[Chunk], R], chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, R]]:
        """The same, with a few chunks only under way at once."""
        from concurrent.futures import BrokenExecutor  # a build with little to do starts nobody

        executor, width = self._started = self._started or self._start()
        waiting: deque[tuple[Chunk, Future[R]]] = deque()
        try:
            for chunk in chunks:
                waiting.append((chunk, executor.submit(function, chunk)))
                if len(waiting) > 4 * width:
                    done, future = waiting.popleft()
                    yield done, future.result()
            while waiting:
                done, future = waiting.popleft()
                yield done, future.result()
        except BrokenExecutor:
            raise Killed from None

    def close(self) -> None:
        """Let them go."""
        while self._companions:
            self._companions.pop().close()
        if self._started is not None:
            self._started[0].shutdown(cancel_futures=True)
            self._started = None


def _beside(companion: Companion, function: Callable[[Chunk], R], chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, R]]:
    """Each chunk with its result, while the next ones are still being made."""
    given: list[Chunk] = []
    for chunk in chunks:
        companion.ask(function, chunk)
        given.append(chunk)
    for chunk in given:
        yield chunk, companion.answer()
    companion.end()
