"""One attempt at a vendor's endpoint: name, connection, TLS and HTTP, each timed, and nothing is changed.

Every socket is made by the guard that also makes those of looks, so no probe reaches what no look may reach.
A request is a GET without body and credentials, of which the head of the answer is read.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

import aiohappyeyeballs
from aiohttp.abc import AbstractResolver
from yarl import URL

from statusherd.clock import Clock
from statusherd.model.probes import Probe, ProbeKind, ProbeResult, Stage
from statusherd.watch.addresses import AddressGuard, AddrInfo, RefusedAddressError

NEXT_ADDRESS: Final = 0.25
"""Seconds after which a second address of a name is tried beside the first (RFC 8305)."""
LONGEST_HEAD: Final = 65_536
_WELL: Final = range(200, 400)
_ASKED_TOO_OFTEN: Final = 429
_OUR_FAULT: Final = frozenset({errno.EMFILE, errno.ENFILE, RefusedAddressError.NUMBER})


class _NotWellError(Exception):
    """It answered, but not as it should; the message says how. `counts`: that speaks against the vendor."""

    def __init__(self, message: str, *, counts: bool = True) -> None:
        super().__init__(message)
        self.counts = counts


@dataclass
class _Attempt:
    """How far an attempt has come, and what each stage took."""

    stage: Stage = Stage.DNS
    begun: float = field(default_factory=time.perf_counter)
    stages_ms: dict[Stage, float] = field(default_factory=dict)

    def done(self) -> None:
        """Note that the stage is done."""
        self.stages_ms[self.stage] = round(self.elapsed_ms - sum(self.stages_ms.values()), 3)

    def enter(self, stage: Stage) -> None:
        """Note that the stage is done, and the next begins."""
        self.done()
        self.stage = stage

    @property
    def elapsed_ms(self) -> float:
        return (time.perf_counter() - self.begun) * 1000


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an attempt goes; `name` is what the certificate must be for, empty without TLS."""

    host: str
    port: int
    name: str = ""


