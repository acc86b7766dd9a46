"""A vendor's trouble with its evidence, and the score that the evidence adds up to. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from statusherd.model.suspects import Evidence, Suspect
from statusherd.respond.correlation.parts import Place
from statusherd.respond.correlation.records import Trouble

BASE: Final = -0.5
"""The log-odds before any evidence."""
CLOSED: Final = -5.0
"""The log-odds of what is ruled out: by its part, its region, its time, or because nothing depends on it."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A trouble with its evidence. `closed`: it is ruled out, whatever else speaks for it."""

    trouble: Trouble
    evidence: tuple[Evidence, ...]
    place: Place | None = None
    closed: bool = False

    @property
    def odds(self) -> float:
        """The log-odds of being the cause."""
        total = BASE + sum(each.weight for each in self.evidence)
        return min(total, CLOSED) if self.closed else total

    @property
    def score(self) -> float:
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, self.odds))))

    def suspect(self) -> Suspect:
        ordered = tuple(sorted(self.evidence, key=lambda each: -abs(each.weight)))
        return Suspect(
            self.trouble.vendor, self.trouble.id, self.trouble.title, round(self.score, 4), ordered
        )
