"""A server on this machine that answers as badly as any on the web, and an archive that knows a few copies."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answers = Callable[["Asked"], None]


class Asked:
    """A request that came in, and the ways to answer it."""

    def __init__(self, server: Misbehaving, connection: socket.socket, method: str, path: str, headers: dict[str, str]):
        self.server, self.connection = server, connection
        self.method, self.path, self.headers = method, path, headers

    def send(self, data: bytes) -> None:
        """Send bytes as they are; raises OSError where nobody takes them."""
        self.connection.sendall(data)
        self.server.sent += len(data)

    def answer(self, status: str, *headers: str, body: bytes = b"") -> None:
        """A whole answer; no body where none may be."""
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
        self.send("\r\n".join(lines).encode() + (b"" if self.method == "HEAD" else body))

    def for_ever(self, data: bytes) -> None:
        """Send something again and again, slowly, until nobody listens or the test is over."""
        while not self.server.over.wait(0.02):
            self.send(data)


class Misbehaving:
    """Answers each path as `ways` say, else with 200; `asked` are method, path and Host of each request."""

    def __init__(self, ways: dict[str, Answers], host: str = "127.0.0.1", tls: ssl.SSLContext | None = None):
        self.ways, self.tls = ways, tls
        self.asked: list[tuple[str, str, str]] = []
        self.sent = 0
        self.over = threading.Event()
        self._listening = socket.create_server((host, 0))
        self.port: int = self._listening.getsockname()[1]
        self.url = f"http://{host}:{self.port}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Stop listening and dripping."""
        self.over.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def paths(self, method: str = "") -> list[str]:
        """The paths that were asked for, in order."""
        return [path for each, path, _ in self.asked if method in ("", each)]

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _secured(self, connection: socket.socket) -> socket.socket:
        return self.tls.wrap_socket(connection, server_side=True) if self.tls else connection

    def _answer(self, connection: socket.socket) -> None:
        with suppress(OSError), self._secured(connection) as connection:
            head = b""
            while b"\r\n\r\n" not in head:
                if not (part := connection.recv(65536)):
                    break
                head += part
            if head:
                first, *lines = head.decode("latin-1").split("\r\n")
                method, path, _ = first.split(" ", 2)
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
                self.asked.append((method, path, headers.get("host", "")))
                way = (
                    self.ways.get(path)
                    or self.ways.get(path.partition("?")[0])
                    or (lambda asked: asked.answer("200 OK"))
                )
                way(Asked(self, connection, method, path, headers))


@contextmanager
def misbehaving(
    ways: dict[str, Answers], host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> Iterator[Misbehaving]:
    """A server that is there for a while."""
    server = Misbehaving(ways, host, tls)
    try:
        yield server
    finally:
        server.close()


def status(line: str, *headers: str) -> Answers:
    """Answers with that status, whatever is asked."""
    return lambda asked: asked.answer(line, *headers)


def to(location: str, line: str = "301 Moved Permanently") -> Answers:
    """Leads elsewhere."""
    return status(line, f"Location: {location}")


def unless_get(line: str) -> Answers:
    """Refuses HEAD."""
    return lambda asked: asked.answer("200 OK" if asked.method == "GET" else line)


def reset(asked: Asked) -> None:
    """Breaks the connection off."""
    asked.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def silent(asked: Asked) -> None:
    """Takes the request and says nothing."""
    asked.server.over.wait()


def dripping_headers(asked: Asked) -> None:
    """Sends headers that never end."""
    asked.send(b"HTTP/1.1 200 OK\r\nX: ")
    asked.for_ever(b"x")


def dripping_body(asked: Asked) -> None:
    """Sends a body that never ends."""
    asked.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    asked.for_ever(b"x")


def endless_headers(asked: Asked) -> None:
    """Sends headers as fast as they are taken."""
    asked.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        asked.send(b"X-Padding: " + b"x" * 4000 + b"\r\n")


def huge(asked: Asked) -> None:
    """Sends a body of ten gigabytes to whoever takes it, HEAD or not."""
    asked.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")
    while True:
        asked.send(b"x" * 65536)


def bomb(asked: Asked) -> None:
    """Sends little that swells to much."""
    body = gzip.compress(gzip.compress(b"\0" * 20_000_000))
    asked.answer("200 OK", "Content-Encoding: gzip, gzip", body=body)


def cut_off(asked: Asked) -> None:
    """Promises more than it sends."""
    asked.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc")


def garbled(asked: Asked) -> None:
    """Speaks no HTTP."""
    asked.send(b"\x16\x03\x01 HELLO WORLD\r\n\r\n")


class AtOnce:
    """Answers after a while, and counts how many requests were there at once."""

    def __init__(self) -> None:
        self.open, self.most = 0, 0
        self._lock = threading.Lock()

    def __call__(self, asked: Asked) -> None:
        with self._lock:
            self.open += 1
            self.most = max(self.most, self.open)
        asked.server.over.wait(0.02)
        with self._lock:
            self.open -= 1
        asked.answer("200 OK")


class Times:
    """Answers in one way so many times, counting GET alone, and then that all is well."""

    def __init__(self, times: int, way: Answers):
        self.times, self.way = times, way

    def __call__(self, asked: Asked) -> None:
        if asked.method == "GET":
            self.times -= 1
        if self.times >= 0:
            self.way(asked)
        else:
            asked.answer("200 OK")


def archive(copies: dict[str, Any]) -> Answers:
    """The archive's API: what it answers for an address; an answer that is bytes is sent as it is."""

    def answer(asked: Asked) -> None:
        url = parse_qs(urlsplit(asked.path).query)["url"][0]
        found = copies.get(url)
        snapshots = {"closest": found} if found else {}
        body = found if isinstance(found, bytes) else json.dumps({"url": url, "archived_snapshots": snapshots}).encode()
        asked.answer("200 OK", body=body)

    return answer


def copy(url: str, **other: object) -> dict[str, object]:
    """A copy as the archive's API tells it."""
    return {"status": "200", "available": True, "timestamp": "20250109", "url": url, **other}


def self_signed(folder: Path) -> ssl.SSLContext:
    """TLS as 127.0.0.1, by a certificate that nobody vouches for."""
    pem = folder / "own.pem"
    pem.write_text(OWN, "ascii")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


OWN = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg5pJptAaQndGDCVK1
t8oFyzybrVZdouZYlIMZNgfHHryhRANCAARjpmRTrMluE7EVapNxVZPVgAY9vJle
99JN6qvOdIFeogeK7ibb04E6qO1wSiPS2SzIbvT5Iotr+JWQBgL+I481
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBkDCCATagAwIBAgIUNXpXOReEHIIyasxXawlHA6BgBL0wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyOTEyMzMwMFoYDzIxMjYxMTA1
MTIzMzAwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARjpmRTrMluE7EVapNxVZPVgAY9vJle99JN6qvOdIFeogeK7ibb04E6
qO1wSiPS2SzIbvT5Iotr+JWQBgL+I481o2QwYjAdBgNVHQ4EFgQUl1/X4z8bkfcV
tUg9A+Uw5sQOW8cwHwYDVR0jBBgwFoAUl1/X4z8bkfcVtUg9A+Uw5sQOW8cwDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0gAMEUC
IQCj8Kdf1ZhjgHJ+oAUxvb+2eY9CN9Z0mdDLhl90pobX+gIge/W0mDNFFdw4mUiH
7+7S4nuyrYMKnvBXJ7XVre9uMF4=
-----END CERTIFICATE-----
"""
"""A key that was made for this test, and is good for nothing else."""
