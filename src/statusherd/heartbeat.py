"""The heartbeat: a request to a dead-man's switch, sent only while the daemon really works.

Whoever is asked there raises the alarm when it stays away. So it is held back where looks, routing or
delivery do not go on, or the store cannot be written; and where the program hangs, nothing is sent anyway.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

from statusherd.clock import Clock
from statusherd.model.errors import FailureKind, LookError, StoreError
from statusherd.store.beats import beat
from statusherd.store.engine import Store
from statusherd.watch.read import Fetches

log = structlog.get_logger()

STORE_DEADLINE: Final = 45.0
"""Seconds that one write may take; the store itself gives up before."""


@dataclass(frozen=True, slots=True)
class Switch:
    """Where the heartbeat goes, every `interval` seconds. The address is a secret."""

    url: str = field(repr=False)
    interval: float


class Heart:
    """Beats while the daemon works. A failure is logged without the address and disturbs nobody."""

    def __init__(self, fetcher: Fetches, store: Store, clock: Clock, switch: Switch | None) -> None:
        self._fetcher = fetcher
        self._store = store
        self._clock = clock
        self._switch = switch
        self._given = asyncio.Event()

    def point_at(self, switch: Switch | None) -> None:
        """Send the heartbeat elsewhere from the next one on, or nowhere."""
        self._switch = switch
        self._given.set()

    async def run(self, stuck: Callable[[], str | None]) -> None:
        """Beat for ever; `stuck` names the work that does not go on, None where all does."""
        while True:
            switch = self._switch
            if switch is None:
                self._given.clear()
                await self._given.wait()
                continue
            begun = self._clock.monotonic()
            await self._beat(switch, stuck())
            spent = self._clock.monotonic() - begun
            await self._clock.sleep(max(1.0, switch.interval - spent))

    async def _beat(self, switch: Switch, stuck: str | None) -> None:
        why = f"no progress with {stuck}" if stuck else await self._cannot_write()
        if why is not None:
            log.error("the heartbeat is held back", reason=why)
            return
        try:
            await self._fetcher.fetch(switch.url)
        except LookError as failure:
            if failure.kind is not FailureKind.EMPTY:  # an answer without a body is one
                log.warning("the heartbeat was not taken", kind=str(failure.kind))

    async def _cannot_write(self) -> str | None:
        try:
            await asyncio.wait_for(self._store.write(beat), STORE_DEADLINE)
        except StoreError as error:
            return f"the store cannot be written: {error.message}"
        except TimeoutError:
            return "the store cannot be written: no answer"
        return None
