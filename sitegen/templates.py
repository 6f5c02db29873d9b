"""Jinja as sitegen uses it: compiled once for all builds, and with less work for each value that a page shows.

`quick` is for templates as nearly all are, and fails where a template asks for more; `careful` is Jinja itself, which
decides then. Where the first comes to a page, it is the page that the second comes to.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Mapping, MutableMapping
from functools import lru_cache
from keyword import iskeyword
from types import CodeType
from typing import Any

from jinja2 import BaseLoader, Environment, FunctionLoader, StrictUndefined, Template, TemplateNotFound, nodes
from jinja2.compiler import CodeGenerator
from jinja2.runtime import Macro
from jinja2.sandbox import safe_range
from jinja2.utils import missing
from markupsafe import Markup, escape
from markupsafe import _escape_inner as escape_text  # type: ignore[attr-defined]


def escaped(value: object) -> str:
    """A value as HTML. Jinja wraps whatever it escapes in a `Markup`, and that takes half the time of a page."""
    if type(value) is str:
        return escape_text(value)
    if type(value) is int:
        return str(value)
    return value if type(value) is Markup else escape(value)


class _Macro(Macro):
    """Jinja's. `put` takes plain arguments and returns HTML as it is, which need not become a `Markup` to say so."""

    put: Callable[..., str]

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        if self.caller or self.catch_kwargs or self.catch_varargs:
            self.put = self._put
        else:
            self.put = self._func
            self._func.__defaults__ = (missing,) * self._argument_count

    def _put(self, *args: Any) -> str:
        return escaped(self(*args))


def _short(node: nodes.Call) -> bool:
    """Whether a call can stand in Python as it stands in the template."""
    return not (node.dyn_args or node.dyn_kwargs or any(iskeyword(each.key) for each in node.kwargs))


