"""`sitegen check` as a careful editor: each family of checks on a small site, with the place of what it tells."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from conftest import SETTINGS, THREAD, Site
from hypothesis import given
from hypothesis import strategies as st
from promises import marked, place

from sitegen import decode
from sitegen.checks import units
from sitegen.checks.canonical import canonical
from sitegen.checks.units import Rules
from sitegen.cli import run
from sitegen.diagnostics import Diagnostic, Severity
from sitegen.models import CheckOptions, Glossary, Localized, Settings, Term
from sitegen.tasks import Source
from sitegen.waivers import CODES

Maker = Callable[..., Site]


def told(site: Site) -> list[str]:
    """Code and place of all that a check tells."""
    return [place(one) for one in site.check().diagnostics]


def only(site: Site) -> Diagnostic:
    """The one thing that a check tells."""
    (one,) = site.check().diagnostics
    return one


def both(korean: str, english: str) -> str:
    """A thread whose one comment has these texts, each on one line."""
    return f"""\
{THREAD}-- content/threads/one/comments.yaml --
- author: a
  date: 2025-01-14
  text:
    ko: |-
      {korean}
    en: |-
      {english}
"""


def column(**facts: str) -> str:
    """A thread with these facts about its column."""
    return f"{THREAD}column:\n  title: A column\n" + "".join(f"  {key}: {value}\n" for key, value in facts.items())


# -- the column --------------------------------------------------------------------------------------------------------


def test_a_column_without_an_archived_copy(site: Maker) -> None:
    """Catches a column whose address is the only one, and a warning where there is nothing to be archived."""
    made = site(column(url="https://news.example/a"))
    assert told(made) == ["no-archive content/threads/one/thread.yaml:6:8"]
    made.write(column(url="https://news.example/a", archive="https://archive.ph/abcde"))
    assert told(made) == []
    made.write(column(url="https://web.archive.org/web/2025/https://news.example/a"))
    assert told(made) == []
    made.write(column(author="A book"))
    assert told(made) == []


def summary(words: int) -> str:
    """A summary of so many words in English, and of one in Korean."""
    files = "-- content/threads/one/column.{}.md --\n{}\n"
    return files.format("ko", "짧다.") + files.format("en", "word " * words)


def test_an_excerpt_that_holds_too_much_of_its_column(site: Maker) -> None:
    """Catches an excerpt that is longer than the share or the number of words that the settings say."""
    facts = {"archive": "https://archive.ph/abcde", "lang": "en"}
    made = site(column(excerpt="true", length="1000", **facts) + summary(301))
    assert told(made) == ["long-excerpt content/threads/one/column.en.md:1:1"]
    made.write(summary(299))
    assert told(made) == []
    made.write(SETTINGS + "checks: {excerpt: 0.1}\n")
    assert "30% of the column, and 100 may be" in only(made).message
    made.write(column(excerpt="true", **facts) + summary(601) + SETTINGS)
    assert "601 words, and 600 may be" in only(made).message
    made.write(column(**facts))
    assert told(made) == []


def test_the_length_of_a_korean_column_is_in_characters(site: Maker) -> None:
    """Catches characters that are taken for words."""
    facts = {"archive": "https://archive.ph/abcde", "lang": "ko", "excerpt": "true", "length": "1000"}
    made = site(column(**facts) + summary(100))
    assert told(made) == []
    made.write(summary(121))
    assert told(made) == ["long-excerpt content/threads/one/column.en.md:1:1"]


SAME = [
    "https://news.example/a",
    "http://www.news.example/a/?utm_source=x&fbclid=1#top",
    "https://m.news.example/a/index.html",
    "https://amp.news.example/a/amp",
    "https://web.archive.org/web/20250101000000/https://news.example/a",
    "https://web.archive.org/web/2025id_/http:/news.example/a",
    "https://archive.ph/20250101/https://news.example/a",
    "https://www.google.com/amp/s/news.example/a",
    "https://news.example:443/a",
    "https://NEWS.example/%61",
]


@pytest.mark.parametrize("address", SAME)
def test_one_address_for_all_that_lead_to_the_same_page(address: str) -> None:
    """Catches a variant of an address that is not known again."""
    assert canonical(address) == "news.example/a"


def test_addresses_of_other_pages_stay_others() -> None:
    """Catches a part of an address that matters and is left out, and one that nobody can read."""
    others = [
        *(
            "https://news.example/b",
            "https://news.example/a?id=1",
            "https://news.example/a?id=2",
            "https://m.example/a",
        ),
        *("https://archive.ph/abcde", "https://archive.ph/fghij", "https://news.example:8080/a", "https://[/a"),
        "https://forum.example/board.php?bo_table=free&wr_id=1",
    ]
    assert len({*map(canonical, others), canonical(SAME[0])}) == len(others) + 1
    assert canonical("https://f.example/?b=1&a=2") == canonical("https://f.example/?a=2&b=1")
    assert canonical("https://한국.example/가") == canonical("https://xn--3e0b707e.example/%EA%B0%80")


def test_what_another_thread_has_covered(site: Maker) -> None:
    """Catches the second thread on one column, told at the younger one, with the older one’s file."""
    thread = """\
