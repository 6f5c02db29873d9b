"""After any history of edits, a build comes to what a clean one comes to, and writes nothing but what differs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from conftest import Site
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from promises import ROOT, places, published

from sitegen import scan
from sitegen.theme import TEMPLATES

pytestmark = pytest.mark.usefixtures("quick")

STRINGS = {lang: (ROOT / f"themes/digest/strings/{lang}.yaml").read_text("utf-8") for lang in ("ko", "en")}

SHOWN = """\
{{ page }}
{{ content }}
{{ site }}
{{ t("word") }} {{ asset("style.css") }}
{% include "partials/foot.html" %}
"""
"""A template that shows all that it is given: whatever is stale in it, shows."""

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'

SETTING = """\
title: {ko: 다이제스트, en: Digest}
base_url: https://digest.example/
languages: [ko, en]
timezone: Asia/Seoul
theme: plain
"""


def facts(title: str, date: str, more: str = "") -> str:
    """A thread.yaml, with a forum thread as what makes it itself."""
    return f"title: {title}\ndate: {date}\n{more}"


def variants() -> Iterator[tuple[str, tuple[str | None, ...]]]:
    """Every file that a history touches, with what may stand in it; None: the file is not there."""
    for slug, day in (("one", "2025-01-10"), ("two", "2025-02-11"), ("셋", "2024-03-12")):
        folder, source = f"content/threads/{slug}", f"source: {{url: 'https://forum.example/{day}'}}\n"
        yield f"{folder}/thread.yaml", (
            facts("{ko: 글, en: Text}", day, f"category: ai\ntags: [x, y]\n{source}"),
            facts("{ko: 고친 글, en: Text}", day, f"category: ai\ntags: [x]\n{source}"),
            facts("글", day, f"category: hardware\ntags: [y, C++]\n{source}"),
            facts("Text", "2026-05-05", f"lang: en\n{source}column: {{title: Column, url: 'https://news.example'}}\n"),
            facts("{ko: 글, en: Text}", day, f"draft: true\n{source}"),
            facts("{ko: 글, en: Text}", f"{day}T23:30-05:00", f"translator: 옮긴이\nlinks: [{{title: a, url: 'https://a.example'}}]\n{source}"),
            facts("", day, source),
            facts("{ko: 글, en: Text}", day, f"expires: 2025-03-02T00:00+09:00\n{source}"),
        )  # fmt: skip
        yield (
            f"{folder}/comments.yaml",
            (
                None,
                "- {author: 들꽃, date: 2025-01-15, text: {ko: 글, en: text}}\n",
                "- {author: 들꽃, date: 2025-01-15, text: {ko: 고친 글, en: text}}\n",
                "- {author: 들꽃, date: 2025-01-15, text: 글, replies: [{author: 물결, date: 2025-01-16, text: 답}]}\n",
                "- {author: 들꽃, date: 2025-01-15}\n",
            ),
        )
        yield f"{folder}/column.ko.md", (None, "글\n", "다른 글\n", "![그림](a.svg)\n", "문단\n\n- 목록\n")
        yield f"{folder}/column.en.md", (None, "Text\n", "![a](a.svg) and ![b](b.svg)\n")
        yield f"{folder}/a.svg", (SVG, SVG.replace("1", "2"), None)
        yield f"{folder}/b.svg", (SVG.replace("1", "3"), SVG)
    for slug, day in (("first", "2025-03-01"), ("second", "2025-03-02")):
        yield (
            f"content/digests/{slug}/digest.yaml",
            (
                f"title: {{ko: 호, en: Issue}}\ndate: {day}\nthreads: [one]\n",
                f"title: {{ko: 호, en: Issue}}\ndate: {day}\nthreads: [two, one]\n",
                f"title: 호\ndate: {day}\nthreads: [셋]\nnumber: 3\n",
                f"title: 호\ndate: {day}\nthreads: [one]\ndraft: true\n",
                f"title: 호\ndate: {day}\nthreads: [one]\nexpires: 2026-01-01\n",
            ),
        )
        yield f"content/digests/{slug}/intro.ko.md", (None, "머리말\n", "고친 머리말\n")
    yield "content/pages/about.ko.md", (None, "---\ntitle: 소개\n---\n글\n", "---\ntitle: 안내\n---\n![그림](a.svg)\n")
    yield (
        "content/pages/about.en.md",
        (
            None,
            "---\ntitle: About\n---\nText\n",
            "---\ntitle: About\ndraft: true\n---\n",
            "---\ntitle: About\nexpires: 2026-01-01\n---\n",
        ),
    )
    yield "content/pages/a.svg", (SVG, SVG.replace("1", "2"))
    yield "content/pages/다른.ko.md", (None, "---\ntitle: 다른\n---\n글\n", "no front matter\n")
    yield "content/glossary.yaml", (None, "- term: {ko: 말, en: word}\n", "- term: {ko: 낱말, en: word}\n")
    for name in ("home", "thread", "archive"):
        yield f"themes/plain/templates/{name}.html", (SHOWN, f"{SHOWN}<hr>\n", "{{ page.nothing }}\n")
    yield "themes/plain/templates/partials/foot.html", ("<footer>\n", "<footer>a\n", "{% if %}\n")
    yield "themes/plain/static/style.css", ("p {}\n", "p { color: red }\n")
    yield "themes/plain/static/extra.js", (None, "1\n", "2\n")
    yield "themes/plain/strings/ko.yaml", (f"{STRINGS['ko']}word: 하나\n", f"{STRINGS['ko']}word: 둘\n")
    yield "themes/plain/strings/en.yaml", (f"{STRINGS['en']}word: one\n", STRINGS["en"])
    yield (
        "sitegen.yaml",
        (
            SETTING,
            SETTING.replace("다이제스트", "다른 이름"),
            SETTING.replace("digest.example/", "other.example/below/"),
            SETTING.replace("[ko, en]", "[en, ko]"),
            SETTING.replace("Asia/Seoul", "America/New_York"),
            f"{SETTING}features: {{parallel: false}}\n",
            f"{SETTING}categories: {{ai: {{ko: 인공지능, en: AI}}}}\ntags: {{x: {{ko: 엑스}}}}\n",
            f"{SETTING}description: 설명\n",
            f"{SETTING}nonsense: true\n",
        ),
    )


VARIANTS: Mapping[str, tuple[str | None, ...]] = dict(variants())
FOLDERS = ("content/threads/one", "content/threads/two", "content/threads/셋", "content/digests/first", "content/pages")

SETS = st.sampled_from([("set", path, number) for path, texts in VARIANTS.items() for number in range(len(texts))])
MOVES = st.sampled_from(
    [("drop", folder, 0) for folder in FOLDERS]
    + [("move", folder, number) for number, folder in enumerate(FOLDERS[:3])]
    + [("back", path, 0) for path in VARIANTS]
)
MEDDLING = st.tuples(
    st.sampled_from(["delete", "scribble", "touch", "empty folder", "same size", "foreign", "store", "list"]),
    st.just(""),
    st.integers(0, 200),
)
MOMENTS = (
    "2026-12-01T00:00:00+09:00",  # all has appeared
    "2024-01-01T00:00:00+09:00",  # nothing yet
    "2025-01-10T00:00:00+09:00",
    "2025-03-01T23:59:59+09:00",
    "2025-03-02T00:00:00+09:00",
    "2025-12-31T12:00:00-05:00",
    "2026-05-04T23:59:59+09:00",
)
"""When the project is built, the usual moment first."""
PASSING = st.tuples(st.just("moment"), st.just(""), st.integers(0, len(MOMENTS) - 1))
STEP = st.one_of(SETS, SETS, SETS, MOVES, MEDDLING, PASSING)


class History:
    """A project that is edited and built again and again, and beside it one of the same sources that is built anew."""

    def __init__(self, root: Path) -> None:
        shutil.rmtree(root, ignore_errors=True)
        self.site, self.anew = Site(root / "site"), Site(root / "anew")
        self.past: dict[str, tuple[bytes, int]] = {}
        self.moment = MOMENTS[0]
        for name in TEMPLATES:
            self.put(f"themes/plain/templates/{name}", SHOWN)
        for path, texts in VARIANTS.items():
            self.put(path, texts[0])

    def put(self, path: str, text: str | None) -> None:
        """Write a file of the project, or remove it."""
        target = self.site.root / path
        if target.is_file():
            self.past[path] = target.read_bytes(), target.stat().st_mtime_ns
        if text is None:
            target.unlink(missing_ok=True)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")

    def do(self, what: str, path: str, number: int) -> None:
        """Take a step."""
        target = self.site.root / path
        if what == "set":
            self.put(path, VARIANTS[path][number])
        elif what == "drop":
            shutil.rmtree(target, ignore_errors=True)
        elif what == "move" and target.is_dir():
            place = target.with_name(["four", "다섯", "six"][number])
            place, target = (target, place) if place.exists() else (place, target)
            shutil.rmtree(place, ignore_errors=True)
            target.rename(place)
        elif what == "back" and path in self.past and target.parent.is_dir():
            data, moment = self.past[path]
            target.write_bytes(data)
            os.utime(target, ns=(moment, moment))
        elif what == "moment":
            self.moment = MOMENTS[number]
        elif not path:
            self.meddle(what, number)

    def meddle(self, what: str, number: int) -> None:
        """Do something to what was published, or to the store."""
        if what == "store":
            kept = sorted(each for each in (self.site.root / ".sitegen").rglob("*") if each.is_file())
            kept[number % len(kept)].write_bytes(b"scribble" * (number % 3))
            return
        files = sorted(each for each in self.site.output.rglob("*") if each.is_file() and each.name != ".sitegen")
        if not files:
            return
        file = files[number % len(files)]
        stamp = file.stat()
        if what == "foreign":
            (file.parent / "of others").write_text("mine")
        elif what == "touch":
            file.touch()
        elif what == "scribble":
            file.write_text("scribble")
        elif what == "same size":
            file.write_bytes(bytes(reversed(file.read_bytes())))
            os.utime(file, ns=(stamp.st_mtime_ns, stamp.st_mtime_ns))
        elif what != "list":
            file.unlink()
            if what == "empty folder":
                file.mkdir()

    def check(self) -> None:
        """Build, with a process beside it, and build anew, alone; compare."""
        for name in ("content", "themes"):
            shutil.rmtree(self.anew.root / name, ignore_errors=True)
            if (self.site.root / name).is_dir():
                shutil.copytree(self.site.root / name, self.anew.root / name)
        shutil.copy(self.site.root / "sitegen.yaml", self.anew.root / "sitegen.yaml")
        shutil.rmtree(self.anew.root / ".sitegen", ignore_errors=True)
        shutil.rmtree(self.anew.output, ignore_errors=True)
        before = published(self.site.output)
        outcome, wanted = self.site.build(at=self.moment, jobs=2), self.anew.build(at=self.moment)
        after = published(self.site.output)
        assert places(outcome) == places(wanted)
        assert outcome.diagnostics == wanted.diagnostics
        if not wanted.good:
            assert after == before
            return
        ours = {path: data for path, (data, _) in after.items() if not path.endswith("of others")}
        assert ours == self.anew.made()
        written = {path for path in after if path not in before or after[path][0] != before[path][0]} - {".sitegen"}
        assert outcome.published.written == len(written)
        untouched = after.keys() - written - {".sitegen"}
        assert {path: after[path][1] for path in untouched} == {path: before[path][1] for path in untouched}
        assert self.site.build(at=self.moment).published.written == 0


@pytest.fixture(autouse=True)
def _trust_stamps(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if each build had been long ago: what is found by its stamp alone has to be found so."""
    monkeypatch.setattr(scan, "RACY_NS", -(10**12))


