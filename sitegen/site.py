"""The site as a whole, from its index alone: references resolved, lists in a total order, one translation table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

from sitegen import ids, routes
from sitegen.diagnostics import Diagnostic, Span, did_you_mean, error, note, warning
from sitegen.ids import Identities, Lock
from sitegen.models import (
    DigestCard,
    DigestEntry,
    Glossary,
    PageCard,
    PageEntry,
    Settings,
    ThreadCard,
    ThreadEntry,
)
from sitegen.record import comparable
from sitegen.schedule import APPEARS, DRAFT, EXPIRED, SCHEDULED, Showing, ahead, changes, in_words, standing

E = TypeVar("E", ThreadEntry, DigestEntry, PageEntry)

NEW = Lock()
"""The lock of a site that was never published."""


@comparable
class Topic:
    """A category or a tag, with the threads that carry it, newest first; `kind` is `category` or `tag`."""

    kind: str
    slug: str
    label: str
    threads: tuple[ThreadEntry, ...]


@comparable
class Issue:
    """An issue of the digest with its threads, in the editor's order."""

    entry: DigestEntry
    threads: tuple[ThreadEntry, ...]


@comparable
class Site:
    """Everything that is published. Threads and issues stand newest first, topics and pages by slug."""

    settings: Settings
    threads: tuple[ThreadEntry, ...]
    issues: tuple[Issue, ...]
    pages: tuple[PageEntry, ...]
    glossary: Glossary
    categories: tuple[Topic, ...]
    tags: tuple[Topic, ...]
    ids: Identities


# -- the translation table ---------------------------------------------------------------------------------------------


def translations(card: ThreadCard | DigestCard | PageCard, languages: Sequence[str]) -> tuple[str, ...]:
    """The languages in which a thread, issue or page counts as translated: those of its title or of its text.

    A thread does not count where too few of its comments are translated, if the site says how many there have to be.
    This is the one table that pages, language switch, hreflang, sitemap and feeds go by. In the other languages the
    page is built as well, but shows the original, as far as there is nothing else, and says so.
    """
    told = _told(card)
    there = tuple([lang for lang in languages if lang in told])
    if isinstance(card, ThreadCard) and card.held:
        return tuple(lang for lang in there if lang not in card.held) or there
    return there


def _told(card: ThreadCard | DigestCard | PageCard) -> tuple[str, ...]:
    return card.title.langs if isinstance(card, PageCard) else card.title.langs + card.lead.langs


def partly(card: ThreadCard, lang: str, languages: Sequence[str]) -> bool:
    """Whether a thread does not count as translated though its title or summary is."""
    return lang in _told(card) and lang not in translations(card, languages)


def shown_in(card: ThreadCard | DigestCard | PageCard, lang: str, languages: Sequence[str]) -> str:
    """The language that the page of `lang` shows: its own, else the original's, else the first there is."""
    if card.title.get(lang) is not None and not (isinstance(card, ThreadCard) and card.held):
        return lang  # as nearly all do, and every row of a list asks
    return shown_of(card, lang, translations(card, languages))


def shown_of(card: ThreadCard | DigestCard | PageCard, lang: str, there: Sequence[str]) -> str:
    """The same, where the languages are known in which the card counts as translated."""
    if lang in there or not there:
        return lang
    original = card.lang if isinstance(card, ThreadCard) else there[0]
    return original if original in there else there[0]


# -- assembling --------------------------------------------------------------------------------------------------------


