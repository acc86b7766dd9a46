"""Our own maintenance windows: asked for by command, in force in every process at its next decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from statusherd.model.own_maintenance import OwnMaintenance
from statusherd.store import tables
from statusherd.store.rows import AsJson

_window = tables.own_maintenance
_WINDOW: Final = AsJson(OwnMaintenance)


def add(conn: Connection, window: OwnMaintenance, now: datetime) -> OwnMaintenance:
    """Store a window; return it with its number."""
    made = replace(window, created_at=now)
    row = {"starts_at": window.starts_at, "ends_at": window.ends_at, "body": _WINDOW.dump(made)}
    number = conn.scalar(insert(_window).returning(_window.c.number), row)
    return replace(made, number=number)


def in_force(conn: Connection, now: datetime) -> tuple[OwnMaintenance, ...]:
    """Return the windows that are on, the one made first first."""
    return tuple(map(_record, conn.execute(_ON, {"now": now})))


def in_maintenance(conn: Connection, services: Iterable[str], now: datetime) -> frozenset[str]:
    """Return those of `services`, by name, that are in a maintenance of ours.

    A service that needs one of them is not: that one works, and whoever depends on it must be told.
    """
    windows = in_force(conn, now)
    return frozenset(name for name in services if any(window.covers(name) for window in windows))


def every(conn: Connection, since: datetime | None = None) -> tuple[OwnMaintenance, ...]:
    """Return the windows that end after `since`, or all that are kept; those that begin first stand first."""
    query = select(_window).order_by(_window.c.starts_at, _window.c.number)
    return tuple(
        map(_record, conn.execute(query if since is None else query.where(_window.c.ends_at > since)))
    )


def numbered(conn: Connection, number: int) -> OwnMaintenance | None:
    """Return one window, None where there is none of that number."""
    row = conn.execute(select(_window).where(_window.c.number == number)).one_or_none()
    return None if row is None else _record(row)


def end(conn: Connection, number: int, now: datetime) -> bool:
    """End a window now; False where it is over or unknown. One that is ahead never begins."""
    return conn.execute(_END, {"which": number, "now": now}).rowcount == 1


def _record(row: Row[Any]) -> OwnMaintenance:
    window = _WINDOW.load(row.body)
    return replace(window, number=row.number, starts_at=row.starts_at, ends_at=row.ends_at)


_ON: Final = (
    select(_window)
    .where(_window.c.ends_at > bindparam("now"), _window.c.starts_at <= bindparam("now"))
    .order_by(_window.c.number)
)
_END: Final = (
    update(_window)
    .where(_window.c.number == bindparam("which"), _window.c.ends_at > bindparam("now"))
    .values(ends_at=bindparam("now"))
)
