"""Records to store: small, whole and easy to vary."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from statusherd.model.changes import Change
from statusherd.model.delivery import Alert, NewDelivery, Thread
from statusherd.model.records import Component, Known, KnownIncident, Snapshot, VendorIncident
from statusherd.model.words import ChangeKind, Impact, Phase, Severity, Status

T0 = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def known(vendor: str = "acme", *states: Status, status: Status = Status.OPERATIONAL) -> Known:
    """A vendor that was read, with a component for each of `states`."""
    components = {
        f"c{n}": Component(f"c{n}", f"Part {n}", "Core", None, state) for n, state in enumerate(states)
    }
    return Known(vendor, "statuspage", T0, status, status, components)


def incident(id_: str = "i1", phase: Phase = Phase.INVESTIGATING, **more: object) -> VendorIncident:
    values = {"title": "API errors", "impact": Impact.MAJOR, "phase": phase, "started_at": T0} | more
    return VendorIncident(id_, **values)  # type: ignore[arg-type]


def remembered(told: VendorIncident, words: str = "digest") -> KnownIncident:
    return KnownIncident(
        id=told.id,
        phase=told.phase,
        impact=told.impact,
        component_ids=told.component_ids,
        words=words,
        started_at=told.started_at,
        resolved_at=told.resolved_at,
        first_seen_at=T0,
        record=told if told.is_open else None,
    )


def snapshot(at: datetime = T0, **more: object) -> Snapshot:
    status = Status.OPERATIONAL
    return Snapshot("https://acme.example/", "statuspage", at, status, status, **more)  # type: ignore[arg-type]


def change(
    vendor: str = "acme", kind: ChangeKind = ChangeKind.INCIDENT_OPENED, at: datetime = T0, **more: object
) -> Change:
    return Change(vendor, kind, at, "because", **more)  # type: ignore[arg-type]


def delivery(
    key: str,
    channel: str = "chat",
    thread: str = "t1",
    due: datetime = T0,
    about: Change | None = None,
) -> NewDelivery:
    alert = Alert(
        thread=Thread(thread, "acme", "Acme: API errors", T0),
        change=about or change(),
        vendor_title="Acme",
        severity=Severity.SEV2,
        severity_reason="it says so",
        number=1,
    )
    return NewDelivery(channel, key, alert, due)
