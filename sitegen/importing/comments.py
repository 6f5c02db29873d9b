"""The comments on a page of the Gnuboard family (see `gnuboard`): heads, texts, dates, who answers whom."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sitegen.diagnostics import warning
from sitegen.importing import dates
from sitegen.importing.dates import When
from sitegen.importing.page import NO_TEXT, WHOLE_PAGE, Page
from sitegen.importing.records import ForumComment
from sitegen.importing.replies import Entry, find_parents

FOOT = re.compile(r"홈으로 전체메뉴.*|로그인한 회원만 댓글 등록이 가능합니다\.?")
FOOT_WORDS = frozenset(("전체 검색", "전체검색", "댓글쓰기", "댓글 쓰기", "글쓰기", "목록", "답변"))
"""What ends a page: lines that nobody writes, and words that end one only behind everything else."""

_OCTET = r"(?:[0-9]{1,3}|[♡♥]|\*{1,3}|[xX]{1,3})"
IP = rf"(?: (?:아이피 )?\(?(?P<ip>{_OCTET}(?:\.{_OCTET}){{3}})\)?)?"
"""The address behind an author's name."""

COMMENT = re.compile(r"(?P<name>.+?)님의 댓글(?P<reply>의 댓글)?")
SIGNED = re.compile(rf"{IP} 작성일 (?P<when>.+)")
ADDRESSEE = re.compile(r"@(?P<name>.+?)님에게 답글(?: |\n|\Z)")


@dataclass(frozen=True)
class Heading:
    """A comment's head: the lines from `begin` up to `end`. `when` is None where the date cannot be read."""

    begin: int
    end: int
    name: str
    reply: bool
    ip: str | None
    said: str
    when: When | None


def find_headings(page: Page, begin: int) -> tuple[Heading, ...]:
    """The heads of all comments, from that line on, without one whose date was cut off with the paste."""
    found: list[Heading] = []
    at = begin
    while at < len(page.plain):
        heading = _heading(page.plain, at) if page.plain[at].endswith("댓글") else None
        if heading:
            found.append(heading)
        at = heading.end if heading else at + 1
    if found and found[-1].when is None and not page.filled(found[-1].end, len(page.plain)):
        found.pop()
    return tuple(found)


def _heading(plain: Sequence[str], at: int) -> Heading | None:
    """The head that begins here: a name, then the name again with a date, on up to four lines."""
    match = COMMENT.fullmatch(plain[at])
    if match is None:
        return None
    below = [number for number in range(at + 1, min(at + 12, len(plain))) if plain[number]][:4]
    for size in range(1, len(below) + 1):
        signed = _signature(" ".join(plain[number] for number in below[:size]), match["name"])
        if signed:
            said = signed["when"]
            reply = match["reply"] is not None
            return Heading(at, below[size - 1] + 1, match["name"], reply, signed["ip"], said, dates.read_when(said))
    return None


def _signature(line: str, name: str) -> re.Match[str] | None:
    """Address and date behind the author's name, if that is what a line holds."""
    for label in ("대댓글 작성자 ", "작성자 ", ""):
        for mark in ("", "no_profile "):
            begin = f"{label}{mark}{name}"
            if line.startswith(begin) and (match := SIGNED.fullmatch(line, len(begin))):
                return match
    return None


def end_of_text(page: Page, begin: int, end: int) -> int:
    """Where the last text on the page ends: above the site's foot, and above a comment's head that was cut short."""
    foot = next((at for at in range(begin, end) if FOOT.fullmatch(page.plain[at])), end)
    filled = page.filled(begin, foot)
    while len(filled) > 1 and page.plain[filled[-1]] in FOOT_WORDS:
        foot = filled.pop()
    page.drop(foot, end)
    for at in filled[-3:]:
        below = [page.plain[each] for each in filled if each > at]
        signed = all(each.startswith(("작성자", "대댓글 작성자", "작성일")) for each in below)
        apart = bool(below) or at == begin or not page.plain[at - 1]
        if signed and apart and COMMENT.fullmatch(page.plain[at]):
            page.tell(warning("truncated", "the paste ends within a comment's head", page.span(at + 1), WHOLE_PAGE))
            page.drop(at, foot)
            return at
    return foot


