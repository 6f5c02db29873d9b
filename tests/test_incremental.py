"""The engine on toy tasks: what is run, what is taken from before, and what a folder holds afterwards."""

from __future__ import annotations

import os
import pickle
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sitegen import chunks
from sitegen.chunks import SMALL
from sitegen.files import Reader
from sitegen.incremental import Engine, Store
from sitegen.publish import LIST
from sitegen.report import SilentProgress
from sitegen.tasks import (
    Damaged,
    Made,
    Remembered,
    Repeated,
    Shared,
    Stored,
    Task,
    encode,
    fingerprint_of,
    hash_of,
)
from sitegen.traces import Contents, Plan, Published
from sitegen.workers import Workers

RAN: list[str] = []


def head_and_tail(name: str, text: str) -> Remembered:
    """A remembered task that notes its runs."""
    RAN.append(name)
    return Remembered(f"head of {name}", (f"{name}: {text}",))


def shout(prefix: str, name: str, body: str) -> Made:
    """A published task: a shared value, its own value, and a tail."""
    RAN.append(name)
    return f"{prefix}{name}={body}".encode(), ((f"told of {name}",) if "!" in body else ())


def joined(texts: tuple[str, ...]) -> Made:
    """A published task of many tails."""
    return " | ".join(texts).encode(), ()


def shown(several: tuple[Named, ...], last: Named) -> Made:
    """A published task of records."""
    return f"{', '.join(f'{each.name} {each.number}' for each in several)}; {last.name} {last.number}".encode(), ()


def fail(name: str) -> Made:
    """A published task that cannot be made."""
    return None, (f"no {name}",)


def letters(text: str, letters: str) -> list[Made]:
    """A published task that makes a file for each letter; none can be made for a question mark."""
    RAN.append(text)
    return [(None if each == "?" else f"{text} {each}".encode(), (f"told of {each}",)) for each in letters]


def plain(text: str) -> Made:
    """A published task with nothing but its text."""
    RAN.append(text)
    return text.encode(), ()


def planned(outputs: list[tuple[str, Task[Made]]], *shared: Shared[str]) -> Plan:
    """A plan whose contents are known before it is asked for them, each file made by a task of its own."""
    alone = [((path,), task) for path, task in outputs]
    return Plan(lambda: Contents(alone, shared))


class Bench:
    """An engine's surroundings that outlive one engine, as they do between builds."""

    def __init__(self, root: Path) -> None:
        self.store = root / "store"
        self.target = root / "out"
        self.store.mkdir(parents=True, exist_ok=True)
        self.code = b"c" * 16

    def engine(self, jobs: int = 1, *, fresh: bool = False) -> Engine:
        store = Store(self.store, self.code)
        return Engine(store, Reader(""), Workers(jobs), SilentProgress(), fresh=fresh)

    def publish(self, texts: dict[str, str], *, dry: bool = False, atomic: bool = False) -> Published:
        """Publish plain texts."""
        outputs = [(path, Task(plain, (text,))) for path, text in texts.items()]
        mark = hash_of(encode(texts))
        return self.engine().publish(mark, lambda: planned(outputs), self.target, dry=dry, atomic=atomic)

    def publish_letters(self, text: str, of: str) -> Published:
        """Publish the files that one task makes, each named by a letter."""
        contents = Contents([(tuple(of), Task(letters, (text, of)))])
        mark = f"{text}{of}{len(RAN)}{os.urandom(4).hex()}".encode()  # a plan is made each time
        return self.engine().publish(mark, lambda: Plan(lambda: contents), self.target)

    def files(self) -> dict[str, str]:
        """What the folder holds beside the list."""
        found = (path for path in self.target.rglob("*") if path.is_file() and path.name != LIST)
        return {str(path.relative_to(self.target)): path.read_text() for path in found}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    RAN.clear()
    return Bench(tmp_path)


def test_get_runs_once_for_equal_arguments(bench: Bench) -> None:
    """Equal arguments that are other objects must be found again in the next build."""
    for text in ("".join(["b", "ody"]), "body"):
        engine = bench.engine()
        ((head, _, tails, _),) = engine.get([Task(head_and_tail, ("one", text))], "content")
        engine.keep()
        assert head == "head of one"
        assert [type(tail) for tail in tails] == [Stored]
    assert RAN == ["one"]


