"""One page from the web, for a writer who asked for it: the only place that reads what strangers serve.

Bounded in size and time. Redirections are followed to http and https alone, and none from the web into the network of
whoever asks.
"""

from __future__ import annotations

import codecs
import re
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote as escaped
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
)

from sitegen import __version__
from sitegen.diagnostics import Diagnostic, error
from sitegen.networks import is_public
from sitegen.scalars import Url
from sitegen.shapes import plain, quote

SECONDS = 20.0
"""How long a page may take, from the first byte to the last."""

MOST = 2_000_000
"""Bytes that are read of a page; what it tells of itself stands at its beginning."""

REDIRECTIONS = 5

ASTRAY = "leads on and on, or to what is no web page"

KINDS = ("text/html", "application/xhtml+xml")

CHARSETS: Mapping[str, str] = {
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "windows-1252": "cp1252",
    "euc-kr": "cp949",
    "euckr": "cp949",
    "ks_c_5601-1987": "cp949",
    "ksc5601": "cp949",
    "cp949": "cp949",
    "ms949": "cp949",
    "windows-949": "cp949",
    "shift_jis": "cp932",
    "euc-jp": "euc_jp",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
}
"""Encodings beside UTF-8 by the names that pages have for them (https://encoding.spec.whatwg.org/)."""

BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_-]{2,20})""", re.IGNORECASE)


@dataclass(frozen=True)
class Page:
    """A page: the address that it came from in the end, and its text, as much as was read."""

    address: str
    text: str


class Unread(Exception):
    """Why a page is not read, to go on after “the page”; and what helps."""

    def __init__(self, why: str, advice: str | None = None):
        super().__init__(why)
        self.advice = advice


def page(url: str, seconds: float = SECONDS, most: int = MOST) -> Page | Diagnostic:
    """The page at an address, or what kept it from being read."""
    if fault := Url().fault(url):
        return error("bad-url", f"--from {fault[0]}: {quote(url)}", help=fault[1])
    answer: SimpleQueue[Page | Unread] = SimpleQueue()
    Thread(target=lambda: answer.put(_fetched(url, seconds, most)), daemon=True).start()
    try:
        found = answer.get(timeout=seconds)
    except Empty:  # it answers byte by byte
        found = Unread(f"did not come within {seconds:g} seconds", "try again later")
    if isinstance(found, Page):
        return found
    advice = found.advice or "make the thread without --from, and fill in `column` by hand"
    return error("cannot-fetch", f"the page {found}: {quote(url)}", help=advice)


def _fetched(url: str, seconds: float, most: int) -> Page | Unread:
    headers = {"User-Agent": f"sitegen/{__version__}", "Accept": ", ".join(KINDS), "Accept-Encoding": "identity"}
    try:
        request = Request(_ascii(url), headers=headers)  # noqa: S310 - http or https: see `scalars.Url`
        with _opener(_Way()).open(request, timeout=seconds) as response:
            kind = response.headers.get_content_type()
            if kind not in KINDS:
                return Unread(f"is no web page, but {plain(kind)}")
            if response.headers.get("Content-Encoding", "identity") != "identity":
                return Unread("came packed, which was not asked for")
            data = response.read(most)
            return Page(response.url, text_of(data, response.headers.get_content_charset()))
    except Unread as refused:
        return refused
    except HTTPError as refusal:
        with refusal:
            if refusal.code in range(300, 400):
                return Unread(ASTRAY, "see to the address")
            return Unread(f"could not be had: its server answered {refusal.code}", "see to the address")
    except URLError as problem:
        return Unread(f"could not be had: {plain(str(getattr(problem.reason, 'strerror', None) or problem.reason))}")
    except (OSError, HTTPException, ValueError) as problem:
        return Unread(f"could not be had: {plain(str(problem)) or type(problem).__name__}")


def _ascii(url: str) -> str:
    """An address as a request can hold it: the host in Punycode, everything else outside ASCII in per cent."""
    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode() if not (parts.hostname or "").isascii() else parts.hostname
    netloc = f"[{host}]" if ":" in (host or "") else host or ""
    netloc += f":{parts.port}" if parts.port is not None else ""
    safe = "%/:=&?~#+!$,;'@()*[]"
    return parts._replace(
        netloc=netloc, path=escaped(parts.path, safe), query=escaped(parts.query, safe), fragment=""
    ).geturl()


# -- text --------------------------------------------------------------------------------------------------------------


def text_of(data: bytes, charset: str | None) -> str:
    """The text of a page. What is UTF-8 is nothing else, whatever its server or the page itself says of it.

    Of a page that was cut off, the last character may be in parts.
    """
    for encoding in _encodings(data, charset):
        try:
            return codecs.getincrementaldecoder(encoding)().decode(data).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace")


def _encodings(data: bytes, charset: str | None) -> Iterator[str]:
    yield from (encoding for bom, encoding in BOMS if data.startswith(bom))
    yield "utf-8"
    declared = _DECLARED.search(data[:4096])
    for name in (charset, declared and declared[1].decode("ascii")):
        if encoding := CHARSETS.get((name or "").lower()):
            yield encoding
    yield "cp949"


# -- the network -------------------------------------------------------------------------------------------------------


def is_inside(address: str) -> bool:
    """Whether an IP address belongs to no machine on the web."""
    return not is_public(address)


@dataclass
class _Way:
    """The way to a page: whether each machine that was asked is inside the network of whoever asks."""

    inside: list[bool] = field(default_factory=list)

    def reached(self, connection: socket.socket) -> None:
        """Note the machine at the other end; refuses one inside after one outside."""
        self.inside.append(is_inside(str(connection.getpeername()[0])))
        if self.inside[-1] and not self.inside[0]:
            raise Unread("leads into your own network")


class _Redirections(HTTPRedirectHandler):
    max_redirections = REDIRECTIONS
    max_repeats = 2

    def redirect_request(
        self, request: Request, stream: Any, code: int, message: str, headers: Message, target: str
    ) -> Request | None:
        if Url().fault(target):
            raise Unread(ASTRAY, "see to the address")
        return super().redirect_request(request, stream, code, message, headers, _ascii(target))  # type: ignore[arg-type]


def _opener(way: _Way) -> OpenerDirector:
    """What opens http and https alone, and knows each machine that it asks."""

    class Plain(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            way.reached(self.sock)

    class Secure(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            way.reached(self.sock)

    class PlainHandler(HTTPHandler):
        def http_open(self, request: Request) -> HTTPResponse:
            return self.do_open(Plain, request)

    class SecureHandler(HTTPSHandler):
        def https_open(self, request: Request) -> HTTPResponse:
            return self.do_open(Secure, request)

    opener = OpenerDirector()
    for handler in (
        ProxyHandler(),
        UnknownHandler(),
        PlainHandler(),
        SecureHandler(),
        HTTPDefaultErrorHandler(),
        _Redirections(),
        HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener
