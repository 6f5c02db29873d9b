"""Translations that lag behind: told by builds and commands, said on pages, and settled once they are mended."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import SETTINGS, THREAD, Site, snapshot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from promises import Page, assert_refused, command, dangers, place, places, told_by
from reader import made as read_made

from sitegen import files
from sitegen.build import Options, Outcome
from sitegen.preview import Preview
from sitegen.report import SilentProgress
from sitegen.review import accept, status
from sitegen.standings import document
from sitegen.status_page import status_page

FULL = f"""\
{THREAD}\
-- content/threads/one/column.ko.md --
메모리 값이 올랐다.

전기료는 누가 내나?

- 하나
- 둘
-- content/threads/one/column.en.md --
Memory prices rose.

Who pays for the power?

- One
- Two
-- content/threads/one/comments.yaml --
- author: 가람
  date: 2025-01-13T21:50:00+09:00
  text:
    ko: |-
      첫 줄

      둘째 문단
    en: |-
      First line

      Second paragraph
  replies:
    - author: 나래
      date: 2025-01-13T21:52:00+09:00
      text: {{ko: 답글, en: A reply}}
      note: {{ko: 편집자 말, en: "The editor's word"}}
- author: 다솜
  date: 2025-01-13T21:59:00+09:00
  text: 옮기지 않은 말
-- content/digests/first/digest.yaml --
title: {{ko: 첫 호, en: First issue}}
date: 2025-01-31
threads: [one]
-- content/digests/first/intro.ko.md --
머리말.
-- content/digests/first/intro.en.md --
Intro.
-- content/pages/about.ko.md --
---
title: 소개
---
여기는 어디인가.
-- content/pages/about.en.md --
---
title: About
---
Where this is.
"""

SUMMARY = "content/threads/one/column.ko.md"
COMMENTS = "content/threads/one/comments.yaml"
LOCK = "content/threads/one/translations.lock"
PAGE = "en/threads/one/index.html"
SAID = "The original has been changed since this was translated."


def edit(made: Site, path: str, old: str, new: str) -> None:
    """Replace words in a file."""
    text = (made.root / path).read_text("utf-8")
    assert old in text
    (made.root / path).write_text(text.replace(old, new), "utf-8", newline="")


def stale(outcome: Outcome) -> list[str]:
    """Where a build says that translations lag behind."""
    return [each.removeprefix("stale-translation ") for each in places(outcome) if each.startswith("stale-translation")]


def locks(made: Site) -> dict[str, bytes]:
    """All records of translations."""
    return {path: data for path, data in snapshot(made.root / "content").items() if path.endswith("translations.lock")}


def options(made: Site) -> Options:
    """How commands look at a site."""
    return Options(made.output)


def standing(made: Site, *named: str) -> dict[str, tuple[str, int, int]]:
    """State, number of stale paragraphs and of missing texts, of the English translation by name."""
    found = status(made.root, named, options(made), SilentProgress())
    assert not found.diagnostics
    return {
        each.name: (state.word, len(state.stale), len(state.missing) + len(state.gaps))
        for each in found.standings
        for state in each.states
    }


# -- what is recorded --------------------------------------------------------------------------------------------------


def test_a_published_site_remembers_what_its_translations_were_made_from(site: Callable[..., Site]) -> None:
    """Catches a kind of text that is not recorded, a lock where nothing is translated, and one in the output."""
    made = site(FULL + THREAD.replace("threads/one", "threads/two").replace("{ko: 하나, en: One}", "둘"))
    assert made.build().good
    kept = locks(made)
    assert sorted(kept) == [
        "digests/first/translations.lock",
        "pages/about.translations.lock",
        "threads/one/translations.lock",
    ]
    heads = [line for line in kept["threads/one/translations.lock"].decode().splitlines() if line.startswith("[")]
    assert [each.split(" ")[0] for each in heads] == ["[title", "[summary", "[comment", "[comment", "[note"]
    assert all(each.endswith(" ko > en]") for each in heads)
    assert "메모리 값이 올랐다." in kept["threads/one/translations.lock"].decode()
    assert not [path for path in made.made() if path.endswith(".lock")]


def test_the_build_after_the_one_that_recorded_has_nothing_to_do(
    site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a build that undoes its own rest, or that goes on reading locks."""
    made = site(FULL)
    made.build()
    monkeypatch.setattr("sitegen.scan.RACY_NS", -(10**18))  # stamps can be trusted at once
    after = made.build().published
    assert (after.made, after.written) == ((), 0)
    opened: list[str] = []

    def noted(place: str, shown: str) -> bytes:
        opened.append(shown)
        return files.read_regular(place, shown)

    monkeypatch.setattr("sitegen.scan.read_regular", noted)
    assert made.build().published.written == 0
    assert not [path for path in opened if path.endswith("translations.lock")]


