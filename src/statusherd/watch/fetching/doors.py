"""The ways out: one HTTP session per policy of whom it may dial."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from statusherd import __version__
from statusherd.model.errors import FailureKind, FetchError
from statusherd.watch.addresses import ANYWHERE, PRIVATE_TOO, PUBLIC_ONLY, AddressGuard, Network, literal
from statusherd.watch.fetching.bodies import ACCEPT_ENCODING
from statusherd.watch.fetching.failures import refused
from statusherd.watch.fetching.limits import FetchLimits

_LONGEST_LINE: Final = 32768
"""Real pages send headers (content security policies) beyond the library's 8190 bytes."""
_NAMES_KEPT: Final = 300
_LONGEST_SUBJECT: Final = 300
_KNOWN_TARGETS: Final = 50_000
_INWARD_NAMES: Final = {
    "localhost": ip_address("127.0.0.1"),
    "metadata.google.internal": ip_address("169.254.169.254"),
}


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be asked, taken apart once."""

    text: str
    url: URL
    host: str
    """Name and port: what a connection belongs to."""
    subject: str
    """How errors name the address: without its query, which may hold a token."""


class Door:
    """A session and its guards. Doors share no connections: a private one stays with its policy."""

    def __init__(self, session: aiohttp.ClientSession, dialled: AddressGuard, named: AddressGuard) -> None:
        self.session = session
        self._dialled = dialled
        self._named = named
        self._targets: dict[str, Target] = {}

    def target(self, text: str) -> Target:
        """Return the address `text` taken apart; raise FetchError where we do not ask it."""
        known = self._targets.get(text)
        if known is None:
            known = self.admit(text)
            if len(self._targets) >= _KNOWN_TARGETS:
                self._targets.clear()
            self._targets[text] = known
        return known

    def admit(self, text: str) -> Target:
        """The same without keeping it: for addresses that a server has made up."""
        try:
            url = URL(text).with_fragment(None)
            host, port = url.raw_host, url.port
        except (ValueError, UnicodeError) as why:
            raise _not_an_address(_without_secrets(text), "it cannot be read as one") from why
        if url.scheme not in ("http", "https") or not host:
            raise _not_an_address(_without_secrets(text), "only http and https are read")
        subject = str(url.with_user(None).with_query(None))
        if url.raw_user is not None or url.raw_password is not None:
            raise _not_an_address(subject, "it holds a user name or a password")
        self._refuse_forbidden(host.lower().rstrip("."), subject)
        return Target(text, url, f"{host}:{port}", subject[:_LONGEST_SUBJECT])

    def _refuse_forbidden(self, host: str, subject: str) -> None:
        """Raise FetchError where the host in an address is itself forbidden.

        The guard on the sockets sees all that we dial; behind a proxy, this is all there is to see.
        """
        name = "localhost" if host.endswith(".localhost") else host
        address = _INWARD_NAMES.get(name) or literal(host)
        if address is not None and not self._named.permits(address):
            raise refused(subject, host)

    @property
    def open_connections(self) -> int:
        """How many connections are open, in use or idle."""
        return self._dialled.open_sockets

    def forget_name(self, target: Target) -> None:
        """Ask for the name anew next time: its addresses did not answer."""
        connector = self.session.connector
        if isinstance(connector, aiohttp.TCPConnector) and target.url.raw_host and target.url.port:
            connector.clear_dns_cache(target.url.raw_host, target.url.port)

    async def close(self) -> None:
        """Close all connections."""
        await self.session.close()


def _without_secrets(text: str) -> str:
    """Return an unreadable address without what may be a password or a token."""
    return re.sub(r"//[^/]*@", "//", text.partition("?")[0])


def _not_an_address(subject: str, why: str) -> FetchError:
    message = f"this is not an address to read: {why}"
    return FetchError(FailureKind.PROTOCOL, message, subject=subject[:_LONGEST_SUBJECT])


@dataclass(frozen=True, slots=True)
class DoorMaker:
    """What all doors of a fetcher have in common."""

    limits: FetchLimits
    contact: str | None
    proxy: str | None
    refuse: Iterable[Network]
    resolver: AbstractResolver
    tls: ssl.SSLContext

    def open(self, *, allow_private: bool) -> Door:
        """Return a new door that does or does not lead to private addresses."""
        named = AddressGuard(PRIVATE_TOO if allow_private else PUBLIC_ONLY, self.refuse)
        dialled = AddressGuard(ANYWHERE) if self.proxy else named  # through a proxy, only it is dialled
        return Door(self._session(dialled), dialled, named)

    def _session(self, guard: AddressGuard) -> aiohttp.ClientSession:
        limits = self.limits
        connector = aiohttp.TCPConnector(
            limit=0,  # turns are given before, so that nobody's deadline runs in a queue
            ssl=self.tls,
            resolver=self.resolver,
            ttl_dns_cache=_NAMES_KEPT,
            dns_cache_max_size=_KNOWN_TARGETS,
            keepalive_timeout=limits.keep_alive,
            socket_factory=guard.make_socket,
        )
        return aiohttp.ClientSession(
            connector=connector,
            proxy=self.proxy,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": user_agent(self.contact), "Accept-Encoding": ACCEPT_ENCODING},
            timeout=aiohttp.ClientTimeout(total=limits.timeout, sock_connect=limits.connect),
            auto_decompress=False,
            max_line_size=_LONGEST_LINE,
            max_field_size=_LONGEST_LINE,
        )


def user_agent(contact: str | None) -> str:
    """Return how we introduce ourselves: vendors block strangers they cannot write to."""
    name = f"statusherd/{__version__}"
    return f"{name} (+{contact})" if contact else name


def tls_context() -> ssl.SSLContext:
    """Return the context all connections share: making one costs as much as twenty handshakes."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
