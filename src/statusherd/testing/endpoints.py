"""Endpoints made up from a seed: how long they take, and how often they fail, to judge a judge by."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Final

from statusherd.model.probes import ATTEMPTS, FOLLOW_UP, ProbeResult, Stage

MONDAY: Final = datetime(2026, 6, 1, tzinfo=UTC)
_USUAL_MS: Final = (40.0, 95.0, 180.0, 450.0)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong from a time on: so many times as slow, and this share of attempts fails."""

    slower: float = 1.0
    failing: float = 0.0


class Endpoint:
    """One endpoint. `level` gives ln ms at a time; each attempt is drawn around it."""

    def __init__(
        self, seed: int, interval: float = 60.0, attempts: int = ATTEMPTS, loss: float = 0.0
    ) -> None:
        self.rng = random.Random(seed)  # noqa: S311 - repeats exactly
        self.interval = interval
        self.attempts = attempts
        self.loss = loss
        self.base = math.log(self.rng.choice(_USUAL_MS))

    def level(self, at: datetime) -> float:  # noqa: ARG002 - kinds that change by the hour use it
        """Return the natural logarithm of the usual milliseconds at a time. Asked once a round, in order."""
        return self.base

    def attempt(self, level: float) -> float:
        """Return how many milliseconds one attempt takes."""
        return math.exp(self.rng.gauss(level, 0.08))

    def fails(self) -> bool:
        """Tell whether one attempt gets lost. Asked once an attempt, in order."""
        return self.rng.random() < self.loss

    def round(self, at: datetime, trouble: Trouble, *, suspicious: bool) -> ProbeResult:
        """Return what a round finds; a suspicious one makes all its attempts at once."""
        level, failed, good = self.level(at), 0, []
        total = self.attempts * (1 + FOLLOW_UP)
        made = 0
        while made < (total if suspicious or failed else self.attempts):
            made += 1
            if self.fails() or self.rng.random() < trouble.failing:
                failed += 1
            else:
                good.append(self.attempt(level) * trouble.slower)
        latency = median(good) if good else None
        return ProbeResult("v", "p", at, 2 * failed < made, latency, Stage.HTTP, "", made, failed)


class Quiet(Endpoint):
    """Hardly varies."""


class Diurnal(Endpoint):
    """Twice as slow in the evening as in the morning."""

    def level(self, at: datetime) -> float:
        hour = (at - MONDAY) / timedelta(hours=1)
        return self.base + 0.38 * math.sin(2 * math.pi * (hour - 9) / 24)

    def attempt(self, level: float) -> float:
        return math.exp(self.rng.gauss(level, 0.25))


class Weekly(Diurnal):
    """Busy on working days from 8 to 18, twice as slow then; quiet on the others."""

    def level(self, at: datetime) -> float:
        return self.base + (0.69 if at.weekday() < 5 and 8 <= at.hour < 18 else 0.0)


class HeavyTail(Endpoint):
    """Log-normal with a sigma of 1: one attempt in a hundred takes ten times as long."""

    def attempt(self, level: float) -> float:
        return math.exp(self.rng.gauss(level, 1.0))


class Pareto(Endpoint):
    """A Pareto tail with an exponent of 1.5: no variance at all."""

    def attempt(self, level: float) -> float:
        return math.exp(level) * self.rng.paretovariate(1.5)


class Lossy(Endpoint):
    """Half a percent of the packets are lost: attempts fail, or take a second more for the retry."""

    def attempt(self, level: float) -> float:
        again = 1000.0 if self.rng.random() < 3 * self.loss else 0.0
        return math.exp(self.rng.gauss(level, 0.15)) + again


class Bursts(Endpoint):
    """The same loss, in bursts of four attempts in which every other one fails."""

    bad = False

    def fails(self) -> bool:
        enters = self.loss * 2 / 4
        self.bad = self.rng.random() < (0.75 if self.bad else enters)
        return self.bad and self.rng.random() < 0.5


class Deploys(Endpoint):
    """Every third day or so its level moves for good, by a factor of 0.6 to 1.7."""

    shift = 0.0

    def level(self, at: datetime) -> float:  # noqa: ARG002
        if self.rng.random() < self.interval / (3 * 86_400):
            self.shift = min(0.7, max(-0.7, self.shift + self.rng.uniform(-0.53, 0.53)))
        return self.base + self.shift

    def attempt(self, level: float) -> float:
        return math.exp(self.rng.gauss(level, 0.2))


class Mobile(Endpoint):
    """Jitter as over a radio: what the attempts of a minute share wanders, one in 20 takes 8 times."""

    wander = 0.0

    def level(self, at: datetime) -> float:  # noqa: ARG002
        self.wander = 0.8 * self.wander + 0.6 * self.rng.gauss(0.0, 0.25)
        return self.base + self.wander

    def attempt(self, level: float) -> float:
        return math.exp(self.rng.gauss(level, 0.6)) * (8.0 if self.rng.random() < 0.05 else 1.0)


class Congested(Endpoint):
    """Some times a day everything takes up to 1.9 times as long for a quarter of an hour."""

    factor, rounds = 0.0, 0

    def level(self, at: datetime) -> float:  # noqa: ARG002
        self.rounds -= 1
        if self.rounds < 0:
            self.factor = 0.0
            if self.rng.random() < 4 * self.interval / 86_400:
                self.factor, self.rounds = math.log(self.rng.uniform(1.3, 1.9)), self.rng.randint(5, 20)
        return self.base + self.factor

    def attempt(self, level: float) -> float:
        return math.exp(self.rng.gauss(level, 0.2))


class Recorded(Endpoint):
    """Plays recorded milliseconds back, each round from another place of the record; with losses beside."""

    def __init__(self, seed: int, record: Sequence[float], loss: float = 0.002) -> None:
        super().__init__(seed, loss=loss)
        self._record = record
        self._place = 0

    def level(self, at: datetime) -> float:  # noqa: ARG002
        self._place = self.rng.randrange(len(self._record))
        return 0.0

    def attempt(self, level: float) -> float:  # noqa: ARG002
        self._place = (self._place + 1) % len(self._record)
        return self._record[self._place]


Make = Callable[[int], Endpoint]
KINDS: Final[Mapping[str, Make]] = {
    "quiet": Quiet,
    "diurnal": lambda seed: Diurnal(seed, loss=0.001),
    "weekly season": lambda seed: Weekly(seed, loss=0.001),
    "log-normal tail": lambda seed: HeavyTail(seed, loss=0.003),
    "Pareto tail": lambda seed: Pareto(seed, loss=0.003),
    "packet loss 0.5 %": lambda seed: Lossy(seed, loss=0.005),
    "loss in bursts": lambda seed: Bursts(seed, loss=0.003),
    "deploys": lambda seed: Deploys(seed, loss=0.001),
    "mobile jitter": lambda seed: Mobile(seed, loss=0.005),
    "congestion": lambda seed: Congested(seed, loss=0.002),
    "sparse, each 15 min": lambda seed: Diurnal(seed, interval=900.0, loss=0.003),
}
