"""A theme as a value: its templates, its words in each language, and the names of its static files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from jinja2 import TemplateSyntaxError, meta, nodes

from sitegen import yamldoc
from sitegen.diagnostics import Diagnostic, Span, did_you_mean, error, has_errors, span_at, warning
from sitegen.record import comparable
from sitegen.sources import text_of
from sitegen.strings import Strings
from sitegen.tasks import Remembered, Source
from sitegen.templates import careful, compiled

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

MANIFEST = frozenset(("name",))
"""The keys of theme.yaml."""

QUOTED = re.compile(r"['`]([^'`]+)['`]")


@comparable
class Bundle:
    """A template with all that it can reach: its name, sources and compiled modules by name, and where the theme lives.

    `assets` maps a static file's name to its address; `path` is the theme's folder, for diagnostics.
    """

    name: str
    path: str
    sources: tuple[tuple[str, str], ...]
    modules: tuple[tuple[str, bytes], ...]
    assets: tuple[tuple[str, str], ...]


@comparable
class Theme:
    """Templates, compiled and with what each reaches, words by language, and static files.

    A static file is its name and its name with fingerprint.
    """

    name: str
    sources: dict[str, str]
    modules: dict[str, bytes]
    reach: dict[str, tuple[str, ...]]
    strings: dict[str, Strings]
    static: tuple[tuple[str, str], ...]

    def bundle(self, template: str, addresses: Mapping[str, str]) -> Bundle:
        """A template's bundle; `addresses` maps static files' fingerprinted names to addresses."""
        reach = self.reach[template]
        sources = tuple((name, self.sources[name]) for name in reach)
        modules = tuple((name, self.modules[name]) for name in reach)
        assets = tuple((name, addresses[named]) for name, named in self.static)
        return Bundle(template, f"themes/{self.name}", sources, modules, assets)


def fingerprinted(name: str, fingerprint: str) -> str:
    """`style.css` as `style.1f2e3d4c.css`, so that it may be cached for ever."""
    stem, dot, ending = name.rpartition(".")
    return f"{stem or ending}.{fingerprint[:8]}{dot}{ending}" if dot else f"{name}.{fingerprint[:8]}"


def place(path: str, text: str, line: int, message: str) -> Span:
    """The place of a fault on a line: the last word that the message quotes and the line holds, else the whole line."""
    source = (text.split("\n", line) + [""] * line)[line - 1]
    quoted = [re.search(rf"(?<!\w){re.escape(word)}(?!\w)", source) for word in QUOTED.findall(message)]
    found = next((each for each in reversed(quoted) if each), None) or re.search(r"\S(?:.*\S)?", source)
    column, end = found.span() if found else (0, 1)
    return span_at(path, text, line, column + 1, end - column)


def parse(
    name: str, languages: tuple[str, ...], folders: tuple[tuple[Source, ...], ...], static: tuple[tuple[str, str], ...]
) -> Remembered:
    """Read a theme: `folders` has its templates and strings, `static` its other files' names with fingerprints.

    The one tail, unless there are errors, is a `Theme`.
    """
    folder = f"themes/{name}"
    templates: dict[str, str] = {}
    words: dict[str, Source] = {}
    told: list[Diagnostic] = []
    faults: Iterable[Diagnostic]
    for source in chain.from_iterable(folders):
        inner = source.path.removeprefix(f"{folder}/")
        top, _, rest = inner.partition("/")
        if top == "templates":
            text, faults = text_of(source)
            templates[rest] = text or ""
            told.extend(faults)
        elif inner == "theme.yaml":
            told.extend(_manifest_faults(source))
        elif top == "strings" and rest.endswith(".yaml"):
            words[rest.removesuffix(".yaml")] = source
    modules, reach, faults = _compiled(templates, folder)
    told.extend(faults)
    strings, faults = _strings(words, languages, folder)
    told.extend(faults)
    others = set(templates).difference(TEMPLATES)
    for missing in (each for each in TEMPLATES if each not in templates):
        hint = did_you_mean(missing, others) or "copy it from the default theme"
        told.append(error("missing-template", f"the theme has no template `{missing}`", Span(folder), hint))
    named = tuple((each, fingerprinted(each, mark)) for each, mark in static)
    failed = has_errors(told)
    return Remembered(None, () if failed else (Theme(name, templates, modules, reach, strings, named),), tuple(told))


def _compiled(
    templates: Mapping[str, str], folder: str
) -> tuple[dict[str, bytes], dict[str, tuple[str, ...]], list[Diagnostic]]:
    """Each template compiled, and all that it includes, extends or imports, itself first; and the faults."""
    jinja = careful({}, folder)
    modules: dict[str, bytes] = {}
    direct: dict[str, dict[str, Span]] = {name: {} for name in templates}
    told: list[Diagnostic] = []
    for name, text in sorted(templates.items()):
        path = f"{folder}/templates/{name}"
        try:
            tree = jinja.parse(text, name)
            modules[name] = compiled(tree, name, path)
        except TemplateSyntaxError as problem:
            message = str(problem.message)
            told.append(error("template-syntax", message, place(path, text, problem.lineno, message)))
            continue
        except (SyntaxError, RecursionError) as problem:
            told.append(error("template-syntax", f"Python cannot run it ({problem})", Span(path), "nest it less"))
            continue
        for node in tree.find_all((nodes.Include, nodes.Extends, nodes.Import, nodes.FromImport)):
            for target in meta.find_referenced_templates(nodes.Template([node], lineno=node.lineno)):
                span = place(path, text, node.lineno, f"`{target}`")
                if target is None:
                    told.append(error("template-name", "a template has to be named by a plain string", span))
                elif target not in templates:
                    hint = did_you_mean(target, templates)
                    told.append(error("template-missing", f"there is no template `{target}`", span, hint))
                else:
                    direct[name].setdefault(target, span)
    reach = {name: _from(name, direct) for name in templates}
    for name in sorted(templates):
        for target, span in direct[name].items():
            if name in (target, *reach[target]) and name == min(each for each in reach[name] if name in reach[each]):
                way = "itself" if target == name else f"`{target}`, which leads back to it"
                told.append(error("template-loop", f"the template `{name}` includes {way}", span))
    return modules, reach, told


def _from(name: str, direct: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """A template and all that it can reach."""
    seen = {name}
    todo = list(direct[name])
    while todo:
        if (each := todo.pop()) not in seen:
            seen.add(each)
            todo.extend(direct[each])
    return (name, *sorted(seen - {name}))


def _manifest_faults(source: Source) -> Iterable[Diagnostic]:
    """What is wrong with theme.yaml, which holds the theme's name and nothing else as yet."""
    text, faults = text_of(source)
    yield from faults
    node, problems = yamldoc.load(text or "")
    yield from _yaml_faults(source.path, text or "", problems)
    if isinstance(node, dict):
        for key in node.keys() - MANIFEST:
            span = span_at(source.path, text or "", yamldoc.locate(text or "", [(key,)])[key,].value.line, 1)
            yield error("unknown-key", f"a theme has no key `{key}`", span, did_you_mean(key, MANIFEST))


