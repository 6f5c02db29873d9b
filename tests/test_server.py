"""What the preview serves: real sockets on the loopback interface, and requests that no browser sends."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, sync_playwright
from serving import SOON, ask, connect, events, next_event, send

from sitegen.diagnostics import Diagnostic, Span, error, span_at
from sitegen.editor import KNOWN, Editor, address_of
from sitegen.server import Server, mark_of
from sitegen.standings import Standing
from sitegen.tasks import Made
from sitegen.translations import Lag, State

PAGE = "<!doctype html><title>{0}</title><body>{0}</body></html>\n"
FILES = {
    "index.html": PAGE.format("front"),
    "404.html": PAGE.format("nothing here"),
    "ko/index.html": PAGE.format("한국어"),
    "ko/threads/딥시크/index.html": PAGE.format("딥시크"),
    "ko/feed.xml": "<rss/>",
    "sitemap.xml": "<urlset/>",
    "robots.txt": "Sitemap",
    "assets/style.css": "p {}",
    "assets/app.js": "1",
    "media/a.svg": "<svg/>",
    "media/a.bin": "?",
}


class Files(dict[str, str]):
    """A made-up site: texts by their paths, and what is wrong with it."""

    def __init__(self, files: dict[str, str]) -> None:
        super().__init__(files)
        self.base = "/"
        self.faults: tuple[Diagnostic, ...] = ()
        self.broken: dict[str, Diagnostic] = {}

    def make(self, path: str) -> Made:
        return (None, (self.broken[path],)) if path in self.broken else (self[path].encode(), ())

    def standings(self) -> tuple[Standing, ...]:
        lag = Lag("summary", "content/threads/one/column.en.md", 3, 1, "<b>before</b>", "now")
        return (Standing("threads/one", (State("en", 2, stale=(lag,)),)),)


EDITOR = Editor(Path("/nowhere"), KNOWN["vscode"])


def server_of(site: Files, host: str = "127.0.0.1", port: int = 0) -> Server:
    return Server(host, port, site, EDITOR)


@pytest.fixture
def files() -> Files:
    """A made-up site."""
    return Files(FILES)


@pytest.fixture
def server(files: Files, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that shows the made-up site."""
    monkeypatch.setattr("sitegen.server.POLL_SECONDS", 0.01)
    with server_of(files) as running:
        yield running


# -- pages -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "body", "kind"),
    [
        ("/", "front", "text/html; charset=utf-8"),
        ("/index.html", "front", "text/html; charset=utf-8"),
        ("/ko/?page=2", "한국어", "text/html; charset=utf-8"),
        ("/ko/threads/%EB%94%A5%EC%8B%9C%ED%81%AC/", "딥시크", "text/html; charset=utf-8"),
        ("/ko/feed.xml", "<rss/>", "application/rss+xml; charset=utf-8"),
        ("/sitemap.xml", "<urlset/>", "application/xml; charset=utf-8"),
        ("/robots.txt", "Sitemap", "text/plain; charset=utf-8"),
        ("/assets/style.css", "p {}", "text/css; charset=utf-8"),
        ("/assets/app.js", "1", "text/javascript; charset=utf-8"),
        ("/media/a.svg", "<svg/>", "image/svg+xml"),
        ("/media/a.bin", "?", "application/octet-stream"),
    ],
)
def test_files_are_served_by_their_addresses(server: Server, target: str, body: str, kind: str) -> None:
    """Catches pages that browsers do not find, misread, or offer to download."""
    answer = ask(server, target)
    assert (answer.status, answer.headers["content-type"]) == (200, kind)
    assert body in answer.text


@pytest.mark.parametrize(
    ("target", "location"),
    [("/ko", "/ko/"), ("/ko?x=1", "/ko/?x=1"), ("/ko/threads/딥시크", "/ko/threads/%EB%94%A5%EC%8B%9C%ED%81%AC/")],
)
def test_a_folder_without_its_slash_is_redirected(server: Server, target: str, location: str) -> None:
    """Catches pages whose relative links break because their address lacks the slash."""
    answer = ask(server, target.encode().decode("latin-1"))
    assert (answer.status, answer.headers["location"]) == (302, location)


