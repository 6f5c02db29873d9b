"""The line from files to bytes, on one screen: scan, parse, assemble, plan, render, publish."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from sitegen import files, scan, sources
from sitegen.diagnostics import Diagnostic, Span, error, has_errors, in_order, warning
from sitegen.incremental import Contents, Engine, Known, Plan, Progress, Published, Settled, Store
from sitegen.tasks import Damaged, File, Killed, Remembered, Shared, Slot, Stored, Task, Unavailable, Workers, hash_of

STORE = ".sitegen"
"""The engine's folder in a project."""

if TYPE_CHECKING:
    from sitegen.models import DigestEntry, PageEntry, Settings, ThreadEntry
    from sitegen.plan import Content
    from sitegen.theme import Theme

    E = TypeVar("E", ThreadEntry, DigestEntry, PageEntry)

LIBRARIES = (
    *("feedgen", "jinja2", "lxml", "manimgx-fonts-cjk", "markdown-it-py", "markupsafe", "mdit-py-plugins", "pillow"),
    *("pyyaml", "tzdata"),
)
"""Those whose work shows in the output: another version may write other bytes."""

TOGETHER = 4
"""Images that travel to a process together: each takes as long as a hundred texts."""


class Options(NamedTuple):
    """How a build is done.

    `dry` stops before publishing; `fresh` forgets what earlier builds remembered; with `atomic` the new site takes the
    place of the old one at one moment; `scheduler` is the address of a Dask cluster that does the work of `jobs`. A
    `preview` is not for subscribers: it adds nothing to ids.lock.
    """

    output: Path
    jobs: int = 1
    dry: bool = False
    fresh: bool = False
    atomic: bool = False
    scheduler: str | None = None
    preview: bool = False


class Outcome(NamedTuple):
    """What a build came to; `diagnostics` are in the order in which they are to be told."""

    diagnostics: tuple[Diagnostic, ...]
    published: Published = Published()

    @property
    def good(self) -> bool:
        """Whether the site could be made."""
        return not has_errors(self.diagnostics)


def build(project: Path, options: Options, progress: Progress) -> Outcome:
    """Build the site of a project folder; nothing is published unless all of it could be made."""
    if not os.path.lexists(project / "sitegen.yaml"):
        return Outcome((_no_settings(),))
    if (fault := output_fault(project, options.output)) is not None:
        return Outcome((fault,))
    project = project.absolute() if options.scheduler else project
    workers = _workers(project, options)
    try:
        with files.locked(project / STORE) as folder:
            store = Store(folder, code_fingerprint())
            known = {} if options.fresh else store.read("index") or {}
            tree, index = scan.scan(project, known, time.time_ns())
            if index != known:
                store.write("index", index)
            published = _publish(Engine(store, tree.reader, workers, progress, fresh=options.fresh), tree, options)
            unkept = _keep_ids(project, published)
    except (files.Unreadable, Unavailable) as stopped:
        return Outcome((stopped.diagnostic,))
    except OSError as problem:
        return Outcome((_cannot_write(problem),))
    except Killed:
        return Outcome((error("process-killed", "a process of the build was killed; is there enough memory?"),))
    finally:
        workers.close()
    told = _each_template_once(in_order((*published.told, *map(_foreign, published.foreign), *unkept)))
    return Outcome(told, published)


def _workers(project: Path, options: Options) -> Workers:
    if options.scheduler is None:
        return Workers(options.jobs)
    from sitegen import cluster

    start = partial(cluster.connect, options.scheduler, project / STORE, code_fingerprint)
    return Workers(options.jobs, start, cluster.CHUNK)


def _publish(engine: Engine, tree: scan.Tree, options: Options) -> Published:
    def publish() -> Published:
        how = {"dry": options.dry, "atomic": options.atomic}
        make = partial(contents, engine, tree, preview=options.preview)
        inputs = tree.fingerprint + (b" preview" if options.preview else b"")
        return engine.publish(inputs, make, options.output, **how)

    try:
        published = publish()
    except Damaged:
        engine.forget()
        published = publish()
    if options.dry or not published.done:  # what was read is known next time, whatever became of it
        engine.keep(unused=True)
    return published


