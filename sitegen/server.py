"""`sitegen serve`: shows a site in a browser while it is written, and loads its pages again when they change.

The script that loads pages again is put into what is sent, never into a file.
"""

from __future__ import annotations

import contextlib
import errno
import html
import os
import re
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from types import FrameType
from typing import Any, Self
from urllib.parse import quote, unquote, unquote_to_bytes, urlsplit

from sitegen import build, files, report, routes
from sitegen.build import Options, Outcome
from sitegen.diagnostics import Diagnostic, error
from sitegen.report import Progress, SilentProgress
from sitegen.watch import Watch

EVENTS = "/_sitegen/events"
SCRIPT = "/_sitegen/reload.js"
RELOAD = Path(__file__).parent / "reload.js"

STREAMS = 64
"""Event streams that may be open at once."""

CONNECTIONS = 256
"""Connections that may be open at once, streams included."""

REQUEST_SECONDS = 20.0
"""How long a connection may take to send a request and take the answer, or lie idle."""

BEAT_SECONDS = 2.0
"""A stream is written to this often, to notice that its reader went away."""

POLL_SECONDS = 0.1
"""How long the end of the server, or of a slow connection's time, may go unnoticed."""

PORTS = 100
"""Ports that are tried, from the one that was asked for."""

RETRY_SECONDS = 1.0
"""How often to look whether another sitegen is still at work on the site, or an interrupt was lost."""

TYPES = {
    "avif": "image/avif",
    "css": "text/css; charset=utf-8",
    "gif": "image/gif",
    "html": "text/html; charset=utf-8",
    "ico": "image/x-icon",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
    "opml": "text/x-opml; charset=utf-8",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "webp": "image/webp",
    "woff2": "font/woff2",
    "xml": "application/xml; charset=utf-8",
}
PORT = re.compile(r":[0-9]+\Z")
FEEDS = {
    routes.FEEDS["atom"]: "application/atom+xml; charset=utf-8",
    routes.FEEDS["json"]: "application/feed+json",
    routes.FEEDS["rss"]: "application/rss+xml; charset=utf-8",
}


@dataclass(frozen=True)
class Shown:
    """What the server shows: a folder below a path of its addresses, or, without a folder, words in place of any page.

    `build` names it: a page that was sent with another one loads itself again.
    """

    folder: Path | None = None
    base: str = "/"
    words: str = ""
    build: str = field(default_factory=lambda: f"{time.time_ns():x}")


