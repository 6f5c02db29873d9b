"""What the tests of the promises share: the command line as a process, faults by place, pages as browsers see them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from conftest import Site, snapshot

from sitegen.build import Outcome
from sitegen.diagnostics import Diagnostic

ROOT = Path(__file__).parent.parent

PATIENCE = 120.0
"""Seconds after which a process counts as hanging, on a busy machine."""

NOBODY = 65534

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
ADDRESSES = frozenset(("href", "src", "action", "formaction", "poster", "data", "srcset", "ping", "cite"))
SEARCH = re.compile(r"/(?:[\w%.-]+/)*search/")
"""The address of a search page of the site."""

ELEMENTS = frozenset(("script", "style", "iframe", "object", "embed", "form", "base", "svg", "math", "template"))
"""What no text of anybody may bring into a page."""

HARMLESS = re.compile(r"https?:|mailto:|(?![a-z0-9+.-]+:)")
"""The beginning of an address that runs nothing."""


def environment(**more: str) -> dict[str, str]:
    """The environment of a process that runs sitegen from this checkout."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **more}


def command(folder: Path, *arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run the command line in a folder; `env` adds to the environment, the rest is for `subprocess.run`."""
    env = environment(**more.pop("env", {}))
    line = [sys.executable, "-m", "sitegen", *arguments]
    return subprocess.run(line, cwd=folder, env=env, text=True, capture_output=True, timeout=PATIENCE, **more)


def told_by(process: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """The diagnostics of a process that was asked for JSON."""
    found: list[dict[str, Any]] = json.loads(process.stdout)["diagnostics"]
    return found


def place(one: Diagnostic) -> str:
    """Code and place of a diagnostic, as `code path:line:column`; where there is no line, the path alone."""
    span = one.span
    if span is None:
        return one.code
    return f"{one.code} {span.path}" + (f":{span.line}:{span.column}" if span.line else "")


def places(outcome: Outcome) -> list[str]:
    """Code and place of all that a build told."""
    return [place(one) for one in outcome.diagnostics]


def marked(one: Diagnostic) -> str:
    """The characters under the carets of a diagnostic."""
    assert one.span is not None
    start = one.span.column - 1 - one.span.offset
    return one.span.excerpt[start : start + one.span.width]


def assert_refused(site: Site, *expected: str) -> tuple[Diagnostic, ...]:
    """A build tells just these faults (code and place), and leaves the published site byte for byte as it was."""
    before = published(site.output)
    outcome = site.build()
    assert places(outcome) == sorted(expected, key=_by_place)
    assert not outcome.good
    assert published(site.output) == before
    return outcome.diagnostics


def _by_place(one: str) -> tuple[str, int, int, str]:
    found = re.fullmatch(r"(\S+)(?: (.*?)(?::(\d+):(\d+))?)?", one)
    assert found
    code, path, line, column = found.groups()
    return (path or "", int(line or 0), int(column or 0), code)


def published(folder: Path) -> dict[str, tuple[bytes, int]]:
    """All files of a folder with their content and time stamps."""
    return {path: (data, (folder / path).stat().st_mtime_ns) for path, data in snapshot(folder).items()}


def clean(site: Site, folder: Path, at: str | None = None) -> dict[str, bytes]:
    """What a build from nothing into another folder makes of the same sources, as of a moment."""
    outcome = site.build(fresh=True, output=folder, at=at)
    assert outcome.good, outcome.diagnostics
    return snapshot(folder)


@contextmanager
def powerless(folder: Path) -> Iterator[None]:
    """Do something as a user who may not do everything, as root may; the folder is theirs meanwhile."""
    if os.geteuid():
        yield
        return
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


# -- pages -------------------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """A page as HTML parsers see it: elements with their attributes, text, and tags that do not match."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.unbalanced: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        self.unbalanced += [f"<{tag}> is never closed" for tag in self._open]

    @property
    def text(self) -> str:
        """All text, elements left out."""
        return "".join(self.texts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.unbalanced.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def is_ours(tag: str, attributes: Mapping[str, str]) -> bool:
    """Whether what could do harm is sitegen's own: a static file of the theme, the search form, or mere data."""
    if tag == "form":
        return attributes.get("role") == "search" and bool(SEARCH.fullmatch(attributes.get("action", "")))
    return "/assets/" in attributes.get("src", "") or attributes == {"type": "application/ld+json"}


def dangers(page: Page) -> Iterator[str]:
    """What could run, load or mislead in a page."""
    yield from page.unbalanced
    for tag, attributes in page.elements:
        if tag in ELEMENTS and not is_ours(tag, attributes):
            yield f"<{tag}>"
        for name, value in attributes.items():
            address = re.sub(r"[\s\x00-\x20\x7f-\xa0\u200b-\u200f\ufeff]", "", value).lower()
            runs = name in ADDRESSES and not HARMLESS.match(address)
            if runs or name.startswith("on") or name in ("style", "srcdoc", "http-equiv"):
                yield f"{tag} {name}={value!r}"
            yield from (f"{tag} {name}: {each}" for each in deceptive(value))
    yield from deceptive(page.text)


def deceptive(text: str) -> set[str]:
    """Characters that steer a terminal or turn the direction of text."""
    return {
        f"U+{ord(each):04X}"
        for each in text
        if (unicodedata.category(each) == "Cc" and each not in "\t\n\r")
        or each in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    }


# -- links -------------------------------------------------------------------------------------------------------------


def dead_links(files: Mapping[str, bytes], base: str = "https://digest.example/") -> list[str]:
    """Every link that leads nowhere, following them from the front page as a visitor would."""
    seen, todo, dead = {base}, [base], []
    while todo:
        address = todo.pop()
        page = Page(files[file_at(address, base)].decode())
        for tag, attributes in page.elements:
            for name in ("href", "src"):
                target = urljoin(address, attributes.get(name, "")).partition("#")[0]
                if not target.startswith(base) or target in seen:
                    continue
                seen.add(target)
                path = file_at(target, base)
                if path not in files:
                    dead.append(f"{address}: <{tag} {name}={attributes[name]!r}>")
                elif path.endswith(".html"):
                    todo.append(target)
    return dead


def file_at(address: str, base: str) -> str:
    """The published file that answers an address."""
    path = unquote(urlsplit(address).path).removeprefix(unquote(urlsplit(base).path))
    return f"{path}index.html" if path == "" or path.endswith("/") else path
