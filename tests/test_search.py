"""The search index: what is in it, and whether those who ask it as the theme's script does find what pages show."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from unicodedata import normalize

import pytest
from conftest import Site
from hypothesis import given
from hypothesis import strategies as st
from reader import Made, made, sample

from sitegen import search
from sitegen.models import ThreadEntry

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
PLACES = re.compile(r"(\d+)(\D+)")
HANGUL = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
MIXED = st.text(HANGUL | st.sampled_from(" .,“”ab12") | st.characters(codec="utf-8"), max_size=40)


class Index:
    """A published index, asked as `search.js` asks it; `fetched` are the files that were."""

    def __init__(self, output: Path, lang: str) -> None:
        self.folder = output / lang / "search"
        (shards,) = re.findall('data-shards="([0-9 ]+)"', (self.folder / "index.html").read_text("utf-8"))
        self.shards = [int(each) for each in shards.split()]
        self.fetched: set[Path] = set()

    def load(self, path: str) -> dict[str, str]:
        self.fetched.add(self.folder / path)
        found: dict[str, str] = json.loads((self.folder / path).read_text("utf-8"))
        return found

    def look_up(self, term: str) -> dict[tuple[int, int, int], int]:
        """The threads that have a term: block, segment and place, each with the level."""
        found: dict[tuple[int, int, int], int] = {}
        whole = bool(search.RUN.match(term)) or len(term) < 3
        for block, shards in enumerate(self.shards):
            for key, value in self.load(f"{block}/{search.shard_of(term, shards)}.json").items():
                if key[1:] == term if whole else key[1:].startswith(term):
                    for segment, letters in PLACES.findall(value):
                        for letter in letters:
                            place = (block, int(segment), LETTERS.index(letter))
                            found[place] = min(int(key[0]), found.get(place, 9))
        return found

    def find(self, query: str) -> list[str]:
        """The addresses of the threads that have all terms of a query, best first."""
        found = [self.look_up(term) for term in names(query)]
        common = set(found[0]).intersection(*found)
        best = sorted(common, key=lambda place: (sum(each[place] for each in found), *(-step for step in place)))
        return [self.load(f"{block}/threads-{segment}.json")[place] for block, segment, place in best]  # type: ignore[index]

    def bytes(self) -> int:
        """What the files that were fetched come to, compressed one by one."""
        return sum(len(gzip.compress(path.read_bytes(), mtime=0)) for path in self.fetched)


def names(text: str) -> list[str]:
    """The terms of a text that a query asks for: a run of two characters or more by its pairs alone."""
    pairs, words = search.terms(text)
    runs = search.RUN.findall(search.fold(text))
    first = {run[0] for run in runs if len(run) > 1} - {run for run in runs if len(run) == 1}
    return [name for name in (*search.pair_names(pairs), *words) if name and name not in first]


def indexed(text: str) -> set[str]:
    """All terms of a text."""
    pairs, words = search.terms(text)
    return {*search.pair_names(pairs), *words} - {""}


# -- terms -------------------------------------------------------------------------------------------------------------


def test_terms_are_pairs_of_syllables_and_words() -> None:
    """Catches particles that hide a word, words that are torn, and scripts that run into each other."""
    assert indexed("딥시크는 AI법을 2025년 GPT-4o로!") == {
        *("딥", "딥시", "시크", "크는", "ai", "법", "법을", "2025", "년", "gpt", "4o", "로"),
    }
    assert indexed("") == indexed("  — “…” _ <>") == set()
    assert indexed("東京タワー") == {"東", "東京", "京タ", "タワ", "ワー"}


@pytest.mark.parametrize(
    ("one", "other"),
    [("Café", "cafe"), ("ＡＩ", "ai"), ("ÅNGSTRÖM", "angstrom"), ("ﬁne", "fine"), ("a\u0301", "a"), ("İ", "i")],
)
def test_folding_forgets_case_accents_and_widths(one: str, other: str) -> None:
    """Catches a word that is only found by those who type its accents."""
    assert search.fold(one) == search.fold(other) == other


@given(st.text())
def test_folding_is_the_same_for_all_forms_of_a_text(text: str) -> None:
    """Catches text in decomposed form, as one system's file names are, that nobody finds."""
    composed, decomposed = normalize("NFC", text), normalize("NFD", text)
    assert search.fold(search.fold(composed)) == search.fold(composed)
    if not re.search("[\uac00-\ud7a3][\u1100-\u11ff]", composed):  # old Hangul, of which both forms are rare
        assert indexed(composed) == indexed(decomposed)


