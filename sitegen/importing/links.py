"""What a post's text names: the column under discussion, its archived copy, translations, papers, other links.

A forum post begins (and often ends) with addresses on lines of their own, each below a line that says what it is and,
for the column, below its title. Those lines become facts; an address in the middle of the text stays there too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from sitegen.importing.records import FoundColumn, FoundLink
from sitegen.scalars import Url

ARCHIVES = frozenset(
    (
        *(f"archive.{end}" for end in ("fo", "is", "li", "md", "org", "ph", "today", "vn")),
        "ghostarchive.org",
        "perma.cc",
    )
)
"""Hosts that keep copies of pages; hosts below them, such as web.archive.org, count too."""

PAPERS = frozenset(("arxiv.org",))

PUBLISHERS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Bloomberg", "bloomberg.com", ("블룸버그",)),
    ("The New York Times", "nytimes.com", ("뉴욕타임스", "뉴욕 타임스", "뉴욕타임즈", "NYT")),
    ("The Wall Street Journal", "wsj.com", ("월스트리트저널", "월스트리트 저널", "WSJ")),
    ("The Washington Post", "washingtonpost.com", ("워싱턴포스트", "워싱턴 포스트")),
    ("Financial Times", "ft.com", ("파이낸셜타임스", "파이낸셜 타임스", "FT")),
    ("The Economist", "economist.com", ("이코노미스트",)),
    ("The Guardian", "theguardian.com", ("가디언",)),
    ("The Atlantic", "theatlantic.com", ("애틀랜틱", "디애틀랜틱")),
    ("The New Yorker", "newyorker.com", ("뉴요커",)),
    ("Reuters", "reuters.com", ("로이터",)),
    ("Foreign Affairs", "foreignaffairs.com", ("포린어페어스", "포린 어페어스")),
    ("Foreign Policy", "foreignpolicy.com", ("포린폴리시", "포린 폴리시")),
    ("Forbes", "forbes.com", ("포브스",)),
    ("Wired", "wired.com", ("와이어드",)),
    ("The Verge", "theverge.com", ("더버지", "더 버지")),
    ("Ars Technica", "arstechnica.com", ("아스테크니카", "아르스테크니카")),
    ("TechCrunch", "techcrunch.com", ("테크크런치",)),
    ("MIT Technology Review", "technologyreview.com", ("MIT 테크놀로지 리뷰", "MIT테크놀로지리뷰")),
    ("IEEE Spectrum", "spectrum.ieee.org", ("IEEE 스펙트럼",)),
    ("Nature", "nature.com", ("네이처",)),
    ("BBC", "bbc.com", ("BBC",)),
    ("CNN", "cnn.com", ("CNN",)),
    ("CNBC", "cnbc.com", ("CNBC",)),
)
"""A foreign paper's name, its host, and what Korean posts call it."""

KOREAN_NEWS = {
    "aitimes.com": "AI타임스",
    "aitimes.kr": "인공지능신문",
    "asiae.co.kr": "아시아경제",
    "bloter.net": "블로터",
    "chosun.com": "조선일보",
    "ddaily.co.kr": "디지털데일리",
    "digitaltoday.co.kr": "디지털투데이",
    "donga.com": "동아일보",
    "edaily.co.kr": "이데일리",
    "etnews.com": "전자신문",
    "fnnews.com": "파이낸셜뉴스",
    "hani.co.kr": "한겨레",
    "hankookilbo.com": "한국일보",
    "hankyung.com": "한국경제",
    "heraldcorp.com": "헤럴드경제",
    "inews24.com": "아이뉴스24",
    "joongang.co.kr": "중앙일보",
    "jtbc.co.kr": "JTBC",
    "kbs.co.kr": "KBS",
    "khan.co.kr": "경향신문",
    "kmib.co.kr": "국민일보",
    "mk.co.kr": "매일경제",
    "mt.co.kr": "머니투데이",
    "news.daum.net": "다음 뉴스",
    "news.naver.com": "네이버 뉴스",
    "news.zum.com": "줌 뉴스",
    "news1.kr": "뉴스1",
    "newsis.com": "뉴시스",
    "newspeppermint.com": "뉴스페퍼민트",
    "nocutnews.co.kr": "노컷뉴스",
    "ohmynews.com": "오마이뉴스",
    "pressian.com": "프레시안",
    "sbs.co.kr": "SBS",
    "sedaily.com": "서울경제",
    "segye.com": "세계일보",
    "seoul.co.kr": "서울신문",
    "sisain.co.kr": "시사IN",
    "v.daum.net": "다음 뉴스",
    "yna.co.kr": "연합뉴스",
    "ytn.co.kr": "YTN",
    "zdnet.co.kr": "지디넷코리아",
}
"""Korean news sites by host: what they carry about a foreign column is its translation."""

ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
LABELLED = re.compile(r"(?P<label>[^\n]{1,80}?)\s*[:：(<\[]?\s*(?P<url>https?://[^\s<>\"]+?)[)>\]]?", re.IGNORECASE)
BULLET = re.compile(r"[*•·▶▷►■□●○◆◇※▲→–—-]+\s*")
_NOUN = r"(?:원문|출처|번역|링크|아카이브|칼럼|기사|논문|원글|source|original|archive|archived|link)"
LABEL = re.compile(rf".*{_NOUN}\s*(?:\([^()]*\))?\s*[:：]?|{_NOUN}\b.*", re.IGNORECASE)
ORIGINAL = re.compile(r"원문|원본|original", re.IGNORECASE)
TRANSLATED = re.compile(r"번역|translat", re.IGNORECASE)
SENTENCE = re.compile(r".*(?:다|요|죠|까|네|음|함)[.!?…~]*|.*[.…]")
OMITTED = re.compile(r"[\[(<【〈](?:이후|이하|뒷부분|나머지) *(?:내용|기사|부분)?[은는]? *(?:생략|중략)[\])>】〉]\s*\Z")
LABEL_LENGTH = 80
LABELLED_LENGTH = 2_000
TITLE_LENGTH = 300


