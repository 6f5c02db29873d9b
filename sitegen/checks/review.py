"""The line of `sitegen check` beside the build's: each unit looked over by itself, then the site as a whole.

It has an engine of its own, so that no build reads what checks remember, and no build forgets it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from sitegen import parse, scan, sources, waivers
from sitegen.checks import covered, links, units
from sitegen.checks.units import Facts, Rules
from sitegen.diagnostics import Diagnostic, Span, to_mend
from sitegen.models import Glossary
from sitegen.tasks import Remembered, Shared, Task
from sitegen.unit import PAGES

if TYPE_CHECKING:
    from sitegen.incremental import Engine
    from sitegen.models import Settings

Unit = sources.Unit | sources.PageUnit


def reviewed(
    engine: Engine,
    tree: scan.Tree,
    moment: int,
    told: Iterable[Diagnostic],
    outputs: Callable[[], frozenset[str] | None],
) -> tuple[Diagnostic, ...]:
    """What a check has to tell at a moment: what the build told, and what checks find, but for what is waived.

    `outputs` has the paths of all files of the site, None where it cannot be made. Raises OSError, Damaged.
    """
    found = sources.sort(tree)
    if found.settings is None:
        return to_mend(told)
    (made,) = engine.get([Task(parse.settings, (found.settings, sources.themes(tree), True))], "settings")
    if not made.tails:
        return to_mend(told)
    settings: Settings = engine.value_of(made.tails[0])
    content = settings.for_content()
    (words,) = engine.get([Task(parse.glossary, (Shared(content), found.glossary))], "glossary")
    glossary = engine.value_of(words.tails[0]) if words.tails else Glossary()
    rules = Shared(Rules(content, settings.checks, glossary))
    several = found.units
    known = engine.get([_task(rules, unit) for unit in several], "checks")
    facts = [Facts(*each.head) for each in known]
    beside = [Task(units.file_waivers, (found.settings,))]
    beside += [Task(units.glossary, (found.glossary,))] if found.glossary else []
    files = engine.get(beside, "checks")
    whole = [
        *covered.covered_before(_covered(each) for each in facts if each.kind == "threads"),
        *_broken(engine, tree, rules, settings, moment, list(zip(several, facts, strict=True)), outputs),
    ]
    made_waivers = [each.head for each in files] + [each.waivers for each in facts]
    allowed = [waivers.Waiver(code, text, Span(*span)) for head in made_waivers for code, text, span in head]
    all_told = [*told, *(one for each in (*known, *files) for one in each.told), *whole]
    kept, idle = waivers.waived(dict.fromkeys(all_told), allowed)
    engine.keep()
    return (*kept, *waivers.unused(idle))


def _task(rules: Shared[Rules], unit: Unit) -> Task[Remembered]:
    if isinstance(unit, sources.PageUnit):
        return Task(units.page, (rules, unit.folder, unit.slug, unit.files))
    return Task(units.thread if _kind(unit) == "threads" else units.digest, (rules, unit.folder, unit.files))


def _kind(unit: Unit) -> str:
    return unit.folder.split("/")[1]


def _covered(facts: Facts) -> covered.Covered:
    addresses = tuple((address, what, Span(*span)) for address, what, span in facts.addresses)
    return covered.Covered(facts.path, facts.date or "", addresses)


def _broken(
    engine: Engine,
    tree: scan.Tree,
    rules: Shared[Rules],
    settings: Settings,
    moment: int,
    several: list[tuple[Unit, Facts]],
    outputs: Callable[[], frozenset[str] | None],
) -> tuple[Diagnostic, ...]:
    """What is told of links; the ids of a page are looked for only where a link names one."""
    leading = [
        links.SiteLink(route, fragment, typed, prefix, Span(*span), facts.term)
        for _, facts in several
        for route, fragment, typed, prefix, span in facts.links
    ]
    if not leading:
        return ()
    pages: dict[str, links.Page] = {}
    made_from: dict[str, tuple[Unit, Facts, str]] = {}
    for unit, facts in several:
        for lang in settings.languages:
            route = PAGES[facts.kind](lang, facts.slug)
            pages[route] = links.Page(facts.path, facts.term)
            made_from[route] = (unit, facts, lang)

    @cache
    def of_templates() -> frozenset[str]:
        return links.ids_in("".join(_templates(tree)))

    def ids(route: str) -> frozenset[str] | None:
        unit, facts, lang = made_from[route]
        task = Task(units.ids, (rules, facts.kind, unit.folder, facts.slug, unit.files))
        (known,) = engine.get([task], "ids")
        here: dict[str, tuple[Any, ...]] = dict(known.head)
        return of_templates() | frozenset(here[lang]) if lang in here else None

    return tuple(links.broken(leading, pages, cache(outputs), ids, moment, settings.timezone))


def _templates(tree: scan.Tree) -> Iterable[str]:
    for folder, listing in tree.folders.items():
        if folder.startswith("themes/") and "/templates" in folder:
            for name in listing.names:
                yield tree.reader(f"{folder}/{name}").decode("utf-8", "replace")
