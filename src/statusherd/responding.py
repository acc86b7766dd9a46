"""Responding to our own incidents: announced when they open, and looked at again while they are open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from statusherd.clock import Clock
from statusherd.model.errors import StoreError
from statusherd.pipeline import Pipeline
from statusherd.waits import until

log = structlog.get_logger()

FOLLOW_EVERY: Final = 60.0
"""Seconds after which open incidents are looked at again though nothing changed: time counts as well."""
FOLLOW_OVER_EVERY: Final = 600.0
"""The same for incidents that ended lately: vendors admit late."""


class Responding:
    """A loop of the daemon. `soon` is set by whoever has written about incidents.

    `told` is called once there is something to route.
    """

    def __init__(self, pipeline: Pipeline, clock: Clock) -> None:
        self.soon = asyncio.Event()
        self.told: Callable[[], None] = lambda: None
        self._pipeline = pipeline
        self._clock = clock
        self._over_at = 0.0

    async def run(self) -> None:
        """Respond until cancelled."""
        while True:
            self.soon.clear()
            await self.run_once()
            await until(self._clock, self._clock.monotonic() + FOLLOW_EVERY, self.soon)

    async def run_once(self) -> int:
        """Announce what is due and look at what is open; return how much was new."""
        over = self._clock.monotonic() >= self._over_at
        if over:
            self._over_at = self._clock.monotonic() + FOLLOW_OVER_EVERY
        done = await self._pipeline.announce_due() + await correlated(self._pipeline, over=over)
        if done:
            self.told()
        return done


async def correlated(pipeline: Pipeline, *, over: bool = False) -> int:
    """Find out what explains our incidents; a fault in that keeps nobody from being told the rest."""
    try:
        return await pipeline.correlate(over=over)
    except StoreError:
        raise
    except Exception:
        log.exception("a fault of ours", work="correlation")
        return 0
