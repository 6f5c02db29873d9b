"""`sitegen new thread --from`: a page of strangers becomes the facts of a column, or a diagnostic, whatever it does."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from conftest import Site
from hypothesis import given, settings
from hypothesis import strategies as st
from promises import command

from sitegen import decode, fetch, page_facts, scaffold
from sitegen.diagnostics import Diagnostic
from sitegen.models import Column, Localized, Settings

ADDRESS = "https://news.example/2025/column?id=7"

PAGE = """\
<!doctype html><html lang="en-US"><head>
<title>Why the first train leaves | The Example</title>
<link rel="canonical" href="/2025/first-train">
<meta property="og:title" content="Why the first train leaves at half past five">
<meta property="og:site_name" content="The Example">
<meta property="article:published_time" content="2025-01-09T23:30:00-05:00">
<meta name="author" content="Jane Writer">
</head><body><h1>…</h1></body></html>
"""

LD = """\
<html><head><meta property="og:title" content="another"><script type="application/ld+json">
{"@context": "https://schema.org", "@graph": [
  {"@type": "WebSite", "name": "no"},
  {"@type": ["OpinionNewsArticle"], "headline": "첫차는 왜 &amp; 언제", "inLanguage": "ko-KR",
   "author": [{"@type": "Person", "name": "가"}, {"name": "나"}], "datePublished": "2025-02-03",
   "publisher": {"@type": "Organization", "name": "예시일보"}}]}
</script></head></html>
"""


# -- what a page tells -------------------------------------------------------------------------------------------------


def test_open_graph_and_meta_become_facts() -> None:
    """Catches metadata that is passed over, a country taken for a language, or another day than the page says."""
    assert page_facts.read(PAGE, ADDRESS) == Column(
        title="Why the first train leaves at half past five",
        author="Jane Writer",
        publisher="The Example",
        published=date(2025, 1, 9),
        lang="en",
        url="https://news.example/2025/first-train",
    )


def test_json_ld_goes_before_other_metadata() -> None:
    """Catches an article in a graph that is not found, several authors, or what is escaped twice."""
    assert page_facts.read(LD, ADDRESS) == Column(
        title="첫차는 왜 & 언제",
        author="가, 나",
        publisher="예시일보",
        published=date(2025, 2, 3),
        lang="ko",
        url=ADDRESS,
    )


@pytest.mark.parametrize(
    "text", ["", "\0", "<", "just words", "<p>no title", "<?xml version='1.0' encoding='x'?><html/>"]
)
def test_a_page_without_metadata_is_named_by_its_address(text: str) -> None:
    """Catches a page that tells nothing and makes an import fail."""
    assert page_facts.read(text, ADDRESS) == Column(title=ADDRESS, url=ADDRESS)


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "https://elsewhere.example/2025",
        "/",
        "https://[",
        "http://me@news.example/a",
        "//\u202e/a",
    ],
)
def test_a_page_cannot_lead_to_another_site(link: str) -> None:
    """Catches a canonical address that is no page, another site's, or nothing that a page may link to."""
    text = f'<title>a</title><link rel="canonical" href="{link}"><meta property="og:url" content="{link}">'
    assert page_facts.read(text, ADDRESS).url == ADDRESS


def test_hostile_metadata_is_text_or_nothing() -> None:
    """Catches a fact that is no day or language, is endless, or steers a terminal; and JSON made to be deep."""
    text = f"""<html lang="../../x"><head><title>\u202eevil\x1b[31m {"a" * 9000}</title>
    <meta name="author" content="https://social.example/jane"><meta name="date" content="2025-99-99">
    <script type="application/ld+json">{"[" * 100_000}</script>
    <script type="application/ld+json">{{"@type": "Article", "headline": {{"name": ["x"]}}, "author": 7}}</script>"""
    found = page_facts.read(text, ADDRESS)
    assert (found.author, found.published, found.lang) == (None, None, None)
    assert len(found.title) <= page_facts.LONGEST
    assert found.title.isprintable()


pieces = st.sampled_from([
    "<html lang='", "<meta property='og:title' content='", "'>", "<title>", "</title>", "</script>", "<!--",
    "<script type='application/ld+json'>", '{"@type":"Article","headline":"', '"}', "ko", "2025-01-01", "\x00", "\x1b",
    ": - # |", "\u2028", '"', "\\", "[", "{", "<link rel=canonical href='", "https://news.example/",
    "<meta name=date content='",
])  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(st.lists(pieces | st.text(max_size=5), max_size=30).map("".join))
def test_any_page_becomes_a_thread_that_builds(text: str) -> None:
    """Catches a page that raises, or whose facts the content contract refuses."""
    column = page_facts.read(text, ADDRESS)
    site = Settings(Localized((("ko", "a"),)), "https://digest.example/", ("ko", "en"))
    request = scaffold.Request("thread", "one", column=column)
    files = scaffold.thread_texts(request, datetime(2025, 1, 1, tzinfo=UTC), site)
    made = decode.thread("f", files["content/threads/one/thread.yaml"], "one", ("ko", "en"), UTC)
    assert made.diagnostics == ()
    assert made.value is not None
    assert made.value.column == column


# -- encodings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        ("첫차".encode("euc-kr"), "EUC-KR"),
        ("첫차".encode("cp949"), None),
        ('<meta charset="euc-kr">첫차'.encode("cp949"), None),
        ("첫차".encode("cp949"), "utf-8"),
        ("첫차".encode(), "euc-kr"),
        ("첫차".encode(), "rot13"),
        ("첫차".encode("utf-8-sig"), "iso-8859-1"),
        ("첫차".encode("utf-16"), None),
        ("첫차".encode()[:-1] + b"", "utf-8"),
    ],
)
def test_the_text_of_a_page_whatever_it_says_of_itself(data: bytes, charset: str | None) -> None:
    """Catches Korean that comes out wrong where the encoding is not told, told wrongly, unknown, or cut off."""
    assert fetch.text_of(data, charset).endswith(("첫차", "첫"))


