"""A process beside this one that makes itself ready for work while this one still finds out what there is to do."""

from __future__ import annotations

import gc
import os
import pickle
import select
import signal
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any, NoReturn

Answer = tuple[Any, Exception | None]

LENGTH = 8
"""Bytes that say how long a question is: so few pass a pipe at once (POSIX, `PIPE_BUF`)."""


class Killed(Exception):
    """A process that worked for this one is gone."""


class Companion:
    """A fork of this process that calls `first`, goes through `steps` until it is asked, and calls functions then.

    It shares all that this process has, and so starts in a millisecond or two, where one of `multiprocessing` takes six
    more: as much as it would save. It ends with this process.

    What it is asked for lies in a file that both have, and a pipe tells of it, which has room for thousands: so neither
    waits for the other to read.
    """

    def __init__(self, first: Callable[[], object], steps: Iterable[object]):
        lengths, to = os.pipe()
        back, answers = os.pipe()
        questions = _unnamed()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # it is for this process to end the other
        try:
            self._pid = os.fork()
            if self._pid == 0:
                os.close(to)
                os.close(back)
                _work(first, steps, lengths, questions, os.fdopen(answers, "wb"))
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        os.close(lengths)
        os.close(answers)
        self._questions, self._to, self._back = os.fdopen(questions, "wb"), to, os.fdopen(back, "rb")

    def ask(self, function: Callable[[Any], object], value: object) -> None:
        """Have a function called with a value, after all that was asked before. Raises Killed where that is known."""
        data = pickle.dumps((function, value), pickle.HIGHEST_PROTOCOL)
        self._questions.write(data)
        self._questions.flush()
        try:
            os.write(self._to, len(data).to_bytes(LENGTH))
        except BrokenPipeError:
            raise Killed from None

    def answer(self) -> Any:
        """What the next function returned, `first` before all. Raises what the function did, and Killed."""
        try:
            result, problem = pickle.load(self._back)
        except (EOFError, pickle.UnpicklingError):  # the last where it was killed amid an answer
            raise Killed from None
        if problem is not None:
            raise problem
        return result

    def end(self) -> None:
        """End it, whatever it does."""
        os.kill(self._pid, signal.SIGKILL)

    def close(self) -> None:
        """End it, and wait until it is gone."""
        self.end()
        os.waitpid(self._pid, 0)
        self._back.close()
        self._questions.close()
        os.close(self._to)


def _unnamed() -> int:
    """A file without a name, in memory where this Python can make one: those for old systems cannot."""
    try:
        return os.memfd_create("questions")
    except (AttributeError, OSError):
        from tempfile import TemporaryFile

        with TemporaryFile() as file:
            return os.dup(file.fileno())


def _send(value: object, stream: IO[bytes]) -> None:
    stream.write(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
    stream.flush()


def _work(
    first: Callable[[], object], steps: Iterable[object], lengths: int, questions: int, answers: IO[bytes]
) -> NoReturn:
    """All that the process does until the other one ends, or ends it."""
    status = 1
    try:
        gc.freeze()  # it does not look for garbage in what it was born with
        _send(_answer(first), answers)
        for _ in steps:
            if select.select([lengths], [], [], 0)[0]:
                break
        for function, value in _questions(lengths, questions):
            _send(_answer(function, value), answers)
        status = 0
    except BrokenPipeError:
        status = 0
    finally:
        os._exit(status)


def _questions(lengths: int, questions: int) -> Iterator[tuple[Callable[[Any], object], Any]]:
    """All that is asked, until nothing will be any more."""
    offset = 0
    while length := int.from_bytes(os.read(lengths, LENGTH)):
        yield pickle.loads(os.pread(questions, length, offset))
        offset += length


def _answer(function: Callable[..., object], *values: object) -> Answer:
    try:
        return function(*values), None
    except Exception as problem:  # noqa: BLE001 - it is raised again in the other process
        return None, problem
