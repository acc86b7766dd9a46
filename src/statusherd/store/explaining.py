"""Which vendors' trouble explains incidents of ours that are open: what the routing asks for each batch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from statusherd.model.suspects import LinkState
from statusherd.store import tables

_incident, _link = tables.incident, tables.incident_link


@dataclass(frozen=True, slots=True)
class Explained:
    """An open incident of ours, by number, and the trouble that counts as its cause.

    `cause` is the id of the vendor's incident, or of a disturbance or an early warning of ours.
    """

    incident: int
    opened_at: datetime
    vendor: str
    cause: str


def explained(conn: Connection) -> tuple[Explained, ...]:
    """Return the causes that hold of all incidents of ours that are open."""
    return tuple(Explained(*row) for row in conn.execute(_HOLDS))


_HOLDS: Final = (
    select(_incident.c.number, _incident.c.opened_at, _link.c.vendor, _link.c.cause)
    .join(_link, _link.c.incident == _incident.c.number)
    .where(_incident.c.over_at.is_(None), _link.c.state.in_([s.value for s in LinkState if s.holds]))
    .order_by(_incident.c.number, _link.c.vendor, _link.c.cause)
)
