"""`sitegen import`: from a paste to files in a project. The only part of importing that touches the disk.

A thread that is not there yet is made in a hidden folder beside its place and renamed into it: it is there whole or not
at all. Of one that is there, only comments.yaml is ever written: with new comments added.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sitegen import files, routes, yamldoc
from sitegen.diagnostics import Diagnostic, Span, error, has_errors
from sitegen.importing import MAX_PASTE, decode_paste, read_paste
from sitegen.importing.dates import read_captured
from sitegen.importing.merge import comment_nodes, merge_comments, same_nodes
from sitegen.importing.records import Captured, Dropped, ForumThread, Options
from sitegen.importing.write import column_md, comments_yaml, one_line, thread_id, thread_yaml
from sitegen.project import read_settings
from sitegen.scalars import Url
from sitegen.schema_files import modeline
from sitegen.yamldoc import Node
from sitegen.zones import zone

THREADS = Path("content", "threads")

IMPORTED = re.compile(r"t[0-9]{8}-[0-9]{4}-[0-9a-f]{6}")
"""An `id` that an import made."""


@dataclass(frozen=True)
class Outcome:
    """What an import did: files written, changes told, lines of the paste that went nowhere, notes, and faults."""

    slug: str | None = None
    written: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    notes: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def run(project: Path, paste: bytes, options: Options) -> Outcome:
    """Import a paste into a project."""
    decoded = decode_paste(paste, options.name)
    if isinstance(decoded, Diagnostic):
        return Outcome(diagnostics=(decoded,))
    text, encoding = decoded
    told = tuple(_check(options))
    imported = read_paste(text, options)
    notes = imported.notes if encoding == "UTF-8" else (f"the paste was read as {encoding}", *imported.notes)
    outcome = Outcome(None, (), (), imported.dropped, notes, (*told, *imported.diagnostics))
    thread = imported.thread
    if thread is None or has_errors(told):
        return outcome
    if thread.capture:
        outcome = replace(outcome, notes=(*notes, thread.capture))
    try:
        known = _find_slug(project, thread_id(thread))
        slug = options.slug or known or routes.slug_from(thread.title) or f"thread-{thread.posted:%Y%m%d-%H%M}"
        outcome = replace(outcome, slug=slug)
        if (project / THREADS / slug / "thread.yaml").exists():
            done = _update(project, slug, thread, options)
        elif known is not None:
            message, advice = "this thread has been imported here", f"leave --slug out, or give --slug {known}"
            done = Outcome(diagnostics=(error("exists", message, Span((THREADS / known).as_posix()), advice),))
        else:
            done = _create(project, slug, thread, options)
    except OSError as problem:
        place = Span(str(problem.filename)) if problem.filename else None
        done = Outcome(diagnostics=(error("cannot-write", problem.strerror or str(problem), place),))
    except files.Unreadable as problem:
        done = Outcome(diagnostics=(problem.diagnostic,))
    diagnostics = (*outcome.diagnostics, *done.diagnostics)
    return replace(outcome, written=done.written, changes=done.changes, diagnostics=diagnostics)


def _check(options: Options) -> Iterable[Diagnostic]:
    """What is wrong with the options."""
    if options.slug is not None:
        fault = routes.slug_fault(options.slug)
        if fault is None and (options.slug.startswith(".") or options.slug.endswith("~")):
            fault = "would be passed over as a hidden file or an editor's backup"
        if fault is not None:
            yield error("bad-slug", f"the name `{one_line(options.slug)}` {fault}", help="choose another --slug")
    if options.url is not None and (problem := Url().fault(options.url)):
        yield error("bad-url", f"--url {problem[0]}: `{one_line(options.url)}`", help=problem[1])


# -- names -------------------------------------------------------------------------------------------------------------


def _find_slug(project: Path, id: str) -> str | None:
    """The thread that this one was imported to before, whatever its title was then."""
    for path in sorted((project / THREADS).glob("*/thread.yaml")):
        try:
            data = files.read_regular(path, path.as_posix())
        except (files.Unreadable, FileNotFoundError):
            continue  # not ours to tell: a build does
        if any(line.rstrip() == f"id: {id}".encode() for line in data.splitlines()):
            return path.parent.name
    return None


def _find_twin(project: Path, slug: str) -> str | None:
    """Another thread whose name differs in case or normal form alone."""
    same = routes.same_file(slug)
    others = (path.name for path in (project / THREADS).glob("*") if path.name != slug)
    return min((name for name in others if routes.same_file(name) == same), default=None)


# -- a new thread ------------------------------------------------------------------------------------------------------


def _create(project: Path, slug: str, thread: ForumThread, options: Options) -> Outcome:
    """Write a thread that is not there yet; what its folder already holds stays."""
    if twin := _find_twin(project, slug):
        message = f"on some computers `{slug}` and `{twin}` are one and the same folder"
        return Outcome(
            diagnostics=(error("exists", message, Span((THREADS / twin).as_posix()), "choose another --slug"),)
        )
    folder = project / THREADS / slug
    comments = comments_yaml(thread, options.lang)
    if not same_nodes(comments, comment_nodes(thread.comments, options.lang) or None):
        return Outcome(diagnostics=(_too_large(options),))
    texts = {f"column.{options.lang}.md": column_md(thread), "comments.yaml": comments}
    texts = {name: text for name, text in texts.items() if text} | {"thread.yaml": thread_yaml(thread, options)}
    texts = {name: modeline(f"{THREADS.as_posix()}/{slug}/{name}", project) + text for name, text in texts.items()}
    there = [name for name in texts if os.path.lexists(folder / name)]
    if there:
        message = f"the folder has {', '.join(f'`{name}`' for name in there)} but no thread.yaml"
        told = error("exists", message, Span((THREADS / slug).as_posix()), "move them away, or choose another --slug")
        return Outcome(diagnostics=(told,))
    if folder.exists():
        for name, text in texts.items():
            files.write_whole(folder / name, text.encode())
    else:
        _write_folder(folder, texts)
    return Outcome(written=tuple((THREADS / slug / name).as_posix() for name in texts))


def _write_folder(folder: Path, texts: Mapping[str, str]) -> None:
    """Make a folder with its files, all at once."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = folder.with_name(f".import-{os.getpid()}")
    files.remove_tree(beside)
    try:
        for name, text in texts.items():
            files.write_whole(beside / name, text.encode())
        beside.rename(folder)
    finally:
        files.remove_tree(beside)


