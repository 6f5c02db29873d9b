"""What is on the site at a moment: drafts, what is scheduled, what expires; and `sitegen next`, which tells it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
import yaml
from conftest import DRAWING, SETTINGS, Site, snapshot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from promises import clean, command, marked, place, places, told_by
from test_benchmarks import loaded

from sitegen import contents
from sitegen.diagnostics import Severity
from sitegen.preview import Preview
from sitegen.report import SilentProgress
from sitegen.schedule import moment_of

pytestmark = pytest.mark.usefixtures("quick")

MARK = "zaunkoenig"
"""A word that stands wherever a writer can put one."""

BEFORE, AT, AFTER = "2026-12-24T08:59:59+09:00", "2026-12-24T09:00:00+09:00", "2026-12-24T09:00:01+09:00"

EVERYTHING = f"""{SETTINGS}features: {{structured_data: true}}
-- content/threads/open/thread.yaml --
title: {{ko: 열림, en: Open}}
date: 2025-01-01
category: ai
tags: [x]
"""


def hidden(state: str = "", date: str = "2026-01-02", page: str = "") -> str:
    """A thread and an issue that appear on a date, and a page where that is in a state too; the word is everywhere."""
    return f"""\
-- content/threads/{MARK}/thread.yaml --
title: {{ko: 글 {MARK}, en: Thread {MARK}}}
date: {date}
category: {MARK}
tags: [x, "{MARK} tag"]
aliases: [{MARK}-before]
source: {{site: Forum, url: "https://forum.example/{MARK}", author: "{MARK}"}}
column: {{title: "{MARK}", url: "https://news.example/{MARK}"}}
{state}
-- content/threads/{MARK}/column.ko.md --
요약 {MARK} ![그림](a.svg)
-- content/threads/{MARK}/a.svg --
{DRAWING.replace("</svg>", f"<title>{MARK}</title></svg>")}\
-- content/threads/{MARK}/comments.yaml --
- {{author: {MARK}, date: 2025-01-15, pick: true, text: {{ko: "{MARK}", en: "{MARK}"}}}}
-- content/digests/{MARK}/digest.yaml --
title: {{ko: 호 {MARK}, en: Issue {MARK}}}
date: {date}
aliases: [{MARK}-before]
threads: [open, {MARK}]
{state}
-- content/digests/{MARK}/intro.en.md --
Words {MARK}
-- content/pages/{MARK if page else "page"}.en.md --
---
title: Page {page}
{state if page else ""}
---
Text {page}
"""


def mentions(site: Site) -> list[str]:
    """The published files that have the word in their names or their bytes."""
    return [path for path, data in site.made().items() if MARK in path or MARK.encode() in data]


@pytest.mark.parametrize(
    ("away", "there"),
    [
        ((hidden("draft: true", page=MARK), AT), (hidden("draft: false", page=MARK), AT)),
        ((hidden(date=AT), BEFORE), (hidden(date=AT), AT)),
        ((hidden(f"expires: {AT}", page=MARK), AT), (hidden(f"expires: {AT}", page=MARK), BEFORE)),
    ],
    ids=["draft", "scheduled", "expired"],
)
def test_what_is_not_on_the_site_is_in_no_file(
    away: tuple[str, str], there: tuple[str, str], site: Callable[..., Site]
) -> None:
    """Catches a page, list, feed, index, twin, image, sitemap or redirect that tells of what is not to be seen."""
    made = site(EVERYTHING)
    for archive, moment in (away, there, away):
        made.write(archive)
        assert made.build(at=moment).good
        if (archive, moment) == away:
            assert mentions(made) == []
        else:
            assert {".html", ".xml", ".json", ".md", ".svg", ".txt"} <= {Path(path).suffix for path in mentions(made)}
            assert any("/search/" in path for path in mentions(made))
            assert MARK in (made.root / "ids.lock").read_text("utf-8")


def test_no_id_is_kept_of_what_was_never_there(site: Callable[..., Site]) -> None:
    """Catches a scheduled thread whose address on the forum can no longer be mended, as if it had been published."""
    made = site(EVERYTHING + hidden(date=AT))
    assert made.build(at=BEFORE).good
    assert MARK not in (made.root / "ids.lock").read_text("utf-8")


@pytest.mark.parametrize("name", ["thread", "digest", "page"])
def test_it_changes_at_the_very_moment(name: str, site: Callable[..., Site]) -> None:
    """Catches what appears or goes a second too early or too late, and a fraction of one that is lost."""
    threads, there = "threads: []\n" if name == "digest" else "", [False, True, True, False]
    date = "" if name == "page" else "date: 2026-12-24T09:00:00+09:00\n"
    facts = f"title: Kestrel\n{date}{threads}expires: 2026-12-25T00:00:00.5+09:00\n"
    path = {"thread": "threads/k/thread.yaml", "digest": "digests/k/digest.yaml", "page": "pages/k.ko.md"}[name]
    made = site(f"-- content/{path} --\n" + (f"---\n{facts}---\n" if name == "page" else facts))
    moments = (BEFORE, AT, "2026-12-24T15:00:00.499999+00:00", "2026-12-24T10:00:00.5-05:00")
    for moment, shown in zip(moments, there if name != "page" else [True, True, True, False], strict=True):
        assert made.build(at=moment).good
        assert any(b"Kestrel" in data for data in made.made().values()) is shown, moment


def test_a_day_begins_where_the_site_is(site: Callable[..., Site]) -> None:
    """Catches a bare day that is taken for one of UTC or of the machine, in content or on the command line."""
    thread = "-- content/threads/one/thread.yaml --\ntitle: 하나\ndate: 2026-12-24\n"
    for zone, hour in (("Asia/Seoul", "2026-12-23T15"), ("America/New_York", "2026-12-24T05")):
        made = site(thread, name=zone.replace("/", "-"))
        made.write(SETTINGS.replace("Asia/Seoul", zone))
        page = made.output / "ko/threads/one/index.html"
        for moment, shown in ((f"{hour}:00:00Z", True), ("2026-12-23", False), ("2026-12-24", True)):
            for here in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
                ended = command(made.root, "build", "--as-of", moment, env={"TZ": here})
                assert ended.returncode == 0, ended.stderr
                assert page.exists() is shown, (zone, moment, here)


def test_without_a_moment_it_is_now(site: Callable[..., Site]) -> None:
    """Catches a build that has lost the clock."""
    threads = "".join(
        f"-- content/threads/{slug}/thread.yaml --\ntitle: 글\ndate: {day}\n"
        for slug, day in (("past", "1999-01-01"), ("future", "9998-01-01"))
    )
    made = site(threads)
    assert made.build().good
    assert (made.output / "ko/threads/past/index.html").exists()
    assert not (made.output / "ko/threads/future/index.html").exists()


@pytest.mark.parametrize("wrong", ["tomorrow", "2026-13-01", "2026-12-24T25:00", ""])
def test_what_is_no_moment_is_wrong_usage(wrong: str, site: Callable[..., Site]) -> None:
    """Catches a slip of the pen that builds another day's site, or ends in a traceback."""
    made = site()
    ended = command(made.root, "build", "--as-of", wrong)
    assert ended.returncode == 2
    assert "bad-date" in ended.stderr
    assert not made.output.exists()


