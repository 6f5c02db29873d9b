"""The editor's voice on a thread's page: picks, notes, removals, glosses, and the picture of a discussion over time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import THREAD, Site
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from markupsafe import Markup, escape
from reader import Made, made

from sitegen.glosses import glossed
from sitegen.models import Comment
from sitegen.timeline import timeline
from sitegen.views import Block, Timeline

pytestmark = pytest.mark.usefixtures("quick")

COMMENTS = """\
-- content/threads/one/comments.yaml --
- author: 가람
  date: 2025-01-13T20:14:00+09:00
  pick: true
  text:
    ko: "> 인용한 말\\n\\n첫째 문장입니다. **둘째** 문장입니다. 셋째 문장입니다."
    en: A first sentence.
  note:
    ko: 편집자가 [글](../two/)을 덧붙입니다.
  replies:
    - author: 나루
      date: 2025-01-13T21:00:00+09:00
      text: {ko: 답글입니다.}
"""

GLOSSARY = """\
-- content/glossary.yaml --
- term: {ko: 증류, en: distillation}
- term: {ko: 칩, en: chip}
"""

EDITOR = '//aside[@class="editor"]'


def shown(element: html.HtmlElement) -> str:
    """The text of an element, spaces evened out."""
    return " ".join(str(element.text_content()).split())


def thread(site: Site, lang: str = "ko", slug: str = "one") -> Any:
    """The page of a thread, built anew."""
    return made(site).pages[f"{lang}/threads/{slug}/index.html"]


def test_picked_comments_stand_above_the_thread_and_lead_to_their_places(site: Callable[..., Site]) -> None:
    """Catches a pick that is lost, quotes somebody else's words, or leads nowhere."""
    page = thread(site(THREAD + COMMENTS))
    (pick,) = page.find('//*[@class="picks"]//li')
    assert shown(pick) == "첫째 문장입니다. 둘째 문장입니다. 가람"
    (target,) = pick.xpath(".//a/@href")
    assert target.removeprefix("#") == page.values('//ol[@class="tree"]/li/@id')[0]


def test_no_pick_no_list_of_picks(site: Callable[..., Site]) -> None:
    """Catches an empty box above the comments."""
    page = thread(site(THREAD + COMMENTS.replace("  pick: true\n", "")))
    assert not page.find('//*[@class="picks"]')


def test_notes_are_the_editors_and_marked_as_such(site: Callable[..., Site]) -> None:
    """Catches a note that could be taken for the commenter's words, or is shown in the wrong language."""
    pages = made(site(THREAD + COMMENTS + THREAD.replace("/one/", "/two/"))).pages
    for lang, label in (("ko", "편집자 주"), ("en", "Editor’s note")):
        for path in (f"{lang}/threads/one/index.html", f"{lang}/threads/one/parallel/index.html"):
            note = pages[path].one(EDITOR)
            assert shown(note) == f"{label} 편집자가 글을 덧붙입니다."
            assert note.xpath("div/@lang") == ([] if lang == "ko" else ["ko"])
            assert not note.xpath(".//@id")
            assert note.xpath(".//a/@href") == ["/ko/threads/two/"]


def test_a_removed_comment_is_in_no_file_and_keeps_its_place(site: Callable[..., Site]) -> None:
    """Catches words or a name that outlive their removal, an address that dies with them, and lost replies."""
    project = site(THREAD + COMMENTS)
    before = thread(project)
    project.write(COMMENTS.replace("  pick: true", "  pick: true\n  removed: 2025-03-01"))
    after = thread(project)
    assert after.values('//ol[@class="tree"]//li/@id') == before.values('//ol[@class="tree"]//li/@id')
    for path, data in project.made().items():
        text = data.decode("utf-8", "replace")
        assert not any(word in text for word in ("가람", "첫째", "first sentence", "덧붙")), path
    stub = after.find('//ol[@class="tree"]/li/article')[0]
    assert "2025년 3월 1일" in shown(stub)
    assert shown(after.find('//ol[@class="tree"]//li/article')[1]).endswith("답글입니다.")


def test_a_removed_comment_needs_no_text_and_others_do(site: Callable[..., Site]) -> None:
    """Catches a removal that has to keep the words that it removes, and a comment without any."""
    bare = "-- content/threads/one/comments.yaml --\n- {author: x, id: old, date: 2025-01-13, removed: 2025-03-01}\n"
    assert not site(THREAD + bare).build().diagnostics
    (told,) = site(THREAD + bare.replace(", removed: 2025-03-01", ""), "other").build().diagnostics
    assert (told.code, told.span and told.span.line) == ("missing-key", 1)


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("ko", "증류는 증류다.", "증류(distillation)는 증류다."),
        (
            "ko",
            "재증류는 `증류`, [증류](https://a.example/) 뒤의 증류.",
            "재증류는 증류, 증류 뒤의 증류(distillation).",
        ),
        ("ko", "증류(distillation)와 증류", "증류(distillation)와 증류"),
        ("en", "Distillation of a microchip and chips.", "Distillation (증류) of a microchip and chips (칩)."),
        ("en", "Chipping in.", "Chipping in."),
    ],
)
def test_terms_are_explained_at_their_first_mention(
    site: Callable[..., Site], lang: str, text: str, expected: str
) -> None:
    """Catches a gloss inside a word, in code or a link, twice, doubling the writer's own, or none at all."""
    project = site(THREAD + GLOSSARY + f"-- content/threads/one/column.{lang}.md --\n# 증류 distillation\n\n{text}\n")
    page = thread(project, lang)
    assert shown(page.one('//*[@class="prose"]/p')) == expected
    assert {each.get("lang") for each in page.find('//*[@class="gloss"]/*')} <= {"en" if lang == "ko" else "ko"}
    assert "(" not in shown(page.one('//*[@class="prose"]/h3'))


