"""`sitegen ping`: tells the WebSub hub which feeds have changed (https://www.w3.org/TR/websub/#publishing).

How a publisher does that is between it and its hub; all known ones take a form with `hub.mode=publish` and the feeds'
addresses as `hub.url`. Nothing that a hub answers is followed or shown but its status.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

from sitegen import __version__, files, routes
from sitegen.build import STORE
from sitegen.diagnostics import Diagnostic, Span, error
from sitegen.project import SETTINGS, read_settings
from sitegen.publish import Folder
from sitegen.routes import Addresses
from sitegen.shapes import plain

SECONDS = 15.0
"""How long a hub may take for an answer, from the first byte to the last."""

AT_ONCE = 50
"""Feeds in one request."""

PINGED = "pinged"
"""The file in the engine's folder that says which feeds, in which state, the hub was told of."""


@dataclass(frozen=True)
class Told:
    """What became of it: what to say, or why the hub could not be told."""

    said: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def ping(project: Path, output: Path, seconds: float = SECONDS) -> Told:
    """Tell the hub of the feeds in the output folder that are not as they were when it was last told."""
    settings, told = read_settings(project)
    if settings is None:
        return Told(diagnostics=told)
    if settings.hub is None:
        advice = "write `hub:` and the address of your hub in sitegen.yaml, and build"
        return Told(diagnostics=(error("no-hub", "the site names no WebSub hub", Span(SETTINGS), advice),))
    try:
        with files.locked(project / STORE) as store:
            return _ping(settings.hub, Addresses(settings.base_url), store / PINGED, output, seconds)
    except files.Unreadable as unreadable:
        return Told(diagnostics=(unreadable.diagnostic,))
    except OSError as problem:
        place = Span(str(problem.filename)) if problem.filename else None
        return Told(diagnostics=(error("cannot-write", str(problem.strerror or problem), place),))


def _ping(hub: str, addresses: Addresses, state: Path, output: Path, seconds: float) -> Told:
    now = {addresses.href(path): files.fingerprint((output / path).read_bytes()) for path in _feeds(output)}
    if not now:
        message = f"there are no feeds in `{output}`"
        return Told(diagnostics=(error("no-feeds", message, help="build the site first, or name its folder"),))
    before = _read(state, hub)
    changed = [href for href, mark in now.items() if before.get(href) != mark]
    done = {href: mark for href, mark in now.items() if before.get(href) == mark}
    faults: list[Diagnostic] = []
    for start in range(0, len(changed), AT_ONCE):
        several = changed[start : start + AT_ONCE]
        if (fault := _within(seconds, hub, several)) is None:
            done |= {href: now[href] for href in several}
        else:
            message = f"the hub {hub} could not be told of {len(several)} feeds: {fault}"
            faults.append(error("hub-refused", message, help="try again later, or see to `hub` in sitegen.yaml"))
            break
    lines = (f"{mark} {href}\n" for href, mark in sorted(done.items()))
    files.write_whole(state, "".join([f"{hub}\n", *lines]).encode())
    count = sum(href in done for href in changed)
    said = f"told the hub of {count} feeds" if count else "no feed has changed since the hub was last told"
    return Told(() if faults and not count else (said,), tuple(faults))


def _feeds(output: Path) -> Iterator[str]:
    """The paths of the feeds that a build put into a folder, without those of earlier entries."""
    for path in sorted(Folder(output).owned):
        folder, _, name = path.rpartition("/")
        if name in routes.FEEDS.values() and not routes.is_feed_archive(f"{folder}/") and (output / path).is_file():
            yield path


def _read(state: Path, hub: str) -> Mapping[str, str]:
    """The fingerprints that feeds had when this hub was last told of them."""
    try:
        first, *lines = state.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError, ValueError):
        return {}
    pairs = (line.partition(" ") for line in lines)
    return {href: mark for mark, _, href in pairs} if first == hub else {}


# -- the network -------------------------------------------------------------------------------------------------------


def _within(seconds: float, hub: str, hrefs: Sequence[str]) -> str | None:
    """Tell the hub; what kept it from being told, or None. A hub that answers byte by byte has no more time for it."""
    answer: SimpleQueue[str | None] = SimpleQueue()
    Thread(target=lambda: answer.put(_tell(seconds, hub, hrefs)), daemon=True).start()
    try:
        return answer.get(timeout=seconds)
    except Empty:
        return f"no answer within {seconds:g} seconds"


def _tell(seconds: float, hub: str, hrefs: Sequence[str]) -> str | None:
    form = urlencode([("hub.mode", "publish"), *(("hub.url", href) for href in hrefs)]).encode()
    kind = "application/x-www-form-urlencoded"
    request = Request(hub, form, {"Content-Type": kind, "User-Agent": f"sitegen/{__version__}"})  # noqa: S310 - a hub is
    try:  # an http or https address: see `scalars.Url`
        with build_opener(_NoRedirects).open(request, timeout=seconds):
            return None
    except HTTPError as refusal:
        with refusal:
            return f"it answered {refusal.code}"
    except URLError as problem:
        return plain(str(getattr(problem.reason, "strerror", None) or problem.reason))
    except (OSError, HTTPException, ValueError) as problem:
        return plain(str(problem)) or type(problem).__name__


class _NoRedirects(HTTPRedirectHandler):
    """What a hub answers is followed nowhere: it might lead into the network of whoever publishes."""

    def redirect_request(self, *_: object) -> None:
        return None
