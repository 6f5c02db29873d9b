"""From a pasted page to a thread: what is read, what is told, and that nothing is lost on the way."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sitegen import addresses, decode
from sitegen.diagnostics import Diagnostic
from sitegen.importing import Captured, ForumComment, ForumThread, Imported, Options, decode_paste, read_paste
from sitegen.importing.links import read_post
from sitegen.importing.write import column_md, comments_yaml, thread_yaml

SEOUL = ZoneInfo("Asia/Seoul")
OPTIONS = Options(SEOUL)
CASES = Path(__file__).parent / "cases" / "importing"
POSTED = datetime.fromisoformat("2024-03-08 19:40")


def case(name: str) -> str:
    """A paste from the cases."""
    return (CASES / name).read_text("utf-8")


def page(*comments: str, count: str = "", body: str = "글입니다.", posted: str = "2024.03.08 19:40") -> str:
    """A page of one post and these comments, each given whole."""
    count = count or f"댓글 {len(comments)} / 1 페이지"
    head = f"제목\n\n페이지 정보\n\n작성자 물결지기 198.♡.7.20\n작성일 {posted}\n\n본문\n\n{body}\n\n{count}\n"
    return "\n".join([head, *(f"{each}\n" for each in comments)])


def comment(name: str, text: str, when: str = "03.08 20:00", *, to: str = "", reply: bool = False) -> str:
    """A comment as the page shows it."""
    answers = bool(to) or reply
    kind, label = ("댓글의 댓글", "대댓글 작성자") if answers else ("댓글", "작성자")
    addressee = f"@{to}님에게 답글 " if to else ""
    return f"{name}님의 {kind}\n\n{label} {name} (203.♡.11.5)\n작성일 {when}\n{addressee}{text}"


def thread_of(text: str, options: Options = OPTIONS) -> ForumThread:
    """The thread in a paste that holds one."""
    imported = read_paste(text, options)
    assert imported.thread is not None, imported.diagnostics
    return imported.thread


def codes(imported: Imported) -> list[str]:
    """The codes of all that is told."""
    return [each.code for each in imported.diagnostics]


# -- a whole page ------------------------------------------------------------------------------------------------------


def test_a_page_becomes_the_files_of_a_thread() -> None:
    """Catches any change in what a whole page comes to: facts, column, links, comments, replies, dates."""
    options = replace(OPTIONS, url="https://www.harbour.example/board/77")
    imported = read_paste(case("tide.txt"), options)
    assert imported.thread is not None
    assert imported.diagnostics == ()
    assert thread_yaml(imported.thread, options) == (CASES / "tide/thread.yaml").read_text("utf-8")
    assert column_md(imported.thread) == (CASES / "tide/column.ko.md").read_text("utf-8")
    assert comments_yaml(imported.thread, "ko") == (CASES / "tide/comments.yaml").read_text("utf-8")
    assert [each.text for each in imported.dropped] == [
        "알림",
        "|",
        "X",
        "홈으로 전체메뉴 마이메뉴 새글/새댓글",
        "전체 검색",
    ]


def test_the_files_of_a_thread_are_read_without_a_fault() -> None:
    """Catches an importer that writes what the content contract refuses, with or without the thread's address."""
    for url in ("https://harbour.example/77", None):
        options = replace(OPTIONS, url=url)
        thread = thread_of(case("tide.txt"), options)
        card = decode.thread("thread.yaml", thread_yaml(thread, options), "tide", ("ko", "en"), SEOUL)
        assert card.diagnostics == ()
        assert card.value is not None
        assert (card.value.forum is None) == (url is None)
        assert decode.comments("c", comments_yaml(thread, "ko"), "ko", ("ko", "en"), SEOUL).diagnostics == ()


def test_another_skin_of_the_same_forum_software() -> None:
    """Catches a reader that knows one skin only: facts on one line, names without a label, no count of comments."""
    imported = read_paste(case("skin.txt"), OPTIONS)
    thread = imported.thread
    assert thread is not None
    assert (thread.title, thread.author, thread.views) == ("골목 빵집의 굽는 시간표", "반죽", 1020)
    assert [(each.author, each.parent, each.text) for each in thread.comments] == [
        ("밀가루", None, "몇 시에 가면 따뜻한가요?"),
        ("반죽", 0, "여섯 시요."),
    ]
    assert [each.text for each in imported.dropped] == ["우리 게시판", "로그인", "댓글 2건"]


