"""Archived copies of pages, as the Wayback Machine's availability API knows them (https://archive.org/help/wayback_api.php).

It is asked, and nothing is submitted to it.
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from sitegen.links import key_of
from sitegen.scalars import Url

if TYPE_CHECKING:
    from sitegen.linkcheck.fetch import Client

API = "https://archive.org/wayback/available"

ARCHIVE = "web.archive.org"
"""The host of every copy."""

LIMIT = 65_536
"""Bytes of an answer."""


async def ask(client: Client, api: str, url: str, day: date | None) -> bytes | None:
    """What the archive answers about an address, None where it does not; a copy of about that day is wanted."""
    asked = {"url": url, **({"timestamp": f"{day:%Y%m%d}"} if day else {})}
    return await client.read(f"{api}?{urlencode(asked)}", LIMIT)


def copy_in(answer: bytes) -> str | None:
    """The address of the copy that an answer names, if it names one that a page may link to."""
    try:
        found = json.loads(answer)["archived_snapshots"]["closest"]
        url, good = found["url"], found["available"] is True and found["status"] == "200"
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    if not good or not isinstance(url, str):
        return None
    url = key_of(url.replace("http://", "https://", 1) if url.startswith("http://") else url)
    return url if Url().fault(url) is None and urlsplit(url).hostname == ARCHIVE else None
