"""Importing into a project: what is written, what of it stays when the page is imported again, and what is refused."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from datetime import datetime
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sitegen import files
from sitegen.diagnostics import Diagnostic
from sitegen.importing import Options, command
from sitegen.importing.command import Outcome, run
from sitegen.importing.merge import Merged, merge_comments

SEOUL = ZoneInfo("Asia/Seoul")
OPTIONS = Options(SEOUL, slug="tide", url="https://harbour.example/77")
PASTE = (Path(__file__).parent / "cases" / "importing" / "tide.txt").read_text("utf-8")
POSTED = datetime(2024, 3, 8, 19, 40, tzinfo=SEOUL)

SETTINGS = """\
title: {ko: 다이제스트, en: Digest}
base_url: https://digest.example/
languages: [ko, en]
timezone: Asia/Seoul
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An empty site."""
    (tmp_path / "sitegen.yaml").write_text(SETTINGS, "utf-8")
    return tmp_path


def imported(project: Path, text: str = PASTE, options: Options = OPTIONS) -> Outcome:
    """Import a paste."""
    return run(project, text.encode(), options)


def codes(outcome: Outcome) -> list[str]:
    """The codes of all that is told."""
    return [each.code for each in outcome.diagnostics]


def tree(project: Path) -> dict[str, bytes]:
    """Every file of a project."""
    return {str(path.relative_to(project)): path.read_bytes() for path in project.rglob("*") if path.is_file()}


def file(project: Path, name: str) -> Path:
    """A file of the imported thread."""
    return project / "content/threads/tide" / name


def longer(text: str, *more: str) -> str:
    """The page with more comments before its foot."""
    body, foot = text.split("홈으로 전체메뉴")
    return "\n".join([body.replace("댓글 6 /", f"댓글 {6 + len(more)} /"), *more, f"홈으로 전체메뉴{foot}"])


def keeps_lines(old: str, new: str) -> bool:
    """Whether all lines of the old text are in the new one, in their order and to the byte."""
    lines = iter(new.split("\n"))
    return all(line in lines for line in old.split("\n"))


NEW = "조개님의 댓글\n\n작성자 조개 (203.♡.8.8)\n작성일 오늘 11:00\n뒤늦게 읽었습니다.\n"
NEW_REPLY = "조개님의 댓글의 댓글\n\n대댓글 작성자 조개 (203.♡.8.8)\n작성일 오늘 11:30\n@모래톱님에게 답글 저도요.\n"


# -- a new thread ------------------------------------------------------------------------------------------------------


def test_a_thread_is_written_whole(project: Path) -> None:
    """Catches files left out, written elsewhere or beside their place, and a folder that others may not read."""
    outcome = imported(project)
    assert outcome.written == tuple(
        f"content/threads/tide/{name}" for name in ("column.ko.md", "comments.yaml", "thread.yaml")
    )
    assert set(tree(project)) == {"sitegen.yaml", *outcome.written}
    assert file(project, "").stat().st_mode & 0o077 == (0o777 & ~umask()) & 0o077


def umask() -> int:
    """The process's mask for new files."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_names_come_from_the_title(project: Path) -> None:
    """Catches a folder name that is too long, breaks a syllable, is empty, or holds what an address cannot."""
    options = replace(OPTIONS, slug=None)
    assert imported(project, options=options).slug == "조력-발전은-왜-아직도-시험장을-못-벗어나는가"
    title = PASTE.split("\n", 1)[0]
    long = imported(project, PASTE.replace(title, f"{'가' * 90}/../b").replace("물결지기", "다른이"), options).slug
    assert long == "가" * 26
    words = imported(project, PASTE.replace(title, "긴 낱말 " * 20).replace("물결지기", "또다른이"), options).slug
    assert words is not None
    assert words.endswith(("낱말", "긴"))
    assert len(words.encode()) <= 80
    assert (
        imported(project, PASTE.replace(title, "…!?").replace("물결지기", "셋째"), options).slug
        == "thread-20240308-1940"
    )


