"""The how-to about themes, followed to the letter."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from conftest import Site

from sitegen.cli import run

ROOT = Path(__file__).parent.parent
HOWTO = ROOT / "docs/how-to/change-the-theme.md"

UNFINISHED = ("themes/mine/templates/base.html", "themes/mine/strings/ko.yaml")
"""Files that need the next one, as the how-to says."""

UNSEEN = ("sh", "themes/mine/theme.yaml", "themes/mine/templates/page.html")
"""Files that change nothing on the site of the how-to by themselves."""

STEP = re.compile(r"^([^\n]*)\n\n```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
"""A line, and the block of code that follows it."""


def steps() -> Iterator[tuple[str, str]]:
    """What to do in turn: a file to write (its path, its text), or `sh` and commands to run."""
    for before, language, code in STEP.findall(HOWTO.read_text("utf-8")):
        if language == "sh":
            yield "sh", code
        else:
            named = re.search(r"`([^`]+)`:$", before)
            assert named, f"which file is this for? {before}"
            yield named[1], code


def put(site: Site, path: str, text: str) -> None:
    """Write a file; in the settings, as a person would, keys in the place of those that are there."""
    target = site.root / path
    if path == "sitegen.yaml":
        keys = {line.partition(":")[0] for line in text.splitlines() if not line.startswith(" ")}
        kept = [line for line in target.read_text("utf-8").splitlines() if line.partition(":")[0] not in keys]
        text = "\n".join([*kept, text])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, "utf-8")


def installed(folder: Path) -> dict[str, str]:
    """An environment in which sitegen is as the wheel installs it, with the themes in the package."""
    (folder / "sitegen").mkdir(parents=True)
    for each in (*(ROOT / "sitegen").iterdir(), ROOT / "themes"):
        (folder / "sitegen" / each.name).symlink_to(each)
    command = folder / "bin/sitegen"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sitegen "$@"\n', "utf-8")
    command.chmod(0o755)
    return {
        **os.environ,
        "PATH": f"{folder}/bin:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(folder),
        "PYTHONSAFEPATH": "1",
    }


def test_the_howto_does_what_it_says(tmp_path: Path) -> None:
    """Catches a step that fails, is told off, or changes nothing that a reader would see."""
    assert run(["new", "site", str(tmp_path / "mine")]) == 0
    site = Site(tmp_path / "mine")
    environment = installed(tmp_path / "installed")
    seen: dict[str, bytes] = {}
    done = []
    for path, code in steps():
        if path == "sh":
            subprocess.run(["bash", "-euc", code], cwd=site.root, env=environment, check=True, capture_output=True)
        else:
            put(site, path, code)
        outcome = site.build()
        waiting = path in UNFINISHED
        assert outcome.good is not waiting, (path, outcome.diagnostics)
        if code == "theme: mine\n":
            assert site.made() == seen
        elif outcome.good and path not in UNSEEN:
            assert site.made() != seen, path
        seen = site.made()
        done.append(path)
    assert not outcome.diagnostics
    assert len(done) > 10
    home = site.read("ko/index.html")
    (sheet,) = (site.output / "assets").glob("style.*.css")
    assert '<p class="motto">오늘의 토론을 읽습니다.</p>' in home
    assert re.search(r'<img src="/assets/logo\.\w+\.svg"', home)
    assert "새로 실린 글" in home
    assert "Latest threads" in site.read("en/index.html")
    text = sheet.read_text("utf-8")
    assert "--accent: #1d6b3a" in text
    assert '1.0625rem/1.6 "Pretendard", "Noto Sans KR", sans-serif' in text
    assert "border-block-end-width: 1px" in text
    assert "option(" not in text
    assert "@import" not in text
    assert list((site.output / "assets").glob("icon.*.svg"))
