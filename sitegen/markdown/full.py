"""All of Markdown, read by markdown-it: what the clear part of it (`fast`) leaves."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import accumulate, count, pairwise
from unicodedata import normalize
from urllib.parse import unquote, urljoin

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from sitegen.diagnostics import did_you_mean
from sitegen.markdown import rules
from sitegen.markdown.document import STRANGER_REL, Block, Document, Picture, Problem, as_typed
from sitegen.markdown.html import (
    Renderer,
    align_cells,
    embolden_headings,
    inlines,
    is_image,
    plain,
    set_headings,
    settled,
    top_level,
)
from sitegen.markdown.outline import Outline

EDITOR_LIMIT = 1_000_000

STRANGER_LIMIT = 20_000

DECORATION = '""'
"""What stands for the words of an image that only decorates: the empty text, said on purpose."""

PLANES = "".join(f"{chr(plane)}-{chr(plane + 0xFFFD)}" for plane in range(0x10000, 0x110000, 0x10000))
UNSAFE = re.compile(f"[^\t\n -~\xa0-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd{PLANES}]")
"""What is never shown: control characters, what overrides the direction of text, what XML or HTML forbids."""

COMMENT = re.compile(r" {0,3}\[//\]:")
"""The beginning of a line that no reader sees: a definition that nothing uses, which stands for a comment."""

KINDS = {
    "paragraph_open": "paragraph",
    "heading_open": "heading",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "blockquote_open": "quote",
    "fence": "code",
    "code_block": "code",
    "table_open": "table",
    "hr": "rule",
    "footnote_block_open": "footnotes",
}


def render_editor(
    text: str, images: Mapping[str, Picture], heading_base: int, prefix: str, page: str, root: str
) -> Document:
    """What `markdown.render_editor` says of it."""
    source = Source(text)
    try:
        tokens, strays = read(editor_parser(), source.text, EDITOR_LIMIT)
    except RefusedError as refused:
        return as_typed(source.text, replace(refused.problem, fatal=True), numbered=True)
    known = {normalize("NFC", name): picture for name, picture in images.items()}
    problems: list[Problem] = []
    shown: set[str] = set()
    for token in inlines(tokens):
        faults = [*stray_faults(strays.get(id(token), ())), *place_images(token, known, shown)]
        problems += source.placed(token, faults)
        token.children = settled(token)
        place_links(token.children, page, root)
    set_headings(tokens, Outline(heading_base, prefix))
    align_cells(tokens)
    made = document(editor_parser(), tokens, problems, source.text, numbered=True, prefix=prefix)
    return replace(made, images=frozenset(shown))


def render_stranger(text: str) -> Document:
    """What `markdown.render_stranger` says of it."""
    source = Source(text)
    try:
        tokens, strays = read(stranger_parser(), source.text, STRANGER_LIMIT)
    except RefusedError as refused:
        return as_typed(source.text, refused.problem, numbered=False)
    problems: list[Problem] = []
    for token in inlines(tokens):
        problems += source.placed(token, stray_faults(strays.get(id(token), ())))
        token.children = settled(token, rel=STRANGER_REL)
    embolden_headings(tokens)
    return document(stranger_parser(), tokens, problems, source.text, numbered=False)


class RefusedError(Exception):
    """A text is not read as Markdown."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


@cache
def editor_parser() -> MarkdownIt:
    """The parser of editors' texts."""
    md = rules.EditorMarkdown("js-default", {"maxNesting": rules.NESTING}, renderer_cls=Renderer)
    rules.use_common_rules(md)
    rules.use_footnotes(md)
    return md


@cache
def stranger_parser() -> MarkdownIt:
    """The parser of strangers' texts.

    Without tables, which make much of few characters; without link definitions, which would swallow a line such as
    `[1]: https://…`; without headings by underline, which people mean as a rule.
    """
    options = {"maxNesting": rules.NESTING, "breaks": True}
    md = rules.StrangerMarkdown("js-default", options, renderer_cls=Renderer)
    rules.use_common_rules(md)
    return md.disable(["table", "reference", "lheading"])


def read(md: MarkdownIt, text: str, limit: int) -> tuple[list[Token], Mapping[int, Sequence[rules.Run]]]:
    """The tokens of a text, and the marks that stayed text by the id() of their inline token.

    Raises RefusedError where the text is longer than `limit` or costs too much.
    """
    if len(text) > limit:
        line, column = text.count("\n", 0, limit) + 1, limit - text.rfind("\n", 0, limit)
        message = f"this text has {len(text):,} characters, more than the {limit:,} that are read as Markdown"
        raise RefusedError(Problem("text-too-long", message, line, column, 1, "shorten it, or split it"))
    try:
        reading = rules.begin(text)
        tokens = md.parse(text, {"reading": reading})
    except rules.TooComplexError as error:
        message = "this text would take too long to read as Markdown, so it is shown as it was typed"
        hint = "look for very deep quotes or lists, and for long runs of brackets, asterisks or other marks"
        raise RefusedError(Problem("markdown-too-complex", message, error.line + 1, 1, 1, hint)) from error
    return tokens, reading.strays