def test_what_was_read_is_not_read_again_because_of_its_lock(site: Callable[..., Site]) -> None:
    """Catches a first build after which each thread counts as changed: the next edit would read all of them again."""
    made = site(FULL + FULL.replace("threads/one", "threads/two").split("-- content/digests")[0])
    made.build()
    ran: list[tuple[str, int]] = []

    class Counted(SilentProgress):
        def stage(self, name: str, total: int) -> None:
            ran.append((name, total))

    from sitegen.build import build

    edit(made, SUMMARY, "올랐다", "내렸다")
    assert build(made.root, options(made), Counted()).good
    assert ("content", 1) in ran


def test_an_edit_leaves_other_locks_alone(site: Callable[..., Site]) -> None:
    """Catches a build that writes the locks of threads that nobody touched."""
    made = site(FULL + FULL.replace("threads/one", "threads/two").split("-- content/digests")[0])
    made.build()
    before = {path: (made.root / "content" / path).stat().st_mtime_ns for path in locks(made)}
    edit(made, SUMMARY, "올랐다", "내렸다")
    edit(made, SUMMARY.replace(".ko.", ".en."), "rose", "fell")
    made.build()
    after = {path: (made.root / "content" / path).stat().st_mtime_ns for path in locks(made)}
    assert {path for path in after if after[path] != before[path]} == {"threads/one/translations.lock"}


def test_only_a_build_that_publishes_records(site: Callable[..., Site]) -> None:
    """Catches a check, preview or status that records what nobody has published."""
    made = site(FULL)
    made.build(dry=True)
    assert Preview(made.root, 1, SilentProgress()).update().good
    status(made.root, (), options(made), SilentProgress())
    edit(made, SUMMARY, "올랐다", "[[")
    edit(made, "content/threads/one/thread.yaml", "lang: ko", "lang: xx")
    assert not made.build().good
    assert not locks(made)


def test_a_lock_is_gone_with_the_last_translation(site: Callable[..., Site]) -> None:
    """Catches records of texts that are not there any more."""
    made = site(FULL)
    made.build()
    edit(made, "content/pages/about.en.md", "Where this is.\n", "")
    made.build()
    assert "[text" not in (made.root / "content/pages/about.translations.lock").read_text("utf-8")
    (made.root / "content/pages/about.en.md").unlink()
    made.build()
    assert sorted(locks(made)) == ["digests/first/translations.lock", "threads/one/translations.lock"]
    assert made.build().published.made == ()


# -- what is stale -----------------------------------------------------------------------------------------------------


def test_a_changed_original_is_told_at_its_translation(site: Callable[..., Site]) -> None:
    """Catches a translation that silently lags behind, a wrong place, and words that do not show what changed."""
    made = site(FULL)
    made.build()
    edit(made, SUMMARY, "전기료는", "물값은")
    edit(made, COMMENTS, "둘째 문단", "고친 문단")
    edit(made, COMMENTS, "편집자 말", "다른 말")
    edit(made, "content/threads/one/thread.yaml", "ko: 하나", "ko: 하나 반")
    edit(made, "content/digests/first/intro.ko.md", "머리말", "맺음말")
    edit(made, "content/pages/about.ko.md", "어디", "무엇")
    edit(made, "content/pages/about.ko.md", "소개", "안내")
    outcome = made.build()
    assert stale(outcome) == [
        "content/digests/first/intro.en.md:1:1",
        "content/pages/about.en.md:2:8",
        "content/pages/about.en.md:4:1",
        "content/threads/one/column.en.md:3:1",
        f"{COMMENTS}:11:7",
        f"{COMMENTS}:16:29",
        "content/threads/one/thread.yaml:1:23",
    ]
    (told,) = [one for one in outcome.diagnostics if one.span and one.span.path.endswith("column.en.md")]
    assert told.help
    assert all(words in told.help for words in ("전기료는", "물값은", "sitegen accept one"))
    assert stale(made.build()) == stale(outcome) == stale(made.build(dry=True))


