"""The feeds of whole sites, as feed readers meet them over time."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.utils import parsedate_to_datetime
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
        links = page.find('//link[@rel="alternate"][@title]')
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
    assert entries(empty.output / "ko" / "feed.xml") == []
    assert "Date>" not in (empty.output / "ko" / "feed.xml").read_text("utf-8")
