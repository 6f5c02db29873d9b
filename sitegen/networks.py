"""Which addresses of machines belong to the internet, and not to the network of whoever asks."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

NAT64 = IPv6Network("64:ff9b::/96")
"""IPv6 addresses whose last four bytes are an IPv4 address (RFC 6052)."""


def is_public(address: str) -> bool:
    """Whether an IP address is that of a machine on the internet, also where it stands inside another one."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _inner(found) if isinstance(found, IPv6Address) else found
    return inner.is_global and not inner.is_multicast and not inner.is_reserved


def _inner(address: IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address stands for, if it does."""
    inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 else inner or address
