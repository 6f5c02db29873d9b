"""Records: dataclasses that are frozen for type checkers, with the methods that they need and no others.

Python compiles each method of each dataclass whenever a program starts, five for a frozen one; and that it holds a
record to be frozen makes each instance take twice as long.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(field,))
def record(made: type[T]) -> type[T]:
    """A record that is made and read, never compared."""
    return dataclass(repr=False, eq=False)(made)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def comparable(made: type[T]) -> type[T]:
    """A record that equals another one of the same fields, and may be the key of a cache."""
    return dataclass(repr=False, unsafe_hash=True)(made)
