"""Waiting for something to arrive, without polling."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Arrivals:
    """Things that arrive one by one, and a way to wait for them."""

    def __init__(self) -> None:
        self._arrived = asyncio.Event()

    def announce(self) -> None:
        """Wake those who wait, to look again."""
        self._arrived.set()

    async def until(self, condition: Callable[[], bool], deadline: float) -> None:
        """Wait until `condition` holds; raise TimeoutError after `deadline` seconds of real time."""
        async with asyncio.timeout(deadline):
            while not condition():
                self._arrived.clear()
                await self._arrived.wait()
