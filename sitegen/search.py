"""The search index: which threads hold which pairs of syllables and which words, in files small enough to be asked for.

Korean puts particles behind its words and words behind its words, so that a word that is searched for may stand
anywhere inside another one. Scripts without spaces between words are therefore indexed by pairs of neighbouring
characters, all others by words. A text's *terms* are

- each pair of neighbours in a run of such characters, `딥시` and `시크` of `딥시크`,
- the first character of each such run, by itself: what a search for one syllable finds,
- each run of other letters and digits.

Threads lie in *blocks* of *segments*, oldest first. In a block, a hash of its first three characters says which *shard*
has a term: those that begin alike lie together, so that the beginning of a word can be searched for. A shard is a JSON
object. Its keys are terms, each with the place where it stands in front (0 the title, 1 the summary, 2 the comments,
the first of them that has it); its values are places of threads: the number of a segment in its block, and a letter
for each thread in that. Titles and lines are not in the index: who searches reads them in the pages that were found.

The theme's `search.js` asks these questions, and has to keep to the same rules.
"""

from __future__ import annotations

import json
import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from html import unescape
from string import ascii_letters
from typing import Any, NamedTuple
from unicodedata import category, normalize
from zlib import crc32

from sitegen.models import Paragraphs, ThreadBody, ThreadCard, ThreadEntry
from sitegen.site import shown_in
from sitegen.tasks import Remembered

PAIRED = "\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
"""Hangul, kana and Chinese characters, as in a class of a regular expression; of two bytes in UTF-16 each."""

SAME = "\\x00-\\x7f\uac00-\ud7a3\u00ab\u00bb\u2010-\u201f\u2026"
"""Characters that folding leaves as they are, but for their case: most of what is written in Korean and English."""

TAG = re.compile("<[^>]*>")
TO_FOLD = re.compile(f"[^{SAME}]+")
RUN = re.compile(f"[{PAIRED}]+")
WORD = re.compile(f"[^\\W_{PAIRED}\U00010000-\U0010ffff]{{1,32}}")
"""A longer word is indexed in pieces. Characters beyond the first plane are left out: JavaScript makes two of each."""

SEGMENT = 32
"""Threads in a segment, on average; at most there are as many as letters."""

BLOCK = range(1024, 4096)
"""Threads in a block. A query asks each block, and a new thread makes most of its block's files again."""

SHARD = 4
"""Threads for which a block has a shard more: a shard comes to some kilobytes."""

AT_ONCE = 4
"""Segments that a process works on together: each of them needs the bodies of all of its threads."""

BUNDLES = 32
"""Parts of what is known of a segment, at most: a part that is the same as before is not merged again."""


class Block(NamedTuple):
    """Threads that are indexed together: the slugs of each segment, oldest first, and the number of shards."""

    segments: tuple[tuple[str, ...], ...]
    shards: int

    @property
    def bundles(self) -> int:
        """In how many parts the shards are made; both are powers of two."""
        return min(self.shards, BUNDLES)


