"""The files of the default theme: complete, in step with each other and with the views, and readable."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import yaml
from jinja2 import Environment, FileSystemLoader, meta, nodes

from sitegen import views
from sitegen.strings import Strings
from sitegen.theme import FEED_STYLE

THEME = Path(__file__).parents[1] / "themes" / "digest"
LANGUAGES = ("ko", "en")
TEMPLATES = sorted(path.relative_to(THEME / "templates").as_posix() for path in THEME.glob("templates/**/*.html"))
GIVEN = {"page", "content", "site", "t", "strings_of", "asset", "options", "range"}
RECORDS = [each for each in vars(views).values() if isinstance(each, type) and is_dataclass(each)]
VIEWS = {name: each for each in RECORDS for name in re.findall(r"\(`(\w+\.html)`", each.__doc__ or "")}
"""The view of each template, as its docstring says."""

NOT_FOR_TEMPLATES = {
    *(views.FeedEntry, views.FeedPart, views.FeedThread, views.FeedTopic, views.FeedView),
    views.SitemapEntry,
}

UNTEMPLATED = {"archived", "archived_since", "read_on"}
"""Texts that stand in views, or in feeds alone."""

MACHINERY = {
    "date_long",
    "date_short",
    "day_long",
    "kinds",
    "language_name",
    "languages",
    "month_long",
    "months",
    "months_short",
}
"""Keys that `t`'s methods read."""

PLURALS: dict[str, set[str]] = {"en": {"one", "other"}, "ko": {"other"}}

environment = Environment(
    loader=FileSystemLoader(THEME / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)


def strings(lang: str) -> dict[str, Any]:
    """The texts of one language."""
    texts: dict[str, Any] = yaml.safe_load((THEME / "strings" / f"{lang}.yaml").read_text("utf-8"))
    return texts


def leaves(value: object) -> Iterator[str]:
    """All texts in a value."""
    if isinstance(value, dict):
        for each in value.values():
            yield from leaves(each)
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each)
    else:
        assert isinstance(value, str), value
        yield value


def placeholders(value: object) -> set[str]:
    """The names of the places in a text, or in any of its plural forms."""
    return {name for text in leaves(value) for _, name, _, _ in Formatter().parse(text) if name is not None}


def tree(template: str) -> nodes.Template:
    """A parsed template."""
    return environment.parse((THEME / "templates" / template).read_text("utf-8"), template)


def calls(template: str) -> Iterator[tuple[str, set[str]]]:
    """The key and the names of the values of each call of a language's words: `t(…)` and `strings_of(…)(…)`."""
    for call in tree(template).find_all(nodes.Call):
        speaker = call.node.node if isinstance(call.node, nodes.Call) else call.node
        if isinstance(speaker, nodes.Name) and speaker.name == ("strings_of" if speaker is not call.node else "t"):
            key = call.args[0]
            assert isinstance(key, nodes.Const), f"{template}:{call.lineno}: a key has to be written out"
            yield key.value, {keyword.key for keyword in call.kwargs}


def all_calls() -> list[tuple[str, str, set[str]]]:
    """Template, key and names of values of each call in any template."""
    return [(template, key, given) for template in TEMPLATES for key, given in calls(template)]


def own_names(parsed: nodes.Template) -> set[str]:
    """The names that a template gives itself: what it imports, and its macros, anywhere in it."""
    imported = {name for node in parsed.find_all(nodes.FromImport) for name in node.names if isinstance(name, str)}
    return imported | {node.name for node in parsed.find_all(nodes.Macro)}


def fields_asked(parsed: nodes.Template, record: str) -> set[str]:
    """The attributes that a template reads of something that it was given."""
    reads = parsed.find_all(nodes.Getattr)
    return {read.attr for read in reads if isinstance(read.node, nodes.Name) and read.node.name == record}


@pytest.mark.parametrize("template", TEMPLATES)
def test_templates_compile_and_ask_for_nothing_that_is_not_given(template: str) -> None:
    """Catches a syntax error, a misspelt name and a reference to a template that is not there."""
    parsed = tree(template)
    environment.compile(parsed, template)
    assert meta.find_undeclared_variables(parsed) - own_names(parsed) <= GIVEN
    assert set(meta.find_referenced_templates(parsed)) <= set(TEMPLATES)


@pytest.mark.parametrize("template", TEMPLATES)
def test_templates_ask_for_fields_that_their_views_have(template: str) -> None:
    """Catches a template that asks its view, the site or the words for something they do not have."""
    parsed = tree(template)
    view = VIEWS.get(template)
    assert fields_asked(parsed, "page") <= ({field.name for field in fields(view)} if view else {"head"})
    assert fields_asked(parsed, "site") <= {field.name for field in fields(views.SiteView)}
    assert fields_asked(parsed, "t") <= set(dir(Strings))


