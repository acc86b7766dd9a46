"""Our own incidents: all that is done to them, each one transaction with its line in the timeline.

Phases, severity, services, merging and the end are told to people by a Change; notes, roles and tasks stand
in the timeline alone.
"""

from __future__ import annotations

from statusherd.incidents.deeds import (
    ServiceChange,
    acknowledge,
    add_task,
    assign,
    change_services,
    finish_task,
    note,
    open_incident,
    set_severity,
    write_review,
)
from statusherd.incidents.merging import Splitting, merge, split
from statusherd.incidents.phases import RESOLVED, Step, advance, facts_of, reopen
from statusherd.incidents.signals import apply_signals
from statusherd.incidents.writing import Writing
from statusherd.model.incidents import Opening

__all__ = [
    "RESOLVED",
    "Opening",
    "ServiceChange",
    "Splitting",
    "Step",
    "Writing",
    "acknowledge",
    "add_task",
    "advance",
    "apply_signals",
    "assign",
    "change_services",
    "facts_of",
    "finish_task",
    "merge",
    "note",
    "open_incident",
    "reopen",
    "set_severity",
    "split",
    "write_review",
]
