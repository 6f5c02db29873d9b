"""Merging holds for any thread: nothing is added twice, nothing that is there changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen import decode
from sitegen.importing import ForumComment, ForumThread, Options
from sitegen.importing.merge import merge_comments
from sitegen.importing.write import comments_yaml

SEOUL = ZoneInfo("Asia/Seoul")
OPTIONS = Options(SEOUL)
POSTED = datetime(2024, 3, 8, 19, 40, tzinfo=SEOUL)


def keeps_lines(old: str, new: str) -> bool:
    """Whether all lines of the old text are in the new one, in their order and to the byte."""
    lines = iter(new.split("\n"))
    return all(line in lines for line in old.split("\n"))


@st.composite
def threads(draw: st.DrawFn) -> ForumThread:
    """A thread of a few comments, in a tree, some of them by the same author in the same minute."""
    comments: list[ForumComment] = []
    for index in range(draw(st.integers(0, 12))):
        parent = draw(st.none() | st.integers(0, index - 1)) if index else None
        when = POSTED + timedelta(minutes=draw(st.integers(0, 5)))
        text = draw(st.sampled_from(["x", "- y\n\n  z", " a: b", "|", "# c\n"])) + str(index)
        comments.append(ForumComment(draw(st.sampled_from("abc")), when, text, parent))
    return ForumThread("제목", POSTED, comments=tuple(comments))


def only(thread: ForumThread, kept: set[int]) -> ForumThread:
    """The thread with those comments alone, and with all that they answer."""
    for index in sorted(kept, reverse=True):
        parent = thread.comments[index].parent
        while parent is not None:
            kept.add(parent)
            parent = thread.comments[parent].parent
    order = sorted(kept)
    comments = (thread.comments[index] for index in order)
    return replace(
        thread,
        comments=tuple(
            replace(each, parent=None if each.parent is None else order.index(each.parent)) for each in comments
        ),
    )


@settings(deadline=None)
@given(threads())
def test_merging_the_same_thread_changes_nothing(thread: ForumThread) -> None:
    """Catches a comment that is not known again, above all several by one author in one minute."""
    merged = merge_comments(comments_yaml(thread, "ko"), thread, OPTIONS, "comments.yaml")
    assert (merged.text, merged.changes, merged.diagnostics) == (None, (), ())


@settings(deadline=None)
@given(threads(), st.data())
def test_merging_adds_what_is_new_and_keeps_every_line(thread: ForumThread, data: st.DataObject) -> None:
    """Catches a line that is changed or moved, and new comments that end up elsewhere than a first import puts them."""
    indexes = range(len(thread.comments))
    kept = data.draw(st.sets(st.sampled_from(indexes))) if indexes else set()
    old = comments_yaml(only(thread, kept), "ko")
    merged = merge_comments(old, thread, OPTIONS, "comments.yaml")
    assert merged.diagnostics == ()
    new = old if merged.text is None else merged.text
    assert keeps_lines(old, new)
    if len({(each.author, each.date) for each in thread.comments}) == len(thread.comments):
        found = decode.comments("c", new, "ko", ("ko",), SEOUL).value
        whole = decode.comments("c", comments_yaml(thread, "ko"), "ko", ("ko",), SEOUL).value
        assert found == whole
