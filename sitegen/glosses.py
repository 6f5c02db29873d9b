"""Glosses: where a text first uses a term of the glossary, what another language calls it stands behind it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from markupsafe import Markup, escape

from sitegen.mentions import finder
from sitegen.models import Glossary
from sitegen.views import Block

Glosses = tuple[tuple[str, str, str], ...]
"""Terms of one language, each with another language's word for it and that language."""

GLOSSED = frozenset(("paragraph", "list", "quote"))
"""Kinds of blocks that are running text."""

TAG = re.compile(r"(<[^>]*>)")
OPAQUE = re.compile(r"<(/?)(?:a|code|pre)\b")


def glosses(glossary: Glossary, lang: str, languages: Sequence[str]) -> Glosses:
    """What there is to be explained to readers of a language."""
    found = []
    for each in glossary.terms:
        word = each.term.get(lang)
        other = next(((name, text) for name in languages if name != lang and (text := each.term.get(name))), None)
        if word and other and other[1] != word:
            found.append((word, other[1], other[0]))
    return tuple(found)


def glossed(blocks: Iterable[Block], terms: Glosses) -> tuple[Block, ...]:
    """The blocks of a text, with a gloss behind the first mention of each term, but not in links and code."""
    blocks = tuple(blocks)
    if not terms:
        return blocks
    pattern, words = _pattern(terms)
    told: set[str] = set()
    return tuple(
        replace(block, html=_glossed(block.html, pattern, words, told)) if block.kind in GLOSSED else block
        for block in blocks
    )


def _glossed(html: Markup, pattern: re.Pattern[str], words: dict[str, tuple[str, str]], told: set[str]) -> Markup:
    if not pattern.search(html):
        return html
    parts = TAG.split(html)
    opaque = 0

    def put(found: re.Match[str]) -> str:
        term = found[found.lastindex or 0].casefold()
        if term in told:
            return found[0]
        told.add(term)
        other, lang = words[term]
        rest = found.string[found.end() :]
        if rest.lstrip().casefold().startswith((f"({other}".casefold(), f"（{other}".casefold())):
            return found[0]
        space = " " if found[0].isascii() else ""
        return f'{found[0]}{space}<span class="gloss">(<span lang="{lang}">{other}</span>)</span>'

    for number, part in enumerate(parts):
        if number % 2:
            if found := OPAQUE.match(part):
                opaque += -1 if found[1] else 1
        elif not opaque:
            parts[number] = pattern.sub(put, part)
    return Markup("".join(parts))  # noqa: S704 - safe HTML, and escaped words between its tags


@lru_cache(maxsize=16)
def _pattern(terms: Glosses) -> tuple[re.Pattern[str], dict[str, tuple[str, str]]]:
    """What finds a term, in escaped text, and what is put behind it."""
    words = {str(escape(word)).casefold(): (str(escape(other)), lang) for word, other, lang in reversed(terms)}
    return finder(words, r"\w&"), words
