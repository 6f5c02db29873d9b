"""`sitegen new` and `sitegen schema` as a writer meets them: what is said, asked, written and left alone."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Timer
from unicodedata import normalize

import pytest
from conftest import Site, write
from promises import PATIENCE, command, environment

from sitegen.schema import KINDS
from sitegen.schema_files import FOLDER, VSCODE, merged

CASES = Path(__file__).parent / "cases" / "importing"

OURS = {"yaml.schemas": {f"./{FOLDER}/thread.json": "content/threads/*/thread.yaml"}}


def on_a_terminal(folder: Path, *arguments: str, answers: Iterable[str] = ()) -> tuple[int, str]:
    """Run `sitegen new` where a person sits who types an answer at each question; the status, and all that they see."""
    ours, theirs = pty.openpty()
    line = [sys.executable, "-m", "sitegen", "new", *arguments]
    env = environment(TERM="dumb")
    with subprocess.Popen(line, cwd=folder, env=env, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        watchdog = Timer(PATIENCE, process.kill)
        watchdog.start()
        seen, rest = b"", iter(answers)
        with contextlib.suppress(OSError):  # how Linux tells the end of a terminal
            while part := os.read(ours, 65536):
                seen += part
                if seen.endswith((b"]: ", b"): ", b"en: ", b"ko: ")):
                    os.write(ours, next(rest, "\x03").encode())
        watchdog.cancel()
        os.close(ours)
        return process.wait(), seen.decode("utf-8", "replace")


# -- the first run -----------------------------------------------------------------------------------------------------


def test_new_site_says_what_to_do_next(tmp_path: Path) -> None:
    """Catches next steps that do not work, a first site with a fault, or one that is written over."""
    ended = command(tmp_path, "new", "site", "my-digest")
    _, steps = ended.stderr.split("What to do next:\n")
    assert [each.split("  ")[1] for each in steps.splitlines()] == [
        "cd my-digest",
        "sitegen serve",
        "sitegen new thread",
    ]
    built = command(tmp_path / "my-digest", "build")
    assert (built.returncode, len(built.stderr.splitlines())) == (0, 1)
    assert command(tmp_path, "new", "site", "my-digest").returncode == 1


def test_a_new_site_brings_help_for_editors(tmp_path: Path) -> None:
    """Catches a schema that is not written, or an address in it that is good on one machine only."""
    assert command(tmp_path, "new", "site", "my digest").returncode == 0
    project = tmp_path / "my digest"
    assert {path.stem for path in (project / FOLDER).iterdir()} == {kind.name for kind in KINDS}
    known = json.loads((project / VSCODE).read_text("utf-8"))["yaml.schemas"]
    assert all(
        (project / path).is_file() and list(project.glob(files)) for path, files in known.items() if "/thread" in path
    )
    assert json.loads((project / ".vscode/extensions.json").read_text("utf-8")) == {
        "recommendations": ["redhat.vscode-yaml"]
    }
    for path in project.rglob("*.*"):
        assert not path.is_file() or str(tmp_path) not in path.read_text("utf-8")


def test_a_site_can_be_made_in_a_folder_that_is_there(tmp_path: Path) -> None:
    """Catches a first step that leads where one is already, or settings of an editor that are lost."""
    write(tmp_path, '-- .vscode/settings.json --\n{"editor.tabSize": 2}\n')
    ended = command(tmp_path, "new", "site", ".")
    assert ended.returncode == 0
    assert "  cd " not in ended.stderr
    known = json.loads((tmp_path / VSCODE).read_text("utf-8"))
    assert [*known] == ["editor.tabSize", "yaml.schemas"]


# -- questions ---------------------------------------------------------------------------------------------------------


def test_a_thread_is_asked_for_on_a_terminal(site: Callable[..., Site]) -> None:
    """Catches a question that is not asked, an answer that goes nowhere, or a wrong one that is taken."""
    made = site()
    answers = ["첫차는 왜\n", "../a\n", "\n", "nowhere\n", "https://forum.example/7\n", "a/b\n", "정책\n"]
    status, seen = on_a_terminal(made.root, "thread", answers=answers)
    assert status == 0, seen
    for said in ("may not be empty, `.` or `..`", "must be an address", "holds a slash", "[첫차는-왜]"):
        assert said in seen
    text = (made.root / "content/threads/첫차는-왜/thread.yaml").read_text("utf-8")
    for line in ('  ko: "첫차는 왜"\n', '  url: "https://forum.example/7"\n', 'category: "정책"\n'):
        assert line in text
    assert made.build().diagnostics == ()


def test_what_arguments_say_is_not_asked(site: Callable[..., Site]) -> None:
    """Catches a question whose answer was given, and one that keeps somebody waiting who gave a name."""
    made = site()
    given = ("--title", "둘", "--url", "https://forum.example/7", "--category", "ai")
    status, seen = on_a_terminal(made.root, "thread", *given, answers=["two\n"])
    assert status == 0, seen
    assert seen.count("]: ") == 1
    status, seen = on_a_terminal(made.root, "thread", "three")
    assert (status, seen.count("]: ")) == (0, 0)


def test_an_issue_is_offered_the_threads_that_are_in_none(site: Callable[..., Site]) -> None:
    """Catches a thread that is offered twice or a draft that is offered, and an order that is not the editor's."""
    made = site()
    for slug, day in (("two", 16), ("three", 17), ("four", 18)):
        made.write(f"-- content/threads/{slug}/thread.yaml --\ntitle: {slug}\ndate: 2025-01-{day}\n")
    made.write("-- content/threads/draft/thread.yaml --\ntitle: a\ndate: 2025-01-19\ndraft: true\n")
    made.write("-- content/threads/gone/thread.yaml --\ntitle: a\ndate: 2025-01-19\nexpires: 2025-01-20\n")
    made.write("-- content/digests/old/digest.yaml --\ntitle: a\ndate: 2025-01-19\nthreads: [two]\n")
    status, seen = on_a_terminal(made.root, "digest", answers=["9\n", "3 four\n", "issue\n", "\n"])
    assert status == 0, seen
    assert "1  four  four" in seen
    assert "3  one  하나" in seen
    assert "draft" not in seen
    assert "gone" not in seen
    assert "names `9`, which is none of them" in seen
    text = (made.root / "content/digests/issue/digest.yaml").read_text("utf-8")
    assert 'threads:\n  - "one"\n  - "four"\n# In no issue yet:\n#  - "three"\n' in text
    assert made.build().good
    assert "sitegen new digest: a name" in command(made.root, "new", "digest", stdin=subprocess.DEVNULL).stderr


