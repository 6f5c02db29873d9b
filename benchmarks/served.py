"""`sitegen serve`, timed from outside: from a save until the page that is served has it."""

from __future__ import annotations

import http.client
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import IO
from urllib.parse import quote

from benchmarks.measure import Run, busy, held, worked

COMMAND = (sys.executable, "-m", "sitegen", "serve", "--port", "0", "--format", "concise")
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/")
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

    `path` is the page's address on the server; `edit` puts a mark into its source. Raises TimeoutError.
    """
    with tempfile.TemporaryFile("w+") as said:
        server = subprocess.Popen(COMMAND, cwd=site, env=environment, stdout=said, stderr=said)  # noqa: S603 - our own
        try:
            port = _awaited(lambda: _port(said))
            for number in range(count):
                time.sleep(REST)
                mark = f"served{number}"
                others, own, start = busy(), worked(server.pid), time.perf_counter()
                edit(mark)
                _awaited(partial(_shows, port, path, mark))
                seconds = time.perf_counter() - start
                cpu = worked(server.pid) - own
                yield Run(seconds, cpu, held(server.pid) / 1024, max(0.0, busy() - others - cpu) / seconds)
        finally:
            server.kill()
            server.wait()


def _port(said: IO[str]) -> int:
    """The port that the server said, 0 before it did."""
    said.seek(0)
    found = ADDRESS.search(said.read())
    return int(found[1]) if found else 0


def _shows(port: int, path: str, mark: str) -> bool:
    """Whether the page has the mark."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT)
    try:
        connection.request("GET", quote(path))
        return mark.encode() in connection.getresponse().read()
    finally:
        connection.close()


def _awaited(ask: Callable[[], int]) -> int:
    """The first answer that is not 0. Raises TimeoutError."""
    late = time.perf_counter() + LIMIT
    while time.perf_counter() < late:
        if answer := ask():
            return answer
        time.sleep(POLL)
    raise TimeoutError("the server did not show what was saved")
