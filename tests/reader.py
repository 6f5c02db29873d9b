"""Made sites as their readers find them: pages by address, parsed; links; and the text that a person sees."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urljoin

import yaml
from conftest import Site
from lxml import etree, html

ROOT = Path(__file__).parent.parent
KST = timezone(timedelta(hours=9))


@dataclass(frozen=True)
class Page:
    """A page: its file in the output folder, its absolute address, and its elements."""

    path: str
    address: str
    root: html.HtmlElement

    @property
    def lang(self) -> str | None:
        """The language that the page says it is in."""
        found: str | None = self.root.get("lang")
        return found

    @cached_property
    def ids(self) -> list[str]:
        """All ids, in page order."""
        return self.values("//@id")

    def find(self, xpath: str) -> list[html.HtmlElement]:
        """The elements that an XPath leads to."""
        found: list[html.HtmlElement] = self.root.xpath(xpath)
        return found

    def one(self, xpath: str) -> html.HtmlElement:
        """The only element that an XPath leads to."""
        (found,) = self.find(xpath)
        return found

    def values(self, xpath: str) -> list[str]:
        """The attributes or texts that an XPath leads to."""
        return [str(each) for each in self.root.xpath(xpath)]

    def links(self, xpath: str) -> list[str]:
        """The addresses that an XPath leads to, absolute."""
        return [urljoin(self.address, each) for each in self.values(xpath)]

    @property
    def sizes(self) -> list[str]:
        """The addresses of all sizes in which images are offered."""
        offered = (each.split()[0] for srcset in self.values("//@srcset") for each in srcset.split(", "))
        return [urljoin(self.address, each) for each in offered]

    @property
    def canonical(self) -> str | None:
        """The address that search engines are asked to show."""
        (*found,) = self.values('//link[@rel="canonical"]/@href')
        assert len(found) < 2, self.path
        return found[0] if found else None

    @property
    def alternates(self) -> dict[str, str]:
        """The versions in other languages that the head names: addresses by language."""
        links = self.find('//link[@rel="alternate"][@hreflang][not(@type)]')
        assert len({link.get("hreflang") for link in links}) == len(links), self.path
        return {link.get("hreflang", ""): link.get("href", "") for link in links}


@dataclass(frozen=True)
class Made:
    """A published site: its folder, the address it is made for, its languages, the default one first."""

    output: Path
    base: str
    languages: tuple[str, ...]

    @cached_property
    def files(self) -> frozenset[str]:
        """The paths of all published files."""
        return frozenset(str(path.relative_to(self.output)) for path in self.output.rglob("*") if path.is_file())

    @cached_property
    def pages(self) -> dict[str, Page]:
        """All pages by their paths."""
        return {path: self._page(path) for path in sorted(self.files) if path.endswith(".html")}

    def _page(self, path: str) -> Page:
        parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
        root = html.document_fromstring((self.output / path).read_bytes(), parser=parser)
        return Page(path, self.base + quote(path.removesuffix("index.html")), root)

    def file_at(self, address: str) -> str | None:
        """The path of the file that answers an address of this site; None for addresses elsewhere."""
        if not address.startswith(self.base):
            return None
        path = unquote(address.removeprefix(self.base).partition("#")[0])
        return f"{path}index.html" if path == "" or path.endswith("/") else path

    def page_at(self, address: str) -> Page:
        """The page that answers an address."""
        return self.pages[self.file_at(address) or address]

    def in_language(self, page: Page, lang: str) -> Page:
        """The same page in another language."""
        return self.pages[f"{lang}/{page.path.partition('/')[2]}"]

    def sitemap(self) -> dict[str, dict[str, str]]:
        """The addresses of the sitemap, each with its versions by language."""
        spaces = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
        urls = etree.parse(self.output / "sitemap.xml").getroot().findall("s:url", spaces)
        listed = {
            url.findtext("s:loc", "", spaces): {
                link.get("hreflang", ""): link.get("href", "") for link in url.findall("x:link", spaces)
            }
            for url in urls
        }
        assert len(listed) == len(urls)
        return listed


def made(site: Site, base: str = "https://digest.example/", languages: tuple[str, ...] = ("ko", "en")) -> Made:
    """A site, built; what it is made for has to be said again, in the form that links have."""
    outcome = site.build()
    assert outcome.good, outcome.diagnostics
    return Made(site.output, base, languages)


def in_zone(moment: datetime) -> datetime:
    """A moment from a file of the repository's site in that site's zone, where those that name none are as well."""
    return moment.astimezone(KST) if moment.tzinfo else moment.replace(tzinfo=KST)


def sample(folder: Path, **settings: Any) -> Site:
    """A copy of the repository's own site, with some settings changed."""
    shutil.copytree(ROOT / "content", folder / "content")
    given = yaml.safe_load((ROOT / "sitegen.yaml").read_text("utf-8"))
    (folder / "sitegen.yaml").write_text(yaml.safe_dump({**given, **settings}, allow_unicode=True), "utf-8")
    return Site(folder)


# -- what a person sees ------------------------------------------------------------------------------------------------

TEXTS = ("blockquote", "dd", "dt", "h1", "h2", "h3", "h4", "li", "p", "pre", "summary", "tr")
BOXES = ("article", "details", "div", "dl", "footer", "header", "main", "nav", "ol", "section", "table", "ul")
MARKS = {"h1": "# ", "h2": "## ", "h3": "### ", "h4": "#### ", "li": "- ", "summary": "▾ ", "blockquote": "> "}
UNSEEN = frozenset(["printed", "skip", "unseen"])
"""Classes of what is there for print, for the keyboard, and for those who listen."""


def seen(element: html.HtmlElement) -> str:
    """The text of an element as it is seen: a line a block, marked as in Markdown, links with their addresses."""
    return "\n".join(line for line in _lines(element, "") if line) + "\n"


def _lines(element: html.HtmlElement, indent: str) -> Iterator[str]:
    """The lines of a block; what stands in a list item is indented below its mark."""
    mark = MARKS.get(str(element.tag), "")
    words = ""
    inner = indent + "  " if element.tag == "li" else indent

    def line() -> str:
        nonlocal words, mark
        text = " ".join(words.split())
        whole = f"{indent if mark else inner}{mark}{text}" if text else ""
        words, mark = "", "" if text else mark
        return whole

    for part in _parts(element):
        if isinstance(part, str):
            words += part
            continue
        yield line()
        below = [each for each in _lines(part, inner) if each]
        if mark and below:
            below[0] = f"{indent}{mark}{below[0].lstrip()}"
            mark = ""
        yield from below
    yield line()


def _parts(element: html.HtmlElement) -> Iterator[str | html.HtmlElement]:
    """The words and the blocks of an element, in order; inline elements become words."""
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str) and not UNSEEN & set(child.get("class", "").split()):
            if child.tag in (*TEXTS, *BOXES):
                yield child
            elif child.tag == "a":
                yield "["
                yield from _parts(child)
                yield f"]({unquote(child.get('href', ''))})"
            elif child.tag == "img":
                yield f"![{child.get('alt', '')}]"
            else:
                yield from _parts(child)
        yield child.tail or ""
