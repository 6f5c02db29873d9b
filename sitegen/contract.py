"""The content contract as tables: what each file may hold, its shape and its meaning, said once.

`decode` reads files by these tables; the reference pages of the documentation and a JSON Schema can be made from them.
"""

from __future__ import annotations

from typing import Any, Final

from sitegen.models import (
    CheckOptions,
    Column,
    Correction,
    Features,
    Forum,
    Link,
    LinkOptions,
    MarkdownOptions,
    Term,
    TranslationOptions,
)
from sitegen.options import TYPES, Colour, Number, OneOf, OptionName, Unread
from sitegen.scalars import (
    BaseUrl,
    Count,
    Day,
    Flag,
    FormerSlug,
    Identifier,
    Label,
    LangTag,
    Markdown,
    Moment,
    Name,
    SiteLang,
    SlugText,
    Text,
    TimeZone,
    Url,
)
from sitegen.shapes import Distinct, Field, ListOf, LocalizedText, MapOf, Nested, Record, Worded

TEXTS: Final = LocalizedText(Text())
MARKDOWN_TEXTS: Final = LocalizedText(Markdown())
WORDINGS: Final = MapOf(SiteLang(), ListOf(Text()))
ALIASES: Final = Distinct(FormerSlug(), "alias", lenient=True)

FEATURES = Record(
    "`features`",
    Features,
    (
        Field("parallel", Flag(), "Pages with two languages side by side."),
        Field("search", Flag(), "A search page and its index."),
        Field("markdown", Flag(), "A Markdown twin of each thread and issue."),
        Field("cards", Flag(), "Share cards as PNG images."),
        Field("structured_data", Flag(), "What search engines read of each thread: its facts and its discussion."),
    ),
)

MARKDOWN = Record(
    "`markdown`",
    MarkdownOptions,
    (Field("fast", Flag(), "Whether clear texts are read without the parser, to the same HTML."),),
)

TRANSLATION = Record(
    "`translation`",
    TranslationOptions,
    (Field("complete_from", Number(0, 1), "The share of comments that a translated thread must have."),),
)

LINKS = Record(
    "`links`",
    LinkOptions,
    (Field("dead_after", Count(1), "At how many checks in a row a link has to be dead to be replaced by its copy."),),
)

CHECKS = Record(
    "`checks`",
    CheckOptions,
    (
        Field("excerpt", Number(0, 1), "How large a share of a column its summary may be, where it is an excerpt."),
        Field("excerpt_words", Count(), "How many words it may have, where the length of the column is not known."),
    ),
)

SETTINGS: Record[dict[str, Any]] = Record(
    "sitegen.yaml",
    dict,
    (
        Field("title", TEXTS, "The name of the site.", required=True),
        Field("description", TEXTS, "What the site is, in one sentence."),
        Field("base_url", BaseUrl(), "The address under which the site is published.", required=True),
        Field(
            "languages",
            Distinct(LangTag(), "language", filled=True),
            "Its languages, the default one first.",
            required=True,
        ),
        Field("timezone", TimeZone(), "The zone of times that name none, and in which times are shown."),
        Field("theme", SlugText(), "The folder of the theme, in `themes/`."),
        Field("theme_options", Unread(), "What the theme lets a site choose, such as a colour."),
        Field("hub", Url(), "The WebSub hub that tells subscribers of new threads."),
        Field("features", FEATURES, "What is built beside the pages themselves."),
        Field("markdown", MARKDOWN, "How Markdown is read."),
        Field("translation", TRANSLATION, "What counts as translated."),
        Field("links", LINKS, "What becomes of links that lead nowhere."),
        Field("checks", CHECKS, "What `sitegen check` goes by."),
        Field("categories", MapOf(Label(), TEXTS), "How each language names a category."),
        Field("tags", MapOf(Label(), TEXTS), "How each language names a tag."),
    ),
)

SOURCE = Record(
    "`source`",
    lambda **values: Forum(**{"site": None, **values}),
    (
        Field("site", Text(), "The name of the forum."),
        Field("url", Url(), "The address of the forum thread.", required=True),
        Field("author", Name(), "Who began the forum thread."),
        Field("posted", Moment(), "When it was posted there."),
        Field("views", Count(), "How often it had been read."),
        Field("votes", Count(), "How many had recommended it."),
    ),
)

COLUMN = Record(
    "`column`",
    Column,
    (
        Field("title", Text(), "The headline of the column.", required=True),
        Field("author", Text(), "Who wrote the column."),
        Field("publisher", Text(), "Where it appeared."),
        Field("published", Day(), "The day on which it appeared."),
        Field("lang", LangTag(), "The language of the column."),
        Field("url", Url(), "The address of the column."),
        Field("archive", Url(), "The address of an archived copy."),
        Field("excerpt", Flag(), "Whether the summary leaves the rest of the column out."),
        Field("length", Count(), "How many words the column has."),
    ),
)

