"""Content files to the table of contents: everything is read, one thing at a time, and the site is put together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from sitegen import scan, sources
from sitegen.diagnostics import Diagnostic, has_errors
from sitegen.files import fingerprint
from sitegen.incremental import Engine
from sitegen.tasks import File, Remembered, Shared, Slot, Stored, Task, hash_of, read_source
from sitegen.traces import Contents, Known, Plan, Settled

if TYPE_CHECKING:
    from sitegen.models import DigestEntry, PageEntry, Settings, ThreadEntry
    from sitegen.plan import Content
    from sitegen.schedule import Change, Showing
    from sitegen.standings import Standing
    from sitegen.theme import Theme

    E = TypeVar("E", ThreadEntry, DigestEntry, PageEntry)

TOGETHER = 4
"""Images that travel to a process together: each takes as long as a hundred texts."""


Keep = Callable[[Iterable[tuple[str, bytes]]], list[str]]
"""Writes source files (path and content; none: it is deleted), and returns the paths of those that were written."""


class Facts(NamedTuple):
    """What is to be known of a site again when nothing has changed. Of the types that marshal knows.

    How many threads it shows, its time zone, and what will change by itself, as `schedule.Change` in plain words.
    """

    threads: int = 0
    timezone: str = "UTC"
    ahead: tuple[tuple[str, ...], ...] = ()


def planned(engine: Engine, tree: scan.Tree, moment: int, keep: Keep | None = None, *, preview: bool = False) -> Plan:
    """How the table of contents of the site at a moment is made: content files become entries, cards and bodies.

    `keep` writes what the site is to remember once it is published.
    """
    ask = Asker(engine, tree)
    parsed = read(ask, moment, preview=preview)
    if parsed is None:
        return Plan(lambda: Contents(good=False), told=tuple(ask.told))
    found, units, settings = parsed.found, parsed.units, parsed.settings
    mark = None if parsed.failed else _mark(parsed, tree)
    slots: dict[str, bytes] = {}
    for unit, each in zip(found.units, units, strict=True):
        slots |= zip(unit.slots, [tail.fingerprint for tail in each.tails[1:]], strict=False)
    if settings.features.search and not parsed.failed:
        index = partial(_index, engine, settings.languages, units[: len(found.threads)], parsed.showing)
        slots = _OnDemand(slots, index) if preview else slots | index()
    settle = partial(_settled, engine, tree, parsed, keep) if keep else None
    return Plan(lambda: _contents(engine, tree, parsed), mark, slots, tuple(ask.told), parsed.period, settle)


class Asker:
    """Asks the engine what a site's files come to, and gathers what is told of them."""

    def __init__(self, engine: Engine, tree: scan.Tree) -> None:
        self.engine, self.tree = engine, tree
        self.found = sources.sort(tree)
        self.told: list[Diagnostic] = [*tree.diagnostics, *self.found.diagnostics]

    def __call__(self, stage: str, *tasks: Task[Remembered], size: int | None = None) -> list[Known]:
        """What is known of each task's result."""
        known = self.engine.get(tasks, stage, size)
        self.told.extend(one for each in known for one in each.told)
        return known


def read(ask: Asker, moment: int, *, preview: bool = False) -> Parsed | None:
    """All that a site's files come to at a moment, or None where its settings are not to be had."""
    from importlib.util import find_spec

    from sitegen import manifest, parse, schedule, theme  # a build with nothing to do needs none of them
    from sitegen.views import SHARE_FONT

    engine, tree, found, told = ask.engine, ask.tree, ask.found, ask.told
    if found.settings is None:
        if not any(one.span and one.span.path == "sitegen.yaml" for one in told):
            told.append(sources.no_settings())
        return None
    themes = sources.themes(tree)
    (made,) = ask("settings", Task(parse.settings, (found.settings, themes, find_spec(SHARE_FONT) is not None)))
    if not made.tails:
        return None
    settings: Settings = engine.value_of(made.tails[0])
    themed: list[Task[Remembered]] = []
    if settings.theme in themes:
        (frame,) = ask("theme", Task(manifest.parse, (settings.theme, themes, sources.manifests(tree), found.settings)))
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
        prepared = dict(zip(paths, ask("images", *prepare, size=TOGETHER), strict=True))

    def beside(unit: sources.Unit | sources.PageUnit) -> tuple[Any, ...]:
        return tuple((name, prepared[f"{unit.folder}/{name}"].head) for name in unit.images)

    shared = Shared(settings.for_content())

    def work_on(unit: sources.Unit | sources.PageUnit) -> Task[Remembered]:
        if isinstance(unit, sources.PageUnit):
            return Task(parse.page, (shared, unit.folder, unit.slug, beside(unit), unit.files))
        kind = parse.thread if unit.kind == "thread" else parse.digest
        return Task(kind, (shared, unit.folder, beside(unit), unit.files))

    work = [  # the theme first, which takes as long as a hundred threads do
        *themed,
        Task(parse.glossary, (shared, found.glossary)),
        *map(work_on, found.units),
    ]
    *look, glossary = (known := ask("content", *work))[: len(themed) + 1]
    units = known[len(themed) + 1 :]
    known_look, failed_yet = (look[0] if look else None), has_errors(told)
    showing, changes = schedule.Showing(moment, preview), tuple(_changes(found, units))
    period = schedule.period(changes, moment)
    return Parsed(
        settings,
        made,
        found,
        tuple(units),
        prepared,
        glossary,
        known_look,
        failed_yet,
        showing,
        changes,
        period,
        work_on,
    )


