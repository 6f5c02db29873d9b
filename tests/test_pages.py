"""The whole made site as crawlers and readers find it, without a browser: the repository's own site, built two ways."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from conftest import THREAD, Site
from lxml import html
from reader import ROOT, Made, Page, in_zone, made, sample

KOREAN_ONLY = "threads/ai-basic-act/"
"""The one thread of the repository's site that has no English version."""

NOT_FOUND, WAY_IN = "404.html", "index.html"
ENGLISH = ROOT / "themes" / "digest" / "strings" / "en.yaml"
HANGUL = re.compile("[가-힣]")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+09:00")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
EMPTY = {"ko": "—번역 없음", "en": "—no translation"}
MUST_HOLD = ("a", "article", "dd", "dl", "dt", "h1", "h2", "h3", "li", "nav", "ol", "p", "section", "summary", "ul")
"""Elements that say something wherever they stand."""


@pytest.fixture(scope="module", params=["at the root", "under a path"])
def digest(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The repository's site: as it is, and under a path that is not plain ASCII, with English as default language."""
    folder = tmp_path_factory.mktemp("sample")
    if request.param == "at the root":
        return made(sample(folder))
    moved = sample(folder, base_url="https://digest.example/news/더/", languages=["en", "ko"])
    return made(moved, "https://digest.example/news/%EB%8D%94/", ("en", "ko"))


def kind(page: Page) -> str:
    """What a page of the repository's site is to search engines: `listed`, or why it is not."""
    if page.path == NOT_FOUND:
        return "not found"
    if page.path.endswith("/parallel/index.html"):
        return "parallel"
    if page.path == f"en/{KOREAN_ONLY}index.html":
        return "untranslated"
    return next((each for each in ("archive", "search") if page.path.endswith(f"/{each}/index.html")), "listed")


def threads(digest: Made) -> Iterator[tuple[str, Page]]:
    """All threads of the site, with their pages in each language."""
    for folder in sorted((ROOT / "content" / "threads").iterdir()):
        for lang in digest.languages:
            yield folder.name, digest.pages[f"{lang}/threads/{folder.name}/index.html"]


def written(slug: str) -> list[dict[str, Any]]:
    """The comments of a thread as they stand in its file, in reading order."""
    path = ROOT / "content" / "threads" / slug / "comments.yaml"

    def walk(comments: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for comment in comments:
            yield comment
            yield from walk(comment.get("replies", []))

    return list(walk(yaml.safe_load(path.read_text("utf-8")))) if path.exists() else []


def comment_heads(page: Page) -> list[html.HtmlElement]:
    """The head lines of the comments, in page order."""
    return page.find('//li[@id]//*[@class="by"]')


def words(element: html.HtmlElement) -> str:
    """The text of an element, spaces evened out."""
    return " ".join(str(element.text_content()).split())


def without_glosses(element: html.HtmlElement) -> str:
    """The text of an element without the glosses in it."""
    text = words(element)
    for gloss in element.xpath('.//*[@class="gloss"]'):
        text = text.replace(f" {words(gloss)}" if f" {words(gloss)}" in text else words(gloss), "", 1)
    return text


# -- every page --------------------------------------------------------------------------------------------------------


def test_pages_have_an_outline_without_gaps(digest: Made) -> None:
    """Catches a page without a main heading or with two, a heading that skips a level, and one without words."""
    for page in digest.pages.values():
        headings = page.find("//h1|//h2|//h3|//h4|//h5|//h6")
        levels = [int(heading.tag[1]) for heading in headings]
        assert levels.count(1) == 1, page.path
        assert all(after - before <= 1 for before, after in pairwise([0, *levels])), (page.path, levels)
        assert page.find("//main//h1"), page.path


def test_nothing_that_is_to_say_something_is_empty(digest: Made) -> None:
    """Catches an empty list, box, paragraph or link where a sentence belongs or nothing."""
    for page in digest.pages.values():
        empty = [each.tag for tag in MUST_HOLD for each in page.find(f"//{tag}[not(.//img)]") if not words(each)]
        assert not empty, page.path


def test_ids_are_unique(digest: Made) -> None:
    """Catches an id that stands twice on a page, as of a comment, paragraph, heading or footnote in two languages."""
    for page in digest.pages.values():
        assert not [each for each, times in Counter(page.ids).items() if times > 1 or not each], page.path


def test_every_address_leads_somewhere(digest: Made) -> None:
    """Catches a dead link, image, style sheet or fragment, also one that forgot the path which the site lies under."""
    for page in digest.pages.values():
        for address in {*page.links("//@href"), *page.links("//@src"), *page.links("//@action")}:
            if not address.startswith("https://digest.example"):
                continue
            path = digest.file_at(address)
            assert path in digest.files, (page.path, address)
            fragment = address.partition("#")[2]
            if fragment:
                assert fragment in {quote(each) for each in digest.pages[path].ids}, (page.path, address)


ASKED_FOR = {NOT_FOUND, "robots.txt", "sitemap.xml", "llms.txt", ".sitegen"}
"""What programs come upon by its name."""


def test_every_page_can_be_reached(digest: Made) -> None:
    """Catches a page, image or feed that is published and that no visitor comes upon; scripts ask for the index."""
    seen, todo = {WAY_IN}, [WAY_IN]
    while todo:
        page = digest.pages[todo.pop()]
        ways = (*page.links("//a/@href|//link/@href|//@src|//form/@action"), *page.sizes)
        found = {digest.file_at(each) for each in ways}
        new = {path for path in found if path} - seen
        seen |= new
        todo += [path for path in new if path.endswith(".html")]
    index = {path for path in digest.files if re.fullmatch(r"\w+/search/.*\.json", path)}
    (feed_style,) = (path for path in digest.files if re.fullmatch(r"assets/feed\.\w+\.css", path))
    assert digest.files - seen - index == {*ASKED_FOR, feed_style}


def test_pages_carry_nothing_that_runs_or_that_others_serve(digest: Made) -> None:
    """Catches scripts, inline style, event attributes, frames, and anything that a page loads from another host."""
    for page in digest.pages.values():
        scripts = [
            not each.text and each.get("type") for each in page.find("//script[not(@type='application/ld+json')]")
        ]
        assert scripts == (["module"] if kind(page) == "search" else []), page.path
        assert not page.find("//style|//iframe|//object|//embed|//base|//meta[@http-equiv]"), page.path
        assert not page.find("//@style/..|//@*[starts-with(name(), 'on')]/.."), page.path
        loaded = page.links('//@src|//link[not(@rel="alternate" or @rel="canonical")]/@href')
        assert all(address.startswith(digest.base) for address in loaded), page.path
        assert all(re.match("https?:", address) for address in page.links("//a/@href")), page.path


def test_texts_stand_under_their_language(digest: Made) -> None:
    """Catches a page that names the wrong language, and Korean that a screen reader would read as English."""
    for page in digest.pages.values():
        step = page.path.partition("/")[0]
        assert page.lang == (step if step in digest.languages else digest.languages[0]), page.path
        for element in page.root.iter("*"):
            texts = [element.text, *(child.tail for child in element)]
            if element.tag not in ("code", "pre", "script") and len(HANGUL.findall("".join(filter(None, texts)))) >= 8:
                lang = element.xpath("string(ancestor-or-self::*[@lang][1]/@lang)")
                assert lang == "ko", (page.path, texts)


def test_titles_and_descriptions_tell_pages_apart(digest: Made) -> None:
    """Catches a page without a title or description, and two pages that look the same in a list of results."""
    for lang in digest.languages:
        pages = [page for path, page in digest.pages.items() if path.startswith(f"{lang}/") and kind(page) == "listed"]
        titles = Counter(page.root.findtext("head/title") for page in pages)
        assert all(times == 1 and title for title, times in titles.items()), titles
        assert all(page.values('//meta[@name="description"]/@content')[0].strip() for page in pages)


def test_times_are_told_to_machines_with_their_zone(digest: Made) -> None:
    """Catches a moment without zone or in another zone than the site's, and a time that reads other than it is."""
    for page in digest.pages.values():
        for time in page.find("//time"):
            stamp = time.get("datetime") or ""
            if not DAY.fullmatch(stamp):  # the day of a column has neither time nor zone
                assert MOMENT.fullmatch(stamp), (page.path, stamp)
            hour = re.search(r"\d\d:\d\d", words(time))
            assert not hour or f"T{hour[0]}:" in stamp, (page.path, stamp)
            assert str(int(stamp[8:10])) in re.findall(r"\d+", words(time)), (page.path, stamp)


# -- languages and search engines --------------------------------------------------------------------------------------


def test_each_page_names_the_address_to_show_and_its_versions(digest: Made) -> None:
    """Catches a wrong canonical address, and versions that are incomplete, not reciprocal, or of what is no version."""
    first = digest.languages[0]
    for page in digest.pages.values():
        there = {lang: page.address.replace(f"/{page.lang}/", f"/{lang}/", 1) for lang in digest.languages}
        expected: dict[str, str] = {}
        if kind(page) == "not found":
            assert page.canonical is None
        elif kind(page) == "parallel":
            assert page.canonical == page.address.removesuffix("parallel/")
        elif kind(page) == "untranslated":
            assert page.canonical == there["ko"]
        elif kind(page) == "archive":
            assert page.canonical == f"{page.address}2025/"
        else:
            assert page.canonical == page.address
            if page.path != WAY_IN and KOREAN_ONLY not in page.path:
                expected = {**there, "x-default": there[first]}
        assert page.alternates == expected, page.path
        for address in expected.values():
            assert digest.page_at(address).alternates == expected, page.path


def test_a_korean_name_is_korean_in_any_column(site: Callable[..., Site]) -> None:
    """Catches a Korean name that a voice spells out, or reads as English, because its column is in English."""
    column = (
        'column: {title: "A column", author: 김하늘, publisher: The Paper, lang: en, url: "https://news.example/1"}\n'
    )
    thread = f"title: {{ko: 제목, en: Title}}\ndate: 2025-01-15\nlang: ko\n{column}"
    digest = made(site(f"-- content/threads/one/thread.yaml --\n{thread}"))
    for lang, author, publisher in (("ko", [], ["en"]), ("en", ["ko"], [])):
        page = digest.pages[f"{lang}/threads/one/index.html"]
        assert page.values('//main//span[.="김하늘"]/@lang') == author
        assert {*page.values('//main//span[.="The Paper"]/@lang')} == {*publisher}


def test_a_korean_name_is_korean_among_english_comments(site: Callable[..., Site]) -> None:
    """Catches a Korean name in an English discussion, an answered one too, that a voice reads as English."""
    reply = "  replies:\n    - author: Ann\n      date: 2025-01-16\n      text: Yes.\n"
    comments = f"- author: 김하늘\n  date: 2025-01-15\n  text: No.\n{reply}"
    source = 'source: {site: Forum, author: 박서연, url: "https://forum.example/1"}\n'
    thread = f"title: {{ko: 제목, en: Title}}\ndate: 2025-01-15\nlang: en\n{source}"
    folder = "content/threads/one"
    page = made(site(f"-- {folder}/thread.yaml --\n{thread}-- {folder}/comments.yaml --\n{comments}")).pages[
        "en/threads/one/index.html"
    ]
    for name in ("김하늘", "박서연"):
        found = page.find(f'//main//*[text()[contains(., "{name}")]]')
        assert found
        assert all(each.xpath("string(ancestor-or-self::*[@lang][1]/@lang)") == "ko" for each in found)


def test_language_switch_leads_to_the_same_page(digest: Made) -> None:
    """Catches a switch that leads home, to another thread, or out of step, and one that is not in its own language."""
    for page in digest.pages.values():
        if page.path in (WAY_IN, NOT_FOUND):
            continue
        links = page.find('//header/nav[@class="languages"]//a')
        assert [link.get("lang") for link in links] == [link.get("hreflang") for link in links] == [*digest.languages]
        assert [link.get("lang") for link in links if link.get("aria-current")] == [page.lang], page.path
        for link, address in zip(links, page.links('//nav[@class="languages"]//a/@href'), strict=True):
            other = digest.in_language(page, link.get("lang") or "")
            assert address == other.address, page.path
            missing = " (not translated yet)" if kind(other) == "untranslated" and other is not page else ""
            assert words(link) == {"ko": "한국어", "en": "English"}[other.lang or ""] + missing, page.path


def test_comments_and_paragraphs_have_the_same_ids_in_every_view(digest: Made) -> None:
    """Catches a permalink that is lost when its reader changes the language or reads side by side."""
    for slug, page in threads(digest):
        numbers = page.values('//*[@class="prose"]/*[starts-with(@id, "p")]/@id')
        comments = page.values('//ol[starts-with(@class, "tree")]//li[article]/@id')
        assert comments == [head.xpath("string(ancestor::li[1]/@id)") for head in comment_heads(page)]
        assert numbers, slug
        for lang in digest.languages:
            assert {*numbers, *comments} <= set(digest.in_language(page, lang).ids), page.path
            parallel = digest.pages.get(f"{lang}/threads/{slug}/parallel/index.html")
            assert (parallel is None) is (f"threads/{slug}/" == KOREAN_ONLY)
            assert parallel is None or {*numbers, *comments} <= set(parallel.ids), page.path


def test_untranslated_thread_says_so_and_stays_out_of_lists_for_machines(digest: Made) -> None:
    """Catches a thread that passes for English: no banner, no note in a list, a place in the sitemap or in the feed."""
    page = digest.pages[f"en/{KOREAN_ONLY}index.html"]
    assert "This thread is not in English yet. It is shown in Korean." in map(words, page.find("//main//p"))
    assert page.one("//h1").get("lang") == "ko"
    assert page.address not in digest.sitemap()
    assert page.address not in (digest.output / "en" / "feed.xml").read_text("utf-8")
    rows = 0
    for each in digest.pages.values():
        address = page.address.removeprefix("https://digest.example")
        for link in each.find(f'//main//li[not(ancestor::nav)]//a[@href="{address}"]'):
            assert link.get("lang") == "ko"
            assert "in Korean" in words(link.xpath("ancestor::li[1]")[0]), each.path
            rows += 1
    assert rows >= 4


def test_sitemap_lists_just_what_is_to_be_found(digest: Made) -> None:
    """Catches a page that search engines never hear of, one that they should not, and versions told otherwise there."""
    listed = digest.sitemap()
    assert set(listed) == {page.address for page in digest.pages.values() if kind(page) == "listed"}
    for address, versions in listed.items():
        assert versions == digest.page_at(address).alternates, address
    assert f"Sitemap: {digest.base}sitemap.xml" in (digest.output / "robots.txt").read_text("utf-8")


def test_not_found_page_speaks_every_language(digest: Made) -> None:
    """Catches a visitor left standing: a 404 page in one language, without a way on, or shown in results."""
    page = digest.pages[NOT_FOUND]
    parts = {lang: page.one(f'//main/*[@lang="{lang}"]') for lang in digest.languages}
    assert [HANGUL.search(words(parts[lang])) is not None for lang in ("ko", "en")] == [True, False]
    for lang in digest.languages:
        links = page.links(f'//main/*[@lang="{lang}"]//a/@href')
        assert links == [f"{digest.base}{lang}/", f"{digest.base}{lang}/archive/"]
    assert page.values('//meta[@name="robots"]/@content') == ["noindex"]


# -- comments ----------------------------------------------------------------------------------------------------------


def test_comments_stand_in_reading_order_in_all_views(digest: Made) -> None:
    """Catches a comment that is lost, doubled, out of order, or under another name or date, in any view."""
    for slug, page in threads(digest):
        expected = [(str(one["author"]), in_zone(one["date"]).isoformat()) for one in written(slug)]
        parallel = digest.pages.get(f"{page.lang}/threads/{slug}/parallel/index.html")
        for view in filter(None, (page, parallel)):
            heads = comment_heads(view)
            assert [(words(head[0]), head.xpath("string(.//time/@datetime)")) for head in heads] == expected, view.path
            assert len(expected) == int(re.findall(r"\d+", words(view.one('//*[@id="comments"]')))[0])


def test_replies_name_and_link_what_they_answer(digest: Made) -> None:
    """Catches a reply under the wrong comment, with the wrong addressee or permalink, and a miscounted branch."""
    for _, page in threads(digest):
        for item in page.find('//ol[starts-with(@class, "tree")]//li[article]'):
            own = item.xpath('article/div[@class="by"]')[0]
            permalink, *others = [link for link in own.iter("a") if link.get("class") != "next"]
            assert permalink.get("href") == f"#{item.get('id')}"
            assert words(permalink) in (permalink.get("aria-label") or "")
            parents = item.xpath("ancestor::li[1]")
            assert [link.get("href") for link in others] == [f"#{parent.get('id')}" for parent in parents]
            assert all(words(parent.xpath("article/div")[0][0]) in words(others[0]) for parent in parents)
            hidden = item.xpath("details//li[article]")
            counts = [re.findall(r"\d+", words(summary)) for summary in item.xpath("details/summary")]
            assert counts == ([[str(len(hidden))]] if hidden else [])


def test_parallel_rows_hold_each_language_in_its_place(digest: Made) -> None:
    """Catches cells out of order, without their language, or side by side with what they do not translate."""
    for slug, page in threads(digest):
        parallel = digest.pages.get(f"{page.lang}/threads/{slug}/parallel/index.html")
        if parallel is None:
            continue
        rows = [row for row in parallel.find('//div[@class="pair"]') if row.xpath("div")]
        cells = [[cell.get("lang") for cell in row] for row in rows]
        assert cells == [[*digest.languages]] * len(rows)
        assert len(rows) == len(page.find('//*[@class="prose"]/*')) + len(comment_heads(page))
        for place, lang in enumerate(digest.languages):
            own = digest.in_language(page, lang).find('//*[@class="prose"]/*|//li/article/div[@class="body"]')
            texts = [EMPTY[lang] if each.get("lang") else without_glosses(each) for each in own]
            assert [words(row[place]) for row in rows] == texts, parallel.path


# -- what the repository's site has no example of ----------------------------------------------------------------------

UNEVEN = """\
-- content/threads/one/thread.yaml --
title: {ko: 하나, en: One}
date: 2025-01-15T09:00:00+09:00
lang: ko
-- content/threads/one/column.ko.md --
첫째 문단.

- 목록

둘째 문단.
-- content/threads/one/column.en.md --
First paragraph.

Second paragraph.

Third paragraph.
-- content/threads/one/comments.yaml --
- author: 가람
  date: 2025-01-15T10:00:00+09:00
  text: {ko: 번역이 없는 댓글}
"""


def test_parallel_rows_stay_in_step_where_a_language_lacks_something(site: Callable[..., Site]) -> None:
    """Catches all that follows a missing paragraph, list or comment standing beside the wrong translation."""
    page = made(site(UNEVEN)).pages["en/threads/one/parallel/index.html"]
    rows = page.find('//div[@class="pair"][div]')
    assert [tuple(words(cell) for cell in row) for row in rows] == [
        ("첫째 문단.", "First paragraph."),
        ("목록", EMPTY["en"]),
        ("둘째 문단.", "Second paragraph."),
        (EMPTY["ko"], "Third paragraph."),
        ("번역이 없는 댓글", EMPTY["en"]),
    ]


@pytest.mark.parametrize(
    ("ko", "en", "line", "message"),
    [
        (
            "하나\n\n- 둘\n",
            "One\n\nTwo\n\nThree\n",
            3,
            "block 2 of this summary, a paragraph, stands beside a list in `ko`",
        ),
        ("하나\n", "One\n\n\n```\ntwo\n```\n", 4, "block 2 of this summary, code, stands beside nothing in `ko`"),
        (
            "하나\n\n둘\n",
            "\nOne[^1]\n\n[^1]: Note\n",
            2,
            "block 2 of this summary, nothing, stands beside a paragraph in `ko`",
        ),
        (
            "하나\n\n둘\n",
            "One\n\n[two]: https://two.example/\n\n- [two]\n",
            5,
            "block 2 of this summary, a list, stands beside a paragraph in `ko`",
        ),
    ],
)
def test_the_first_paragraph_that_differs_is_named(
    site: Callable[..., Site], ko: str, en: str, line: int, message: str
) -> None:
    """Catches a warning that leaves the writer to find where two languages part."""
    texts = f"-- content/threads/one/column.ko.md --\n{ko}-- content/threads/one/column.en.md --\n{en}"
    (told,) = site(THREAD + texts).build().diagnostics
    assert (told.code, told.message) == ("unmatched-paragraphs", message)
    assert told.span is not None
    assert (told.span.path, told.span.line) == ("content/threads/one/column.en.md", line)


def test_comments_keep_their_ids_when_others_come_before_them(site: Callable[..., Site]) -> None:
    """Catches permalinks that lead to another comment, or nowhere, once somebody has written in between."""
    project = site(UNEVEN)
    before = made(project).pages["ko/threads/one/index.html"]
    earlier = "- {author: 나루, date: 2025-01-15T09:30:00+09:00, text: 먼저}\n"
    path = project.root / "content" / "threads" / "one" / "comments.yaml"
    path.write_text(earlier + path.read_text("utf-8"), "utf-8")
    after = made(project).pages["ko/threads/one/index.html"]
    ids = {words(each): each.xpath("string(ancestor::li[1]/@id)") for each in after.find('//div[@class="body"]')}
    (known,) = before.values("//li[article]/@id")
    assert ids["번역이 없는 댓글"] == known
    assert ids["먼저"] not in ("", known)


@pytest.mark.parametrize("archive", ["", "-- content/threads/one/thread.yaml --\ntitle: 하나\ndate: 2025-01-15\n"])
def test_what_there_is_none_of_yet_is_told_in_words(site: Callable[..., Site], archive: str) -> None:
    """Catches an empty list or a lone heading on a site, or in a thread, that has little or nothing yet."""
    small = made(site(archive))
    told = "\n".join(words(page.one("//main")) for page in small.pages.values())
    for phrase in ("No summary yet.", "No sources are given.", "No comments yet.") if archive else ("No threads yet.",):
        assert phrase in told
    for page in small.pages.values():
        assert not [each.tag for tag in MUST_HOLD for each in page.find(f"//{tag}") if not words(each)], page.path


def test_a_site_in_one_language_names_no_versions(site: Callable[..., Site]) -> None:
    """Catches pages that announce themselves as versions of nothing but themselves."""
    settings = "-- sitegen.yaml --\ntitle: 하나\nbase_url: https://digest.example/\nlanguages: [ko]\n"
    alone = made(site(settings + "-- content/threads/one/thread.yaml --\ntitle: 하나\ndate: 2025-01-15\n"))
    assert not any(page.alternates for page in alone.pages.values())
    assert not any(alone.sitemap().values())


def test_a_third_language_stands_apart_where_it_lacks_a_translation(site: Callable[..., Site]) -> None:
    """Catches an untranslated page that passes for a version of the translated ones, or leads to the wrong original."""
    third = site(UNEVEN + "-- themes/digest/strings/ja.yaml --\n" + ENGLISH.read_text("utf-8"))
    settings = third.root / "sitegen.yaml"
    settings.write_text(settings.read_text("utf-8").replace("[ko, en]", "[en, ja, ko]"), "utf-8")
    pages = made(third, languages=("en", "ja", "ko")).pages
    base = "https://digest.example/{}/threads/one/"
    versions = {"en": base.format("en"), "ko": base.format("ko"), "x-default": base.format("en")}
    found = {lang: pages[f"{lang}/threads/one/index.html"] for lang in ("en", "ja", "ko")}
    assert {lang: page.alternates for lang, page in found.items()} == {"en": versions, "ja": {}, "ko": versions}
    assert found["ja"].canonical == base.format("ko")


def test_dates_in_the_sitemap_are_those_of_the_content(site: Callable[..., Site]) -> None:
    """Catches a sitemap with the date of the build, or with dates that crawlers cannot read."""
    small = made(site(UNEVEN))
    dates = re.findall("<lastmod>(.*)</lastmod>", (small.output / "sitemap.xml").read_text("utf-8"))
    assert {datetime.fromisoformat(each).isoformat() for each in dates} == {"2025-01-15T09:00:00+09:00"}
