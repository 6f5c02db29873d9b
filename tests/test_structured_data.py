"""What search engines read of a thread: which facts there are, how comments nest, and that no text breaks out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import THREAD, Site

Node = dict[str, Any]

FULL = """\
-- content/threads/one/thread.yaml --
title: {ko: 하나, en: One}
date: 2025-01-15T09:00:00+09:00
lang: ko
category: ai
translator: 옮긴이
source:
  site: 포럼
  url: https://forum.example/1
  author: 글쓴이
  posted: 2025-01-13T20:14:00
  views: 2498
  votes: 0
column:
  title: A column
  author: An author
  publisher: A paper
  published: 2025-01-09
  lang: en
  url: https://news.example/1
  archive: https://archive.example/1
corrections:
  - {date: 2025-01-17T09:00:00+09:00, ko: 고쳤다, en: Mended}
-- content/threads/one/column.ko.md --
칼럼의 첫 문단.

둘째 문단.
-- content/threads/one/column.en.md --
The first paragraph.

The second.
-- content/threads/one/comments.yaml --
- author: 가
  date: 2025-01-13T21:00:00
  text: {ko: "**굵게** 한 줄\\n두 줄", en: "**bold** &lt;i&gt; &amp; 1 < 2"}
  replies:
    - date: 2025-01-13T22:00:00
      author: 나
      removed: 2025-01-20
      replies:
        - {author: 다, date: 2025-01-14T08:00:00, text: {ko: 답의 답}}
- author: 라
  date: 2025-01-14T07:00:00
  text: {ko: 끝, en: The end}
"""


def graph(site: Site, lang: str, slug: str = "one") -> dict[str, Node]:
    """The nodes of a thread's page by their types."""
    (block,) = re.findall(
        r'<script type="application/ld\+json">(.*?)</script>', site.read(f"{lang}/threads/{slug}/index.html"), re.DOTALL
    )
    data = json.loads(block)
    assert data["@context"] == "https://schema.org"
    return {node["@type"]: node for node in data["@graph"]}


def everything(node: object) -> Iterator[object]:
    """A node with all that is in it."""
    yield node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from everything(each)


def built(make: Callable[..., Site], archive: str) -> Site:
    """A site that has been built, with data for search engines."""
    made = make(archive)
    settings = made.root / "sitegen.yaml"
    settings.write_text(settings.read_text("utf-8") + "features: {structured_data: true}\n", "utf-8")
    assert made.build().good
    return made


def test_a_thread_tells_all_that_is_known_of_it(site: Callable[..., Site]) -> None:
    """Catches a fact that is lost, in the wrong language, without its zone, or told of something else."""
    nodes = graph(built(site, FULL), "en")
    page = "https://digest.example/en/threads/one/"
    posting = nodes["DiscussionForumPosting"]
    assert nodes["BackgroundNewsArticle"] == {
        "@type": "BackgroundNewsArticle",
        "url": page,
        "headline": "One",
        "inLanguage": "en",
        "datePublished": "2025-01-15T09:00:00+09:00",
        "dateModified": "2025-01-17T09:00:00+09:00",
        "publisher": {"@type": "Organization", "name": "Digest", "url": "https://digest.example/en/"},
        "translator": {"@type": "Person", "name": "옮긴이"},
        "isBasedOn": {
            "@type": "CreativeWork",
            "name": "A column",
            "inLanguage": "en",
            "author": {"@type": "Person", "name": "An author"},
            "publisher": {"@type": "Organization", "name": "A paper"},
            "datePublished": "2025-01-09",
            "url": "https://news.example/1",
            "archivedAt": "https://archive.example/1",
        },
        "about": {"@id": posting["@id"]},
    }
    assert {key: value for key, value in posting.items() if key not in ("comment", "interactionStatistic")} == {
        "@type": "DiscussionForumPosting",
        "@id": f"{page}#comments",
        "url": "https://forum.example/1",
        "headline": "One",
        "text": "The first paragraph.",
        "inLanguage": "en",
        "author": {"@type": "Person", "name": "글쓴이", "url": "https://forum.example/1"},
        "datePublished": "2025-01-13T20:14:00+09:00",
        "dateModified": "2025-01-14T08:00:00+09:00",
        "isPartOf": {"@type": "CreativeWork", "name": "포럼"},
        "commentCount": 3,
    }
    counted = {each["interactionType"]: each["userInteractionCount"] for each in posting["interactionStatistic"]}
    actions = "https://schema.org/ViewAction", "https://schema.org/LikeAction", "https://schema.org/CommentAction"
    assert counted == dict(zip(actions, (2498, 0, 3), strict=True))
    assert [(each["position"], each["item"]) for each in nodes["BreadcrumbList"]["itemListElement"]] == [
        (1, "https://digest.example/en/"),
        (2, "https://digest.example/en/categories/ai/"),
        (3, page),
    ]


