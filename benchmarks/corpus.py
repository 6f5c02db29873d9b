"""A made-up digest in Korean and English, of any size, the same for the same seed.

A thread has two summaries of 350 to 500 words, in step with each other, and about twelve comments, some of them long
exchanges, most with a translation. What a thread says does not depend on how many others there are.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

LANGUAGES = ("ko", "en")
GATHERED = 10
"""Threads in an issue of the digest."""

FIRST = datetime(2020, 3, 2, 8, 30, tzinfo=timezone(timedelta(hours=9)))
EVERY = timedelta(hours=7)

SETTINGS = """\
title: {ko: 벤치마크 다이제스트, en: Benchmark Digest}
description: {ko: 두 언어로 지어낸 토론, en: Discussions made up in two languages}
base_url: https://benchmark.example/digest/
languages: [ko, en]
timezone: Asia/Seoul
categories:
  hardware: {ko: 하드웨어, en: Hardware}
  society: {ko: 사회, en: Society}
"""

KOREAN = """
서버 요금 모델은 기사에서 번역을 다시 읽으면 회사가 밝힌 숫자와 조금 다르고 실제로는 반도체 공급망이 먼저 바뀌었다
독자들이 궁금해한 것은 누가 비용을 내는지 그리고 왜 지금인지 였다 작년보다 전력 사용량이 늘었지만 품질도 함께
올랐다는 주장이 많았고 연구자는 표본이 작다고 했다 정책은 아직 초안이며 시장의 반응은 엇갈린다 의견이 나뉘었다
"""
ENGLISH = """
the bill for running a model of this size came as a surprise to most readers who had followed only the headlines while
engineers pointed out that memory rather than compute sets the pace and that a translation can hide how careful the
first report was when it spoke of supply chains licences power prices early drafts small samples and their owners
"""
NICKNAMES = (
    "달빛산책 memcpy 늦은오후 quietfan 고양이손 segfault 바닷바람 two_cents 연필깎이 off_topic 초록지붕 nightbuild"
)
WORDS = {"ko": KOREAN.split(), "en": ENGLISH.split()}
NAMES = NICKNAMES.split()
CATEGORIES = ("ai", "hardware", "society", "policy", "games")
TAGS = [f"{kind}-{number}" for number in range(1, 13) for kind in ("chips", "models", "law", "energy", "work")]
SNIPPET = "```python\nfor row in rows:\n    total += row.price * row.count\n```"


class _Writer:
    """Prose out of one random stream."""

    def __init__(self, source: random.Random):
        self.source = source

    def sentence(self, lang: str) -> str:
        """Ten to twenty words; one sentence in six has some Markdown in it."""
        words = self.source.choices(WORDS[lang], k=self.source.randint(10, 20))
        if self.source.random() < 1 / 6:
            place = self.source.randrange(1, len(words))
            word = words[place]
            marked = (
                f"**{word}**",
                f"*{word}*",
                f"`{word}`",
                f"[{word}](https://news.example/{place})",
                f"{word} < 3 &",
            )
            words[place] = self.source.choice(marked)
        return " ".join(words).capitalize() + "."

    def sentences(self, lang: str, least: int, most: int) -> list[str]:
        """A few sentences."""
        return [self.sentence(lang) for _ in range(self.source.randint(least, most))]

    def block(self, kind: str, lang: str) -> str:
        """A paragraph, heading, list or quote."""
        if kind == "heading":
            return "## " + " ".join(self.source.choices(WORDS[lang], k=4))
        if kind == "list":
            return "\n".join(f"- {each}" for each in self.sentences(lang, 2, 4))
        text = " ".join(self.sentences(lang, 2, 4))
        return f"> {text}" if kind == "quote" else text

    def columns(self) -> dict[str, str]:
        """The summary in each language, block for block the same kinds."""
        blocks: dict[str, list[str]] = {lang: [self.block("paragraph", lang)] for lang in LANGUAGES}
        goal = self.source.randint(350, 500)
        while len(" ".join(blocks["en"]).split()) < goal:
            kinds = ("paragraph", "paragraph", "paragraph", "list", "quote", "heading")
            for kind in self._with_text(self.source.choice(kinds)):
                for lang in LANGUAGES:
                    blocks[lang].append(self.block(kind, lang))
        return {lang: "\n\n".join(each) + "\n" for lang, each in blocks.items()}

    @staticmethod
    def _with_text(kind: str) -> tuple[str, ...]:
        return (kind, "paragraph") if kind in ("heading", "list") else (kind,)

    def comment(self, lang: str) -> str:
        """A comment: a paragraph or two, now and then with code."""
        parts = [" ".join(self.sentences(lang, 1, 3)) for _ in range(self.source.choice((1, 1, 1, 2)))]
        if self.source.random() < 0.03:
            parts.append(SNIPPET)
        return "\n\n".join(parts)


def slug(number: int) -> str:
    """The name of a thread's folder; threads count from 1, oldest first."""
    return f"thread-{number:05}"


