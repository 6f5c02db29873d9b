"""Which addresses of machines may be asked: none in private networks, whatever a name or a redirect leads to."""

from __future__ import annotations

import errno
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

PRIVATE = "the address lies in a private network"
"""What a connection is refused with."""

NAT64 = IPv6Network("64:ff9b::/96")
"""IPv6 addresses whose last four bytes are an IPv4 address (RFC 6052)."""

AddressInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[object, ...]]
"""What a name was resolved to, as `socket.getaddrinfo` has it."""


class PrivateAddressError(OSError):
    """A connection would lead into a private network."""


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


def public_socket(info: AddressInfo) -> socket.socket:
    """A socket for a connection to an address; raises PrivateAddressError where that may not be asked.

    It stands at the last moment: what was looked up is what is connected to.
    """
    family, kind, protocol, _, address = info
    if not is_public(str(address[0])):
        raise PrivateAddressError(errno.EACCES, PRIVATE)
    return socket.socket(family, kind, protocol)
