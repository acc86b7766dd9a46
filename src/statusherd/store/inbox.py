"""The inbox: what senders have delivered, kept before it is understood and worked off in order of arrival.

A delivery counts once. One that its sender numbers is known by that number. Of the others an equal one is a
repeat as long as nothing else has arrived on the same matter: an alert that fires again after it was resolved
is told in the very same bytes, and counts. So the key of those is their digest behind the number of the
delivery before it on that matter, and the database itself refuses a second one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, func, literal_column, select, update

from statusherd.model.inbox import Arrival, InboxEntry, InboxState, Receipt, Webhook
from statusherd.store import tables
from statusherd.store.columns import clean
from statusherd.store.rows import PerDatabase

_event = tables.intake_event
RETRIED: Final = (InboxState.FAILED, InboxState.UNKNOWN)


def take_in(conn: Connection, arrivals: Sequence[Arrival]) -> list[Receipt]:
    """Store what arrived, in this order; of what is there already return where."""
    return [_take_in(conn, arrival) for arrival in arrivals]


def _take_in(conn: Connection, arrival: Arrival) -> Receipt:
    matter = clean(arrival.identity.matter)
    last = conn.execute(_LAST, {"intake": arrival.intake, "matter": matter}).one_or_none()
    if last is not None and last.digest == arrival.digest:
        return Receipt(last.number, is_new=False)
    key = arrival.identity.key
    row = {
        "intake": arrival.intake,
        "key": f"{arrival.digest} after {last.number if last else 0}" if key is None else f"id {key}",
        "matter": matter,
        "digest": arrival.digest,
        "received_at": arrival.webhook.received_at,
        "headers": clean(json.dumps(dict(arrival.webhook.headers))),
        "body": arrival.webhook.body,
        "state": InboxState.NEW,
        "note": "",
        "signals": 0,
    }
    number = conn.scalar(_INSERT.on(conn), row)
    if number is not None:
        return Receipt(number, is_new=True)
    found: int = conn.execute(_KEPT, {"intake": row["intake"], "key": row["key"]}).scalar_one()
    return Receipt(found, is_new=False)


def waiting(conn: Connection, limit: int) -> list[InboxEntry]:
    """Return what is to be worked off, the first to arrive first."""
    return [_entry(row) for row in conn.execute(_WAITING.limit(limit))]


def settle(conn: Connection, entry: InboxEntry, now: datetime) -> None:
    """Write down what became of a delivery."""
    values = {"state": entry.state, "note": entry.note, "signals": entry.signals, "now": now}
    conn.execute(_SETTLE, {"number_": entry.number, **values})


def listed(
    conn: Connection, limit: int, intake: str | None = None, states: Sequence[InboxState] = ()
) -> list[InboxEntry]:
    """Return the newest deliveries, newest first, without their bodies."""
    query = _HEADS.order_by(_event.c.number.desc()).limit(limit)
    if intake is not None:
        query = query.where(_event.c.intake == intake)
    if states:
        query = query.where(_event.c.state.in_(states))
    return [_entry(row) for row in conn.execute(query)]


def numbered(conn: Connection, number: int) -> InboxEntry | None:
    """Return one delivery, None where none of that number is kept."""
    row = conn.execute(select(_event).where(_event.c.number == number)).one_or_none()
    return None if row is None else _entry(row)


def retry(conn: Connection, numbers: Sequence[int] | None = None) -> list[int]:
    """Have deliveries read again: of these numbers, or all that failed. Return those that will be.

    What was taken is not taken twice: only what failed, or held no alert, is read again.
    """
    query = update(_event).values(state=InboxState.NEW, note="", processed_at=None)
    if numbers is None:
        query = query.where(_event.c.state == InboxState.FAILED)
    else:
        query = query.where(_event.c.number.in_(numbers), _event.c.state.in_(RETRIED))
    return sorted(conn.execute(query.returning(_event.c.number)).scalars())


def counts(conn: Connection) -> dict[InboxState, int]:
    """Return how many deliveries are new and how many have failed."""
    new: int = conn.execute(_COUNT_NEW).scalar_one()
    failed: int = conn.execute(_COUNT_FAILED).scalar_one()
    return {InboxState.NEW: new, InboxState.FAILED: failed}


def _entry(row: Row[Any]) -> InboxEntry:
    body = getattr(row, "body", b"")
    return InboxEntry(
        number=row.number,
        intake=row.intake,
        webhook=Webhook(json.loads(row.headers), bytes(body), row.received_at),
        state=InboxState(row.state),
        note=row.note,
        signals=row.signals,
        processed_at=row.processed_at,
    )


def _inserting(insert: Any) -> Any:
    new = insert(_event).on_conflict_do_nothing(index_elements=["intake", "key"])
    return new.returning(_event.c.number)


_INSERT: Final = PerDatabase(_inserting)
_LAST: Final = (
    select(_event.c.number, _event.c.digest)
    .where(_event.c.intake == bindparam("intake"), _event.c.matter == bindparam("matter"))
    .order_by(_event.c.number.desc())
    .limit(1)
)
_KEPT: Final = select(_event.c.number).where(
    _event.c.intake == bindparam("intake"), _event.c.key == bindparam("key")
)
# The word itself, not a parameter: so the index of these rows alone serves it.
_IS_NEW: Final = _event.c.state == literal_column("'new'")
_WAITING: Final = select(_event).where(_IS_NEW).order_by(_event.c.number)
_HEADS: Final = select(*(column for column in _event.c if column.name != "body"))
_SETTLE: Final = (
    update(_event)
    .where(_event.c.number == bindparam("number_"))
    .values(
        state=bindparam("state"),
        note=bindparam("note"),
        signals=bindparam("signals"),
        processed_at=bindparam("now"),
    )
)
_COUNT_NEW: Final = select(func.count()).select_from(_event).where(_IS_NEW)
_COUNT_FAILED: Final = (
    select(func.count()).select_from(_event).where(_event.c.state == InboxState.FAILED.value)
)
