"""The clock as a thing that is handed in, so that schedules and deadlines can be run in no time."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where the program takes the time from."""

    def now(self) -> datetime:
        """Return the wall time in UTC: for what is stored and shown."""

    def monotonic(self) -> float:
        """Return seconds that never jump: for schedules and deadlines."""

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` of this clock pass."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))
