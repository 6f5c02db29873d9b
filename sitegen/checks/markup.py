"""Markup that did not work, and so stands in a text as it was typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from sitegen.checks.texts import Finding, Passage, Piece, without_code

ELEMENTS = (
    "a|abbr|audio|b|big|blockquote|br|center|code|del|details|div|em|font|h[1-6]|hr|i|iframe|img|ins|kbd|li|mark|ol|p|pre"
    "|s|script|small|span|strike|strong|style|sub|summary|sup|table|tbody|td|th|thead|tr|tt|u|ul|video"
)

_PAREN = r"(?:[^()\n]|\n(?!\s*\n)|\([^()\n]*\)){0,2000}"
_ADDRESS = r"(?=\s*(?:https?:|www\.|[/#.]))"
STRAYS = (
    (re.compile(rf"\[[^\[\]\n]+\]\((?!{_PAREN}\))"), "this link has no end", "close it with `)`"),
    (
        re.compile(r"\[[^\[\]\n]+\]\((?!<)[^\s()]*[.:/][^\s()]* +(?![\"'(])[^()\n]*\)"),
        "this link has a space in its address, and is none",
        "write `%20` for it, or put the address in `<>`",
    ),
    (
        re.compile(r"\[[^\[\]\n]+\] +\((?=https?:)"),
        "a space parts this link’s words from its address, and it is none",
        "take the space out",
    ),
    (
        re.compile(rf"(?:［[^［\]］\n]+[\]］]|\[[^\[\]］\n]+］)\s*[(（]{_ADDRESS}|\[[^\[\]\n]+\]\s*（{_ADDRESS}"),
        "the brackets of this link are full-width, and it is none",
        "type `[`, `]`, `(` and `)` with the Latin keyboard",
    ),
    (
        re.compile(rf"</?(?:{ELEMENTS})(?:\s[^<>]*)?/?>|<!--(?!\s*sitegen:)", re.IGNORECASE),
        "HTML is shown as text",
        "write it in Markdown, or as `code`",
    ),
    (re.compile(r"＊＊[^＊\n]+＊＊"), "full-width asterisks are no markup", "type `**` with the Latin keyboard"),
)
"""What is shown as typed in any text, what to say of it, and what helps."""

HEADING = re.compile(r"^ {0,3}(#{2,6})(?=[^\s#])|^ {0,3}(#)(?=[^\W\d]\w*[^#\n]*$)", re.MULTILINE)
DEEP_HEADING = re.compile(r"^ {0,3}(#{2,6})(?=[^\s#])", re.MULTILINE)
"""The same in a comment, where a line of one `#` begins with a hashtag."""

REFERENCE = re.compile(r"\[\^([^\s\]]{1,100})\](?!:)")
DEFINITION = re.compile(r"^ {0,3}\[\^([^\s\]]{1,100})\]:", re.MULTILINE)


def strays(piece: Piece) -> Iterator[Finding]:
    """Stray markup in what editors and translators wrote, unless the original has it in the same way."""
    typed = piece.original.typed if piece.original and piece.original.stranger else ""
    for passage in piece.passages:
        if passage.ours:
            text = without_code(passage.typed)
            for start, end, message, advice in chain(_patterns(text, passage), _footnotes(text, passage)):
                if not typed or passage.typed[start:end] not in typed:
                    yield Finding("stray-markup", message, passage.place(start, end), advice)


Stray = tuple[int, int, str, str]


def _patterns(text: str, passage: Passage) -> Iterator[Stray]:
    for pattern, message, advice in STRAYS:
        for found in pattern.finditer(text):
            yield found.start(), found.end(), message, advice
    for found in (DEEP_HEADING if passage.stranger else HEADING).finditer(text):
        number = found.lastindex or 1
        yield (*found.span(number), "a heading needs a space behind its `#`", "put a space there, or write `\\#`")


def _footnotes(text: str, passage: Passage) -> Iterator[Stray]:
    """Footnotes' numbers without a note, and notes without a number; a stranger's text has no footnotes."""
    notes = {} if passage.stranger else {found[1].lower(): found for found in DEFINITION.finditer(text)}
    mentioned = set()
    for found in REFERENCE.finditer(text):
        mentioned.add(found[1].lower())
        if found[1].lower() not in notes:
            advice = f"write the note, `[^{found[1]}]: …`" if not passage.stranger else "write what it says in brackets"
            yield found.start(), found.end(), f"there is no footnote `{found[1]}`", advice
    for name, found in notes.items():
        if name not in mentioned:
            yield (
                found.start(),
                found.end(),
                f"no text mentions the footnote `{name}`, so it is not shown",
                "mention it",
            )
