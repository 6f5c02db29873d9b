"""The content of an entry: all that the page says before the comments, as HTML that stands alone, and as text."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import NamedTuple

from sitegen.models import FeedText
from sitegen.names import spoken
from sitegen.standalone import words
from sitegen.strings import Strings
from sitegen.views import ColumnFacts, FeedEntry, Source, Text


class Content(NamedTuple):
    """An entry in full."""

    html: str
    text: str


def content(entry: FeedEntry, text: FeedText, strings: Strings) -> Content:
    """An entry in full; `strings` speak its language."""
    html = "\n".join(_parts(entry, text, strings))
    return Content(html, words(html))


def comments_href(entry: FeedEntry) -> str:
    """Where the comments are."""
    return f"{entry.href}#comments"


def _parts(entry: FeedEntry, text: FeedText, strings: Strings) -> Iterator[str]:
    if entry.column:
        yield _column_card(entry.column, [each for each in entry.sources if each.kind in COLUMN], strings)
        if entry.column.excerpt:
            yield f"<p><em>{escape(strings('excerpt'))}</em></p>"
    for notice in entry.corrections:
        told = f"{escape(strings('correction'))}, {escape(strings.date(notice.date))}"
        yield f"<p><strong>{told}</strong>: {_text(notice.text)}</p>"
    if text.text:
        if entry.comments is not None:
            yield f"<h2>{escape(strings('summary'))}</h2>"
        yield from _prose(entry, text, strings)
    if entry.threads:
        rows = (
            f'<li><a href="{escape(thread.href)}">{_text(thread.title)}</a>'
            f" · {escape(strings('comments', n=thread.comments))}</li>"
            for thread in entry.threads
        )
        yield f"<ol>{''.join(rows)}</ol>"
    if text.picks:
        yield f"<h2>{escape(strings('picks'))}</h2>"
        yield from _picks(entry, text, strings)
    if links := [each for each in entry.sources if each.kind not in COLUMN]:
        rows = (f"<li>{_link(each, strings)}</li>" for each in links)
        yield f"<h2>{escape(strings('sources'))}</h2>\n<ul>{''.join(rows)}</ul>"
    if entry.comments:
        yield f'<p><a href="{escape(comments_href(entry))}">{escape(strings("comments", n=entry.comments))}</a></p>'


COLUMN = ("column", "archive")
"""Kinds of sources that are the column itself."""


def _column_card(column: ColumnFacts, links: list[Source], strings: Strings) -> str:
    lines = [_text(Text(column.title, column.lang), "strong")]
    facts = [_text(name) for name in (column.author, column.publisher) if name]
    if column.published:
        facts.append(escape(strings.date(column.published)))
    if facts:
        lines.append(" · ".join(facts))
    if links:
        lines.append(
            " · ".join(
                f'<a href="{escape(each.url)}">{escape(strings.kind(each.kind))}</a>{_note(each)}' for each in links
            )
        )
    return f"<p>{'<br>'.join(lines)}</p>"


def _prose(entry: FeedEntry, text: FeedText, strings: Strings) -> Iterator[str]:
    lang, html = text.text.pick(entry.lang, text.lang)
    yield html if lang == entry.lang else f'<div lang="{lang}">\n{html}</div>'
    if lang in text.cut:
        yield f'<p><a href="{escape(entry.href)}">{escape(strings("read_on"))}</a></p>'


def _picks(entry: FeedEntry, text: FeedText, strings: Strings) -> Iterator[str]:
    for each in text.picks:
        lang, html = each.text.pick(entry.lang, text.lang)
        date = f'<a href="{escape(entry.href)}#{each.id}">{escape(strings.date(each.date))}</a>'
        marked = "" if lang == entry.lang else f' lang="{lang}"'
        own = spoken(each.author, text.lang)
        author = Text(each.author, None if own == entry.lang else own)
        yield f"<p>{_text(author, 'strong')} · {date}</p>"
        yield f"<blockquote{marked}>\n{html}</blockquote>"


def _link(source: Source, strings: Strings) -> str:
    link = f'<a href="{escape(source.url)}"'
    if source.lang:
        link += f' hreflang="{source.lang}" lang="{source.lang}"'
    return f"{escape(strings.kind(source.kind))}: {link}>{escape(source.title, quote=False)}</a>{_note(source)}"


def _note(source: Source) -> str:
    """What is to be said where a copy stands in for a source."""
    return f" ({escape(source.note, quote=False)})" if source.note else ""


def _text(text: Text, tag: str = "") -> str:
    """A text, marked where it is in another language than the entry."""
    words = escape(text.text, quote=False)
    if text.lang:
        return f'<{tag or "span"} lang="{text.lang}">{words}</{tag or "span"}>'
    return f"<{tag}>{words}</{tag}>" if tag else words
