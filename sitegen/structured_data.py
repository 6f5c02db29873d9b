"""What search engines read of a thread, as schema.org (https://schema.org/) has it: a block of JSON-LD 1.1.

The page is an article on the column, about the discussion on the forum. What is not known is not there; what is told
stands on the page, in its language.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urljoin

from markupsafe import Markup

from sitegen.standalone import words
from sitegen.views import Anchor, ColumnFacts, CommentView, ForumFacts, Head, SiteView, ThreadContent, ThreadView

Node = dict[str, Any]

ESCAPED = (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029"))
"""What could end the block, or begin something else in it, and what JavaScript takes for the end of a line."""

BETWEEN = "\0"
"""Stands between texts: the one character that no Markdown comes to."""


def thread(site: SiteView, view: ThreadView, content: ThreadContent) -> Markup:
    """A `script` element that holds data, for the page of a thread in one language; `content` is what it shows."""
    head = view.head
    discussion = f"{head.canonical}#comments"
    lang = view.untranslated or head.lang
    number, comments = _comments(content.comments, head.canonical, lang)
    posting = _posting(view.forum, view.title.text, content, lang, number) if view.forum else {}
    answered = {"commentCount": number, "comment": comments} if comments else {}
    article = _without_gaps(
        {
            # An `Article` as such ought to have a picture, which not every thread has.
            "@type": "BackgroundNewsArticle",
            "url": head.canonical,
            "headline": view.title.text,
            "inLanguage": lang,
            "datePublished": head.published and head.published.isoformat(),
            "dateModified": head.modified and head.modified.isoformat(),
            "image": head.image and head.image.href,
            "publisher": {"@type": "Organization", "name": site.title, "url": urljoin(head.href, site.home_url)},
            "translator": _person(view.translator),
            "isBasedOn": view.column and _column(view.column, head.lang),
            "about": {"@id": discussion} if posting else None,
            "discussionUrl": view.forum.url if view.forum and not posting else None,
            **({} if posting else answered),
        }
    )
    graph = [article, _breadcrumbs(site, head, view.category, view.title.text)]
    if posting:
        graph.insert(1, {"@type": "DiscussionForumPosting", "@id": discussion, **posting, **answered})
    return Markup(f'<script type="application/ld+json">{_json(graph)}</script>')  # noqa: S704 - see ESCAPED


def _json(graph: Sequence[Node]) -> str:
    text = json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False, separators=(",", ":"))
    for char, escape in ESCAPED:
        text = text.replace(char, escape)
    return text


def _column(column: ColumnFacts, lang: str) -> Node:
    """The column; `lang` is the language of the page."""
    return _without_gaps(
        {
            "@type": "CreativeWork",
            "name": column.title,
            "inLanguage": column.lang or lang,
            "author": _person(column.author.text if column.author else None),
            "publisher": _named("Organization", column.publisher.text if column.publisher else None),
            "datePublished": column.published and column.published.isoformat(),
            "url": column.url,
            "archivedAt": column.archive,
        }
    )


def _posting(forum: ForumFacts, title: str, content: ThreadContent, lang: str, number: int) -> Node:
    """What the forum's thread began with; nothing where it is not known who began it and when.

    It is the column that was posted, so its text is the beginning of what the page says of the column. `dateModified`
    is the last that is known to have been written there. Of the poster, no other address is known than the thread's.
    """
    if not forum.author or not forum.posted:
        return {}
    blocks = content.summary.blocks if content.summary else ()
    opening = next((block.html for block in blocks if block.kind == "paragraph"), "")
    dates = (comment.date for comment in content.comments)
    counted = (("View", forum.views), ("Like", forum.votes), ("Comment", number))
    return _without_gaps(
        {
            "url": forum.url,
            "headline": title,
            "text": words(opening) or title,
            "inLanguage": lang,
            "author": {"@type": "Person", "name": forum.author.text, "url": forum.url},
            "datePublished": forum.posted.isoformat(),
            "dateModified": max([forum.posted, *dates]).isoformat(),
            "isPartOf": _named("CreativeWork", forum.site.text if forum.site else None),
            "interactionStatistic": [
                {
                    "@type": "InteractionCounter",
                    "interactionType": f"https://schema.org/{action}Action",
                    "userInteractionCount": count,
                }
                for action, count in counted
                if count is not None
            ],
        }
    )


def _comments(comments: Sequence[CommentView], page: str, lang: str) -> tuple[int, list[Node]]:
    """How many comments have words, and those as a tree; the replies to another one stand where it would."""
    top: Node = {}
    above = [(-1, top)]  # levels and nodes of the comments that the next one may answer
    number = 0
    for comment, text in zip(comments, _texts(comments), strict=True):
        if not text:
            continue
        number += 1
        node: Node = {
            "@type": "Comment",
            "url": f"{page}#{comment.id}",
            "author": {"@type": "Person", "name": comment.author},
            "datePublished": comment.date.isoformat(),
            "text": text,
        }
        if comment.lang and comment.lang != lang:
            node["inLanguage"] = comment.lang
        while above[-1][0] >= comment.level:
            above.pop()
        above[-1][1].setdefault("comment", []).append(node)
        above.append((comment.level, node))
    return number, top.get("comment", [])


def _texts(comments: Sequence[CommentView]) -> list[str]:
    """The plain text of each, found in one go over all of them; empty where there are no words."""
    if not comments:
        return []
    joined = f"\n{BETWEEN}\n".join([comment.html for comment in comments])
    return [text.strip("\n") for text in words(joined).split(BETWEEN)]


def _breadcrumbs(site: SiteView, head: Head, category: Anchor | None, title: str) -> Node:
    """The way to the page, as it stands above its title, with the page itself."""
    steps = [(site.title, urljoin(head.href, site.home_url))]
    if category:
        steps.append((category.text, urljoin(head.href, category.url)))
    steps.append((title, head.canonical))
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": item}
            for place, (name, item) in enumerate(steps, 1)
        ],
    }


def _person(name: str | None) -> Node | None:
    return _named("Person", name)


def _named(kind: str, name: str | None) -> Node | None:
    return {"@type": kind, "name": name} if name else None


def _without_gaps(values: Mapping[str, Any]) -> Node:
    """What there is: no property stands for nothing."""
    return {key: value for key, value in values.items() if value is not None}
