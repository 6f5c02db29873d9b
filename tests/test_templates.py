"""Our way of compiling and escaping templates must not show: it comes to what Jinja itself comes to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup, escape

from sitegen.strings import Strings
from sitegen.templates import careful, compiled, escaped, quick

MACROS = """\
{% macro row(each, kind="item", lang=none) %}
<li class="{{ kind }}" title="{{ each }}"{% if lang %} lang="{{ lang }}"{% endif %}>{{ each }}</li>
{% endmacro %}
{% macro listed(class) %}<ul class="{{ class }}">{{ caller("<i>") }}{{ varargs | join }}</ul>{% endmacro %}
"""

TEMPLATE = """\
{% extends "base.html" %}
{% from "macros.html" import listed, row %}
{% import "macros.html" as macros with context %}
{% block main %}
{{ super() }}
<p class="{{ text }}">{{ text }} {{ safe }} {{ number }} {{ none }} {{ text ~ safe }} {{ text | upper }}</p>
{% for each in [text, safe, number] if each is not none %}{{ row(each) }}{{ row(each, lang=text) }}{{ loop.index }}
{{- macros.row(kind=each, each=text, lang="x") }}{% endfor %}
{% call(mark) listed("wide", text, safe) %}{{ mark }}{{ row(mark, "call", text) }}{% endcall %}
{% set kept %}<b>{{ text }}</b>{{ row(text) }}{% endset %}{{ kept }}{{ row(kept) }}
{% filter upper %}{{ row(text) }}{% endfilter %}
{% set state = namespace(seen=false) %}{% set state.seen = text %}{{ state.seen }}
{% autoescape false %}{{ text }}{{ row(text) }}{% endautoescape %}
{% include "base.html" %}
{{ self.title() }}{{ (1).real }}{{ text.upper() }}{{ shown.text }}{{ row(*[text, safe]) }}{{ row(**{"each": text}) }}
{% endblock %}
"""

BASE = "<title>{% block title %}{{ text }}{% endblock %}</title>{% block main %}<hr>{{ text }}{% endblock %}\n"

SOURCES = {"macros.html": MACROS, "t.html": TEMPLATE, "base.html": BASE}

QUICK = quick({name: compiled(careful({}).parse(text, name), name, name) for name, text in SOURCES.items()})


class Shown:
    """A value that brings its own HTML, and one that has only words."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text


@given(st.text())
def test_escaping_is_markupsafes(text: str) -> None:
    """Catches a character that our shorter way lets through, or a safe text that it escapes again."""
    assert escaped(text) == str(escape(text))
    assert escaped(Markup(text)) == text
    assert escaped(Shown(text)) == str(escape(text))


@given(st.text(alphabet=st.sampled_from("ab<>&\"' 가{}")))
def test_templates_come_to_what_jinja_makes_of_them(text: str) -> None:
    """Catches an expression, a macro or a block that our code generator escapes once too often or not at all."""
    values = {"text": text, "safe": Markup("<i>") + text, "number": 3, "none": None, "shown": Shown(text)}
    stock = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, loader=DictLoader(SOURCES)
    )
    assert QUICK.get_template("t.html").render(values) == stock.get_template("t.html").render(values)


@pytest.mark.parametrize(
    "template",
    [
        "{{ {'a': text}.a }}",
        "{% block b %}{{ text }}{% endblock %}{{ self.b() }}",
        "{{ text.nope is defined }}",
        "{{ text.nope | default('<none>') }}",
        "{% set c = cycler('a', text) %}{{ c.next() }}{{ c.current }}",
        "{% macro m(a) %}{{ kwargs.b }}{% endmacro %}{{ m(1, b=text) }}",
        "{{ strange.class }}",
        "{{ t('<b>') }}{{ t('<b>', n=text) }}",
        "{% set t = shout %}{{ t('<b>') }}",
        "{% macro t(a) %}<i>{{ a }}{% endmacro %}{{ t('<b>') }}",
        "{% macro m(a) %}<i>{{ a }}{% endmacro %}{% for m in [shout] %}{{ m(text) }}{% endfor %}{{ m(text) }}",
        "{% macro m(a, b=1) %}<i>{{ a }}{{ b }}{% endmacro %}{{ m(text) }}{{ m(text, 2) }}{{ m(b=3, a=text) }}",
        "{{ nothing is defined }}{{ nothing | default('<') }}",
        "{{ text.\ufb01nd is defined }}",
    ],
)
def test_what_jinja_takes_and_the_short_way_does_not_is_left_to_jinja(template: str) -> None:
    """Catches a template that comes to something else in the short way, where that does not fail."""
    words = Strings("en", {"<b>": {"one": "<1>", "other": "<{n}>"}}, {})
    values = {"text": "<", "strange": {"class": "x"}, "t": words, "shout": str.upper}
    jinja = careful({"t.html": (template, "themes/x/templates/t.html")})
    wanted = jinja.get_template("t.html").render(values)
    module = compiled(jinja.parse(template, "t.html"), "t.html", "themes/x/templates/t.html")
    try:
        came = quick({"t.html": module}).get_template("t.html").render(values)
    except AttributeError:
        return
    assert came == wanted


def test_nothing_by_chance_is_at_hand() -> None:
    """A page that draws lots would never come to the same bytes."""
    for jinja in (careful({}), quick({})):
        assert "random" not in jinja.filters
        assert "lipsum" not in jinja.globals
