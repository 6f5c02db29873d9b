"""How translations stand, as a table for people: what is to be done, the former and the present words side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import TYPE_CHECKING

from sitegen.report import visible
from sitegen.standings import WORDS, Standing
from sitegen.translations import State

if TYPE_CHECKING:
    from rich.console import RenderableType

STYLES = {"stale": "bold yellow", "partial": "yellow", "missing": "", "done": "green"}


def table(standings: Sequence[Standing], *, width: int, color: bool, all_of: bool, none: str) -> str:
    """The table as text, without a newline at the end.

    What is done is counted and, unless `all_of` them are asked for, left out. `width` is that of the terminal, `none`
    what is said where there are no translations to tell of.
    """
    from rich.console import Console

    rows = [(each, state) for each in standings for state in each.states]
    counts = Counter(state.word for _, state in rows)
    shown = [(each, state) for each, state in rows if all_of or state.word != "done"]
    shown.sort(key=lambda row: WORDS.index(row[1].word))
    out = StringIO()
    console = Console(
        file=out, width=width, force_terminal=color, no_color=not color, highlight=False, markup=False, emoji=False
    )
    if shown:
        console.print(_table(shown))
    for each in _details(shown):
        console.print(each)
    console.print(_summary(counts) or none)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def _summary(counts: Counter[str]) -> str:
    told = [f"{counts[word]:,} {word}" for word in WORDS if counts[word]]
    return f"translations: {', '.join(told)}" if told else ""


def _table(rows: Iterable[tuple[Standing, State]]) -> RenderableType:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("text", "into", "state"):
        made.add_column(name, overflow="fold")
    for name in ("translated", "stale"):
        made.add_column(name, justify="right", no_wrap=True)
    for each, state in rows:
        translated = f"{state.texts - len(state.missing):,} of {state.texts:,}"
        if state.gaps:
            translated += f" (but {_count(len(state.gaps), 'paragraph')})"
        name = each.slug if each.kind == "thread" else each.name
        made.add_row(
            Text(visible(name)),
            Text(state.lang),
            Text(state.word, STYLES[state.word]),
            Text(translated),
            Text(_count(len(state.stale), "paragraph") if state.stale else ""),
        )
    return made


def _details(rows: Iterable[tuple[Standing, State]]) -> Iterator[RenderableType]:
    """What is stale, and which paragraphs are missing in what is translated."""
    from rich.text import Text

    for each, state in rows:
        for lag in state.stale:
            yield Text(f"{visible(lag.path)}:{lag.line}: {_title(each, lag.text)} in `{state.lang}` is stale", "bold")
            yield _side_by_side(lag.was, lag.now)
        for gap in state.gaps:
            told = f"{_title(each, gap.text)} in `{state.lang}` lacks this paragraph"
            yield Text(f"{visible(gap.path)}:{gap.line}: {told}", "bold")
            yield Text(f"  {visible(gap.words)}\n")


def _side_by_side(was: str, now: str | None) -> RenderableType:
    """The words of the original that a translation was made from, and those that it has now."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(box=box.SIMPLE, pad_edge=True, expand=False)
    made.add_column("the original was", ratio=1, overflow="fold")
    made.add_column("and is now", ratio=1, overflow="fold")
    made.add_row(Text(visible(was)), Text("(nothing)" if now is None else visible(now)))
    return made


def _title(each: Standing, text: str) -> str:
    return visible(f"{text} of {each.slug}")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
