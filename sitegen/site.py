"""The site as a whole, from cards alone: references resolved, lists in a total order, one translation table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import TypeVar

from sitegen import routes
from sitegen.diagnostics import Diagnostic, Span, did_you_mean, error, warning
from sitegen.models import DigestCard, Glossary, PageCard, Settings, ThreadCard

Card = TypeVar("Card", ThreadCard, DigestCard, PageCard)


@dataclass(frozen=True)
class Topic:
    """A category or a tag, with the threads that carry it, newest first; `kind` is `category` or `tag`."""

    kind: str
    slug: str
    label: str
    threads: tuple[ThreadCard, ...]


@dataclass(frozen=True)
class Issue:
    """An issue of the digest with the cards of its threads, in the editor's order."""

    card: DigestCard
    threads: tuple[ThreadCard, ...]


@dataclass(frozen=True)
class Site:
    """Everything that is published. Threads and issues stand newest first, topics and pages by slug.

    `ids` has what makes each thread (by slug) itself for feeds.
    """

    settings: Settings
    threads: tuple[ThreadCard, ...]
    issues: tuple[Issue, ...]
    pages: tuple[PageCard, ...]
    glossary: Glossary
    categories: tuple[Topic, ...]
    tags: tuple[Topic, ...]
    ids: Mapping[str, str]


# -- the translation table ---------------------------------------------------------------------------------------------


def translations(card: ThreadCard | DigestCard | PageCard, languages: Sequence[str]) -> tuple[str, ...]:
    """The languages in which a thread, issue or page counts as translated: those of its title or of its text.

    This is the one table that pages, language switch, hreflang, sitemap and feeds go by. In the other languages the
    page is built as well, but shows the original and says so.
    """
    told = set(card.title.langs)
    if isinstance(card, (ThreadCard, DigestCard)):
        told.update(card.lead.langs)
    return tuple(lang for lang in languages if lang in told)


def shown_in(card: ThreadCard | DigestCard | PageCard, lang: str, languages: Sequence[str]) -> str:
    """The language that the page of `lang` shows: its own, else the original's, else the first there is."""
    there = translations(card, languages)
    if lang in there or not there:
        return lang
    original = card.lang if isinstance(card, ThreadCard) else there[0]
    return original if original in there else there[0]


# -- assembling --------------------------------------------------------------------------------------------------------


def assemble(
    settings: Settings,
    threads: Iterable[ThreadCard],
    digests: Iterable[DigestCard],
    pages: Iterable[PageCard],
    glossary: Glossary,
) -> tuple[Site, tuple[Diagnostic, ...]]:
    """Link the cards of a site; drafts stay out. Returns the site and what is to be told of it as a whole."""
    all_threads, all_digests, all_pages = list(threads), list(digests), list(pages)
    told = [*_twins(all_threads), *_twins(all_digests), *_twins(all_pages)]
    ids, faults = _ids(all_threads)
    told.extend(faults)
    told.extend(_bad_pages(all_pages))
    live = tuple(sorted((each for each in all_threads if not each.draft), key=_newest_first))
    issues, faults = _issues(all_digests, all_threads)
    told.extend(faults)
    categories, faults = _topics("category", live)
    told.extend(faults)
    tags, faults = _topics("tag", live)
    told.extend(faults)
    shown = tuple(sorted((each for each in all_pages if not each.draft), key=lambda each: each.slug))
    return Site(settings, live, issues, shown, glossary, categories, tags, ids), tuple(told)


def _at(card: ThreadCard | DigestCard | PageCard, *node: str) -> Span:
    """A place in a card's file: nodes are looked up where they are told."""
    return Span(card.path, node=() if isinstance(card, PageCard) else node)


def _newest_first(card: ThreadCard | DigestCard) -> tuple[float, str]:
    return (-card.date.timestamp(), card.slug)


def _grouped(cards: Iterable[Card], key: Callable[[Card], str]) -> dict[str, list[Card]]:
    groups: dict[str, list[Card]] = defaultdict(list)
    for card in cards:
        groups[key(card)].append(card)
    return groups


def _twins(cards: Iterable[Card]) -> Iterable[Diagnostic]:
    for group in _grouped(cards, lambda card: routes.same_file(card.slug)).values():
        first, *others = sorted(group, key=lambda card: card.path)
        for other in others:
            message = f"`{other.slug}` and `{first.slug}` would be one address where case or normal form does not count"
            yield error("duplicate-slug", message, _at(other, "title"), f"rename one; the other is {first.path}")


