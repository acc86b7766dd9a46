"""Cachet's codes, and the words that version 3 has beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from statusherd.model.words import MaintenancePhase, Phase, Status
from statusherd.watch.reading.words import COMPONENT_STATES, MAINTENANCE_PHASES, PHASES

COMPONENTS: Final[Mapping[str, Status]] = {
    **COMPONENT_STATES,
    "0": Status.UNKNOWN,
    "1": Status.OPERATIONAL,
    "2": Status.DEGRADED,
    "3": Status.PARTIAL_OUTAGE,
    "4": Status.MAJOR_OUTAGE,
    "5": Status.UNKNOWN,
    "performanceissues": Status.DEGRADED,
}
ROLLUPS: Final[Mapping[str, Status]] = {
    **COMPONENT_STATES,
    "success": Status.OPERATIONAL,
    "info": Status.DEGRADED,
    "danger": Status.MAJOR_OUTAGE,
}
INCIDENTS: Final[Mapping[str, Phase]] = {
    **PHASES,
    "1": Phase.INVESTIGATING,
    "2": Phase.IDENTIFIED,
    "3": Phase.MONITORING,
    "4": Phase.RESOLVED,
}
SCHEDULES: Final[Mapping[str, MaintenancePhase]] = {
    **MAINTENANCE_PHASES,
    "0": MaintenancePhase.SCHEDULED,
    "1": MaintenancePhase.IN_PROGRESS,
    "2": MaintenancePhase.COMPLETED,
    "complete": MaintenancePhase.COMPLETED,
}