class _Generator(CodeGenerator):
    """Jinja's, but plain: attributes and calls as Python has them, blocks in one piece, `escaped` and `_Macro`."""

    macros: frozenset[str] = frozenset()
    """The names of macros, as far as they can be told from the template alone."""

    shown: tuple[nodes.Expr, str] | None = None
    """A call that is shown, where it needs no escaping then, and the method that it is made by."""

    def visit_Template(self, node: nodes.Template, frame: Any = None) -> None:  # noqa: N802 - Jinja calls it so
        imported = [each for every in node.find_all(nodes.FromImport) for each in every.names]
        names = [each if isinstance(each, str) else each[1] for each in imported]
        self.macros = frozenset([*names, *(each.name for each in node.find_all(nodes.Macro))])
        super().visit_Template(node, frame)

    def write_commons(self) -> None:
        super().write_commons()
        self.writeline("plain, escaped = environment.plain, environment.escaped")

    def enter_frame(self, frame: Any) -> None:
        if frame.parent is None:
            self.buffer(frame)
        super().enter_frame(frame)

    def leave_frame(self, frame: Any, with_python_scope: bool = False) -> None:
        if frame.parent is None:
            self.writeline(f"yield concat({frame.buffer})")
        super().leave_frame(frame, with_python_scope)

    def macro_def(self, macro_ref: Any, frame: Any) -> None:
        self.write("environment.")
        super().macro_def(macro_ref, frame)

    def visit_Getattr(self, node: nodes.Getattr, frame: Any) -> None:  # noqa: N802 - Jinja calls it so
        of_blocks = isinstance(node.node, nodes.Name) and node.node.name == "self"  # by which Jinja means a map
        if of_blocks or iskeyword(node.attr) or not node.attr.isascii():
            super().visit_Getattr(node, frame)
        else:
            self.write("(")
            self._owner(node.node, frame)
            self.write(f").{node.attr}")

    def _owner(self, node: nodes.Expr, frame: Any) -> None:
        """What is asked for an attribute at once: there is no need to ask first whether a name is missing."""
        if isinstance(node, nodes.Name):
            self.write(frame.symbols.ref(node.name))
        else:
            self.visit(node, frame)

    def visit_Call(self, node: nodes.Call, frame: Any, forward_caller: bool = False) -> None:  # noqa: N802
        if forward_caller or not _short(node):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        if self.shown and node is self.shown[0]:
            self._owner(node.node, frame)
            self.write(f".{self.shown[1]}(")
        else:
            self.visit(node.node, frame)
            self.write("(")
        for each in (*node.args, *node.kwargs):
            self.visit(each, frame)
            self.write(", ")
        self.write(")")

    def _output_child_pre(self, node: nodes.Expr, frame: Any, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_pre(node, frame, finalize)
            return
        way = self._way(node)
        self.shown = (node, way) if way else None
        if way is None:
            self.write("(plain(value) if type(value := (")

    def _way(self, node: nodes.Expr) -> str | None:
        """The method of a macro, or of the words, that makes HTML of a call; None for anything else."""
        match node:
            case nodes.Call(node=nodes.Name(name="t"), args=[nodes.Const(value=str())], kwargs=[]) if _short(node):
                return "said"
            case nodes.Call(node=nodes.Name(name=name), kwargs=[]) if name in self.macros and _short(node):
                return "put"
        return None

    def _output_child_post(self, node: nodes.Expr, frame: Any, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_post(node, frame, finalize)
        elif self.shown is None or node is not self.shown[0]:
            self.write(")) is str else escaped(value))")


class _Environment(Environment):
    code_generator_class = _Generator

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.found: dict[str, Template] = {}

    Macro = _Macro
    plain = staticmethod(escape_text)
    escaped = staticmethod(escaped)

    def get_template(self, name: Any, parent: str | None = None, globals: Any = None) -> Template:
        """A template; one by its name is the same for all that extend or import it."""
        found = self.found.get(name)
        if found is None:
            found = self.found[name] = super().get_template(name, parent, globals)
        return found

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The environment's own: here no template has others, and Jinja would look them up in a chain of two."""
        return self.globals


@lru_cache(maxsize=128)
def _code(module: bytes) -> CodeType:
    """A template's code, which the bundles of all that extend or import it share; the key is all it is made from."""
    code: CodeType = marshal.loads(module)  # noqa: S302 - we made it
    return code


class _Loader(BaseLoader):
    """Templates that have been compiled to Python."""

    def __init__(self, modules: Mapping[str, bytes]):
        self.modules = modules

    def load(self, environment: Environment, name: str, globals: Any = None) -> Template:
        """A template by its name. Raises TemplateNotFound."""
        if name not in self.modules:
            raise TemplateNotFound(name)
        code = _code(self.modules[name])
        return environment.template_class.from_code(environment, code, environment.make_globals(globals))


def compiled(tree: nodes.Template, name: str, path: str) -> bytes:
    """A template for `quick`: marshalled code. Raises TemplateSyntaxError, and SyntaxError where Python has limits."""
    source = quick({}).compile(tree, name, path, raw=True)
    return marshal.dumps(compile(source, path, "exec"), 2)  # later formats differ by what else holds an object


def quick(modules: Mapping[str, bytes]) -> Environment:
    """The environment of compiled templates, by their names. What they raise tells nothing: ask `careful`."""
    return _without_chance(_Environment, _Loader(modules))


def careful(sources: Mapping[str, tuple[str, str]]) -> Environment:
    """The environment of templates in source, by their names; each is its source and the path of its file."""
    places = {name: (source, path, None) for name, (source, path) in sources.items()}
    return _without_chance(Environment, FunctionLoader(places.get))


def _without_chance(kind: type[Environment], loader: BaseLoader) -> Environment:
    """Escaped, strict about names, and with nothing by which a page might not come to the same bytes again."""
    jinja = kind(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        loader=loader,
    )
    jinja.globals["range"] = safe_range
    del jinja.globals["lipsum"], jinja.filters["random"]
    return jinja
