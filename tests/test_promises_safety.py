"""Nothing that others wrote runs, breaks out, leaks, or costs too much: whole sites, read as browsers do."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unicodedata import normalize

import feedparser
import pytest
from conftest import DRAWING, THREAD, Site, snapshot
from lxml import etree
from lxml import html as lxml_html
from promises import Page, assert_refused, command, dangers, dead_links, deceptive, is_ours, marked, places

from sitegen import cli

pytestmark = pytest.mark.usefixtures("quick")

DEVIL = (
    "</title></textarea></script><script>alert(1)</script><img src=x onerror=alert(2)>"
    "\"'><svg/onload=alert(3)>]]>--><!--{{ 6*7 }}{% for x in y %}&lt;b&gt;&#60;i&#62;"
)
"""HTML, script, event attributes, ends of everything, a template expression, and entities, in one line."""

SHOWN = "<script>alert(1)</script>"
"""A part of it that a page has to show as the text it is."""

ADDRESSES = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "\x01javascript:alert(1)",
    "javascript&colon;alert(1)",
    "javascript&#58;alert(1)",
    "&#x6A;avascript:alert(1)",
    "javascript%3aalert(1)",
    "javascript://digest.example/%0aalert(1)",
    "\u200bjavascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD4=",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "blob:https://other.example/1",
    "//evil.example/x",
    "\\\\evil.example\\x",
    "https:\\\\evil.example",
    "http://user:password@evil.example/",
]
"""Addresses that run something, or lead elsewhere than they seem to."""


def text(value: object) -> str:
    """A value as YAML that says exactly this (JSON is YAML), in printable characters."""
    typed = json.dumps(value, ensure_ascii=False)
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in typed)


def thread(name: str, day: int, more: str = "") -> str:
    """A thread of few words; `day` is that of its date, which makes it itself."""
    date = f"2025-{1 + day // 28:02}-{1 + day % 28:02}"
    return f"-- content/threads/{name}/thread.yaml --\ntitle: {{ko: 글, en: Text}}\ndate: {date}\n{more}"


def hostile(devil: str) -> str:
    """A site in which every text that there can be is hostile."""
    both = {"ko": f"가 {devil}", "en": f"a {devil}"}
    label = "tag " + devil.replace("/", "")[:90]
    thread = {
        "title": both,
        "date": "2025-01-15",
        "category": label,
        "tags": [label, f"x{label}"[:100]],
        "lang": "ko",
        "translator": devil,
        "source": {"site": devil, "url": f"https://forum.example/?q={'%3Cscript%3E'}&a='b", "author": devil},
        "column": {"title": devil, "author": devil, "publisher": devil, "lang": "en", "excerpt": "true"},
        "links": [{"title": devil, "url": "https://news.example/'onclick='alert(1)", "kind": devil}],
    }
    addresses = [each for each in ADDRESSES if not {"\n", "\x01", "%"} & set(each)]
    links = "\n\n".join(f"[link]({each}) ![image]({each}) <{each}> [<{each}>]( <{each}> )" for each in addresses)
    blocks = ["{0}", "# {0}", "> {0}", "- {0}", "```{0}\n{0}\n```", "`{0}`", "    {0}", links]
    body = "\n\n".join(block.replace("{0}", devil) for block in blocks)
    comments = [
        {"author": devil, "date": "2025-01-15", "text": {"ko": body, "en": devil}, "pick": "true", "replies": [
            {"author": f"{devil} 2", "date": "2025-01-16", "text": devil, "note": body.replace("![image]", "[image]")},
        ]},
    ]  # fmt: skip
    digest = {"title": both, "date": "2025-01-20", "threads": ["one"]}
    settings = {
        "title": both,
        "description": both,
        "base_url": "https://digest.example/",
        "languages": ["ko", "en"],
        "categories": {label: both},
        "tags": {label: both},
        "features": {"structured_data": "true"},
    }
    column = body.replace("![image]", "[image]")
    table = f"\n\n| {devil} | b |\n| --- | --- |\n| {devil} | c |\n\nnote[^1]\n\n[^1]: {devil}\n"
    return f"""\
