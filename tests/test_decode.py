"""Files to records: what each may hold, and that every mistake is told where it stands."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from sitegen import addresses, contract, decode, openings
from sitegen.decode import CommentSource, Decoded, PageFront
from sitegen.diagnostics import Severity, Span, error
from sitegen.models import Column, Features, Forum, Link, Localized, MarkdownOptions, Settings, Term
from sitegen.scalars import Text
from sitegen.shapes import MAX_PROBLEMS, Field, ListOf, MapOf, Record, path_of, plain

LANGUAGES = ("ko", "en")
SEOUL = ZoneInfo("Asia/Seoul")
KST = timezone(timedelta(hours=9))


def settings(text: str) -> Decoded[Settings]:
    """Decode a sitegen.yaml."""
    return decode.settings("sitegen.yaml", text)


def thread(text: str) -> Decoded[Any]:
    """Decode a thread.yaml."""
    return decode.thread("thread.yaml", text, "one", LANGUAGES, SEOUL)


def comments(text: str, lang: str = "ko") -> Decoded[tuple[CommentSource, ...]]:
    """Decode a comments.yaml."""
    return decode.comments("comments.yaml", text, lang, LANGUAGES, SEOUL)


def digest(text: str) -> Decoded[Any]:
    """Decode a digest.yaml."""
    return decode.digest("digest.yaml", text, "first", LANGUAGES, SEOUL)


TABLES: list[tuple[Callable[[str], Decoded[Any]], Record[Any]]] = [
    (settings, contract.SETTINGS),
    (thread, contract.THREAD),
    (comments, contract.COMMENT),
    (digest, contract.DIGEST),
    (lambda text: settings(f"features: {{{text.strip()}}}"), contract.FEATURES),
    (lambda text: settings(f"markdown: {{{text.strip()}}}"), contract.MARKDOWN),
    (lambda text: thread(f"source: {{{text.strip()}}}"), contract.SOURCE),
    (lambda text: thread(f"column: {{{text.strip()}}}"), contract.COLUMN),
    (lambda text: thread(f"links: [{{{text.strip()}}}]"), contract.LINK),
    (lambda text: comments(f"- {{text: {{{text.strip()}}}}}"), Record("a text", dict, (Field("ko", Text(), ""),))),
]


def told(decoded: Decoded[Any]) -> list[tuple[str, int, str]]:
    """What is told: code, line, the characters that are marked."""
    found = []
    for each in decoded.diagnostics:
        span = each.span
        assert span is not None
        begin = span.column - 1 - span.offset
        found.append((each.code, span.line, span.excerpt[begin : begin + span.width]))
    return found


def hints(decoded: Decoded[Any]) -> list[str | None]:
    """What each diagnostic advises."""
    return [each.help for each in decoded.diagnostics]


def fine(decoded: Decoded[Any]) -> Any:
    """The value, and nothing told."""
    assert decoded.diagnostics == ()
    return decoded.value


# -- sitegen.yaml ------------------------------------------------------------------------------------------------------

SETTINGS = """\
title: {ko: 다이제스트, en: Digest}
base_url: https://digest.example
languages: [ko, en]
"""


def test_settings_are_read_whole() -> None:
    """Catches a setting that is dropped, or lands in another field."""
    text = """\
description: 두 언어로
timezone: Asia/Seoul
theme: plain
features: {parallel: false, search: true, markdown: false, cards: true}
markdown: {fast: false}
categories: {ai: {ko: 인공지능, en: AI}}
tags:
  수출 통제: {en: Export controls}
"""
    assert fine(settings(SETTINGS + text)) == Settings(
        title=Localized((("ko", "다이제스트"), ("en", "Digest"))),
        base_url="https://digest.example/",
        languages=("ko", "en"),
        description=Localized((("ko", "두 언어로"),)),
        timezone="Asia/Seoul",
        theme="plain",
        features=Features(parallel=False, search=True, markdown=False, cards=True),
        markdown=MarkdownOptions(fast=False),
        categories=(("ai", Localized((("ko", "인공지능"), ("en", "AI")))),),
        tags=(("수출 통제", Localized((("en", "Export controls"),))),),
    )
    assert fine(settings(SETTINGS)).features == Features()


def test_texts_stand_in_the_order_of_the_sites_languages() -> None:
    """Catches an order that depends on how a writer typed a map."""
    text = "title: {en: B, ko: 가}\nbase_url: https://a.example/\nlanguages: [ko, en, ja]\n"
    assert fine(settings(text)).title.langs == ("ko", "en")


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("https://digest.example", "https://digest.example/"),
        ("HTTPS://Digest.Example/Blog", "https://digest.example/Blog/"),
        ("http://localhost:8000//", "http://localhost:8000/"),
        ("https://한국.example/a b".replace(" ", "%20"), "https://한국.example/a%20b/"),
        ("http://[2001:db8::1]:80/x/", "http://[2001:db8::1]:80/x/"),
    ],
)
def test_base_url_is_made_uniform(typed: str, url: str) -> None:
    """Catches an address to which paths cannot simply be added."""
    assert fine(settings(SETTINGS.replace("https://digest.example", typed))).base_url == url


@pytest.mark.parametrize(
    ("typed", "words", "help"),
    [
        ("digest.example", "must be an address", "write `https://digest.example`"),
        ("/", "must be an address", "write"),
        ("//digest.example/", "must be an address", "write `https://digest.example/`"),
        ("ftp://digest.example/", "must be an address", None),
        ("https:///x", "no valid host", "https://host/path"),
        ("https://", "no valid host", "https://host/path"),
        ("https://a..example/", "no valid host", None),
        ("https://[::zz]/", "no valid host", None),
        ("https://[1:2::3::4]/", "no valid host", None),
        ("https://a.example:99999/", "no valid port", None),
        ("https://me:secret@a.example/", "user name", "before the `@`"),
        ("https://a.example/?x", "without `?`", "https://host/path/"),
        ("'https://a.example/#x'", "without `?`", "https://host/path/"),
        ("https://a.example/b c", "U+0020", "%20"),
        ('"https://a.example/\\u202e"', "U+202E", "%20"),
        ("https://a.example\\@b.example/", "U+005C", "%20"),
    ],
)
def test_bad_base_url_is_told_with_what_was_expected(typed: str, words: str, help: str | None) -> None:
    """Catches a dangerous or useless address that a site would be published under."""
    decoded = settings(SETTINGS.replace("https://digest.example", typed))
    assert decoded.value is None
    assert told(decoded) == [("bad-url", 2, typed)]
    assert words in decoded.diagnostics[0].message
    assert help is None or help in (decoded.diagnostics[0].help or "")


def test_every_mistake_of_the_settings_is_told_in_one_run() -> None:
    """Catches reading that stops at the first mistake, and one mistake told twice."""
    decoded = settings("""\
