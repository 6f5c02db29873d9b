"""Data to records, with every mistake and its place: one function for each kind of file that a writer fills in.

Texts come in decoded; whatever is wrong comes out as diagnostics beside the record, which is None only where nothing
could be made of the file. What a file may hold stands in `contract`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, Generic, NamedTuple, TypeVar
from unicodedata import normalize

from sitegen import contract, yamldoc
from sitegen.diagnostics import Diagnostic, Span, error, in_order, span_at, warning
from sitegen.models import DigestCard, Glossary, Localized, Settings, ThreadCard
from sitegen.record import comparable
from sitegen.scalars import LangTag
from sitegen.shapes import MISSING, ListOf, Missing, Reader, Shape, Trail, path_of, plain
from sitegen.yamldoc import Mark, Node, Path

T = TypeVar("T")

_FRONT = re.compile(r"---[ \t]*\r?\n")
_FRONT_END = re.compile(r"\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)")


@comparable
class Decoded(Generic[T]):
    """What a file came to, and all that is to be told about it."""

    value: T | None
    diagnostics: tuple[Diagnostic, ...] = ()


class CommentSource(NamedTuple):
    """A comment as it was written. They stand flat, in reading order; `parent` is the parent's place among them."""

    author: str
    date: datetime
    depth: int
    parent: int | None
    where: Trail
    id: str | None = None
    text: Localized[str] = Localized()
    picked: bool = False
    note: Localized[str] = Localized()
    removed: dt.date | None = None


@comparable
class PageFront:
    """The front matter of a free page in one language."""

    title: str
    draft: bool = False
    expires: datetime | None = None
    aliases: tuple[str, ...] = ()


# -- files -------------------------------------------------------------------------------------------------------------


def settings(path: str, text: str) -> Decoded[Settings]:
    """sitegen.yaml. A plain text in it is in the default language."""
    file, reader = Document(path, text), Reader()
    if isinstance(file.node, dict):
        trial = Reader()
        listed = ListOf(LangTag()).read(file.node.get("languages"), (), trial)
        if listed is not MISSING and listed and not trial.problems:
            reader.languages, reader.lang = tuple(dict.fromkeys(listed)), listed[0]
    values = file.read(contract.SETTINGS, reader)
    if values is MISSING:
        return file.decoded(None, reader)
    values.pop("theme_options", None)  # the theme says what they may be
    return file.decoded(Settings(**values) if values["languages"] else None, reader)


def thread(path: str, text: str, slug: str, languages: tuple[str, ...], tz: tzinfo) -> Decoded[ThreadCard]:
    """thread.yaml: the card without what other files tell. A plain text in it is in the thread's `lang`."""
    file = Document(path, text)
    reader = file.reader(languages, languages[0], tz)
    said = file.node.get("lang") if isinstance(file.node, dict) else None
    if isinstance(said, str) and said in languages:
        reader.lang = said
    values = file.read(contract.THREAD, reader)
    if values is MISSING:
        return file.decoded(None, reader)
    _check_expiry(values, reader)
    return file.decoded(ThreadCard(slug=slug, **{"lang": reader.lang, **values}), reader)


def comments(
    path: str, text: str, lang: str, languages: tuple[str, ...], tz: tzinfo
) -> Decoded[tuple[CommentSource, ...]]:
    """comments.yaml, without recursion: replies may be as deep as `yamldoc` reads them.

    `lang` is the thread's, in which a plain text is.
    """
    file = Document(path, text)
    reader = file.reader(languages, lang, tz)
    if file.is_empty():
        return file.decoded((), reader)
    if not isinstance(file.node, list):
        file.read(contract.COMMENTS, reader)
        return file.decoded(None, reader)
    kept: list[CommentSource] = []
    waiting = _below((), file.node, 0, None)
    while waiting:
        node, where, depth, parent = waiting.pop()
        values = contract.COMMENT.read(node, where, reader)
        if values is not MISSING:
            values.pop("replies", None)
            kept.append(CommentSource(depth=depth, parent=parent, where=where, **values))
            parent, depth = len(kept) - 1, depth + 1
        replies = node.get("replies") if isinstance(node, dict) else None
        if isinstance(replies, list):
            waiting += _below((where, "replies"), replies, depth, parent)
    return file.decoded(tuple(kept), reader)


