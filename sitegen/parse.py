"""Files to records: one thread, digest issue or page at a time. Pure: the bytes come in, card, body and faults go out.

Each function is a task that the engine remembers. The head is the unit's entry in the site's index, or None where a
fault left nothing to show. The tails are its card, which lists and neighbours show too, its body, and what feeds show
of it beside its card; then how its translations stand (a tuple of `State`s), and its translations.lock, where that has
to be written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from unicodedata import normalize

from sitegen import comments, decode, links, markdown, waivers
from sitegen.diagnostics import Diagnostic, Span, did_you_mean, error, warning
from sitegen.feed_text import feed_text, size
from sitegen.models import (
    Comment,
    DigestCard,
    DigestEntry,
    Glossary,
    Localized,
    PageCard,
    PageEntry,
    Paragraphs,
    Prose,
    Settings,
    ThreadBody,
    ThreadCard,
    ThreadEntry,
)
from sitegen.openings import is_short, lead
from sitegen.site import translations
from sitegen.sources import TRANSLATIONS, text_of
from sitegen.tasks import Remembered, Source
from sitegen.translations import Examined, Text, plain
from sitegen.unit import Images, UnitFiles, paragraphs, place_in, place_of
from sitegen.zones import in_zone

ROW = 500
"""Bytes that a thread takes in the list of its issue, in a feed."""


def settings(source: Source, themes: tuple[str, ...], has_font: bool) -> Remembered:
    """sitegen.yaml; `themes` are the names of those that there are, `has_font` tells whether cards can be drawn.

    The one tail, where there is one, is `Settings`.
    """
    text, told = text_of(source)
    if text is None:
        return Remembered(None, told=told)
    decoded = decode.settings(source.path, text)
    told = (*told, *decoded.diagnostics)
    if decoded.value is None:
        return Remembered(None, told=told)
    if (name := decoded.value.theme) not in themes:
        hint = did_you_mean(name, themes) or f"there are: {', '.join(themes) or 'none'}"
        place = place_of(source.path, text, "theme")
        told = (*told, error("missing-theme", f"there is no theme `{name}`", place, hint))
    if decoded.value.features.cards and not has_font:
        hint = 'install it with `pip install "sitegen[cards]"`, or set `cards: false`'
        place = place_of(source.path, text, "features", "cards")
        told = (*told, error("no-card-font", "share cards need a font that is not installed", place, hint))
    made, _ = waivers.read(source.path, text)
    allowed = tuple([(each.code, each.words) for each in made])
    return Remembered(None, (replace(decoded.value, allowed=allowed),), waivers.marked(told, [source]))


def thread(
    settings: Settings, folder: str, images: Images, sources: tuple[Source, ...], accepted: tuple[str, ...] = ()
) -> Remembered:
    """A thread's folder: thread.yaml, column.<lang>.md, comments.yaml, translations.lock, and its images.

    In the languages that are `accepted`, its translations are right as they are.
    """
    unit = UnitFiles(settings, "threads", slug_of(folder), folder, sources, images)
    text = unit.yaml("thread.yaml", f"the thread `{unit.slug}` has no thread.yaml")
    card = None
    if text is not None:
        decoded = decode.thread(f"{folder}/thread.yaml", text, unit.slug, settings.languages, unit.zone)
        unit.told.extend(decoded.diagnostics)
        card = decoded.value
    lang = card.lang if card is not None else settings.default_language
    column, documents = unit.prose("column", heading_base=3)
    said, texts = unit.comments(lang)
    if settings.features.parallel:
        unit.told.extend(_unmatched(unit, documents))
    unit.told.extend(unit.leftovers(("thread.yaml", "comments.yaml", TRANSLATIONS)))
    if card is None or text is None:
        return Remembered(None, told=unit.faults())
    texts = [*unit.titles("thread.yaml", text, card), *unit.texts("summary", "column", documents), *texts]
    found = unit.examined(texts, lang, unit.slug, accepted)
    column, said = lagging(column, "summary", found), comments.lagging(said, found)
    forum = card.forum
    shown = replace(
        card,
        date=in_zone(card.date, unit.zone),
        expires=unit.moment(card.expires),
        forum=replace(forum, posted=unit.moment(forum.posted)) if forum else None,
        corrections=tuple(replace(each, date=in_zone(each.date, unit.zone)) for each in card.corrections),
        lead=Localized(tuple((each, lead(document.text)) for each, document in documents)),
        short=tuple(each for each, document in documents if is_short(document.text)),
        comment_count=len(said),
        held=_held(said, lang, settings),
        aliases=(),
    )
    fed = feed_text(lang, column, said, unit.page)
    entry = ThreadEntry(
        slug=unit.slug,
        path=f"{folder}/thread.yaml",
        date=shown.date.isoformat(),
        updated=shown.updated.isoformat(),
        draft=card.draft,
        id=_own_id(card),
        named=card.id is not None,
        lang=lang,
        langs=translations(shown, settings.languages),
        sizes=tuple([size(fed, each) for each in settings.languages]),
        category=card.category,
        tags=card.tags,
        images=unit.shown_files(),
        aliases=tuple([(each, f"{folder}/thread.yaml") for each in card.aliases]),
        expires=_iso(shown.expires),
        links=links.marks((*links.of_card(card), *links.of_text(column))),
        title=card.title.entries,
    )
    body = ThreadBody(lang, forum.author if forum else None, column, said)
    return Remembered(tuple(entry), (shown, body, fed, *_kept(found)), unit.faults())


def digest(
    settings: Settings, folder: str, images: Images, sources: tuple[Source, ...], accepted: tuple[str, ...] = ()
) -> Remembered:
    """An issue's folder: digest.yaml, intro.<lang>.md, translations.lock, and its images; `accepted` as of a thread."""
    unit = UnitFiles(settings, "digests", slug_of(folder), folder, sources, images)
    text = unit.yaml("digest.yaml", f"the issue `{unit.slug}` has no digest.yaml")
    card = None
    if text is not None:
        decoded = decode.digest(f"{folder}/digest.yaml", text, unit.slug, settings.languages, unit.zone)
        unit.told.extend(decoded.diagnostics)
        card = decoded.value
    intro, documents = unit.prose("intro", heading_base=2)
    unit.told.extend(unit.leftovers(("digest.yaml", TRANSLATIONS)))
    if card is None or text is None:
        return Remembered(None, told=unit.faults())
    texts = [*unit.titles("digest.yaml", text, card), *unit.texts("intro", "intro", documents)]
    found = unit.examined(texts, settings.default_language, f"digests/{unit.slug}", accepted)
    intro = lagging(intro, "intro", found)
    shown = replace(
        card,
        date=in_zone(card.date, unit.zone),
        expires=unit.moment(card.expires),
        lead=Localized(tuple((each, document.text.partition("\n")[0]) for each, document in documents)),
        threads=(),
        aliases=(),
    )
    fed = feed_text(settings.default_language, intro, (), unit.page)
    entry = DigestEntry(
        slug=unit.slug,
        path=f"{folder}/digest.yaml",
        date=shown.date.isoformat(),
        draft=card.draft,
        id=_own_id(card),
        named=card.id is not None,
        langs=translations(shown, settings.languages),
        sizes=tuple([size(fed, each, ROW * len(card.threads)) for each in settings.languages]),
        threads=card.threads,
        images=unit.shown_files(),
        aliases=tuple([(each, f"{folder}/digest.yaml") for each in card.aliases]),
        expires=_iso(shown.expires),
        links=links.marks(links.of_text(intro)),
    )
    return Remembered(tuple(entry), (shown, Prose(intro), fed, *_kept(found)), unit.faults())


