"""What follows from the answers: the new lines of links.lock, what is news, and what is to be told at which places."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sitegen.diagnostics import Diagnostic, warning
from sitegen.links import Checked, Lock

if TYPE_CHECKING:
    from sitegen.linkcheck.collect import Found
    from sitegen.linkcheck.manners import Answer

FAULTS = {
    "address": "it is no address that can be asked",
    "connection": "the connection broke off, or was refused",
    "dns": "there is no such host",
    "garbled": "its host answers in no way that can be read",
    "loop": "it leads round in a circle",
    "private": "it leads into a private network, which is not asked",
    "redirect": "it leads to something that is no page of the web",
    "redirects": "it leads on and on",
    "timeout": "there is no answer in time",
    "tls": "its host cannot prove who it is (TLS)",
    "unreachable": "its host takes no connection",
}
"""What is wrong, in words; any other word is the status of an answer."""


def due(found: Collection[str], lock: Lock, today: date, older: int, limit: int | None) -> list[str]:
    """The addresses to be asked: those that were not asked for so many days, the longest ago first."""
    last = {url: lock[url].day if url in lock else date.min for url in found}
    old = [url for url in found if last[url] <= max(date.min + timedelta(older), today) - timedelta(older)]
    return sorted(old, key=lambda url: (last[url], url))[:limit]


def settled(before: Checked | None, answer: Answer, today: date) -> Checked:
    """What is known of an address after a check. Several checks on one day count once; a refusal tells nothing new."""
    after = Checked(answer.status, today, answer.why, to=answer.to)
    if before is not None and before.dead and after.status == "refused":
        return before._replace(day=today)
    if not after.dead:
        return after
    if before is None or not before.dead:
        return after._replace(since=today, checks=1)
    checks = before.checks + (before.day != today)
    return after._replace(since=before.since or today, checks=checks, copy=before.copy)


def news(before: Lock, after: Lock) -> Iterator[str]:
    """A line for each address that is not as it was."""
    for url, now in after.items():
        was = before.get(url)
        if now.dead and not (was and was.dead):
            yield f"dead       {url} ({reason(now)})"
        elif now.status == "moved" and not (was and (was.status, was.to) == ("moved", now.to)):
            yield f"moved      {url} to {now.to}"
        elif now.status == "refused" and not (was and was.status == "refused"):
            yield f"refused    {url} ({reason(now)})"
        elif was and was.dead and not now.dead:
            yield f"recovered  {url}"


def counted(lock: Lock, links: int) -> str:
    """How many of so many links are in which state, in one line."""
    states = ["dead" if one.dead else one.status for one in lock.values()]
    counts = [f"{states.count(each):,} {each}" for each in ("fine", "moved", "refused", "dead") if each in states]
    if len(lock) < links:
        counts.append(f"{links - len(lock):,} never asked")
    return " · ".join([f"{links:,} link{'' if links == 1 else 's'}", *counts])


def told(lock: Lock, found: Mapping[str, Found], dead_after: int) -> Iterator[Diagnostic]:
    """A warning at each place where a link is dead, or has moved and is an editor's to mend."""
    for url, one in lock.items():
        for place in found[url].places if one.dead or one.status == "moved" else ():
            if one.dead:
                advice = _advice(one, dead_after, strangers=place.strangers)
                times = "at one check" if one.checks == 1 else f"at {one.checks} checks in a row"
                message = f"`{url}` is dead: {reason(one)}, {times}, since {one.since}"
                yield warning("dead-link", message, place.span, advice)
            elif not place.strangers:
                yield warning("moved-link", f"`{url}` has moved for good", place.span, f"write `{one.to}{place.part}`")


def reason(one: Checked) -> str:
    """What is wrong with an address, in words."""
    return FAULTS.get(one.why or "", f"it answers {one.why}")


def _advice(one: Checked, dead_after: int, *, strangers: bool) -> str:
    if strangers:
        return "comments stay as they were written: nothing is done about it"
    if one.copy is None:
        return "no archived copy is known: find another page that says it, or take the link out"
    stands = "stands in for it" if one.checks >= dead_after else f"will stand in for it after {dead_after} checks"
    return f"its archived copy {stands}: {one.copy}"
