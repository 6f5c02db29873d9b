"""Files to records: one thread, digest issue or page at a time. Pure: the bytes come in, card, body and faults go out.

Each function is a task that the engine remembers. The head is the unit's entry in the site's index, or None where a
fault left nothing to show. The tails are its card, which lists and neighbours show too, its body, and what feeds show
of it beside its card.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import Any
from unicodedata import normalize

from sitegen import comments, decode, links, markdown, routes, waivers, yamldoc
from sitegen.diagnostics import Diagnostic, Span, did_you_mean, error, span_at, warning
from sitegen.feed_text import feed_text, size
from sitegen.models import (
    Comment,
    DigestCard,
    DigestEntry,
    Glossary,
    Image,
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
from sitegen.routes import Addresses
from sitegen.shapes import Reader, lang_help
from sitegen.site import translations
from sitegen.sources import text_of
from sitegen.tasks import Remembered, Source
from sitegen.zones import in_zone, zone

Images = tuple[tuple[str, tuple[Any, ...]], ...]
"""The image files beside a text: the name of each, and its `Image` in plain words."""

SIZES = "(min-width: 40rem) 37rem, 100vw"
"""How wide an image is shown: as wide as the window, at most as wide as a text's longest lines."""

ROW = 500
"""Bytes that a thread takes in the list of its issue, in a feed."""

PAGES = {"threads": routes.thread, "digests": routes.digest, "pages": routes.page}
"""The page of a thread, an issue or a free page."""


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
        place = _place_of(source.path, text, "theme")
        told = (*told, error("missing-theme", f"there is no theme `{name}`", place, hint))
    if decoded.value.features.cards and not has_font:
        hint = 'install it with `pip install "sitegen[cards]"`, or set `cards: false`'
        place = _place_of(source.path, text, "features", "cards")
        told = (*told, error("no-card-font", "share cards need a font that is not installed", place, hint))
    made, _ = waivers.read(source.path, text)
    allowed = tuple([(each.code, each.words) for each in made])
    return Remembered(None, (replace(decoded.value, allowed=allowed),), waivers.marked(told, [source]))


def _place_of(path: str, text: str, *trail: str) -> Span:
    """The place of a value in a YAML file."""
    marks = yamldoc.locate(text, [trail]).get(trail)
    return span_at(path, text, marks.value.line, marks.value.column, marks.value.width) if marks else Span(path)


def thread(settings: Settings, folder: str, images: Images, sources: tuple[Source, ...]) -> Remembered:
    """A thread's folder: thread.yaml, column.<lang>.md, comments.yaml, and its images."""
    unit = _Unit(settings, "threads", slug_of(folder), folder, sources, images)
    text = unit.yaml("thread.yaml", f"the thread `{unit.slug}` has no thread.yaml")
    card = None
    if text is not None:
        decoded = decode.thread(f"{folder}/thread.yaml", text, unit.slug, settings.languages, unit.zone)
        unit.told.extend(decoded.diagnostics)
        card = decoded.value
    lang = card.lang if card is not None else settings.default_language
    column, documents = unit.prose("column", heading_base=3)
    comments = unit.comments(lang)
    if settings.features.parallel:
        unit.told.extend(_unmatched(unit, column))
    unit.told.extend(unit.leftovers(("thread.yaml", "comments.yaml")))
    if card is None:
        return Remembered(None, told=unit.faults())
    forum = card.forum
    shown = replace(
        card,
        date=in_zone(card.date, unit.zone),
        expires=unit.moment(card.expires),
        forum=replace(forum, posted=unit.moment(forum.posted)) if forum else None,
        corrections=tuple(replace(each, date=in_zone(each.date, unit.zone)) for each in card.corrections),
        lead=Localized(tuple((each, lead(document.text)) for each, document in documents)),
        short=tuple(each for each, document in documents if is_short(document.text)),
        comment_count=len(comments),
        aliases=(),
    )
    fed = feed_text(lang, column, comments, unit.page)
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
    )
    body = ThreadBody(lang, forum.author if forum else None, column, comments)
    return Remembered(tuple(entry), (shown, body, fed), unit.faults())


def digest(settings: Settings, folder: str, images: Images, sources: tuple[Source, ...]) -> Remembered:
    """An issue's folder: digest.yaml, intro.<lang>.md, and its images."""
    unit = _Unit(settings, "digests", slug_of(folder), folder, sources, images)
    text = unit.yaml("digest.yaml", f"the issue `{unit.slug}` has no digest.yaml")
    card = None
    if text is not None:
        decoded = decode.digest(f"{folder}/digest.yaml", text, unit.slug, settings.languages, unit.zone)
        unit.told.extend(decoded.diagnostics)
        card = decoded.value
    intro, documents = unit.prose("intro", heading_base=2)
    unit.told.extend(unit.leftovers(("digest.yaml",)))
    if card is None:
        return Remembered(None, told=unit.faults())
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
    return Remembered(tuple(entry), (shown, Prose(intro), fed), unit.faults())