def test_a_mended_translation_is_fine(site: Callable[..., Site]) -> None:
    """Catches a translation that is blamed though it was made anew, and a record that was not."""
    made = site(FULL)
    made.build()
    edit(made, SUMMARY, "전기료는", "물값은")
    assert len(stale(made.build())) == 1
    edit(made, "content/threads/one/column.en.md", "power", "water")
    assert not stale(made.build())
    assert "물값은" in (made.root / LOCK).read_text("utf-8")
    edit(made, SUMMARY, "물값은", "전기료는")
    assert len(stale(made.build())) == 1


def test_a_change_that_is_taken_back_is_fine(site: Callable[..., Site]) -> None:
    """Catches a record that follows an original which was never translated."""
    made = site(FULL)
    made.build()
    before = locks(made)
    edit(made, SUMMARY, "전기료는", "물값은")
    made.build()
    edit(made, SUMMARY, "물값은", "전기료는")
    assert not made.build().diagnostics
    assert locks(made) == before


def test_comments_that_are_added_or_moved_are_no_change(site: Callable[..., Site]) -> None:
    """Catches records that go by the place of a comment."""
    made = site(FULL)
    made.build()
    text = (made.root / COMMENTS).read_text("utf-8")
    first, last = text.split("- author: 다솜")
    new = "- author: 라온\n  date: 2025-01-12T08:00:00+09:00\n  text: 새 말\n"
    (made.root / COMMENTS).write_text(f"{new}- author: 다솜{last}{first}", "utf-8")
    assert not made.build().diagnostics
    assert standing(made, "one") == {"threads/one": ("partial", 0, 2)}


def test_a_thread_keeps_its_record_under_another_name(site: Callable[..., Site]) -> None:
    """Catches a renamed folder whose stale translations count as new."""
    made = site(FULL)
    made.build()
    edit(made, SUMMARY, "전기료는", "물값은")
    (made.root / "content/threads/one").rename(made.root / "content/threads/둘")
    edit(made, "content/digests/first/digest.yaml", "[one]", "[둘]")
    for page in ("about.ko.md", "about.en.md", "about.translations.lock"):
        (made.root / "content/pages" / page).rename(made.root / "content/pages" / page.replace("about", "colophon"))
    edit(made, "content/pages/colophon.ko.md", "어디", "무엇")
    assert stale(made.build()) == ["content/pages/colophon.en.md:4:1", "content/threads/둘/column.en.md:3:1"]


def test_a_comment_keeps_its_record_where_its_author_or_date_is_mended(site: Callable[..., Site]) -> None:
    """Catches a stale translation that is taken to be right, because its comment is known by another id."""
    made = site(FULL)
    made.build()
    edit(made, COMMENTS, "둘째 문단", "둘째 고친 문단")
    edit(made, COMMENTS, "편집자 말", "편집자의 말")
    assert len(stale(made.build())) == 2
    edit(made, COMMENTS, "author: 가람", "author: 가온")
    edit(made, COMMENTS, "21:52", "21:53")
    before = stale(made.build())
    assert len(before) == 2
    assert stale(made.build(fresh=True)) == before
    assert (made.root / LOCK).read_text("utf-8").count("[comment ") == 2
    edit(made, COMMENTS, "author: 가온", "author: 다른이")
    edit(made, COMMENTS, "첫 줄", "아주 새로운 말씀")
    edit(made, COMMENTS, "둘째 고친 문단", "이것도 처음이다")
    assert len(stale(made.build())) == 1  # another comment, by chance in the same words


