"""Connections to machines on the internet alone, whatever a name or a redirect leads to."""

from __future__ import annotations

import errno
import socket

from sitegen.networks import is_public

PRIVATE = "the address lies in a private network"
"""What a connection is refused with."""

AddressInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[object, ...]]
"""What a name was resolved to, as `socket.getaddrinfo` has it."""


class PrivateAddressError(OSError):
    """A connection would lead into a private network."""


def public_socket(info: AddressInfo) -> socket.socket:
    """A socket for a connection to an address; raises PrivateAddressError where that may not be asked.

    It stands at the last moment: what was looked up is what is connected to.
    """
    family, kind, protocol, _, address = info
    if not is_public(str(address[0])):
        raise PrivateAddressError(errno.EACCES, PRIVATE)
    return socket.socket(family, kind, protocol)
