"""Feeds as bytes: RSS 2.0, Atom 1.0 and JSON Feed 1.1 of one list of entries, and OPML 2.0 of all feeds.

Only `rss` and `atom` know feedgen. The same arguments give the same bytes: every date comes from an entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Protocol

from sitegen.feeds.entries import Content, content
from sitegen.models import FeedText
from sitegen.record import Same
from sitegen.strings import Strings
from sitegen.views import FeedEntry, FeedView


class Form(Protocol):
    """How entries and documents are written."""

    def entry(self, lang: str, entry: FeedEntry, content: Content | None) -> bytes:
        """An entry in a feed whose own words are in a language, in UTF-8."""

    def document(self, view: FeedView, entries: Sequence[bytes]) -> bytes:
        """A document of a feed in UTF-8."""


def documents(
    views: Mapping[str, FeedView], texts: Sequence[FeedText], words: Mapping[str, Strings]
) -> Iterator[bytes]:
    """A document of a feed in several forms (`atom`, `json`, `rss`), in UTF-8; `views` are of the same entries.

    `texts` belong to these, in the same order (ValueError where there are more or fewer), but for a part of earlier
    entries, which has none; `words` speak the entries' languages.
    """
    forms = tuple(views)
    view = views[forms[0]]
    if view.part.current:
        made = [_entry(forms, view.lang, entry, None) for entry in view.entries]
    else:
        pairs = zip(view.entries, texts, strict=True)
        made = [_full(forms, view.lang, Same(entry), text, words[entry.lang]) for entry, text in pairs]
    for number, form in enumerate(forms):
        yield _form(form).document(views[form], [each[number] for each in made])


@lru_cache(maxsize=512)
def _full(
    forms: tuple[str, ...], lang: str, entry: Same[FeedEntry], text: FeedText, strings: Strings
) -> tuple[bytes, ...]:
    """An entry in full: several feeds have it."""
    return _entry(forms, lang, entry.value, content(entry.value, text, strings))


def _entry(forms: tuple[str, ...], lang: str, entry: FeedEntry, content: Content | None) -> tuple[bytes, ...]:
    return tuple([_form(form).entry(lang, entry, content) for form in forms])


def _form(form: str) -> Form:
    if form == "json":
        from sitegen.feeds import jsonfeed

        return jsonfeed
    if form == "atom":
        from sitegen.feeds import atom

        return atom
    from sitegen.feeds import rss

    return rss
