"""What a Markdown text comes to: its blocks as HTML, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

from markupsafe import Markup

from sitegen.diagnostics import Diagnostic, Severity, Span
from sitegen.record import comparable

STRANGER_REL = "nofollow ugc noopener"
"""What links in strangers' texts say of themselves."""

marked = partial(str.__new__, Markup)
"""Marks HTML that was made here as safe, sooner than `Markup` itself would."""

NUMBERED = re.compile(r'(<\w+) id="p\d+"')
"""How a block with an id of its own begins."""


@comparable
class Problem:
    """A fault in a text. `line` and `column` count from 1 within the text, `column` and `width` in characters."""

    code: str
    message: str
    line: int
    column: int
    width: int
    help: str | None = None
    fatal: bool = False

    def at(self, span: Span) -> Diagnostic:
        """The problem as a diagnostic of the file that the text stands in."""
        return Diagnostic(self.code, self.message, span, Severity.ERROR if self.fatal else Severity.WARNING, self.help)


@comparable
class Picture:
    """An image file that a text may show: what its element says beside its words, and what is wrong with the file."""

    attrs: Mapping[str, str | int]
    fault: Problem | None = None


@comparable
class Block:
    """A top-level block: its kind (a value of `full.KINDS`, or `image` for a paragraph of images alone) and its HTML.

    `source` is what was typed for it, but for white space around it. That of footnotes is all that stands in no other
    block: where a text without footnotes has such lines, definitions of links, its last block has them too. Comments
    (`[//]: # (…)`) are left out.
    """

    kind: str
    html: Markup
    source: str = ""


@comparable
class Document:
    """A text, rendered: its blocks in order, its problems by place.

    Of an editor's text also the plain text of its running paragraphs, and the names of the image files that it shows,
    in NFC.
    """

    blocks: tuple[Block, ...]
    problems: tuple[Problem, ...]
    text: str = ""
    images: frozenset[str] = frozenset()

    @property
    def html(self) -> Markup:
        """All blocks."""
        return self.blocks[0].html if len(self.blocks) == 1 else marked("".join([block.html for block in self.blocks]))

    @property
    def unnumbered(self) -> Markup:
        """All blocks, for a place inside another text: without the ids of paragraphs."""
        return Markup("".join(unanchored(block.html) for block in self.blocks))


def unanchored(html: Markup) -> Markup:
    """A block without its paragraph id, for a page where something around it has that id."""
    text = str(html)
    found = NUMBERED.match(text)
    return Markup(found[1] + text[found.end() :]) if found else html


def as_typed(text: str, problem: Problem, numbered: bool) -> Document:
    """A text that is not read as Markdown: its paragraphs with their line breaks."""
    paragraphs = [part.strip("\n") for part in re.split(r"\n(?:[ \t]*\n)+", text) if part.strip()]
    blocks = []
    for number, paragraph in enumerate(paragraphs, 1):
        anchor = f' id="p{number}"' if numbered else ""
        lines = escaped(paragraph).replace("\n", "<br>\n")
        blocks.append(Block("paragraph", Markup(f"<p{anchor}>{lines}</p>\n"), paragraph.strip()))
    words = "\n".join(" ".join(part.split()) for part in paragraphs) if numbered else ""
    return Document(tuple(blocks), (problem,), words)


def escaped(text: str) -> str:
    """A text as it stands in HTML, in quotes too."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
