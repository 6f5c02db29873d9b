"""What was read of a Markdown text, made fit for HTML: links, images, headings, tables, footnotes, code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import unquote

from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from sitegen.markdown.outline import Outline
from sitegen.markdown.rules import is_web

LANGUAGE = re.compile(r"[\w+#.-]+")


def inlines(tokens: Iterable[Token]) -> Iterator[Token]:
    """The tokens that hold inline content."""
    return (token for token in tokens if token.type == "inline")


def plain(children: Iterable[Token] | None) -> str:
    """Inline content as plain text on one line."""
    parts: list[str] = []
    for child in children or ():
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type in ("image", "picture"):
            parts.append(plain(child.children))
    return " ".join("".join(parts).split())


def words(content: str) -> Token:
    """A text token."""
    return Token("text", "", 0, content=content)


def top_level(tokens: Iterable[Token]) -> Iterator[list[Token]]:
    """The tokens of each top-level block."""
    group: list[Token] = []
    depth = 0
    for token in tokens:
        group.append(token)
        depth += token.nesting
        if depth == 0:
            yield group
            group = []


def is_image(paragraph: Token) -> bool:
    """Whether a paragraph holds images and nothing else."""
    kinds = {child.type for child in paragraph.children or () if child.type != "text" or child.content.strip()}
    return "picture" in kinds and kinds <= {"picture", "softbreak", "hardbreak"}


def settled(token: Token, rel: str = "") -> list[Token]:
    """Inline content as it may stand in HTML.

    Images that are not shown become links, no link stands inside a link, and a link to nowhere is text again.
    """
    result: list[Token] = []
    closings: list[Token | None] = []  # what ends each open link; None is the link's own end
    for child in token.children or ():
        if child.type == "link_open":
            opening, closing = child, None
            if None in closings:
                opening, closing = words(""), words("")
            elif not child.attrs["href"]:
                opening, closing = words("["), words("]()")
            result.append(opening)
            closings.append(closing)
        elif child.type == "link_close":
            result.append(closings.pop() or child)
        elif child.type == "image":
            result += linked_image(child, inside=None in closings)
        else:
            result.append(child)
    if rel:
        for child in result:
            if child.type == "link_open":
                child.attrs["rel"] = rel
    return result


def linked_image(image: Token, inside: bool) -> list[Token]:
    """An image that is not shown, as a link to it; inside a link, as its words alone."""
    address, alt = str(image.attrs["src"]), plain(image.children)
    if not is_web(address):
        return [words(f"![{alt}]({unquote(address)})")]
    text = words(alt or address)
    return [text] if inside else [Token("link_open", "a", 1, {"href": address}), text, Token("link_close", "a", -1)]


def embolden_headings(tokens: Sequence[Token]) -> None:
    """Make headings bold paragraphs: a comment is no part of its page's outline."""
    for opening, content, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if opening.type == "heading_open":
            opening.type, closing.type = "paragraph_open", "paragraph_close"
            opening.tag = closing.tag = "p"
            bold = Token("strong_open", "strong", 1), Token("strong_close", "strong", -1)
            content.children = [bold[0], *(content.children or ()), bold[1]]


def set_headings(tokens: Sequence[Token], outline: Outline) -> None:
    """Give headings their levels and ids, and links to them within the text the same prefix."""
    for opening, content, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if opening.type == "heading_open":
            level, name = outline.add(int(opening.tag[1]), plain(content.children))
            opening.tag = closing.tag = f"h{level}"
            opening.attrs = {"id": name}
    for token in inlines(tokens):
        for child in token.children or ():
            target = str(child.attrs.get("href", ""))
            if target.startswith("#") and unquote(target[1:]) in outline.names:
                child.attrs["href"] = f"#{outline.prefix}{target[1:]}"


def align_cells(tokens: Iterable[Token]) -> None:
    """Say a table's alignment by class: a page's security policy forbids style attributes."""
    for token in tokens:
        if style := token.attrs.pop("style", None):
            token.attrs["class"] = str(style).replace("text-align:", "align-")


class Renderer(RendererHTML):
    """Code whose block is the outermost element, and footnotes; ids take a prefix from `env["prefix"]`."""

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Fenced code, with the language as a class."""
        token = tokens[idx]
        language = LANGUAGE.match(token.info.strip())
        name = f' class="language-{language[0]}"' if language else ""
        return f"<pre{self.renderAttrs(token)}><code{name}>{escapeHtml(token.content)}</code></pre>\n"

    def footnote_ref(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """The number in the text."""
        prefix, number, time = footnote_of(tokens[idx], env)
        link = f'<a href="#{prefix}fn{number}" id="{prefix}fnref{number}{time}" role="doc-noteref">{number}</a>'
        return f'<sup class="footnote-ref">{link}</sup>'

    def footnote_anchor(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """The way back from a footnote."""
        prefix, number, time = footnote_of(tokens[idx], env)
        return f' <a href="#{prefix}fnref{number}{time}" class="footnote-back" role="doc-backlink">\u21a9\ufe0e</a>'

    def footnote_block_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Before all footnotes."""
        return '<div class="footnotes" role="doc-endnotes">\n<ol>\n'

    def footnote_block_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """After all footnotes."""
        return "</ol>\n</div>\n"

    def footnote_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Before a footnote."""
        prefix, number, _ = footnote_of(tokens[idx], env)
        return f'<li id="{prefix}fn{number}">'

    def footnote_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """After a footnote."""
        return "</li>\n"


def footnote_of(token: Token, env: EnvType) -> tuple[str, int, str]:
    """A footnote's prefix and number, and what tells its second and later mentions apart."""
    time = token.meta.get("subId", 0)
    return escapeHtml(env["prefix"]), token.meta["id"] + 1, f"-{time + 1}" if time else ""