@pytest.mark.parametrize("name", sorted(path.name for path in CASES.glob("*.txt")))
def test_each_line_is_used_or_told(name: str) -> None:
    """Catches a line of a paste that vanishes: whatever is not in the files is in the list of lines not used."""
    imported = read_paste(case(name), replace(OPTIONS, keep_ips=True))
    thread = imported.thread
    assert thread is not None
    files = thread_yaml(thread, OPTIONS) + column_md(thread) + comments_yaml(thread, "ko")
    dropped = {each.line for each in imported.dropped}
    marks = re.compile(
        r"페이지 정보|본문|댓글목록|댓글 \d+ / \d+ 페이지|.*님의 댓글(의 댓글)?|(작성일|조회|추천) .*|.*(조회|추천)"
    )
    for number, line in enumerate(case(name).split("\n"), 1):
        words = re.sub(
            r"^(대댓글 )?작성자 (no_profile )?|^분류 |^\* |^@.*님에게 답글 | ?\[이하 생략\]| ?\(?\d+\.♡[\d.]+\)?",
            "",
            line,
        )
        known = words.strip().lower() in files.lower() or marks.fullmatch(line) or "작성일" in line
        assert number in dropped or known or "(IP)" in files, line


# -- dates -------------------------------------------------------------------------------------------------------------


def test_the_day_of_copying_can_be_told() -> None:
    """Catches --captured being ignored, and its clock where minutes are counted back from it."""
    text = page(comment("brinecat", "네", "어제 09:00"), comment("등대", "아니요", "3분 전"))
    day = thread_of(text, replace(OPTIONS, captured=Captured(date(2024, 5, 2))))
    assert [f"{each.date:%m-%d %H:%M}" for each in day.comments] == ["05-01 09:00", "05-01 23:57"]
    clock = thread_of(text, replace(OPTIONS, captured=Captured(date(2024, 5, 2), time(10, 30))))
    assert [f"{each.date:%m-%d %H:%M}" for each in clock.comments] == ["05-01 09:00", "05-02 10:27"]


def test_dates_that_do_not_fit_are_told() -> None:
    """Catches a wrong --captured going unnoticed, and a time that the page leaves open passing for exact."""
    early = read_paste(page(comment("a", "x", "어제 09:00")), replace(OPTIONS, captured=Captured(date(2024, 3, 9))))
    assert codes(early) == ["capture-day"]
    late = read_paste(
        page(comment("a", "x", "2024.03.11 10:00")), replace(OPTIONS, captured=Captured(date(2024, 3, 9)))
    )
    assert codes(late) == ["capture-day"]
    rough = read_paste(page(comment("a", "x", "2시간 전"), comment("b", "y", "방금")), OPTIONS)
    assert codes(rough) == ["date-rough"]
    assert "1 more" in rough.diagnostics[0].message
    relative = page(posted="어제 10:00")
    assert codes(read_paste(relative, OPTIONS)) == ["capture-day"]
    assert thread_of(relative, replace(OPTIONS, captured=Captured(date(2024, 3, 9)))).posted.day == 8


# -- replies -----------------------------------------------------------------------------------------------------------


def parents(*comments: str) -> tuple[list[int | None], list[str]]:
    """Whom each comment answers, and the codes of what is told."""
    imported = read_paste(page(*comments), OPTIONS)
    assert imported.thread is not None
    return [each.parent for each in imported.thread.comments], codes(imported)


def test_a_reply_stands_under_the_comment_that_it_names() -> None:
    """Catches replies attached to the comment above them instead of the one that they name."""
    found = parents(
        comment("a", "첫째"),
        comment("b", "둘째", to="a"),
        comment("c", "셋째", to="a"),
        comment("d", "넷째", to="b"),
        comment("e", "다섯째"),
        comment("f", "여섯째", to="e"),
    )
    assert found == ([None, 0, 0, 1, None, 4], [])


def test_a_reply_to_one_of_several_comments_takes_the_last_that_can_be_meant() -> None:
    """Catches a guess that is not told, a parent younger than its reply, and one outside the branch."""
    twice = (comment("a", "1"), comment("b", "2", to="a"), comment("a", "3", to="b"), comment("c", "4", to="a"))
    assert parents(*twice) == ([None, 0, 1, 2], ["reply-parent"])
    closed = (*twice[:3], comment("c", "4", to="b"), comment("d", "5", to="a"))
    assert parents(*closed) == ([None, 0, 1, 1, 0], [])
    branch = (comment("a", "1"), comment("b", "2"), comment("a", "3"), comment("c", "4", to="a"))
    assert parents(*branch) == ([None, None, None, 2], [])
    younger = (
        comment("a", "1"),
        comment("a", "2", "03.08 22:00", reply=True),
        comment("c", "3", "03.08 21:00", to="a"),
    )
    assert parents(*younger) == ([None, 0, 0], [])
    elsewhere = (comment("a", "1"), comment("b", "2"), comment("c", "3", to="a"))
    assert parents(*elsewhere) == ([None, None, 0], [])


