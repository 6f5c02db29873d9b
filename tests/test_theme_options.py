"""Options of a theme: what theme.yaml may say, what a site may set, and how style sheets and templates get them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml
from conftest import SETTINGS, THREAD, Site
from test_theme_chain import told

from sitegen.options import contrast

DEFAULT = Path(__file__).parent.parent / "themes/digest"

OWN = f"""{SETTINGS}theme: mine
{THREAD}-- themes/mine/theme.yaml --
extends: digest
options:
  wide: {{type: flag, default: false, meaning: Whether there is more room.}}
  layout: {{type: word, default: left, choices: [left, right], meaning: Where things stand.}}
  factor: {{type: number, default: 1.5, meaning: How much.}}
"""


QUOTES = 'put it in quotes, as in `"#a33a1f"`: a bare `#` is a comment'

LIST = "write it as `[Pretendard, Noto Sans KR, sans-serif]`"
FONT = "letters, digits, spaces, `.`, `-`, `_` and `+`; each family is an entry of its own"


def with_options(made: Site, text: str, archive: str = "") -> Site:
    """A site with more in its settings."""
    settings = made.root / "sitegen.yaml"
    settings.write_text(settings.read_text("utf-8") + text, "utf-8")
    made.write(archive)
    return made


def sheet(made: Site) -> str:
    """The style sheet that is published."""
    (path,) = (made.output / "assets").glob("style.*.css")
    return path.read_text("utf-8")


# -- what a site sets --------------------------------------------------------------------------------------------------


def test_options_reach_the_style_sheet(site: Callable[..., Site]) -> None:
    """Catches an option that changes nothing, a default that is lost, and a sheet that keeps its name."""
    made = site()
    assert made.build().good
    before = {path for path in made.made() if path.startswith("assets/style")}
    assert "--accent: #a33a1f" in sheet(made)
    options = "theme_options: {accent: '#1D6', text_size: 112.5, fonts: [Pretendard GOV, sans-serif]}\n"
    assert told(with_options(made, options).build()) == ["low-contrast sitegen.yaml:6:25"]
    text = sheet(made)
    assert "--accent: #11dd66;" in text
    assert "--accent: #f0957a;" in text
    assert "font-size: 112.5%" in text
    assert 'font: 1.0625rem/1.6 "Pretendard GOV", sans-serif, sans-serif;' in text
    assert not before & set(made.made())
    (link,) = set(re.findall(r'href="(/assets/style[^"]+)"', made.read("ko/index.html")))
    assert link.removeprefix("/") in made.made()


@pytest.mark.parametrize(
    ("options", "expected", "hint"),
    [
        ("{acent: '#123456'}", ["unknown-option 6:17"], "did you mean `accent`?"),
        ("{accent: '123456'}", ["wrong-type 6:25"], 'write `"#123456"`'),
        ("{accent: red}", ["wrong-type 6:25"], QUOTES),
        ("{accent: '#12345'}", ["wrong-type 6:25"], QUOTES),
        ("\n  accent: #123456", ["empty-value 7:3"], QUOTES),
        ("{text_size: 99}", ["wrong-type 6:28"], None),
        ("{text_size: 110%}", ["wrong-type 6:28"], "write `110`"),
        ("{text_size: [1]}", ["wrong-type 6:28"], None),
        ("{fonts: Pretendard}", ["wrong-type 6:24"], LIST),
        ("{fonts: []}", ["empty-value 6:24"], LIST),
        ("{fonts: [a, 'b\"; }']}", ["bad-font 6:28"], FONT),
        ("accent", ["wrong-type 6:16"], "write `{option: value}`"),
        ("{accent: 2, x: 4}", ["wrong-type 6:25", "unknown-option 6:28"], QUOTES),
    ],
)
def test_what_a_site_may_not_set_is_told(
    options: str, expected: list[str], hint: str | None, site: Callable[..., Site]
) -> None:
    """Catches a value that breaks the style sheet, is ignored without a word, or is told without place and help."""
    outcome = with_options(site(), f"theme_options: {options}\n").build()
    assert told(outcome) == [each.replace(" ", " sitegen.yaml:") for each in expected]
    assert outcome.diagnostics[0].help == hint
    assert not outcome.good


@pytest.mark.parametrize(
    ("option", "colour", "ratio"),
    [("accent", "#e8590c", "3.45"), ("accent", "#777", "4.32"), ("accent_dark", "#a33a1f", "2.69")],
)
def test_a_colour_that_is_hard_to_read_is_told_with_one_that_is_not(
    option: str, colour: str, ratio: str, site: Callable[..., Site]
) -> None:
    """Catches a contrast that is reckoned wrong, and a hint that would be told off itself."""
    made = site()
    (one,) = with_options(made, f"theme_options: {{{option}: '{colour}'}}\n").build().diagnostics
    assert (one.code, f"a contrast of {ratio} : 1" in one.message) == ("low-contrast", True)
    meant = re.fullmatch(r"`(#[0-9a-f]{6})` would do", one.help or "")
    assert meant
    made.write(f"{SETTINGS}theme_options: {{{option}: '{meant[1]}'}}\n")
    assert not made.build().diagnostics
    assert meant[1] in sheet(made)


def test_contrast_is_that_of_the_standard() -> None:
    """Catches a slip in the formula: the values are those that are published for it."""
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    assert contrast("#0000ff", "#ffffff") == pytest.approx(8.59, abs=0.005)


# -- what a theme declares ---------------------------------------------------------------------------------------------


def test_the_default_themes_options_are_documented_and_stand_on_its_own_paper() -> None:
    """Catches a README that fell behind theme.yaml, and a contrast that is reckoned for another ground."""
    options: Mapping[str, dict[str, object]] = yaml.safe_load((DEFAULT / "theme.yaml").read_text("utf-8"))["options"]
    rows = re.findall(
        r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \| ([^|]+) \|$", (DEFAULT / "README.md").read_text("utf-8"), re.M
    )

    def shown(value: object) -> str:
        return ", ".join(f"`{each}`" for each in (value if isinstance(value, list) else [value]))

    assert rows == [(name, shown(each["default"]), each["meaning"]) for name, each in options.items()]
    papers = re.findall(r"--paper: (#\w{6});", (DEFAULT / "static/style.css").read_text("utf-8"))
    assert [options["accent"]["against"], options["accent_dark"]["against"]] == papers


def test_templates_and_style_sheets_get_what_a_theme_declares(site: Callable[..., Site]) -> None:
    """Catches a value of the wrong type in a template, and an option that a theme cannot add or give a default."""
    made = site(
        OWN.replace("options:\n", "options:\n  accent: {default: '#14532d'}\n")
        + "-- themes/mine/templates/thread.html --\n"
        + "{{ 'wide' if options.wide else 'narrow' }} {{ options.layout }} {{ options.factor * 2 }} "
        + "{{ options.fonts | join('/') }} {{ options.accent }}\n"
        + "-- themes/mine/static/style.css --\n"
        + '@import "digest/style.css";\n'
        + "a { width: calc(option(wide) * 9px + option( factor )em); float: option(layout) }\n"
    )
    assert not with_options(made, "theme_options: {fonts: [A]}\n").build().diagnostics
    assert made.read("ko/threads/one/index.html").strip() == "narrow left 3.0 A #14532d"
    assert sheet(made).endswith("a { width: calc(0 * 9px + 1.5em); float: left }\n")
    assert "--accent: #14532d" in sheet(made)
    made.write(f"{SETTINGS}theme: mine\ntheme_options: {{wide: true, layout: right, factor: -2, fonts: [A]}}\n")
    assert not made.build().diagnostics
    assert made.read("ko/threads/one/index.html").strip() == "wide right -4 A #14532d"


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("{type: colour, meaning: x, default: #a33a1f}\n  x:", ["yaml-syntax 3:6"]),
        ("\n    type: colour\n    meaning: x\n    default: #a33a1f", ["missing-key 3:3"]),
        ("{default: 3}", ["missing-key 3:3"]),
        ("{type: word, default: a, meaning: x}", ["missing-key 3:3"]),
        ("{type: word, default: c, meaning: x, choices: [a, b]}", ["wrong-type 3:28"]),
        ("{type: colr, default: c, meaning: x}", ["missing-key 3:3", "wrong-type 3:13"]),
        ("{type: number, default: 5, max: 4, meaning: x}", ["wrong-type 3:30"]),
        ("{type: flag, default: yes, meaning: x}", ["wrong-type 3:28"]),
        ("{type: flag, defalt: true, meaning: x}", ["missing-key 3:3", "unknown-key 3:19"]),
        ("{type: colour, default: '#fff', against: '#fff', meaning: x}", ["low-contrast 3:30"]),
    ],
)
def test_what_a_theme_may_not_declare_is_told(declared: str, expected: list[str], site: Callable[..., Site]) -> None:
    """Catches a default that no site could set, and an option that lacks what it needs."""
    mine = f"-- themes/mine/theme.yaml --\nextends: digest\noptions:\n  x: {declared}\n"
    outcome = site(f"{SETTINGS}theme: mine\n{THREAD}{mine}").build()
    assert told(outcome) == [each.replace(" ", " themes/mine/theme.yaml:") for each in expected]


def test_a_name_that_templates_could_not_use_is_told(site: Callable[..., Site]) -> None:
    """Catches an option that nothing can ask for."""
    made = site(f"{OWN}  text-size: {{type: flag, default: true, meaning: x}}\n")
    assert told(made.build()) == ["bad-id themes/mine/theme.yaml:6:3"]


# -- what templates and style sheets ask for ---------------------------------------------------------------------------


def test_what_the_theme_does_not_have_is_told_before_a_page_is_made(site: Callable[..., Site]) -> None:
    """Catches a slip in a name that would show on some page only, or leave a style sheet broken."""
    outcome = site(
        f"{OWN}-- themes/mine/templates/thread.html --\n{{{{ options.wid }}}}\n{{{{ asset('styl.css') }}}}\n"
        "-- themes/mine/static/style.css --\n"
        '@import "digst/style.css";\n@import "style.css";\n@import "digest/style.css" print;\n'
        "a { color: option(acent); background: url(papr.svg) }\n"
        "-- themes/mine/static/paper.svg --\n<svg/>\n"
    ).build()
    assert [(each, one.help) for each, one in zip(told(outcome), outcome.diagnostics, strict=True)] == [
        ("unused-file themes/mine/static/paper.svg", None),
        ("missing-asset themes/mine/static/style.css:1:10", "did you mean `style.css`?"),
        ("template-loop themes/mine/static/style.css:2:10", "`digest/style.css` is that of the theme which it extends"),
        ("bad-import themes/mine/static/style.css:3:28", "write `@import` alone, and `@media` around the rules"),
        ("unknown-option themes/mine/static/style.css:4:19", "did you mean `accent`?"),
        ("missing-asset themes/mine/static/style.css:4:43", "did you mean `paper.svg`?"),
        ("unknown-option themes/mine/templates/thread.html:1:12", "did you mean `wide`?"),
        ("missing-asset themes/mine/templates/thread.html:2:11", "did you mean `style.css`?"),
    ]


def test_only_what_is_meant_is_filled_in(site: Callable[..., Site]) -> None:
    """Catches a comment or string that is rewritten, an address elsewhere, and a picture that the sheet cannot find."""
    made = site(
        f"{OWN}-- themes/mine/static/print/style.css --\n"
        '/* option(no) @import "no.css"; */ a::before { content: "url(no.png) option(no)" }\n'
        "@font-face { src: url('fonts/a.woff2') }\n"
        "b { background: url(data:image/png,x), url(#x), url(https://a.example/x.png); --my-option(x): 1 }\n"
        '@import url("https://a.example/x.css");\n@import "digest/icon.css";\n'
        "-- themes/mine/static/fonts/a.woff2 --\nfont\n-- themes/digest/static/icon.css --\nc { d: url(icon.svg) }\n"
        "-- themes/mine/templates/thread.html --\n{{ asset('print/style.css') }}{{ asset('style.css') }}\n"
    )
    assert told(made.build()) == []
    (path,) = (made.output / "assets/print").glob("style.*.css")
    first, face, elsewhere, outside, inside, *rest = path.read_text("utf-8").split("\n")
    assert first == '/* option(no) @import "no.css"; */ a::before { content: "url(no.png) option(no)" }'
    assert elsewhere.endswith("url(data:image/png,x), url(#x), url(https://a.example/x.png); --my-option(x): 1 }")
    assert outside == '@import url("https://a.example/x.css");'
    assert rest == [""]
    for line, start in ((face, "@font-face"), (inside, "c")):
        shown = re.search(r'url\("\.\./([^"]+)"\)', line)
        assert line.startswith(start)
        assert shown
        assert (made.output / "assets" / shown[1]).is_file()


# -- builds after a change ---------------------------------------------------------------------------------------------


def test_an_option_makes_again_what_shows_it(site: Callable[..., Site], quick: None) -> None:
    """Catches a template that shows an old value, and pages, feeds or content made anew that do not show it."""
    made = with_options(
        site(
            f"{OWN}-- themes/mine/templates/page.html --\n{{{{ options.layout }}}}\n"
            "-- content/pages/about.ko.md --\n---\ntitle: 소개\n---\n글\n"
        ),
        "theme_options: {layout: left}\n",
    )
    assert made.build().good
    made.write(f"{SETTINGS}theme: mine\ntheme_options: {{layout: right}}\n")
    outcome = made.build()
    assert sorted(outcome.published.made) == [
        ("en/about/index.html", "changed: bundle"),
        ("ko/about/index.html", "changed: bundle"),
    ]
    made.write(f"{SETTINGS}theme: mine\ntheme_options: {{layout: right, text_size: 120}}\n")
    outcome = made.build()
    names = {path for path, _ in outcome.published.made}
    assert {"ko/index.html", "ko/threads/one/index.html"} < names
    assert not {path for path in names if path.endswith((".xml", ".txt")) or "/about/" in path}
    made.write(f"{SETTINGS}theme: mine\ntheme_options: {{text_size: 120, layout: right, accent: '#a33a1f'}}\n")
    assert made.build().published.made == ()