-- content/threads/{}/thread.yaml --
title: {{ko: 글, en: Text}}
date: {}
source: {{url: "{}"}}
column: {{title: A, url: "{}", archive: "https://archive.ph/{}"}}
"""
    older = thread.format("old", "2025-01-01", "https://f.example/1", "https://news.example/a", "x1")
    made = site(
        older + thread.format("new", "2025-02-01", "https://f.example/2", "https://m.news.example/a?utm_id=1", "x2")
    )
    one = only(made)
    assert place(one) == "covered-before content/threads/new/thread.yaml:4:25"
    assert "content/threads/old/thread.yaml" in one.message
    made.write(thread.format("new", "2025-02-01", "http://f.example/1/", "https://news.example/b", "x2"))
    assert told(made) == ["covered-before content/threads/new/thread.yaml:3:15"]


# -- dates -------------------------------------------------------------------------------------------------------------


def test_dates_that_contradict_one_another(site: Maker) -> None:
    """Catches a reply before its comment, a comment before its thread, a column after it; days count as days."""
    made = site(
        """\
-- content/threads/one/thread.yaml --
title: {ko: 하나, en: One}
date: 2025-01-15
source: {url: "https://f.example/1", posted: 2025-01-14T12:00}
column: {title: A, published: 2025-01-20}
-- content/threads/one/comments.yaml --
- {author: a, date: 2025-01-14, text: {ko: 가, en: a}}
- author: b
  date: 2025-01-14T11:00
  text: {ko: 나, en: b}
- author: c
  date: 2025-01-14T13:00
  text: {ko: 다, en: c}
  replies:
    - {author: d, date: 2025-01-14T12:30, text: {ko: 라, en: d}}
