"""Records: what they do is what dataclasses do, however late their methods are made."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import field, fields, is_dataclass, replace
from threading import Barrier
from typing import Any

import pytest

from sitegen.record import comparable, record


@comparable
class Point:
    """What tests make."""

    x: int
    y: int = 0
    of: Mapping[str, int] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "of", {"x": self.x})


def test_a_record_is_made_as_a_dataclass_is() -> None:
    """Catches methods that are not those of a dataclass once they are made."""
    assert (Point(1), Point(y=2, x=1)) == (Point(1, 0), Point(1, 2))
    assert replace(Point(1, 2), x=3) == Point(3, 2)
    assert repr(Point(1)) == "Point(x=1, y=0, of={'x': 1})"
    with pytest.raises(TypeError, match="Point"):
        Point()  # type: ignore[call-arg]


def test_what_is_not_compared_is_not_hashed() -> None:
    """Catches a field that counts although it says that it does not."""
    assert len({Point(1), Point(1), Point(2)}) == 2


@pytest.mark.parametrize("asked", [is_dataclass, lambda kind: [each.name for each in fields(kind)] == ["a"]])
def test_a_record_is_known_as_a_dataclass_before_one_is_made(asked: Any) -> None:
    """Catches a reference or a schema that does not see the fields of a record."""

    @record
    class Made:
        a: int = 1

    assert asked(Made)
    assert Made().a == 1


def test_a_record_that_was_stored_is_read_before_one_is_made() -> None:
    """Catches records that have to be made once before they can be read."""
    data = pickle.dumps(Point(1, 2)).replace(b"Point", b"Other")
    assert pickle.loads(data).y == 2


@comparable
class Other:
    """What the test above reads."""

    x: int
    y: int


def test_several_threads_may_make_the_first_one() -> None:
    """Catches a moment at which a record cannot be made."""
    for _ in range(200):

        @record
        class Made:
            a: int
            b: int = 2

        together = Barrier(4)

        def make(number: int, made: Any = Made, together: Barrier = together) -> int:
            together.wait()
            return int(made(number).a)

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(make, range(4))) == [0, 1, 2, 3]