def test_each_view_has_its_template() -> None:
    """Catches a view without a template, and a template that nothing fills."""
    assert set(VIEWS) == {name for name in TEMPLATES if "/" not in name} - {"base.html"}


def test_languages_have_the_same_keys() -> None:
    """Catches a text that one language lacks."""
    first, *others = [strings(lang) for lang in LANGUAGES]
    for other in others:
        assert list(other) == list(first)
        assert list(other["kinds"]) == list(first["kinds"])
        assert all(placeholders(other[key]) == placeholders(first[key]) for key in first if key not in MACHINERY)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_texts_are_typeset(lang: str) -> None:
    """Catches straight quotes, dots for an ellipsis, double or outer spaces, exclamation marks and empty texts."""
    for text in leaves(strings(lang)):
        assert text == " ".join(text.split()) != ""
        assert not re.search(r"['\"!]|\.\.\.", text), text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_plurals_have_the_forms_of_their_language(lang: str) -> None:
    """Catches a count without its singular, and a form that no count ever chooses."""
    for key, value in strings(lang).items():
        if isinstance(value, dict) and key not in MACHINERY:
            assert set(value) == PLURALS[lang], key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_can_name_all_others(lang: str) -> None:
    """Catches a language without a name, or a calendar without twelve months."""
    texts = strings(lang)
    assert set(texts["languages"]) == set(LANGUAGES)
    assert len(texts["months"]) == len(texts["months_short"]) == 12


@pytest.mark.parametrize("lang", LANGUAGES)
def test_templates_ask_for_texts_that_exist_with_the_values_that_they_hold(lang: str) -> None:
    """Catches a misspelt key, and a place in a text that nothing fills or a value that no text shows."""
    texts = strings(lang)
    for template, key, given in all_calls():
        assert key in texts, f"{template}: {key}"
        assert key not in MACHINERY, f"{template}: {key}"
        assert placeholders(texts[key]) == given, f"{template}: {key}"


def test_every_text_is_used() -> None:
    """Catches a text that was left behind when the place that showed it went away."""
    assert set(strings(LANGUAGES[0])) == MACHINERY | {key for _, key, _ in all_calls()} | UNTEMPLATED


def test_templates_use_files_that_exist() -> None:
    """Catches the name of a static file that is not there, and a static file that no page uses."""
    named = {
        call.args[0].value
        for template in TEMPLATES
        for call in tree(template).find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name == "asset" and isinstance(call.args[0], nodes.Const)
    }
    assert named | {FEED_STYLE} == {path.name for path in (THEME / "static").iterdir()}


@pytest.mark.parametrize("template", TEMPLATES)
def test_pages_carry_nothing_inline_and_ask_nobody_else(template: str) -> None:
    """Catches inline scripts, style elements and attributes, event handlers, and addresses on other hosts."""
    source = (THEME / "templates" / template).read_text("utf-8")
    source = source.replace('<script type="module" src="{{ asset("search.js") }}"></script>', "")
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|https?://|javascript:", source)


def test_script_is_small_and_puts_text_on_pages_as_text() -> None:
    """Catches a script that outgrew its budget of 4 KB, that makes markup of words, or that needs a policy eased."""
    script = (THEME / "static" / "search.js").read_bytes()
    assert len(gzip.compress(script)) <= 4 * 1024
    assert not re.search(
        rb"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|Function\(|\.style|https?:", script
    )


def test_style_sheet_is_small_and_self_contained() -> None:
    """Catches a style sheet that outgrew its budget of 6 KB, or that loads something itself."""
    sheet = (THEME / "static" / "style.css").read_bytes()
    assert len(gzip.compress(sheet)) <= 6 * 1024
    assert not re.search(rb"url\(|@import", sheet)


def test_readme_names_every_field_of_every_view() -> None:
    """Catches a README that fell behind the views: a field missing, gone, renamed or of another type."""
    told = {}
    for section in re.split(r"^### ", (THEME / "README.md").read_text("utf-8"), flags=re.MULTILINE):
        head, _, body = section.partition("\n")
        rows = re.findall(r"^- `(\w+)` \(`([^`]+)`\): .", body, flags=re.MULTILINE)
        if rows:
            told[head.replace("`", "").split(": ")[-1]] = rows
    given = [each for each in RECORDS if each not in NOT_FOR_TEMPLATES]
    assert told == {each.__name__: [(field.name, field.type) for field in fields(each)] for each in given}
