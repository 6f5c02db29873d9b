"""Records: dataclasses that are frozen for type checkers, with the methods that they need and no others.

Python compiles each generated method of each dataclass whenever a program starts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(field,))
def record(made: type[T]) -> type[T]:
    """A record that is made and read, never compared."""
    return _showing(dataclass(repr=False, eq=False)(made))


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def comparable(made: type[T]) -> type[T]:
    """A record that equals another one of the same fields, and may be the key of a cache."""
    return _showing(dataclass(repr=False, unsafe_hash=True)(made))


def _showing(made: type[T]) -> type[T]:
    """With one `repr` for all of them, the same in every run: a theme may print a record as it is."""
    made.__repr__ = _shown  # type: ignore[method-assign]
    return made


def _shown(one: Any) -> str:
    shown = ", ".join(f"{name}={getattr(one, name)!r}" for name in one.__dataclass_fields__)
    return f"{type(one).__qualname__}({shown})"