def read_comments(
    page: Page, headings: Sequence[Heading], posted: datetime
) -> tuple[tuple[ForumComment, ...], str | None]:
    """The comments, and in one sentence from which day their dates were counted. All headings have a date."""
    whens = [each.when for each in headings if each.when]
    captured, sentence = _capture(page, headings, whens, posted)
    moments = [dates.resolve(when, captured) for when in whens]
    _check_dates(page, headings, whens, moments, posted)
    texts = _texts(page, headings)
    entries = []
    for heading, when, moment, text in zip(headings, whens, moments, texts, strict=True):
        match = ADDRESSEE.match(text) if heading.reply else None
        addressee = match["name"] if match else None
        entries.append(Entry(heading.name, moment, dates.is_rough(when), heading.reply, addressee, heading.begin + 1))
    parents, doubts = find_parents(entries, page.span)
    page.diagnostics.extend(doubts)
    page.hidden += sum(1 for each in headings if each.ip)
    comments = []
    for heading, entry, text, parent in zip(headings, entries, texts, parents, strict=True):
        if parent is not None and entry.addressee == entries[parent].author:
            text = _trimmed(ADDRESSEE.sub("", text, count=1))
        if not text:
            message = f"this comment has no text: perhaps it was a picture; it is written as “{NO_TEXT}”"
            page.tell(warning("empty-comment", message, page.span(entry.line)))
        comments.append(
            ForumComment(
                page.name(entry.author),
                entry.date.replace(tzinfo=page.options.zone),
                text or NO_TEXT,
                parent,
                _masked(heading.ip) if heading.ip and page.options.keep_ips else None,
                entry.line,
                heading.said,
                entry.rough,
            )
        )
    return tuple(comments), sentence


def _masked(ip: str) -> str:
    """An address with its second number hidden, as the forum itself shows it to others."""
    first, second, *rest = ip.split(".")
    return ".".join([first, "♡" if ip.replace(".", "").isdigit() else second, *rest])


def _texts(page: Page, headings: Sequence[Heading]) -> list[str]:
    """The text below each head."""
    texts = []
    for number, heading in enumerate(headings):
        last = number == len(headings) - 1
        end = end_of_text(page, heading.end, len(page.plain)) if last else headings[number + 1].begin
        texts.append(page.scrubbed(_trimmed("\n".join(page.lines[heading.end : end])), heading.end + 1))
    return texts


def _trimmed(text: str) -> str:
    """A text without empty lines around it."""
    lines = text.split("\n")
    filled = [number for number, line in enumerate(lines) if line.strip()]
    return "\n".join(lines[filled[0] : filled[-1] + 1]) if filled else ""


def _capture(
    page: Page, headings: Sequence[Heading], whens: Sequence[When], posted: datetime
) -> tuple[datetime, str | None]:
    """The moment from which dates are counted, and a sentence about it where it matters."""
    given = page.options.captured
    if given and given.clock:
        captured = datetime.combine(given.day, given.clock)
    else:
        captured = dates.find_capture(posted, whens, given.day if given else None)
    dated = zip(headings, whens, strict=True)
    said = next((each.said for each, when in dated if isinstance(when, dates.DaysBack | dates.Ago)), None)
    if said is None:
        return captured, None
    why = "as told by --captured" if given else "the earliest day that fits the whole page: --captured was not given"
    return captured, f"Dates such as “{said}” count from {captured:%Y-%m-%d} ({why})"


def _check_dates(
    page: Page, headings: Sequence[Heading], whens: Sequence[When], moments: Sequence[datetime], posted: datetime
) -> None:
    """Tell comments older than the thread or younger than the copy, and those whose hour the page leaves open."""
    given = page.options.captured
    dated = list(zip(headings, whens, moments, strict=True))
    early = [each for each, when, at in dated if _day(at, when) < _day(posted, when)]
    late = [each for each, _, at in dated if given and at.date() > given.day]
    for odd, problem in ((early, "older than the thread"), (late, "younger than the copy of the page")):
        if odd:
            message = f"“{odd[0].said}” would make this comment {problem}{_and_others(odd)}"
            advice = "say on which day the page was copied: --captured 2025-01-15"
            page.tell(warning("capture-day", message, page.span(odd[0].end), advice))
    rough = [each for each, when, _ in dated if dates.is_rough(when)]
    if rough:
        message = f"“{rough[0].said}” leaves the minute open, so this comment's time is a guess{_and_others(rough)}"
        advice = "say when the page was copied: --captured 2025-01-15T10:30, or correct the dates by hand"
        page.tell(warning("date-rough", message, page.span(rough[0].end), advice))


def _day(moment: datetime, when: When) -> datetime:
    """The moment, or its day where the hour is open."""
    return moment.replace(hour=0, minute=0, second=0) if dates.is_rough(when) else moment


def _and_others(headings: Sequence[Heading]) -> str:
    return f" ({len(headings) - 1:,} more like it)" if len(headings) > 1 else ""
