"""The documentation says what the code does: every command, option, key, code and link."""

from __future__ import annotations

import ast
import dataclasses
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from sitegen import contract, decode, models, routes
from sitegen.cli import run
from sitegen.report import Format
from sitegen.shapes import Distinct, Record

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

FENCE = re.compile(r"^(`{3,})(\w*)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
INLINE_CODE = re.compile(r"(`+)[^`]+\1")

MODELS: dict[str, type] = {
    "sitegen.yaml": models.Settings,
    "thread.yaml": models.ThreadCard,
    "digest.yaml": models.DigestCard,
    "the front matter": decode.PageFront,
}
"""What those records come to whose factory does not say it."""


def text_of(page: Path) -> str:
    """A page without its blocks of code."""
    return FENCE.sub("", page.read_text("utf-8"))


def sections(page: Path) -> dict[str, str]:
    """The text below each heading of a page, up to the next one, whatever its level."""
    _, *parts = HEADING.split(text_of(page))
    return dict(zip(parts[::2], parts[1::2], strict=True))


def rows(section: str) -> list[list[str]]:
    """The cells of the rows of a section's tables that begin with code."""
    return [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| `")]


def code_in(text: str) -> list[str]:
    """What stands in backticks."""
    return re.findall(r"`([^`]+)`", text)


# -- links -------------------------------------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives to a page's headings."""
    found: dict[str, int] = {}
    for heading in HEADING.findall(text_of(page)):
        anchor = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        number = found[anchor] = found.get(anchor, -1) + 1
        if number:
            found[f"{anchor}-{number}"] = 0
    return set(found)


def links(page: Path) -> list[str]:
    """Where a page's links lead to, those to other sites apart."""
    targets = LINK.findall(INLINE_CODE.sub("code", text_of(page)))
    return [each for each in targets if not re.match(r"[a-z]+:", each)]


def leads_somewhere(page: Path, target: str) -> bool:
    """Whether there is a file, and a heading in it, where a link of a page leads to."""
    name, _, anchor = target.partition("#")
    found = (page.parent / name).resolve() if name else page
    return found.exists() and (not anchor or anchor in anchors(found))


def test_every_relative_link_leads_somewhere() -> None:
    """Catches a link to a file or heading that was renamed, moved or never written."""
    every = [(page, target) for page in PAGES for target in links(page)]
    assert len(every) > 50
    assert not [f"{page.name}: {target}" for page, target in every if not leads_somewhere(page, target)]


def test_every_document_can_be_reached_from_the_readme() -> None:
    """Catches a page of the documentation that no link leads to."""
    reached: set[Path] = set()
    todo = [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        if page in reached or page not in PAGES:
            continue
        reached.add(page)
        todo += [(page.parent / each.partition("#")[0]).resolve() for each in links(page)]
    assert set(PAGES) == reached


def test_every_module_has_its_place_in_the_architecture() -> None:
    """Catches a module that the explanation of the architecture does not name."""
    named = code_in(sections(ROOT / "docs" / "explanation" / "architecture.md")["Modules"])
    modules = {each.stem for each in (ROOT / "sitegen").glob("*.py")} - {"__init__"}
    packages = {f"{each.parent.name}/" for each in (ROOT / "sitegen").glob("*/__init__.py")}
    assert packages
    assert modules | packages <= set(named)


# -- commands ----------------------------------------------------------------------------------------------------------


def help_of(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    """What a command says of itself."""
    assert run([*command, "--help"]) == 0
    return capsys.readouterr().out


def options_of(capsys: pytest.CaptureFixture[str]) -> dict[str, set[str]]:
    """The options of each command, `--help` apart."""
    names = re.findall(r"^    ([a-z]+) ", help_of(capsys), re.MULTILINE)
    found = {name: re.findall(r"^  (?:-\w, )?(--[a-z-]+)", help_of(capsys, name), re.MULTILINE) for name in names}
    return {name: {*options} - {"--help"} for name, options in found.items()}


def test_every_command_and_option_is_documented(capsys: pytest.CaptureFixture[str]) -> None:
    """Catches a command or option that the reference lacks, or has though it is gone."""
    documented = {}
    for heading, section in sections(REFERENCE / "commands.md").items():
        if found := re.fullmatch(r"`sitegen (\w+)`", heading):
            words = [code_in(row[0])[0].split(" ")[0] for row in rows(section)]
            documented[found[1]] = {word for word in words if word.startswith("--")}
    assert documented == options_of(capsys)


def test_every_format_is_documented() -> None:
    """Catches a format of diagnostics that the reference lacks."""
    documented = [code_in(row[0])[0] for row in rows(sections(REFERENCE / "commands.md")["Formats"])]
    assert documented == [each.value for each in Format]


def test_commands_in_the_documents_exist(capsys: pytest.CaptureFixture[str]) -> None:
    """Catches an example that uses a command or option that is not there."""
    options = options_of(capsys)
    wrong, seen = [], 0
    for page in PAGES:
        for _, language, code in FENCE.findall(page.read_text("utf-8")):
            lines = [line.strip() for line in code.splitlines()] if language in ("sh", "yaml") else []
            for line in (line.removeprefix("- run: ") for line in lines):
                if not line.startswith("sitegen ") or line == "sitegen --version":
                    continue
                seen += 1
                _, name, *words = shlex.split(line, comments=True)
                used = {word for word in words if word.startswith("--")}
                if name not in options or not used <= options[name]:
                    wrong.append(f"{page.name}: {line}")
    assert seen > 20
    assert not wrong


# -- content files -----------------------------------------------------------------------------------------------------


RECORDS = [each for each in vars(contract).values() if isinstance(each, Record)]


def described(record: Record[object]) -> list[list[str]]:
    """The rows of the table of a record in the reference: key, type, default, meaning."""
    by_heading = {heading.casefold(): section for heading, section in sections(REFERENCE / "content.md").items()}
    return rows(by_heading[record.noun.casefold()])


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.noun)
def test_every_key_of_the_content_contract_is_documented(record: Record[object]) -> None:
    """Catches a key that the reference lacks, has though it is gone, or gives another meaning or another need."""
    documented = [(code_in(key)[0], default.startswith("required")) for key, _, default, _ in described(record)]
    assert documented == [(field.key, field.required) for field in record.fields]
    for field, (_, _, _, meaning) in zip(record.fields, described(record), strict=True):
        assert meaning.startswith(field.doc)


def test_defaults_of_the_content_contract_are_documented() -> None:
    """Catches a flag or text whose default differs from the one in the reference."""
    shown = {True: "`true`", False: "`false`"}
    documented, defaults = {}, {}
    for record in RECORDS:
        model = MODELS.get(record.noun, record.factory)
        values = (
            {each.name: each.default for each in dataclasses.fields(model)} if dataclasses.is_dataclass(model) else {}
        )
        for field, (_, _, default, _) in zip(record.fields, described(record), strict=True):
            value = values.get(field.name or field.key)
            if isinstance(value, (bool, str)) and not field.required:
                documented[record.noun, field.key] = default
                defaults[record.noun, field.key] = shown[value] if isinstance(value, bool) else f"`{value}`"
    assert len(defaults) > 5
    assert documented == defaults


def test_every_reserved_name_is_documented() -> None:
    """Catches a name that pages cannot have and the reference does not say so."""
    _, names = sections(REFERENCE / "content.md")["Slugs"].split("A page cannot be called ")
    assert {*code_in(names.partition("\n\n")[0])} == routes.RESERVED


# -- diagnostics -------------------------------------------------------------------------------------------------------

MAKERS = frozenset(("Diagnostic", "Fault", "Finding", "Problem", "Refusal", "Refused", "error", "stop", "warning"))
"""Functions and classes whose first argument is the code of a diagnostic; so it may be with `note` and `tell`."""


def codes_in_the_code() -> set[str]:
    """Every code that a call in the code names."""
    found: set[str] = set()
    for path in sorted({*(ROOT / "sitegen").rglob("*.py")} - {ROOT / "sitegen" / "arguments.py"}):  # that is argparse
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in MAKERS or name in ("note", "tell"):
                found.update(codes_of(node.args[0], f"{path.name}:{node.lineno}", needed=name in MAKERS))
    return found


def codes_of(argument: ast.expr, place: str, *, needed: bool) -> Iterator[str]:
    """The codes that an argument can be; those that are handed on (`code`, `one.code`) were found elsewhere."""
    handed_on = getattr(argument, "attr", getattr(argument, "id", None)) == "code"
    match argument:
        case ast.Constant(value=str(code)):
            yield code
        case ast.JoinedStr(values=[ast.Constant(value=str(begin)), ast.FormattedValue()]) if begin == "duplicate-":
            shapes = [field.shape for record in RECORDS for field in record.fields]
            yield from (f"{begin}{shape.noun}" for shape in shapes if isinstance(shape, Distinct))
        case _:
            assert handed_on or not needed, f"{place}: which code is this? write it out, or teach this test"


def test_every_diagnostic_is_documented() -> None:
    """Catches a code that the reference lacks, or has though nothing tells it any more."""
    documented = [*sections(REFERENCE / "diagnostics.md")]
    documented = [code_in(heading)[0] for heading in documented if heading.startswith("`")]
    assert sorted(documented) == sorted(codes_in_the_code())
