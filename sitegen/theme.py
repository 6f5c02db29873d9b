"""A theme as a value: its templates, its words in each language, its static files and its options."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING

from sitegen import bundles, options
from sitegen.bundles import Bundle, Templates
from sitegen.diagnostics import Diagnostic, Span, did_you_mean, error, has_errors, warning
from sitegen.files import fingerprint
from sitegen.layers import Layers
from sitegen.options import Value
from sitegen.record import comparable
from sitegen.shapes import MISTAKEN_LANGUAGES
from sitegen.sources import text_of
from sitegen.strings import Strings
from sitegen.tasks import Remembered, Source

if TYPE_CHECKING:  # whoever edits a text has a theme that was read before
    from sitegen.sheets import Sheet

TEMPLATES = (
    "archive.html",
    "digest.html",
    "digests.html",
    "glossary.html",
    "home.html",
    "languages.html",
    "not_found.html",
    "page.html",
    "parallel.html",
    "search.html",
    "subscribe.html",
    "thread.html",
    "topic.html",
    "topics.html",
)
"""One template for each kind of view."""

FEED_STYLE = "feed.css"
"""The static file for those who open a feed in a browser, where a theme has one."""


@comparable
class Static:
    """A static file: its name, the name that it is published under, its path, and its text, where that is filled in."""

    name: str
    named: str
    path: str
    text: str | None = None


@comparable
class Theme:
    """Templates by path, the path of the template for each kind of view, words by language, static files, options."""

    templates: dict[str, bundles.Template]
    views: dict[str, str]
    strings: dict[str, Strings]
    static: tuple[Static, ...]
    options: tuple[tuple[str, Value], ...]

    def bundle(self, template: str, addresses: Mapping[str, str]) -> Bundle:
        """The bundle of the template for a kind of view; `addresses` has those of static files by published names."""
        paths = bundles.reach(self.views[template], self.templates)
        calls = {name: path for each in paths for name, path in self.templates[each].calls}
        assets = {each.name: addresses[each.named] for each in self.static}
        values = dict(self.options)
        return Bundle(
            template,
            tuple(sorted({**calls, template: self.views[template]}.items())),
            tuple((path, self.templates[path].source) for path in paths),
            tuple((path, self.templates[path].module) for path in paths),
            tuple((name, assets[name]) for name in bundles.asked("asset", paths, self.templates, assets)),
            tuple((name, values[name]) for name in bundles.asked("options", paths, self.templates, values)),
        )


def fingerprinted(name: str, mark: str) -> str:
    """`style.css` as `style.1f2e3d4c.css`, so that it may be cached for ever."""
    stem, dot, ending = name.rpartition(".")
    return f"{stem or ending}.{mark[:8]}{dot}{ending}" if dot else f"{name}.{mark[:8]}"


def parse(
    themes: tuple[str, ...],
    languages: tuple[str, ...],
    values: tuple[tuple[str, Value], ...],
    folders: tuple[tuple[Source, ...], ...],
    static: tuple[tuple[str, str], ...],
    own: tuple[str, ...],
) -> Remembered:
    """Read a theme, whose name comes first in `themes`, and those that it extends.

    `values` are those of its options, `folders` has its templates, strings and style sheets, `static` the paths of its
    static files with fingerprints; `own` are the paths of those files that are the project's. The one tail, unless
    there are errors, is a `Theme`.
    """
    from sitegen import template_files, words

    texts: dict[str, str] = {}
    strings: list[Source] = []
    told: list[Diagnostic] = []
    faults: Iterable[Diagnostic]
    for source in chain.from_iterable(folders):
        if source.path.split("/")[2] == "strings":
            strings.append(source)
        else:
            text, faults = text_of(source)
            texts[source.path] = text or ""
            told += faults
    layers = Layers(themes, "templates", texts)
    templates, faults = template_files.read(layers, texts)
    told += faults
    views = {name: path for name in TEMPLATES if (path := layers.find(name)) is not None}
    told += _missing(themes[0], layers)
    used = {each for path in views.values() for each in bundles.reach(path, templates)}
    whole = not has_errors(told)  # else it is not known what else they ask for
    files = Layers(themes, "static", [path for path, _ in static])
    published, shown, faults = _static(files, dict(static), texts, values)
    told += (*faults, *_unknown(used, templates, files, values))
    if whole:
        named = bundles.asked("asset", used, templates, files.names)
        named = (*named, FEED_STYLE)
        told += (*_unused(own, used, templates, layers), *_unused_static(own, named, files, shown))
    uses = tuple(use for path in sorted(used) for use in templates[path].uses if use.kind == "t")
    certain = whole and not any("t" in templates[path].open for path in used)
    spoken, faults = words.read(themes, strings, languages, words.Asked(uses, certain))
    told += (*faults, *_mistaken(own))
    made = Theme({path: templates[path] for path in sorted(used)}, views, spoken, published, values)
    return Remembered(None, () if has_errors(told) else (made,), tuple(told))


def _missing(theme: str, layers: Layers) -> Iterator[Diagnostic]:
    """Kinds of views without a template."""
    others = set(layers.names).difference(TEMPLATES)
    for name in TEMPLATES:
        if layers.find(name) is None:
            hint = (
                did_you_mean(name, others) or "write `extends: digest` in theme.yaml, or copy that of the default theme"
            )
            yield error("missing-template", f"the theme has no template `{name}`", Span(f"themes/{theme}"), hint)


def _static(
    layers: Layers, marks: Mapping[str, str], texts: Mapping[str, str], values: Iterable[tuple[str, Value]]
) -> tuple[tuple[Static, ...], dict[str, frozenset[str]], list[Diagnostic]]:
    """The static files, the paths of those that each style sheet imports or shows, and what is wrong with these."""
    from sitegen.sheets import Sheets

    named = {path: fingerprinted(_name(path), mark) for path, mark in marks.items() if path not in texts}
    filled = {name: options.css(value) for name, value in values}
    sheets = Sheets(layers, {path: texts[path] for path in marks if path in texts}, named, filled)
    published: list[Static] = []
    read: dict[str, Sheet] = {}
    for name, path in layers.paths():
        if path in named:
            published.append(Static(name, named[path], path))
        else:
            sheet = read[path] = sheets.read(path)
            published.append(Static(name, fingerprinted(name, fingerprint(sheet.text.encode())), path, sheet.text))
    shown = {path: sheet.used for path, sheet in read.items()}
    return tuple(published), shown, [one for sheet in read.values() for one in sheet.told]


def _unknown(
    used: Iterable[str], templates: Templates, files: Layers, values: Iterable[tuple[str, Value]]
) -> Iterator[Diagnostic]:
    """Static files and options that templates ask for and the theme does not have."""
    known = {name for name, _ in values}
    for use in (use for path in sorted(used) for use in templates[path].uses):
        if use.kind == "asset" and use.name not in files.names:
            hint = did_you_mean(use.name, files.names)
            yield error("missing-asset", f"the theme has no static file `{use.name}`", use.place, hint)
        elif use.kind == "options" and use.name not in known:
            hint = did_you_mean(use.name, known)
            yield error("unknown-option", f"the theme has no option `{use.name}`", use.place, hint)


# -- files that nothing uses -------------------------------------------------------------------------------------------


def _unused(own: Iterable[str], used: set[str], templates: Templates, layers: Layers) -> Iterator[Diagnostic]:
    """Templates of the project's that no view reaches, nor would if no other theme's stood before them."""
    same = (path for path in templates if layers.find(_name(path)) in used)
    reached = used.union(each for path in same for each in bundles.reach(path, templates))
    for path in own:
        if path in templates and path not in reached:
            hint = did_you_mean(_name(path), {*TEMPLATES, *layers.names} - {_name(path)})
            yield warning("unused-file", "no page is made with this template", Span(path), hint)


def _unused_static(
    own: Iterable[str], named: Collection[str], files: Layers, shown: Mapping[str, frozenset[str]]
) -> Iterator[Diagnostic]:
    """Static files of the project's that neither templates nor style sheets name."""
    linked = {path for name in named if (path := files.find(name)) is not None}
    linked |= {each for path in linked for each in shown.get(path, ())}
    for path in own:
        if path.split("/")[2] == "static" and path not in linked and files.find(_name(path)) not in linked:
            hint = did_you_mean(_name(path), set(named) - {_name(path)})
            yield warning("unused-file", "no template or style sheet names this file", Span(path), hint)


def _name(path: str) -> str:
    """What a template or static file is called, given its path."""
    return path.split("/", 3)[3]


def _mistaken(own: Iterable[str]) -> Iterator[Diagnostic]:
    """Strings of the project's that go by a country's code."""
    for path in own:
        lang = path.rpartition("/")[2].removesuffix(".yaml")
        if path.split("/")[2] == "strings" and lang in MISTAKEN_LANGUAGES:
            hint = f"did you mean `{MISTAKEN_LANGUAGES[lang]}.yaml`?"
            yield warning("unused-file", f"`{lang}` is no language", Span(path), hint)