@pytest.mark.parametrize("target", ["/nowhere/", "/ko/feed.xml/", "/media/", "/ko//", "/" + "x" * 5000])
def test_what_is_not_there_is_answered_by_the_sites_own_page(server: Server, target: str) -> None:
    """Catches a preview that does not show what visitors of a wrong address will see."""
    answer = ask(server, target)
    assert answer.status == 404
    assert "nothing here" in answer.text


@pytest.mark.parametrize("target", ["/", "/nowhere/", "/ko", "/_sitegen/preview.js"])
def test_head_answers_without_a_body(server: Server, target: str) -> None:
    """Catches a HEAD whose body is taken for the next answer."""
    full, head = ask(server, target), ask(server, target, method="HEAD")
    assert (head.status, head.body) == (full.status, b"")
    assert head.headers["content-length"] == full.headers["content-length"]


@pytest.mark.parametrize("target", ["/", "/assets/style.css", "/nowhere/", "/ko", "/_sitegen/preview.js"])
def test_nothing_is_kept_or_guessed_by_browsers(server: Server, target: str) -> None:
    """Catches stale pages in a browser's cache, and files that a browser takes for something else."""
    headers = ask(server, target).headers
    assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")


def test_a_connection_serves_one_request_after_the_other(server: Server) -> None:
    """Catches answers whose length is wrong, and connections that close after each request."""
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=SOON)) as connection:
        connection.connect()
        first = connection.sock
        for target, status in (("/", 200), ("/nowhere/", 404), ("/ko", 302), ("/ko/", 200), ("/assets/app.js", 200)):
            connection.request("GET", target)
            response = connection.getresponse()
            response.read()
            assert (response.status, connection.sock) == (status, first)


# -- loading again -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "before", "after"),
    [
        ("<body>one</body></html>", "<body>one", "</body></html>"),
        ("<BODY>one</BODY>", "<BODY>one", "</BODY>"),
        ("<body>&lt;/body> <pre></body></pre> two</body>\n", "<body>&lt;/body> <pre></body></pre> two", "</body>\n"),
        ("<p>one", "<p>one", ""),
        ("", "", ""),
    ],
)
def test_pages_get_the_script_at_their_end(server: Server, files: Files, page: str, before: str, after: str) -> None:
    """Catches pages that are not loaded again, or are broken by the script."""
    files["x.html"] = page
    script = f'<script src="/_sitegen/preview.js" data-mark="{mark_of(page.encode())}"></script>'
    assert ask(server, "/x.html").text == before + script + after


def test_what_is_no_page_is_served_as_it_is(server: Server, files: Files) -> None:
    """Catches a script in feeds and style sheets."""
    files["x.xml"] = "<a></body></a>"
    assert ask(server, "/x.xml").text == "<a></body></a>"


def test_the_script_is_served(server: Server) -> None:
    """Catches a script that a browser refuses to run, or that listens at another address than the stream's."""
    answer = ask(server, "/_sitegen/preview.js")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert "/_sitegen/events" in answer.text


def test_streams_tell_a_page_when_it_changed(server: Server, files: Files) -> None:
    """Catches pages that are not loaded again when they changed, or load themselves again though they did not."""
    mark = mark_of(FILES["ko/index.html"].encode())
    with events(server, f"path=/ko/&mark={mark}") as stream:
        assert next_event(stream) == ("same", [])
        files["index.html"] = PAGE.format("new")
        server.changed()
        assert next_event(stream) == ("same", [])
        files["ko/index.html"] = PAGE.format("new")
        server.changed()
        assert next_event(stream) == ("changed", [])
    with events(server, f"path=/ko/threads/%25EB%2594%25A5%25EC%258B%259C%25ED%2581%25AC/&mark={mark}") as stream:
        assert next_event(stream) == ("changed", [])


def test_a_page_that_is_gone_has_changed(server: Server, files: Files) -> None:
    """Catches a page that stays open though its thread was deleted."""
    with events(server, f"path=/ko/&mark={mark_of(FILES['ko/index.html'].encode())}") as stream:
        assert next_event(stream) == ("same", [])
        del files["ko/index.html"]
        server.changed()
        assert next_event(stream) == ("changed", [])