def standings(engine: Engine, parsed: Parsed) -> tuple[Standing, ...]:
    """How the translations of all threads, issues and pages stand that could be read. Raises Damaged."""
    from sitegen.standings import Standing, state_of

    found: list[Standing] = []
    for unit, known in zip(parsed.found.units, parsed.units, strict=True):
        stored, _ = sources.translations_in(unit, known.tails)
        if stored is not None:
            found.append(Standing(unit.name, tuple(map(state_of, engine.value_of(stored)))))
    return tuple(found)


def _changes(found: sources.Sorted, units: Iterable[Known]) -> Iterator[Change]:
    """All that happens on the site by itself."""
    from sitegen import schedule
    from sitegen.models import DigestEntry, PageEntry, ThreadEntry

    several = iter(units)
    for kind, of in ((ThreadEntry, found.threads), (DigestEntry, found.digests), (PageEntry, found.pages)):
        for known in islice(several, len(of)):
            if known.head is not None:
                yield from schedule.changes(kind(*known.head))


class _OnDemand(dict[str, bytes]):
    """Slots, with more of them that are filled once one is asked for: a preview is seldom searched."""

    def __init__(self, slots: Mapping[str, bytes], fill: Callable[[], Mapping[str, bytes]]):
        super().__init__(slots)
        self._fill = fill

    def __missing__(self, name: str) -> bytes:
        self.update(self._fill())
        return dict.__getitem__(self, name) if name in self else b""


def _index(engine: Engine, languages: tuple[str, ...], threads: Iterable[Known], showing: Showing) -> dict[str, bytes]:
    """The search index of what is shown: the slot of each shard, and what is in it."""
    from sitegen import routes, search
    from sitegen.models import ThreadEntry

    entries = [(ThreadEntry(*each.head), each.tails[:2]) for each in threads if each.head is not None]
    stored = {entry.slug: tails for entry, tails in entries}
    blocks = search.layout(entry for entry, _ in entries if showing.has(entry))
    work = [
        Task(search.segment, (languages, block.shards, tuple(map(stored.__getitem__, segment))))
        for block in blocks
        for segment in block.segments
    ]
    segments = iter(engine.get(work, "search", search.AT_ONCE))
    slots: dict[str, bytes] = {}
    for number, block in enumerate(blocks):
        parts = zip(*(known.tails for known in islice(segments, len(block.segments))), strict=True)
        merging = [Task(search.merge, (block.shards, part)) for part in parts]
        merged = iter(engine.get(merging, "search", search.AT_ONCE))
        for lang in languages:
            for bundle, known in enumerate(islice(merged, block.bundles)):
                for step, shard in enumerate(known.tails):
                    slots[routes.search_shard(lang, number, bundle + step * block.bundles)] = shard.fingerprint
    return slots


class Parsed(NamedTuple):
    """What was read of a site, its images by their paths; `failed` where there are errors in it.

    `changes` are all that happen by themselves; in the `period`, up to its end, none of them does. A preview settles
    nothing. `work_on` gives the task that reads a thread, issue or page.
    """

    settings: Settings
    made: Known
    found: sources.Sorted
    units: tuple[Known, ...]
    images: Mapping[str, Known]
    glossary: Known
    look: Known | None
    failed: bool
    showing: Showing
    changes: tuple[Change, ...]
    period: tuple[int, int]
    work_on: Callable[[sources.Unit | sources.PageUnit], Task[Remembered]]


def _mark(parsed: Parsed, tree: scan.Tree) -> bytes:
    """The fingerprint of all that the table of contents is made from: entries, cards and images, but no bodies.

    Of the moment, it holds only which changes have happened by then.
    """
    whole = [*parsed.made.tails, *parsed.glossary.tails, *(parsed.look.tails if parsed.look else ())]
    marks = [each.fingerprint for each in whole]
    marks += ((tree.fingerprint_of(sources.LOCK) or "").encode(), b"preview" if parsed.showing.preview else b"")
    if (links := tree.fingerprint_of(sources.LINKS)) is not None:
        marks.append(links.encode())
    marks += (b" since %d " % parsed.period[0],)
    for known in parsed.units:
        marks += (known.mark, known.tails[0].fingerprint)
    for path, image in parsed.images.items():
        marks += (hash_of(path.encode("utf-8", "surrogateescape")), image.mark)
        marks += (each.fingerprint for each in image.tails)
    return hash_of(b"".join(marks))


