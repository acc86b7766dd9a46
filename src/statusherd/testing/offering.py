"""A sender that delivers at a rate and tries each delivery again until it is answered, as real ones do."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Final

import aiohttp

_PAUSE: Final = 0.05
_KEPT: Final = (200, 202)
MONITORS: Final = 50
INTAKE: Final = """
[[intake]]
name = "load"
kind = "generic"
token = "{token}"
mapping.id = "id"
mapping.key = "monitor"
mapping.state = "state"
mapping.text = "text"
"""
"""The [[intake]] of a config to which it delivers. A delivery's key in the store is "id NUMBER"."""


def delivery(number: int, size: int = 1000) -> bytes:
    """Return a delivery for `INTAKE`: one of 50 monitors is still down, in other words."""
    monitor = f"monitor-{number % MONITORS}"
    body = {"id": number, "monitor": monitor, "state": "down", "text": f"look {number} {'x' * size}"}
    return json.dumps(body).encode()


@dataclass
class LoadSender:
    """Delivers to `url` with a token. `kept` are the numbers that were answered to be, with their seconds."""

    url: str
    token: str
    patience: float = 600.0
    kept: dict[int, float] = field(default_factory=dict)
    attempts: int = 0
    refused: dict[str, int] = field(default_factory=dict)

    async def offer(self, count: int, per_second: float) -> None:
        """Deliver `count` times, each at its own time whatever became of those before."""
        connector = aiohttp.TCPConnector(limit=150)
        timeout = aiohttp.ClientTimeout(total=20)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        async with aiohttp.ClientSession(connector=connector, timeout=timeout, headers=headers) as client:
            began = time.monotonic()
            under_way: list[asyncio.Task[None]] = []
            for number in range(count):
                if (pause := began + number / per_second - time.monotonic()) > 0:
                    await asyncio.sleep(pause)
                under_way.append(asyncio.create_task(self._deliver(client, number)))
            await asyncio.gather(*under_way)

    async def _deliver(self, client: aiohttp.ClientSession, number: int) -> None:
        body, began = delivery(number), time.monotonic()
        while time.monotonic() - began < self.patience:
            self.attempts += 1
            outcome = await self._attempt(client, body)
            if outcome is None:
                self.kept[number] = time.monotonic() - began
                return
            self.refused[outcome] = self.refused.get(outcome, 0) + 1
            await asyncio.sleep(_PAUSE)

    async def _attempt(self, client: aiohttp.ClientSession, body: bytes) -> str | None:
        """Return None where the delivery is kept, else why not."""
        try:
            async with client.post(self.url, data=body) as answer:
                await answer.read()
                return None if answer.status in _KEPT else str(answer.status)
        except (aiohttp.ClientError, TimeoutError) as error:
            return type(error).__name__

    def seconds(self, share: float) -> float:
        """Return within how many seconds a share (0.99) of the deliveries was kept."""
        found = sorted(self.kept.values())
        return found[min(len(found) - 1, int(share * len(found)))] if found else 0.0