titel: x
base_url: https://a.example/
languages: [ko, en, ko]
timezone: Asia/Seuol
theme: ../../x
features: {paralel: true, search: on, cards: maybe}
categories: {a/b: {ko: 가}, c: [x]}
tags: [a]
""")
    assert told(decoded) == [
        ("unknown-key", 1, "titel"),
        ("duplicate-language", 3, "ko"),
        ("unknown-timezone", 4, "Asia/Seuol"),
        ("bad-slug", 5, "../../x"),
        ("unknown-key", 6, "paralel"),
        ("wrong-type", 6, "on"),
        ("wrong-type", 6, "maybe"),
        ("bad-label", 7, "a/b"),
        ("wrong-type", 7, "[x]}"),
        ("wrong-type", 8, "[a]"),
    ]
    advice = hints(decoded)
    assert advice[0] == "did you mean `title`?"
    assert advice[2] == "did you mean `Asia/Seoul`?"
    assert advice[4] == "did you mean `parallel`?"
    assert advice[5] == "write `true`"


@pytest.mark.parametrize(
    ("languages", "code", "help"),
    [
        ("[]", "empty-value", None),
        ("ko", "wrong-type", "lines that start with"),
        ("[kr]", "unknown-language", "did you mean `ko`?"),
        ("[JP]", "unknown-language", "did you mean `ja`?"),
        ("[cn]", "unknown-language", "did you mean `zh`?"),
        ("[ko_KR]", "unknown-language", "`zh-Hant`"),
        ("[../x]", "unknown-language", "`zh-Hant`"),
        ("[ko, KO]", "duplicate-language", "keep one"),
    ],
)
def test_languages_are_checked(languages: str, code: str, help: str | None) -> None:
    """Catches a country code or a path where a language is meant."""
    decoded = settings(f"title: x\nbase_url: https://a.example/\nlanguages: {languages}\n")
    assert [each.code for each in decoded.diagnostics] == [code]
    assert help is None or help in (decoded.diagnostics[0].help or "")
    assert decoded.value is None or decoded.value.languages


def test_a_mistaken_language_is_told_once() -> None:
    """Catches every text of a language told, where the list of languages is what is wrong."""
    decoded = settings("title: {ko: 가, kr: 나}\nbase_url: https://a.example/\nlanguages: [ko, kr]\n")
    assert told(decoded) == [("unknown-language", 3, "kr")]


@pytest.mark.parametrize("zone", ["../etc/passwd", "/etc/localtime", "Asia", "''", "KST9", "x" * 300])
def test_no_time_zone_reads_a_file_of_its_own_choice(zone: str) -> None:
    """Catches an exception of zoneinfo, or a path that it follows."""
    assert [each.code for each in settings(f"{SETTINGS}timezone: {zone}\n").diagnostics] in (
        ["unknown-timezone"],
        ["wrong-type"],
    )


# -- thread.yaml -------------------------------------------------------------------------------------------------------

THREAD = "title: {ko: 느린 도서관, en: The slow library}\ndate: 2025-01-15T09:00:00+09:00\n"


def test_thread_is_read_whole() -> None:
    """Catches a fact of a thread that is dropped, or lands in another field."""
    card = fine(
        thread("""\
