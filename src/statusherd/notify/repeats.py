"""What is to be told again after it was told once: trouble, by routes that remind. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from statusherd.model.changes import Change
from statusherd.model.delivery import Told
from statusherd.model.pacing import Repeat
from statusherd.model.routing import Route
from statusherd.model.words import ChangeKind

AS_OPEN: Final = {
    ChangeKind.INCIDENT_UPDATED: ChangeKind.INCIDENT_OPENED,
    ChangeKind.INCIDENT_REOPENED: ChangeKind.INCIDENT_OPENED,
    ChangeKind.DISTURBANCE_CHANGED: ChangeKind.DISTURBANCE_OPENED,
    ChangeKind.OUR_INCIDENT_UPDATED: ChangeKind.OUR_INCIDENT_OPENED,
    ChangeKind.OUR_INCIDENT_REOPENED: ChangeKind.OUR_INCIDENT_OPENED,
}
"""What goes on, as it is called where it is told as it stands."""
OPEN: Final = frozenset({*AS_OPEN, *AS_OPEN.values(), ChangeKind.FIRST_LOOK})
"""Changes after which trouble is open."""


def period_of(by: Sequence[Route]) -> float:
    """Return the seconds after which routes remind: the shortest; 0 where none does."""
    return min((route.repeat for route in by if route.repeat), default=0.0)


def begun(
    change: Change, number: int, told: Sequence[Told], periods: Mapping[str, float], now: datetime
) -> tuple[Repeat, ...]:
    """Return the reminders of what was just told; `periods` has the seconds for channels that want them."""
    if change.kind not in OPEN:
        return ()
    return tuple(
        Repeat(fact.thread, fact.channel, number, now + timedelta(seconds=periods[fact.channel]))
        for fact in told
        if not fact.ended and fact.channel in periods
    )
