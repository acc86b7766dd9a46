"""Our own incidents: written by one transaction at a time, read by number, by what is open, by time.

Every writer begins with `lock`, so that of two processes at one incident neither writes over the other: on
PostgreSQL the second waits for the first, SQLite has one writer anyway.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, bindparam, func, insert, select, update

from statusherd.model.incidents import Incident
from statusherd.store import tables
from statusherd.store.rows import AsJson, PerDatabase, counter, dump_words

_incident, _meta = tables.incident, tables.meta
_INCIDENT: Final = AsJson(Incident)
_COUNTER: Final = "incidents"
_AT_ONCE: Final = 500


def lock(conn: Connection) -> None:
    """Let nobody else write about incidents until this transaction ends. What is read after it holds."""
    conn.execute(_BEGIN.on(conn))
    conn.execute(_LOCK)


def count(conn: Connection) -> None:
    """Let other processes notice that something was written."""
    conn.execute(_COUNT.on(conn))


def version(conn: Connection) -> int:
    """Return a number that changes whenever any process writes about incidents. Cheap enough to poll."""
    return conn.scalar(_VERSION) or 0


def add(
    conn: Connection, incident: Incident, announce_at: datetime | None = None, asked_with: str | None = None
) -> Incident:
    """Store a new incident; return it with its number.

    `announce_at`: from when on people are to be told of it. `asked_with`: a program's key for its request,
    which no other incident may have.
    """
    row = _row(incident) | {
        "opened_at": incident.opened_at,
        "over_at": None if incident.is_open else incident.opened_at,
        "announce_at": announce_at,
        "asked_with": asked_with,
    }
    number = conn.scalar(insert(_incident).returning(_incident.c.number), row)
    assert number is not None
    return replace(incident, number=number)


def save(conn: Connection, incident: Incident, now: datetime) -> None:
    """Store an incident as it is now."""
    over_at = None if incident.is_open else func.coalesce(_incident.c.over_at, now)
    changed = update(_incident).where(_incident.c.number == incident.number)
    conn.execute(changed.values(over_at=over_at, **_row(incident)))


def numbered(conn: Connection, number: int) -> Incident | None:
    """Return one incident, None where there is none of that number."""
    return next(iter(_found(conn, select(_incident).where(_incident.c.number == number))), None)


def those(conn: Connection, numbers: Collection[int]) -> tuple[Incident, ...]:
    """Return incidents by number; those that there are."""
    wanted = sorted(numbers)
    batches = (wanted[start : start + _AT_ONCE] for start in range(0, len(wanted), _AT_ONCE))
    return tuple(found for ids in batches for found in _found(conn, _THOSE, ids=ids))


def asked_with(conn: Connection, key: str) -> Incident | None:
    """Return the incident that a program opened with a key, None where none was."""
    return next(iter(_found(conn, select(_incident).where(_incident.c.asked_with == key))), None)


def open_ones(conn: Connection) -> tuple[Incident, ...]:
    """Return the incidents that are open, the oldest first."""
    return _found(conn, _OPEN)


def merged_into(conn: Connection, number: int) -> tuple[Incident, ...]:
    """Return the duplicates of an incident, the oldest first."""
    query = select(_incident).where(_incident.c.merged_into == number).order_by(_incident.c.number)
    return _found(conn, query)


@dataclass(frozen=True, slots=True)
class Listing:
    """Which incidents a list has. `before` is a number: only older ones, for those who page through.

    `is_open` None is both. `since`: opened or over at that time or later, or open still. `service` is a name
    of ours.
    """

    is_open: bool | None = None
    since: datetime | None = None
    service: str | None = None
    before: int | None = None


def listed(conn: Connection, wanted: Listing, limit: int) -> tuple[Incident, ...]:
    """Return the incidents of a list, the newest first."""
    query = select(_incident).order_by(_incident.c.number.desc()).limit(limit)
    if wanted.is_open is not None:
        query = query.where(_incident.c.over_at.is_(None) == wanted.is_open)
    if wanted.since is not None:
        is_late = (_incident.c.opened_at >= wanted.since) | (_incident.c.over_at >= wanted.since)
        query = query.where(is_late | _incident.c.over_at.is_(None))
    if wanted.service is not None:
        # Within a list of JSON a whole name stands between quotes, and a quote in a name is escaped.
        name = dump_words((wanted.service.casefold(),))[1:-1]
        query = query.where(_incident.c.services.contains(name, autoescape=True))
    if wanted.before is not None:
        query = query.where(_incident.c.number < wanted.before)
    return _found(conn, query)


# What people are still to be told of


def to_announce(conn: Connection, now: datetime, limit: int = 100) -> tuple[Incident, ...]:
    """Return the incidents that people are to be told of by now, the oldest first. Begin with `lock`."""
    return _found(conn, _TO_ANNOUNCE, now=now, most=limit)


def unannounced(conn: Connection) -> frozenset[int]:
    """Return the numbers of the incidents that people are still to be told of."""
    return frozenset(conn.scalars(_UNANNOUNCED))


def is_announced(conn: Connection, number: int) -> bool:
    """Tell whether people were told that an incident opened."""
    query = select(_incident.c.announce_at).where(_incident.c.number == number)
    return conn.scalar(query) is None


def announced(conn: Connection, number: int) -> bool:
    """Note that people are told of an incident; False where somebody else has done that."""
    return conn.execute(_ANNOUNCED, {"key": number}).rowcount > 0


def _row(incident: Incident) -> dict[str, Any]:
    return {
        "phase": incident.phase,
        "merged_into": incident.merged_into,
        "services": dump_words(tuple(name.casefold() for name in incident.services)),
        "body": _INCIDENT.dump(incident),
    }


def _found(conn: Connection, query: Select[Any], **values: object) -> tuple[Incident, ...]:
    return tuple(map(_record, conn.execute(query, values)))


def _record(row: Row[Any]) -> Incident:
    return replace(_INCIDENT.load(row.body), number=row.number)


def _begin(insert: Any) -> Any:
    return insert(_meta).values(name=_COUNTER, value=0).on_conflict_do_nothing()


_BEGIN = PerDatabase(_begin)
_LOCK = select(_meta.c.value).where(_meta.c.name == _COUNTER).with_for_update()
_COUNT = counter(_COUNTER)
_VERSION = select(_meta.c.value).where(_meta.c.name == _COUNTER)
_OPEN = select(_incident).where(_incident.c.over_at.is_(None)).order_by(_incident.c.number)
_THOSE = (
    select(_incident)
    .where(_incident.c.number.in_(bindparam("ids", expanding=True)))
    .order_by(_incident.c.number)
)
_TO_ANNOUNCE = (
    select(_incident)
    .where(_incident.c.announce_at <= bindparam("now"))
    .order_by(_incident.c.announce_at, _incident.c.number)
    .limit(bindparam("most"))
)
_UNANNOUNCED = select(_incident.c.number).where(_incident.c.announce_at.is_not(None))
_ANNOUNCED = (
    update(_incident)
    .where(_incident.c.number == bindparam("key"), _incident.c.announce_at.is_not(None))
    .values(announce_at=None)
)