def write(folder: Path, threads: int, seed: int = 1) -> None:
    """Write a site with so many threads into a folder."""
    content = folder / "content"
    _put(folder / "sitegen.yaml", SETTINGS)
    for number in range(1, threads + 1):
        _thread(content / "threads" / slug(number), number, seed)
    for number, start in enumerate(range(1, threads + 1, GATHERED), 1):
        _digest(
            content / "digests" / f"issue-{number:04}", number, range(start, min(start + GATHERED, threads + 1)), seed
        )
    writer = _Writer(_source(seed, "about"))
    for lang, title in (("ko", "소개"), ("en", "About")):
        text = "\n\n".join(writer.block("paragraph", lang) for _ in range(3))
        _put(content / "pages" / f"about.{lang}.md", f"---\ntitle: {title}\n---\n{text}\n")


def edit_comment(folder: Path, number: int, mark: str) -> None:
    """Put a word into the Korean text of a thread's first comment, in the place of the one put there before."""
    path = folder / "content" / "threads" / slug(number) / "comments.yaml"
    _put(path, re.sub(r"(ko: \|-\n +)(\[[^\]]*\] )?", rf"\g<1>[{mark}] ", path.read_text("utf-8"), count=1))


def edit_title(folder: Path, number: int, mark: str) -> None:
    """Put a word into a thread's title in each language, in the place of the one put there before."""
    path = folder / "content" / "threads" / slug(number) / "thread.yaml"
    _put(path, re.sub(r"( {2}(?:ko|en): \")(\[[^\]]*\] )?", rf"\g<1>[{mark}] ", path.read_text("utf-8"), count=2))


# -- files -------------------------------------------------------------------------------------------------------------


def _source(*seeds: object) -> random.Random:
    return random.Random("/".join(map(str, seeds)))  # noqa: S311 - made-up words are no secret


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _thread(folder: Path, number: int, seed: int) -> None:
    source = _source(seed, number)
    writer = _Writer(source)
    date = FIRST + EVERY * number
    tags = sorted(source.sample(TAGS, k=source.randint(2, 5)))
    lines = [
        "title:",
        *(f"  {lang}: {_quoted(' '.join(source.choices(WORDS[lang], k=6)))}" for lang in LANGUAGES),
        f"date: {date.isoformat()}",
        f"category: {source.choice(CATEGORIES)}",
        f"tags: [{', '.join(tags)}]",
        "lang: ko",
        "source:",
        "  site: forum",
        f"  url: https://forum.example/thread/{number}",
        f"  author: {source.choice(NAMES)}",
        f"  posted: {(date - timedelta(days=2)).isoformat()}",
        f"  views: {source.randint(100, 9000)}",
        "column:",
        f"  title: {_quoted(' '.join(source.choices(WORDS['en'], k=7)).capitalize())}",
        "  author: Jo Writer",
        "  publisher: The Paper",
        f"  published: {(date - timedelta(days=5)).date()}",
        "  lang: en",
        f"  url: https://news.example/column/{number}",
        "links:",
        f"  - {{title: Another view, url: 'https://news.example/view/{number}', lang: en, kind: paper}}",
    ]
    _put(folder / "thread.yaml", "\n".join(lines) + "\n")
    for lang, text in writer.columns().items():
        _put(folder / f"column.{lang}.md", text)
    count = 1 + min(80, int(source.expovariate(1 / 11)))
    _put(folder / "comments.yaml", "\n".join(_comments(writer, date - timedelta(days=2), count)) + "\n")


def _comments(writer: _Writer, begin: datetime, count: int) -> Iterator[str]:
    """The lines of comments.yaml: in reading order, each answers the one before, one above that, or the thread."""
    depth = -1
    for number in range(count):
        deeper = writer.source.randint(0, min(depth + 1, 5))
        if deeper > depth >= 0:
            yield "  " * (2 * depth + 1) + "replies:"
        depth = deeper
        pad = "  " * (2 * depth)
        yield f"{pad}- author: {writer.source.choice(NAMES)}"
        yield f"{pad}  date: {(begin + timedelta(minutes=9 * number)).isoformat()}"
        yield f"{pad}  text:"
        for lang in LANGUAGES if number % 8 != 7 else ("ko",):
            yield f"{pad}    {lang}: |-"
            for line in writer.comment(lang).split("\n"):
                yield f"{pad}      {line}" if line else ""


def _digest(folder: Path, number: int, gathered: range, seed: int) -> None:
    writer = _Writer(_source(seed, "digest", number))
    lines = [
        f"title: {{ko: {number}호, en: Issue {number}}}",
        f"number: {number}",
        f"date: {(FIRST + EVERY * gathered[-1]).isoformat()}",
        "threads:",
        *(f"  - {slug(each)}" for each in gathered),
    ]
    _put(folder / "digest.yaml", "\n".join(lines) + "\n")
    for lang in LANGUAGES:
        _put(folder / f"intro.{lang}.md", "\n\n".join(writer.block("paragraph", lang) for _ in range(2)) + "\n")
