"""How translations stand, as an HTML page that stands alone: for the preview, in light and dark."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape

from sitegen.diagnostics import Span
from sitegen.standings import WORDS, Standing
from sitegen.translations import State

STYLE = """\
:root { color-scheme: light dark; font: 1rem/1.6 system-ui, sans-serif; }
body { max-inline-size: 70rem; margin: 2rem auto; padding-inline: 1rem; }
table { border-collapse: collapse; inline-size: 100%; }
th, td { text-align: start; vertical-align: top; padding: .4rem .75rem; border-block-end: 1px solid #8886; }
.number { text-align: end; font-variant-numeric: tabular-nums; }
.stale { font-weight: 700; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
.pair > div { border-inline-start: 3px solid #8886; padding-inline-start: .75rem; overflow-wrap: anywhere;
  word-break: keep-all; }
h3 { font-size: 1rem; margin-block: 1.5rem .25rem; }
small { opacity: .75; display: block; }
"""


Link = Callable[[Span], str]
"""A place to the address that opens it in an editor; "" where there is none."""


def status_page(standings: Sequence[Standing], link: Link) -> str:
    """The page: what is stale first, each with the former and the present words of the original; then the rest."""
    rows = [(each, state) for each in standings for state in each.states]
    rows.sort(key=lambda row: WORDS.index(row[1].word))
    body = "\n".join([*_table(rows), *_details(rows, link)]) if rows else "<p>There is nothing to translate.</p>"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n<title>Translations</title>\n'
        f"<style>\n{STYLE}</style>\n</head>\n<body>\n<h1>Translations</h1>\n{body}\n</body>\n</html>\n"
    )


def _table(rows: Iterable[tuple[Standing, State]]) -> Iterator[str]:
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("text", "into", "state"))
    heads += "".join(f'<th scope="col" class="number">{name}</th>' for name in ("translated", "stale"))
    yield f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>"
    for each, state in rows:
        cells = (
            f'<th scope="row">{escape(each.name)}</th>',
            f"<td>{escape(state.lang)}</td>",
            f'<td class="{state.word}">{state.word}</td>',
            f'<td class="number">{state.texts - len(state.missing):,} of {state.texts:,}</td>',
            f'<td class="number">{len(state.stale):,}</td>',
        )
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody>\n</table>"


def _details(rows: Iterable[tuple[Standing, State]], link: Link) -> Iterator[str]:
    for each, state in rows:
        for lag in state.stale:
            yield _heading(f"{lag.text} of {each.slug}, into {state.lang}", Span(lag.path, lag.line, lag.column), link)
            now = escape(lag.now) if lag.now is not None else "<em>nothing</em>"
            yield f'<div class="pair">{_side("the original was", escape(lag.was))}{_side("and is now", now)}</div>'
        for gap in state.gaps:
            yield _heading(
                f"{gap.text} of {each.slug}: not in {state.lang}", Span(gap.path, gap.line, gap.column), link
            )
            yield f"<p>{escape(gap.words)}</p>"


def _heading(words: str, place: Span, link: Link) -> str:
    name = f"<code>{escape(place.path)}:{place.line}:{place.column}</code>"
    if href := link(place):
        name = f'<a href="{escape(href)}">{name}</a>'
    return f"<h3>{escape(words)}</h3>\n<p>{name}</p>"


def _side(name: str, html: str) -> str:
    return f"<div><small>{name}</small>{html}</div>"