class Source:
    """A text as it is read (`text`), and the way back to its places as it was typed."""

    def __init__(self, typed: str) -> None:
        self.lines = re.sub(r"\r\n?", "\n", typed).split("\n")
        self.text = UNSAFE.sub("", "\n".join(self.lines))
        self.read: dict[int, tuple[str, list[int]]] = {}
        self.searched: dict[int, int] = {}

    def placed(self, token: Token, faults: Iterable[tuple[int, Problem]]) -> Iterator[Problem]:
        """Problems with their places: each fault comes with its position in the content of an inline token."""
        faults = sorted(faults, key=lambda fault: fault[0])
        if not faults:
            return
        parts = token.content.split("\n")
        starts = list(accumulate((len(part) + 1 for part in parts), initial=0))
        columns: dict[int, Sequence[int]] = {}
        for position, problem in faults:
            index = bisect_right(starts, position) - 1
            line = rules.first_line(token) + index
            if index not in columns:
                columns[index] = self.columns(line, parts[index])
            inside = position - starts[index]
            column = columns[index][inside] if inside < len(columns[index]) else 0
            yield replace(problem, line=line + 1, column=column + 1)

    def columns(self, line: int, part: str) -> Sequence[int]:
        """For each character of a part of a line, its place in the line as typed; nothing where it is not found.

        Of equal parts (two cells of a table), each call finds the next one.
        """
        if line not in self.read:
            typed = self.lines[line]
            places = [at for at, char in enumerate(typed) if not UNSAFE.match(char)]
            self.read[line] = "".join(typed[at] for at in places), places
        whole, places = self.read[line]
        text = part.lstrip(" \t")  # a tab there may have become spaces
        found = whole.find(text, self.searched.get(line, 0))
        if found < 0:
            return ()
        self.searched[line] = found + 1
        return [0] * (len(part) - len(text)) + places[found : found + len(text)]


def stray_faults(runs: Iterable[rules.Run]) -> Iterator[tuple[int, Problem]]:
    """A problem for each mark that was meant as markup and stayed text, with its position."""
    for run in rules.stray_runs(runs):
        message = f"`{run.mark * 2}` stays in the text as it is: it neither opens nor closes anything"
        hint = f"move spaces out of the marks, or write `\\{run.mark}\\{run.mark}` for the characters themselves"
        yield run.start, Problem("stray-markup", message, 0, 0, run.length, hint)


def place_images(token: Token, known: Mapping[str, Picture], shown: set[str]) -> Iterator[tuple[int, Problem]]:
    """Make images in a paragraph what is to be shown, and note their names as `shown`; other sites' stay links.

    All but the first one of a text are loaded when the reader comes to them.
    """
    for child in token.children or ():
        if child.type != "image" or rules.is_web(address := str(child.attrs["src"])):
            continue
        start, width = child.meta["start"], len(child.content) + 3
        name = normalize("NFC", unquote(address)).removeprefix("./")
        if name not in known:
            hint = did_you_mean(name, known) or "put the file into the folder of this text"
            message = f"there is no image `{name}` beside this text"
            yield start, Problem("missing-image", message, 0, 0, width, hint, fatal=True)
            continue
        if child.content == DECORATION:
            child.children = []
        elif not any(map(str.isalnum, plain(child.children))):
            message = f"the image `{name}` has no words for those who do not see it"
            hint = f"write `![what it shows]({name})`, or `![{DECORATION}]({name})` where it only decorates"
            yield start, Problem("missing-alt", message, 0, 0, width, hint)
        picture = known[name]
        if picture.fault is not None:
            yield start, replace(picture.fault, width=width)
            continue
        title = {"title": child.attrs["title"]} if "title" in child.attrs else {}
        lazy = {"loading": "lazy"} if shown else {}
        shown.add(name)
        child.type = "picture"
        child.attrs = {**picture.attrs, "alt": plain(child.children), **title, **lazy, "decoding": "async"}


def place_links(children: Iterable[Token], page: str, root: str) -> None:
    """Give links within the site their addresses; those within the page stay as they are."""
    for child in children:
        href = str(child.attrs.get("href", "#"))
        if child.type == "link_open" and not href.startswith("#") and not rules.is_web(href):
            child.attrs["href"] = root.removesuffix("/") + href if href.startswith("/") else urljoin(page, href)


def document(
    md: MarkdownIt, tokens: Iterable[Token], problems: Iterable[Problem], source: str, numbered: bool, prefix: str = ""
) -> Document:
    """Render top-level blocks one by one; an editor's are `numbered`, with the ids p1, p2, …, and are text as well."""
    blocks: list[Block] = []
    lines: list[str | None] = [*source.split("\n")]
    paragraphs: list[str] = []
    numbers = count(1)
    for group in top_level(tokens):
        kind = KINDS[group[0].type]
        if kind == "paragraph" and is_image(group[1]):
            kind = "image"
        if numbered and kind != "footnotes":
            paragraphs += (plain(after.children) for before, after in pairwise(group) if before.tag == "p")
            if kind != "heading":
                group[0].attrs = {"id": f"p{next(numbers)}", **group[0].attrs}
        html = md.renderer.render(group, md.options, {"prefix": prefix})
        first, last = group[0].map or (0, 0)
        typed = "\n".join(line for line in lines[first:last] if line is not None).strip()
        lines[first:last] = [None] * (last - first)
        blocks.append(Block(kind, Markup(UNSAFE.sub("", html)), typed))
    if blocks and (others := "\n".join(line for line in lines if line and not COMMENT.match(line)).strip()):
        blocks[-1] = replace(blocks[-1], source=f"{blocks[-1].source}\n{others}".strip())
    text = UNSAFE.sub("", "\n".join(filter(None, paragraphs)))
    return Document(tuple(blocks), tuple(sorted(problems, key=lambda one: (one.line, one.column))), text)