def test_an_unreadable_site_is_told_as_ever(site: Callable[..., Site]) -> None:
    """Catches a moment that needs the zone of settings which cannot be read."""
    made = site("-- sitegen.yaml --\ntitle: x\ntimezone: Mars\n")
    codes = {one["code"] for one in told_by(command(made.root, "build", "--as-of", "2026-01-01", "--format", "json"))}
    assert "unknown-timezone" in codes


# -- what is told ------------------------------------------------------------------------------------------------------

GATHERED = """\
-- content/threads/soon/thread.yaml --
title: 곧
date: 2026-12-24T09:00:30+09:00
-- content/threads/gone/thread.yaml --
title: 간 글
date: 2025-01-01
expires: 2026-01-01
-- content/threads/draft/thread.yaml --
title: 초안
date: 2025-01-01
draft: true
-- content/digests/first/digest.yaml --
title: 첫 호
date: DATE
threads: [soon, gone, draft]
"""


def test_an_issue_tells_what_it_leaves_out(site: Callable[..., Site]) -> None:
    """Catches an issue with holes that nobody was told of, and warnings about one that nobody sees."""
    made = site(GATHERED.replace("DATE", "2026-02-01"))
    outcome = made.build(at=BEFORE)
    warned = [(place(one), marked(one)) for one in outcome.diagnostics]
    folder = "content/digests/first/digest.yaml"
    assert warned == [(f"scheduled-in-digest {folder}:3:11", "soon"), (f"draft-in-digest {folder}:3:23", "draft")]
    assert "2026-12-24 09:00:30 (Asia/Seoul)" in outcome.diagnostics[0].message
    assert [one.code for one in made.build(at="2027-01-01T00:00Z").diagnostics] == ["draft-in-digest"]
    made.write(GATHERED.replace("DATE", "2027-02-01"))
    assert made.build(at=BEFORE).diagnostics == ()


