"""One command, timed from outside: wall clock, processor time and memory of all the processes that it starts."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SAMPLED = 0.05
"""Seconds between two looks at the memory."""


@dataclass(frozen=True)
class Run:
    """What a command took: seconds of the clock and of processors, MiB of all its processes together at their peak.

    `others` is how many processors other programs kept busy meanwhile (0 where the system does not tell).
    """

    seconds: float
    cpu: float
    memory: float
    others: float


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Run:
    """Run a command in a folder and wait for it. Raises CalledProcessError where it fails."""
    before, start = busy(), time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - the command is our own
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    sampler = _Sampler(process.pid)
    sampler.start()
    said = process.stdout.read() if process.stdout else b""
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    sampler.stop()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, said)
    cpu = used.ru_utime + used.ru_stime
    return Run(seconds, cpu, max(sampler.peak, used.ru_maxrss) / 1024, max(0.0, busy() - before - cpu) / seconds)


class _Sampler(threading.Thread):
    """Looks, again and again, at how much memory a process and all below it hold; `peak` is in KiB."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.peak = 0
        self._pid = pid
        self._over = threading.Event()

    def run(self) -> None:
        """Look until stopped."""
        while not self._over.wait(SAMPLED):
            self.peak = max(self.peak, sum(map(held, _family(self._pid))))

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        self.join()


def _family(pid: int) -> Iterator[int]:
    """A process and all below it (Linux)."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in children.read_text().split():
                yield from _family(int(child))


def held(pid: int) -> int:
    """KiB of memory, shared pages by share: what two processes hold together counts once."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def worked(pid: int) -> float:
    """Seconds that processors have worked for a process (Linux)."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def busy() -> float:
    """Seconds that all processors of the machine have worked (Linux)."""
    with contextlib.suppress(OSError):
        user, nice, system, _idle, _wait, *rest = map(
            int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
        )
        return (user + nice + system + sum(rest)) / os.sysconf("SC_CLK_TCK")
    return 0.0
