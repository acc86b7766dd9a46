"""The effective state of a vendor: the worst of what its page, components and open incidents say."""

from __future__ import annotations

from collections.abc import Iterable

from statusherd.model.records import Component, Maintenance, VendorIncident
from statusherd.model.words import MaintenancePhase, Status


def worst(states: Iterable[Status]) -> Status | None:
    """Return the worst of `states`, ignoring unknown ones; None where nothing else is there."""
    known = [state for state in states if state is not Status.UNKNOWN]
    return max(known, key=lambda state: state.rank, default=None)


def effective_status(
    page_status: Status | None,
    components: Iterable[Component],
    incidents: Iterable[VendorIncident],
    maintenances: Iterable[Maintenance],
    *,
    silence: Status = Status.UNKNOWN,
) -> Status:
    """Return the worst state that any layer says, `silence` where none of them says anything.

    Resolved incidents, scheduled maintenance and unknown components raise nothing.
    """
    states = [page_status] if page_status is not None else []
    states.extend(component.status for component in components)
    states.extend(state for i in incidents if i.is_open and (state := i.impact.status) is not None)
    if any(m.phase is MaintenancePhase.IN_PROGRESS for m in maintenances):
        states.append(Status.MAINTENANCE)
    return worst(states) or silence
