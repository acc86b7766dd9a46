"""When channels are reminded of what is still open: by thread and channel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, func, select, update

from statusherd.model.pacing import Repeat
from statusherd.store import tables
from statusherd.store.rows import insert_or_replace

_repeat = tables.repeat


def put(conn: Connection, repeats: Iterable[Repeat]) -> None:
    """Keep reminders, each in place of the one for its thread and channel. Their threads must be there."""
    rows = [asdict(each) for each in repeats]
    if rows:
        conn.execute(_PUT.on(conn), rows)


def drop(conn: Connection, thread: str, channel: str) -> None:
    """Remind a channel of a thread no more."""
    conn.execute(_DROP, {"of": thread, "to": channel})


def note(conn: Connection, thread: str, number: int) -> None:
    """Let the reminders of a thread tell from its newest Change."""
    conn.execute(_NOTE, {"of": thread, "newest": number})


def due(conn: Connection, now: datetime, limit: int) -> tuple[Repeat, ...]:
    """Return the reminders whose time has come, the oldest first, for this transaction alone."""
    return tuple(map(_record, conn.execute(_DUE, {"now": now, "most": limit})))


def next_due(conn: Connection) -> datetime | None:
    """Return when the next one is due, which may be past; None where there is none."""
    found: datetime | None = conn.scalar(_NEXT)
    return found


def _record(row: Row[Any]) -> Repeat:
    return Repeat(row.thread, row.channel, row.change_number, row.due_at)


_PUT: Final = insert_or_replace(_repeat)
_DROP: Final = delete(_repeat).where(
    _repeat.c.thread == bindparam("of"), _repeat.c.channel == bindparam("to")
)
_NOTE: Final = (
    update(_repeat).where(_repeat.c.thread == bindparam("of")).values(change_number=bindparam("newest"))
)
_DUE: Final = (
    select(_repeat)
    .where(_repeat.c.due_at <= bindparam("now"))
    .order_by(_repeat.c.due_at, _repeat.c.thread, _repeat.c.channel)
    .limit(bindparam("most"))
    .with_for_update()
)
_NEXT: Final = select(func.min(_repeat.c.due_at))