def test_comments_are_a_tree_of_plain_words_without_removed_ones(site: Callable[..., Site]) -> None:
    """Catches replies that hang elsewhere, markup in texts, and a removed comment that takes its replies with it."""
    made = built(site, FULL)
    first, last = graph(made, "en")["DiscussionForumPosting"]["comment"]
    assert first["text"] == "bold <i> & 1 < 2"
    assert first["author"] == {"@type": "Person", "name": "가"}
    assert first["datePublished"] == "2025-01-13T21:00:00+09:00"
    (reply,) = first["comment"]
    assert (reply["text"], reply["inLanguage"]) == ("답의 답", "ko")
    assert (last["text"], "inLanguage" in last, "comment" in last) == ("The end", False, False)
    assert graph(made, "ko")["DiscussionForumPosting"]["comment"][0]["text"] == "굵게 한 줄\n두 줄"
    page = made.read("en/threads/one/index.html")
    for comment in (first, reply, last):
        address, _, anchor = comment["url"].partition("#")
        assert address == "https://digest.example/en/threads/one/"
        assert f'<li id="{anchor}">' in page
    assert "나" not in json.dumps(graph(made, "en"), ensure_ascii=False)


def test_what_is_not_known_is_not_told(site: Callable[..., Site]) -> None:
    """Catches properties that stand for nothing, and an author or forum that is made up."""
    bare = graph(built(site, THREAD), "ko")
    assert set(bare) == {"BackgroundNewsArticle", "BreadcrumbList"}
    assert not {"isBasedOn", "about", "translator", "dateModified", "image", "comment"} & set(
        bare["BackgroundNewsArticle"]
    )
    assert not [each for each in everything(bare) if each in (None, "", [], {})]


def test_comments_on_a_thread_without_a_poster_are_the_articles(site: Callable[..., Site]) -> None:
    """Catches a discussion that is lost, or given an author who is not known."""
    nodes = graph(built(site, FULL.replace("  author: 글쓴이\n", "")), "en")
    article = nodes["BackgroundNewsArticle"]
    assert "DiscussionForumPosting" not in nodes
    assert "about" not in article
    assert (article["discussionUrl"], article["commentCount"]) == ("https://forum.example/1", 3)
    assert [each["author"]["name"] for each in article["comment"]] == ["가", "라"]


def test_an_untranslated_page_tells_of_the_original(site: Callable[..., Site]) -> None:
    """Catches an address or language that a copy in another language's surroundings makes up."""
    made = built(site, THREAD.replace("title: {ko: 하나, en: One}", "title: {ko: 하나}"))
    article = graph(made, "en")["BackgroundNewsArticle"]
    assert (article["url"], article["inLanguage"]) == ("https://digest.example/ko/threads/one/", "ko")


@pytest.mark.parametrize("text", ["</script><script>alert(1)</script>", "<!-- <script>", "]]>", "&amp; &lt; &"])
def test_no_text_ends_the_block_or_changes_in_it(site: Callable[..., Site], text: str) -> None:
    """Catches a comment or name that breaks out of the block, is escaped for HTML, or twice."""
    archive = FULL.replace("{ko: 끝, en: The end}", f'"`{text}`"').replace("author: 라", f'author: "{text}"')
    made = built(site, archive)
    page = made.read("ko/threads/one/index.html")
    assert page.count("<script") == page.count("</script") == 1
    block = page.partition('ld+json">')[2].partition("</script>")[0]
    assert not set("<>&\u2028\u2029") & set(block)
    said = graph(made, "ko")["DiscussionForumPosting"]["comment"][-1]
    assert said["author"]["name"] == text


def test_deep_discussions_nest_no_deeper_than_the_page(site: Callable[..., Site]) -> None:
    """Catches a thread of hundreds of replies to replies that no reader of JSON follows, or that ends the build."""
    comments = "".join(
        f"{'    ' * n}- author: a{n}\n{'    ' * n}  date: 2025-01-14T08:00:00\n{'    ' * n}  text: n{n}\n"
        f"{'    ' * n}  replies:\n"
        for n in range(60)
    )
    archive = f"{FULL.partition('-- content/threads/one/comments.yaml')[0]}-- content/threads/one/comments.yaml --\n"
    last = f"{'    ' * 60}- {{author: z, date: 2025-01-14T08:00:00, text: last}}\n"
    posting = graph(built(site, archive + comments + last), "ko")["DiscussionForumPosting"]
    assert posting["commentCount"] == 61
    depth, level = 0, posting["comment"]
    while level:
        depth, level = depth + 1, level[0].get("comment", [])
    assert depth == 41


def test_it_is_there_only_where_it_is_asked_for(site: Callable[..., Site]) -> None:
    """Catches pages that say everything twice though nobody asked for it."""
    made = site(FULL)
    assert made.build().good
    assert "ld+json" not in made.read("ko/threads/one/index.html")


def test_pages_say_when_their_content_appeared(site: Callable[..., Site]) -> None:
    """Catches a thread without its dates for Open Graph, and a correction that is told of a thread without one."""
    page = built(site, FULL).read("en/threads/one/index.html")
    assert '<meta property="article:published_time" content="2025-01-15T09:00:00+09:00">' in page
    assert '<meta property="article:modified_time" content="2025-01-17T09:00:00+09:00">' in page
