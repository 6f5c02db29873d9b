"""Markdown to safe HTML (https://spec.commonmark.org/0.31.2/): the only maker of Markup.

Editors' texts have tables, footnotes, images and headings with ids; strangers' texts have none of these. Raw HTML is
text in both. A text that would cost too much to read is shown as it was typed, with a problem.

What is clear is read by `fast`; only what it leaves needs the parser, which takes longer to load than to read a thread.
"""

from __future__ import annotations

from collections.abc import Mapping

from sitegen.markdown import fast as clear_part
from sitegen.markdown.document import STRANGER_REL, Block, Document, Picture, Problem, unanchored
from sitegen.markdown.outline import Outline

__all__ = ["Block", "Document", "Picture", "Problem", "render_editor", "render_stranger", "unanchored"]


def render_editor(
    text: str,
    images: Mapping[str, Picture],
    heading_base: int = 3,
    prefix: str = "",
    page: str = "",
    root: str = "",
    fast: bool = True,
) -> Document:
    """Render what an editor wrote.

    Relative links count from `page`, the address of the text's own page, and those that begin with `/` from `root`,
    the address of the site: the text is shown in other places too. `images` has each file that the text may show, by
    its name. The outermost headings become `h{heading_base}`. Blocks other than headings and footnotes have
    the ids p1, p2, …; `prefix` stands before the ids of headings and footnotes, so that two texts fit on one page.
    Where `fast` is not set, what is clear is left to the parser too, and comes to the same.
    """
    if fast and (clear := clear_part.read(text, Outline(heading_base, prefix))):
        return clear
    from sitegen.markdown import full

    return full.render_editor(text, images, heading_base, prefix, page, root)


def render_stranger(text: str, fast: bool = True) -> Document:
    """Render what a stranger wrote: nothing is loaded from anywhere, links lead to other sites and vouch for none.

    `fast` as for `render_editor`.
    """
    if fast and (clear := clear_part.read(text, rel=f' rel="{STRANGER_REL}"')):
        return clear
    from sitegen.markdown import full

    return full.render_stranger(text)
