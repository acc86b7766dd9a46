"""The log of changes: appended by looks, read in order by the routing, shown as history."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from statusherd.model.changes import Change, LoggedChange
from statusherd.model.words import ChangeKind
from statusherd.store import tables
from statusherd.store.prepared import Prepared
from statusherd.store.rows import CHANGE

_NAMED: Final = 200
_change = tables.change
_APPEND = Prepared(
    insert(_change)
    .values({c.name: bindparam(c.name) for c in _change.c if c.name != "number"})
    .returning(_change.c.number)
)
_UNROUTED = (
    select(_change.c.number, _change.c.body)
    .where(_change.c.routed_at.is_(None))
    .order_by(_change.c.number)
    .limit(bindparam("most"))
)
_ROUTED = (
    update(_change)
    .where(_change.c.number == bindparam("key"), _change.c.routed_at.is_(None))
    .values(routed_at=bindparam("now"))
)


def append(conn: Connection, changes: Sequence[Change]) -> tuple[int, ...]:
    """Put changes at the end of the log; return their numbers."""
    return tuple(_append(conn, change) for change in changes)


def _append(conn: Connection, change: Change) -> int:
    row = {
        "vendor": change.vendor,
        "kind": change.kind,
        "subject": change.subject,
        "at": change.at,
        "routed_at": None,
        "body": CHANGE.dump(change),
    }
    (number,) = _APPEND.run(conn, [row]).fetchone()
    return int(number)


def unrouted(conn: Connection, limit: int = 500, *, lock: bool = False) -> tuple[LoggedChange, ...]:
    """Return the oldest changes that wait for their decisions, in order.

    `lock`, in a writing transaction, makes another daemon wait that wants the same: so a change is routed
    once and in its place. Read, decide and `mark_routed` in one transaction.
    """
    query = _UNROUTED.with_for_update() if lock else _UNROUTED
    return tuple(_logged(row) for row in conn.execute(query, {"most": limit}))


def mark_routed(conn: Connection, numbers: Iterable[int], at: datetime) -> None:
    """Note that the decisions on these changes are written."""
    rows = [{"key": number, "now": at} for number in numbers]
    if rows:
        conn.execute(_ROUTED, rows)


def changes_of(
    conn: Connection, vendor: str | None = None, since: datetime | None = None, limit: int = 100
) -> tuple[LoggedChange, ...]:
    """Return the newest changes of a vendor, or of all, newest first."""
    query = select(_change.c.number, _change.c.body)
    if vendor is not None:
        query = query.where(_change.c.vendor == vendor)
    if since is not None:
        query = query.where(_change.c.at >= since)
    newest = query.order_by(_change.c.at.desc(), _change.c.number.desc()).limit(limit)
    return tuple(_logged(row) for row in conn.execute(newest))


def changes_of_all(
    conn: Connection, vendors: Collection[str], since: datetime, limit: int
) -> tuple[LoggedChange, ...]:
    """Return the newest changes of several vendors from a time on, newest first."""
    query = select(_change.c.number, _change.c.body).where(_change.c.at >= since)
    if len(vendors) <= _NAMED:  # more of them cost more to name than the others to read
        query = query.where(_change.c.vendor.in_(sorted(vendors)))
    newest = conn.execute(query.order_by(_change.c.at.desc(), _change.c.number.desc()))
    wanted = frozenset(vendors)
    found = (logged for row in newest if (logged := _logged(row)).change.vendor in wanted)
    return tuple(islice(found, limit))


def newest_of_kind(conn: Connection, kind: ChangeKind) -> dict[str, Change]:
    """Return the newest change of a kind of each vendor that has one."""
    query = select(_change.c.body).where(_change.c.kind == kind).order_by(_change.c.number)
    changes = (CHANGE.load(body) for body in conn.scalars(query))
    return {change.vendor: change for change in changes}


def newest_about(conn: Connection, vendor: str, subject: str) -> int | None:
    """Return the number of the newest change of a subject, None where there is none."""
    query = select(func.max(_change.c.number)).where(_change.c.vendor == vendor, _change.c.subject == subject)
    number: int | None = conn.scalar(query)
    return number


def change_numbered(conn: Connection, number: int) -> LoggedChange | None:
    """Return one change of the log, None where there is none of that number."""
    query = select(_change.c.number, _change.c.body).where(_change.c.number == number)
    row = conn.execute(query).one_or_none()
    return None if row is None else _logged(row)


def _logged(row: Row[int, str]) -> LoggedChange:
    number, body = row
    return LoggedChange(number, CHANGE.load(body))
