"""`python -m benchmarks`: builds of made-up sites, timed, as a table; with `--write`, in the documentation."""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from statistics import median

from benchmarks import corpus
from benchmarks.measure import Run, run
from benchmarks.served import served
from sitegen import __version__

PAGE = Path(__file__).parent.parent / "docs" / "explanation" / "performance.md"
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
"""What the table stands between."""

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
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name} when it is whole")
    chosen = parser.parse_args()
    lines = []
    for line in _table([int(size) for size in chosen.sizes.split(",")], chosen.runs):
        _say(line)
        lines.append(line)
    if chosen.write:
        PAGE.write_text(between(PAGE.read_text("utf-8"), lines), "utf-8")


def between(page: str, lines: Iterable[str]) -> str:
    """A page with these lines between its markers. Raises ValueError where it has none."""
    start, end = page.index(BEGIN) + len(BEGIN), page.index(END)
    return "\n".join([page[:start], "", *lines, "", page[end:]])


def _table(sizes: Iterable[int], count: int) -> Iterator[str]:
    """The table line by line, as it is measured; before it, what was measured, on what kind of machine, and when."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    yield f"sitegen {__version__}, {python} on {platform.system()} ({platform.machine()}), {_processors()},"
    yield f"{time.strftime('%F')}, all features on, medians of {count} runs:"
    yield ""
    yield "| threads | build | seconds | from – to | processor s | MiB | others |"
    yield "|--:|---|--:|--:|--:|--:|--:|"
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="sitegen-benchmark-") as folder:
            for name, runs in _measured(Path(folder), size, count):
                yield _row(size, name, runs)


def _processors() -> str:
    """How many processors there are, and of which kind where the system tells (Linux)."""
    count = f"{os.cpu_count()} processors"
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            name, _, kind = line.partition(":")
            if name.strip() == "model name":
                return f"{count} ({kind.strip()})"
    return count


def _measured(site: Path, size: int, count: int) -> Iterator[tuple[str, list[Run]]]:
    """Each scenario with its runs, on one site of a size."""
    corpus.write(site, size)
    time.sleep(SETTLED)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # what every run would compile again
    for name, prepare in _scenarios(site, size):
        runs = []
        for number in range(count):
            prepare(number)
            runs.append(run(COMMAND, site, environment))
        yield name, runs
    middle = size // 2
    page = f"ko/threads/{corpus.slug(middle)}/"
    edits = served(site, environment, page, lambda mark: corpus.edit_comment(site, middle, mark), count)
    yield "one comment edited, until served", list(edits)


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
    digits = 2 if median(seconds) >= 0.1 else 3
    middle, first, last = (f"{each:.{digits}f}" for each in (median(seconds), seconds[0], seconds[-1]))
    return f"| {size:,} | {name} | {middle} | {first} – {last} | {cpu:.2f} | {memory:.0f} | {others:.1f} |"


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - the table is what this is for


if __name__ == "__main__":
    main()
