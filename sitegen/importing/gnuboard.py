"""Pages of the Gnuboard family of Korean forums, as text: “select all, copy, paste”.

Such a page reads, with anything else of the site around it:

    제목
    페이지 정보
    작성자 이름 198.♡.7.20
    작성일 2024.03.08 19:40
    분류 IT
    12,345 조회
    7 추천
    본문
    …
    댓글 2 / 1 페이지
    이름님의 댓글
    작성자 no_profile 이름 (203.♡.11.5)
    작성일 03.08 20:15
    …
    다른이름님의 댓글의 댓글
    대댓글 작성자 다른이름 (192.♡.3.4)
    작성일 어제 21:02
    @이름님에게 답글 …

`no_profile` stands where a member has no picture. A line is taken for what it looks like only where it stands in its
place: a comment's head is its three lines together, so that a comment may quote any one of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time

from sitegen import routes
from sitegen.diagnostics import error, warning
from sitegen.importing import dates
from sitegen.importing.comments import IP, Heading, end_of_text, find_headings, read_comments
from sitegen.importing.links import read_post
from sitegen.importing.page import WHOLE_PAGE, Page, page_of
from sitegen.importing.records import Dropped, ForumThread, Imported, Options
from sitegen.scalars import MAX_LABEL
from sitegen.shapes import plain

HEAD, BODY = "페이지 정보", "본문"
FURNITURE = frozenset(("알림", "|", "X"))
"""What stands between the title and the page's facts."""

_NUMBER = r"[0-9][0-9,]{0,11}"
AUTHOR = re.compile(rf"(?:no_profile )?(?P<name>.+?){IP}")
FACT = re.compile(
    r"작성자\s+(?P<author>.+)|작성일\s+(?P<posted>.+)|분류\s+(?P<category>.+)"
    rf"|조회\s*(?P<views>{_NUMBER})회?|(?P<views_>{_NUMBER})회?\s*조회"
    rf"|추천\s*(?P<votes>{_NUMBER})|(?P<votes_>{_NUMBER})\s*추천"
)
FACT_WORDS = frozenset(("작성자", "작성일", "분류", "조회", "추천"))
FACT_BREAK = re.compile(r"\s+(?=(?:작성일|분류|조회|추천|비추천|댓글)\s)")
COUNT = re.compile(rf"댓글\s*(?P<count>{_NUMBER})\s*[개건]?\s*/\s*(?P<pages>{_NUMBER})\s*페이지")
LIST = "댓글목록"
FORMS = "such as `2024.03.08 19:40`, `03.08 20:15`, `어제 00:05` or `3분 전`"


@dataclass(frozen=True)
class _Fact:
    """Something that the page tells about the thread, and on which line."""

    text: str
    line: int


def recognises(text: str) -> bool:
    """Whether a paste looks like such a page, or like a part of one."""
    page = page_of(text, Options(UTC))
    return HEAD in page.plain or bool(find_headings(page, 0))


def read(text: str, options: Options) -> Imported:
    """The thread on a pasted page."""
    page = page_of(text, options)
    head = page.find(HEAD, 0)
    body = page.find(BODY, head + 1) if head is not None else None
    if head is None or body is None:
        missing = "“페이지 정보” (title, author and date)" if head is None else "“본문” (the post itself)"
        page.tell(error("paste-incomplete", f"the page lacks the line {missing}", page.span(1), WHOLE_PAGE))
        return page.imported(None)
    title = _title(page, head)
    facts = _facts(page, head + 1, body)
    posted = _posted(page, facts.get("posted"), head)
    headings, end = _discussion(page, body + 1)
    unread = [each for each in headings if each.when is None]
    for each in unread:
        message = f"“{each.said}” is no date that a forum page tells"
        page.tell(error("date-unreadable", message, page.span(each.end), FORMS))
    if title is None or posted is None or unread:
        return page.imported(None)
    comments, capture = read_comments(page, headings, posted)
    post = read_post(page.scrubbed("\n".join(page.lines[body + 1 : end]), body + 1).split("\n"))
    signed = AUTHOR.fullmatch(facts["author"].text) if "author" in facts else None
    page.hidden += 1 if signed and signed["ip"] and not options.keep_ips else 0
    return page.imported(
        ForumThread(
            title,
            posted.replace(tzinfo=options.zone),
            page.name(signed["name"]) if signed else None,
            (routes.slug_of(facts["category"].text)[:MAX_LABEL] or None) if "category" in facts else None,
            _number(facts.get("views")),
            _number(facts.get("votes")),
            post.text,
            post.column,
            post.links,
            comments,
            capture,
            any(each.code == "more-pages" for each in page.diagnostics),
        )
    )


