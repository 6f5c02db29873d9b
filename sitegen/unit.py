"""The files of one thread, issue or page while they are read: texts rendered, places found, faults gathered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import Any
from unicodedata import normalize

from sitegen import comments, decode, markdown, routes, waivers, yamldoc
from sitegen.diagnostics import Diagnostic, Span, did_you_mean, error, span_at, warning
from sitegen.models import Comment, DigestCard, Image, Localized, Paragraphs, Settings, ThreadCard
from sitegen.routes import Addresses
from sitegen.shapes import Reader, lang_help
from sitegen.sources import TRANSLATIONS, text_of
from sitegen.tasks import Source
from sitegen.translations import Examined, Text, examine, line_of, plain
from sitegen.zones import in_zone, zone

Images = tuple[tuple[str, tuple[Any, ...]], ...]
"""The image files beside a text: the name of each, and its `Image` in plain words."""

SIZES = "(min-width: 40rem) 37rem, 100vw"
"""How wide an image is shown: as wide as the window, at most as wide as a text's longest lines."""

PAGES = {"threads": routes.thread, "digests": routes.digest, "pages": routes.page}
"""The page of a thread, an issue or a free page."""


class UnitFiles:
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
        """What is to be told, and what of it is waived; a record of translations waives nothing."""
        written = (source for name, source in self.files.items() if not name.endswith(TRANSLATIONS))
        return waivers.marked(self.told, written, self.settings.allowed)

    def moment(self, date: datetime | None) -> datetime | None:
        """A date that need not be there, as the site's zone has it."""
        return in_zone(date, self.zone) if date else None

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

    def block(self, name: str, document: markdown.Document, number: int) -> Span:
        """Where a block of a Markdown file stands, by its number (from 0)."""
        source = self.files[name]
        text = text_of(source)[0] or ""
        return place_in(source.path, text, text, document, number)

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

    def comments(self, lang: str) -> tuple[tuple[Comment, ...], list[Text]]:
        """The comments of a thread, rendered, in reading order, and their texts."""
        source = self.files.get("comments.yaml")
        text = self.text(source) if source is not None else None
        if source is None or text is None:
            return (), []
        settings = self.settings
        decoded = decode.comments(source.path, text, lang, settings.languages, self.zone)
        self.told.extend(decoded.diagnostics)
        found = decoded.value or ()
        made, texts, faults = comments.made(found, source.path, text, self.zone, settings.markdown.fast, self.places)
        self.told.extend(faults)
        return made, texts

    def titles(self, name: str, text: str, card: ThreadCard | DigestCard) -> Iterable[Text]:
        """The texts of a YAML file: its title and corrections; `text` is the file's own."""
        path = f"{self.folder}/{name}"

        def made(name: str, of: Localized[str], *trail: str | int) -> Text:
            place = partial(place_under, path, text, trail)
            return Text(name, tuple([(lang, plain(words)) for lang, words in of]), place)

        yield made("title", card.title, "title")
        if isinstance(card, ThreadCard):
            seen: dict[str, int] = {}
            for number, each in enumerate(card.corrections):
                date = each.date.astimezone(UTC).isoformat()
                seen[date] = seen.get(date, 0) + 1
                named = f"correction {date}" + (f"/{seen[date]}" if seen[date] > 1 else "")
                yield made(named, each.text, "corrections", number)

    def texts(self, name: str, stem: str, documents: Sequence[tuple[str, markdown.Document]]) -> Iterable[Text]:
        """The Markdown files of a stem as one text in its languages."""

        def place(lang: str, number: int) -> Span:
            return self.block(f"{stem}.{lang}.md", dict(documents)[lang], number)

        yield Text(name, tuple([(lang, document.blocks) for lang, document in documents]), place)

    def examined(self, texts: Iterable[Text], original: str, accept: str, accepted: Sequence[str]) -> Examined:
        """How the translations of these texts stand; what is to be told of them is."""
        lock = next((each for name, each in self.files.items() if name.endswith(TRANSLATIONS)), None)
        found = examine(texts, self.settings.languages, original, lock, accept, accepted)
        self.told.extend(found.told)
        return found

    def leftovers(self, known: Sequence[str]) -> Iterable[Diagnostic]:
        """Warnings for files that nothing reads."""
        for name, source in self.files.items():
            if name not in known and name not in self.read:
                hint = did_you_mean(name, known)
                yield warning("unused-file", "sitegen does not read this file", Span(source.path), hint)


def paragraphs(document: markdown.Document) -> Paragraphs:
    """A rendered text as it is stored."""
    return Paragraphs(tuple((block.kind, block.html) for block in document.blocks))


# -- places ------------------------------------------------------------------------------------------------------------


def place_of(path: str, text: str, *trail: str | int) -> Span:
    """The place of a value in a YAML file."""
    marks = yamldoc.locate(text, [trail]).get(trail)
    return span_at(path, text, marks.value.line, marks.value.column, marks.value.width) if marks else Span(path)


def line_at(path: str, text: str, line: int) -> Span:
    """A line of a file as a whole."""
    return span_at(path, text, line, 1, len(text.split("\n")[line - 1]))


def place_in(path: str, text: str, part: str, document: markdown.Document, number: int) -> Span:
    """Where a block of a document stands, which is the last `part` of a file's text."""
    return line_at(path, text, text.count("\n", 0, len(text) - len(part)) + line_of(part, document.blocks, number))


def place_under(path: str, text: str, trail: tuple[str | int, ...], lang: str, _: int) -> Span:
    """Where a language's version of a text in a YAML file stands."""
    return place_of(path, text, *trail, lang)


def _same_images(folder: str, names: Iterable[str]) -> Iterable[Diagnostic]:
    """An error for each image whose name another one has, but for case or normal form."""
    seen: dict[str, str] = {}
    for name in names:
        first = seen.setdefault(routes.same_file(name), name)
        if first != name:
            message = f"`{name}` and `{first}` would be one file where case or normal form does not count"
            yield error("duplicate-image", message, Span(f"{folder}/{name}"), "rename one of them")
