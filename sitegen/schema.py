"""The content contract as JSON Schema, for editors: made from the tables that read the files.

Draft 7, which every version of yaml-language-server reads. An editor reads YAML 1.2, where `2025` is a number and
`true` a flag, and sitegen reads the text that was typed: so a text may be of any type of which it accepts the text.
What a schema cannot say (that a day exists, a thread is there, a name holds no address) is left to a build.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from sitegen import contract, decode, models, options, scalars
from sitegen.manifest import Declared
from sitegen.options import Colour, FontName, Fonts, Number, OneOf, OptionName, Unread, Value
from sitegen.scalars import (
    BaseUrl,
    Count,
    Day,
    Flag,
    FormerSlug,
    Identifier,
    Label,
    LangTag,
    Moment,
    SiteLang,
    SlugText,
    Url,
)
from sitegen.shapes import (
    MISTAKEN_LANGUAGES,
    Distinct,
    Field,
    ListOf,
    LocalizedText,
    MapOf,
    Nested,
    Reader,
    Record,
    Shape,
    Worded,
)

Schema = dict[str, Any]

DRAFT: Final = "http://json-schema.org/draft-07/schema#"


class Kind(NamedTuple):
    """A kind of file: the name of its schema, where such files are, what they hold, and what a file comes to."""

    name: str
    files: str
    shape: Shape[Any]
    model: type
    may_be_empty: bool = False


KINDS: Final = (
    Kind("sitegen", "sitegen.yaml", contract.SETTINGS, models.Settings),
    Kind("thread", "content/threads/*/thread.yaml", contract.THREAD, models.ThreadCard),
    Kind("comments", "content/threads/*/comments.yaml", contract.COMMENTS, decode.CommentSource, may_be_empty=True),
    Kind("digest", "content/digests/*/digest.yaml", contract.DIGEST, models.DigestCard),
    Kind("page", "content/pages/*.md", contract.PAGE, decode.PageFront),
    Kind("glossary", "content/glossary.yaml", contract.TERMS, models.Glossary, may_be_empty=True),
    Kind("theme", "themes/*/theme.yaml", contract.THEME, dict, may_be_empty=True),
)

REPLY: Final = {"$ref": "#/definitions/comment"}

BLANK: Final = r"^\s*$"
FILLED: Final = r"\S"

_MISTAKEN = "|".join("".join(f"[{each.upper()}{each}]" for each in code) for code in sorted(MISTAKEN_LANGUAGES))

PATTERNS: Final[Mapping[type, str]] = {
    BaseUrl: r"""^\s*[Hh][Tt][Tt][Pp][Ss]?://[^/?#@\s<>"\\`]+(?:/[^?#\s<>"\\`]*)?\s*$""",
    Colour: f"^{options.HEX.pattern.replace('#?', '#')}$",
    Count: f"^{scalars.COUNT.pattern}$",
    Day: f"^{scalars.DAY.pattern}$",
    Flag: "^(?:true|false)$",
    FontName: r"^[^!-*,/:-@\[-^`{-~]{1,100}$",
    FormerSlug: r"""^\s*[^\s./\\<>:"|?*](?:[^/\\<>:"|?*]*[^\s./\\<>:"|?*])?\s*$""",
    Identifier: rf"^\s*(?:{scalars.IDENTIFIER.pattern})\s*$",
    Label: rf"^\s*(?=\S)[^/]{{1,{scalars.MAX_LABEL}}}\s*$",
    LangTag: f"^(?!(?:{_MISTAKEN})$)(?:{scalars.LANG.pattern})$",
    Moment: f"^{scalars.MOMENT.pattern}$",
    Number: f"^{options.NUMBER.pattern}$",
    OptionName: rf"^\s*(?:{options.NAME.pattern})\s*$",
    SlugText: r"^\s*[^\s./\\][^/\\]*$",
    Url: r"""^\s*[Hh][Tt][Tt][Pp][Ss]?://[^/?#@\s<>"\\`]+(?:[/?#][^\s<>"\\`]*)?\s*$""",
}
"""What texts look like, in what Python and JavaScript have in common; of all others, that they are not blank."""


def schemas(settings: models.Settings, declared: Mapping[str, Declared] | None) -> dict[str, Schema]:
    """The schema of each kind of file of a site, by name.

    `declared` are the options of its theme as theme.yaml declares them; None where they are not known.
    """
    return {kind.name: _Maker(settings, declared).file(kind) for kind in KINDS}


