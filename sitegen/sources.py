"""Which source files belong together: a thread's, an issue's, a page's, a theme's. Their paths alone decide."""

from __future__ import annotations

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize

from sitegen.diagnostics import Diagnostic, Span, did_you_mean, error, span_at, warning
from sitegen.files import fingerprint, nth
from sitegen.scan import Listing, Tree
from sitegen.tasks import File, Files, Source, Stored

IMAGES = frozenset(("avif", "gif", "jpeg", "jpg", "png", "svg", "webp"))
"""Endings of files that a text may show."""

GLOSSARY = "content/glossary.yaml"

LOCK = "ids.lock"

LINKS = "links.lock"

TRANSLATIONS = "translations.lock"
"""The file beside texts that tells what their translations were made from; of a page, with its slug in front."""

FOLDERS = {"threads": "thread", "digests": "digest"}
"""Folders of content whose folders are one unit each, and what kind that is."""

KINDS = ("templates", "static", "strings")
"""Folders of a theme."""


class Unit(NamedTuple):
    """The files of one thread or issue; `images` are names relative to `folder`."""

    folder: str
    images: tuple[str, ...]
    files: Files

    @property
    def slots(self) -> tuple[str, str]:
        """The names under which its body and its text for feeds are stored."""
        return self.folder, f"{self.folder} in feeds"

    @property
    def kind(self) -> str:
        """`thread` or `digest`."""
        return FOLDERS[self.folder.split("/")[1]]

    @property
    def name(self) -> str:
        """What it is called beside all others."""
        return self.folder.removeprefix("content/")

    @property
    def lock(self) -> str:
        """The path of what tells how its translations were made."""
        return f"{self.folder}/{TRANSLATIONS}"


class PageUnit(NamedTuple):
    """The files of one free page; `images` are those of all pages. The slug is in NFC."""

    folder: str
    slug: str
    images: tuple[str, ...]
    files: Files

    @property
    def slots(self) -> tuple[str]:
        """The name under which its body is stored."""
        return (f"{self.folder}/{self.slug}",)

    @property
    def name(self) -> str:
        """What it is called beside all others."""
        return f"pages/{self.slug}"

    @property
    def lock(self) -> str:
        """The path of what tells how its translations were made."""
        found = [name for name in self.files.names if name.endswith(TRANSLATIONS)]
        return f"{self.folder}/{found[0] if found else f'{self.slug}.{TRANSLATIONS}'}"


def translations_in(unit: Unit | PageUnit, tails: Sequence[Stored]) -> tuple[Stored | None, Stored | None]:
    """Of what is stored of a unit: how its translations stand, and its lock, where that is to be written."""
    states, lock, *_ = (*tails[1 + len(unit.slots) :], None, None)
    return states, lock


class ThemeFiles(NamedTuple):
    """The files of a theme and of those that it extends.

    `read` has templates, strings and style sheets, folder by folder, `static` the paths of all static files with their
    fingerprints, `own` the paths of all files that are the project's and did not come with sitegen.
    """

    read: tuple[Files, ...]
    static: tuple[tuple[str, str], ...]
    own: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]


class Sorted(NamedTuple):
    """A project's source files by what they are, the themes' apart."""

    settings: File | None
    lock: File | None
    links: File | None
    threads: tuple[Unit, ...]
    digests: tuple[Unit, ...]
    pages: tuple[PageUnit, ...]
    glossary: File | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def units(self) -> tuple[Unit | PageUnit, ...]:
        """All threads, issues and pages, in this order."""
        return (*self.threads, *self.digests, *self.pages)


def sort(tree: Tree) -> Sorted:
    """Sort a project's files; told of those that belong to nothing."""
    told: list[Diagnostic] = []
    units: dict[str, list[Unit]] = {folder: [] for folder in FOLDERS}
    pages: list[PageUnit] = []
    for path, listing in tree.folders.items():
        top, _, rest = path.partition("/")
        folder, _, name = rest.partition("/")
        if top != "content":
            continue
        if folder in units and name and "/" not in name:
            units[folder].append(Unit(path, *_divided(path, listing)))
        elif rest == "pages":
            pages, faults = _pages(path, listing)
            told.extend(faults)
        else:
            strays = (f"{path}/{each}" for each in listing.names)
            told.extend(_stray(each) for each in strays if each != GLOSSARY)
    return Sorted(
        _file(tree, "sitegen.yaml"),
        _file(tree, LOCK),
        _file(tree, LINKS),
        tuple(units["threads"]),
        tuple(units["digests"]),
        tuple(pages),
        _file(tree, GLOSSARY),
        tuple(told),
    )


