"""Storing the layers of a look: components, incidents and maintenances, each only where it differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, Table, bindparam, case, delete, func, update

from statusherd.model.records import Component, KnownIncident, KnownMaintenance, Maintenance, VendorIncident
from statusherd.store import tables
from statusherd.store.look_record import LookRecord
from statusherd.store.prepared import Prepared
from statusherd.store.rows import INCIDENT, MAINTENANCE, PerDatabase, dump_words, insert_or_replace

T = TypeVar("T")

_component, _incident, _maintenance = tables.component, tables.vendor_incident, tables.maintenance


def save_components(conn: Connection, record: LookRecord) -> None:
    """Store the components that are new or differ; take out those that are gone."""
    before, after = record.before.components, record.after.components
    fresh = _fresh(before, after)
    if fresh:
        places = {id_: place for place, id_ in enumerate(after)}
        rows = [_component_row(record.vendor, each, places[id_]) for id_, each in fresh.items()]
        _PUT_COMPONENT.run(conn, rows)
    gone = _gone(before, after)
    if gone:
        conn.execute(_DROP_COMPONENT, [{"key": record.vendor, "part": id_} for id_ in gone])


def save_incidents(conn: Connection, record: LookRecord) -> None:
    """Store the incidents that are new or differ. Those no longer remembered stay for the history."""
    before, after = record.before.incidents, record.after.incidents
    fresh = _fresh(before, after)
    if fresh:
        told = _incidents_told(record)
        rows = [_incident_row(record.vendor, each, told.get(each.id)) for each in fresh.values()]
        conn.execute(_PUT_INCIDENT.on(conn), rows)
    _forget(conn, _FORGET_INCIDENT, record.vendor, _gone(before, after))


def save_maintenances(conn: Connection, record: LookRecord) -> None:
    """Store the maintenances that are new or differ. Those no longer remembered stay for the history."""
    before, after = record.before.maintenances, record.after.maintenances
    fresh = _fresh(before, after)
    if fresh:
        told = _maintenances_told(record)
        rows = [_maintenance_row(record.vendor, each, told.get(each.id)) for each in fresh.values()]
        conn.execute(_PUT_MAINTENANCE.on(conn), rows)
    _forget(conn, _FORGET_MAINTENANCE, record.vendor, _gone(before, after))


def _fresh(before: Mapping[str, T], after: Mapping[str, T]) -> dict[str, T]:
    if before is after:
        return {}
    return {id_: each for id_, each in after.items() if (old := before.get(id_)) is not each and old != each}


def _gone(before: Mapping[str, T], after: Mapping[str, T]) -> list[str]:
    return [] if before is after else sorted(before.keys() - after.keys())


def _forget(conn: Connection, statement: Executable, vendor: str, gone: Iterable[str]) -> None:
    rows = [{"key": vendor, "part": id_} for id_ in gone]
    if rows:
        conn.execute(statement, rows)


def _incidents_told(record: LookRecord) -> dict[str, VendorIncident]:
    """Return the incidents in the vendor's words; a change knows also of one that left the page."""
    told = {each.id: each for each in record.snapshot.incidents} if record.snapshot else {}
    return told | {change.incident.id: change.incident for change in record.changes if change.incident}


def _maintenances_told(record: LookRecord) -> dict[str, Maintenance]:
    told = {each.id: each for each in record.snapshot.maintenances} if record.snapshot else {}
    changed = (change.maintenance for change in record.changes)
    return told | {each.id: each for each in changed if each}


def _component_row(vendor: str, component: Component, place: int) -> dict[str, Any]:
    return {
        "vendor": vendor,
        "id": component.id,
        "position": place,
        "name": component.name,
        "group_name": component.group,
        "region": component.region,
        "status": component.status,
    }


def _incident_row(vendor: str, known: KnownIncident, told: VendorIncident | None) -> dict[str, Any]:
    words = known.record or told
    return {
        "vendor": vendor,
        "id": known.id,
        "title": words.title if words else "",
        "impact": known.impact,
        "phase": known.phase,
        "component_ids": dump_words(known.component_ids),
        "words": known.words,
        "started_at": known.started_at,
        "resolved_at": known.resolved_at,
        "first_seen_at": known.first_seen_at,
        "sorted_at": known.started_at or known.first_seen_at,
        "stale": known.stale,
        "remembered": True,
        "body": INCIDENT.dump(words) if words else None,
    }


def _maintenance_row(vendor: str, known: KnownMaintenance, told: Maintenance | None) -> dict[str, Any]:
    words = known.record or told
    return {
        "vendor": vendor,
        "id": known.id,
        "title": words.title if words else "",
        "phase": known.phase,
        "words": known.words,
        "starts_at": known.starts_at,
        "ends_at": known.ends_at,
        "first_seen_at": known.first_seen_at,
        "sorted_at": known.starts_at or known.first_seen_at,
        "remembered": True,
        "body": MAINTENANCE.dump(words) if words else None,
    }


def _put(table: Table) -> PerDatabase:
    def build(insert: Any) -> Executable:
        new = insert(table)
        values = {c.name: new.excluded[c.name] for c in table.c if not c.primary_key}
        # What the vendor said is kept where a look says nothing of it.
        values["title"] = case((new.excluded.body.is_(None), table.c.title), else_=new.excluded.title)
        values["body"] = func.coalesce(new.excluded.body, table.c.body)
        return new.on_conflict_do_update(index_elements=["vendor", "id"], set_=values)  # type: ignore[no-any-return]

    return PerDatabase(build)


def _forgotten(table: Table) -> Executable:
    return update(table).where(*_one(table)).values(remembered=False)


def _one(table: Table) -> tuple[Any, Any]:
    return table.c.vendor == bindparam("key"), table.c.id == bindparam("part")


_PUT_COMPONENT = Prepared(insert_or_replace(_component), [column.name for column in _component.c])
_PUT_INCIDENT, _PUT_MAINTENANCE = _put(_incident), _put(_maintenance)
_DROP_COMPONENT = delete(_component).where(*_one(_component))
_FORGET_INCIDENT, _FORGET_MAINTENANCE = _forgotten(_incident), _forgotten(_maintenance)
