"""What an editor offers, explains and underlines in content files, asked of the language server that editors run."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from lsp import Editor, editor
from promises import command

from sitegen import contract
from sitegen.schema import KINDS, hover

ROOT = Path(__file__).parent.parent
SERVER = Path(
    os.environ.get("YAML_LANGUAGE_SERVER")
    or ROOT / ".venv/node/node_modules/yaml-language-server/bin/yaml-language-server"
)
NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(NODE is None or not SERVER.is_file(), reason="yaml-language-server is not installed")

THREAD = """\
title:
  ko: 하나
  kr: 하나
date: 2025-01-15
catgory: ai
category: @
lang: ko
tags:
  - open-source
  - @
source:
  url: https://forum.example/1
  vi
""".replace("@", "")


def start(project: Path, *, vscode: bool) -> AbstractContextManager[Editor]:
    """An editor: VS Code, which knows the project's settings, or one that knows none."""
    known = json.loads((project / ".vscode/settings.json").read_text("utf-8"))["yaml.schemas"] if vscode else {}
    return editor([str(NODE), str(SERVER), "--stdio"], project, {"yaml": {"schemas": known, "completion": True}})


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The included digest, with schemas."""
    project = tmp_path_factory.mktemp("sample")
    shutil.copy(ROOT / "sitegen.yaml", project)
    for name in ("content", "themes"):
        shutil.copytree(ROOT / name, project / name)
    assert command(project, "schema").returncode == 0
    return project


@pytest.fixture(scope="module")
def code(sample: Path) -> Iterator[Editor]:
    """VS Code with the included digest open."""
    with start(sample, vscode=True) as opened:
        yield opened


def test_the_included_digest_has_no_fault_in_an_editor(sample: Path, code: Editor) -> None:
    """Catches a schema that an editor cannot read, or that underlines what builds."""
    files = [path for kind in KINDS if kind.files.endswith(".yaml") for path in sorted(sample.glob(kind.files))]
    assert len(files) > 20
    assert {path.name: told for path in files if (told := code.open(path, path.read_text("utf-8")))} == {}


def test_an_editor_underlines_what_a_build_refuses(sample: Path, code: Editor) -> None:
    """Catches a misspelt key, a language that the site has not, or a value of a wrong kind that is not told."""
    path = sample / "content/threads/new/thread.yaml"
    faults = THREAD.replace("2025-01-15", "2025.1.15").replace("  vi\n", "  views: many\n")
    assert sorted(code.open(path, faults)) == [
        "10: must be a short text without `/`",
        "13: must be a whole number such as `2498`",
        "3: Property kr is not allowed.",
        "4: must be a date such as `2025-01-13` or `2025-01-13T21:50+09:00`",
        "5: Property catgory is not allowed.",
    ]


def test_an_editor_offers_keys_and_what_the_settings_name(sample: Path, code: Editor) -> None:
    """Catches keys, languages, categories or tags that are not offered, or offered without their words."""
    path = sample / "content/threads/new/thread.yaml"
    code.open(path, THREAD)
    keys = code.complete(path, 13, 5)
    assert {"views", "votes", "site", "author", "posted"} <= set(keys)
    assert keys["views"]["documentation"]["value"] == hover(contract.SOURCE.known["views"])
    assert keys["views"]["insertText"].startswith("views: ")
    assert code.complete(path, 6, 11)["policy"]["documentation"] == "정책 · Policy"
    assert "semiconductors" in code.complete(path, 10, 5)
    assert set(code.complete(path, 7, 7)) == {"ko", "en"}


def test_what_an_editor_shows_are_the_words_of_the_contract(sample: Path, code: Editor) -> None:
    """Catches a hover without the meaning of a key, or with what the language server made of it."""
    path = sample / "content/threads/new/thread.yaml"
    code.open(path, THREAD)
    known = contract.THREAD.known
    for line, key, default in ((1, "title", None), (4, "date", None), (6, "category", None), (11, "source", None)):
        shown, _, source = code.hover(path, line, 2).partition("\n\nSource: ")
        assert shown == hover(known[key], default)
        assert source.startswith("[thread.json]")
    assert code.hover(path, 7, 2).startswith(hover(known["lang"], "ko"))
    assert code.hover(path, 12, 4).startswith(hover(contract.SOURCE.known["url"]))


def test_replies_are_helped_with_like_comments(sample: Path, code: Editor) -> None:
    """Catches comments deeper in the tree that an editor knows nothing of."""
    path = sample / "content/threads/new/comments.yaml"
    deep = "- author: a\n  date: 2025-01-15\n  text: a\n  replies:\n    - author: b\n      date: soon\n      pi\n"
    assert any(each.startswith("6: must be a date") for each in code.open(path, deep))
    assert "pick" in code.complete(path, 7, 9)


def test_options_of_the_theme_are_known(sample: Path, code: Editor) -> None:
    """Catches a theme's options that an editor neither explains nor checks."""
    path = sample / "sitegen.yaml"
    text = path.read_text("utf-8") + "theme_options:\n  text_size: 90\n  ac\n"
    assert any("90" in each or "100" in each for each in code.open(path, text.replace("  ac\n", "")))
    code.open(path, text)
    assert {"accent", "accent_dark"} <= set(code.complete(path, text.count("\n"), 5))


def test_a_new_site_is_helped_with_in_any_editor(tmp_path: Path) -> None:
    """Catches a file of `sitegen new` whose first line leads an editor to no schema, or to a fault."""
    assert command(tmp_path, "new", "site", "my-digest").returncode == 0
    project = tmp_path / "my-digest"
    for made in (("thread", "two", "--category", "hello"), ("digest", "one", "--thread", "two")):
        assert command(project, "new", *made).returncode == 0
    files = [project / "sitegen.yaml", *sorted(project.glob("content/*/*/*.yaml"))]
    with start(project, vscode=False) as opened:
        for path in files:
            text = path.read_text("utf-8")
            assert text.startswith("# yaml-language-server: $schema="), path
            assert opened.open(path, text) == []
            assert opened.open(path, text + ("- fnord\n" if "comments" in path.name else "fnord: 1\n")), path