def digest(path: str, text: str, slug: str, languages: tuple[str, ...], tz: tzinfo) -> Decoded[DigestCard]:
    """digest.yaml: the card without what other files tell. A plain text in it is in the default language."""
    file = Document(path, text)
    reader = file.reader(languages, languages[0], tz)
    values = file.read(contract.DIGEST, reader)
    if values is MISSING:
        return file.decoded(None, reader)
    _check_expiry(values, reader)
    return file.decoded(DigestCard(slug=slug, **values), reader)


def front_matter(path: str, text: str, tz: tzinfo = UTC) -> tuple[Decoded[PageFront], str, int]:
    """The front matter of a page, the text below it, and the line on which that begins."""
    text = text.removeprefix("\ufeff")
    begin, end = _front(text)
    if begin is None or end is None:
        message = "the front matter has no end" if begin else "the page does not begin with front matter"
        advice = "begin the file with a line `---`, a line `title: …` and one more line `---`"
        return Decoded(None, (error("no-front-matter", message, span_at(path, text, 1, 1, 3), advice),)), text, 1
    file, reader = Document(path, "\n" + text[begin.end() : end.start() + 1]), Reader(tz=tz)
    if file.is_empty():
        file.node = {}
    values = file.read(contract.PAGE, reader)
    front = None if values is MISSING else PageFront(**values)
    return file.decoded(front, reader), text[end.end() :], text.count("\n", 0, end.end()) + 1


def _check_expiry(values: Mapping[str, Any], reader: Reader) -> None:
    """Tell of a thread or issue that would expire before it appears."""
    if (expires := values.get("expires")) is not None and expires <= values["date"]:
        message = "`expires` is not after `date`, so this is never on the site"
        reader.tell("never-shown", message, ((), "expires"), "write a later moment, or `draft: true`", warning=True)


def _front(text: str) -> tuple[re.Match[str] | None, re.Match[str] | None]:
    """The lines before and behind front matter."""
    begin = _FRONT.match(text)
    return begin, _FRONT_END.search(text, begin.end() - 1) if begin else None


def glossary(path: str, text: str, languages: tuple[str, ...]) -> Decoded[Glossary]:
    """glossary.yaml. A plain text in it is in the default language."""
    file = Document(path, text)
    reader = file.reader(languages, languages[0])
    if file.is_empty():
        return file.decoded(Glossary(), reader)
    terms = file.read(contract.TERMS, reader)
    return file.decoded(None if terms is MISSING else Glossary(terms), reader)