def test_an_edited_term_reaches_the_pages_that_use_it(site: Callable[..., Site]) -> None:
    """Catches a gloss of the glossary as it was before."""
    project = site(THREAD + GLOSSARY + "-- content/threads/one/column.ko.md --\n증류입니다.\n")
    assert "distillation" in shown(thread(project).one('//*[@class="prose"]'))
    project.write(GLOSSARY.replace("distillation", "teaching"))
    assert shown(thread(project).one('//*[@class="prose"]')) == "증류(teaching)입니다."


WORDS = st.sampled_from(["증류", "칩", "chip", "Chips", "<b>", "&", "재", " ", "(", ".", "는", "a&b", "</a>", "x"])


@given(st.lists(st.one_of(WORDS, st.tuples(st.sampled_from(["a", "code", "em"]), st.lists(WORDS))), max_size=12))
def test_glosses_change_nothing_but_add_themselves(parts: list[Any]) -> None:
    """Catches glosses that break tags, escapes or words: without them the HTML is what it was."""

    def marked(part: Any) -> str:
        return str(escape(part)) if isinstance(part, str) else f"<{part[0]}>{''.join(map(marked, part[1]))}</{part[0]}>"

    before = Markup("<p>" + "".join(map(marked, parts)) + "</p>")
    terms = (("증류", "<distil>", "en"), ("칩", "chip", "en"), ("chip", "칩", "ko"), ("a&b", "갑&을", "ko"))
    (block,) = glossed((Block("paragraph", before),), terms)
    tree = html.fragment_fromstring(block.html)
    for gloss in tree.xpath('//*[@class="gloss"]'):
        assert not gloss.xpath("ancestor::a | ancestor::code")
        previous, parent = gloss.getprevious(), gloss.getparent()
        head = (previous.tail if previous is not None else parent.text) or ""
        kept = (head.removesuffix(" ") if head.endswith(" ") and head[-2:-1].isascii() else head) + (gloss.tail or "")
        if previous is not None:
            previous.tail = kept
        else:
            parent.text = kept
        parent.remove(gloss)
    assert html.tostring(tree) == html.tostring(html.fragment_fromstring(before))


def comments(*hours: float) -> list[Comment]:
    """Comments so many hours after the first; each second one answers the one before."""
    start = datetime(2025, 1, 30, 20, 30, tzinfo=UTC)
    return [
        Comment(str(number), "a", start + timedelta(hours=hour), number % 2, None) for number, hour in enumerate(hours)
    ]


def line(*hours: float) -> Timeline:
    """The timeline of such comments."""
    made = timeline(comments(*hours))
    assert made is not None
    return made


def test_a_timeline_counts_every_comment_once() -> None:
    """Catches comments lost or counted twice at the edge of an hour, day or month."""
    hours = line(*[0] * 10, *[0.5] * 10, *[47] * 5)
    assert (hours.unit, hours.length) == ("hour", 48)
    assert [(bar.number, bar.count, bar.height) for bar in hours.bars] == [(0, 10, 100), (1, 10, 100), (47, 5, 50)]
    days = line(*[0] * 20, *[49] * 5)
    assert (days.unit, days.length, [bar.number for bar in days.bars]) == ("day", 3, [0, 2])
    months = line(*[0] * 20, *[24 * 100] * 5)
    assert (months.unit, months.length, [bar.number for bar in months.bars]) == ("month", 5, [0, 4])
    assert sum(bar.count for bar in months.bars) == months.comments == 25
    assert months.replies == 12


def test_few_comments_have_no_timeline() -> None:
    """Catches a picture of what is sooner read, and one with a single bar."""
    assert timeline(comments(*range(20))) is None
    assert timeline(comments(*range(21))) is not None
    assert timeline(comments(*[0] * 30)) is None


@given(st.lists(st.floats(0, 24 * 4000), min_size=21, max_size=60))
def test_bars_stand_within_the_picture(hours: list[float]) -> None:
    """Catches bars outside of the frame, taller than it, out of order, or replies that stand above their bar."""
    found = timeline(comments(*hours))
    if found is not None:
        numbers = [bar.number for bar in found.bars]
        assert numbers == sorted(set(numbers))
        assert numbers[0] == 0
        assert numbers[-1] == found.length - 1
        assert all(0 <= bar.reply_height <= bar.height <= 100 for bar in found.bars)
        assert sum(bar.count for bar in found.bars) == len(hours)


def test_a_timeline_says_in_words_what_it_shows(tmp_path: Path, site: Callable[..., Site]) -> None:
    """Catches a picture that says nothing to those who cannot see it, in either language."""
    rows = "".join(
        f"- {{author: a{number}, date: 2025-01-13T{9 + number // 8:02}:00:00+09:00, text: x}}\n" for number in range(24)
    )
    pages: Made = made(site(THREAD + "-- content/threads/one/comments.yaml --\n" + rows))
    ko, en = (
        pages.pages[f"{lang}/threads/one/index.html"].one('//figure[@class="timeline"]/svg') for lang in ("ko", "en")
    )
    assert ko.get("aria-label") == (
        "2025년 1월 13일부터 2025년 1월 13일까지 댓글 24개, 그중 답글 0개. "
        "2025년 1월 13일 09:00 무렵 한 시간에 8개로 가장 많았습니다."
    )
    assert en.get("aria-label") == (
        "24 comments from 13 January 2025 to 13 January 2025, 0 of them replies. "
        "Busiest around 13 January 2025, 09:00 KST, with 8 in the hour."
    )
