"""`sitegen serve`, timed from outside: from a save until the page that is served has it."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import IO, TypeVar
from urllib.request import urlopen

from benchmarks.measure import Run, busy, held, worked

T = TypeVar("T")

COMMAND = (sys.executable, "-m", "sitegen", "serve", "--port", "0", "--format", "concise")
ADDRESS = re.compile(r"(http://127\.0\.0\.1:\d+/\S*) and")
POLL = 0.005
"""Seconds between two requests for the page."""

REST = 1.5
"""Seconds before each edit, in which the server comes to rest."""

LIMIT = 300.0
"""Seconds after which what is awaited counts as lost."""


def served(
    site: Path, environment: Mapping[str, str], path: str, edit: Callable[[str], None], count: int
) -> Iterator[Run]:
    """So many edits: what the server took until its page had each of them, and the memory that it holds.

    `path` is the page's address in the site; `edit` puts a mark into its source. Raises TimeoutError.
    """
    with tempfile.TemporaryFile("w+") as said:
        server = subprocess.Popen(COMMAND, cwd=site, env=environment, stdout=said, stderr=said)  # noqa: S603 - our own
        try:
            address = _awaited(lambda: _address(said))
            for number in range(count):
                time.sleep(REST)
                mark = f"served{number}"
                others, own, start = busy(), worked(server.pid), time.perf_counter()
                edit(mark)
                _awaited(partial(_shows, f"{address}{path}", mark))
                seconds = time.perf_counter() - start
                cpu = worked(server.pid) - own
                yield Run(seconds, cpu, held(server.pid) / 1024, max(0.0, busy() - others - cpu) / seconds)
        finally:
            server.kill()
            server.wait()


def _address(said: IO[str]) -> str:
    """Where the server says that it is, "" before it does."""
    said.seek(0)
    found = ADDRESS.search(said.read())
    return found[1] if found else ""


def _shows(url: str, mark: str) -> bool:
    """Whether a page has the mark."""
    with urlopen(url, timeout=LIMIT) as answer:  # noqa: S310 - our own server
        return mark.encode() in answer.read()


def _awaited(ask: Callable[[], T]) -> T:
    """The first answer that says something. Raises TimeoutError."""
    late = time.perf_counter() + LIMIT
    while time.perf_counter() < late:
        if answer := ask():
            return answer
        time.sleep(POLL)
    raise TimeoutError("the server did not show what was saved")
