"""theme.yaml: which themes a theme extends, and what its options come to on a site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sitegen import contract, options, waivers
from sitegen.decode import Document
from sitegen.diagnostics import Diagnostic, did_you_mean, has_errors
from sitegen.options import Value
from sitegen.shapes import MISSING, Reader, Shape, Trail, quote, wrong
from sitegen.sources import text_of
from sitegen.tasks import Remembered, Source

Declared = Mapping[str, Any]
"""What theme.yaml says of an option: its type, default, meaning and bounds."""

OPTIONS = "theme_options"
"""The key of sitegen.yaml that sets options."""


class _Manifest:
    """A theme's theme.yaml, or none, and what is wrong with it."""

    def __init__(self, source: Source | None):
        self.told: tuple[Diagnostic, ...] = ()
        self.reader = Reader()
        self.values: Mapping[str, Any] = {}
        self.document: Document | None = None
        if source is not None:
            text, self.told = text_of(source)
            self.document = Document(source.path, text or "")
            if not self.document.is_empty():
                values = self.document.read(contract.THEME, self.reader)
                self.values = {} if values is MISSING else values

    def faults(self) -> tuple[Diagnostic, ...]:
        """All that is wrong with it, as far as it was read."""
        return (*self.told, *self.document.decoded(None, self.reader).diagnostics) if self.document else ()


def parse(name: str, themes: tuple[str, ...], manifests: tuple[Source, ...], settings: Source) -> Remembered:
    """The chain of themes that begins with one, and the values of its options on a site.

    `themes` are the names of those that there are, `manifests` all their theme.yaml, `settings` is sitegen.yaml. The
    head, unless a theme.yaml is wrong, is the names of the chain, the site's own theme first, and pairs of option and
    value; of a value that will not do, the default.
    """
    chain = _chain(name, themes, manifests)
    _, shapes, values = _declared(chain)
    told = tuple(one for each in chain.values() for one in each.faults())
    if has_errors(told):
        return Remembered(None, told=told)
    chosen, faults = _chosen(settings, shapes)
    return Remembered(
        (tuple(chain), tuple(sorted({**values, **chosen}.items()))),
        told=waivers.marked((*told, *faults), [*manifests, settings]),
    )


def declared(name: str, themes: tuple[str, ...], manifests: tuple[Source, ...]) -> dict[str, Declared] | None:
    """What a theme and those that it extends declare of each option; None where a theme.yaml is wrong."""
    chain = _chain(name, themes, manifests)
    said, *_ = _declared(chain)
    return None if any(has_errors(each.faults()) for each in chain.values()) else said


def _chain(name: str, themes: tuple[str, ...], manifests: tuple[Source, ...]) -> dict[str, _Manifest]:
    """A theme and those that it extends, each with its theme.yaml."""
    by_theme = {source.path.split("/")[1]: source for source in manifests}
    chain = {name: _Manifest(by_theme.get(name))}
    while (parent := _parent(chain, themes)) is not None:
        chain[parent] = _Manifest(by_theme.get(parent))
    return chain


def _parent(chain: Mapping[str, _Manifest], themes: tuple[str, ...]) -> str | None:
    """The theme that the last one of a chain extends; None where there is none, or it is told what it cannot be."""
    last, reader = list(chain)[-1], chain[list(chain)[-1]].reader
    parent: str | None = chain[last].values.get("extends")
    where: Trail = ((), "extends")
    if parent is None:
        return None
    if parent in chain:
        way = "itself" if parent == last else f"{quote(parent)}, which leads back to it"
        reader.tell("theme-loop", f"the theme {quote(last)} extends {way}", where, "take this line out")
        return None
    if parent not in themes:
        hint = did_you_mean(parent, set(themes) - {last}) or f"there are: {', '.join(themes)}"
        reader.tell("missing-theme", f"there is no theme {quote(parent)}", where, hint)
        return None
    return parent


def _declared(
    chain: Mapping[str, _Manifest],
) -> tuple[dict[str, Declared], dict[str, Shape[Value]], dict[str, Value]]:
    """What is said of each option, its shape and default; what a theme does not say, it has from those it extends."""
    said: dict[str, Declared] = {}
    shapes: dict[str, Shape[Value]] = {}
    values: dict[str, Value] = {}
    for manifest in reversed([*chain.values()]):
        for name, option in manifest.values.get("options", ()):
            said[name] = {**said.get(name, {}), **option}
            where: Trail = (((), "options"), name)
            needs = ("type", "default", "meaning") + (("choices",) if said[name].get("type") == "word" else ())
            missing = [f"`{key}`" for key in needs if key not in said[name]]
            if missing:
                message = f"the option {quote(name)} needs {', '.join(missing)}"
                advice = "a colour has to stand in quotes" if "`default`" in missing else None
                manifest.reader.tell("missing-key", message, where, advice, at="key")
                continue
            shapes[name] = options.shape_of(said[name])
            place = (where, "default") if "default" in option else where
            value = shapes[name].read(said[name]["default"], place, manifest.reader)
            if value is not MISSING:
                values[name] = value
    return said, shapes, values


def _chosen(source: Source, shapes: Mapping[str, Shape[Value]]) -> tuple[dict[str, Value], tuple[Diagnostic, ...]]:
    """What a site sets in its settings, and what is wrong with that."""
    text, _ = text_of(source)  # what is wrong with it as a whole has been told
    document, reader = Document(source.path, text or ""), Reader()
    node = document.node.get(OPTIONS) if isinstance(document.node, dict) else None
    values: dict[str, Value] = {}
    if isinstance(node, dict):
        for name, child in node.items():
            where: Trail = (((), OPTIONS), name)
            if name not in shapes:
                hint = did_you_mean(name, shapes) or f"it has: {', '.join(shapes) or 'none'}"
                reader.tell("unknown-option", f"the theme has no option {quote(name)}", where, hint, at="key")
            elif (value := shapes[name].read(child, where, reader)) is not MISSING:
                values[name] = value
    elif node is not None:
        wrong(contract.SETTINGS.known[OPTIONS].shape, node, ((), OPTIONS), reader, "write `{option: value}`")
    return values, document.decoded(None, reader).diagnostics
