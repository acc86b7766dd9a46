"""One round of a probe: attempts that are spread and bounded, and more of them where one fails."""

from __future__ import annotations

import asyncio
from typing import Final, Protocol

from statusherd.clock import Clock
from statusherd.model.probes import FOLLOW_UP, Probe, ProbeResult
from statusherd.watch.probe_words import as_round

AT_ONCE: Final = 50
"""So many attempts are under way together."""
SPREAD: Final = 0.4
"""The share of the interval over which attempts are spread; those that follow up take as much."""


class Attempts(Protocol):
    """What makes attempts: a `watch.probe.Prober`, or a double."""

    async def attempt(self, probe: Probe) -> ProbeResult:
        """Make one attempt; what goes wrong is the result."""


class Rounds:
    """Makes rounds. `spread` is the share of the interval that their attempts take, 0 for all at once."""

    def __init__(self, prober: Attempts, clock: Clock, spread: float = SPREAD) -> None:
        self._prober = prober
        self._clock = clock
        self._spread = spread
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def make(self, probe: Probe, *, suspicious: bool) -> ProbeResult:
        """Return what a round finds. A suspicious one makes all its attempts whether one fails or not."""
        at = self._clock.now()
        count = probe.attempts * (1 + FOLLOW_UP if suspicious else 1)
        found = await self._attempts(probe, count)
        if not suspicious and any(each.failed for each in found):
            found += await self._attempts(probe, FOLLOW_UP * probe.attempts)
        return as_round(found, at)

    async def _attempts(self, probe: Probe, count: int) -> list[ProbeResult]:
        """Make attempts, one after the other: what lasts a second meets few of them."""
        gap = self._spread * probe.interval / count
        under_way: list[asyncio.Task[ProbeResult]] = []
        try:
            for _ in range(count):
                under_way.append(asyncio.create_task(self._attempt(probe)))
                if gap:
                    await self._clock.sleep(gap)
            return list(await asyncio.gather(*under_way))
        finally:
            for task in under_way:
                task.cancel()

    async def _attempt(self, probe: Probe) -> ProbeResult:
        async with self._turns:  # the time of an attempt runs from its turn
            return await self._prober.attempt(probe)
