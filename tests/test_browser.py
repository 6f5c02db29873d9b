"""The made site in a real browser: what layout, style sheet, keyboard and security policy do to its readers."""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Site
from playwright.sync_api import Browser, Dialog, Page, ViewportSize, expect, sync_playwright
from reader import made, sample

POLICY = "default-src 'self'"
QUIET = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
QUIET += " --disable-component-update --disable-sync"

THREAD, LONGEST, DEEPEST = "ko/threads/ai-basic-act/", "ko/threads/xz-backdoor/", "ko/threads/left-pad-revisited/"
UNTRANSLATED, PARALLEL, ISSUE = "en/threads/ai-basic-act/", f"{LONGEST}parallel/", "en/digests/2025-01/"
KINDS = [
    *("", "404.html", "ko/", THREAD, UNTRANSLATED, LONGEST, PARALLEL, ISSUE, "ko/digests/", "ko/topics/"),
    *("en/categories/security/", "ko/archive/", "en/glossary/", "ko/subscribe/", "en/about/"),
]
"""A page of each kind."""


def chromium() -> str:
    """Where the browser is; the suite fails without one, for nothing else sees what readers see."""
    names = filter(None, (os.environ.get("CHROMIUM"), "chromium", "chromium-browser"))
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.fail(
            "the tests need Chromium: `apt-get install chromium`, or set CHROMIUM to where it is", pytrace=False
        )
    return found


class Handler(SimpleHTTPRequestHandler):
    """Files of a folder, under the strictest policy that a host may set."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[Path], str]]:
    """Serves folders on loopback; gives the address of each."""
    servers = []

    def start(folder: Path) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def digest(serve: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The repository's own site, served."""
    return serve(made(sample(tmp_path_factory.mktemp("sample"))).output)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests of this file."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=QUIET.split())
        yield browser
        browser.close()


@dataclass
class Visit:
    """A reader's tab, and what went wrong in it: whatever a console shows, and requests to other hosts."""

    page: Page
    wrongs: list[str]


@pytest.fixture
def visit(browser: Browser, digest: str) -> Iterator[Callable[..., Visit]]:
    """Opens tabs on a page of a site, the repository's own unless another is given."""
    contexts = []

    def go(path: str = "", width: int = 1280, height: int = 900, site: str = digest, **more: Any) -> Visit:
        context = browser.new_context(viewport=ViewportSize(width=width, height=height), **more)
        contexts.append(context)
        page = context.new_page()
        wrongs: list[str] = []

        def asked(dialog: Dialog) -> None:
            wrongs.append(dialog.message)
            dialog.dismiss()

        page.on("console", lambda message: wrongs.append(message.text))
        page.on("pageerror", lambda problem: wrongs.append(str(problem)))
        page.on("dialog", asked)
        page.on("request", lambda request: None if request.url.startswith(site) else wrongs.append(request.url))
        page.on("response", lambda response: None if response.status < 400 else wrongs.append(response.url))
        page.goto(site + path)
        return Visit(page, wrongs)

    yield go
    for context in contexts:
        context.close()


