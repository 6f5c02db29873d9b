"""links.lock, and what builds make of it: archived copies in the place of dead links, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from conftest import Site, snapshot
from promises import assert_refused, clean, place

from sitegen import links
from sitegen.links import Checked
from sitegen.markdown.full import editor_parser
from sitegen.tasks import Source

pytestmark = pytest.mark.usefixtures("quick")

LINKED = """\
-- content/threads/one/thread.yaml --
title: {ko: 하나, en: One}
date: 2025-01-15T09:00:00+09:00
lang: ko
source: {site: forum, url: https://forum.example/it/1}
column: {title: Column, lang: en, url: "https://news.example/칼럼#top"}
links:
  - {title: Other, url: https://other.example/x}
-- content/threads/one/column.ko.md --
본문 [링크](https://news.example/b?x=1&y=2#part)는 좋다. https://other.example/x 끝
-- content/threads/one/column.en.md --
Text [link](https://news.example/b?x=1&y=2 "said") and `https://news.example/b?x=1&y=2`.
-- content/threads/one/comments.yaml --
- {author: kim, date: 2025-01-15, text: "https://news.example/b?x=1&y=2"}
-- content/threads/two/thread.yaml --
title: {ko: 둘, en: Two}
date: 2025-01-16T09:00:00+09:00
lang: ko
column: {title: Two, url: https://news.example/two, archive: https://archive.example/two}
-- content/threads/three/thread.yaml --
title: {ko: 셋, en: Three}
date: 2025-01-17T09:00:00+09:00
lang: ko
-- content/digests/first/digest.yaml --
title: {ko: 첫 호, en: First}
date: 2025-01-18
threads: [one, two]
-- content/digests/first/intro.ko.md --
[머리말](https://news.example/b?x=1&y=2)
-- content/pages/about.ko.md --
---
title: 소개
---
[소개](https://news.example/b?x=1&y=2)
"""

COLUMN = "https://news.example/%EC%B9%BC%EB%9F%BC"
COPY = "https://web.archive.org/web/2025"


def line(url: str, checks: int = 3, copy: str | None = f"{COPY}/copy", status: str = "gone") -> str:
    """A line of links.lock of an address that was dead at some checks."""
    return f"{url} {status} 2026-11-20 why=404 since=2026-11-01 checks={checks}{f' copy={copy}' if copy else ''}\n"


@pytest.fixture
def linked(site: Callable[..., Site]) -> Site:
    """A site with links in every kind of text, built before anything is known of them."""
    made = site(LINKED)
    settings = made.root / "sitegen.yaml"
    settings.write_text(settings.read_text("utf-8") + "features: {structured_data: true}\n", "utf-8")
    assert made.build().good
    return made


def known(site: Site, *lines: str) -> set[str]:
    """Build with a links.lock; the files that came out differently."""
    before = site.made()
    (site.root / "links.lock").write_text("".join(lines), "utf-8")
    assert site.build().good
    after = site.made()
    assert after == clean(site, site.root.parent / "clean")
    assert before.keys() == after.keys()
    return {path for path in before if before[path] != after[path]}


def test_the_column_s_copy_is_linked_wherever_the_column_is_named(linked: Site) -> None:
    """Catches readers, subscribers and search engines that are sent to a page which is gone."""
    assert known(linked, line(COLUMN)) == {
        *(f"{lang}/threads/one/index.{kind}" for lang in ("ko", "en") for kind in ("html", "md")),
        *(f"{lang}/threads/one/parallel/index.html" for lang in ("ko", "en")),
        *(f"{folder}{feed}" for folder in ("ko/", "en/", "") for feed in ("feed.xml", "feed.json", "atom.xml")),
    }
    page = linked.read("en/threads/one/index.html")
    assert f'<a href="{COPY}/copy" lang="en" hreflang="en">Column</a>' in linked.read("ko/threads/one/index.html")
    assert "Archived copy; the original has been unreachable since 1 November 2026" in page
    assert "<code>https://news.example/칼럼#top</code>" in page
    assert 'href="https://news.example/칼럼' not in page
    assert f'"url":"https://news.example/칼럼#top","archivedAt":"{COPY}/copy"' in page
    twin = linked.read("ko/threads/one/index.md")
    assert f"[Column]({COPY}/copy) · 보관 사본입니다. 원문은 2026년 11월 1일부터 열리지 않습니다" in twin
    entry = json.loads(linked.read("en/feed.json"))["items"][-1]
    assert entry["external_url"] == f"{COPY}/copy"
    assert "the original has been unreachable since" in entry["content_html"]
    assert entry["_sitegen"]["sources"][0]["original"] == "https://news.example/칼럼#top"


def test_texts_link_the_copy_and_say_so(linked: Site) -> None:
    """Catches a dead link in prose, an archived page that passes for the original, and words of others that change."""
    changed = known(linked, line("https://news.example/b?x=1&y=2", copy=f"{COPY}/b?x=1&y=2"))
    assert {path for path in changed if "/threads/" not in path} >= {
        "ko/about/index.html",
        "ko/digests/first/index.html",
        "ko/digests/first/index.md",
    }
    href = f'<a href="{COPY}/b?x=1&amp;y=2"'
    note = "보관 사본입니다. 원문은 2026년 11월 1일부터 열리지 않습니다"
    page = linked.read("ko/threads/one/index.html")
    assert f'{href} title="{note}">링크</a> <span class="gloss">(보관 사본)</span>는 좋다.' in page
    assert '<a href="https://news.example/b?x=1&amp;y=2" rel=' in page  # in the comment
    english = linked.read("en/threads/one/index.html")
    assert f'{href} title="said">link</a> <span class="gloss">(archived copy)</span> and <code>https://news' in english
    for path in ("ko/about/index.html", "ko/digests/first/index.html", "ko/threads/one/parallel/index.html"):
        assert href in linked.read(path)
    assert f"[링크]({COPY}/b?x=1&y=2) (보관 사본)는" in linked.read("ko/threads/one/index.md")


@pytest.mark.parametrize(
    "harmless",
    [
        line(COLUMN, checks=2),
        line(COLUMN, copy=None),
        f"{COLUMN} fine 2026-11-20\n",
        f"{COLUMN} moved 2026-11-20 to=https://news.example/new\n",
        f"{COLUMN} refused 2026-11-20 why=403\n",
        line("https://elsewhere.example/"),
        "# nothing is known\n",
    ],
)
def test_nothing_else_changes_a_page(linked: Site, harmless: str) -> None:
    """Catches a page that is given up too early, or one that changes with every check."""
    assert known(linked, harmless) == set()


def test_the_writer_s_own_copy_goes_first(linked: Site) -> None:
    """Catches a copy that the writer did not choose, and one that is named twice."""
    known(linked, line("https://news.example/two", copy=None))
    page = linked.read("en/threads/two/index.html")
    assert page.count('href="https://archive.example/two"') == 1
    assert "unreachable since" in page
    known(linked, line("https://archive.example/two"), line("https://news.example/two", copy=f"{COPY}/two"))
    page = linked.read("en/threads/two/index.html")
    assert (page.count(f'href="{COPY}/two"'), page.count("archive.example")) == (1, 0)
    known(linked, line("https://archive.example/two"))
    page = linked.read("en/threads/two/index.html")
    assert (page.count(f'href="{COPY}/copy"'), page.count('href="https://news.example/two"')) == (1, 1)


def test_the_site_says_how_patient_it_is(linked: Site) -> None:
    """Catches a setting that does nothing, and one that gives up all links at once."""
    settings = linked.root / "sitegen.yaml"
    text = settings.read_text("utf-8")
    settings.write_text(text + "links: {dead_after: 1}\n", "utf-8")
    assert "ko/threads/one/index.html" in known(linked, line(COLUMN, checks=1))
    settings.write_text(text + "links: {dead_after: 0}\n", "utf-8")
    assert_refused(linked, "wrong-type sitegen.yaml:7:21")


def test_only_the_pages_concerned_are_made_again(linked: Site) -> None:
    """Catches a check after which the whole site is made again."""
    known(linked, line(COLUMN))
    (linked.root / "links.lock").write_text(line(COLUMN) + line("https://news.example/two"), "utf-8")
    made = {path for path, _ in linked.build().published.made}
    assert {path for path in made if "/threads/" in path} == {path for path in made if "/threads/two/" in path}
    assert len(made) == 15


def test_a_lock_that_cannot_be_read_is_told(linked: Site) -> None:
    """Catches a merge that went wrong and is believed, and an address that would run in a page."""
    lines = [
        line(COLUMN),
        "<<<<<<< mine\n",
        line(COLUMN, checks=4),
        line("https://a.example/", copy="javascript:alert(1)"),
        line("https://b.example/", copy='https://web.archive.org/"onclick="x'),
        "https://c.example/ gone\n",
        "https://d.example/ asleep 2026-11-20\n",
        "https://e.example/ gone 2026-13-20\n",
        "https://f.example/ gone 2026-11-20 checks=many\n",
        "https://g.example/ gone 2026-11-20 color=red\n",
        "javascript:alert(1) fine 2026-11-20\n",
    ]
    (linked.root / "links.lock").write_text("".join(lines), "utf-8")
    told = assert_refused(linked, *(f"bad-lock links.lock:{number}:1" for number in range(2, 12)))
    assert "color" in told[8].message


def test_an_address_may_be_written_as_in_the_content() -> None:
    """Catches a line that somebody wrote with a Korean path or a fragment, and that is passed over without a word."""
    known, told = links.read(Source("links.lock", "https://a.example/칼럼#a fine 2026-01-02\n".encode()))
    assert (list(known), told) == (["https://a.example/%EC%B9%BC%EB%9F%BC"], ())


def test_what_is_written_is_what_is_read() -> None:
    """Catches a lock that says another thing once it was written."""
    lock = {
        "https://a.example/": Checked("fine", date(2026, 1, 2)),
        "https://b.example/": Checked("moved", date(2026, 1, 2), to="https://c.example/"),
        "https://c.example/": Checked("failed", date(2026, 1, 2), "dns", date(2025, 1, 2), 12, copy=f"{COPY}/x"),
    }
    data = links.written(dict(reversed(lock.items())))
    assert links.read(Source("links.lock", data)) == (lock, ())
    assert links.read(Source("links.lock", data.replace(b"\n", b"\r\n"))) == (lock, ())


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://a.example/x#y", "https://a.example/x"),
        ("https://a.example", "https://a.example"),
        ("https://뉴스.example/칼럼?q=값#x", "https://xn--vg1b002a.example/%EC%B9%BC%EB%9F%BC?q=%EA%B0%92"),
        ("https://a.example/%EC%B9%BC", "https://a.example/%EC%B9%BC"),
        ("https://a.example/[x]|y", "https://a.example/%5Bx%5D%7Cy"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
    ],
)
def test_an_address_is_the_same_in_facts_and_texts(url: str, key: str) -> None:
    """Catches a page that is asked for twice, or a copy that does not reach one of the ways to write its address."""
    assert links.key_of(url) == key
    assert links.key_of(key) == key
    assert links.key_of(editor_parser().normalizeLink(url)) == key


def test_a_lock_that_is_a_folder_is_told(linked: Site) -> None:
    """Catches a build that ends in a traceback."""
    (linked.root / "links.lock").mkdir()
    assert [place(one) for one in linked.build().diagnostics] == ["not-a-file links.lock"]
    assert snapshot(linked.root / "links.lock") == {}
    assert isinstance(linked.root, Path)