def page(
    settings: Settings,
    folder: str,
    slug: str,
    images: Images,
    sources: tuple[Source, ...],
    accepted: tuple[str, ...] = (),
) -> Remembered:
    """A free page's files, <slug>.<lang>.md and <slug>.translations.lock; `images` are those of all pages.

    `accepted` as of a thread.
    """
    unit = UnitFiles(settings, "pages", slug, folder, sources, images)
    titles: list[tuple[str, str]] = []
    documents: list[tuple[str, markdown.Document]] = []
    parts: dict[str, tuple[Source, str, str]] = {}
    aliases: dict[str, str] = {}
    draft = False
    ends: list[datetime] = []
    for lang, source in unit.by_lang(slug):
        text = unit.text(source)
        if text is None:
            continue
        front, rest, line = decode.front_matter(source.path, text, unit.zone)
        unit.told.extend(front.diagnostics)
        if front.value is not None:
            titles.append((lang, front.value.title))
            draft = draft or front.value.draft
            ends += [front.value.expires] if front.value.expires else []
            aliases = {**dict.fromkeys(front.value.aliases, source.path), **aliases}
        document = unit.render(source.path, text, rest, line, lang, heading_base=2)
        documents.append((lang, document))
        parts[lang] = source, text, rest
    if not titles:
        return Remembered(None, told=unit.faults())

    def place(lang: str, number: int) -> Span:
        source, text, rest = parts[lang]
        return place_in(source.path, text, rest, dict(documents)[lang], number)

    def title_place(lang: str, number: int) -> Span:
        source, text, _ = parts[lang]
        return decode.span_in_front(source.path, text, "title")

    texts = (
        Text("title", tuple((lang, plain(words)) for lang, words in titles), title_place),
        Text("text", tuple((lang, document.blocks) for lang, document in documents if document.blocks), place),
    )
    found = unit.examined(texts, settings.default_language, f"pages/{slug}", accepted)
    shown = Localized(tuple((lang, paragraphs(document)) for lang, document in documents))
    card = PageCard(slug, Localized(tuple(titles)), unit.moment(min(ends, default=None)))
    entry = PageEntry(
        slug=slug,
        path=sources[0].path,
        draft=draft,
        langs=translations(card, settings.languages),
        images=unit.shown_files(),
        aliases=tuple(aliases.items()),
        expires=_iso(card.expires),
        links=links.marks(links.of_text(shown)),
    )
    return Remembered(tuple(entry), (card, Prose(lagging(shown, "text", found)), *_kept(found)), unit.faults())


