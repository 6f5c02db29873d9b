"""From a forum page, copied as text, to content files: one module for each kind of page.

`read_paste` turns a paste into a `ForumThread`, `write` turns that into files, and `merge` adds what is new in it to
files that a person has worked on since. `command.run` is the only part that touches the disk.
"""

from __future__ import annotations

from typing import Protocol

from sitegen.diagnostics import EXCERPT_LIMIT, Diagnostic, Span, error
from sitegen.importing import gnuboard
from sitegen.importing.page import WHOLE_PAGE
from sitegen.importing.records import Captured, ForumComment, ForumThread, Imported, Options

__all__ = ["Captured", "ForumComment", "ForumThread", "Imported", "Options", "decode_paste", "read_paste"]


class Format(Protocol):
    """A kind of page: whether a text looks like one, and the thread on it."""

    def recognises(self, text: str) -> bool:
        """Whether a paste looks like such a page, or like a part of one."""

    def read(self, text: str, options: Options) -> Imported:
        """The thread on a pasted page."""


MAX_PASTE = 10_000_000
"""Bytes of a paste that are read; a page of ten thousand long comments has a tenth of it."""

FORMATS: tuple[Format, ...] = (gnuboard,)
"""The kinds of pages; the first one that recognises a paste reads it."""

EXPECTED = "expected the lines “페이지 정보”, “작성자 …”, “작성일 …”, “본문” and “댓글 N / M 페이지”"


def decode_paste(data: bytes, name: str = "paste") -> tuple[str, str] | Diagnostic:
    """The text of a paste with plain line ends, and its encoding: UTF-8, else CP949 (which holds EUC-KR)."""
    if len(data) > MAX_PASTE:
        message = f"the paste is too large: {len(data):,} bytes, and at most {MAX_PASTE:,} are read"
        return error("paste-too-large", message, Span(name), "import one thread at a time")
    for encoding, shown in (("utf-8-sig", "UTF-8"), ("cp949", "CP949")):
        try:
            return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n"), shown
        except UnicodeDecodeError:
            continue
    return error("paste-encoding", "the paste is neither UTF-8 nor CP949", Span(name), "save it as UTF-8")


def read_paste(text: str, options: Options) -> Imported:
    """The thread in a paste. Where there is none, the diagnostics say what was expected."""
    for each in FORMATS:
        if each.recognises(text):
            return each.read(text, options)
    first = text.split("\n", 1)[0]
    span = Span(options.name, 1, 1, max(1, len(first)), first[:EXCERPT_LIMIT])
    message = f"this is no copied forum thread: {EXPECTED}"
    return Imported(None, diagnostics=(error("not-a-thread", message, span, WHOLE_PAGE),))