def test_nobody_is_asked_without_a_terminal(site: Callable[..., Site], tmp_path: Path) -> None:
    """Catches a script that waits for ever, or is told of its mistake with another status than 2."""
    made = site()
    for what in ("site", "thread", "digest", "page"):
        ended = command(made.root, "new", what, stdin=subprocess.DEVNULL)
        assert (ended.returncode, "a name is needed" in ended.stderr) == (2, True)
    wrong = [
        ("page", "a", "--category", "b"),
        ("digest", "a", "--from", "https://news.example/"),
        ("site", "a", "--title", "b"),
    ]
    for arguments in wrong:
        assert command(made.root, "new", *arguments, stdin=subprocess.DEVNULL).returncode == 2


def test_the_end_of_the_input_is_an_interrupt(site: Callable[..., Site]) -> None:
    """Catches Ctrl-D that is told as a fault of sitegen, or leaves half a thread."""
    made = site()
    status, seen = on_a_terminal(made.root, "thread", answers=["title\n", "\x04"])
    assert status == 130
    assert "Traceback" not in seen
    assert [path.name for path in (made.root / "content/threads").iterdir()] == ["one"]


@pytest.mark.parametrize("option", [("--url", "nowhere"), ("--category", "a/b")])
def test_wrong_facts_are_told_and_nothing_is_made(option: tuple[str, str], site: Callable[..., Site]) -> None:
    """Catches a thread that does not build, made from what its maker was told."""
    made = site()
    ended = command(made.root, "new", "thread", "two", *option)
    assert (ended.returncode, option[0] in ended.stderr) == (1, True)
    assert not (made.root / "content/threads/two").exists()


