"""What the tests share: a site written in one string, and building it as a user would."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

from sitegen import build as pipeline
from sitegen.build import Options, Outcome, build
from sitegen.report import SilentProgress
from sitegen.schedule import moment_of

pytest.register_assert_rewrite("promises")

# What lands is judged by what it changes, on the same examples each time; every other run looks at new ones.
settings.register_profile("ci", derandomize=True, database=None)
if os.environ.get("CI"):
    settings.load_profile("ci")

SETTINGS = """\
-- sitegen.yaml --
title: {ko: 다이제스트, en: Digest}
description: {ko: 두 언어로 읽는 토론, en: Discussions in two languages}
base_url: https://digest.example/
languages: [ko, en]
timezone: Asia/Seoul
"""

THREAD = """\
-- content/threads/one/thread.yaml --
title: {ko: 하나, en: One}
date: 2025-01-15T09:00:00+09:00
lang: ko
"""

DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 4"><path d="M0 0h8v4z"/></svg>\n'
"""An image that can stand among the files of an archive."""


def write(folder: Path, archive: str) -> None:
    """Write files given as in Go's txtar: a line `-- path --` in front of each file's text."""
    path: str | None = None
    lines: list[str] = []
    for line in [*archive.splitlines(keepends=True), "-- end --\n"]:
        if line.startswith("-- ") and line.rstrip().endswith(" --"):
            if path is not None:
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text("".join(lines), "utf-8", newline="")
            path, lines = line.strip()[3:-3], []
        else:
            lines.append(line)


def snapshot(folder: Path) -> dict[str, bytes]:
    """All files below a folder by their paths."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


class Site:
    """A project in a folder, written by a test and built like any other."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.output = root / "output"

    def write(self, archive: str) -> None:
        """Add or replace files."""
        write(self.root, archive)

    def build(
        self,
        *,
        jobs: int = 1,
        dry: bool = False,
        fresh: bool = False,
        output: Path | None = None,
        at: str | None = None,
    ) -> Outcome:
        """Build in this process, as of a moment (ISO 8601, with its offset)."""
        moment = None if at is None else moment_of(datetime.fromisoformat(at))
        options = Options(output or self.output, jobs, dry, fresh, moment=moment)
        return build(self.root, options, SilentProgress())

    def check(self, *, jobs: int = 1) -> Outcome:
        """Check in this process, as `sitegen check` does."""
        return build(self.root, Options(self.output, jobs, dry=True, review=True), SilentProgress())

    def made(self) -> dict[str, bytes]:
        """What the output folder holds."""
        return snapshot(self.output)

    def read(self, path: str) -> str:
        """A published file's text."""
        return (self.output / path).read_text("utf-8")


fingerprint = cache(pipeline.code_fingerprint)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare a test of many builds what does not matter to it.

    Waiting for the disk matters where power is lost, which no test can bring about; the program does not change.
    """
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    monkeypatch.setattr(os, "sync", lambda: None)
    monkeypatch.setattr(pipeline, "code_fingerprint", fingerprint)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


@pytest.fixture
def site(tmp_path: Path) -> Callable[..., Site]:
    """A maker of sites: settings (unless the archive brings its own), then the files of an archive."""

    def make(archive: str = THREAD, name: str = "site") -> Site:
        made = Site(tmp_path / name)
        made.write(SETTINGS)
        made.write(archive)
        return made

    return make
