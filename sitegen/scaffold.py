"""`sitegen new`: files to start from, which build as they are. Nothing that exists is written over."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from unicodedata import normalize

from sitegen import decode, files, routes, schema_files, starter, yamldoc
from sitegen.diagnostics import Diagnostic, Span, did_you_mean, error
from sitegen.models import Column, Settings, ThreadCard
from sitegen.project import SETTINGS, Made, read_settings
from sitegen.scalars import Label, Url
from sitegen.shapes import plain
from sitegen.zones import zone


@dataclass(frozen=True)
class Request:
    """What is to be made: a `site` in the folder `name`, or a `thread`, `digest` or `page` of that name in a project.

    Of a thread, `url` is the address of the forum's and `column` what is known of the column; `threads` are a digest's.
    """

    what: str
    name: str
    project: Path = Path()
    title: str | None = None
    url: str | None = None
    category: str | None = None
    column: Column | None = None
    threads: tuple[str, ...] = ()


def new(request: Request, now: datetime) -> Made:
    """Make what is asked for; `now` dates it."""
    if request.what == "site":
        return _site(request.name, now)
    if told := tuple(_faults(request)):
        return Made(diagnostics=told)
    settings, told = read_settings(request.project)
    if settings is None:
        return Made(diagnostics=told)
    moment = now.astimezone(zone(settings.timezone))
    if request.what == "digest":
        return _digest(request, moment, settings)
    texts = thread_texts(request, moment, settings) if request.what == "thread" else _page(request, settings)
    return _write_content(request.project, texts, "Edit these; `sitegen serve` shows what becomes of them.")


def name_fault(what: str, name: str) -> str | None:
    """What keeps a name from being that of a thread, digest or page, or None."""
    if what == "page" and name.casefold() in routes.RESERVED:
        return "is an address of sitegen's own"
    if (fault := routes.slug_fault(name)) is not None:
        return fault
    return "would be passed over as a hidden file or an editor's backup" if name.endswith("~") else None


def taken(project: Path, what: str, name: str) -> Path | None:
    """What has a name already, or one that would be the same address where case or normal form does not count."""
    for path in sorted((project / "content" / f"{what}s").glob("*")):
        own = path.name.rsplit(".", 2)[0] if what == "page" else path.name
        if routes.same_file(own) == routes.same_file(name):
            return path
    return None


def _faults(request: Request) -> Iterable[Diagnostic]:
    if fault := name_fault(request.what, request.name):
        yield error("bad-slug", f"the name `{plain(request.name)}` {fault}")
    there = taken(request.project, request.what, request.name)
    if there is not None and there.name != request.name and not there.name.startswith(f"{request.name}."):
        place = Span(there.relative_to(request.project).as_posix())
        yield error("exists", "this would be the same address", place, "choose another name")
    if request.url is not None and (told := Url().fault(request.url)):
        yield error("bad-url", f"--url {told[0]}: `{plain(request.url)}`", help=told[1])
    if request.category is not None and (refusal := Label().refuse(request.category)):
        yield error(refusal.code, f"--category {refusal.message}", help=refusal.help)


def _write(folder: Path, texts: Mapping[str, str], *after: str) -> Made:
    """Write files below a folder, all or none."""
    there = [path for path in texts if (folder / path).exists() or (folder / path).is_symlink()]
    if there:
        hint = "choose another name"
        return Made(diagnostics=tuple(error("exists", "this is there already", Span(path), hint) for path in there))
    try:
        for path, text in texts.items():
            files.write_whole(folder / path, text.encode())
    except OSError as problem:
        place = Span(str(problem.filename)) if problem.filename else None
        return Made(diagnostics=(error("cannot-write", str(problem.strerror), place),))
    return Made((*(f"made {folder / path}" for path in texts), *after))


def _write_content(project: Path, texts: Mapping[str, str], *after: str) -> Made:
    """Write content files of a project, which editors know if it has schemas."""
    return _write(project, {path: schema_files.modeline(path, project) + text for path, text in texts.items()}, *after)


def _quoted(text: str) -> str:
    """A text as a YAML scalar: JSON's form is one of YAML's."""
    return json.dumps(text, ensure_ascii=False)


def _localized(key: str, text: str, settings: Settings) -> str:
    lines = [f"{key}:", f"  {settings.default_language}: {_quoted(text)}"]
    lines += [f"  # {lang}: …" for lang in settings.languages[1:]]
    return "\n".join(lines) + "\n"


# -- a site ------------------------------------------------------------------------------------------------------------


def _site(name: str, now: datetime) -> Made:
    """A site, with what editors need to help with it."""
    folder = Path(name)
    if (folder / SETTINGS).exists():
        place = Span(str(folder / SETTINGS))
        return Made(diagnostics=(error("exists", "there is a site already", place, "choose another folder"),))
    texts = {path: schema_files.modeline(path) + text for path, text in starter.texts(now.date()).items()}
    made = _write(folder, texts)
    helped = Made() if made.diagnostics else schema_files.write(folder)
    if told := (*made.diagnostics, *helped.diagnostics):
        return Made(made.said, told)
    steps = [
        *([(f"cd {shlex.quote(name)}", "")] if folder != Path() else []),
        ("sitegen serve", "shows the site in a browser, and follows what you save"),
        ("sitegen new thread", "makes the next thread"),
    ]
    width = max(len(step) for step, _ in steps)
    lines = (f"  {step:{width}}  {why}".rstrip() for step, why in steps)
    return Made((*made.said, *helped.said, "", "What to do next:", *lines))


# -- a thread ----------------------------------------------------------------------------------------------------------


def thread_texts(request: Request, moment: datetime, settings: Settings) -> dict[str, str]:
    """The files of a thread by path, with what is known of it."""
    slug, lang, day = request.name, settings.default_language, moment.date().isoformat()
    column = request.column or Column(title="")
    title = request.title or column.title or slug
    source = [
        ("site", None, "forum"),
        ("url", request.url, "https://forum.example/1"),
        ("author", None, "…"),
        ("posted", None, f"{day}T09:00"),
    ]
    facts = [
        ("title", column.title, "…"),
        ("author", column.author, "…"),
        ("publisher", column.publisher, "…"),
        ("published", column.published.isoformat() if column.published else None, day),
        ("lang", column.lang, "en"),
        ("url", column.url, "https://news.example/column"),
        ("archive", column.archive, "https://archive.example/1"),
        ("excerpt", None, "true"),
    ]
    head = f"""\
