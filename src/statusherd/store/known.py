"""What is known of vendors, as the comparison needs it: loaded at start and after somebody else's look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Row, Select, case, select

from statusherd.model.records import Component, Disturbance, Known, KnownIncident, KnownMaintenance
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.store import tables
from statusherd.store.rows import INCIDENT, MAINTENANCE, VALIDATORS, load_words
from statusherd.store.validators import StoredValidators

AnyRow = Row[*tuple[Any, ...]]
T = TypeVar("T", Component, KnownIncident, KnownMaintenance)

_STATUS: Final = {each.value: each for each in Status}
_IMPACT: Final = {each.value: each for each in Impact}
_PHASE: Final = {each.value: each for each in Phase}
_state, _component = tables.vendor_state, tables.component
_incident, _maintenance = tables.vendor_incident, tables.maintenance


@dataclass(frozen=True, slots=True)
class StoredState:
    """What is known of a vendor, with what the next look needs beside it.

    `seq` goes into the next LookRecord. `seen_at` is the last look that could be read, `changed_at` the
    last that was stored: from them the schedule knows how long ago and how lively.
    """

    known: Known
    seq: int = 0
    seen_at: datetime | None = None
    changed_at: datetime | None = None
    rereads_at: datetime | None = None
    validators: tuple[StoredValidators, ...] = ()


def load_state(conn: Connection, vendor: str) -> StoredState:
    """Return what is known of one vendor; of one never looked at, a Known that says nothing and seq 0."""
    return _load(conn, vendor).get(vendor) or StoredState(Known(vendor))


def load_all(conn: Connection) -> dict[str, StoredState]:
    """Return what is known of every vendor that was looked at, in four queries however many they are."""
    return _load(conn, None)


def _load(conn: Connection, vendor: str | None) -> dict[str, StoredState]:
    components = _by_vendor(conn, _COMPONENTS, vendor, _component_of)
    incidents = _by_vendor(conn, _INCIDENTS, vendor, _incident_of)
    maintenances = _by_vendor(conn, _MAINTENANCES, vendor, _maintenance_of)
    return {
        row.vendor: _stored(row, components[row.vendor], incidents[row.vendor], maintenances[row.vendor])
        for row in conn.execute(_only(select(_state), vendor))
    }


def _only(query: Select[Any], vendor: str | None) -> Select[Any]:
    """Restrict a query, whose first column is the vendor, to one vendor."""
    return query if vendor is None else query.where(query.selected_columns.vendor == vendor)


def _by_vendor(
    conn: Connection, query: Select[Any], vendor: str | None, build: Callable[[AnyRow], T]
) -> defaultdict[str, dict[str, T]]:
    found: defaultdict[str, dict[str, T]] = defaultdict(dict)
    for row in conn.execute(_only(query, vendor)):
        record = build(row)
        found[row[0]][record.id] = record
    return found


_COMPONENTS = select(
    _component.c.vendor,
    _component.c.id,
    _component.c.name,
    _component.c.group_name,
    _component.c.region,
    _component.c.status,
).order_by(_component.c.vendor, _component.c.position)

_INCIDENTS = select(
    _incident.c.vendor,
    _incident.c.id,
    _incident.c.phase,
    _incident.c.impact,
    _incident.c.component_ids,
    _incident.c.words,
    _incident.c.started_at,
    _incident.c.resolved_at,
    _incident.c.first_seen_at,
    _incident.c.stale,
    # The words of what is over stay in the store: nothing compares them.
    case((_incident.c.phase != Phase.RESOLVED, _incident.c.body)),
).where(_incident.c.remembered)

_MAINTENANCES = select(
    _maintenance.c.vendor,
    _maintenance.c.id,
    _maintenance.c.phase,
    _maintenance.c.starts_at,
    _maintenance.c.ends_at,
    _maintenance.c.words,
    _maintenance.c.first_seen_at,
    _maintenance.c.body,
).where(_maintenance.c.remembered)


def _component_of(row: AnyRow) -> Component:
    _, id_, name, group, region, status = row
    return Component(id_, name, group, region, _STATUS[status])


def _incident_of(row: AnyRow) -> KnownIncident:
    _, id_, phase, impact, component_ids, words, started, resolved, first_seen, stale, body = row
    return KnownIncident(
        id=id_,
        phase=_PHASE[phase],
        impact=_IMPACT[impact],
        component_ids=load_words(component_ids),
        words=words,
        started_at=started,
        resolved_at=resolved,
        first_seen_at=first_seen,
        stale=stale,
        record=INCIDENT.load(body) if body is not None else None,
    )


def _maintenance_of(row: AnyRow) -> KnownMaintenance:
    _, id_, phase, starts, ends, words, first_seen, body = row
    reached = MaintenancePhase(phase)
    return KnownMaintenance(
        id=id_,
        phase=reached,
        starts_at=starts,
        ends_at=ends,
        words=words,
        first_seen_at=first_seen,
        record=MAINTENANCE.load(body) if body is not None and not reached.is_over else None,
    )


def _stored(
    row: AnyRow,
    components: Mapping[str, Component],
    incidents: Mapping[str, KnownIncident],
    maintenances: Mapping[str, KnownMaintenance],
) -> StoredState:
    known = Known(
        vendor=row.vendor,
        format=row.format,
        first_seen_at=row.first_seen_at,
        page_status=_STATUS[row.page_status] if row.page_status is not None else None,
        status=_STATUS[row.status],
        components=components,
        incidents=incidents,
        maintenances=maintenances,
        disturbance=_disturbance(row),
        failed_looks=row.failed_looks,
        failing_since=row.failing_since,
        blind_since=row.blind_since,
        suspicious_looks=row.suspicious_looks,
        rotten_filters=load_words(row.rotten_filters),
    )
    validators = VALIDATORS.load(row.validators) if row.validators != "[]" else ()
    return StoredState(known, row.seq, row.seen_at, row.changed_at, row.rereads_at, validators)


def _disturbance(row: AnyRow) -> Disturbance | None:
    since, floor = row.disturbance_since, row.disturbance_floor
    if since is None:
        return None
    return Disturbance(since, _STATUS[row.disturbance_status], _STATUS[floor] if floor is not None else None)