LINK = Record(
    "a link",
    Link,
    (
        Field("title", Text(), "The title of the article.", required=True),
        Field("url", Url(), "Its address.", required=True),
        Field("lang", LangTag(), "Its language."),
        Field("kind", Text(), "What it is to the column, such as `translation`."),
    ),
)

CORRECTION = Worded(
    Record(
        "a correction",
        Correction,
        (
            Field("date", Moment(), "When it was made.", required=True),
            Field("minor", Flag(), "Whether subscribers need not be shown the thread again."),
        ),
    ),
    TEXTS,
)

THREAD: Record[dict[str, Any]] = Record(
    "thread.yaml",
    dict,
    (
        Field("title", TEXTS, "The title of the thread.", required=True),
        Field("date", Moment(), "When the digest publishes it: order, feeds.", required=True),
        Field("category", Label(), "The one category that it stands in."),
        Field("tags", Distinct(Label(), "tag", lenient=True), "What it is about, in any number of words."),
        Field("lang", SiteLang(), "The language in which thread and comments were written."),
        Field("draft", Flag(), "Whether it is not to be published yet."),
        Field("expires", Moment(), "From when on it is no longer on the site."),
        Field("source", SOURCE, "The forum thread.", name="forum"),
        Field("column", COLUMN, "The column that the thread discusses."),
        Field("links", ListOf(LINK), "Other articles on the matter."),
        Field("corrections", ListOf(CORRECTION), "What was mended after publication, and when."),
        Field("id", Text(), "What feeds know the thread by, whatever its address becomes."),
        Field("aliases", ALIASES, "Its former slugs: their addresses lead to it."),
        Field("translator", Text(), "Who translated it."),
    ),
)

COMMENT: Record[dict[str, Any]] = Record(
    "a comment",
    dict,
    (
        Field("author", Name(), "The name of its author on the forum.", required=True),
        Field("date", Moment(), "When it was posted there.", required=True),
        Field("text", MARKDOWN_TEXTS, "What it says, in Markdown.", required=True, unless="removed"),
        Field("id", Identifier(), "What its address ends in, instead of a made-up one."),
        Field("pick", Flag(), "Whether the editor picked it: it is named above all comments.", name="picked"),
        Field("note", MARKDOWN_TEXTS, "What the editor has to say about it, in Markdown."),
        Field("removed", Day(), "When its author, or somebody with a right to it, had it removed."),
        Field("replies", Nested(), "The comments that answer it."),
    ),
)
COMMENTS = ListOf(COMMENT)

DIGEST: Record[dict[str, Any]] = Record(
    "digest.yaml",
    dict,
    (
        Field("title", TEXTS, "The title of the issue.", required=True),
        Field("date", Moment(), "When it is published.", required=True),
        Field(
            "threads",
            Distinct(SlugText(), "thread", lenient=True),
            "Its threads, in the editor's order.",
            required=True,
        ),
        Field("number", Count(), "Which issue it is."),
        Field("id", Text(), "What feeds know the issue by, whatever its address becomes."),
        Field("aliases", ALIASES, "Its former slugs: their addresses lead to it."),
        Field("draft", Flag(), "Whether it is not to be published yet."),
        Field("expires", Moment(), "From when on it is no longer on the site."),
    ),
)

PAGE: Record[dict[str, Any]] = Record(
    "the front matter",
    dict,
    (
        Field("title", Text(), "The title of the page.", required=True),
        Field("aliases", ALIASES, "Its former slugs, in all languages: their addresses lead to it."),
        Field("draft", Flag(), "Whether it is not to be published yet."),
        Field("expires", Moment(), "From when on it is no longer on the site."),
    ),
)

TERM = Record(
    "a term",
    Term,
    (
        Field("term", TEXTS, "What each language calls it.", required=True),
        Field("note", TEXTS, "What there is to say about it."),
        Field("forms", WORDINGS, "Other wordings that are right, such as inflected ones."),
        Field("avoid", WORDINGS, "Wordings that are not to be used."),
    ),
)
TERMS = ListOf(TERM)

OPTION: Record[dict[str, Any]] = Record(
    "an option",
    dict,
    (
        Field("type", OneOf(TYPES), "What kind of value it takes."),
        Field("default", Unread(), "What it is on sites that do not choose."),
        Field("meaning", Text(), "What it changes, in one sentence."),
        Field("against", Colour(), "Of a colour: the ground on which it has to be readable."),
        Field("min", Number(), "Of a number: the least."),
        Field("max", Number(), "Of a number: the greatest."),
        Field("choices", Distinct(Text(), "choice", filled=True), "Of a word: those that there are."),
    ),
)

THEME: Record[dict[str, Any]] = Record(
    "theme.yaml",
    dict,
    (
        Field("name", Text(), "What the theme is called."),
        Field("extends", SlugText(), "The theme from which it takes every file that it lacks."),
        Field("options", MapOf(OptionName(), OPTION), "What sites can choose, by name."),
    ),
)
