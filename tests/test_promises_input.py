"""Whatever a writer gets wrong is told, all of it in one run, where it stands; what is merely unusual is built."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from unicodedata import east_asian_width

import pytest
from conftest import SETTINGS, THREAD, Site
from lxml import html as lxml_html
from promises import Page, assert_refused, command, dead_links, environment, marked, place, places, powerless, published

from sitegen import cli
from sitegen.theme import TEMPLATES

pytestmark = pytest.mark.usefixtures("quick")

STRINGS = (Path(__file__).parent.parent / "themes/digest/strings/en.yaml").read_text("utf-8")
HEAD = "title: {ko: 글, en: Text}\ndate: 2025-01-15\n"


def at(path: str, *faults: str) -> list[str]:
    """Codes and places of a file's faults, from `code line:column`."""
    return [f"{code} {path}:{where}" for code, _, where in (fault.partition(" ") for fault in faults)]


# -- 4: broken YAML, and facts that are none ---------------------------------------------------------------------------

FACTS: list[tuple[str, list[str]]] = [
    # the YAML itself
    ("title: x\n\tdate: 2025-01-15\n", ["yaml-syntax 2:1"]),
    ("title: x: y\ndate: 2025-01-15\n", ["yaml-syntax 1:9"]),
    ("title: 'x\ndate: 2025-01-15\n", ["yaml-syntax 1:8"]),
    ("title: [x\ndate: 2025-01-15\n", ["yaml-syntax 1:8"]),
    ("title: @x\ndate: 2025-01-15\n", ["yaml-syntax 1:8"]),
    ("title: x\ndate:2025-01-15\n", ["yaml-syntax 2:5"]),
    (f"{HEAD}title: y\n", ["duplicate-key 3:1"]),
    ("title: &a x\ndate: 2025-01-15\ncategory: *a\n", ["anchor 1:8", "alias 3:11"]),
    (f"{HEAD}<<: {{draft: true}}\n", ["merge-key 3:1"]),
    (f"{HEAD}category: !!python/name:os.system x\n", ["tag 3:11"]),
    (f"{HEAD}category: a\x00b\x07c\n", ["control-character 3:12", "control-character 3:14"]),
    (f"{HEAD}tags: {'[' * 10_000}\n", ["too-deep 3:1006"]),
    (f"{HEAD}tags: {'{a: ' * 10_000}\n", ["too-deep 3:407"]),
    (f"--- a\n--- b\n{HEAD}", ["second-document 2:1", "wrong-type 1:5"]),
    ("", ["empty-file"]),
    ("# nothing but a comment\n", ["empty-file"]),
    # facts
    ("date: 2025-01-15\n", ["missing-key 1:1"]),
    ("title: x\n", ["missing-key 1:1"]),
    ("titel: x\ndate: 2025-01-15\n", ["unknown-key 1:1"]),
    (f"{HEAD}Draft: true\nautor: x\nsource: {{url: 'https://a.example', vews: 3}}\n",
     ["unknown-key 3:1", "unknown-key 4:1", "unknown-key 5:36"]),
    (f"{HEAD}draft: yes\ntags: a\nlinks: {{}}\ncolumn: x\nsource: []\n",
     ["wrong-type 3:8", "wrong-type 4:7", "wrong-type 5:8", "wrong-type 6:9", "wrong-type 7:9"]),
    (f"{HEAD}source: {{url: 'https://a.example', views: 2,498}}\n", ["unknown-key 3:45"]),
    (f"{HEAD}source: {{url: 'https://a.example', views: '2,498', votes: -1}}\n",
     ["wrong-type 3:43", "wrong-type 3:59"]),
    ("title: [x]\ndate: 2025-01-15\n", ["wrong-type 1:8"]),
    ("title: '   '\ndate: 2025-01-15\n", ["empty-value 1:8"]),
    ("title: {ko: '', en: }\ndate: 2025-01-15\n", ["empty-value 1:8"]),
    ("title: {jp: x}\ndate: 2025-01-15\n", ["unknown-language 1:9"]),
    (f"{HEAD}lang: kr\n", ["unknown-language 3:7"]),
    (f"{HEAD}column: {{title: x, lang: ko_KR}}\n", ["unknown-language 3:26"]),
    # dates
    ("title: x\ndate: tomorrow\n", ["wrong-type 2:7"]),
    ("title: x\ndate: 15.01.2025\n", ["wrong-type 2:7"]),
    ("title: x\ndate: 2025/1/5\n", ["wrong-type 2:7"]),
    ("title: x\ndate: 2025-02-30\n", ["impossible-date 2:7"]),
    ("title: x\ndate: 2025-01-15T25:00+09:00\n", ["impossible-date 2:7"]),
    ("title: x\ndate: 2025-01-15T24:00\n", ["impossible-date 2:7"]),
    ("title: x\ndate: 0001-01-01\n", ["impossible-date 2:7"]),
    ("title: x\ndate: 9999-12-31T23:59-12:00\n", ["impossible-date 2:7"]),
    ("title: x\ndate: 2025-01-15T09:00+25:00\n", ["impossible-date 2:7"]),
    ("title: x\ndate: [2025]\n", ["wrong-type 2:7"]),
    (f"{HEAD}column: {{title: x, published: 2025-01-15T09:00}}\n", ["wrong-type 3:31"]),
]  # fmt: skip
"""What may be wrong with a thread.yaml, and where it has to be told."""