def test_streams_tell_of_faults(server: Server, files: Files, tmp_path: Path) -> None:
    """Catches a fault that the writer is not shown with its place, or that stays when it was mended."""
    (tmp_path / "내용.yaml").write_text("x: 1\n", "utf-8")
    server.editor = Editor(tmp_path, KNOWN["vscode"])
    with events(server, f"path=/&mark={mark_of(FILES['index.html'].encode())}") as stream:
        assert next_event(stream) == ("same", [])
        span = span_at("내용.yaml", "x: 1\n", 1, 4)
        files.faults = (error("bad", "this is wrong", span, "mend it"), error("worse", "as is this"))
        server.changed()
        event, (first, second) = next_event(stream)
        assert (event, first["title"], first["message"]) == ("same", "error[bad]", "this is wrong")
        assert (first["place"], first["line"], first["help"]) == ("내용.yaml:1:4", "x: 1", "mend it")
        assert first["link"] == f"vscode://file{quote(str(tmp_path / '내용.yaml'))}:1:4"
        assert (second["place"], second["link"]) == ("", "")
        files.faults = ()
        server.changed()
        assert next_event(stream) == ("same", [])


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=program) as launched:
        yield launched


def test_pages_load_themselves_again_in_a_browser(
    browser: Browser, server: Server, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a script that does not run, holds a stream while nobody looks, or misses what changed meanwhile."""
    monkeypatch.setattr("sitegen.server.BEAT_SECONDS", 0.02)

    def change(text: str) -> None:
        files["index.html"] = PAGE.format(text)
        server.changed()

    def look(*, away: bool) -> None:
        page.evaluate("away => Object.defineProperty(document, 'hidden', {value: away, configurable: true})", away)
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    page = browser.new_page()
    loads: list[str] = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    page.goto(server.url)
    change("second")
    page.wait_for_function("document.title === 'second'")
    look(away=True)
    assert all(server.streams.acquire(timeout=SOON) for _ in range(64))
    server.streams.release(64)
    change("third")
    change("fourth")
    assert page.title() == "second"
    look(away=False)
    page.wait_for_function("document.title === 'fourth'")
    assert loads == [server.url] * 3


def test_a_page_keeps_its_place_when_it_is_loaded_again(browser: Browser, server: Server, files: Files) -> None:
    """Catches a writer who is thrown back to the top of a long thread by each save."""
    files["index.html"] = PAGE.format("<p>line</p>" * 400)
    page = browser.new_page()
    page.goto(server.url)
    page.evaluate("scrollTo(0, 3000)")
    page.wait_for_function("scrollY === 3000")
    files["index.html"] = PAGE.format("<p>line</p>" * 400 + "<i>end</i>")
    server.changed()
    page.wait_for_selector("i")
    page.wait_for_function("scrollY === 3000")


def test_faults_lie_over_the_last_good_page(browser: Browser, server: Server, files: Files, tmp_path: Path) -> None:
    """Catches a fault that the writer does not see, that runs, that outlives its mending, or that hides the page."""
    (tmp_path / "a.yaml").write_text("x: <script>document.title = 'ran'</script>\n", "utf-8")
    server.editor = Editor(tmp_path, KNOWN["vscode"])
    text = (tmp_path / "a.yaml").read_text("utf-8")
    page = browser.new_page()
    page.goto(server.url)
    hostile = "<img src=x onerror=\"document.title = 'ran'\">"
    files.faults = (error("bad", hostile, span_at("a.yaml", text, 1, 4), hostile),)
    server.changed()
    alert = page.get_by_role("alert")
    alert.get_by_text("error[bad]").wait_for()
    assert hostile in alert.inner_text()
    assert "<script>" in alert.inner_text()
    link = alert.get_by_role("link")
    assert link.inner_text() == "a.yaml:1:4"
    assert link.get_attribute("href") == f"vscode://file{tmp_path}/a.yaml:1:4"
    assert alert.evaluate("node => getComputedStyle(node).position") == "fixed"
    assert page.locator("body").inner_text() == "front"
    files.faults = ()
    server.changed()
    alert.wait_for(state="detached")
    assert page.title() == "front"


def test_streams_are_bounded(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a hundred open tabs that use up the machine, and streams that count on after their reader left."""
    monkeypatch.setattr("sitegen.server.BEAT_SECONDS", 0.02)
    with ExitStack() as opened:
        for _ in range(64):
            opened.enter_context(events(server))
        for _ in range(36):
            with connect(server) as refused, refused.makefile("rb") as answer:
                refused.sendall(b"GET /_sitegen/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert b" 503 " in answer.readline()
        assert ask(server, "/").status == 200
    for _ in range(64):  # those that were left end one after the other
        assert server.streams.acquire(timeout=SOON)


def test_streams_end_with_the_server(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches threads and connections that outlive the server."""
    monkeypatch.setattr("sitegen.server.BEAT_SECONDS", 3600)
    with server_of(files) as server, events(server) as stream:
        next_event(stream)
        server.__exit__()
        assert stream.read() == b"\n"


def test_a_stream_has_a_head(server: Server) -> None:
    """Catches a HEAD that waits for the end of the stream."""
    answer = ask(server, "/_sitegen/events", method="HEAD")
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, "text/event-stream", b"")


def test_more_faults_than_a_page_shows_are_counted(server: Server, files: Files) -> None:
    """Catches a writer who mends all that is shown, and finds that there is more."""
    files.faults = tuple(error("bad", f"fault {n}") for n in range(53))
    with events(server, "path=/&mark=") as stream:
        _, faults = next_event(stream)
    assert (len(faults), faults[-1]["title"]) == (51, "… and 3 more")


def test_faults_stand_in_for_a_site_that_cannot_be_made(server: Server, files: Files) -> None:
    """Catches a writer who sees nothing at all, markup in a diagnostic that runs, and a page that stays when mended."""
    files.clear()
    files.faults = (error("bad", "<script>alert(1)</script>", Span("thread.yaml", 9, 3)),)
    for target in ("/", "/ko/anything/"):
        answer = ask(server, target)
        assert answer.status == 503
        assert "thread.yaml:9:3: error[bad]: &lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
        assert "preview.js" in answer.text


@pytest.mark.parametrize(
    ("choice", "address"),
    [
        ("zed", KNOWN["zed"]),
        ("vscode-insiders://file{path}:{line}", "vscode-insiders://file{path}:{line}"),
        ("javascript://{path}", None),
        ("DATA://{path}", None),
        ("emacs", None),
        ("myeditor://open", None),
    ],
)
def test_editors_are_known_by_name_or_by_an_address(choice: str, address: str | None) -> None:
    """Catches an editor that cannot be chosen, and an address that would run, or open nothing."""
    assert address_of(choice) == address


def test_a_page_is_made_once_a_change(server: Server, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a page that is made again every two seconds because it is open somewhere."""
    monkeypatch.setattr("sitegen.server.BEAT_SECONDS", 0.01)
    asked: list[str] = []

    def standings(_: Files) -> tuple[Standing, ...]:
        asked.append("standings")
        return ()

    monkeypatch.setattr(Files, "standings", standings)
    with events(server, "path=/_sitegen/status&mark=") as stream:
        for _ in range(5):
            next_event(stream)
        assert len(asked) == 1
        server.changed()
        for _ in range(5):
            next_event(stream)
        assert len(asked) == 2


def test_how_translations_stand_is_a_page(server: Server, tmp_path: Path) -> None:
    """Catches a status that is not to be had in the browser, is not loaded again, or leads nowhere."""
    place = tmp_path / "content/threads/one/column.en.md"
    place.parent.mkdir(parents=True)
    place.write_text("one", "utf-8")
    server.editor = Editor(tmp_path, KNOWN["vscode"])
    answer = ask(server, "/_sitegen/status")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "&lt;b&gt;before&lt;/b&gt;" in answer.text
    assert f'href="vscode://file{place}:3:1"' in answer.text
    assert "preview.js" in answer.text
    assert server.status_url.endswith("/_sitegen/status")


def test_a_page_that_cannot_be_made_says_why(server: Server, files: Files) -> None:
    """Catches a template's failure that shows as an empty page, or takes the others with it."""
    files.broken["ko/index.html"] = error("template-failed", "no such name", Span("themes/x/home.html", 3))
    answer = ask(server, "/ko/")
    assert (answer.status, "themes/x/home.html:3: error[template-failed]: no such name" in answer.text) == (503, True)
    assert ask(server, "/").status == 200
    with events(server, "path=/ko/&mark=") as stream:
        assert next_event(stream)[1][0]["message"] == "no such name"


# -- below a path ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "status", "location"),
    [
        ("/", 302, "/%EB%82%98/sub/"),
        ("/%EB%82%98/sub", 302, "/%EB%82%98/sub/"),
        ("/%EB%82%98/sub/", 200, None),
        ("/%EB%82%98/sub/ko", 302, "/%EB%82%98/sub/ko/"),
        ("/%EB%82%98/sub/ko/", 200, None),
        ("/ko/", 404, None),
        ("/%EB%82%98/subko/", 404, None),
        ("/%EB%82%98/sub//ko/", 404, None),
        ("/_sitegen/preview.js", 200, None),
    ],
)
def test_a_site_below_a_path_is_served_there(
    server: Server, files: Files, target: str, status: int, location: str | None
) -> None:
    """Catches a preview whose links all break because the site is published below a path of its host."""
    files.base = "/나/sub/"
    answer = ask(server, target)
    assert (answer.status, answer.headers.get("location")) == (status, location)
    assert server.url == f"http://127.0.0.1:{server.port}/%EB%82%98/sub/"


# -- requests that are refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1", "127.0.0.1:1", "[::1]:8000"])
def test_this_machines_names_are_answered(server: Server, host: str) -> None:
    """Catches a preview that cannot be seen through a forwarded port."""
    assert ask(server, "/", f"Host: {host}").status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "localhost.evil.example",
        "evil@localhost",
        "localhost@evil.example",
        "localhost/evil",
        "localhost:evil",
        "127.0.0.1.nip.io",
        "[::2]",
        "0.0.0.0",
        "",
    ],
)
def test_foreign_names_are_refused(server: Server, host: str) -> None:
    """Catches DNS rebinding: a foreign site that has its own name lead to this machine, and reads drafts."""
    assert ask(server, "/", f"Host: {host}").status == 421


