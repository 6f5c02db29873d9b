"""Time zones, always from the `tzdata` package: the same on every machine, whatever the system has installed."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import tzdata

FOLDER = Path(tzdata.__file__).parent


@lru_cache(maxsize=8)
def zone(name: str) -> ZoneInfo:
    """A zone of the IANA database by its name (`Asia/Seoul`). Raises ValueError for a name that it does not have."""
    if name not in names():
        raise ValueError(name)
    with open(FOLDER / "zoneinfo" / name, "rb") as data:
        return ZoneInfo.from_file(data, key=name)


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """The names of all zones."""
    return frozenset((FOLDER / "zones").read_text("utf-8").split())


def in_zone(moment: datetime, zone: tzinfo) -> datetime:
    """The moment as the site's time zone has it, with a fixed offset and the zone's short name."""
    local = moment.astimezone(zone)
    return local.replace(tzinfo=timezone(local.utcoffset() or timedelta(), local.tzname() or "UTC"))