def _keep_ids(project: Path, published: Published) -> tuple[Diagnostic, ...]:
    """Write ids.lock where something was published for the first time; told where that cannot be."""
    if published.settled is None:
        return ()
    try:
        files.write_whole(project / sources.LOCK, published.settled.data)
    except OSError as problem:
        message = f"the ids of what was published for the first time could not be kept: {problem.strerror or problem}"
        return (warning("ids-not-kept", message, Span(sources.LOCK), "build once where the file can be written"),)
    return ()


def contents(engine: Engine, tree: scan.Tree, *, preview: bool = False) -> Plan:
    """How the table of contents of the site is made: content files become entries, cards and bodies."""
    from importlib.util import find_spec

    from sitegen import ids, manifest, parse, theme  # a build with nothing to do needs none of them
    from sitegen.views import SHARE_FONT

    found = sources.sort(tree)
    told: list[Diagnostic] = [*tree.diagnostics, *found.diagnostics]

    def get(stage: str, *tasks: Task[Remembered], size: int | None = None) -> list[Known]:
        known = engine.get(tasks, stage, size)
        told.extend(one for each in known for one in each.told)
        return known

    def failed() -> Plan:
        return Plan(lambda: Contents(good=False), told=tuple(told))

    if found.settings is None:
        if not any(one.span and one.span.path == "sitegen.yaml" for one in told):
            told.append(_no_settings())
        return failed()
    themes = sources.themes(tree)
    (made,) = get("settings", Task(parse.settings, (found.settings, themes, find_spec(SHARE_FONT) is not None)))
    if not made.tails:
        return failed()
    settings: Settings = engine.value_of(made.tails[0])
    themed: list[Task[Remembered]] = []
    if settings.theme in themes:
        (frame,) = get("theme", Task(manifest.parse, (settings.theme, themes, sources.manifests(tree), found.settings)))
        if frame.head is not None:
            chain, options = frame.head
            files = sources.theme(tree, chain)
            told.extend(files.diagnostics)
            parts = (files.read, files.static, files.own)
            themed = [Task(theme.parse, (chain, settings.languages, options, *parts))]
    prepared: dict[str, Known] = {}
    if paths := sources.images(found):
        from sitegen import images

        prepare = (Task(images.prepare, (File(path, tree.fingerprint_of(path) or ""),)) for path in paths)
        prepared = dict(zip(paths, get("images", *prepare, size=TOGETHER), strict=True))

    def beside(unit: sources.Unit | sources.PageUnit) -> tuple[Any, ...]:
        return tuple((name, prepared[f"{unit.folder}/{name}"].head) for name in unit.images)

    shared = Shared(settings.for_content())
    work = [  # the theme first, which takes as long as a hundred threads do
        *themed,
        Task(parse.glossary, (shared, found.glossary)),
        *(Task(parse.thread, (shared, unit.folder, beside(unit), unit.files)) for unit in found.threads),
        *(Task(parse.digest, (shared, unit.folder, beside(unit), unit.files)) for unit in found.digests),
        *(Task(parse.page, (shared, unit.folder, unit.slug, beside(unit), unit.files)) for unit in found.pages),
    ]
    *look, glossary = (known := get("content", *work))[: len(themed) + 1]
    units = known[len(themed) + 1 :]
    lock: Known | None = None
    if found.lock is not None:
        (lock,) = get("ids", Task(ids.read, (found.lock,)))
    known_look, failed_yet = (look[0] if look else None), has_errors(told)
    parsed = _Parsed(settings, made, found, tuple(units), prepared, glossary, known_look, lock, failed_yet, preview)
    mark = None if parsed.failed else _mark(parsed, tree)
    slots: dict[str, bytes] = {}
    for unit, each in zip(found.units, units, strict=True):
        slots |= zip(unit.slots, [tail.fingerprint for tail in each.tails[1:]], strict=False)
    if settings.features.search and not parsed.failed:
        slots |= _index(get, settings.languages, units[: len(found.threads)])
    return Plan(lambda: _contents(engine, tree, parsed), mark, slots, tuple(told))


