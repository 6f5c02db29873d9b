"""Schemas for editors accept what a build accepts, refuse what it refuses, and come to where editors look."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from sitegen import contract, decode, options, scalars
from sitegen.decode import Document
from sitegen.diagnostics import Diagnostic
from sitegen.models import Localized, Settings
from sitegen.schema import KINDS, Kind, hover, schemas
from sitegen.shapes import Distinct, ListOf, LocalizedText, MapOf, Nested, Reader, Record, Shape, Worded

ROOT = Path(__file__).parent.parent
LANGUAGES = ("ko", "en")
NAMED = Localized((("ko", "인공지능"), ("en", "AI")))
SITE = Settings(NAMED, "https://digest.example/", LANGUAGES, categories=(("ai", NAMED),), tags=(("C# $1}", NAMED),))
ACCENT = {"type": "colour", "default": "#a33a1f", "meaning": "The colour of marks."}
SIZE = {"type": "number", "default": "100", "min": 100, "max": 150, "meaning": "The size of text."}
FORM = {"type": "word", "default": "1", "choices": ("1", "two"), "meaning": "The form of marks."}
OPTIONS: dict[str, dict[str, Any]] = {"accent": ACCENT, "size": SIZE, "form": FORM}


class Core(yaml.SafeLoader):
    """YAML 1.2 as editors read it, with JSON's types; keys are texts."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012 - as PyYAML has it

    def construct_mapping(self, node: Any, deep: bool = True) -> dict[Any, Any]:
        return {key.value: self.construct_object(value, deep) for key, value in node.value}


for tag, pattern in (
    ("null", r"~|null|Null|NULL|"),
    ("bool", r"true|True|TRUE|false|False|FALSE"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.nan"),
):
    Core.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"(?:{pattern})\Z"), None)
Core.add_constructor("tag:yaml.org,2002:int", lambda _, node: int(node.value, 0 if node.value[1:2] in "ox" else 10))
Core.add_constructor("tag:yaml.org,2002:float", lambda _, node: float(re.sub(r"\.(?=[in])", "", node.value)))
Core.add_constructor("tag:yaml.org,2002:map", Core.construct_mapping)


@cache
def validator(name: str, site: Settings = SITE, *, themed: bool = False) -> Draft7Validator:
    """The schema of a kind of file, dates with their meaning."""
    made = schemas(site, OPTIONS if themed else None)[name]
    Draft7Validator.check_schema(made)
    return Draft7Validator(made, format_checker=Draft7Validator.FORMAT_CHECKER)


def refusals(name: str, text: str, site: Settings = SITE, *, themed: bool = False) -> list[str]:
    """What a schema has against a file, as `path: message`."""
    found = validator(name, site, themed=themed).iter_errors(yaml.load(text, Core))
    return sorted(f"{'.'.join(map(str, each.absolute_path))}: {each.message}" for each in found)


def diagnostics(kind: Kind, text: str, languages: tuple[str, ...] = LANGUAGES) -> tuple[Diagnostic, ...]:
    """What a build has against a file."""
    match kind.name:
        case "sitegen":
            return decode.settings("f", text).diagnostics
        case "thread":
            return decode.thread("f", text, "slug", languages, UTC).diagnostics
        case "comments":
            return decode.comments("f", text, languages[0], languages, UTC).diagnostics
        case "digest":
            return decode.digest("f", text, "slug", languages, UTC).diagnostics
        case "page":
            return decode.front_matter("f", f"---\n{text}\n---\n")[0].diagnostics
        case "glossary":
            return decode.glossary("f", text, languages).diagnostics
    file, reader = Document("f", text), Reader()
    if not file.is_empty():
        file.read(kind.shape, reader)
    return file.decoded(None, reader).diagnostics


def errors(kind: Kind, text: str) -> list[str]:
    """The codes of the errors that a build tells of a file."""
    return [each.code for each in diagnostics(kind, text) if each.severity.value == "error"]


# -- the site in the checkout, and a new one ---------------------------------------------------------------------------


def files_of(folder: Path) -> Iterable[tuple[Kind, str, str]]:
    """All files of a project that have a schema: kind, path, text."""
    for kind in KINDS:
        for path in sorted(folder.glob(kind.files)):
            text = path.read_text("utf-8")
            yield kind, path.name, text.split("---\n")[1] if kind.name == "page" else text


def test_schemas_accept_the_included_digest() -> None:
    """Catches a schema that finds fault with a file of the sample which builds."""
    site = decode.settings("sitegen.yaml", (ROOT / "sitegen.yaml").read_text("utf-8")).value
    assert site is not None
    seen = [(kind.name, refusals(kind.name, text, site)) for kind, _, text in files_of(ROOT)]
    assert {name for name, _ in seen} == {kind.name for kind in KINDS}
    assert [each for each in seen if each[1]] == []


def test_a_schema_has_the_words_of_the_contract() -> None:
    """Catches a key without its meaning, or with other words than the contract's."""
    thread = schemas(SITE, None)["thread"]
    for field in contract.THREAD.fields:
        assert thread["properties"][field.key]["markdownDescription"].startswith(f"{field.doc}\n\n")
    assert hover(contract.THREAD.known["draft"], False) == (
        "Whether it is not to be published yet.\n\n`true` or `false`. Default: `false`."
    )