def _ids(cards: Sequence[ThreadCard]) -> tuple[dict[str, str], list[Diagnostic]]:
    """What makes each thread (by slug) itself for feeds; told where two say that they are the same.

    That is the thread's `id`, else its forum address, else its date: neither slug nor domain. Where that is not one
    thread's alone, the later ones are numbered.
    """
    ids: dict[str, str] = {}
    told: list[Diagnostic] = []
    for own, group in _grouped(cards, _own_id).items():
        first, *others = sorted(group, key=lambda card: (card.id is None, card.date, card.slug))
        ids[first.slug] = own
        for number, other in enumerate(others, 2):
            ids[other.slug] = f"{own} {number}"
            if other.id is not None:
                message = f"the id `{own}` is also that of {first.path}: feeds could not tell the two threads apart"
                told.append(error("duplicate-id", message, _at(other, "title"), "give one of them another `id`"))
    return ids, told


def _own_id(card: ThreadCard) -> str:
    if card.id is not None:
        return card.id
    return card.forum.url if card.forum is not None else card.date.astimezone(UTC).isoformat()


def _bad_pages(pages: Iterable[PageCard]) -> Iterable[Diagnostic]:
    for page in pages:
        if page.slug.casefold() in routes.RESERVED:
            message = f"a page cannot be called `{page.slug}`: sitegen itself has pages there"
            yield error("reserved-slug", message, _at(page), "rename the file")


def _issues(digests: Sequence[DigestCard], threads: Sequence[ThreadCard]) -> tuple[tuple[Issue, ...], list[Diagnostic]]:
    by_slug = {thread.slug: thread for thread in threads}
    told: list[Diagnostic] = []
    issues: list[Issue] = []
    for digest in sorted(digests, key=_newest_first):
        gathered: dict[str, ThreadCard] = {}
        for slug in digest.threads:
            thread = by_slug.get(slug)
            if thread is None:
                hint = did_you_mean(slug, by_slug) or "a thread is called as its folder in content/threads/ is"
                told.append(error("missing-thread", f"there is no thread `{slug}`", _at(digest, "threads", slug), hint))
            elif thread.draft and not digest.draft:
                place = _at(digest, "threads", slug)
                told.append(warning("draft-in-digest", f"`{slug}` is a draft and is left out", place))
            else:
                gathered[slug] = thread
        if not digest.draft:
            issues.append(Issue(digest, tuple(gathered.values())))
    return tuple(issues), told


def _topics(kind: str, threads: Sequence[ThreadCard]) -> tuple[tuple[Topic, ...], list[Diagnostic]]:
    """The categories or tags of the threads, by slug; told where two of them would share an address."""
    key = "tags" if kind == "tag" else kind
    labels: dict[str, tuple[str, str]] = {}
    members: dict[str, list[ThreadCard]] = defaultdict(list)
    told: list[Diagnostic] = []
    for thread in sorted(threads, key=lambda each: each.path):
        for label in topics_of(thread, kind):
            slug = routes.slug_of(label)
            fault = routes.slug_fault(slug) if slug else "holds no letter or digit"
            if fault is not None:
                message = f"the {kind} `{label}` cannot be an address: it {fault}"
                told.append(
                    error("bad-topic", message, _at(thread, key, label), "write it with other words, or in fewer")
                )
                continue
            first, path = labels.setdefault(slug, (label, thread.path))
            if first != label:
                message = f"`{label}` and `{first}` are one address; write the {kind} the same way everywhere"
                told.append(error("duplicate-topic", message, _at(thread, key, label), f"the other is in {path}"))
            members[slug].append(thread)
    topics: list[Topic] = []
    for slug, of in sorted(members.items()):
        label = labels[slug][0]
        topics.append(Topic(kind, slug, label, tuple(sorted(of, key=_newest_first))))
    return tuple(topics), told


def topics_of(thread: ThreadCard, kind: str) -> Sequence[str]:
    """The category or the tags of a thread, as typed."""
    if kind == "tag":
        return thread.tags
    return [thread.category] if thread.category else []


def years(threads: Iterable[ThreadCard]) -> dict[int, list[ThreadCard]]:
    """Threads by the year of their date, both newest first."""
    found: dict[int, list[ThreadCard]] = defaultdict(list)
    for thread in threads:
        found[thread.date.year].append(thread)
    return found
