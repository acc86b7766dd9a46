"""When nothing of ours may change, and what of ours a vendor's maintenance falls into."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Freeze:
    """A time in which nothing may change, from and until (not included) on the clock of a zone.

    `begins` and `ends` have no zone of their own. `rrule`: it comes again, as long each time. `services` are
    case-insensitive globs; empty: whatever is touched.
    """

    name: str
    begins: datetime
    ends: datetime
    timezone: str = "UTC"
    rrule: str | None = None
    services: tuple[str, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Clash(StrEnum):
    """What a maintenance falls into."""

    FREEZE = "freeze"
    HANDOVER = "handover"  # of the rotation of a service's owner


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing that a maintenance falls into: from when, and until when where it lasts.

    `name` is the freeze's or the rotation's, `person` who takes over.
    """

    clash: Clash
    name: str
    begins_at: datetime
    ends_at: datetime | None = None
    person: str | None = None