def _too_large(options: Options) -> Diagnostic:
    message = (
        f"the comments do not fit into a comments.yaml, which may have {yamldoc.MAX_FILE:,} characters, "
        f"and {yamldoc.MAX_SCALAR:,} in one comment"
    )
    return error("paste-too-large", message, Span(options.name))


# -- a thread that is there --------------------------------------------------------------------------------------------


def _update(project: Path, slug: str, thread: ForumThread, options: Options) -> Outcome:
    """Add new comments to a thread that is there, and tell what else is different on the page."""
    shown = (THREADS / slug).as_posix()
    facts = _read(project, f"{shown}/thread.yaml")
    node = yamldoc.load(facts)[0] if isinstance(facts, str) else None
    if isinstance(facts, Diagnostic):
        return Outcome(diagnostics=(facts,))
    if not isinstance(node, dict):
        place = Span(f"{shown}/thread.yaml")
        return Outcome(diagnostics=(error("merge-impossible", "this file is no thread, or has faults", place),))
    if other := _other_thread(node, thread):
        message = f"this folder holds another thread: {other}"
        return Outcome(diagnostics=(error("exists", message, Span(f"{shown}/thread.yaml"), "choose another --slug"),))
    changes = tuple(_differences(node, thread, options))
    path = f"{shown}/comments.yaml"
    existing = _read(project, path) if os.path.lexists(project / path) else ""
    if isinstance(existing, Diagnostic):
        return Outcome(changes=changes, diagnostics=(existing,))
    merged = merge_comments(existing, thread, options, path)
    changes = (*changes, *merged.changes)
    if merged.text is None:
        return Outcome(changes=changes, diagnostics=merged.diagnostics)
    if os.path.lexists(project / path) and _read(project, path) != existing:
        message, advice = "the file was changed while its new comments were worked out", "import again"
        return Outcome(changes=changes, diagnostics=(error("merge-impossible", message, Span(path), advice),))
    files.write_whole(project / path, merged.text.encode())
    return Outcome(written=(path,), changes=changes, diagnostics=merged.diagnostics)


