"""Messages that wait: kept by thread and channel, taken up when their time has come."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, func, select, update

from statusherd.model.delivery import Held, Reason
from statusherd.store import tables
from statusherd.store.timed import Timed

_held, _thread, _told = tables.held, tables.thread, tables.told
_AT_ONCE: Final = 500


def held_in(conn: Connection, threads: Collection[str]) -> dict[tuple[str, str], Held]:
    """Return what waits in threads, by thread and channel."""
    ids = sorted(threads)
    found = (
        _record(row)
        for start in range(0, len(ids), _AT_ONCE)
        for row in conn.execute(_IN, {"ids": ids[start : start + _AT_ONCE]})
    )
    return {(held.thread, held.channel): held for held in found}


def of_groups(conn: Connection, threads: Iterable[str]) -> tuple[Held, ...]:
    """Return all that waits in groups, due or not, one group after the other, for this transaction alone."""
    return tuple(_record(row) for thread in threads for row in conn.execute(_OF_GROUP, {"of": thread}))


def let_go(conn: Connection, keys: Iterable[tuple[str, str]]) -> None:
    """Let messages of these threads and channels wait no more."""
    rows = [{"in_thread": thread, "to": channel} for thread, channel in keys]
    if rows:
        conn.execute(_LET_GO, rows)


def wake(conn: Connection, silence: int, now: datetime) -> None:
    """Let what a silence withholds be decided anew at once."""
    conn.execute(_WAKE, {"number": silence, "now": now})


def behind(conn: Connection, threads: Collection[str]) -> tuple[tuple[Held, str], ...]:
    """Return what waits behind threads, each with the subject of its own thread."""
    ids = sorted(threads)
    return tuple(
        (_record(row), row.subject)
        for start in range(0, len(ids), _AT_ONCE)
        for row in conn.execute(_BEHIND, {"ids": ids[start : start + _AT_ONCE]})
    )


def let_follow(conn: Connection, thread: str, until: datetime) -> None:
    """Let what waits behind a thread wait no longer than `until`: the thread is over."""
    conn.execute(_FOLLOW, {"over": thread, "latest": until})


def past_of(
    conn: Connection, vendor: str, subject: str, since: datetime, short: timedelta
) -> tuple[int, datetime | None, dict[str, datetime]]:
    """Return how many threads of a subject opened since a time, the first when, and who heard of an end.

    Only ends count of what was over in less than `short`.
    """
    values = {"of": vendor, "about": subject, "begin": since, "oldest": since - short}
    count, first = conn.execute(_OPENINGS, values).one()
    ended = conn.execute(_ENDED, values)
    return count, first, {row.channel: row.at for row in ended if row.at - row.opened_at < short}


def _record(row: Row[Any]) -> Held:
    return Held(
        row.thread, row.channel, row.change_number, row.since, row.until, _REASONS[row.why], row.silence,
        row.behind,
        row.group_thread,
    )  # fmt: skip


_queue = Timed(_held, _held.c.until, (_held.c.change_number, _held.c.channel, _held.c.thread), _record)
due, next_due, put = _queue.due, _queue.next_due, _queue.put
_REASONS: Final = {each.value: each for each in Reason}
_IN = select(_held).where(_held.c.thread.in_(bindparam("ids", expanding=True)))
_OF_GROUP = (
    select(_held)
    .where(_held.c.group_thread == bindparam("of"))
    .order_by(_held.c.change_number, _held.c.thread)
    .with_for_update()
)
_LET_GO = delete(_held).where(_held.c.thread == bindparam("in_thread"), _held.c.channel == bindparam("to"))
_WAKE = (
    update(_held)
    .where(_held.c.silence == bindparam("number"), _held.c.until > bindparam("now"))
    .values(until=bindparam("now"))
)
_BEHIND = (
    select(_held, _thread.c.subject)
    .join(_thread, _thread.c.id == _held.c.thread)
    .where(_held.c.behind.in_(bindparam("ids", expanding=True)))
    .order_by(_held.c.since, _held.c.thread)
)
_FOLLOW = (
    update(_held)
    .where(_held.c.behind == bindparam("over"), _held.c.until > bindparam("latest"))
    .values(until=bindparam("latest"))
)
_SAME = (_thread.c.vendor == bindparam("of"), _thread.c.subject == bindparam("about"))
_OPENINGS = select(func.count(), func.min(_thread.c.opened_at)).where(
    *_SAME, _thread.c.opened_at >= bindparam("begin")
)
_ENDED = (
    select(_told.c.channel, _told.c.at, _thread.c.opened_at)
    .join(_thread, _thread.c.id == _told.c.thread)
    .where(*_SAME, _thread.c.opened_at >= bindparam("oldest"))
    .where(_told.c.ended.is_(True), _told.c.at >= bindparam("begin"))
    .order_by(_told.c.at)
)
