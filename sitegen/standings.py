"""How the translations of a whole site stand: the data that `sitegen status` tells, and its document for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from unicodedata import normalize

from sitegen.diagnostics import Diagnostic, did_you_mean, error
from sitegen.translations import Gap, Lag, State

WORDS = ("stale", "partial", "missing", "done")
"""The states, those first that ask most for somebody's attention."""


class Standing(NamedTuple):
    """A thread (`threads/<slug>`), issue (`digests/<slug>`) or page (`pages/<slug>`), and its translations."""

    name: str
    states: tuple[State, ...]

    @property
    def kind(self) -> str:
        """`thread`, `digest` or `page`."""
        return self.name.partition("/")[0].removesuffix("s")

    @property
    def slug(self) -> str:
        """What it is called among those of its kind."""
        return self.name.partition("/")[2]


def state_of(stored: tuple[Any, ...]) -> State:
    """A state as it was before it was stored."""
    lang, texts, missing, gaps, stale = stored
    return State(lang, texts, missing, tuple(Gap(*each) for each in gaps), tuple(Lag(*each) for each in stale))


def chosen(named: Iterable[str], names: Sequence[str]) -> tuple[tuple[str, ...], tuple[Diagnostic, ...]]:
    """Those of the `names` that somebody asked for, and what is told of those that are not there.

    A slug alone is that of a thread, else of an issue, else of a page; the path of a folder will do too.
    """
    known = dict.fromkeys(names)
    found: dict[str, None] = {}
    told: list[Diagnostic] = []
    for each in named:
        typed = normalize("NFC", each).rstrip("/").removeprefix("./").removeprefix("content/")
        ways = (typed, f"threads/{typed}", f"digests/{typed}", f"pages/{typed}")
        name = next((way for way in ways if way in known), None)
        if name is not None:
            found[name] = None
            continue
        slugs = [name.partition("/")[2] for name in names]
        hint = did_you_mean(typed, names if "/" in typed else slugs)
        told.append(error("unknown-thread", f"there is no thread, issue or page `{each}`", help=hint))
    return tuple(found), tuple(told)


def only(standings: Iterable[Standing], *, stale: bool, missing: bool) -> tuple[Standing, ...]:
    """The standings with those translations alone that lag behind, or that lack something, where that is asked for."""
    if not stale and not missing:
        return tuple(standings)

    def wanted(state: State) -> bool:
        return bool((stale and state.stale) or (missing and (state.missing or state.gaps)))

    left = (Standing(each.name, tuple(filter(wanted, each.states))) for each in standings)
    return tuple(each for each in left if each.states)


def document(standings: Iterable[Standing]) -> dict[str, Any]:
    """Standings as JSON has them."""
    several = list(standings)
    counts = Counter(state.word for each in several for state in each.states)
    return {
        "texts": [
            {
                "name": each.name,
                "kind": each.kind,
                "slug": each.slug,
                "translations": [_record(state) for state in each.states],
            }
            for each in several
        ],
        "summary": {word: counts[word] for word in WORDS},
    }


def _record(state: State) -> dict[str, Any]:
    return {
        "lang": state.lang,
        "state": state.word,
        "parts": state.texts,
        "translated": state.texts - len(state.missing),
        "missing": list(state.missing),
        "missing_paragraphs": [gap._asdict() for gap in state.gaps],
        "stale": [lag._asdict() for lag in state.stale],
    }
