"""Share cards: what stands for a page where somebody passes on its address, as a PNG of 1200 × 630 pixels.

The font comes from a package of its own, and its characters are set one after another by FreeType, without the shaping
that Pillow does only where it finds more libraries: the same texts give the same bytes on every machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from itertools import pairwise
from typing import NamedTuple
from unicodedata import category

from PIL import Image, ImageColor, ImageDraw, ImageFont
from PIL.ImageFont import FreeTypeFont

from sitegen.views import SHARE_FONT, SHARE_SIZE, ShareCard

WIDTH, HEIGHT = SHARE_SIZE

FILE = "NotoSansCJK-VF.otf.ttc"
FACES = {"ja": 0, "ko": 1, "zh": 2}
"""The face that draws the characters that several languages share as one of them does."""

BOLD, PLAIN = 700, 400

PAPER, TEXT, SOFT, ACCENT = "#fcfbf8", "#1c1c1a", "#57554f", "#a33a1f"
"""The colours of the default theme, on light paper."""

SHADES = 16
"""Steps from the paper to a colour: so many smooth edges can be told apart."""

MARGIN = 80
TOP, BOTTOM = 160, 455
"""Between these the title stands, in the middle."""

SIZES = ((84, 2), (74, 2), (66, 2), (60, 2), (66, 3), (56, 4), (46, 5))
"""Sizes of a title in pixels, and how many lines it may then have, by how well they look."""

LEADING = 1.28
RISE, FALL = 0.8, 0.1
"""How far a line of Hangul goes above and below its baseline, of its size."""

SPACE = re.compile(r"[ \t\n\r\u3000]+")
ELLIPSIS = "..."
"""Three dots: the font sets the one character for them half-way up, as Chinese has it."""


def png(card: ShareCard, accent: str | None = None) -> bytes:
    """A card as PNG; `accent` is the theme's colour as `#rrggbb`, where it has one."""
    canvas = _Canvas(accent)
    write = _writer(card.lang)
    font, lines = title(write(card.title), card.lang)
    step = round(font.size * LEADING)
    first = round((TOP + BOTTOM - step * (len(lines) - 1) + (RISE - FALL) * font.size) / 2)
    canvas.bar()
    site = _font(card.lang, BOLD, 32)
    canvas.text(MARGIN + 44, _cut(write(card.site), site), site, SOFT)
    for number, line in enumerate(lines):
        canvas.text(first + number * step, line, font, TEXT)
    small = _font(card.lang, PLAIN, 32)
    below = [_cut(line, small) for each in (card.source, " · ".join(card.facts)) if (line := write(each))]
    for number, line in enumerate(reversed(below)):
        canvas.text(HEIGHT - MARGIN - number * 46, line, small, SOFT)
    return canvas.png()


# -- lines -------------------------------------------------------------------------------------------------------------


def title(text: str, lang: str) -> tuple[FreeTypeFont, tuple[str, ...]]:
    """A title's font and lines: as large as it can be; where it is too long for the smallest size, it is cut."""
    words = _words(text)
    for size, most in SIZES:
        font = _font(lang, BOLD, size)
        if (lines := _balanced(words, font, most)) is not None:
            return font, lines
    return font, _filled(words, font, most)


def _words(text: str) -> list[str]:
    """What may not be broken: between words, and with a mark that stands alone, such as a dash, the word before it."""
    words: list[str] = []
    for word in filter(None, SPACE.split(text)):
        if words and not any(map(str.isalnum, word)):
            words[-1] += f" {word}"
        else:
            words.append(word)
    return words


def _balanced(words: Sequence[str], font: FreeTypeFont, most: int) -> tuple[str, ...] | None:
    """As few lines as there have to be, as even as they can be; None where `most` of the width are too few.

    The least sum of squares of what is left over, as Knuth and Plass set paragraphs.
    """
    room = WIDTH - 2 * MARGIN
    space = font.getlength(" ")
    widths = [font.getlength(word) for word in words]
    best: list[tuple[int, float, int]] = [(0, 0.0, 0)]  # lines, badness and first word of the last line, by end
    for end in range(1, len(words) + 1):
        found = (most + 1, 0.0, 0)
        width = -space
        for start in range(end - 1, -1, -1):
            width += space + widths[start]
            if width > room:
                break
            lines, badness, _ = best[start]
            found = min(found, (lines + 1, badness + _badness(width / room, words[end - 1], end == len(words)), start))
        best.append(found)
    if best[-1][0] > most:
        return None
    ends = [len(words)]
    while ends[-1]:
        ends.append(best[ends[-1]][2])
    return tuple(" ".join(words[start:end]) for start, end in pairwise(reversed(ends)))


