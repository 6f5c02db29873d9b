"""The shapes of single values: texts, names, addresses of the web, languages, dates, numbers, flags."""

from __future__ import annotations

import re
from datetime import date, datetime
from ipaddress import IPv6Address
from unicodedata import normalize

from sitegen import addresses
from sitegen.record import comparable
from sitegen.routes import slug_fault
from sitegen.shapes import (
    MISSING,
    MISTAKEN_LANGUAGES,
    Missing,
    Reader,
    Trail,
    check_characters,
    lang_help,
    name_of,
    plain,
    quote,
    wrong,
)
from sitegen.yamldoc import Node
from sitegen.zones import names, zone

MAX_LABEL = 100
"""Characters of a category or tag."""
MAX_FOLDER = 255
"""Bytes of a folder's name."""

IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,99}")

# -- texts -------------------------------------------------------------------------------------------------------------


@comparable
class Refusal:
    """Why a text will not do: the code, what goes on after its name in the message, and what helps."""

    code: str
    message: str
    help: str


class Text:
    """A text on one line."""

    words = "a text"

    def read(self, node: Node, where: Trail, reader: Reader) -> str | Missing:
        """The text, made `plain`."""
        if type(node) is not str:
            return wrong(self, node, where, reader)
        if node.isprintable():
            text = node.strip()
        else:
            check_characters(node, where, reader)
            text = plain(node)
        if not text:
            return wrong(self, None, where, reader)
        refusal = self.refuse(text)
        if refusal:
            return reader.tell(refusal.code, f"{name_of(where)} {refusal.message}", where, refusal.help)
        return text

    def refuse(self, text: str) -> Refusal | None:
        """Whatever a shape has against a text."""


class Name(Text):
    """The name of somebody on the forum: a text without an IP address, not even a masked one."""

    words = "a name"

    def refuse(self, text: str) -> Refusal | None:
        """An address that stands in a name."""
        if addresses.in_name(text):
            message = "holds an IP address, which is never published"
            return Refusal("ip-address", message, "remove the address, even if it is masked")
        return None


class Label(Text):
    """A category or tag: a text of at most 100 characters without a slash."""

    words = "a short text without `/`"

    def read(self, node: Node, where: Trail, reader: Reader) -> str | Missing:
        """The label in Unicode's composed form (NFC)."""
        text = super().read(node, where, reader)
        return MISSING if text is MISSING else normalize("NFC", text)

    def refuse(self, text: str) -> Refusal | None:
        """What keeps an address from being made of a label."""
        if "/" in text:
            return Refusal("bad-label", f"holds a slash: {quote(text)}", "leave the slash out")
        if len(text) > MAX_LABEL:
            return Refusal("bad-label", f"is longer than {MAX_LABEL} characters", "shorten it")
        return None


class SlugText(Text):
    """The name of a folder in the project: what an address is made of."""

    words = "the name of a folder"

    def read(self, node: Node, where: Trail, reader: Reader) -> str | Missing:
        """The name in Unicode's composed form (NFC)."""
        text = super().read(node, where, reader)
        return MISSING if text is MISSING else normalize("NFC", text)

    def refuse(self, text: str) -> Refusal | None:
        """What makes a name lead elsewhere."""
        if text.startswith(".") or "/" in text or "\\" in text or len(text.encode()) > MAX_FOLDER:
            message = f"must be {self.words}, and {quote(text)} cannot be one"
            return Refusal("bad-slug", message, "write the name of the folder alone, without `/`")
        return None


class FormerSlug(Text):
    """A slug that something had before: an address of the site is made of it."""

    words = "a former slug"

    def read(self, node: Node, where: Trail, reader: Reader) -> str | Missing:
        """The slug in Unicode's composed form (NFC)."""
        text = super().read(node, where, reader)
        return MISSING if text is MISSING else normalize("NFC", text)

    def refuse(self, text: str) -> Refusal | None:
        """What keeps it from being a step of an address."""
        if (fault := slug_fault(normalize("NFC", text))) is None:
            return None
        step = next((each for each in reversed(text.split("/")) if slug_fault(each) is None), None)
        advice = f"write the slug alone: `{step}`" if step and "/" in text else "write it as the folder was called"
        return Refusal("bad-alias", f"must be {self.words}, and {quote(text)} {fault}", advice)


class Identifier(Text):
    """An identifier of ASCII letters, digits, `-` and `_`, starting with a letter."""

    words = "an identifier such as `c12`"

    def refuse(self, text: str) -> Refusal | None:
        """What cannot stand in the address of a comment."""
        if not IDENTIFIER.fullmatch(text):
            advice = "a letter (a-z, A-Z) first, then letters, digits, `-` and `_`"
            return Refusal("bad-id", f"must be {self.words}, not {quote(text)}", advice)
        return None


