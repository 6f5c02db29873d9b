"""Share cards: which there are, when they are drawn, how their lines are set, and what pages say of them."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from conftest import THREAD, Site
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from promises import Page, assert_refused, clean, places

from sitegen import cards
from sitegen.views import ShareCard

CARDS = "features: {cards: true}\n"

DIGEST = """\
-- content/threads/one/comments.yaml --
- {author: 가, date: 2025-01-16, text: 나}
-- content/threads/two/thread.yaml --
title: 둘
date: 2025-01-17
column: {title: 원문, author: 김기자, publisher: 신문}
-- content/digests/first/digest.yaml --
title: {ko: 첫 호, en: The first}
date: 2025-01-20
number: 1
threads: [one, two]
-- content/pages/about.ko.md --
---
title: 소개
---
글
"""


def with_cards(site: Callable[..., Site], archive: str = THREAD + DIGEST) -> Site:
    """A site that has cards."""
    made = site(archive)
    path = made.root / "sitegen.yaml"
    path.write_text(path.read_text("utf-8") + CARDS, "utf-8")
    return made


def drawn(site: Site) -> set[str]:
    """The cards that a build draws."""
    outcome = site.build()
    assert outcome.good, places(outcome)
    return {path for path, _ in outcome.published.made if path.endswith(".png")}


def said(site: Site, page: str) -> dict[str, str]:
    """What a page tells those who show a link to it, by property or name."""
    elements = Page(site.read(page)).elements
    found = [(of.get("property") or of.get("name", ""), of["content"]) for tag, of in elements if "content" in of]
    return {name: content for name, content in found if name.startswith(("og:", "twitter:"))}


# -- what there is -----------------------------------------------------------------------------------------------------


def test_each_thread_and_issue_has_a_card_in_each_of_its_languages(site: Callable[..., Site]) -> None:
    """Catches a missing card, one of a wrong size or too heavy to be fetched, and one for what is not translated."""
    made = with_cards(site)
    assert drawn(made) == {
        "ko/threads/one/card.png",
        "en/threads/one/card.png",
        "ko/threads/two/card.png",
        "ko/digests/first/card.png",
        "en/digests/first/card.png",
    }
    for path in made.output.rglob("card.png"):
        assert path.stat().st_size < 60_000
        with Image.open(path) as image:
            assert (image.format, image.size) == ("PNG", (1200, 630))


def test_pages_say_what_stands_for_them(site: Callable[..., Site]) -> None:
    """Catches a link that is shown without title, picture or language, or with another page's."""
    made = with_cards(site)
    assert made.build().good
    here = "https://digest.example"
    one = said(made, "ko/threads/one/index.html")
    assert one["og:type"] == "article"
    assert one["og:title"] == one["og:image:alt"] == "하나"
    assert one["og:site_name"] == "다이제스트"
    assert one["og:url"] == f"{here}/ko/threads/one/"
    assert (one["og:locale"], one["og:locale:alternate"]) == ("ko_KR", "en_US")
    assert one["og:image"] == f"{here}/ko/threads/one/card.png"
    assert (one["og:image:width"], one["og:image:height"]) == ("1200", "630")
    assert one["twitter:card"] == "summary_large_image"
    assert said(made, "ko/threads/one/parallel/index.html")["og:image"] == one["og:image"]
    borrowed = said(made, "en/threads/two/index.html")
    assert borrowed["og:image"] == f"{here}/ko/threads/two/card.png"
    assert borrowed["og:url"] == f"{here}/ko/threads/two/"
    assert said(made, "en/digests/first/index.html")["og:image"] == f"{here}/en/digests/first/card.png"
    home, about = said(made, "en/index.html"), said(made, "ko/about/index.html")
    assert (home["og:type"], about["og:type"]) == ("website", "article")
    assert "og:image" not in home
    assert "og:image" not in about


def test_without_cards_pages_still_say_what_they_are(site: Callable[..., Site]) -> None:
    """Catches cards that nobody asked for, and pages that name a picture which is not there."""
    made = with_cards(site)
    assert drawn(made)
    path = made.root / "sitegen.yaml"
    path.write_text(path.read_text("utf-8").replace(CARDS, ""), "utf-8")
    assert not drawn(made)
    assert not list(made.output.rglob("card.png"))
    page = said(made, "ko/threads/one/index.html")
    assert page["og:title"] == "하나"
    assert not {"og:image", "twitter:card"} & page.keys()