def _badness(filled: float, last: str, ends: bool) -> float:
    """How bad a line is that is filled so far (0 to 1): after a mark one may well pause, after a small word not."""
    if ends:
        return (1 - filled) ** 2
    pause = 0.1 if last[-1] in ":.!?" else 0.05 if last[-1] in ",;…—–" else 0.0
    small = 0.04 if last.isascii() and last.islower() and len(last) <= 3 else 0.0
    return (1 - filled) ** 2 - pause + small


def _filled(words: Sequence[str], font: FreeTypeFont, most: int) -> tuple[str, ...]:
    """Full lines, the last of them cut; a word that is longer than a line is cut, and ends the title."""
    lines: list[str] = []
    rest = list(words)
    while rest and len(lines) < most - 1:
        taken = 1
        while taken < len(rest) and _fits(" ".join(rest[: taken + 1]), font):
            taken += 1
        lines.append(" ".join(rest[:taken]))
        rest = rest[taken:]
        if not _fits(lines[-1], font):
            return (*lines[:-1], _cut(lines[-1], font))
    return (*lines, _cut(" ".join(rest), font)) if rest else tuple(lines)


def _fits(text: str, font: FreeTypeFont) -> bool:
    return font.getlength(text) <= WIDTH - 2 * MARGIN


def _cut(text: str, font: FreeTypeFont) -> str:
    """A text on one line, where it is too long with an ellipsis: after a word, unless there is one alone."""
    if _fits(text, font):
        return text
    kept = text.split(" ")
    while len(kept) > 1 and not _fits(" ".join(kept).rstrip(" ,:;·–—") + ELLIPSIS, font):
        kept.pop()
    short = " ".join(kept).rstrip(" ,:;·–—")
    while not _fits(short + ELLIPSIS, font):
        short = short[:-1]
    return short + ELLIPSIS


# -- drawing -----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=32)
def _font(lang: str, weight: int, size: int) -> FreeTypeFont:
    file = files(SHARE_FONT) / FILE
    face = FACES.get(lang.partition("-")[0], FACES["ko"])
    font = ImageFont.truetype(str(file), size, face, layout_engine=ImageFont.Layout.BASIC)
    font.set_variation_by_axes([weight])
    return font


class _Writer(NamedTuple):
    """Takes what the font cannot draw out of a text."""

    font: FreeTypeFont
    nothing: bytes

    def __call__(self, text: str) -> str:
        kept = "".join(each for each in text if each in " \t\n\u00a0" or self._draws(each))
        return " ".join(filter(None, SPACE.split(kept)))

    def _draws(self, char: str) -> bool:
        return category(char)[0] not in "CM" and bytes(self.font.getmask(char)) != self.nothing


@lru_cache(maxsize=8)
def _writer(lang: str) -> _Writer:
    font = _font(lang, PLAIN, 32)
    return _Writer(font, bytes(font.getmask("\U0010ffff")))


class _Canvas:
    """A picture of few colours: those of text, each in steps from the paper, and the accent."""

    def __init__(self, accent: str | None) -> None:
        self.image = Image.new("P", (WIDTH, HEIGHT))
        colours = [*_shades(TEXT), *_shades(SOFT), ImageColor.getrgb(accent or ACCENT)]
        self.image.putpalette([part for colour in colours for part in colour])

    def bar(self) -> None:
        """The accent, above all."""
        self.image.paste(2 * SHADES, (MARGIN, MARGIN - 16, MARGIN + 64, MARGIN - 8))

    def text(self, baseline: int, text: str, font: FreeTypeFont, colour: str) -> None:
        """A line of text."""
        size = round(font.size)
        ink = Image.new("L", (WIDTH - MARGIN, 2 * size))
        ImageDraw.Draw(ink).text((0, size), text, 255, font, "ls")
        first = (TEXT, SOFT).index(colour) * SHADES
        shades = [first + (each * (SHADES - 1) + 127) // 255 for each in range(256)]
        self.image.paste(ink.point(shades), (MARGIN, baseline - size), ink.point([0] + [255] * 255))

    def png(self) -> bytes:
        """The picture as a file."""
        out = BytesIO()
        self.image.save(out, "PNG")
        return out.getvalue()


def _shades(colour: str) -> Iterable[tuple[int, ...]]:
    parts = list(zip(ImageColor.getrgb(PAPER), ImageColor.getrgb(colour), strict=True))
    for step in range(SHADES):
        yield tuple(paper + round((ink - paper) * step / (SHADES - 1)) for paper, ink in parts)
