"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/), with an extension `_sitegen` for what it has no word for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sitegen.feeds.entries import Content, comments_href
from sitegen.views import FeedEntry, FeedView

VERSION = "https://jsonfeed.org/version/1.1"

_encode = json.JSONEncoder(ensure_ascii=False).encode  # an indent would take ten times as long


def document(view: FeedView, entries: Sequence[bytes]) -> bytes:
    """A document of a feed in UTF-8."""
    head = _without_gaps(
        {
            "version": VERSION,
            "title": view.title,
            "home_page_url": view.home,
            "feed_url": view.part.href,
            "description": view.description,
            "next_url": view.part.older,
            "language": view.lang,
            "authors": [{"name": view.author}],
            "hubs": [{"type": "WebSub", "url": view.hub}] if view.hub and not view.part.current else None,
            "_sitegen": _without_gaps(
                {
                    "id": view.id,
                    "current_url": view.part.current,
                    "pages": {each.lang: each.href for each in view.pages},
                    "feeds": {each.lang: each.href for each in view.feeds},
                }
            ),
        }
    )
    return b'%b, "items": [%b]}\n' % (_json(head)[:-1], b", ".join(entries))


def entry(lang: str, entry: FeedEntry, content: Content | None) -> bytes:
    """An entry in any feed, for it says its language itself, in UTF-8."""
    column = entry.column
    opening = entry.opening.text if entry.opening else ""
    if content is None:
        body = {"content_text": opening}  # there has to be one, were it empty
    else:
        body = {"content_html": content.html, "content_text": content.text}
    facts = _without_gaps(
        {
            "id": entry.id,
            "url": entry.href,
            "external_url": next((each.url for each in entry.sources if each.kind == "column"), None),
            "title": entry.title.text,
            "summary": opening,
            "date_published": entry.published.isoformat(),
            "date_modified": entry.updated.isoformat(),
            "authors": [{"name": column.author.text}] if column and column.author else None,
            "tags": [each.name for each in entry.topics],
            "language": entry.lang,
            "_sitegen": _more(entry),
        }
    )
    return _json(body | facts)


def _json(value: Mapping[str, Any]) -> bytes:
    return _encode(value).encode("utf-8", "ignore")


def _more(entry: FeedEntry) -> Mapping[str, Any]:
    """What the page knows besides; the documentation of feeds has each key."""
    column, forum = entry.column, entry.forum
    return _without_gaps(
        {
            "title_language": entry.title.lang,
            "column": column
            and _without_gaps(
                {
                    "title": column.title,
                    "language": column.lang or entry.lang,
                    "author": column.author and column.author.text,
                    "publisher": column.publisher and column.publisher.text,
                    "published": column.published and column.published.isoformat(),
                    "excerpt": column.excerpt,
                }
            ),
            "forum": forum
            and _without_gaps(
                {
                    "url": forum.url,
                    "site": forum.site and forum.site.text,
                    "author": forum.author and forum.author.text,
                    "posted": forum.posted and forum.posted.isoformat(),
                }
            ),
            "sources": [
                _without_gaps(
                    {
                        "kind": each.kind,
                        "title": each.title,
                        "url": each.url,
                        "original": each.original,
                        "language": each.lang,
                    }
                )
                for each in entry.sources
            ],
            "translator": entry.translator,
            "comments": None if entry.comments is None else {"count": entry.comments, "url": comments_href(entry)},
            "corrections": [{"date": each.date.isoformat(), "text": each.text.text} for each in entry.corrections],
            "threads": [
                {"title": each.title.text, "url": each.href, "comments": each.comments} for each in entry.threads
            ],
            "versions": {each.lang: each.href for each in entry.versions},
        }
    )


def _without_gaps(values: Mapping[str, Any]) -> dict[str, Any]:
    """What there is: no key stands for nothing."""
    return {key: value for key, value in values.items() if value not in (None, "", [], {})}
