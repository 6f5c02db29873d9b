"""A theme's words: complete in each language of the site, with what is wrong told all at once and in its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from conftest import SETTINGS, THREAD, Site
from test_theme_chain import MINE, told

DEFAULT = Path(__file__).parent.parent / "themes/digest"
ENGLISH = (DEFAULT / "strings/en.yaml").read_text("utf-8")
JAPANESE = f"{SETTINGS.replace('[ko, en]', '[ko, en, ja]')}{THREAD}-- themes/digest/strings/ja.yaml --\n"


def words(lang: str, text: str, theme: str = "mine") -> str:
    """An archive with a strings file."""
    return f"-- themes/{theme}/strings/{lang}.yaml --\n{text}"


def asking(call: str) -> str:
    """An archive with a template that asks for a text."""
    return (
        '-- themes/mine/templates/thread.html --\n{% extends "digest/thread.html" %}\n'
        "{% block here %}" + call + "{% endblock %}\n"
    )


# -- words of a theme that extends another -----------------------------------------------------------------------------


def test_single_words_take_the_place_of_others(site: Callable[..., Site]) -> None:
    """Catches a text that loses its neighbours, and a map of names of which one entry cannot be given alone."""
    made = site(
        MINE
        + words("ko", "latest: 새 글\nkinds: {paper: 학술지}\nlanguages: {en: 영문}\ncomments: {other: '{n}개'}\n")
        + "-- content/threads/two/thread.yaml --\ntitle: {ko: 둘}\ndate: 2025-01-16\n"
        + "links:\n- {title: a, url: 'https://a.example', kind: paper}\n"
        + "- {title: b, url: 'https://b.example', kind: video}\n"
    )
    assert told(made.build()) == []
    assert "새 글" in made.read("ko/index.html")
    assert "Latest threads" in made.read("en/index.html")
    page = made.read("ko/threads/two/index.html")
    assert "학술지" in page
    assert "영상" in page
    assert "0개" in page


def test_new_words_are_needed_in_every_language(site: Callable[..., Site]) -> None:
    """Catches a page without a text that another language has, and a place that does not say which file it is."""
    made = site(MINE + asking('{{ t("motto") }}') + words("ko", "motto: 오늘\n"))
    outcome = made.build()
    assert told(outcome) == ["missing-string themes/mine/strings/en.yaml"]
    assert outcome.diagnostics[0].help == "in `ko` it is `오늘`"
    made.write(words("en", "latest: Newest\n"))
    assert told(made.build()) == ["missing-string themes/mine/strings/en.yaml:1:1"]
    made.write(words("en", "motto: Today\n"))
    assert told(made.build()) == []


@pytest.mark.parametrize("call", ['t("sumary")', 'strings_of("en")("sumary")'])
def test_a_text_that_no_language_has_is_told_where_it_is_asked_for(call: str, site: Callable[..., Site]) -> None:
    """Catches a slip in a template that is told once a language, without the place of the slip."""
    outcome = site(MINE + asking(f"{{{{ {call} }}}}")).build()
    column = len("{% block here %}{{ ") + call.index("sumary") + 1
    assert told(outcome) == [f"missing-string themes/mine/templates/thread.html:2:{column}"]
    assert outcome.diagnostics[0].help == "did you mean `summary`?"


def test_a_key_that_nothing_asks_for_is_told(site: Callable[..., Site]) -> None:
    """Catches a text of a theme that never shows, for a slip in its key."""
    outcome = site(MINE + words("ko", "latest: 새 글\nsumary: 요약\n")).build()
    assert told(outcome) == ["unknown-key themes/mine/strings/ko.yaml:2:1"]
    assert outcome.diagnostics[0].help == "did you mean `summary`?"


def test_a_key_that_is_made_in_a_template_is_no_fault(site: Callable[..., Site]) -> None:
    """Catches an error about a text that a template does show, though it does not write its key out."""
    texts = words("ko", "mood_ko: 좋음\n")
    made = site(MINE + asking('{% if site.lang == "ko" %}{{ t("mood_" ~ site.lang) }}{% endif %}') + texts)
    made.write(words("en", "mood_ko: good\n"))
    assert told(made.build()) == []
    assert "좋음" in made.read("ko/threads/one/index.html")


# -- one more language -------------------------------------------------------------------------------------------------


def test_all_that_a_new_language_lacks_is_told_at_once(site: Callable[..., Site]) -> None:
    """Catches a list of what is missing that comes one text at a time, or forgets what sitegen itself needs."""
    made = site(JAPANESE + "language_name: 日本語\nlatest: 新着\n")
    outcome = made.build()
    lacking = {key for key in yaml.safe_load(ENGLISH) if key not in ("language_name", "latest")}
    lacking -= {"languages", "kinds", "months", "months_short"}  # which need not be there
    assert set(told(outcome)) == {"missing-string themes/digest/strings/ja.yaml:1:1"}
    assert {one.message.split("`")[1] for one in outcome.diagnostics} == lacking
    hints = {one.message.split("`")[1]: one.help for one in outcome.diagnostics}
    assert hints["sources"] == "in `ko` it is `출처`"
    assert hints["comments"] == "in `ko` it is `댓글 {n}개`"


def test_a_slip_in_a_key_is_told_beside_what_it_was_meant_for(site: Callable[..., Site]) -> None:
    """Catches a text that seems to be lost, where its key is misspelt."""
    outcome = site(JAPANESE + ENGLISH.replace("\ntopics:", "\ntopicz:")).build()
    assert [each.split(":")[0] for each in told(outcome)] == [
        "missing-string themes/digest/strings/ja.yaml",
        "unknown-key themes/digest/strings/ja.yaml",
    ]
    assert [one.help for one in outcome.diagnostics] == ["did you mean `topicz`?", "did you mean `topics`?"]


def test_a_language_without_a_file_is_told_where_it_would_be(site: Callable[..., Site]) -> None:
    """Catches a new language whose file goes by a country's code, or that is not said to be missing."""
    made = site(f"{SETTINGS.replace('[ko, en]', '[ko, en, ja]')}{THREAD}")
    (one,) = made.build().diagnostics
    assert (one.code, one.span and one.span.path) == ("missing-strings", "themes/digest/strings/ja.yaml")
    made.write(words("jp", ENGLISH, "digest"))
    assert [one.help for one in made.build().diagnostics] == ["rename jp.yaml", "did you mean `ja.yaml`?"]


