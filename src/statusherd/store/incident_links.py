"""Which vendors' trouble explains our incidents, as it is remembered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from statusherd.model.suspects import Link, LinkState, Suspect
from statusherd.store import tables
from statusherd.store.rows import AsJson, insert_or_replace, load_words

_link, _incident = tables.incident_link, tables.incident
SUSPECT: Final = AsJson(Suspect)


def of_incident(conn: Connection, number: int) -> tuple[Link, ...]:
    """Return the suspects of an incident, the most likely first."""
    query = select(_link).where(_link.c.incident == number)
    return tuple(
        map(_record, conn.execute(query.order_by(_link.c.score.desc(), _link.c.vendor, _link.c.cause)))
    )


def link_to(conn: Connection, number: int, vendor: str, cause: str) -> Link | None:
    """Return what is remembered of one suspect of an incident, None where nothing is."""
    query = select(_link).where(_link.c.incident == number, _link.c.vendor == vendor, _link.c.cause == cause)
    row = conn.execute(query).one_or_none()
    return None if row is None else _record(row)


def put(conn: Connection, links: Sequence[Link]) -> None:
    """Write links as they are now."""
    rows = [_row(link) for link in links]
    if rows:
        conn.execute(_PUT.on(conn), rows)


def judged(conn: Connection) -> dict[str, dict[str, tuple[int, int]]]:
    """Return how often people confirmed and rejected a vendor, by service (in lower case) and vendor."""
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for row in conn.execute(_JUDGED):
        is_right = row.state == LinkState.CONFIRMED.value
        for service in load_words(row.services):
            vendors = found.setdefault(service, {})
            right, wrong = vendors.get(row.vendor, (0, 0))
            vendors[row.vendor] = (right + is_right, wrong + (not is_right))
    return found


def _row(link: Link) -> dict[str, Any]:
    return {
        "incident": link.incident,
        "vendor": link.suspect.vendor,
        "cause": link.suspect.id,
        "state": link.state,
        "score": link.suspect.score,
        "at": link.at,
        "by": link.by,
        "linked_at": link.linked_at,
        "body": SUSPECT.dump(link.suspect),
    }


_PUT: Final = insert_or_replace(_link)
_JUDGED: Final = (
    select(_link.c.vendor, _link.c.state, _incident.c.services)
    .join(_incident, _incident.c.number == _link.c.incident)
    .where(
        _link.c.by != "",
        _link.c.state.in_((LinkState.CONFIRMED.value, LinkState.REJECTED.value)),
    )
)


def _record(row: Row[Any]) -> Link:
    state = LinkState(row.state)
    return Link(row.incident, SUSPECT.load(row.body), state, row.at, row.by, row.linked_at)
