"""The settings of a project, for commands that do something else than build it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from sitegen import decode, files
from sitegen.diagnostics import Diagnostic, Span, error, has_errors
from sitegen.models import Settings
from sitegen.scalars import Moment
from sitegen.schedule import moment_of
from sitegen.shapes import MISSING, Reader, quote
from sitegen.sources import no_settings
from sitegen.zones import zone

SETTINGS = "sitegen.yaml"


@dataclass(frozen=True)
class Made:
    """What was made: what to say of it, or why it could not be."""

    said: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def read_settings(project: Path) -> tuple[Settings | None, tuple[Diagnostic, ...]]:
    """The settings, or None where anything is wrong with them; and what is to be told of them."""
    try:
        data = files.read_regular(project / SETTINGS, SETTINGS)
        decoded = decode.settings(SETTINGS, data.decode("utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError):
        return None, (no_settings(),)
    except UnicodeDecodeError:
        return None, (error("not-utf-8", "the file is no UTF-8", Span(SETTINGS), "save it as UTF-8"),)
    except files.Unreadable as unreadable:
        return None, (unreadable.diagnostic,)
    return (None if has_errors(decoded.diagnostics) else decoded.value), decoded.diagnostics


def last_thread(project: Path) -> Path | None:
    """The facts of the thread that were saved last, where a writer may go on; None without any thread."""
    found = []
    for path in project.glob("content/threads/*/thread.yaml"):
        with contextlib.suppress(OSError):
            found.append((path.stat().st_mtime_ns, path))
    return max(found)[1] if found else None


def read_moment(project: Path, text: str) -> int | Diagnostic:
    """A moment as `--as-of` names it, or what is wrong with it; without a zone, it is meant in the site's.

    What is wrong with the settings is for others to tell.
    """
    settings, _ = read_settings(project)
    date = Moment().read(text, (), Reader(tz=zone(settings.timezone if settings else "UTC")))
    if date is MISSING:
        return error("bad-date", f"--as-of must be {Moment.words}, not {quote(text)}")
    return moment_of(date)
