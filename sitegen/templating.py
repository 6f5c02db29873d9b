"""A page from its template: values in, HTML out, or what is wrong in the template, with its place."""

from __future__ import annotations

import re
from dataclasses import fields
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from jinja2 import Template, TemplateError

from sitegen import bundles, templates, views
from sitegen.bundles import Bundle
from sitegen.diagnostics import Diagnostic, Span, did_you_mean, error
from sitegen.strings import MissingString, Strings
from sitegen.tasks import Made
from sitegen.views import SiteView

NAMES = ("page", "content", "site", "t", "strings_of", "asset", "options")
"""What a template is given."""

NO_FIELD = re.compile(r"'sitegen\.views\.(\w+) object' has no attribute '(\w+)'")
NO_NAME = re.compile(r"'(\w+)' is undefined")


class MissingAsset(LookupError):
    """A static file that the theme does not have."""


def page(bundle: Bundle, words: tuple[Strings, ...], site: SiteView, view: object, content: object) -> Made:
    """An HTML page in UTF-8, or None and what went wrong in the template."""
    try:
        html = _rendered(bundle, words, site, {"page": view, "content": content})
    except Exception as problem:  # noqa: BLE001 - whatever a theme's author did wrong
        return None, (_told(problem, bundle, view),)
    return html.encode(), ()


def _rendered(bundle: Bundle, words: tuple[Strings, ...], site: SiteView, values: dict[str, Any]) -> str:
    """A page as text. Raises what its template does."""
    try:
        return _template(bundle, words, site).render(values)
    except Exception:  # noqa: BLE001 - it may be fine for Jinja
        return _template(bundle, words, site, plain=True).render(values)


@lru_cache(maxsize=64)
def _template(bundle: Bundle, words: tuple[Strings, ...], site: SiteView, *, plain: bool = False) -> Template:
    """A template with the names that are the same on all pages: what it imports is then made once for all of them."""
    files, modules = dict(bundle.files), dict(bundle.modules)
    if plain:
        jinja = templates.careful({name: (files[path], path) for name, path in bundle.names})
    else:
        jinja = templates.quick({name: modules[path] for name, path in bundle.names})
    of = {each.lang: each for each in words}
    assets = dict(bundle.assets)

    def asset(name: str) -> str:
        if name not in assets:
            raise MissingAsset(f"the theme has no static file `{name}`")
        return assets[name]

    jinja.globals |= {"site": site, "t": of[site.lang], "strings_of": of.__getitem__, "asset": asset}
    jinja.globals["options"] = SimpleNamespace(**dict(bundle.options))
    return jinja.get_template(bundle.name)


def _told(problem: Exception, bundle: Bundle, view: object) -> Diagnostic:
    """What a template did wrong: the deepest place of the failure that lies in a template."""
    import traceback

    sources = dict(bundle.files)
    place = Span(dict(bundle.names)[bundle.name])
    for frame in traceback.extract_tb(problem.__traceback__):
        if frame.filename in sources and frame.lineno:
            place = bundles.place(frame.filename, sources[frame.filename], frame.lineno, str(problem))
    message, hint = _explained(problem)
    head = getattr(view, "head", None)
    shown = f"while rendering {type(view).__name__}" + (f" for {head.url}" if head is not None else "")
    return error("template-failed", message, place, f"{hint} ({shown})" if hint else shown)


def _explained(problem: Exception) -> tuple[str, str | None]:
    """A failure in words, and what was meant."""
    words = str(problem)
    if found := NO_FIELD.fullmatch(words):
        view, name = found.groups()
        known = [each.name for each in fields(getattr(views, view))]
        return f"`{view}` has no field `{name}`", did_you_mean(name, known)
    if found := NO_NAME.fullmatch(words):
        return f"`{found[1]}` is no name that templates know", did_you_mean(found[1], NAMES)
    plain = isinstance(problem, (TemplateError, MissingString, MissingAsset))
    return words if plain else f"{type(problem).__name__}: {words}", None