def _title(page: Page, head: int) -> str | None:
    """The title: what stands last above the page's facts, buttons apart. All else up there is dropped."""
    lines = (at for at in reversed(page.filled(0, head)) if page.plain[at] not in FURNITURE)
    found = next((at for at in lines if plain(page.plain[at])), None)
    if found is None:
        page.tell(error("paste-incomplete", "there is no title above “페이지 정보”", page.span(head + 1), WHOLE_PAGE))
        return None
    page.drop(0, found)
    page.drop(found + 1, head)
    return page.scrubbed(plain(page.plain[found]), found + 1)


def _facts(page: Page, begin: int, end: int) -> dict[str, _Fact]:
    """Author, date, category, views and votes by name; other lines are dropped."""
    found: dict[str, _Fact] = {}
    label = ""
    for at in range(begin, end):
        line = f"{label} {page.plain[at]}".strip()
        label = line if line in FACT_WORDS else ""
        pieces = FACT_BREAK.split(line) if line.startswith("작성자 ") else [line]
        for piece in pieces if line and not label else ():
            match = FACT.fullmatch(piece)
            key = (match.lastgroup or "").rstrip("_") if match else ""
            if match is None or key in found:
                page.dropped.append(Dropped(at + 1, piece))
            else:
                found[key] = _Fact(match[match.lastgroup or 0], at + 1)
    return found


def _number(fact: _Fact | None) -> int | None:
    return int(fact.text.replace(",", "")) if fact else None


def _posted(page: Page, fact: _Fact | None, head: int) -> datetime | None:
    """When the thread was posted, in the forum's local time."""
    if fact is None:
        message = "the page does not say when the thread was posted: “작성일 …” is missing below “페이지 정보”"
        page.tell(error("paste-incomplete", message, page.span(head + 1), WHOLE_PAGE))
        return None
    when, captured = dates.read_when(fact.text), page.options.captured
    if when is None:
        message = f"“{fact.text}” is no date that a forum page tells"
        page.tell(error("date-unreadable", message, page.span(fact.line), FORMS))
    elif isinstance(when, dates.Full):
        return datetime.combine(when.day, when.clock or time())
    elif captured is not None:
        return dates.resolve(when, datetime.combine(captured.day, captured.clock or time(23, 59)))
    else:
        message = f"the thread is dated “{fact.text}”, which counts from the day when the page was copied"
        page.tell(error("capture-day", message, page.span(fact.line), "say which day that was: --captured 2025-01-15"))
    return None


def _discussion(page: Page, begin: int) -> tuple[tuple[Heading, ...], int]:
    """The heads of the comments, and where the post above them ends; tells what is missing."""
    headings = find_headings(page, begin)
    begins = {each.begin for each in headings}
    lists = [at for at in range(begin, len(page.plain)) if page.plain[at] == LIST or COUNT.fullmatch(page.plain[at])]
    followed = (at for at in lists if begins.intersection(page.filled(at + 1, at + 10)[:1]))
    at = next(followed, lists[0] if lists else None)
    if at is None and not headings:
        end = end_of_text(page, begin, len(page.plain))
        page.tell(warning("truncated", "the paste ends before the comments", page.span(end), WHOLE_PAGE))
        return (), end
    if at is None:
        return headings, headings[0].begin
    headings = tuple(each for each in headings if each.begin > at)
    page.drop(at + 1, headings[0].begin if headings else len(page.plain))
    _check_count(page, at, len(headings))
    return headings, at


def _check_count(page: Page, at: int, found: int) -> None:
    """Compare the page's own count of comments with what was found."""
    match = COUNT.fullmatch(page.plain[at])
    if match is None:
        return
    count, pages = (int(match[each].replace(",", "")) for each in ("count", "pages"))
    if pages > 1:
        message = f"this is one of {pages} pages of comments: it holds {found} of {count}"
        advice = "import the other pages too: each adds its comments"
        page.tell(warning("more-pages", message, page.span(at + 1), advice))
    elif count != found:
        message = f"the page counts {count} comments, but the paste holds {found}"
        page.tell(warning("comment-count", message, page.span(at + 1), "compare the paste with the page"))
