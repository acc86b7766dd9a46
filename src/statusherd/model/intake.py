"""An intake: where one monitoring system sends its alerts, and what of them becomes an incident of ours."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from statusherd.model.words import Severity


class IncidentPer(StrEnum):
    """How many alerts of one sender are one incident."""

    ALERT = "alert"  # each alert is an incident of its own
    GROUP = "group"  # what the sender groups is one
    SERVICE = "service"  # what concerns one service is one, while it is open


@dataclass(frozen=True, slots=True)
class Intake:
    """One intake. `name` is its key everywhere, `kind` the sender's format.

    `service` is what the alerts concern where they name no service themselves; `service_label` is the label
    in which they do. `opens_at` is the least severity that opens an incident: what is less severe is kept and
    shown. `severity` is that of alerts that say none. `resolves`: an incident whose alerts are all over is
    resolved by itself.
    """

    name: str
    kind: str
    service: str | None = None
    service_label: str = "service"
    per: IncidentPer = IncidentPer.GROUP
    opens_at: Severity = Severity.SEV4
    severity: Severity = Severity.SEV3
    resolves: bool = True