"""
    )
    assert told(made) == [
        "odd-date content/threads/one/comments.yaml:3:9",
        "odd-date content/threads/one/comments.yaml:9:25",
        "odd-date content/threads/one/thread.yaml:4:31",
    ]


# -- markup ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "under"),
    [
        ("a [link](https://a.example/ without end", "[link]("),
        ("a [link] (https://a.example/)", "[link] ("),
        ("a ［link］(https://a.example/)", "［link］("),
        ("a [link]（https://a.example/）", "[link]（"),
        ("a <b>bold</b>", "<b>"),
        ("a <!-- remark -->", "<!--"),
        ("a note[^1]", "[^1]"),
        ("＊＊bold＊＊", "＊＊bold＊＊"),
        ("##Heading", "##"),
    ],
)
def test_markup_that_did_not_work(site: Maker, typed: str, under: str) -> None:
    """Catches markup that is shown as typed in a summary and nobody is told."""
    made = site(f"{THREAD}-- content/threads/one/column.ko.md --\n글\n-- content/threads/one/column.en.md --\nText\n")
    made.write(f"-- content/threads/one/column.en.md --\n{typed}\n")
    found = [one for one in made.check().diagnostics if one.code == "stray-markup"]
    assert marked(found[0]) == under


@pytest.mark.parametrize(
    "typed",
    [
        'a [link](https://a.example/x_(y) "title") and `[link](`',
        "`<b>` and a List<T>, 1 < 2 > 0",
        "[단독］(연합뉴스) ［속보］ (3보)",
        "a note[^1]\n\n[^1]: The note.",
        "```\n<b> [x](\n##x\n```",
        "a \\[^1] and \\<b>",
        "#딥시크 #수출통제",
    ],
)
def test_what_is_no_stray_markup(site: Maker, typed: str) -> None:
    """Catches a false alarm about markup that works, or that is none."""
    made = site(f"{THREAD}-- content/threads/one/column.en.md --\n{typed}\n")
    assert "stray-markup" not in [one.code for one in made.check().diagnostics]


def test_a_strangers_own_markup_is_not_ours_to_mend(site: Maker) -> None:
    """Catches a warning about what a stranger typed, and one that misses what a translator did."""
    made = site(both("굵게 <b>이렇게</b> [^1]", "bold <b>like this</b> [^1]"))
    assert "stray-markup" not in [one.code for one in made.check().diagnostics]
    made.write(both("굵게 이렇게", "bold <b>like this"))
    assert told(made) == ["stray-markup content/threads/one/comments.yaml:7:12"]


# -- translations ------------------------------------------------------------------------------------------------------


def test_what_is_not_translated_is_told_once_a_language(site: Maker) -> None:
    """Catches one warning for each comment, and none for a removed one."""
    made = site(
        THREAD
        + """\
-- content/threads/one/comments.yaml --
- {author: a, date: 2025-01-14, text: {ko: 가, en: a}}
- {author: b, date: 2025-01-14, text: 나}
- {author: c, date: 2025-01-14, text: {ko: 다}}
- {author: d, date: 2025-01-14, text: 라, removed: 2025-01-15}
-- content/threads/one/column.ko.md --
글
"""
    )
    one = only(made)
    assert place(one) == "untranslated content/threads/one/column.ko.md:1:1"
    assert "one summary, 2 comments" in one.message


def test_a_translation_that_repeats_the_original(site: Maker) -> None:
    """Catches a text that was copied and never translated, and an alarm about laughter and names."""
    assert told(site(both("감사합니다", "감사합니다"))) == ["same-as-original content/threads/one/comments.yaml:7:7"]
    assert told(site(both("ㅋㅋㅋ LGTM", "ㅋㅋㅋ LGTM"), "laughter")) == []


def test_a_translation_in_another_script(site: Maker) -> None:
    """Catches texts under the wrong languages, and an alarm about a Korean text full of names."""
    made = site(both("Nobody expected that this would be so cheap", "이렇게 쌀 줄은 아무도 몰랐다고들 하지만 글쎄요"))
    assert told(made) == ["wrong-script content/threads/one/comments.yaml:7:7"]
    assert told(site(both("DeepSeek, Llama, Claude, Gemini 다 써 봤어요", "I tried all of them"), "names")) == []


# -- numbers -----------------------------------------------------------------------------------------------------------


def test_a_number_that_the_translation_lacks(site: Maker) -> None:
    """Catches a number that is not told at its place, with the place of the translation."""
    one = only(site(both("모두 550만 달러가 들었다", "It took 55 million dollars")))
    assert place(one) == "number-missing content/threads/one/comments.yaml:5:10"
    assert marked(one) == "550만"
    assert one.help is not None
    assert one.help.endswith("see content/threads/one/comments.yaml:7:7")


# -- the glossary ------------------------------------------------------------------------------------------------------

GLOSSARY = """\
-- content/glossary.yaml --
- term: {ko: 증류, en: distillation}
  forms: {en: [distilled]}
  avoid: {ko: [디스틸레이션], en: [destillation]}
- term: {ko: 공급망 공격, en: supply-chain attack}
- term: {en: DeepSeek}
  avoid: {en: [Deepseek]}
