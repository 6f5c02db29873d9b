"""What translations were made from: records that follow their texts, held against a simple model, and the file."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass, replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen import ledger
from sitegen.alignment import matched
from sitegen.ledger import Followed, Key, Row, begun, followed, paragraph
from sitegen.tasks import Source

NO_KINDS: tuple[list[str], list[str]] = ([], [])


def rows_of(source: str, target: str) -> tuple[Row, ...]:
    """The first record of two texts whose paragraphs are letters."""
    return begun([*map(paragraph, source)], [*map(paragraph, target)], ([*source], [*target]))


def after(rows: tuple[Row, ...], source: str, target: str, *, accepted: bool = False) -> Followed:
    """That record beside other such texts."""
    return followed(rows, [*map(paragraph, source)], [*map(paragraph, target)], accepted=accepted)


def marks(rows: tuple[Row, ...]) -> list[tuple[str, str]]:
    """The rows by their words: those of the original, and the letter of the translation."""
    letters = {paragraph(each).mark: each for each in map(chr, range(32, 127))}
    return [(row.words, letters.get(row.target, "-")) for row in rows]


# -- rules -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "target", "kept", "stale", "missing"),
    [
        ("ABC", "abc", [("A", "a"), ("B", "b"), ("C", "c")], [], ()),  # nothing changed
        ("AXC", "abc", [("A", "a"), ("B", "b"), ("C", "c")], [(1, 1, "B")], ()),  # the original alone
        ("AXC", "axc", [("A", "a"), ("X", "x"), ("C", "c")], [], ()),  # both
        ("ABC", "axc", [("A", "a"), ("B", "x"), ("C", "c")], [], ()),  # the translation alone
        ("XABC", "abc", [("A", "a"), ("B", "b"), ("C", "c")], [], (0,)),  # put in front
        ("ABXC", "abc", [("A", "a"), ("B", "b"), ("C", "c")], [], (2,)),  # put between
        ("ABXC", "abxc", [("A", "a"), ("B", "b"), ("X", "x"), ("C", "c")], [], ()),  # the same, translated
        ("AC", "abc", [("A", "a"), ("B", "b"), ("C", "c")], [(None, 1, "B")], ()),  # taken out of the original
        ("AC", "ac", [("A", "a"), ("C", "c")], [], ()),  # taken out of both
        ("ABC", "ac", [("A", "a"), ("B", "-"), ("C", "c")], [], ()),  # taken out of the translation
        ("CAB", "cab", [("C", "c"), ("A", "a"), ("B", "b")], [], ()),  # moved in both
        ("CAB", "abc", [("C", "c"), ("A", "a"), ("B", "b")], [], ()),  # moved in the original
        ("XYZ", "abc", [("A", "a"), ("B", "b"), ("C", "c")], [(0, 0, "A"), (1, 1, "B"), (2, 2, "C")], ()),
    ],
)
def test_a_record_follows_its_texts(
    source: str, target: str, kept: list[tuple[str, str]], stale: list[tuple[int, int, str]], missing: tuple[int, ...]
) -> None:
    """Catches a rule of the ledger that is not kept: what is stale, what is recorded, what lacks a translation."""
    found = after(rows_of("ABC", "abc"), source, target)
    assert marks(found.rows) == kept
    assert [tuple(each) for each in found.stale] == stale
    assert found.missing == missing


def test_what_is_accepted_is_right_as_it_is() -> None:
    """Catches a review that is forgotten: the same paragraphs are told of again."""
    found = after(rows_of("ABCD", "abcd"), "AXYD", "abcd", accepted=True)
    assert (found.stale, found.missing) == ((), ())
    assert after(found.rows, "AXYD", "abcd") == found
    added = after(rows_of("AB", "ab"), "AXB", "ab", accepted=True)
    assert marks(added.rows) == [("A", "a"), ("X", "-"), ("B", "b")]
    assert after(added.rows, "AXB", "ab") == Followed(added.rows)


def test_paragraphs_that_were_joined_in_the_translation_are_no_fault() -> None:
    """Catches a translation that is blamed for having fewer paragraphs than its original when it was made."""
    rows = rows_of("ABC", "ac")
    assert after(rows, "ABC", "ac") == Followed(rows)
    changed = after(begun([*map(paragraph, "AB")], [paragraph("a")], (["p", "p"], ["p"])), "AX", "a")
    assert [(each.target, each.was) for each in changed.stale] == [(None, "B")]
    assert not after(changed.rows, "AX", "n").stale


def test_an_edit_beside_an_insertion_is_told_from_it() -> None:
    """Catches the new paragraph being taken for the changed one, so that the wrong words stand side by side."""
    before = [paragraph(each) for each in ("The price of memory rose by a third.", "Who pays for the power?")]
    now = [
        paragraph(each)
        for each in ("Nobody had asked them.", "The price of memory rose by a half.", "Who pays for the power?")
    ]
    translated = [paragraph("메모리 값이 3분의 1 올랐다."), paragraph("전기료는 누가 내나?")]
    found = followed(begun(before, translated, NO_KINDS), now, translated)
    assert [(each.source, each.target, each.was) for each in found.stale] == [(1, 0, before[0].words)]
    assert found.missing == (0,)


@pytest.mark.parametrize("text", ["값이  올랐다.\n그리고", " 값이 올랐다. 그리고\t", "값이 올랐다.\r\n그리고"])
def test_white_space_and_normal_form_change_nothing(text: str) -> None:
    """Catches an editor's line ends, wrapping or decomposed Hangul that make a translation stale."""
    same = paragraph("값이 올랐다. 그리고")
    assert paragraph(text) == same
    assert paragraph(unicodedata.normalize("NFD", text)) == same
    assert paragraph("값이 올랐다. 그러나") != same


