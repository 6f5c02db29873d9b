"""YAML as content needs it: every scalar is the text that was typed, every mistake has a place and says what helps.

What is clear is read by `yamlclear`; only what it leaves needs the parser, which takes longer to load than to read a
thread.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sitegen import yamlclear
from sitegen.yamlmarks import MAX_FILE, MAX_SCALAR, Fault, Mark, Marks, Node, Path, inside

__all__ = ["MAX_FILE", "MAX_SCALAR", "Fault", "Mark", "Marks", "Node", "Path", "comments", "inside", "load", "locate"]


def load(text: str) -> tuple[Node, tuple[Fault, ...]]:
    """The document in a file, and every mistake in it.

    The document is None for an empty file, and where a mistake left nothing to read on with. No text makes it raise.
    """
    clear: Node = yamlclear.read(text)
    if clear is not None:
        return clear, ()
    from sitegen import yamlfull

    return yamlfull.load(text)


def locate(text: str, wanted: Iterable[Path]) -> dict[Path, Marks]:
    """Where the nodes at some paths stand, for those that there are; of twins the first, which is the one that counts.

    Never raises: what cannot be read is not found.
    """
    paths = frozenset(wanted)
    clear = yamlclear.locate(text, paths)
    if clear is not None:
        return clear
    from sitegen import yamlfull

    return yamlfull.locate(text, paths)


def comments(text: str, pattern: re.Pattern[str]) -> list[tuple[re.Match[str], int, int]]:
    """Where YAML comments match a pattern that begins with `#`: the match, line and column, from 1.

    What only looks like a comment inside a text is none. Never raises: of what cannot be read, nothing is found.
    """
    from sitegen import yamlfull

    return yamlfull.comments(text, pattern)