def assemble(
    settings: Settings,
    threads: Sequence[ThreadEntry],
    digests: Sequence[DigestEntry],
    pages: Sequence[PageEntry],
    glossary: Glossary,
    lock: Lock,
    showing: Showing,
    broken: Collection[str] = (),
) -> tuple[Site, Lock, tuple[Diagnostic, ...]]:
    """Link the entries of a site, as far as they are shown: drafts stay out, and what is scheduled or has expired.

    `broken` has the names of what is there and could not be read (`threads/<slug>`): nobody is told that it is missing.
    Returns the site, the lock of ids with all that is published now, and what is to be told of the site as a whole.
    """
    moment = showing.moment
    ordered = sorted(threads, key=_newest_first)
    told = [*_twins(threads), *_twins(digests), *_twins(pages)]
    told += [*_bad_aliases(threads), *_bad_aliases(digests), *_bad_aliases(pages, routes.RESERVED)]
    identities, lock, faults = ids.resolve(settings.base_url, threads, digests, lock, moment)
    told.extend(faults)
    told.extend(_bad_pages(pages))
    live = tuple(each for each in ordered if showing.has(each))
    issues, faults = _issues(digests, threads, showing, settings.timezone, broken)
    told.extend(faults)
    checked = tuple(each for each in ordered if showing.has(each) or standing(each, moment) == SCHEDULED)
    categories, faults = _topics("category", checked, live)
    told.extend(faults)
    tags, faults = _topics("tag", checked, live)
    told.extend(faults)
    told.extend(_ahead((*ordered, *digests, *pages), moment, settings.timezone))
    shown = tuple(sorted((each for each in pages if showing.has(each)), key=lambda each: each.slug))
    return Site(settings, live, issues, shown, glossary, categories, tags, identities), lock, tuple(told)


def _at(entry: ThreadEntry | DigestEntry | PageEntry, *node: str) -> Span:
    """A place in an entry's file: nodes are looked up when they are told."""
    return Span(entry.path, node=() if isinstance(entry, PageEntry) else node)


def _newest_first(entry: ThreadEntry | DigestEntry) -> tuple[float, str]:
    return (-datetime.fromisoformat(entry.date).timestamp(), entry.slug)


def _grouped(entries: Iterable[E], key: Callable[[E], str]) -> dict[str, list[E]]:
    groups: dict[str, list[E]] = defaultdict(list)
    for entry in entries:
        groups[key(entry)].append(entry)
    return groups


def _twins(entries: Sequence[E]) -> Iterable[Diagnostic]:
    for group in _grouped(entries, lambda entry: routes.same_file(entry.slug)).values():
        if len(group) > 1:
            first, *others = sorted(group, key=lambda entry: entry.path)
            for other in others:
                message = (
                    f"`{other.slug}` and `{first.slug}` would be one address where case or normal form does not count"
                )
                yield error("duplicate-slug", message, _at(other, "title"), f"rename one; the other is {first.path}")


def _bad_aliases(entries: Sequence[E], reserved: Collection[str] = ()) -> Iterable[Diagnostic]:
    """An error for each former slug that is in use, whatever its case or normal form."""
    owner = {routes.same_file(entry.slug): entry.path for entry in entries}
    seen: dict[str, str] = {}
    for entry in sorted(entries, key=lambda each: each.path):
        for alias, path in entry.aliases:
            same = routes.same_file(alias)
            span = Span(path, node=("aliases", alias))
            if same in reserved:
                yield error("alias-in-use", f"sitegen itself has pages at `{alias}`", span, "leave it out")
            elif same in owner:
                message = f"`{alias}` is no former address: {owner[same]} is there"
                hint = "an alias is what the folder or file was called before; leave it out"
                yield error("alias-in-use", message, span, hint)
            elif same in seen:
                message = f"`{alias}` leads elsewhere already: {seen[same]} has it as an alias too"
                yield error("alias-in-use", message, span, "keep the one that it is to lead to")
            else:
                seen[same] = path


def _bad_pages(pages: Iterable[PageEntry]) -> Iterable[Diagnostic]:
    for page in pages:
        if page.slug.casefold() in routes.RESERVED and not routes.slug_fault(page.slug):
            message = f"a page cannot be called `{page.slug}`: sitegen itself has pages there"
            yield error("reserved-slug", message, _at(page), "rename the file")


def _ahead(entries: Iterable[ThreadEntry | DigestEntry | PageEntry], moment: int, zone: str) -> Iterable[Diagnostic]:
    """A note for each entry that will appear by itself, or leave the site."""
    for entry in entries:
        for change in ahead(changes(entry), moment)[:1]:
            when = in_words(change.when, zone)
            if change.what == APPEARS:
                yield note("scheduled", f"`{entry.slug}` will appear on {when}", _at(entry, "date"))
            else:
                yield note("expires", f"`{entry.slug}` will leave the site on {when}", _at(entry, "expires"))


