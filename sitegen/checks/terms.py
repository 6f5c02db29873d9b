"""Terms of the glossary: wordings that are not to be used, and mentions that a translation words otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from sitegen.checks.texts import Finding, Passage, Piece
from sitegen.mentions import finder, loosely
from sitegen.models import Glossary, Term
from sitegen.record import comparable


class Wording(NamedTuple):
    """One wording of a term in one language: the term's place in the glossary, and whether it may be used."""

    term: int
    typed: str
    good: bool


@comparable
class Book:
    """The glossary made ready: by language, what finds its wordings, and the wordings by what is found."""

    glossary: Glossary
    finders: dict[str, tuple[re.Pattern[str], dict[str, tuple[Wording, ...]]]]

    def mentions(self, passage: Passage) -> Iterator[tuple[Wording, int, int]]:
        """Each wording that a text uses, with its place: of those that differ in case alone, the one that is there."""
        pattern, words = self.finders.get(passage.lang, (None, {}))
        for found in pattern.finditer(passage.prose.replace("\n", " ")) if pattern else ():
            number = found.lastindex or 0
            several = words[found[number].casefold()]
            exact = [each for each in several if each.typed == found[number]]
            loose = [each for each in several if each.good] or list(several)
            for each in exact or loose:
                yield each, found.start(number), found.end(number)


@lru_cache(maxsize=4)
def book(glossary: Glossary) -> Book:
    """The glossary made ready, once."""
    words: dict[str, dict[str, tuple[Wording, ...]]] = {}
    for number, term in enumerate(glossary.terms):
        several = [(lang, Wording(number, text, True)) for lang, text in term.term]
        several += [(lang, Wording(number, text, True)) for lang, texts in term.forms for text in texts]
        several += [(lang, Wording(number, text, False)) for lang, texts in term.avoid for text in texts]
        for lang, wording in several:
            known = words.setdefault(lang, {})
            same = wording.typed.casefold()
            known[same] = (*known.get(same, ()), wording)
    return Book(glossary, {lang: (finder(known), known) for lang, known in words.items()})


def avoided(piece: Piece, book: Book) -> Iterator[Finding]:
    """Each place where an editor's or translator's text has a wording that is not to be used."""
    for passage in piece.passages:
        for wording, start, end in book.mentions(passage) if passage.ours else ():
            if not wording.good:
                instead = book.glossary.terms[wording.term].term.get(passage.lang)
                message = f"`{wording.typed}` is a wording that the glossary avoids"
                advice = f"write `{instead}`" if instead else "write it otherwise"
                yield Finding("avoided-wording", message, passage.place(start, end), advice)


def unmatched(piece: Piece, book: Book) -> Iterator[Finding]:
    """The first mention of each term in an original whose translation has none of the term's wordings."""
    if piece.original is None:
        return
    told: set[int] = set()
    for wording, start, end in book.mentions(piece.original):
        if wording.term in told or not wording.good:
            continue
        told.add(wording.term)
        term = book.glossary.terms[wording.term]
        for other in piece.others:
            wordings = _wordings(term, other.lang)
            if wordings and not loosely(wordings).search(other.typed):
                said = ", ".join(f"`{each}`" for each in wordings[:3])
                message = f"`{wording.typed}` is a term, and the `{other.lang}` text has none of its wordings: {said}"
                advice = "use one, or add what it says to the `forms` of the term in glossary.yaml"
                yield Finding("missing-term", message, piece.original.place(start, end), advice, other.begin)


def _wordings(term: Term, lang: str) -> tuple[str, ...]:
    """How a language may say a term; nothing where the glossary does not know how."""
    word = term.term.get(lang)
    return (word, *dict(term.forms).get(lang, ())) if word else ()