# Take `# ` off a line to use it.
id: {_quoted(f"{moment:%Y%m%dT%H%M%S}-{slug}"[:100])}
{_localized("title", title, settings)}date: {moment.isoformat(timespec="seconds")}
lang: {lang}
draft: false
{f"category: {_quoted(request.category)}" if request.category else "# category: ai"}
# tags: [one, another]
"""
    links = f"""\
# links:
#   - {{title: …, url: "https://news.example/other", lang: {lang}, kind: translation}}
"""
    comments = f"""\
# Each comment: author, date, text in each language; replies below it.
# - author: graphite
#   date: {day}T21:50
#   text:
#     {lang}: |-
#       …
#   replies: []
[]
"""
    folder = f"content/threads/{slug}"
    return {
        f"{folder}/thread.yaml": head + _map("source", source) + _map("column", facts) + links,
        f"{folder}/column.{lang}.md": "…\n",
        f"{folder}/comments.yaml": comments,
    }


def _map(key: str, rows: Sequence[tuple[str, str | None, str]]) -> str:
    """A key with what is known below it; what is not known is a comment, with an example."""
    known = any(value for _, value, _ in rows)
    lines = [f"{name}: {_quoted(value)}" if value else f"# {name}: {example}" for name, value, example in rows]
    if known:
        return f"{key}:\n" + "".join(f"  {line}\n" for line in lines)
    return f"# {key}:\n" + "".join(f"#   {line.removeprefix('# ')}\n" for line in lines)


# -- an issue ----------------------------------------------------------------------------------------------------------


def _digest(request: Request, moment: datetime, settings: Settings) -> Made:
    project, slug, title = request.project, request.name, request.title or request.name
    known = {normalize("NFC", path.parent.name) for path in project.glob("content/threads/*/thread.yaml")}
    threads = dict.fromkeys(normalize("NFC", each) for each in request.threads)
    if missing := [each for each in threads if each not in known]:
        told = (
            error("missing-thread", f"there is no thread `{plain(each)}`", help=did_you_mean(each, known))
            for each in missing
        )
        return Made(diagnostics=tuple(told))
    others = [card for card in waiting(project, settings, moment) if card.slug not in threads]
    listed = "".join(f"  - {_quoted(each)}\n" for each in threads)
    offered = "".join(f"#  - {_quoted(card.slug)}\n" for card in others)
    facts = f"""\
{_localized("title", title, settings)}date: {moment.isoformat(timespec="seconds")}
threads:{"" if listed else " []"}
{listed}{"# In no issue yet:" if offered else ""}
{offered}""".rstrip("\n")
    folder = f"content/digests/{slug}"
    texts = {f"{folder}/digest.yaml": f"{facts}\n", f"{folder}/intro.{settings.default_language}.md": f"{title}\n"}
    said = (
        "1 thread is in no issue yet: it stands"
        if len(others) == 1
        else f"{len(others)} threads are in no issue yet: they stand"
    )
    after = f"{said} in {folder}/digest.yaml, as comments"
    return _write_content(project, texts, *([after] if others else []))


def waiting(project: Path, settings: Settings, now: datetime) -> list[ThreadCard]:
    """The threads that are in no issue yet, the newest first; without drafts, what has expired, and what has faults."""
    taken: set[str] = set()
    for path in (project / "content/digests").glob("*/digest.yaml"):
        node, _ = yamldoc.load(_text(path))
        listed = node.get("threads") if isinstance(node, dict) else None
        taken.update(each for each in (listed if isinstance(listed, list) else []) if isinstance(each, str))
    cards = []
    for path in (project / "content/threads").glob("*/thread.yaml"):
        slug = normalize("NFC", path.parent.name)
        if slug not in taken:
            cards.append(decode.thread(str(path), _text(path), slug, settings.languages, zone(settings.timezone)).value)
    found = [card for card in cards if card and not card.draft and not (card.expires and card.expires <= now)]
    return sorted(found, key=lambda card: (card.date, card.slug), reverse=True)


def _text(path: Path) -> str:
    """The text of a file; none where it cannot be read, which is for a build to tell."""
    try:
        return files.read_regular(path, str(path)).decode()
    except (OSError, UnicodeDecodeError, files.Unreadable):
        return ""


# -- a page ------------------------------------------------------------------------------------------------------------


def _page(request: Request, settings: Settings) -> dict[str, str]:
    path, title = f"content/pages/{request.name}.{settings.default_language}.md", request.title or request.name
    return {path: f"---\ntitle: {_quoted(title)}\n---\n{title}\n"}
