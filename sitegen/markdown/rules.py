"""What we change in markdown-it-py: emphasis beside Korean, bare links, allowed addresses, a limit on work.

Everything is set on one parser through its public rulers; no class of the library is patched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import cast

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import StateBlock, paragraph
from markdown_it.rules_block import table as stock_table
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline import image as stock_image
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token
from mdit_py_plugins.footnote.index import footnote_def, footnote_ref, footnote_tail

from sitegen.markdown.flanking import flanks, is_punctuation

WEB = re.compile(
    r"https?://(?:[a-z0-9._~-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?(?:[/?#][^\s\\]*)?|mailto:[^\s?#]+@\S+", re.IGNORECASE
)
"""Addresses that lead to other sites (RFC 3986, without user names), after markdown-it has percent-encoded them."""

INTERNAL = re.compile(r"(?!//)(?![^/?#]*:)(?!.*%5C)[A-Za-z0-9._~%/?#-]\S*")
"""Addresses within the site: neither a scheme nor a host, nor a backslash, which browsers take for a slash."""

SCHEME = re.compile(r"(?<![A-Za-z0-9+])https?$", re.IGNORECASE)
URL_LIMIT = 2048
BARE_URL = re.compile(rf"://[A-Za-z0-9\-._~:/?#@!$&'()+,;=%]{{1,{URL_LIMIT}}}")
URL_ENTITY = re.compile(r"&#?[A-Za-z0-9]+;")

FOOTNOTE_LABEL = re.compile(r"\[\^[^\s\]]{1,100}\]")

FUEL = 1_000_000
"""What reading one text may cost, in units of about a microsecond."""

COSTS = {
    **dict.fromkeys("!#$%+-:=>@^{}\\", 4), **dict.fromkeys("*[_", 14), "\n": 20, "&": 10, "<": 80, "`": 2, "|": 15,
    "~": 10, "](": 30, "://": 80,
}  # fmt: skip
"""What a mark costs at most in linear work; what can grow faster is charged while it happens."""

SHORT = 5_000
"""Characters of a text whose marks cannot cost too much, whatever they are."""

LINE_COST = 7
LABEL_COST = 2
CELL_COST = 20
FOOTNOTE_COST = 20
IMAGE_COST = 200

NESTING = 34
"""Depth at which markdown-it stops, dropping what lies deeper; a text is refused two levels before."""


class TooComplexError(Exception):
    """Reading a text would cost too much; `line` counts from 0."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@dataclass(eq=False)
class Run:
    """A run of `*`, `_` or `~` in a paragraph's text: whether it may open or close emphasis, how much found none."""

    mark: str
    start: int
    length: int
    opens: bool
    closes: bool
    left: int = 0


@dataclass
class Reading:
    """The state of reading one text.

    What is left of its fuel, the inline token being read, the runs that stayed text by the id() of their token, and
    whether a footnote is being read.
    """

    fuel: int
    paragraph: Token = field(default_factory=lambda: Token("inline", "", 0))
    strays: dict[int, list[Run]] = field(default_factory=dict)
    in_footnote: bool = False

    def spend(self, cost: int, line: int) -> None:
        """Pay for work at a line; raises TooComplexError where nothing is left."""
        self.fuel -= cost
        if self.fuel < 0:
            raise TooComplexError(line)

    def is_inner(self, state: StateInline) -> bool:
        """Whether what is read is the alternative text of an image, not the paragraph itself."""
        return state.src != self.paragraph.content


def reading_of(state: StateInline | StateBlock | StateCore) -> Reading:
    """The reading that a rule takes part in."""
    return cast(Reading, state.env["reading"])


def begin(text: str) -> Reading:
    """Start reading a text; raises TooComplexError where its marks alone cost too much."""
    reading = Reading(FUEL)
    if len(text) > SHORT:
        reading.spend(sum(text.count(mark) * cost for mark, cost in COSTS.items()), 0)
    return reading


# -- addresses ---------------------------------------------------------------------------------------------------------


def is_web(url: str) -> bool:
    """Whether an address leads to another site by http, https or mailto."""
    return WEB.fullmatch(url) is not None


