"""Storing a look: only what differs from what was known, in the transaction of its changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Executable, bindparam, delete, func, or_, update

from statusherd.store import tables
from statusherd.store.bodies import keep_bodies
from statusherd.store.changes import append
from statusherd.store.errors import StaleLookError
from statusherd.store.known import StoredState, load_all, load_state
from statusherd.store.layers import save_components, save_incidents, save_maintenances
from statusherd.store.look_record import LookFailure, LookRecord
from statusherd.store.prepared import Prepared
from statusherd.store.rows import VALIDATORS, PerDatabase, dump_words
from statusherd.store.spans import close_all, save_spans
from statusherd.store.validators import StoredValidators

__all__ = [
    "LookFailure",
    "LookRecord",
    "StoredState",
    "StoredValidators",
    "forget_vendor",
    "load_all",
    "load_state",
    "save_look",
    "touch_seen",
]

_state = tables.vendor_state
_KEPT_WHERE_NONE = frozenset({"title", "page_name", "page_url", "status_since", "validators"})
_OF_THE_PAGE = frozenset({"page_name", "page_url", "seen_at", "rereads_at", "validators"})
"""What only a look that was read can say."""


def save_look(conn: Connection, record: LookRecord) -> tuple[int, ...]:
    """Store a look; return the numbers of its changes.

    Raises StaleLookError, with nothing stored, where somebody stored a look since `seq` was loaded.
    """
    _save_state(conn, record)
    save_components(conn, record)
    save_spans(conn, record)
    save_incidents(conn, record)
    save_maintenances(conn, record)
    if record.bodies:
        keep_bodies(conn, record.vendor, record.at, record.bodies)
    return append(conn, record.changes)


def touch_seen(conn: Connection, seen: Mapping[str, datetime]) -> None:
    """Note when vendors were last read, where the look found nothing new. Times never go back."""
    if seen:
        conn.execute(_TOUCH, [{"key": vendor, "seen": at} for vendor, at in seen.items()])


def forget_vendor(conn: Connection, vendor: str, at: datetime) -> None:
    """Stop knowing a vendor: its history stays, and a later look is a first one again."""
    close_all(conn, vendor, at)
    for table in (tables.vendor_incident, tables.maintenance):
        known = update(table).where(table.c.vendor == vendor, table.c.remembered)
        conn.execute(known.values(remembered=False))
    conn.execute(delete(_state).where(_state.c.vendor == vendor))


def _update(kept: frozenset[str] = frozenset()) -> Executable:
    """Build the update of all columns but those `kept`; some keep what they have where nothing comes."""
    values: dict[str, Any] = {c.name: bindparam(c.name) for c in _state.c if c.name not in kept | {"vendor"}}
    for name in _KEPT_WHERE_NONE & values.keys():
        values[name] = func.coalesce(bindparam(name, type_=_state.c[name].type), _state.c[name])
    match = (_state.c.vendor == bindparam("key"), _state.c.seq == bindparam("loaded"))
    return update(_state).where(*match).values(values)


def _insert(insert: Any) -> Executable:
    new = insert(_state).on_conflict_do_nothing()
    return new.returning(_state.c.seq)  # type: ignore[no-any-return]


_UPDATE = Prepared(_update())
_UPDATE_UNREAD = Prepared(_update(_OF_THE_PAGE))
_INSERT = PerDatabase(_insert)
_TOUCH = (
    update(_state)
    .where(_state.c.vendor == bindparam("key"))
    .where(or_(_state.c.seen_at.is_(None), _state.c.seen_at < bindparam("seen")))
    .values(seen_at=bindparam("seen"))
)


def _save_state(conn: Connection, record: LookRecord) -> None:
    values = _values(record)
    if not record.seq:
        row = {"vendor": record.vendor, **dict.fromkeys(_OF_THE_PAGE), **values, **_page_values(record)}
        row["validators"] = row["validators"] or "[]"
        stored = conn.execute(_INSERT.on(conn), row).first() is not None
    else:
        values |= {"key": record.vendor, "loaded": record.seq, **_page_values(record)}
        stored = (_UPDATE if record.snapshot else _UPDATE_UNREAD).run(conn, [values]).rowcount == 1
    if not stored:
        raise StaleLookError("somebody else stored a look at it meanwhile", subject=record.vendor)


def _page_values(record: LookRecord) -> dict[str, Any]:
    snapshot, validators = record.snapshot, record.validators
    if snapshot is None:
        return {}
    return {
        "page_name": snapshot.page_name,
        "page_url": snapshot.page_url,
        "seen_at": record.at,
        "rereads_at": record.rereads_at,
        "validators": VALIDATORS.dump(validators) if validators is not None else None,
    }


def _values(record: LookRecord) -> dict[str, Any]:
    known, failure, disturbance = record.after, record.failure, record.after.disturbance
    return {
        "seq": record.seq + 1,
        "title": record.title,
        "format": known.format,
        "first_seen_at": known.first_seen_at,
        "changed_at": record.at,
        "page_status": known.page_status,
        "status": known.status,
        "status_since": record.moved_at if record.moved else None,
        "open_incidents": sum(incident.is_open for incident in known.incidents.values()),
        "disturbance_since": disturbance.since if disturbance else None,
        "disturbance_status": disturbance.status if disturbance else None,
        "disturbance_floor": disturbance.floor if disturbance else None,
        "failed_looks": known.failed_looks,
        "failing_since": known.failing_since,
        "blind_since": known.blind_since,
        "suspicious_looks": known.suspicious_looks,
        "rotten_filters": dump_words(known.rotten_filters),
        "error_kind": failure.kind if failure else None,
        "error": failure.message if failure else None,
    }