"""


@pytest.mark.parametrize(
    ("korean", "english"),
    [
        ("증류는 싸다", "Distillation is cheap"),
        ("증류를 했다", "It was distilled"),
        ("공급망 공격이다", "Supply chain attacks it is"),
        ("재증류", "again"),
        ("`증류`", "code"),
        ("디스틸레이션", "what they call it"),
        ("좋다", "DeepSeek is good"),
    ],
)
def test_wordings_of_the_glossary_are_known_again(site: Maker, korean: str, english: str) -> None:
    """Catches a false alarm about an inflected or accepted wording, or about a stranger’s own word."""
    assert told(site(both(korean, english) + GLOSSARY)) == []


def test_a_wording_to_be_avoided(site: Maker) -> None:
    """Catches a forbidden variant in a translation, and one that differs from the right one by case alone."""
    one = only(site(both("좋다", "The destillation is good") + GLOSSARY))
    assert place(one) == "avoided-wording content/threads/one/comments.yaml:7:11"
    assert one.help == "write `distillation`"
    assert told(site(both("좋다", "Deepseek is good") + GLOSSARY, "case")) == [
        "avoided-wording content/threads/one/comments.yaml:7:7"
    ]


def test_a_term_that_is_worded_otherwise(site: Maker) -> None:
    """Catches a translation that has none of a term’s wordings."""
    one = only(site(both("증류는 싸다", "Refinement is cheap") + GLOSSARY))
    assert place(one) == "missing-term content/threads/one/comments.yaml:5:7"
    assert "`distillation`, `distilled`" in one.message


# -- people ------------------------------------------------------------------------------------------------------------


def test_an_ip_address_where_no_build_looks(site: Maker) -> None:
    """Catches somebody’s address in a summary, title or link, and an alarm about versions and masked ones."""
    made = site(
        """\
-- content/threads/one/thread.yaml --
title: {ko: "211.50.7.20에서", en: 1.2.3.4 version}
date: 2025-01-15
column: {title: A, archive: "https://8.8.8.8/"}
-- content/threads/one/column.ko.md --
8.8.4.4와 123.45.*.67, 10.0.0.1, `8.8.8.8`
-- content/threads/one/column.en.md --
8.8.4.4
"""
    )
    outcome = made.check()
    assert [place(one) for one in outcome.diagnostics if one.code == "ip-address"] == [
        "ip-address content/threads/one/column.en.md:1:1",
        "ip-address content/threads/one/column.ko.md:1:1",
        "ip-address content/threads/one/thread.yaml:1:14",
    ]
    assert not outcome.good


# -- links -------------------------------------------------------------------------------------------------------------

LINKED = """\
-- content/threads/one/thread.yaml --
title: {ko: 하나, en: One}
date: 2025-01-15
tags: [ai]
-- content/threads/one/comments.yaml --
- {author: a, date: 2025-01-14, id: first, text: {ko: 가, en: a}}
-- content/threads/one/column.ko.md --
## 첫 부분

글
-- content/threads/one/column.en.md --
## First part

Text
-- content/threads/hidden/thread.yaml --
title: {ko: 둘, en: Two}
date: 2025-01-15
draft: true
-- content/pages/about.ko.md --
---
title: 소개
---

글
-- content/pages/about.en.md --
---
title: About
---