title: {en: The slow library, ko: 느린 도서관}
date: 2025-01-15T09:00:00+09:00
category: ai
tags: [책, export-controls]
lang: en
draft: true
id: t-1
translator: 옮긴이
source: {site: forum, url: https://f.example/1, author: 구름, posted: 2025-01-13 20:14, views: 2498, votes: 0}
column: {title: Headline, author: A, publisher: P, published: 2025-01-09, lang: en, url: https://n.example/c,
  archive: https://a.example/x, excerpt: true}
links:
  - {title: 기사, url: https://n.example/k, lang: ko, kind: translation}
""")
    )
    assert card.slug == "one"
    assert card.title == Localized((("ko", "느린 도서관"), ("en", "The slow library")))
    assert card.date == datetime(2025, 1, 15, 9, tzinfo=KST)
    assert (card.lang, card.draft, card.id, card.translator, card.category) == ("en", True, "t-1", "옮긴이", "ai")
    assert card.tags == ("책", "export-controls")
    assert card.forum == Forum(
        "forum", "https://f.example/1", "구름", datetime(2025, 1, 13, 20, 14, tzinfo=KST), 2498, 0
    )
    assert card.column == Column(
        "Headline", "A", "P", date(2025, 1, 9), "en", "https://n.example/c", "https://a.example/x", excerpt=True
    )
    assert card.links == (Link("기사", "https://n.example/k", "ko", "translation"),)
    assert pickle.loads(pickle.dumps(card)) == card


def test_thread_needs_little() -> None:
    """Catches an optional key that is demanded, and an empty one that is taken for a value."""
    card = fine(thread(f"{THREAD}category:\ntags:\nlinks:\nsource:\ncolumn:\n"))
    assert (card.lang, card.category, card.tags, card.links, card.forum, card.column) == (
        "ko",
        None,
        (),
        (),
        None,
        None,
    )
    assert not card.draft


def test_a_plain_title_is_in_the_threads_language() -> None:
    """Catches an original shown as its translation."""
    assert fine(thread("title: The slow library\ndate: 2025-01-15\nlang: en\n")).title.langs == ("en",)
    assert fine(thread("title: 느린 도서관\ndate: 2025-01-15\n")).title.langs == ("ko",)
    card = thread("title: 느린 도서관\ndate: 2025-01-15\nlang: fr\n").value
    assert card is not None
    assert card.title.langs == (card.lang,) == ("ko",)


def test_an_empty_translation_is_one_that_is_not_there_yet() -> None:
    """Catches an empty title on a page."""
    assert fine(thread('title: {ko: 가, en: ""}\ndate: 2025-01-15\n')).title.langs == ("ko",)
    assert told(thread("title: {ko: , en: ' '}\ndate: 2025-01-15\n")) == [("empty-value", 1, "{ko: , en: ' '}")]
    assert told(thread("title:\ndate: 2025-01-15\n")) == [("empty-value", 1, "title")]


def test_every_mistake_of_a_thread_is_told_where_it_stands() -> None:
    """Catches a mistake of any kind that passes, or is told at another place."""
    decoded = thread("""\
date: 2025-02-30
category: a/b
tags: [a, b, A, "", {x: y}]
lang: fr
draft: no
source:
  url: www.forum.example/1
  author: 구름 (198.♡.7.20)
  posted: 2025.1.3 8:14
  views: 2,498
  votes: -3
colum: x
column:
  title: "bell \\x07"
  archve: z
  published: 2025-13-45
  url: https://u:p@host/
  archive: javascript:alert(1)
  lang: kr
links:
  - {title: x}
  - just text
""")
    assert decoded.value is None
    assert told(decoded) == [
        ("missing-key", 1, "date: 2025-02-30"),
        ("impossible-date", 1, "2025-02-30"),
        ("bad-label", 2, "a/b"),
        ("duplicate-tag", 3, "A"),
        ("empty-value", 3, '""'),
        ("wrong-type", 3, "{x: y}]"),
        ("unknown-language", 4, "fr"),
        ("wrong-type", 5, "no"),
        ("bad-url", 7, "www.forum.example/1"),
        ("ip-address", 8, "구름 (198.♡.7.20)"),
        ("wrong-type", 9, "2025.1.3 8:14"),
        ("wrong-type", 10, "2,498"),
        ("wrong-type", 11, "-3"),
        ("unknown-key", 12, "colum"),
        ("control-character", 14, '"bell \\x07"'),
        ("unknown-key", 15, "archve"),
        ("impossible-date", 16, "2025-13-45"),
        ("bad-url", 17, "https://u:p@host/"),
        ("bad-url", 18, "javascript:alert(1)"),
        ("unknown-language", 19, "kr"),
        ("missing-key", 21, "{title: x}"),
        ("wrong-type", 22, "just text"),
    ]
    assert {each.code for each in decoded.diagnostics if each.severity is Severity.WARNING} == {"duplicate-tag"}
    messages = {each.span.line: each.message for each in decoded.diagnostics if each.span and each.span.line > 2}
    assert messages[3].startswith("entry 5 of `tags` must be")
    assert messages[4] == "`lang` must be one of the site's languages, not `fr`"
    assert messages[7].startswith("`source.url` must be an address")
    assert messages[21] == "a link needs `url`"
    advice = {(each.code, each.span.line): each.help for each in decoded.diagnostics if each.span}
    assert advice["wrong-type", 5] == "write `false`"
    assert advice["bad-url", 7] == "write `https://www.forum.example/1`"
    assert advice["wrong-type", 9] == "write `2025-01-03T08:14`"
    assert advice["wrong-type", 10] == "write `2498`"
    assert advice["unknown-key", 15] == "did you mean `archive`?"


def test_a_tag_that_is_there_twice_is_a_warning_and_kept_once() -> None:
    """Catches a tag counted twice, or a site that is not published for it."""
    decoded = thread(f"{THREAD}tags: [책, AI, 책, ai, x]\n")
    assert decoded.value is not None
    assert decoded.value.tags == ("책", "AI", "x")
    assert [each.severity for each in decoded.diagnostics] == [Severity.WARNING] * 2


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("2025-01-13", datetime(2025, 1, 13, tzinfo=SEOUL)),
        ("2025-01-13T21:50", datetime(2025, 1, 13, 21, 50, tzinfo=SEOUL)),
        ("2025-01-13 21:50:07", datetime(2025, 1, 13, 21, 50, 7, tzinfo=SEOUL)),
        ("2025-01-13T12:50Z", datetime(2025, 1, 13, 12, 50, tzinfo=UTC)),
        ("2025-01-13 21:50:00 +09:00", datetime(2025, 1, 13, 12, 50, tzinfo=UTC)),
        ("2025-01-13T21:50:00.25+0900", datetime(2025, 1, 13, 12, 50, 0, 250_000, tzinfo=UTC)),
        ("2024-02-29", datetime(2024, 2, 29, tzinfo=SEOUL)),
    ],
)
def test_moments_are_read(typed: str, moment: datetime) -> None:
    """Catches a form of ISO 8601 that is refused, or a time in another zone."""
    read = fine(thread(f"title: x\ndate: {typed}\n")).date
    assert read == moment
    assert read.utcoffset() is not None


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("2025-02-29", "impossible-date"),
        ("2025-01-13T24:00", "impossible-date"),
        ("2025-01-13T25:10", "impossible-date"),
        ("2025-01-13T10:10+25:00", "impossible-date"),
        ("0205-01-13", "impossible-date"),
        ("9999-12-31", "impossible-date"),
        ("20250113", "wrong-type"),
        ("2025-W03-1", "wrong-type"),
        ("２０２５-01-13", "wrong-type"),
        ("2025-01-13x10:10", "wrong-type"),
        ("21:50", "wrong-type"),
        ("어제", "wrong-type"),
    ],
)
def test_what_is_no_moment_is_told(typed: str, code: str) -> None:
    """Catches an impossible date, or one that other Python versions read differently."""
    assert told(thread(f"title: x\ndate: {typed}\n")) == [(code, 2, typed)]


@pytest.mark.parametrize(
    "text",
    ["[]", "text", "- a\n- b", "title: [a]\ndate: {}\n", "title: {ko: {}}\ndate: []", "source: x\nlinks: y\ntags: z"],
)
def test_wrong_types_are_told_and_nothing_is_made_of_them(text: str) -> None:
    """Catches an exception for a list, map or text where another one is meant."""
    decoded = thread(text)
    assert decoded.value is None
    assert "wrong-type" in {each.code for each in decoded.diagnostics}


@pytest.mark.parametrize("value", ["[[x]]", "{x: [y]}"])
@pytest.mark.parametrize(
    ("decoder", "key"),
    [(decoder, field.key) for decoder, table in TABLES for field in table.fields if field.key != "theme_options"],
)
def test_no_key_takes_what_it_is_not_made_for(decoder: Callable[[str], Decoded[Any]], key: str, value: str) -> None:
    """Catches an exception, or a list or map that passes for a text."""
    begin = "- " if decoder is comments else ""
    codes = {each.code for each in decoder(f"{begin}{key}: {value}\n").diagnostics}
    assert codes & {"wrong-type", "unknown-key", "unknown-language"}


@pytest.mark.parametrize(("length", "told_codes"), [(100, []), (101, ["bad-label"])])
def test_labels_have_a_limit(length: int, told_codes: list[str]) -> None:
    """Catches a category whose folder no disk takes."""
    assert [each.code for each in thread(f"{THREAD}category: {'가' * length}\n").diagnostics] == told_codes


@pytest.mark.parametrize("text", ["", "# nothing\n", "\ufeff---\n"])
def test_an_empty_file_is_told(text: str) -> None:
    """Catches a thread without facts that passes, or a list of all keys that it lacks."""
    decoded = thread(text)
    assert [each.code for each in decoded.diagnostics] == ["empty-file"]


@pytest.mark.parametrize(
    ("line", "message", "help"),
    [
        ("category: [a]", "`category` must be a short text without `/`, not a list", None),
        ("category: {a: b}", "`category` must be a short text without `/`, not a map", None),
        ("tags: a", "`tags` must be a list, each entry a short text without `/`, not `a`", "lines that start with"),
        ("tags: {a: b}", "`tags` must be a list, each entry a short text without `/`, not a map", None),
        ("draft: maybe", "`draft` must be `true` or `false`, not `maybe`", None),
        ("source: {url: 'https://a.example/', votes:  '+3'}", "`source.votes` must be a whole number", "digits only"),
        ("lang: en-US", "`lang` must be one of the site's languages, not `en-US`", "did you mean `en`?"),
        ("lang: ko_KR", "`lang` must be one of the site's languages, not `ko_KR`", "did you mean `ko`?"),
        ("lang: fr", "`lang` must be one of the site's languages, not `fr`", "the site are `ko`, `en`"),
        ("lang: kr", "`lang` must be one of the site's languages, not `kr`", "did you mean `ko`?"),
        ("lang: cn", "`lang` must be one of the site's languages, not `cn`", "the site are `ko`, `en`"),
        ("id: [a]", "`id` must be a text, not a list", None),
        ("source: " + "x" * 99, "`source` must be a map with `url`, not `" + "x" * 39 + "…`", None),
        ("whatever: 1", "thread.yaml has no key `whatever`", None),
    ],
)
def test_messages_say_what_was_expected_and_found(line: str, message: str, help: str | None) -> None:
    """Catches a message that names the wrong thing, and an advice that leads astray."""
    (each,) = thread(f"{THREAD}{line}\n").diagnostics
    assert each.message.startswith(message)
    assert (each.help is None) if help is None else help in (each.help or "")


def test_what_is_sound_is_kept_beside_a_mistake() -> None:
    """Catches a good text or link that is lost, or a bad one that gets into the record."""
    link = "{title: a, url: https://a.example/}"
    card = thread(f"title: {{ko: [x], en: y}}\ndate: 2025-01-15\nlinks: [x, {link}]\ntags: [[x], b]\n").value
    assert card is not None
    assert card.title == Localized((("en", "y"),))
    assert card.links == (Link("a", "https://a.example/"),)
    assert card.tags == ("b",)
    assert told(thread("title: {kr: x}\ndate: 2025-01-15\n")) == [("unknown-language", 1, "kr")]
    site = settings(f"{SETTINGS}tags: {{a/b: 가, c: [x], d: 라}}\n").value
    assert site is not None
    assert site.tags == (("d", Localized((("ko", "라"),))),)
    terms = decode.glossary("glossary.yaml", "- term: 가\n  note: ''\n", LANGUAGES).value
    assert terms is not None
    assert terms.terms == (Term(Localized((("ko", "가"),))),)


def test_broken_yaml_is_not_told_as_missing_keys_too() -> None:
    """Catches faults that only follow from another one."""
    assert told(thread("title: @x\ndate: 2025-01-15\n")) == [("yaml-syntax", 1, "@x")]


def test_a_warning_about_yaml_stays_one() -> None:
    """Catches a pasted line separator that stops publication."""
    decoded = thread(THREAD.replace("도서관", "도서\u2028관"))
    assert decoded.value is not None
    assert decoded.value.title.get("ko") == "느린 도서 관"
    assert [(each.code, each.severity) for each in decoded.diagnostics] == [("line-separator", Severity.WARNING)]
    assert [each.severity for each in thread("a: &x 1\n" + THREAD).diagnostics] == [Severity.ERROR] * 2


def test_faults_of_yaml_and_content_are_told_together() -> None:
    """Catches a second run that is needed to see the rest."""
    assert told(thread("title: &a x\ndate: never\ndate: 2025-01-15\n")) == [
        ("anchor", 1, "&a"),
        ("wrong-type", 2, "never"),
        ("duplicate-key", 3, "date"),
    ]


def test_number_of_problems_is_bounded() -> None:
    """Catches a hostile file whose diagnostics fill the memory."""
    decoded = comments("- x\n" * (MAX_PROBLEMS + 500))
    assert len(decoded.diagnostics) == MAX_PROBLEMS + 1
    assert sum(each.code == "too-many-faults" for each in decoded.diagnostics) == 1


# -- comments.yaml -----------------------------------------------------------------------------------------------------

COMMENTS = """\
- author: 구름
  date: 2025-01-13T21:50
  text: {en: Hello., ko: 안녕하세요.}
  id: first
  replies:
    - author: 바다
      date: 2025-01-13T22:08
      text: |-
        **답글**입니다.

        둘째 문단.
      replies:
        - {author: 산, date: 2025-01-14T00:05, text: 셋}
    - {author: 들, date: 2025-01-14T03:05, text: 넷}
- author: 강
  date: 2025-01-14T04:26+01:00
  text: 다섯
  replies:
"""


def test_comments_are_flat_and_in_reading_order() -> None:
    """Catches a reply under the wrong comment, and another order than the writer's."""
    found = fine(comments(COMMENTS))
    assert [(one.author, one.depth, one.parent, one.id) for one in found] == [
        ("구름", 0, None, "first"),
        ("바다", 1, 0, None),
        ("산", 2, 1, None),
        ("들", 1, 0, None),
        ("강", 0, None, None),
    ]
    assert found[0].text == Localized((("ko", "안녕하세요."), ("en", "Hello.")))
    assert found[1].text == Localized((("ko", "**답글**입니다.\n\n둘째 문단."),))
    assert path_of(found[2].where) == (0, "replies", 0, "replies", 0)
    assert found[4].date == datetime(2025, 1, 14, 3, 26, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "[]", "# none yet\n", "---\n"])
def test_no_comments_are_no_mistake(text: str) -> None:
    """Catches a thread that cannot be published before somebody answers."""
    assert fine(comments(text)) == ()


def test_comments_that_are_no_list_are_one_mistake() -> None:
    """Catches a map whose keys are taken for comments."""
    decoded = comments("author: a\ntext: b\n")
    assert told(decoded) == [("wrong-type", 1, "author: a")]
    assert decoded.value is None


def test_replies_may_be_five_hundred_deep() -> None:
    """Catches recursion, and positions that are lost down there."""
    lines = []
    for depth in range(501):
        pad = "  " * depth
        lines += [f"{pad}- author: a{depth}", f"{pad}  date: 2025-01-13", f"{pad}  text: x", f"{pad}  replies:"]
    found = fine(comments("\n".join(lines)))
    assert [one.depth for one in found] == list(range(501))
    lines[-2] = lines[-2].replace("text: x", "txt: x")
    assert told(comments("\n".join(lines))) == [("unknown-key", 2003, "txt")]


def test_mistakes_in_every_comment_are_told() -> None:
    """Catches replies that are not looked at because the comment above them is wrong."""
    decoded = comments("""\
- author: a
  text:
    kr: x
    ko: 가
  replies:
    - author: b
      date: 25:10
      text: {}
    - nope
- id: 1x
  author: c
  date: 2025-01-13
  text: " "
  replies: x
  votes: 3
""")
    assert told(decoded) == [
        ("missing-key", 1, "author: a"),
        ("unknown-language", 3, "kr"),
        ("wrong-type", 7, "25:10"),
        ("empty-value", 8, "{}"),
        ("wrong-type", 9, "nope"),
        ("bad-id", 10, "1x"),
        ("empty-value", 13, '" "'),
        ("wrong-type", 14, "x"),
        ("unknown-key", 15, "votes"),
    ]
    assert hints(decoded)[1] == "did you mean `ko`?"


@pytest.mark.parametrize("name", ["c1", "A-b_9", "x" * 100])
def test_ids_of_comments(name: str) -> None:
    """Catches a proper id that is refused."""
    assert fine(comments(f"- {{id: {name}, author: a, date: 2025-01-13, text: x}}"))[0].id == name


@pytest.mark.parametrize("name", ["9a", "-a", "가", "a b", "a/b", "'a#'", "x" * 101])
def test_ids_that_cannot_stand_in_an_address(name: str) -> None:
    """Catches an id that breaks out of an attribute or an address."""
    decoded = comments(f"- {{id: {name}, author: a, date: 2025-01-13, text: x}}")
    assert [each.code for each in decoded.diagnostics] == ["bad-id"]


def test_texts_of_comments_stay_as_typed() -> None:
    """Catches Markdown that loses its spaces, lines or direction marks."""
    text = "  code  \n\n\ttab \u202eback\u202c  \n"
    dumped = yaml.safe_dump([{"author": "a", "date": "2025-01-13", "text": text}], allow_unicode=True)
    assert fine(comments(dumped))[0].text.get("ko") == text


def test_place_in_a_comments_text_is_found() -> None:
    """Catches warnings about Markdown that point elsewhere in comments.yaml."""
    found = fine(comments(COMMENTS))
    places = [(found[1], "text", "ko", 3, 4, 2), (found[0], "text", "en", 1, 1, 6), (found[4], "text", "ko", 1, 1, 2)]
    spans = decode.spans_in_texts("comments.yaml", COMMENTS, places)
    assert [(span.line, span.column, span.width) for span in spans] == [(11, 12, 2), (3, 14, 6), (17, 9, 2)]
    assert spans[0].excerpt == "        둘째 문단."


def test_place_of_a_comment_is_found() -> None:
    """Catches a comment that is told at another one's place."""
    found = fine(comments(COMMENTS))
    spans = [decode.span_of("comments.yaml", COMMENTS, one) for one in found[:3]]
    assert [(span.line, span.column) for span in spans] == [(4, 7), (6, 15), (13, 20)]


# -- IP addresses ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "구름 198.51.100.7",
        "구름(198.♡.100.7)",
        "198.51.100.***",
        "a 198.xxx.100.7님",
        "구름 (198.51.*.*)",
        "ㅇㅇ(198.51)",
        "a 2001:4860:4860::8888",
    ],
)
@pytest.mark.parametrize("where", ["comment", "source"])
def test_no_address_passes_as_part_of_a_name(name: str, where: str) -> None:
    """Catches somebody's address, masked or not, beside a name."""
    decoded: Decoded[Any]
    if where == "comment":
        decoded = comments(f'- {{author: "{name}", date: 2025-01-13, text: x}}')
    else:
        decoded = thread(f'{THREAD}source: {{url: https://f.example/, author: "{name}"}}\n')
    assert [each.code for each in decoded.diagnostics] == ["ip-address"]


