"""What `sitegen new` asks on a terminal where it was not told: nearly each question has an answer for Enter alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sitegen import routes, scaffold
from sitegen.models import Settings
from sitegen.scaffold import Request
from sitegen.scalars import Label, Url
from sitegen.shapes import plain
from sitegen.zones import zone

SHOWN = 20
"""Threads that are offered for an issue; older ones can be named."""

Ask = Callable[[str], str]
"""Shows a text and returns the line that is typed then."""


def complete(request: Request, settings: Settings | None, now: datetime, ask: Ask) -> Request:
    """The request with all that it needs; `settings` are the project's, which a new site has none of yet."""
    if settings is None:
        return replace(request, name=_asked(ask, "Folder of the site", "my-digest", _folder_fault))
    today = now.astimezone(zone(settings.timezone)).date()
    if request.what == "digest":
        threads = request.threads or _threads(request, settings, now, ask)
        name = _name(request, f"{today:%Y-%m}", ask)
        title = request.title or _asked(ask, f"Title in {settings.default_language}", name)
        return replace(request, name=name, title=title, threads=threads)
    known = request.column.title if request.column else ""
    title = request.title or _asked(ask, f"Title in {settings.default_language}", known or None)
    request = replace(request, title=title, name=_name(request, routes.slug_from(title) or f"{today:%Y%m%d}", ask))
    if request.what == "page":
        return request
    url = request.url or _asked(ask, "Address of the forum thread", "", _url_fault)
    category = request.category or _asked(ask, _category_question(settings), "", _category_fault)
    return replace(request, url=url or None, category=category or None)


def _fine(_: str) -> None:
    """Nothing is wrong with any answer."""


def _asked(ask: Ask, question: str, default: str | None, fault: Callable[[str], str | None] = _fine) -> str:
    """The answer to a question, asked again while anything is wrong with it. Without a default, there has to be one."""
    shown, said = {None: "", "": " (Enter: none)"}.get(default, f" [{default}]"), ""
    while True:
        answer = plain(ask(f"{said}{question}{shown}: ")) or default
        wrong = "has to be given" if answer is None else fault(answer) if answer else None
        if answer is not None and wrong is None:
            return answer
        said = f"That {wrong}.\n"


def _name(request: Request, default: str, ask: Ask) -> str:
    def is_taken(name: str) -> bool:
        return scaffold.taken(request.project, request.what, name) is not None

    free, number = default, 2
    while is_taken(free):
        free, number = f"{default}-{number}", number + 1

    def fault(name: str) -> str | None:
        return "is there already" if is_taken(name) else scaffold.name_fault(request.what, name)

    return _asked(ask, "Name in addresses", free, fault)


def _folder_fault(name: str) -> str | None:
    return None if name.strip(".") else "has to be a folder of its own"


def _url_fault(url: str) -> str | None:
    found = Url().fault(url)
    return found[0] if found else None


def _category_question(settings: Settings) -> str:
    known = ", ".join(name for name, _ in settings.categories)
    return f"Category, such as {known}" if known else "Category"


def _category_fault(name: str) -> str | None:
    refusal = Label().refuse(name)
    return refusal.message if refusal else None


# -- threads of an issue -----------------------------------------------------------------------------------------------


def _threads(request: Request, settings: Settings, now: datetime, ask: Ask) -> tuple[str, ...]:
    """Some of the threads that are in no issue yet, in the order in which they are named."""
    waiting = scaffold.waiting(request.project, settings, now)
    if not waiting:
        return ()
    names = [card.slug for card in waiting]
    lines = [
        f"{n:4}  {card.slug}  {plain(card.title.pick(settings.default_language)[1])}"
        for n, card in enumerate(waiting[:SHOWN], 1)
    ]
    more = [f"      and {len(waiting) - SHOWN} older ones"] if len(waiting) > SHOWN else []
    question = "\n".join(["In no issue yet:", *lines, *more, "Its threads, as `2 1`, `all` or `none`"])
    answer = _asked(ask, question, "all", lambda answer: _unknown(answer, names))
    return chosen(answer, names)


def chosen(answer: str, names: Sequence[str]) -> tuple[str, ...]:
    """The names that an answer such as `3 1`, `2-4`, `all` or `one, two` means; unknown words stay as they are."""
    if answer in ("all", "none"):
        return tuple(names) if answer == "all" else ()
    found: dict[str, None] = {}
    for word in re.split(r"[,\s]+", answer):
        span = re.fullmatch(r"([0-9]{1,6})(?:-([0-9]{1,6}))?", word)
        if word in names or not span:
            found[word] = None
            continue
        first, last = int(span[1]), int(span[2] or span[1])
        inside = 1 <= first <= last <= len(names)
        found.update(dict.fromkeys(names[first - 1 : last] if inside else [word]))
    return tuple(found)


def _unknown(answer: str, names: Sequence[str]) -> str | None:
    wrong = [each for each in chosen(answer, names) if each not in names]
    return f"names `{wrong[0]}`, which is none of them" if wrong else None