def test_get_runs_again_for_other_arguments_or_code(bench: Bench) -> None:
    """A changed argument, or a changed program, must not be answered from the store."""
    for text, code in (("a", b"c"), ("b", b"c"), ("b", b"d")):
        bench.code = code * 16
        engine = bench.engine()
        engine.get([Task(head_and_tail, ("one", text))], "content")
        engine.keep()
    assert RAN == ["one"] * 3


def test_encoding_is_equal_for_equal_values_however_they_are_shared() -> None:
    """Pickle's memory of shared objects must not make equal values look different."""
    word = "".join(["wo", "rd"])
    shared, apart = (word, word), ("word", "".join(["w", "ord"]))
    assert pickle.dumps(shared) != pickle.dumps(apart)
    assert encode(shared) == encode(apart)


class Named(NamedTuple):
    """A record as tasks take them."""

    name: str
    number: int


PLAINS = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3))
ARGUMENTS = st.recursive(
    st.one_of(PLAINS, st.builds(Named, st.text(max_size=2), st.integers(0, 2)), st.binary(max_size=2).map(Stored)),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=8,
)


@given(ARGUMENTS, ARGUMENTS)
@example(1, True)
@example((1,), (True,))
@example(("1",), (1,))
@example((), ((),))
@example(("ab",), ("a", "b"))
@example(("가",), ("".join(["가"]),))
@example(Named("a", 1), ("a", 1))
def test_arguments_have_one_fingerprint_just_where_they_are_encoded_alike(one: object, other: object) -> None:
    """Catches an edit that leads to the key of what stood there before, and a key that changes by itself."""
    assert (fingerprint_of(one) == fingerprint_of(other)) == (encode(one) == encode(other))
    assert fingerprint_of(one) == fingerprint_of(pickle.loads(encode(one)))


def test_a_repeated_value_is_its_own_copy_for_each_task(bench: Bench) -> None:
    """Catches a task that gets what stands for a value, and a value whose key is not its own."""
    one, other = Repeated(Named("one", 1)), Repeated(Named("one", 2))
    assert fingerprint_of(one) == fingerprint_of(Named("one", 1)) != fingerprint_of(other)
    assert bench.engine().make(Task(shown, ((one, other), other)), {}) == ((b"one 1, one 2; one 2", ()),)


def published_with_tail(bench: Bench, body: str, jobs: int = 1, count: int = 1) -> Published:
    engine = bench.engine(jobs)

    def plan() -> Plan:
        made = engine.get([Task(head_and_tail, (str(n), body)) for n in range(count)], "content")
        prefix = Shared("> ")
        outputs = [(f"{n}.txt", Task(shout, (prefix, str(n), tail))) for n, (_, _, (tail,), _) in enumerate(made)]
        return planned(outputs, prefix)

    try:
        published = engine.publish(body.encode(), plan, bench.target)
    except Damaged:
        engine.forget()
        published = engine.publish(body.encode(), plan, bench.target)
    engine.keep()
    engine.workers.close()
    return published


def test_tasks_get_shared_values_and_tails(bench: Bench) -> None:
    """Names in arguments stand for their values when a task runs."""
    published_with_tail(bench, "text")
    assert bench.files() == {"0.txt": "> 0=0: text"}


def test_processes_make_the_same_files(bench: Bench, tmp_path: Path) -> None:
    """The number of processes must not show."""
    published_with_tail(bench, "text", jobs=3, count=200)
    other = Bench(tmp_path / "other")
    published_with_tail(other, "text", jobs=1, count=200)
    assert bench.files() == other.files()
    assert len(bench.files()) == 200


@pytest.mark.skipif(sys.platform != "linux", reason="it is a fork")
def test_a_process_that_was_begun_early_makes_what_an_edit_changes(bench: Bench) -> None:
    """Catches files that are made here after all, and what it saw of the folder being taken for what is there."""
    published_with_tail(bench, "text", count=20)
    (bench.target / "1.txt").unlink()
    (bench.target / "2.txt").write_text("scribble")
    (bench.target / "3.txt").write_bytes((bench.target / "3.txt").read_bytes())
    RAN.clear()
    again = published_with_tail(bench, "text", jobs=2, count=20)
    assert (again.written, again.unchanged) == (2, 18)
    assert bench.files() == {f"{n}.txt": f"> {n}={n}: text" for n in range(20)}
    edited = published_with_tail(bench, "word", jobs=2, count=20)
    assert (edited.written, edited.unchanged) == (20, 0)
    assert bench.files() == {f"{n}.txt": f"> {n}={n}: word" for n in range(20)}
    bodies = [str(n) for n in range(20)]
    assert bodies == RAN  # and no file


