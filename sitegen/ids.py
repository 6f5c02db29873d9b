"""What makes threads and issues themselves for feeds, for ever: ids.lock, and who is who by it.

The file has a line `threads/<slug>: <id>` or `digests/<slug>: <id>` for everything that was ever published, and one
`site: <address>` for the address that the site had first. All lines are sorted, so two branches merge.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from sitegen.diagnostics import Diagnostic, Span, error, span_at, warning
from sitegen.models import DigestEntry, ThreadEntry
from sitegen.record import comparable
from sitegen.schedule import SCHEDULED, standing
from sitegen.sources import LOCK, text_of
from sitegen.tasks import Source

E = TypeVar("E", ThreadEntry, DigestEntry)

SITE = "site"
LINE = re.compile(r"(site|(?:threads|digests)/.+?): (\S.*)")
HEADER = """\
# What feeds know each thread and issue by. sitegen adds a line for each new one; keep this file with the content.
# A changed line makes a thread new to every subscriber.
"""


@comparable
class Lock:
    """The lines of ids.lock, by what stands in front of the colon."""

    lines: tuple[tuple[str, str], ...] = ()


class Identities(NamedTuple):
    """What makes each thread and issue (by slug) itself; `seed` is what tells the site from all others."""

    seed: str
    threads: Mapping[str, str]
    digests: Mapping[str, str]


def read(source: Source) -> tuple[Lock, tuple[Diagnostic, ...]]:
    """ids.lock: the lines that can be read, and what is wrong with the others."""
    text, told = text_of(source)
    lines: dict[str, str] = {}
    faults: list[Diagnostic] = []
    for number, line in enumerate((text or "").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        found = LINE.fullmatch(line.rstrip())
        if found is not None and lines.setdefault(found[1], found[2]) == found[2]:
            continue
        span = span_at(source.path, line, 1, 1, len(line))._replace(line=number)
        if found is None:
            message = "this line is none of `threads/<slug>: <id>`, `digests/<slug>: <id>` and `site: <address>`"
            advice = "after a merge, keep the lines of both sides and delete the marks between them"
            faults.append(error("bad-lock", message, span, advice))
        else:
            message = f"`{found[1]}` has another id further up: `{lines[found[1]]}`"
            faults.append(error("bad-lock", message, span, "keep the one that was published first"))
    return Lock(tuple(sorted(lines.items()))), (*told, *faults)


def written(lock: Lock) -> bytes:
    """The lines as a file."""
    return "".join([HEADER, *(f"{key}: {own}\n" for key, own in sorted(lock.lines))]).encode()


def resolve(
    address: str, threads: Sequence[ThreadEntry], digests: Sequence[DigestEntry], lock: Lock, moment: int
) -> tuple[Identities, Lock, list[Diagnostic]]:
    """Who is who, the lock with all that is published at a moment, and what is wrong.

    `address` is the site's. What is resolved by the new lock comes out the same as by the old one.
    """
    lines = dict(lock.lines)
    seed = lines.setdefault(SITE, address)
    of_threads, told = _resolved("threads", threads, lines, moment)
    of_digests, faults = _resolved("digests", digests, lines, moment)
    return Identities(seed, of_threads, of_digests), Lock(tuple(sorted(lines.items()))), [*told, *faults]


def _resolved(
    kind: str, entries: Sequence[E], lines: dict[str, str], moment: int
) -> tuple[dict[str, str], list[Diagnostic]]:
    """The ids of one kind by slug; its `lines` are brought up to date.

    Whose `id` a writer gave has that one. Any other has the id that it brings along (from its forum's address or its
    date) as long as the lock knows that for it, or for nothing that is still there; else the one that the lock has for
    its slug; else, being new, the one that it brings along, numbered where another has that already.
    """
    prefix = f"{kind}/"
    locked = {key.removeprefix(prefix): own for key, own in lines.items() if key.startswith(prefix)}
    standings = {entry: standing(entry, moment) for entry in entries}
    ordered = sorted(entries, key=lambda entry: (standings[entry] is not None, *_by_date(entry)))
    named = [entry for entry in ordered if entry.named]
    others = [entry for entry in ordered if not entry.named]
    kept = {locked[each.slug]: each for each in others if each.slug in locked and _fits(each.id, locked[each.slug])}
    ids: dict[str, str] = {}
    owner: dict[str, E] = {}
    told: list[Diagnostic] = []

    def take(entry: E, own: str) -> None:
        if entry.slug not in ids and own not in owner:
            ids[entry.slug] = own
            owner[own] = entry

    for entry in named:
        if (twin := owner.get(entry.id) or kept.get(entry.id)) is not None:
            message = f"the id `{entry.id}` is also that of {twin.path}: feeds could not tell the two apart"
            told.append(error("duplicate-id", message, _at(entry), "give one of them another `id`"))
        take(entry, entry.id)
    for own, entry in kept.items():
        take(entry, own)
    before = frozenset(locked.values())
    for entry in others:
        if entry.id in before:
            take(entry, entry.id)
    for entry in others:
        if entry.slug in locked:
            take(entry, locked[entry.slug])
    for entry in ordered:
        if entry.slug not in ids:
            take(entry, next(own for own in _numbered(entry.id) if own not in owner and own not in before))
    checked = [entry for entry in ordered if standings[entry] in (None, SCHEDULED)]
    told += _changed(checked, ids, locked, owner)
    public = {own: entry for own, entry in owner.items() if standings[entry] is None}
    told += _moved(locked, public, frozenset(entry.slug for entry in entries))
    lines.update((prefix + entry.slug, own) for own, entry in public.items())
    return ids, told


def _changed(
    entries: Iterable[E], ids: Mapping[str, str], locked: Mapping[str, str], owner: Mapping[str, E]
) -> Iterator[Diagnostic]:
    """An error for each entry that was published under an id which nobody has any more."""
    before = frozenset(locked.values())
    for entry in entries:
        was = locked.get(entry.slug)
        if was is not None and was not in owner and ids[entry.slug] not in before:
            message = f"this was published as `{was}`; with another id, every subscriber is shown it anew"
            advice = (
                f"write `id: {was}` to keep it; if this is another one in the same folder, delete its line from {LOCK}"
            )
            yield error("changed-id", message, _at(entry), advice)


def _moved(locked: Mapping[str, str], owner: Mapping[str, E], there: Collection[str]) -> Iterator[Diagnostic]:
    """A warning for each slug under which an entry was published, and whose address leads nowhere now."""
    for slug, own in locked.items():
        entry = owner.get(own)
        if entry is None or slug in there or slug in (alias for alias, _ in entry.aliases):
            continue
        message = f"this was published as `{slug}`, an address that leads nowhere now"
        advice = f"write `aliases: [{slug}]` to have it lead here, or delete its line from {LOCK}"
        yield warning("moved", message, Span(entry.path, node=("title",)), advice)


def _numbered(own: str) -> Iterator[str]:
    yield own
    number = 2
    while True:
        yield f"{own} {number}"
        number += 1


def _fits(brought: str, own: str) -> bool:
    """Whether an id is what an entry brings along, numbered or not."""
    return own == brought or (own.startswith(f"{brought} ") and own[len(brought) + 1 :].isdecimal())


def _by_date(entry: ThreadEntry | DigestEntry) -> tuple[float, str]:
    return (datetime.fromisoformat(entry.date).timestamp(), entry.slug)


def _at(entry: ThreadEntry | DigestEntry) -> Span:
    return Span(entry.path, node=("id",) if entry.named else ("title",))