def test_comments_of_one_author_and_minute_keep_their_records(site: Callable[..., Site]) -> None:
    """Catches a stale translation that is taken to be right, because another comment has its id now."""
    comment = "- author: 가람\n  date: 2025-01-13T21:50:00+09:00\n  text: {{ko: {}, en: {}}}\n"
    first, second = comment.format("첫째 말이다", "The first word"), comment.format("둘째 글이다", "The second text")
    changed = second.replace("글이다", "글이었다")
    made = site(f"{FULL}-- {COMMENTS} --\n{first}{second}")
    made.build()
    for text, line in ((first + changed, 6), (changed + first, 3), (changed, 3), (first + changed, 6)):
        made.write(f"-- {COMMENTS} --\n{text}")
        assert [place.partition(":")[2].split(":")[0] for place in stale(made.build())] == [str(line)]


def test_the_record_of_a_page_that_was_renamed_is_told(site: Callable[..., Site]) -> None:
    """Catches a record that is left behind, and nobody is told where it belongs."""
    made = site(FULL)
    made.build()
    for lang in ("ko", "en"):
        (made.root / f"content/pages/about.{lang}.md").rename(made.root / f"content/pages/info.{lang}.md")
    (told,) = made.build().diagnostics
    assert place(told) == "unused-file content/pages/about.translations.lock"
    assert told.help is not None
    assert "rename it with its page" in told.help


def test_line_ends_and_normal_form_are_no_change(site: Callable[..., Site]) -> None:
    """Catches a translation that an editor's way of saving makes stale."""
    made = site(FULL)
    made.build()
    for path in (made.root / "content").rglob("*.*"):
        if path.suffix in (".md", ".yaml"):
            lines = path.read_text("utf-8").splitlines()
            forms = [each if "author" in each else unicodedata.normalize("NFD", each) for each in lines]
            path.write_text("".join(f"{each}\r\n" for each in forms), "utf-8", newline="")
    edit(made, SUMMARY, unicodedata.normalize("NFD", "메모리 값이"), "메모리\n값이")
    before = locks(made)
    assert not stale(made.build())
    assert [unicodedata.normalize("NFC", each.decode()) for each in locks(made).values()] == [
        each.decode() for each in before.values()
    ]


def test_where_the_original_is_missing_the_first_version_is_it(site: Callable[..., Site]) -> None:
    """Catches a summary without a version in the thread's language that is held against nothing."""
    made = site(FULL.replace("lang: ko", "lang: en"))
    made.build()
    edit(made, SUMMARY.replace(".ko.", ".en."), "power", "water")
    assert stale(made.build()) == [f"{SUMMARY}:3:1"]


# -- pages -------------------------------------------------------------------------------------------------------------


def test_readers_are_told_at_the_place_that_lags(site: Callable[..., Site]) -> None:
    """Catches a note that is missing, at another place, on the original's page, or still there once it is mended."""
    made = site(FULL)
    made.build()
    first = made.made()
    assert not [path for path, data in first.items() if SAID.encode() in data or b"stale" in data]
    edit(made, SUMMARY, "전기료는", "물값은")
    edit(made, COMMENTS, "둘째 문단", "고친 문단")
    edit(made, "content/digests/first/intro.ko.md", "머리말", "맺음말")
    edit(made, "content/pages/about.ko.md", "어디", "무엇")
    made.build()
    pages = read_made(made).pages
    page = pages[PAGE]
    (after_paragraph,) = page.find('//div[@class="prose"]/p[@class="note stale"]')
    assert after_paragraph.getprevious().text == "Who pays for the power?"
    (after_comment,) = page.find('//ol//p[@class="note stale"]')
    assert "Second paragraph" in after_comment.getprevious().text_content()
    assert {path for path, each in pages.items() if each.find('//p[@class="note stale"]')} == {
        PAGE,
        "en/threads/one/parallel/index.html",
        "ko/threads/one/parallel/index.html",
        "en/digests/first/index.html",
        "en/about/index.html",
    }
    parallel = pages["ko/threads/one/parallel/index.html"]
    assert [each.getparent().get("lang") for each in parallel.find('//p[@class="note stale"]')] == ["en", "en"]
    assert made.read("en/threads/one/index.md").count(f"*{SAID}*") == 2
    for path, old, new in (
        ("content/threads/one/column.en.md", "power", "water"),
        (COMMENTS, "Second", "Mended"),
        ("content/digests/first/intro.en.md", "Intro", "Outro"),
        ("content/pages/about.en.md", "Where", "What"),
    ):
        edit(made, path, old, new)
    assert made.build().good
    assert not [path for path, data in made.made().items() if SAID.encode() in data]