class _Maker:
    """Makes schemas for one site: its languages are keys of texts, its categories and tags are offered."""

    def __init__(self, settings: models.Settings, declared: Mapping[str, Declared] | None):
        self.settings = settings
        self.declared = declared
        self.reader = Reader(settings.languages, settings.default_language)
        self.offered = {
            contract.THREAD.known["category"]: settings.categories,
            contract.THREAD.known["tags"]: settings.tags,
        }

    def file(self, kind: Kind) -> Schema:
        """The schema of a kind of file."""
        if kind.shape is contract.SETTINGS:  # a language that is new there is no fault
            self.reader.languages = ()
        made = self._shape(kind.shape, kind.model)
        if kind.shape is contract.SETTINGS and self.declared is not None:
            made["properties"]["theme_options"] |= self._theme_options(self.declared)
        if kind.may_be_empty:
            made["type"] = [made["type"], "null"]
        if kind.shape is contract.COMMENTS:
            made |= {"items": REPLY, "definitions": {"comment": made["items"]}}
        return {"$schema": DRAFT, "description": f"{kind.files}: {kind.shape.words}", **made}

    def _shape(self, shape: Shape[Any], model: object = None) -> Schema:
        """What a shape accepts, as far as a schema can say it. `model` has a record's defaults."""
        match shape:
            case Record():
                return self._record(shape, model or shape.factory)
            case Worded():
                return self._worded(shape)
            case LocalizedText():
                whole = _of_type(["object", *_types(shape.text, self.reader)], shape.words)
                texts = self._texts(shape)
                return {**texts, "pattern": FILLED, "allOf": [whole, *texts["allOf"]]}
            case ListOf():
                return {"type": "array", "items": self._shape(shape.item)}
            case Distinct():
                made: Schema = {"type": "array", "items": self._shape(shape.item)}
                made |= {} if shape.lenient else {"uniqueItems": True}
                return made | ({"minItems": 1} if shape.filled else {})
            case MapOf() if isinstance(shape.key, SiteLang):
                each = {"properties": dict.fromkeys(self.settings.languages, self._shape(shape.value))}
                return {"type": "object", **each, "additionalProperties": False}
            case MapOf():
                names = {"pattern": PATTERNS[type(shape.key)]}
                return {"type": "object", "propertyNames": names, "additionalProperties": self._shape(shape.value)}
            case Nested():
                return {"type": "array", "items": REPLY}
            case Fonts():
                return {"type": "array", "minItems": 1, "items": self._shape(shape.families.item)}
            case Unread():
                return {}
        return _value(shape, self.reader)

    def _record(self, record: Record[Any], model: object) -> Schema:
        defaults = _defaults(model)
        properties = {each.key: self._field(each, defaults.get(each.name)) for each in record.fields}
        made: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
        if needed := [each.key for each in record.required if not each.unless]:
            made["required"] = needed
        for each in record.required:
            if each.unless:
                there = {"required": [each.unless], "properties": {each.unless: {"not": {"type": "null"}}}}
                filled = _of_type(["object", "array", "string", "number", "boolean"], each.shape.words)
                made |= {"if": there, "else": {"required": [each.key], "properties": {each.key: filled}}}
        return made

    def _field(self, field: Field, default: object) -> Schema:
        """A key of a record: what it accepts, its words, and what an editor offers. An optional one may be empty."""
        if isinstance(field.shape, SiteLang):
            default = self.settings.default_language
        default = default if isinstance(default, bool | int | float | str) and not field.required else None
        words: Schema = {"description": field.doc, "markdownDescription": hover(field, default)}
        offers: Schema = {} if default is None else {"default": default}
        made = self._shape(field.shape)
        if field in self.offered:
            snippets = [_offer(name, texts) for name, texts in self.offered[field]]
            place = made.get("items", offers)
            place["defaultSnippets"] = snippets
        if not field.required or field.unless:
            made = _or_nothing(made)
        if "type" not in made and "properties" not in made:
            first, *others = made.get("anyOf", [made])
            made = {"anyOf": [{**words, **first}, *others]}
            del words["description"]
        return {**words, **made, **offers}

    def _texts(self, shape: LocalizedText) -> Schema:
        """What a map of texts may hold: an empty one is a translation that is not there yet, but not all may be."""
        each = {"anyOf": [_of_type([*_types(shape.text, self.reader), "null"], shape.text.words)]}
        made: Schema = {"properties": dict.fromkeys(self.settings.languages, each)}
        if self.reader.languages:
            made["additionalProperties"] = False
        else:
            made |= {"propertyNames": {"pattern": PATTERNS[LangTag]}, "additionalProperties": each}
        blank = {"type": "object", "additionalProperties": {"type": ["null", "string"], "pattern": BLANK}}
        none = {"type": "string", "errorMessage": "must have a text in at least one language"}
        return made | {"allOf": [{"if": blank, "then": none}]}

    def _worded(self, shape: Worded[Any]) -> Schema:
        made, texts = self._record(shape.record, shape.record.factory), self._texts(shape.texts)
        texts["allOf"][0]["if"]["properties"] = dict.fromkeys(made["properties"], True)
        return {**texts, **made, "properties": {**made["properties"], **texts["properties"]}}

    def _theme_options(self, declared: Mapping[str, Declared]) -> Schema:
        properties = {}
        for name, option in declared.items():
            shape = options.shape_of(option)
            properties[name] = self._field(
                Field(name, shape, option["meaning"]), shape.read(option["default"], (), Reader())
            )
        return {"type": ["object", "null"], "properties": properties, "additionalProperties": False}


