"""Attempts of a real probe at a real server on loopback, recorded to be played back as a series."""

from __future__ import annotations

import asyncio
import random
import ssl
from typing import Final, Self

from statusherd.clock import Clock, SystemClock
from statusherd.model.probes import Probe, ProbeKind
from statusherd.watch.addresses import PRIVATE_TOO, AddressGuard
from statusherd.watch.fetching.names import SystemResolver
from statusherd.watch.probe import Prober

_ANSWER: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class LoopbackEndpoint:
    """A server on loopback that answers after `delay` seconds, and with `status`; both may be changed.

    `jitter` is the share of the delay by which it varies. Each `drop_every`-th connection ends unanswered.
    """

    def __init__(self, delay: float = 0.0, jitter: float = 0.0, seed: int = 1) -> None:
        self.delay = delay
        self.jitter = jitter
        self.answer = _ANSWER
        self.drop_every = 0
        self.asked = 0
        self.url = ""
        self._random = random.Random(seed)  # noqa: S311 - repeats exactly
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/health"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked += 1
        dropped = self.drop_every and self.asked % self.drop_every == 0
        try:
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(self.delay * (1 + self.jitter * self._random.uniform(-1, 1)))
            if not dropped:
                writer.write(self.answer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def loopback_prober(clock: Clock | None = None) -> Prober:
    """Return a prober that may dial loopback."""
    guard = AddressGuard(PRIVATE_TOO)
    return Prober(SystemResolver(), guard, ssl.create_default_context(), "statusherd", clock or SystemClock())


async def record(attempts: int, delay: float = 0.01, jitter: float = 0.2) -> tuple[float, ...]:
    """Return what so many attempts at an endpoint on loopback took, in milliseconds, in order."""
    prober, found = loopback_prober(), []
    async with LoopbackEndpoint(delay, jitter) as endpoint:
        probe = Probe("loopback", "http", ProbeKind.HTTP, endpoint.url)
        for _ in range(attempts):
            result = await prober.attempt(probe)
            if result.latency_ms is not None:
                found.append(result.latency_ms)
    return tuple(found)