def test_a_reply_whose_parent_is_gone_keeps_its_words() -> None:
    """Catches a reply to a deleted comment that loses the name it answers, or its place in the branch."""
    imported = read_paste(page(comment("a", "1"), comment("b", "2", to="사라진")), OPTIONS)
    assert imported.thread is not None
    reply = imported.thread.comments[1]
    assert (reply.parent, reply.text) == (0, "@사라진님에게 답글 2")
    assert codes(imported) == ["reply-parent"]
    assert parents(comment("a", "1", reply=True)) == ([None], ["reply-parent"])
    assert parents(comment("a", "1"), comment("b", "2", reply=True), comment("c", "3", reply=True))[1] == [
        "reply-parent"
    ]


# -- the post ----------------------------------------------------------------------------------------------------------


NAMED = """\
* 뉴욕타임스 원문
A Title of Its Own
https://www.nytimes.com/a
https://archive.today/xY1
https://n.news.naver.com/1
https://n.news.naver.com/1
https://arxiv.org/pdf/2401.00001v2
https://example.org/z

본문은 여기서 시작한다.
https://example.org/middle
이어진다.

출처: https://example.org/end"""


def test_links_are_told_apart_by_their_hosts() -> None:
    """Catches a translation, paper, archive or ordinary link taken for another kind, and one listed twice."""
    post = read_post(NAMED.split("\n"))
    assert post.column is not None
    assert (post.column.title, post.column.publisher) == ("A Title of Its Own", "The New York Times")
    assert (post.column.url, post.column.archive) == ("https://www.nytimes.com/a", "https://archive.today/xY1")
    assert [(each.url, each.kind, each.lang) for each in post.links] == [
        ("https://n.news.naver.com/1", "translation", "ko"),
        ("https://arxiv.org/pdf/2401.00001v2", "paper", "en"),
        ("https://example.org/z", "link", None),
        ("https://example.org/middle", "link", None),
        ("https://example.org/end", "link", None),
    ]
    assert post.text == "본문은 여기서 시작한다.\nhttps://example.org/middle\n이어진다."


@pytest.mark.parametrize(
    "body",
    [
        "이 기사를 읽어 보세요.\nhttps://hani.co.kr/1\n어떻게들 보시나요?",
        "그냥 글입니다.",
        "이 그래프를 보세요\nhttps://example.org/graph",
        "앞부분만 옮깁니다. [이하 생략]",
        "javascript:alert(1)\nhttp://[bad\nhttps://user:secret@example.org/",
    ],
)
def test_text_that_names_no_column_stays_as_it_is(body: str) -> None:
    """Catches sentences eaten as labels, an excerpt of nothing, and addresses that content refuses."""
    post = read_post(body.split("\n"))
    assert (post.text, post.column) == (body, None)
    assert all(each.kind == "link" for each in post.links)


def test_an_archived_page_without_a_title_is_a_link() -> None:
    """Catches a column without the title that the content contract asks for."""
    post = read_post(["https://archive.md/abc12", "", "그리고 글."])
    assert (post.column, post.text) == (None, "그리고 글.")
    assert [each.url for each in post.links] == ["https://archive.md/abc12"]


# -- what is wrong with a paste ----------------------------------------------------------------------------------------


def test_what_is_no_page_is_told_with_what_was_expected() -> None:
    """Catches an import that makes something of a text that is no forum page."""
    for text in ("", "\n\n", "그냥 글", "<html><body>본문</body></html>", "title: x\n---\n- a\n"):
        imported = read_paste(text, OPTIONS)
        assert imported.thread is None
        assert codes(imported) == ["not-a-thread"]
        assert "페이지 정보" in imported.diagnostics[0].message