"""


@pytest.mark.parametrize(
    "link",
    [
        *("/en/threads/one/", "../threads/one/", "../threads/one", "/en/threads/one/#en-first-part", "#p1"),
        *("/ko/threads/one/#ko-첫-부분", "/en/threads/one/#first", "/en/threads/one/#comments", "/en/tags/ai/"),
        *(
            "https://digest.example/en/threads/one/",
            "https://elsewhere.example/x",
            "/feeds.opml",
            "/",
            "/en/threads/one/#p1",
        ),
        *("/en/threads/one/index.md", "/en/archive/2025/", "#here", "/en/threads/one/?x=1"),
    ],
)
def test_links_that_lead_somewhere(site: Maker, link: str) -> None:
    """Catches a false alarm about a page or place that is there."""
    assert told(site(f"{LINKED}## Here\n\nSee [it]({link}).\n")) == []


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ("/en/threads/two/", "bad-link"),
        ("../thread/one/", "bad-link"),
        ("/en/threads/hidden/", "bad-link"),
        ("https://digest.example/en/nowhere/", "bad-link"),
        ("/en/tags/none/", "bad-link"),
        ("/en/threads/one/#nowhere", "bad-anchor"),
        ("/ko/threads/one/#en-first-part", "bad-anchor"),
        ("#nowhere", "bad-anchor"),
    ],
)
def test_links_that_lead_nowhere(site: Maker, link: str, code: str) -> None:
    """Catches a link to a page, a draft or a place that readers do not find."""
    one = only(site(f"{LINKED}See `[it]({link})` and [it]({link}).\n"))
    assert place(one) == f"{code} content/pages/about.en.md:5:{len(link) + 23}"
    assert marked(one) == link


def test_a_link_is_mended_as_it_is_advised(site: Maker) -> None:
    """Catches advice that leads nowhere either, where it is copied into the text."""
    made = site(f"{LINKED}See [it](/en/threads/oen/).\n")
    advice = only(made).help or ""
    assert advice == "did you mean `/en/threads/one/`?"
    made.write(f"{LINKED}See [it]({advice.split('`')[1]}).\n")
    assert told(made) == []


def test_links_in_comments(site: Maker) -> None:
    """Catches an address of the site in a comment that leads nowhere; a relative one is no link there."""
    made = site(
        both("이것 https://digest.example/ko/threads/two/ 요", "[this](https://digest.example/en/) [x](/nowhere/)")
    )
    assert told(made) == ["bad-link content/threads/one/comments.yaml:5:10"]


@pytest.mark.parametrize(("text", "expected"), [("…\n", True), ("...\n", True), ("글 …\n", False)])
def test_texts_that_are_not_written_yet_are_told(site: Maker, text: str, expected: bool) -> None:
    """Catches the dots that `sitegen new` leaves on a published page."""
    made = site()
    made.write(f"-- content/threads/one/column.ko.md --\n{text}")
    assert ("unwritten content/threads/one/column.ko.md:1:1" in told(made)) == expected


# -- waivers -----------------------------------------------------------------------------------------------------------

NO_ARCHIVE = column(url="https://news.example/a")


def waived(line: str) -> str:
    """A thread without an archived copy, and a line in front of its column."""
    return NO_ARCHIVE.replace("column:", f"{line}\ncolumn:")


def test_a_warning_is_waived_with_a_reason(site: Maker) -> None:
    """Catches a waiver that has no effect: in the file, at the end of a line, for certain words, for all files."""
    made = site(waived("# sitegen: allow no-archive -- the paper refuses"))
    assert told(made) == []
    made.write(waived("# sitegen: allow no-archive https://news.example/a — the paper refuses"))
    assert told(made) == []
    made.write(NO_ARCHIVE.replace("column:", "column: # sitegen: allow no-archive -- the paper refuses"))
    assert told(made) == []
    made.write(NO_ARCHIVE + SETTINGS + "# sitegen: allow no-archive -- we keep copies ourselves\n")
    assert told(made) == []


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("# sitegen: allow no-archive", ["bad-waiver", "no-archive"]),
        ("# sitegen: allow no-archive -- ", ["bad-waiver", "no-archive"]),
        ("# sitegen: ignore no-archive -- a reason", ["bad-waiver", "no-archive"]),
        ("# sitegen: see what the paper says", ["no-archive"]),
        ("# sitegen: allow -- a reason", ["bad-waiver", "no-archive"]),
        ("# sitegen: allow no-archve -- a reason", ["bad-waiver", "no-archive"]),
        ("# sitegen: allow unknown-key -- a reason", ["bad-waiver", "no-archive"]),
        ("# sitegen: allow ip-address -- a reason", ["bad-waiver", "no-archive"]),
        ("# sitegen: allow odd-date -- a reason", ["no-archive", "unused-waiver"]),
        ("# sitegen: allow no-archive /b -- a reason", ["no-archive", "unused-waiver"]),
    ],
)
def test_a_waiver_that_is_wrong_is_told(site: Maker, line: str, codes: list[str]) -> None:
    """Catches a waiver without a reason, of an unknown code, of an error, or of nothing, that passes in silence."""
    assert sorted(one.code for one in site(waived(line)).check().diagnostics) == codes


def test_a_waiver_in_markdown_is_not_shown(site: Maker) -> None:
    """Catches a waiver of a summary that changes its page, or that does not work."""
    texts = "-- content/threads/one/column.ko.md --\n3명\n-- content/threads/one/column.en.md --\nMany\n"
    made = site(THREAD + texts)
    made.build()
    before = made.made()
    assert told(made) == ["number-missing content/threads/one/column.ko.md:1:1"]
    made.write(texts.replace("3명\n", "3명\n\n[//]: # (sitegen: allow number-missing -- nobody counted)\n"))
    made.build()
    assert told(made) == []
    assert made.made() == before


def test_a_waiver_that_readers_would_see_is_told(site: Maker) -> None:
    """Catches a waiver in Markdown that is part of a paragraph, or an HTML comment."""
    texts = "-- content/threads/one/column.ko.md --\n글\n{}\n-- content/threads/one/column.en.md --\nText\n"
    made = site(THREAD + texts.format("[//]: # (sitegen: allow number-missing -- nobody counted)"))
    assert told(made) == ["bad-waiver content/threads/one/column.ko.md:2:1"]
    made.write(texts.format("\n<!-- sitegen: allow number-missing -- nobody counted -->"))
    assert "bad-waiver content/threads/one/column.ko.md:3:1" in told(made)


def test_a_comment_cannot_waive(site: Maker) -> None:
    """Catches a stranger who waives what is to be told of the file."""
    made = site(both("# sitegen: allow number-missing -- hello\n      3명", "many"))
    assert "number-missing" in [one.code for one in made.check().diagnostics]


def test_an_ip_address_is_waived_by_its_words(site: Maker) -> None:
    """Catches a false positive that cannot be solved, and a waiver that lets another address through."""
    waiver = "# sitegen: allow ip-address 8.8.8.8 -- the public resolver\n"
    title = '-- content/threads/one/thread.yaml --\n{}title: {{ko: "{}", en: DNS}}\ndate: 2025-01-15\n'
    made = site(title.format(waiver, "8.8.8.8이 느리다"))
    assert [one.code for one in made.check().diagnostics if one.severity is Severity.ERROR] == []
    made.write(title.format(waiver, "8.8.4.4가 느리다"))
    assert not made.check().good


def test_builds_honour_waivers_too(site: Maker) -> None:
    """Catches a warning that is waived for a check and told again by each build."""
    tagged = "tags: [ai, AI]\n"
    made = site(THREAD + tagged)
    assert [one.code for one in made.build().diagnostics] == ["duplicate-tag"]
    made.write(f"{THREAD}# sitegen: allow duplicate-tag -- we like it\n{tagged}")
    assert made.build().diagnostics == ()
    assert told(made) == []


def test_every_code_that_can_be_waived_is_a_documented_warning() -> None:
    """Catches a code that is no longer told, or an error that could be waived."""
    from test_docs import REFERENCE, sections

    documented = sections(REFERENCE / "diagnostics.md")
    for code in sorted(CODES):
        assert "arning" in documented[f"`{code}`"], code


def test_a_site_full_of_faults_is_looked_at_all_the_same(site: Maker) -> None:
    """Catches a check that stops at a file which cannot be read, and tells nothing of the others."""
    made = site(
        NO_ARCHIVE + "-- content/threads/two/thread.yaml --\ntitle: [\n-- content/pages/a.en.md --\nno front matter\n"
    )
    (made.root / "content/glossary.yaml").write_bytes(b"\xff\xfe")
    (made.root / "content/threads/two/comments.yaml").write_bytes(b"- \xff")
    codes = {one.code for one in made.check().diagnostics}
    assert {"yaml-syntax", "no-front-matter", "not-utf-8", "no-archive"} <= codes


# -- any text ----------------------------------------------------------------------------------------------------------

RULES = Rules(
    Settings(Localized(), "https://digest.example/", ("ko", "en")),
    CheckOptions(),
    Glossary((Term(Localized((("ko", "가"), ("en", "one"))), avoid=(("ko", ("나",)),)),)),
)
TYPED = st.text(st.sampled_from("[]()<>^*#`\\!\"'/:.%&;~1９가나만분의ab-_ \n\tＡ［（…"), max_size=200)


@given(TYPED, TYPED)
def test_any_text_can_be_looked_at(korean: str, english: str) -> None:
    """Catches a text that stops the check, and a place that its file does not have."""
    facts = Source("content/threads/x/thread.yaml", b"title: x\ndate: 2025-01-01\n")
    columns = {"ko": korean, "en": f"{english} https://digest.example/ [x](https://[::::]/) [a](../{english})"}
    sources = [Source(f"content/threads/x/column.{lang}.md", text.encode()) for lang, text in columns.items()]
    for one in units.thread(RULES, "content/threads/x", (facts, *sources)).told:
        if one.span.path != facts.path:
            lines = columns[one.span.path.split(".")[1]].split("\n")
            assert 1 <= one.span.line <= len(lines)
            assert 1 <= one.span.column <= len(lines[one.span.line - 1]) + 1


# -- the command -------------------------------------------------------------------------------------------------------


def test_strict_counts_warnings(site: Maker, capsys: pytest.CaptureFixture[str]) -> None:
    """Catches a check in a pipeline that lets warnings through, or an exit status of 1 where there are none."""
    made = site(NO_ARCHIVE)
    assert run(["check", str(made.root), "--format", "json"]) == 0
    assert [one["code"] for one in json.loads(capsys.readouterr().out)["diagnostics"]] == ["no-archive"]
    assert run(["check", str(made.root), "--strict"]) == 1
    made.write(THREAD)
    assert run(["check", str(made.root), "--strict"]) == 0


def test_builds_tell_nothing_of_it(site: Maker) -> None:
    """Catches a check that a build runs."""
    assert site(NO_ARCHIVE).build().diagnostics == ()


def test_a_second_check_reads_no_body_again(site: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a check that forgets what it has looked at, or that a build makes it forget."""
    made = site(both("3명", "many") + NO_ARCHIVE.replace("/one/", "/two/"))
    made.build()
    before = told(made)
    assert len(before) == 2
    made.write(NO_ARCHIVE.replace("/one/", "/three/"))
    made.build()
    read: list[str] = []
    original = decode.comments

    def noted(path: str, *args: object, **kwargs: object) -> object:
        read.append(path)
        return original(path, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(decode, "comments", noted)
    after = told(made)
    assert len(after) == 4  # the third thread covers the column of the second one
    assert read == []


def test_what_was_mended_is_told_no_more(site: Maker) -> None:
    """Catches a check that tells what it remembers instead of what is there, also after a change of the glossary."""
    made = site(both("증류 3회", "thrice done") + GLOSSARY)
    assert told(made) == ["missing-term content/threads/one/comments.yaml:5:7"]
    made.write("-- content/glossary.yaml --\n- term: {ko: 증류, en: done}\n")
    assert told(made) == []
    made.write(both("증류 4회", "thrice done"))
    assert told(made) == ["number-missing content/threads/one/comments.yaml:5:10"]


def test_several_processes_tell_the_same(site: Maker) -> None:
    """Catches a check that depends on who does the work."""
    threads = (NO_ARCHIVE.replace("/one/", f"/t{n}/").replace("news.example/a", f"news.example/{n}") for n in range(70))
    made = site("".join(threads))
    several = [place(one) for one in made.check(jobs=2).diagnostics]
    assert len(several) == 70
    assert several == told(made)
