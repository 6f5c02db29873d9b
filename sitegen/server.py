"""Sends the files of a site to browsers on this machine, and tells open pages when they change, or what is wrong.

The script that listens is put into the pages that are sent, nowhere else.
"""

from __future__ import annotations

import contextlib
import errno
import html
import json
import re
import socket
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from typing import Any, Protocol, Self
from urllib.parse import parse_qs, quote, unquote, unquote_to_bytes

from sitegen import files, report, routes
from sitegen.diagnostics import Diagnostic
from sitegen.editor import Editor
from sitegen.standings import Standing
from sitegen.status_page import status_page
from sitegen.tasks import Made

EVENTS = "/_sitegen/events"
SCRIPT = "/_sitegen/preview.js"
STATUS = "/_sitegen/status"
CLIENT = Path(__file__).parent / "preview.js"

FAULTS = 50
"""Faults that a page is told of."""

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


class Site(Protocol):
    """What is shown: the files of a site by their paths, and what stands in the way of a newer one."""

    @property
    def base(self) -> str:
        """The path in front of the site's addresses, with `/` at both ends."""

    @property
    def faults(self) -> tuple[Diagnostic, ...]:
        """What has to be mended before the site can be made anew."""

    def __contains__(self, path: str, /) -> bool:
        """Whether the site has a file."""

    def make(self, path: str, /) -> Made:
        """The bytes of a file, or None with what stands in their way."""

    def standings(self) -> tuple[Standing, ...]:
        """How the translations of the site stand."""


class Server(ThreadingTCPServer):
    """Serves static pages in threads of its own while it is entered; it only ever reads.

    It listens as soon as it is made, on the port asked for or the next free one; making it raises OSError, or what
    `socket` raises of names and ports that cannot be. (HTTPServer would ask the network for this machine's name.)
    """

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, host: str, port: int, site: Site, editor: Editor):
        self.host = host
        self.site = site
        self.editor = editor
        self.changes = 0
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
        return f"{self._origin}{quote(self.site.base)}"

    @property
    def status_url(self) -> str:
        """Where it is to be seen how translations stand."""
        return f"{self._origin}{STATUS}"

    @property
    def _origin(self) -> str:
        host = "localhost" if self.host in ("0.0.0.0", "::") else _bracketed(self.host)  # noqa: S104 - any address
        return f"http://{host}:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(POLL_SECONDS,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        with self._changed:
            self.closing = True
            self._changed.notify_all()
        self.server_close()

    def changed(self) -> None:
        """Have the pages that are open find out what is new of them."""
        with self._changed:
            self.changes += 1
            self._changed.notify_all()

    def wait(self, changes: int) -> None:
        """Wait until there were other changes than so many, but for BEAT_SECONDS at most."""
        with self._changed:
            self._changed.wait_for(lambda: self.closing or self.changes != changes, BEAT_SECONDS)

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
        path, mark, query = self.path.partition("?")
        if path == EVENTS:
            self._stream(parse_qs(query))
        elif path == SCRIPT:
            self._send(HTTPStatus.OK, TYPES["js"], files.read_regular(CLIENT, CLIENT.name))
        else:
            self._send_file(_decoded(path), mark + query)

    do_HEAD = do_GET  # noqa: N815 - the same

    def _send_file(self, path: str, query: str) -> None:
        base = self.server.site.base
        if path != base and path in ("/", base.rstrip("/")):
            self._redirect(base)
        elif self._found(path) is None and self._found(f"{path}/") is not None:
            self._redirect(f"{path}/", query)
        else:
            status, kind, data, _ = self._answer(path)
            self._send(status, kind, _with_script(data) if kind == TYPES["html"] else data)

    def _answer(self, path: str) -> tuple[HTTPStatus, str, bytes, tuple[Diagnostic, ...]]:
        """Status, type and bytes for the path of a request, and what is wrong with it, or with the site."""
        site, found = self.server.site, self._found(path)
        if path == STATUS:
            page = status_page(site.standings(), self.server.editor.link)
            return HTTPStatus.OK, TYPES["html"], page.encode(), site.faults
        name = routes.NOT_FOUND if found is None else found
        data, told = site.make(name) if name in site else (None, site.faults)
        if data is None:
            return HTTPStatus.SERVICE_UNAVAILABLE, TYPES["html"], _page_of(told), told
        status = HTTPStatus.NOT_FOUND if found is None else HTTPStatus.OK
        last = name.rpartition("/")[2]
        kind = FEEDS.get(last) or TYPES.get(last.rpartition(".")[2].lower(), "application/octet-stream")
        return status, kind, data, site.faults

    def _found(self, path: str) -> str | None:
        """The file that answers the path of a request, if the site has one."""
        site = self.server.site
        file = routes.file_of(path.removeprefix(site.base)) if path.startswith(site.base) else ""
        return file if file in site else None

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

    def _stream(self, query: Mapping[str, Sequence[str]]) -> None:
        """Tells a page what is wrong with it or the site, and when it is not what it was any more.

        https://html.spec.whatwg.org/multipage/server-sent-events.html
        """
        server = self.server
        path, mark = (query.get(name, [""])[0] for name in ("path", "mark"))
        if not server.streams.acquire(blocking=False):
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE)
            return
        try:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            changes = -1
            while self.command == "GET" and not server.closing:
                if changes != server.changes:  # else the same is told again: that notices a reader who went away
                    changes = server.changes
                    event = self._event(unquote(path), mark)
                self.wfile.write(event)
                self.wfile.flush()
                server.since[self.connection] = time.monotonic()
                server.wait(changes)
        finally:
            server.streams.release()

    def _event(self, path: str, mark: str) -> bytes:
        """What a page that had this mark is told now."""
        _, _, data, told = self._answer(path)
        kind = "same" if mark_of(data) == mark else "changed"
        more = len(told) - FAULTS
        faults = [self.server.editor.described(one) for one in told[:FAULTS]]
        faults += [{"title": f"… and {more:,} more", "message": ""}] if more > 0 else []
        return f"retry: 1000\nevent: {kind}\ndata: {json.dumps(faults)}\n\n".encode()


def _bracketed(name: str) -> str:
    """A host as it stands in addresses: an IPv6 address in brackets (RFC 3986)."""
    return f"[{name}]" if ":" in name else name


def _decoded(path: str) -> str:
    """The path of a request as text; what is no UTF-8 becomes something that no file is called."""
    return unquote_to_bytes(path.encode("latin-1")).decode("utf-8", "replace")


def mark_of(page: bytes) -> str:
    """What tells a page from what it was."""
    return blake2b(page, digest_size=16).hexdigest()


def _with_script(page: bytes) -> bytes:
    """A page with the script that listens to what becomes of it."""
    script = f'<script src="{SCRIPT}" data-mark="{mark_of(page)}"></script>'.encode()
    end = page.lower().rfind(b"</body>")
    at = end if end >= 0 else len(page)
    return page[:at] + script + page[at:]


def _page_of(told: Iterable[Diagnostic]) -> bytes:
    """A page that stands in for one that cannot be made: a script lays the same over it, with links."""
    words = html.escape(report.render(tuple(told), report.Format.CONCISE, color=False))
    head = '<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>sitegen</title>'
    return f"{head}\n<p>The page cannot be made yet:</p>\n<pre>{words}</pre>\n".encode()