@dataclass(frozen=True)
class Post:
    """A post's text in its parts."""

    text: str
    column: FoundColumn | None
    links: tuple[FoundLink, ...]


@dataclass(frozen=True)
class _Mention:
    """An address with the lines that belong to it."""

    url: str
    label: str | None = None
    title: str | None = None

    @property
    def host(self) -> str:
        return _host(self.url)


def read_post(lines: Sequence[str]) -> Post:
    """Take a post's text apart."""
    filled = [number for number, line in enumerate(lines) if line.strip()]
    head, begin = _head([lines[number].strip() for number in filled])
    tail, size = _tail(lines, filled[begin:])
    kept = lines[filled[begin] : filled[begin + size - 1] + 1] if size else ()
    middle = [_Mention(line.strip()) for line in kept if _is_address(line.strip())]
    column, others = _column(_merged((*head, *middle, *tail)))
    text = _paragraphs(kept)
    if column and (omitted := OMITTED.search(text)):
        text = text[: omitted.start()].rstrip()
        column = replace(column, excerpt=True)
    return Post(text, column, tuple(_link(mention, has_column=column is not None) for mention in others))


def _merged(mentions: Iterable[_Mention]) -> tuple[_Mention, ...]:
    """Each address once, with every label that it had."""
    found: dict[str, _Mention] = {}
    for mention in mentions:
        known = found.get(mention.url, mention)
        labels = dict.fromkeys(each for each in (known.label, mention.label) if each)
        found[mention.url] = replace(known, label=" · ".join(labels) or None, title=known.title or mention.title)
    return tuple(found.values())


def _head(lines: Sequence[str]) -> tuple[list[_Mention], int]:
    """The addresses that a post opens with, and how many (filled) lines they take."""
    found: list[_Mention] = []
    position = 0
    while position < len(lines):
        sizes = (size for size in (1, 2, 3) if _mention(lines[position : position + size]))
        size = next(sizes, 0)
        mention = _mention(lines[position : position + size])
        if mention is None:
            break
        found.append(mention)
        position += size
    return found, position


def _mention(lines: Sequence[str]) -> _Mention | None:
    """The address that the last of these lines is, if the others are its label and title."""
    if not lines:
        return None
    *above, url = lines
    if not _is_address(url):
        return None if above else _labelled(url)
    match above:
        case []:
            return _Mention(url)
        case [label] if _is_label(label):
            return _Mention(url, label)
        case [title] if _is_title(title) and _is_original(_Mention(url)):
            return _Mention(url, None, title)
        case [label, title] if _is_label(label) and _is_title(title) and _is_original(_Mention(url, label)):
            return _Mention(url, label, title)
    return None


def _labelled(line: str) -> _Mention | None:
    """The address of a line such as `출처: https://…`."""
    found = LABELLED.fullmatch(line) if len(line) <= LABELLED_LENGTH else None
    if found is None or not _is_label(found["label"]) or not _is_address(found["url"]):
        return None
    return _Mention(found["url"], found["label"])


def _tail(lines: Sequence[str], filled: Sequence[int]) -> tuple[list[_Mention], int]:
    """The addresses that a post ends with, and how many of the filled lines stand above them."""
    found: list[_Mention] = []
    end = len(filled)
    while end:
        window = [lines[number].strip() for number in filled[max(0, end - 3) : end]]
        labelled = (size for size in (3, 2) if size <= len(window) and _is_label(window[-size]))
        size = next((size for size in labelled if _mention(window[-size:])), 1)
        mention = _mention(window[-size:])
        if mention is None or (mention.label is None and _belongs_to_sentence(lines, filled[end - 1])):
            break
        found.append(mention)
        end -= size
    return found[::-1], end


