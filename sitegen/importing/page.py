"""A pasted page as lines, and what there is to tell about them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from sitegen import addresses
from sitegen.diagnostics import EXCERPT_LIMIT, Diagnostic, Span, warning
from sitegen.importing.records import Dropped, ForumThread, Imported, Options
from sitegen.shapes import plain

WHOLE_PAGE = "open the thread, select all of the page, copy it, and paste it into a text file"

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")
"""Characters that content may not hold."""

MASKED = re.compile(r"\(?(?<![0-9.♡♥])(?:[0-9]{1,3}|[♡♥])(?:\.(?:[0-9]{1,3}|[♡♥])){3}(?![0-9♡♥])\)?")
"""An address as these forums show it, `(198.♡.7.20)`; full ones look the same but for the hearts."""

NO_TEXT = "…"
"""What stands for words that a paste does not hold."""

MAX_ADDRESSES = 100
"""Full addresses of people that are taken out of one text; a build refuses a text that holds more."""


@dataclass
class Page:
    """The lines of a paste, as they are and stripped; collects what was left out and what is to be told."""

    options: Options
    lines: Sequence[str]
    plain: Sequence[str]
    dropped: list[Dropped] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    hidden: int = 0

    def span(self, line: int) -> Span:
        """The place of a line, counted from 1."""
        source = self.lines[line - 1]
        return Span(self.options.name, line, 1, max(1, len(source)), source[:EXCERPT_LIMIT])

    def find(self, word: str, begin: int) -> int | None:
        """The first line at or after `begin` that is that word."""
        return next((at for at in range(begin, len(self.plain)) if self.plain[at] == word), None)

    def filled(self, begin: int, end: int) -> list[int]:
        """The lines of a range that are not empty."""
        return [at for at in range(begin, min(end, len(self.plain))) if self.plain[at]]

    def drop(self, begin: int, end: int) -> None:
        """Remember lines that go nowhere."""
        self.dropped.extend(Dropped(at + 1, self.plain[at]) for at in self.filled(begin, end))

    def tell(self, diagnostic: Diagnostic) -> None:
        """Remember something that is to be told."""
        self.diagnostics.append(diagnostic)

    def scrubbed(self, text: str, line: int) -> str:
        """A text, which begins on that line, without anybody's IP address, masked or full: content may hold none."""
        clean, count = text, 0
        if "♡" in text or "♥" in text:
            clean, count = MASKED.subn(lambda found: found[0] if found[0].isascii() else "(IP)", text)
            count = clean.count("(IP)") - text.count("(IP)")
        while count < MAX_ADDRESSES and (place := addresses.in_text(clean)):
            row, column, width = place
            address = clean.split("\n")[row - 1][column - 1 : column - 1 + width]
            clean = clean.replace(address, "(IP)")
            count += 1
        if count:
            advice = "if it is nobody's, put it back and write it as `code`"
            self.tell(warning("ip-address", "an IP address in this text was replaced by (IP)", self.span(line), advice))
        return clean

    def name(self, name: str) -> str:
        """A name as content can hold it: one that is an IP address says so instead."""
        return "(IP)" if addresses.in_name(name) else plain(name) or NO_TEXT

    def imported(self, thread: ForumThread | None) -> Imported:
        """All of it together."""
        dropped = sorted(self.dropped, key=lambda each: each.line)
        notes = list(self.notes)
        if self.hidden:
            fate = "kept as remarks in the YAML" if self.options.keep_ips else "left out"
            notes.append(f"IP addresses beside names {fate}: {self.hidden:,}")
        return Imported(thread, tuple(dropped), tuple(notes), tuple(self.diagnostics))


def page_of(text: str, options: Options) -> Page:
    """A paste as lines, without control characters."""
    clean, count = CONTROL.subn("", text)
    lines = clean.split("\n")
    page = Page(options, lines, [line.replace("\xa0", " ").strip() for line in lines])
    if count:
        page.notes.append(f"control characters, which content may not hold, left out: {count:,}")
    return page