def _issues(
    digests: Sequence[DigestEntry],
    threads: Sequence[ThreadEntry],
    showing: Showing,
    zone: str,
    broken: Collection[str],
) -> tuple[tuple[Issue, ...], list[Diagnostic]]:
    """The issues that are shown, with their threads; told of threads that those which are published leave out."""
    by_slug = {thread.slug: thread for thread in threads}
    told: list[Diagnostic] = []
    issues: list[Issue] = []
    for digest in sorted(digests, key=_newest_first):
        gathered: dict[str, ThreadEntry] = {}
        for slug in digest.threads:
            thread = by_slug.get(slug)
            if thread is None and f"threads/{slug}" in broken:
                continue
            if thread is None:
                hint = did_you_mean(slug, by_slug) or "a thread is called as its folder in content/threads/ is"
                told.append(error("missing-thread", f"there is no thread `{slug}`", _at(digest, "threads", slug), hint))
                continue
            if standing(digest, showing.moment) is None:
                told.extend(_left_out(digest, thread, showing.moment, zone))
            if showing.has(thread):
                gathered[slug] = thread
        if showing.has(digest):
            issues.append(Issue(digest, tuple(gathered.values())))
    return tuple(issues), told


def _left_out(digest: DigestEntry, thread: ThreadEntry, moment: int, zone: str) -> Iterable[Diagnostic]:
    """What there is to tell of a thread that an issue names and that is not on the site."""
    place = _at(digest, "threads", thread.slug)
    why = standing(thread, moment)
    if why == DRAFT:
        yield warning("draft-in-digest", f"`{thread.slug}` is a draft and is left out", place)
    elif why == SCHEDULED:
        message = f"`{thread.slug}` is left out until it appears on {in_words(thread.date, zone)}"
        yield warning(
            "scheduled-in-digest", message, place, "give the issue a later `date`, or the thread an earlier one"
        )
    elif why == EXPIRED:
        yield note("expired-in-digest", f"`{thread.slug}` is no longer on the site and is left out", place)


def _topics(
    kind: str, threads: Sequence[ThreadEntry], live: Sequence[ThreadEntry]
) -> tuple[tuple[Topic, ...], list[Diagnostic]]:
    """The categories or tags of `live` threads (newest first), by slug.

    Told where two of them would share an address, also once all `threads` are there.
    """
    key = "tags" if kind == "tag" else kind
    labels: dict[str, tuple[str, str]] = {}
    members: dict[str, list[ThreadEntry]] = defaultdict(list)
    told: list[Diagnostic] = []
    for thread in sorted(threads, key=lambda each: each.path):
        for label in _topics_of(thread, kind):
            slug, fault = _topic_slug(label)
            if fault is not None:
                message = f"the {kind} `{label}` cannot be an address: it {fault}"
                advice = "write it with other words, or in fewer"
                told.append(error("bad-topic", message, _at(thread, key, label), advice))
                continue
            first, path = labels.setdefault(slug, (label, thread.path))
            if first != label:
                message = f"`{label}` and `{first}` are one address; write the {kind} the same way everywhere"
                told.append(error("duplicate-topic", message, _at(thread, key, label), f"the other is in {path}"))
            members[slug].append(thread)
    rank = {thread.slug: number for number, thread in enumerate(live)}
    shown = {slug: [each for each in of if each.slug in rank] for slug, of in members.items()}
    return tuple(
        Topic(kind, slug, labels[slug][0], tuple(sorted(of, key=lambda each: rank[each.slug])))
        for slug, of in sorted(shown.items())
        if of
    ), told


def _topics_of(thread: ThreadEntry, kind: str) -> Sequence[str]:
    """The category or the tags of a thread, as typed."""
    if kind == "tag":
        return thread.tags
    return [thread.category] if thread.category else []


@lru_cache(maxsize=4096)
def _topic_slug(label: str) -> tuple[str, str | None]:
    """What a category or tag is called in addresses, and what keeps it from that."""
    slug = routes.slug_of(label)
    return slug, routes.slug_fault(slug) if slug else "holds no letter or digit"


def years(threads: Iterable[ThreadEntry]) -> dict[int, list[ThreadEntry]]:
    """Threads by the year of their date, both newest first."""
    found: dict[int, list[ThreadEntry]] = defaultdict(list)
    for thread in threads:
        found[int(thread.date[:4])].append(thread)
    return found