def glossary(settings: Settings, source: Source | None) -> Remembered:
    """glossary.yaml, where there is one. The one tail is a `Glossary`."""
    if source is None:
        return Remembered(None, (Glossary(),))
    text, told = text_of(source)
    if text is None:
        return Remembered(None, told=told)
    decoded = decode.glossary(source.path, text, settings.languages)
    told = waivers.marked((*told, *decoded.diagnostics), [source], settings.allowed)
    return Remembered(None, (decoded.value or Glossary(),), told)


def placed(source: Source, faults: tuple[Diagnostic, ...], allowed: tuple[tuple[str, str], ...]) -> Remembered:
    """Tells faults of the site as a whole that lie in one file, each with the place that its span names.

    `allowed` are the codes that are waived on the whole site, each with the words that it is waived for.
    """
    told = decode.placed(source.path, text_of(source)[0] or "", faults)
    return Remembered(None, told=waivers.marked(told, [source], allowed))


# -- parts -------------------------------------------------------------------------------------------------------------


def slug_of(folder: str) -> str:
    """What a thread or issue is called: as its folder is, in NFC."""
    return normalize("NFC", folder.rpartition("/")[2])


def _own_id(card: ThreadCard | DigestCard) -> str:
    """What makes a thread or issue itself: its `id`, else its forum address, else its date; neither slug nor domain."""
    if card.id is not None:
        return card.id
    forum = card.forum if isinstance(card, ThreadCard) else None
    return forum.url if forum is not None else card.date.astimezone(UTC).isoformat()


def lagging(text: Localized[Paragraphs], name: str, found: Examined) -> Localized[Paragraphs]:
    """A text, the blocks marked that lag behind the original."""
    if not any((name, lang) in found.stale for lang in text.langs):
        return text
    return Localized(tuple((lang, replace(each, stale=found.stale.get((name, lang), ()))) for lang, each in text))


def _kept(found: Examined) -> tuple[Any, ...]:
    """What is stored of a look at translations."""
    states = tuple(
        (lang, texts, missing, tuple(map(tuple, gaps)), tuple(map(tuple, stale)))
        for lang, texts, missing, gaps, stale in found.states
    )
    return (states,) if found.lock is None else (states, found.lock)


def _held(said: Sequence[Comment], original: str, settings: Settings) -> tuple[str, ...]:
    """The languages into which too few comments are translated."""
    least = settings.translation.complete_from
    written = [one for one in said if one.text]
    if not least or not written:
        return ()
    there = {lang: sum(lang in one.text for one in written) for lang in settings.languages}
    return tuple(lang for lang, count in there.items() if lang != original and count < least * len(written))


def _iso(date: datetime | None) -> str | None:
    return date.isoformat() if date else None


def _unmatched(unit: UnitFiles, documents: Sequence[tuple[str, markdown.Document]]) -> Iterable[Diagnostic]:
    """A warning for each language whose summary has other blocks than the first one's, at the first that differs."""
    kinds = {lang: [each.kind for each in text.blocks if each.kind != "footnotes"] for lang, text in documents}
    for lang, text in documents[1:]:
        first = documents[0][0]
        pairs = zip([*kinds[first], None], [*kinds[lang], None], strict=False)
        differs = next((number for number, (one, other) in enumerate(pairs) if one != other), None)
        if differs is not None:
            here, there = (kinds[each][differs] if differs < len(kinds[each]) else "nothing" for each in (lang, first))
            message = f"block {differs + 1} of this summary, {_a(here)}, stands beside {_a(there)} in `{first}`"
            span = unit.block(f"column.{lang}.md", text, max(0, min(differs, len(kinds[lang]) - 1)))
            yield warning("unmatched-paragraphs", message, span, "keep paragraphs, lists and headings in step")


def _a(kind: str) -> str:
    return kind if kind in ("nothing", "code") else f"an {kind}" if kind == "image" else f"a {kind}"