# -- histories ---------------------------------------------------------------------------------------------------------

SYLLABLES = [chr(each) for each in range(0xAC00, 0xD7A0, 29)]


@dataclass
class Part:
    """A paragraph in the model: versions of original and translation (0: there is none), and whether it lags behind."""

    number: int
    source: int = 1
    target: int = 1
    stale: bool = False

    def words(self, of: str, version: int) -> str:
        """The words of a version: most of them are the same in all."""
        source = random.Random(f"{of}{self.number}")
        return "".join(source.choices(SYLLABLES, k=30)) + f" {version}"


class Model:
    """A text and its translation, edited and recorded."""

    def __init__(self, count: int) -> None:
        self.parts = [Part(number) for number in range(count)]
        self.count = count
        self.rows = begun(self.source, self.target, NO_KINDS)

    @property
    def source(self) -> list[ledger.Paragraph]:
        """The paragraphs of the original."""
        return [paragraph(each.words("s", each.source)) for each in self.parts if each.source]

    @property
    def target(self) -> list[ledger.Paragraph]:
        """The paragraphs of the translation."""
        return [paragraph(each.words("t", each.target)) for each in self.parts if each.target]

    def reword(self, edits: list[tuple[str, int]]) -> None:
        """Reword paragraphs in the original, in the translation or in both, before all of it is recorded."""
        both = [each for each in self.parts if each.source and each.target]
        sources, targets = set(), set()
        for side, at in edits:
            if both:
                sources |= {at % len(both)} if side != "translation" else set()
                targets |= {at % len(both)} if side != "original" else set()
        for number, part in enumerate(both):
            part.source += number in sources
            part.target += number in targets
            part.stale = (part.stale or number in sources) and number not in targets

    def insert(self, at: int) -> None:
        """Put a paragraph into the original."""
        place = at % (len(self.parts) + 1)
        self.count += 1
        self._become([*self.parts[:place], Part(self.count, target=0), *self.parts[place:]])

    def translate(self, at: int) -> None:
        """Translate the first of the new paragraphs that stand beside each other."""
        place = at % max(1, len(self.parts))
        if self.parts and not self.parts[place].target:
            while place and not self.parts[place - 1].target:
                place -= 1
            self.parts[place].target = 1

    def cut(self, at: int) -> None:
        """Take a paragraph out of the original."""
        place = at % max(1, len(self.parts))
        if self.parts and self.parts[place].target:
            gone = replace(self.parts[place], source=0, stale=True)
            self._become([*self.parts[:place], gone, *self.parts[place + 1 :]])

    def drop(self, at: int) -> None:
        """Take a paragraph out of both texts."""
        place = at % max(1, len(self.parts))
        self._become([*self.parts[:place], *self.parts[place + 1 :]])

    def _become(self, parts: list[Part]) -> None:
        """Be these paragraphs, unless a new one would stand beside one that is gone: that would be a changed one."""
        if all((one.source and other.source) or (one.target and other.target) for one, other in pairwise(parts)):
            self.parts = parts

    def expected(self) -> tuple[set[int | None], set[int]]:
        """The numbers of translated paragraphs that are stale, and of original ones that lack a translation."""
        targets = [each for each in self.parts if each.target]
        sources = [each for each in self.parts if each.source]
        stale: set[int | None] = {number for number, each in enumerate(targets) if each.stale}
        return stale, {number for number, each in enumerate(sources) if not each.target}


