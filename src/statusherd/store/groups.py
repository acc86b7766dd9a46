"""Groups of messages: which are open in which channel, what waits in them, what is open in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, delete, func, select

from statusherd.model.delivery import Thread
from statusherd.model.pacing import Group
from statusherd.store import tables
from statusherd.store.rows import insert_or_replace

_group, _told, _thread, _held = tables.message_group, tables.told, tables.thread, tables.held


def every(conn: Connection) -> tuple[Group, ...]:
    """Return the groups that have not ended: as many as there is trouble, however long the history."""
    return tuple(
        Group(row.channel, row.key, Thread(row.thread, row.vendor, row.subject, row.opened_at))
        for row in conn.execute(_EVERY)
    )


def waiting(conn: Connection) -> dict[str, datetime]:
    """Return when what waits in groups is told, by the thread of each."""
    return {row.group_thread: row.until for row in conn.execute(_WAITING)}


def put(conn: Connection, groups: Iterable[Group]) -> None:
    """Keep groups that began, each in place of the one of its channel and key."""
    rows = [
        {
            "channel": group.channel,
            "key": group.key,
            "thread": group.thread.id,
            "vendor": group.thread.vendor,
            "subject": group.thread.subject,
            "opened_at": group.thread.opened_at,
        }
        for group in groups
    ]
    if rows:
        conn.execute(_PUT.on(conn), rows)


def end(conn: Connection, thread: str) -> None:
    """Forget a group: what comes next begins another."""
    conn.execute(_END, {"over": thread})


def members(conn: Connection, threads: Collection[str]) -> dict[str, dict[str, str]]:
    """Return the threads that are open in groups, with their subjects, by the thread of the group."""
    found: dict[str, dict[str, str]] = {thread: {} for thread in threads}
    for thread in threads:
        for row in conn.execute(_MEMBERS, {"of": thread}):
            found[thread][row.thread] = row.subject
    return found


_EVERY: Final = select(_group)
_WAITING: Final = (
    select(_held.c.group_thread, func.min(_held.c.until).label("until"))
    .where(_held.c.group_thread.is_not(None))
    .group_by(_held.c.group_thread)
)
_PUT: Final = insert_or_replace(_group)
_END: Final = delete(_group).where(_group.c.thread == bindparam("over"))
_MEMBERS: Final = (
    select(_told.c.thread, _thread.c.subject)
    .join(_thread, _thread.c.id == _told.c.thread)
    .where(_told.c.group_thread == bindparam("of"), _told.c.ended.is_(False))
    .order_by(_thread.c.opened_at, _told.c.thread)
)
