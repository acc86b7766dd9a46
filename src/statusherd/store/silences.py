"""Silences: asked for by command, in force in every process at its next decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from statusherd.model.silences import Silence
from statusherd.store import held, tables
from statusherd.store.rows import SILENCE

_silence = tables.silence


def add(conn: Connection, silence: Silence, now: datetime) -> Silence:
    """Store a silence; return it with its number."""
    made = replace(silence, created_at=now)
    row = {
        "created_at": now,
        "starts_at": silence.starts_at,
        "ends_at": silence.ends_at,
        "body": SILENCE.dump(made),
    }
    number = conn.scalar(insert(_silence).returning(_silence.c.id), row)
    return replace(made, id=number)


def in_force(conn: Connection, now: datetime) -> tuple[Silence, ...]:
    """Return the silences that are on."""
    return tuple(map(_record, conn.execute(_ON, {"now": now})))


def every(conn: Connection, since: datetime | None = None) -> tuple[Silence, ...]:
    """Return the silences that end after `since`, or all that are kept; those that end first stand first."""
    query = select(_silence).order_by(_silence.c.ends_at, _silence.c.id)
    return tuple(
        map(_record, conn.execute(query if since is None else query.where(_silence.c.ends_at > since)))
    )


def numbered(conn: Connection, number: int) -> Silence | None:
    """Return one silence, None where there is none of that number."""
    row = conn.execute(select(_silence).where(_silence.c.id == number)).one_or_none()
    return None if row is None else _record(row)


def expire(conn: Connection, number: int, now: datetime) -> bool:
    """End a silence now, and let what it withholds be decided anew; False where it is over or unknown."""
    if not conn.execute(_EXPIRE, {"number": number, "now": now}).rowcount:
        return False
    held.wake(conn, number, now)
    return True


def _record(row: Row[Any]) -> Silence:
    silence = SILENCE.load(row.body)
    return replace(silence, id=row.id, starts_at=row.starts_at, ends_at=row.ends_at)


_ON = select(_silence).where(_silence.c.ends_at > bindparam("now"), _silence.c.starts_at <= bindparam("now"))
_EXPIRE = (
    update(_silence)
    .where(_silence.c.id == bindparam("number"), _silence.c.ends_at > bindparam("now"))
    .values(ends_at=bindparam("now"))
)
