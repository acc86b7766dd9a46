"""What is usual of a probe at an hour of the week, from the hours that were. Pure.

Latencies are natural logarithms of milliseconds here: what is "five times as slow" is the same distance
everywhere. The expectation is a level plus a season. The level is the median of half a day, so that lasting
slowness is usual after six hours, or of a whole day where that was slower. The season is how this hour of the
week, or while there are too few weeks this hour of the day, has differed from the day around it. All of it is
medians: an outage in the past moves nothing.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Final

from statusherd.model.probes import ProbeHour, ProbeResult

LEAST_ROUNDS: Final = 10
"""Rounds before anything is called unusual."""
SEASON_FROM: Final = 24
"""Hours from which on there is a season."""
REMEMBERED: Final = timedelta(days=28)
LEAST_SPREAD: Final = 0.25
"""A probe may vary by a quarter whatever its past says: no model is better than that."""
COLD_SPREAD: Final = 0.35
"""The same while an hour's rhythm is not known."""
LEAST_ERRORS: Final = 0.005
"""Errors are reckoned with at this rate at least: half a percent are lost on the way."""
MOST_ERRORS: Final = 0.1
SCATTER: Final = (1.0, 5.0)
"""Least and most of how much more the errors of an hour scatter than independent ones would."""
COLD_SCATTER: Final = 1.5
MOST_FOLLOWING: Final = 0.9

_DAY: Final = 24
_COLD_HOURS: Final = 6
_LEVEL_HOURS: Final = 12
_SOME_HOURS: Final = 6
_SPREAD_HOURS: Final = 7 * 24
_TO_SIGMA: Final = 1.4826
_Q75, _Q95 = 0.6745, 1.6449
_QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, slots=True)
class Usual:
    """What a round of a probe usually finds: latency and its spread, and the share of attempts that fail.

    `latency` None: no round has got through. `follows` is the correlation of a round with the one before,
    `scatter` how much more the numbers of errors vary than those of independent ones: they come in bursts.
    """

    latency: float | None
    spread: float
    errors: float
    rounds: int
    follows: float = 0.0
    scatter: float = SCATTER[0]
    has_season: bool = True
    """Whether it was seen for a day at least."""

    @property
    def is_known(self) -> bool:
        return self.rounds >= LEAST_ROUNDS

    @property
    def latency_ms(self) -> float | None:
        return None if self.latency is None else math.exp(self.latency)


def summed_up(at: datetime, rounds: Iterable[ProbeResult]) -> ProbeHour:
    """Return the rounds of one hour, of which at least one counts, as what is kept of them."""
    counted = [each for each in rounds if each.counts]
    found = [log_ms(r.latency_ms) for r in counted if r.latency_ms is not None]
    latency = _quantiles(sorted(found))
    attempts, failed = sum(r.attempts for r in counted), sum(r.failed for r in counted)
    return ProbeHour(at, len(counted), attempts, failed, latency, _follows(found, latency))


def log_ms(latency_ms: float) -> float:
    """Return milliseconds as they are reckoned with here."""
    return math.log(max(latency_ms, 0.01))


def usual(hours: Sequence[ProbeHour], at: datetime) -> Usual:
    """Return what is to be expected at a time; `hours` in order, the last may be the one under way."""
    kept = [hour for hour in hours if hour.at > at - REMEMBERED]
    rounds = sum(hour.rounds for hour in kept)
    timed = [hour for hour in kept if hour.latency]
    errors, scatter = _errors(kept)
    if not timed:
        return Usual(None, COLD_SPREAD, errors, rounds, scatter=scatter)
    has_season = len(timed) >= SEASON_FROM
    level, spread = _with_season(timed, at) if has_season else _without_season(timed)
    follows = median(hour.follows for hour in timed[-_SPREAD_HOURS:])
    return Usual(level, spread, errors, rounds, follows, scatter, has_season)


def _without_season(timed: Sequence[ProbeHour]) -> tuple[float, float]:
    newest = timed[-_COLD_HOURS:]
    level = median(hour.latency[2] for hour in newest)
    between = [abs(hour.latency[2] - level) for hour in newest]
    return level, max(COLD_SPREAD, math.hypot(_within(newest), _TO_SIGMA * median(between)))