@pytest.mark.parametrize("headers", [b"", b"Host: localhost\r\nHost: localhost\r\n"])
def test_a_request_names_one_host(server: Server, headers: bytes) -> None:
    """Catches requests that get round the check of the name by having none, or two."""
    assert send(server, b"GET / HTTP/1.1\r\n" + headers + b"\r\n").startswith(b"HTTP/1.1 400 ")


def test_the_given_host_is_answered(files: Files) -> None:
    """Catches a preview that refuses the very name it was told to listen on."""
    with server_of(files, "localhost") as server:
        server.host = "Desk.example"  # a name that this machine would have to know
        assert ask(server, "/", "Host: desk.example:8000").status == 200
        assert ask(server, "/", "Host: other.example:8000").status == 421


def test_all_addresses_means_those_of_this_machine(files: Files) -> None:
    """Catches a preview for the whole network that refuses its address, or answers to any name."""
    with server_of(files, "0.0.0.0") as server:
        assert server.url == f"http://localhost:{server.port}/"
        assert ask(server, "/", "Host: 127.0.0.1:8000").status == 200
        assert ask(server, "/", "Host: evil.example").status == 421


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
def test_ipv6_is_served(files: Files) -> None:
    """Catches addresses that are no addresses for want of brackets."""
    try:
        server = server_of(files, "::1")
    except OSError:
        pytest.skip("this machine has no IPv6")
    with server:
        assert server.url == f"http://[::1]:{server.port}/"
        with closing(http.client.HTTPConnection("::1", server.port, timeout=SOON)) as connection:
            connection.request("GET", "/")
            assert connection.getresponse().status == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:8000", 200),
        ("HTTP://LOCALHOST:8000", 200),
        ("http://localhost:3000", 403),
        ("https://localhost:8000", 403),
        ("http://evil.example", 403),
        ("null", 403),
        ("", 403),
    ],
)
@pytest.mark.parametrize("target", ["/", "/nowhere/"])
def test_foreign_pages_are_refused(server: Server, origin: str, status: int, target: str) -> None:
    """Catches scripts of other sites that look into the preview."""
    expected = status if target == "/" or status != 200 else 404
    assert ask(server, target, "Host: localhost:8000", f"Origin: {origin}").status == expected


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "BREW"])
def test_only_reading_is_allowed(server: Server, method: str) -> None:
    """Catches a way to make the server do something."""
    answer = ask(server, "/", method=method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("header", ["Content-Length: 57", "Transfer-Encoding: chunked"])
def test_a_body_is_no_request(server: Server, header: str) -> None:
    """Catches a body that is answered as if it were the next request."""
    inner = b"GET /ko/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    answer = send(server, f"GET / HTTP/1.1\r\nHost: localhost\r\n{header}\r\n\r\n".encode() + inner)
    assert answer.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    "target",
    [
        "/../secret.html",
        "/%2e%2e/secret.html",
        "/%2E%2E%2Fsecret.html",
        "/..%2fsecret.html",
        "/ko/../../secret.html",
        "/ko/..%5c..%5csecret.html",
        "/..\\secret.html",
        "/back%5cslash.html",
        "/%252e%252e/secret.html",
        "/.%2e/secret.html",
        "/%c0%ae%c0%ae/secret.html",
        "/%c0%ae%c0%ae%c0%afsecret.html",
        "/..%00/secret.html",
        "/index.html%00.png",
        "/%2Fetc/passwd",
        "//etc/passwd",
        "/file:///etc/passwd",
        "/.sitegen",
        "/ko/.hidden/index.html",
        "/%ff",
        "/%",
    ],
)
def test_nothing_but_the_site_is_served(server: Server, target: str) -> None:
    """Catches every known way to read files that are not the site's."""
    answer = ask(server, target)
    assert answer.status == 404
    assert "nothing here" in answer.text


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n", b"400"),
        (b"GET * HTTP/1.1\r\nHost: localhost\r\n\r\n", b"400"),
        (b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n", b"505"),
        (b"GET / FTP/1.1\r\nHost: localhost\r\n\r\n", b"400"),
        (b"GET /\r\nHost: evil.example\r\n\r\n", b"421"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 tls\r\n\r\n", b"400"),
        (b"GET /" + b"a" * 70_000, b"414"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nA: " + b"a" * 70_000, b"431"),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", b"431"),
    ],
)
def test_malformed_and_huge_requests_are_refused(server: Server, request_: bytes, status: bytes) -> None:
    """Catches requests that fill the memory, bring down a thread, or get round the checks."""
    with connect(server) as connection:
        connection.sendall(request_)
        with connection.makefile("rb") as stream:
            assert stream.readline().split()[1] == status
    assert ask(server, "/").status == 200


