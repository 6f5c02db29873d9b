"""The clear part of Markdown, read by two regular expressions to what `markdown` makes of it, in a tenth of the time.

Taken are paragraphs, headings, fenced code, lists of one level and quotes of one paragraph, and in them `code`,
emphasis that finds its partner at once, and links to other sites. A text with anything else is left to the parser as a
whole: nothing here ever decides what an unusual text means. So there is never a problem to tell, either.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sitegen.markdown.document import Block, Document, escaped, marked
from sitegen.markdown.flanking import flanks
from sitegen.markdown.outline import Outline

LIMIT = 10_000
"""Characters of a text; as many of whatever costs most are within the FUEL of `rules`."""

# What makes a line more than a line of a paragraph, or may do so beside other lines; every line ends in \n.
OTHER = r"[ >=|]|\#{1,6}[ \n]|-[-:|\ \n]|\+[ \n]|:[-:|\ ]|\*(?:\*\*|\*?[ \n])|[0-9]{1,9}[.)][ \n]|```|~~~"
LINE = rf"(?!{OTHER}).+\n"
BLOCK = re.compile(
    rf"""
      (?P<paragraph> (?:{LINE})+ )
    | \#{{1,6}}[ ] (?P<heading> [^ \n].*\n )
    | (?P<mark>[-*+])[ ]{LINE} (?>(?:\n*(?P=mark)[ ]{LINE})*) (?P<bullets>)
    | (?P<first>[0-9]{{1,9}})(?P<dot>[.)])[ ]{LINE} (?>(?:\n*[0-9]{{1,9}}(?P=dot)[ ]{LINE})*) (?P<numbers>)
    | (?P<quote> (?:>[ ]?{LINE})+ )
    | ```(?P<language>[A-Za-z0-9+\#._-]*)\n (?P<code> (?:(?![ ]{{0,3}}```).*\n)* ) ```\n
    """,
    re.VERBOSE,
)
ITEM = re.compile(r"^(?:[-*+]|[0-9]{1,9}[.)]) ", re.MULTILINE)
QUOTED = re.compile(r"^> ?", re.MULTILINE)

# Marks within a line, after & < > " were escaped.
# Groups are atomic, `(?>(…)*)`: Python before 3.11.5 matches possessive ones, `(…)*+`, wrongly.
LABEL = r"(?!\^)(?>(?:[^][\\`*_~&:\n]|&quot;|&amp;(?=[ ])|:(?!//))+)"
PLACE = (
    r"ttps?://[a-z0-9-]++(?>(?:\.[a-z0-9-]+)*)(?>(?::[0-9]{1,5}+)?)"
    r"(?>(?:[/?\#](?>(?:[A-Za-z0-9._~:/?\#@!$'+,=-]|%[0-9A-Fa-f]{2}|&amp;){0,1000}))?)"
)
TRIMMED = "?!.,:'_~)"
PLAIN = r"[^\W_][^*`\[\\_~!:&\n]*+(?<=\w)"
"""Words without marks, a letter or digit at both ends: stars around them, the first behind a space, are a pair."""
MARK = rf"""
    (?: (?<=\*)(?<![^ \n]\*)(?: \*(?P<strong>{PLAIN})\*\* | (?P<em>{PLAIN})\* )(?!\*)
      | (?<=\*)\**+ (?P<stars>)
      | (?<=`)(?P<code> [^`\n ](?:[^`\n]*[^`\n ])? )`(?!`)
      | (?<=\[)(?P<label>{LABEL})\](?: \((?P<link>h{PLACE})\) | (?![(:\[]) )
      | (?<=h)(?<![A-Za-z0-9+]h)(?P<bare> {PLACE}[?!.,:')]*+ )(?![A-Za-z0-9._~:/?\#@!$'()+,;=%[-]|&amp;)
      | (?<=\w_)_*+(?=\w)
      | (?<=~)~++ (?P<tone>)
      | (?: (?<=[\\`\[_]) | (?<=!)\[ | (?<=:)// | (?<=&)amp;\#?[A-Za-z0-9]+; | (?<=&)lt;[A-Za-z] ) (?P<unclear>)
    )
    """
MARKS = r"*`\[\\_~!:&"
SPAN = re.compile(f"[{MARKS}]{MARK}", re.VERBOSE)
SPAN_OR_ADDRESS = re.compile(f"[{MARKS}h]{MARK}", re.VERBOSE)
"""A set comes first, by which a search leaps from mark to mark."""

BREAK = re.compile(r" *\n")
HARD_BREAK = re.compile(r"  +\n")
TAG = re.compile(r"<[^>]*>")
TAGS = {1: "em", 2: "strong"}


class UnclearError(Exception):
    """A text is not clear enough to be read here."""


@dataclass
class Reading:
    """A text that is being read: its blocks, and the plain text of an editor's paragraphs.

    `outline` takes the headings of an editor's text; a stranger's has none. `rel` is what its links are to their pages.
    """

    outline: Outline | None
    rel: str = ""
    blocks: list[Block] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)
    numbered: int = 0

    def add(self, kind: str, html: str, source: str) -> None:
        """Add a block."""
        self.blocks.append(Block(kind, marked(html), source.strip()))


def read(text: str, outline: Outline | None = None, rel: str = "") -> Document | None:
    """Read an editor's text, with an outline, or a stranger's, without; None where it is not clear enough.

    What is read here is printable, by which it holds nothing unsafe, nor any space but the common one.
    """
    if len(text) > LIMIT or not text.replace("\n", " ").isprintable():
        return None
    reading = Reading(outline, rel)
    try:
        read_blocks(reading, text.strip("\n") + "\n")
    except UnclearError:
        return None
    return Document(tuple(reading.blocks), (), "\n".join(filter(None, reading.paragraphs)))


