"""What the tests of the preview share: asking it over real sockets."""

from __future__ import annotations

import io
import json
import re
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sitegen.server import Server

SOON = 20.0
"""Seconds that anything may take on a busy machine."""


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers in lower case, and body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8")


@dataclass(frozen=True)
class Elsewhere:
    """A server that is known by what it said of itself."""

    port: int

    @classmethod
    def said(cls, lines: Iterable[str]) -> Elsewhere:
        """The server whose address is in one of the lines."""
        for line in lines:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)/", line):
                return cls(int(found[1]))
        raise AssertionError("no address was said")


def connect(server: Server | Elsewhere) -> socket.socket:
    """A connection to the server."""
    return socket.create_connection(("127.0.0.1", server.port), SOON)


def send(server: Server | Elsewhere, request: bytes) -> bytes:
    """All that comes back for bytes, until the server closes the connection."""
    with connect(server) as connection:
        connection.sendall(request)
        with connection.makefile("rb") as stream:
            return stream.read()


def ask(server: Server | Elsewhere, target: str, *headers: str, method: str = "GET") -> Answer:
    """A request that names the server as browsers do, unless a Host header is given."""
    lines = [f"{method} {target} HTTP/1.1", "Connection: close", *headers]
    if not any(each.startswith("Host:") for each in headers):
        lines.append(f"Host: 127.0.0.1:{server.port}")
    raw = send(server, "\r\n".join([*lines, "", ""]).encode("latin-1"))
    head, _, body = raw.partition(b"\r\n\r\n")
    status, *fields = head.decode("latin-1").split("\r\n")
    pairs = (field.split(": ", 1) for field in fields)
    return Answer(int(status.split()[1]), {name.lower(): value for name, value in pairs}, body)


@contextmanager
def events(server: Server | Elsewhere, query: str = "") -> Iterator[io.BufferedReader]:
    """An open event stream of a page, its headers read."""
    with connect(server) as connection:
        connection.sendall(f"GET /_sitegen/events?{query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        with connection.makefile("rb") as stream:
            status = stream.readline()
            assert b"200" in status
            while stream.readline() != b"\r\n":
                pass
            yield stream


def next_event(stream: io.BufferedReader) -> tuple[str, list[dict[str, str]]]:
    """The kind of the event that comes next, and the faults it tells of."""
    kind = ""
    for line in iter(stream.readline, b""):
        if line.startswith(b"event: "):
            kind = line.removeprefix(b"event: ").decode().strip()
        if line.startswith(b"data: "):
            return kind, json.loads(line.removeprefix(b"data: "))
    raise AssertionError("nothing more was told")