class Markdown:
    """A Markdown text in a list of comments, as it was typed; no one's IP address may stand in it."""

    words = "a text"

    def read(self, node: Node, where: Trail, reader: Reader) -> str | Missing:
        """The text as typed."""
        if type(node) is not str:
            return wrong(self, node, where, reader)
        if not node or node.isspace():
            return wrong(self, None, where, reader)
        if reader.escapes:
            check_characters(node, where, reader)
        if inside := addresses.in_text(node):
            message = f"{name_of(where)} holds somebody's IP address"
            advice = "mask or remove it; write it as `code`, if it is an example"
            reader.tell("ip-address", message, where, advice, inside=inside)
        return node


# -- addresses of the web ----------------------------------------------------------------------------------------------

_URL = re.compile(
    r"(?i:https?)://(?P<user>[^/?#]*@)?(?P<host>\[[0-9A-Fa-f:.]+\]|(?:[0-9A-Za-z_.-]|[^\x00-\x9f])+)"
    r"(?::(?P<port>[0-9]{1,5}))?(?:[/?#].*)?"
)
_NOT_IN_URL = re.compile(r'[\s\x00-\x1f\x7f-\x9f<>"\\`\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]')
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?![0-9])")


class Url:
    """An absolute http or https address (RFC 3986; a host in any script), as it was typed."""

    words = "an address that starts with `https://` or `http://`"

    def read(self, node: Node, where: Trail, reader: Reader) -> str | Missing:
        """The address, if a page can link to it."""
        if type(node) is not str or not node.strip():
            return wrong(self, node or None, where, reader)
        url = node.strip()
        fault = self.fault(url)
        if fault:
            return reader.tell("bad-url", f"{name_of(where)} {fault[0]}: {quote(url)}", where, fault[1])
        return url

    def fault(self, url: str) -> tuple[str, str | None] | None:
        """What is wrong with an address, and what helps."""
        if character := _NOT_IN_URL.search(url):
            code = f"U+{ord(character.group()):04X}"
            return f"holds a character that no address may hold ({code})", "write a space as `%20`, and so on"
        parts = _URL.fullmatch(url)
        if parts is None:
            return self._unlike(url)
        host = parts["host"]
        if parts["user"]:
            return "holds a user name or password", "remove what stands before the `@`"
        if host.startswith("[") and not _is_ipv6(host[1:-1]):
            return "has no valid host", None
        if not host.startswith("[") and (host.startswith(".") or ".." in host or len(host) > 253):
            return "has no valid host", None
        if int(parts["port"] or 0) > 65_535:
            return "has no valid port", None
        return None

    def _unlike(self, url: str) -> tuple[str, str | None]:
        scheme = _SCHEME.match(url)
        if not scheme:
            return f"must be {self.words}", f"write {quote('https://' + url.lstrip('/'))}"
        if scheme.group().lower() in ("http:", "https:"):
            return "has no valid host", "write it as `https://host/path`"
        return f"must be {self.words}", None


class BaseUrl(Url):
    """The address of the site."""

    def read(self, node: Node, where: Trail, reader: Reader) -> str | Missing:
        """The address, with scheme and host in small letters, ending in `/`."""
        url = super().read(node, where, reader)
        if url is MISSING:
            return MISSING
        scheme, _, rest = url.partition("://")
        host, _, folder = rest.partition("/")
        return f"{scheme.lower()}://{host.lower()}/{folder}".rstrip("/") + "/"

    def fault(self, url: str) -> tuple[str, str | None] | None:
        """What is wrong with an address, and what helps."""
        if "?" in url or "#" in url:
            return "must end with its path, without `?` or `#`", "write it as `https://host/path/`"
        return super().fault(url)


def _is_ipv6(text: str) -> bool:
    try:
        return bool(IPv6Address(text).exploded)
    except ValueError:
        return False


# -- languages and zones -----------------------------------------------------------------------------------------------

LANG = re.compile(
    r"(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(?:-[A-WYZa-wyz0-9](?:-[A-Za-z0-9]{2,8})+)*"
    r"(?:-[Xx](?:-[A-Za-z0-9]{1,8})+)?"
)


class LangTag:
    """A well-formed language tag (BCP 47, RFC 5646 section 2.1), but no country code that is taken for one."""

    words = "a language such as `ko` or `en`"

    def read(self, node: Node, where: Trail, reader: Reader) -> str | Missing:
        """The tag as typed."""
        if type(node) is not str:
            return wrong(self, node, where, reader)
        if node.casefold() in MISTAKEN_LANGUAGES or len(node) > 35 or not LANG.fullmatch(node):
            message = f"{name_of(where)} must be {self.words}, not {quote(node)}"
            return reader.tell("unknown-language", message, where, lang_help(node, (), reader))
        return node