def placed(path: str, text: str, faults: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Diagnostics of the file's card, each at the `node` that its span names, else at the file as a whole.

    Of a page, nodes are those of its front matter.
    """
    file = _front_document(path, text) if path.endswith(".md") else Document(path, text)
    found = {each: file.find(*each.span.node) for each in faults if each.span and each.span.node}
    places = _Places(file, found.values())

    def place(each: Diagnostic, where: Path) -> Span:
        return places.span(where, key=each.span is not None and each.span.node == where)

    return tuple(each._replace(span=place(each, found[each])) if each in found else each for each in faults)


def span_in_front(path: str, text: str, key: str) -> Span:
    """Where a value in the front matter of a page stands."""
    return _Places(_front_document(path, text), [(key,)]).span((key,))


def span_of(path: str, text: str, comment: CommentSource) -> Span:
    """Where a comment of a file stands: its id, else its author."""
    where = (*path_of(comment.where), "author" if comment.id is None else "id")
    return _Places(Document(path, text), [where]).span(where)


def spans_in_texts(
    path: str, text: str, places: Iterable[tuple[CommentSource, str, str, int, int, int]]
) -> tuple[Span, ...]:
    """Where places in comments' texts stand in their file: comment, key, language, line, column (from 1), width."""
    file = Document(path, text)
    wanted: list[tuple[Path, tuple[int, int, int]]] = []
    for comment, key, lang, line, column, width in places:
        where: Path = (*path_of(comment.where), key)
        wanted.append(((*where, lang) if isinstance(file.at(where), dict) else where, (line, column, width)))
    found = _Places(file, [where for where, _ in wanted])
    return tuple(found.span(where, inside=inside) for where, inside in wanted)


def spans(path: str, text: str, wanted: Iterable[tuple[Path, tuple[int, int, int] | None]]) -> tuple[Span, ...]:
    """Where nodes of a YAML file, or of a page's front matter, stand, or places (line, column, width) in their texts.

    Where a path leads on from a text, such as to its language, it is the text that is meant.
    """
    file = _front_document(path, text) if path.endswith(".md") else Document(path, text)
    several = [(file.nearest(where), inside) for where, inside in wanted]
    found = _Places(file, [where for where, _ in several])
    return tuple([found.span(where, inside=inside) for where, inside in several])


# -- parts -------------------------------------------------------------------------------------------------------------


def _front_document(path: str, text: str) -> Document:
    """The front matter of a page, each line where it stands in the page."""
    text = text.removeprefix("\ufeff")
    begin, end = _front(text)
    return Document(path, f"\n{text[begin.end() : end.start() + 1]}" if begin and end else "")


class Document:
    """A YAML file: its text, without a byte order mark, its tree and the faults of its YAML."""

    def __init__(self, path: str, text: str):
        self.path = path
        self.text = text.removeprefix("\ufeff")
        self.node, self.faults = yamldoc.load(self.text)

    def reader(self, languages: tuple[str, ...] = (), lang: str = "", tz: tzinfo = UTC) -> Reader:
        """A reader of the file."""
        return Reader(languages, lang, tz, escapes="\\" in self.text)

    def is_empty(self) -> bool:
        """Whether there is nothing in it, not even a fault."""
        return self.node is None and all(fault.warning for fault in self.faults)

    def read(self, shape: Shape[T], reader: Reader) -> T | Missing:
        """What a shape makes of the file; nothing where the file has nothing to read."""
        if self.is_empty():
            return reader.tell("empty-file", f"this file is empty and must be {shape.words}", ())
        return MISSING if self.node is None else shape.read(self.node, (), reader)

    def at(self, where: Path) -> Any:
        """The node at a path that the file has."""
        node: Any = self.node
        for step in where:
            node = node[step]
        return node

    def nearest(self, where: Path) -> Path:
        """A path as far as the file has it."""
        node: Any = self.node
        for depth, step in enumerate(where):
            if not (step in node if isinstance(node, dict) else isinstance(node, list) and step in range(len(node))):
                return where[:depth]
            node = node[step]
        return where

    def find(self, key: str, value: str | None = None) -> Path:
        """The path of a key at the top of the file, or of the text under it that reads so."""
        under = self.node.get(key) if isinstance(self.node, dict) else None
        if isinstance(under, list):
            texts = (normalize("NFC", plain(each)) if isinstance(each, str) else None for each in under)
            return next(((key, number) for number, each in enumerate(texts) if each == value), (key,))
        return (key,)

    def decoded(self, value: T | None, reader: Reader) -> Decoded[T]:
        """A value with all that is wrong in the file, put where it stands."""
        if not self.faults and not reader.problems:
            return Decoded(value)
        places = _Places(self, [each.path for each in reader.problems])
        told = []
        for fault in self.faults:
            tell = warning if fault.warning else error
            span = places.span_at(Mark(fault.line, fault.column, fault.width))
            told.append(tell(fault.code, fault.message, span, fault.help))
        for each in reader.problems:
            tell = warning if each.warning else error
            span = places.span(each.path, key=each.at == "key", inside=each.inside)
            told.append(tell(each.code, each.message, span, each.help))
        return Decoded(value, in_order(told))


class _Places:
    """Where the nodes at some paths of a file stand."""

    def __init__(self, file: Document, paths: Iterable[Path]):
        self.file = file
        self.marks = yamldoc.locate(file.text, paths)
        self.lines = file.text.split("\n")

    def span(self, where: Path, *, key: bool = False, inside: tuple[int, int, int] | None = None) -> Span:
        """The span of a value, of its key, or of a place inside a text; the whole file where nothing is at the path."""
        marks = self.marks.get(where)
        if marks is None:
            return Span(self.file.path)
        if inside:
            return self.span_at(yamldoc.inside(self.lines, marks, str(self.file.at(where)), *inside))
        return self.span_at(marks.key if key and marks.key else marks.value)

    def span_at(self, mark: Mark) -> Span:
        """The span of a mark, without going through the whole text for it."""
        source = self.lines[mark.line - 1]
        return span_at(self.file.path, source, 1, mark.column, mark.width)._replace(line=mark.line)


def _below(
    where: Trail, nodes: Sequence[Node], depth: int, parent: int | None
) -> list[tuple[Node, Trail, int, int | None]]:
    """The entries of a list of comments, the first one last: the next to be taken off the stack."""
    return [(node, (where, index), depth, parent) for index, node in reversed(list(enumerate(nodes)))]
