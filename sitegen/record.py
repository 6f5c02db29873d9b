"""Records: dataclasses that are frozen for type checkers, with the methods that they need and no others.

Python compiles the generated methods of a dataclass whenever a program starts, and a build with little to do makes
instances of few: here, that waits until the first one is made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Generic, TypeVar, dataclass_transform

T = TypeVar("T")

AWAITED = ("__dataclass_fields__", "__init__")


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(field,))
def record(made: type[T]) -> type[T]:
    """A record that is made and read, never compared."""
    for name in AWAITED:
        setattr(made, name, _Awaited(made, name))
    made.__repr__ = _shown  # type: ignore[method-assign]
    return made


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def comparable(made: type[T]) -> type[T]:
    """A record that equals another one of the same fields, and may be the key of a cache."""
    made = record(made)
    names = [name for name in made.__annotations__ if getattr(vars(made).get(name), "compare", True)]
    made.__eq__, made.__hash__ = _comparing(attrgetter(*names))  # type: ignore[assignment, method-assign]
    return made


class _Awaited:
    """Stands for what `dataclass` gives a class until that is asked for."""

    def __init__(self, made: type, name: str):
        self.made, self.name = made, name

    def __get__(self, one: object, kind: type) -> Any:
        own = {name: each for name, each in vars(self.made).items() if type(each) is not _Awaited}
        full: Any = dataclass(repr=False, eq=False, match_args=False)(type(self.made.__name__, (), own))
        for name in AWAITED:  # on a class beside it: threads of a preview may ask at the same time
            setattr(self.made, name, getattr(full, name))
        return getattr(kind if one is None else one, self.name)


def _comparing(content: attrgetter[Any]) -> tuple[Callable[[Any, object], Any], Callable[[Any], int]]:
    """How records are compared and hashed by what they hold."""

    def equals(one: Any, other: object) -> Any:
        return content(one) == content(other) if type(other) is type(one) else NotImplemented

    def hashed(one: Any) -> int:
        return hash(content(one))

    return equals, hashed


def _shown(one: Any) -> str:
    """One `repr` for all of them, the same in every run: a theme may print a record as it is."""
    shown = ", ".join(f"{name}={getattr(one, name)!r}" for name in one.__dataclass_fields__)
    return f"{type(one).__qualname__}({shown})"


class Same(Generic[T]):
    """A value as the key of a cache, however large: found by what it is, not by what it holds."""

    __slots__ = ("value",)

    def __init__(self, value: T):
        self.value = value

    def __eq__(self, other: object) -> bool:
        return type(other) is Same and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)