# -- parts -------------------------------------------------------------------------------------------------------------


def _value(shape: Shape[Any], reader: Reader) -> Schema:
    """A single value."""
    fault = f"must be {shape.words}"
    match shape:
        case OneOf():
            return {"enum": [spelt for each in shape.choices for spelt in _spellings(each)], "errorMessage": fault}
        case SiteLang():
            return {"enum": list(reader.languages), "errorMessage": fault}
        case Flag():
            return {"type": ["boolean", "string"], "pattern": PATTERNS[Flag], "errorMessage": fault}
    made = {"pattern": PATTERNS.get(type(shape), FILLED), "errorMessage": fault}
    made |= _of_type(_types(shape, reader), shape.words)
    match shape:
        case Day():
            return made | {"format": "date"}
        case LangTag():
            return made | {"maxLength": 35}
        case Count():
            return made | {"minimum": shape.least}
        case Number():
            bounds = (("minimum", shape.least), ("maximum", shape.most))
            return made | {key: bound for key, bound in bounds if bound is not None}
    return made


# The language server offers `true`, `false` and `null` wherever a `type` allows them, which is everywhere where a text
# may stand, but does not look into conditions. Without a `type`, only `anyOf` has it write `key: ` and not `key` alone;
# what it then shows of the key are the words of the alternative.


def _of_type(types: list[str], words: str) -> Schema:
    """Whatever has one of these types, a text among them."""
    return {"if": {"type": types}, "else": {"type": "string", "errorMessage": f"must be {words}"}}


def _types(shape: Shape[Any], reader: Reader) -> list[str]:
    """The types of YAML 1.2 that a scalar which a shape accepts can have."""
    free = Number() if isinstance(shape, Number) else shape

    def accepts(text: str) -> bool:
        trial = Reader(reader.languages, reader.lang)
        free.read(text, (), trial)
        return not trial.problems

    number = "number" if accepts("100.5") else "integer" if accepts("100") else None
    return ["string", *filter(None, (number, "boolean" if accepts("true") else None))]


def _spellings(text: str) -> list[str | int | float | bool]:
    """A word, and what YAML 1.2 makes of it where it is not in quotes."""
    if re.fullmatch(r"true|false|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", text):
        return [text, json.loads(text)]
    return [text]


def _or_nothing(made: Schema) -> Schema:
    """A schema that accepts an empty value, too."""
    if "enum" in made:
        return {"anyOf": [made, {"not": {"type": ["string", "number", "boolean", "object", "array"]}}]}
    if "if" in made and "else" in made:
        return made | {"if": {"type": [*made["if"]["type"], "null"]}}
    if "allOf" in made:
        whole, *others = made["allOf"]
        return made | {"allOf": [_or_nothing(whole), *others]}
    if "type" in made:
        types = made["type"] if isinstance(made["type"], list) else [made["type"]]
        return made | {"type": [*types, "null"]}
    return made


def _offer(name: str, texts: models.Localized[str]) -> Schema:
    """A category or tag that an editor offers, with its name in each language."""
    names = " · ".join(text for _, text in texts)
    return {"label": name, "description": names, "body": name.replace("\\", "\\\\").replace("$", "\\$")}


def hover(field: Field, default: object = None) -> str:
    """What an editor shows of a key, in Markdown: its meaning, and what may be written."""
    takes = field.shape.words
    said = ["" if isinstance(field.shape, Unread) else f"{takes[0].upper()}{takes[1:]}."]
    said += [] if default is None else [f"Default: `{json.dumps(default) if isinstance(default, bool) else default}`."]
    said += ["Required."] if field.required and not field.unless else []
    return "\n\n".join(each for each in (field.doc, " ".join(filter(None, said))) if each)


def _defaults(model: object) -> Mapping[str, Value]:
    """The defaults of a record's fields, by the names that its model has for them."""
    if dataclasses.is_dataclass(model):
        return {each.name: each.default for each in dataclasses.fields(model)}  # type: ignore[misc]
    found: Mapping[str, Value] = getattr(model, "_field_defaults", {})
    return found


def text_of(schema: Schema) -> str:
    """A schema as the text of a file."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
