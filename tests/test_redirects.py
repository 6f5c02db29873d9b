"""Former addresses: where they lead, and which cannot be."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import THREAD, Site, snapshot
from lxml import html

MOVED = f"""\
{THREAD}aliases: [옛 이름, before]
-- content/threads/one/column.ko.md --
요약입니다.
-- content/threads/one/column.en.md --
A summary.
-- content/digests/first/digest.yaml --
title: {{ko: 첫 호, en: "First & <foremost>"}}
date: 2025-02-01
threads: [one]
aliases: [issue-1]
-- content/pages/about.ko.md --
---
title: 소개
---
소개합니다.
-- content/pages/about.en.md --
---
title: About
aliases: [who]
---
About us.
"""


def test_former_addresses_lead_to_the_present_ones(site: Callable[..., Site]) -> None:
    """Catches an address that leads nowhere or elsewhere, in one language only, or by a script."""
    made = site(MOVED)
    assert made.build().diagnostics == ()
    for old, new in {
        "threads/옛 이름/": "threads/one/",
        "threads/before/": "threads/one/",
        "threads/before/parallel/": "threads/one/parallel/",
        "digests/issue-1/": "digests/first/",
        "who/": "about/",
    }.items():
        for lang in ("ko", "en"):
            text = made.read(f"{lang}/{old}index.html")
            page = html.fromstring(text)
            target = f"/{lang}/{new}"
            assert page.xpath("//meta[@http-equiv='refresh']/@content") == [f"0; url={target}"]
            assert page.xpath("//link[@rel='canonical']/@href") == [f"https://digest.example{target}"]
            assert page.xpath("//a/@href") == [target]
            assert page.xpath("//meta[@name='robots']/@content") == ["noindex"]
            assert not page.xpath("//script | //style | //@style")
            assert (made.output / lang / new / "index.html").is_file()
    assert '<a href="/en/digests/first/">First &amp; &lt;foremost&gt;</a>' in made.read("en/digests/issue-1/index.html")


def test_hosts_are_told_of_former_addresses(site: Callable[..., Site]) -> None:
    """Catches a list for hosts whose lines they cannot read, or one on a site where nothing moved."""
    made = site(MOVED)
    made.build()
    lines = made.read("_redirects").splitlines()
    assert all(len(line.split(" ")) == 3 and line.endswith(" 301") and line.isascii() for line in lines)
    assert "/ko/threads/%EC%98%9B%20%EC%9D%B4%EB%A6%84/ /ko/threads/one/ 301" in lines
    assert "/en/who/ /en/about/ 301" in lines
    plain = site(name="plain")
    plain.build()
    assert "_redirects" not in plain.made()


def test_former_addresses_are_in_no_list(site: Callable[..., Site]) -> None:
    """Catches a former address in the sitemap, a feed, llms.txt or a page."""
    made = site(MOVED)
    made.build()
    for path, data in made.made().items():
        if path not in (".sitegen", "_redirects") and "/before/" not in path:
            assert b"/before/" not in data, path


@pytest.mark.parametrize(
    ("path", "aliases", "expected"),
    [
        ("threads/one/thread.yaml", "[two]", "alias-in-use content/threads/one/thread.yaml:4:11"),
        ("threads/one/thread.yaml", "[ONE]", "alias-in-use content/threads/one/thread.yaml:4:11"),
        ("threads/one/thread.yaml", "[fine, shared]", "alias-in-use content/threads/two/thread.yaml:4:11"),
        ("threads/one/thread.yaml", "[a, /ko/threads/old/]", "bad-alias content/threads/one/thread.yaml:4:14"),
        ("threads/one/thread.yaml", "['..']", "bad-alias content/threads/one/thread.yaml:4:11"),
        ("threads/one/thread.yaml", "[https://elsewhere.example/x]", "bad-alias content/threads/one/thread.yaml:4:11"),
        ("threads/one/thread.yaml", "[a, A]", "duplicate-alias content/threads/one/thread.yaml:4:14"),
        ("pages/about.en.md", "[search]", "alias-in-use content/pages/about.en.md:3:11"),
        ("pages/about.en.md", "[other]", "alias-in-use content/pages/about.en.md:3:11"),
    ],
)
def test_impossible_aliases_are_told_with_their_place(
    site: Callable[..., Site], path: str, aliases: str, expected: str
) -> None:
    """Catches an alias that takes another's address or leads out of the site, and one told without place or help."""
    thread = "title: x\ndate: 2025-01-15\nlang: ko\n"
    page = "---\ntitle: x\n---\nx\n"
    files = {
        "threads/one/thread.yaml": thread,
        "threads/two/thread.yaml": f"{thread}aliases: [shared]\n",
        "pages/about.en.md": page,
        "pages/other.en.md": page,
    }
    if path.endswith(".yaml"):
        files[path] = f"{thread}aliases: {aliases}\n"
    else:
        files[path] = page.replace("title: x\n", f"title: x\naliases: {aliases}\n")
    made = site("".join(f"-- content/{each} --\n{text}" for each, text in files.items()))
    told = [one for one in made.build().diagnostics if "alias" in one.code]
    assert [f"{one.code} {one.span.path}:{one.span.line}:{one.span.column}" for one in told if one.span] == [expected]
    assert all(one.help for one in told)


def test_a_move_leaves_what_a_clean_build_would_make(site: Callable[..., Site]) -> None:
    """Catches a redirect that stays when its alias is taken back, or one that a second build does not make."""
    made = site(MOVED)
    made.build()
    yaml = made.root / "content/threads/one/thread.yaml"
    yaml.write_text(yaml.read_text("utf-8").replace("aliases: [옛 이름, before]", "aliases: [earlier]"), "utf-8")
    made.build()
    fresh = made.root / "fresh"
    made.build(output=fresh, fresh=True)
    assert snapshot(fresh) == made.made()
    assert "ko/threads/earlier/index.html" in made.made()
    assert "ko/threads/before/index.html" not in made.made()
