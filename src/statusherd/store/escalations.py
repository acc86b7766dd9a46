"""Escalations: how far each got, and the acknowledgements that stop them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, exists, insert, select, update

from statusherd.model.escalation import Acknowledgement, Climb
from statusherd.model.words import Severity
from statusherd.store import tables
from statusherd.store.timed import Timed

_climb, _ack = tables.climb, tables.acknowledgement
_AT_ONCE: Final = 500


def climbs_in(conn: Connection, threads: Collection[str]) -> dict[tuple[str, str], Climb]:
    """Return how far escalations got, by thread and the name of the escalation."""
    found = (_climb_of(row) for ids in _batches(threads) for row in conn.execute(_CLIMBS, {"ids": ids}))
    return {(climb.thread, climb.escalation): climb for climb in found}


def acknowledged_in(conn: Connection, threads: Collection[str]) -> dict[str, Acknowledgement]:
    """Return the acknowledgements that hold, by thread."""
    found = (_ack_of(row) for ids in _batches(threads) for row in conn.execute(_HOLDING, {"ids": ids}))
    return {each.thread: each for each in found}


def acknowledgements(conn: Connection, thread: str) -> tuple[Acknowledgement, ...]:
    """Return all acknowledgements of a thread, the oldest first."""
    return tuple(map(_ack_of, conn.execute(_OF_THREAD, {"of": thread})))


def end(conn: Connection, threads: Iterable[str], at: datetime) -> None:
    """Let go of the escalations of threads that are over; their acknowledgements hold no more."""
    for thread in threads:
        conn.execute(delete(_climb).where(_climb.c.thread == thread))
        expire(conn, thread, at)


def expire(conn: Connection, thread: str, at: datetime) -> bool:
    """Let the acknowledgement of a thread hold no more; False where none did."""
    return conn.execute(_EXPIRE, {"of": thread, "end": at}).rowcount > 0


def acknowledge(conn: Connection, ack: Acknowledgement) -> None:
    """Write an acknowledgement down; one that held before holds no more."""
    expire(conn, ack.thread, ack.at)
    conn.execute(insert(_ack), [asdict(ack) | {"severity": ack.severity.value}])


def _batches(threads: Collection[str]) -> Iterable[list[str]]:
    ids = sorted(threads)
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))


def _climb_of(row: Row[Any]) -> Climb:
    severity = Severity(row.severity)
    place = (row.thread, row.escalation, row.change_number, row.step, row.round)
    return Climb(*place, severity, row.began_at, row.due_at)


def _ack_of(row: Row[Any]) -> Acknowledgement:
    return Acknowledgement(row.thread, row.author, row.at, row.note, Severity(row.severity), row.until)


_CLIMBS = select(_climb).where(_climb.c.thread.in_(bindparam("ids", expanding=True)))
_HOLDING = select(_ack).where(_ack.c.thread.in_(bindparam("ids", expanding=True)), _ack.c.until.is_(None))
_OF_THREAD = select(_ack).where(_ack.c.thread == bindparam("of")).order_by(_ack.c.id)
_UNANSWERED = ~exists().where(_ack.c.thread == _climb.c.thread, _ack.c.until.is_(None))
_EXPIRE = (
    update(_ack)
    .where(_ack.c.thread == bindparam("of"), _ack.c.until.is_(None))
    .values(until=bindparam("end"))
)
_queue = Timed(
    _climb,
    _climb.c.due_at,
    (_climb.c.due_at, _climb.c.thread, _climb.c.escalation),
    _climb_of,
    only=(_UNANSWERED,),
)
due, next_due, put = _queue.due, _queue.next_due, _queue.put