@pytest.mark.parametrize("name", ["구름", "v1.2.3.4", "a.b.c.d", "x.x.x.x", "3.14", "J. R. R. T.", "12:30", "nick(2)"])
def test_names_without_an_address_pass(name: str) -> None:
    """Catches a harmless name that is refused."""
    assert fine(comments(f'- {{author: "{name}", date: 2025-01-13, text: x}}'))[0].author == name


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("제 주소는\n8.8.4.4입니다", (2, 1, 7)),
        ("`code` 8.8.4.4 `code`", (1, 8, 7)),
        ("```\n10.0.0.1\n```\n(8.8.4.4)", (4, 2, 7)),
        ("from 2001:4860:4860::8888.", (1, 6, 20)),
        ("see http://8.8.4.4/", (1, 12, 7)),
        ("10.0.0.1 8.8.4.4.", (1, 10, 7)),
        ("2.3 then\n1. 8.8.4.4", (2, 4, 7)),
    ],
)
def test_a_public_address_in_a_text_is_found(text: str, place: tuple[int, int, int]) -> None:
    """Catches somebody's address in a comment, or one that is told elsewhere."""
    assert addresses.in_text(text) == place


@pytest.mark.parametrize(
    "text",
    [
        "router 192.168.0.1, here 127.0.0.1, docs 198.51.100.7, 0.0.0.0, 224.0.0.251, 169.254.1.1",
        "`8.8.4.4` and ``x ` 8.8.4.4``",
        "```\n8.8.4.4\n``` x\n8.8.4.4\n```",
        "~~~ sh\n8.8.4.4",
        "````\n8.8.4.4\n```\n8.8.4.4",
        "v8.8.4.4, version 8.8.4.4, 버전 8.8.4.4, 8.8.4.4 버전, Ver. 8.8.4.4",
        "8.8.4.4.1 a8.8.4.4 8.8.4.4b 256.8.4.4 08.8.4.4 8.8.♡.4",
        "std::vector a::b 21:50:00 fe80::1 ::1 2001:db8::1 2025:01:13",
    ],
)
def test_what_is_nobodys_address_passes(text: str) -> None:
    """Catches a version, an example or a time that stops publication."""
    assert addresses.in_text(text) is None


