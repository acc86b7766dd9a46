"""Overrides of on-call rotations, made by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, delete, insert, select

from statusherd.model.oncall import Override
from statusherd.store import tables

_override = tables.oncall_override
_NOT_OVER: Final = select(_override).where(_override.c.ends_at > bindparam("at")).order_by(_override.c.id)
_ALL: Final = select(_override).order_by(_override.c.id)


def overrides(conn: Connection, ending_after: datetime | None = None) -> tuple[Override, ...]:
    """Return the overrides that are not over at an instant, or all that are kept, the oldest first."""
    rows = conn.execute(_ALL) if ending_after is None else conn.execute(_NOT_OVER, {"at": ending_after})
    return tuple(Override(*row) for row in rows)


def add_override(conn: Connection, override: Override, at: datetime) -> int:
    """Write an override down; return the number it got, whatever its own says."""
    values = {
        "oncall": override.oncall,
        "person": override.person,
        "begins_at": override.begins_at,
        "ends_at": override.ends_at,
        "reason": override.reason,
        "created_at": at,
    }
    number: int = conn.execute(insert(_override).values(values).returning(_override.c.id)).scalar_one()
    return number


def remove_override(conn: Connection, number: int) -> bool:
    """Take an override away; False where there was none of that number."""
    return conn.execute(delete(_override).where(_override.c.id == number)).rowcount == 1