@pytest.mark.parametrize(("share", "partial"), [("0", False), ("0.5", False), ("0.9", True)])
def test_a_site_may_ask_for_a_share_of_the_comments(site: Callable[..., Site], share: str, partial: bool) -> None:
    """Catches a thread that counts as translated in one place and not in another."""
    made = site(f"{SETTINGS}translation: {{complete_from: {share}}}\n{FULL}")
    found = read_made(made)
    page = found.pages[PAGE]
    assert (page.canonical == "https://digest.example/ko/threads/one/") == partial
    assert bool(page.alternates) != partial
    assert ("only partly in English" in page.root.text_content()) == partial
    assert ("https://digest.example/en/threads/one/" in found.sitemap()) != partial
    assert ("threads/one/" in made.read("en/atom.xml")) != partial
    assert "Memory prices rose." in page.root.text_content()
    assert "Not translated yet" in page.root.text_content()
    assert ("only partly in English" in made.read("en/threads/one/index.md")) == partial


# -- commands ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "advice"), [("90%", "write `0.9`"), (".5", "write `0.5`"), ("90 of 100", None), ("150%", None)]
)
def test_a_share_that_is_none_is_told_with_what_was_meant(
    site: Callable[..., Site], typed: str, advice: str | None
) -> None:
    """Catches advice that is refused in turn."""
    made = site(FULL)
    path = made.root / "sitegen.yaml"
    path.write_text(f"{path.read_text('utf-8')}translation: {{complete_from: {typed}}}\n", "utf-8")
    (told,) = made.build().diagnostics
    assert (place(told).partition(":")[0], told.help) == ("wrong-type sitegen.yaml", advice)


def test_status_tells_what_is_left(site: Callable[..., Site]) -> None:
    """Catches a state that is told wrong: missing, partial, stale and done."""
    made = site(FULL + THREAD.replace("threads/one", "threads/two").replace("{ko: 하나, en: One}", "둘"))
    made.build()
    assert standing(made) == {
        "threads/one": ("partial", 0, 1),
        "threads/two": ("missing", 0, 1),
        "digests/first": ("done", 0, 0),
        "pages/about": ("done", 0, 0),
    }
    edit(made, SUMMARY, "전기료는 누가 내나?", "물값은 누가 내나?\n\n새 문단.")
    assert standing(made, "one", "content/digests/first/") == {
        "threads/one": ("stale", 1, 2),
        "digests/first": ("done", 0, 0),
    }


def test_status_as_a_table_and_as_json(site: Callable[..., Site]) -> None:
    """Catches words that are not side by side, colours where no terminal is, and a shape that is not the documented."""
    made = site(FULL)
    made.build()
    edit(made, SUMMARY, "전기료는", "물값은\x1b[31m 그리고")
    table = command(made.root, "status")
    assert (table.returncode, table.stderr) == (0, "")
    assert "content/threads/one/column.en.md:3: summary of one in `en` is stale" in table.stdout
    (line,) = [line for line in table.stdout.splitlines() if "물값은" in line]
    assert "전기료는 누가 내나?" in line
    assert "\x1b" not in table.stdout
    assert "translations: 1 stale, 2 done" in table.stdout
    told = json.loads(command(made.root, "status", "one", "--format", "json").stdout)
    assert told["summary"] == {"stale": 1, "partial": 0, "missing": 0, "done": 0}
    (text,) = told["texts"]
    assert (text["name"], text["kind"], text["slug"]) == ("threads/one", "thread", "one")
    (translation,) = text["translations"]
    assert {key: translation[key] for key in ("lang", "state", "parts", "translated")} == {
        "lang": "en",
        "state": "stale",
        "parts": 6,
        "translated": 5,
    }
    (lag,) = translation["stale"]
    assert (lag["path"], lag["line"], lag["was"]) == ("content/threads/one/column.en.md", 3, "전기료는 누가 내나?")
    found = status(made.root, ["one"], options(made), SilentProgress())
    assert document(found.standings) == told
    assert json.loads(command(made.root, "status", "--missing", "--format", "json").stdout)["texts"] == [text]
    unknown = command(made.root, "status", "oen")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    edit(made, SUMMARY, "물값은\x1b[31m 그리고", "전기료는")
    assert command(made.root, "status", "--stale").stdout == "nothing is stale\n"


