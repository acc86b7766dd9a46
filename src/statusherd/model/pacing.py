"""How much a route tells, how often, and what of it together: the values of its keys."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from statusherd.model.clocks import instant
from statusherd.model.delivery import Thread
from statusherd.model.hours import DAYS

GROUP_WAIT: Final = 30.0
GROUP_INTERVAL: Final = 300.0
"""Seconds: the defaults where several incidents come as one message."""


class Updates(StrEnum):
    """What a route tells of something between its first message and its end."""

    ALL = "all"
    PHASES = "phases"  # changes of its phase only
    ENDS = "ends"  # none: the first message and the end


class GroupBy(StrEnum):
    """What messages have in common that come as one. `INCIDENT`: each is told by itself."""

    INCIDENT = "incident"
    VENDOR = "vendor"
    SERVICE = "service"  # the most important one that is touched
    COMPONENT = "component"  # the first that is named
    REGION = "region"  # the first that is named
    SEVERITY = "severity"  # when it is first told


@dataclass(frozen=True, slots=True)
class Grouping:
    """What a route tells together. `wait` is how many seconds the first message of a group waits for others.

    `interval` is the seconds between two messages of it.
    """

    by: GroupBy = GroupBy.INCIDENT
    wait: float = 0.0
    interval: float = 0.0

    @property
    def is_plain(self) -> bool:
        """Whether each incident is told by itself, and at once."""
        return self == PLAIN


PLAIN: Final = Grouping()


@dataclass(frozen=True, slots=True)
class Digest:
    """A time of the day, on a day of the week (0 is Monday) or on each, at which all is told at once."""

    at: time
    weekday: int | None = None

    def __str__(self) -> str:
        often = "daily" if self.weekday is None else f"weekly {DAYS[self.weekday]}"
        return f"{often} {self.at:%H:%M}"

    def next(self, after: datetime, zone: tzinfo) -> datetime:
        """Return when the clocks of a zone show it next after an instant, in UTC."""
        day = after.astimezone(zone).date()
        days = (day + timedelta(days=number) for number in range(-1, 10))  # a zone may skip a whole day
        return next(
            found
            for day in days
            if self.weekday in (None, day.weekday())
            and (found := instant(datetime.combine(day, self.at), zone)) > after
        )


def parse_digest(value: object) -> Digest:
    """Return "daily 09:00" or "weekly Mon 09:00" as a Digest; raise ValueError where it is neither."""
    match = _DIGEST.match(" ".join(value.split())) if isinstance(value, str) else None
    day = match[1].capitalize() if match and match[1] else None
    if match is None or (day is not None and day not in DAYS):
        raise ValueError(
            'must be a time of each day or week. Write it like "daily 09:00" or "weekly Mon 09:00"'
        )
    return Digest(time(int(match[2]), int(match[3])), None if day is None else DAYS.index(day))


_DIGEST: Final = re.compile(
    r"(?:daily|weekly ([a-z]{3})) ([01]\d|2[0-3]):([0-5]\d)\Z", re.ASCII | re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Repeat:
    """When a channel is reminded of a thread that is still open, and the newest Change that it then tells."""

    thread: str
    channel: str
    change_number: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Group:
    """What is told together in one channel: what it has in common (`key`), and its own conversation."""

    channel: str
    key: str
    thread: Thread
