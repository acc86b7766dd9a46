"""When channels are reminded of what is still open: by thread and channel."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, update

from statusherd.model.pacing import Repeat
from statusherd.store import tables
from statusherd.store.timed import Timed

_repeat = tables.repeat


def drop(conn: Connection, thread: str, channel: str) -> None:
    """Remind a channel of a thread no more."""
    conn.execute(_DROP, {"of": thread, "to": channel})


def note(conn: Connection, thread: str, number: int) -> None:
    """Let the reminders of a thread tell from its newest Change."""
    conn.execute(_NOTE, {"of": thread, "newest": number})


def _record(row: Row[Any]) -> Repeat:
    return Repeat(row.thread, row.channel, row.change_number, row.due_at)


_DROP: Final = delete(_repeat).where(
    _repeat.c.thread == bindparam("of"), _repeat.c.channel == bindparam("to")
)
_NOTE: Final = (
    update(_repeat).where(_repeat.c.thread == bindparam("of")).values(change_number=bindparam("newest"))
)
_queue = Timed(_repeat, _repeat.c.due_at, (_repeat.c.due_at, _repeat.c.thread, _repeat.c.channel), _record)
due, next_due, put = _queue.due, _queue.next_due, _queue.put
