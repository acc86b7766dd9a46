"""When maintenances are told again: the next time for each thread, and those that had to wait."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, func, select

from statusherd.model.reminders import Reminder
from statusherd.store import tables
from statusherd.store.rows import insert_or_replace

_reminder = tables.reminder


def put(conn: Connection, reminders: Iterable[Reminder]) -> None:
    """Keep reminders, each in place of the one for its thread and channel."""
    rows = [asdict(each) for each in reminders]
    if rows:
        conn.execute(_PUT.on(conn), rows)


def drop(conn: Connection, thread: str, channel: str | None = None) -> None:
    """Forget the reminders of a thread: one channel's, or all."""
    query = _DROP if channel is None else _DROP.where(_reminder.c.channel == channel)
    conn.execute(query, {"of": thread})


def of(conn: Connection, thread: str) -> Reminder | None:
    """Return the next reminder of a thread for which the routes are asked."""
    row = conn.execute(_OF, {"of": thread}).one_or_none()
    return None if row is None else _record(row)


def due(conn: Connection, now: datetime, limit: int) -> tuple[Reminder, ...]:
    """Return the reminders whose time has come, the oldest first, for this transaction alone."""
    return tuple(map(_record, conn.execute(_DUE, {"now": now, "most": limit})))


def next_due(conn: Connection) -> datetime | None:
    """Return when the next one is due, which may be past; None where there is none."""
    found: datetime | None = conn.scalar(_NEXT)
    return found


def _record(row: Row[Any]) -> Reminder:
    return Reminder(row.thread, row.vendor, row.maintenance, row.starts_at, row.due_at, row.channel)


_PUT: Final = insert_or_replace(_reminder)
_DROP: Final = delete(_reminder).where(_reminder.c.thread == bindparam("of"))
_OF: Final = select(_reminder).where(_reminder.c.thread == bindparam("of"), _reminder.c.channel == "")
_DUE: Final = (
    select(_reminder)
    .where(_reminder.c.due_at <= bindparam("now"))
    .order_by(_reminder.c.due_at, _reminder.c.thread, _reminder.c.channel)
    .limit(bindparam("most"))
    .with_for_update()
)
_NEXT: Final = select(func.min(_reminder.c.due_at))
