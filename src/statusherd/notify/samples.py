"""One message of every kind, of an invented vendor: to try templates on and to look at. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from statusherd.model.changes import Change
from statusherd.model.delivery import Alert
from statusherd.model.incidents import Incident
from statusherd.model.records import Component, Maintenance, Update, VendorIncident
from statusherd.model.services import Touch, TouchedBy
from statusherd.model.words import ChangeKind as K
from statusherd.model.words import Impact, MaintenancePhase, Phase, Severity, Status
from statusherd.notify import our_samples
from statusherd.notify.headlines import ENDS
from statusherd.notify.threads import thread_of

_PAGE: Final = "https://status.acme.example/"


def _at(hour: int, minute: int = 0, day: int = 10) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


_SEEN: Final = _at(10, 2)
_INCIDENT: Final = VendorIncident(
    id="k7",
    title="Payments are delayed",
    impact=Impact.MAJOR,
    phase=Phase.INVESTIGATING,
    started_at=_at(9, 47),
    updated_at=_at(9, 58),
    component_ids=("c1", "c2"),
    regions=("eu-west", "eu-north"),
    url=f"{_PAGE}incidents/k7",
    updates=(
        Update(
            _at(9, 58),
            Phase.INVESTIGATING,
            "We are looking into payments that arrive late.\n\nNo payment is lost.",
        ),
    ),
)
_MONITORED: Final = replace(
    _INCIDENT,
    phase=Phase.MONITORING,
    updates=(
        *_INCIDENT.updates,
        Update(_at(10, 20), Phase.MONITORING, "A fix is in place, and we watch it."),
    ),
)
_RESOLVED: Final = replace(
    _MONITORED,
    phase=Phase.RESOLVED,
    resolved_at=_at(10, 29),
    updates=(*_MONITORED.updates, Update(_at(10, 29), Phase.RESOLVED, "All payments arrive in time again.")),
)
_OTHER: Final = VendorIncident(
    id="k8",
    title="Slow search",
    impact=Impact.MINOR,
    phase=Phase.IDENTIFIED,
    started_at=_at(22, 15, day=9),
    url=f"{_PAGE}incidents/k8",
)
_MAINTENANCE: Final = Maintenance(
    id="m1",
    title="Database upgrade",
    phase=MaintenancePhase.SCHEDULED,
    starts_at=_at(1, day=12),
    ends_at=_at(3, 30, day=12),
    url=f"{_PAGE}maintenances/m1",
    updates=(Update(_at(8), MaintenancePhase.SCHEDULED, "Short interruptions are to be expected."),),
)
_TROUBLED: Final = (
    Component("c1", "Charges", group="API", status=Status.PARTIAL_OUTAGE),
    Component("c2", "Payouts", status=Status.DEGRADED),
)
_WELL: Final = tuple(replace(component, status=Status.OPERATIONAL) for component in _TROUBLED)
_TOUCHES: Final = (
    Touch(
        "checkout",
        1,
        "acme:API*",
        TouchedBy.NAMED,
        owner="shop",
        cushion="checkout",
        fallback="orders are queued and charged later",
        runbook="https://runbooks.example.com/checkout",
    ),
    Touch("invoices", 3, "acme", TouchedBy.WHOLE_VENDOR, chain=("billing",), owner="finance"),
)
_WHY: Final = "impact major x tier 1 of checkout = SEV1, fallback lowers to SEV2"
_WHY_MILD: Final = "impact major x tier 1 of checkout = SEV2, as an early warning of ours SEV3 at most"
_NO_VENDOR: Final = frozenset({K.CANNOT_SEE_OUT, K.CAN_SEE_OUT, K.MISSED})
"""What is about no single vendor."""


def _maintained(phase: MaintenancePhase, **more: Any) -> dict[str, Any]:
    return {"subject": "m1", "maintenance": replace(_MAINTENANCE, phase=phase, **more)}


def _about(incident: VendorIncident, **more: Any) -> dict[str, Any]:
    return {"subject": "k7", "incident": incident, "components": _TROUBLED, **more}


_WHAT: Final[dict[K, Callable[[], dict[str, Any]]]] = {
    K.FIRST_LOOK: lambda: {"incidents": (_INCIDENT, _OTHER), "status": Status.PARTIAL_OUTAGE},
    K.INCIDENT_OPENED: lambda: _about(_INCIDENT),
    K.INCIDENT_UPDATED: lambda: _about(_MONITORED, before="investigating", facets=("phase",)),
    K.INCIDENT_RESOLVED: lambda: _about(_RESOLVED, components=_WELL),
    K.INCIDENT_REOPENED: lambda: _about(_INCIDENT),
    K.INCIDENT_RECORDED: lambda: _about(_RESOLVED),
    K.INCIDENT_EDITED: lambda: _about(_RESOLVED, facets=("impact",)),
    K.INCIDENT_WITHDRAWN: lambda: _about(_INCIDENT),
    K.INCIDENT_STALE: lambda: _about(_INCIDENT, reason="open and untouched for 3 days"),
    K.DISTURBANCE_OPENED: lambda: {"subject": "d1", "after": "degraded", "components": _TROUBLED},
    K.DISTURBANCE_CHANGED: lambda: {"subject": "d1", "after": "major_outage", "components": _TROUBLED},
    K.DISTURBANCE_ENDED: lambda: {"subject": "d1", "after": "operational", "since": _at(9, 47)},
    K.COMPONENT_CHANGED: lambda: {"subject": "c1", "components": _TROUBLED},
    K.MAINTENANCE_ANNOUNCED: lambda: _maintained(MaintenancePhase.SCHEDULED),
    K.MAINTENANCE_STARTED: lambda: _maintained(MaintenancePhase.IN_PROGRESS),
    K.MAINTENANCE_RESCHEDULED: lambda: _maintained(MaintenancePhase.SCHEDULED, starts_at=_at(2, day=12)),
    K.MAINTENANCE_EXTENDED: lambda: _maintained(MaintenancePhase.IN_PROGRESS, ends_at=_at(5, day=12)),
    K.MAINTENANCE_UPDATED: lambda: _maintained(MaintenancePhase.SCHEDULED),
    K.MAINTENANCE_REMINDER: lambda: _maintained(MaintenancePhase.SCHEDULED),
    K.MAINTENANCE_ENDED: lambda: _maintained(MaintenancePhase.COMPLETED),
    K.MAINTENANCE_CANCELLED: lambda: _maintained(MaintenancePhase.CANCELLED),
    K.BLIND: lambda: {"since": _at(9, 40), "reason": "503 from the page, 5 looks in a row"},
    K.SIGHTED: lambda: {"since": _at(9, 40), "status": Status.OPERATIONAL},
    K.SUSPICIOUS: lambda: {"before": "40", "after": "2"},
    K.FILTER_ROT: lambda: {"subject": "API*"},
    K.SOURCE_MOVED: lambda: {"before": "statuspage", "after": "incidentio"},
    K.CANNOT_SEE_OUT: lambda: {"since": _at(9, 40), "reason": "12 of 14 status pages cannot be read"},
    K.CAN_SEE_OUT: lambda: {"since": _at(9, 40)},
    K.MISSED: lambda: {"incidents": (_RESOLVED,)},
    K.GROUPED: lambda: {"since": _at(9, 47), "status": Status.PARTIAL_OUTAGE},
    K.GROUP_ENDED: lambda: {"since": _at(9, 47)},
    K.DIGEST: lambda: {"since": _at(9, 47)},
    **our_samples.WHAT,
}
_TOUCHES_SERVICES: Final = frozenset({K.DISTURBANCE_OPENED, K.DISTURBANCE_CHANGED, K.EARLY_WARNING})
_TOGETHER: Final[dict[K, tuple[K, ...]]] = {
    K.GROUPED: (K.INCIDENT_OPENED, K.DISTURBANCE_OPENED),
    K.GROUP_ENDED: (K.INCIDENT_RESOLVED, K.DISTURBANCE_ENDED),
    K.DIGEST: (K.INCIDENT_OPENED, K.INCIDENT_RESOLVED, K.MAINTENANCE_ANNOUNCED),
}
"""What one message on several tells."""


def sample(kind: K, *, opens: bool = True) -> Alert:
    """Return a message of one kind; with `opens` False a later one of its thread, with news for services."""
    given = {"vendor": "acme", "reason": "a sample", "page_url": _PAGE, **_WHAT[kind]()}
    change = Change(kind=kind, at=_SEEN if kind not in ENDS else _at(10, 31), **given)
    if change.ours is not None:
        return _of_ours(change, change.ours.incident, opens=opens)
    touched = change.incident is not None or kind in _TOUCHES_SERVICES
    severity, why = (Severity.SEV3, _WHY_MILD) if kind is K.EARLY_WARNING else (Severity.SEV2, _WHY)
    later = touched and not opens and kind not in ENDS
    together = _TOGETHER.get(kind, ())
    return Alert(
        thread=replace(thread_of(change, "Acme Pay"), opened_at=_at(9, 47)),
        change=change,
        vendor_title="" if kind in _NO_VENDOR else "Acme Pay",
        severity=severity if touched else Severity.SEV4,
        severity_reason=why if touched else "",
        number=1 if opens else 3,
        ends=kind in ENDS,
        touches=_TOUCHES if touched else (),
        added=("invoices",) if later else (),
        severity_before=(Severity.SEV3 if severity is Severity.SEV2 else Severity.SEV4) if later else None,
        parts=tuple(sample(part, opens=opens) for part in together),
        still_open=("Acme Pay: Slow search",) if kind is K.GROUPED and not opens else (),
    )


def _of_ours(change: Change, incident: Incident, *, opens: bool) -> Alert:
    later = not opens and change.kind is K.OUR_INCIDENT_UPDATED
    return Alert(
        thread=replace(thread_of(change, incident.name), opened_at=_SEEN),
        change=change,
        vendor_title=incident.name,
        severity=incident.severity,
        severity_reason=incident.severity_reason,
        number=1 if opens else 3,
        ends=change.kind in ENDS,
        touches=our_samples.TOUCHES,
        severity_before=Severity.SEV3 if later else None,
    )


def samples() -> Iterator[Alert]:
    """Yield messages of every kind, each as the first of its thread and as a later one."""
    for kind in K:
        yield sample(kind)
        yield sample(kind, opens=False)