def test_small_values_that_were_recalled_are_read_no_more(bench: Bench) -> None:
    """Catches a process that has time to read what pages list, and reads it only when they are made."""
    engine = bench.engine()
    work = [Task(head_and_tail, (size, size * times)) for size, times in (("small", 3), ("large", SMALL))]
    tails = [tail for _, _, (tail,), _ in engine.get(work, "content")]
    passed = list(chunks.recalled(engine.packs, [each.fingerprint for each in tails]))
    for pack in (bench.store / "packs").iterdir():
        pack.write_bytes(b"scribble")
    assert engine.make(Task(joined, ((tails[0],),)), {}) == ((b"small: smallsmallsmall", ()),)
    assert len(passed) == 1
    with pytest.raises(Damaged):
        engine.make(Task(joined, ((tails[1],),)), {})


def test_no_more_is_recalled_than_is_kept(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a large site whose values are all read, only to be forgotten for the last of them."""
    monkeypatch.setattr(chunks, "_small", chunks._Small())
    monkeypatch.setattr(chunks._Small, "room", 2)
    engine = bench.engine()
    found = engine.get([Task(head_and_tail, (name, "text")) for name in ("one", "two", "three", "four")], "content")
    passed = list(chunks.recalled(engine.packs, [tail.fingerprint for _, _, (tail,), _ in found]))
    assert len(passed) == 2
    assert list(chunks._small.values()) == ["one: text", "two: text"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_scribbled_store_is_made_again(bench: Bench, jobs: int) -> None:
    """Whatever happens to the store, the next build comes to the right bytes."""
    published_with_tail(bench, "text")
    for pack in (bench.store / "packs").iterdir():
        pack.write_bytes(b"scribble")
    (bench.target / "0.txt").unlink()
    published_with_tail(bench, "text", jobs)
    assert bench.files() == {"0.txt": "> 0=0: text"}


def test_a_page_of_very_many_values_opens_few_files_at_once(bench: Bench) -> None:
    """Catches a store that is taken for damaged where a process may not open all of its packs together."""
    resource = pytest.importorskip("resource")
    engine = bench.engine()
    tails = []
    for n in range(300):  # each lies in a pack of its own
        ((_, _, (tail,), _),) = engine.get([Task(head_and_tail, (str(n), "of many"))], "content")
        tails.append(tail)
    assert len(list((bench.store / "packs").iterdir())) == 300
    plan = planned([("all.txt", Task(joined, (tuple(tails),)))])
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
    try:
        engine.publish(b"inputs", lambda: plan, bench.target)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert bench.files()["all.txt"].split(" | ") == [f"{n}: of many" for n in range(300)]


@pytest.mark.parametrize("name", ["results", "outputs", "places"])
@pytest.mark.parametrize("damage", [b"", b"x" * 100, None])
def test_damaged_traces_are_no_traces(bench: Bench, name: str, damage: bytes | None) -> None:
    """Truncated, foreign or missing traces must neither crash a build nor change what it makes."""
    published_with_tail(bench, "text")
    trace = bench.store / name
    if damage is None:
        trace.unlink()
    else:
        trace.write_bytes(damage)
    published_with_tail(bench, "text!")
    assert bench.files() == {"0.txt": "> 0=0: text!"}


def test_nothing_changed_makes_no_plan(bench: Bench) -> None:
    """With the same inputs and an untouched folder the plan itself is spared."""
    bench.publish({"a": "1"})

    def no_plan() -> Plan:
        raise AssertionError("planned")

    published = bench.engine().publish(hash_of(encode({"a": "1"})), no_plan, bench.target)
    assert (published.written, published.unchanged, published.done) == (0, 1, True)


def test_told_again_when_nothing_changed(bench: Bench) -> None:
    """Warnings of earlier runs are told by every build, not only by the one that made the file."""
    first = published_with_tail(bench, "text!")
    second = published_with_tail(bench, "text!")
    assert first.told == second.told == ("told of 0",)
    assert second.written == 0


def test_only_what_differs_is_written(bench: Bench) -> None:
    """An unchanged file keeps its time stamp; a removed one goes, with its empty folders."""
    bench.publish({"a/b/c": "1", "d": "2", "e": "3"})
    before = (bench.target / "d").stat().st_mtime_ns
    published = bench.publish({"d": "2", "e": "4"})
    assert bench.files() == {"d": "2", "e": "4"}
    assert (published.written, published.unchanged, published.removed) == (1, 1, 1)
    assert (bench.target / "d").stat().st_mtime_ns == before
    assert not (bench.target / "a").exists()


def test_same_bytes_from_another_task_are_not_written(bench: Bench) -> None:
    """A task that runs again and comes to the same bytes leaves the file alone."""
    bench.publish({"a": "1"})
    before = (bench.target / "a").stat().st_mtime_ns
    task = Task(shout, ("", "", ""))
    bench.engine().publish(b"x", lambda: planned([("a", Task(shout, ("1", "", "")))]), bench.target)
    assert task.key(b"c") != Task(plain, ("1",)).key(b"c")
    assert (bench.target / "a").read_text() == "1="
    bench.engine().publish(b"y", lambda: planned([("a", Task(plain, ("1=",)))]), bench.target)
    assert (bench.target / "a").stat().st_mtime_ns != before


@pytest.mark.parametrize("damage", ["edit", "remove", "same size and time", "folder", "link"])
def test_a_touched_file_is_mended(bench: Bench, damage: str, tmp_path: Path) -> None:
    """Whatever is done to a published file, the next build puts it right."""
    bench.publish({"a": "12", "b": "x"})
    file = bench.target / "a"
    if damage == "edit":
        file.write_text("other")
    elif damage == "same size and time":
        stamp = file.stat()
        file.write_text("34")
        os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    else:
        file.unlink()
        if damage == "link":
            elsewhere = tmp_path / "elsewhere"
            elsewhere.write_text("12")
            file.symlink_to(elsewhere)
    published = bench.publish({"a": "12", "b": "x"})
    assert published.done
    assert bench.files() == {"a": "12", "b": "x"}
    assert not file.is_symlink()


def test_foreign_files_stay(bench: Bench) -> None:
    """What others put into the folder is neither changed nor removed."""
    bench.target.mkdir()
    (bench.target / "CNAME").write_text("digest.example")
    bench.publish({"a": "1"})
    bench.publish({})
    assert bench.files() == {"CNAME": "digest.example"}


@pytest.mark.parametrize("place", ["a", "f/x"])
def test_a_foreign_file_in_the_way_stops_publishing(bench: Bench, place: str) -> None:
    """A file of others is not written over, and nothing else is published either."""
    bench.target.mkdir()
    (bench.target / place.split("/")[0]).write_text("mine")
    published = bench.publish({"0": "0", place: "1"})
    assert published.foreign == (place.split("/")[0],)
    assert not published.done
    assert bench.files() == {place.split("/")[0]: "mine"}


def test_a_foreign_folder_that_is_a_link_is_not_followed(bench: Bench, tmp_path: Path) -> None:
    """Nothing is written outside the folder through a link inside it."""
    outside = tmp_path / "outside"
    outside.mkdir()
    bench.target.mkdir()
    (bench.target / "f").symlink_to(outside)
    assert bench.publish({"f/x": "1"}).foreign == ("f",)
    assert list(outside.iterdir()) == []


def test_an_equal_foreign_file_becomes_ours(bench: Bench) -> None:
    """A folder that was copied without its list is taken over where it holds the same."""
    bench.target.mkdir()
    (bench.target / "a").write_text("1")
    assert bench.publish({"a": "1"}).done
    bench.publish({})
    assert bench.files() == {}


def test_ours_is_known_without_the_store(bench: Bench) -> None:
    """The store may be deleted: what an earlier build published is still pruned and replaced."""
    bench.publish({"a": "1", "b": "2"})
    shutil.rmtree(bench.store)
    bench.store.mkdir()
    assert bench.publish({"b": "3"}).done
    assert bench.files() == {"b": "3"}


def test_a_file_becomes_a_folder_and_back(bench: Bench) -> None:
    """A path that is a file in one site and a folder in the next is no obstacle."""
    for texts in ({"a": "1"}, {"a/b": "2"}, {"a": "3"}):
        assert bench.publish(texts).done
        assert bench.files() == texts


def test_a_failing_task_publishes_nothing(bench: Bench) -> None:
    """One file that cannot be made keeps all others back, and leaves no litter."""
    bench.publish({"a": "1"})
    outputs = [("a", Task(plain, ("2",))), ("b", Task(fail, ("b",)))]
    published = bench.engine().publish(b"new", lambda: planned(outputs), bench.target)
    assert published.told == ("no b",)
    assert not published.done
    assert bench.files() == {"a": "1"}
    assert not list(bench.store.glob("staging*"))


def test_a_dry_run_writes_nothing(bench: Bench) -> None:
    """`check` is the line without its last step."""
    assert bench.publish({"a": "1"}, dry=True).done
    assert not bench.target.exists()


def test_reasons_name_the_argument_that_changed(bench: Bench) -> None:
    """`--explain` says which argument of the function is another one."""
    for prefix in ("> ", "# "):
        plan = planned([("a", Task(shout, (Shared(prefix), "n", "b")))])
        published = bench.engine().publish(prefix.encode(), lambda plan=plan: plan, bench.target)  # type: ignore[misc]
    assert published.made == (("a", "changed: prefix"),)


def test_one_task_makes_several_files(bench: Bench) -> None:
    """All of them are there, what each tells is told, and the task is not run again while they are as they were."""
    first = bench.publish_letters("x", "abc")
    assert bench.files() == {"a": "x a", "b": "x b", "c": "x c"}
    assert (first.told, first.written) == (("told of a", "told of b", "told of c"), 3)
    again = bench.publish_letters("x", "abc")
    assert (again.told, again.written, again.unchanged, RAN) == (first.told, 0, 3, ["x"])


def test_of_several_files_the_one_that_is_gone_is_written(bench: Bench) -> None:
    """The others of its task stay as they are, and are not said to have been made again."""
    bench.publish_letters("x", "abc")
    before = (bench.target / "a").stat().st_mtime_ns
    (bench.target / "b").unlink()
    published = bench.publish_letters("x", "abc")
    assert bench.files() == {"a": "x a", "b": "x b", "c": "x c"}
    assert (published.written, published.made) == (1, (("b", "missing or touched in the output folder"),))
    assert (bench.target / "a").stat().st_mtime_ns == before


def test_a_task_may_come_to_make_other_files(bench: Bench) -> None:
    """What it makes no more goes, what it makes anew comes, and what is the same is not written."""
    bench.publish_letters("x", "ab")
    published = bench.publish_letters("x", "ac")
    assert bench.files() == {"a": "x a", "c": "x c"}
    assert (published.written, published.removed) == (1, 1)


def test_several_files_are_published_together_or_not_at_all(bench: Bench) -> None:
    """One that cannot be made, or that is not ours, keeps the others of its task back."""
    bench.publish_letters("x", "ab")
    failed = bench.publish_letters("y", "a?")
    assert (failed.done, failed.told) == (False, ("told of a", "told of ?"))
    (bench.target / "c").write_text("mine")
    assert bench.publish_letters("y", "abc").foreign == ("c",)
    assert bench.files() == {"a": "x a", "b": "x b", "c": "mine"}


LETTERS = st.lists(st.sampled_from("abcd"), min_size=1, unique=True).map("".join)


@given(st.lists(st.tuples(st.sampled_from("xy"), LETTERS, st.sampled_from("abcd")), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_any_history_of_one_task_comes_to_its_last_files(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[str, str, str]]
) -> None:
    """Whatever it made before, and whatever was deleted since."""
    bench = Bench(tmp_path_factory.mktemp("letters"))
    for text, of, deleted in history:
        assert bench.publish_letters(text, of).done
        assert bench.files() == {each: f"{text} {each}" for each in of}
        (bench.target / deleted).unlink(missing_ok=True)


TEXTS = st.dictionaries(st.sampled_from(["a", "b", "c/d", "c/e", "f/g/h"]), st.sampled_from(["1", "2", "3"]))


@given(st.lists(st.tuples(TEXTS, st.booleans()), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_any_history_comes_to_the_last_site(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[dict[str, str], bool]]
) -> None:
    """After any sequence of sites, published file by file or at once, the folder holds the last one alone."""
    bench = Bench(tmp_path_factory.mktemp("history"))
    bench.target.mkdir()
    (bench.target / "CNAME").write_text("foreign")
    for texts, atomic in history:
        assert bench.publish(texts, atomic=atomic).done
        assert bench.files() == {"CNAME": "foreign", **texts}
        assert bench.publish(texts).written == 0