def test_cards_without_their_font_are_a_fault(site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches cards of empty boxes, or in whatever font a machine has."""
    whole = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if "fonts" in name else whole(name))
    (told,) = assert_refused(with_cards(site), "no-card-font sitegen.yaml:6:19")
    assert told.help
    assert "sitegen[cards]" in told.help


# -- when it is drawn --------------------------------------------------------------------------------------------------


def test_a_card_is_drawn_again_only_where_its_words_change(site: Callable[..., Site]) -> None:
    """Catches cards that are drawn in vain, and those that go on saying what is no longer so."""
    made = with_cards(site)
    assert len(drawn(made)) == 5
    made.write("-- content/threads/one/comments.yaml --\n- {author: 가, date: 2025-01-16, text: 다른 말}\n")
    assert drawn(made) == set()
    made.write("-- content/threads/one/column.ko.md --\n요약\n")
    assert drawn(made) == set()
    made.write(
        "-- content/threads/one/comments.yaml --\n"
        "- {author: 가, date: 2025-01-16, text: 나}\n- {author: 다, date: 2025-01-17, text: 라}\n"
    )
    assert drawn(made) == {"ko/threads/one/card.png", "en/threads/one/card.png"}
    made.write(THREAD.replace("One", "The one"))
    assert drawn(made) == {"en/threads/one/card.png"}
    path = made.root / "sitegen.yaml"
    path.write_text(path.read_text("utf-8") + "theme_options: {accent: '#005a9c'}\n", "utf-8")
    assert len(drawn(made)) == 5


@pytest.mark.usefixtures("quick")
def test_cards_after_edits_equal_those_of_a_clean_build(site: Callable[..., Site], tmp_path: Path) -> None:
    """Catches a card that is left over, and bytes that depend on the process that drew them."""
    made = with_cards(site)
    for number, edit in enumerate(["", THREAD.replace("하나", "다른 하나"), "-- content/digests/first/x.md --\n"]):
        made.write(edit)
        assert made.build(jobs=2).good
        assert made.made() == clean(made, tmp_path / f"clean{number}")


# -- how it is set -----------------------------------------------------------------------------------------------------


def words_of(lines: tuple[str, ...]) -> list[str]:
    return " ".join(lines).split()


def test_lines_break_where_a_reader_would_pause() -> None:
    """Catches a sentence that is broken in its middle although there is room, and a lone last word."""
    assert lines("딥시크가 드러낸 수출 통제의 한계: 칩은 막아도 지식은 막지 못한다") == (
        "딥시크가 드러낸 수출 통제의 한계:",
        "칩은 막아도 지식은 막지 못한다",
    )
    assert lines("An attack that waited two years. What the xz backdoor left behind") == (
        "An attack that waited two years.",
        "What the xz backdoor left behind",
    )
    assert lines("하나 — 둘") == ("하나 — 둘",)
    assert lines("보이저 1호 수리") == ("보이저 1호 수리",)


def lines(text: str) -> tuple[str, ...]:
    return cards.title(text, "ko")[1]


@settings(deadline=None, max_examples=150)
@given(st.lists(st.text("가나다라마 바abcDEF.,:-’—…12", min_size=1, max_size=9), max_size=60).map(" ".join))
def test_no_title_breaks_a_word_or_leaves_the_card(text: str) -> None:
    """Catches a title that runs out of its card, loses words, is broken within one, or has a dash begin a line."""
    font, made = cards.title(text, "ko")
    assert all(font.getlength(line) <= cards.WIDTH - 2 * cards.MARGIN for line in made)
    assert len(made) <= max(most for _, most in cards.SIZES)
    assert made == () or all(made)
    assert all(any(map(str.isalnum, line.split()[0])) for line in made[1:])
    told, kept = text.split(), words_of(made)
    if kept == told:
        return
    assert font.size == cards.SIZES[-1][0]
    assert made[-1].endswith(cards.ELLIPSIS)
    last = kept.pop().removesuffix(cards.ELLIPSIS)
    assert kept == told[: len(kept)]
    assert told[len(kept)].startswith(last) or not last


def test_a_long_title_is_cut_after_a_word() -> None:
    """Catches a title that is cut within a word, or not said to be cut."""
    made = lines("아주 긴 제목입니다 " * 20)
    assert len(made) == cards.SIZES[-1][1]
    assert re.fullmatch(r"(아주|긴|제목입니다)\.\.\.", made[-1].split()[-1])
    assert lines("supercalifragilistic" * 9)[0].endswith(cards.ELLIPSIS)


def test_what_the_font_cannot_draw_is_left_out() -> None:
    """Catches empty boxes, and control characters that move what stands behind them."""
    plain = ShareCard("ko", "다이제스트", "하나 둘", "가 · 나", ("2025년", "댓글 1개"))
    odd = ShareCard("ko", "다이제스트\u202e", "🎉 하나\u200b 둘\x07\U0010fffe", "가 · 나🎉", ("2025년", "댓글 1개"))
    assert cards.png(odd) == cards.png(plain)
    assert cards.png(plain._replace(title="하나 셋")) != cards.png(plain)
    assert Image.open(BytesIO(cards.png(ShareCard("ko", "", "🎉", "", ("",))))).size == (1200, 630)


def test_hanja_is_drawn_as_the_language_does() -> None:
    """Catches Japanese and Chinese in the shapes of another language."""
    shapes = {lang: cards.png(ShareCard(lang, "", "返令直骨葛遍", "", ())) for lang in ("ko", "ja", "zh-Hans", "en")}
    assert shapes["ko"] == shapes["en"]
    assert len({*shapes.values()}) == 3
