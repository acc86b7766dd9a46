"""Who takes turns: people, the rotations they are in, and the overrides that somebody made by hand.

Times of a rotation are local: what the clock on the wall of its zone shows, without a zone of their own.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

ONCALL: Final = "oncall:"
"""A target of a route that begins with this names a rotation: "oncall:primary"."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be on call. `channels` are names; `timezone` is None where it is the daemon's."""

    name: str
    channels: tuple[str, ...] = ()
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class Cycle:
    """Local times that come again and again, in both directions: `offsets` into each cycle of `length`.

    Cycles are counted from `origin`. Offsets rise, from 0 on and below `length`; there is at least one. The
    first time at or after `origin` has the number 0.
    """

    origin: datetime
    length: timedelta
    offsets: tuple[timedelta, ...] = (timedelta(0),)

    def number(self, local: datetime) -> int:
        """Return the number of the last time that is not after `local`."""
        cycles, rest = divmod(local - self.origin, self.length)
        return cycles * len(self.offsets) + bisect_right(self.offsets, rest) - 1

    def at(self, number: int) -> datetime:
        """Return the local time of a number."""
        cycles, place = divmod(number, len(self.offsets))
        return self.origin + cycles * self.length + self.offsets[place]

    @property
    def shortest(self) -> timedelta:
        """The shortest pause between two of the times."""
        following = (*self.offsets[1:], self.offsets[0] + self.length)
        return min(later - earlier for earlier, later in zip(self.offsets, following, strict=True))


@dataclass(frozen=True, slots=True)
class Rule:
    """When a rotation hands over, in the words of the config: one of `every`, `rrule` and `cron`.

    `every` is in seconds, `handover` the time of the day with or without the day of the week. `start` is the
    day from which the turns are counted: the first handover on it or after it is to the first person.
    """

    start: date
    every: float | None = None
    handover: str | None = None
    rrule: str | None = None
    cron: str | None = None


@dataclass(frozen=True, slots=True)
class Rotation:
    """People who take turns in this order, on the clock of a time zone of the IANA list."""

    name: str
    timezone: str
    people: tuple[str, ...]
    rule: Rule
    cycle: Cycle

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody else is on call in a rotation, from and until (not included) two instants in UTC.

    Where overrides overlap, the one that was made last, with the highest `id`, counts.
    """

    id: int
    oncall: str
    person: str
    begins_at: datetime
    ends_at: datetime
    reason: str = ""
    created_at: datetime | None = None

    def covers(self, at: datetime) -> bool:
        return self.begins_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class Shift:
    """One person's turn, from and until (not included) two instants in UTC. `override`: it is by hand."""

    person: str
    begins_at: datetime
    ends_at: datetime
    override: Override | None = None


@dataclass(frozen=True, slots=True)
class Roster:
    """All people and rotations of the config, by name."""

    people: Mapping[str, Person] = field(default_factory=dict)
    rotations: Mapping[str, Rotation] = field(default_factory=dict)

    def overrides_of(self, rotation: str, overrides: Iterable[Override]) -> tuple[Override, ...]:
        """Return the overrides of a rotation, without those of people who are no longer configured."""
        return tuple(each for each in overrides if each.oncall == rotation and each.person in self.people)

    def channels_of(self, target: str) -> frozenset[str]:
        """Return every channel that a target of a route may lead to, whoever is on call."""
        if not target.startswith(ONCALL):
            return frozenset({target})
        return frozenset(channel for person in self.people.values() for channel in person.channels)