# -- servers -----------------------------------------------------------------------------------------------------------


class Servers:
    """A server that answers each path in a way of its own."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.answer(self)

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, asked: BaseHTTPRequestHandler) -> None:
        """Answer a request."""
        path, body = asked.path.partition("?")[0], PAGE.encode()
        status, headers = 200, {"Content-Type": "text/html"}
        match path.split("/")[1:]:
            case ["missing"]:
                status = 404
            case ["korean"]:
                body = "<title>첫차</title>".encode("euc-kr")
                headers["Content-Type"] = "text/html; charset=utf-8"
            case ["picture"]:
                headers["Content-Type"] = "image/png"
            case ["packed"]:
                body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
            case ["away", *rest]:
                status, headers["Location"] = 302, "/".join(rest)
            case ["loop"]:
                status, headers["Location"] = 302, f"/loop?{len(asked.path)}{asked.path[-40:].partition('?')[2]}"
        asked.send_response(status)
        for name, value in headers.items():
            asked.send_header(name, value)
        if path == "/cut":
            asked.send_header("Content-Length", str(len(body) + 5))
        asked.end_headers()
        try:
            asked.wfile.write(body)
            while path == "/huge":
                asked.wfile.write(b"<p>" * 100_000)
            while path == "/slow" and not self.let_go.wait(0.05):
                asked.wfile.write(b" ")
        except OSError:
            pass  # whoever asked has gone


@pytest.fixture
def web() -> Iterator[Servers]:
    """A server on this machine."""
    made = Servers()
    threading.Thread(target=made.server.serve_forever, args=(0.05,), daemon=True).start()
    yield made
    made.let_go.set()
    made.server.shutdown()
    made.server.server_close()


def refused(found: fetch.Page | Diagnostic) -> str:
    """What is said of a page that was not read."""
    assert isinstance(found, Diagnostic), found
    assert found.code in ("cannot-fetch", "bad-url")
    return found.message


def test_a_page_is_read_to_its_end_or_to_the_limit(web: Servers) -> None:
    """Catches a page that is not read, one without end that is, and one that ends before it said it would."""
    for path in ("/page", "/huge", "/cut", f"/away/{web.address}/page"):
        found = fetch.page(web.address + path)
        assert isinstance(found, fetch.Page), found
        assert found.text.startswith(PAGE)
        assert len(found.text) <= fetch.MOST


def test_a_page_that_cannot_be_read_is_told(web: Servers) -> None:
    """Catches a missing page, a picture, a packed one, one that never ends, and redirections to nowhere good."""
    assert "answered 404" in refused(fetch.page(f"{web.address}/missing"))
    assert "image/png" in refused(fetch.page(f"{web.address}/picture"))
    assert "packed" in refused(fetch.page(f"{web.address}/packed"))
    assert "did not come within" in refused(fetch.page(f"{web.address}/slow", seconds=0.5))
    assert "leads on and on" in refused(fetch.page(f"{web.address}/loop"))
    for target in (
        "file:///etc/passwd",
        "ftp://127.0.0.1/a",
        "javascript:alert(1)",
        "http://me@127.0.0.1/",
        "gopher://127.0.0.1:1/",
    ):
        assert "what is no web page" in refused(fetch.page(f"{web.address}/away/{target}")), target
    assert "starts with `https://`" in refused(fetch.page("file:///etc/passwd"))
    assert "could not be had" in refused(fetch.page("http://127.0.0.1:9/"))


def test_the_web_leads_nobody_into_their_own_network(web: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a redirection from a page on the web to a machine that only the writer can reach."""
    assert fetch.is_inside("10.0.0.1")
    assert fetch.is_inside("169.254.169.254")
    assert not fetch.is_inside("1.1.1.1")
    target = ThreadingHTTPServer(("127.0.0.2", 0), web.server.RequestHandlerClass)
    threading.Thread(target=target.serve_forever, args=(0.05,), daemon=True).start()
    inner = f"http://127.0.0.2:{target.server_port}"
    assert isinstance(fetch.page(f"{web.address}/away/{inner}/page"), fetch.Page)
    monkeypatch.setattr(fetch, "is_inside", lambda address: address == "127.0.0.2")
    assert "leads into your own network" in refused(fetch.page(f"{web.address}/away/{inner}/page"))
    target.shutdown()
    target.server_close()


def test_a_thread_from_an_address_builds_at_once(web: Servers, site: Callable[..., Site]) -> None:
    """Catches facts that are not filled in, a page in EUC-KR, and a fault that leaves something behind."""
    made = site()
    ended = command(made.root, "new", "thread", "--from", f"{web.address}/page")
    assert ended.returncode == 0, ended.stderr
    folder = made.root / "content/threads/why-the-first-train-leaves-at-half-past-five"
    text = (folder / "thread.yaml").read_text("utf-8")
    assert f'  url: "{web.address}/2025/first-train"\n' in text
    assert '  published: "2025-01-09"\n' in text
    assert command(made.root, "new", "thread", "korean", "--from", f"{web.address}/korean").returncode == 0
    assert "첫차" in (made.root / "content/threads/korean/thread.yaml").read_text("utf-8")
    failed = command(made.root, "new", "thread", "--from", f"{web.address}/missing")
    assert failed.returncode == 1
    assert "error[cannot-fetch]" in failed.stderr
    assert len(list((made.root / "content/threads").iterdir())) == 3
    built = made.build()
    assert built.diagnostics == ()
    assert "Jane Writer" in made.read(f"ko/threads/{folder.name}/index.html")
