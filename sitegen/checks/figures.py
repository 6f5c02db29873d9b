"""Numbers in Korean and English texts: what is written in figures, and all that may be meant by figures or words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

Value = Fraction | str
"""A number, or the text of one with several points, such as `2.14.1`."""

Way = frozenset[Value]
"""Numbers that together say the same as a figure does."""

LANGUAGES = frozenset(("ko", "en"))
"""Languages whose words for numbers are known."""

SMALL = {"십": 10, "백": 100, "천": 1000}
BIG = {"만": 10**4, "억": 10**8, "조": 10**12}
SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
LETTERS = {"k": 10**3, "m": 10**6, "mn": 10**6, "b": 10**9, "bn": 10**9, "t": 10**12, "tn": 10**12}

WIDE = str.maketrans("０１２３４５６７８９，．", "0123456789,.")
"""Full-width figures and what stands between them, as Asian keyboards type them."""

_DIGITS = "[0-9]{1,30}"
"""As many as a number may have: what is longer is none, and would cost too much."""

_PIECE = re.compile(
    rf"(?P<dotted>{_DIGITS}(?:\.{_DIGITS}){{2,20}})"
    rf"|(?P<number>[0-9]{{1,3}}(?:,[0-9]{{3}}){{1,10}}(?![0-9])(?:\.{_DIGITS})?|{_DIGITS}(?:\.{_DIGITS})?)"
    r"(?:여 ?(?=[십백천만억조]))?(?P<small>[십백천])?(?P<big>만(?!큼)|억|조(?!각|건|금|차))?"
)
_OVER = re.compile(
    rf"(?P<whole>{_DIGITS}) ?분의 ?(?P<part>{_DIGITS})"
    rf"|(?<![0-9/])(?P<top>{_DIGITS})/(?P<under>[1-9][0-9]{{0,8}})(?![0-9/])"
)
_SCALE = re.compile(
    r"((?:[ -](?:hundred|thousand|million|billion|trillion)\b){1,3})|( ?)(mn|bn|tn|[kmbt])\b", re.IGNORECASE
)
_BETWEEN = re.compile(r" ?(?:%|퍼센트|[~∼〜–-]|to|or|and|에서|내지) ?(?:[~∼〜–-] ?)?[$€£₩]?")
_AFTERNOON = re.compile(r"(?:오후|밤|저녁|낮) ?")
_PM = re.compile(r"(?::[0-9]{2})? ?p\.?m\b", re.IGNORECASE)
_MINUTES = re.compile(r"분|[ -]?min", re.IGNORECASE)
_DAY = re.compile(r"(1[0-2]|[1-9])\.(3[01]|[12][0-9]|[1-9])")
_AGES = re.compile(r"([1-6]0)([2-7]0)(?= ?(?:세대|남|여|청년|직장))")


class Figure(NamedTuple):
    """A number in figures from `start` to `end`; each of the `ways` says it. `scale` is what its unit multiplies by."""

    start: int
    end: int
    ways: tuple[Way, ...]
    scale: int = 1


def figures(text: str) -> list[Figure]:
    """All numbers in figures."""
    text = text.translate(WIDE)
    found: list[Figure] = []
    at = 0
    while piece := _PIECE.search(text, at):
        over = _OVER.match(text, piece.start())
        figure = _fraction(over) if over else _dotted(piece) if piece["dotted"] else _number(text, piece)
        found.append(figure)
        at = figure.end
    for number, (one, other) in enumerate(pairwise(found)):
        if other.scale > 1 and one.scale == 1 and _BETWEEN.fullmatch(text, one.end, other.start):
            scaled = (frozenset(each * other.scale for each in way if isinstance(each, Fraction)) for way in one.ways)
            found[number] = one._replace(ways=(*one.ways, *scaled))
    return found


def values(text: str) -> frozenset[Value]:
    """Every number that a text may be said to hold, in figures or in words."""
    several = (value for figure in figures(text) for way in figure.ways for value in way)
    return frozenset((*several, *_english(text.lower()), *_korean(text)))


def _fraction(found: re.Match[str]) -> Figure:
    top, under = int(found["part"] or found["top"]), int(found["whole"] or found["under"])
    both = frozenset((Fraction(top), Fraction(under)))
    return Figure(found.start(), found.end(), (frozenset((Fraction(top, under),)), both) if under else (both,))


def _dotted(found: re.Match[str]) -> Figure:
    """A version, or a date."""
    text = found["dotted"]
    return Figure(found.start(), found.end(), (frozenset((text,)), frozenset(map(Fraction, text.split(".")))))


def _number(text: str, piece: re.Match[str]) -> Figure:
    start, end = piece.span()
    scale = BIG.get(piece["big"] or "", 1) * SMALL.get(piece["small"] or "", 1)
    if scale == 1:
        return _plain(text, start, end, _value(piece))
    first, total, group = piece, Fraction(0), Fraction(0)
    parts: list[Fraction] = []
    while True:
        unit = SMALL.get(piece["small"] or "", 1)
        group += _value(piece) * unit
        parts.append(_value(piece) * unit * BIG.get(piece["big"] or "", 1))
        if piece["big"]:
            total, group, unit = total + group * BIG[piece["big"]], Fraction(0), BIG[piece["big"]]
        end = piece.end()
        after = _PIECE.match(text, end) or (_PIECE.match(text, end + 1) if text[end : end + 1] == " " else None)
        if unit == 1 or after is None or after["dotted"] or not _below(after, unit, in_group=not piece["big"]):
            break
        piece = after
    said = [frozenset((total + group,))]
    if total and group and SMALL.get(piece["small"] or ""):  # `3억 5천` leaves the `만` out
        said.append(frozenset((total + group * BIG["만"],)))
    if len(parts) > 1:
        said.append(frozenset(parts))
    if first["big"] == "조" and all(each < 100 for each in parts[1:]):
        said.append(frozenset((_value(first), *parts[1:])))  # an article of a law, or a group, may be counted so too
    return Figure(start, end, tuple(said), scale)


def _below(piece: re.Match[str], unit: int, *, in_group: bool) -> bool:
    """Whether a piece may go on a number whose last unit is this, as in `1조 2천억` or `3천 5백만`."""
    own = _value(piece) * SMALL.get(piece["small"] or "", 1)
    return own * (1 if in_group else BIG.get(piece["big"] or "", 1)) < unit


def _value(piece: re.Match[str]) -> Fraction:
    return Fraction(piece["number"].replace(",", ""))


def _plain(text: str, start: int, end: int, number: Fraction) -> Figure:
    """A number without a Korean unit: an English one may follow, or what makes it a year or an hour."""
    ways = [frozenset((number,))]
    if scaled := _SCALE.match(text, end):
        by = 1
        for word in re.findall(r"\w+", scaled[0].lower()):
            by *= SCALES.get(word) or LETTERS.get(word) or 1
        if scaled[1]:
            return Figure(start, scaled.end(), (frozenset((number * by,)),), by)
        return Figure(start, scaled.end(3) if not scaled[2] else end, (*ways, frozenset((number * by,))), by)
    if number < 100 and (
        text.startswith(("년", "올림픽", "월드컵", "학번"), end)
        or text[max(0, start - 1) : start] in ("'", "’", "‘", "Q")
    ):
        ways += [frozenset((number + century,)) for century in (1900, 2000)]
    if number <= 12 and (
        _PM.match(text, end) or (text.startswith("시", end) and _AFTERNOON.search(text[max(0, start - 3) : start]))
    ):
        ways.append(frozenset((number + 12,)))
    if 12 < number <= 24 and text[end : end + 1] in ("시", ":"):
        ways.append(frozenset((number - 12,)))
    if number == 30 and (text[start - 1 : start] == ":" or _MINUTES.match(text, end)):  # half an hour
        ways.append(frozenset((Fraction(1, 2),)))
    if (several := _DAY.fullmatch(text, start, end) or _AGES.match(text, start)) and several.end() == end:
        ways.append(frozenset(map(Fraction, several.groups())))
    return Figure(start, end, tuple(ways))


# -- words -------------------------------------------------------------------------------------------------------------

ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
UNITS = {word: number for number, word in enumerate(ONES)}
TENS = {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
ORDINALS = {
    **{f"{word}th": number for word, number in UNITS.items()},
    **{f"{word[:-1]}ieth": number for word, number in TENS.items()},
    "first": 1, "second": 2, "third": 3, "fifth": 5, "eighth": 8, "ninth": 9, "twelfth": 12,
}  # fmt: skip
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
OTHERS = {
    **{month: number for number, month in enumerate(MONTHS, 1)},
    **{month[:3]: number for number, month in enumerate(MONTHS, 1)},
    **dict.fromkeys(("twice", "double", "doubled", "doubles", "doubling", "both", "pair", "couple", "twofold"), 2),
    **dict.fromkeys(("teen", "teens", "teenage", "teenager", "teenagers"), 10),
    **dict.fromkeys(("triple", "tripled", "thrice", "threefold"), 3),
    "sept": 9, "quadrupled": 4, "week": 7, "fortnight": 14,
    "decade": 10, "decades": 10, "dozen": 12, "dozens": 12, "century": 100,
}  # fmt: skip
PARTS = {"half": 2, "halves": 2, "quarter": 4, "quarters": 4}


def _english(text: str) -> Iterator[Fraction]:
    """Numbers in English words; each word of a longer number counts as well."""
    total, group, last, halved = 0, 0, 0, 0
    for word in re.findall(r"[a-z]+", text):
        number = UNITS.get(word) or TENS.get(word) or TENS.get(f"{word.removesuffix('ies')}y") or 0
        part = PARTS.get(word) or ORDINALS.get(word.removesuffix("s"), 0)
        if part:
            yield from (Fraction(part), Fraction(last or 1, part), Fraction(100 * (last or 1), part))
            if total or group:
                yield from (Fraction(total + group + part), total + group + Fraction(1, part))
        if number:
            group += number
            yield from (Fraction(number), Fraction(group), Fraction(total + group))
        elif word in SCALES or word.removesuffix("s") in SCALES:
            scale = SCALES[word.removesuffix("s")]
            group = (group if 0 < group < 1000 else 1) * scale
            yield Fraction(scale, halved or 1)
            yield from (Fraction(scale), Fraction(group), Fraction(total + group))
            if scale > 100:
                total, group = total + group, 0
        elif word not in ("and", "a", "an"):
            total, group = 0, 0
        if word in OTHERS:
            yield Fraction(OTHERS[word])
        last = number or (last if word in ("and", "of") else 0)
        halved = part or (halved if word in ("a", "of") else 0)


NATIVE_TENS = {
    "열": 10,
    "스물": 20,
    "스무": 20,
    "서른": 30,
    "마흔": 40,
    "쉰": 50,
    "예순": 60,
    "일흔": 70,
    "여든": 80,
    "아흔": 90,
}
NATIVE = {
    **dict.fromkeys(("하나", "한", "첫"), 1), **dict.fromkeys(("둘", "두"), 2), **dict.fromkeys(("셋", "세", "석"), 3),
    **dict.fromkeys(("넷", "네", "넉"), 4), "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9,
}  # fmt: skip
NATIVE_OTHERS = {
    "하루": 1, "이틀": 2, "사흘": 3, "나흘": 4, "닷새": 5, "엿새": 6, "이레": 7, "여드레": 8, "아흐레": 9, "열흘": 10,
    "일주일": 7, "반년": 6, "보름": 15, "갑절": 2, "곱절": 2, "양쪽": 2,
}  # fmt: skip
DIGITS = {each: number for number, each in enumerate("영일이삼사오육칠팔구")} | {"공": 0, "륙": 6}

_NATIVE = re.compile(rf"(?<![가-힣])(?:({'|'.join(NATIVE_TENS)})({'|'.join(NATIVE)})?|({'|'.join(NATIVE)}))")
_OTHERS = re.compile("|".join(NATIVE_OTHERS))
_SINO = re.compile(r"(?<![가-힣])(?:제|약|총)?([일이삼사오육륙칠팔구영공십백천만억조]+)")
_HALF = re.compile(r"절반|(?<![가-힣])반(?![가-힣]{2})")
_SAID = "[일이삼사오육륙칠팔구십백천]{1,9}"
_PARTS = re.compile(rf"({_SAID}) ?분의 ?({_SAID})")


def _korean(text: str) -> Iterator[Fraction]:
    """Numbers in Korean words."""
    for found in _NATIVE.finditer(text):
        yield Fraction(NATIVE_TENS.get(found[1], 0) + NATIVE.get(found[2] or found[3], 0))
    yield from (Fraction(NATIVE_OTHERS[word]) for word in _OTHERS.findall(text))
    for run in _SINO.findall(text):
        yield from _runs(run)
    for under, top in _PARTS.findall(text):
        if whole := _sino(under):
            yield from (_sino(top) / whole, 100 * _sino(top) / whole)
    if _HALF.search(text):
        yield from (Fraction(1, 2), Fraction(50))


def _runs(run: str) -> Iterable[Fraction]:
    """What a run of Korean numerals may be: the last of them can be a particle or the beginning of another word."""
    return (_sino(run[:end]) for end in range(1, min(len(run), 20) + 1))


def _sino(run: str) -> Fraction:
    """The value of numerals such as `이천오백만`."""
    total = group = digit = 0
    for each in run:
        if each in DIGITS:
            digit = digit * 10 + DIGITS[each]
        elif each in SMALL:
            group, digit = group + (digit or 1) * SMALL[each], 0
        else:
            total, group, digit = total + ((group + digit) or 1) * BIG[each], 0, 0
    return Fraction(total + group + digit)
