"""Feeds as bytes: RSS 2.0, Atom 1.0 and JSON Feed 1.1 of one list of entries, and OPML 2.0 of all feeds.

Only `rss` and `atom` know feedgen. The same arguments give the same bytes: every date comes from an entry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Protocol

from sitegen.feeds.entries import Content, content
from sitegen.models import FeedText
from sitegen.record import Same
from sitegen.strings import Strings
from sitegen.views import FeedEntry, FeedView


class Form(Protocol):
    """How entries and documents are written."""

    def entry(self, lang: str, entry: FeedEntry, content: Content | None) -> str:
        """An entry in a feed whose own words are in a language."""

    def document(self, view: FeedView, entries: Sequence[str]) -> bytes:
        """A document of a feed in UTF-8."""


def feed(form: str, view: FeedView, texts: Sequence[FeedText], words: Mapping[str, Strings]) -> bytes:
    """A document of a feed in one form (`atom`, `json`, `rss`), in UTF-8.

    `texts` belong to `view.entries`, in the same order (ValueError where there are more or fewer), but for a part of
    earlier entries, which has none; `words` speak the entries' languages.
    """
    made = _form(form)
    if view.part.current:
        entries = [made.entry(view.lang, entry, None) for entry in view.entries]
    else:
        pairs = zip(view.entries, texts, strict=True)
        entries = [_full(form, view.lang, Same(entry), text, words[entry.lang]) for entry, text in pairs]
    return made.document(view, entries)


@lru_cache(maxsize=512)
def _full(form: str, lang: str, entry: Same[FeedEntry], text: FeedText, strings: Strings) -> str:
    """An entry in full: several feeds have it."""
    return _form(form).entry(lang, entry.value, content(entry.value, text, strings))


def _form(form: str) -> Form:
    if form == "json":
        from sitegen.feeds import jsonfeed

        return jsonfeed
    if form == "atom":
        from sitegen.feeds import atom

        return atom
    from sitegen.feeds import rss

    return rss
