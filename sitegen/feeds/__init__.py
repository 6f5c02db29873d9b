"""Feeds as bytes: RSS 2.0, Atom 1.0 and JSON Feed 1.1 of one list of entries, and OPML 2.0 of all feeds.

Only `rss` and `atom` know feedgen. The same arguments give the same bytes: every date comes from an entry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sitegen.feeds.entries import Content, content
from sitegen.models import FeedText
from sitegen.strings import Strings
from sitegen.views import FeedEntry, FeedView


def feed(form: str, view: FeedView, texts: Sequence[FeedText], words: Mapping[str, Strings]) -> bytes:
    """A document of a feed in one form (`atom`, `json`, `rss`), in UTF-8.

    `texts` belong to `view.entries`, in the same order (ValueError where there are more or fewer), but for a part of
    earlier entries, which has none; `words` speak the entries' languages.
    """
    entries: list[tuple[FeedEntry, Content | None]]
    if view.part.current:
        entries = [(entry, None) for entry in view.entries]
    else:
        pairs = zip(view.entries, texts, strict=True)
        entries = [(entry, content(entry, text, words[entry.lang])) for entry, text in pairs]
    if form == "json":
        from sitegen.feeds import jsonfeed

        return jsonfeed.jsonfeed(view, entries)
    if form == "atom":
        from sitegen.feeds import atom

        return atom.atom(view, entries)
    from sitegen.feeds import rss

    return rss.rss(view, entries)