def test_threads_of_an_issue_are_those_of_the_site(site: Callable[..., Site]) -> None:
    """Catches an issue that does not build: a thread twice, a way in place of a name, or a name of another form."""
    made = site()
    folder = normalize("NFD", "한글")
    made.write(f"-- content/threads/{folder}/thread.yaml --\ntitle: a\ndate: 2025-01-16\n")
    threads = ("--thread", "한글", "--thread", "one", "--thread", "한글")
    assert command(made.root, "new", "digest", "issue", *threads).returncode == 0
    text = (made.root / "content/digests/issue/digest.yaml").read_text("utf-8")
    assert text.endswith('threads:\n  - "한글"\n  - "one"\n')
    assert made.build().good
    for slug, said in (("../threads/one", "there is no thread"), ("oen", "did you mean `one`?")):
        ended = command(made.root, "new", "digest", "other", "--thread", slug)
        assert (ended.returncode, said in ended.stderr) == (1, True)
    assert not (made.root / "content/digests/other").exists()


@pytest.mark.parametrize(("what", "name", "there"), [("thread", "한글", "한글"), ("page", "About", "about.en.md")])
def test_two_names_of_one_address_are_told(what: str, name: str, there: str, site: Callable[..., Site]) -> None:
    """Catches a site that does not build any more, because of a name that differs in case or normal form alone."""
    made = site()
    path = f"content/{what}s/{normalize('NFD', there)}"
    made.write(f"-- {path if what == 'page' else f'{path}/thread.yaml'} --\ntitle: a\ndate: 2025-01-16\n")
    ended = command(made.root, "new", what, name)
    assert (ended.returncode, f"--> {path}\n" in ended.stderr) == (1, True)
    answers = [f"{name}\n", "another\n", "\n", "\n"]
    status, seen = on_a_terminal(made.root, what, "--title", "x", answers=answers)
    assert (status, "is there already" in seen) == (0, True)


def test_a_site_that_is_there_is_told_once(tmp_path: Path) -> None:
    """Catches a fault for each file where there is one reason, and a place that is not below this folder."""
    assert command(tmp_path, "new", "site", "digest").returncode == 0
    again = command(tmp_path, "new", "site", "digest")
    assert (again.returncode, again.stderr.count("error[exists]")) == (1, 1)
    assert "--> digest/sitegen.yaml" in again.stderr


def test_a_copied_thread_comes_from_standard_input(site: Callable[..., Site]) -> None:
    """Catches `new thread --from -` doing anything else than `import -`, or files that editors know nothing of."""
    made, other = site(), site(name="other")
    assert command(made.root, "schema").returncode == 0
    paste = (CASES / "tide.txt").read_text("utf-8")
    url = ("--url", "https://forum.example/7")
    assert command(made.root, "new", "thread", "tide", "--from", "-", *url, input=paste).returncode == 0
    assert command(other.root, "import", "-", "--slug", "tide", *url, input=paste).returncode == 0
    for name in ("thread.yaml", "comments.yaml", "column.ko.md"):
        lines = (made.root / "content/threads/tide" / name).read_text("utf-8").splitlines()
        modeline = [f"# yaml-language-server: $schema=../../../{FOLDER}/{name.replace('yaml', 'json')}"]
        assert lines[: len(modeline)] == modeline or name.endswith(".md")
        kept = lines if name.endswith(".md") else lines[1:]
        assert kept == (other.root / "content/threads/tide" / name).read_text("utf-8").splitlines()
    assert made.build().good
    again = command(made.root, "new", "thread", "tide", "--from", "-", *url, input=paste)
    assert (again.returncode, "nothing new" in again.stderr) == (0, True)


