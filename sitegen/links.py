"""What is known of the links that lead out of the site: links.lock, and what follows from it for texts and facts.

The file has a line for each address: the address, how it was when it was last asked, that day, and `name=value` for
what else is known. All lines are sorted, so two branches merge. `sitegen links` writes it; builds only read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from hashlib import blake2b
from html import unescape
from typing import NamedTuple, TypeVar
from urllib.parse import quote

from sitegen.diagnostics import Diagnostic, error, span_at
from sitegen.models import DigestCard, Localized, Lost, PageCard, Paragraphs, ThreadCard
from sitegen.scalars import Url
from sitegen.sources import text_of
from sitegen.tasks import Source

Card = TypeVar("Card", ThreadCard, DigestCard, PageCard)

STATUSES = ("fine", "moved", "gone", "refused", "failed")
"""What an address can be: it answers; for good at another address; not any more; not to programs; not at all."""

DEAD = frozenset(("gone", "failed"))

MARK = 8
"""Bytes that stand for an address in the index of the site."""

HEADER = """\
# How the addresses that this site links to were when `sitegen links` asked them; keep this file with the content.
# After a merge, of two lines for one address keep the one with the later day.
"""

WEB_LINK = re.compile(r'<a href="(https?://[^"]*)"', re.IGNORECASE)
"""The beginning of a link to another site, in our own HTML."""

_PARTS = re.compile(r"(https?://)([^/?]*)(.*)", re.IGNORECASE | re.DOTALL)
_USUAL = re.compile(r"[A-Za-z0-9;/?:@&=+$,\-_.!~*'()%]*")


class Checked(NamedTuple):
    """What is known of an address.

    `day` is that of the last check. `why` says in a word what is wrong, such as `404`. At so many `checks` in a row,
    the first of them on the day `since`, it was dead. `to` is where it has moved, `copy` an archived copy.
    """

    status: str
    day: date
    why: str | None = None
    since: date | None = None
    checks: int = 0
    to: str | None = None
    copy: str | None = None

    @property
    def dead(self) -> bool:
        """Whether it led nowhere when it was last asked."""
        return self.status in DEAD


Lock = Mapping[str, Checked]
"""What is known of each address, by its `key_of`."""


def key_of(url: str) -> str:
    """An http or https address as it is asked for: in ASCII, without its fragment; as Markdown writes it, too."""
    url = url.partition("#")[0]
    found = _PARTS.fullmatch(url)
    if found is None or _USUAL.fullmatch(url):
        return url
    scheme, host, rest = found.groups()
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            host = quote(host, safe=":", errors="surrogateescape")
    return scheme + host + quote(rest, safe=";/?:@&=+$,-_.!~*'()%", errors="surrogateescape")


# -- the file ----------------------------------------------------------------------------------------------------------


def read(source: Source) -> tuple[Lock, tuple[Diagnostic, ...]]:
    """links.lock: what the lines say that can be read, and what is wrong with the others."""
    text, told = text_of(source)
    lock: dict[str, Checked] = {}
    faults: list[Diagnostic] = []
    for number, line in enumerate((text or "").split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        address, *words = line.split()
        address = key_of(address)  # somebody may have written it as the content does
        try:
            checked = _checked(address, words)
            if lock.setdefault(address, checked) != checked:
                raise ValueError("another one, further up, says something else of the address")
        except ValueError as problem:
            span = span_at(source.path, line, 1, 1, len(line))._replace(line=number)
            advice = (
                "after a merge, keep the line with the later day, and delete the marks; what has no line is asked again"
            )
            faults.append(error("bad-lock", f"this line will not do: {problem}", span, advice))
    return dict(sorted(lock.items())), (*told, *faults)


def _checked(address: str, words: Sequence[str]) -> Checked:
    """What stands behind an address. Raises ValueError, with what was expected."""
    if (fault := Url().fault(address)) is not None:
        raise ValueError(f"an address stands first, and this {fault[0]}")
    if len(words) < 2 or words[0] not in STATUSES:
        raise ValueError(f"behind the address stand one of {', '.join(STATUSES)}, and a day such as 2025-01-13")
    values: dict[str, str | None] = {"why": None, "since": None, "checks": None, "to": None, "copy": None}
    for word in words[2:]:
        name, _, value = word.partition("=")
        if name not in values or not value:
            raise ValueError(f"`{word}` is none of {', '.join(f'{each}=…' for each in values)}")
        values[name] = value
    for name in ("to", "copy"):
        if (url := values[name]) is not None and (fault := Url().fault(url)) is not None:
            raise ValueError(f"the address behind `{name}=` {fault[0]}")
    since, checks = values["since"], values["checks"] or "0"
    if not re.fullmatch(r"[0-9]{1,6}", checks):
        raise ValueError("a number is expected behind `checks=`")
    return Checked(
        words[0],
        _day(words[1]),
        values["why"],
        _day(since) if since else None,
        int(checks),
        values["to"],
        values["copy"],
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"`{text}` is no day such as 2025-01-13") from None


def written(lock: Lock) -> bytes:
    """The file."""
    return "".join([HEADER, *(f"{_line(address, one)}\n" for address, one in sorted(lock.items()))]).encode()


def _line(address: str, one: Checked) -> str:
    named = (("why", one.why), ("since", one.since), ("checks", one.checks or None), ("to", one.to), ("copy", one.copy))
    return " ".join([address, one.status, str(one.day), *(f"{name}={value}" for name, value in named if value)])


# -- what follows from it ----------------------------------------------------------------------------------------------


def lost(lock: Lock, dead_after: int) -> dict[bytes, Lost]:
    """The addresses that were dead at so many checks in a row, by what stands for them in the index."""
    return {
        _mark(address): Lost(address, one.copy, one.since)
        for address, one in lock.items()
        if one.dead and one.checks >= dead_after and one.since
    }


def marks(addresses: Iterable[str]) -> bytes:
    """What stands for addresses in the index of the site: eight bytes for each, one after the other."""
    return b"".join(sorted({_mark(key_of(address)) for address in addresses}))


def _mark(key: str) -> bytes:
    return blake2b(key.encode("utf-8", "surrogateescape"), digest_size=MARK).digest()


def concerning(marks: bytes, lost: Mapping[bytes, Lost]) -> tuple[Lost, ...]:
    """Those of the lost addresses that something in the index links to."""
    found = (lost.get(marks[at : at + MARK]) for at in range(0, len(marks), MARK))
    return tuple(sorted((each for each in found if each), key=lambda each: each.url))


def of_card(card: ThreadCard) -> Iterator[str]:
    """The addresses among a thread's facts."""
    if card.forum:
        yield card.forum.url
    if card.column:
        yield from filter(None, (card.column.url, card.column.archive))
    for link in card.links:
        yield link.url


def of_text(text: Localized[Paragraphs]) -> Iterator[str]:
    """The addresses of other sites that a rendered text links to."""
    for _, paragraphs in text:
        for _, html in paragraphs.blocks:
            if "<a " in html:
                yield from map(unescape, WEB_LINK.findall(html))


def with_lost(card: Card, found: tuple[Lost, ...]) -> Card:
    """A card that knows which of its unit's links are lost."""
    return replace(card, lost=found)