def test_check_alone_tells_what_is_ahead(site: Callable[..., Site]) -> None:
    """Catches notes that fill the log of every build, count as warnings, or change how a command ends."""
    made = site(GATHERED.replace("DATE", "2027-02-01"))
    made.write("-- content/pages/about.ko.md --\n---\ntitle: 소개\nexpires: 2027-03-01\n---\n")
    built = command(made.root, "build", "--as-of", BEFORE)
    assert len(built.stderr.splitlines()) == 1
    checked = command(made.root, "check", "--as-of", BEFORE, "--format", "concise")
    assert checked.returncode == 0
    assert [line for line in checked.stderr.splitlines() if ": note[" in line] == [
        "content/digests/first/digest.yaml:2:1: note[scheduled]: `first` will appear on 2027-02-01 00:00 (Asia/Seoul)",
        "content/pages/about.ko.md: note[expires]: `about` will leave the site on 2027-03-01 00:00 (Asia/Seoul)",
        "content/threads/soon/thread.yaml:2:1: note[scheduled]: `soon` will appear on 2026-12-24 09:00:30 (Asia/Seoul)",
    ]
    document = json.loads(command(made.root, "check", "--as-of", BEFORE, "--format", "json").stdout)
    severities = [one["severity"] for one in document["diagnostics"]]
    assert severities.count("note") == 3
    assert document["summary"]["warnings"] == severities.count("warning") == len(severities) - 3
    assert command(made.root, "check", "--as-of", BEFORE, "--format", "github").stdout.count("::notice file=") == 3


def test_what_can_never_be_seen_is_told(site: Callable[..., Site]) -> None:
    """Catches two dates in the wrong order, which would lose a thread in silence."""
    made = site("-- content/threads/one/thread.yaml --\ntitle: 글\ndate: 2026-02-01\nexpires: 2026-01-01\n")
    for moment in ("2025-01-01T00:00Z", "2026-01-15T00:00Z", "2027-01-01T00:00Z"):
        outcome = made.build(at=moment)
        assert places(outcome) == ["never-shown content/threads/one/thread.yaml:3:10"]
        assert outcome.good
        assert not (made.output / "ko/threads/one/index.html").exists()
        assert outcome.facts.ahead == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("threads/one/thread.yaml --\ntitle: a\ndate: 2025-01-01\nexpires: soon\n", "wrong-type"),
        ("digests/one/digest.yaml --\ntitle: a\ndate: 2025-01-01\nthreads: []\nexpires: 2025-02-30", "impossible-date"),
        ("pages/one.ko.md --\n---\ntitle: a\nexpires: 30.1.2027\n---\n", "wrong-type"),
    ],
)  # fmt: skip
def test_a_wrong_expiry_is_told(content: str, message: str, site: Callable[..., Site]) -> None:
    """Catches a date that is passed over, so that something stays on the site for ever."""
    outcome = site(f"-- content/{content}").build()
    assert [one.code for one in outcome.diagnostics] == [message]
    assert outcome.diagnostics[0].span is not None
    assert outcome.diagnostics[0].span.line > 1


def test_what_would_stop_the_site_on_the_day_is_told_before(site: Callable[..., Site]) -> None:
    """Catches a scheduled thread whose tag keeps the site from being built at the moment at which nobody looks."""
    made = site(f"{EVERYTHING}-- content/threads/two/thread.yaml --\ntitle: 둘\ndate: {AT}\ntags: [X]\n")
    assert [one.code for one in made.build(at=BEFORE).diagnostics] == ["duplicate-topic"]


