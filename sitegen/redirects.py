"""Former addresses: a small page at each that leads on, and all of them as a list for hosts (`_redirects`)."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from sitegen.models import DigestCard, PageCard, ThreadCard
from sitegen.parts import Edition
from sitegen.site import shown_in
from sitegen.tasks import Made

Moved = tuple[str, str]
"""A former route, and the present one."""

PAGE = """\
<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="0; url={url}">
<link rel="canonical" href="{href}">
</head>
<body>
<p><a href="{url}">{title}</a></p>
</body>
</html>
"""


def page(edition: Edition, card: ThreadCard | DigestCard | PageCard, route: str) -> Made:
    """A page that leads on to a route, which is that of the card in the edition's language, without any script."""
    text = edition.text(card.title, shown_in(card, edition.lang, edition.languages))
    url, href = edition.url(route), edition.addresses.href(route)
    made = PAGE.format(lang=text.lang or edition.lang, title=escape(text.text), url=escape(url), href=escape(href))
    return made.encode(), ()


def listed(edition: Edition, moved: Iterable[Moved]) -> Made:
    """All former addresses with the present ones, as Netlify and Cloudflare read them: permanent redirects (301)."""
    return "".join([f"{edition.url(old)} {edition.url(new)} 301\n" for old, new in moved]).encode(), ()
