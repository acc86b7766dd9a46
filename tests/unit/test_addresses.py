"""Which addresses may be dialled. Nothing here opens a connection."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statusherd.watch.addresses import (
    ANYWHERE,
    PRIVATE_TOO,
    AddressGuard,
    Reach,
    RefusedAddressError,
    embedded,
    is_public,
    judge,
    literal,
)

PUBLIC = (
    "1.1.1.1",
    "8.8.8.8",
    "52.84.1.1",
    "2606:4700::1111",
    "2a00:1450:4001::200e",
    "64:ff9b::808:808",
    "2002:808:808::1",
)
PRIVATE = (
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "198.18.0.1",
    "::1",
    "fc00::1",
    "fdff::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "2002:7f00:1::",
    "2002:c0a8:101::1",
)
NEVER = (
    "0.0.0.0",
    "0.1.2.3",
    "100.100.100.200",
    "168.63.129.16",
    "169.254.169.254",
    "169.254.170.2",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::7f00:1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:a9fe:a9fe::",
    "3fff::1",
    "5f00::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fe80::1",
    "fe80::1%lo",
    "fec0::1",
    "ff02::1",
)


@pytest.mark.parametrize("text", PUBLIC)
def test_addresses_of_the_internet_may_be_dialled(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize("text", PRIVATE)
def test_private_addresses_need_the_operators_word(text: str) -> None:
    assert judge(ip_address(text)) is Reach.PRIVATE
    assert not AddressGuard().permits(ip_address(text))
    assert AddressGuard(PRIVATE_TOO).permits(ip_address(text))


@pytest.mark.parametrize("text", NEVER)
def test_link_local_metadata_and_reserved_addresses_are_never_dialled(text: str) -> None:
    assert judge(ip_address(text)) is Reach.NEVER
    assert not AddressGuard(PRIVATE_TOO).permits(ip_address(text))


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_public_is_never_wider_than_the_registries_say(address: IPv4Address | IPv6Address) -> None:
    if is_public(address):
        assert embedded(address).is_global
        assert not embedded(address).is_multicast


@given(st.ip_addresses(v=4))
def test_an_embedded_address_is_judged_as_the_address_itself(inner: IPv4Address) -> None:
    number = int(inner)
    for outer in (0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80):
        assert embedded(IPv6Address(outer)) == inner
        assert judge(IPv6Address(outer)) is judge(inner)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.0.0.1.", "127.1", "0x7f000001", "0x7f.1", "2130706433", "0177.0.0.1", "017700000001"],
)
def test_an_ipv4_address_is_known_in_every_notation_the_system_takes(host: str) -> None:
    assert literal(host) == IPv4Address("127.0.0.1")


@pytest.mark.parametrize(("host", "address"), [("::1", "::1"), ("[::ffff:10.1.2.3]", "::ffff:10.1.2.3")])
def test_an_ipv6_address_is_known_with_and_without_brackets(host: str, address: str) -> None:
    assert literal(host) == IPv6Address(address)


@pytest.mark.parametrize("host", ["status.example.com", "localhost", "", "dead.beef", "1.2.3.4.5", "ßtatus"])
def test_a_name_is_no_literal_address(host: str) -> None:
    assert literal(host) is None


def test_refused_networks_win_over_everything_that_is_allowed() -> None:
    guard = AddressGuard(ANYWHERE, (ip_network("127.0.0.66/32"),))
    assert guard.permits(ip_address("127.0.0.1"))
    assert not guard.permits(ip_address("127.0.0.66"))
    assert not guard.permits(ip_address("::ffff:127.0.0.66"))


def test_no_socket_is_made_for_a_forbidden_address() -> None:
    guard = AddressGuard()
    info = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", 80))
    with pytest.raises(RefusedAddressError) as caught:
        guard.make_socket(info)
    assert caught.value.errno == RefusedAddressError.NUMBER
    assert "127.0.0.1" in str(caught.value)
    assert guard.open_sockets == 0


def test_sockets_are_counted_while_they_are_held() -> None:
    guard = AddressGuard(PRIVATE_TOO)
    made = guard.make_socket((socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", 80)))
    assert guard.open_sockets == 1
    made.close()
    del made
    assert guard.open_sockets == 0