def test_an_address_in_a_comment_is_told_at_its_line() -> None:
    """Catches a diagnostic that leaves the writer searching."""
    decoded = comments("- author: a\n  date: 2025-01-13\n  text:\n    ko: |-\n      하나\n      둘 8.8.4.4 셋\n")
    assert told(decoded) == [("ip-address", 6, "8.8.4.4")]


# -- column.<lang>.md --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("가" * 900, True),
        ("가나 다 " * 300, True),
        ("힣" * 901, False),
        ("word " * 350, True),
        ("word " * 351, False),
        ("word " * 351 + "가" * 175, False),
        ("word " * 351 + "가" * 177, True),
        ("漢字ㄱ🎉\ud800" * 900, True),
    ],
)
def test_a_summary_is_short_by_the_script_it_is_written_in(text: str, short: bool) -> None:
    """Catches a Korean summary measured in words, or an English one that is taken for Korean."""
    assert openings.is_short(text) is short


# -- digest.yaml, pages, glossary.yaml ---------------------------------------------------------------------------------


def test_digest_is_read_whole() -> None:
    """Catches threads in another order, or an issue's fact that is dropped."""
    card = fine(digest("title: {ko: 1호}\ndate: 2025-01-31\nnumber: 1\ndraft: true\nthreads:\n  - b\n  - 가\n  - a\n"))
    assert (card.slug, card.number, card.draft) == ("first", 1, True)
    assert card.threads == ("b", "가", "a")


