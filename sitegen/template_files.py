"""A theme's templates, read: compiled, with what each includes, extends, imports, and asks of the rest of the theme."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from jinja2 import TemplateSyntaxError, meta, nodes

from sitegen.bundles import Template, Templates, Use, place, reach
from sitegen.diagnostics import Diagnostic, Span, did_you_mean, error
from sitegen.layers import Layers
from sitegen.templates import careful, compiled

KINDS = {"t": "t", "strings_of": "t", "asset": "asset", "options": "options"}
"""What a template asks its theme for: texts, addresses of static files, options."""


def read(layers: Layers, texts: Mapping[str, str]) -> tuple[dict[str, Template], list[Diagnostic]]:
    """All templates by path, and what is wrong with them; `texts` has their sources (and may have others) by path."""
    found: dict[str, Template] = {}
    told: list[Diagnostic] = []
    places: dict[tuple[str, str], Span] = {}
    for path in layers.every:
        tree, module, faults = _compiled(path, texts[path])
        told.extend(faults)
        calls: dict[str, str] = {}
        for target, span in _targets(tree, path, texts[path]) if tree else ():
            if target is None:
                told.append(error("template-name", "a template has to be named by a plain string", span))
            elif (there := layers.find(target)) is None:
                hint = did_you_mean(target, layers.names)
                told.append(error("template-missing", f"there is no template `{target}`", span, hint))
            else:
                calls.setdefault(target, there)
                places.setdefault((path, there), span)
        uses, more = _uses(tree, path, texts[path]) if tree else ((), ())
        found[path] = Template(texts[path], module, tuple(calls.items()), uses, more)
    told.extend(_loops(found, places, layers))
    return found, told


def _compiled(path: str, text: str) -> tuple[nodes.Template | None, bytes, list[Diagnostic]]:
    """A template as a tree, its module, and why there is none."""
    name = path.split("/", 3)[3]
    try:
        tree = careful({}).parse(text, name)
        return tree, compiled(tree, name, path), []
    except TemplateSyntaxError as problem:
        message = str(problem.message)
        return None, b"", [error("template-syntax", message, place(path, text, problem.lineno, message))]
    except (SyntaxError, RecursionError) as problem:
        message = f"Python cannot run it ({problem})"
        return None, b"", [error("template-syntax", message, Span(path), "nest it less")]


def _targets(tree: nodes.Template, path: str, text: str) -> Iterator[tuple[str | None, Span]]:
    """The name of each template that one includes, extends or imports, None for one that is not written out."""
    for node in tree.find_all((nodes.Include, nodes.Extends, nodes.Import, nodes.FromImport)):
        for target in meta.find_referenced_templates(nodes.Template([node], lineno=node.lineno)):
            yield target, place(path, text, node.lineno, f"`{target}`")


def _uses(tree: nodes.Template, path: str, text: str) -> tuple[tuple[Use, ...], tuple[str, ...]]:
    """What a template asks its theme for by names that are written out, and the kinds of which it may ask for more."""
    names = list(tree.find_all(nodes.Name))
    own = {name.name for name in names if name.ctx != "load"}
    unseen = Counter(KINDS[name.name] for name in names if name.name in KINDS)
    uses: list[Use] = []

    def use(kind: str, name: str, node: nodes.Node, given: tuple[str, ...] | None = None) -> None:
        unseen[kind] -= 1
        uses.append(Use(kind, name, place(path, text, node.lineno, f"`{name}`"), given))

    for node in tree.find_all((nodes.Call, nodes.Getattr)):
        match node:
            case nodes.Getattr(node=nodes.Name(name="options"), attr=name):
                use("options", name, node)
            case nodes.Getattr(node=nodes.Name(name="t")):
                unseen["t"] -= 1
            case nodes.Call(
                node=nodes.Name(name="t") | nodes.Call(node=nodes.Name(name="strings_of")),
                args=[nodes.Const(value=str(name))],
            ):
                use("t", name, node, None if node.dyn_kwargs else tuple(each.key for each in node.kwargs))
            case nodes.Call(node=nodes.Name(name="asset"), args=[nodes.Const(value=str(name))]):
                use("asset", name, node)
    more = tuple(kind for kind, count in sorted(unseen.items()) if count or kind in own)
    return tuple(each for each in uses if each.kind not in own), more


def _loops(templates: Templates, places: Mapping[tuple[str, str], Span], layers: Layers) -> Iterator[Diagnostic]:
    """Templates that come back to themselves, each circle told once."""
    reached = {path: frozenset(reach(path, templates)) for path in templates}
    for path in sorted(templates):
        for target, there in templates[path].calls:
            circle = [each for each in reached[path] if path in reached[each]]
            if path in reached[there] and path == min(circle):
                way = "itself" if there == path else f"`{target}`, which leads back to it"
                name = path.split("/", 3)[3]
                hint = None
                if there == path and len(layers.chain) > 1:
                    hint = f"`{layers.chain[1]}/{name}` is that of the theme which it extends"
                yield error("template-loop", f"the template `{name}` includes {way}", places[path, there], hint)
