"""What is known of results and files from one build to the next, and what the engine is asked and answers.

The words are those of Mokhov, Mitchell and Peyton Jones, *Build Systems à la Carte* (2018).
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from sitegen import tasks
from sitegen.files import Stamp
from sitegen.tasks import Product, Shared, Stored, Task

NOTHING = tasks.encode(())
UNKNOWN: Stamp = bytes(32)
ALWAYS = (-(1 << 62), 1 << 62)
"""The period of what does not change by itself."""


class Trace(NamedTuple):
    """A verifying trace: what the files of a task were made of, and what became of them.

    `key` is the task's, `filled` the fingerprints of what was in its `slots`; `marks` are those of the files, one after
    the other, `told` is what was told, encoded, and `task` the fingerprint of the encoded task in the packs. The stamps
    of the files are kept apart.
    """

    paths: tuple[str, ...]
    key: bytes
    slots: tuple[str, ...]
    filled: bytes
    marks: bytes
    told: bytes
    task: bytes


class Known(NamedTuple):
    """A remembered result as the caller gets it: its head and the fingerprint of that, its tails, and what it tells."""

    head: Any
    mark: bytes
    tails: tuple[Stored, ...]
    told: tuple[Any, ...]


class Progress(Protocol):
    """Who wants to know how far the work is."""

    def stage(self, name: str, total: int) -> None:
        """A stage begins, of `total` steps (0 where that is not known)."""

    def advance(self, n: int) -> None:
        """So many steps more are done."""


class Settled(NamedTuple):
    """What source files that were written once the folder was published make of inputs, mark and results.

    `same` has the key under which the result of a task comes out again, by the key that it had, and how many of its
    tails it has then.
    """

    inputs: bytes
    mark: bytes | None
    same: Mapping[bytes, tuple[bytes, int]]


Output = tuple[tuple[str, ...], Task[Product]]
"""The paths of the files that a task makes, in the order in which it makes them, and the task."""


class Contents(NamedTuple):
    """The table of contents of a folder; not `good`: not to be published.

    The `outputs` are tasks, each with the paths of the files that it makes, the way in first: what is read before other
    files, and leads to them, appears after them.

    `shared` are all values that the tasks share. `facts` is what the caller wants to know of it again when nothing has
    changed (of the types that marshal knows). What is `settled` is for the plan to write.
    """

    outputs: Iterable[Output] = ()
    shared: Iterable[Shared[Any]] = ()
    told: tuple[Any, ...] = ()
    good: bool = True
    facts: Any = None
    settled: bytes | None = None


class Plan(NamedTuple):
    """How the table of contents is made.

    `mark` is the fingerprint of all that it is made from, `slots` has the fingerprints of the stored values that its
    tasks ask for by name. What was made with the same mark is not made again, unless that is None. At any moment of the
    `period`, up to its end, the same inputs make the same plan. Once the folder is published, `settle` writes source
    files: what the contents have settled, and what its results tell. The same has to come out when these are there.
    """

    make: Callable[[], Contents]
    mark: bytes | None = None
    slots: Mapping[str, bytes] = MappingProxyType({})
    told: tuple[Any, ...] = ()
    period: tuple[int, int] = ALWAYS
    settle: Callable[[bytes | None], Settled | None] | None = None


class Published(NamedTuple):
    """What publishing came to.

    `told` is all that plan and tasks had to tell, now or when they were run. `foreign` are planned paths that hold
    something which is not ours. `made` says why files were made again. Unless `done`, the folder is as it was.
    """

    told: tuple[Any, ...] = ()
    written: int = 0
    unchanged: int = 0
    removed: int = 0
    foreign: tuple[str, ...] = ()
    made: tuple[tuple[str, str], ...] = ()
    facts: Any = None
    done: bool = False


class Outputs(NamedTuple):
    """The last publishing.

    Its inputs; the plan's mark and period; all that was told, by the plan, by the contents, by tasks; the facts; the
    shared values; the paths in the order of the list in the folder, and the stamps of these files, one after the other.
    The `Trace`s are encoded, since a build with nothing to do asks for none.
    """

    inputs: bytes
    mark: bytes | None
    period: tuple[int, int]
    told: bytes
    found: bytes
    notes: bytes
    facts: Any
    shared: tuple[bytes, ...]
    paths: tuple[str, ...]
    stamps: bytes
    traces: bytes

    def hold(self, inputs: bytes, moment: int) -> bool:
        """Whether the plan would be the same."""
        return self.inputs == inputs and self.period[0] <= moment < self.period[1]

    def all_told(self) -> tuple[Any, ...]:
        """All that was told."""
        return tuple(one for several in (self.told, self.found, self.notes) for one in pickle.loads(several))
