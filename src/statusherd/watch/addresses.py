"""Which addresses may be dialled: a judgement of an IP address, and the guard that enforces it.

The guard makes the sockets, so it sees the address that is really dialled: after name resolution,
redirects and rebinding, and for literal addresses, which no resolver is asked about.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from enum import StrEnum
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any, Final, TypeAlias
from weakref import WeakSet

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network
AddrInfo: TypeAlias = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[Any, ...]]


class Reach(StrEnum):
    """From where an address answers, as far as it matters to who may dial it."""

    PUBLIC = "public"
    PRIVATE = "private"  # ours to reach where the operator allows it
    NEVER = "never"  # link-local, cloud metadata, multicast, reserved: no status page lives there


_PRIVATE: Final = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT, RFC 6598
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarking, RFC 2544
        "::1/128",
        "fc00::/7",
    )
)
_NEVER: Final = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # 0.0.0.0 reaches this machine
        "100.100.100.200/32",  # metadata of Alibaba Cloud
        "168.63.129.16/32",  # metadata of Azure, a public address by its number
        "169.254.0.0/16",  # link-local, with the metadata of most clouds
        "192.0.0.0/24",  # protocol assignments, with the metadata of Oracle Cloud
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
        "2001::/23",  # protocol assignments, with Teredo
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
        "fd00:ec2::/32",  # metadata of AWS
        "fd20:ce::/32",  # metadata of Google Cloud
    )
)
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
_SIX_TO_FOUR: Final = IPv6Network("2002::/16")
_NAT64: Final = IPv6Network("64:ff9b::/96")


def judge(address: Address) -> Reach:
    """Return where `address` is reached; an IPv6 address that carries an IPv4 one is judged by that."""
    address = embedded(address)
    if any(address in network for network in _NEVER):
        return Reach.NEVER
    if any(address in network for network in _PRIVATE):
        return Reach.PRIVATE
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return Reach.NEVER
    return Reach.PUBLIC


def is_public(address: Address) -> bool:
    """Tell whether anyone on the internet may dial `address`."""
    return judge(address) is Reach.PUBLIC


def embedded(address: Address) -> Address:
    """Return the IPv4 address inside a mapped, NAT64 or 6to4 address, else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _SIX_TO_FOUR:
        return IPv4Address(int(address) >> 80 & 0xFFFFFFFF)
    return address


def literal(host: str) -> Address | None:
    """Return the address that `host` is in any notation the system takes (hex, octal, short), or None."""
    host = host.strip("[]").rstrip(".")
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None


class RefusedAddressError(OSError):
    """The policy forbids to dial this address."""

    NUMBER: Final = 0x5AFE
    """Its own errno: where several addresses of a name fail alike, only the number is kept."""

    def __init__(self, address: str) -> None:
        super().__init__(self.NUMBER, f"{address} is not a public address")


PUBLIC_ONLY: Final = frozenset({Reach.PUBLIC})
PRIVATE_TOO: Final = frozenset({Reach.PUBLIC, Reach.PRIVATE})
ANYWHERE: Final = frozenset(Reach)
"""For the operator's own proxy alone: it may well be on this machine or link-local."""


class AddressGuard:
    """Makes the sockets of one HTTP connector, for permitted addresses only, and counts the open ones.

    `allow` says what may be dialled; addresses in `refuse` are forbidden in any case.
    """

    def __init__(self, allow: frozenset[Reach] = PUBLIC_ONLY, refuse: Iterable[Network] = ()) -> None:
        self._allow = allow
        self._refuse = tuple(refuse)
        self._open: WeakSet[socket.socket] = WeakSet()

    def permits(self, address: Address) -> bool:
        """Tell whether `address` may be dialled."""
        inner = embedded(address)
        if any(address in network or inner in network for network in self._refuse):
            return False
        return judge(address) in self._allow

    def make_socket(self, info: AddrInfo) -> socket.socket:
        """Return a socket for `info`; raise RefusedAddressError where the policy forbids it."""
        family, kind, protocol, _, address = info
        if not self.permits(ip_address(address[0])):
            raise RefusedAddressError(address[0])
        made = socket.socket(family, kind, protocol)
        self._open.add(made)
        return made

    @property
    def open_sockets(self) -> int:
        """How many of the sockets are still held by a connection, in use or idle."""
        return len(self._open)