class SiteLang:
    """One of the languages of the site."""

    words = "one of the site's languages"

    def read(self, node: Node, where: Trail, reader: Reader) -> str | Missing:
        """The language."""
        if type(node) is not str:
            return wrong(self, node, where, reader)
        if node not in reader.languages:
            message = f"{name_of(where)} must be {self.words}, not {quote(node)}"
            return reader.tell("unknown-language", message, where, lang_help(node, reader.languages, reader))
        return node


class TimeZone:
    """The key of a time zone in the IANA database."""

    words = "a time zone such as `Asia/Seoul`"

    def read(self, node: Node, where: Trail, reader: Reader) -> str | Missing:
        """The key, if the database has it."""
        if type(node) is not str:
            return wrong(self, node, where, reader)
        try:
            return zone(node).key
        except ValueError:
            message = f"{name_of(where)} must be {self.words}, not {quote(node)}"
            return reader.tell("unknown-timezone", message, where, reader.suggest(node, names()))


# -- dates, numbers, flags ---------------------------------------------------------------------------------------------

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?) ?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
_LIKE_DATE = re.compile(r"\D{0,3}([0-9]{4})\D{1,3}([0-9]{1,2})\D{1,3}([0-9]{1,2})(?:\D{1,8}([0-9]{1,2}):([0-9]{2}))?")
COUNT = re.compile(r"[0-9]{1,15}")
_YES = frozenset(("yes", "y", "on", "true", "1", "예", "네"))
_NO = frozenset(("no", "n", "off", "false", "0", "아니오", "아니요"))
FIRST_YEAR, LAST_YEAR = 1970, 9998
"""Years in which every zone of today's has offsets of whole minutes and every moment can be told in any zone."""


class Moment:
    """A date with or without a time and a zone (ISO 8601); a time without a zone is in the reader's."""

    words = "a date such as `2025-01-13` or `2025-01-13T21:50+09:00`"

    def read(self, node: Node, where: Trail, reader: Reader) -> datetime | Missing:
        """The moment, aware of its zone; a date alone is its first minute."""
        parts = MOMENT.fullmatch(node) if type(node) is str else None
        if parts is None:
            return wrong(self, node, where, reader, _date_help(node))
        day, time, zone = parts.groups("")
        try:
            if time.startswith("24"):
                raise ValueError
            moment = datetime.fromisoformat(f"{day}T{time or '00:00'}{zone}")
        except ValueError:
            return _impossible(day, node, where, reader)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            message = f"{name_of(where)} is out of reach: {quote(day)}"
            return reader.tell("impossible-date", message, where, f"a year from {FIRST_YEAR} to {LAST_YEAR}")
        return moment if zone else moment.replace(tzinfo=reader.tz)


class Day:
    """A day (ISO 8601)."""

    words = "a day such as `2025-01-13`"

    def read(self, node: Node, where: Trail, reader: Reader) -> date | Missing:
        """The day."""
        if type(node) is not str or not DAY.fullmatch(node):
            return wrong(self, node, where, reader, _date_help(node, timed=False))
        try:
            return date.fromisoformat(node)
        except ValueError:
            return _impossible(node, node, where, reader)


def _date_help(node: Node, *, timed: bool = True) -> str | None:
    parts = _LIKE_DATE.match(node) if isinstance(node, str) else None
    if parts is None:
        return None
    year, month, day, hour, minute = parts.groups()
    time = f"T{hour:0>2}:{minute}" if hour and timed else ""
    return f"write `{year}-{month:0>2}-{day:0>2}{time}`"


def _impossible(day: str, node: Node, where: Trail, reader: Reader) -> Missing:
    try:
        date.fromisoformat(day)
    except ValueError:
        return reader.tell("impossible-date", f"{name_of(where)}: there is no day {quote(day)}", where)
    return reader.tell("impossible-date", f"{name_of(where)}: there is no such time as {quote(str(node))}", where)


class Count:
    """A whole number from 0 up, or from another one, in digits."""

    def __init__(self, least: int = 0):
        self.least = least
        self.words = f"a whole number from {least} up" if least else "a whole number such as `2498`"

    def read(self, node: Node, where: Trail, reader: Reader) -> int | Missing:
        """The number."""
        if type(node) is str and COUNT.fullmatch(node):
            number = int(node)
            return number if number >= self.least else wrong(self, node, where, reader)
        digits = re.sub(r"[,_ ]", "", node) if isinstance(node, str) else ""
        advice = f"write `{digits}`" if COUNT.fullmatch(digits) else "digits only, without sign, comma or unit"
        return wrong(self, node, where, reader, advice)


class Flag:
    """`true` or `false`."""

    words = "`true` or `false`"

    def read(self, node: Node, where: Trail, reader: Reader) -> bool | Missing:
        """The flag."""
        if node == "true" or node == "false":
            return node == "true"
        word = node.casefold() if isinstance(node, str) else ""
        advice = "write `true`" if word in _YES else "write `false`" if word in _NO else None
        return wrong(self, node, where, reader, advice)
