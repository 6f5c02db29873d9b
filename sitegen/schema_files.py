"""`sitegen schema`: what lets editors complete, explain and check content files while they are written.

Schemas lie in a folder of the project, to be committed with it. VS Code finds them by `.vscode/settings.json`; every
other editor with yaml-language-server by the first line of a file, which `modeline` makes.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from sitegen import files, manifest, scan, sources
from sitegen.diagnostics import Span, error
from sitegen.models import Settings
from sitegen.project import Made, read_settings
from sitegen.schema import KINDS, schemas, text_of
from sitegen.tasks import Source

FOLDER = ".sitegen-schema"
"""Where schemas lie, unless told otherwise."""

VSCODE = ".vscode/settings.json"
RECOMMENDED = ".vscode/extensions.json"
EXTENSION = "redhat.vscode-yaml"

SCHEMAS = "yaml.schemas"
"""The setting of the extension that says which schema is for which files."""

READ_BY_EDITORS = {kind.name: kind.files for kind in KINDS if kind.files.endswith(".yaml")}
"""Kinds of files that the language server reads: front matter is none of them."""


def write(project: Path, output: Path | None = None) -> Made:
    """Write the schemas of a project, and have VS Code find them."""
    settings, told = read_settings(project)
    if settings is None:
        return Made(diagnostics=told)
    folder = output or project / FOLDER
    said = []
    try:
        for name, text in texts_of(project, settings).items():
            files.write_whole(folder / name, text.encode())
        said.append(f"wrote schemas of content files to {folder}")
        said += _tell_vscode(project, _relative(folder, project))
    except OSError as problem:
        place = Span(str(problem.filename)) if problem.filename else None
        return Made(diagnostics=(error("cannot-write", str(problem.strerror or problem), place),))
    except files.Unreadable as problem:
        return Made(diagnostics=(problem.diagnostic,))
    return Made(tuple(said))


def texts_of(project: Path, settings: Settings) -> dict[str, str]:
    """The schemas of a site by the names of their files. `project` is where its own themes are."""
    tree, _ = scan.scan(project, {}, 0)
    found = tuple(Source(each.path, tree.reader(each.path)) for each in sources.manifests(tree))
    themes = sources.themes(tree)
    declared = manifest.declared(settings.theme, themes, found) if settings.theme in themes else None
    return {f"{name}.json": text_of(each) for name, each in schemas(settings, declared).items()}


def modeline(path: str, project: Path | None = None) -> str:
    """The line that tells editors the schema of a file at a path of a project; "" for a file that has none.

    Given a project, it has to have the schema where it is expected: editors complain of one that is not there.
    """
    name = next((name for name, pattern in READ_BY_EDITORS.items() if PurePosixPath(path).match(pattern)), None)
    if name is None or (project is not None and not (project / FOLDER / f"{name}.json").is_file()):
        return ""
    up = "../" * (len(PurePosixPath(path).parts) - 1) or "./"
    return f"# yaml-language-server: $schema={up}{FOLDER}/{name}.json\n"


# -- VS Code -----------------------------------------------------------------------------------------------------------


def _tell_vscode(project: Path, folder: str) -> Iterable[str]:
    """Add what VS Code has to know to its files; what to say of that."""
    for path in (VSCODE, RECOMMENDED):
        location = Path(os.path.realpath(project / path))
        if not files.inside(str(location), os.path.realpath(project)):
            told = error(
                "symlink-leaves-project", "the link leads out of the project", Span(path), "copy the file instead"
            )
            raise files.Unreadable(told)
        before = files.read_regular(location, path) if location.exists() else b""
        wanted = _wanted(path, folder)
        after = merged(before, wanted)
        if after is None:
            yield f"{project / path} is no plain JSON and was left as it was; add to it:"
            yield _text(wanted, 2).rstrip()
        elif after != before:
            files.write_whole(location, after)
            yield f"wrote {project / path}"


def _wanted(path: str, folder: str) -> dict[str, Any]:
    """What has to be in a file of VS Code's."""
    if path == RECOMMENDED:
        return {"recommendations": [EXTENSION]}
    return {SCHEMAS: {f"{folder}/{name}.json": glob for name, glob in READ_BY_EDITORS.items()}}


def merged(before: bytes, wanted: Mapping[str, Any]) -> bytes | None:
    """A file of settings with lists and maps of ours added to its own, all else as it was; None if it is no plain JSON.

    A schema that another folder of ours had for the same files goes.
    """
    node = _plain_json(before)
    if node is None or any(type(node.get(key, ours)) is not type(ours) for key, ours in wanted.items()):
        return None
    after = dict(node)
    for key, ours in wanted.items():
        theirs = node.get(key, type(ours)())
        if isinstance(ours, dict):
            globs = [*ours.values()]
            kept = {each: glob for each, glob in theirs.items() if each in ours or glob not in globs}
            after[key] = {**kept, **{each: glob for each, glob in ours.items() if each not in kept}}
        else:
            after[key] = [*theirs, *(each for each in ours if each not in theirs)]
    return before if after == node and before.strip() else _text(after, _indent(before)).encode()


def _plain_json(data: bytes) -> dict[str, Any] | None:
    """The map in a JSON file; None where it holds comments, a key twice or anything else but a map."""

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(found)) < len(found):
            raise ValueError
        return dict(found)

    try:
        node = json.loads(data.decode() or "{}", object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        return None
    return node if isinstance(node, dict) else None


def _indent(data: bytes) -> int | str:
    """What the lines of a JSON file are indented by."""
    found = re.search(rb"\n(\t| +)\S", data)
    return 2 if found is None else "\t" if found[1] == b"\t" else len(found[1])


def _text(node: Mapping[str, Any], indent: int | str) -> str:
    return json.dumps(node, ensure_ascii=False, indent=indent) + "\n"


def _relative(folder: Path, project: Path) -> str:
    """The way from a project to a folder, as settings have it."""
    way = PurePosixPath(Path(os.path.relpath(folder, project))).as_posix()
    return way if way.startswith("../") else f"./{way}"
