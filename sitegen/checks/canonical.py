"""One address for all that lead to the same article: without trackers, mobile hosts, archives and the like."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import normalize
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

TRACKERS = re.compile(
    r"utm_\w+|fb(?:clid|_action_ids|_ref|_source)|[gmty]clid|[gw]braid|dclid|gclsrc|msclkid|ttclid|twclid|igshid|igsh"
    r"|_g[al]|mc_[ce]id|mkt_tok|_hs(?:enc|mi)|hsctatracking|vero_id|oly_(?:anon|enc)_id|wt\.?mc|spm|smid|smtyp|cmpid"
    r"|ocid|ncid|n_cid|srnd|sref|ref|ref_(?:src|url)|referrer|share(?:_id|token)?|si|feature|reflink|guccounter"
    r"|guce_referr(?:er|er_sig)|amp|outputtype|sfnsn|xtor|at_\w+",
    re.IGNORECASE,
)
"""Names of what an address carries along for those who count readers."""

ARCHIVES = (
    re.compile(r"(?:web|wayback)\.archive\.org/web/[0-9]{1,14}(?:[a-z]{2}_)?/(.+)", re.DOTALL),
    re.compile(r"archive\.(?:ph|today|is|li|vn|fo|md)/(?:[0-9]{4,14}|o/\w+|newest|oldest)/(https?:.+)", re.DOTALL),
    re.compile(r"webcache\.googleusercontent\.com/search\?q=cache:(?:[^:/]+:)?(.+)", re.DOTALL),
    re.compile(r"(?:www\.)?google\.[a-z.]+/amp/(?:s/)?(.+)", re.DOTALL),
    re.compile(r"[\w-]+\.cdn\.ampproject\.org/[cv]/(?:s/)?(.+)", re.DOTALL),
)
"""Addresses that hold another one, without their scheme."""

SERVICE = re.compile(r"(?:www|m|mobile|amp)[0-9]?\.(?=[^.]+\.)")
"""What a host's name begins with, where it is the same site for other screens."""

INDEX = re.compile(r"/(?:index|default)\.(?:html?|php[0-9]?|aspx?|jsp)$", re.IGNORECASE)
AMP = re.compile(r"(?<=.)(?:/amp|\.amp(?:\.html)?)$", re.IGNORECASE)
PORTS = {"80", "443"}


NESTED = 4
"""Archives inside one another that are looked through."""


@lru_cache(maxsize=4096)
def canonical(url: str) -> str:
    """What an address has in common with others that lead to the same page; not made to be opened."""
    rest = _bare(url)
    for _ in range(NESTED):
        inner = next((found[1] for archive in ARCHIVES if (found := archive.fullmatch(rest))), None)
        rest = rest if inner is None else _bare(inner)
    try:
        parts = urlsplit(f"https://{rest}")
    except ValueError:
        return rest
    host, _, port = parts.netloc.rpartition("@")[2].lower().partition(":")
    host = _ascii(SERVICE.sub("", host.rstrip("."), count=1))
    path = quote(normalize("NFC", unquote(parts.path)), safe="/~!$&'()*+,;=:@")
    path = AMP.sub("", INDEX.sub("", path.rstrip("/"))).rstrip("/")
    asked = sorted(pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not TRACKERS.fullmatch(pair[0]))
    return f"{host}{f':{port}' if port and port not in PORTS else ''}{path}{f'?{urlencode(asked)}' if asked else ''}"


def is_archive(url: str) -> bool:
    """Whether an address is that of an archived copy."""
    return re.match(r"(?:web\.archive\.org|archive\.(?:ph|today|is|li|vn|fo|md)|perma\.cc)/", _bare(url)) is not None


def _bare(url: str) -> str:
    """An address without its scheme, which may have lost a slash on its way through a path."""
    return re.sub(r"^https?:/+", "", url, flags=re.IGNORECASE)


def _ascii(host: str) -> str:
    try:
        return normalize("NFC", host).encode("idna").decode()
    except UnicodeError:
        return host