def _belongs_to_sentence(lines: Sequence[str], number: int) -> bool:
    """Whether words stand right above an address, without an empty line between."""
    above = lines[number - 1].strip() if number else ""
    return bool(above) and not _is_address(above)


def _is_address(line: str) -> bool:
    """Whether a line is an address that content may link to."""
    return ADDRESS.fullmatch(line) is not None and Url().fault(line) is None


def _is_label(line: str) -> bool:
    if not line or len(line) > LABEL_LENGTH or ADDRESS.search(line):
        return False
    return bool(BULLET.match(line) or LABEL.fullmatch(line)) and not SENTENCE.fullmatch(line)


def _is_title(line: str) -> bool:
    return len(line) <= TITLE_LENGTH and not (ADDRESS.search(line) or _is_label(line) or SENTENCE.fullmatch(line))


def _is_original(mention: _Mention) -> bool:
    """Whether an address is that of the column itself, or of a copy of it."""
    if _among(mention.host, KOREAN_NEWS) is not None:
        return False
    labelled = mention.label is not None and ORIGINAL.search(mention.label) is not None
    return labelled or _is_archive(mention) or any(_among(mention.host, (host,)) for _, host, _ in PUBLISHERS)


def _is_archive(mention: _Mention) -> bool:
    return _among(mention.host, ARCHIVES) is not None


def _column(mentions: Sequence[_Mention]) -> tuple[FoundColumn | None, tuple[_Mention, ...]]:
    """The column, where its title is told, and the mentions that are no part of it."""
    own = [mention for mention in mentions if _is_original(mention)]
    title = next((mention.title for mention in own if mention.title), None)
    if title is None:
        return None, tuple(mentions)
    archive = next((mention for mention in own if _is_archive(mention)), None)
    source = next((mention for mention in own if not _is_archive(mention)), None)
    used = [mention for mention in (archive, source) if mention]
    words = [_bare(each) for mention in used for each in (mention.label, mention.title) if each and each != title]
    column = FoundColumn(
        title,
        _publisher(own),
        _language(title),
        source.url if source else None,
        archive.url if archive else None,
        label=" · ".join(each for each in words if each) or None,
    )
    return column, tuple(mention for mention in mentions if mention not in used)


def _publisher(mentions: Iterable[_Mention]) -> str | None:
    """The paper that a label or an address names."""
    for mention in mentions:
        for name, host, called in PUBLISHERS:
            label = mention.label or ""
            if _among(mention.host, (host,)) or name in label or any(_names(label, each) for each in called):
                return name
    return None


def _names(label: str, name: str) -> bool:
    """Whether a label holds a paper's name; short Latin names only as words of their own."""
    if name.isascii():
        return re.search(rf"(?<![A-Za-z]){name}(?![A-Za-z])", label) is not None
    return name in label


def _language(title: str) -> str | None:
    """The language that a title's script tells: Korean, Japanese, or English where it is plain Latin."""
    letters = [each for each in title if each.isalpha()]
    if any("가" <= each <= "힣" for each in letters):
        return "ko"
    if any("ぁ" <= each <= "ヿ" for each in letters):
        return "ja"
    return "en" if letters and all(each.isascii() for each in letters) else None


def _link(mention: _Mention, *, has_column: bool) -> FoundLink:
    """A link as `links:` lists it. A Korean article is a translation where there is a column, or where it says so."""
    label = _bare(mention.label)
    paper = re.search(r"arxiv\.org/(?:abs|pdf|html)/(?P<id>[0-9]{4}\.[0-9]{4,5})", mention.url)
    if _among(mention.host, PAPERS):
        return FoundLink(f"arXiv:{paper['id']}" if paper else "arXiv", mention.url, "paper", "en", label)
    news = _among(mention.host, KOREAN_NEWS)
    if news:
        translated = has_column or (label is not None and TRANSLATED.search(label) is not None)
        return FoundLink(KOREAN_NEWS[news], mention.url, "translation" if translated else "link", "ko", label)
    return FoundLink(mention.title or mention.host or mention.url, mention.url, "link", None, label)


def _bare(label: str | None) -> str | None:
    """A label without bullet and colon."""
    return (BULLET.sub("", label, count=1).strip(" :：") or None) if label else None


def _host(url: str) -> str:
    """The host of an address, without `www.`; empty where there is none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:  # such as http://[
        return ""


def _among(host: str, known: Iterable[str]) -> str | None:
    """The known host that this one is, or lies below."""
    return next((each for each in known if host == each or host.endswith(f".{each}")), None)


def _paragraphs(lines: Iterable[str]) -> str:
    """The lines as Markdown: one empty line where the page had several."""
    kept: list[str] = []
    for line in lines:
        if line.strip() or (kept and kept[-1]):
            kept.append(line if line.strip() else "")
    return "\n".join(kept).rstrip("\n")