# -- schemas in a project that is there --------------------------------------------------------------------------------


def test_schema_leaves_a_project_as_it_is_otherwise(site: Callable[..., Site]) -> None:
    """Catches settings of an editor that are lost or written again without need, and files that name no schema."""
    made = site()
    own = json.dumps({"editor.rulers": [100], "yaml.schemas": {"https://a.example/b.json": "c.yaml"}}, indent=4) + "\n"
    made.write(f"-- {VSCODE} --\n{own}")
    assert command(made.root, "schema").returncode == 0
    text = (made.root / VSCODE).read_text("utf-8")
    assert text.startswith(own[: own.rindex("c.yaml") + 7])
    assert json.loads(text)["yaml.schemas"]["./.sitegen-schema/digest.json"] == "content/digests/*/digest.yaml"
    before = {path: path.stat().st_mtime_ns for path in (made.root / ".vscode").iterdir()}
    assert command(made.root, "schema").returncode == 0
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert made.build().diagnostics == ()
    assert command(made.root, "new", "thread", "two").returncode == 0
    assert "yaml-language-server" in (made.root / "content/threads/two/thread.yaml").read_text("utf-8")


def test_schemas_can_lie_elsewhere(site: Callable[..., Site]) -> None:
    """Catches settings that name the old folder beside the new one, or an address from the root of the disk."""
    made = site()
    assert command(made.root, "schema").returncode == 0
    assert command(made.root, "schema", "--output", "../schemas").returncode == 0
    known = json.loads((made.root / VSCODE).read_text("utf-8"))["yaml.schemas"]
    assert {path.rpartition("/")[0] for path in known} == {"../schemas"}
    assert all((made.root / path).is_file() for path in known)


@pytest.mark.parametrize(
    "text",
    [
        '{\n  // mine\n  "a": 1\n}\n',
        '{"a": 1,}',
        '{"a": 1, "a": 2}',
        "[]",
        '{"yaml.schemas": []}',
        "\udcff",
        "[" * 9999,
    ],
)
def test_settings_that_are_no_plain_json_are_left_alone(text: str, site: Callable[..., Site]) -> None:
    """Catches comments that are lost from settings, and a writer who is not told what to add to them."""
    made = site()
    location = made.root / VSCODE
    location.parent.mkdir()
    location.write_bytes(text.encode("utf-8", "surrogateescape"))
    ended = command(made.root, "schema")
    assert ended.returncode == 0
    assert location.read_bytes() == text.encode("utf-8", "surrogateescape")
    assert '"./.sitegen-schema/thread.json": "content/threads/*/thread.yaml"' in ended.stderr


def test_settings_outside_the_project_are_not_written(site: Callable[..., Site], tmp_path: Path) -> None:
    """Catches a link by which a project reaches settings of another."""
    made = site()
    (tmp_path / "elsewhere").mkdir()
    (made.root / ".vscode").symlink_to(tmp_path / "elsewhere")
    ended = command(made.root, "schema")
    assert (ended.returncode, "symlink-leaves-project" in ended.stderr) == (1, True)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_merging_keeps_what_is_there() -> None:
    """Catches another indent, a lost tab, or a schema that somebody chose for the same files."""
    assert merged(b"", OURS) == merged(b"{}", OURS) == (json.dumps(OURS, indent=2) + "\n").encode()
    assert (
        merged(b'{\n\t"a": "\xea\xb0\x80"\n}\n', OURS)
        == (json.dumps({"a": "가", **OURS}, indent="\t", ensure_ascii=False) + "\n").encode()
    )
    theirs = {"yaml.schemas": {f"./{FOLDER}/thread.json": ["a.yaml"], "./x.json": "b.yaml"}}
    text = json.dumps(theirs).encode()
    assert merged(text, OURS) == text
