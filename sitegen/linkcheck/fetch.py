"""Asking pages whether they are there, politely: one request at a time to a host, with a pause between, and few bytes.

The only code that knows aiohttp; loaded by `sitegen links` alone. No body is read but for the archive's answers.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, TypeVar
from urllib.parse import urljoin, urlsplit

import aiohttp
from yarl import URL

from sitegen.linkcheck.manners import Answer, Manners
from sitegen.linkcheck.network import PRIVATE, public_socket
from sitegen.links import key_of
from sitegen.scalars import Url

T = TypeVar("T")

REDIRECTS = frozenset((301, 302, 303, 307, 308))
FOR_GOOD = frozenset((301, 308))
GONE = frozenset((404, 410))
BUSY = frozenset((429, 500, 502, 503, 504))
"""Answers that may be other ones a moment later."""

NO_HEAD = frozenset((405, 501))
"""Answers that say that a host knows no HEAD."""

UNREACHED = frozenset(("dns", "unreachable"))
"""Faults of a host, whatever is asked of it."""

FINAL = UNREACHED | {"address", "private", "tls"}
"""Faults that no other way of asking mends."""

VISITS = 3
"""At which visit of one address on the way a redirect counts as going in a circle; some set a cookie at the first."""


class Reply(NamedTuple):
    """What came back for a request: a status, or the fault in a word; where it leads; how long to wait."""

    status: int = 0
    fault: str = ""
    location: str = ""
    wait: float | None = None

    @property
    def good(self) -> bool:
        """Whether the page is there, or somewhere else."""
        return 200 <= self.status < 400

    @property
    def later(self) -> bool:
        """Whether the host wants to be left alone for a while: it is too busy, or under repair."""
        return self.status == 429 or (self.status == 503 and self.wait is not None)

    @property
    def passing(self) -> bool:
        """Whether it is worth while to ask again."""
        return self.status in BUSY or self.fault == "connection"


@dataclass
class _Host:
    """What is known of a host: when it may be asked next, whether HEAD is of use, and why it is not asked any more."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0
    head: bool = True
    given_up: Reply | None = None


