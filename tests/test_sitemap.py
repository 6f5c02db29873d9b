"""The sitemap and robots.txt, as crawlers read them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import chain, pairwise
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from sitegen.lists import Mapped, sitemap_entries
from sitegen.models import Localized, Settings
from sitegen.parts import Edition
from sitegen.routes import subscribe
from sitegen.sitemap import SIZE, index, parts, robots, sitemap
from sitegen.strings import Strings
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


@given(count=st.integers(1, 500), limit=st.integers(1, 50))
def test_parts_hold_each_page_once_and_no_more_than_allowed(count: int, limit: int) -> None:
    """Catches a page that is lost or listed twice where sitemaps are divided, and one that holds too many."""
    made = parts(count, longest=100, languages=2, limit=limit)
    assert list(chain.from_iterable(made)) == list(range(count))
    assert all(0 < len(part) <= limit for part in made)
    assert all(len(one) == limit for one, _ in pairwise(made))


def test_a_site_is_divided_only_where_it_has_to_be() -> None:
    """Catches an index that nobody needs, and one that is missing."""
    assert parts(50_000, 100, 2) == (range(50_000),)
    assert [len(part) for part in parts(50_001, 100, 2)] == [50_000, 1]


def test_long_addresses_stay_below_the_bytes_that_are_allowed() -> None:
    """Catches a sitemap of few, but very long addresses that outgrows 50 MB."""
    langs, href = ("ko", "en", "ja"), "https://digest.example/" + "%ED%95%9C" * 83 + "/"
    stamp = datetime(2025, 1, 15, 9, 0, tzinfo=timezone(timedelta(hours=9)))
    versions = (*(Alternate(lang, href) for lang in langs), Alternate("x-default", href))
    part = parts(50_000, len(href), len(langs))[0]
    entry = SitemapEntry(href, stamp, versions)
    each = len(sitemap([entry, entry])) - len(sitemap([entry]))
    assert 0.5 * SIZE < each * len(part) < SIZE


def test_parts_come_to_the_same_entries_as_the_whole() -> None:
    """Catches a part that begins or ends in the middle of a page's versions and loses or repeats one of them."""
    settings = Settings(Localized((("ko", "다"),)), "https://digest.example/", ("ko", "en"))
    told = tuple((f"t{n}", ("ko", "en")[: 1 + n % 2], "2025-01-15T09:00:00+09:00") for n in range(9))
    mapped = Mapped((subscribe,), told, told[:2], (("about", ("en",), None),))
    edition = Edition(settings, "ko", Strings("ko", {}, {}))
    count = mapped.count(2)
    whole = sitemap_entries(edition, mapped, range(count + 10))
    assert len(whole) == count == len({entry.href for entry in whole})
    divided = [sitemap_entries(edition, mapped, part) for part in parts(count, 100, 2, limit=4)]
    assert len(divided) > 4
    assert sitemap(list(chain.from_iterable(divided))) == sitemap(whole)


def test_the_index_names_all_parts() -> None:
    """Catches an index that crawlers cannot read."""
    root = ElementTree.fromstring(index([KO, EN]))
    assert root.tag == "{http://www.sitemaps.org/schemas/sitemap/0.9}sitemapindex"
    assert [loc.text for loc in root.findall("s:sitemap/s:loc", SPACES)] == [KO, EN]
