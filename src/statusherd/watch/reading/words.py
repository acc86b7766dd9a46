"""Vendors' vocabularies: one way to compare words, and to speak up about those we do not know."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

from statusherd.model.words import Impact, MaintenancePhase, Phase, Status

T = TypeVar("T")
_SEPARATORS = re.compile(r"[\s_-]+")
MAX_WORD = 100
"""Vocabularies have no longer words; what is longer is unknown by its beginning already."""


def fold(word: object) -> str:
    """Return `word` lower-cased without spaces, hyphens and underscores: how vocabularies compare."""
    return _folded(word[:MAX_WORD]) if isinstance(word, str) else ""


@lru_cache(2_000)
def _folded(word: str) -> str:
    return _SEPARATORS.sub("", word.lower())


class Notes:
    """Warnings of one reading, each once, in the order in which they came up."""

    def __init__(self) -> None:
        self._notes: dict[str, None] = {}

    def warn(self, text: str) -> None:
        self._notes.setdefault(text[:300])

    def look_up(self, table: Mapping[str, T], word: object, default: T, what: str) -> T:
        """Return the meaning of `word` in `table` (keys folded), else `default` and a warning.

        A missing word (null, empty) is the default without a warning.
        """
        if isinstance(word, str) and word in table:
            return table[word]
        key = fold(word)
        if key in table:
            return table[key]
        if key or not (word is None or isinstance(word, str)):
            self.warn(f"unknown {what} {str(word)[:60]!r}, read as {default}")
        return default

    @property
    def all(self) -> tuple[str, ...]:
        return tuple(self._notes)


PHASES: Mapping[str, Phase] = {
    "investigating": Phase.INVESTIGATING,
    "detected": Phase.INVESTIGATING,
    "open": Phase.INVESTIGATING,
    "ongoing": Phase.INVESTIGATING,
    "identified": Phase.IDENTIFIED,
    "monitoring": Phase.MONITORING,
    "watching": Phase.MONITORING,
    "resolved": Phase.RESOLVED,
    "postmortem": Phase.RESOLVED,
    "fixed": Phase.RESOLVED,
    "completed": Phase.RESOLVED,
    "closed": Phase.RESOLVED,
    "restored": Phase.RESOLVED,
    "recovered": Phase.RESOLVED,
}
"""Words that platforms share for where an incident stands."""

MAINTENANCE_PHASES: Mapping[str, MaintenancePhase] = {
    "scheduled": MaintenancePhase.SCHEDULED,
    "notstartedyet": MaintenancePhase.SCHEDULED,
    "planned": MaintenancePhase.SCHEDULED,
    "upcoming": MaintenancePhase.SCHEDULED,
    "inprogress": MaintenancePhase.IN_PROGRESS,
    "verifying": MaintenancePhase.IN_PROGRESS,
    "completed": MaintenancePhase.COMPLETED,
    "resolved": MaintenancePhase.COMPLETED,
    "cancelled": MaintenancePhase.CANCELLED,
    "canceled": MaintenancePhase.CANCELLED,
}
"""Words that platforms share for where a maintenance stands."""

COMPONENT_STATES: Mapping[str, Status] = {
    "operational": Status.OPERATIONAL,
    "degraded": Status.DEGRADED,
    "degradedperformance": Status.DEGRADED,
    "minoroutage": Status.DEGRADED,
    "partialoutage": Status.PARTIAL_OUTAGE,
    "majoroutage": Status.MAJOR_OUTAGE,
    "fulloutage": Status.MAJOR_OUTAGE,
    "undermaintenance": Status.MAINTENANCE,
    "maintenance": Status.MAINTENANCE,
    "unknown": Status.UNKNOWN,
}
"""Words that platforms share for the state of a component."""

_IMPACT_OF_STATUS: Mapping[Status, Impact] = {
    Status.OPERATIONAL: Impact.NONE,
    Status.MAINTENANCE: Impact.NONE,
    Status.DEGRADED: Impact.MINOR,
    Status.PARTIAL_OUTAGE: Impact.MAJOR,
    Status.MAJOR_OUTAGE: Impact.CRITICAL,
    Status.UNKNOWN: Impact.UNKNOWN,
}


def impact_of(status: Status | None) -> Impact:
    """Return the impact that a component state stands for, where a source has no impact of its own."""
    return Impact.UNKNOWN if status is None else _IMPACT_OF_STATUS[status]