@pytest.mark.parametrize(
    ("node", "place"),
    [
        (("title",), (2, 1, 5)),
        (("category",), (3, 1, 8)),
        (("category", "ai"), (3, 11, 2)),
        (("tags", "책"), (5, 5, 1)),
        (("tags", "\uac00 x"), (7, 5, 7)),
        (("tags", "Ai"), (9, 5, 2)),
        (("gone",), (0, 0, 1)),
        ((), (0, 0, 1)),
    ],
)
def test_what_the_site_has_against_a_card_is_told_where_it_stands(
    node: tuple[str, ...], place: tuple[int, int, int]
) -> None:
    """Catches a fault of two threads together that is told at another line, or at a tag as it was not typed."""
    text = "# x\ntitle: a\ncategory: ai\ntags:\n  - 책\n  -\n  - '\u1100\u1161 x '\n  - {책: x}\n  - Ai\n  - 책\n"
    fault = error("x", "message", Span("thread.yaml", node=node), "help")
    (told,) = decode.placed("thread.yaml", text, (fault,))
    assert told.span is not None
    assert (told.span.line, told.span.column, told.span.width) == place
    assert told == error("x", "message", told.span._replace(node=()), "help")


def test_a_place_that_is_looked_for_in_vain_is_the_file() -> None:
    """Catches a file of another form, or one that cannot be read, that makes a build fail."""
    fault = error("x", "message", Span("thread.yaml", node=("tags", "a")))
    for text in ("", "- a\n", "x: y\n", "tags: @"):
        assert decode.placed("thread.yaml", text, (fault,)) == (error("x", "message", Span("thread.yaml")),)