def test_what_a_page_lacks_is_told() -> None:
    """Catches an incomplete page imported with facts made up, and faults told one at a time."""
    assert codes(read_paste(comment("a", "1"), OPTIONS)) == ["paste-incomplete"]
    assert codes(read_paste("제목\n페이지 정보\n작성자 a\n작성일 2024.03.08 19:40\n", OPTIONS)) == ["paste-incomplete"]
    broken = "페이지 정보\n본문\n글\n댓글 1 / 1 페이지\n" + comment("a", "1", "언젠가")
    assert codes(read_paste(broken, OPTIONS)) == ["paste-incomplete", "paste-incomplete", "date-unreadable"]
    assert codes(read_paste(page(posted="그날"), OPTIONS)) == ["date-unreadable"]


def test_a_paste_that_was_cut_off_is_told() -> None:
    """Catches half a comment's head taken for the text of the comment above it, and missing comments."""
    imported = read_paste(case("cut.txt"), OPTIONS)
    assert imported.thread is not None
    assert [each.text for each in imported.thread.comments] == ["좋네요"]
    assert codes(imported) == ["comment-count", "truncated"]
    assert [each.line for each in imported.dropped] == [20, 22]
    dated = page(comment("a", "1"), "b님의 댓글\n작성자 b\n작성일 03.0", count="댓글 2 / 1 페이지")
    assert codes(read_paste(dated, OPTIONS)) == ["comment-count", "truncated"]
    assert codes(read_paste(page().rpartition("댓글 0")[0], OPTIONS)) == ["truncated"]


def test_other_pages_of_comments_are_told() -> None:
    """Catches a page of a long thread that passes for the whole of it."""
    imported = read_paste(case("pages.txt"), OPTIONS)
    assert imported.thread is not None
    assert imported.thread.partial
    assert codes(imported) == ["more-pages", "date-rough"]


def test_a_comment_may_quote_the_page() -> None:
    """Catches a comment's text read as the page's own lines."""
    quotes = "남의님의 댓글\n작성자 남의\n댓글 9 / 1 페이지\n페이지 정보\n본문\n전체 검색"
    thread = thread_of(page(comment("a", quotes), comment("b", "|")))
    assert [each.text for each in thread.comments] == [quotes, "|"]
    post = read_paste(
        page(comment("a", "목록"), body="댓글 9 / 1 페이지\n라고 적혀 있었다.") + "\n전체 검색\n글쓰기", OPTIONS
    )
    assert post.thread is not None
    assert post.thread.body == "댓글 9 / 1 페이지\n라고 적혀 있었다."
    assert [each.text for each in post.thread.comments] == ["목록"]
    assert [each.text for each in post.dropped] == ["전체 검색", "글쓰기"]


def test_no_address_of_a_person_is_kept_unless_asked_for() -> None:
    """Catches an IP address, masked or full, that reaches a file; kept ones are comments, and masked."""
    imported = read_paste(case("strangers.txt"), OPTIONS)
    assert imported.thread is not None
    assert imported.notes == ("IP addresses beside names left out: 2",)
    files = comments_yaml(imported.thread, "ko") + thread_yaml(imported.thread, OPTIONS) + column_md(imported.thread)
    assert "♡" not in files
    assert "8.8.4.4" not in files
    assert "`1.1.1.1` 로 해 보세요. 버전 1.2.3.4" in files
    assert codes(imported).count("ip-address") == 2
    kept = comments_yaml(thread_of(case("skin.txt"), replace(OPTIONS, keep_ips=True)), "ko")
    assert "- author: 밀가루  # ip: 203.♡.113.9\n" in kept
    assert decode.comments("c", kept, "ko", ("ko",), SEOUL).diagnostics == ()


def test_encodings() -> None:
    """Catches a paste in CP949, with a byte order mark or with CRLF that is refused or read wrongly."""
    text = page(comment("뷁", "똠방각하"))
    assert decode_paste(text.encode()) == (text, "UTF-8")
    assert decode_paste(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()) == (text, "UTF-8")
    assert decode_paste(text.replace("♡", "*").encode("cp949")) == (text.replace("♡", "*"), "CP949")
    for data, code in ((b"\xff\xfe\x00", "paste-encoding"), (b"a" * 10_000_001, "paste-too-large")):
        told = decode_paste(data)
        assert isinstance(told, Diagnostic)
        assert told.code == code


# -- hostile pages -----------------------------------------------------------------------------------------------------

