"""A process beside this one that makes itself ready for work while this one still finds out what there is to do."""

from __future__ import annotations

import gc
import os
import pickle
import select
import signal
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib import import_module
from typing import IO, Any, NoReturn

Answer = tuple[Any, Exception | None]


class Killed(Exception):
    """A process that worked for this one is gone."""


class Companion:
    """A fork of this process that calls `first`, loads modules until it is asked for more, and calls functions then.

    It shares all that this process has, and so starts in a millisecond or two, where one of `multiprocessing` takes six
    more: as much as it would save. It ends with this process.
    """

    def __init__(self, first: Callable[[], object], modules: Iterable[str]):
        asked, to = os.pipe()
        back, answers = os.pipe()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # it is for this process to end the other
        try:
            self._pid = os.fork()
            if self._pid == 0:
                os.close(to)
                os.close(back)
                _work(first, modules, os.fdopen(asked, "rb"), os.fdopen(answers, "wb"))
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        os.close(asked)
        os.close(answers)
        self._to, self._back = os.fdopen(to, "wb"), os.fdopen(back, "rb")
        self._waiting: deque[tuple[Callable[[Any], object], object]] = deque()
        self._answers: deque[Answer] = deque()
        self._busy = True

    def ask(self, function: Callable[[Any], object], value: object) -> None:
        """Have a function called with a value, after all that was asked before. Raises Killed."""
        self._waiting.append((function, value))
        self._go_on(wait=False)

    def answer(self) -> Any:
        """What the next function returned, `first` before all. Raises what the function did, and Killed."""
        self._go_on(wait=not self._answers)
        result, problem = self._answers.popleft()
        if problem is not None:
            raise problem
        return result

    def _go_on(self, *, wait: bool) -> None:
        """Take an answer, and ask what is next.

        It is asked one thing at a time: so neither process writes to the other while that one writes as well.
        """
        try:
            if self._busy and (wait or _is_readable(self._back)):
                self._answers.append(pickle.load(self._back))
                self._busy = False
            if self._waiting and not self._busy:
                _send(self._waiting.popleft(), self._to)
                self._busy = True
        except (EOFError, BrokenPipeError, pickle.UnpicklingError):  # the last where it was killed amid an answer
            raise Killed from None

    def end(self) -> None:
        """End it, whatever it does."""
        os.kill(self._pid, signal.SIGKILL)

    def close(self) -> None:
        """End it, and wait until it is gone."""
        self.end()
        os.waitpid(self._pid, 0)
        self._back.close()
        with suppress(BrokenPipeError):
            self._to.close()


def _is_readable(stream: IO[bytes]) -> bool:
    return bool(select.select([stream], [], [], 0)[0])


def _send(value: object, stream: IO[bytes]) -> None:
    stream.write(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
    stream.flush()


def _work(first: Callable[[], object], modules: Iterable[str], asked: IO[bytes], answers: IO[bytes]) -> NoReturn:
    """All that the process does until the other one ends, or ends it."""
    status = 1
    try:
        gc.freeze()  # it does not look for garbage in what it was born with
        _send(_answer(first), answers)
        for name in modules:
            if _is_readable(asked):
                break
            import_module(name)
        while True:
            _send(_answer(*pickle.load(asked)), answers)
    except (EOFError, BrokenPipeError):
        status = 0
    finally:
        os._exit(status)


def _answer(function: Callable[..., object], *values: object) -> Answer:
    try:
        return function(*values), None
    except Exception as problem:  # noqa: BLE001 - it is raised again in the other process
        return None, problem