def layout(threads: Iterable[ThreadEntry]) -> tuple[Block, ...]:
    """All threads that are shown in blocks, oldest first.

    What a thread is called decides whether a segment or block may end with it. So a thread that comes or goes changes
    its own segment and block, and hardly ever another one.
    """
    ordered = sorted((each.date, each.slug) for each in threads)
    blocks: list[Block] = []
    segments: list[tuple[str, ...]] = []
    segment: list[str] = []
    count = 0
    for number, (_, slug) in enumerate(ordered, 1):
        segment.append(slug)
        count += 1
        mark = crc32(slug.encode())
        last = number == len(ordered) or count == BLOCK.stop or (mark % BLOCK.start == 0 and count in BLOCK)
        if last or mark % SEGMENT == 0 or len(segment) == len(ascii_letters):
            segments.append(tuple(segment))
            segment = []
        if last:
            blocks.append(Block(tuple(segments), 1 << ((count - 1) // SHARD).bit_length()))
            segments, count = [], 0
    return tuple(blocks)


# -- terms -------------------------------------------------------------------------------------------------------------


def fold(text: str) -> str:
    """A text without regard to case, accents and widths of characters."""
    return TO_FOLD.sub(_folded, text).lower()


def _folded(found: re.Match[str]) -> str:
    kept = (each for each in normalize("NFKD", found[0]) if category(each) != "Mn")
    return normalize("NFC", "".join(kept))


def terms(text: str) -> tuple[dict[int, None], dict[str, None]]:
    """The terms of a text, in the order in which they first come: pairs as numbers, and words.

    A pair is four bytes of UTF-16, of which Python makes a number faster than a text. A space stands before the
    first and after the last character of a run.
    """
    folded = fold(" ".join(dict.fromkeys(text.split())))
    runs = f" {' '.join(RUN.findall(folded))} ".encode("utf-16")[2:]
    pairs: dict[int, None] = {}
    for start in (0, 2):
        end = len(runs) - (len(runs) - start) % 4
        pairs.update(dict.fromkeys(memoryview(runs[start:end]).cast("I")))
    return pairs, dict.fromkeys(WORD.findall(folded))


def pair_names(pairs: Iterable[int]) -> Iterator[str]:
    """Pairs as terms: two characters, or the first of a run; empty for the last of a run."""
    both = array("I", pairs).tobytes().decode("utf-16")
    for first, second in zip(both[::2], both[1::2], strict=True):
        yield "" if second == " " else f"{first}{second}".lstrip(" ")


@lru_cache(maxsize=1 << 16)
def shard_of(term: str, shards: int) -> int:
    """Which of so many shards has a term."""
    return crc32(term[:3].encode()) % shards


def _plain(html: str) -> str:
    """The text of HTML as a browser has it: blocks are told apart by the line ends between them."""
    return unescape(TAG.sub("", html))


def texts(card: ThreadCard, body: ThreadBody, lang: str, languages: tuple[str, ...]) -> tuple[str, str, str]:
    """Title, summary and comments as the thread's page in a language shows them, without glosses and notes."""
    _, title = card.title.pick(lang, shown_in(card, lang, languages), *languages)
    _, summary = body.column.pick(lang, body.lang) if body.column else (lang, Paragraphs(()))
    comments = (one.text.pick(lang, body.lang)[1] for one in body.comments if one.text)
    return title, _plain("\n".join(html for _, html in summary.blocks)), _plain("\n".join(comments))


# -- index -------------------------------------------------------------------------------------------------------------


def segment(languages: tuple[str, ...], shards: int, threads: tuple[tuple[ThreadCard, ThreadBody], ...]) -> Remembered:
    """What is known of a segment. Its tails are, for each language, the bundles of a block with so many shards.

    A bundle maps keys of shards to the letters of threads.
    """
    bundles = min(shards, BUNDLES)
    return Remembered(None, tuple(part for lang in languages for part in _bundled(lang, languages, bundles, threads)))


def _bundled(
    lang: str, languages: tuple[str, ...], bundles: int, threads: tuple[tuple[ThreadCard, ThreadBody], ...]
) -> list[dict[str, str]]:
    levels: list[dict[Any, list[str]]] = [defaultdict(list) for _ in range(3)]
    for letter, (card, body) in zip(ascii_letters, threads, strict=False):
        seen: set[int | str] = set()
        for level, text in zip(levels, texts(card, body, lang, languages), strict=True):
            for found in terms(text):
                for term in found:
                    if term not in seen:
                        level[term].append(letter)
                seen.update(found)
    parts: list[dict[str, str]] = [{} for _ in range(bundles)]
    for number, level in enumerate(levels):
        pairs = [each for each in level if type(each) is int]
        names = dict(zip(pairs, pair_names(pairs), strict=True))
        for term, letters in level.items():
            name = names.get(term, term)
            if name:
                parts[shard_of(name, bundles)][f"{number}{name}"] = "".join(letters)
    return parts


def merge(shards: int, segments: tuple[dict[str, str], ...]) -> Remembered:
    """One bundle of all segments of a block with so many shards. Its tails are the shards that it has, as JSON."""
    found: dict[str, list[str]] = defaultdict(list)
    for number, bundle in enumerate(segments):
        for key, letters in bundle.items():
            found[key].append(f"{number}{letters}")
    bundles = min(shards, BUNDLES)
    made: list[dict[str, str]] = [{} for _ in range(shards // bundles)]
    for key in sorted(found):
        made[shard_of(key[1:], shards) // bundles][key] = "".join(found[key])
    return Remembered(None, tuple(map(encoded, made)))


def encoded(value: object) -> bytes:
    """A value as JSON (RFC 8259) in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
