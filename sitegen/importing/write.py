"""Content files for an imported thread, as text: what the page said, in the words of the content contract.

Texts stand in `|-` blocks below their language, so that a translator adds a language with one more block. Whatever a
page holds comes back from the YAML as it was: a text that a block cannot hold is written in quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import blake2b
from urllib.parse import urlsplit

from sitegen.importing.records import ForumComment, ForumThread, FoundColumn, FoundLink, Options

UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""What YAML cannot hold outside quotes, or would take for the end of a line."""

PLAIN = re.compile(r"[“‘「『《〈(]?[^\W\d_](?:[\w .,()%/+·’“”…-]*[\w.)%+’”…])?")
ADDRESS = re.compile(r"https?://[A-Za-z0-9./?=&%~+@_:;,!$*()#-]*[A-Za-z0-9/=_-]")
"""What needs no quotes: words that begin with a letter, and addresses."""

WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null", "none"))
"""Words that YAML 1.1, or a reader, may take for something else than text."""

ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\0": "\\0"}


def thread_id(thread: ForumThread) -> str:
    """What names a thread for good: when it was posted and, hashed, by whom.

    A page's title may be edited later, and its address is not on the page; these two never change. Six hex digits tell
    threads of the same minute apart.
    """
    author = blake2b((thread.author or "").encode("utf-8", "surrogatepass"), digest_size=3).hexdigest()
    return f"t{thread.posted:%Y%m%d-%H%M}-{author}"


def thread_yaml(thread: ForumThread, options: Options) -> str:
    """thread.yaml. Without the thread's address, which a page does not hold, `source` is left as a comment."""
    rows = [
        f"id: {thread_id(thread)}",
        "title:",
        f"  {options.lang}: {scalar(thread.title)}",
        f"date: {moment(options.date or thread.posted)}",
        *([f"category: {scalar(thread.category)}"] if thread.category else []),
        f"lang: {options.lang}",
        *_source(thread, options),
        *(_column(thread.column) if thread.column else []),
        *(_links(thread.links) if thread.links else []),
    ]
    return "\n".join(rows) + "\n"


def column_md(thread: ForumThread) -> str:
    """column.<lang>.md: the post's text; empty where there is none."""
    return f"{thread.body}\n" if thread.body else ""


def comments_yaml(thread: ForumThread, lang: str) -> str:
    """comments.yaml; empty where there are no comments."""
    roots = [index for index, comment in enumerate(thread.comments) if comment.parent is None]
    head = [f"# {one_line(thread.capture)}.", ""] if thread.capture else []
    return "\n".join([*head, *comment_rows(thread.comments, roots, 0, lang), ""]) if roots else ""


def comment_rows(comments: Sequence[ForumComment], roots: Iterable[int], column: int, lang: str) -> list[str]:
    """List entries for some comments and all replies to them; their hyphens stand in that column."""
    replies = replies_of(comments)
    waiting = [(index, column) for index in roots][::-1]
    rows: list[str] = []
    while waiting:
        index, column = waiting.pop()
        rows.extend(_comment(comments[index], " " * column, lang))
        if replies[index]:
            rows.append(f"{' ' * column}  replies:")
            waiting.extend((reply, column + 4) for reply in reversed(replies[index]))
    return rows


def replies_of(comments: Sequence[ForumComment]) -> list[list[int]]:
    """For each comment the indexes of the replies to it, in the order of the page."""
    found: list[list[int]] = [[] for _ in comments]
    for index, comment in enumerate(comments):
        if comment.parent is not None:
            found[comment.parent].append(index)
    return found


def _comment(comment: ForumComment, margin: str, lang: str) -> list[str]:
    ip = f"  # ip: {comment.ip}" if comment.ip else ""
    said = f"  # “{one_line(comment.said)}” on the page" if comment.rough else ""
    return [
        f"{margin}- author: {scalar(comment.author)}{ip}",
        f"{margin}  date: {moment(comment.date)}{said}",
        f"{margin}  text:",
        *_text(lang, comment.text, f"{margin}    "),
    ]


def _text(key: str, text: str, margin: str) -> list[str]:
    """A key and its text, as a block where a block can hold it."""
    if not text.strip() or text.endswith("\n") or UNSAFE.search(text):
        return [f"{margin}{key}: {quoted(text)}"]
    indent = "2" if text.startswith((" ", "\t", "\n")) else ""
    return [f"{margin}{key}: |{indent}-", *(f"{margin}  {line}" if line else "" for line in text.split("\n"))]


def _source(thread: ForumThread, options: Options) -> list[str]:
    site = options.site or (_host(options.url) if options.url else None)
    rows = [
        *([f"  site: {scalar(site)}"] if site else []),
        f"  url: {scalar(options.url) if options.url else 'https://'}",
        *([f"  author: {scalar(thread.author)}"] if thread.author else []),
        f"  posted: {moment(thread.posted)}",
        *([f"  views: {thread.views}"] if thread.views is not None else []),
        *([f"  votes: {thread.votes}"] if thread.votes is not None else []),
    ]
    if options.url:
        return ["source:", *rows]
    hint = "# Where the forum thread is: fill in `url`, then take “# ” off these lines."
    return [hint, *(f"# {row}" for row in ["source:", *rows])]


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _column(column: FoundColumn) -> list[str]:
    facts = (
        ("title", column.title),
        ("publisher", column.publisher),
        ("lang", column.lang),
        ("url", column.url),
        ("archive", column.archive),
    )
    rows = [f"  {key}: {scalar(value)}" for key, value in facts if value]
    label = [f"  # {one_line(column.label)}"] if column.label else []
    return ["column:", *label, *rows, *(["  excerpt: true"] if column.excerpt else [])]


def _links(links: Iterable[FoundLink]) -> list[str]:
    rows = ["links:"]
    for link in links:
        facts = (("title", link.title), ("url", link.url), ("lang", link.lang), ("kind", link.kind))
        rows.extend([f"  # {one_line(link.label)}"] if link.label else [])
        entry = [f"    {key}: {scalar(value)}" for key, value in facts if value]
        rows.extend([f"  - {entry[0].strip()}", *entry[1:]])
    return rows


def moment(when: datetime) -> str:
    """A date with its hour and offset (ISO 8601)."""
    return when.isoformat(timespec="seconds")


def scalar(text: str) -> str:
    """A text on one line, in quotes where it needs them."""
    plain = PLAIN.fullmatch(text) and text.lower() not in WORDS
    return text if plain or ADDRESS.fullmatch(text) else quoted(text)


def quoted(text: str) -> str:
    """A text on one line in double quotes (YAML 1.1, 5.7)."""
    escaped = "".join(ESCAPES.get(each, each) for each in text)
    return f'"{UNSAFE.sub(_escape, escaped)}"'


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found.group()):04x}"


def one_line(text: str) -> str:
    """A text as a YAML comment can hold it."""
    return " ".join(UNSAFE.sub(" ", text).split())
