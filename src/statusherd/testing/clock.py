"""A clock that stands still until it is told to go on."""

from __future__ import annotations

import asyncio
import heapq
from datetime import UTC, datetime, timedelta
from typing import Final

START: Final = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
"""Where a FakeClock begins unless told otherwise: a Monday, at noon."""

# Turns of the event loop within which a woken task runs on until it waits for something else.
_TURNS: Final = 50


class FakeClock:
    """A Clock under a test's control: `sleep` returns when `advance` has come that far, never before.

    Sleepers wake in the order of their time, those of one instant in the order in which they lay down;
    each runs on until it waits again before the next one wakes. Between them the event loop turns a
    fixed number of times, so that a run repeats exactly. Work that waits for real sockets needs real
    time: wait for its effect, or with `until_sleeping` for the task to lie down again.
    """

    def __init__(self, start: datetime = START) -> None:
        self._began = start.astimezone(UTC)
        self._monotonic = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._laid_down = 0
        self._someone_lay_down = asyncio.Event()

    def now(self) -> datetime:
        return self._began + timedelta(seconds=self._monotonic)

    def monotonic(self) -> float:
        return self._monotonic

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        awake: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._laid_down += 1
        heapq.heappush(self._sleepers, (self._monotonic + seconds, self._laid_down, awake))
        self._someone_lay_down.set()
        await awake

    @property
    def sleeping(self) -> int:
        """How many tasks are asleep."""
        return sum(not awake.done() for _, _, awake in self._sleepers)

    @property
    def next_wake(self) -> float | None:
        """Seconds until the first sleeper is due, None where nobody sleeps."""
        due = self._first_due()
        return None if due is None else due - self._monotonic

    async def advance(self, seconds: float) -> None:
        """Let `seconds` pass, and everyone wake whose time comes within them."""
        until = self._monotonic + seconds
        await _settle()
        while (due := self._first_due()) is not None and due <= until:
            _, _, awake = heapq.heappop(self._sleepers)
            self._monotonic = due
            awake.set_result(None)
            await _settle()
        self._monotonic = until
        await _settle()

    async def advance_to(self, moment: datetime) -> None:
        """Let the time up to `moment` pass."""
        await self.advance(max(0.0, (moment - self.now()).total_seconds()))

    async def until_sleeping(self, count: int = 1, deadline: float = 5.0) -> None:
        """Wait in real time until `count` tasks are asleep; raise TimeoutError after `deadline` seconds."""
        async with asyncio.timeout(deadline):
            while self.sleeping < count:
                self._someone_lay_down.clear()
                await self._someone_lay_down.wait()

    def set(self, to: datetime) -> None:
        """Put the wall time to `to`, forwards or back, as a clock that is corrected: nobody wakes."""
        self._began = to.astimezone(UTC) - timedelta(seconds=self._monotonic)

    def _first_due(self) -> float | None:
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)  # cancelled while asleep
        return self._sleepers[0][0] if self._sleepers else None


async def _settle() -> None:
    for _ in range(_TURNS):
        await asyncio.sleep(0)
