"""The command line as a process: what it says, where, and how it ends."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Site, write

from sitegen.arguments import COMMANDS, FORMATS, parser
from sitegen.report import Format

BROKEN = """\
-- content/threads/one/thread.yaml --
title: {ko: 하나, en: One}
date: 2025-01-15T09:00:00+09:00
column:
  title: A column
  archve: https://archive.example/1
"""


def sitegen(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, as `python -m sitegen` does."""
    command = [sys.executable, "-m", "sitegen", *arguments]
    surroundings = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), **environment}
    return subprocess.run(command, cwd=cwd, env=surroundings, capture_output=True, text=True, check=False)


def test_help_shows_the_commands_and_examples(tmp_path: Path) -> None:
    """A newcomer must find every command, and something to copy."""
    shown = sitegen("--help", cwd=tmp_path)
    assert shown.returncode == 0
    for word in ("new", "build", "check", "serve", "import", "sitegen new site my-digest"):
        assert word in shown.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_the_parser_of_a_command_is_one_of_all(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Catches a command that is read otherwise where its parser alone is made."""
    for arguments in ([command, "--help"], [command, "--nothing"], [command, "a", "b", "c"]):
        told: list[object] = []
        for each in (parser(), parser(command)):
            with contextlib.suppress(SystemExit):
                told.append(each.parse_args(arguments))
            told.append(capsys.readouterr())
        assert told[: len(told) // 2] == told[len(told) // 2 :]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["publish"],
        ["build", "--jobs", "0"],
        ["build", "--jobs", "many"],
        ["new", "blog", "x"],
        ["serve", "--port", "65536"],
        ["serve", "--port", "-1"],
    ],
)
def test_wrong_usage_ends_with_2(arguments: list[str], tmp_path: Path) -> None:
    """Wrong usage is told apart from a fault in the site, and says what was expected."""
    ended = sitegen(*arguments, cwd=tmp_path)
    assert ended.returncode == 2
    assert "usage: sitegen" in ended.stderr
    assert "_jobs" not in ended.stderr
    assert "_port" not in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["biuld"], "there is no command `biuld`; did you mean `build`?"),
        (["publish"], "there is no command `publish`; there are new, build, "),
        (["build", "--outptu", "x"], "--outptu; did you mean `--output`?"),
        (["check", "--fromat=json"], "--fromat=json; did you mean `--format`?"),
        (["build", "one", "two"], "unrecognized arguments: two\n"),
    ],
)
def test_a_slip_of_the_pen_is_told_what_was_meant(arguments: list[str], meant: str, tmp_path: Path) -> None:
    """Catches a writer who has to look for the right word in a list."""
    ended = sitegen(*arguments, cwd=tmp_path)
    assert ended.returncode == 2
    assert meant in ended.stderr
    assert ended.stderr.startswith(f"usage: sitegen {arguments[0] if len(arguments) > 1 else '[-h]'}")


def test_a_good_build_ends_with_0_and_one_line(site: Callable[..., Site]) -> None:
    """A build that went well says so in one line and on standard error alone."""
    made = site()
    ended = sitegen("build", cwd=made.root)
    assert (ended.returncode, ended.stdout) == (0, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith("1 thread · ")
    assert (made.output / "ko/threads/one/index.html").is_file()


def test_a_fault_is_told_with_its_place_and_ends_with_1(site: Callable[..., Site]) -> None:
    """The form of a diagnostic: place, source line, caret below the key, help."""
    ended = sitegen("build", cwd=site(BROKEN).root)
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        "error[unknown-key]: `column` has no key `archve`",
        "  --> content/threads/one/thread.yaml:5:3",
        "   |",
        " 5 |   archve: https://archive.example/1",
        "   |   ^^^^^^",
        "   = help: did you mean `archive`?",
        "1 error; nothing was published",
    ]


def test_check_publishes_nothing(site: Callable[..., Site]) -> None:
    """`check` is the line without its last step: the same faults, and no output."""
    good, bad = site(name="good"), site(BROKEN, name="bad")
    assert sitegen("check", cwd=good.root).returncode == 0
    assert sitegen("check", cwd=bad.root).returncode == 1
    assert not good.output.exists()
    assert not bad.output.exists()


def test_json_is_one_document_on_standard_output(site: Callable[..., Site]) -> None:
    """A machine reads one document, whatever happened."""
    for archive, errors in ((BROKEN, 1), (None, 0)):
        made = site(archive, name=f"site{errors}") if archive else site(name=f"site{errors}")
        ended = sitegen("build", "--format", "json", cwd=made.root)
        document = json.loads(ended.stdout)
        assert document["summary"]["errors"] == errors
        assert [one["code"] for one in document["diagnostics"]] == ["unknown-key"] * errors


def test_github_annotations_name_file_and_line(site: Callable[..., Site]) -> None:
    """A workflow shows the fault in the file that has it."""
    ended = sitegen("check", "--format", "github", cwd=site(BROKEN).root)
    assert "::error file=content/threads/one/thread.yaml,line=5,col=3," in ended.stdout


@pytest.mark.parametrize(
    ("environment", "colored"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_colour_is_for_terminals_that_want_it(
    environment: dict[str, str], colored: bool, site: Callable[..., Site]
) -> None:
    """NO_COLOR and dumb terminals get plain text."""
    ours, theirs = pty.openpty()
    surroundings = {**os.environ, "TERM": "xterm", **environment}
    if "NO_COLOR" not in environment:
        surroundings.pop("NO_COLOR", None)
    surroundings["PYTHONPATH"] = str(Path(__file__).parent.parent)
    command = [sys.executable, "-m", "sitegen", "build"]
    subprocess.run(command, cwd=site(BROKEN).root, env=surroundings, stderr=theirs, check=False)
    os.close(theirs)
    said = os.read(ours, 100_000)
    os.close(ours)
    assert b"unknown-key" in said
    assert (re.search(rb"\x1b\[[0-9;]*31m", said) is not None) is colored


def test_explain_says_why_each_file_was_made(site: Callable[..., Site]) -> None:
    """`--explain` names the argument that changed, and is silent where nothing was made."""
    made = site()
    assert "ko/threads/one/index.html: new" in sitegen("build", "--explain", cwd=made.root).stderr
    write(made.root, "-- content/threads/one/column.ko.md --\n요약입니다.\n")
    said = sitegen("build", "--explain", cwd=made.root).stderr
    assert "ko/threads/one/index.html: changed: " in said
    assert "index.html: new" not in said.replace("parallel/index.html: new", "")
    assert len(sitegen("build", "--explain", cwd=made.root).stderr.splitlines()) == 1


def test_no_traceback_where_there_is_no_site(tmp_path: Path) -> None:
    """An empty folder is told how to begin, and stays empty."""
    ended = sitegen("build", cwd=tmp_path)
    assert ended.returncode == 1
    assert "error[no-site]" in ended.stderr
    assert "sitegen new site" in ended.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        (["thread", "딥시크"], "ko/threads/딥시크/index.html"),
        (["thread", "plain-name", "--title", 'A "quoted": title'], "ko/threads/plain-name/index.html"),
        (["digest", "2025-01", "--thread", "one"], "ko/digests/2025-01/index.html"),
        (["page", "colophon", "--title", "판권"], "ko/colophon/index.html"),
    ],
)
def test_what_new_makes_builds_as_it_is(arguments: list[str], path: str, site: Callable[..., Site]) -> None:
    """Scaffolds in Korean and English names are content from the first moment, and are never written over."""
    made = site()
    assert sitegen("new", *arguments, cwd=made.root).returncode == 0
    built = sitegen("build", cwd=made.root)
    assert built.returncode == 0, built.stderr
    assert "warning" not in built.stderr
    assert (made.output / path).is_file()
    again = sitegen("new", *arguments, cwd=made.root)
    assert again.returncode == 1
    assert "error[exists]" in again.stderr


@pytest.mark.parametrize("name", ["..", "a/b", "con", "x" * 300, "a\x07b"])
def test_new_refuses_names_that_are_no_addresses(name: str, site: Callable[..., Site]) -> None:
    """Nothing is written outside the project or under a name that a build would refuse."""
    made = site()
    ended = sitegen("new", "thread", name, cwd=made.root)
    assert ended.returncode == 1
    assert "error[bad-slug]" in ended.stderr
    assert [path.name for path in (made.root / "content/threads").iterdir()] == ["one"]


def test_import_takes_standard_input(site: Callable[..., Site]) -> None:
    """A paste through a pipe becomes a thread that builds as it is."""
    made = site()
    paste = (Path(__file__).parent / "cases/importing").glob("*.txt")
    text = sorted(paste)[0].read_bytes()
    command = [sys.executable, "-m", "sitegen", "import", "-", "--slug", "pasted"]
    surroundings = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    ended = subprocess.run(command, cwd=made.root, env=surroundings, input=text, capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr.decode()
    assert sitegen("build", cwd=made.root).returncode == 0
    assert (made.output / "ko/threads/pasted/index.html").is_file()


def test_formats_of_the_command_are_those_of_the_report() -> None:
    """Catches a way of telling faults that the command line does not offer, or cannot keep."""
    assert list(FORMATS) == [each.value for each in Format]
