"""`sitegen links`: from content files to links.lock. The only part of it that touches the disk and knows the day."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from time import time_ns
from typing import NamedTuple

from sitegen import __version__, files, links, scan, sources
from sitegen.build import STORE
from sitegen.diagnostics import Diagnostic, Span, error, has_errors, in_order, warning
from sitegen.linkcheck import verdict, wayback
from sitegen.linkcheck.collect import Found, collect
from sitegen.linkcheck.manners import Manners
from sitegen.links import Checked, Lock
from sitegen.models import Settings
from sitegen.project import read_settings
from sitegen.report import Progress
from sitegen.tasks import Source

OWN = "links"
"""The folder in the engine's that keeps two checks of one site apart."""

UNREACHED = frozenset(("dns", "unreachable", "connection", "timeout"))
HOSTS = 3
"""From how many hosts on none of which answers the fault is taken for our own network's."""


class Options(NamedTuple):
    """Which links are asked, and how.

    Those that were not asked for `older` days, at most `limit`. `api` is where archived copies are asked for, and
    `today` the day that is written down.
    """

    today: date
    older: int = 7
    limit: int | None = None
    manners: Manners = Manners()
    api: str = wayback.API


class Told(NamedTuple):
    """What became of it: what to say, what is to be told, and whether it was interrupted."""

    said: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    interrupted: bool = False


def run_for(
    chosen: argparse.Namespace,
    progress: Progress,
    say: Callable[[str], None],
    tell: Callable[[Sequence[Diagnostic]], None],
) -> int:
    """Check the links for a command line; returns the exit status."""
    manners = Manners(allow_private=chosen.allow_private)
    older = 0 if chosen.all else chosen.older
    told = run(chosen.project, Options(datetime.now(UTC).date(), older, chosen.limit, manners), progress)
    tell(told.diagnostics)
    for line in told.said:
        say(line)
    return 130 if told.interrupted else 1 if has_errors(told.diagnostics) else 0


def run(project: Path, options: Options, progress: Progress) -> Told:
    """Ask the links of a project, and write down what became of them."""
    settings, told = read_settings(project)
    if settings is None:
        return Told(diagnostics=told)
    try:
        with files.locked(project / STORE / OWN):
            return _run(project, settings, options, progress)
    except files.Unreadable as unreadable:
        return Told(diagnostics=(unreadable.diagnostic,))
    except OSError as problem:
        place = Span(str(problem.filename)) if problem.filename else None
        return Told(diagnostics=(error("cannot-write", str(problem.strerror or problem), place),))


def _run(project: Path, settings: Settings, options: Options, progress: Progress) -> Told:
    tree, _ = scan.scan(project, {}, time_ns())
    known = sources.sort(tree)
    found, told = collect(settings, known, tree.reader)
    before, unread = links.read(Source(sources.LINKS, tree.reader(sources.LINKS))) if known.links else ({}, ())
    if has_errors(faults := (*tree.diagnostics, *known.diagnostics, *told, *unread)):
        return Told(diagnostics=tuple(one for one in in_order(faults) if has_errors([one])))
    asked = _Asked(found, before, options)
    due = verdict.due(found, before, options.today, options.older, options.limit)
    interrupted, failed = False, None
    if due:
        try:
            failed = _ask(asked, due, settings, progress)
        except KeyboardInterrupt:
            interrupted = True
        finally:
            progress.close()
    if failed is not None:
        return Told(diagnostics=(failed,))
    after = {url: one for url in found if (one := asked.after.get(url) or before.get(url))}
    if (data := links.written(after)) != links.written(before) or (after and not known.links):
        files.write_whole(project / sources.LINKS, data)
    warnings = (*verdict.told(after, found, settings.links.dead_after), *asked.told())
    said = [*verdict.news(before, after), f"{verdict.counted(after, len(found))} · {len(asked.after):,} asked"]
    return Told(tuple(said), in_order(warnings), interrupted)


class _Asked:
    """What the run has come to so far: `after` has what is known of each link that was asked."""

    def __init__(self, found: Mapping[str, Found], before: Lock, options: Options):
        self.found, self.before, self.options = found, before, options
        self.after: dict[str, Checked] = {}
        self.silent = 0

    def told(self) -> tuple[Diagnostic, ...]:
        """That the archive did not answer, if it did not."""
        if not self.silent:
            return ()
        message = f"the archive did not answer for {self.silent} of the dead links"
        return (warning("silent-archive", message, help="it is asked again at the next check"),)


def _ask(asked: _Asked, due: Sequence[str], settings: Settings, progress: Progress) -> Diagnostic | None:
    """Ask the links that are due; what keeps any from being asked. Raises KeyboardInterrupt where that comes."""
    try:
        from sitegen.linkcheck import fetch
    except ImportError:
        advice = 'install it with `pip install "sitegen[links]"`'
        return error("no-http-client", "`sitegen links` needs aiohttp, which is not installed", help=advice)
    manners = replace(asked.options.manners, agent=f"sitegen/{__version__} (+{settings.base_url})")
    progress.stage("links", len(due))

    async def ask(client: fetch.Client, url: str) -> None:
        answer = await client.check(url)
        now = verdict.settled(asked.before.get(url), answer, asked.options.today)
        asked.after[url] = now
        if now.dead and now.copy is None:
            found = await wayback.ask(client, asked.options.api, url, asked.found[url].day)
            asked.silent += found is None
            asked.after[url] = now._replace(copy=wayback.copy_in(found) if found else None)
        progress.advance(1)

    async def every() -> None:
        async with fetch.Client(manners) as client, asyncio.TaskGroup() as group:
            for url in due:
                group.create_task(ask(client, url))

    asyncio.run(every())
    hosts = {fetch.host_of(url) for url in due}
    if len(hosts) >= HOSTS and all(one.why in UNREACHED for one in asked.after.values()):
        message = f"none of {len(hosts)} hosts can be reached, so nothing was written down"
        return error("no-network", message, help="is this machine connected to the internet?")
    return None
