"""Our own HTML back to Markdown (https://spec.commonmark.org/0.31.2/, with tables and footnotes as GitHub has them).

What comes in was made by `markdown`: a small set of elements, closed in order, each attribute in double quotes. What is
text there is text here: whatever Markdown could read as a mark is escaped, so that a stranger's words begin no heading,
list, definition, image or element of their own, nor end those around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from sitegen.standalone import ATTRIBUTE, resolved

TOKEN = re.compile(r"<(/?)([a-z][a-z0-9]*)([^<>]*)>")

MARK = re.compile(r"[\\`*\[\]<|~_&](?:(?<=[^_&])|(?<=_)(?:(?<![^\W_]_)|(?![^\W_]))|(?<=&)(?=#?\w+;))")
"""What is a mark wherever it stands in a text; `~` and `|` are with GitHub. `&` begins an entity. One `_` alone in the
middle of a word is none. A set comes first, by which a search leaps from mark to mark."""

LINE = re.compile(
    r"^(?:[0-9]{1,9}(?=[.)](?:\s|$))|(?=#{1,6}(?:\s|$)|>|[+-](?:\s|$)|[:=-][:= \t-]*$|~~~))", re.MULTILINE
)
"""What begins another block where a line begins with it: a backslash goes in front, or behind a number."""

FIRST = frozenset("0123456789#>+-:=~")
"""What that begins with."""

BREAK = re.compile(r"[ \t\r]*\n[ \t\r\n]*")
FOLLOWING = re.compile(r"\n(?=[^\n])")
BACKTICKS = re.compile("`+")
ADDRESS_MARK = re.compile(r"[()\\]|&(?=#?\w+;)")
NOT_IN_ADDRESS = re.compile(r"[\s<>\x00-\x1f\x7f]")
LANGUAGE = re.compile(r'class="language-([^"\s`]+)"')

SPACE = " \t\r\n\0"
HARD_BREAK = "\0\n"
"""A line break as it is kept until its paragraph is whole; no text holds U+0000."""

EMPHASIS = {"em": "*", "strong": "**", "s": "~~", "del": "~~"}
HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}
ALIGNED = {"left": ":---", "center": ":---:", "right": "---:"}
FRAMES = frozenset(
    [*EMPHASIS, *HEADINGS, "a", "blockquote", "code", "div", "li", "ol", "pre", "table", "td", "th", "tr", "ul"]
)
LAST_NUMBER = 999_999_999
"""The greatest number of an item."""


def escaped(text: str) -> str:
    """A plain text on one line as Markdown, in the middle of a line."""
    return MARK.sub(_behind_backslash, " ".join(text.split()))


def line(text: str) -> str:
    """A plain text as Markdown, at the beginning of a line."""
    return _unmarked(escaped(text))


def link(text: str, href: str) -> str:
    """A link of Markdown text to an absolute address; the text alone where there is no telling where it leads."""
    if NOT_IN_ADDRESS.search(href):
        return text
    if text == MARK.sub(_behind_backslash, href):
        return f"<{href}>"
    return f"[{text}]({ADDRESS_MARK.sub(_behind_backslash, href)})"


def indented(text: str, by: str) -> str:
    """A text whose lines behind the first one are indented."""
    return FOLLOWING.sub(f"\n{by}", text) if "\n" in text else text


def markdown(html: str, page: str, prefix: str = "") -> str:
    """HTML as Markdown, without a line end behind it.

    Links count from `page`, an absolute address. `prefix` is what ids of footnotes begin with and their labels do not.
    """
    return _Reading(page, f"#{prefix}").read(html)


def _behind_backslash(found: re.Match[str]) -> str:
    return f"\\{found[0]}"


def _before_backslash(found: re.Match[str]) -> str:
    return f"{found[0]}\\"


def _unmarked(text: str) -> str:
    """Lines of which none begins another block."""
    if "\n" in text or text[:1] in FIRST:
        return LINE.sub(_before_backslash, text)
    return text


class _Frame:
    """An open element: its whole blocks, each with the marker of its items where it is a list, and its open line."""

    __slots__ = ("attrs", "blocks", "inline", "name")

    def __init__(self, name: str, attrs: str):
        self.name = name
        self.attrs = attrs
        self.blocks: list[tuple[str, str]] = []
        self.inline: list[str] = []

    def attributes(self) -> dict[str, str]:
        return {name: unescape(value) for name, value in ATTRIBUTE.findall(self.attrs)}

    def flush(self) -> None:
        """End the open line."""
        if self.inline:
            text = "".join(self.inline).strip(SPACE)
            if text:
                text = BREAK.sub("\n", text) if "\n" in text else text
                self.blocks.append(("", _unmarked(text).replace("\0", "\\")))
            self.inline = []

    def words(self) -> str:
        """All that was read, on one line."""
        return " ".join("".join(self.inline).replace("\0", " ").split())

    def text(self) -> str:
        """All blocks."""
        self.flush()
        return "\n\n".join([text for _, text in self.blocks])


class _Reading:
    """HTML that is being read; `own` is what the address of a footnote begins with."""

    def __init__(self, page: str, own: str):
        self.page = page
        self.own = own
        self.frames = [_Frame("", "")]

    def read(self, html: str) -> str:
        tokens = iter(TOKEN.split(html))
        self._say(next(tokens))
        for closing, name, attrs, text in zip(tokens, tokens, tokens, tokens, strict=True):
            if closing:
                self._close(name)
            else:
                self._open(name, attrs)
            if text:
                self._say(text)
        return self.frames[0].text()

    def _say(self, text: str) -> None:
        top = self.frames[-1]
        text = unescape(text) if "&" in text else text
        top.inline.append(text if top.name == "code" or top.name == "pre" else MARK.sub(_behind_backslash, text))

    def _open(self, name: str, attrs: str) -> None:
        top = self.frames[-1]
        if name == "br":
            top.inline.append(HARD_BREAK)
        elif name == "p":
            top.flush()
        elif name == "hr":
            top.flush()
            top.blocks.append(("", "---"))
        elif name == "img":
            top.inline.append(self._image(_Frame(name, attrs)))
        elif name in FRAMES:
            if name not in EMPHASIS and name not in ("a", "code"):
                top.flush()
            self.frames.append(_Frame(name, attrs))

    def _close(self, name: str) -> None:
        if name == "p":
            self.frames[-1].flush()
        elif name == self.frames[-1].name:
            frame = self.frames.pop()
            top = self.frames[-1]
            if name in EMPHASIS:
                top.inline.append(self._emphasis(frame, EMPHASIS[name]))
            elif name == "a":
                self._link(frame, top)
            elif name == "code":
                top.inline.append("".join(frame.inline) if top.name == "pre" else self._code("".join(frame.inline)))
                top.attrs += frame.attrs if top.name == "pre" else ""
            else:
                top.blocks += self._blocks(frame, top)

    # -- parts of a line

    def _emphasis(self, frame: _Frame, mark: str) -> str:
        """Emphasis whose marks stand right beside its words."""
        text = "".join(frame.inline)
        words = text.strip(SPACE)
        nested = mark == "~~" and any(EMPHASIS.get(each.name) == mark for each in self.frames)
        if not words or nested:
            return text
        before, after = text[: text.index(words)], text[text.index(words) + len(words) :]
        return f"{before}{mark}{words}{mark}{after}"

    def _link(self, frame: _Frame, top: _Frame) -> None:
        attrs = frame.attributes()
        text = BREAK.sub("\n", "".join(frame.inline)).strip("\n")
        href = attrs.get("href", "")
        if attrs.get("role") == "doc-backlink":
            return
        if attrs.get("role") == "doc-noteref":
            top.inline.append(f"[^{href.removeprefix(self.own)}]")
            return
        address = resolved("href", href, self.page)
        made = text if address is None else link(text, address)
        if made.startswith("[") and top.inline and top.inline[-1].endswith("!"):
            top.inline[-1] = f"{top.inline[-1][:-1]}\\!"  # else it would be an image
        top.inline.append(made)

    def _image(self, frame: _Frame) -> str:
        attrs = frame.attributes()
        alt = escaped(attrs.get("alt", ""))
        address = resolved("src", attrs.get("src", ""), self.page)
        return f"![{alt}]({ADDRESS_MARK.sub(_behind_backslash, address)})" if address else alt

    def _code(self, text: str) -> str:
        text = text.replace("\n", " ")
        fence = "`" * (max(map(len, BACKTICKS.findall(text)), default=0) + 1 if "`" in text else 1)
        if text.startswith("`") or text.endswith("`") or (text[:1] == " " == text[-1:] and text.strip(" ")):
            text = f" {text} "
        if any(each.name == "table" for each in self.frames):
            text = text.replace("|", "\\|")
        return f"{fence}{text}{fence}"

    # -- blocks

    def _blocks(self, frame: _Frame, top: _Frame) -> Iterator[tuple[str, str]]:
        """What a block comes to in the one around it."""
        name = frame.name
        if name in HEADINGS:
            words = frame.words()
            yield "", f"{HEADINGS[name]} {words[:-1]}\\#" if words.endswith("#") else f"{HEADINGS[name]} {words}"
        elif name == "blockquote":
            yield "", "\n".join([f"> {each}" if each else ">" for each in frame.text().split("\n")])
        elif name == "pre":
            yield "", _fenced("".join(frame.inline), LANGUAGE.search(frame.attrs))
        elif name == "li":
            yield frame.attrs, frame.text()
        elif name in ("ol", "ul"):
            yield self._list(frame, top)
        elif name in ("th", "td"):
            aligned = frame.attributes().get("class", "").removeprefix("align-")
            yield ALIGNED.get(aligned, "---"), frame.words()
        elif name == "tr":
            cells = " | ".join([text for _, text in frame.blocks])
            yield " | ".join([rule for rule, _ in frame.blocks]), f"| {cells} |"
        elif name == "table":
            rows = [row for _, row in frame.blocks]
            rows[1:1] = [f"| {rule} |" for rule, _ in frame.blocks[:1]]
            yield "", "\n".join(rows)
        else:
            frame.flush()
            yield from frame.blocks

    def _list(self, frame: _Frame, top: _Frame) -> tuple[str, str]:
        """A list. Its marker is another one than that of a list right before it, which it would else go on from.

        Lists in lists take turns as well: `* * *` would be a rule.
        """
        if top.name == "div":
            return "", self._footnotes(frame)
        beside = top.blocks[-1][0] if top.blocks else ""
        if frame.name == "ul":
            marker = "*+"[sum(each.name == "ul" for each in self.frames) % 2]
            marker = {"*": "+", "+": "*"}[marker] if marker == beside else marker
            markers = [f"{marker} "] * len(frame.blocks)
        else:
            marker = ")" if beside == "." else "."
            first = int(frame.attributes().get("start", "1"))
            markers = [f"{min(first + n, LAST_NUMBER)}{marker} " for n in range(len(frame.blocks))]
        texts = [text for _, text in frame.blocks]
        between = "\n\n" if any("\n\n" in text for text in texts) else "\n"
        items = [f"{own}{indented(text, ' ' * len(own))}".rstrip(" ") for own, text in zip(markers, texts, strict=True)]
        return marker, between.join(items)

    def _footnotes(self, frame: _Frame) -> str:
        notes = []
        for attrs, text in frame.blocks:
            label = f"#{dict(ATTRIBUTE.findall(attrs))['id']}".removeprefix(self.own)
            notes.append(f"[^{label}]: {indented(text, '    ')}")
        return "\n\n".join(notes)


def _fenced(code: str, language: re.Match[str] | None) -> str:
    """A block of code between fences that it does not hold."""
    fence = "`" * max(3, *(len(each) + 1 for each in BACKTICKS.findall(code)), 3)
    code = f"{code}\n" if code and not code.endswith("\n") else code
    return f"{fence}{language[1] if language else ''}\n{code}{fence}"
