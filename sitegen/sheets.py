"""Style sheets as they are published: what they import put in its place, options and addresses filled in.

Three things of a style sheet are looked at, outside comments and strings: `@import "digest/style.css";`, which becomes
that file; `option(accent)`, which becomes the option's value; and `url(font.woff2)`, which becomes the file's name with
its fingerprint. The rest stays as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sitegen.diagnostics import Diagnostic, did_you_mean, error, span_at
from sitegen.layers import Layers
from sitegen.record import comparable

TOKEN = re.compile(
    r"""
    /\*.*?(?:\*/|\Z)
  | @import\s+(?:url\(\s*)?(?P<quote>["'])(?P<sheet>[^"'\n]*)(?P=quote)\s*\)?\s*(?P<rest>[^;{}]*);
  | (?<![\w-])url\(\s*(?P<mark>["']?)(?P<file>[^"'()\s]+)(?P=mark)\s*\)
  | (?<![\w-])option\(\s*(?P<option>[^()]*?)\s*\)
  | "(?:\\.|[^"\\\n])*"
  | '(?:\\.|[^'\\\n])*'
    """,
    re.VERBOSE | re.DOTALL,
)
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|[/#]", re.IGNORECASE)
"""How an address begins that names no file of the theme."""


@comparable
class Sheet:
    """A style sheet as it is published, the paths of all files that it is made from or shows, and what is wrong."""

    text: str
    used: frozenset[str]
    told: tuple[Diagnostic, ...]


class Sheets:
    """The style sheets of a theme.

    `texts` has those of the whole chain by path, `named` the fingerprinted names of the other static files by path,
    `options` what stands for each option.
    """

    def __init__(self, static: Layers, texts: Mapping[str, str], named: Mapping[str, str], options: Mapping[str, str]):
        self.static = static
        self.texts = texts
        self.named = named
        self.options = options

    def read(self, path: str, above: tuple[str, ...] = ()) -> Sheet:
        """A style sheet by its path; `above` are those that import it."""
        text = self.texts[path]
        used = {path}
        told: list[Diagnostic] = []

        def tell(code: str, message: str, found: re.Match[str], part: str, hint: str | None) -> str:
            line, start = text.count("\n", 0, found.start(part)) + 1, text.rfind("\n", 0, found.start(part)) + 1
            width = max(1, len(found[part]))
            told.append(error(code, message, span_at(path, text, line, found.start(part) - start + 1, width), hint))
            return found[0]

        def imported(found: re.Match[str]) -> str:
            name = found["sheet"]
            if ELSEWHERE.match(name):
                return found[0]
            if (target := self.static.find(name) or "") not in self.texts:
                sheets = [each for each in self.static.names if each.endswith(".css")]
                hint = did_you_mean(name, sheets) or "a theme in front, as in `digest/style.css`, reaches its own file"
                return tell("missing-asset", f"the theme has no style sheet `{name}`", found, "sheet", hint)
            if target in (path, *above):
                way = "itself" if target == path else f"`{name}`, which leads back to it"
                below = self.static.chain[1:2]
                advice = f"`{below[0]}/{name}` is that of the theme which it extends" if below else None
                return tell("template-loop", f"the style sheet imports {way}", found, "sheet", advice)
            if found["rest"].strip():
                hint = "write `@import` alone, and `@media` around the rules"
                return tell("bad-import", "a style sheet of a theme is imported as a whole", found, "rest", hint)
            sheet = self.read(target, (path, *above))
            used.update(sheet.used)
            told.extend(sheet.told)
            return sheet.text.rstrip("\n")

        def filled(found: re.Match[str]) -> str:
            if found["sheet"] is not None:
                return imported(found)
            if (option := found["option"]) is not None:
                if option in self.options:
                    return self.options[option]
                hint = did_you_mean(option, self.options) or f"it has: {', '.join(self.options) or 'none'}"
                return tell("unknown-option", f"the theme has no option `{option}`", found, "option", hint)
            if (name := found["file"]) is None or ELSEWHERE.match(name):
                return found[0]
            if (target := self.static.find(name) or "") not in self.named:
                files = [each for each in self.static.names if not each.endswith(".css")]
                advice = did_you_mean(name, files)
                return tell("missing-asset", f"the theme has no static file `{name}`", found, "file", advice)
            used.add(target)
            published = (path, *above)[-1].split("/", 3)[3]
            return f'url("{"../" * published.count("/")}{self.named[target]}")'

        return Sheet(TOKEN.sub(filled, text), frozenset(used), tuple(told))
