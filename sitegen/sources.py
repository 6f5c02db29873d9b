"""Which source files belong together: a thread's, an issue's, a page's, a theme's. Their paths alone decide."""

from __future__ import annotations

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from unicodedata import normalize

from sitegen.diagnostics import Diagnostic, Span, did_you_mean, error, span_at, warning
from sitegen.tasks import File, Source

IMAGES = frozenset(("avif", "gif", "jpeg", "jpg", "png", "svg", "webp"))
"""Endings of files that a text may show."""

FOLDERS = {"threads": "thread", "digests": "digest"}
"""Folders of content whose folders are one unit each, and what kind that is."""


@dataclass(frozen=True)
class Unit:
    """The files of one thread, issue or page; `images` are names relative to `folder`. The slug is in NFC."""

    kind: str
    slug: str
    folder: str
    files: tuple[File, ...]
    images: tuple[str, ...]


@dataclass(frozen=True)
class Sorted:
    """A project's source files by what they are, the themes' apart."""

    settings: File | None
    units: tuple[Unit, ...]
    glossary: File | None
    diagnostics: tuple[Diagnostic, ...]


def sort(files: Mapping[str, str]) -> Sorted:
    """Sort a project's files (path to fingerprint); told of those that belong to nothing."""
    told: list[Diagnostic] = []
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    single = {"sitegen.yaml": "settings", "content/glossary.yaml": "glossary"}
    for path in files:
        top, _, rest = path.partition("/")
        folder, _, name = rest.partition("/")
        if path in single or top != "content":
            continue
        if folder in FOLDERS and name.count("/") == 1:
            groups[folder, name.partition("/")[0]].append(path)
        elif folder == "pages" and name and "/" not in name:
            groups[folder, name].append(path)
        else:
            told.append(_stray(path, folder, name))
    units = [_unit(folder, name, groups[folder, name], files) for folder, name in groups if folder in FOLDERS]
    pages, faults = _pages([name for folder, name in groups if folder == "pages"], files)

    def found(path: str) -> File | None:
        return File(path, files[path]) if path in files else None

    return Sorted(found("sitegen.yaml"), (*units, *pages), found("content/glossary.yaml"), (*told, *faults))


def theme(files: Mapping[str, str], name: str) -> tuple[tuple[File, ...], tuple[tuple[str, str], ...]]:
    """A theme's templates and strings, and the names of its static files with their fingerprints."""
    prefix = f"themes/{name}/"
    inner = {path.removeprefix(prefix): mark for path, mark in files.items() if path.startswith(prefix)}
    read = (path for path in inner if path.startswith(("templates/", "strings/", "theme.yaml")))
    static = tuple((path.removeprefix("static/"), mark) for path, mark in inner.items() if path.startswith("static/"))
    return tuple(File(prefix + path, inner[path]) for path in read), static


def themes(files: Mapping[str, str]) -> tuple[str, ...]:
    """The names of all themes that there are."""
    return tuple(sorted({path.split("/")[1] for path in files if path.startswith("themes/") and path.count("/") > 1}))


def text_of(source: Source) -> tuple[str | None, tuple[Diagnostic, ...]]:
    """A file's text without its byte order mark and with plain line ends, or None where it is no UTF-8."""
    try:
        text = source.data.decode().removeprefix("\ufeff")
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text, ()
    except UnicodeDecodeError as problem:
        if source.data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            return None, (error("not-utf-8", "the file is UTF-16, not UTF-8", Span(source.path), "save it as UTF-8"),)
        before = source.data[: problem.start].decode("utf-8-sig", "replace")
        line = before.count("\n") + 1
        column = len(before) - (before.rfind("\n") + 1) + 1
        whole = source.data.decode("utf-8-sig", "replace")
        message = f"the file is no UTF-8: byte 0x{source.data[problem.start]:02x}"
        span = span_at(source.path, whole, line, column)
        return None, (error("not-utf-8", message, span, "save it as UTF-8"),)


def _unit(folder: str, name: str, paths: Iterable[str], files: Mapping[str, str]) -> Unit:
    read = tuple(File(path, files[path]) for path in paths if not is_image(path))
    images = tuple(path.rpartition("/")[2] for path in paths if is_image(path))
    return Unit(FOLDERS[folder], normalize("NFC", name), f"content/{folder}/{name}", read, images)


def _pages(names: Iterable[str], files: Mapping[str, str]) -> tuple[list[Unit], list[Diagnostic]]:
    """Pages by slug: `about.ko.md` and `about.en.md` are one; told of names that differ in their normal form alone."""
    texts: dict[str, dict[str, File]] = defaultdict(dict)
    images: list[str] = []
    told: list[Diagnostic] = []
    for name in names:
        path = f"content/pages/{name}"
        stem, _, ending = normalize("NFC", name).rpartition(".")
        slug, _, lang = stem.rpartition(".")
        if is_image(name):
            images.append(name)
        elif ending != "md":
            told.append(warning("unused-file", "sitegen does not read this file", Span(path)))
        elif not slug or not lang:
            hint = f"call it `{stem or 'page'}.<lang>.md`, as in `about.ko.md`"
            told.append(error("missing-language", "the file name says no language", Span(path), hint))
        elif twin := texts[slug].get(lang):
            message = f"this file and {twin.path} have one name in two normal forms of Unicode"
            told.append(error("duplicate-slug", message, Span(path), "delete one of them"))
        else:
            texts[slug][lang] = File(path, files[path])
    units = [Unit("page", slug, "content/pages", tuple(found.values()), tuple(images)) for slug, found in texts.items()]
    return units, told


def _stray(path: str, folder: str, name: str) -> Diagnostic:
    if folder in FOLDERS and name.count("/") > 1:
        return warning("unused-file", "sitegen does not read folders inside this one", Span(path))
    if folder in (*FOLDERS, "pages") and not name:
        return error("not-a-folder", "this is a file, and a folder is expected here", Span(path))
    if folder in FOLDERS:
        advice = f"a {FOLDERS[folder]} is a folder with a {FOLDERS[folder]}.yaml in it"
        return warning("unused-file", "sitegen does not read this file", Span(path), advice)
    hint = did_you_mean(path, ("content/glossary.yaml",)) or did_you_mean(folder, ("threads", "digests", "pages"))
    return warning("unused-file", "sitegen does not read this file", Span(path), hint)


def is_image(path: str) -> bool:
    """Whether a file is one that a text may show."""
    return path.rpartition(".")[2].lower() in IMAGES