class Client:
    """Asks pages; used as `async with Client(manners) as client`."""

    def __init__(self, manners: Manners):
        self.manners = manners
        self._hosts: dict[str, _Host] = defaultdict(_Host)
        self._free = asyncio.Semaphore(manners.at_once)

    async def __aenter__(self) -> Client:
        how = self.manners
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,
                force_close=True,  # what a server sends too much of is not taken for its next answer
                socket_factory=None if how.allow_private else public_socket,
            ),
            timeout=aiohttp.ClientTimeout(how.whole, sock_connect=how.connect, sock_read=how.read),
            headers={"User-Agent": how.agent, "Accept": "text/html,*/*;q=0.8", "Accept-Encoding": "identity"},
            auto_decompress=False,
            read_bufsize=4096,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def check(self, url: str) -> Answer:
        """What becomes of an http or https address, as `key_of` has it."""
        here, to, for_good = url, None, True
        visits: dict[str, int] = defaultdict(int)
        for _ in range(self.manners.redirects + 1):
            visits[here] += 1
            if visits[here] == VISITS:
                return Answer("failed", "loop")
            reply = await self._ask(here)
            if not (reply.location and reply.status in REDIRECTS):
                return _answer(reply, to if to != url else None)
            target = _led_to(here, reply.location)
            if target is None:
                return Answer("failed", "redirect")
            for_good = for_good and reply.status in FOR_GOOD
            here, to = target, target if for_good else to
        return Answer("failed", "redirects")

    async def read(self, url: str, limit: int) -> bytes | None:
        """What stands at an address, None where that cannot be had or is longer than the limit."""
        host = self._hosts[host_of(url)]
        async with host.lock:
            return await self._in_turn(host, partial(self._body, url, limit))

    async def _ask(self, url: str) -> Reply:
        """The answer to a request: HEAD first, then GET where that tells nothing; again where the host is busy."""
        host = self._hosts[host_of(url)]
        reply = await self._request(host, "HEAD", url)
        if reply.good or reply.fault in FINAL or host.given_up:
            return reply
        for attempt in range(1, self.manners.attempts + 1):
            reply = await self._request(host, "GET", url, attempt)
            if not reply.passing or host.given_up:
                break
        host.head = host.head and not reply.good
        if reply.status == 429:
            host.given_up = reply
        return reply

    async def _request(self, host: _Host, method: str, url: str, attempt: int = 1) -> Reply:
        """Ask a host once it may be asked, if it still makes sense then; say when it may be asked next."""
        async with host.lock:
            if host.given_up:
                return host.given_up
            if method == "HEAD" and not host.head:
                return Reply()
            reply = await self._in_turn(host, partial(self._sent, method, url))
            host.head = host.head and reply.status not in NO_HEAD
            wait = self.manners.backoff * 2 ** (attempt - 1) if reply.wait is None else reply.wait
            if reply.fault in UNREACHED or (reply.later and wait > self.manners.longest_wait):
                host.given_up = reply
            elif reply.passing:
                host.free_at = max(host.free_at, asyncio.get_running_loop().time() + wait)
            return reply

    async def _in_turn(self, host: _Host, request: Callable[[], Awaitable[T]]) -> T:
        """Send a request when the host may be asked; whoever holds the host's lock alone asks it."""
        clock = asyncio.get_running_loop().time
        await asyncio.sleep(max(0.0, host.free_at - clock()))
        async with self._free:
            try:
                return await request()
            finally:
                host.free_at = clock() + self.manners.pause

    async def _sent(self, method: str, url: str) -> Reply:
        """Send a request. What comes back is not read beyond its headers."""
        try:
            where = URL(url, encoded=True)
            async with self._session.request(method, where, allow_redirects=False) as response:
                headers = response.headers
                return Reply(
                    response.status, "", headers.get("Location", "").strip(), _seconds(headers.get("Retry-After", ""))
                )
        except (aiohttp.ClientSSLError, aiohttp.ClientConnectorCertificateError):
            return Reply(fault="tls")
        except (aiohttp.InvalidURL, ValueError):
            return Reply(fault="address")
        except aiohttp.ClientConnectorDNSError:
            return Reply(fault="dns")
        except aiohttp.ConnectionTimeoutError:
            return Reply(fault="unreachable")
        except TimeoutError:
            return Reply(fault="timeout")
        except aiohttp.ClientResponseError:
            return Reply(fault="garbled")
        except (aiohttp.ClientError, OSError) as problem:
            return Reply(fault="private" if PRIVATE in str(problem) else "connection")

    async def _body(self, url: str, limit: int) -> bytes | None:
        parts: list[bytes] = []
        try:
            async with self._session.get(URL(url, encoded=True), allow_redirects=False) as response:
                if response.status != 200:
                    return None
                async for part in response.content.iter_any():
                    parts.append(part)
                    if sum(map(len, parts)) > limit:
                        return None
        except (aiohttp.ClientError, OSError, ValueError):
            return None
        return b"".join(parts)


def host_of(url: str) -> str:
    """The host of an address."""
    return urlsplit(url).hostname or ""


def _led_to(here: str, location: str) -> str | None:
    """The address that a page leads to, or None where that is no page of the web."""
    try:
        target = key_of(urljoin(here, location))
    except ValueError:  # such as http://[
        return None
    return target if Url().fault(target) is None else None


def _seconds(retry_after: str) -> float | None:
    """How long a host wants to be left alone (RFC 9110, section 10.2.3); anything but seconds is a long time."""
    if not retry_after:
        return None
    return float(retry_after) if re.fullmatch(r"[0-9]{1,6}", retry_after.strip()) else float("inf")


def _answer(reply: Reply, to: str | None) -> Answer:
    """What the last reply on the way means; `to` is where the address has moved for good."""
    if reply.fault == "private":
        return Answer("refused", reply.fault)
    if reply.fault:
        return Answer("failed", reply.fault)
    if reply.good:
        return Answer("moved", to=to) if to else Answer("fine")
    if reply.status in GONE:
        return Answer("gone", str(reply.status))
    alive = reply.later or not 500 <= reply.status < 600  # some make up statuses from 600 on for robots
    return Answer("refused" if alive else "failed", str(reply.status))
