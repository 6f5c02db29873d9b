"""What feeds know threads by: ids.lock over the life of a site."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import feedparser
import pytest
from conftest import THREAD, Site
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen import ids
from sitegen.build import Options, build
from sitegen.ids import Lock
from sitegen.models import ThreadEntry
from sitegen.preview import Preview
from sitegen.report import SilentProgress
from sitegen.schedule import moment_of
from sitegen.tasks import Source

NOW = moment_of(datetime(2026, 1, 1, tzinfo=UTC))


def entry(slug: str, own: str = "", day: int = 1, *, named: bool = False, draft: bool = False) -> ThreadEntry:
    """A thread; without an `id` of its own it has that of its date."""
    date = f"2025-01-{day:02}T09:00:00+09:00"
    own = own or date
    return ThreadEntry(
        slug, f"content/threads/{slug}/thread.yaml", date, date, draft, own, named, "ko", (), (), None, (), ()
    )


def resolved(entries: Sequence[ThreadEntry], lock: Lock = Lock()) -> tuple[dict[str, str], Lock, list[str]]:  # noqa: B008
    """The ids by slug, the new lock, and the codes of what is wrong."""
    found, after, told = ids.resolve("https://digest.example/", entries, (), lock, NOW)
    return dict(found.threads), after, [one.code for one in told]


def test_what_is_new_gets_a_line_and_what_is_a_draft_does_not() -> None:
    """Catches a thread that is published without being kept, and a draft that is held before it is published."""
    _, lock, told = resolved([entry("a", "A"), entry("b", "B", draft=True)])
    assert dict(lock.lines) == {"site": "https://digest.example/", "threads/a": "A"}
    assert not told


def test_a_new_address_of_the_forum_or_a_new_date_changes_no_id() -> None:
    """Catches subscribers who are shown a thread anew because its source moved."""
    before, lock, _ = resolved([entry("a", "https://old.example/1"), entry("b", day=2)])
    after, same, told = resolved([entry("a", "https://new.example/1"), entry("b", day=9)], lock)
    assert (after, same, told) == (before, lock, [])


def test_a_new_slug_changes_no_id() -> None:
    """Catches subscribers who are shown a thread anew because its folder was renamed, also to a name that was taken."""
    before, lock, _ = resolved([entry("a", "A"), entry("b", "B"), entry("c", "C", named=True)])
    after, later, told = resolved([entry("b", "A"), entry("c", "B"), entry("d", "C", named=True)], lock)
    assert (after, told) == ({"b": before["a"], "c": before["b"], "d": before["c"]}, ["moved"])
    assert dict(later.lines) == {
        "site": "https://digest.example/",
        "threads/a": "A",
        "threads/b": "A",
        "threads/c": "B",
        "threads/d": "C",
    }


def test_what_is_gone_leaves_its_id_to_nobody() -> None:
    """Catches a new thread that subscribers take for an old one, and one that comes back under another id."""
    _, lock, _ = resolved([entry("a", "A"), entry("b", "A", day=2)])
    assert dict(lock.lines)["threads/b"] == "A 2"
    after, later, _ = resolved([entry("b", "A", day=2)], lock)
    assert after == {"b": "A 2"}
    after, _, _ = resolved([entry("b", "A", day=2), entry("c", "A 2", day=3)], later)
    assert after["c"] not in ("A", "A 2")
    assert resolved([entry("a", "A"), entry("b", "A", day=2)], later)[0] == {"a": "A", "b": "A 2"}


def test_another_id_for_what_was_published_is_an_error() -> None:
    """Catches an `id` that is added or changed by somebody who does not know what it does."""
    _, lock, _ = resolved([entry("a", "A", named=True), entry("b", "B")])
    assert resolved([entry("a", "new", named=True), entry("b", "new too", named=True)], lock)[2] == ["changed-id"] * 2
    assert resolved([entry("a", "A", named=True), entry("b", "B", named=True)], lock)[2] == []


@pytest.mark.parametrize("named", [True, False])
def test_two_with_one_id_are_an_error(named: bool) -> None:
    """Catches two threads of which subscribers would see one."""
    one = entry("a", "A", named=named)
    lock = resolved([one])[1]
    assert resolved([one, entry("b", "A", day=2, named=True)], lock)[2] == ["duplicate-id"]


names = st.sampled_from("abc")
owns = st.sampled_from(("X", "Y", "X 2", ""))
thread: Any = st.builds(entry, names, owns, st.integers(1, 3), named=st.booleans(), draft=st.booleans())
sites = st.lists(thread, max_size=4, unique_by=lambda each: each.slug)


@settings(max_examples=400, deadline=None)
@given(before=sites, after=sites)
def test_a_lock_that_was_written_changes_nothing(before: list[ThreadEntry], after: list[ThreadEntry]) -> None:
    """Catches a build that comes out differently because the one before wrote ids.lock, and ids that two have."""
    _, lock, _ = resolved(before)
    found, later, told = resolved(after, lock)
    assert len(set(found.values())) == len(after)
    if {*told} <= {"moved"}:
        again, lock, same = resolved(after, later)
        assert (lock, same) == (later, told)
        assert all(again[each.slug] == found[each.slug] for each in after if not each.draft)


def test_an_address_that_leads_nowhere_is_told(site: Callable[..., Site]) -> None:
    """Catches a renamed thread whose readers come to a page that is not there, and a reminder that cannot be ended."""
    made = site()
    made.build()
    (made.root / "content/threads/one").rename(made.root / "content/threads/two")
    thread = made.root / "content/threads/two/thread.yaml"
    for _ in range(2):
        (told,) = made.build().diagnostics
        assert (told.code, told.span and told.span.path) == ("moved", "content/threads/two/thread.yaml")
        assert "`one`" in told.message
    with thread.open("a", encoding="utf-8") as text:
        text.write("aliases: [one]\n")
    assert made.build().diagnostics == ()
    assert "two/" in made.read("ko/threads/one/index.html")


def test_a_site_that_lost_its_content_is_not_published(site: Callable[..., Site]) -> None:
    """Catches a published site that is emptied because a folder was not there for a moment."""
    made = site()
    made.build()
    before = made.made()
    (made.root / "content").rename(made.root / "away")
    assert [one.code for one in made.build().diagnostics] == ["no-content"]
    assert made.made() == before
    (made.root / "ids.lock").unlink()
    assert made.build().good


def test_lines_come_back_as_they_were_written_in_any_order() -> None:
    """Catches an id that a colon, a space or a merge of two branches breaks, and a merge that passes unnoticed."""
    lock = Lock((("site", "https://digest.example/"), ("threads/a b", "x: y 2"), ("threads/ㄱ", "https://a.example/1")))
    data = ids.written(lock)
    read = ids.read(Source("ids.lock", b"\n".join(reversed(data.splitlines())) + b"\n\n"))
    assert read == (lock, ())
    broken = data + b"<<<<<<< HEAD\nthreads/ab: 1\n=======\nthreads/ab: 2\n>>>>>>> other\n"
    assert [one.code for one in ids.read(Source("ids.lock", broken))[1]] == ["bad-lock"] * 4


# -- builds ------------------------------------------------------------------------------------------------------------


def guids(site: Site) -> dict[str, str]:
    """What the Korean feed knows its threads by, by their titles."""
    return {one["title"]: one["id"] for one in feedparser.parse((site.output / "ko" / "feed.xml").read_bytes()).entries}


def lock_of(site: Site) -> list[str]:
    """The lines of a site's lock that say something."""
    lines = (site.root / "ids.lock").read_text("utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def test_a_build_writes_the_lock_and_the_next_has_nothing_to_do(site: Callable[..., Site]) -> None:
    """Catches builds that never come to rest because of what they write themselves."""
    made = site()
    assert made.build().good
    assert lock_of(made) == ["site: https://digest.example/", "threads/one: 2025-01-15T00:00:00+00:00"]
    stages: list[str] = []

    class Watching(SilentProgress):
        def stage(self, name: str, total: int) -> None:
            stages.append(name)

    assert build(made.root, Options(made.output), Watching()).good
    assert stages == []
    before = made.made()
    shutil.rmtree(made.root / ".sitegen")
    assert made.build().published.written == 0
    assert made.made() == before


def test_only_a_site_that_is_published_gets_a_lock(site: Callable[..., Site]) -> None:
    """Catches a check, a preview or a failed build that holds ids of what nobody was shown."""
    made = site()
    assert made.build(dry=True).good
    assert Preview(made.root, 1, SilentProgress()).update().good
    (made.root / "content/threads/one/thread.yaml").write_text("title: One\n", "utf-8")
    assert not made.build().good
    assert not (made.root / "ids.lock").exists()
    made.write(THREAD)
    assert made.build().good
    assert lock_of(made)


def test_a_site_that_moves_and_is_renamed_and_dated_anew_keeps_its_ids(site: Callable[..., Site]) -> None:
    """Catches a feed that is new to every subscriber after its site got another address."""
    made = site()
    made.build()
    before = guids(made)
    settings = made.root / "sitegen.yaml"
    settings.write_text(settings.read_text("utf-8").replace("digest.example", "other.example"), "utf-8")
    (made.root / "content/threads/one").rename(made.root / "content/threads/two")
    made.build()
    assert guids(made) == before
    thread = made.root / "content/threads/two/thread.yaml"
    thread.write_text(thread.read_text("utf-8").replace("2025-01-15", "2025-01-16"), "utf-8")
    made.build()
    assert guids(made) == before
    assert lock_of(made) == [
        "site: https://digest.example/",
        "threads/one: 2025-01-15T00:00:00+00:00",
        "threads/two: 2025-01-15T00:00:00+00:00",
    ]


def test_two_sites_know_their_threads_by_different_ids(site: Callable[..., Site]) -> None:
    """Catches threads of two sites that a planet takes for one, because both start from the same example."""
    one, other = site(name="one"), site(name="other")
    settings = other.root / "sitegen.yaml"
    settings.write_text(settings.read_text("utf-8").replace("digest.example", "other.example"), "utf-8")
    assert one.build().good
    assert other.build().good
    assert not set(guids(one).values()) & set(guids(other).values())


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_checkout_that_cannot_be_written_to_is_published_all_the_same(site: Callable[..., Site]) -> None:
    """Catches a build that fails for want of a place to keep ids, or says nothing of it."""
    made = site()
    (made.root / ".sitegen").mkdir()
    (made.root / "output").mkdir()
    made.root.chmod(0o500)
    try:
        outcome = made.build()
    finally:
        made.root.chmod(0o700)
    assert outcome.good
    assert [one.code for one in outcome.diagnostics] == ["ids-not-kept"]


def test_a_lock_that_cannot_be_written_is_told_of(site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a build that fails for want of a place to keep ids, says nothing of it, or does not try again."""
    made = site()
    move = build.__globals__["files"].move

    def refuse(source: str, target: str) -> None:
        if target.endswith("ids.lock"):
            raise PermissionError(13, "Permission denied")
        move(source, target)

    with monkeypatch.context() as refusing:
        refusing.setattr("sitegen.files.move", refuse)
        for _ in range(2):
            outcome = made.build()
            assert outcome.good
            assert [one.code for one in outcome.diagnostics] == ["ids-not-kept"]
    assert not made.build().diagnostics
    assert lock_of(made)


def test_faults_of_ids_are_told_where_they_stand(site: Callable[..., Site]) -> None:
    """Catches a fault of an id without its place, or without what to write instead."""
    made = site()
    made.build()
    thread = made.root / "content/threads/one/thread.yaml"
    thread.write_text(thread.read_text("utf-8") + "id: another\n", "utf-8")
    (fault,) = made.build().diagnostics
    assert (fault.code, fault.span and fault.span.line) == ("changed-id", 4)
    assert "`id: 2025-01-15T00:00:00+00:00`" in (fault.help or "")
    (made.root / "ids.lock").write_text("threads/one\n", "utf-8")
    (fault,) = made.build().diagnostics
    assert (fault.code, fault.span and fault.span.path, fault.span and fault.span.line) == ("bad-lock", "ids.lock", 1)