class Prober:
    """Makes attempts. `agent` is how we introduce ourselves; `tls` is shared by all connections."""

    def __init__(
        self, resolver: AbstractResolver, guard: AddressGuard, tls: ssl.SSLContext, agent: str, clock: Clock
    ) -> None:
        self._resolver = resolver
        self._guard = guard
        self._tls = tls
        self._agent = agent
        self._clock = clock

    async def attempt(self, probe: Probe) -> ProbeResult:
        """Make one attempt. What goes wrong is the result, never an error."""
        at, course = self._clock.now(), _Attempt()
        try:
            async with asyncio.timeout(probe.timeout):
                detail = await self._through(probe, course)
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as failure:
            counts = getattr(failure, "errno", None) not in _OUR_FAULT
            return _failed(probe, at, course, _why(failure, probe, course.stage), counts=counts)
        except _NotWellError as why:
            return _failed(probe, at, course, str(why), counts=why.counts)
        course.done()
        latency = round(sum(course.stages_ms.values()), 3)
        return ProbeResult(
            probe.vendor, probe.name, at, True, latency, course.stage, detail, stages_ms=course.stages_ms
        )

    async def _through(self, probe: Probe, course: _Attempt) -> str:
        """Go all the way of a probe; return what it found in a few words."""
        place = _place(probe)
        infos = await self._resolve(place)
        if probe.kind is ProbeKind.DNS:
            return "1 address" if len(infos) == 1 else f"{len(infos)} addresses"
        course.enter(Stage.CONNECT)
        connected = await aiohappyeyeballs.start_connection(
            infos, happy_eyeballs_delay=NEXT_ADDRESS, interleave=1, socket_factory=self._guard.make_socket
        )
        if probe.kind is ProbeKind.TCP:
            connected.close()
            return "connected"
        return await self._talk(probe, place, connected, course)

    async def _resolve(self, place: _Place) -> list[AddrInfo]:
        found = await self._resolver.resolve(place.host, place.port)
        return [_dialled(each["host"], place.port) for each in found]

    async def _talk(self, probe: Probe, place: _Place, connected: socket.socket, course: _Attempt) -> str:
        reader, writer = await self._open(place, connected, course)
        try:
            if probe.kind is ProbeKind.TLS:
                return _certificate(writer, place)
            course.enter(Stage.HTTP)
            return await self._ask(probe, reader, writer)
        finally:
            writer.transport.abort()  # a graceful end would wait for the other side

    async def _open(
        self, place: _Place, connected: socket.socket, course: _Attempt
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Hand the socket over to streams, which close it."""
        if not place.name:
            return await asyncio.open_connection(sock=connected, limit=LONGEST_HEAD)
        course.enter(Stage.TLS)
        return await asyncio.open_connection(
            sock=connected, limit=LONGEST_HEAD, ssl=self._tls, server_hostname=place.name
        )

    async def _ask(self, probe: Probe, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
        writer.write(_request(URL(probe.target), self._agent))
        head = await reader.readuntil(b"\r\n\r\n")
        status = _status(head)
        if status in (probe.expect_status or _WELL):
            return str(status)
        if status == _ASKED_TOO_OFTEN:
            raise _NotWellError("429: it asks to be asked less often", counts=False)
        raise _NotWellError(_phrase(status))


def _place(probe: Probe) -> _Place:
    if probe.kind is ProbeKind.HTTP:
        url = URL(probe.target)
        host = url.raw_host or ""
        return _Place(host, url.port or 0, host if url.scheme == "https" else "")
    parts = urlsplit(f"//{probe.target}")
    host = parts.hostname or ""
    return _Place(host, parts.port or 0, host if probe.kind is ProbeKind.TLS else "")


def _dialled(address: str, port: int) -> AddrInfo:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return (family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port))


def _request(url: URL, agent: str) -> bytes:
    lines = (
        f"GET {url.raw_path_qs} HTTP/1.1",
        f"Host: {url.raw_authority}",
        f"User-Agent: {agent}",
        "Accept: */*",
        "Connection: close",
    )
    return "\r\n".join((*lines, "", "")).encode("ascii", "replace")


def _status(head: bytes) -> int:
    words = head.split(b"\r\n", 1)[0].split(b" ", 2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/") or not words[1].isdigit() or len(words[1]) != 3:
        raise _NotWellError("it does not speak HTTP")
    return int(words[1])


def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _certificate(writer: asyncio.StreamWriter, place: _Place) -> str:
    """Return for which name the certificate is, and until when."""
    found = writer.get_extra_info("peercert") or {}
    end = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(found["notAfter"])), UTC)
    names = [name for kind, name in found.get("subjectAltName", ()) if kind in ("DNS", "IP Address")]
    name = place.name if place.name in names or not names else names[0]
    return f"certificate of {name[:100]} until {end:%Y-%m-%d}"


def _failed(probe: Probe, at: datetime, course: _Attempt, why: str, *, counts: bool) -> ProbeResult:
    course.done()
    return ProbeResult(
        probe.vendor,
        probe.name,
        at,
        ok=False,
        latency_ms=None,
        stage=course.stage,
        detail=why,
        failed=1,
        counts=counts,
        stages_ms=course.stages_ms,
    )


_WAITED: Final = {
    Stage.DNS: "the name was not resolved",
    Stage.CONNECT: "no connection",
    Stage.TLS: "no TLS handshake",
    Stage.HTTP: "no answer",
}


def _why(failure: Exception, probe: Probe, stage: Stage) -> str:
    """Return what went wrong in a few words of ours."""
    if isinstance(failure, TimeoutError):
        return f"{_WAITED[stage]} within {probe.timeout:g} s"
    if isinstance(failure, asyncio.IncompleteReadError):
        return "the connection ended without an answer"
    if isinstance(failure, OSError):
        return _system_words(failure, stage)
    return f"the head of its answer is longer than {LONGEST_HEAD // 1024} KiB"


def _system_words(failure: OSError, stage: Stage) -> str:
    if failure.errno == RefusedAddressError.NUMBER:
        return "its address is not public, and it was not asked"
    if isinstance(failure, ssl.SSLCertVerificationError):
        return f"TLS: {failure.verify_message.rstrip('.')}"
    if isinstance(failure, ssl.SSLError):
        return f"TLS: {(failure.reason or 'failed').replace('_', ' ').lower()}"
    words = os.strerror(failure.errno) if failure.errno and failure.errno > 0 else failure.strerror
    return f"{_WAITED[stage]}: {words or type(failure).__name__}"