def test_mistakes_of_a_digest_are_told() -> None:
    """Catches a thread listed twice, or a path where a thread's name is meant."""
    decoded = digest("title: x\ndate: 2025-01-31\nthreads: [a, b, a, ../c, a/b, .git, '\\', 5]\n")
    assert told(decoded) == [
        ("duplicate-thread", 3, "a"),
        ("bad-slug", 3, "../c"),
        ("bad-slug", 3, "a/b"),
        ("bad-slug", 3, ".git"),
        ("bad-slug", 3, "'\\'"),
    ]
    assert decoded.diagnostics[0].severity is Severity.WARNING


def test_names_of_folders_are_compared_in_composed_form() -> None:
    """Catches a thread that is not found because a Mac wrote its name in pieces."""
    card = fine(digest("title: x\ndate: 2025-01-31\nthreads: ['\u1100\u1161']\n"))
    assert card.threads[0][0] == "가"


@pytest.mark.parametrize(
    ("text", "rest", "line"),
    [
        ("---\ntitle: 소개\n---\n본문\n", "본문\n", 4),
        ("\ufeff---\r\ntitle: 소개\r\n---\r\n\r\n본문", "\r\n본문", 4),
        ("--- \n# note\n\ntitle: 소개\n... \n---\n", "---\n", 6),
        ("---\ntitle: 소개\n---", "", 3),
    ],
)
def test_front_matter_ends_where_the_text_begins(text: str, rest: str, line: int) -> None:
    """Catches a page that shows its front matter, loses a line, or counts lines from another one."""
    decoded, left, begins = decode.front_matter("about.ko.md", text)
    assert fine(decoded) == PageFront("소개")
    assert left == rest
    assert begins == line


def test_mistakes_of_front_matter_are_told_on_their_lines() -> None:
    """Catches lines counted from below the fence."""
    decoded, rest, _ = decode.front_matter("about.ko.md", "---\n\ntitel: x\ndraft: yes\n---\nrest")
    assert told(decoded) == [("unknown-key", 3, "titel"), ("wrong-type", 4, "yes")]
    assert rest == "rest"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "does not begin"),
        ("소개\n", "does not begin"),
        ("---\ntitle: x\n", "has no end"),
        ("----\ntitle: x\n---\n", "does not begin"),
        (" ---\ntitle: x\n---\n", "does not begin"),
    ],
)
def test_a_page_without_front_matter_is_told(text: str, message: str) -> None:
    """Catches a page without a title, or one whose text is taken for its front matter."""
    decoded, rest, line = decode.front_matter("about.ko.md", text)
    assert [(each.code, each.span and each.span.line) for each in decoded.diagnostics] == [("no-front-matter", 1)]
    assert message in decoded.diagnostics[0].message
    assert (rest, line) == (text, 1)