# -- each text ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected", "hint"),
    [
        ("addressee: '{nam} 님에게'", ["bad-place 1:13", "bad-place 1:12"], "did you mean `name`?"),
        ("latest: '{n} 글'", ["bad-place 1:10"], "it has no places"),
        ("addressee: '{name 님에게'", ["bad-place 1:13", "bad-place 1:12"], "write it twice: `{{`"),
        ("latest: 글}", ["bad-place 1:10"], "write it twice: `}}`"),
        ("addressee: '{name.upper} {name}'", ["bad-place 1:13"], "its places are: `{name}`"),
        ("addressee: '{} {name}'", ["bad-place 1:13"], "its places are: `{name}`"),
        ("addressee: '{name:?}'", ["bad-place 1:13"], "a place is a name in braces, as in `{name}`"),
        ("addressee: 님에게", ["bad-place 1:12"], "in `en` it is `to {name}`"),
        ("replies: {other: '{m}개 {n}'}", ["bad-place 1:19"], "its places are: `{n}`"),
        ("replies: {one: '{n}개'}", ["missing-string 1:10"], None),
        ("replies: {other: '{n}개', many: '{n}'}", ["unknown-key 1:26"], "the forms are `one` and `other`"),
        ("replies: {other: ['{n}개']}", ["wrong-type 1:18", "bad-place 1:10"], None),
        ("replies: [a]", ["wrong-type 1:10"], None),
        ("latest:", ["empty-value 1:1"], "write it, or delete the line"),
        ("date_short: '{yaer}. {month}.'", ["bad-place 1:14"], "did you mean `year`?"),
        ("date_short: '{year!r}'", ["bad-place 1:14"], "did you mean `year`?"),
        ("date_long: [a]", ["wrong-type 1:12"], None),
        ("months: [a, b]", ["wrong-type 1:9"], None),
        ("kinds: {paper: [a]}", ["wrong-type 1:16"], None),
        ("languages: ko", ["wrong-type 1:12"], None),
        ("- a", ["wrong-type 1:1"], None),
    ],
)
def test_what_is_wrong_with_a_text_is_told(
    text: str, expected: list[str], hint: str | None, site: Callable[..., Site]
) -> None:
    """Catches a text that fails, or is shown wrong, on some page only."""
    outcome = site(MINE + words("ko", f"{text}\n")).build()
    assert sorted(told(outcome)) == sorted(each.replace(" ", " themes/mine/strings/ko.yaml:") for each in expected)
    assert hint is None or hint in [one.help for one in outcome.diagnostics]


def test_a_language_that_counts_ones_is_held_to_it(site: Callable[..., Site]) -> None:
    """Catches “1 comments”."""
    made = site(MINE + words("en", "comments: '{n} comments'\nreplies: {other: '{n} replies'}\n"))
    outcome = made.build()
    assert told(outcome) == [
        "missing-string themes/mine/strings/en.yaml:1:11",
        "missing-string themes/mine/strings/en.yaml:2:10",
    ]
    assert outcome.good


def test_braces_that_are_doubled_stand_for_themselves(site: Callable[..., Site]) -> None:
    """Catches an error about a text that means its braces."""
    made = site(MINE + words("ko", "page_of: '{{{number}}} / {count}'\naddressee: '{{x}} {name:>3}'\n"))
    assert told(made.build()) == []


def test_texts_that_do_not_count_are_not_checked(site: Callable[..., Site]) -> None:
    """Catches an error about a text of another theme in whose place one's own stands, with places of its own."""
    made = site(
        MINE
        + asking('{{ t("page_of", word="x") }}')
        + words("ko", "page_of: '{word}'\n")
        + words("en", "page_of: '{word}'\n")
        + "-- themes/mine/templates/partials/ways.html --\n{% macro here(a) %}{% endmacro %}"
        + "{% macro neighbours(a, b, c, d) %}{% endmacro %}{% macro pages(a) %}{% endmacro %}\n"
    )
    assert not [each for each in told(made.build()) if "strings" in each]
