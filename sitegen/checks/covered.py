"""Columns and forum threads that another thread of the digest has covered before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sitegen.diagnostics import Diagnostic, Span, warning


class Covered(NamedTuple):
    """A thread and what it covers: canonical addresses, each with what it is and where it stands."""

    path: str
    date: str
    addresses: tuple[tuple[str, str, Span], ...]


def covered_before(threads: Iterable[Covered]) -> Iterator[Diagnostic]:
    """A warning for each address that an older thread has too, one a thread."""
    first: dict[str, Covered] = {}
    for thread in sorted(threads, key=lambda each: (each.date, each.path)):
        told: set[str] = set()
        for address, kind, span in thread.addresses:
            before = first.setdefault(address, thread)
            if before is not thread and before.path not in told:
                told.add(before.path)
                advice = "name that thread in the text, or leave one of them out"
                yield warning("covered-before", f"this {kind} is covered by {before.path} already", span, advice)