-- sitegen.yaml --
{text(settings)}
-- content/threads/one/thread.yaml --
{text(thread)}
-- content/threads/one/column.ko.md --
{column}{table}
-- content/threads/one/column.en.md --
{column}{table}
-- content/threads/one/comments.yaml --
{text(comments)}
-- content/digests/first/digest.yaml --
{text(digest)}
-- content/digests/first/intro.ko.md --
{column}{table}
-- content/pages/about.ko.md --
---
title: {text(devil)}
---
{column}{table}
-- content/glossary.yaml --
{text([{"term": both, "note": both}])}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The hostile site, built."""
    site = Site(tmp_path_factory.mktemp("hostile"))
    site.write(hostile(f"{DEVIL}\u202egnp.\u2066 \u200b"))
    outcome = site.build()
    assert outcome.good, places(outcome)
    return site


def pages_of(site: Site) -> Iterator[tuple[str, Page]]:
    for path, data in site.made().items():
        if path.endswith(".html"):
            yield path, Page(data.decode())


# -- 1, 2: hostile text ------------------------------------------------------------------------------------------------


def test_no_text_breaks_out_of_a_page(made: Site) -> None:
    """Catches a field that a template shows unescaped, and Markdown that lets an element or an address through."""
    found = {path: list(dangers(page)) for path, page in pages_of(made)}
    assert len(found) > 20
    assert {path: each for path, each in found.items() if each} == {}


def test_lxml_sees_no_danger_either(made: Site) -> None:
    """A second parser, which mends what is broken as browsers do, must not find a script or handler in the mending."""
    for path, data in made.made().items():
        if path.endswith(".html"):
            tree = lxml_html.document_fromstring(data)
            for element in tree.iter("*"):
                assert element.tag not in ("iframe", "object"), path
                assert element.tag != "form" or is_ours(
                    "form", {str(name): str(value) for name, value in element.items()}
                ), path
                for name, value in ((str(each), str(value)) for each, value in element.items()):
                    assert not name.startswith("on"), (path, name)
                    assert name not in ("href", "src") or re.match(r"https?://|mailto:|/(?!/)|#", value), (path, value)


def test_raw_html_is_shown_as_the_text_it_is(made: Site) -> None:
    """Catches raw HTML that a page drops or obeys instead of showing it."""
    page = Page(made.read("ko/threads/one/index.html"))
    assert page.text.count(SHOWN) >= 10
    assert "{{ 6*7 }}{% for x in y %}" in page.text


def test_no_text_breaks_out_of_a_feed(made: Site) -> None:
    """Catches `]]>`, control characters and markup that break a feed, or run in a feed reader."""
    for lang in ("ko", "en"):
        data = (made.output / lang / "feed.xml").read_bytes()
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False))
        assert deceptive("".join(map(str, root.itertext())).replace("\u202c", "")) == set()
        feed = feedparser.parse(data, sanitize_html=False)
        assert not feed.bozo
        assert SHOWN in feed.feed.title
        (entry,) = feed.entries
        assert SHOWN in entry.title
        for content in (entry.content[0].value, entry.description):
            assert list(dangers(Page(content))) == []
        assert SHOWN in Page(entry.content[0].value).text


def test_the_sitemap_is_well_formed_and_every_link_is_alive(made: Site) -> None:
    """Catches labels that make an address which nothing answers."""
    etree.fromstring((made.output / "sitemap.xml").read_bytes())
    assert dead_links(made.made()) == []


CONTROLS = ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\x9b", "\ufffe", "\ud800"]


def test_control_characters_in_facts_are_refused(site: Callable[..., Site]) -> None:
    """Catches an escape in double quotes that brings in what XML forbids or a terminal obeys."""
    made = site("".join(thread(f"t{n}", n, f"translator: {text(f'a{each}b')}\n") for n, each in enumerate(CONTROLS)))
    told = assert_refused(made, *places(made.build(dry=True)))
    assert [one.span.path for one in told if one.span] == [f"content/threads/t{n}/thread.yaml" for n in range(8)]
    assert {one.code for one in told} <= {"control-character", "yaml-syntax"}


def test_control_characters_in_texts_reach_neither_pages_nor_feeds(site: Callable[..., Site]) -> None:
    """Catches a raw control character or a turned direction in Markdown that breaks a feed or fools a terminal."""
    made = site()
    column = "".join(f"a{each}b\n\n> `c{each}d`\n\n" for each in [*CONTROLS[:-1], "\u202e", "\u2066", "\u2028"])
    made.write(f"-- content/threads/one/column.ko.md --\n{column}")
    assert made.build().good
    for path, data in made.made().items():
        if path.endswith((".html", ".xml")):
            assert deceptive(data.decode()) == set(), path
    etree.fromstring((made.output / "ko/feed.xml").read_bytes())


def test_addresses_that_run_something_are_refused(site: Callable[..., Site]) -> None:
    """Catches an address of a thread's facts that a page would link to as it is."""
    threads, expected = [], []
    for number, address in enumerate(ADDRESSES):
        facts: list[tuple[str, Any, int]] = [
            ("source", {"url": address}, 17),
            ("column", {"title": "a", "archive": address}, 35),
            ("links", [{"title": "a", "url": address}], 31),
        ]
        for field, value, column in facts:
            threads.append(thread(f"{field}{number}", 3 * number, f"id: {field}{number}\n{field}: {text(value)}\n"))
            expected.append(f"bad-url content/threads/{field}{number}/thread.yaml:4:{column}")
    told = assert_refused(site("".join(threads)), *expected)
    assert len(told) == 3 * len(ADDRESSES)


