"""Which source files belong together: a thread's, an issue's, a page's, a theme's. Their paths alone decide."""

from __future__ import annotations

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from unicodedata import normalize

from sitegen.diagnostics import Diagnostic, Span, did_you_mean, error, span_at, warning
from sitegen.tasks import File, Files, Source

IMAGES = frozenset(("avif", "gif", "jpeg", "jpg", "png", "svg", "webp"))
"""Endings of files that a text may show."""

FOLDERS = {"threads": "thread", "digests": "digest"}
"""Folders of content whose folders are one unit each, and what kind that is."""


class Unit(NamedTuple):
    """The files of one thread or issue; `images` are names relative to `folder`."""

    folder: str
    images: tuple[str, ...]
    files: Files


class PageUnit(NamedTuple):
    """The files of one free page; `images` are those of all pages. The slug is in NFC."""

    folder: str
    slug: str
    images: tuple[str, ...]
    files: Files


@dataclass(frozen=True)
class Sorted:
    """A project's source files by what they are, the themes' apart."""

    settings: File | None
    threads: tuple[Unit, ...]
    digests: tuple[Unit, ...]
    pages: tuple[PageUnit, ...]
    glossary: File | None
    diagnostics: tuple[Diagnostic, ...]


def sort(files: Mapping[str, str]) -> Sorted:
    """Sort a project's files (path to fingerprint); told of those that belong to nothing."""
    told: list[Diagnostic] = []
    groups: dict[str, dict[str, list[str]]] = {folder: defaultdict(list) for folder in FOLDERS}
    pages: list[str] = []
    for path in files:
        top, _, rest = path.partition("/")
        if top != "content" or path == "content/glossary.yaml":
            continue
        folder, _, name = rest.partition("/")
        unit, _, inner = name.partition("/")
        if folder in groups and inner and "/" not in inner:
            groups[folder][unit].append(path)
        elif folder == "pages" and name and not inner:
            pages.append(name)
        else:
            told.append(_stray(path, folder, name))
    threads, digests = (
        tuple(_unit(f"content/{folder}/{name}", paths, files) for name, paths in found.items())
        for folder, found in groups.items()
    )
    free, faults = _pages(pages, files)

    def found(path: str) -> File | None:
        return File(path, files[path]) if path in files else None

    return Sorted(
        found("sitegen.yaml"), threads, digests, tuple(free), found("content/glossary.yaml"), (*told, *faults)
    )


def theme(files: Mapping[str, str], name: str) -> tuple[Files, tuple[tuple[str, str], ...]]:
    """A theme's templates and strings, and the names of its static files with their fingerprints."""
    prefix = f"themes/{name}/"
    inner = {path.removeprefix(prefix): mark for path, mark in files.items() if path.startswith(prefix)}
    read = (prefix + path for path in inner if path.startswith(("templates/", "strings/", "theme.yaml")))
    static = tuple((path.removeprefix("static/"), mark) for path, mark in inner.items() if path.startswith("static/"))
    return _files(read, files), static


def themes(files: Mapping[str, str]) -> tuple[str, ...]:
    """The names of all themes that there are."""
    return tuple(sorted({path.split("/")[1] for path in files if path.startswith("themes/") and path.count("/") > 1}))


def text_of(source: Source) -> tuple[str | None, tuple[Diagnostic, ...]]:
    """A file's text without its byte order mark and with plain line ends, or None where it is no UTF-8."""
    try:
        return source.data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n"), ()
    except UnicodeDecodeError as problem:
        if source.data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            return None, (error("not-utf-8", "the file is UTF-16, not UTF-8", Span(source.path), "save it as UTF-8"),)
        before = source.data[: problem.start].decode("utf-8", "replace")
        line = before.count("\n") + 1
        column = len(before) - (before.rfind("\n") + 1) + 1
        whole = source.data.decode("utf-8", "replace")
        message = f"the file is no UTF-8: byte 0x{source.data[problem.start]:02x}"
        span = span_at(source.path, whole, line, column)
        return None, (error("not-utf-8", message, span, "save it as UTF-8"),)


def _unit(folder: str, paths: Sequence[str], files: Mapping[str, str]) -> Unit:
    images = tuple(path for path in paths if is_image(path))
    read = tuple(path for path in paths if path not in images) if images else tuple(paths)
    return Unit(folder, tuple(path.rpartition("/")[2] for path in images), _files(read, files))


def _files(paths: Iterable[str], files: Mapping[str, str]) -> Files:
    paths = tuple(paths)
    return Files(paths, tuple(map(files.__getitem__, paths)))


def _pages(names: Iterable[str], files: Mapping[str, str]) -> tuple[list[PageUnit], list[Diagnostic]]:
    """Pages by slug: `about.ko.md` and `about.en.md` are one; told of names that differ in their normal form alone."""
    texts: dict[str, dict[str, str]] = defaultdict(dict)
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
            message = f"this file and {twin} have one name in two normal forms of Unicode"
            told.append(error("duplicate-slug", message, Span(path), "delete one of them"))
        else:
            texts[slug][lang] = path
    every = tuple(images)
    units = [PageUnit("content/pages", slug, every, _files(found.values(), files)) for slug, found in texts.items()]
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
    return not path.endswith((".yaml", ".md")) and path.rpartition(".")[2].lower() in IMAGES