@given(MIXED, st.text(HANGUL, min_size=2, max_size=6), MIXED)
def test_every_inner_part_of_a_korean_word_is_indexed(before: str, word: str, after: str) -> None:
    """Catches a word that is lost where it stands inside another one, or after a mark or a letter."""
    terms = indexed(before + word + after)
    assert {word[n : n + 2] for n in range(len(word) - 1)} <= terms


@given(st.text(st.sampled_from("abcdé1ñ"), min_size=3, max_size=60), st.integers(1, 10))
def test_beginnings_of_words_lie_where_the_words_are(word: str, power: int) -> None:
    """Catches the beginning of a word that is looked for in another shard than the word, and endless words."""
    (whole, *_) = search.terms(word)[1]
    assert len(whole) <= 32
    assert len({search.shard_of(whole[:length], 2**power) for length in range(3, len(whole) + 1)}) == 1


def test_a_shard_is_found_by_crc32() -> None:
    """Catches an index that is written by another rule than the one by which the script asks."""
    assert [search.shard_of(term, 1 << 20) for term in ("딥시", "sem", "semiconductor")] == [
        0x1244952E % (1 << 20),
        *[0x827F8D1C % (1 << 20)] * 2,
    ]


# -- layout ------------------------------------------------------------------------------------------------------------


def entry(slug: str, day: int) -> ThreadEntry:
    """A thread in the site's index."""
    date = f"20{day // 365:02}-01-01T00:00:{day % 365:03}"
    return ThreadEntry(slug, "", date, date, False, slug, False, "ko", ("ko",), (), None, (), ())


DAYS = st.dictionaries(st.text("abcdef", min_size=1, max_size=5), st.integers(0, 9000), max_size=150)


@given(DAYS, st.data())
def test_threads_stand_in_segments_by_age(days: dict[str, int], data: st.DataObject) -> None:
    """Catches a thread that is lost, doubled or out of order, and a thread gone that puts all later ones elsewhere."""
    entries = [entry(slug, day) for slug, day in days.items()]
    blocks = search.layout(entries)
    ordered = [each.slug for each in sorted(entries, key=lambda each: (each.date, each.slug))]
    segments = [segment for block in blocks for segment in block.segments]
    assert [slug for segment in segments for slug in segment] == ordered
    assert all(0 < len(segment) <= len(LETTERS) for segment in segments)
    assert all(block.shards & (block.shards - 1) == 0 for block in blocks)
    if entries:
        gone = data.draw(st.sampled_from(ordered))
        left = {segment for block in search.layout(e for e in entries if e.slug != gone) for segment in block.segments}
        untouched = [segment for segment in segments if gone not in segment and len(segment) < len(LETTERS)]
        full = any(len(segment) == len(LETTERS) for segment in segments)
        assert full or len([segment for segment in untouched if segment not in left]) <= 1


# -- whole sites -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def digest(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The repository's site, under a path that is not plain ASCII."""
    moved = sample(tmp_path_factory.mktemp("sample"), base_url="https://digest.example/news/더/")
    return made(moved, "https://digest.example/news/%EB%8D%94/")


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_all_that_pages_show_is_found(digest: Made, lang: str) -> None:
    """Catches a word of a title, summary or comment, glosses apart, that no search finds."""
    index = Index(digest.output, lang)
    pages = {
        path: page for path, page in digest.pages.items() if re.fullmatch(rf"{lang}/threads/[^/]+/index.html", path)
    }
    assert len(pages) > 10
    for page in pages.values():
        lines = page.find('//h1|//*[@class="prose"]/*|//*[starts-with(@class, "tree")]//*[@class="body"]')
        own = page.address.removeprefix("https://digest.example")
        texts = ["".join(line.xpath('.//text()[not(ancestor::*[@class="gloss"])]')) for line in lines]
        text = "\n".join(texts)
        for word in sorted(set(re.findall(r"[가-힣]{2,}|[A-Za-z0-9]{3,}", text)))[::7]:
            assert own in index.find(word), word
            inner = word[1:] if len(word) > 2 and "가" <= word <= "힣" else word[:4]
            assert own in index.find(inner), inner


@pytest.mark.parametrize(
    ("lang", "query", "slug"),
    [
        ("ko", "딥시크", "deepseek-export-controls"),
        ("ko", "수출 규제", "deepseek-export-controls"),
        ("ko", "법", "ai-basic-act"),
        ("en", "EXPORT deepsee", "deepseek-export-controls"),
        ("en", "국회", "ai-basic-act"),
    ],
)
def test_queries_find_their_threads(digest: Made, lang: str, query: str, slug: str) -> None:
    """Catches a search that misses inner words, several words, one syllable, beginnings, or what is not translated."""
    assert f"/news/%EB%8D%94/{lang}/threads/{slug}/" in Index(digest.output, lang).find(query)


