"""What a back-test reads of the real store, writes into one of its own, and asks that one afterwards."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select

from statusherd.model.changes import LoggedChange
from statusherd.model.delivery import Alert, Decision, Reason
from statusherd.store import tables
from statusherd.store.conversations import decision_of
from statusherd.store.rows import ALERT, CHANGE

_change, _told, _decision, _delivery = tables.change, tables.told, tables.decision, tables.delivery
_ASKED_FOR: Final = (tables.silence, tables.oncall_override)
"""What people asked for by command and decisions are made with."""
_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)


class StoredChange(NamedTuple):
    """A Change as its row has it; `body` is read only where it is looked at."""

    number: int
    vendor: str
    kind: str
    subject: str
    at: datetime
    body: str

    def load(self) -> LoggedChange:
        """Return the Change itself."""
        return LoggedChange(self.number, CHANGE.load(self.body))


@dataclass(frozen=True, slots=True)
class AskedFor:
    """The silences and overrides of a store, as rows; they keep their numbers."""

    rows: tuple[tuple[dict[str, Any], ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Sending:
    """A message that would have been put into the outbox: its key, when, to whom, in which thread."""

    key: str
    at: datetime
    channel: str
    thread: str
    number: int
    """Of the Change that it tells; those that were made here have numbers of their own."""


def changes_from(
    conn: Connection, since: datetime, until: datetime, after: int, limit: int
) -> tuple[StoredChange, ...]:
    """Return the next Changes seen from `since` to `until` with a number above `after`, in order."""
    values = {"since": since, "until": until, "after": after, "most": limit}
    return tuple(StoredChange(*row) for row in conn.execute(_NEXT, values))


def count_changes(conn: Connection, since: datetime, until: datetime) -> int:
    """Return how many Changes were seen from `since` to `until`."""
    return conn.scalar(_COUNT, {"since": since, "until": until}) or 0


def asked_for(conn: Connection) -> AskedFor:
    """Return what people asked for by command."""
    return AskedFor(tuple(tuple(row._asdict() for row in conn.execute(select(t))) for t in _ASKED_FOR))


def put_asked_for(conn: Connection, asked: AskedFor) -> None:
    """Write what `asked_for` read into a store of one's own."""
    for table, rows in zip(_ASKED_FOR, asked.rows, strict=False):
        if rows:
            conn.execute(insert(table), list(rows))


def put_changes(conn: Connection, stored: Iterable[StoredChange]) -> None:
    """Write Changes under the numbers they have elsewhere, as not routed yet."""
    rows = [each._asdict() | {"routed_at": None} for each in stored]
    if rows:
        conn.execute(_PUT, rows)


def number_from(conn: Connection, first: int) -> None:
    """Let Changes that are made here have numbers above `first`, away from those they have elsewhere."""
    conn.execute(
        _PUT,
        dict.fromkeys(("vendor", "kind", "subject", "body"), "") | {"number": first, "at": _LONG_AGO},
    )
    conn.execute(delete(_change).where(_change.c.number == first))


def sendings(conn: Connection, since: datetime) -> Iterator[Sending]:
    """Yield the messages that are due from `since` on, in the order they were written."""
    for row in conn.execute(_SENDINGS, {"since": since}):
        yield Sending(row.dedup_key, row.due_at, row.channel, row.thread, row.change_number or 0)


def alert_with(conn: Connection, key: str) -> Alert:
    """Return what a message of the outbox tells."""
    return ALERT.load(conn.execute(_ALERT, {"key": key}).scalar_one())


def last_decision(conn: Connection, number: int, channel: str) -> Decision | None:
    """Return the last answer on a Change for a channel, else one for nobody in particular."""
    rows = conn.execute(_ON_CHANGE, {"number": number, "channel": channel}).all()
    chosen: Row[Any] | None = next((row for row in rows if row.channel == channel), None)
    chosen = chosen or next(iter(rows), None)
    return None if chosen is None else decision_of(chosen)


def heard_of(conn: Connection, threads: Collection[str]) -> frozenset[str]:
    """Return those of some threads that any channel was told of."""
    found: set[str] = set()
    for some in _some(sorted(threads)):
        found.update(conn.scalars(_HEARD, {"ids": some}))
    return frozenset(found)


def incidents_summed_up(conn: Connection) -> frozenset[tuple[str, str]]:
    """Return the incidents (vendor, id) that a channel heard of in a line when they were over."""
    return frozenset((row.vendor, row.subject) for row in conn.execute(_SUMMED_UP))


def incidents_behind(conn: Connection) -> frozenset[tuple[str, str, str]]:
    """Return the incidents (vendor, id) that another thread told instead, with that thread."""
    return frozenset((row.vendor, row.subject, row.behind) for row in conn.execute(_BEHIND))


def _some(every: Sequence[Any]) -> Iterator[Sequence[Any]]:
    yield from (every[start : start + 500] for start in range(0, len(every), 500))


_BETWEEN: Final = (_change.c.at >= bindparam("since"), _change.c.at <= bindparam("until"))
_NEXT = (
    select(*(_change.c[name] for name in StoredChange._fields))
    .where(*_BETWEEN, _change.c.number > bindparam("after"))
    .order_by(_change.c.number)
    .limit(bindparam("most"))
)
_COUNT = select(func.count()).select_from(_change).where(*_BETWEEN)
_PUT = insert(_change)
_SENDINGS = (
    select(*(_delivery.c[name] for name in ("dedup_key", "due_at", "channel", "thread", "change_number")))
    .where(_delivery.c.due_at >= bindparam("since"))
    .order_by(_delivery.c.id)
)
_ALERT = select(_delivery.c.alert).where(_delivery.c.dedup_key == bindparam("key"))
_ON_CHANGE = (
    select(_decision)
    .where(_decision.c.change_number == bindparam("number"))
    .where((_decision.c.channel == bindparam("channel")) | _decision.c.channel.is_(None))
    .order_by(_decision.c.id.desc())
)
_HEARD = select(_told.c.thread).where(_told.c.thread.in_(bindparam("ids", expanding=True))).distinct()
_SUMMED_UP = (
    select(_change.c.vendor, _change.c.subject)
    .join(_decision, _decision.c.change_number == _change.c.number)
    .where(_decision.c.told.is_(True), _decision.c.reason == Reason.SUMMED_UP.value)
    .distinct()
)
_BEHIND = (
    select(_change.c.vendor, _change.c.subject, _decision.c.behind)
    .join(_decision, _decision.c.change_number == _change.c.number)
    .where(_decision.c.behind.is_not(None))
    .distinct()
)
