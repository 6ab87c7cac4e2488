"""Which addresses a backend may have: not the console's, not the cloud's metadata.

Whoever may configure a backend, or owns a name that one refers to, would otherwise
reach from the gateway what only the gateway's host should. The check is made on the
address that is connected to, so a name that resolves differently the second time
changes nothing. Private addresses and loopback are open: backends live there.
"""

import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from gateway.addresses import Address, Addresses

# Metadata services that are not at a link-local address.
_METADATA = frozenset(
    map(ip_address, ("fd00:ec2::254", "100.100.100.200", "192.0.0.192"))
)
_NAT64 = IPv6Network("64:ff9b::/96")


class AddressDenied(OSError):
    """A connection that was not made, for where it would have gone."""


@dataclass(frozen=True)
class Guard:
    """Refuses addresses, unless `allowed` has them.

    `control` are addresses and ports of the console.
    """

    control: frozenset[tuple[Address, int]] = frozenset()
    allowed: Addresses = field(default_factory=lambda: Addresses(()))

    def check(self, host: str, port: int) -> None:
        """AddressDenied for an address (in digits) that a backend may not have."""
        address = _plain(ip_address(host.partition("%")[0]))
        if str(address) in self.allowed:
            return
        if address.is_link_local or address in _METADATA:
            raise AddressDenied(f"{host} is a link-local or metadata address")
        if any(port == taken and _reaches(address, at) for at, taken in self.control):
            raise AddressDenied(f"{host}:{port} is the console's address")


def guard(control: Iterable[tuple[str, int]], allowed: Iterable[str]) -> Guard:
    """A guard of control addresses by name and port, with others let through.

    OSError when a name is not known, ValueError for an address that is none.
    """
    known = [
        (_plain(ip_address(str(found[4][0]).partition("%")[0])), port)
        for host, port in control
        for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    ]
    return Guard(frozenset(known), Addresses(allowed))


def _plain(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one, and loopback for "this host"."""
    if isinstance(address, IPv6Address):
        if address in _NAT64:
            return _plain(IPv4Address(address.packed[-4:]))
        if address.ipv4_mapped:
            return _plain(address.ipv4_mapped)
    if address.is_unspecified:
        return ip_address("127.0.0.1" if address.version == 4 else "::1")
    return address


def _reaches(address: Address, listener: Address) -> bool:
    """Whether a listener may be met there: on loopback it may be on all of them."""
    return address == listener or (listener.is_loopback and _is_this_host(address))


def _is_this_host(address: Address) -> bool:
    """Only an address of this host can be bound."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((str(address), 0))
        except OSError:
            return False
    return True