def thread(slug: str, day: int, title: str, comment: str, *, draft: bool = False) -> str:
    """A thread with one comment, as files."""
    card = {"title": title, "date": f"2025-01-{day:02}", "draft": str(draft).lower()}
    comments = [{"author": "가람", "date": "2025-01-20", "text": comment}]
    files = {"thread": card, "comments": comments}
    written = {name: json.dumps(value, ensure_ascii=False) for name, value in files.items()}
    return "".join(f"-- content/threads/{slug}/{name}.yaml --\n{text}\n" for name, text in written.items())


def test_titles_come_before_comments_and_new_threads_before_old_ones(site: Callable[..., Site]) -> None:
    """Catches results in the order of the files, where what a thread is about and what is new matter."""
    project = site(
        thread("a", 2, "규제", "하나")
        + thread("b", 4, "하나", "규제는")
        + thread("c", 3, "둘", "수출규제를")
        + thread("d", 5, "규제", "초안", draft=True)
        + thread("e", 1, "셋", "넷")
        + "-- content/threads/e/column.ko.md --\n규제\n"
    )
    assert Index(made(project).output, "ko").find("규제") == [f"/ko/threads/{slug}/" for slug in "aebc"]


HOSTILE = (
    "<b>&lt;/script&gt;</b> </script><script>alert(1)</script> __proto__ constructor \u202e 가" + "나" * 500 + "z" * 900
)


def test_hostile_words_are_data(site: Callable[..., Site]) -> None:
    """Catches strangers' words that break the files of the index, or are anything but letters and digits in them."""
    output = made(site(thread("one", 1, "__proto__ <i>", HOSTILE))).output
    index = Index(output, "ko")
    for word in ("constructor", "proto", "script", "alert", "가나", "나나", "zzz"):
        assert index.find(word) == ["/ko/threads/one/"], word
    files = [path for path in (output / "ko/search/0").iterdir() if not path.name.startswith("threads")]
    for path in files:
        shard = json.loads(path.read_text("utf-8"))
        assert list(shard) == sorted(shard)
        assert all(re.fullmatch(r"[012][^\W_]{1,32}", key) for key in shard), path
    assert "\\u" not in "".join(path.read_text("utf-8") for path in files)


def test_a_site_without_search_has_nothing_of_it(site: Callable[..., Site]) -> None:
    """Catches a form that leads nowhere, and files that nobody asked for."""
    project = site()
    assert "ko/search/index.html" in made(project).files
    project.write(
        "-- sitegen.yaml --\n" + (project.root / "sitegen.yaml").read_text("utf-8") + "features: {search: false}\n"
    )
    without = made(project)
    assert not [path for path in without.files if "search/" in path]
    assert not any(page.find("//form") for page in without.pages.values())
    assert not any("/search/" in path for path in made(site("", name="empty")).files)


def test_an_edited_comment_makes_few_files_of_the_index_again(site: Callable[..., Site]) -> None:
    """Catches an index that is written anew for each word, and one that goes on finding what is gone."""
    vocabulary = [f"{a}{b}{c}" for a in "가나다라마바" for b in "거너더러머" for c in "고노도로"]
    texts = [" ".join(vocabulary[number % 20 :: 7]) for number in range(80)]
    project = site("".join(thread(f"t{number}", number % 28 + 1, "제목", text) for number, text in enumerate(texts)))
    project.build()
    project.write(thread("t40", 40 % 28 + 1, "제목", f"{texts[40]} 휘파람"))
    again = {path for path, _ in project.build().published.made if path.endswith(".json")}
    assert len(again) == 6  # three new terms, in two languages
    assert len(list((project.output / "ko/search/0").iterdir())) > 30
    assert Index(project.output, "ko").find("휘파람") == ["/ko/threads/t40/"]
    incremental = project.made()
    assert project.build(fresh=True).good
    assert project.made() == incremental
    project.write(thread("t40", 40 % 28 + 1, "제목", texts[40]))
    project.build()
    assert Index(project.output, "ko").find("휘파람") == []


def test_a_query_asks_for_little(digest: Made) -> None:
    """Catches an index that has to be fetched as a whole before it says anything."""
    index = Index(digest.output, "ko")
    index.find("수출 규제")
    whole = sum(len(gzip.compress(path.read_bytes(), mtime=0)) for path in index.folder.glob("*/*.json"))
    assert len(index.fetched) <= 3
    assert index.bytes() < whole * 0.8