def test_schemas_are_made_for_a_site() -> None:
    """Catches languages, categories, tags or options of the theme that an editor does not know."""
    made = schemas(SITE, OPTIONS)
    assert [*made["thread"]["properties"]["title"]["properties"]] == ["ko", "en"]
    assert made["thread"]["properties"]["category"]["defaultSnippets"] == [
        {"label": "ai", "description": "인공지능 · AI", "body": "ai"}
    ]
    chosen = made["sitegen"]["properties"]["theme_options"]
    assert [*chosen["properties"]] == [*OPTIONS]
    good = "accent: '#123', size: 120, form: 1"
    assert refusals("sitegen", f"{MINIMAL['sitegen']}theme_options: {{{good}}}", themed=True) == []
    for wrong in ("accent: red", "size: 99", "form: three", "fnord: 1"):
        assert refusals("sitegen", f"{MINIMAL['sitegen']}theme_options: {{{wrong}}}", themed=True), wrong


MINIMAL = {
    "sitegen": "title: a\nbase_url: https://digest.example/\nlanguages: [ko, en]\n",
    "thread": "title: a\ndate: 2025-01-13\n",
    "comments": "",
    "digest": "title: a\ndate: 2025-01-13\nthreads: []\n",
    "page": "title: a\n",
    "glossary": "",
    "theme": "",
}

COMMENT = "- {author: a, date: 2025-01-13, text: a, replies: [{author: a, date: 2025-01-13"
FAULTS = [
    ("thread", "catgory: ai"),
    ("thread", "title: {kr: a}"),
    ("thread", "title: {ko: , en: ' '}"),
    ("thread", "title:"),
    ("thread", "date: 2025/01/13"),
    ("thread", "date: yesterday"),
    ("thread", "category: a/b"),
    ("thread", f"category: {'a' * 101}"),
    ("thread", "tags: ai"),
    ("thread", "tags: [ai, ]\nlang: fr"),
    ("thread", "tags: [[ai]]"),
    ("thread", "draft: yes"),
    ("thread", "source: {site: a}"),
    ("thread", "source: {url: forum.example}"),
    ("thread", "source: {url: 'https://me@forum.example/'}"),
    ("thread", "source: {url: https://forum.example/, views: '1,000'}"),
    ("thread", "source: {url: https://forum.example/, votes: -1}"),
    ("thread", "source: {url: https://forum.example/, votes: 1.5}"),
    ("thread", "column: {title: a, published: 2025-02-30}"),
    ("thread", "column: {title: a, lang: kr}"),
    ("thread", "links: [{title: a}]"),
    ("thread", "corrections: [{date: 2025-01-13}]"),
    ("thread", "corrections: [{date: 2025-01-13, ko: }]"),
    ("thread", "aliases: [a/b]"),
    ("thread", "translator: [a]"),
    ("comments", "- {author: a, date: 2025-01-13}"),
    ("comments", "- {author: a, date: 2025-01-13, text: }"),
    ("comments", "- {author: a, date: 2025-01-13, text: a, id: 1a}"),
    ("comments", f"{COMMENT}, txt: a}}]}}"),
    ("comments", f"{COMMENT}, text: a, replies: [{{}}]}}]}}"),
    ("comments", "author: a"),
    ("digest", "threads:"),
    ("digest", "threads: [../a]"),
    ("digest", "number: first"),
    ("sitegen", "languages: []"),
    ("sitegen", "languages: [ko, ko]"),
    ("sitegen", "base_url: https://digest.example/?a"),
    ("sitegen", "features: {serach: true}"),
    ("sitegen", "categories: {a/b: a}"),
    ("page", "title: {ko: a}"),
    ("glossary", "- {note: a}"),
    ("theme", "options: {Accent: {type: colour}}"),
    ("theme", "options: {accent: {type: color}}"),
]


@pytest.mark.parametrize(("name", "line"), FAULTS)
def test_a_fault_that_a_build_refuses_is_one_for_an_editor(name: str, line: str) -> None:
    """Catches a fault that the build tells and the schema lets pass."""
    kind = next(each for each in KINDS if each.name == name)
    key = line.partition(":")[0]
    kept = [each for each in MINIMAL[name].splitlines() if not each.startswith(f"{key}:")]
    assert errors(kind, MINIMAL[name]) == refusals(name, MINIMAL[name]) == []
    assert errors(kind, "\n".join([*kept, line]))
    assert refusals(name, "\n".join([*kept, line]))


# -- anything at all ---------------------------------------------------------------------------------------------------

