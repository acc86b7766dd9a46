"""Waiting for an event or a time, whichever is first, by a clock that can be a test's."""

from __future__ import annotations

import asyncio

from statusherd.clock import Clock


async def until(clock: Clock, deadline: float | None, *events: asyncio.Event) -> None:
    """Wait for the first of the events, or until `deadline` of the monotonic clock; None for no deadline."""
    if deadline is not None and deadline <= clock.monotonic():
        return
    waiters: list[asyncio.Task[object]] = [asyncio.create_task(event.wait()) for event in events]
    if deadline is not None:
        waiters.append(asyncio.create_task(_sleep(clock, deadline - clock.monotonic())))
    try:
        await asyncio.wait(waiters, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for waiter in waiters:
            waiter.cancel()


async def _sleep(clock: Clock, seconds: float) -> None:
    await clock.sleep(seconds)
