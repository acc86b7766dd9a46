"""What vendors were in trouble around a time: incidents, disturbances, maintenances, blindness."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, bindparam, func, or_, select

from statusherd.model.records import Component, Disturbance, Maintenance, VendorIncident
from statusherd.model.suspects import Blindness
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.store import tables
from statusherd.store.rows import INCIDENT, MAINTENANCE, load_words

_LONGEST: Final = timedelta(days=30)
"""What began so long before the time that is asked about, and is over, is not looked at."""
_incident, _maintenance, _state = tables.vendor_incident, tables.maintenance, tables.vendor_state
_component = tables.component


@dataclass(frozen=True, slots=True)
class SeenIncident:
    """A vendor's incident, and when we first saw it."""

    vendor: str
    incident: VendorIncident
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class SeenMaintenance:
    """A vendor's planned window, and when we first saw it."""

    vendor: str
    maintenance: Maintenance
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class SeenDisturbance:
    """Trouble of a page that no incident explains."""

    vendor: str
    disturbance: Disturbance


def incidents_since(conn: Connection, since: datetime) -> tuple[SeenIncident, ...]:
    """Return the incidents of vendors that are open, or ended at `since` or later."""
    values = {"since": since, "oldest": since - _LONGEST}
    return tuple(map(_seen_incident, conn.execute(_INCIDENTS, values)))


def maintenances_since(conn: Connection, since: datetime) -> tuple[SeenMaintenance, ...]:
    """Return the maintenances of vendors that are under way, or ended at `since` or later."""
    values = {"since": since, "oldest": since - _LONGEST}
    rows = conn.execute(_MAINTENANCES, values)
    return tuple(
        SeenMaintenance(row.vendor, MAINTENANCE.load(row.body), row.first_seen_at)
        for row in rows
        if row.body is not None
    )


def disturbances(conn: Connection) -> tuple[SeenDisturbance, ...]:
    """Return what disturbs vendors now without a posted incident."""
    return tuple(
        SeenDisturbance(row.vendor, Disturbance(row.disturbance_since, Status(row.disturbance_status)))
        for row in conn.execute(_DISTURBED)
    )


def blind(conn: Connection) -> tuple[Blindness, ...]:
    """Return the vendors whose pages cannot be read now."""
    return tuple(Blindness(row.vendor, row.blind_since) for row in conn.execute(_BLIND))


def components(conn: Connection, vendors: frozenset[str]) -> dict[tuple[str, str], Component]:
    """Return the components of the pages of vendors, by vendor and id."""
    rows = conn.execute(_COMPONENTS, {"vendors": sorted(vendors)}) if vendors else ()
    return {
        (row.vendor, row.id): Component(row.id, row.name, row.group_name, row.region, Status(row.status))
        for row in rows
    }


def find(conn: Connection, vendor: str, id_: str) -> SeenIncident | None:
    """Return one incident of a vendor, None where it is not known."""
    query = select(_incident).where(_incident.c.vendor == vendor, _incident.c.id == id_)
    row = conn.execute(query).one_or_none()
    return None if row is None else _seen_incident(row)


def vendors_titles(conn: Connection, vendors: Collection[str]) -> dict[str, str]:
    """Return what people call vendors, by name; those that were looked at once."""
    query = select(_state.c.vendor, func.coalesce(_state.c.title, _state.c.page_name, _state.c.vendor))
    return {row[0]: row[1] for row in conn.execute(query.where(_state.c.vendor.in_(sorted(vendors))))}


def titles(conn: Connection, most: int) -> tuple[str, ...]:
    """Return the titles of the newest incidents of all vendors: which words are common."""
    query = select(_incident.c.title).order_by(_incident.c.sorted_at.desc()).limit(most)
    return tuple(conn.scalars(query))


def _seen_incident(row: Row[Any]) -> SeenIncident:
    known = VendorIncident(row.id, row.title) if row.body is None else INCIDENT.load(row.body)
    incident = replace(
        known,
        impact=Impact(row.impact),
        phase=Phase(row.phase),
        component_ids=load_words(row.component_ids),
        started_at=row.started_at,
        resolved_at=row.resolved_at,
    )
    return SeenIncident(row.vendor, incident, row.first_seen_at)


_INCIDENTS = select(_incident).where(
    or_(
        _incident.c.phase != Phase.RESOLVED.value,
        and_(
            _incident.c.sorted_at >= bindparam("oldest"),
            or_(
                _incident.c.resolved_at >= bindparam("since"),
                and_(_incident.c.resolved_at.is_(None), _incident.c.sorted_at >= bindparam("since")),
            ),
        ),
    )
)
_MAINTENANCES = select(_maintenance).where(
    _maintenance.c.sorted_at >= bindparam("oldest"),
    or_(
        _maintenance.c.phase == MaintenancePhase.IN_PROGRESS.value,
        and_(
            _maintenance.c.phase == MaintenancePhase.COMPLETED.value,
            _maintenance.c.ends_at >= bindparam("since"),
        ),
    ),
)
_DISTURBED = select(_state).where(_state.c.disturbance_since.is_not(None))
_BLIND = select(_state.c.vendor, _state.c.blind_since).where(_state.c.blind_since.is_not(None))
_COMPONENTS = select(_component).where(_component.c.vendor.in_(bindparam("vendors", expanding=True)))
