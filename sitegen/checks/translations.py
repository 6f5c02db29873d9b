"""What is not translated: parts that lack a language, and translations that are none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from sitegen.checks.texts import Finding, Passage, Piece

HANGUL = "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff"
HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
KANA = "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"
LATIN = "A-Za-z\u00c0-\u024f\u1e00-\u1eff"
CYRILLIC = "\u0400-\u052f"
SCRIPTS = {
    "ko": HANGUL,
    "ja": KANA + HAN,
    "zh": HAN,
    "el": "\u0370-\u03ff",
    "he": "\u0590-\u05ff",
    "th": "\u0e00-\u0e7f",
    **dict.fromkeys(("ru", "uk", "bg", "be", "mk"), CYRILLIC),
    **dict.fromkeys(("ar", "fa", "ur"), "\u0600-\u06ff"),
    **dict.fromkeys(("hi", "mr", "ne"), "\u0900-\u097f"),
    **dict.fromkeys(("en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "no", "fi", "pl", "cs", "tr"), LATIN),
    **dict.fromkeys(("vi", "id", "ms", "hu", "ro", "hr", "sk", "sl", "lt", "lv", "et", "ca"), LATIN),
}
"""The letters of a language, as a class; of a language that is not here, the script is not looked at."""

DENSE = 0.1
SPARSE = 0.5
"""The least share of a language's own letters: Korean, Chinese and Japanese texts may be full of Latin names."""

LONG = 20
"""Letters from which on a text says which language it is in."""

DOTS = ("…", "...")

_LETTER = re.compile(r"[^\W\d_]")
_LAUGHTER = re.compile("[\u1100-\u11ff\u3130-\u318f]+")
"""Single consonants and vowels, which Koreans type for laughter and tears, and which need no translation."""


def lacking(pieces: Sequence[Piece], languages: Sequence[str]) -> Iterator[Finding]:
    """One warning for each language that something lacks, with the count and the first place."""
    for lang in languages:
        without = [each for each in pieces if all(passage.lang != lang for passage in each.passages)]
        if not without:
            continue
        counts = Counter(each.passages[0].kind for each in without)
        said = ", ".join(f"{count} {kind}s" if count > 1 else f"one {kind}" for kind, count in counts.items())
        place = without[0].passages[0].begin
        yield Finding("untranslated", f"not in `{lang}`: {said}; the first is here", place, f"translate into `{lang}`")


def unwritten(piece: Piece) -> Iterator[Finding]:
    """Texts that say nothing but the dots that `sitegen new` leaves for their writer."""
    for passage in piece.passages:
        if passage.ours and passage.typed.strip() in DOTS:
            message = f"this {passage.kind} is not written yet"
            yield Finding("unwritten", message, passage.begin, "write it, or set `draft: true` until it is")


def repeated(piece: Piece) -> Iterator[Finding]:
    """Translations that are their original, word for word."""
    for other in piece.others if piece.original else ():
        if is_repeated(piece, other):
            message = f"the `{other.lang}` text is the same as the original"
            yield Finding("same-as-original", message, other.begin, "translate it, or leave the language out")


def is_repeated(piece: Piece, other: Passage) -> bool:
    """Whether a translation is its original, and so long, or in such a script, that it cannot be right."""
    if piece.original is None or piece.original.typed.split() != other.typed.split():
        return False
    letters = _LETTER.findall(_LAUGHTER.sub("", other.prose))
    own = _own(other)
    foreign = [each for each in letters if own is not None and not own.match(each)]
    return len(letters) >= LONG or any(not each.isascii() for each in foreign)


def foreign(piece: Piece) -> Iterator[Finding]:
    """Texts whose letters are not those of their language."""
    for passage in piece.passages:
        if passage.ours and is_foreign(passage) and not is_repeated(piece, passage):
            message = f"this text is said to be in `{passage.lang}`, and its letters are others"
            yield Finding("wrong-script", message, passage.begin, "is it under the wrong language?")


def is_foreign(passage: Passage) -> bool:
    """Whether hardly any letters of a text are those of its language."""
    own = _own(passage)
    count = len(_LETTER.findall(passage.prose)) if own else 0
    if own is None or count < LONG:
        return False
    dense = passage.lang.partition("-")[0] in ("ko", "ja", "zh")
    return len(own.findall(passage.prose)) < count * (DENSE if dense else SPARSE)


def _own(passage: Passage) -> re.Pattern[str] | None:
    letters = SCRIPTS.get(passage.lang.partition("-")[0])
    return re.compile(f"[{letters}]") if letters else None