def test_the_status_page_is_safe_and_whole(site: Callable[..., Site]) -> None:
    """Catches words of strangers that are obeyed on the page of the preview, and a page that loads something."""
    made = site(FULL)
    made.build()
    edit(made, COMMENTS, "둘째 문단", "<script>alert(1)</script> & 고친 문단")
    html = status_page(status(made.root, (), options(made), SilentProgress()).standings, lambda _: "")
    page = Page(html)
    assert not list(set(dangers(page)) - {"<style>", "meta name='viewport'"})
    assert "<script>alert(1)</script> & 고친 문단" in page.text
    assert "둘째 문단" in page.text
    assert "http" not in html


def test_what_is_accepted_is_told_of_no_more(site: Callable[..., Site]) -> None:
    """Catches a review that leaves the paragraph stale, or that settles what was not asked for."""
    made = site(FULL + FULL.replace("threads/one", "threads/two").split("-- content/digests")[0])
    made.build()
    edit(made, SUMMARY, "전기료는", "물값은")
    edit(made, SUMMARY.replace("one", "two"), "전기료는", "물값은")
    made.build()
    assert command(made.root, "accept").returncode == 2
    unknown = command(made.root, "accept", "oen")
    assert unknown.returncode == 1
    assert "error[unknown-thread]" in unknown.stderr
    assert "did you mean `one`?" in unknown.stderr
    assert "unknown-language" in command(made.root, "accept", "one", "--lang", "eo").stderr
    said = command(made.root, "accept", "one", "--lang", "en")
    assert (said.returncode, said.stderr) == (0, f"accepted threads/one: {LOCK}\n")
    assert stale(made.build()) == ["content/threads/two/column.en.md:3:1"]
    assert SAID not in made.read(PAGE)
    assert command(made.root, "accept", "--all").returncode == 0
    assert not made.build().diagnostics
    assert "nothing to accept" in command(made.root, "accept", "--all").stderr