GOOD: dict[type, list[str]] = {
    scalars.BaseUrl: ["https://digest.example", "HTTP://digest.example:8000/a/"],
    scalars.Count: ["0", "2498", "014"],
    scalars.Day: ["2025-01-13"],
    scalars.Flag: ["true", "false"],
    scalars.FormerSlug: ["old", "2024", "낡은 이름"],
    scalars.Identifier: ["c12", "true"],
    scalars.LangTag: ["ko", "zh-Hant", "EN", "true"],
    scalars.Moment: ["2025-01-13", "2025-01-13T21:50", "2025-01-13 21:50:30+09:00"],
    scalars.SiteLang: ["ko", "en"],
    scalars.TimeZone: ["Asia/Seoul", "UTC"],
    scalars.Url: ["https://forum.example/1?a=b#c", "http://포럼.example", "https://[::1]:80/"],
    options.OneOf: ["colour", "word"],
    options.Colour: ["#a33a1f", "#fff"],
    options.Number: ["1", "0.5", "0"],
    options.OptionName: ["accent", "text_size"],
}
ODD = [
    "word",
    "두 낱말",
    "2025",
    "1.5",
    "true",
    "no",
    "21:50",
    "1e3",
    "0x1F",
    ".inf",
    "a/b",
    "-3",
    "ko",
    "2025-1-3",
    "",
]
LOSSY = re.compile(r'1e3|0x1F|\.inf|"-?[0-9.]+"')
"""Numbers in spellings that an editor does not see, or in quotes, where no schema can tell how large they are."""

UNSAID = frozenset((
    "bad-alias", "bad-slug", "bad-url", "control-character", "duplicate-choice", "duplicate-language",
    "impossible-date", "ip-address", "unknown-timezone", "unknown-language",
))  # fmt: skip
"""Faults that a schema cannot tell, or not all of them."""

Written = str
scalar = st.sampled_from(ODD)


def spelt(text: str) -> st.SearchStrategy[Written]:
    """A text as YAML in flow style, in quotes or, where it can be so, without."""
    quoted = json.dumps(text, ensure_ascii=False)
    plain = re.fullmatch(r"[\w.-](?:[\w ./@+-]|:(?! ))*", text) is not None
    return st.sampled_from([text, quoted] if plain else [quoted])


def nodes(shape: Shape[Any], depth: int = 0) -> st.SearchStrategy[Written]:
    """Mostly what a shape accepts, in YAML; sometimes anything else."""
    return st.integers(0, 39).flatmap(lambda n: right(shape, depth) if n else odd)


odd = st.one_of(scalar.flatmap(spelt), st.sampled_from(["[]", "{}", "", "[a]", "{ko: a}", "{ko: , en: ' '}"]))


def listed(item: st.SearchStrategy[Written]) -> st.SearchStrategy[Written]:
    return st.lists(item, max_size=3).map(lambda each: f"[{', '.join(one or '~ ~' for one in each)}]")


def mapped(pairs: Iterable[tuple[str, Written]]) -> Written:
    return "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"


def right(shape: Shape[Any], depth: int) -> st.SearchStrategy[Written]:
    """What a shape accepts, but for what is wrong deeper inside."""
    match shape:
        case Record():
            return record(shape, depth)
        case Worded():
            texts = st.tuples(st.sampled_from(LANGUAGES), scalar.flatmap(spelt))
            return st.tuples(texts, record(shape.record, depth)).map(
                lambda made: f"{{{made[0][0]}: {made[0][1]}, {made[1][1:]}"
            )
        case LocalizedText():
            several = st.dictionaries(st.sampled_from(LANGUAGES), nodes(shape.text), max_size=2)
            return st.one_of(nodes(shape.text), several.map(lambda texts: mapped(texts.items())))
        case ListOf() | Distinct():
            return listed(nodes(shape.item, depth))
        case MapOf():
            keys = st.sampled_from(GOOD.get(type(shape.key), ["ai", "정책"]))
            return st.dictionaries(keys, nodes(shape.value, depth), max_size=2).map(lambda each: mapped(each.items()))
        case Nested():
            return listed(nodes(contract.COMMENT, depth + 1)) if depth < 3 else st.just("[]")
    return st.sampled_from(GOOD.get(type(shape), ODD[:-1])).flatmap(spelt)


@st.composite
def record(draw: Callable[[st.SearchStrategy[Any]], Any], shape: Record[Any], depth: int) -> Written:
    """A map with most of the keys that are needed, some of the others, and now and then one that is not known."""
    one_in = [draw(st.integers(0, 14)) for _ in (*shape.fields, None)]
    chosen = [each for each, n in zip(shape.fields, one_in, strict=False) if (n > 0 if each.required else n < 5)]
    pairs = [(each.key, draw(nodes(each.shape, depth))) for each in chosen]
    return mapped([*pairs, *([("fnord", "1")] if one_in[-1] == 0 else [])])


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@settings(deadline=None, max_examples=200)
@given(data=st.data())
def test_editors_and_builds_agree(kind: Kind, data: st.DataObject) -> None:
    """Catches a file that builds and that an editor finds fault with, or one that an editor could have refused."""
    text = data.draw(nodes(kind.shape))
    told, refused = errors(kind, text), refusals(kind.name, text)
    if not told:
        assert refused == []
    elif not UNSAID.intersection(told) and not LOSSY.search(text):
        assert refused, told
