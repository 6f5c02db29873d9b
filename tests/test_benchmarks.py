"""What the benchmark times, at a size where it can be counted instead: how much work each kind of build does."""

from __future__ import annotations

import gc
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from conftest import snapshot
from promises import environment

from benchmarks import corpus
from benchmarks.__main__ import BEGIN, END, PAGE, between
from benchmarks.measure import run
from sitegen.build import Options, build

THREADS = 24
OLD, NEW = 2, THREADS
"""A thread that is too old to be in the feeds, and the newest one."""

INDEX = re.compile(r"\w+/search/\d+/\d+\.json")
"""The files of the search index that have terms."""

HEAVY = frozenset(("feedgen", "jinja2", "lxml", "markdown_it", "rich", "watchdog", "yaml"))


def shown(paths: set[str]) -> set[str]:
    """The files that show texts."""
    return {path for path in paths if not INDEX.fullmatch(path)}


class Counted:
    """Counts the tasks that a build runs, by stage."""

    def __init__(self) -> None:
        self.ran: Counter[str] = Counter()
        self._stage = ""

    def stage(self, name: str, total: int) -> None:
        """A stage begins."""
        self._stage = name

    def advance(self, n: int) -> None:
        """So many tasks were run."""
        self.ran[self._stage] += n


class Bench:
    """A made-up site that has been built once; `rendered` and `written` are of the build after that."""

    def __init__(self, root: Path) -> None:
        self.root = root
        corpus.write(root, THREADS)
        self.rendered: set[str] = set()
        self.cold = self._build()
        self.before = snapshot(root / "output")

    def _build(self) -> Counter[str]:
        counted = Counted()
        outcome = build(self.root, Options(self.root / "output"), counted)
        assert {one.code for one in outcome.diagnostics} <= {"stale-translation"}  # edits are of the original alone
        self.rendered = {path for path, _ in outcome.published.made}
        return counted.ran

    def build(self) -> tuple[Counter[str], set[str]]:
        """Build again: the tasks that were run by stage, and the files that changed."""
        ran = self._build()
        after = snapshot(self.root / "output")
        return ran, {path for path, data in after.items() if self.before.get(path) != data}

    def lagging(self, number: int) -> set[str]:
        """The files that say of a thread's translation that its original has changed."""
        return {f"en/threads/{corpus.slug(number)}/{name}" for name in ("index.html", "index.md")}

    def of(self, number: int) -> set[str]:
        """The files of a thread."""
        return {path for path in self.before if f"/threads/{corpus.slug(number)}/" in path}

    @property
    def edited(self) -> dict[str, int]:
        """What runs where a comment of the old thread gets the word 마침표, by stage.

        It is in the index by two new pairs of syllables: a segment is made, and for each pair a bundle and a shard.
        """
        return {"content": 1, "search": 3, "pages": len(self.of(OLD)) + 2}

    def holding(self, mark: str) -> set[str]:
        """The files that hold a word."""
        return {path for path, data in snapshot(self.root / "output").items() if mark.encode() in data}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A site for one test."""
    return Bench(tmp_path / "site")


def test_a_first_build_does_everything_once(bench: Bench) -> None:
    """Catches content that is parsed twice, or pages that are rendered twice."""
    issues = -(-THREADS // corpus.GATHERED)
    assert bench.cold["content"] == THREADS + issues + 1 + 2  # a page, the theme, and the glossary
    assert bench.cold["pages"] == len(bench.rendered) == len(bench.before) - 1  # the list of what is sitegen's


def test_a_build_with_nothing_to_do_runs_nothing(bench: Bench) -> None:
    """Catches a key that differs though nothing changed, and a build that forgets what it had no need to ask for."""
    assert bench.build() == (Counter(), set())
    corpus.edit_comment(bench.root, OLD, "마침표")
    ran, _ = bench.build()
    assert ran == bench.edited


def loaded(arguments: list[str], folder: Path) -> set[str]:
    """The modules that a command loads."""
    code = f"import sys; from sitegen.cli import run; run({arguments}); print(); print(*sys.modules)"
    line = [sys.executable, "-c", code]
    done = subprocess.run(line, cwd=folder, env=environment(), capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_a_build_with_nothing_to_do_loads_no_library(bench: Bench) -> None:
    """Catches an import that makes every build wait for a parser or template engine that it does not need."""
    stages = {"sitegen.models", "sitegen.views", "sitegen.parse", "sitegen.plan", "sitegen.record"}
    others = {"dataclasses", "difflib", "json", "importlib.metadata"}
    assert not (HEAVY | stages | others) & loaded(["build"], bench.root)


def test_an_edit_of_a_clear_comment_loads_no_parser(bench: Bench) -> None:
    """Catches an import that makes every edit wait for a parser that hardly any needs, not even to tell of a place."""
    corpus.edit_comment(bench.root, OLD, "마침표")
    modules = loaded(["build"], bench.root)
    assert not {"markdown_it", "feedgen", "PIL", "yaml"} & modules
    assert not {"sitegen.sheets", "sitegen.words", "traceback", "zipfile"} & modules


def test_a_build_lets_go_of_what_it_has_done(bench: Bench) -> None:
    """Catches a value that refers to itself: it keeps the texts of its pages until Python looks for garbage."""
    options = Options(bench.root / "output", fresh=True)
    gc.collect()
    gc.disable()
    try:
        build(bench.root, options, Counted())
        assert gc.collect() < THREADS
    finally:
        gc.enable()


def test_help_loads_no_command(tmp_path: Path) -> None:
    """Catches an import that makes whoever asks for help wait for what a build needs."""
    own = {name for name in loaded(["--help"], tmp_path) if name.partition(".")[0] == "sitegen"}
    assert own == {"sitegen", "sitegen.arguments", "sitegen.cli"}


def test_an_edited_comment_touches_its_thread_alone(bench: Bench) -> None:
    """Catches pages that depend on texts that they do not show."""
    corpus.edit_comment(bench.root, OLD, "마침표")
    ran, changed = bench.build()
    assert ran == bench.edited
    assert shown(bench.rendered) == bench.of(OLD)
    assert shown(changed) == bench.holding("마침표") | bench.lagging(OLD)
    assert f"ko/threads/{corpus.slug(OLD)}/index.html" in changed


def test_an_edited_comment_leaves_the_plan_as_it_was(bench: Bench) -> None:
    """Catches a site that is put in order again, thread by thread, where no list can have changed."""
    corpus.edit_comment(bench.root, OLD, "마침표")
    assert not {"sitegen.plan"} & loaded(["build"], bench.root)
    corpus.edit_title(bench.root, OLD, "Quartz")
    assert "sitegen.plan" in loaded(["build"], bench.root)


def test_an_edited_comment_is_nothing_to_the_feeds(bench: Bench) -> None:
    """Catches feeds and lists that are made again for a comment that they do not show."""
    corpus.edit_comment(bench.root, NEW, "마침표")
    ran, changed = bench.build()
    assert ran["content"] == 1
    assert shown(bench.rendered) == bench.of(NEW)
    assert shown(changed) == bench.holding("마침표") | bench.lagging(NEW)


@pytest.mark.parametrize("number", [OLD, NEW])
def test_an_edited_title_touches_what_shows_it(bench: Bench, number: int) -> None:
    """Catches pages that go on showing an old title, and pages that are made again without showing it.

    The files of a thread are made together, whichever of them show it.
    """
    corpus.edit_title(bench.root, number, "Quartz")
    ran, changed = bench.build()
    named = bench.holding("Quartz")
    assert ran["content"] == 1
    assert shown(changed) == named
    near = [each for each in (number - 1, number, number + 1) if each <= THREADS]
    together = named.union(*map(bench.of, near))
    assert named <= shown(bench.rendered) <= together | {"sitemap.xml"}
    beside = {f"ko/threads/{corpus.slug(each)}/index.html" for each in near}
    lists = {"ko/archive/index.html", "en/archive/2020/index.html"}
    feeds = {"ko/feed.xml", "en/feed.xml"} if number == NEW else set()
    assert beside | lists | feeds <= named


def test_the_corpus_is_the_same_for_a_seed(tmp_path: Path) -> None:
    """Catches figures that cannot be compared because the sites differ."""
    sizes = {"few": 3, "same": 3, "more": 5}
    for name, threads in sizes.items():
        corpus.write(tmp_path / name, threads)
    few, same, more = (snapshot(tmp_path / name / "content" / "threads") for name in sizes)
    assert few == same
    assert few.items() <= more.items()


def test_a_run_is_measured_with_all_its_processes(tmp_path: Path) -> None:
    """Catches a benchmark that leaves out what is done by the processes that a build starts."""
    work = "sum(range(3_000_000))"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', '{work}'], check=True)"
    one = run([sys.executable, "-c", "pass"], tmp_path, environment())
    two = run([sys.executable, "-c", child], tmp_path, environment())
    assert two.cpu > one.cpu
    assert one.memory > 1


def test_figures_take_the_place_of_older_ones() -> None:
    """Catches a table that is added to the page time after time, or that takes the text around it along."""
    page = f"before\n\n{BEGIN}\n\nold\n\n{END}\n\nafter\n"
    assert between(page, ["new", "figures"]) == f"before\n\n{BEGIN}\n\nnew\nfigures\n\n{END}\n\nafter\n"
    assert between(PAGE.read_text("utf-8"), ["new"]).count("new\n\n<!--") == 1


def test_a_failing_build_is_no_measurement(tmp_path: Path) -> None:
    """Catches a table of how fast builds fail."""
    with pytest.raises(subprocess.CalledProcessError):
        run([sys.executable, "-c", "raise SystemExit(1)"], tmp_path, environment())