@pytest.mark.parametrize(
    ("here", "there", "told"),
    [
        ("date: 2026-01-01", "date: 2026-12-25", "appears on 2026-12-25 00:00 (Asia/Seoul)"),
        ("date: 2026-12-25", "date: 2026-12-25", None),
        ("date: 2026-12-25", "date: 2026-12-26", "appears on 2026-12-26 00:00 (Asia/Seoul)"),
        ("date: 2026-12-25", "date: 2026-01-01\nexpires: 2026-12-25", "no longer on the site"),
        ("date: 2026-01-01", "date: 2026-01-01\nexpires: 2026-12-25", None),
        ("date: 2026-01-01", "date: 2026-01-01\nexpires: 2026-12-01", "no longer on the site"),
        ("date: 2026-01-01\nexpires: 2026-12-01", "date: 2026-12-25", None),
        ("date: 2026-01-01\ndraft: true", "date: 2026-12-25", None),
    ],
)
def test_a_link_to_what_is_not_there_is_told(
    here: str, there: str, told: str | None, site: Callable[..., Site]
) -> None:
    """Catches a link that readers cannot follow when they first see it, and a false alarm about one that they can."""
    made = site(
        f"-- content/threads/here/thread.yaml --\ntitle: 여기\n{here}\n"
        "-- content/threads/here/column.ko.md --\n[저기](/ko/threads/there/)를 보라.\n"
        f"-- content/threads/there/thread.yaml --\ntitle: 저기\n{there}\n"
    )
    found = told_by(command(made.root, "check", "--as-of", AT, "--format", "json"))
    assert [told in each["message"] for each in found if each["code"] == "bad-link" and told] == [True] * bool(told)
    assert told or not any(each["code"] == "bad-link" for each in found)


def test_what_is_ahead_is_no_fault_for_the_strict(site: Callable[..., Site]) -> None:
    """Catches a note that keeps a workflow from publishing."""
    made = site(f"-- content/digests/soon/digest.yaml --\ntitle: {{ko: 곧, en: Soon}}\ndate: {AT}\nthreads: []\n")
    checked = command(made.root, "check", "--strict", "--as-of", BEFORE)
    assert "note[scheduled]" in checked.stderr
    assert checked.returncode == 0


# -- builds that have nothing to do ------------------------------------------------------------------------------------


