"""The sitemap and robots.txt, as crawlers read them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

from sitegen.sitemap import robots, sitemap
from sitegen.views import Alternate, SitemapEntry

KO, EN = "https://digest.example/ko/a/?x=1&y=2", "https://digest.example/en/a/"
ALTERNATES = (Alternate("ko", KO), Alternate("en", EN), Alternate("x-default", KO))
SPACES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


def test_every_page_names_all_its_versions() -> None:
    """Catches alternates that are not reciprocal, lost addresses, wrong namespaces and a changed order."""
    stamp = datetime(2025, 1, 15, 9, 0, 0, 5, tzinfo=timezone(timedelta(hours=9)))
    root = ElementTree.fromstring(sitemap([SitemapEntry(KO, stamp, ALTERNATES), SitemapEntry(EN, None, ALTERNATES)]))
    assert root.tag == "{http://www.sitemaps.org/schemas/sitemap/0.9}urlset"
    assert [loc.text for loc in root.findall("s:url/s:loc", SPACES)] == [KO, EN]
    assert [mod.text for mod in root.findall("s:url/s:lastmod", SPACES)] == ["2025-01-15T09:00:00+09:00"]
    for url in root.findall("s:url", SPACES):
        links = url.findall("x:link", SPACES)
        assert [(link.get("rel"), link.get("hreflang"), link.get("href")) for link in links] == [
            ("alternate", "ko", KO),
            ("alternate", "en", EN),
            ("alternate", "x-default", KO),
        ]


def test_robots_lets_everybody_in_and_names_the_sitemap() -> None:
    """Catches a robots.txt that keeps crawlers out or hides the sitemap."""
    reader = RobotFileParser()
    reader.parse(robots("https://digest.example/sitemap.xml").decode().splitlines())
    assert reader.can_fetch("anybot", "https://digest.example/ko/threads/a/")
    assert reader.site_maps() == ["https://digest.example/sitemap.xml"]
