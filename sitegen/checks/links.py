"""Links within the site: where they stand, and whether they lead anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from datetime import datetime
from html import unescape
from typing import NamedTuple
from urllib.parse import quote, unquote, urljoin, urlsplit

from sitegen import markdown, routes
from sitegen.checks.texts import Passage, Place, without_code
from sitegen.diagnostics import Diagnostic, Span, did_you_mean, warning
from sitegen.markdown import rules
from sitegen.schedule import DRAFT, EXPIRED, SCHEDULED, Term, in_words, moment_of, standing_of

_INLINE = re.compile(r"(?<=\]\()[ \t]*(?:<(?P<angled>[^<>\n]+)>|(?P<plain>(?:[^\s<>()]|\([^\s()]*\))+))")
_DEFINED = re.compile(r"^ {0,3}\[(?!\^)[^\]\n]+\]:[ \t]*(?:<(?P<angled>[^<>\n]+)>|(?P<plain>[^\s<>]+))", re.MULTILINE)
_BARE = re.compile(r"(?P<plain>https?://[!-;=?-~]+)", re.IGNORECASE)
_HREF = re.compile(r'href="([^"]*)"')
_ID = re.compile(r' id="([^"{}]*)("|\{\{)')


class Link(NamedTuple):
    """A link within the site: the route of what it leads to, the fragment behind `#`, as typed, and where it stands.

    A heading of the link's own text may have `prefix` before the fragment.
    """

    route: str
    fragment: str
    typed: str
    prefix: str
    place: Place


def inner_links(passage: Passage, page: str, base_url: str, prefix: str = "") -> Iterator[Link]:
    """The links of a text that lead within the site; `page` is the route of the text's own page."""
    text = without_code(passage.typed)
    root = routes.Addresses(base_url)
    candidates: dict[int, tuple[str, str, str]] = {}
    for pattern in (_INLINE, _DEFINED, _BARE):
        for found in pattern.finditer(text):
            group = "plain" if found["plain"] else "angled"
            target = rules.trimmed(found[group]) if pattern is _BARE else found[group]
            if (inner := _within(target, root.href(page), root.href(routes.ROOT))) is not None:
                candidates.setdefault(found.start(group), (target, *inner))
    made = _hrefs(passage, root, page) if candidates else frozenset()
    for start, (target, route, fragment) in sorted(candidates.items()):
        own = target.startswith("#") and not passage.stranger
        if own or made & {unquote(root.url(route)), unquote(root.href(route))}:
            yield Link(route, fragment, target, prefix if own else "", passage.place(start, start + len(target)))


def _within(target: str, page: str, root: str) -> tuple[str, str] | None:
    """Route and fragment of an address that leads within the site, else None."""
    if rules.is_web(target):
        whole = target
    elif rules.INTERNAL.fullmatch(quote(target, safe="/?#%")):
        whole = root.removesuffix("/") + target if target.startswith("/") else urljoin(page, target)
    else:
        return None
    site = urlsplit(root)
    try:
        here = urlsplit(whole)
    except ValueError:  # such as `https://[::::]/`
        return None
    path, base = unquote(here.path) or "/", unquote(site.path)
    if here.netloc.lower() != site.netloc.lower() or not f"{path}/".startswith(base):
        return None
    return path.removeprefix(base), unquote(here.fragment)


def _hrefs(passage: Passage, root: routes.Addresses, page: str) -> frozenset[str]:
    """Where the links of a text lead once it is rendered, without what follows `?` or `#`."""
    if passage.stranger:
        html = markdown.render_stranger(passage.typed).html
    else:
        html = markdown.render_editor(passage.typed, {}, page=root.url(page), root=root.url(routes.ROOT)).html
    return frozenset(unquote(re.split("[?#]", unescape(each), maxsplit=1)[0]) for each in _HREF.findall(html))


def ids_in(html: str) -> frozenset[str]:
    """The ids of elements; of one that a template makes, its beginning, with `*` behind."""
    found = ((unescape(name), end) for name, end in _ID.findall(html))
    return frozenset(f"{name}*" if end != '"' else name for name, end in found if name or end == '"')


# -- the site as a whole -----------------------------------------------------------------------------------------------


class Page(NamedTuple):
    """A page of a thread, an issue or a free page: the file it is made from, and when it is on the site."""

    path: str
    term: Term


class SiteLink(NamedTuple):
    """A link of a file, with the term of the page that it stands on; the rest is as in `Link`."""

    route: str
    fragment: str
    typed: str
    prefix: str
    span: Span
    term: Term


Ids = Callable[[str], Collection[str] | None]
"""The ids of a page by its route, None where they are not known."""


def broken(
    links: Iterable[SiteLink],
    pages: Mapping[str, Page],
    outputs: Callable[[], Set[str] | None],
    ids: Ids,
    moment: int,
    zone: str,
) -> Iterator[Diagnostic]:
    """A warning for each link that leads to no page, to one that is not on the site, or to no place of its page.

    `outputs` has the paths of all files of the site, or None where it cannot be made. A link is looked at as of the
    moment, or, on a page that is still to come, as of its first one.
    """
    for link in links:
        route = link.route if link.route in pages else f"{link.route}/"
        page = pages.get(route)
        if page is None:
            files = outputs()
            if files is not None and not files & {routes.file_of(link.route), routes.file_of(f"{link.route}/")}:
                near = did_you_mean(f"/{route}", [f"/{each}" for each in pages])
                hint = near or "mend the address, or take the link out"
                yield warning("bad-link", f"`{link.typed}` leads to no page of this site", link.span, hint)
        elif (away := _away(link, page, moment, zone)) is not None:
            yield away
        elif link.fragment and not link.fragment.startswith(":~:"):
            there = ids(route)
            if there is not None and not _is_there(link, there):
                near = did_you_mean(link.fragment, [each for each in there if not each.endswith("*")])
                message = f"`{link.typed}` leads to a place that its page does not have"
                yield warning("bad-anchor", message, link.span, near or "look at the ids of that page")


def _away(link: SiteLink, page: Page, moment: int, zone: str) -> Diagnostic | None:
    """What is told of a link to a page that is not on the site when readers see the link."""
    if standing_of(link.term, moment) in (DRAFT, EXPIRED):
        return None
    seen = moment if link.term.date is None else max(moment, moment_of(datetime.fromisoformat(link.term.date)))
    why = standing_of(page.term, seen)
    if why is None:
        return None
    if why == DRAFT:
        message = f"`{link.typed}` leads to a draft, {page.path}, which is not published"
    elif why == SCHEDULED and page.term.date is not None:
        message = f"`{link.typed}` leads to {page.path}, which appears on {in_words(page.term.date, zone)} only"
    else:
        message = f"`{link.typed}` leads to {page.path}, which is no longer on the site then"
    advice = "take the link out" if why == EXPIRED else "publish it first, or take the link out"
    return warning("bad-link", message, link.span, advice)


def _is_there(link: SiteLink, ids: Collection[str]) -> bool:
    """Whether a page has the fragment of a link, as typed or as a heading of the link's own text has it."""
    made = tuple(each[:-1] for each in ids if each.endswith("*"))
    return any(each in ids or each.startswith(made) for each in (link.fragment, link.prefix + link.fragment))