def _yaml_faults(path: str, text: str, faults: Iterable[yamldoc.Fault]) -> Iterable[Diagnostic]:
    for one in faults:
        tell = warning if one.warning else error
        yield tell(one.code, one.message, span_at(path, text, one.line, one.column, one.width), one.help)


def _strings(
    words: Mapping[str, Source], languages: Sequence[str], folder: str
) -> tuple[dict[str, Strings], list[Diagnostic]]:
    """The words of each language; told where a language or a key is missing."""
    told: list[Diagnostic] = []
    texts: dict[str, dict[str, yamldoc.Node]] = {}
    for lang, source in sorted(words.items()):
        text, faults = text_of(source)
        told.extend(faults)
        if text is None:
            continue
        node, problems = yamldoc.load(text)
        told.extend(_yaml_faults(source.path, text, problems))
        if isinstance(node, dict):
            texts[lang] = node
        elif not problems:
            told.append(error("wrong-type", "a map of keys and texts is expected", Span(source.path)))
    for lang in (each for each in languages if each not in words):
        hint = f"copy one of its strings files to {folder}/strings/{lang}.yaml in the project and translate it"
        place = Span(f"{folder}/strings")
        told.append(error("missing-strings", f"the theme has no words for `{lang}`", place, hint))
    told.extend(_missing_keys({lang: texts[lang] for lang in languages if lang in texts}, words))
    names = {lang: str(each.get("language_name", lang)) for lang, each in texts.items()}
    shown = {lang: names.get(lang, lang) for lang in languages}
    strings = {lang: Strings(lang, texts[lang], shown) for lang in languages if lang in texts}
    for lang, each in strings.items():
        place = Span(words[lang].path)
        told.extend(error("missing-string", fault, place, "see the default theme's strings") for fault in each.faults())
    return strings, told


def _missing_keys(texts: Mapping[str, Mapping[str, object]], words: Mapping[str, Source]) -> Iterable[Diagnostic]:
    every = dict.fromkeys(key for each in texts.values() for key in each)
    for lang, each in texts.items():
        for key in (key for key in every if key not in each):
            yield error("missing-string", f"there is no text `{key}` in `{lang}`", Span(words[lang].path))
