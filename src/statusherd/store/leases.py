"""Leases: which daemon does a piece of work, and until when nobody else may. For many on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Executable, bindparam, delete, or_

from statusherd.store import tables
from statusherd.store.rows import PerDatabase

_lease = tables.lease


def take(conn: Connection, name: str, owner: str, now: datetime, until: datetime) -> bool:
    """Take or renew a lease in one statement; False where another owner holds it and it has not run out."""
    values = {"name": name, "owner": owner, "until": until, "now": now}
    return conn.execute(_TAKE.on(conn), values).first() is not None


def give_up(conn: Connection, names: Iterable[str], owner: str) -> None:
    """Let go of leases, so that the next owner need not wait until they run out."""
    rows = [{"key": name, "holder": owner} for name in names]
    if rows:
        conn.execute(_GIVE_UP, rows)


def _take(insert: Any) -> Executable:
    new = insert(_lease).values({name: bindparam(name) for name in ("name", "owner", "until")})
    free = or_(_lease.c.owner == new.excluded.owner, _lease.c.until <= bindparam("now"))
    values = {"owner": new.excluded.owner, "until": new.excluded.until}
    taken = new.on_conflict_do_update(index_elements=["name"], set_=values, where=free)
    return taken.returning(_lease.c.name)  # type: ignore[no-any-return]


_TAKE = PerDatabase(_take)
_GIVE_UP = delete(_lease).where(_lease.c.name == bindparam("key"), _lease.c.owner == bindparam("holder"))
