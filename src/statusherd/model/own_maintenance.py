"""Our own maintenance windows: for which services of ours nothing is opened meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from statusherd.model.selection import matches

LONGEST: Final = timedelta(days=30)


class WindowState(StrEnum):
    """Where a window stands."""

    AHEAD = "ahead"
    ON = "on"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class OwnMaintenance:
    """One window, from and until (not included), UTC. `services` are case-insensitive globs of their names.

    `number` is given by the store, 0 before. Ended early, `ends_at` is when.
    """

    title: str
    services: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    author: str
    reason: str = ""
    created_at: datetime | None = None
    number: int = 0

    def state_at(self, now: datetime) -> WindowState:
        """Return where it stands."""
        if self.ends_at <= now:
            return WindowState.OVER
        return WindowState.ON if self.starts_at <= now else WindowState.AHEAD

    def covers(self, service: str) -> bool:
        """Tell whether it is about a service: by its own name, never by what it needs or is needed by."""
        return any(matches(pattern, service) for pattern in self.services)
