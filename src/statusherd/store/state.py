"""Components, incidents and maintenances as people are shown them; the comparison reads `known`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select, text

from statusherd.model.records import Component, Maintenance, VendorIncident
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.store import tables
from statusherd.store.rows import INCIDENT, MAINTENANCE, load_words

_component, _incident, _maintenance = tables.component, tables.vendor_incident, tables.maintenance


@dataclass(frozen=True, slots=True)
class StoredIncident:
    """An incident of the history: the vendor's words, with what the comparison concluded."""

    vendor: str
    incident: VendorIncident
    first_seen_at: datetime
    stale: bool


@dataclass(frozen=True, slots=True)
class StoredMaintenance:
    """A maintenance of the history."""

    vendor: str
    maintenance: Maintenance
    first_seen_at: datetime


def components_of(conn: Connection, vendor: str) -> tuple[Component, ...]:
    """Return the components of a vendor in the order of its page."""
    query = select(_component).where(_component.c.vendor == vendor).order_by(_component.c.position)
    return tuple(
        Component(row.id, row.name, row.group_name, row.region, Status(row.status))
        for row in conn.execute(query)
    )


def incidents_of(
    conn: Connection, vendor: str | None = None, *, open_only: bool = False, limit: int = 100
) -> tuple[StoredIncident, ...]:
    """Return the newest incidents of a vendor, or of all, the newest first."""
    query = select(_incident)
    if open_only:  # as text: the index of the open ones is used for this very wording
        query = query.where(text("phase <> 'resolved'"), _incident.c.remembered)
    rows = _newest(conn, query, _incident, vendor, limit)
    return tuple(StoredIncident(row.vendor, _incident_of(row), row.first_seen_at, row.stale) for row in rows)


def maintenances_of(
    conn: Connection, vendor: str | None = None, *, ahead: bool = False, limit: int = 100
) -> tuple[StoredMaintenance, ...]:
    """Return the maintenances of a vendor, or of all, the latest first. `ahead`: those not over."""
    query = select(_maintenance)
    if ahead:
        over = [phase for phase in MaintenancePhase if phase.is_over]
        query = query.where(_maintenance.c.phase.not_in(over), _maintenance.c.remembered)
    rows = _newest(conn, query, _maintenance, vendor, limit)
    return tuple(StoredMaintenance(row.vendor, _maintenance_of(row), row.first_seen_at) for row in rows)


def _newest(
    conn: Connection, query: Select[Any], table: Any, vendor: str | None, limit: int
) -> list[Row[Any]]:
    if vendor is not None:
        query = query.where(table.c.vendor == vendor)
    return list(conn.execute(query.order_by(table.c.sorted_at.desc(), table.c.id).limit(limit)))


def _incident_of(row: Row[Any]) -> VendorIncident:
    words = INCIDENT.load(row.body) if row.body is not None else VendorIncident(row.id, row.title)
    return replace(
        words,
        id=row.id,
        impact=Impact(row.impact),
        phase=Phase(row.phase),
        started_at=row.started_at,
        resolved_at=row.resolved_at,
        component_ids=load_words(row.component_ids),
    )


def _maintenance_of(row: Row[Any]) -> Maintenance:
    words = (
        MAINTENANCE.load(row.body) if row.body is not None else Maintenance(row.id, row.title, _phase(row))
    )
    return replace(words, id=row.id, phase=_phase(row), starts_at=row.starts_at, ends_at=row.ends_at)


def _phase(row: Row[Any]) -> MaintenancePhase:
    return MaintenancePhase(row.phase)
