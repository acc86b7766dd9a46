"""What was known of vendors at a moment of a back-test: put together from the Changes up to then. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from statusherd.model.changes import Change
from statusherd.model.records import (
    Component,
    Disturbance,
    Known,
    KnownIncident,
    KnownMaintenance,
    Maintenance,
    VendorIncident,
)
from statusherd.model.words import ChangeKind, Status

T = TypeVar("T", KnownIncident, KnownMaintenance)


class SeenPages:
    """Vendors as the Changes leave them: what is open, and the trouble without an incident.

    `last` is what is known of them today: their components are taken from it, for those of then are not kept.
    """

    def __init__(self, last: Mapping[str, Known]) -> None:
        self._known = {name: Known(name, components=known.components) for name, known in last.items()}

    def components_of(self, vendor: str) -> Mapping[str, Component]:
        """Return the components of a vendor's page; none where they are not known."""
        known = self._known.get(vendor)
        return known.components if known else {}

    def known_of(self, vendor: str) -> Known | None:
        """Return what was known of a vendor, None where it was never seen."""
        return self._known.get(vendor)

    def move(self, change: Change) -> None:
        """Take in what a look found, as the state of a vendor does before its Changes are routed."""
        known = self._known.get(change.vendor) or Known(change.vendor)
        for incident in (change.incident,) if change.incident else change.incidents:
            known = replace(known, incidents=_with_incident(known, incident, change))
        if change.maintenance is not None:
            known = replace(known, maintenances=_with_window(known, change.maintenance, change))
        status = known.status if change.status is Status.UNKNOWN else change.status
        self._known[change.vendor] = replace(known, status=status, disturbance=_disturbance(known, change))


def _with_incident(known: Known, incident: VendorIncident, change: Change) -> Mapping[str, KnownIncident]:
    before = known.incidents.get(incident.id)
    seen = KnownIncident(
        id=incident.id,
        phase=incident.phase,
        impact=incident.impact,
        component_ids=incident.component_ids,
        words="",
        started_at=incident.started_at,
        resolved_at=incident.resolved_at,
        first_seen_at=before.first_seen_at if before else change.at,
        record=incident,
    )
    is_over = (
        change.kind in (ChangeKind.INCIDENT_RESOLVED, ChangeKind.INCIDENT_WITHDRAWN) or not incident.is_open
    )
    return _put(known.incidents, incident.id, None if is_over else seen)


def _with_window(known: Known, window: Maintenance, change: Change) -> Mapping[str, KnownMaintenance]:
    before = known.maintenances.get(window.id)
    first = before.first_seen_at if before else change.at
    seen = KnownMaintenance(window.id, window.phase, window.starts_at, window.ends_at, "", first, window)
    return _put(known.maintenances, window.id, None if window.phase.is_over else seen)


def _put(every: Mapping[str, T], key: str, one: T | None) -> Mapping[str, T]:
    """Return the same with one more, or less: what is over need not be known."""
    rest = {name: each for name, each in every.items() if name != key}
    return rest if one is None else rest | {key: one}


def _disturbance(known: Known, change: Change) -> Disturbance | None:
    if change.kind is ChangeKind.DISTURBANCE_ENDED:
        return None
    if change.kind is ChangeKind.DISTURBANCE_OPENED:
        return Disturbance(change.at, change.status)
    if change.kind is ChangeKind.DISTURBANCE_CHANGED and known.disturbance is not None:
        return replace(known.disturbance, status=change.status)
    return known.disturbance