def _read(project: Path, path: str) -> str | Diagnostic:
    """The text of a file of the project, with its byte order mark and line ends."""
    location = project / path
    if not files.inside(os.path.realpath(location), os.path.realpath(project)):
        return error("symlink-leaves-project", "the link leads out of the project", Span(path), "copy the file instead")
    try:
        return files.read_regular(location, path).decode()
    except UnicodeDecodeError:
        return error("not-utf-8", "the file is no UTF-8", Span(path), "save it as UTF-8")


def _other_thread(node: Mapping[str, Node], thread: ForumThread) -> str | None:
    """What shows that a thread.yaml is not about this thread, or None."""
    known, own = node.get("id"), thread_id(thread)
    if isinstance(known, str) and IMPORTED.fullmatch(known) and known != own:
        return f"its `id` is {known}, and this one's {own}"
    source = node.get("source")
    author = source.get("author") if isinstance(source, dict) else None
    if isinstance(author, str) and thread.author and author != thread.author:
        return f"its author is {one_line(author)}, and this one's {one_line(thread.author)}"
    return None


def _differences(node: Mapping[str, Node], thread: ForumThread, options: Options) -> Iterable[str]:
    """What the page says differently of the thread, in sentences."""
    titles = node.get("title")
    title = titles.get(options.lang) if isinstance(titles, dict) else titles
    source = node.get("source")
    facts = source if isinstance(source, dict) else {}
    pairs = (
        ("title", title, thread.title),
        ("views", facts.get("views"), thread.views),
        ("votes", facts.get("votes"), thread.votes),
    )
    for name, known, found in pairs:
        if isinstance(known, str) and found is not None and known != str(found):
            page, file = one_line(str(found)), one_line(known)
            yield f"{name} on the page: {page}; in the file, which was left as it is: {file}"


# -- from the command line ---------------------------------------------------------------------------------------------


def run_for(
    chosen: argparse.Namespace, say: Callable[[str], None], tell: Callable[[tuple[Diagnostic, ...]], object]
) -> int:
    """`sitegen import` with the arguments of the command line; returns the exit status."""
    settings, told = read_settings(chosen.project)
    if settings is None:
        tell(told)
        return 1
    here = zone(settings.timezone)
    moments: dict[str, Captured | None] = {}
    for name in ("captured", "date"):
        text = getattr(chosen, name)
        moments[name] = read_captured(text, here) if text else None
        if text and moments[name] is None:
            tell((error("bad-date", f"--{name} must be a day such as 2025-01-15, not `{one_line(text)}`"),))
            return 2
    captured, day = moments["captured"], moments["date"]
    options = Options(
        here,
        "standard input" if chosen.paste == "-" else chosen.paste,
        captured=captured,
        slug=chosen.slug,
        url=chosen.url,
        site=chosen.site,
        date=datetime.combine(day.day, day.clock or datetime.min.time(), here) if day else None,
        keep_ips=chosen.keep_ips,
    )
    if options.lang not in settings.languages:
        message = f"the page is Korean, and `{options.lang}` is none of the site's languages"
        tell((error("unknown-language", message, Span("sitegen.yaml"), f"add `{options.lang}` to `languages`"),))
        return 1
    try:
        paste = _read_paste(chosen.paste)
    except OSError as problem:
        tell((error("unreadable", f"the paste cannot be read: {problem.strerror}", Span(options.name)),))
        return 1
    outcome = run(chosen.project, paste, options)
    for line in _report(outcome, options):
        say(line)
    tell(outcome.diagnostics)
    return 1 if has_errors(outcome.diagnostics) else 0


def _read_paste(name: str) -> bytes:
    """A paste, and no more of it than is needed to see that it is too large."""
    if name == "-":
        return sys.stdin.buffer.read(MAX_PASTE + 1)
    with Path(name).open("rb") as stream:
        return stream.read(MAX_PASTE + 1)


def _report(outcome: Outcome, options: Options) -> Iterable[str]:
    """What an import did, line by line."""
    yield from (f"wrote {path}" for path in outcome.written)
    yield from outcome.changes
    yield from outcome.notes
    yield from (f"not used: line {each.line}: {one_line(each.text)}" for each in outcome.dropped)
    if any(path.endswith("thread.yaml") for path in outcome.written) and not options.url:
        yield "the page does not hold its own address: fill in `source` in thread.yaml, or import with --url"
    if outcome.slug and not outcome.written and not has_errors(outcome.diagnostics):
        yield f"nothing new for content/threads/{outcome.slug}"
