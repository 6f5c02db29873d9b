"""The files of a theme and of those that it extends, by the names by which templates and style sheets call them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence


class Layers:
    """The files of one folder (`templates`, `static`) in each theme of a chain, the site's own theme first.

    `thread.html` is the file of the first theme that has one; `digest/thread.html` that which the theme `digest` has,
    its own or one that it takes from the themes which it extends. `names` are those without a theme in front, `every`
    has all paths, also of files that others stand before.
    """

    def __init__(self, chain: Sequence[str], folder: str, paths: Iterable[str]):
        self.chain = chain
        self._files: dict[str, dict[str, str]] = {theme: {} for theme in chain}
        for path in paths:
            _, theme, top, name = path.split("/", 3)
            if top == folder:
                self._files[theme][name] = path
        self.every = tuple(sorted(path for files in self._files.values() for path in files.values()))
        self.names = tuple(sorted({name for files in self._files.values() for name in files}))

    def find(self, name: str) -> str | None:
        """The path of the file of a name, or None."""
        found = self._nearest(name, self.chain)
        theme, _, inner = name.partition("/")
        if found is None and theme in self.chain:
            return self._nearest(inner, self.chain[self.chain.index(theme) :])
        return found

    def _nearest(self, name: str, themes: Iterable[str]) -> str | None:
        return next((self._files[theme][name] for theme in themes if name in self._files[theme]), None)

    def paths(self) -> Iterator[tuple[str, str]]:
        """Each name without a theme in front, and its path."""
        for name in self.names:
            if (path := self._nearest(name, self.chain)) is not None:
                yield name, path
