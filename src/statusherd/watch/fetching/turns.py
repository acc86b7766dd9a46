"""Who may ask now: so many requests at once, and so many of them to one host.

The connector could limit this too, but there a request's deadline runs while it waits for its turn,
and a hundred hanging vendors would make the healthy ones behind them look dead.
"""

from __future__ import annotations

from asyncio import Semaphore


class _Host:
    """The turns of one host, and how many hold or want one."""

    __slots__ = ("slots", "users")

    def __init__(self, slots: int) -> None:
        self.slots = Semaphore(slots)
        self.users = 0


class Turns:
    """Turns are given in the order they were asked for, first per host, then over all."""

    def __init__(self, total: int, per_host: int) -> None:
        self._total = Semaphore(total)
        self._per_host = per_host
        self._hosts: dict[str, _Host] = {}

    async def enter(self, host: str) -> None:
        """Wait for a turn; `leave` must follow."""
        entry = self._hosts.get(host)
        if entry is None:
            entry = self._hosts[host] = _Host(self._per_host)
        entry.users += 1
        try:
            await entry.slots.acquire()
        except BaseException:
            self._forget(host, entry)
            raise
        try:
            await self._total.acquire()
        except BaseException:
            entry.slots.release()
            self._forget(host, entry)
            raise

    def leave(self, host: str) -> None:
        """Give the turn back."""
        entry = self._hosts[host]
        self._total.release()
        entry.slots.release()
        self._forget(host, entry)

    def _forget(self, host: str, entry: _Host) -> None:
        entry.users -= 1
        if not entry.users:
            del self._hosts[host]
