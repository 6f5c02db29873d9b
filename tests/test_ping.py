"""`sitegen ping` against hubs of this machine, also those that misbehave."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from conftest import Site

from sitegen.cli import run
from sitegen.ping import ping

ANSWERS = {
    "fine": b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
    "refusal": b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 999999\r\n\r\n\x1b[2Jno",
    "redirect": b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
    "file": b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
    "nonsense": b"\xff\xfe\x00 220 welcome\r\n\r\n",
    "nothing": b"",
    "long header": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
}


class Hub:
    """A hub that keeps what it is asked, and answers as it is told to."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}/"
        self.answer = "fine"
        self.asked: list[dict[str, list[str]]] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listening.accept()
                threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            request = b""
            while b"\r\n\r\n" not in request:
                request += connection.recv(65536)
            head, _, body = request.partition(b"\r\n\r\n")
            length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
            while len(body) < length:
                body += connection.recv(65536)
            self.asked.append(parse_qs(body.decode()))
            if self.answer == "drip":
                connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                while True:
                    connection.sendall(b"x")
                    time.sleep(0.05)
            connection.sendall(ANSWERS[self.answer])


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A hub for one test."""
    made = Hub()
    yield made
    made.listening.close()


@pytest.fixture
def published(site: Callable[..., Site], hub: Hub) -> Site:
    """A site that names the hub, built."""
    made = site()
    settings = made.root / "sitegen.yaml"
    settings.write_text(settings.read_text("utf-8") + f"hub: {hub.url}\n", "utf-8")
    assert made.build().good
    return made


def told(site: Site, seconds: float = 20) -> tuple[str, ...]:
    """The codes of what was wrong when the hub was told."""
    return tuple(one.code for one in ping(site.root, site.output, seconds).diagnostics)


def test_the_hub_is_told_of_each_feed_that_has_changed(published: Site, hub: Hub) -> None:
    """Catches a feed that subscribers hear nothing of, and hubs that are asked to fetch what they have."""
    assert told(published) == ()
    (asked,) = hub.asked
    feeds = {f"https://digest.example/{path}" for path in published.made() if path.endswith(("/feed.xml", "/atom.xml"))}
    assert asked["hub.mode"] == ["publish"]
    assert feeds < set(asked["hub.url"])
    assert told(published) == ()
    assert hub.asked == [asked]
    thread = published.root / "content/threads/one/thread.yaml"
    thread.write_text(thread.read_text("utf-8").replace("One", "Another"), "utf-8")
    assert published.build().good
    assert told(published) == ()
    assert {address.split("/")[3] for address in hub.asked[1]["hub.url"]} == {"en"}


def test_earlier_entries_are_no_news(site: Callable[..., Site], hub: Hub) -> None:
    """Catches a hub that is asked to fetch pages which never change."""
    many = site(
        "".join(f"-- content/threads/t{n}/thread.yaml --\ntitle: T\ndate: 2025-01-{n:02}\n" for n in range(1, 29))
    )
    settings = many.root / "sitegen.yaml"
    settings.write_text(settings.read_text("utf-8") + f"hub: {hub.url}\n", "utf-8")
    assert many.build().good
    assert "ko/feeds/1/atom.xml" in many.made()
    assert told(many) == ()
    assert not [address for address in hub.asked[0]["hub.url"] if "/feeds/" in address]


@pytest.mark.parametrize("answer", [*(each for each in ANSWERS if each != "fine"), "drip"])
def test_a_hub_that_misbehaves_is_told_of(published: Site, hub: Hub, answer: str) -> None:
    """Catches a hub that leads elsewhere, answers for ever, or writes to the terminal, and a failure that passes."""
    hub.answer = answer
    start = time.monotonic()
    outcome = ping(published.root, published.output, 1.0)
    assert time.monotonic() - start < 15
    (fault,) = outcome.diagnostics
    assert (fault.code, outcome.said) == ("hub-refused", ())
    assert fault.message.isprintable()
    hub.answer = "fine"
    assert told(published) == ()
    assert hub.asked[0] == hub.asked[-1]


def test_a_hub_that_is_not_there_is_told_of(published: Site, hub: Hub) -> None:
    """Catches a traceback where the network is down."""
    hub.listening.shutdown(socket.SHUT_RDWR)
    hub.listening.close()
    assert told(published) == ("hub-refused",)


def test_what_cannot_be_done_is_said(site: Callable[..., Site], tmp_path: Path, capsys: Any) -> None:
    """Catches a ping that does nothing and says so to nobody."""
    plain = site()
    assert told(plain) == ("no-hub",)
    assert told(Site(tmp_path)) == ("no-site",)
    settings = plain.root / "sitegen.yaml"
    settings.write_text(settings.read_text("utf-8") + "hub: https://hub.example/\n", "utf-8")
    assert told(plain) == ("no-feeds",)
    assert run(["ping", str(plain.root), "--format", "concise"]) == 1
    assert "error[no-feeds]" in capsys.readouterr().err
    settings.write_text(settings.read_text("utf-8").replace("https://hub", "ftp://hub"), "utf-8")
    assert told(plain) == ("bad-url",)
