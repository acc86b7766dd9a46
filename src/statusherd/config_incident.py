"""Reading [incident] and [correlation]: what is asked in each phase, and how sure a cause has to be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from statusherd import config_schema as schema
from statusherd.config_values import duration_text
from statusherd.model.incidents import IncidentPhase
from statusherd.respond.correlation.records import Settings
from statusherd.respond.lifecycle import Criterion, IncidentRules

_PHASES = tuple(IncidentPhase)


def read_incident_rules(given: schema.IncidentRules) -> IncidentRules:
    """Return the rules: those written down, the others as they are by default."""
    default = IncidentRules()
    enter = dict(default.enter) | _asked(given.enter, _PHASES[1:])
    seconds = given.reopen_within
    return IncidentRules(
        enter={phase: asked for phase, asked in enter.items() if asked},
        leave={phase: asked for phase, asked in _asked(given.leave, _PHASES[:-1]).items() if asked},
        reopen_within=default.reopen_within if seconds is None else timedelta(seconds=seconds),
    )


def read_correlation(given: schema.Correlation) -> Settings:
    """Return how sure correlation has to be."""
    return Settings() if given.automatic is None else Settings(automatic=given.automatic)


def _asked(
    given: schema.EnterPhase | schema.LeavePhase, phases: tuple[IncidentPhase, ...]
) -> dict[IncidentPhase, tuple[Criterion, ...]]:
    written = {phase: getattr(given, phase) for phase in phases}
    return {phase: asked for phase, asked in written.items() if asked is not None}


def shown_incident_rules(rules: IncidentRules) -> dict[str, Any]:
    """Return the rules in the config's own words."""
    return {
        "reopen_within": duration_text(rules.reopen_within.total_seconds()),
        "enter": _shown(rules.enter, _PHASES[1:]),
        "leave": _shown(rules.leave, _PHASES[:-1]),
    }


def _shown(
    asked: Mapping[IncidentPhase, tuple[Criterion, ...]], phases: tuple[IncidentPhase, ...]
) -> dict[str, list[str]]:
    return {phase.value: [str(each) for each in asked.get(phase, ())] for phase in phases}
