"""Themes that extend others: which file counts, what a template can go on from, and what is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from conftest import SETTINGS, THREAD, Site

from sitegen.build import Outcome

MINE = f"{SETTINGS}theme: mine\n{THREAD}-- themes/mine/theme.yaml --\nname: mine\nextends: digest\n"
"""A site with a theme that extends the default one, and as yet has nothing of its own."""

GRAND = f"{MINE.replace('extends: digest', 'extends: house')}-- themes/house/theme.yaml --\nextends: digest\n"
"""The same with one more theme between them."""

KEPT = '{% import "digest/partials/text.html" as kept %}'
"""How a partial gets at the macros of the one that it takes the place of."""

MARK = '{% extends "KIND/thread.html" %}{% block here %}{{ super() }}<p>MARK</p>{% endblock %}\n'


def block(theme: str, kind: str, mark: str) -> str:
    """An archive with a theme's thread.html that goes on from another theme's."""
    return f"-- themes/{theme}/templates/thread.html --\n" + MARK.replace("KIND", kind).replace("MARK", mark)


def told(outcome: Outcome) -> list[str]:
    """The code and place of each diagnostic."""
    return [
        f"{one.code} {one.span.path}" + (f":{one.span.line}:{one.span.column}" if one.span.line else "")
        for one in outcome.diagnostics
        if one.span
    ]


def marks(html: str, names: Iterable[str]) -> list[str]:
    """Those marks that a page shows, in their order on it."""
    return re.findall("|".join(names), html)


# -- files -------------------------------------------------------------------------------------------------------------


def test_a_theme_takes_what_it_lacks_from_the_one_that_it_extends(site: Callable[..., Site]) -> None:
    """Catches a template, text or static file that a theme without it does not get."""
    plain, mine, grand = site(name="plain"), site(MINE, name="mine"), site(GRAND, name="grand")
    for each in (plain, mine, grand):
        assert not each.build().diagnostics
    assert mine.made() == plain.made()
    assert grand.made() == plain.made()


def test_a_template_goes_on_from_the_one_that_it_takes_the_place_of(site: Callable[..., Site]) -> None:
    """Catches a theme's name in front that leads to the template itself, or past the theme in between."""
    made = site(GRAND + block("mine", "house", "mine") + block("house", "digest", "house"))
    assert not made.build().diagnostics
    assert marks(made.read("ko/threads/one/index.html"), ("house", "mine")) == ["house", "mine"]
    made.write(block("mine", "digest", "mine"))
    assert not made.build().diagnostics
    assert marks(made.read("ko/threads/one/index.html"), ("house", "mine")) == ["mine"]
    (made.root / "themes/house/templates/thread.html").unlink()
    made.write(block("mine", "house", "mine"))
    assert not made.build().diagnostics
    assert marks(made.read("ko/threads/one/index.html"), ("house", "mine")) == ["mine"]


def test_names_without_a_theme_lead_to_the_first_that_there_is(site: Callable[..., Site]) -> None:
    """Catches an inherited template that does not see the partials and the frame of the theme that extends it."""
    made = site(
        f"{MINE}-- themes/mine/templates/base.html --\n"
        '{% extends "digest/base.html" %}{% block languages %}<p>Frame</p>{% endblock %}\n'
        "-- themes/mine/templates/partials/text.html --\n"
        + KEPT
        + "{% set link, prose, text = kept.link, kept.prose, kept.text %}"
        + "{% macro heading(words) %}<h1>Own {{ words.text }}</h1>{% endmacro %}\n"
    )
    assert not made.build().diagnostics
    html = made.read("en/threads/one/index.html")
    assert "<p>Frame</p>" in html
    assert "<h1>Own One</h1>" in html


def test_a_template_in_a_folder_that_is_called_like_a_theme_comes_first(site: Callable[..., Site]) -> None:
    """Catches a folder of templates that nothing can reach because a theme has its name."""
    made = site(
        f"{MINE}-- themes/mine/templates/digest/thread.html --\nOwn\n"
        '-- themes/mine/templates/thread.html --\n{% include "digest/thread.html" %}\n'
    )
    assert not made.build().diagnostics
    assert made.read("en/threads/one/index.html").strip() == "Own"