class StrangerMarkdown(MarkdownIt):
    """Links lead to other sites only."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 (the library's name)
        """Whether a link may lead there; where not, the text stays as it was typed."""
        return is_web(url)


class EditorMarkdown(MarkdownIt):
    """Links lead to other sites or within this one."""

    def validateLink(self, url: str) -> bool:  # noqa: N802
        """Whether a link may lead there; where not, the text stays as it was typed."""
        return is_web(url) or INTERNAL.fullmatch(url) is not None


def bare_link(state: StateInline, silent: bool) -> bool:
    """Link `http://…` and `https://…` as far as they are ASCII, so that a Korean particle behind stays text."""
    pos = state.pos
    if state.src[pos] != ":":
        return False
    scheme = SCHEME.search(state.src[max(0, pos - 6) : pos])
    rest = BARE_URL.match(state.src, pos, state.posMax)
    if scheme is None or rest is None or rest.end() - pos > URL_LIMIT:
        return False
    url = trimmed(scheme[0] + rest[0])
    href = state.md.normalizeLink(url)
    if not is_web(href):
        return False
    if not silent:
        if not state.pending.endswith(scheme[0]):  # an escape took a part of it
            return False
        state.pending = state.pending[: -len(scheme[0])]
        state.push("link_open", "a", 1).attrs = {"href": href}
        state.push("text", "", 0).content = url
        state.push("link_close", "a", -1)
    state.pos += len(url) - len(scheme[0])
    return True


def trimmed(url: str) -> str:
    """An address without the punctuation of the sentence around it; brackets stay where they come in pairs."""
    unpaired = url.count(")") - url.count("(")
    while True:
        if url[-1] == ")" and unpaired > 0:
            unpaired -= 1
        elif url[-1] == ";" and URL_ENTITY.fullmatch(url, max(0, url.rfind("&"))):
            url = url[: url.rfind("&") + 1]
        elif url[-1] not in "?!.,:;'_~&":
            return url
        url = url[:-1]


# -- emphasis ----------------------------------------------------------------------------------------------------------


def emphasis(state: StateInline, silent: bool) -> bool:
    """Set `*` and `_` out as delimiters (https://spec.commonmark.org/0.31.2/#delimiter-run)."""
    marker = state.src[state.pos]
    if silent or marker not in "*_":
        return False
    run = scan(state, within_words=marker == "*")
    for _ in range(run.length):
        set_out(state, marker, run, rule_of_three=run.length)
    state.pos += run.length
    return True


def strikethrough(state: StateInline, silent: bool) -> bool:
    """Set `~~` out as delimiters; of an odd number, the first one is text."""
    if silent or not state.src.startswith("~~", state.pos):
        return False
    run = scan(state, within_words=True)
    if run.length % 2:
        state.push("text", "", 0).content = "~"
    for _ in range(run.length // 2):
        set_out(state, "~~", run, rule_of_three=0)
    state.pos += run.length
    return True


def scan(state: StateInline, within_words: bool) -> Run:
    """Measure a run."""
    source, start = state.src, state.pos
    end = start + 1
    while end < state.posMax and source[end] == source[start]:
        end += 1
    before = source[start - 1] if start else " "
    after = source[end] if end < state.posMax else " "
    left, right = flanks(before, after)
    return Run(
        source[start],
        start,
        end - start,
        opens=left and (within_words or not right or is_punctuation(before)),
        closes=right and (within_words or not left or is_punctuation(after)),
    )


def set_out(state: StateInline, markup: str, run: Run, rule_of_three: int) -> None:
    """Push a mark as a text of its own, which becomes a tag where a partner is found."""
    token = state.push("text", "", 0)
    token.content = markup
    token.meta["run"] = run
    place = len(state.tokens) - 1
    state.delimiters.append(Delimiter(ord(markup[0]), rule_of_three, place, -1, run.opens, run.closes))


def note_strays(state: StateInline) -> None:
    """Note the runs of the paragraph that found no partner."""
    reading = reading_of(state)
    if reading.is_inner(state):
        return
    strays: dict[Run, None] = {}
    for token in state.tokens:
        run = token.meta.get("run")
        if run and token.type == "text":
            run.left += len(token.content)
            strays[run] = None
    if strays:
        reading.strays[id(reading.paragraph)] = list(strays)


def stray_runs(runs: Iterable[Run]) -> Iterator[Run]:
    """Of the runs that stayed text, the `**` and `~~` that were meant as markup.

    Not between spaces. Not `~~` behind a word, which Korean writers put there for its tone. Where a run wants a
    partner behind it, the next one is the same fault.
    """
    partner = False
    for run in runs:
        meant = run.opens and not run.closes if run.mark == "~" else run.opens or run.closes
        if run.mark == "_" or run.left < 2 or not meant:
            continue
        if not partner:
            yield run
        partner = run.opens and not partner


# -- images, footnotes, limits -----------------------------------------------------------------------------------------


def image(state: StateInline, silent: bool) -> bool:
    """An image that knows its place in the paragraph."""
    start = state.pos
    if not stock_image(state, silent):
        return False
    if not silent:
        state.tokens[-1].meta["start"] = start
        reading = reading_of(state)
        reading.spend(IMAGE_COST, first_line(reading.paragraph))
    return True


def footnote(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """A footnote; within another one, whose end the library would then lose, a paragraph."""
    reading = reading_of(state)
    if silent or reading.in_footnote:
        return footnote_def(state, line, end, True) and (silent or paragraph(state, line, end, False))
    reading.in_footnote = True
    found = footnote_def(state, line, end, False)
    reading.in_footnote = False
    return found


def reference_to_footnote(state: StateInline, silent: bool) -> bool:
    """A footnote's number, where it can be a link: not in an image's text. Labels are short, to be found in no time."""
    reading = reading_of(state)
    if not FOOTNOTE_LABEL.match(state.src, state.pos) or reading.is_inner(state):
        return False
    reading.spend(FOOTNOTE_COST, first_line(reading.paragraph))
    return footnote_ref(state, silent)


def limit(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """Pay for a line at one level of nesting, before any other rule sees it."""
    reading = reading_of(state)
    reading.spend(LINE_COST, line)
    if state.level > NESTING - 3:
        raise TooComplexError(line)
    return False


def table(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """A table whose cells are paid for: short rows are filled up, so that few characters make many cells."""
    if not stock_table(state, line, end, True):
        return False
    if silent:
        return True
    last = line
    while last < end and not state.isEmpty(last):
        last += 1
    cells = (last - line) * (state.src.count("|", state.bMarks[line], state.eMarks[line]) + 1)
    reading_of(state).spend(cells * CELL_COST, line)
    return stock_table(state, line, end, False)


class PaidInline(ParserInline):
    """Looking for the end of a link's label is what can cost more than linear time: each step is paid for."""

    def skipToken(self, state: StateInline) -> None:  # noqa: N802
        """Step over one token of a label."""
        reading = reading_of(state)
        reading.spend(LABEL_COST, first_line(reading.paragraph))
        super().skipToken(state)


def read_paragraphs(state: StateCore) -> None:
    """Read the inline content of every block."""
    reading = reading_of(state)
    for token in state.tokens:
        if token.type == "inline":
            reading.paragraph = token
            token.children = state.md.inline.parse(token.content, state.md, state.env, [])


def first_line(token: Token) -> int:
    """The line on which a block begins, from 0."""
    return token.map[0] if token.map else 0


# -- putting it together -----------------------------------------------------------------------------------------------


def use_korean_emphasis(md: MarkdownIt) -> None:
    """Read `*`, `_` and `~~` by `flanks`."""
    md.inline.ruler.at("emphasis", emphasis)
    md.inline.ruler.at("strikethrough", strikethrough)


def use_common_rules(md: MarkdownIt) -> None:
    """What both profiles share; the texts are then read with `env["reading"]` set to a Reading."""
    md.inline = PaidInline()
    use_korean_emphasis(md)
    md.inline.ruler.at("linkify", bare_link)
    md.inline.ruler.at("image", image)
    md.inline.ruler2.before("fragments_join", "note_strays", note_strays)
    md.block.ruler.before("table", "limit", limit, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    md.block.ruler.at("table", table, {"alt": ["paragraph", "reference"]})
    md.core.ruler.at("inline", read_paragraphs)


def use_footnotes(md: MarkdownIt) -> None:
    """Footnotes by reference, `[^1]`; not those written inline, whose reading nests without a limit."""
    md.block.ruler.before("reference", "footnote_def", footnote, {"alt": ["paragraph", "reference"]})
    md.inline.ruler.after("image", "footnote_ref", reference_to_footnote)
    md.core.ruler.after("inline", "footnote_tail", footnote_tail)