# -- blocks ------------------------------------------------------------------------------------------------------------


def read_blocks(reading: Reading, text: str) -> None:
    """Read block after block; raises UnclearError."""
    before, at = "", 0
    while at < len(text):
        found = BLOCK.match(text, at)
        if found is None:
            raise UnclearError
        kind = found.lastgroup or ""
        if before and not may_follow(before, kind, found):
            raise UnclearError
        read_block(reading, found, kind)
        before, at = kind, found.end()
        while text.startswith("\n", at):
            before, at = "", at + 1


def may_follow(before: str, kind: str, found: re.Match[str]) -> bool:
    """Whether a block stands for itself behind another one without an empty line between them."""
    if kind == "numbers" and before == "paragraph":
        return found["first"] == "1"
    return before in ("paragraph", "heading", "code")


def read_block(reading: Reading, found: re.Match[str], kind: str) -> None:
    """Read a block; raises UnclearError."""
    if kind == "heading":
        read_heading(reading, found)
        return
    anchor = ""
    if reading.outline is not None:
        reading.numbered += 1
        anchor = f' id="p{reading.numbered}"'
    if kind == "paragraph":
        html = f"<p{anchor}>{read_words(reading, found[0])}</p>\n"
    elif kind == "quote":
        html = f"<blockquote{anchor}>\n<p>{read_words(reading, QUOTED.sub('', found[0]))}</p>\n</blockquote>\n"
    elif kind == "code":
        language = f' class="language-{found["language"]}"' if found["language"] else ""
        html = f"<pre{anchor}><code{language}>{escaped(found['code'])}</code></pre>\n"
    else:
        kind, html = "list", read_list(reading, found, kind, anchor)
    reading.add(kind, html, found[0])


def read_list(reading: Reading, found: re.Match[str], kind: str, anchor: str) -> str:
    """Read a list, whose items are paragraphs where an empty line stands between any two; raises UnclearError."""
    before, after = ("<li>\n<p>", "</p>\n</li>\n") if "\n\n" in found[0] else ("<li>", "</li>\n")
    items = "".join(f"{before}{read_words(reading, item)}{after}" for item in ITEM.split(found[0])[1:])
    if kind == "bullets":
        return f"<ul{anchor}>\n{items}</ul>\n"
    first = int(found["first"])
    start = f' start="{first}"' if first != 1 else ""
    return f"<ol{anchor}{start}>\n{items}</ol>\n"


def read_heading(reading: Reading, found: re.Match[str]) -> None:
    """Read a heading, in a stranger's text as a bold paragraph; raises UnclearError."""
    words = found["heading"].rstrip(" \n")
    if words.endswith("#"):
        raise UnclearError
    html = read_words(reading, words)
    if reading.outline is None:
        reading.add("paragraph", f"<p><strong>{html}</strong></p>\n", found[0])
        return
    level, name = reading.outline.add(found[0].index(" "), reading.paragraphs.pop())
    html = f'<h{level} id="{escaped(name)}">{html}</h{level}>\n'
    reading.add("heading", html, found[0])


# -- words -------------------------------------------------------------------------------------------------------------


def read_words(reading: Reading, words: str) -> str:
    """The HTML of the lines of a paragraph; raises UnclearError. The plain text of an editor's is noted."""
    words = words.rstrip(" \n")
    html = read_spans(escaped(words), reading.rel)
    if reading.outline is None:
        return BREAK.sub("<br>\n", html) if "\n" in html else html
    if html != words:
        words = TAG.sub("", html)
        if "&" in words:
            words = words.replace("&quot;", '"').replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&")
    reading.paragraphs.append(" ".join(words.split()) if "\n" in words or "  " in words else words.strip(" "))
    return HARD_BREAK.sub("<br>\n", html).replace(" \n", "\n") if "\n" in html else html


def read_spans(html: str, rel: str) -> str:
    """Read the marks in what was escaped; raises UnclearError."""
    opened: list[int] = []

    def read_span(found: re.Match[str]) -> str:
        kind = found.lastgroup
        if kind == "strong" or kind == "em":
            return f"<{kind}>{found[kind]}</{kind}>"
        if kind == "stars":
            return read_stars(found, opened)
        if kind == "code":
            return f"<code>{found['code']}</code>"
        if kind == "link":
            return f'<a href="{found["link"]}"{rel}>{found["label"]}</a>'
        if kind in ("label", None) or (kind == "tone" and not any_flank(found)[0]):
            return found[0]
        if kind == "bare":
            address = found[0].rstrip(TRIMMED)
            rest = found[0][len(address) :]
            if not address.endswith("&amp;") and "_" not in rest and "~" not in rest:
                return f'<a href="{address}"{rel}>{address}</a>{rest}'
        raise UnclearError

    html = (SPAN_OR_ADDRESS if "://" in html else SPAN).sub(read_span, html)
    if opened:
        raise UnclearError
    return html


def read_stars(found: re.Match[str], opened: list[int]) -> str:
    """Read a run of stars that opens, that closes what was `opened` last, or that does neither; raises UnclearError."""
    opens, closes = any_flank(found)
    length = found.end() - found.start()
    if not opens and not closes:
        return found[0]
    if length not in TAGS:
        raise UnclearError
    if closes and opened and opened[-1] == length:
        opened.pop()
        return f"</{TAGS[length]}>"
    if not opens or (closes and opened):
        raise UnclearError
    opened.append(length)
    return f"<{TAGS[length]}>"


def any_flank(found: re.Match[str]) -> tuple[bool, bool]:
    """Whether a run may open emphasis, and whether it may close it."""
    words, start, end = found.string, found.start(), found.end()
    return flanks(words[start - 1] if start else " ", words[end] if end < len(words) else " ")