def _index(get: Callable[..., list[Known]], languages: tuple[str, ...], threads: Iterable[Known]) -> dict[str, bytes]:
    """The search index: the slot of each shard, and what is in it."""
    from sitegen import routes, search
    from sitegen.models import ThreadEntry

    entries = [(ThreadEntry(*each.head), each.tails[:2]) for each in threads if each.head is not None]
    stored = {entry.slug: tails for entry, tails in entries}
    blocks = search.layout(entry for entry, _ in entries)
    work = [
        Task(search.segment, (languages, block.shards, tuple(map(stored.__getitem__, segment))))
        for block in blocks
        for segment in block.segments
    ]
    segments = iter(get("search", *work, size=search.AT_ONCE))
    slots: dict[str, bytes] = {}
    for number, block in enumerate(blocks):
        parts = zip(*(known.tails for known in islice(segments, len(block.segments))), strict=True)
        merged = iter(get("search", *(Task(search.merge, (block.shards, part)) for part in parts), size=search.AT_ONCE))
        for lang in languages:
            for bundle, known in enumerate(islice(merged, block.bundles)):
                for step, shard in enumerate(known.tails):
                    slots[routes.search_shard(lang, number, bundle + step * block.bundles)] = shard.fingerprint
    return slots


class _Parsed(NamedTuple):
    """What was read of a site, its images by their paths; `failed` where there are errors in it.

    A `preview` settles no ids.
    """

    settings: Settings
    made: Known
    found: sources.Sorted
    units: tuple[Known, ...]
    images: Mapping[str, Known]
    glossary: Known
    look: Known | None
    lock: Known | None
    failed: bool
    preview: bool


def _mark(parsed: _Parsed, tree: scan.Tree) -> bytes:
    """The fingerprint of all that the table of contents is made from: entries, cards and images, but no bodies."""
    whole = [*parsed.made.tails, *parsed.glossary.tails, *(parsed.look.tails if parsed.look else ())]
    marks = [each.fingerprint for each in whole]
    marks += ((tree.fingerprint_of(sources.LOCK) or "").encode(), b"preview" if parsed.preview else b"")
    for known in parsed.units:
        marks += (known.mark, known.tails[0].fingerprint)
    for path, image in parsed.images.items():
        marks += (hash_of(path.encode("utf-8", "surrogateescape")), image.mark)
        marks += (each.fingerprint for each in image.tails)
    return hash_of(b"".join(marks))


def _contents(engine: Engine, tree: scan.Tree, parsed: _Parsed) -> Contents:
    """The table of contents of the site: the tasks that make each file of the output."""
    from sitegen import ids, parse, plan, site
    from sitegen.models import DigestEntry, Glossary, PageEntry, ThreadEntry

    units = zip(parsed.found.units, parsed.units, strict=True)
    threads, thread_units = _entries(ThreadEntry, islice(units, len(parsed.found.threads)))
    digests, digest_units = _entries(DigestEntry, islice(units, len(parsed.found.digests)))
    pages, page_units = _entries(PageEntry, units)
    glossary = engine.value_of(parsed.glossary.tails[0]) if parsed.glossary.tails else Glossary()
    lock = engine.value_of(parsed.lock.tails[0]) if parsed.lock else site.NEW
    whole, settled, faults = site.assemble(parsed.settings, threads, digests, pages, glossary, lock)
    by_file = (((path, tree.fingerprint_of(path) or ""), tuple(of)) for path, of in _by_file(faults).items())
    placed = engine.get([Task(parse.placed, (File(*file), of)) for file, of in by_file], "places")
    told = tuple(one for each in placed for one in each.told)
    if parsed.failed or parsed.look is None or not parsed.look.tails or has_errors(told):
        return Contents(told=told, good=False)
    look: Theme = engine.value_of(parsed.look.tails[0])
    shown = [engine.value_of(page_units[entry.slug].card) for entry in whole.pages]
    pictures = {path: _files(known) for path, known in parsed.images.items()}
    inputs = plan.Inputs(whole, look, thread_units, digest_units, page_units, shown, pictures, tree.fingerprint_of)
    planner = plan.Planner(inputs)
    shares = dict(planner.shares())
    said = engine.get(list(shares.values()), "cards") if shares else ()
    cards = [(route, known.head) for route, known in zip(shares, said, strict=True)]
    new = None if settled == lock or parsed.preview else _settled(ids.written(settled), parsed, tree)
    return Contents(planner.outputs(cards), planner.shared(), told, facts=len(whole.threads), settled=new)


