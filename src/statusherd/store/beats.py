"""The proof that the store can be written: a number that each heartbeat counts up."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, select

from statusherd.store import tables
from statusherd.store.rows import counter

_NAME: Final = "heartbeats"
_COUNT = counter(_NAME)
_BEATS = select(tables.meta.c.value).where(tables.meta.c.name == _NAME)


def beat(conn: Connection) -> None:
    """Count one heartbeat."""
    conn.execute(_COUNT.on(conn))


def beats(conn: Connection) -> int:
    """Return how many heartbeats were counted in the life of the store."""
    return conn.scalar(_BEATS) or 0