@pytest.mark.parametrize("form", ["full", "concise", "github", "json"])
def test_a_terminal_is_told_nothing_that_it_obeys(
    site: Callable[..., Site], form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches an escape sequence or a turned direction that reaches the terminal in an error's words or source line."""
    made = site(f"{THREAD}\u202e\u009b31m: oops\n-- content/threads/a\x1b[2Jb/thread.yaml --\nx: \u2066y\n")
    assert cli.run(["build", str(made.root), "--format", form]) == 1
    shown = capsys.readouterr()
    assert "missing-key" in shown.out + shown.err
    assert deceptive(shown.out + shown.err) == set()


# -- 3: IP addresses ---------------------------------------------------------------------------------------------------

PASTE = """\
새 요금제 어떤가요

페이지 정보

작성자 물결지기 198.♡.7.20
작성일 2024.03.08 19:40

본문

다들 어떻게 보시나요? 제 주소는 203.0.113.77 아닙니다.

댓글 1 / 1 페이지

들꽃님의 댓글

작성자 들꽃 (203.♡.11.5)
작성일 03.08 20:00
저는 바꿨습니다.
"""


def test_addresses_of_people_are_not_published_by_an_import(site: Callable[..., Site]) -> None:
    """Catches a masked address that an import takes over into content, and from there into a page or feed."""
    made = site()
    (made.root / "paste.txt").write_text(PASTE, "utf-8")
    for more in ((), ("--keep-ips",)):
        shutil.rmtree(made.root / "content/threads/plan", ignore_errors=True)
        url = "https://forum.example/1"
        asked = ["--project", str(made.root), "--slug", "plan", "--url", url, "--captured", "2024-03-09", *more]
        assert cli.run(["import", str(made.root / "paste.txt"), *asked]) == 0
        assert made.build().good
        files = made.made()
        assert "들꽃" in files["ko/threads/plan/index.html"].decode()
        for path, data in files.items():
            assert not re.search(r"198\.♡|203\.♡|♡\.11", data.decode("utf-8", "replace")), path


def test_an_address_of_somebody_in_content_is_a_fault(site: Callable[..., Site]) -> None:
    """Catches an IP address in a name or a comment that is published, or told at the wrong place."""
    comments = [
        ("들꽃 (203.♡.11.5)", "네"),
        ("들꽃 8.8.4.4", "네"),
        ("들꽃", "제 주소는 8.8.4.4입니다"),
        ("들꽃", "2606:4700:4700::1111 ?"),
    ]
    listed = "".join(
        f"- author: {author}\n  date: 2025-01-1{number}\n  text: |-\n    {words}\n"
        for number, (author, words) in enumerate(comments)
    )
    at = "ip-address content/threads/one/comments.yaml"
    made = site(f"{THREAD}-- content/threads/one/comments.yaml --\n{listed}")
    told = assert_refused(made, f"{at}:1:11", f"{at}:5:11", f"{at}:12:11", f"{at}:16:5")
    assert [marked(one) for one in told] == ["들꽃 (203.♡.11.5)", "들꽃 8.8.4.4", "8.8.4.4", "2606:4700:4700::1111"]
    assert all(one.help for one in told)


# -- 6: names and places -----------------------------------------------------------------------------------------------


SLUGS = [
    "one.", " one", "a:b", "a?b", 'a"b', "a*b", "a|b", "a<b>", "a\\b", "CON", "nul.txt", "Lpt1", "index.html",
    "a\u202eb", "a\u200bb", "a\x07b", "a\x7fb",
]  # fmt: skip


def test_names_that_cannot_be_addresses_are_refused(site: Callable[..., Site]) -> None:
    """Catches a name that no server, no Windows or no reader of an address could cope with."""
    names = [*SLUGS, "가" * 84, "a" * 251]
    threads = "".join(thread(name, day) for day, name in enumerate(names))
    pages = "".join(f"-- content/pages/{name}.ko.md --\n---\ntitle: x\n---\n" for name in SLUGS)
    told = assert_refused(
        site(threads + pages),
        *(f"bad-slug content/threads/{name}/thread.yaml" for name in names),
        *(f"bad-slug content/pages/{name}.ko.md" for name in SLUGS),
    )
    assert all(one.help for one in told)


def test_unusual_names_that_can_be_addresses_work(site: Callable[..., Site]) -> None:
    """Catches a name that is not quoted where it becomes an address, so that a link leads nowhere."""
    names = ["a b", "100%25", "C#", "R&D", "it's", "가나다", "a;b=c", "über", "a" * 250, "가" * 83, "parallel", "2"]
    threads = "".join(
        f"{thread(name, day, f'tags: [{text(name[:30])}, C++, .NET]')}\n"
        f"-- content/threads/{name}/column.ko.md --\n![그림](<그 림#{day}.svg>)\n"
        f"-- content/threads/{name}/그 림#{day}.svg --\n{DRAWING}"
        for day, name in enumerate(names)
    )
    made = site(threads)
    outcome = made.build()
    assert outcome.good, places(outcome)
    assert dead_links(made.made()) == []


def test_a_page_cannot_take_an_address_of_the_site_itself(site: Callable[..., Site]) -> None:
    """Catches two files of one path, where one would silently win."""
    names = ["archive", "Threads", "tags", "topics", "feeds.opml", "assets", "SEARCH", "glossary"]
    pages = "".join(f"-- content/pages/{name}.ko.md --\n---\ntitle: x\n---\n" for name in names)
    told = assert_refused(site(THREAD + pages), *(f"reserved-slug content/pages/{name}.ko.md" for name in names))
    assert all(one.help for one in told)


def test_names_that_differ_in_case_or_normal_form_alone_are_told(site: Callable[..., Site]) -> None:
    """Catches twins that overwrite each other on a Mac or on Windows."""
    twins = ["One", "caf\u00e9", "cafe\u0301", "ﬁne", "fine", "STRASSE", "straße"]
    threads = "".join(
        f"-- content/threads/{name}/thread.yaml --\ntitle: x\ndate: 2025-02-1{day}\n" for day, name in enumerate(twins)
    )
    pages = "-- content/pages/Faq.ko.md --\n---\ntitle: x\n---\n-- content/pages/faq.en.md --\n---\ntitle: x\n---\n"
    images = (
        "-- content/threads/one/column.ko.md --\n![그림](a.svg)\n"
        f"-- content/threads/one/a.svg --\n{DRAWING}-- content/threads/one/A.SVG --\n{DRAWING}"
    )
    made = site(THREAD + threads + pages + images)
    told = assert_refused(
        made,
        "duplicate-slug content/threads/one/thread.yaml:1:1",
        "duplicate-slug content/threads/caf\u00e9/thread.yaml:1:1",
        "duplicate-slug content/threads/ﬁne/thread.yaml:1:1",
        "duplicate-slug content/threads/straße/thread.yaml:1:1",
        "duplicate-slug content/pages/faq.en.md",
        "duplicate-image content/threads/one/a.svg",
    )
    assert all(one.help for one in told)


def test_one_page_in_two_normal_forms_is_told(site: Callable[..., Site]) -> None:
    """Catches one of two files of the same name, as macOS and Linux write it, that silently goes unread."""
    page = "\n---\ntitle: x\n---\n"
    made = site(f"{THREAD}-- content/pages/caf\u00e9.ko.md --{page}-- content/pages/cafe\u0301.ko.md --{page}")
    assert_refused(made, "duplicate-slug content/pages/caf\u00e9.ko.md")


def test_names_in_either_normal_form_are_the_same_site(site: Callable[..., Site]) -> None:
    """Catches Korean names as macOS spells them (NFD), which are not found, or give other addresses than elsewhere."""
    archive = (
        "-- content/threads/하나/thread.yaml --\ntitle: x\ndate: 2025-01-15\n"
        "-- content/threads/하나/column.ko.md --\n![그림](그림.svg)\n"
        f"-- content/threads/하나/그림.svg --\n{DRAWING}"
        "-- content/threads/하나/comments.yaml --\n- {author: 가, date: 2025-01-16, text: 나}\n"
        "-- content/digests/첫-호/digest.yaml --\ntitle: x\ndate: 2025-01-20\nthreads: [하나]\n"
        "-- content/digests/첫-호/intro.ko.md --\n글\n"
        "-- content/pages/안내.ko.md --\n---\ntitle: x\n---\n![그림](지도.svg)\n"
        f"-- content/pages/지도.svg --\n{DRAWING}"
    )
    lines = archive.splitlines(keepends=True)
    composed = site(archive, "composed")
    apart = site("".join(normalize("NFD", line) if line.startswith("-- ") else line for line in lines), "apart")
    for each in (composed, apart):
        assert places(each.build()) == []
        assert dead_links(each.made()) == []
    assert apart.made() == composed.made()
    assert "나" in apart.read("ko/threads/하나/index.html")


def test_labels_that_cannot_be_addresses_are_refused(site: Callable[..., Site]) -> None:
    """Catches a category or tag that leads out of its folder, or makes no address at all."""
    labels = ["../x", "..", "a/b", "/etc", "\\", "con", "😀", "가" * 100, "a" * 101]
    threads, expected = [], []
    for number, label in enumerate(labels):
        code = "bad-label" if "/" in label or len(label) > 100 else "bad-topic"
        threads.append(thread(f"c{number}", 2 * number, f"category: {text(label)}\n"))
        threads.append(thread(f"t{number}", 2 * number + 1, f"tags: [{text(label)}]\n"))
        expected += [
            f"{code} content/threads/c{number}/thread.yaml:3:11",
            f"{code} content/threads/t{number}/thread.yaml:3:8",
        ]
    told = assert_refused(site("".join(threads)), *expected)
    assert all(one.help for one in told)


def test_nothing_is_written_outside_the_output_folder(site: Callable[..., Site]) -> None:
    """Catches a path from content (an image, a slug, a line of the list of published files) that leads elsewhere."""
    made = site(f"{THREAD}-- content/threads/one/column.ko.md --\n![a](../../../x.png) ![b](/etc/x.png)\n")
    made.write("-- output/.sitegen --\n../victim\n/etc/hostname\nko/../../victim\n")
    (made.root / "victim").write_text("mine")
    before = {path: data for path, data in snapshot(made.root.parent).items() if "/.sitegen/" not in path}
    assert not made.build().good
    made.write("-- content/threads/one/column.ko.md --\nnothing\n")
    assert made.build().good
    after = snapshot(made.root.parent)
    new = {path for path in after if path not in before}
    assert {path.split("/", 1)[1] for path in new if path.split("/")[1] not in ("output", ".sitegen")} == {
        "ids.lock",
        "content/threads/one/translations.lock",
    }
    assert (made.root / "victim").read_text() == "mine"
    assert Path("/etc/hostname").exists()


# -- 7: symbolic links -------------------------------------------------------------------------------------------------

SECRET = "the-secret-of-this-machine"


@pytest.mark.parametrize(
    "places_of_links",
    [
        ["sitegen.yaml"],
        ["content"],
        ["themes"],
        [
            "content/threads/one/comments.yaml",
            "content/threads/one/column.ko.md",
            "content/threads/one/a.png",
            "content/threads/leak",
            "content/pages/leak.ko.md",
            "content/glossary.yaml",
            "themes/digest/templates/home.html",
            "themes/digest/static/style.css",
            "themes/digest/strings/ko.yaml",
            "themes/leak",
        ],
    ],
)
def test_a_link_out_of_the_project_is_not_followed(
    site: Callable[..., Site], places_of_links: list[str], tmp_path: Path
) -> None:
    """Catches a link, in a site that somebody sent, that publishes a file of this machine."""
    outside = tmp_path / "outside"
    outside.mkdir()
    for name in ("thread.yaml", "secret"):
        (outside / name).write_text(f"title: {SECRET}\ndate: 2025-01-15\n")
    made = site()
    assert made.build().good
    for place in places_of_links:
        target = made.root / place
        if target.is_dir():
            shutil.rmtree(target)
        target.unlink(missing_ok=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(outside if target.name in ("content", "themes", "leak") else outside / "secret")
    told = assert_refused(made, *(f"symlink-leaves-project {place}" for place in places_of_links))
    assert all(one.help for one in told)
    assert not any(SECRET.encode() in data for data in snapshot(made.root / ".sitegen").values())


def test_links_inside_the_project_are_followed(site: Callable[..., Site]) -> None:
    """Catches a picture or a thread that two places share and that is not found through a link."""
    made = site(
        f"{THREAD}-- content/threads/one/column.ko.md --\n![a](b.svg)\n-- shared/c.svg --\n{DRAWING}"
        "-- shared/two/thread.yaml --\ntitle: x\ndate: 2025-01-16\n"
    )
    (made.root / "content/threads/one/b.svg").symlink_to("../../../shared/c.svg")
    (made.root / "content/threads/two").symlink_to(made.root / "shared/two")
    assert made.build().good
    (shown,) = (made.output / "media/threads/one").iterdir()
    assert shown.name.startswith("b.")
    assert "<path" in shown.read_text()
    assert (made.output / "ko/threads/two/index.html").is_file()


def test_links_that_lead_nowhere_or_in_a_circle_are_told(site: Callable[..., Site]) -> None:
    """Catches a scan that crashes, or never ends, on broken links."""
    made = site()
    folder = made.root / "content/threads/one"
    for name, target in [
        ("a.png", "gone.png"),
        ("b.png", "b.png"),
        ("up", ".."),
        ("self", "."),
        ("comments.yaml", "x"),
    ]:
        (folder / name).symlink_to(target)
    told = assert_refused(
        made,
        *(f"unreadable content/threads/one/{name}" for name in ("a.png", "b.png", "comments.yaml")),
        *(f"symlink-loop content/threads/one/{name}" for name in ("up", "self")),
    )
    assert all(one.help for one in told if one.code == "unreadable")


# -- 9: cost -----------------------------------------------------------------------------------------------------------

SLOW = {
    "brackets": "[" * 20_000,
    "closed brackets": "[" * 10_000 + "]" * 10_000,
    "images": "![" * 10_000,
    "link openers": "[a](" * 5_000,
    "stars": "*a" * 10_000,
    "mixed emphasis": "*a_ " * 5_000,
    "strong": "**a *b " * 3_000,
    "quotes": ">" * 20_000,
    "quote lines": "> " * 500 + "a",
    "nested lists": "\n".join(" " * (2 * depth) + "- a" for depth in range(140)),
    "backticks": " ".join("`" * n for n in range(1, 190)),
    "entities": "&" * 20_000,
    "autolinks": "<" * 20_000,
    "bare links": "https://a" * 2_000,
    "comments": "<!--" * 5_000,
    "backslashes": "\\" * 20_000,
    "tildes": "~~a" * 6_000,
    "breaks": "a\n" * 10_000,
    "tabs": "a" + "\t" * 19_000,
    "references": "[a]: x\n" * 2_500 + "[a]" * 800,
    "table": "|" * 150 + "\n" + "|-" * 150 + "|\n" + "|" * 10_000,
    "footnotes": "[^1]" * 4_000 + "\n\n[^1]: a",
}
"""Texts just below the limit of a comment, each of which takes some Markdown readers minutes."""


def test_texts_made_to_be_slow_are_built_or_refused(site: Callable[..., Site]) -> None:
    """Catches quadratic time: this build would run into the time limit of the process, not of the assertion."""
    comments = [{"author": name, "date": "2025-01-15", "text": slow} for name, slow in SLOW.items()]
    made = site(f"{THREAD}-- content/threads/one/comments.yaml --\n{text(comments)}\n")
    process = command(made.root, "build", "--format", "json")
    told = json.loads(process.stdout)
    assert process.returncode == 0
    assert {one["code"] for one in told["diagnostics"]} <= {"markdown-too-complex", "text-too-long", "stray-markup"}
    assert all(one["line"] and one["help"] for one in told["diagnostics"])
    page = Page(made.read("ko/threads/one/index.html"))
    assert page.unbalanced == []
    assert all(name in page.text for name in SLOW)


def test_an_editors_text_that_costs_too_much_is_a_fault(site: Callable[..., Site]) -> None:
    """Catches a summary that hangs the build, and a limit without a word on where and why."""
    made = site(f"{THREAD}-- content/threads/one/column.ko.md --\n처음\n\n{'> ' * 400}가\n")
    (fault,) = assert_refused(made, "markdown-too-complex content/threads/one/column.ko.md:3:1")
    assert fault.help


def test_the_fixture_finds_what_it_looks_for() -> None:
    """The danger check itself must see each kind of danger, or the tests above prove nothing."""
    seen = [
        *dangers(Page('<p onclick="x">')), *dangers(Page('<a href="java\tscript:x">a</a>')), *dangers(Page("<b></i>")),
        *dangers(Page("<script>x</script>")), *dangers(Page("\u202e")), *dangers(Page('<img src="data:x" style="a">')),
    ]  # fmt: skip
    assert len(seen) == 8
    assert "<form>" in dangers(Page('<form role="search" action="//x/search/"></form>'))
    assert "<form>" not in dangers(Page('<form role="search" action="/더/ko/search/"></form>'))