def test_time_that_changes_nothing_costs_nothing(site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a clock among the inputs, for which each build would be planned anew."""
    made = site(EVERYTHING + hidden(date=AT))
    assert made.build(at="2026-01-04T00:00Z").good

    def planned(*args: object, **more: object) -> None:
        raise AssertionError("planned")

    with monkeypatch.context() as patched:
        patched.setattr(contents, "planned", planned)
        for moment in (BEFORE, "2025-01-01T00:00:00+09:00"):
            assert made.build(at=moment).published.written == 0
        for moment in (AT, "2024-12-31T23:59:59.999999+09:00"):
            with pytest.raises(AssertionError, match="planned"):
                made.build(at=moment)
    written = made.build(at=AT).published.written
    assert 0 < written < len(made.made())


def test_a_build_and_next_with_nothing_to_do_load_no_library(site: Callable[..., Site]) -> None:
    """Catches a schedule that makes every build wait for a parser that it does not need."""
    made = site(EVERYTHING + hidden("expires: 9998-01-01"))
    assert command(made.root, "build").returncode == 0
    needless = {"sitegen.schedule", "sitegen.models", "sitegen.parse", "sitegen.agenda", "datetime"}
    assert not needless & loaded(["build"], made.root)
    assert not {"sitegen.parse", "sitegen.plan", "yaml", "jinja2"} & loaded(["next"], made.root)


DATES = st.sampled_from([f"2026-12-{day:02}" for day in range(20, 25)])
FACTS = st.tuples(DATES, st.none() | DATES, st.booleans())
EDIT = st.tuples(st.sampled_from(["a", "b", "issue", "page"]), FACTS)


def written(name: str, facts: tuple[str, str | None, bool]) -> str:
    """A thread, issue or page with these dates."""
    date, expires, draft = facts
    more = f"draft: {str(draft).lower()}\n" + (f"expires: {expires}\n" if expires else "")
    if name == "page":
        return f"-- content/pages/page.ko.md --\n---\ntitle: Page\n{more}---\n"
    if name == "issue":
        return f"-- content/digests/issue/digest.yaml --\ntitle: 호\ndate: {date}\nthreads: [b, a]\n{more}"
    return f"-- content/threads/{name}/thread.yaml --\ntitle: 글 {name}\ndate: {date}\ntags: [{name}]\n{more}"


@given(st.lists(st.tuples(st.none() | EDIT, DATES), min_size=1, max_size=6))
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_any_edits_at_any_moments_come_to_what_a_clean_build_comes_to(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[tuple[str, tuple[str, str | None, bool]] | None, str]]
) -> None:
    """Catches dates that were changed, or passed in any order, and something of the whole theme that did not follow."""
    site = Site(tmp_path_factory.mktemp("moments"))
    site.write(SETTINGS + "".join(written(name, ("2026-12-22", None, False)) for name in ("a", "b", "issue", "page")))
    for edit, day in steps:
        if edit:
            site.write(written(*edit))
        moment = f"{day}T00:00:00+09:00"
        outcome = site.build(at=moment)
        anew = site.build(at=moment, fresh=True, output=site.root / "anew")
        assert outcome.diagnostics == anew.diagnostics
        assert outcome.facts == anew.facts
        assert site.made() == snapshot(site.root / "anew")


# -- next --------------------------------------------------------------------------------------------------------------

AHEAD = """\
-- content/threads/soon/thread.yaml --
title: 곧
date: 2026-12-24T09:00
-- content/threads/going/thread.yaml --
title: 갈 글
date: 2025-01-01
expires: 2026-12-24T00:00Z
-- content/digests/later/digest.yaml --
title: 호
date: 2026-12-24T09:00:30
threads: []
"""


def test_next_tells_what_changes_and_when(site: Callable[..., Site]) -> None:
    """Catches a moment that is told in another zone, and changes of one moment that are told apart."""
    made = site(AHEAD)
    said = command(made.root, "next", "--as-of", "2026-01-01", env={"TZ": "America/New_York"})
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout == "2026-12-24 09:00 (Asia/Seoul)\n  thread going expires\n  thread soon appears\n"
    assert not made.output.exists()
    assert command(made.root, "build", "--as-of", AT).returncode == 0
    assert command(made.root, "next", "--as-of", AT).stdout == (
        "2026-12-24 09:00:30 (Asia/Seoul)\n  digest later appears\n"
    )


def test_next_says_that_nothing_is_ahead(site: Callable[..., Site]) -> None:
    """Catches an end that looks like a fault, and forms that are none any more."""
    made = site(AHEAD)
    for arguments in ([], ["--cron"], ["--workflow"]):
        said = command(made.root, "next", "--as-of", "2027-01-01", *arguments)
        assert said.returncode == 0
        assert "nothing is ahead" in said.stdout
    document = json.loads(command(made.root, "next", "--as-of", "2027-01-01", "--format", "json").stdout)
    assert document == {"when": None, "utc": None, "timezone": "Asia/Seoul", "cron": None, "changes": []}


def test_next_for_scripts(site: Callable[..., Site]) -> None:
    """Catches a document that scripts cannot go by."""
    document = json.loads(command(site(AHEAD).root, "next", "--as-of", BEFORE, "--format", "json").stdout)
    assert document == {
        "when": "2026-12-24T09:00:00+09:00",
        "utc": "2026-12-24T00:00:00Z",
        "timezone": "Asia/Seoul",
        "cron": "0 0 24 12 *",
        "changes": [
            {"kind": "thread", "slug": "going", "what": "expires"},
            {"kind": "thread", "slug": "soon", "what": "appears"},
        ],
    }


def test_next_for_cron(site: Callable[..., Site]) -> None:
    """Catches a line that runs before the moment, in another zone, or that cron or the shell would take apart."""
    made = site(AHEAD, name="my 50% site")
    said = command(made.root, "next", "--cron", "--as-of", BEFORE)
    remark, zone, line = said.stdout.splitlines()
    folder = str(made.root).replace("%", r"\%")
    assert remark.startswith("# ")
    assert (zone, line) == ("CRON_TZ=UTC", f"0 0 24 12 * sitegen build '{folder}'")
    said = command(made.root, "next", "--cron", "--as-of", AT)
    assert said.stdout.splitlines()[-1].startswith("1 0 24 12 * ")


def test_next_for_github(site: Callable[..., Site]) -> None:
    """Catches a workflow that GitHub cannot read, or that builds at other times than those at which things change."""
    made = site(AHEAD)
    for moment, crons in (("2026-01-01", ["0 0 24 12 *", "1 0 24 12 *"]), ("2027-01-01", [])):
        said = command(made.root, "next", "--workflow", "--as-of", moment).stdout
        workflow = yaml.safe_load(said)
        triggers = workflow[True]  # what YAML 1.1 makes of `on`
        assert "workflow_dispatch" in triggers
        assert [each["cron"] for each in triggers.get("schedule", [])] == crons
        assert any(step.get("run", "").startswith("sitegen build") for step in workflow["jobs"]["publish"]["steps"])


def test_next_tells_why_a_site_cannot_be_made(site: Callable[..., Site]) -> None:
    """Catches “nothing is ahead” of a site that cannot be read."""
    said = command(site("-- content/threads/one/thread.yaml --\ntitle: a\ndate: x\n").root, "next")
    assert said.returncode == 1
    assert "wrong-type" in said.stderr
    assert said.stdout == ""


# -- the preview -------------------------------------------------------------------------------------------------------


class Clock:
    """A clock that a test sets."""

    def __init__(self, moment: str) -> None:
        self.moment = moment

    def __call__(self) -> int:
        return 1000 * moment_of(datetime.fromisoformat(self.moment))


def shown(preview: Preview, path: str) -> str:
    """A page of a preview."""
    made, told = preview.make(f"{path}/index.html")
    assert made is not None, told
    return made.decode()


def test_a_preview_shows_and_marks_what_is_not_on_the_site(site: Callable[..., Site]) -> None:
    """Catches a writer who cannot see what is to come, or takes it for published; and a mark that is published."""
    made = site(
        GATHERED.replace("DATE", "2027-02-01")
        + "-- content/threads/one/thread.yaml --\ntitle: {ko: 하나, en: One}\ndate: 2025-01-01\n"
        + "-- content/pages/old.ko.md --\n---\ntitle: 옛 쪽\nexpires: 2026-01-01\n---\n"
    )
    preview = Preview(made.root, 1, SilentProgress(), Clock(BEFORE))
    assert preview.update().good
    labels = {
        "threads/soon": ("예약: 2026년 12월 24일 09:00", "Scheduled for 24 December 2026, 09:00 KST"),
        "threads/gone": ("만료: 2026년 1월 1일 00:00", "Expired 1 January 2026, 00:00 KST"),
        "threads/draft": ("초안", "Draft"),
        "digests/first": ("예약: 2027년 2월 1일 00:00", "Scheduled for 1 February 2027, 00:00 KST"),
        "old": ("만료: 2026년 1월 1일 00:00", "Expired 1 January 2026, 00:00 KST"),
    }
    for lang, number in (("ko", 0), ("en", 1)):
        home = shown(preview, lang)
        for path, label in labels.items():
            assert f"<mark>{label[number]}" in shown(preview, f"{lang}/{path}"), path
            assert path == "old" or f"<mark>{label[number]}" in home, path
        assert "<mark>" not in shown(preview, f"{lang}/threads/one")
        assert shown(preview, f"{lang}/digests/first").count("<mark>") == 4
    assert not (made.root / "ids.lock").exists()
    assert made.build(at="2027-03-01T00:00Z").good
    assert not any(b"<mark>" in data for data in made.made().values())


def test_a_preview_follows_the_time(site: Callable[..., Site]) -> None:
    """Catches a label that stays when its time has come, and a preview that is made anew though nothing changed."""
    made, clock = site(GATHERED.replace("DATE", "2027-02-01")), Clock(BEFORE)
    preview = Preview(made.root, 1, SilentProgress(), clock)
    first = preview.update()
    assert "<mark>" in shown(preview, "ko/threads/soon")
    clock.moment = AT  # half a minute too early
    assert preview.update() is first
    clock.moment = "2026-12-24T00:00:30Z"
    assert preview.update() is not first
    assert "<mark>" not in shown(preview, "ko/threads/soon")


def test_a_preview_tells_what_the_site_leaves_out(site: Callable[..., Site]) -> None:
    """Catches a preview that hides a warning because it shows what the warning is about."""
    made = site(GATHERED.replace("DATE", "2026-02-01"))
    told = Preview(made.root, 1, SilentProgress(), Clock(BEFORE)).update().diagnostics
    assert told == made.build(at=BEFORE).diagnostics
    assert {one.severity for one in told} == {Severity.WARNING}


def test_a_site_as_of_a_day_is_the_same_on_any_day(site: Callable[..., Site], tmp_path: Path) -> None:
    """Catches a build that asks the clock although it was told the moment."""
    made = site(EVERYTHING + hidden(date=AT))
    for number, day in enumerate(("2026-12-24", "2026-12-25")):
        output = tmp_path / str(number)
        assert command(made.root, "build", "--as-of", day, "--output", str(output)).returncode == 0
        assert snapshot(output) == clean(made, tmp_path / f"clean {number}", at=f"{day}T00:00:00+09:00")
