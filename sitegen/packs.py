"""Values by their fingerprints, in packs: files that are written once, and never changed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from sitegen.tasks import CHUNK, Damaged, Place, hash_of

MOST = 64
"""How many packs there may be, beside those of a build's own chunks, before they are packed into one."""

Places = dict[bytes, Place]
"""Fingerprint to name of the pack, offset and length; of types that marshal knows."""


OPEN = 64
"""Packs that are open at once, at most: a process may open 256 files on some systems."""


class Shelf:
    """Packs that values are read from, each opened once as long as there are few."""

    def __init__(self) -> None:
        self._opened: dict[str, int] = {}

    def read(self, place: Place, wanted: bytes) -> bytes:
        """An encoded value. Raises Damaged where it is not what was put there."""
        pack, offset, length = place
        try:
            stream = self._opened[pack] if pack in self._opened else self._open(pack)
            data = os.pread(stream, length, offset)
        except OSError:
            data = b""
        if hash_of(data) != wanted:
            raise Damaged(pack)
        return data

    def _open(self, pack: str) -> int:
        if len(self._opened) == OPEN:
            self.close()
        self._opened[pack] = os.open(pack, os.O_RDONLY)
        return self._opened[pack]

    def close(self) -> None:
        """Close them."""
        while self._opened:
            os.close(self._opened.popitem()[1])


class Packs:
    """The packs in a folder; `places` is what the last build kept of them."""

    def __init__(self, folder: Path, places: Places):
        self.folder = folder
        self.places = places
        self._numbers = iter(range(1 << 62))

    def target(self) -> str:
        """Where a process may begin a pack of its own."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return f"{self.folder}/{next(self._numbers):x}"

    def note(self, pack: str, values: Iterable[tuple[bytes, int, int]]) -> None:
        """Know of the values (fingerprint, offset, length) in a pack that a process has written."""
        name = os.path.basename(pack)
        self.places.update((mark, (name, offset, length)) for mark, offset, length in values)

    def add(self, values: dict[bytes, bytes]) -> None:
        """Write a pack of these values, but for those that are there. Raises OSError."""
        new = {mark: data for mark, data in values.items() if mark not in self.places}
        if new:
            pack = f"{self.target()}-{os.urandom(6).hex()}"
            offset = 0
            placed = []
            for mark, data in new.items():
                placed.append((mark, offset, len(data)))
                offset += len(data)
            Path(pack).write_bytes(b"".join(new.values()))
            self.note(pack, placed)

    def place_of(self, mark: bytes) -> Place:
        """Where a value lies: the path of its pack, offset and length. Raises Damaged where it is not there."""
        try:
            pack, offset, length = self.places[mark]
        except KeyError:
            raise Damaged(mark.hex()) from None
        return f"{self.folder}/{pack}", offset, length

    def read(self, mark: bytes) -> bytes:
        """A value. Raises Damaged where it is not what was put there."""
        with closing(Shelf()) as shelf:
            return shelf.read(self.place_of(mark), mark)

    def keep(self, used: Iterable[bytes]) -> None:
        """Forget all other values, and the packs that hold nothing else. Raises OSError, and Damaged."""
        for mark in self.places.keys() - used:
            del self.places[mark]
        packs = {place[0] for place in self.places.values()}
        if len(packs) > MOST and len(packs) > len(self.places) // CHUNK:
            self._repack()
            packs = {place[0] for place in self.places.values()}
        if self.folder.is_dir():
            for pack in self.folder.iterdir():
                if pack.name not in packs:
                    pack.unlink(missing_ok=True)

    def _repack(self) -> None:
        """Copy all values into one pack."""
        name = f"all-{os.urandom(6).hex()}"
        with open(self.folder / name, "wb") as out:
            for mark in self.places:
                data = self.read(mark)
                self.places[mark] = (name, out.tell(), len(data))
                out.write(data)
