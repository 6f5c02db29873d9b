"""The feeds of whole sites, as feed readers meet them over time."""

from __future__ import annotations

import hashlib
import http.server
import json
import re
import shutil
import threading
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import feedparser
import pytest
import yaml
from conftest import Site
from lxml import etree, html
from reader import ROOT, Made, in_zone, made, sample

CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
RFC_822 = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}")


@pytest.fixture(scope="module")
def digest(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The repository's site, under a path that is not plain ASCII."""
    moved = sample(tmp_path_factory.mktemp("sample"), base_url="https://digest.example/news/더/")
    return made(moved, "https://digest.example/news/%EB%8D%94/")


def feeds_in(site: Made) -> list[str]:
    """The paths of all feeds."""
    return sorted(path for path in site.files if path.rpartition("/")[2] in TYPES)


def entries(feed: Path) -> list[dict[str, Any]]:
    """The items of a feed, as feedparser has them; it may have nothing to complain of."""
    read = feedparser.parse(feed.read_bytes())
    assert not read.bozo, read.get("bozo_exception")
    found: list[dict[str, Any]] = read.entries
    return found


def items(feed: Path) -> list[etree._Element]:
    """The items of a feed as XML."""
    return etree.parse(feed).getroot().findall("channel/item")


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_feed_has_the_translated_threads_newest_first(digest: Made, lang: str) -> None:
    """Catches a thread that subscribers never get, or get untranslated, out of order, or with another date."""
    expected = []
    for path in (ROOT / "content" / "threads").glob("*/thread.yaml"):
        card = yaml.safe_load(path.read_text("utf-8"))
        if lang in card["title"] or (path.parent / f"column.{lang}.md").exists():
            expected.append((in_zone(card["date"]), f"{digest.base}{lang}/threads/{quote(path.parent.name)}/"))
    found = [(item.findtext("pubDate", ""), item.findtext("link")) for item in items(digest.output / lang / "feed.xml")]
    assert all(RFC_822.fullmatch(date) for date, _ in found)
    assert [(parsedate_to_datetime(date), link) for date, link in found] == sorted(expected, reverse=True)
    assert [one["link"] for one in entries(digest.output / lang / "feed.xml")] == [link for _, link in found]


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_items_lead_to_what_is_published_from_wherever_they_are_read(digest: Made, lang: str) -> None:
    """Catches a relative address in an item, and one that leads nowhere on the site."""
    own = 0
    for item in items(digest.output / lang / "feed.xml"):
        content = html.fragment_fromstring(item.findtext(CONTENT, ""), create_parent="div")
        for address in content.xpath("//@href|//@src"):
            assert re.match("https?://", address), address
            if address.startswith("https://digest.example"):
                assert digest.file_at(address) in digest.files, address
                own += 1
    assert own > len(items(digest.output / lang / "feed.xml"))


TYPES = {"atom.xml": "application/atom+xml", "feed.xml": "application/rss+xml", "feed.json": "application/feed+json"}


def test_every_page_tells_of_the_feeds(digest: Made) -> None:
    """Catches a page from which a reader's “subscribe” finds nothing, another page's feed, or the other language's."""
    for page in digest.pages.values():
        links = page.find('//link[@rel="alternate"][contains(@type, "+")]')
        assert all(digest.file_at(link.get("href", "")) in digest.files for link in links), page.path
        assert all(TYPES[link.get("href", "").rpartition("/")[2]] == link.get("type") for link in links), page.path
        found = [(link.get("hreflang"), link.get("href", "").removeprefix(digest.base)) for link in links]
        own = [(page.lang, f"{page.lang}/{name}") for name in TYPES]
        others = [(lang, f"{lang}/atom.xml") for lang in digest.languages if lang != page.lang]
        if re.match(r"\w+/(?:tags|categories)/[^/]+/|\w+/digests/index", page.path):
            folder = quote("/".join(page.path.split("/")[: 2 if "/digests/" in page.path else 3]))
            if f"{page.path.rpartition('/')[0]}/atom.xml" in digest.files:
                assert found[:3] == [(page.lang, f"{folder}/{name}") for name in TYPES], page.path
                found = found[3:]
        assert sorted(found, key=lambda each: each[0] != page.lang) == [*own, *others], page.path
        assert len({link.get("title") for link in links}) == len(links), page.path


THREADS = "".join(
    f"""\
-- content/threads/number-{day}/thread.yaml --
title: {{ko: {day}번, en: Number {day}}}
date: 2025-01-{day:02}T09:00:00+09:00
category: counting
"""
    for day in range(1, 26)
)


def test_long_lists_are_cut_and_go_on_elsewhere(site: Callable[..., Site]) -> None:
    """Catches a feed or front page that grows for ever, and older threads that no list leads to any more."""
    many = made(site(THREADS))
    titles = [f"Number {day}" for day in range(25, 0, -1)]
    assert [one["title"] for one in entries(many.output / "en" / "feed.xml")] == titles[:20]
    home, first = many.pages["en/index.html"], many.pages["en/categories/counting/index.html"]
    second = many.pages["en/categories/counting/2/index.html"]
    for page, shown in ((home, titles[:20]), (first, titles[:20]), (second, titles[20:])):
        assert page.values('//ol[@class="rows"]//*[self::h2 or self::h3]//text()') == shown
    assert f"{many.base}en/archive/" in home.links("//main//a/@href")
    assert first.links('//a[@rel="next"]/@href') == [second.address]
    assert second.links('//a[@rel="prev"]/@href') == [first.address]
    assert second.canonical == second.address in many.sitemap()
    assert second.alternates["ko"] == many.in_language(second, "ko").address
    assert first.root.findtext("head/title") != second.root.findtext("head/title")


def test_subscribers_get_nothing_twice(site: Callable[..., Site]) -> None:
    """Catches ids that change with a thread's address, the site's host, the order of threads or a mended typo."""
    project = site(THREADS)
    feed = project.output / "en" / "feed.xml"
    made(project)
    before = {one["title"]: one["id"] for one in entries(feed)}
    threads, settings = project.root / "content" / "threads", project.root / "sitegen.yaml"
    (threads / "number-25").rename(threads / "renamed")
    settings.write_text(settings.read_text("utf-8").replace("digest.example", "other.example"), "utf-8")
    (threads / "number-24" / "column.en.md").write_text("Now with words.\n", "utf-8")
    made(project)
    after = {one["title"]: (one["id"], one["link"]) for one in entries(feed)}
    assert after["Number 25"][1] == "https://other.example/en/threads/renamed/"
    assert {title: guid for title, (guid, _) in after.items()} == before
    assert len(set(before.values())) == len(before)
    assert not set(before.values()) & {one["id"] for one in entries(project.output / "ko" / "feed.xml")}


def test_feed_of_a_site_without_threads_is_a_feed(site: Callable[..., Site]) -> None:
    """Catches a feed that readers refuse, or that carries the date of the build, until the first thread is there."""
    empty = made(site(""))
    for name in TYPES:
        assert ids_of(empty.output / "ko" / name) == []
    assert "Date>" not in (empty.output / "ko" / "feed.xml").read_text("utf-8")


# -- all feeds of a site -----------------------------------------------------------------------------------------------

ATOM = "{http://www.w3.org/2005/Atom}"
GRAMMAR = etree.RelaxNG(etree.parse(Path(__file__).parent / "atom.rng"))


def ids_of(feed: Path) -> list[str]:
    """The ids of a feed's entries, in any form."""
    if feed.suffix == ".json":
        return [each["id"] for each in json.loads(feed.read_text("utf-8"))["items"]]
    return [each["id"] for each in entries(feed)]


@pytest.mark.parametrize("which", ["sample", "many"])
def test_every_feed_can_be_read_and_all_forms_agree(which: str, digest: Made, site: Callable[..., Site]) -> None:
    """Catches a feed that readers or the grammar of Atom refuse, that is empty, or that differs from its forms."""
    shown = digest if which == "sample" else made(site(THREADS + ISSUE))
    paths = feeds_in(shown)
    assert len(paths) > 20
    for folder in {path.rpartition("/")[0] for path in paths}:
        files = [shown.output / folder / name for name in TYPES]
        first, *others = [ids_of(file) for file in files]
        assert first == others[0] == others[1], folder
        assert first
        assert len(set(first)) == len(first)
        assert all(file.stat().st_size <= 250_000 for file in files)
        assert GRAMMAR.validate(etree.parse(shown.output / folder / "atom.xml")), (folder, GRAMMAR.error_log)


ISSUE = """\
-- content/digests/first/digest.yaml --
title: {ko: 첫 호, en: First issue}
date: 2025-02-01
threads: [number-3, number-1]
-- content/digests/first/intro.en.md --
The editor's [words](https://a.example/).
"""


def test_issues_have_a_feed_of_their_own(site: Callable[..., Site]) -> None:
    """Catches an issue that its subscribers do not get, or get without its threads and the editor's words."""
    shown = made(site(THREADS + ISSUE))
    (issue,) = entries(shown.output / "en" / "digests" / "atom.xml")
    content = html.fragment_fromstring(issue["content"][0].value, create_parent="main")
    assert issue["title"] == "First issue"
    assert content.findtext("p/a") == "words"
    assert [(link.text, link.get("href")) for link in content.findall("ol/li/a")] == [
        ("Number 3", f"{shown.base}en/threads/number-3/"),
        ("Number 1", f"{shown.base}en/threads/number-1/"),
    ]


def numbered(first: int, last: int) -> str:
    """Threads, one a day."""
    return "".join(
        f"-- content/threads/n{day}/thread.yaml --\ntitle: T{day}\ndate: 2025-{day // 28 + 1:02}-{day % 28 + 1:02}\n"
        for day in range(first, last + 1)
    )


def test_a_new_thread_changes_no_page_of_earlier_entries(site: Callable[..., Site]) -> None:
    """Catches archives that readers have to fetch again and again, or that leave an entry out (RFC 5005)."""
    project = site(numbered(1, 45))
    shown = made(project)
    pages = {path: data for path, data in project.made().items() if "/feeds/" in path}
    assert {path.split("/")[2] for path in pages} == {"1", "2"}
    project.write(numbered(46, 46))
    shown = made(project)
    assert {path: data for path, data in project.made().items() if "/feeds/" in path} == pages
    seen: list[str] = []
    address: str | None = f"{shown.base}ko/atom.xml"
    while address:
        document = etree.parse(shown.output / (shown.file_at(address) or ""))
        seen += [each.findtext(f"{ATOM}title", "") for each in document.iter(f"{ATOM}entry")]
        links = {link.get("rel"): link.get("href") for link in document.getroot().findall(f"{ATOM}link")}
        assert links["self"] == address
        address = links.get("prev-archive")
    assert set(seen) == {f"T{day}" for day in range(1, 47)}


def test_long_texts_leave_no_gap(site: Callable[..., Site]) -> None:
    """Catches entries that fit neither into the feed nor onto a full page of earlier ones."""
    long = "".join(f"-- content/threads/n{day}/column.ko.md --\n{'긴 글. ' * 4000}\n" for day in range(30, 46))
    shown = made(site(numbered(1, 45) + long))
    newest = ids_of(shown.output / "ko" / "feed.json")
    earlier = [
        each
        for path in feeds_in(shown)
        if "/feeds/" in path and path.endswith("json")
        for each in ids_of(shown.output / path)
    ]
    assert (shown.output / "ko" / "feed.json").stat().st_size <= 250_000
    assert len(newest) < 20
    assert len({*newest, *earlier}) == 45


def test_a_text_that_is_too_long_is_cut(site: Callable[..., Site]) -> None:
    """Catches a feed that one huge summary makes too heavy to poll."""
    text = "".join(f"{number}. 문단입니다.\n\n" for number in range(20_000))
    shown = made(
        site(
            "-- content/threads/one/thread.yaml --\ntitle: 하나\ndate: 2025-01-15\n"
            f"-- content/threads/one/column.ko.md --\n{text.replace('. ', ' ')}"
        )
    )
    data = (shown.output / "ko" / "feed.json").read_bytes()
    assert len(data) < 250_000
    assert json.loads(data)["items"][0]["content_text"].endswith("이어 읽기")


# -- over time ---------------------------------------------------------------------------------------------------------


def test_only_what_matters_wakes_subscribers(site: Callable[..., Site]) -> None:
    """Catches a mended typo that everybody is shown, and a correction that nobody is."""
    project = site(THREADS)
    thread = project.root / "content" / "threads" / "number-24" / "thread.yaml"

    def updated() -> dict[str, tuple[str, str]]:
        made(project)
        return {one["title"]: (one["published"], one["updated"]) for one in entries(project.output / "en" / "atom.xml")}

    before = updated()
    typed = thread.read_text("utf-8")
    minor = "corrections: [{date: 2025-02-01, en: A typo., minor: true}]\n"
    thread.write_text(typed + minor, "utf-8")
    assert updated() == before
    thread.write_text(typed + "corrections: [{date: 2025-02-02, en: A wrong figure., ko: 틀린 숫자.}]\n", "utf-8")
    after = updated()
    assert after.pop("Number 24") == (before.pop("Number 24")[0], "2025-02-02T00:00:00+09:00")
    assert after == before
    (shown,) = (one for one in entries(project.output / "en" / "atom.xml") if one["title"] == "Number 24")
    assert "Correction, 2 February 2025" in shown["content"][0].value
    assert "틀린 숫자." in project.read("ko/threads/number-24/index.html")


COMMENTS = """\
-- content/threads/number-25/comments.yaml --
- author: graphite
  date: 2025-01-25T10:00
  id: first
  text: {ko: 고른 댓글, en: A picked one}
  pick: true
- author: alchemy
  date: 2025-01-25T11:00
  text: {ko: 다른 댓글, en: Another one}
"""


def test_feeds_show_the_comments_that_were_picked_and_no_others(site: Callable[..., Site]) -> None:
    """Catches feeds without the editor's choice, and feeds that every edited comment makes anew."""
    project = site(THREADS + COMMENTS)
    made(project)
    (shown,) = (one for one in entries(project.output / "en" / "atom.xml") if one["title"] == "Number 25")
    content = shown["content"][0].value
    assert "A picked one" in content
    assert "Another one" not in content
    assert 'href="https://digest.example/en/threads/number-25/#first"' in content

    def touched(old: str, new: str) -> set[str]:
        project.write(COMMENTS.replace(old, new))
        return {path for path, _ in project.build().published.made if path.rpartition("/")[2] in TYPES}

    assert touched("Another", "One more") == set()
    assert touched("picked one", "chosen one") >= {"en/feed.xml", "en/atom.xml", "en/feed.json", "ko/feed.xml"}
    assert "A chosen one" in project.read("en/feed.xml")


class Polled(http.server.SimpleHTTPRequestHandler):
    """A web server as publishers have it: with ETag, and 304 where that is still the same."""

    def send_head(self) -> Any:
        path = Path(self.translate_path(self.path))
        tag = f'"{hashlib.sha256(path.read_bytes()).hexdigest()}"'
        if self.headers.get("If-None-Match") == tag:
            self.send_response(304)
            self.end_headers()
            return None
        self.tag = tag
        return super().send_head()

    def end_headers(self) -> None:
        if hasattr(self, "tag"):
            self.send_header("ETag", self.tag)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize("name", ["feed.xml", "atom.xml"])
def test_a_subscriber_who_polls_sees_each_thread_once(site: Callable[..., Site], name: str) -> None:
    """Catches entries that come twice, and feeds that are fetched again though nothing has changed."""
    project = site(THREADS)
    made(project)
    handler = partial(Polled, directory=str(project.output))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}/en/{name}"
        first = feedparser.parse(address)
        seen = {one.id for one in first.entries}
        shutil.rmtree(project.root / ".sitegen")
        made(project)
        assert feedparser.parse(address, etag=first.etag).status == 304
        project.write("-- content/threads/new/thread.yaml --\ntitle: {ko: 새 글, en: New}\ndate: 2025-03-01\n")
        made(project)
        again = feedparser.parse(address, etag=first.etag)
        assert [one.title for one in again.entries if one.id not in seen] == ["New"]
        server.shutdown()