COMMENTS: list[tuple[str, list[str]]] = [
    ("author: a\ndate: 2025-01-15\ntext: x\n", ["wrong-type 1:1"]),
    ("just words\n", ["wrong-type 1:1"]),
    ("- author: a\n- date: 2025-01-15\n  text: x\n- words\n- \n",
     ["missing-key 1:3", "missing-key 1:3", "missing-key 2:3", "wrong-type 4:3", "empty-value 5:2"]),
    ("- {author: a, date: 2025-01-15, text: x, replies: words}\n", ["wrong-type 1:51"]),
    ("- {author: a, date: 2025-01-15, text: {ko: x, ja: y}}\n", ["unknown-language 1:47"]),
    ("- {author: a, date: 2025-01-15, text: {ko: [x]}}\n", ["wrong-type 1:44"]),
    ("- {author: a, date: 2025-01-15, text: x, id: main}\n- {author: a, date: 2025-01-15, text: x, id: 1}\n",
     ["duplicate-id 1:46", "bad-id 2:46"]),
    ("- author: a\n  date: 2025-01-15\n  text: x\n  replies:\n  - author: b\n    dat: 2025-01-15\n    text: y\n",
     ["unknown-key 6:5"]),
]  # fmt: skip
"""What may be wrong with a comments.yaml."""

OTHERS: list[tuple[str, str, list[str]]] = [
    ("content/digests/none/intro.ko.md", "글\n", []),
    ("content/digests/empty/digest.yaml", "", ["empty-file"]),
    ("content/digests/d1/digest.yaml", "title: x\ndate: 2025-01-15\nthreads: [onne, nothing-like-it]\n",
     ["missing-thread 3:11", "missing-thread 3:17"]),
    ("content/digests/d2/digest.yaml", "title: x\ndate: 2025-01-15\n", ["missing-key 1:1"]),
    ("content/digests/d3/digest.yaml", "title: x\ndate: 2025-01-15\nthreads: [one, ../one]\n", ["bad-slug 3:16"]),
    ("content/digests/d4/digest.yaml", "title: x\ndate: 2025-01-15\nthreads:\n", ["empty-value 3:1"]),
    ("content/digests/d5/digest.yaml", "title: x\ndate: 2025-01-15\nthreads: [one, One]\n", ["duplicate-thread 3:16"]),
    ("content/pages/bare.ko.md", "no front matter\n", ["no-front-matter 1:1"]),
    ("content/pages/void.ko.md", "", ["no-front-matter 1:1"]),
    ("content/pages/open.ko.md", "---\ntitle: x\n", ["no-front-matter 1:1"]),
    ("content/pages/nameless.ko.md", "---\ndraft: true\n---\n", ["missing-key 2:1"]),
    ("content/pages/typo.ko.md", "---\ntitle: x\ndraf: true\n---\n\n![그림](a.png)\n",
     ["unknown-key 3:1", "missing-image 6:1"]),
    ("content/pages/a.md", "---\ntitle: x\n---\n", ["missing-language"]),
    ("content/pages/b.kr.md", "---\ntitle: x\n---\n", ["unknown-language"]),
    ("content/glossary.yaml", "- {trm: x}\n- term: {ko: x}\n  note: [y]\n", ["unknown-key 1:4", "wrong-type 3:9"]),
    ("content/threads/one/column.jp.md", "글\n", ["unknown-language"]),
    ("content/threads/one/column.md", "글\n", ["missing-language"]),
    ("content/threads/one/column.ko.md", "글 ![그림](a.png) ![](../b.png)\n\n![c](/etc/c.png)\n",
     ["missing-image 1:3", "missing-image 1:16", "missing-image 3:1"]),
    ("content/threads/bare/notes.txt", "", ["unused-file"]),
    ("content/threads/bare/thread.yml", "", ["unused-file"]),
]  # fmt: skip
"""What may be wrong elsewhere."""