def images(found: Sorted) -> tuple[str, ...]:
    """The paths of all images beside texts."""
    return tuple(dict.fromkeys(f"{unit.folder}/{name}" for unit in found.units for name in unit.images))


def theme(tree: Tree, chain: Sequence[str]) -> ThemeFiles:
    """The files of a theme and of those that it extends; told of those that no theme can have."""
    read: list[Files] = []
    static: list[tuple[str, str]] = []
    own: list[str] = []
    told: list[Diagnostic] = []
    for folder, listing in tree.folders.items():
        if folder != "themes" and not folder.startswith("themes/"):
            continue
        _, name, kind, *deeper = (*folder.split("/"), "", "")
        mine = [path for each in listing.names if (path := f"{folder}/{each}") not in tree.shipped]
        if name not in chain:
            told += _unused_theme(tree, name, mine, chain)
        elif kind not in KINDS:
            told += _stray_in_theme(name, kind, mine)
        elif kind == "strings":
            words = [each for each in listing.names if each.endswith(".yaml")] if not deeper[0] else []
            read += [_files(folder, listing, words)] if words else []
            hint = "call it `<lang>.yaml`, as in `ko.yaml`, and put it straight into `strings/`"
            told += (_unused(path, hint) for path in mine if path.rpartition("/")[2] not in words)
        elif kind == "templates":
            read.append(_all(folder, listing))
        else:
            sheets = [each for each in listing.names if each.endswith(".css")]
            read += [_files(folder, listing, sheets)] if sheets else []
            static += [(f"{folder}/{each}", nth(listing.marks, n)) for n, each in enumerate(listing.names)]
        own += mine if name in chain else ()
    return ThemeFiles(tuple(read), tuple(static), tuple(own), tuple(dict.fromkeys(told)))


def _unused_theme(tree: Tree, name: str, mine: Sequence[str], chain: Sequence[str]) -> Iterator[Diagnostic]:
    """Files of the project's that the site's theme does not use, unless they are a theme of their own."""
    if not name:
        yield from (_unused(path, "a theme is a folder in here") for path in mine)
    elif mine and ((whole := f"themes/{name}/theme.yaml") in tree.shipped or tree.fingerprint_of(whole) is None):
        hint = did_you_mean(name, chain) or f"the theme of the site is `{chain[0]}`"
        yield warning("unused-file", "the theme of the site uses nothing in this folder", Span(f"themes/{name}"), hint)


def _stray_in_theme(name: str, kind: str, mine: Sequence[str]) -> Iterator[Diagnostic]:
    """Files of the project's beside the folders of a theme, but for its theme.yaml and what people read."""
    if kind and mine:
        hint = did_you_mean(kind, KINDS) or f"a theme has the folders {', '.join(f'`{each}`' for each in KINDS)}"
        yield warning("unused-file", "sitegen does not read this folder", Span(f"themes/{name}/{kind}"), hint)
    for path in mine if not kind else ():
        file = path.rpartition("/")[2]
        if file != "theme.yaml" and "." in file and not file.endswith((".md", ".txt")):
            folder = {"html": "templates", "yaml": "strings"}.get(file.rpartition(".")[2], "static")
            yield _unused(path, did_you_mean(file, ("theme.yaml",)) or f"does it belong in `{folder}/`?")


def manifests(tree: Tree) -> tuple[File, ...]:
    """The theme.yaml of every theme that has one."""
    found = (_file(tree, f"themes/{name}/theme.yaml") for name in themes(tree))
    return tuple(each for each in found if each is not None)


def themes(tree: Tree) -> tuple[str, ...]:
    """The names of all themes that there are."""
    return tuple(sorted({folder.split("/")[1] for folder in tree.folders if folder.startswith("themes/")}))


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