def page(settings: Settings, folder: str, slug: str, images: Images, sources: tuple[Source, ...]) -> Remembered:
    """A free page's files, <slug>.<lang>.md; `images` are those of all pages."""
    unit = _Unit(settings, "pages", slug, folder, sources, images)
    titles: list[tuple[str, str]] = []
    texts: list[tuple[str, Paragraphs]] = []
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
        texts.append((lang, paragraphs(document)))
    if not titles:
        return Remembered(None, told=unit.faults())
    card = PageCard(slug, Localized(tuple(titles)), unit.moment(min(ends, default=None)))
    prose = Localized(tuple(texts))
    entry = PageEntry(
        slug=slug,
        path=sources[0].path,
        draft=draft,
        langs=translations(card, settings.languages),
        images=unit.shown_files(),
        aliases=tuple(aliases.items()),
        expires=_iso(card.expires),
        links=links.marks(links.of_text(prose)),
    )
    return Remembered(tuple(entry), (card, Prose(prose)), unit.faults())


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


class _Unit:
    """The files of one thread, issue or page while they are read; `told` gathers what is to be told."""

    def __init__(
        self,
        settings: Settings,
        kind: str,
        slug: str,
        folder: str,
        sources: Sequence[Source],
        images: Images,
    ):
        self.settings = settings
        self.slug = slug
        self.folder = folder
        self.route = partial(PAGES[kind], slug=slug)
        self.files = {normalize("NFC", source.path.removeprefix(f"{folder}/")): source for source in sources}
        self.addresses = Addresses(settings.base_url)
        self.images = {name: self._picture(kind, Image(*image)) for name, image in images}
        self.shown: set[str] = set()
        self.read: set[str] = set()
        self.zone: tzinfo = zone(settings.timezone)
        self.told: list[Diagnostic] = []
        if fault := routes.slug_fault(slug):
            first = sources[0].path if sources else folder
            self.told.append(error("bad-slug", f"the name `{slug}` {fault}", Span(first), "rename it"))
        self.told.extend(_same_images(folder, self.images))

    def faults(self) -> tuple[Diagnostic, ...]:
        """What is to be told, and what of it is waived."""
        return waivers.marked(self.told, self.files.values(), self.settings.allowed)

    def _picture(self, kind: str, image: Image) -> markdown.Picture:
        """An image as its element is to show it."""
        if image.fault is not None:
            code, message, hint = image.fault
            return markdown.Picture({}, markdown.Problem(code, message, 0, 0, 1, hint, fatal=True))
        several = [(self.addresses.url(routes.media(kind, self.slug, name)), across) for name, across in image.files]
        attrs: dict[str, str | int] = {"src": several[0][0], "width": image.width, "height": image.height}
        if several[1:]:
            attrs["srcset"] = ", ".join(f"{url} {across}w" for url, across in (*several[1:], several[0]))
            attrs["sizes"] = SIZES
        return markdown.Picture(attrs)

    def moment(self, date: datetime | None) -> datetime | None:
        """A date that need not be there, as the site's zone has it."""
        return in_zone(date, self.zone) if date else None

    def text(self, source: Source) -> str | None:
        """A file's text, or None and told why."""
        text, told = text_of(source)
        self.told.extend(told)
        return text

    def yaml(self, name: str, missing: str) -> str | None:
        """The text of a YAML file that has to be there."""
        source = self.files.get(name)
        if source is not None:
            return self.text(source)
        near = did_you_mean(name, [each for each in self.files if each.endswith((".yaml", ".yml"))])
        hint = near or "write one, or take the folder away"
        self.told.append(error("missing-file", missing, Span(f"{self.folder}/{name}"), hint))
        return None

    def by_lang(self, stem: str) -> Iterable[tuple[str, Source]]:
        """The files <stem>.<lang>.md in the order of the site's languages; told where a language is unknown."""
        found = {}
        for name, source in self.files.items():
            if name.startswith(f"{stem}.") and name.endswith(".md"):
                lang = name[len(stem) + 1 : -3]
                self.read.add(name)
                if lang in self.settings.languages:
                    found[lang] = source
                elif lang:
                    hint = lang_help(lang, self.settings.languages, Reader())
                    message = f"`{lang}` is no language of this site"
                    self.told.append(error("unknown-language", message, Span(source.path), hint))
                else:
                    message = "the file name says no language"
                    hint = f"call it `{stem}.{self.settings.default_language}.md`"
                    self.told.append(error("missing-language", message, Span(source.path), hint))
        return [(lang, found[lang]) for lang in self.settings.languages if lang in found]

    def page(self, lang: str) -> str:
        """The absolute address of the unit's page in a language."""
        return self.addresses.href(self.route(lang))

    def places(self, lang: str) -> tuple[str, str]:
        """The address of the unit's page in a language, and that of the site."""
        return self.addresses.url(self.route(lang)), self.addresses.url(routes.ROOT)

    def render(self, path: str, text: str, part: str, line: int, lang: str, heading_base: int) -> markdown.Document:
        """Render an editor's text, `part` of a file's text that begins on `line`."""
        page, root = self.places(lang)
        fast = self.settings.markdown.fast
        document = markdown.render_editor(part, self.images, heading_base, f"{lang}-", page, root, fast)
        for problem in document.problems:
            span = span_at(path, text, problem.line + line - 1, problem.column, problem.width)
            self.told.append(problem.at(span))
        self.shown.update(name for name in self.images if normalize("NFC", name) in document.images)
        return document

    def block(self, name: str, number: int) -> Span:
        """Where the block of that number (from 1) of a Markdown file stands, or the last one where there are fewer."""
        source = self.files[name]
        text = text_of(source)[0] or ""
        lines = markdown.block_lines(text)[:number]
        return (
            span_at(source.path, text, lines[-1], 1, len(text.split("\n")[lines[-1] - 1]))
            if lines
            else Span(source.path)
        )

    def shown_files(self) -> tuple[str, ...]:
        """The paths of the images that were shown."""
        return tuple(f"{self.folder}/{name}" for name in sorted(self.shown))

    def prose(
        self, stem: str, heading_base: int
    ) -> tuple[Localized[Paragraphs], tuple[tuple[str, markdown.Document], ...]]:
        """The Markdown files of a stem, rendered, and what else is known of them."""
        documents = []
        for lang, source in self.by_lang(stem):
            text = self.text(source)
            if text is not None and text.strip():
                documents.append((lang, self.render(source.path, text, text, 1, lang, heading_base)))
        blocks = tuple((lang, paragraphs(document)) for lang, document in documents)
        return Localized(blocks), tuple(documents)

    def comments(self, lang: str) -> tuple[Comment, ...]:
        """The comments of a thread, rendered, in reading order."""
        source = self.files.get("comments.yaml")
        text = self.text(source) if source is not None else None
        if source is None or text is None:
            return ()
        settings = self.settings
        decoded = decode.comments(source.path, text, lang, settings.languages, self.zone)
        self.told.extend(decoded.diagnostics)
        found = decoded.value or ()
        made, faults = comments.made(found, source.path, text, self.zone, settings.markdown.fast, self.places)
        self.told.extend(faults)
        return made

    def leftovers(self, known: Sequence[str]) -> Iterable[Diagnostic]:
        """Warnings for files that nothing reads."""
        for name, source in self.files.items():
            if name not in known and name not in self.read:
                hint = did_you_mean(name, known)
                yield warning("unused-file", "sitegen does not read this file", Span(source.path), hint)


