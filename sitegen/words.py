"""A theme's words, read and checked: each language has every text that is asked for, with its places and plurals."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sitegen.bundles import Use
from sitegen.decode import Document
from sitegen.diagnostics import Diagnostic, Span, did_you_mean, error
from sitegen.shapes import MISTAKEN_LANGUAGES, Reader, Trail, found, name_of, quote
from sitegen.sources import text_of
from sitegen.strings import PLACES, Strings
from sitegen.tasks import Source
from sitegen.yamldoc import Node

NEEDED: Mapping[str, frozenset[str]] = {
    "addressee": frozenset(("name",)),
    "archive_year": frozenset(("year",)),
    "archived": frozenset(),
    "archived_since": frozenset(("date",)),
    "categories": frozenset(),
    "comment_untranslated": frozenset(),
    "comments": frozenset(("n",)),
    "correction": frozenset(),
    "digests": frozenset(),
    "editors_note": frozenset(),
    "excerpt": frozenset(),
    "glossary": frozenset(),
    "issue": frozenset(("n",)),
    "latest": frozenset(),
    "not_found": frozenset(),
    "partial_thread": frozenset(("language",)),
    "picks": frozenset(),
    "read_on": frozenset(),
    "removed": frozenset(("date",)),
    "removed_author": frozenset(),
    "search": frozenset(),
    "sources": frozenset(),
    "stale": frozenset(),
    "subscribe": frozenset(),
    "summary": frozenset(),
    "summary_untranslated": frozenset(("language",)),
    "tags": frozenset(),
    "threads": frozenset(("n",)),
    "topics": frozenset(),
    "translator": frozenset(),
    "untranslated_digest": frozenset(("language",)),
    "untranslated_thread": frozenset(("language",)),
    "views": frozenset(("n",)),
    "votes": frozenset(("n",)),
}
"""Texts that sitegen itself uses beside the templates, and the names of the values that it gives."""

DATES = ("date_long", "day_long", "date_short", "month_long")
"""Formats of dates, which have to be there."""

MAPS = ("languages", "kinds")
"""Maps of names, of which a theme may give single ones."""

MONTHS = ("months", "months_short")
"""Lists of twelve names."""

OWN = frozenset((*NEEDED, *DATES, *MAPS, *MONTHS, "language_name"))
"""All keys that sitegen itself reads."""

FORMS = ("one", "other")
"""The plural forms: `one` for the number 1, `other` for all others."""

PLACE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
"""A place in a text, or a brace that stands for itself, doubled, or that has no partner."""


class _File:
    """A strings file: its texts by key, and what is wrong with them."""

    def __init__(self, source: Source):
        text, self.told = text_of(source)
        self.document, self.reader = Document(source.path, text or ""), Reader()
        self.path = source.path
        self.broken = text is None or not all(fault.warning for fault in self.document.faults)
        node = self.document.node
        self.texts: dict[str, Node] = node if isinstance(node, dict) else {}
        if node is not None and not isinstance(node, dict):
            self.broken = True
            self.reader.tell("wrong-type", f"the file must be a map of keys and texts, not {found(node)}", ())
        for key, value in self.texts.items():
            if value is None:
                self.tell("empty-value", f"the text {quote(key)} is empty", (key,), "write it, or delete the line")

    def tell(self, code: str, message: str, where: Sequence[str], hint: str | None = None, **more: object) -> None:
        """Remember a mistake at a key, or at the value under it."""
        trail: Trail = ()
        for step in where:
            trail = (trail, step)
        self.reader.tell(code, message, trail, hint, **more)

    def faults(self) -> tuple[Diagnostic, ...]:
        """All that is wrong with it."""
        return (*self.told, *self.document.decoded(None, self.reader).diagnostics)


class Asked(NamedTuple):
    """The texts that templates ask for; not `whole` where they may ask for others too."""

    uses: tuple[Use, ...]
    whole: bool


def read(
    chain: Sequence[str], sources: Iterable[Source], languages: Sequence[str], asked: Asked
) -> tuple[dict[str, Strings], list[Diagnostic]]:
    """The words of each language of a site, and what is wrong with them.

    `sources` are the strings files of all themes of the chain, of which the site's own theme comes first.
    """
    files: dict[str, dict[str, _File]] = defaultdict(dict)
    for source in sources:
        _, theme, _, name = source.path.split("/", 3)
        files[name.removesuffix(".yaml")][theme] = _File(source)
    layers = {lang: [by_theme[each] for each in chain if each in by_theme] for lang, by_theme in sorted(files.items())}
    merged = {lang: _merged(each) for lang, each in layers.items()}
    names = {lang: str(merged.get(lang, {}).get("language_name") or lang) for lang in languages}
    strings = {lang: Strings(lang, merged[lang], names) for lang in languages if lang in merged}
    told: list[Diagnostic] = []
    check = _Check(chain[0], layers, merged, [lang for lang in languages if lang in merged], asked)
    for lang in languages:
        if lang in merged:
            check.language(lang)
        else:
            meant = next((each for each in layers if MISTAKEN_LANGUAGES.get(each) == lang), None)
            path = f"themes/{chain[0]}/strings/{lang}.yaml"
            hint = f"rename {meant}.yaml" if meant else f"copy one of its strings files to {path} and translate it"
            told.append(error("missing-strings", f"the theme has no words for `{lang}`", Span(path), hint))
    told += check.everywhere()
    return strings, told + [one for each in layers.values() for file in each for one in file.faults()] + check.told


def _merged(layers: Iterable[_File]) -> dict[str, Node]:
    """The texts of several files, the first of which counts; of maps of names, every single one."""
    merged: dict[str, Node] = {}
    for file in reversed(list(layers)):
        for key, text in file.texts.items():
            below = merged.get(key)
            if key in MAPS and isinstance(below, dict) and isinstance(text, dict):
                merged[key] = {**below, **text}
            elif text is not None:
                merged[key] = text
    return merged


class _Check:
    """Checks the words of a theme; `told` is what stands in none of its files."""

    def __init__(
        self,
        theme: str,
        layers: Mapping[str, list[_File]],
        merged: Mapping[str, Mapping[str, Node]],
        languages: Sequence[str],
        asked: Asked,
    ):
        self.theme = theme
        self.layers = layers
        self.merged = merged
        self.languages = languages
        self.asked = asked
        self.told: list[Diagnostic] = []
        self.uses: dict[str, Use] = {use.name: use for use in reversed(asked.uses)}
        self.given: dict[str, frozenset[str] | None] = dict(NEEDED)
        for use in asked.uses:
            given = None if use.given is None else frozenset(use.given)
            before = self.given.get(use.name, given)
            self.given[use.name] = None if before is None or given is None else before & given
        every_text = [each for texts in merged.values() for each in texts.items()]
        self.plural = {key for key, text in every_text if isinstance(text, dict) and key not in MAPS}
        others = () if asked.whole else (key for key, _ in every_text)
        self.needed = sorted({*OWN - {*MAPS, *MONTHS}, *self.uses, *others} - {*MAPS, *MONTHS})

    # -- all languages

    def everywhere(self) -> Iterator[Diagnostic]:
        """Texts that templates ask for, and that no language has."""
        if any(file.broken for lang in self.languages for file in self.layers[lang]):
            return
        for key, use in self.uses.items():
            if key not in NEEDED and not any(key in self.merged[lang] for lang in self.languages) and self.languages:
                hint = did_you_mean(key, self.merged[self.languages[0]])
                yield error("missing-string", f"the theme has no text `{key}` in any language", use.place, hint)

    # -- one language

    def language(self, lang: str) -> None:
        """Check the words of a language."""
        self._missing(lang)
        seen: set[str] = set()
        for number, file in enumerate(self.layers[lang]):
            below = [
                text for each in self.layers[lang][number:] for key, text in each.texts.items() if key in self.plural
            ]
            counts = any(isinstance(text, dict) and "one" in text for text in below)
            for key, text in file.texts.items():
                if text is None or (key in seen and key not in MAPS):
                    continue  # it is empty, or does not count
                seen.add(key)
                if key in DATES:
                    self._date(file, key, text)
                elif key in MAPS:
                    self._names(file, key, text)
                elif key in MONTHS:
                    if not isinstance(text, list) or len(text) != 12 or not all(isinstance(each, str) for each in text):
                        file.tell("wrong-type", f"{quote(key)} must be a list of twelve names", (key,))
                elif self._known(lang, file, key):
                    self._text(lang, file, key, text, counts=counts)

    def _missing(self, lang: str) -> None:
        """Tell the texts that a language lacks, in the file of the site's own theme, or where that would be."""
        texts = self.merged[lang]
        if any(file.broken for file in self.layers[lang]):
            return
        own = next((each for each in self.layers[lang] if each.path.split("/")[1] == self.theme), None)
        others = [each for each in self.languages if each != lang]
        spare = [key for key in texts if key not in self.needed]
        for key in self.needed:
            shown = next((self.merged[each][key] for each in others if key in self.merged[each]), None)
            if key in texts or (shown is None and key not in NEEDED and key not in DATES):
                continue
            hint = did_you_mean(key, spare)
            if hint is None and shown is not None:
                hint = f"in `{next(each for each in others if key in self.merged[each])}` it is {_shown(shown)}"
            message = f"the theme has no text `{key}` in `{lang}`"
            if own is not None:
                own.tell("missing-string", message, (), hint)
            else:
                path = f"themes/{self.theme}/strings/{lang}.yaml"
                self.told.append(error("missing-string", message, Span(path), hint))

    def _known(self, lang: str, file: _File, key: str) -> bool:
        """Whether a key is one that is asked for, or that another file has too; told where it is not."""
        if key in self.needed or key in OWN or not self.asked.whole:
            return True
        elsewhere = {each: name for name, files in self.layers.items() for each in files}
        if any(key in other.texts for other in elsewhere if other is not file):
            return True
        hint = did_you_mean(key, [each for each in self.needed if each not in file.texts])
        file.tell("unknown-key", f"nothing asks for a text {quote(key)}", (key,), hint, at="key")
        return False

    def _names(self, file: _File, key: str, text: Node) -> None:
        if not isinstance(text, dict):
            file.tell("wrong-type", f"{quote(key)} must be a map of names, not {found(text)}", (key,))
            return
        for name, each in text.items():
            if not isinstance(each, str):
                file.tell("wrong-type", f"{name_of((((), key), name))} must be a text", (key, name))

    def _date(self, file: _File, key: str, text: Node) -> None:
        if not isinstance(text, str):
            file.tell("wrong-type", f"{quote(key)} must be a text, not {found(text)}", (key,))
        else:
            self._places(file, (key,), text, frozenset(PLACES))

    def _text(self, lang: str, file: _File, key: str, text: Node, *, counts: bool) -> None:
        """Check a text, or its plural forms."""
        advice = "`one` is for the number 1, `other` for all others: `{one: …, other: …}`"
        if isinstance(text, dict) and "other" not in text:
            file.tell("missing-string", f"the text {quote(key)} has no form `other`", (key,), advice)
        elif counts and key in self.plural and not (isinstance(text, dict) and "one" in text):
            message = f"the text {quote(key)} has no form `one`, as others of this language have"
            file.tell("missing-string", message, (key,), advice, warning=True)
        if isinstance(text, dict):
            for form, each in text.items():
                if form not in FORMS:
                    hint = did_you_mean(form, FORMS) or "the forms are `one` and `other`"
                    file.tell("unknown-key", f"no count chooses a form {quote(form)}", (key, form), hint, at="key")
                elif not isinstance(each, str):
                    file.tell("wrong-type", f"{name_of((((), key), form))} must be a text", (key, form))
                else:
                    self._places(file, (key, form), each, self._allowed(lang, key))
        elif isinstance(text, str):
            self._places(file, (key,), text, self._allowed(lang, key))
        else:
            file.tell("wrong-type", f"the text {quote(key)} must be a text, or its plural forms", (key,))
            return
        self._left_out(lang, file, key, text)

    # -- places in texts

    def _allowed(self, lang: str, key: str) -> frozenset[str] | None:
        """The names of the values that a text is given; None: any."""
        if key in self.given:
            return self.given[key]
        others = [_named(self.merged[each][key]) for each in self.merged if each != lang and key in self.merged[each]]
        return frozenset().union(*others) if others else None

    def _places(self, file: _File, where: tuple[str, ...], text: str, allowed: frozenset[str] | None) -> None:
        """Check that each place in a text is one that can be filled."""
        name = quote(where[0])
        for place in PLACE.finditer(text):
            line = text.count("\n", 0, place.start()) + 1
            inside = (line, place.start() - text.rfind("\n", 0, place.start()), len(place[0]))
            if place[1] is None:
                if len(place[0]) == 1:
                    message = f"a lone `{place[0]}` stands in the text {name}"
                    file.tell("bad-place", message, where, f"write it twice: `{place[0] * 2}`", inside=inside)
                continue
            value, _, spec = place[1].partition(":")
            if allowed is not None and value not in allowed:
                hint = did_you_mean(value, allowed) or _listed(allowed)
                message = f"nothing fills the place `{place[0]}` of the text {name}"
                file.tell("bad-place", message, where, hint, inside=inside)
            elif not value.isidentifier() or not _takes(spec):
                hint = "a place is a name in braces, as in `{name}`"
                file.tell("bad-place", f"`{place[0]}` is no place of a text", where, hint, inside=inside)

    def _left_out(self, lang: str, file: _File, key: str, text: Node) -> None:
        """Tell a place that a text lacks, and that it has in the language before."""
        for other in self.languages:
            there = self.merged[other].get(key)
            if other == lang or there is None:
                continue
            for value in sorted(_named(there) - _named(text)):
                if (allowed := self.given.get(key)) is not None and value not in allowed:
                    continue  # the other language's is told
                message = f"the text {quote(key)} has no place `{{{value}}}`, as it has in `{other}`"
                file.tell("bad-place", message, (key,), f"in `{other}` it is {_shown(there)}", warning=True)
            return


def _named(text: Node) -> frozenset[str]:
    """The names of the places in a text, or in all of its plural forms."""
    texts = text.values() if isinstance(text, dict) else [text]
    places = [found[1] for each in texts if isinstance(each, str) for found in PLACE.finditer(each) if found[1]]
    return frozenset(place.partition(":")[0] for place in places)


def _shown(text: Node) -> str:
    """A text as a hint shows it."""
    return quote(str(text.get("other")) if isinstance(text, dict) else str(text))


def _listed(names: frozenset[str]) -> str:
    return "its places are: " + ", ".join(f"`{{{name}}}`" for name in sorted(names)) if names else "it has no places"


def _takes(spec: str) -> bool:
    """Whether a value can be told in that format, be it a number or a text."""
    for value in ("1", 1):
        try:
            format(value, spec)
        except ValueError:
            continue
        return True
    return False
