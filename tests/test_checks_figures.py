"""Numbers in Korean and English: what is read of figures and words, and what a translation lacks."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.checks.figures import figures, values
from sitegen.checks.numbers import missing
from sitegen.checks.texts import Passage, Piece, prose_of


def lacking(original: str, translation: str, lang: str = "ko") -> list[str]:
    """The figures of an original, in this language, that its translation into the other one lacks."""
    other = {"ko": "en", "en": "ko"}[lang]
    here = Passage("comment", lang, original, prose_of(original), "comments.yaml", original=True)
    there = Passage("comment", other, translation, prose_of(translation), "comments.yaml")
    found = []
    for each in missing(Piece(here, (there,))):
        line, column, width = each.place.inside or (0, 0, 0)
        found.append(original.split("\n")[line - 1][column - 1 : column - 1 + width])
    return found


def korean(number: int) -> str:
    """A number as Korean newspapers write it: `1조 2,000억 5만 30`."""
    parts = []
    for unit in ("", "만", "억", "조"):
        number, rest = divmod(number, 10_000)
        parts += [f"{rest:,}{unit}"] if rest else []
    return " ".join(reversed(parts))


SAME = [
    ("약 550만 달러가 들었다", "It cost some $5.5 million"),
    ("1조 2천억 원 규모", "worth 1.2 trillion won"),
    ("3분의 1이 떠났다", "A third of them left"),
    ("20% 올랐다", "rose by twenty per cent"),
    ("5백 명", "500 people"),
    ("1월 9일", "on January 9"),
    ("2만 대", "20,000 units"),
    ("3~4만 명", "30,000 to 40,000 people"),
    ("10여 년 전", "more than a decade ago"),
    ("2배", "twice as many"),
    ("1.5배", "one and a half times"),
    ("50만 부", "half a million copies"),
    ("90년대 말", "in the late 1990s"),
    ("24년 12월", "in December 2024"),
    ("오후 3시 30분", "at 15:30"),
    ("15시", "at 3 p.m."),
    ("30대 남성", "men in their thirties"),
    ("2Q24 실적", "results of Q2 2024"),
    ("2030 세대", "those in their twenties and thirties"),
    ("88올림픽 때", "in the days of the 1988 Olympics"),
    ("30분 걸린다", "It takes half an hour"),
    ("7일 뒤", "a week later"),
    ("6.25 때", "on June 25"),
    ("25%", "a quarter of it"),
    ("4분의 3", "three quarters"),
    ("12개", "a dozen"),
    ("2024. 12. 26.", "26 December 2024"),
    ("2번 댓글", "the second comment"),
    ("제21대 국회", "the twenty-first assembly"),
    ("1억2천만", "120 million"),
    ("3억 5천", "350 million"),
    ("1만5천 개", "15,000 of them"),
    ("2,500만~3,000만", "25 to 30 million"),
    ("매개변수 80억 개", "8B parameters"),
    ("인공지능 기본법 제3조", "Article 3 of the act"),
    ("제6조 3항", "Article 6, paragraph 3"),
    ("５０명", "fifty people"),
    ("1년, 하나만", "a year, only one"),
    ("ㅅ8 ㅋㅋ", "damn"),
    ("`2.14.1`부터", "since then"),
    ("1. 첫째\n2. 둘째", "- first\n- then"),
    ("말이 많다[^1]", "There is much talk"),
    ("[보고서](https://a.example/2412.19437)", "the report"),
]
TRANSLATED_BACK = [
    ("about 24 billion kilometres", "약 240억 킬로미터"),
    ("$1.2bn", "12억 달러"),
    ("a 6-day certificate", "엿새짜리 인증서"),
    ("40 people", "마흔 명"),
    ("11 lines", "열한 줄"),
    ("10,000 comments", "댓글 만 개"),
    ("3,400 of them", "삼천사백 개"),
    ("5 pm", "오후 5시"),
    ("3:30 pm", "오후 3시 반"),
    ("a 30-minute talk", "반 시간짜리 발표"),
    ("a 7-day trip", "일주일 여행"),
    ("6 months", "반년"),
    ("50%", "절반"),
    ("version 2.14.1", "2.14.1 판"),
    ("10K stars", "별 1만 개"),
    ("3-4 million", "300만~400만"),
    ("a 5-year-old", "다섯 살"),
    ("2/3 of it", "삼분의 이"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_number_in_english_is_found(one: str, other: str) -> None:
    """Catches a false alarm about a number that English says in another way."""
    assert lacking(one, other) == []


@pytest.mark.parametrize(("one", "other"), TRANSLATED_BACK)
def test_the_same_number_in_korean_is_found(one: str, other: str) -> None:
    """Catches a false alarm about a number that Korean says in another way."""
    assert lacking(one, other, "en") == []


@pytest.mark.parametrize(
    ("one", "other", "marked"),
    [
        ("약 550만 달러", "some $55 million", "550만"),
        ("1조 2천억 원", "1.2 billion won", "1조 2천억"),
        ("3월 9일과 10일", "on March 9", "10"),
        ("3분의 1", "half of them", "3분의 1"),
        ("2.14.1 판", "version 2.14.2", "2.14.1"),
        ("2조 3천억 원", "2 or 3 billion won", "2조 3천억"),
        ("30명", "half of them", "30"),
        ("2030년", "in their twenties and thirties", "2030"),
        ("10여 장", "some of them", "10"),
        ("40%를 넘었다", "passed a lot", "40"),
    ],
)
def test_a_number_that_is_wrong_or_left_out_is_told(one: str, other: str, marked: str) -> None:
    """Catches a mistranslated unit, or a number that was left out, and a mark beside it."""
    assert lacking(one, other) == [marked]


def test_a_number_is_told_once_for_each_text() -> None:
    """Catches one warning for each mention of a number."""
    assert lacking("300명, 또 300명", "many people") == ["300"]


@given(st.integers(2, 10**16 - 1))
def test_any_number_in_korean_is_the_same_in_english(number: int) -> None:
    """Catches a number whose Korean writing is read as another one."""
    assert lacking(f"모두 {korean(number)} 원", f"{number:,} won in all") == []
    assert lacking(f"{number:,} won in all", f"모두 {korean(number)} 원", "en") == []
    assert lacking(f"모두 {korean(number)} 원", f"{number + 7:,} won in all") == [korean(number)]


@given(st.integers(11, 9_999), st.sampled_from(["million", "billion", "trillion"]))
def test_tenths_of_an_english_unit_are_the_same_in_korean(tenths: int, unit: str) -> None:
    """Catches a decimal before an English unit that is read as another number."""
    scale = {"million": 10**6, "billion": 10**9, "trillion": 10**12}[unit]
    text = f"{tenths / 10:g} {unit} won"
    assert lacking(f"{korean(tenths * scale // 10)} 원", text) == []
    assert lacking(text, f"{korean(tenths * scale // 10)} 원", "en") == []


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    """Catches a text that stops the reader, and a figure that is not where it is said to be."""
    for figure in figures(text):
        assert any(each.isdigit() for each in text[figure.start : figure.end])
        assert all(figure.ways)
    assert all(isinstance(each, (Fraction, str)) for each in values(text))