def _contents(engine: Engine, tree: scan.Tree, parsed: Parsed) -> Contents:
    """The table of contents of the site: the tasks that make each file of the output."""
    from sitegen import ids, links, parse, plan, schedule, site
    from sitegen.models import DigestEntry, Glossary, PageEntry, ThreadEntry

    units = zip(parsed.found.units, parsed.units, strict=True)
    threads, thread_units = _entries(ThreadEntry, islice(units, len(parsed.found.threads)))
    digests, digest_units = _entries(DigestEntry, islice(units, len(parsed.found.digests)))
    pages, page_units = _entries(PageEntry, units)
    glossary = engine.value_of(parsed.glossary.tails[0]) if parsed.glossary.tails else Glossary()
    lock, unread = ids.read(read_source(tree.reader, *parsed.found.lock)) if parsed.found.lock else (site.NEW, ())
    checked, unread_too = links.read(read_source(tree.reader, *parsed.found.links)) if parsed.found.links else ({}, ())
    entries = (parsed.settings, threads, digests, pages, glossary)
    several = zip(parsed.found.units, parsed.units, strict=True)
    broken = frozenset(unit.name for unit, known in several if known.head is None)
    whole, settled, faults = site.assemble(*entries, lock, parsed.showing, broken)
    by_file = (((path, tree.fingerprint_of(path) or ""), tuple(of)) for path, of in _by_file(faults).items())
    allowed = parsed.settings.allowed
    placed = engine.get([Task(parse.placed, (File(*file), of, allowed)) for file, of in by_file], "places")
    told = (*unread, *unread_too, *(one for each in placed for one in each.told))
    if parsed.failed or parsed.look is None or not parsed.look.tails or has_errors(told):
        return Contents(told=told, good=False)
    look: Theme = engine.value_of(parsed.look.tails[0])
    moment = parsed.showing.moment
    shown = [engine.value_of(page_units[entry.slug].card) for entry in whole.pages]
    pictures = {path: _files(known) for path, known in parsed.images.items()}
    lost = links.lost(checked, parsed.settings.links.dead_after)
    of_units = (thread_units, digest_units, page_units)
    inputs = plan.Inputs(whole, look, *of_units, shown, pictures, tree.fingerprint_of, moment, lost)
    planner = plan.Planner(inputs)
    shares = dict(planner.shares())
    said = engine.get(list(shares.values()), "cards") if shares else ()
    cards = [(route, known.head) for route, known in zip(shares, said, strict=True)]
    new = None if settled == lock or parsed.showing.preview else ids.written(settled)
    ahead = schedule.ahead(parsed.changes, moment)
    facts = Facts(len(whole.threads), parsed.settings.timezone, tuple([tuple(each) for each in ahead]))
    return Contents(planner.outputs(cards), planner.shared(), told, facts=tuple(facts), settled=new)


def _settled(engine: Engine, tree: scan.Tree, parsed: Parsed, keep: Keep, ids: bytes | None) -> Settled | None:
    """Write the new ids.lock and what translations were made from.

    What is made with these in place is the same as what was made now, and known by what it is made from then. What
    could not be written is tried again by the next build, which does not find what is said to be there.
    """
    new = {
        unit.lock: (unit, stored)
        for unit, known in zip(parsed.found.units, parsed.units, strict=True)
        if (stored := sources.translations_in(unit, known.tails)[1]) is not None
    }
    marks: dict[str, str | None] = {}

    def texts() -> Iterator[tuple[str, bytes]]:
        for path, (_, stored) in new.items():
            data = engine.value_of(stored)
            marks[path] = fingerprint(data) if data else None
            yield path, data
        if ids is not None:
            marks[sources.LOCK] = fingerprint(ids)
            yield sources.LOCK, ids

    if not new and ids is None:
        return None
    written = frozenset(keep(texts()))
    after = tree.having(marks)
    present = sources.sort(after.within({new[path][0].folder for path in written if path in new}))
    same: dict[bytes, tuple[bytes, int]] = {}
    for unit in present.units:
        if unit.lock in written:
            code, before = engine.store.code, new[unit.lock][0]
            same[parsed.work_on(before).key(code)] = parsed.work_on(unit).key(code), 2 + len(unit.slots)
    return Settled(after.fingerprint, _mark(parsed, after), same)


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