def test_empty_front_matter_lacks_its_title() -> None:
    """Catches a page without a title that passes."""
    assert [each.code for each in decode.front_matter("a.md", "---\n---\nx")[0].diagnostics] == ["missing-key"]


def test_glossary_is_read_in_its_order() -> None:
    """Catches terms that are sorted, lost or without their notes."""
    decoded = decode.glossary(
        "glossary.yaml", "- term: {en: tag, ko: 태그}\n  note: {ko: 꼬리표}\n- term: 가\n", LANGUAGES
    )
    assert fine(decoded).terms == (
        Term(Localized((("ko", "태그"), ("en", "tag"))), Localized((("ko", "꼬리표"),))),
        Term(Localized((("ko", "가"),))),
    )
    assert fine(decode.glossary("glossary.yaml", "", LANGUAGES)).terms == ()
    assert told(decode.glossary("glossary.yaml", "- note: x\n", LANGUAGES)) == [("missing-key", 1, "note: x")]
    assert decode.glossary("glossary.yaml", "term: x\n", LANGUAGES).value is None


# -- words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("가  나", "가  나"),
        (" 가\n\t나\r\n", "가 나"),
        ("a\u202eb\u2066c\u2069d", "abcd"),
        ("a\0b\x1b[31mc\x9bd\x7f", "ab[31mcd"),
        ("a\ufeffb\uffffc\ud800d", "abcd"),
        ("a\u2028b\x85c", "a b c"),
        ("👩\u200d💻 ❤\ufe0f", "👩\u200d💻 ❤\ufe0f"),
    ],
)
def test_plain_text_cannot_break_out(typed: str, text: str) -> None:
    """Catches control and direction characters in a title, and emoji that fall apart."""
    assert plain(typed) == text


@given(st.text(st.characters()))
@hypothesis(deadline=None)
def test_plain_text_is_safe_whatever_was_typed(text: str) -> None:
    """Catches a character that XML 1.0 forbids, a line break, or a text that changes when made plain twice."""
    made = plain(text)
    assert plain(made) == made
    assert not any(ord(each) < 32 or 0x7F <= ord(each) < 0xA0 or 0xD800 <= ord(each) < 0xE000 for each in made)
    assert not set(made) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff")


def test_one_line_texts_are_made_plain() -> None:
    """Catches a title, name or tag that reorders what stands beside it."""
    card = fine(
        thread(
            'title: "가\\u202e나"\ndate: 2025-01-15\ntags: ["a\\u2066b"]\ncategory: "x\\ufeff"\n'
            'column: {title: "t\\u202e", publisher: "p\\u202e"}\n'
        )
    )
    assert card.title.get("ko") == "가나"
    assert (card.tags, card.category, card.column.title, card.column.publisher) == (("ab",), "x", "t", "p")


# -- the tables and properties -----------------------------------------------------------------------------------------


def records(shape: Any) -> list[Record[Any]]:
    """Every record in a shape."""
    if isinstance(shape, Record):
        return [shape, *(deep for field in shape.fields for deep in records(field.shape))]
    return (
        records(shape.item) if isinstance(shape, ListOf) else records(shape.value) if isinstance(shape, MapOf) else []
    )


def test_every_key_has_a_meaning_in_one_sentence() -> None:
    """Catches a key that documentation and editors could say nothing about."""
    tables = [contract.SETTINGS, contract.THREAD, contract.COMMENTS, contract.DIGEST, contract.PAGE, contract.TERMS]
    fields = [field for table in tables for record in records(table) for field in record.fields]
    assert len(fields) > 50
    for field in fields:
        assert field.doc.endswith("."), field
        assert field.doc[0].isupper(), field
        assert field.doc.count(". ") == 0, field
        assert field.shape.words, field


DECODERS: list[Callable[[str], Decoded[Any]]] = [
    settings,
    thread,
    comments,
    digest,
    lambda text: decode.glossary("glossary.yaml", text, LANGUAGES),
    lambda text: decode.front_matter("a.md", f"---\n{text}\n---\n")[0],
]
KEYS = sorted({field.key for table in (contract.SETTINGS, contract.THREAD, contract.COMMENT) for field in table.fields})
TREES = st.recursive(
    st.sampled_from(["", "ko", "true", "2025-01-13", "https://a.example/", "8.8.4.4", "-1", "\x07"])
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*KEYS, "ko", "kr", "x"]), inner, max_size=5)
    ),
    max_leaves=15,
)


@given(TREES, st.sampled_from(DECODERS))
@hypothesis(deadline=None)
def test_any_tree_is_decoded_or_told(tree: Any, decoder: Callable[[str], Decoded[Any]]) -> None:
    """Catches an exception, a refusal without a reason, or a place outside of the file."""
    text = yaml.safe_dump(tree, allow_unicode=True, width=1_000)
    decoded = decoder(text)
    assert decoded.value is not None or decoded.diagnostics
    lines = f"---\n{text}\n---".split("\n") if decoder is DECODERS[-1] else text.split("\n")
    for each in decoded.diagnostics:
        assert each.span is not None
        if each.span.line:
            source = lines[each.span.line - 1]
            assert each.span.excerpt == source[:400]
            assert 1 <= each.span.column <= len(source) + 1
