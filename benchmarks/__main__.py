"""`python -m benchmarks`: builds of made-up sites, timed, as a table."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from benchmarks import corpus
from benchmarks.measure import Run, run
from sitegen import __version__

COMMAND = (sys.executable, "-m", "sitegen", "build")
SETTLED = 2.1
"""Seconds after which a file's time stamp can be trusted, so that a build need not read it again."""

Scenario = tuple[str, Callable[[int], None]]
"""A name, and what is done to the site before each run (which is given its number)."""


def main() -> None:
    """Measure what the arguments say."""
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.add_argument("--sizes", default="100,1000,10000", help="numbers of threads (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=5, help="runs of each build, the median counts (default: 5)")
    chosen = parser.parse_args()
    _say(
        f"sitegen {__version__}, Python {platform.python_version()}, {os.cpu_count()} processors, {time.strftime('%F')}"
    )
    _say("")
    _say("| threads | build | seconds | from – to | processor s | MiB | others |")
    _say("|--:|---|--:|--:|--:|--:|--:|")
    for size in map(int, chosen.sizes.split(",")):
        with tempfile.TemporaryDirectory(prefix="sitegen-benchmark-") as folder:
            for name, runs in _measured(Path(folder), size, chosen.runs):
                _say(_row(size, name, runs))


def _measured(site: Path, size: int, count: int) -> Iterator[tuple[str, list[Run]]]:
    """Each scenario with its runs, on one site of a size."""
    corpus.write(site, size)
    time.sleep(SETTLED)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    for name, prepare in _scenarios(site, size):
        runs = []
        for number in range(count):
            prepare(number)
            runs.append(run(COMMAND, site, environment))
        yield name, runs


def _scenarios(site: Path, size: int) -> tuple[Scenario, ...]:
    middle = size // 2

    def forget(_: int) -> None:
        for name in ("output", ".sitegen"):
            shutil.rmtree(site / name, ignore_errors=True)

    def nothing(_: int) -> None:
        pass

    def comment(number: int) -> None:
        corpus.edit_comment(site, middle, f"edit{number}")

    def title(number: int) -> None:
        corpus.edit_title(site, middle, f"edit{number}")

    return (
        ("everything, nothing known", forget),
        ("nothing changed", nothing),
        ("one comment edited", comment),
        ("one title edited", title),
    )


def _row(size: int, name: str, runs: list[Run]) -> str:
    seconds = sorted(each.seconds for each in runs)
    cpu, others = (median(getattr(each, field) for each in runs) for field in ("cpu", "others"))
    memory = max(each.memory for each in runs)
    span = f"{seconds[0]:.2f} – {seconds[-1]:.2f}"
    return f"| {size:,} | {name} | {median(seconds):.2f} | {span} | {cpu:.2f} | {memory:.0f} | {others:.1f} |"


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - the table is what this is for


if __name__ == "__main__":
    main()
