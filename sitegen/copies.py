"""Archived copies in texts: where a link is dead, it leads to the copy, and the text says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from html import escape, unescape

from markupsafe import Markup

from sitegen.links import key_of
from sitegen.views import Block, Copy

LINK = re.compile(r'<a href="(https?://[^"]*)"([^>]*)>(.*?)</a>', re.IGNORECASE | re.DOTALL)
"""A link to another site, in our own HTML: links hold no links, and no `>` stands in an attribute."""


def archived(blocks: Iterable[Block], copies: Sequence[Copy]) -> tuple[Block, ...]:
    """The blocks of a text, with archived copies in the place of dead links."""
    return tuple(replace(block, html=archived_html(block.html, copies)) for block in blocks)


def archived_html(html: Markup, copies: Sequence[Copy]) -> Markup:
    """Our own HTML, with archived copies in the place of dead links."""
    by_url = {each.url: each for each in copies}

    def put(found: re.Match[str]) -> str:
        copy = by_url.get(key_of(unescape(found[1])))
        if copy is None:
            return found[0]
        rest = found[2] if "title=" in found[2] else f'{found[2]} title="{escape(copy.note)}"'
        label = f'<span class="gloss">({escape(copy.label)})</span>'
        return f'<a href="{escape(copy.copy)}"{rest}>{found[3]}</a> {label}'

    return Markup(LINK.sub(put, html)) if by_url and "<a " in html else html  # noqa: S704 - safe HTML, and escaped words
