"""Waivers: what an editor has looked at and lets stand, said in the file itself, with a reason.

In YAML a comment, `# sitegen: allow no-archive -- the paper refuses archives`; in Markdown, where a comment is a link
definition that nothing uses, `[//]: # (sitegen: allow number-missing -- rounded on purpose)`. Words between the code
and `--` narrow it to what stands at just these words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sitegen import yamldoc
from sitegen.diagnostics import Diagnostic, Severity, Span, did_you_mean, span_at, warning
from sitegen.sources import text_of
from sitegen.tasks import Source

SETTINGS = "sitegen.yaml"

CODES = frozenset([
    "avoided-wording", "bad-anchor", "bad-link", "covered-before", "draft-in-digest", "duplicate-alias",
    "duplicate-tag", "duplicate-thread", "line-separator", "long-excerpt", "low-contrast", "markdown-too-complex",
    "missing-alt", "missing-term", "moved", "never-shown", "no-archive", "number-missing", "odd-date",
    "same-as-original", "scheduled-in-digest", "stray-markup", "text-too-long", "unmatched-paragraphs", "untranslated",
    "unwritten", "wrong-script",
])  # fmt: skip
"""Warnings about what stands in content files."""

EXACT = frozenset(("ip-address",))
"""Errors of checks that may be mistaken: to be waived for the very words only."""

_IN_YAML = re.compile(r"#[ \t]*sitegen:[ \t]*(?P<verb>\w+)(?P<rest>[^\n]*)")
_IN_MARKDOWN = re.compile(
    r"^ {0,3}\[//\]:[ \t]*#[ \t]*\([ \t]*sitegen:[ \t]*(?P<verb>\w+)(?P<rest>[^\n]*)\)[ \t]*$"
    r"|(?:<!--|\[//\]:)[^\n]*?sitegen:[ \t]*allow\b[^\n]*",
    re.MULTILINE,
)
_ALONE = re.compile(r"\s*|---[ \t]*| {0,3}\[[^\]]+\]:.*")
"""What may stand on the line before a definition: nothing, the end of front matter, another definition."""
_REST = re.compile(r"[ \t]+(?P<code>[^\s]+)(?:[ \t]+(?P<words>.*?))??(?:[ \t]+(?:--|—|–)(?P<reason>.*))?[ \t]*")
_DEFINITION = "[//]: # (sitegen: allow number-missing -- the reason)"
_FORM = "# sitegen: allow no-archive -- the reason"


class Waiver(NamedTuple):
    """A waiver: the code that it is for, the words that have to stand there (none: any), and its place."""

    code: str
    words: str
    span: Span


def read(path: str, text: str) -> tuple[tuple[Waiver, ...], tuple[Diagnostic, ...]]:
    """The waivers in a file, and what is wrong with them."""
    if "sitegen:" not in text:
        return (), ()
    made: list[Waiver] = []
    told: list[Diagnostic] = []
    for verb, rest, span, hidden in _found(path, text):
        waiver = _REST.fullmatch(rest)
        if verb != "allow":
            if waiver and waiver["code"] in CODES | EXACT:
                told.append(_bad(f"a waiver says `allow`, not `{verb}`", span, f"write `{_FORM}`"))
            continue
        if not hidden:
            told.append(_bad("readers see this waiver", span, f"write `{_DEFINITION}` below an empty line"))
            continue
        code, words = (waiver["code"], (waiver["words"] or "").strip()) if waiver else ("", "")
        if waiver is None or code.startswith(("--", "—", "–")):
            told.append(_bad("this waiver names no code", span, f"write `{_FORM}`"))
        elif code not in CODES and code not in EXACT:
            hint = did_you_mean(code, CODES) or "errors, and what is told of no content file, cannot be waived"
            told.append(_bad(f"`{code}` is no warning that can be waived", span, hint))
        elif not (waiver["reason"] or "").strip():
            told.append(_bad(f"this waiver of `{code}` gives no reason", span, "write it behind ` -- `"))
        elif code in EXACT and not words:
            told.append(_bad(f"a waiver of `{code}` has to name the very words", span, f"`allow {code} WORDS -- …`"))
        else:
            made.append(Waiver(code, words, span))
    return tuple(made), tuple(told)


def _bad(message: str, span: Span, advice: str) -> Diagnostic:
    return warning("bad-waiver", message, span, advice)


def _found(path: str, text: str) -> Iterator[tuple[str, str, Span, bool]]:
    """The first word of waivers, what they say behind it, where they stand, and whether no reader sees them."""
    if path.endswith(".md"):
        lines = ["", *text.split("\n")]
        for found in _IN_MARKDOWN.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            column = found.start() - (text.rfind("\n", 0, found.start()) + 1) + 1
            alone = _ALONE.fullmatch(lines[line - 1]) is not None
            yield (
                found["verb"] or "allow",
                found["rest"] or "",
                span_at(path, text, line, column, len(found[0])),
                alone and found["rest"] is not None,
            )
    else:
        for found, line, column in yamldoc.comments(text, _IN_YAML):
            yield found["verb"], found["rest"], span_at(path, text, line, column, len(found[0].rstrip())), True


def waived(told: Iterable[Diagnostic], waivers: Iterable[Waiver]) -> tuple[tuple[Diagnostic, ...], tuple[Waiver, ...]]:
    """What is still to be told, and the waivers that waived nothing.

    A waiver holds for its own file, one in sitegen.yaml for all files.
    """
    by_code: dict[tuple[str, str], list[Waiver]] = {}
    for each in waivers:
        by_code.setdefault((each.span.path, each.code), []).append(each)
    used: set[Waiver] = set()
    kept: list[Diagnostic] = []
    for one in told:
        path = one.span.path if one.span else ""
        several = [*by_code.get((path, one.code), ()), *by_code.get((SETTINGS, one.code), ())]
        fitting = [each for each in several if _fits(each, one)]
        used.update(fitting)
        if not fitting:
            kept.append(one)
    return tuple(kept), tuple(each for several in by_code.values() for each in several if each not in used)


def _fits(waiver: Waiver, one: Diagnostic) -> bool:
    if one.severity is Severity.ERROR and waiver.code not in EXACT:
        return False
    if not waiver.words:
        return True
    span = one.span or Span("")
    start = span.column - 1 - span.offset
    return span.excerpt[start : start + span.width].strip() == waiver.words


def unused(waivers: Iterable[Waiver]) -> Iterator[Diagnostic]:
    """A warning for each waiver that waived nothing."""
    for each in waivers:
        advice = "take it out, or write it into the file that the warning names"
        yield warning("unused-waiver", f"this waiver of `{each.code}` waives nothing", each.span, advice)


def marked(
    told: Iterable[Diagnostic], sources: Iterable[Source], allowed: Iterable[tuple[str, str]] = ()
) -> tuple[Diagnostic, ...]:
    """What is told of these files, with those warnings marked that are waived there, or are `allowed` on the site."""
    told = tuple(told)
    if not any(one.severity is Severity.WARNING for one in told):
        return told
    waivers = [Waiver(code, words, Span(SETTINGS)) for code, words in allowed]
    for path, data in sources:
        if b"sitegen:" in data:
            waivers += read(path, text_of(Source(path, data))[0] or "")[0]
    if not waivers:
        return told
    kept, _ = waived(told, waivers)
    return tuple(one if one in kept else one._replace(severity=Severity.WAIVED) for one in told)
