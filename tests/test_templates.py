"""Our way of compiling and escaping templates must not show: it comes to what Jinja itself comes to."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from sitegen.templates import environment, escaped

TEMPLATE = """\
{% macro row(each) %}<li title="{{ each }}">{{ each }}</li>{% endmacro %}
<p class="{{ text }}">{{ text }} {{ safe }} {{ number }} {{ none }} {{ text ~ safe }} {{ text | upper }}</p>
{% for each in [text, safe, number] %}{{ row(each) }}{% endfor %}
{% set kept %}<b>{{ text }}</b>{% endset %}{{ kept }}
{% autoescape false %}{{ text }}{% endautoescape %}
"""


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
    stock = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    values = {"text": text, "safe": Markup("<i>") + text, "number": 3, "none": None}
    module = environment({}, "themes/x").compile(TEMPLATE, "t.html", raw=True)
    ours = environment({"t.html": module}, "themes/x").get_template("t.html")
    assert ours.render(values) == stock.from_string(TEMPLATE).render(values)


def test_nothing_by_chance_is_at_hand() -> None:
    """A page that draws lots would never come to the same bytes."""
    jinja = environment({}, "themes/x")
    assert "random" not in jinja.filters
    assert "lipsum" not in jinja.globals
