"""Whether what a probe finds is unusual for long enough to be trouble. Pure.

Two sums watch each probe, of latency and of errors. Each round adds the log of how much likelier it is under
trouble than under what is usual, and neither falls below 0: a CUSUM of likelihood ratios. Trouble is four
times the usual latency, or a fifth of all attempts failing. The sums of a sound probe reach `h` less than
once in exp(h) rounds (Lorden's bound), and that gives the threshold: docs/early-warnings.md. No single round
is believed: what it adds is capped, so that two at least have to agree.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from statusherd.model.probes import ProbeResult
from statusherd.watch.usual import Usual, log_ms

MONTH: Final = 30.44 * 86_400
SLOW: Final = math.log(4)
"""The slowness that is looked for; what stays below twice the usual never adds up."""
COLD_SLOW: Final = math.log(6)
"""The same while the rhythm of the day is not known: it may double at eight in the morning."""
FAILING: Final = 0.2
"""The share of failing attempts that is looked for."""
LEAST_SLOWER_MS: Final = 25.0
"""Nobody feels less."""
SLOW_CAP: Final = 0.8
FAILING_CAP: Final = 0.6
"""The shares of the threshold that one round can add: errors come in bursts, so each round says less."""
CALM_ROUNDS: Final = 3
"""Rounds in a row after which trouble is over."""
_SIGNALS: Final = 2


@dataclass(frozen=True, slots=True)
class Sums:
    """Where the two sums of a probe stand, since when each is above 0, and since when it is in trouble.

    `apart` is how far the last latency was from the usual, in its logarithm. `rounds` counts those since a
    sum left 0; `calm` those in a row that were well while in trouble.
    """

    slow: float = 0.0
    apart: float = 0.0
    failing: float = 0.0
    slow_since: datetime | None = None
    failing_since: datetime | None = None
    rounds: int = 0
    since: datetime | None = None
    slower: bool = False
    fails: bool = False
    calm: int = 0

    @property
    def in_trouble(self) -> bool:
        return self.since is not None

    @property
    def is_suspicious(self) -> bool:
        """Whether something is not as usual: the next round asks more often."""
        return self.failing > 0 or self.in_trouble


def threshold(false_alarms: float, interval: float, probes: int) -> float:
    """Return `h`: what a sum must reach, for so many false alarms a month with so many probes of a vendor."""
    rounds = MONTH / interval
    return math.log(max(math.e, _SIGNALS * rounds * probes / false_alarms))


def step(sums: Sums, found: ProbeResult, usual: Usual, h: float) -> Sums:
    """Take in a round; `usual` is what was to be expected of it."""
    if not found.counts or not usual.is_known:
        return sums
    failing = failures(found, usual)
    after = replace(
        sums,
        slow=_slow(sums, found, usual, h),
        apart=apart(found, usual),
        failing=min(h, max(0.0, sums.failing + min(failing, FAILING_CAP * h))),
    )
    after = replace(
        after,
        slow_since=(sums.slow_since or found.at) if after.slow else None,
        failing_since=(sums.failing_since or found.at) if after.failing else None,
        rounds=sums.rounds + 1 if after.slow or after.failing else 0,
    )
    is_well = failing <= 0 and after.apart < _wanted(usual) / 4
    return _over(after, sums, is_well=is_well) if sums.in_trouble else _begun(after, h)


def apart(found: ProbeResult, usual: Usual) -> float:
    """Return how far a latency is from the usual one: the logarithm of how many times as slow."""
    if found.latency_ms is None or usual.latency is None:
        return 0.0
    return log_ms(found.latency_ms) - usual.latency


def is_slow(found: ProbeResult, usual: Usual) -> bool:
    """Tell whether a round alone is rather "four times as slow" than as usual, and anybody would feel it."""
    if found.latency_ms is None or usual.latency_ms is None:
        return False
    return apart(found, usual) > _wanted(usual) / 2 and found.latency_ms - usual.latency_ms >= LEAST_SLOWER_MS


def _slow(sums: Sums, found: ProbeResult, usual: Usual, h: float) -> float:
    """Return the sum of latency after a round.

    Rounds resemble the one before: only what is new in a round speaks. Where slowness begins, all of it is
    new; where it goes on, a part.
    """
    spread = usual.spread * math.sqrt(1 - usual.follows**2)
    new = apart(found, usual) - usual.follows * sums.apart
    begins = _ratio(new, _wanted(usual), spread)
    goes_on = _ratio(new, _wanted(usual) * (1 - usual.follows), spread)
    if not is_slow(found, usual):
        begins, goes_on = min(begins, 0.0), min(goes_on, 0.0)
    most = SLOW_CAP * h
    after = max(min(begins, most), sums.slow + min(goes_on, most) if sums.slow else 0.0)
    return min(h, max(0.0, after))


def _wanted(usual: Usual) -> float:
    return SLOW if usual.has_season else COLD_SLOW


def _ratio(new: float, wanted: float, spread: float) -> float:
    """Return the log likelihood ratio of `wanted` against 0, both with a normal `spread`."""
    return wanted / spread * (new / spread - wanted / spread / 2)


def failures(found: ProbeResult, usual: Usual) -> float:
    """Return how a round speaks for "a fifth fails": a log likelihood ratio, below 0 against it."""
    good = found.attempts - found.failed
    bad_one, good_one = math.log(FAILING / usual.errors), math.log((1 - FAILING) / (1 - usual.errors))
    return (found.failed * bad_one + good * good_one) / usual.scatter


def _begun(after: Sums, h: float) -> Sums:
    slower, fails = after.slow >= h, after.failing >= h
    if not (slower or fails):
        return after
    began = [at for at, on in ((after.slow_since, slower), (after.failing_since, fails)) if on and at]
    return replace(after, since=min(began), slower=slower, fails=fails, calm=0)


def _over(after: Sums, before: Sums, *, is_well: bool) -> Sums:
    calm = before.calm + 1 if is_well else 0
    if calm < CALM_ROUNDS:
        return replace(after, calm=calm)
    return Sums()
