"""IP addresses of people where reading content does not look for them: in titles, summaries, intros and pages."""

from __future__ import annotations

from collections.abc import Iterator

from sitegen import addresses
from sitegen.checks.texts import Finding, Passage, Place
from sitegen.yamldoc import Node, Path

PASSED_OVER = frozenset(("url", "archive"))
"""Keys of addresses, which may be those of servers."""


def in_passage(passage: Passage) -> Iterator[Finding]:
    """Every full address in an editor's text."""
    for line, column, width in addresses.all_in_text(passage.typed):
        place = Place(passage.path, passage.where, (line + passage.line - 1, column, width))
        yield _found(place, "mask or remove it; write it as `code`, if it is an example")


def in_node(path: str, node: Node) -> Iterator[Finding]:
    """Every full address in the texts of a YAML file."""
    waiting: list[tuple[Path, Node]] = [((), node)]
    while waiting:
        where, each = waiting.pop()
        if isinstance(each, dict):
            waiting += [((*where, key), child) for key, child in each.items() if key not in PASSED_OVER]
        elif isinstance(each, list):
            waiting += [((*where, number), child) for number, child in enumerate(each)]
        elif isinstance(each, str):
            for inside in addresses.all_in_text(each):
                advice = "mask or remove it, or waive it by its words, if it is no one’s"
                yield _found(Place(path, where, inside), advice)


def _found(place: Place, advice: str) -> Finding:
    return Finding("ip-address", "somebody’s IP address would be published", place, advice, fatal=True)