def _with_season(timed: Sequence[ProbeHour], at: datetime) -> tuple[float, float]:
    middles = [hour.latency[2] for hour in timed]
    around = [median(middles[max(0, n - _DAY // 2) : n + _DAY // 2 + 1]) for n in range(len(timed))]
    apart = [middle - day for middle, day in zip(middles, around, strict=True)]
    # Of the newest hours half the day around them is not known yet.
    whole = len(timed) - _DAY // 2
    known = whole if whole >= SEASON_FROM else len(timed)
    season = _Season(timed[:known], apart[:known])
    plain = [m - season.at(hour.at) for m, hour in zip(middles[-_DAY:], timed[-_DAY:], strict=True)]
    # A quiet weekend must not make the evening after it look slow.
    level = max(median(plain), median(plain[-_LEVEL_HOURS:]))
    newest = list(zip(timed[:known], apart[:known], strict=True))[-_SPREAD_HOURS:]
    between = _TO_SIGMA * median(abs(far - season.at(hour.at)) for hour, far in newest)
    spread = math.hypot(_within(timed[-_SPREAD_HOURS:]), between)
    return level + season.at(at), max(LEAST_SPREAD, spread)


class _Season:
    """How far an hour of the week lies from the day around it."""

    def __init__(self, hours: Sequence[ProbeHour], apart: Sequence[float]) -> None:
        weekly: defaultdict[int, list[float]] = defaultdict(list)
        daily: defaultdict[int, list[float]] = defaultdict(list)
        for hour, far in zip(hours, apart, strict=True):
            weekly[_of_week(hour.at)].append(far)
            daily[hour.at.hour].append(far)
        self._weekly = {key: median(each) for key, each in weekly.items() if len(each) > 1}
        self._daily: Mapping[int, float] = {key: median(each) for key, each in daily.items()}

    def at(self, at: datetime) -> float:
        found = self._weekly.get(_of_week(at))
        return self._daily.get(at.hour, 0.0) if found is None else found


def _of_week(at: datetime) -> int:
    return at.weekday() * 24 + at.hour


def _within(hours: Sequence[ProbeHour]) -> float:
    """Return the spread of the rounds within an hour: the wider of the middle's and the slow side's."""
    return median(
        max((q[3] - q[1]) / (2 * _Q75), (q[4] - q[2]) / _Q95) for q in (hour.latency for hour in hours)
    )


def _errors(hours: Sequence[ProbeHour]) -> tuple[float, float]:
    """Return the share of attempts that fail, and how much its hours scatter.

    The worst hours are left out: those were outages.
    """
    by_rate = sorted(hours, key=lambda hour: hour.failed / max(1, hour.attempts))
    worst = max(len(by_rate) // 20, len(by_rate) >= _SOME_HOURS)
    kept = by_rate[: len(by_rate) - worst]
    attempts, failed = sum(h.attempts for h in kept), sum(h.failed for h in kept)
    rate = failed / max(1, attempts)
    expected = [(h.failed, h.attempts * rate) for h in kept]
    apart = [(failed - mean) ** 2 / mean for failed, mean in expected if mean > 0]
    scatter = sum(apart) / len(apart) if len(apart) >= SEASON_FROM else COLD_SCATTER
    least, most = SCATTER
    return min(MOST_ERRORS, max(LEAST_ERRORS, rate)), min(most, max(least, scatter))


def _follows(values: Sequence[float], latency: Sequence[float]) -> float:
    """Return how far each value resembles the one before, single outliers cut off."""
    if len(values) < LEAST_ROUNDS:
        return 0.0
    middle, spread = latency[2], max(0.01, (latency[3] - latency[1]) / (2 * _Q75))
    apart = [max(-3.0, min(3.0, (value - middle) / spread)) for value in values]
    together = sum(first * second for first, second in pairwise(apart))
    return max(0.0, min(MOST_FOLLOWING, together / max(0.01, sum(each * each for each in apart))))


def _quantiles(values: Sequence[float]) -> tuple[float, ...]:
    last = len(values) - 1
    return tuple(_between(values, share * last) for share in _QUANTILES) if values else ()


def _between(values: Sequence[float], place: float) -> float:
    low = math.floor(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)