def test_a_projects_files_take_the_place_of_those_of_an_installed_theme_that_is_extended(
    site: Callable[..., Site],
) -> None:
    """Catches a project's `themes/digest/` that counts only where the site's own theme is `digest`."""
    made = site(f"{MINE}-- themes/digest/static/icon.svg --\n<svg/>\n" + block("mine", "digest", "mine"))
    assert not made.build().diagnostics
    (icon,) = (made.output / "assets").glob("icon.*.svg")
    assert icon.read_text() == "<svg/>\n"
    made.write("-- themes/digest/templates/thread.html --\n{% block here %}Replaced {% endblock %}\n")
    assert not made.build().diagnostics
    assert marks(made.read("ko/threads/one/index.html"), ("Replaced", "mine")) == ["Replaced", "mine"]


@pytest.mark.parametrize(
    ("extends", "other", "expected", "hint"),
    [
        ("digst", "", "missing-theme themes/mine/theme.yaml:2:10", "did you mean `digest`?"),
        ("mine", "", "theme-loop themes/mine/theme.yaml:2:10", "take this line out"),
        ("house", "mine", "theme-loop themes/house/theme.yaml:1:10", "take this line out"),
        ("../digest", "", "bad-slug themes/mine/theme.yaml:2:10", "write the name of the folder alone, without `/`"),
    ],
)
def test_a_chain_without_end_or_beginning_is_told(
    extends: str, other: str, expected: str, hint: str, site: Callable[..., Site]
) -> None:
    """Catches a build that goes round in a circle, or tells each file that an unknown theme would have had."""
    house = f"-- themes/house/theme.yaml --\nextends: {other}\n" if other else ""
    outcome = site(MINE.replace("extends: digest", f"extends: {extends}") + house).build()
    assert told(outcome) == [expected]
    assert outcome.diagnostics[0].help == hint


def test_a_template_that_goes_on_from_itself_is_told(site: Callable[..., Site]) -> None:
    """Catches a loop by way of the theme's own name, and a hint that does not name the way out."""
    made = site(MINE + block("mine", "mine", "x"))
    outcome = made.build()
    assert told(outcome) == ["template-loop themes/mine/templates/thread.html:1:13"]
    assert outcome.diagnostics[0].help == "`digest/thread.html` is that of the theme which it extends"
    made.write(
        '-- themes/mine/templates/thread.html --\n{% include "mine/partials/a.html" %}\n'
        '-- themes/mine/templates/partials/a.html --\n{% include "thread.html" %}\n'
    )
    assert [each.split(" ")[0] for each in told(made.build())] == ["template-loop"]


# -- files that nothing uses -------------------------------------------------------------------------------------------


def test_files_that_no_page_uses_are_told(site: Callable[..., Site]) -> None:
    """Catches a file whose slip in the name leaves the site as it was, without a word."""
    made = site(
        f"{MINE}-- themes/mine/templates/thred.html --\nx\n"
        "-- themes/mine/templates/partials/coments.html --\nx\n"
        "-- themes/mine/statics/style.css --\nx\n"
        "-- themes/mine/statics/more/a.css --\nx\n"
        "-- themes/mine/static/styles.css --\nx\n"
        "-- themes/mine/strings/ko.yml --\nx: y\n"
        "-- themes/mine/strings/kr.yaml --\nlatest: x\n"
        "-- themes/mine/strings/more/ko.yaml --\nlatest: x\n"
        "-- themes/mine/theme.yml --\nx\n"
        "-- themes/mine/thread.html --\nx\n"
        "-- themes/mine/README.md --\nx\n"
        "-- themes/mine/LICENSE --\nx\n"
        "-- themes/digest/templates/hom.html --\nx\n"
        "-- themes/digets/static/style.css --\nx\n"
        "-- themes/other/theme.yaml --\nname: other\n"
        "-- themes/other/templates/a.html --\n{% if %}\n"
        "-- themes/style.css --\nx\n"
    )
    outcome = made.build()
    assert {
        each.removeprefix("unused-file "): one.help
        for each, one in zip(told(outcome), outcome.diagnostics, strict=True)
    } == {
        "themes/digest/templates/hom.html": "did you mean `home.html`?",
        "themes/digets": "did you mean `digest`?",
        "themes/mine/static/styles.css": "did you mean `style.css`?",
        "themes/mine/statics": "did you mean `static`?",
        "themes/mine/strings/ko.yml": "call it `<lang>.yaml`, as in `ko.yaml`, and put it straight into `strings/`",
        "themes/mine/strings/kr.yaml": "did you mean `ko.yaml`?",
        "themes/mine/strings/more/ko.yaml": (
            "call it `<lang>.yaml`, as in `ko.yaml`, and put it straight into `strings/`"
        ),
        "themes/mine/templates/partials/coments.html": "did you mean `partials/comments.html`?",
        "themes/mine/templates/thred.html": "did you mean `thread.html`?",
        "themes/mine/theme.yml": "did you mean `theme.yaml`?",
        "themes/mine/thread.html": "does it belong in `templates/`?",
        "themes/style.css": "a theme is a folder in here",
    }
    assert outcome.good


