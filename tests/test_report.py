"""What people and machines are told, as text."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import threading
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.diagnostics import Diagnostic, Span, error, span_at, warning
from sitegen.report import EXCERPT_CELLS, SHOWN_LIMIT, Format, SilentProgress, Tally, TerminalProgress, render, summary

UNKNOWN_KEY = error(
    "unknown-key",
    "`column` has no key `archve`",
    Span("content/threads/deepseek/thread.yaml", 9, 3, 6, "  archve: https://archive.example/flgRZ"),
    "did you mean `archive`?",
)
HOSTILE = "a\x1b[2J\x07\r\x9b\x7f\u202e\u2066\u200b\ufeff\u2028\ud800 [bold]b[/bold] :boom:"


def full(*diagnostics: Diagnostic, color: bool = False) -> str:
    """The diagnostics at length."""
    return render(diagnostics, Format.FULL, color=color)


def excerpt(span: Span) -> tuple[str, str]:
    """Source line and caret line of a span, without the gutter."""
    source, carets = full(error("x", "x", span)).splitlines()[3:5]
    gutter = len(str(span.line)) + 4
    assert source[:gutter] == f" {span.line} | "
    assert carets[:gutter] == f" {' ' * len(str(span.line))} | "
    return source[gutter:], carets[gutter:]


def hidden(text: str) -> set[str]:
    """The characters of a text that a terminal obeys or nobody sees, line ends apart."""
    return {c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")}


# -- at length ---------------------------------------------------------------------------------------------------------


def test_a_diagnostic_shows_its_source_line() -> None:
    """Catches any change of the form that people know."""
    assert full(UNKNOWN_KEY) == (
        "error[unknown-key]: `column` has no key `archve`\n"
        "  --> content/threads/deepseek/thread.yaml:9:3\n"
        "   |\n"
        " 9 |   archve: https://archive.example/flgRZ\n"
        "   |   ^^^^^^\n"
        "   = help: did you mean `archive`?"
    )


def test_long_line_numbers_move_the_gutter() -> None:
    """Catches a gutter that is wide enough for one digit only, and diagnostics that run into each other."""
    span = Span("a.yaml", 1234, 1, 3, "abc")
    assert full(warning("first", "One", span, "do"), error("second", "Two", span)) == (
        "warning[first]: One\n"
        "     --> a.yaml:1234:1\n"
        "      |\n"
        " 1234 | abc\n"
        "      | ^^^\n"
        "      = help: do\n"
        "\n"
        "error[second]: Two\n"
        "     --> a.yaml:1234:1\n"
        "      |\n"
        " 1234 | abc\n"
        "      | ^^^"
    )


@pytest.mark.parametrize(
    ("source", "column", "width", "indent", "carets"),
    [
        ("제목: 값이", 5, 2, 6, 4),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af: x", 9, 1, 6, 1),  # decomposed: six letters, two syllables
        ("\tkey: 1", 2, 3, 4, 3),
        ("가\tkey", 3, 3, 4, 3),
        ("e\u0301\u0302x", 4, 1, 1, 1),
        ("👨‍👩‍👧 x", 7, 1, 3, 1),
        ("👍🏽 ❤️ x", 7, 1, 6, 1),
        ("a\x1bb", 3, 1, 9, 1),
        ("ab", 3, 1, 2, 1),
        ("ab", 9, 4, 2, 1),
        ("ab", 2, 99, 1, 1),
        ("ab", 1, 0, 0, 1),
    ],
)
def test_carets_stand_under_their_words(source: str, column: int, width: int, indent: int, carets: int) -> None:
    """Catches carets that count characters where a terminal counts cells."""
    assert excerpt(Span("a", 1, column, width, source))[1] == " " * indent + "^" * carets


@pytest.mark.parametrize("before", [0, 1, 30, 99, 400, 3000])
@pytest.mark.parametrize("after", [0, 1, 30, 99, 400, 3000])
@pytest.mark.parametrize(("letter", "cells"), [("x", 1), ("가", 2)])
def test_a_long_line_is_cut_around_the_carets(before: int, after: int, letter: str, cells: int) -> None:
    """Catches an excerpt that fills the screen, or one that cuts off or misses the very place."""
    line = letter * before + "HERE" + letter * after
    source, carets = excerpt(span_at("a", line, 1, before + 1, 4))
    shown = [c for c in source for _ in range(cells if c == letter else 1)]
    assert "".join(shown[len(carets) - 4 : len(carets)]) == "HERE"
    assert carets.strip() == "^^^^"
    assert len(shown) <= EXCERPT_CELLS + 2
    assert (source == line) == ("…" not in source)
    assert source.strip("…") in line
    if len(line) * cells > EXCERPT_CELLS:
        assert len(shown) >= EXCERPT_CELLS - 1


def test_what_was_cut_off_before_is_told() -> None:
    """Catches an excerpt that passes for the beginning of its line."""
    assert excerpt(Span("a", 1, 203, 2, "abcd", offset=200)) == ("…abcd", "   ^^")


def test_carets_that_are_wider_than_the_excerpt_end_with_it() -> None:
    """Catches carets that run on for as long as the place they mark."""
    source, carets = excerpt(Span("a", 1, 1, 350, "x" * 350))
    assert len(carets) == len(source.strip("…")) == EXCERPT_CELLS


def test_a_place_is_told_as_far_as_it_is_known() -> None:
    """Catches made-up lines and columns, and excerpts of nothing."""
    assert full(error("x", "No file", None, "make one")) == "error[x]: No file\n   = help: make one"
    assert full(error("x", "Whole", Span("a.yaml", excerpt="a"))) == "error[x]: Whole\n  --> a.yaml"
    assert full(error("x", "Empty", Span("a.yaml", 7, 1))) == "error[x]: Empty\n  --> a.yaml:7:1"
    assert full(error("x", "Line", Span("a.yaml", 7, excerpt="a"))) == "error[x]: Line\n  --> a.yaml:7\n   |\n 7 | a"


def test_lines_of_a_message_cannot_pass_for_ours() -> None:
    """Catches a quoted line end that starts a diagnostic of its own."""
    text = full(error("x", "one\nerror[y]: two\n  --> b", None, "three\nfour"))
    assert text == ("error[x]: one\n          error[y]: two\n            --> b\n   = help: three\n           four")


def test_nothing_to_tell_is_told_by_nothing() -> None:
    """Catches blank lines in a run without faults."""
    assert [render([], form, color=True) for form in (Format.FULL, Format.CONCISE, Format.GITHUB)] == ["", "", ""]


def test_colour_changes_no_word() -> None:
    """Catches colour where none is wanted, none where it is, and text that was read as markup."""
    diagnostics = (UNKNOWN_KEY, warning("x", HOSTILE, Span(HOSTILE, 1, 1, 1, HOSTILE), HOSTILE))
    for form in (Format.FULL, Format.CONCISE):
        plain, coloured = (render(diagnostics, form, color=color) for color in (False, True))
        assert "\x1b" not in plain
        assert "\x1b[1;31merror[unknown-key]\x1b[0m" in coloured
        assert "\x1b[1;33mwarning[x]\x1b[0m" in coloured
        assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain
        assert "[bold]b[/bold] :boom:" in plain


@pytest.mark.parametrize("format", list(Format))
def test_a_terminal_cannot_be_fooled(format: Format) -> None:
    """Catches control and direction characters that reach a terminal, or that vanish without a trace."""
    text = render([error("x", HOSTILE, Span(HOSTILE, 1, 1, 1, HOSTILE), HOSTILE)], format, color=False)
    assert not hidden(text)
    assert re.search(r"<U\+202E>|\\u202e", text)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=())), min_size=4, max_size=4), st.integers(0, 80))
def test_any_text_can_be_told(texts: list[str], column: int) -> None:
    """Catches a character or place that breaks the report of a fault."""
    message, hint, path, source = texts
    diagnostic = error("x", message, Span(path, 3, column, 5, source, 2), hint)
    for form in (Format.FULL, Format.CONCISE, Format.GITHUB):
        assert hidden(render([diagnostic], form, color=False)) <= {"\u200c", "\u200d"}
    assert json.loads(render([diagnostic], Format.JSON, color=False))["diagnostics"][0]["message"] == message


# -- short and for machines --------------------------------------------------------------------------------------------


def test_concise_is_one_line_each() -> None:
    """Catches lines that editors cannot read as path:line:column."""
    diagnostics = [UNKNOWN_KEY, warning("x", "one\n  two", Span("b.md")), error("y", "three", Span("c.md", 4))]
    assert render([*diagnostics, error("z", "four")], Format.CONCISE, color=False).splitlines() == [
        "content/threads/deepseek/thread.yaml:9:3: error[unknown-key]: "
        "`column` has no key `archve` (did you mean `archive`?)",
        "b.md: warning[x]: one two",
        "c.md:4: error[y]: three",
        "error[z]: four",
    ]


def test_json_is_one_document() -> None:
    """Catches a document that a program cannot read, or that misses a field."""
    document = json.loads(render([UNKNOWN_KEY, warning("x", "한글")], Format.JSON, color=True))
    assert document == {
        "diagnostics": [
            {
                "code": "unknown-key",
                "severity": "error",
                "message": "`column` has no key `archve`",
                "path": "content/threads/deepseek/thread.yaml",
                "line": 9,
                "column": 3,
                "width": 6,
                "help": "did you mean `archive`?",
            },
            {"code": "x", "severity": "warning", "message": "한글"}
            | dict.fromkeys(["path", "line", "column", "width", "help"]),
        ],
        "summary": {"errors": 1, "warnings": 1},
    }


def test_json_holds_the_tally() -> None:
    """Catches a summary that is missing from the document, or printed behind it as well."""
    assert json.loads(render([], Format.JSON, color=False, tally=TALLY))["summary"] == {
        "threads": 12,
        "written": 148,
        "unchanged": 0,
        "removed": 0,
        "seconds": 0.841,
        "errors": 0,
        "warnings": 0,
        "published": True,
    }
    assert summary(TALLY, Format.JSON) == ""


def test_github_commands_are_escaped() -> None:
    """Catches annotations that break at a comma, colon, percent sign or line end."""
    diagnostics = [
        error("x", "50%: a,b\r\nc", Span("a,b:c%.md", 2, 5), "d"),
        warning("y", "whole", Span("a.md")),
        error("z", "nowhere"),
    ]
    assert render(diagnostics, Format.GITHUB, color=True).splitlines() == [
        "::error file=a%2Cb%3Ac%25.md,line=2,col=5,title=x::50%25: a,b<U+000D>%0Ac%0Ahelp: d",
        "::warning file=a.md,title=y::whole",
        "::error title=z::nowhere",
    ]


@pytest.mark.parametrize("format", [Format.FULL, Format.CONCISE, Format.GITHUB])
def test_too_many_are_counted(format: Format) -> None:
    """Catches a flood, and errors that drown in warnings."""
    warnings = [warning("w", f"w{number}") for number in range(1200)]
    errors = [error("e", f"e{number}") for number in range(3)]
    text = render([*warnings, *errors], format, color=False)
    assert [f"e{number}" for number in range(3)] == re.findall(r"\be\d+", text)
    assert [f"w{number}" for number in range(SHOWN_LIMIT - 3)] == re.findall(r"\bw\d+", text)
    assert text.endswith("\n… and 1,103 more")
    assert "more" not in render(warnings[:SHOWN_LIMIT], format, color=False)
    assert render(warnings[: SHOWN_LIMIT + 1], format, color=False).endswith("\n… and 1 more")


def test_json_has_all() -> None:
    """Catches a limit meant for people that hides faults from a program."""
    diagnostics = [warning("w", str(number)) for number in range(SHOWN_LIMIT + 1)]
    document = json.loads(render(diagnostics, Format.JSON, color=False))
    assert [one["message"] for one in document["diagnostics"]] == [one.message for one in diagnostics]


# -- the run -----------------------------------------------------------------------------------------------------------

TALLY = Tally(threads=12, written=148, unchanged=0, removed=0, seconds=0.841, errors=0, warnings=0)


@pytest.mark.parametrize("format", [Format.FULL, Format.CONCISE, Format.GITHUB])
@pytest.mark.parametrize(
    ("tally", "line"),
    [
        (TALLY, "12 threads · 148 pages written, 0 unchanged, 0 removed · 0.84 s"),
        (
            Tally(1, 1, 20000, 1, 62, 0, 2),
            "1 thread · 1 page written, 20,000 unchanged, 1 removed · 62.00 s · 2 warnings",
        ),
        (TALLY._replace(errors=3, warnings=1), "3 errors, 1 warning; nothing was published"),
        (TALLY._replace(published=False, warnings=1), "12 threads · no errors · 0.84 s · 1 warning"),
        (TALLY._replace(errors=1), "1 error; nothing was published"),
    ],
)
def test_a_run_is_told_in_one_line(tally: Tally, line: str, format: Format) -> None:
    """Catches wrong plurals, and a failed run that sounds like a good one."""
    assert summary(tally, format) == line


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """Yes."""
        return True


class Clock:
    """A clock that stands still until it is moved."""

    now = 100.0

    def __call__(self) -> float:
        """The time it shows."""
        return self.now


def test_a_quick_run_shows_no_bar() -> None:
    """Catches a bar that flashes up in a run of less than a second."""
    stream, clock = Terminal(), Clock()
    progress = TerminalProgress(stream, color=False, clock=clock)
    progress.stage("parse", 10)
    clock.now += 0.9
    progress.advance(10)
    progress.close()
    assert stream.getvalue() == ""


def test_a_long_run_shows_a_bar_and_takes_it_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a bar that stands still, names the wrong stage, starts a thread or stays on the screen."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("TTY_COMPATIBLE", "TTY_INTERACTIVE", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    stream, clock = Terminal(), Clock()
    threads = threading.active_count()
    progress = TerminalProgress(stream, color=False, clock=clock)
    progress.stage("parse", 10)
    clock.now += 1.1
    progress.advance(3)
    assert "parse" in stream.getvalue()
    assert "3/10" in stream.getvalue().replace(" ", "")
    clock.now += 0.01
    progress.stage("[red]render", 400)
    clock.now += 1
    progress.advance(7)
    assert "[red]render" in stream.getvalue()
    assert "7/400" in stream.getvalue().replace(" ", "")
    assert threading.active_count() == threads
    progress.close()
    shown = stream.getvalue()
    assert shown.count("\x1b[?25l") == shown.count("\x1b[?25h") == 1
    assert shown.endswith("\x1b[2K")
    clock.now += 1
    progress.advance(1)
    assert stream.getvalue() == shown


def test_a_terminal_without_a_cursor_gets_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a bar drawn again and again below itself."""
    monkeypatch.setenv("TERM", "dumb")
    stream, clock = Terminal(), Clock()
    progress = TerminalProgress(stream, color=True, clock=clock)
    clock.now += 60
    progress.stage("parse", 10)
    progress.advance(1)
    progress.close()
    assert stream.getvalue() == ""


def test_a_pipe_gets_no_bar() -> None:
    """Catches a bar in a log file."""
    stream, clock = io.StringIO(), Clock()
    progress = TerminalProgress(stream, color=True, clock=clock)
    clock.now += 60
    progress.stage("parse", 10)
    progress.advance(1)
    progress.close()
    assert stream.getvalue() == ""


def test_silence_is_silent(capfd: pytest.CaptureFixture[str]) -> None:
    """Catches output where nobody watches."""
    progress = SilentProgress()
    progress.stage("parse", 10)
    progress.advance(1)
    progress.close()
    assert capfd.readouterr() == ("", "")


def test_rich_is_loaded_only_where_it_is_needed() -> None:
    """Catches an import that every run would pay for."""
    code = (
        "import io, sys\n"
        "from sitegen.report import *\n"
        "from sitegen.diagnostics import error\n"
        "for format in Format: render([error('x', 'y')], format, color=False)\n"
        "TerminalProgress(sys.stderr, color=True).stage('parse', 1)\n"
        "print([name for name in sys.modules if name.partition('.')[0] == 'rich'])\n"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"
