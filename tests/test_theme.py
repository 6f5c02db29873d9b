"""A theme of the project's own: single files in the place of the default theme's, and what is told of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from conftest import Site

DEFAULT = Path(__file__).parent.parent / "themes/digest"


def words(change: Callable[[str], str]) -> str:
    """An archive with the default theme's Korean and English words, changed."""
    texts = {lang: (DEFAULT / f"strings/{lang}.yaml").read_text("utf-8") for lang in ("ko", "en")}
    return "".join(f"-- themes/digest/strings/{lang}.yaml --\n{change(text)}" for lang, text in texts.items())


def test_a_file_of_the_project_comes_before_the_default_themes(site: Callable[..., Site]) -> None:
    """Catches an overriding file that is not read, and a file of the theme that is lost beside it."""
    made = site(words(lambda text: text.replace("\nsources:", "\nsources: Wellspring\nunused:")))
    assert not made.build().diagnostics
    assert "Wellspring" not in made.read("ko/index.html")
    made.write("-- content/threads/one/thread.yaml --\ntitle: {ko: 하나, en: One}\ndate: 2025-01-15\n")
    assert made.build().good
    assert "Wellspring" in made.read("en/threads/one/index.html")
    assert list((made.output / "assets").glob("style.*.css"))


def test_a_pasted_line_separator_is_a_warning(site: Callable[..., Site]) -> None:
    """Catches a theme whose words are refused for a character that YAML itself would stumble over."""
    outcome = site(words(lambda text: text.replace("\nsources:", "\nunused: a\u2028b\nsources:"))).build()
    assert {one.code for one in outcome.diagnostics} == {"line-separator"}
    assert outcome.good


def test_unknown_keys_of_a_theme_are_told(site: Callable[..., Site]) -> None:
    """Catches an option that a theme's author believes to be obeyed."""
    outcome = site("-- themes/digest/theme.yaml --\nname: digest\nnaem: x\n").build()
    (one,) = outcome.diagnostics
    assert (one.code, one.span and one.span.line, one.help) == ("unknown-key", 2, "did you mean `name`?")


def test_a_template_may_ask_for_all_that_jinja_has(site: Callable[..., Site]) -> None:
    """Catches what our short way does not take being told as a fault, or coming to something else."""
    made = site(
        "-- themes/digest/templates/topics.html --\n"
        '{% extends "base.html" %}'
        '{% import "partials/own.html" as own with context %}{% import "partials/own.html" as once %}'
        '{% block title %}{{ {"a": "<dict>"}.a }}{% endblock %}'
        "{% block main %}{{ self.title() }} {{ page.nope is defined }} {{ page.nope | default('-') }} "
        '{{ own.row("x") }}{{ once.shared(class="y") }}{% endblock %}\n'
        "-- themes/digest/templates/partials/own.html --\n"
        "{% macro row(each, more='z') %}[{{ each }} {{ more }} {{ page.head.lang }} {{ kwargs['a'] is defined }}]"
        "{% endmacro %}"
        "{% macro shared() %}[{{ site.title }} {{ t('topics') }} {{ kwargs.class }} "
        "{{ asset('style.css') | length > 9 }}]{% endmacro %}\n"
        "-- content/threads/one/thread.yaml --\ntitle: {ko: 하나, en: One}\ndate: 2025-01-15\ntags: [a]\n"
    )
    assert not made.build().diagnostics
    page = made.read("en/topics/index.html")
    assert page.count("&lt;dict&gt;") == 2
    assert "False - [x z en False]" in page
    assert " Topics y True]" in page


def test_what_is_nested_too_deep_is_told(site: Callable[..., Site]) -> None:
    """Catches a template that Jinja can read and Python cannot run, which was a fault of the build itself."""
    deep = "{% for a in [1] %}" * 30 + "{% endfor %}" * 30
    outcome = site(f"-- themes/digest/templates/partials/deep.html --\n{deep}\n").build()
    (one,) = outcome.diagnostics
    assert (one.code, one.span and one.span.path) == (
        "template-syntax",
        "themes/digest/templates/partials/deep.html",
    )
