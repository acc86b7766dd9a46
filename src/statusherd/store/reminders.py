"""When maintenances are told again: the next time for each thread, and those that had to wait."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, select

from statusherd.model.reminders import Reminder
from statusherd.store import tables
from statusherd.store.timed import Timed

_reminder = tables.reminder


def drop(conn: Connection, thread: str, channel: str | None = None) -> None:
    """Forget the reminders of a thread: one channel's, or all."""
    query = _DROP if channel is None else _DROP.where(_reminder.c.channel == channel)
    conn.execute(query, {"of": thread})


def of(conn: Connection, thread: str) -> Reminder | None:
    """Return the next reminder of a thread for which the routes are asked."""
    row = conn.execute(_OF, {"of": thread}).one_or_none()
    return None if row is None else _record(row)


def _record(row: Row[Any]) -> Reminder:
    return Reminder(row.thread, row.vendor, row.maintenance, row.starts_at, row.due_at, row.channel)


_DROP: Final = delete(_reminder).where(_reminder.c.thread == bindparam("of"))
_OF: Final = select(_reminder).where(_reminder.c.thread == bindparam("of"), _reminder.c.channel == "")
_queue = Timed(
    _reminder, _reminder.c.due_at, (_reminder.c.due_at, _reminder.c.thread, _reminder.c.channel), _record
)
due, next_due, put = _queue.due, _queue.next_due, _queue.put
