"""The course of one probe: its hours, what is usual now, and whether it is in trouble. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from statusherd.model.probes import ProbeHour, ProbeResult
from statusherd.watch.anomaly import Sums, step
from statusherd.watch.usual import REMEMBERED, SEASON_FROM, Usual, summed_up, usual


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
        self.newest: ProbeResult | None = None
        self._hours = list(hours)
        self._rounds = list(rounds)
        self._usual: tuple[datetime, Usual] | None = None

    def take(self, found: ProbeResult, h: float) -> ProbeHour | None:
        """Take in a round, `h` being the threshold; return the hour that is over by it, None where none is."""
        done = self._turn(_hour(found.at))
        self.newest = found
        self.sums = step(self.sums, found, self.usual(found.at), h)
        self._rounds.append(found)
        return done

    def usual(self, at: datetime) -> Usual:
        """Return what is usual at a time, by the rounds before."""
        hour = _hour(at)
        if self._usual is None or self._usual[0] != hour or len(self._hours) < SEASON_FROM:
            under_way = [summed_up(hour, self._rounds)] if self._rounds else []
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
