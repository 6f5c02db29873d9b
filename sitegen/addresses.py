"""IP addresses of people: what a forum shows beside a name, and what somebody pastes into a comment.

None may be published, so content that holds one is refused: in a name even a masked one, in a comment's text a full one
that is somebody's. Addresses in code, of version numbers, and of private and documentation networks pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address

_PART = r"(?:[0-9]{1,3}|[♡♥❤*＊xX#●•○]{1,3})"
_BEGIN, _END = r"(?<![0-9A-Za-z_.])", r"(?![0-9A-Za-z_]|\.[0-9A-Za-z])"
_IN_NAME = re.compile(rf"{_BEGIN}{_PART}(?:\.{_PART}){{3}}{_END}")
_AFTER_NAME = re.compile(rf"\(\s*[0-9]{{1,3}}\.{_PART}(?:\.{_PART})?\s*\)\s*$")
_V4 = r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}"
_V6 = r"[23][0-9A-Fa-f]{3}(?::[0-9A-Fa-f]{0,4}){2,7}"
_ADDRESS = re.compile(rf"{_BEGIN}(?:{_V4}{_END}|{_V6}(?![0-9A-Za-z:]))")
_VERSION = re.compile(r"(?:\bv|\bver|version|버전|판)\.?\s*$", re.IGNORECASE)
_VERSION_AFTER = re.compile(r"\s*(?:version|버전)", re.IGNORECASE)
_LIKE_V4 = re.compile(r"\.[0-9]{1,3}\.[0-9]")
_LIKE_V6 = re.compile(r":[0-9A-Fa-f]{0,4}:")
"""What every address holds. Each begins with a plain character, so that clean texts are searched fast."""
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_CODE = re.compile(r"(?<!`)(`{1,8})(?!`).*?(?<!`)\1(?!`)")


def in_name(name: str) -> bool:
    """Whether a name holds an IP address, full, masked (`198.♡.7.20`) or cut to its first parts (`(198.51)`)."""
    if "." not in name and name.count(":") < 2:
        return False
    for found in _IN_NAME.finditer(name):
        if sum(part.isdecimal() for part in found.group().split(".")) >= 2:
            return True
    return _AFTER_NAME.search(name) is not None or any(map(_valid, _ADDRESS.findall(name)))


def in_text(text: str) -> tuple[int, int, int] | None:
    """Line, column (from 1) and width of the first full, public IP address in a Markdown text, None without one."""
    return next(all_in_text(text), None)


def all_in_text(text: str) -> Iterator[tuple[int, int, int]]:
    """The same for all of them."""
    if not _LIKE_V4.search(text) and not _LIKE_V6.search(text):
        return
    fence = ""
    for number, line in enumerate(text.split("\n"), 1):
        mark = _FENCE.match(line)
        if fence:
            fence = "" if mark and mark.group(1).startswith(fence) and not line.strip().strip(fence[0]) else fence
        elif mark:
            fence = mark.group(1)
        else:
            for found in _ADDRESS.finditer(_CODE.sub(lambda code: " " * len(code.group()), line)):
                if _public(found.group()) and not _is_version(line, found.start(), found.end()):
                    yield number, found.start() + 1, len(found.group())


def _valid(address: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(address)
    except ValueError:
        return None


def _public(address: str) -> bool:
    found = _valid(address)
    return found is not None and found.is_global and not found.is_multicast


def _is_version(line: str, start: int, end: int) -> bool:
    before = line[max(0, start - 16) : start]
    return _VERSION.search(before) is not None or _VERSION_AFTER.match(line, end) is not None