def test_what_cannot_be_accepted_is_an_error(site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches an `accept` that ends well and has written nothing."""
    made = site(FULL)
    made.build()
    edit(made, SUMMARY, "전기료는", "물값은")

    def refuse(source: str, target: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("sitegen.files.move", refuse)
    accepted = accept(made.root, ["one"], [], options(made), SilentProgress())
    assert accepted.said == ()
    assert [(one.code, one.severity) for one in accepted.diagnostics] == [("translations-not-kept", "error")]


def test_a_language_is_accepted_alone(site: Callable[..., Site]) -> None:
    """Catches a review of one language that settles the others."""
    made = site(
        SETTINGS.replace("[ko, en]", "[ko, en, ja]").replace("en: Digest", "en: Digest, ja: ダイジェスト")
        + FULL
        + "-- content/threads/one/column.ja.md --\n値段。\n\n電気代。\n\n- 一\n- 二\n"
        + "".join(f"-- themes/digest/strings/ja.yaml --\n{(Path(files.THEMES) / 'digest/strings/ko.yaml').read_text()}")
    )
    assert made.build().good
    edit(made, SUMMARY, "전기료는", "물값은")
    assert len(stale(made.build())) == 2
    accept(made.root, ["one"], ["ja"], options(made), SilentProgress())
    assert stale(made.build()) == ["content/threads/one/column.en.md:3:1"]


def test_check_fails_on_stale_translations_where_it_is_strict(site: Callable[..., Site]) -> None:
    """Catches a release that is stopped by nothing though a translation lags behind."""
    made = site(FULL)
    made.build()
    edit(made, SUMMARY, "전기료는", "물값은")
    edit(made, COMMENTS, "- author: 다솜\n  date: 2025-01-13T21:59:00+09:00\n  text: 옮기지 않은 말\n", "")
    assert command(made.root, "check").returncode == 0
    strict = command(made.root, "check", "--strict", "--format", "json")
    assert strict.returncode == 1
    assert [each["code"] for each in told_by(strict)] == ["stale-translation"]
    assert command(made.root, "accept", "one").returncode == 0
    assert command(made.root, "check", "--strict").returncode == 0


def test_a_comment_in_markdown_is_no_part_of_the_original(site: Callable[..., Site]) -> None:
    """Catches a note to other editors, or a waiver, that makes the last paragraph stale."""
    made = site(FULL)
    made.build()
    edit(made, SUMMARY, "- 둘\n", "- 둘\n\n[//]: # (look at this again)\n")
    assert not made.build().diagnostics
    edit(made, SUMMARY, "[//]: # (look at this again)", "[memory]: https://memory.example/")
    assert stale(made.build()) == ["content/threads/one/column.en.md:5:1"]


# -- when it goes wrong ------------------------------------------------------------------------------------------------


def test_a_damaged_lock_stops_the_build_where_it_stands(site: Callable[..., Site]) -> None:
    """Catches a bad merge that is published, and by which what is stale is forgotten."""
    made = site(FULL)
    made.build()
    text = (made.root / LOCK).read_text("utf-8")
    lines = text.splitlines(keepends=True)
    (made.root / LOCK).write_text("".join([*lines[:4], "<<<<<<< HEAD\n", *lines[4:]]), "utf-8")
    assert_refused(made, f"bad-lock {LOCK}:5:1")
    (made.root / LOCK).write_text(text.replace("메모리 값이", "기억 값이"), "utf-8")
    number = 1 + next(number for number, line in enumerate(lines) if "메모리" in line)
    assert_refused(made, f"bad-lock {LOCK}:{number}:1")
    (made.root / LOCK).write_bytes(b"\xff")
    assert_refused(made, f"not-utf-8 {LOCK}:1:1")
    (made.root / LOCK).unlink()
    assert made.build().good
    assert (made.root / LOCK).read_text("utf-8") == text


def test_what_cannot_be_recorded_is_told_once_and_tried_again(
    site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a build in a read-only checkout that fails, warns for each thread, or does not try again."""
    made = site(FULL)
    move = files.move

    def refuse(source: str, target: str) -> None:
        if "/content/" in target:
            raise PermissionError(13, "Permission denied")
        move(source, target)

    with monkeypatch.context() as refusing:
        refusing.setattr("sitegen.files.move", refuse)
        for _ in range(2):
            outcome = made.build()
            assert outcome.good
            assert [one.code for one in outcome.diagnostics] == ["translations-not-kept"]
    assert not made.build().diagnostics
    assert len(locks(made)) == 3
    assert not list(made.root.rglob("*.new"))


EDITS = st.tuples(
    st.sampled_from([SUMMARY, SUMMARY.replace(".ko.", ".en.")]),
    st.lists(st.sampled_from(["가\n", "나\n", "- 다\n", "# 라\n"]), max_size=5).map("\n".join),
    st.booleans(),
)


@pytest.mark.usefixtures("quick")
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(EDITS, max_size=6))
def test_after_any_edits_an_incremental_build_equals_a_clean_one(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[str, str, bool]]
) -> None:
    """Catches a page or lock that depends on what was built before, and a build that leaves something to do."""
    made = Site(tmp_path_factory.mktemp("site"))
    made.write(SETTINGS + FULL)
    made.build()
    for path, text, accepted in edits:
        (made.root / path).write_text(text, "utf-8")
        if accepted:
            accept(made.root, ["one"], [], options(made), SilentProgress())
        before = locks(made)
        fresh = made.root.parent / "fresh"
        assert made.build(dry=True, fresh=True).good
        assert locks(made) == before
        assert made.build().good
        kept, shown = locks(made), made.made()
        assert made.build().published.made == ()
        assert made.build(fresh=True, output=fresh).good
        assert (locks(made), snapshot(fresh)) == (kept, shown)