def drip(connection: socket.socket) -> None:
    """Send a byte now and then, for as long as anything may take."""
    for _ in range(int(SOON / 0.05)):
        connection.sendall(b"A")
        threading.Event().wait(0.05)


def test_slow_clients_are_cut_off(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches connections that are held for ever by sending nothing, or a byte now and then."""
    monkeypatch.setattr("sitegen.server.REQUEST_SECONDS", 0.2)
    with connect(server) as silent, connect(server) as dripping, connect(server) as idle:
        dripping.sendall(b"GET / HTTP/1.1\r\n")
        idle.sendall(b"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with pytest.raises(ConnectionError):
            drip(dripping)
        assert silent.recv(1) == b""
        with idle.makefile("rb") as stream:
            assert stream.read().startswith(b"HTTP/1.1 200 ")


def test_streams_are_not_cut_off(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a limit for slow clients that ends the streams of pages that lie open."""
    monkeypatch.setattr("sitegen.server.REQUEST_SECONDS", 0.5)
    monkeypatch.setattr("sitegen.server.BEAT_SECONDS", 0.05)
    with events(server) as stream, connect(server) as silent:
        next_event(stream)
        assert silent.recv(1) == b""
        next_event(stream)


def test_connections_are_bounded(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a flood of connections that each get a thread, and a bound that stays reached after the flood."""
    monkeypatch.setattr("sitegen.server.CONNECTIONS", 8)
    monkeypatch.setattr("sitegen.server.REQUEST_SECONDS", 3600)
    before = threading.active_count()
    with ExitStack() as opened:
        several = [opened.enter_context(connect(server)) for _ in range(12)]
        assert [connection.recv(1) for connection in several[8:]] == [b""] * 4
        assert threading.active_count() <= before + 8
    for _ in range(int(SOON / 0.01)):
        if server.since:
            threading.Event().wait(0.01)
    assert ask(server, "/").status == 200


def test_clients_that_go_away_are_not_reported(server: Server, capfd: pytest.CaptureFixture[str]) -> None:
    """Catches tracebacks on a writer's terminal for a tab that was closed."""
    linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
    for request in (b"GET / HT", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b""):
        connection = connect(server)
        connection.sendall(request)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)  # closing resets the connection
        connection.close()
    assert ask(server, "/").status == 200
    assert capfd.readouterr().err == ""


def test_a_taken_port_gives_way_to_the_next(server: Server, files: Files) -> None:
    """Catches a second preview that cannot start beside the first."""
    with server_of(files, port=server.port) as other:
        assert server.port < other.port < server.port + 100
        assert ask(other, "/").status == 200
