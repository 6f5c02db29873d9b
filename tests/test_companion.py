"""The process beside a build: what it is asked for and answers, and how it ends."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest

from sitegen.companion import Companion, Killed

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it is a fork")

LARGE = 3_000_000
"""Bytes that no pipe holds."""


@contextmanager
def beside(first: object = None, steps: Iterable[object] = ()) -> Iterator[Companion]:
    companion = Companion(lambda: first, steps)
    try:
        yield companion
    finally:
        companion.close()


def doubled(value: str) -> tuple[int, str]:
    """The process that runs this, and a value twice."""
    return os.getpid(), value * 2


def refused(value: str) -> None:
    """Raise what has a value in it."""
    raise LookupError(value)


def end_oneself(value: str) -> None:
    """End the process that runs this, as the system does where memory is short."""
    os.kill(os.getpid(), signal.SIGKILL)


def loaded(name: str) -> bool:
    """Whether the process that runs this has a module."""
    return name in sys.modules


def left(path: Path) -> None:
    """Leave a file."""
    path.touch()


def until(true: Callable[[], bool]) -> None:
    """Wait for something, not for ever."""
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_it_answers_in_order_from_another_process() -> None:
    """Catches answers that are mixed up, and work that is done here after all."""
    with beside("before all") as companion:
        for value in ("a", "b", "c"):
            companion.ask(doubled, value)
        assert companion.answer() == "before all"
        answers = [companion.answer() for _ in range(3)]
    assert [value for _, value in answers] == ["aa", "bb", "cc"]
    assert os.getpid() not in {process for process, _ in answers}


def test_neither_process_waits_for_the_other_to_read() -> None:
    """Catches a question that is written while an answer is: both would wait for ever for room in a pipe."""
    with beside("x" * LARGE) as companion:
        for letter in "abcd":
            companion.ask(doubled, letter * LARGE)
        assert companion.answer() == "x" * LARGE
        assert [companion.answer()[1] == letter * 2 * LARGE for letter in "abcd"] == [True] * 4


def test_it_is_asked_by_a_python_that_can_make_no_file_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a traceback where Python was built for an older system, as many that are downloaded are."""
    monkeypatch.delattr(os, "memfd_create")
    with beside() as companion:
        for letter in "ab":
            companion.ask(doubled, letter * LARGE)
        assert companion.answer() is None
        assert [companion.answer()[1] == letter * 2 * LARGE for letter in "ab"] == [True] * 2


def test_it_goes_on_to_what_is_next_by_itself(tmp_path: Path) -> None:
    """Catches a process that waits for work while this one has none of its answers taken yet."""
    with beside() as companion:
        for name in ("a", "b", "c"):
            companion.ask(left, tmp_path / name)
        until((tmp_path / "c").exists)


def test_what_a_function_raises_is_raised_here_and_others_go_on() -> None:
    """Catches an exception that loses its kind on the way, or that ends the process."""
    with beside() as companion:
        companion.ask(refused, "words")
        companion.ask(doubled, "a")
        assert companion.answer() is None
        with pytest.raises(LookupError, match="words"):
            companion.answer()
        assert companion.answer()[1] == "aa"


def test_it_loads_modules_while_nothing_is_asked(tmp_path: Path) -> None:
    """Catches a process that waits idly: what it loads, this one does not have."""
    name = next(each for each in ("colorsys", "nntplib", "stringprep", "rlcompleter") if each not in sys.modules)
    ready = tmp_path / "ready"
    steps = (step() for step in (partial(import_module, name), ready.touch))
    with beside("first", steps) as companion:
        assert companion.answer() == "first"
        until(ready.exists)
        companion.ask(loaded, name)
        assert companion.answer()
    assert name not in sys.modules


def test_it_takes_no_more_steps_once_it_is_asked(tmp_path: Path) -> None:
    """Catches an answer that waits for what is only likely to be needed."""

    def steps() -> Iterator[None]:
        (tmp_path / "begun").touch()
        until((tmp_path / "asked").exists)
        yield
        time.sleep(60)

    with beside(steps=steps()) as companion:
        until((tmp_path / "begun").exists)
        companion.ask(doubled, "a")
        (tmp_path / "asked").touch()
        assert companion.answer() is None
        assert companion.answer()[1] == "aa"


def test_a_process_that_is_gone_is_told_of() -> None:
    """Catches a build that waits for an answer that will never come, whenever the process went."""
    with beside() as companion:
        companion.ask(end_oneself, "")
        assert companion.answer() is None
        with pytest.raises(Killed):
            companion.answer()
        with pytest.raises(Killed):  # noqa: PT012 - the one or the other
            companion.ask(doubled, "b")
            companion.answer()


def test_a_process_that_is_killed_amid_an_answer_is_told_of() -> None:
    """Catches half of an answer being taken for a fault of the program."""
    with beside("x" * LARGE) as companion:
        select.select([companion._back], [], [], 10)  # it has begun, and waits for room in the pipe
        os.kill(companion._pid, signal.SIGKILL)
        with pytest.raises(Killed):
            companion.answer()


def test_it_is_gone_when_it_is_closed() -> None:
    """Catches processes that are left over, also one that is at work."""
    with beside() as companion:
        companion.ask(time.sleep, 60)
        assert companion.answer() is None
    with pytest.raises(ChildProcessError):
        os.waitpid(companion._pid, 0)


def test_it_ends_with_a_process_that_is_killed(tmp_path: Path) -> None:
    """Catches a process that goes on by itself, with the lock of a build that is long dead."""
    program = (
        "import os, sys, time\n"
        "from sitegen.companion import Companion\n"
        "companion = Companion(os.getpid, ())\n"
        "print(companion.answer(), flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    beside_it = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()
    command = Path(f"/proc/{beside_it}/cmdline")
    until(lambda: not command.exists() or not command.read_bytes())


def test_an_interrupt_is_left_to_this_process() -> None:
    """Catches a Ctrl-C, which all processes of a terminal get, that ends the process before this one has decided."""
    with beside() as companion:
        companion.ask(doubled, "a")
        assert companion.answer() is None
        os.kill(companion._pid, signal.SIGINT)
        companion.ask(doubled, "b")
        assert [companion.answer()[1], companion.answer()[1]] == ["aa", "bb"]
        assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
