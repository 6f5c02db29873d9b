"""The types of a theme's options: how a value is read, and what a style sheet gets for it.

Contrast is that of WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import floor
from typing import Any, Final

from sitegen.record import comparable
from sitegen.scalars import Flag, Refusal, Text
from sitegen.shapes import MISSING, ListOf, Missing, Reader, Shape, Trail, name_of, quote, wrong
from sitegen.yamldoc import Node

Value = str | int | float | bool | tuple[str, ...]
"""What an option can be: a colour as `#rrggbb` or a word, a number, a flag, or names of fonts."""

LEAST_CONTRAST = 4.5
"""What text of any size needs on its ground (WCAG 2.2, success criterion 1.4.3)."""

GENERIC = frozenset((
    "cursive", "emoji", "fangsong", "fantasy", "math", "monospace", "sans-serif", "serif", "system-ui",
    "ui-monospace", "ui-rounded", "ui-sans-serif", "ui-serif",
))  # fmt: skip
"""Families that CSS itself knows (CSS Fonts 4); in quotes they would be fonts of that name."""

HEX = re.compile(r"#?([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
NUMBER = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,4})?")
_FONT = re.compile(r"[\w .+-]{1,100}")
NAME = re.compile(r"[a-z][a-z0-9_]{0,49}")


class OptionName(Text):
    """What an option is called in templates, style sheets and settings."""

    words = "a name such as `text_size`"

    def refuse(self, text: str) -> Refusal | None:
        """What cannot stand behind `options.` in a template."""
        if not NAME.fullmatch(text):
            advice = "a letter (a-z) first, then letters, digits and `_`"
            return Refusal("bad-id", f"must be {self.words}, not {quote(text)}", advice)
        return None


class Unread:
    """A value that is handed over as it is, for its shape is known only later."""

    words = "a value"

    def read(self, node: Node, where: Trail, reader: Reader) -> Node:
        """The node."""
        return node


@comparable
class OneOf:
    """One of some words."""

    choices: tuple[str, ...]

    @property
    def words(self) -> str:
        """What the shape takes."""
        return "one of " + ", ".join(f"`{each}`" for each in self.choices)

    def read(self, node: Node, where: Trail, reader: Reader) -> str | Missing:
        """The word."""
        if type(node) is str and node in self.choices:
            return node
        return wrong(self, node, where, reader, reader.suggest(node, self.choices) if type(node) is str else None)


@comparable
class Colour:
    """A colour of three or six hexadecimal digits; told where it is hard to read on the colour `against` it."""

    against: str | None = None
    words = "a colour such as `#a33a1f`"

    def read(self, node: Node, where: Trail, reader: Reader) -> str | Missing:
        """The colour as `#rrggbb`."""
        found = HEX.fullmatch(node) if type(node) is str else None
        if found is None or not found[0].startswith("#"):
            advice = (
                f'write `"#{found[1]}"`' if found else 'put it in quotes, as in `"#a33a1f"`: a bare `#` is a comment'
            )
            return wrong(self, node, where, reader, advice)
        digits = found[1].lower()
        colour = f"#{digits if len(digits) == 6 else ''.join(each * 2 for each in digits)}"
        if self.against and (ratio := contrast(colour, self.against)) < LEAST_CONTRAST:
            message = (
                f"{name_of(where)} is hard to read: {colour} on {self.against} has a contrast of "
                f"{floor(ratio * 100) / 100:.2f} : 1, and text needs {LEAST_CONTRAST} : 1"
            )
            advice = f"`{_readable(colour, self.against)}` would do"
            reader.tell("low-contrast", message, where, advice, warning=True)
        return colour


@comparable
class Number:
    """A number between two others."""

    least: float | None = None
    most: float | None = None

    @property
    def words(self) -> str:
        """What the shape takes."""
        if self.least is not None and self.most is not None:
            return f"a number from {self.least} to {self.most}"
        bounds = (("from", "on", self.least), ("up to", "", self.most))
        said = [f" {before} {bound} {after}".rstrip() for before, after, bound in bounds if bound is not None]
        return f"a number{''.join(said)}"

    def read(self, node: Node, where: Trail, reader: Reader) -> float | Missing:
        """The number, whole where it was written so."""
        if type(node) is not str or not NUMBER.fullmatch(node):
            return wrong(self, node, where, reader, self._advice(node) if isinstance(node, str) else None)
        number = float(node) if "." in node else int(node)
        return number if self._holds(number) else wrong(self, node, where, reader)

    def _holds(self, number: float) -> bool:
        return (self.least is None or number >= self.least) and (self.most is None or number <= self.most)

    def _advice(self, typed: str) -> str | None:
        """What was meant by a number with something behind it, or nothing in front of its point; in bounds."""
        found = re.match(r"(-?[0-9.]+)(%?)", typed)
        digits = f"0{found[1]}" if found and found[1].startswith(".") else found[1] if found else ""
        if found is None or not NUMBER.fullmatch(digits):
            return None
        meant = f"{float(digits) / 100:g}" if found[2] and self.most == 1 else digits
        return f"write `{meant}`" if self._holds(float(meant)) else None


class FontName(Text):
    """The name of a font family, which a style sheet can hold in quotes."""

    words = "the name of a font"

    def refuse(self, text: str) -> Refusal | None:
        """What is no name, or several."""
        if not _FONT.fullmatch(text):
            advice = "letters, digits, spaces, `.`, `-`, `_` and `+`; each family is an entry of its own"
            return Refusal("bad-font", f"must be {self.words}, not {quote(text)}", advice)
        return None


class Fonts:
    """Font families, the first one that a reader has is used."""

    families: Final = ListOf(FontName())
    words = "a list of fonts, the first choice first"

    def read(self, node: Node, where: Trail, reader: Reader) -> tuple[str, ...] | Missing:
        """The names."""
        if type(node) is not list or not node:
            example = "write it as `[Pretendard, Noto Sans KR, sans-serif]`"
            return wrong(self, node or None, where, reader, example)
        told = len(reader.problems)
        names = self.families.read(node, where, reader)
        return MISSING if len(reader.problems) > told else names


TYPES: Final = ("colour", "flag", "fonts", "number", "word")
"""What `type` of an option may say."""


def shape_of(option: Mapping[str, Any]) -> Shape[Value]:
    """What reads the value of an option, given as theme.yaml declares it; it has to have a `type`."""
    match option["type"]:
        case "colour":
            return Colour(option.get("against"))
        case "flag":
            return Flag()
        case "fonts":
            return Fonts()
        case "number":
            return Number(option.get("min"), option.get("max"))
    return OneOf(option.get("choices", ()))


def css(value: Value) -> str:
    """What stands in a style sheet for a value: fonts in quotes, a flag as `1` or `0`."""
    if isinstance(value, tuple):
        return ", ".join(each if each in GENERIC else f'"{each}"' for each in value)
    return str(int(value)) if isinstance(value, bool) else str(value)


# -- contrast ----------------------------------------------------------------------------------------------------------


def _channels(colour: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue


def _luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (n / 255 for n in _channels(colour))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (`#rrggbb`), from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _readable(colour: str, against: str) -> str:
    """The nearest colour that can be read there, on the way to black or white."""
    end = 0 if _luminance(against) > 0.18 else 255  # where both are equally far
    mixed = (
        "#" + bytes(round(each + (end - each) * step / 100) for each in _channels(colour)).hex() for step in range(101)
    )
    return next(each for each in mixed if contrast(each, against) >= LEAST_CONTRAST)