NAMES = st.text("가나다힣abXY019 :'\"#&*!|>%@`{}[]-,?.", min_size=1, max_size=12).filter(
    lambda name: name == name.strip() and not addresses.in_name(name) and not name.startswith("no_profile")
)
LINES = st.one_of(
    st.sampled_from(
        [
            "---",
            "- a",
            "# b",
            "@c",
            "|",
            "> d",
            "e: f",
            "  g  ",
            "\th",
            "...",
            "!!x",
            "&y",
            "*z",
            "%a",
            "'",
            "x\u2028y\u2029",
        ]
    ),
    st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\ufffe\uffff♡♥"), max_size=30),
)
TEXTS = (
    st.lists(LINES, min_size=1, max_size=5)
    .map("\n".join)
    .filter(
        lambda text: bool(text.split("\n")[0].strip() and text.split("\n")[-1].strip()) and not addresses.in_text(text)
    )
)
MOMENTS = st.datetimes(POSTED, POSTED + timedelta(300)).map(lambda each: each.replace(second=0, microsecond=0))


def read_back(text: str) -> list[tuple[str, datetime, str | None, int | None]]:
    """Author, date, text and parent of each comment in a comments.yaml, as a build reads them."""
    decoded = decode.comments("comments.yaml", text, "ko", ("ko", "en"), SEOUL)
    assert decoded.diagnostics == ()
    return [(each.author, each.date, each.text.get("ko"), each.parent) for each in decoded.value or ()]


@settings(deadline=None)
@given(st.lists(st.tuples(NAMES, TEXTS, MOMENTS), max_size=6))
def test_any_comments_come_back_as_they_were(comments: list[tuple[str, str, datetime]]) -> None:
    """Catches a name or text that page, YAML or build would read as something else."""
    assume(all(not text.endswith(("전체 검색", "글쓰기", "목록", "답변")) for _, text, _ in comments))
    shown = [comment(name, text, f"{when:%Y.%m.%d %H:%M}") for name, text, when in comments]
    found = read_back(comments_yaml(thread_of(page(*shown)), "ko"))
    assert found == [(name, when.replace(tzinfo=SEOUL), text, None) for name, text, when in comments]


@settings(deadline=None)
@given(st.lists(st.integers(0, 30), max_size=20))
def test_any_tree_of_comments_comes_back(choices: list[int]) -> None:
    """Catches a reply attached to the wrong comment, at any depth, where each author has one comment."""
    tree: list[int | None] = []
    path: list[int] = []
    for index, choice in enumerate(choices):
        path = path[: choice % (len(path) + 1)]
        tree.append(path[-1] if path else None)
        path.append(index)
    shown = [comment(f"n{at}", f"t{at}", to="" if up is None else f"n{up}") for at, up in enumerate(tree)]
    found = read_back(comments_yaml(thread_of(page(*shown)), "ko"))
    assert [(text, parent) for _, _, text, parent in found] == [(f"t{at}", up) for at, up in enumerate(tree)]


def test_control_characters_are_left_out_and_told() -> None:
    """Catches a control character that content refuses written to a file, or taken out in silence."""
    imported = read_paste(page(comment("a\x07b", "x\x1b[31m\x00y")), OPTIONS)
    assert imported.thread is not None
    assert (imported.thread.comments[0].author, imported.thread.comments[0].text) == ("ab", "x[31my")
    assert any("control characters" in note and ": 4" in note for note in imported.notes)


def test_a_very_long_thread_is_read() -> None:
    """Catches work that grows with the square of the number of comments, or with the depth of replies."""
    flat = page(*(comment(f"n{at % 7}", "같은 말", to=f"n{(at - 1) % 7}" if at % 9 else "") for at in range(10_000)))
    assert len(thread_of(flat).comments) == 10_000
    deep = read_paste(page(*(comment(f"n{at}", "x", to=f"n{at - 1}" if at else "") for at in range(600))), OPTIONS)
    assert deep.thread is not None
    assert set(codes(deep)) == {"reply-depth"}
    assert len(read_back(comments_yaml(deep.thread, "ko"))) == 600


def test_a_comment_without_words_can_be_published() -> None:
    """Catches an empty text, which a build refuses."""
    imported = read_paste(page(comment("a", "")), OPTIONS)
    assert imported.thread is not None
    assert imported.thread.comments == (
        ForumComment("a", datetime(2024, 3, 8, 20, tzinfo=SEOUL), "…", line=14, said="03.08 20:00"),
    )
    assert codes(imported) == ["empty-comment"]
    answers = thread_of(page(comment("a", "1"), comment("b", "", to="a"), comment("c", "\n\n   넷\n둘", to="a")))
    assert [each.text for each in answers.comments] == ["1", "…", "   넷\n둘"]
