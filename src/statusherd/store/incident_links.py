"""Which vendors' trouble explains our incidents, as it is remembered."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Row, select

from statusherd.model.suspects import Link, LinkState, Suspect
from statusherd.store import tables
from statusherd.store.rows import AsJson

_link = tables.incident_link
SUSPECT: Final = AsJson(Suspect)


def of_incident(conn: Connection, number: int) -> tuple[Link, ...]:
    """Return the suspects of an incident, the most likely first."""
    query = select(_link).where(_link.c.incident == number)
    return tuple(
        map(_record, conn.execute(query.order_by(_link.c.score.desc(), _link.c.vendor, _link.c.cause)))
    )


def _record(row: Row[Any]) -> Link:
    state = LinkState(row.state)
    return Link(row.incident, SUSPECT.load(row.body), state, row.at, row.by, row.linked_at)