def test_what_a_theme_no_longer_uses_of_another_is_not_told(site: Callable[..., Site]) -> None:
    """Catches warnings about files that their author did not write, or that are right in their own theme."""
    made = site(
        GRAND
        + "-- themes/house/templates/thread.html --\n"
        + '{% extends "digest/thread.html" %}{% from "partials/own.html" import own %}\n'
        + "-- themes/house/templates/partials/own.html --\n{% macro own() %}{% endmacro %}\n"
        + "-- themes/house/static/style.css --\nx {}\n"
        + "-- themes/mine/templates/thread.html --\nAll mine\n"
        + "-- themes/mine/static/style.css --\ny {}\n"
        + "-- themes/mine/templates/base.html --\n{{ asset('style.css') }}{% block main %}{% endblock %}\n"
    )
    assert told(made.build()) == []


def test_a_static_file_may_be_asked_for_by_a_name_that_is_made(site: Callable[..., Site]) -> None:
    """Catches a warning, or a missing address, where the name of a file is not written out."""
    made = site(
        f"{MINE}-- themes/mine/static/ko.svg --\n<svg/>\n-- themes/mine/static/en.svg --\n<svg>\n"
        '-- themes/mine/templates/thread.html --\n{{ asset(site.lang ~ ".svg") }}\n'
    )
    assert told(made.build()) == []
    assert re.fullmatch(r"/assets/ko\.\w{8}\.svg", made.read("ko/threads/one/index.html").strip())


# -- builds after an edit ----------------------------------------------------------------------------------------------

EDITS = [
    ("themes/house/templates/thread.html", MARK.replace("KIND", "digest").replace("MARK", "edited")),
    ("themes/house/templates/thread.html", None),
    ("themes/house/templates/partials/text.html", "{% macro heading(words) %}x{% endmacro %}\n"),
    ("themes/house/strings/ko.yaml", "latest: 고친 말\n"),
    ("themes/house/static/style.css", '@import "digest/style.css";\nh1 { color: option(accent) }\n'),
    ("themes/house/theme.yaml", "extends: digest\noptions: {accent: {default: '#14532d'}}\n"),
    ("themes/mine/theme.yaml", "extends: digest\n"),
    ("themes/digest/static/icon.svg", "<svg/>"),
    ("sitegen.yaml", "theme: mine\ntheme_options: {text_size: 120}\n"),
    ("sitegen.yaml", "theme: house\n"),
]


def anew(made: Site) -> dict[str, bytes]:
    """What a build from scratch comes to."""
    made.build(fresh=True, output=made.root.parent / "anew")
    return {
        str(path.relative_to(made.root.parent / "anew")): path.read_bytes()
        for path in (made.root.parent / "anew").rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize(("path", "text"), EDITS)
def test_an_edit_of_a_theme_comes_to_what_a_build_from_scratch_does(
    path: str, text: str | None, quick: None, site: Callable[..., Site], tmp_path: Path
) -> None:
    """Catches a page that keeps what a theme further up the chain said before."""
    shared = (
        block("house", "digest", "house")
        + '-- themes/mine/templates/page.html --\n{% extends "digest/page.html" %}{% block here %}mine{% endblock %}\n'
        + "-- themes/house/templates/partials/text.html --\n"
        + KEPT
        + "{% set heading, link, prose, text = kept.heading, kept.link, kept.prose, kept.text %}\n"
        + "-- content/pages/about.ko.md --\n---\ntitle: 소개\n---\n글\n"
    )
    made = site(GRAND + shared)
    assert made.build().good
    before = made.made()
    if text is None:
        (made.root / path).unlink()
    elif path == "sitegen.yaml":
        settings = (made.root / path).read_text("utf-8").replace("theme: mine\n", "")
        (made.root / path).write_text(settings + text, "utf-8")
    else:
        made.write(f"-- {path} --\n{text}")
    first = made.build()
    if not first.good:  # text.html without its other macros
        assert made.made() == before
        assert {one.code for one in first.diagnostics} == {"template-failed"}
        return
    assert made.made() != before
    assert made.made() == anew(made)