def _settled(data: bytes, parsed: _Parsed, tree: scan.Tree) -> Settled:
    """The new ids.lock; what is made with it in place is the same as what is made now."""
    after = tree.having(sources.LOCK, data)
    return Settled(data, after.fingerprint, _mark(parsed, after))


def _files(image: Known) -> tuple[tuple[str, Stored], ...]:
    """The published names of what comes of an image, and what is stored of each."""
    from sitegen.models import Image

    return tuple((name, stored) for (name, _), stored in zip(Image(*image.head).files, image.tails, strict=True))


def _entries(
    kind: type[E], units: Iterable[tuple[sources.Unit | sources.PageUnit, Known]]
) -> tuple[list[E], dict[str, Content]]:
    """The index entries of one kind, and what is stored of each by its slug."""
    from sitegen.plan import Content

    made = [
        (kind(*known.head), Content(known.tails[0], *map(Slot, unit.slots)))
        for unit, known in units
        if known.head is not None
    ]
    return [entry for entry, _ in made], {entry.slug: content for entry, content in made}


def _by_file(faults: Iterable[Diagnostic]) -> dict[str, list[Diagnostic]]:
    groups: dict[str, list[Diagnostic]] = defaultdict(list)
    for one in faults:
        groups[one.span.path if one.span else ""].append(one)
    return groups


# -- guards ------------------------------------------------------------------------------------------------------------


def code_fingerprint() -> bytes:
    """Sixteen bytes for all code that a build runs: sitegen's own, the libraries', and the interpreter's version."""
    package = Path(__file__).parent
    own = [path.read_bytes() for path in sorted(package.rglob("*.py"))]
    return hash_of(b"\0".join([*own, *(each.encode() for each in _libraries()), sys.version.encode()]))


def _libraries() -> list[str]:
    """The libraries' names and versions, as the folders of their metadata are called (`jinja2-3.1.6.dist-info`).

    To ask `importlib.metadata` for the same would take a third of a build that has nothing to do.
    """
    found: list[str] = []
    for folder in map(Path, sys.path):
        with contextlib.suppress(OSError):
            found += [each.name.lower() for each in folder.iterdir() if each.suffix in (".dist-info", ".egg-info")]
    return sorted(each for each in found if each.partition("-")[0].replace("_", "-") in LIBRARIES)


def output_fault(project: Path, output: Path) -> Diagnostic | None:
    """What makes a folder unfit to be published to, or None."""
    target, root = os.path.realpath(output), os.path.realpath(project)
    kept = {os.path.join(root, name): name for name in ("content", "themes", STORE, ".git")}
    if files.inside(root, target):
        why = "it holds the project itself"
    elif (held := next((name for path, name in kept.items() if files.inside(target, path)), None)) is not None:
        why = f"it lies in `{held}`"
    elif files.inside(os.path.realpath(Path.home()), target):
        why = "it holds your home folder"
    elif os.path.lexists(target) and not os.path.isdir(target):
        why = "it is no folder"
    else:
        return None
    return error("bad-output", f"`{output}` cannot be the output folder: {why}", help="use a folder of its own")


def _no_settings() -> Diagnostic:
    hint = "go to the folder that has it, or make a site with `sitegen new site my-digest`"
    return error("no-site", "there is no sitegen.yaml here", Span("sitegen.yaml"), hint)


def _foreign(path: str) -> Diagnostic:
    message = "a file that sitegen did not make stands where a page has to be"
    return error("foreign-file", message, Span(f"output: {path}"), "move it away, or choose another output folder")


def _cannot_write(problem: OSError) -> Diagnostic:
    place = Span(str(problem.filename)) if problem.filename else None
    if problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        message = f"there is no room to write: {problem.strerror}"
        return error("no-room", message, place, "make room and build again: that mends what was begun")
    return error(
        "cannot-write",
        f"{problem.strerror or problem}",
        place,
        "make that possible and build again: that mends what was begun",
    )


def _each_template_once(told: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Of a template's failure at one place, the first page that shows it: thousands may fail alike."""
    seen: set[tuple[str, Span | None, str]] = set()
    kept: list[Diagnostic] = []
    for one in told:
        same = (one.code, one.span, one.message)
        if one.code == "template-failed" and same in seen:
            continue
        seen.add(same)
        kept.append(one)
    return tuple(kept)