def test_options_that_cannot_be_are_refused_together(project: Path) -> None:
    """Catches a path out of the project, a name that a build would pass over, and an address that is none."""
    for slug in ("../x", "a/b", ".hidden", "old~", "", "con", "x" * 300):
        before = tree(project)
        outcome = imported(project, options=replace(OPTIONS, slug=slug, url="javascript:alert(1)"))
        assert codes(outcome) == ["bad-slug", "bad-url"]
        assert tree(project) == before


def test_what_is_no_page_writes_nothing(project: Path) -> None:
    """Catches an import that makes a folder before it knows that there is a thread."""
    for text in ("아무 글", PASTE.replace("본문", ""), PASTE.replace("03.08 20:15", "언젠가"), "\x00" * 100):
        assert imported(project, text).written == ()
    assert set(tree(project)) == {"sitegen.yaml"}
    assert codes(run(project, b"\xff\xff", OPTIONS)) == ["paste-encoding"]
    told = run(project, PASTE.replace("♡", "*").replace("🌊", "").encode("cp949", "replace"), OPTIONS)
    assert any("CP949" in note for note in told.notes)


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_a_full_disk_leaves_nothing_behind(project: Path, monkeypatch: pytest.MonkeyPatch, failing: int) -> None:
    """Catches half a thread left behind where a write fails, and a failure that is not told."""
    calls = []

    def write_whole(path: Path, data: bytes) -> None:
        calls.append(path)
        if len(calls) == failing:
            raise OSError(28, "No space left on device", str(path))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    monkeypatch.setattr(files, "write_whole", write_whole)
    assert codes(imported(project)) == ["cannot-write"]
    assert set(tree(project)) == {"sitegen.yaml"}
    assert not list((project / "content/threads").iterdir())


