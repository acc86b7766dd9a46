"""What StatusCast's words mean, in its documents as in the class names of its pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.reading.words import PHASES, Notes, fold, impact_of

STATES: Final[Mapping[str, Status]] = {
    "available": Status.OPERATIONAL,
    "operational": Status.OPERATIONAL,
    "normal": Status.OPERATIONAL,
    "informational": Status.OPERATIONAL,
    "investigating": Status.DEGRADED,
    "identified": Status.DEGRADED,
    "monitoring": Status.DEGRADED,
    "degraded": Status.DEGRADED,
    "degradedperformance": Status.DEGRADED,
    "performance": Status.DEGRADED,
    "partialoutage": Status.PARTIAL_OUTAGE,
    "majoroutage": Status.MAJOR_OUTAGE,
    "unavailable": Status.MAJOR_OUTAGE,
    "serviceunavailable": Status.MAJOR_OUTAGE,
    "maintenance": Status.MAINTENANCE,
    "scheduledmaintenance": Status.MAINTENANCE,
    "undermaintenance": Status.MAINTENANCE,
}
HEADINGS: Final[Mapping[str, Status]] = {
    **STATES,
    "allsystemsoperational": Status.OPERATIONAL,
    "servicedisruption": Status.PARTIAL_OUTAGE,
}
"""What the page says of itself in its heading."""

IS_OPEN: Final[Mapping[str, bool]] = {
    "inprogress": True,
    "open": True,
    "active": True,
    "closed": False,
    "resolved": False,
    "completed": False,
}
_POSTS: Final[Mapping[str, Phase]] = {
    **PHASES,
    "inprogress": Phase.INVESTIGATING,
    "informational": Phase.INVESTIGATING,
    "upcoming": Phase.INVESTIGATING,
    "future": Phase.INVESTIGATING,
    "unavailable": Phase.INVESTIGATING,
    "degraded": Phase.INVESTIGATING,
}


def is_maintenance(kind: str | None, state: str | None) -> bool:
    """Tell planned work, by the kind of an item; what lies in the future is planned whatever its kind."""
    return STATES.get(fold(kind)) is Status.MAINTENANCE or is_future(state)


def is_future(state: str | None) -> bool:
    """Tell an item that has not begun."""
    return fold(state) in ("future", "scheduled", "upcoming")


def is_open(state: str | None, notes: Notes) -> bool:
    """Tell whether an item runs; a word that is not known does not close it."""
    return notes.look_up(IS_OPEN, state, True, "incident state")


def window(state: str | None, notes: Notes) -> MaintenancePhase:
    """Return where planned work stands."""
    if is_future(state):
        return MaintenancePhase.SCHEDULED
    return MaintenancePhase.IN_PROGRESS if is_open(state, notes) else MaintenancePhase.COMPLETED


def phase_of(word: str | None, notes: Notes) -> Phase:
    """Return what the word before a post stands for."""
    return notes.look_up(_POSTS, word, Phase.INVESTIGATING, "post state")


def impact(kind: str | None, severity: str | None, icon: str | None, notes: Notes) -> Impact:
    """Return the impact of an item: its stated severity, else what its icon shows, else what its kind says.

    Vendors post slowness and mere notices as "service unavailable" too; newer pages state the severity.
    """
    if severity:
        return impact_of(notes.look_up(STATES, severity, Status.UNKNOWN, "incident severity"))
    shown = STATES.get(fold(icon), Status.UNKNOWN)
    if shown.is_trouble:
        return impact_of(shown)
    return impact_of(notes.look_up(STATES, kind, Status.UNKNOWN, "incident type"))