class Server(ThreadingTCPServer):
    """Serves static pages in threads of its own while it is entered; it only ever reads.

    It listens as soon as it is made, on the port asked for or the next free one; making it raises OSError, or what
    `socket` raises of names and ports that cannot be. (HTTPServer would ask the network for this machine's name.)
    """

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, host: str, port: int, shown: Shown):
        self.host = host
        self.shown = shown
        self.streams = threading.BoundedSemaphore(STREAMS)
        self.closing = False
        self.since: dict[Any, float] = {}
        self._changed = threading.Condition()
        self.address_family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        for number in range(port, port + PORTS):
            try:
                super().__init__((str(address[0]), number), _Handler)
                return
            except OSError as problem:
                if problem.errno != errno.EADDRINUSE:
                    raise
        raise OSError(errno.EADDRINUSE, f"no port from {port} to {port + PORTS - 1} is free")

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        """Where the site is to be seen."""
        host = "localhost" if self.host in ("0.0.0.0", "::") else _bracketed(self.host)  # noqa: S104 - any address
        return f"http://{host}:{self.port}{quote(self.shown.base)}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(POLL_SECONDS,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        with self._changed:
            self.closing = True
            self._changed.notify_all()
        self.server_close()

    def show(self, shown: Shown) -> None:
        """Show something else from now on, and have the pages that are open load themselves again."""
        with self._changed:
            self.shown = shown
            self._changed.notify_all()

    def wait(self, build: str) -> None:
        """Wait until something else is shown than this build, but for BEAT_SECONDS at most."""
        with self._changed:
            self._changed.wait_for(lambda: self.closing or self.shown.build != build, BEAT_SECONDS)

    # -- connections are bounded in number and time

    def process_request(self, request: Any, client_address: Any) -> None:
        """Takes a connection, or closes it where there are too many."""
        if len(self.since) >= CONNECTIONS:
            self.shutdown_request(request)
            return
        self.since[request] = time.monotonic()
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Ends a connection."""
        self.since.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """Cuts off those that take too long; called several times a second."""
        earliest = time.monotonic() - REQUEST_SECONDS
        for request, since in list(self.since.items()):
            if since < earliest:
                with contextlib.suppress(OSError):
                    request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing of clients that went away; tells faults of our own."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # with an unbuffered writer, it costs 44 ms a request on a kept connection
    wbufsize = -1

    def version_string(self) -> str:
        return "sitegen"

    def log_message(self, *_: object) -> None:
        pass

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    # -- what is refused

    def parse_request(self) -> bool:
        """The request line and headers (the standard library bounds both), and whether we answer such a request."""
        self.server.since[self.connection] = time.monotonic()
        if not super().parse_request():
            return False
        if "Content-Length" in self.headers or "Transfer-Encoding" in self.headers:
            self.close_connection = True  # nobody reads the body; it must not pass for the next request
        hosts = self.headers.get_all("Host", [])
        refused = None
        if len(hosts) != 1 or not self.path.startswith("/"):
            refused = HTTPStatus.BAD_REQUEST
        elif not self._is_ours(hosts[0]):
            refused = HTTPStatus.MISDIRECTED_REQUEST
        elif any(origin.lower() != f"http://{hosts[0]}".lower() for origin in self.headers.get_all("Origin", [])):
            refused = HTTPStatus.FORBIDDEN
        elif self.command not in ("GET", "HEAD"):
            refused = HTTPStatus.METHOD_NOT_ALLOWED
        if refused is not None:
            self.send_error(refused)
        return refused is None

    def _is_ours(self, host: str) -> bool:
        """Whether a Host header names this server: another may be a foreign site's whose name leads to this machine."""
        here = str(self.connection.getsockname()[0]).removeprefix("::ffff:")
        names = {"localhost", "127.0.0.1", "[::1]", *(_bracketed(name.lower()) for name in (self.server.host, here))}
        return PORT.sub("", host.lower()) in names

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuses a request in a few words of our own, and ends the connection."""
        status = HTTPStatus(code)
        allowed = [("Allow", "GET, HEAD")] if status is HTTPStatus.METHOD_NOT_ALLOWED else []
        words = f"{status.value} {status.phrase}\n"
        self._send(status, TYPES["txt"], words.encode(), ("Connection", "close"), *allowed)

    # -- what is sent

    def do_GET(self) -> None:
        shown = self.server.shown
        path, mark, query = self.path.partition("?")
        if path == EVENTS:
            self._stream()
        elif path == SCRIPT:
            self._send(HTTPStatus.OK, TYPES["js"], files.read_regular(RELOAD, RELOAD.name))
        elif shown.folder is None:
            self._send_page(HTTPStatus.SERVICE_UNAVAILABLE, _words_page(shown.words), shown)
        else:
            self._send_file(shown, shown.folder, _decoded(path), mark + query)

    do_HEAD = do_GET  # noqa: N815 - the same

    def _send_file(self, shown: Shown, folder: Path, path: str, query: str) -> None:
        if path != shown.base and path in ("/", shown.base.rstrip("/")):
            self._redirect(shown.base)
            return
        found = None
        if path.startswith(shown.base):
            found = _find(folder, routes.file_of(path.removeprefix(shown.base)))
        if found is not None and os.path.isdir(found):
            self._redirect(f"{path}/", query)
            return
        status, data = HTTPStatus.OK, _read(found)
        if found is None or data is None:
            status, found = HTTPStatus.NOT_FOUND, folder / routes.NOT_FOUND
            data = _read(_find(folder, routes.NOT_FOUND)) or _words_page("404 Not Found")
        kind = FEEDS.get(found.name) or TYPES.get(found.suffix[1:].lower(), "application/octet-stream")
        if kind == TYPES["html"]:
            self._send_page(status, data, shown)
        else:
            self._send(status, kind, data)

    def _send_page(self, status: HTTPStatus, page: bytes, shown: Shown) -> None:
        """Sends a page with the script that loads it again."""
        script = f'<script src="{SCRIPT}" data-build="{shown.build}"></script>'.encode()
        end = page.lower().rfind(b"</body>")
        at = end if end >= 0 else len(page)
        self._send(status, TYPES["html"], page[:at] + script + page[at:])

    def _redirect(self, path: str, query: str = "") -> None:
        self._send(HTTPStatus.FOUND, TYPES["txt"], b"", ("Location", quote(path) + query))

    def _send(self, status: HTTPStatus, kind: str, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _stream(self) -> None:
        """Tells which build is shown, again and again, and at once when that changes.

        https://html.spec.whatwg.org/multipage/server-sent-events.html
        """
        server = self.server
        if not server.streams.acquire(blocking=False):
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE)
            return
        try:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            while self.command == "GET" and not server.closing:
                build = server.shown.build
                self.wfile.write(f"retry: 1000\nevent: reload\ndata: {build}\n\n".encode())
                self.wfile.flush()
                server.since[self.connection] = time.monotonic()
                server.wait(build)
        finally:
            server.streams.release()


def _bracketed(name: str) -> str:
    """A host as it stands in addresses: an IPv6 address in brackets (RFC 3986)."""
    return f"[{name}]" if ":" in name else name


def _decoded(path: str) -> str:
    """The path of a request as text; what is no UTF-8 becomes something that no file is called."""
    return unquote_to_bytes(path.encode("latin-1")).decode("utf-8", "replace")


def _find(folder: Path, path: str) -> Path | None:
    """What a relative path names in a folder, None where it may lead out of it or to what is hidden in it."""
    *parents, last = path.split("/")
    if "\\" in path or "\0" in path or not all(parents) or any(step.startswith(".") for step in (*parents, last)):
        return None
    root, target = os.path.realpath(folder), os.path.realpath(folder / path)
    return Path(target) if files.inside(target, root) else None


def _read(path: Path | None) -> bytes | None:
    try:
        return files.read_regular(path, path.name) if path else None
    except (FileNotFoundError, NotADirectoryError, files.Unreadable):
        return None


def _words_page(words: str) -> bytes:
    return (
        f'<!doctype html>\n<meta charset="utf-8">\n<title>sitegen</title>\n<pre>{html.escape(words)}</pre>\n'.encode()
    )


# -- the loop ----------------------------------------------------------------------------------------------------------


def serve(
    project: Path,
    options: Options,
    host: str,
    port: int,
    say: Callable[[str], None],
    tell: Callable[[Outcome, float], None],
    *,
    build: Callable[[Path, Options, Progress], Outcome] = build.build,
) -> Outcome:
    """Build a site, show it, and do so again after each change, until interrupted.

    The preview is built into a folder of its own, so that `options.output` stays as it was published. Where the site
    cannot be made, the last good one stays up. `tell` gets each outcome with the seconds it took. Returns only where
    the preview cannot begin, with the fault (told as well).
    """

    def made(options: Options) -> tuple[Outcome, float]:
        start = time.monotonic()
        outcome = build(project, options, SilentProgress())
        return outcome, time.monotonic() - start

    with tempfile.TemporaryDirectory(prefix="sitegen-") as folder, contextlib.ExitStack() as running:
        options, published = options._replace(output=Path(folder), preview=True), options.output
        outcome, seconds = made(options)
        tell(outcome, seconds)
        shown = _shown(outcome, options.output)
        if shown.folder is None and (published / routes.file_of(routes.ROOT)).is_file():
            say(f"until that is mended, you see the site as it was published in {published}")
            shown = Shown(published, base_of(published))
        try:  # only now: the first build may fork, and what forks must not have threads
            server = running.enter_context(Server(host, port, shown))
            watch = running.enter_context(Watch(project))
        except (OSError, OverflowError, UnicodeError) as problem:
            outcome = Outcome((_cannot_serve(problem),))
            tell(outcome, 0.0)
            return outcome
        if server.port != port:
            say(f"port {port} is taken")
        say(f"the site is at {server.url} and follows what you save; Ctrl-C ends this")
        options = options._replace(jobs=1)
        interrupted = running.enter_context(_interrupts())
        while True:
            while not watch.wait(RETRY_SECONDS) and not _is_locked(outcome):
                if interrupted.is_set():
                    raise KeyboardInterrupt
            before = outcome
            outcome, seconds = made(options)
            changed = outcome.published.written + outcome.published.removed > 0
            news = changed or outcome.diagnostics != before.diagnostics
            if news or not (outcome.good or _is_locked(outcome)):
                tell(outcome, seconds)
            if news and (outcome.good or server.shown.folder is None):
                server.show(_shown(outcome, options.output))


@contextlib.contextmanager
def _interrupts() -> Iterator[threading.Event]:
    """Notes an interrupt that comes while this lasts, beside raising KeyboardInterrupt.

    Python drops the exception where none gets out, as in what it runs while it puts an object away.
    """
    noted = threading.Event()
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield noted  # nobody is interrupted here: in another thread, or where whoever started us saw to that
        return

    def note(number: int, frame: FrameType | None) -> None:
        noted.set()
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _shown(outcome: Outcome, output: Path) -> Shown:
    if outcome.good:
        return Shown(output, base_of(output))
    told = report.render(outcome.diagnostics, report.Format.CONCISE, color=False)
    return Shown(words=f"The site cannot be made yet:\n\n{told}")


def base_of(site: Path) -> str:
    """The path in front of a made site's addresses, as its robots.txt has it in front of the sitemap (RFC 9309)."""
    for line in (_read(site / routes.ROBOTS) or b"").decode("utf-8", "replace").splitlines():
        if line.startswith("Sitemap: "):
            return unquote(urlsplit(line.removeprefix("Sitemap: ")).path).removesuffix(routes.SITEMAP)
    return "/"


def _is_locked(outcome: Outcome) -> bool:
    """Whether another sitegen was at work on the site: no change of ours will tell when it is done."""
    return any(one.code == "locked" for one in outcome.diagnostics)


def _cannot_serve(problem: Exception) -> Diagnostic:
    why = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
    hint = "see `--host` and `--port`, and how many files this system lets a program watch"
    return error("cannot-serve", f"the site cannot be shown: {why}", help=hint)