def test_every_single_edit_comes_to_what_a_clean_build_comes_to(tmp_path: Path) -> None:
    """Catches one kind of edit that no page, list or feed is made again for, whatever came before."""
    history = History(tmp_path)
    history.check()
    assert history.site.output.is_dir()
    for path, texts in VARIANTS.items():
        for number in range(1, len(texts)):
            history.do("set", path, number)
            history.check()
        history.do("set", path, 0)
    history.check()


def test_any_moment_comes_to_what_a_clean_build_comes_to(tmp_path: Path) -> None:
    """Catches what stays though its time is over, or is missing though it has come; forwards and back again."""
    history = History(tmp_path)
    history.put("content/threads/two/thread.yaml", VARIANTS["content/threads/two/thread.yaml"][7])
    history.put("content/threads/셋/thread.yaml", VARIANTS["content/threads/셋/thread.yaml"][3])
    history.put("content/digests/second/digest.yaml", VARIANTS["content/digests/second/digest.yaml"][4])
    for number in (1, 2, 3, 4, 5, 6, 0, 4, 3, 1):
        history.do("moment", "", number)
        history.check()


@given(st.lists(st.lists(STEP, min_size=1, max_size=4), min_size=1, max_size=6))
@example([[("set", "content/threads/one/thread.yaml", 6)], [("set", "content/threads/one/thread.yaml", 0)]])
@example([[("move", "content/threads/one", 0)], [("move", "content/threads/one", 0)]])
@example(
    [[("moment", "", 1)], [("moment", "", 0)], [("set", "content/threads/two/thread.yaml", 7)], [("moment", "", 3)]]
)
@settings(
    max_examples=int(os.environ.get("SITEGEN_HISTORIES", "20")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_any_history_comes_to_what_a_clean_build_comes_to(
    tmp_path: Path, steps: list[list[tuple[str, str, int]]]
) -> None:
    """Catches a combination of edits after which something stale stays, is missing, or is written without need."""
    history = History(tmp_path / "history")
    history.check()
    for several in steps:
        for step in several:
            history.do(*step)
        history.check()
