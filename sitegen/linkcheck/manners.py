"""How pages are asked, and what comes of it, in plain records: nothing here needs an HTTP client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Answer(NamedTuple):
    """What became of an address: a status of links.lock, what is wrong in a word, and where it has moved for good."""

    status: str
    why: str | None = None
    to: str | None = None


@dataclass(frozen=True)
class Manners:
    """How pages are asked; times are in seconds.

    `agent` is how sitegen calls itself. `pause` lies between two requests to a host, `backoff` before the second of
    several `attempts`, and twice that before the next; a host that wants to be left alone for more than `longest_wait`
    is. `connect`, `read` and `whole` are what a connection, a silence and a request may take.
    """

    agent: str = "sitegen"
    at_once: int = 16
    pause: float = 1.0
    attempts: int = 3
    backoff: float = 2.0
    longest_wait: float = 30.0
    connect: float = 10.0
    read: float = 15.0
    whole: float = 30.0
    redirects: int = 10
    allow_private: bool = False
