"""When to look next. Pure: it is told the time, in monotonic seconds, and asks no clock."""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

JITTER: Final = 0.1
"""A look moves by at most this share of the pause."""
LONGEST_BACK_OFF: Final = 900.0
LONGEST_WAIT: Final = 3600.0
"""A server that asks for a longer pause is not taken at its word."""

_STEERING: Final = 0.8
"""The share of the jitter that leads a vendor to its own slot; the rest is chance."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a vendor is looked at: each `interval` seconds, in trouble twice as often.

    Trouble never makes the pause shorter than `minimum`, nor longer than `interval`.
    """

    interval: float
    minimum: float = 30.0

    @property
    def floor(self) -> float:
        """The shortest pause there ever is."""
        return min(self.interval, self.minimum)

    def pause(self, *, trouble: bool) -> float:
        """Return the seconds between two looks, before jitter."""
        return max(self.interval / 2, self.floor) if trouble else self.interval


def first_look(pace: Pace, *, vendor: str, now: float) -> float:
    """Return when to look at a vendor after a start or a common failure, at most one interval from `now`.

    Vendors are spread evenly over the interval by their names, so a restart keeps their order.
    """
    return now + _share(vendor) * pace.interval


def next_look(  # noqa: PLR0913 - one argument per fact that the rule weighs
    pace: Pace,
    *,
    vendor: str,
    looked_at: float,
    trouble: bool,
    failures: int,
    retry_after: float | None,
    rng: random.Random,
) -> float:
    """Return when to look at a vendor again after a look that ended at `looked_at`.

    `trouble`: it has an open incident or a maintenance under way. `failures` counts the failed looks in
    a row, this one included. `retry_after` is what its server asked for, in seconds.
    """
    pause = pace.pause(trouble=trouble)
    if failures > 1:
        delay = _back_off(pause, failures, rng)
    else:
        delay = pause + _nudge(pause, vendor, looked_at + pause, rng)
    delay = max(delay, pace.floor)
    if retry_after is not None:
        delay = max(delay, min(max(retry_after, pace.interval), LONGEST_WAIT))
    return looked_at + delay


def _nudge(pause: float, vendor: str, due: float, rng: random.Random) -> float:
    """Return how far to move a look, so that vendors that came to be looked at together drift apart.

    Each has a slot of its own in the pause. After a stall, chance alone would take half an hour to
    spread them again.
    """
    reach = JITTER * pause
    to_slot = (_share(vendor) * pause - due + pause / 2) % pause - pause / 2
    steering = min(max(to_slot, -_STEERING * reach), _STEERING * reach)
    return steering + rng.uniform(-1, 1) * (1 - _STEERING) * reach


def _back_off(pause: float, failures: int, rng: random.Random) -> float:
    """Return an exponential back-off with full jitter above `pause`."""
    doublings = min(failures - 1, 32)
    longest = max(pause, min(LONGEST_BACK_OFF, pause * 2.0**doublings))
    return rng.uniform(pause, longest)


def _share(vendor: str) -> float:
    """Return a number from 0 to 1 that belongs to the name, the same on every machine."""
    digest = blake2b(vendor.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


class Agenda:
    """Who is to be looked at when: a heap of due times in which a newer entry overrules the older."""

    def __init__(self) -> None:
        self._due: dict[str, float] = {}
        self._heap: list[tuple[float, str]] = []

    def __len__(self) -> int:
        return len(self._due)

    def __contains__(self, vendor: object) -> bool:
        return vendor in self._due

    def due(self, vendor: str) -> float | None:
        """Return when `vendor` is due, None where it is not on the agenda."""
        return self._due.get(vendor)

    def set(self, vendor: str, due: float) -> None:
        """Put `vendor` down for `due`, in place of what was set before."""
        self._due[vendor] = due
        heapq.heappush(self._heap, (due, vendor))
        if len(self._heap) > 2 * len(self._due) + 64:
            self._heap = [(at, name) for name, at in self._due.items()]
            heapq.heapify(self._heap)

    def remove(self, vendor: str) -> None:
        """Strike `vendor` off; nothing happens where it is not on the agenda."""
        self._due.pop(vendor, None)

    def next_due(self) -> float | None:
        """Return when the next vendor is due, None where there is none."""
        while self._heap:
            due, vendor = self._heap[0]
            if self._due.get(vendor) == due:
                return due
            heapq.heappop(self._heap)  # overruled or struck off
        return None

    def pop_due(self, now: float) -> list[str]:
        """Take the vendors that are due at `now` off the agenda and return them, longest overdue first."""
        vendors = []
        while (due := self.next_due()) is not None and due <= now:
            _, vendor = heapq.heappop(self._heap)
            del self._due[vendor]
            vendors.append(vendor)
        return vendors