def test_a_thread_is_there_at_once(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a thread whose files appear one by one, so that a build meanwhile finds half of it."""

    def rename(source: Path, target: Path) -> None:
        assert {path.name for path in source.iterdir()} == {"column.ko.md", "comments.yaml", "thread.yaml"}
        raise OSError(30, "Read-only file system", str(target))

    monkeypatch.setattr(Path, "rename", rename)
    assert codes(imported(project)) == ["cannot-write"]
    assert set(tree(project)) == {"sitegen.yaml"}


def test_what_a_folder_holds_already_is_kept(project: Path) -> None:
    """Catches a column written by hand that an import replaces, and pictures that keep a thread from being imported."""
    file(project, "").mkdir(parents=True)
    file(project, "wave.png").write_bytes(b"png")
    assert imported(project).written
    assert file(project, "wave.png").read_bytes() == b"png"
    file(project, "thread.yaml").unlink()
    before = tree(project)
    assert codes(imported(project)) == ["exists"]
    assert tree(project) == before


def test_a_name_that_is_taken_is_not_shared(project: Path) -> None:
    """Catches the comments of one thread added to another, and two folders that are one on some disks."""
    imported(project)
    other = imported(project, PASTE.replace("물결지기", "다른이"))
    assert codes(other) == ["exists"]
    again = imported(project, options=replace(OPTIONS, slug="tide-again"))
    assert codes(again) == ["exists"]
    twin = imported(project, PASTE.replace("물결지기", "다른이"), replace(OPTIONS, slug="TIDE"))
    assert codes(twin) == ["exists"]
    source = file(project, "thread.yaml").read_text("utf-8")
    file(project, "thread.yaml").write_text(source.split("\n", 1)[1].replace("물결지기", "남"), "utf-8")
    assert codes(imported(project)) == ["exists"]


def test_comments_too_large_for_a_build_are_refused(project: Path) -> None:
    """Catches a file that is written and then refused by every build."""
    assert codes(imported(project, PASTE.replace("뒤늦게", "").replace("고맙습니다", "가" * 1_000_001))) == [
        "paste-too-large"
    ]
    assert set(tree(project)) == {"sitegen.yaml"}


# -- the same thread again ---------------------------------------------------------------------------------------------


def test_importing_twice_changes_nothing(project: Path) -> None:
    """Catches an import that is not idempotent, whatever name the thread was given."""
    imported(project)
    before = tree(project)
    for slug in ("tide", None):
        outcome = imported(project, options=replace(OPTIONS, slug=slug, site="else", keep_ips=True))
        assert (outcome.slug, outcome.written, outcome.changes, outcome.diagnostics) == ("tide", (), (), ())
    assert tree(project) == before


def test_new_comments_are_added_between_the_lines(project: Path) -> None:
    """Catches work by hand that is lost, a comment in the wrong place, and a byte that changes."""
    imported(project)
    comments = file(project, "comments.yaml")
    edited = (
        comments.read_text("utf-8")
        .replace("      # 두 줄\n", "      # 두 줄\n    en: |-\n      Bonds, then?\n", 1)
        .replace("          고맙습니다 🌊\n", "          고맙습니다 🌊\n  # to be checked\n\n\n", 1)
        .replace("- author: 모래톱\n  date", "# the salt one\n- author: 모래톱  # regular\n  date", 1)
    )
    comments.write_text(edited, "utf-8")
    before = tree(project)
    outcome = imported(project, longer(PASTE, NEW_REPLY, NEW))
    assert outcome.written == ("content/threads/tide/comments.yaml",)
    assert outcome.changes == (
        "new: the reply of 조개, 2024-03-10 11:30",
        "new: the comment of 조개, 2024-03-10 11:00",
    )
    assert comments.read_text("utf-8") == edited.replace(
        "          고맙습니다 🌊\n  # to be checked\n",
        "          고맙습니다 🌊\n"
        "      replies:\n"
        "        - author: 조개\n"
        "          date: 2024-03-10T11:30:00+09:00\n"
        "          text:\n"
        "            ko: |-\n"
        "              저도요.\n"
        "  # to be checked\n"
        "- author: 조개\n"
        "  date: 2024-03-10T11:00:00+09:00\n"
        "  text:\n"
        "    ko: |-\n"
        "      뒤늦게 읽었습니다.\n",
    )
    after = tree(project)
    assert {name for name in after if after[name] != before[name]} == {"content/threads/tide/comments.yaml"}
    assert imported(project, longer(PASTE, NEW_REPLY, NEW)).written == ()


def test_a_comment_above_all_others_keeps_its_remarks(project: Path) -> None:
    """Catches a remark over the first entry that ends up over a new one."""
    imported(project)
    comments = file(project, "comments.yaml")
    text = comments.read_text("utf-8")
    rest = "# the salt one\n" + text[text.index("- author: 모래톱") :]
    comments.write_text(f"# all comments\n\n{rest}", "utf-8")
    imported(project)
    first = text[text.index("- author: brinecat") : text.index("- author: 모래톱")]
    assert comments.read_text("utf-8") == f"# all comments\n\n{first}{rest}"


def test_a_thread_without_comments_gets_its_first(project: Path) -> None:
    """Catches a thread that had no comments when it was imported, and a comments.yaml that holds remarks only."""
    head, _, _ = PASTE.partition("댓글 6 /")
    imported(project, f"{head}댓글 0 / 1 페이지\n")
    assert not file(project, "comments.yaml").exists()
    file(project, "comments.yaml").write_text("# nobody yet", "utf-8")
    assert imported(project).written == ("content/threads/tide/comments.yaml",)
    assert file(project, "comments.yaml").read_text("utf-8").startswith("# nobody yet\n- author: brinecat\n")


def test_what_is_different_on_the_page_is_told(project: Path) -> None:
    """Catches a difference between page and files that goes unnoticed, or that an import settles by itself."""
    imported(project)
    before = tree(project)
    page = (
        PASTE.replace("조력 발전은 왜", "조력 발전은 대체 왜", 1)
        .replace("12,345", "20,001")
        .replace("7 추천", "9 추천")
        .replace("다 녹습니다", "다 녹아요")
        .replace("댓글 6 /", "댓글 5 /")
    )
    begin = page.index("등대불빛님의 댓글")
    outcome = imported(project, page[:begin] + page[page.index("모래톱님의 댓글") :])
    assert [change.split(":")[0] for change in outcome.changes] == [
        "title on the page",
        "views on the page",
        "votes on the page",
        "the comment of 모래톱, 2024-03-08 20",
        "the comment of 등대불빛, 2024-03-08 21",
    ]
    assert tree(project) == before


def test_a_comment_dated_more_exactly_is_the_same_one(project: Path) -> None:
    """Catches a comment told as “3분 전” first and with its time later that is added a second time."""
    imported(project, PASTE.replace("오늘 09:12", "3분 전"))
    outcome = imported(project)
    assert outcome.written == ()
    assert len(outcome.changes) == 1
    assert "is dated 2024-03-10 09:12 on the page" in outcome.changes[0]


def test_what_was_taken_out_by_hand_does_not_come_back(project: Path) -> None:
    """Catches name and words that somebody asked to remove, put back by the next import."""
    imported(project)
    comments = file(project, "comments.yaml")
    text = (
        comments.read_text("utf-8").replace("등대불빛", "(지움)").replace("국채로 해도 정비 비용이 큽니다.", "(지움)")
    )
    comments.write_text(text, "utf-8")
    outcome = imported(project)
    assert outcome.written == ()
    assert comments.read_text("utf-8") == text
    assert len(outcome.changes) == 1


def test_other_pages_of_comments_are_added(project: Path) -> None:
    """Catches the comments of one page taken for all: those of other pages are not missing, and are added in turn."""
    imported(project, PASTE.replace("댓글 6 / 1", "댓글 7 / 2"))
    head, _, _ = PASTE.partition("댓글 6 /")
    outcome = imported(
        project, f"{head}댓글 7 / 2 페이지\n\n{NEW.replace('오늘', '03.10')}", replace(OPTIONS, slug=None)
    )
    assert outcome.slug == "tide"
    assert outcome.changes == ("new: the comment of 조개, 2024-03-10 11:00",)
    assert codes(outcome) == ["more-pages"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("- {author: a, date: 2024-03-08, text: x, replies: []}\n", None),
        ("[{author: a, date: 2024-03-08, text: x}]\n", "merge-impossible"),
        ("[]\n", "merge-impossible"),
        ("author: a\n", "merge-impossible"),
        ("- author: brinecat\n  date: 2024-03-08T20:15:00+09:00\n  text: x\n  replies: []\n", "merge-impossible"),
        ("- author: brinecat\n  date: 2024-03-08T20:15:00+09:00\n  text: x\n  replies:\n", "merge-impossible"),
        ("- {author: brinecat, date: 2024-03-08T20:15:00+09:00, text: x}\n", "merge-impossible"),
        ("- author: a\n  author: b\n", "duplicate-key"),
        ("- author: &a a\n", "anchor"),
        ("- author: 'a\n", "yaml-syntax"),
        ("\ufeff- author: a\n  date: 2024-03-08\n  text: x\n", None),
        ("- author: a\r\n  date: 2024-03-08\r\n  text: |+\r\n    x\r\n\r\n\r\n# end\r\n", None),
        (
            "-   author: a\n    date: 2024-03-08\n    text: >\n        x\n    replies:\n    - author: b\n      text: y",
            None,
        ),
        ("---\n- author: a\n  date: 9999-12-31\n  text: 'x\n\n    y'\n", None),
        ("- just text\n- author: a\n", None),
    ],
)
def test_files_in_any_style_are_added_to_or_left_alone(project: Path, text: str, code: str | None) -> None:
    """Catches a file that an import breaks, empties or changes where it has no place for new lines."""
    imported(project)
    file(project, "comments.yaml").write_text(text, "utf-8", newline="")
    outcome = imported(project)
    after = file(project, "comments.yaml").read_bytes().decode()
    if code is not None:
        assert codes(outcome) == [code]
        assert after == text
        return
    assert outcome.diagnostics == ()
    assert keeps_lines(text, after)
    assert "\n" not in after.replace("\r\n", "") or "\r\n" not in text
    assert imported(project).written == ()


def test_work_saved_meanwhile_is_kept(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a file written over that an editor saved while the import was at work."""
    imported(project)

    def slow(*arguments: Any) -> Merged:
        file(project, "comments.yaml").write_text("- author: saved\n", "utf-8")
        return merge_comments(*arguments)

    monkeypatch.setattr(command, "merge_comments", slow)
    assert codes(imported(project, longer(PASTE, NEW))) == ["merge-impossible"]
    assert file(project, "comments.yaml").read_text("utf-8") == "- author: saved\n"


def test_a_thread_that_cannot_be_read_is_told(project: Path) -> None:
    """Catches an import that goes on from a thread.yaml that is broken, no UTF-8, or leads out of the project."""
    imported(project)
    thread, comments = file(project, "thread.yaml"), file(project, "comments.yaml")
    for data, code in ((b"- a\n", "merge-impossible"), (b"a: 'b\n", "merge-impossible"), (b"\xff", "not-utf-8")):
        thread.write_bytes(data)
        assert codes(imported(project)) == [code]
    thread.write_text("title: x\n", "utf-8")
    outside = project.parent / f"{project.name}-outside.yaml"
    outside.write_text("- author: a\n", "utf-8")
    comments.unlink()
    comments.symlink_to(outside)
    assert codes(imported(project)) == ["symlink-leaves-project"]
    assert outside.read_text("utf-8") == "- author: a\n"
    comments.unlink()
    os.mkfifo(comments)
    assert codes(imported(project)) == ["not-a-file"]


# -- the command line --------------------------------------------------------------------------------------------------


def called(project: Path, paste: str, **more: object) -> tuple[int, list[str], list[Diagnostic]]:
    """The exit status of `sitegen import`, what it says and what it tells."""
    chosen = {"captured": None, "date": None, "slug": "tide", "url": None, "site": None, "keep_ips": False, **more}
    said: list[str] = []
    told: list[Diagnostic] = []
    status = command.run_for(argparse.Namespace(project=project, paste=paste, **chosen), said.append, told.extend)
    return status, said, told


def test_the_command_says_what_it_did(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a report that leaves out files, dropped lines or what is left to do, and a date that is not taken."""
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(PASTE.encode())))
    status, said, told = called(project, "-", date="2024-04-01", captured="2024-03-12")
    assert (status, told) == (0, [])
    assert said[0] == "wrote content/threads/tide/column.ko.md"
    assert "Dates such as “어제 06:10” count from 2024-03-12 (as told by --captured)" in said
    assert "not used: line 79: 전체 검색" in said
    assert "--url" in said[-1]
    assert "date: 2024-04-01T00:00:00+09:00\n" in file(project, "thread.yaml").read_text("utf-8")
    paste = project / "paste.txt"
    paste.write_text(PASTE, "utf-8")
    status, said, _ = called(project, str(paste), captured="2024-03-12")
    assert (status, said[-1]) == (0, "nothing new for content/threads/tide")


def test_the_command_refuses_what_it_cannot_do(project: Path, tmp_path: Path) -> None:
    """Catches a wrong date, a missing paste or a folder without a site that end in anything but a clear fault."""
    assert [one.code for one in called(project, "-", captured="soon")[2]] == ["bad-date"]
    assert called(project, "-", captured="soon")[0] == 2
    assert [one.code for one in called(project, str(tmp_path / "none.txt"))[2]] == ["unreadable"]
    assert [one.code for one in called(tmp_path / "none", "-")[2]] == ["no-site"]
    (project / "sitegen.yaml").write_text(SETTINGS.replace("[ko, en]", "[en]").replace("ko: 다이제스트, ", ""), "utf-8")
    status, _, told = called(project, str(project / "sitegen.yaml"))
    assert (status, [one.code for one in told]) == (1, ["unknown-language"])
