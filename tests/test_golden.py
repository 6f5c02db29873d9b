"""A small site, and exactly what a person sees of it.

The site is `cases/golden/site.txt`; beside it stand the expected texts, one file a language and one for the pages that
belong to none. After a change that was meant, `REWRITE_GOLDEN=1 python -m pytest tests/test_golden.py` writes them
anew: read the difference before you keep it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import Site
from reader import Made, Page, made, seen

GOLDEN = Path(__file__).parent / "cases" / "golden"


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The small site, built."""
    site = Site(tmp_path_factory.mktemp("letters"))
    site.write((GOLDEN / "site.txt").read_text("utf-8"))
    return made(site)


def shown(page: Page) -> str:
    """A page's title and what it shows; what all pages have around their main part is told of front pages alone."""
    part = page.one("//body" if page.path.count("/") < 2 else "//main")
    return f"-- {page.path} --\n{page.root.findtext('head/title')}\n\n{seen(part)}"


@pytest.mark.parametrize("part", ["ko", "en", "both"])
def test_pages_show_what_they_are_to_show(letters: Made, part: str) -> None:
    """Catches any change to what people read: words, dates, figures, order, links, and what is lost or doubled."""
    own = [page for path, page in letters.pages.items() if part == ("both" if "/" not in path else path[:2])]
    text = "\n".join(map(shown, own))
    golden = GOLDEN / f"{part}.txt"
    if os.environ.get("REWRITE_GOLDEN"):
        golden.write_text(text, "utf-8")
    assert text == golden.read_text("utf-8")
