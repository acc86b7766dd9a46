"""The timeline of incidents: lines are added and read. Nothing here changes one or takes one away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, insert, select

from statusherd.model.incidents import Entry, EntryKind
from statusherd.store import tables
from statusherd.store.rows import AsJson

_entry = tables.incident_entry
_DATA: Final = AsJson(dict[str, str])
MOST: Final = 10_000


def append(conn: Connection, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Write lines at the end, in their order; return them with their numbers."""
    return tuple(_append(conn, entry) for entry in entries)


def _append(conn: Connection, entry: Entry) -> Entry:
    row = {
        "incident": entry.incident,
        "at": entry.at,
        "kind": entry.kind,
        "author": entry.author,
        "text": entry.text,
        "data": _DATA.dump(dict(entry.data)),
    }
    number = conn.scalar(insert(_entry).returning(_entry.c.number), row)
    assert number is not None
    return replace(entry, number=number)


def of_incident(conn: Connection, number: int, after: int = 0, limit: int = MOST) -> tuple[Entry, ...]:
    """Return the lines of an incident in the order in which they were written.

    `after` is the number of a line: only later ones, for those who read on.
    """
    return tuple(map(_record, conn.execute(_OF, {"of": number, "after": after, "most": limit})))


def of_kinds(conn: Connection, number: int, kinds: Collection[EntryKind]) -> tuple[Entry, ...]:
    """Return the lines of some kinds, in order."""
    values = {"of": number, "kinds": [kind.value for kind in kinds]}
    return tuple(map(_record, conn.execute(_OF_KINDS, values)))


def _record(row: Row[Any]) -> Entry:
    return Entry(
        row.incident, row.at, EntryKind(row.kind), row.author, row.text, _DATA.load(row.data), row.number
    )


_OF = (
    select(_entry)
    .where(_entry.c.incident == bindparam("of"), _entry.c.number > bindparam("after"))
    .order_by(_entry.c.number)
    .limit(bindparam("most"))
)
_OF_KINDS = (
    select(_entry)
    .where(_entry.c.incident == bindparam("of"), _entry.c.kind.in_(bindparam("kinds", expanding=True)))
    .order_by(_entry.c.number)
)