def overhang(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return wide


def box(page: Page, selector: str) -> dict[str, float]:
    """Where the first element of a selector is in the window."""
    found: dict[str, float] = page.evaluate("s => document.querySelector(s).getBoundingClientRect().toJSON()", selector)
    return found


def colours(page: Page) -> list[tuple[int, ...]]:
    """The colours of paper, text and soft text."""
    found = page.evaluate(
        """() => [getComputedStyle(document.documentElement).backgroundColor,
            ...["p", ".meta"].map(each => getComputedStyle(document.querySelector(`main ${each}`)).color)]"""
    )
    return [tuple(map(int, re.findall(r"\d+", each)[:3])) for each in found]


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """The contrast of two colours (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio)."""

    def luminance(colour: tuple[int, ...]) -> float:
        red, green, blue = (c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


SMALLEST = """Math.min(...[...document.querySelectorAll("body *")]
    .filter(part => part.checkVisibility() && !part.closest("sup, code"))
    .filter(part => [...part.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim()))
    .map(part => parseFloat(getComputedStyle(part).fontSize)))"""
"""The size of the smallest text."""

BROKEN = """selector => [...document.querySelectorAll(selector)].flatMap(part => {
    const broken = [], range = new Range();
    const texts = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    for (let text; text = texts.nextNode();) {
        if (text.parentElement.closest("[lang]").lang !== "ko" || text.parentElement.closest("code")) continue;
        for (const word of text.data.matchAll(/[\\p{L}\\p{N}]+/gu)) {
            range.setStart(text, word.index), range.setEnd(text, word.index + word[0].length);
            const rows = new Set([...range.getClientRects()].map(each => Math.round(each.top)));
            if (/[가-힣]/.test(word[0]) && rows.size > 1) broken.push(word[0]);
        }
    }
    return broken;
})"""
"""The Korean words, in the elements of a selector, that stand on more than one line."""


ON_TOP = """() => {
    const {left, top, width, height} = document.activeElement.getBoundingClientRect();
    return document.elementFromPoint(left + width / 2, top + height / 2) === document.activeElement;
}"""
"""Whether what has the focus is on the screen and nothing covers it."""

WIDTHS = "[...document.querySelectorAll('.tree .body')].map(body => body.clientWidth)"
BACKGROUND = "selector => getComputedStyle(document.querySelector(selector)).backgroundColor"


# -- layout ------------------------------------------------------------------------------------------------------------


def test_pages_fit_all_windows(visit: Callable[..., Visit], digest: str) -> None:
    """Catches what is wider than its window (a word, an address, a table, an image), and text too small to read."""
    page = visit().page
    for path in KINDS:
        page.goto(digest + path)
        for width in (320, 360, 768, 1280, 1920):
            page.set_viewport_size({"width": width, "height": 900})
            assert overhang(page) <= 0, (path, width)
            assert page.evaluate(SMALLEST) >= 15, (path, width)


def test_korean_words_stay_whole(visit: Callable[..., Visit], digest: str) -> None:
    """Catches Korean that breaks inside words, as browsers do without being told otherwise."""
    page = visit().page
    for path in (THREAD, UNTRANSLATED, LONGEST, PARALLEL, "ko/"):
        page.goto(digest + path)
        for width in (320, 360, 768, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(BROKEN, "h1, h2, h3, main p, main li, .body") == [], (path, width)


def test_summary_stands_beside_the_comments_where_there_is_room(visit: Callable[..., Visit]) -> None:
    """Catches columns that are lost on a wide window, or kept on a phone."""
    wide, phone = visit(THREAD, width=1280).page, visit(THREAD, width=360).page
    summary, comments = box(wide, ".column"), box(wide, ".comments")
    assert summary["right"] <= comments["left"]
    assert 0 < summary["top"] < 900
    assert 0 < comments["top"] < 900
    assert box(phone, ".column")["bottom"] <= box(phone, ".comments")["top"]


def test_a_short_summary_stays_beside_the_comments_being_read(visit: Callable[..., Visit]) -> None:
    """Catches a summary that leaves the window with the first screen, on windows that have room for it."""
    page = visit(LONGEST).page
    comments = box(page, ".comments")
    for share in (0, 0.5, 1):
        page.evaluate("y => scrollTo(0, y)", comments["top"] + share * comments["height"] - 900)
        summary = box(page, ".prose")
        assert summary["top"] < 900, share
        assert summary["bottom"] > 0, share


def test_deep_replies_keep_their_measure_on_a_phone(visit: Callable[..., Visit]) -> None:
    """Catches indentation that goes on until a column of a few characters is left."""
    page = visit(DEEPEST, width=360).page
    assert page.locator(f".tree {'li > details > ol > ' * 8}li").count() >= 1
    assert min(page.evaluate(WIDTHS)) >= 240


# -- keyboard and permalinks -------------------------------------------------------------------------------------------


def test_first_stops_of_the_tab_key_lead_past_the_masthead(visit: Callable[..., Visit]) -> None:
    """Catches skip links that are missing, not first, not seen when reached, or lead nowhere."""
    page = visit(THREAD, width=360).page
    for target in ("main", "comments"):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.hash") == f"#{target}"
        assert page.evaluate(ON_TOP)
    page.keyboard.press("Enter")
    assert -1 < box(page, "#comments")["top"] < 200
    page.goto(page.url.partition("#")[0])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_branches_fold_by_keyboard(visit: Callable[..., Visit], key: str) -> None:
    """Catches replies that cannot be folded without a mouse, and folding that hides the comment itself."""
    page = visit(LONGEST).page
    branch = page.locator(".tree > li:has(> details)").first
    reply, own = branch.locator("li article").first, branch.locator("> article")
    branch.locator("> details > summary").focus()
    for shown in (False, True):
        page.keyboard.press(key)
        assert reply.is_visible() is shown
        assert own.is_visible()


def test_permalink_opens_what_is_folded_and_marks_the_comment(visit: Callable[..., Visit]) -> None:
    """Catches a permalink that lands on a folded branch, off the screen, or unmarked among other comments."""
    page = visit(DEEPEST, width=360, height=700).page
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = false)")
    comment = page.locator(".tree li li li li").first
    assert not comment.is_visible()
    name = comment.get_attribute("id")
    page.goto(f"{page.url}#{name}")
    assert comment.is_visible()
    at = box(page, f"[id='{name}'] > article")
    assert 0 <= at["top"] < 350
    assert page.evaluate(BACKGROUND, f"[id='{name}'] > article") != page.evaluate(BACKGROUND, ".tree article")


# -- schemes, print, scripts, policy -----------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_follow_the_reader(visit: Callable[..., Visit], scheme: str) -> None:
    """Catches a page that stays light at night, and text that glares or fades on its paper."""
    paper, text, soft = colours(visit(THREAD, color_scheme=scheme).page)
    assert (sum(paper) < 3 * 64) is (scheme == "dark")
    assert 7 <= contrast(paper, text) <= 17
    assert contrast(paper, soft) >= 7


def test_print_shows_all_comments_and_no_navigation(visit: Callable[..., Visit]) -> None:
    """Catches folded replies missing on paper, menus printed, dark paper, and source addresses left out."""
    page = visit(DEEPEST, color_scheme="dark").page
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = false)")
    page.emulate_media(media="print")
    assert page.evaluate("[...document.querySelectorAll('nav, .skip')].every(each => !each.checkVisibility())")
    heights = page.evaluate("[...document.querySelectorAll('.tree .body')].map(each => each.clientHeight)")
    assert min(heights) > 0
    assert page.evaluate("[...document.querySelectorAll('.tree .body')].every(each => each.checkVisibility())")
    assert colours(page) == [(255, 255, 255), (0, 0, 0), (0, 0, 0)]
    written = page.evaluate("getComputedStyle(document.querySelector('.sources a'), '::after').content")
    assert page.locator(".sources a").first.get_attribute("href") in written
    assert page.evaluate("getComputedStyle(document.querySelector('.columns')).display") == "block"


def test_pages_ask_nobody_else_and_need_no_script(visit: Callable[..., Visit], digest: str) -> None:
    """Catches requests to other hosts, missing files, what a strict policy blocks, words that only scripts show."""
    tab, plain = visit(), visit(java_script_enabled=False).page
    for path in KINDS:
        tab.page.goto(digest + path)
        plain.goto(digest + path)
        assert tab.wrongs == [], path
        assert plain.inner_text("body") == tab.page.inner_text("body") != "", path


# -- search ------------------------------------------------------------------------------------------------------------


def searched(page: Page) -> str:
    """What the search page says once it has an answer."""
    status = page.get_by_role("status")
    expect(status).to_have_text(re.compile("^(?!.*(찾는 중|Searching)).+"))
    return status.inner_text()


def links_of(page: Page) -> list[str]:
    """The addresses that results lead to."""
    return [str(link.get_attribute("href")) for link in page.locator("#results a").all()]


DEEPSEEK = "threads/deepseek-export-controls/"


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(
    ("lang", "query", "count"), [("ko", "수출 규제", "글 1개"), ("en", "deepsee export", "1 thread")]
)
def test_a_search_begins_on_any_page(
    visit: Callable[..., Visit], lang: str, query: str, count: str, width: int
) -> None:
    """Catches a form that does not fit, leads nowhere, or comes back with nothing or with what was not asked for."""
    tab = visit(f"{lang}/glossary/", width=width)
    page = tab.page
    box = page.get_by_role("search").get_by_role("searchbox")
    box.fill(query)
    box.press("Enter")
    assert searched(page) == count
    assert page.get_by_role("searchbox").input_value() == query
    assert links_of(page)[0].endswith(f"/{lang}/{DEEPSEEK}")
    marked = {each.lower() for each in page.locator("#results mark").all_inner_texts()}
    assert marked >= {word.removesuffix("ort") for word in query.split()} or marked >= set(query.split())
    assert tab.wrongs == []


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_the_masthead_stays_low(visit: Callable[..., Visit], width: int) -> None:
    """Catches a form that pushes the page down: three short rows on a phone, or four in a wide font."""
    for path in ("ko/", "en/", UNTRANSLATED, THREAD):
        page = visit(path, width=width).page
        assert box(page, ".masthead")["height"] <= (170 if width == 360 else 110 if width == 768 else 65), path
        assert overhang(page) <= 0


def test_results_lead_to_the_comment(visit: Callable[..., Visit]) -> None:
    """Catches a match in a comment that is found and cannot be reached, or whose line is another one."""
    page = visit("ko/search/?q=%EC%95%BD%EA%B4%80+%EC%9C%84%EB%B0%98").page  # 약관 위반
    searched(page)
    line = page.locator("#results p:has(a)").first
    assert line.locator("mark").all_inner_texts() == ["약관", "위반"]
    words = line.inner_text()
    line.locator("a").click()
    expect(page.locator(":target .body").first).to_contain_text("약관 위반")
    assert page.locator(":target > article .by b, :target > article .by h3").inner_text() in words


def test_a_phrase_stands_together(visit: Callable[..., Visit]) -> None:
    """Catches quotation marks that are passed over: the words stand in more threads than the phrase."""
    loose, phrase = (visit(f"en/search/?q={query}").page for query in ("the+controls", "%22the+controls%22"))
    assert int(searched(loose).split()[0]) > int(searched(phrase).split()[0]) > 0
    assert {each.lower() for each in phrase.locator("#results mark").all_inner_texts()} == {"the controls"}


@pytest.mark.parametrize(("query", "told"), [("zzzz", "찾은 글이 없습니다."), ("%F0%9F%8E%89", ""), ("", "")])
def test_nothing_found_is_told(visit: Callable[..., Visit], query: str, told: str) -> None:
    """Catches an empty page that leaves its reader waiting, and a query without letters that is looked for."""
    tab = visit(f"ko/search/?q={query}")
    expect(tab.page.get_by_role("status")).to_have_text(told)
    assert tab.wrongs == []
    assert links_of(tab.page) == []


def test_results_have_an_address_and_a_way_back(visit: Callable[..., Visit], digest: str) -> None:
    """Catches results that cannot be shared, a back button that leaves, and a switch that forgets the query."""
    page = visit("ko/search/?q=%EA%B7%9C%EC%A0%9C").page  # 규제
    first = searched(page)
    field = page.get_by_role("searchbox")
    field.fill("zzzz")
    field.press("Enter")
    expect(page.get_by_role("status")).to_have_text("찾은 글이 없습니다.")
    assert page.url == f"{digest}ko/search/?q=zzzz"
    page.go_back()
    expect(page.get_by_role("status")).to_have_text(first)
    assert field.input_value() == "규제"
    assert page.locator(".languages a").last.evaluate("link => new URL(link.href).search") == "?q=%EA%B7%9C%EC%A0%9C"


def test_a_syllable_that_is_not_finished_is_not_looked_for(visit: Callable[..., Visit]) -> None:
    """Catches the Enter that ends a syllable in a Korean input method and is taken for the one that searches."""
    page = visit("ko/search/").page
    field = page.get_by_role("searchbox")
    field.dispatch_event("compositionstart", {"bubbles": True})
    field.fill("규젷")
    field.press("Enter")
    assert "?q=" not in page.url
    field.fill("규제")
    field.dispatch_event("compositionend", {"bubbles": True})
    assert searched(page) == "글 2개"


def test_without_scripts_the_search_page_leads_on(visit: Callable[..., Visit]) -> None:
    """Catches a search page that stays silent where scripts do not run."""
    tab = visit("ko/search/?q=zzzz", java_script_enabled=False)
    assert "검색에는 자바스크립트가 필요합니다." in tab.page.inner_text("main")
    assert [link.inner_text() for link in tab.page.locator("main a").all()] == ["지난 글", "주제"]


# -- what strangers write ----------------------------------------------------------------------------------------------

LONG = "가나다라마" * 100
ATTACKS = (
    "<script>document.title = 'taken'</script><img src=x onerror=alert(1)><svg onload=alert(2)>",
    "<style>body { display: none }</style></article></li></ol><h1>taken</h1><iframe src=https://evil.example/>",
    "[click](javascript:alert(3)) <javascript:alert(4)> ![picture](https://evil.example/x.png)",
    f"{LONG} {'w' * 500} https://evil.example/{'long' * 100}",
    "\u202eturned around\u2066 and not turned back",
    "Z" + "".join(chr(0x300 + each) for each in range(60)) * 3,
    "```\n" + "code " * 200 + "\n```\n\n| a | b |\n|---|---|\n| " + "cell" * 100 + " | c |",
)


def hostile() -> str:
    """A thread in which strangers try what they can, 40 replies deep."""
    comments: list[dict[str, Any]] = []
    for number in range(39, -1, -1):
        text = ATTACKS[number % len(ATTACKS)]
        name = ["<b onclick=alert(5)>가람</b>", "\u202edlrow", "이름" * 40][number % 3]
        date = f"2025-01-15T10:{number:02}:00+09:00"
        comments = [{"author": name, "date": date, "text": {"ko": text}, "replies": comments}]
    card = {"title": {"ko": f"<i>{LONG[:60]}</i> {{{{ 7 * 7 }}}}"}, "date": "2025-01-15T09:00:00+09:00", "lang": "ko"}
    files = {"thread": card, "comments": comments}
    dumped = {name: yaml.safe_dump(value, allow_unicode=True, width=1000) for name, value in files.items()}
    return "".join(f"-- content/threads/hostile/{name}.yaml --\n{text}" for name, text in dumped.items())


def test_hostile_comments_harm_nobody(
    visit: Callable[..., Visit], serve: Callable[[Path], str], site: Callable[..., Site]
) -> None:
    """Catches words of strangers that run, load, hide or overturn something, or push the page out of its window."""
    tab = visit("ko/threads/hostile/", width=360, site=serve(made(site(hostile())).output))
    page = tab.page
    assert page.locator(".tree article").count() == 40
    assert page.locator("h1").count() == 1
    assert "taken" not in page.title()
    assert "{{ 7 * 7 }}" in page.inner_text("h1")
    assert min(page.evaluate(WIDTHS)) >= 240
    for width in (320, 360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert overhang(page) <= 0, width
    assert not page.evaluate("[...document.querySelectorAll('a')].some(each => !/^https?:$/.test(each.protocol))")
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", page.inner_text("body"))
    assert page.locator(".tree article", has_text="turned around").first.is_visible()
    for each in page.locator(".by b, .by h3").all()[:3]:
        each.click()
    assert tab.wrongs == []
    page.goto(page.url.partition("threads/")[0] + "search/?q=onerror")
    assert searched(page) == "글 1개"
    assert page.locator("#results b, #results img").count() == 0
    assert "onerror=alert(1)" in page.inner_text("#results")
    assert tab.wrongs == []
