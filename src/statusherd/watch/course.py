"""The course of one probe: its hours, what is usual now, and whether it is in trouble. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from statusherd.model.probes import ProbeHour, ProbeResult
from statusherd.watch.anomaly import FAILING, Sums, is_slow, step
from statusherd.watch.usual import REMEMBERED, SEASON_FROM, Usual, summed_up, usual

_NEWEST: Final = 30


class Course:
    """Takes in the rounds of one probe, in order.

    `hours` are those that were, oldest first; `rounds` those of the hour under way; `since` is when the
    trouble began in which it is taken up.
    """

    def __init__(
        self,
        hours: Iterable[ProbeHour] = (),
        rounds: Iterable[ProbeResult] = (),
        since: datetime | None = None,
    ) -> None:
        self.sums = Sums(since=since)
        self._newest: deque[ProbeResult] = deque(maxlen=_NEWEST)
        self._hours = list(hours)
        self._rounds = list(rounds)
        self._usual: tuple[datetime, Usual] | None = None

    def take(self, found: ProbeResult, h: float) -> ProbeHour | None:
        """Take in a round, `h` being the threshold; return the hour that is over by it."""
        done = self._turn(_hour(found.at))
        self._newest.append(found)
        self.sums = step(self.sums, found, self.usual(found.at), h)
        self._rounds.append(found)
        return done

    @property
    def lately(self) -> tuple[ProbeResult, ...]:
        """The rounds since something was unusual, the newest alone where nothing is."""
        return tuple(self._newest)[-max(1, self.sums.rounds) :]

    def looks_bad(self, after: datetime) -> bool | None:
        """Tell whether the newest round is bad by itself; None where none after a time counts."""
        found = self._newest[-1] if self._newest else None
        if found is None or found.at < after or not found.counts:
            return None
        return 2 * found.failed >= FAILING * found.attempts or is_slow(found, self.usual(found.at))

    def usual(self, at: datetime) -> Usual:
        """Return what is usual at a time, by the rounds before."""
        hour = _hour(at)
        if self._usual is None or self._usual[0] != hour or len(self._hours) < SEASON_FROM:
            # What is odd right now must not become usual by itself while there is little else.
            sound = self._rounds[: max(0, len(self._rounds) - self.sums.rounds)]
            under_way = [summed_up(hour, sound)] if sound else []
            self._usual = hour, usual([*self._hours, *under_way], hour)
        return self._usual[1]

    def _turn(self, hour: datetime) -> ProbeHour | None:
        """Begin a new hour where it is one."""
        if not self._rounds or _hour(self._rounds[-1].at) == hour:
            return None
        done = summed_up(_hour(self._rounds[-1].at), self._rounds)
        self._rounds = []
        if not done.rounds:
            return None
        self._hours = [each for each in self._hours if each.at > hour - REMEMBERED]
        self._hours.append(done)
        return done


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