def slug_of(folder: str) -> str:
    """What a thread or issue is called: as its folder is, in NFC."""
    return normalize("NFC", folder.rpartition("/")[2])


def _own_id(card: ThreadCard | DigestCard) -> str:
    """What makes a thread or issue itself: its `id`, else its forum address, else its date; neither slug nor domain."""
    if card.id is not None:
        return card.id
    forum = card.forum if isinstance(card, ThreadCard) else None
    return forum.url if forum is not None else card.date.astimezone(UTC).isoformat()


def paragraphs(document: markdown.Document) -> Paragraphs:
    """A rendered text as it is stored."""
    return Paragraphs(tuple((block.kind, block.html) for block in document.blocks))


def _iso(date: datetime | None) -> str | None:
    return date.isoformat() if date else None


def _unmatched(unit: _Unit, column: Localized[Paragraphs]) -> Iterable[Diagnostic]:
    """A warning for each language whose summary has other blocks than the first one's, at the first that differs."""
    kinds: Mapping[str, list[str]] = {
        lang: [kind for kind, _ in text.blocks if kind != "footnotes"] for lang, text in column
    }
    for lang in list(kinds)[1:]:
        first = next(iter(kinds))
        pairs = zip([*kinds[first], None], [*kinds[lang], None], strict=False)
        differs = next((number for number, (one, other) in enumerate(pairs, 1) if one != other), None)
        if differs is not None:
            here, there = (
                kinds[each][differs - 1] if differs <= len(kinds[each]) else "nothing" for each in (lang, first)
            )
            message = f"block {differs} of this summary, {_a(here)}, stands beside {_a(there)} in `{first}`"
            span = unit.block(f"column.{lang}.md", differs)
            yield warning("unmatched-paragraphs", message, span, "keep paragraphs, lists and headings in step")


def _a(kind: str) -> str:
    return kind if kind in ("nothing", "code") else f"an {kind}" if kind == "image" else f"a {kind}"


def _same_images(folder: str, names: Iterable[str]) -> Iterable[Diagnostic]:
    """An error for each image whose name another one has, but for case or normal form."""
    seen: dict[str, str] = {}
    for name in names:
        first = seen.setdefault(routes.same_file(name), name)
        if first != name:
            message = f"`{name}` and `{first}` would be one file where case or normal form does not count"
            yield error("duplicate-image", message, Span(f"{folder}/{name}"), "rename one of them")
