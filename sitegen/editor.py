"""Faults as the browser shows them: with links that open the place in the writer's editor."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from sitegen.diagnostics import Diagnostic, Span

KNOWN = {
    "vscode": "vscode://file{path}:{line}:{column}",
    "vscodium": "vscodium://file{path}:{line}:{column}",
    "cursor": "cursor://file{path}:{line}:{column}",
    "zed": "zed://file{path}:{line}:{column}",
    "idea": "idea://open?file={path}&line={line}&column={column}",
    "textmate": "txmt://open?url=file://{path}&line={line}&column={column}",
}
"""Addresses by which editors open a file, for the names that can be chosen."""

SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*)://")
RUN = ("javascript", "data", "vbscript")
"""Schemes of addresses that browsers run."""


class Editor(NamedTuple):
    """How places in a project's files are opened: an address with `{path}`, `{line}` and `{column}` in it."""

    project: Path
    address: str

    def described(self, one: Diagnostic) -> dict[str, str]:
        """A diagnostic in texts, none of them markup: title, message, place, link, line, help."""
        span = one.span or Span("")
        place = ":".join([span.path, *(str(n) for n in (span.line, span.column) if n)])
        return {
            "title": f"{one.severity}[{one.code}]",
            "message": one.message,
            "place": place,
            "link": self.link(span),
            "line": span.excerpt,
            "help": one.help or "",
        }

    def link(self, span: Span) -> str:
        """The address that opens a place; "" where there is no such file in the project."""
        path = self.project / span.path
        if not span.path or not path.is_file():
            return ""
        where = {
            "{path}": quote(path.resolve().as_posix()),
            "{line}": max(span.line, 1),
            "{column}": max(span.column, 1),
        }
        link = self.address
        for name, value in where.items():
            link = link.replace(name, str(value))
        return link


def address_of(choice: str) -> str | None:
    """The address for an editor that was chosen by its name, or by an address of its own; None for anything else."""
    if choice in KNOWN:
        return KNOWN[choice]
    found = SCHEME.match(choice)
    fine = found is not None and found[1].lower() not in RUN and "{path}" in choice
    return choice if fine else None