PLACES = st.integers(0, 20)
REWORDED = st.tuples(st.sampled_from(["original", "translation", "both"]), PLACES)
STEPS = st.one_of(
    st.lists(REWORDED, min_size=1, max_size=4),
    st.tuples(st.sampled_from(["insert", "translate", "cut", "drop"]), PLACES),
)


@settings(deadline=None, max_examples=300)
@given(st.integers(1, 8), st.lists(STEPS, max_size=20))
def test_any_history_of_edits_comes_to_what_the_model_says(
    count: int, steps: list[list[tuple[str, int]] | tuple[str, int]]
) -> None:
    """Catches paragraphs that are blamed for, or excused by, what was done to others."""
    model = Model(count)
    for step in steps:
        if isinstance(step, list):
            model.reword(step)
        else:
            getattr(model, step[0])(step[1])
        found = followed(model.rows, model.source, model.target)
        assert ({each.target for each in found.stale}, {*found.missing}) == model.expected(), step
        assert followed(found.rows, model.source, model.target) == found
        model.rows = found.rows


LETTERS = st.text("ABCD", max_size=7)


@settings(deadline=None, max_examples=500)
@given(LETTERS, LETTERS, st.lists(st.tuples(LETTERS, LETTERS, st.booleans()), max_size=4))
def test_what_was_recorded_is_recorded_no_other_way_again(
    source: str, target: str, later: list[tuple[str, str, bool]]
) -> None:
    """Catches a build that writes a lock by which the next one finds something else, and one that raises."""
    rows = rows_of(source, target)
    assert after(rows, source, target) == Followed(rows)
    for one, other, accepted in later:
        found = after(rows, one, other, accepted=accepted)
        assert after(found.rows, one, other) == found
        assert not accepted or not (found.stale or found.missing)
        rows = found.rows


@settings(deadline=None, max_examples=300)
@given(st.text("abc", max_size=9), st.text("abc", max_size=9))
def test_paragraphs_are_matched_once_and_those_that_stayed_are_found(old: str, new: str) -> None:
    """Catches two paragraphs that become one, and one that is taken for changed though it stands there."""
    found = matched([*old], [*new], lambda one, other: float(one == other))
    there = [each for each in found if each is not None]
    assert len(set(there)) == len(there)
    kept = sum(each is not None and old[number] == new[each] for number, each in enumerate(found))
    assert kept == sum(min(old.count(each), new.count(each)) for each in "abc")


def test_a_text_of_very_many_paragraphs_is_followed() -> None:
    """Catches time or depth that grows out of bounds with the number of paragraphs, alike ones above all."""
    alike = [paragraph("ㅋㅋㅋ")] * 6000
    rows = begun(alike, alike, NO_KINDS)
    assert len(followed(rows, [*alike[:4000], paragraph("ㅎ"), *alike[:1500]], alike).rows) >= 6000


# -- the file ----------------------------------------------------------------------------------------------------------


def lock_of(text: str) -> tuple[ledger.Lock, list[tuple[str, int]]]:
    """A lock from its text: the records, and code and line of each fault."""
    lock, told = ledger.read(Source("content/threads/one/translations.lock", text.encode()))
    return lock, [(one.code, one.span.line if one.span else 0) for one in told]


WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map(lambda text: paragraph(text).words)


@given(st.dictionaries(st.sampled_from([Key("summary", "ko", "en"), Key("comment 1a", "ko", "fr")]), st.lists(WORDS)))
def test_records_are_read_as_they_were_written(records: dict[Key, list[str]]) -> None:
    """Catches words that break the file: line ends, brackets, marks of comments."""
    lock = {
        key: tuple(Row(paragraph(each).mark, paragraph(each[::-1]).mark, each) for each in words)
        for key, words in records.items()
    }
    assert lock_of(ledger.written(lock).decode()) == (lock, [])


def test_a_damaged_lock_is_told_of_line_by_line() -> None:
    """Catches a merge that went wrong, or a line that was edited, and is taken for a record."""
    row = f"{paragraph('하나').mark} {paragraph('One').mark} 하나"
    text = f"# x\n\n{row}\n[title ko > en]\n<<<<<<< HEAD\n{row}\n{row}!\n[title ko > en]\nzz\n"
    assert lock_of(text)[1] == [("bad-lock", line) for line in (3, 5, 7, 8, 9)]
    assert lock_of(f"[title ko > en]\r\n{row}\r\n")[1] == []
    assert lock_of("[title ko > en]\n- - \n")[1] == []
