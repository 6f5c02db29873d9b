"""SVG files, made fit to be published: a drawing and nothing else.

In `<img>` an SVG runs no scripts and loads nothing, but anybody may open the file by itself. So what is published is
made anew of the elements that draw; what an editing program left in the file is dropped, and a file that does more
than draw is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from lxml import etree

NAMESPACE = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"

ELEMENTS = frozenset(
    (
        *("circle", "clipPath", "defs", "desc", "ellipse", "filter", "g", "line", "linearGradient", "marker", "mask"),
        *("path", "pattern", "polygon", "polyline", "radialGradient", "rect", "stop", "style", "svg", "switch"),
        *("symbol", "text", "textPath", "title", "tspan", "use", "view"),
        *("feBlend", "feColorMatrix", "feComponentTransfer", "feComposite", "feConvolveMatrix", "feDiffuseLighting"),
        *("feDisplacementMap", "feDistantLight", "feDropShadow", "feFlood", "feFuncA", "feFuncB", "feFuncG", "feFuncR"),
        *("feGaussianBlur", "feMerge", "feMergeNode", "feMorphology", "feOffset", "fePointLight"),
        *("feSpecularLighting", "feSpotLight", "feTile", "feTurbulence"),
    )
)
"""What draws (https://www.w3.org/TR/SVG2/eltindex.html): no scripts, links, animations, nor anything from elsewhere."""

REACHING = re.compile(
    r"url\(\s*[\"']?\s*(?!\s|[\"'#]|data:(?:application/(?:x-)?)?font)|@import|image-set|\b(?:image|src)\(|javascript:|\\",
    re.IGNORECASE,
)
"""What could reach out of the file in a style or an attribute; a backslash could hide it."""

LENGTH = re.compile(r"\s*\+?([0-9]+\.?[0-9]*|\.[0-9]+)(px|pt|pc|mm|cm|in|em|rem|ex)?\s*")
UNITS = {"px": 1, "pt": 4 / 3, "pc": 16, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96, "em": 16, "rem": 16, "ex": 8}
"""A unit in CSS pixels (https://www.w3.org/TR/css-values-4/#absolute-lengths); those of a font, of a usual one."""

LARGEST = 100_000
"""CSS pixels that a drawing may be wide or high."""


class Refused(Exception):
    """A file cannot be published: a code, what is wrong with the file, and what would help."""

    def __init__(self, code: str, message: str, help: str):
        super().__init__(code, message, help)
        self.code, self.message, self.help = code, message, help


class Drawing(NamedTuple):
    """An SVG that only draws, and its size in CSS pixels."""

    data: bytes
    width: int
    height: int


def drawing(data: bytes) -> Drawing:
    """What may be published of an SVG file. Raises Refused."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise Refused("bad-image", f"is no well-formed SVG ({problem})", "export it again") from None
    if root.tag != f"{{{NAMESPACE}}}svg":
        raise Refused("bad-image", "is no SVG: its outermost element is another one", "export it again")
    subset = root.getroottree().docinfo.internalDTD
    if subset is not None and subset.entities():  # type: ignore[union-attr] # (not in its stubs)
        raise Refused("active-svg", "defines entities", "export it as plain SVG")
    width, height = _size(root)
    made = etree.fromstring(f'<svg xmlns="{NAMESPACE}" xmlns:xlink="{XLINK}"/>')
    _copy(root, made)
    return Drawing(etree.tostring(made, encoding="utf-8") + b"\n", width, height)


def _copy(source: etree._Element, target: etree._Element) -> None:
    """Copy what an element that draws holds; libxml2 has seen to it that elements are not nested too deep."""
    for name, value in source.attrib.items():
        own = etree.QName(str(name))
        if own.namespace is None or own.namespace == XML or (own.namespace == XLINK and own.localname == "href"):
            _look_at(source, own.localname, str(value))
            target.set(name, value)
    if source.tag == f"{{{NAMESPACE}}}style" and REACHING.search(source.text or ""):
        raise _active(source, "a style that reaches out of the file")
    target.text = source.text
    last = None
    for child in _elements(source):
        kind = etree.QName(child)
        if kind.namespace == NAMESPACE and kind.localname in ELEMENTS:
            last = etree.SubElement(target, child.tag)
            _copy(child, last)
        elif kind.namespace == NAMESPACE and kind.localname != "metadata":
            raise _active(child, f"the element `{kind.localname}`")
        if last is not None:
            last.tail = (last.tail or "") + (child.tail or "")
        else:
            target.text = (target.text or "") + (child.tail or "")


def _elements(source: etree._Element) -> Iterable[etree._Element]:
    for child in source:
        if not isinstance(child.tag, str):  # an entity
            raise _active(source, "an entity")
        yield child


def _look_at(element: etree._Element, name: str, value: str) -> None:
    """Raises Refused where an attribute does more than draw."""
    if name.lower().startswith("on"):
        raise _active(element, f"the attribute `{name}`")
    if name == "href" and not value.startswith("#"):
        raise _active(element, f"a reference to `{value[:60]}`")
    if REACHING.search(value):
        raise _active(element, f"`{value[:60]}` in its attribute `{name}`")


def _active(element: etree._Element, what: str) -> Refused:
    message = f"does more than draw: it has {what} (line {element.sourceline} of the file)"
    return Refused("active-svg", message, "export it as plain SVG, or as PNG or WebP")


def _size(root: etree._Element) -> tuple[int, int]:
    """Width and height in whole CSS pixels, from what the file says; raises Refused where it does not."""
    width, height = (_length(root.get(name)) for name in ("width", "height"))
    box = [_length(each) for each in re.split(r"[\s,]+", (root.get("viewBox") or "").strip())][2:]
    if len(box) == 2 and box[0] and box[1]:
        width, height = width or (height or box[1]) * box[0] / box[1], height or (width or box[0]) * box[1] / box[0]
    if not width or not height or max(width, height) > LARGEST:
        hint = "give its `svg` element a `viewBox`, or `width` and `height`"
        raise Refused("bad-image", "says no size that an image can have", hint)
    return max(1, round(width)), max(1, round(height))


def _length(value: str | None) -> float | None:
    found = LENGTH.fullmatch(value or "")
    return float(found[1]) * UNITS[found[2] or "px"] if found else None