def _file(tree: Tree, path: str) -> File | None:
    mark = tree.fingerprint_of(path)
    return File(path, mark) if mark is not None else None


def _divided(folder: str, listing: Listing) -> tuple[tuple[str, ...], Files]:
    """The names of a folder's images, and its other files."""
    images, others = _parted(listing.names)
    return images, _files(folder, listing, others) if images else _all(folder, listing)


@lru_cache(maxsize=1024)
def _parted(names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of images, and the others."""
    images = tuple(name for name in names if is_image(name))
    return images, tuple(name for name in names if name not in images)


def _all(folder: str, listing: Listing) -> Files:
    """All of a folder's files."""
    return Files(folder, listing.names, listing.marks, listing.fingerprint)


def _files(folder: str, listing: Listing, names: Iterable[str]) -> Files:
    """Some of a folder's files."""
    marks = {name: nth(listing.marks, listing.names.index(name)) for name in names}
    whole = "\n".join(f"{name}\0{mark}" for name, mark in marks.items())
    mark = fingerprint(whole.encode("utf-8", "surrogateescape"))
    return Files(folder, tuple(marks), "".join(marks.values()), mark)


def _pages(folder: str, listing: Listing) -> tuple[list[PageUnit], list[Diagnostic]]:
    """Pages by slug: `about.ko.md` and `about.en.md` are one; told of names that differ in their normal form alone."""
    texts: dict[str, dict[str, str]] = defaultdict(dict)
    images: list[str] = []
    locks: dict[str, str] = {}
    told: list[Diagnostic] = []
    for name in listing.names:
        path = f"{folder}/{name}"
        stem, _, ending = normalize("NFC", name).rpartition(".")
        slug, _, lang = stem.rpartition(".")
        if is_image(name):
            images.append(name)
        elif normalize("NFC", name).endswith(f".{TRANSLATIONS}"):
            locks[normalize("NFC", name).removesuffix(f".{TRANSLATIONS}")] = name
        elif ending != "md":
            told.append(_unused(path))
        elif not slug or not lang:
            hint = f"call it `{stem or 'page'}.<lang>.md`, as in `about.ko.md`"
            told.append(error("missing-language", "the file name says no language", Span(path), hint))
        elif twin := texts[slug].get(lang):
            message = f"this file and {folder}/{twin} have one name in two normal forms of Unicode"
            told.append(error("duplicate-slug", message, Span(path), "delete one of them"))
        else:
            texts[slug][lang] = name
    lost = "no page is called so: rename it with its page, or delete it"
    told += (_unused(f"{folder}/{name}", lost) for slug, name in locks.items() if slug not in texts)
    units = [
        PageUnit(
            folder, slug, tuple(images), _files(folder, listing, [*found.values(), *filter(None, [locks.get(slug)])])
        )
        for slug, found in texts.items()
    ]
    return units, told


def _stray(path: str) -> Diagnostic:
    _, folder, *inner = path.split("/")
    if folder in FOLDERS and len(inner) > 2:
        return warning("unused-file", "sitegen does not read folders inside this one", Span(path))
    if folder in (*FOLDERS, "pages") and not inner:
        return error("not-a-folder", "this is a file, and a folder is expected here", Span(path))
    if folder in FOLDERS:
        advice = f"a {FOLDERS[folder]} is a folder with a {FOLDERS[folder]}.yaml in it"
        return _unused(path, advice)
    hint = did_you_mean(path, (GLOSSARY,)) or did_you_mean(folder, ("threads", "digests", "pages"))
    return _unused(path, hint)


def _unused(path: str, hint: str | None = None) -> Diagnostic:
    return warning("unused-file", "sitegen does not read this file", Span(path), hint)


def is_image(path: str) -> bool:
    """Whether a file is one that a text may show."""
    return not path.endswith((".yaml", ".md")) and path.rpartition(".")[2].lower() in IMAGES


def no_settings() -> Diagnostic:
    """What a folder that is no project is told."""
    hint = "go to the folder that has it or name it, or make a site with `sitegen new site my-digest`"
    return error("no-site", "there is no sitegen.yaml here", Span("sitegen.yaml"), hint)