def broken() -> tuple[str, list[str]]:
    """An archive with all of these faults, and all that is to be told of it."""
    files, expected = [], []
    for number, (facts, faults) in enumerate(FACTS):
        facts = facts.replace("2025-01-15", f"{2000 + number}-01-15")  # threads of one date are one thread for feeds
        files.append((f"content/threads/t{number:02}/thread.yaml", facts, faults))
    for number, (comments, faults) in enumerate(COMMENTS):
        dated = HEAD.replace("01-15", f"02-{number + 1:02}")
        files.append((f"content/threads/c{number:02}/thread.yaml", dated, []))
        files.append((f"content/threads/c{number:02}/comments.yaml", comments, faults))
    files += OTHERS
    for path, _, faults in files:
        expected += [f"{fault} {path}" if " " not in fault else at(path, fault)[0] for fault in faults]
    expected += ["missing-file content/digests/none/digest.yaml", "missing-file content/threads/bare/thread.yaml"]
    return "".join(f"-- {path} --\n{text}" for path, text, _ in files), expected


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A published site whose sources then become faulty in every way."""
    made = Site(tmp_path_factory.mktemp("faulty"))
    made.write(SETTINGS + THREAD)
    assert made.build().good
    made.write(broken()[0])
    return made


def test_every_fault_of_every_file_is_told_in_one_run(faulty: Site) -> None:
    """Catches a fault that hides another one, is told twice, at a wrong place, or changes what is published."""
    assert_refused(faulty, *broken()[1])


def test_faults_come_with_words_that_help(faulty: Site) -> None:
    """Catches a diagnostic that only says no: the ones where something can be advised have to advise it."""
    helps = {place(one): one.help or "" for one in faulty.build(dry=True).diagnostics}
    numbers = {facts: f"content/threads/t{number:02}/thread.yaml" for number, (facts, _) in enumerate(FACTS)}

    def help_for(facts: str, fault: str) -> str:
        return helps[at(numbers[facts], fault)[0]]

    assert "spaces" in help_for("title: x\n\tdate: 2025-01-15\n", "yaml-syntax 2:1")
    assert "'x: y'" in help_for("title: x: y\ndate: 2025-01-15\n", "yaml-syntax 1:9")
    assert "`title`" in help_for("titel: x\ndate: 2025-01-15\n", "unknown-key 1:1")
    assert "`2025-01-05`" in help_for("title: x\ndate: 2025/1/5\n", "wrong-type 2:7")
    assert "`ko`" in help_for(f"{HEAD}lang: kr\n", "unknown-language 3:7")
    assert "`one`" in helps["missing-thread content/digests/d1/digest.yaml:3:11"]
    assert "content/threads/" in helps["missing-thread content/digests/d1/digest.yaml:3:17"]
    assert "`thread.yaml`" in helps["unused-file content/threads/bare/thread.yml"]
    assert "`ko`" in helps["unknown-language content/pages/b.kr.md"]
    assert "`column.ko.md`" in helps["missing-language content/threads/one/column.md"]
    assert "true" in next(each for one, each in helps.items() if one.endswith("t20/thread.yaml:3:8"))


def test_a_thread_that_cannot_be_read_is_not_missing(site: Callable[..., Site]) -> None:
    """Catches a fault that is told twice: once where it is, and once where an issue names the thread."""
    made = site()
    made.write("-- content/digests/d1/digest.yaml --\ntitle: x\ndate: 2025-01-01\nthreads: [one]\n")
    assert made.build().good
    made.write("-- content/threads/one/thread.yaml --\ntitle: x\ndate: 2025-13-40\n")
    assert [one.code for one in made.build().diagnostics] == ["impossible-date"]


def test_the_command_line_shows_each_fault_with_its_line(faulty: Site, capsys: pytest.CaptureFixture[str]) -> None:
    """Catches a fault that reaches the terminal without file, line, column, source line or caret, or a wrong status."""
    assert cli.run(["build", str(faulty.root)]) == 1
    shown = capsys.readouterr().err
    assert "Traceback" not in shown
    blocks = [block for block in shown.split("\n\n") if block.startswith(("error[", "warning["))]
    assert len(blocks) == len(broken()[1])
    for block in blocks:
        lines = block.split("\n")
        where = re.match(r" *--> \S+?(?::(\d+):(\d+))?$", lines[1])
        assert where, block
        if where[1] and lines[2].strip() == "|":
            source, carets = lines[3].split("| ", 1)[1], lines[4].split("| ", 1)[1]
            assert re.fullmatch(r" *\^+", carets), block
            assert len(carets) <= sum(1 + (east_asian_width(each) in "WF") for each in source) + 1, block


def test_a_text_of_fifty_megabytes_is_refused(site: Callable[..., Site]) -> None:
    """Catches a file that takes all memory or time, or an excerpt that fills the terminal with it."""
    made = site()
    for name in ("thread.yaml", "comments.yaml"):
        made.write(f"-- content/threads/one/{name} --\ntitle: {'a' * 50_000_000}\n")
    made.write(f"-- content/threads/two/thread.yaml --\ndate: 2025-01-16\ntitle: {'a' * 15_000_000}\n")
    told = assert_refused(
        made,
        "too-large content/threads/one/comments.yaml:1:1",
        "too-large content/threads/one/thread.yaml:1:1",
        "too-long content/threads/two/thread.yaml:2:8",
    )
    assert all(one.span and len(one.span.excerpt) <= 400 for one in told)


SETTINGS_FAULTS: list[tuple[str, str, list[str]]] = [
    ("https://digest.example/", "digest.example", ["bad-url 3:11"]),
    ("https://digest.example/", "javascript:alert(1)", ["bad-url 3:11"]),
    ("https://digest.example/", "//digest.example/", ["bad-url 3:11"]),
    ("https://digest.example/", "https://", ["bad-url 3:11"]),
    ("https://digest.example/", "https://digest.example/?a=b", ["bad-url 3:11"]),
    ("https://digest.example/", "https://me:secret@digest.example/", ["bad-url 3:11"]),
    ("https://digest.example/", "[1]", ["wrong-type 3:11"]),
    ("base_url: https://digest.example/\n", "", ["missing-key 1:1"]),
    ("[ko, en]", "[]", ["empty-value 4:12"]),
    ("[ko, en]", "ko", ["wrong-type 4:12"]),
    ("[ko, en]", "[ko, en, KO]", ["duplicate-language 4:21"]),
    ("[ko, en]", "[kr, en]", ["unknown-language 4:13"]),
    ("[ko, en]", "[ko, ../en]", ["unknown-language 4:17"]),
    ("Asia/Seoul", "Asia/Nowhere", ["unknown-timezone 5:11"]),
    ("Asia/Seoul", "../../../etc/localtime", ["unknown-timezone 5:11"]),
    ("Asia/Seoul", "Asia/Seoul\ntheme: ../x", ["bad-slug 6:8"]),
    ("Asia/Seoul", "Asia/Seoul\ntheme: digst", ["missing-theme 6:8"]),
    ("Asia/Seoul", "Asia/Seoul\nfeatures: {serach: true, parallel: maybe}", ["unknown-key 6:12", "wrong-type 6:36"]),
    ("Asia/Seoul", "Asia/Seoul\ncategories: {ai/x: {ko: x}}", ["bad-label 6:14"]),
    ("Asia/Seoul", "Asia/Seoul\noutput: /", ["unknown-key 6:1"]),
]


@pytest.mark.parametrize(("good", "bad", "faults"), SETTINGS_FAULTS)
def test_faults_of_the_settings_are_told(site: Callable[..., Site], good: str, bad: str, faults: list[str]) -> None:
    """Catches a setting that is taken as it is and breaks every page, or touches what it should not."""
    assert SETTINGS.count(good) == 1
    made = site(SETTINGS.replace(good, bad) + "-- output/index.html --\nmine\n")
    before = published(made.root)
    outcome = made.build()
    found = [one for one in outcome.diagnostics if one.span and one.span.path == "sitegen.yaml"]
    assert [place(one) for one in found] == at("sitegen.yaml", *faults)
    assert {path: each for path, each in published(made.root).items() if ".sitegen/" not in path} == before


def test_a_folder_without_settings_is_no_site(tmp_path: Path) -> None:
    """Catches a traceback, or an empty site, where `build` is called in the wrong folder."""
    process = command(tmp_path, "build")
    assert process.returncode == 1
    assert "error[no-site]" in process.stderr
    assert "sitegen new site" in process.stderr
    assert not (tmp_path / "output").exists()


def test_any_terminal_is_told(site: Callable[..., Site]) -> None:
    """Catches a traceback where the terminal's encoding lacks a character, or there is no terminal at all."""
    made = site("-- content/threads/하나/thread.yaml --\ntitle: x\ndat: 2025-01-15 😀\n")
    legacy = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for env in ({"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "cp949"}, legacy):
        process = command(made.root, "build", "--format", "github", env=env, encoding="utf-8", errors="replace")
        assert process.returncode == 1, process.stderr
        assert "line=2,col=1,title=unknown-key::" in process.stdout
    closed = f"{sys.executable} -m sitegen build >&- 2>&-"
    assert subprocess.run(closed, shell=True, cwd=made.root, env=environment()).returncode == 1


# -- 5: scalars are what was typed -------------------------------------------------------------------------------------

TYPED = ["no", "on", "Yes", "21:50", "014", "1e3", "=", "~", "null", "0x1F", "1_000", ".inf", "2025-01-15", "true"]


def test_a_text_is_what_was_typed(site: Callable[..., Site]) -> None:
    """Catches a nickname `no` that becomes `False`, `014` that becomes 12, or a time that becomes a number."""
    made = site(
        "".join(
            f"-- content/threads/t{number}/thread.yaml --\ntitle: {typed}\ndate: {2000 + number}-01-15\n"
            f"column: {{title: {typed}, author: {typed}}}\n"
            f"-- content/threads/t{number}/comments.yaml --\n- author: {typed}\n  date: 2025-01-15\n  text: {typed}\n"
            for number, typed in enumerate(TYPED)
        )
    )
    outcome = made.build()
    assert outcome.good, places(outcome)
    for number, typed in enumerate(TYPED):
        page = lxml_html.document_fromstring(made.read(f"ko/threads/t{number}/index.html"))
        assert page.findtext(".//h1") == typed
        assert page.findtext(".//cite") == typed
        assert page.findtext(".//div[@class='body']/p") == typed


def test_a_time_without_a_zone_is_in_that_of_the_site(site: Callable[..., Site]) -> None:
    """Catches a date that moves with the zone of the machine, or is refused for want of one."""
    made = site()
    for date in ("2025-01-15", "2025-01-15T00:00", "2025-01-15 00:00:00", "2025-01-14T15:00Z", "2025-01-15T00:00+0900"):
        made.write(THREAD.replace("2025-01-15T09:00:00+09:00", date))
        assert made.build().good
        assert 'datetime="2025-01-15T00:00:00+09:00"' in made.read("ko/threads/one/index.html")


# -- 8: files that are no ordinary files -------------------------------------------------------------------------------


def test_files_that_are_no_utf8_are_told_with_the_place(site: Callable[..., Site]) -> None:
    """Catches mojibake that is published, and a traceback instead of a place."""
    made = site()
    korean = "다른 인코딩".encode("cp949")
    files = {
        "content/threads/one/column.ko.md": "좋은\n날 ".encode() + korean,
        "content/threads/one/comments.yaml": b"- author: " + korean,
        "content/threads/two/thread.yaml": f"{HEAD}category: ".encode() + korean,
        "content/pages/about.ko.md": "---\ntitle: 소개\n---\n\n".encode() + korean,
        "content/glossary.yaml": korean,
        "themes/digest/strings/ko.yaml": b"home: " + korean,
        "themes/digest/templates/home.html": b"<p>\n  " + korean,
        "content/digests/d/digest.yaml": HEAD.encode("utf-16"),
    }
    for path, data in files.items():
        (made.root / path).parent.mkdir(parents=True, exist_ok=True)
        (made.root / path).write_bytes(data)
    told = assert_refused(
        made,
        "not-utf-8 content/threads/one/column.ko.md:2:3",
        "not-utf-8 content/threads/one/comments.yaml:1:11",
        "not-utf-8 content/threads/two/thread.yaml:3:11",
        "not-utf-8 content/pages/about.ko.md:5:1",
        "not-utf-8 content/glossary.yaml:1:1",
        "not-utf-8 themes/digest/strings/ko.yaml:1:7",
        "not-utf-8 themes/digest/templates/home.html:2:3",
        "not-utf-8 content/digests/d/digest.yaml",
    )
    assert all(one.help for one in told)
    assert "UTF-16" in told[0].message


WHOLE = """\
-- content/threads/one/column.ko.md --
첫 문단
둘째 줄

- 하나
- 둘

```
코드
```
-- content/threads/one/comments.yaml --
- author: 들꽃
  date: 2025-01-16
  text: |-
    한 줄
    두 줄

    새 문단
-- content/pages/about.ko.md --
---
title: 소개
---
글
-- content/glossary.yaml --
- term: {ko: 말, en: word}
-- content/digests/d/digest.yaml --
title: 호
date: 2025-01-20
threads: [one]
-- content/digests/d/intro.ko.md --
머리말
"""


def test_line_ends_and_byte_order_marks_do_not_show(site: Callable[..., Site]) -> None:
    """Catches a file from Windows that is refused, or gives other pages than the same file from elsewhere."""
    plain, other = site(THREAD + WHOLE, "plain"), site(THREAD + WHOLE, "other")
    for path in [other.root / "sitegen.yaml", *(other.root / "content").rglob("*.*")]:
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert plain.build().good
    assert places(other.build()) == []
    assert other.made() == plain.made()


def test_invisible_line_separators_are_told_and_read(site: Callable[..., Site]) -> None:
    """Catches U+2028 from a forum's paste, which breaks YAML with an error that nobody understands."""
    comments = "- author: 들꽃\n  date: 2025-01-16\n  text: |-\n    앞\u2028뒤\n    끝\u2029\n"
    made = site(f"{THREAD}-- content/threads/one/comments.yaml --\n{comments}")
    outcome = made.build()
    assert outcome.good
    assert places(outcome) == ["line-separator content/threads/one/comments.yaml:4:6"]
    assert "앞 뒤" in Page(made.read("ko/threads/one/index.html")).text


def test_empty_files_that_may_be_empty_are(site: Callable[..., Site]) -> None:
    """Catches an empty file, as an editor leaves it, that is a fault where nothing has to be in it."""
    empty = ["threads/one/comments.yaml", "threads/one/column.ko.md", "glossary.yaml", "threads/one/a.png"]
    made = site(THREAD + "".join(f"-- content/{name} --\n" for name in empty))
    assert places(made.build()) == []


def test_what_is_no_file_is_told_and_never_waited_for(
    site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a FIFO on which the build hangs for ever, and a folder that is taken for a file that is not there."""
    made = site()
    assert made.build().good
    folder = made.root / "content/threads/one"
    os.mkfifo(folder / "comments.yaml")
    os.mkfifo(folder / "a.png")
    monkeypatch.chdir(folder)  # the path of a socket has to be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("column.ko.md")
    for path in ("threads/one/column.en.md", "pages/about.ko.md", "glossary.yaml", "threads/two/comments.yaml"):
        (made.root / "content" / path).mkdir(parents=True)
    made.write("-- content/digests --\n\n-- content/threads/stray --\n\n")
    told = assert_refused(
        made,
        "not-a-file content/threads/one/comments.yaml",
        "not-a-file content/threads/one/a.png",
        "not-a-file content/threads/one/column.ko.md",
        "not-a-file content/threads/one/column.en.md",
        "not-a-file content/pages/about.ko.md",
        "not-a-file content/glossary.yaml",
        "not-a-file content/threads/two/comments.yaml",
        "not-a-folder content/digests",
        "unused-file content/threads/stray",
    )
    assert all(one.help for one in told if one.code == "unused-file")


@pytest.mark.parametrize("top", ["content", "themes"])
def test_a_file_in_the_place_of_a_folder_is_no_empty_site(site: Callable[..., Site], top: str) -> None:
    """Catches a build that publishes nothing at all, and deletes all that was, because the content is not there."""
    made = site()
    assert made.build().good
    if top == "content":
        (made.root / top).rename(made.root / "elsewhere")
    (made.root / top).write_text("")
    assert_refused(made, f"not-a-folder {top}")


def test_an_unreadable_file_is_told(open_folder: Path) -> None:
    """Catches a traceback, or half a site, where a file may not be read."""
    made = Site(open_folder)
    made.write(SETTINGS + THREAD)
    assert made.build().good
    secret = made.root / "content/threads/one/comments.yaml"
    secret.write_text("")
    secret.chmod(0)
    locked = made.root / "content/pages"
    locked.mkdir()
    locked.chmod(0)
    with powerless(made.root):
        told = assert_refused(made, "unreadable content/pages", "unreadable content/threads/one/comments.yaml")
    locked.chmod(0o755)
    assert all("Permission denied" in one.message for one in told)


def test_folders_without_end_are_told(site: Callable[..., Site]) -> None:
    """Catches a recursion that overflows on folders inside folders."""
    made = site()
    (made.root / "content/threads/one" / "/".join("a" * 200)).mkdir(parents=True)
    (fault,) = made.build().diagnostics
    assert fault.code == "too-deep"
    assert fault.span is not None
    assert fault.span.path.startswith("content/threads/one/a/a/")


def test_a_name_that_is_no_utf8_is_told(site: Callable[..., Site]) -> None:
    """Catches a file name from another machine's encoding that crashes the build or makes a broken address."""
    made = site()
    folder = os.fsencode(made.root / "content/threads") + b"/\xb0\xa1"
    os.mkdir(folder)
    with open(folder + b"/thread.yaml", "w") as stream:
        stream.write(HEAD)
    (fault,) = assert_refused(made, "not-utf-8 content/threads")
    assert fault.help


# -- 10: themes --------------------------------------------------------------------------------------------------------

T = "themes/digest/templates"


def test_what_is_wrong_in_a_theme_before_a_page_is_made(site: Callable[..., Site]) -> None:
    """Catches a template's fault that shows only on some page, without its place, or one at a time."""
    made = site()
    assert made.build().good
    made.write(f"""\
-- {T}/home.html --
<p>
{{% if page %}}
-- {T}/topic.html --
<p>
  {{{{ page.name | uper }}}}
-- {T}/topics.html --
{{% frobnicate %}}
-- {T}/page.html --
{{% include "page.html" %}}
-- {T}/archive.html --
{{% include "partials/a.html" %}}
-- {T}/partials/a.html --
{{% include "partials/b.html" %}}
-- {T}/partials/b.html --

{{% include "archive.html" %}}
-- {T}/glossary.html --
{{% include "partials/txt.html" %}}
-- {T}/digests.html --
{{% include page.head.title %}}
-- themes/digest/strings/ko.yaml --
home: "처음
""")
    told = assert_refused(
        made,
        f"template-syntax {T}/home.html:2:4",
        f"template-syntax {T}/topic.html:2:18",
        f"template-syntax {T}/topics.html:1:4",
        f"template-loop {T}/page.html:1:13",
        f"template-loop {T}/archive.html:1:13",
        f"template-missing {T}/glossary.html:1:13",
        f"template-name {T}/digests.html:1:1",
        "yaml-syntax themes/digest/strings/ko.yaml:1:7",
    )
    assert [marked(one) for one in told if one.code == "template-syntax"] == ["if", "uper", "frobnicate"]
    assert next(one.help for one in told if one.code == "template-missing") == "did you mean `partials/text.html`?"


def test_what_goes_wrong_while_a_page_is_made(site: Callable[..., Site]) -> None:
    """Catches a failing template that publishes half a site, tells a thousand pages, or hides place, view and cause."""
    threads = "".join(
        f"-- content/threads/t{day}/thread.yaml --\ntitle: x\ndate: 2025-01-{day}\ncategory: a\n"
        for day in range(10, 15)
    )
    pages = "-- content/pages/p.ko.md --\n---\ntitle: x\n---\n-- content/glossary.yaml --\n- term: {ko: x, en: y}\n"
    issue = "-- content/digests/d/digest.yaml --\ntitle: x\ndate: 2025-01-20\nthreads: []\n"
    made = site(THREAD + WHOLE + threads + pages + issue)
    assert made.build().good
    made.write(f"""\
-- {T}/home.html --
<p>
  {{{{ pge.head }}}}
-- {T}/thread.html --

<p>{{{{ page.titel }}}}
-- {T}/page.html --
{{{{ 1 / 0 }}}}
-- {T}/topic.html --
{{% macro a() %}}{{{{ a() }}}}{{% endmacro %}}
{{{{ a() }}}}
-- {T}/topics.html --
{{% for x in range(10 ** 9) %}}x{{% endfor %}}
-- {T}/archive.html --
{{% set name = "styl.css" %}}{{{{ asset(name) }}}}
-- {T}/glossary.html --
{{% set key = "nothing" %}}{{{{ t(key) }}}}
-- {T}/digest.html --
{{{{ page.head.foo.bar }}}}
-- {T}/digests.html --
{{% include "partials/mine.html" %}}
-- {T}/partials/mine.html --
<p>

{{{{ page.digests[7].title }}}}
""")
    told = assert_refused(
        made,
        f"template-failed {T}/home.html:2:6",
        f"template-failed {T}/thread.html:2:12",
        f"template-failed {T}/page.html:1:1",
        f"template-failed {T}/topic.html:1:1",
        f"template-failed {T}/topics.html:1:1",
        f"template-failed {T}/archive.html:1:16",
        *[f"template-failed {T}/glossary.html:1:15"] * 2,
        f"template-failed {T}/digest.html:1:14",
        f"template-failed {T}/partials/mine.html:3:1",
    )
    words = {marked(one): (one.message, one.help or "") for one in told}
    assert words["pge"][1] == "did you mean `page`? (while rendering HomeView for /ko/)"
    assert words["titel"] == (
        "`ThreadView` has no field `titel`",
        "did you mean `title`? (while rendering ThreadView for /ko/threads/one/)",
    )
    assert words["styl.css"][0] == "the theme has no static file `styl.css`"
    assert words["nothing"][0] == "the theme has no text `nothing` in `ko`"
    assert all("while rendering" in (one.help or "") for one in told)


def test_a_theme_that_lacks_files_is_told_what_it_lacks(site: Callable[..., Site]) -> None:
    """Catches a theme of one's own that fails on the first page that needs what is not there."""
    mine = f"-- themes/mine/templates/home.html --\n\n-- themes/mine/strings/en.yaml --\n{STRINGS}"
    made = site(f"{SETTINGS}theme: mine\n{THREAD}{mine}")
    told = assert_refused(
        made, *(["missing-template themes/mine"] * (len(TEMPLATES) - 1)), "missing-strings themes/mine/strings/ko.yaml"
    )
    assert all(one.help for one in told)


# -- 11: size and shape ------------------------------------------------------------------------------------------------


def test_ten_thousand_comments_are_a_page(site: Callable[..., Site]) -> None:
    """Catches quadratic time, a limit on comments, and comments that are lost or out of order."""
    comments = "".join(f"- author: 독자\n  date: 2025-01-15\n  text: 글 {number}.\n" for number in range(10_000))
    made = site(
        "-- sitegen.yaml --\ntitle: x\nbase_url: https://digest.example/\nlanguages: [ko]\n"
        "-- content/threads/one/thread.yaml --\ntitle: x\ndate: 2025-01-15\n"
        f"-- content/threads/one/comments.yaml --\n{comments}"
    )
    outcome = made.build()
    assert outcome.good, places(outcome)
    html = made.read("ko/threads/one/index.html")
    assert re.findall(r"글 (\d+)\.", html) == [str(number) for number in range(10_000)]
    assert len(set(re.findall(r'<li id="([0-9a-f]{8,})"', html))) == 10_000
    assert "10,000" in html


def test_replies_five_hundred_deep_are_built_as_browsers_can_show_them(site: Callable[..., Site]) -> None:
    """Catches a recursion that overflows, and elements deeper than the 512 at which browsers give up."""
    lines = []
    for depth in range(500):
        indent = "  " * depth
        lines += [f"{indent}- author: 독자{depth}", f"{indent}  date: 2025-01-15", f"{indent}  text: 글 {depth}."]
        lines += [f"{indent}  replies:"] if depth < 499 else []
    made = site(f"{THREAD}-- content/threads/one/comments.yaml --\n" + "\n".join(lines) + "\n")
    assert places(made.build()) == []
    html = made.read("ko/threads/one/index.html")
    page = Page(html)
    assert page.unbalanced == []
    assert re.findall(r"글 (\d+)\.", page.text) == [str(number) for number in range(500)]
    root = lxml_html.document_fromstring(html, parser=lxml_html.HTMLParser(huge_tree=True))
    assert max(sum(1 for _ in element.iterancestors()) for element in root.iter("p")) < 256


@pytest.mark.parametrize("count", [0, 1])
def test_a_thread_of_no_or_one_comment_is_built(site: Callable[..., Site], count: int) -> None:
    """Catches a page that needs comments to be there, or counts one of them in the plural."""
    comment = "- {author: a, date: 2025-01-15, text: {ko: 글, en: text}}\n"
    made = site(f"{THREAD}-- content/threads/one/comments.yaml --\n{comment * count}")
    assert places(made.build()) == []
    assert f"{count} comment{'' if count == 1 else 's'}" in Page(made.read("en/threads/one/index.html")).text


@pytest.mark.parametrize(
    ("languages", "base"),
    [
        (("ko",), "https://digest.example/"),
        (("en", "ko"), "https://digest.example/"),
        (("ko", "en", "zh-Hant", "pt-BR"), "https://digest.example/"),
        (("ko", "en"), "https://digest.example/누리/집 안/".replace(" ", "%20")),
        (("ko", "en"), "https://다이제스트.example:8080/a/~b"),
    ],
)
@pytest.mark.parametrize("archive", ["", THREAD, THREAD + WHOLE])
def test_sites_of_every_shape_have_no_dead_links(
    site: Callable[..., Site], languages: tuple[str, ...], base: str, archive: str
) -> None:
    """Catches a link to a list that is not built, a language without pages, and a path that is quoted twice."""
    known = {"ko": "ko", "en": "en"}
    archive = archive.replace("{ko: 하나, en: One}", "하나").replace("{ko: 말, en: word}", "말")
    made = site(
        f"-- sitegen.yaml --\ntitle: x\nbase_url: {base}\nlanguages: [{', '.join(languages)}]\ntimezone: UTC\n"
        + "".join(f"-- themes/digest/strings/{lang}.yaml --\n{STRINGS}" for lang in languages if lang not in known)
        + archive.replace("lang: ko", f"lang: {languages[0]}").replace(".ko.md", f".{languages[0]}.md")
    )
    outcome = made.build()
    assert places(outcome) == []
    files = made.made()
    assert dead_links(files, base.rstrip("/") + "/") == []
    assert {path.split("/")[0] for path in files if path.endswith("/feed.xml")} == set(languages)
