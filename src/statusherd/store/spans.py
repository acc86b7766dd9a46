"""The history of states as spans (status, from, to): uptime is a sum, not a scan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, case, insert, or_, select, update

from statusherd.model.words import Status
from statusherd.store import tables
from statusherd.store.look_record import LookRecord, shown_status
from statusherd.store.prepared import Prepared

WHOLE_VENDOR: Final = ""
"""Stands for the vendor as a whole where a component is named."""

_span = tables.component_span


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which a component had one status. `ended_at` None: it still has it."""

    component_id: str
    status: Status
    began_at: datetime
    ended_at: datetime | None


def spans(
    conn: Connection, vendor: str, since: datetime, component_id: str | None = WHOLE_VENDOR
) -> tuple[Span, ...]:
    """Return the spans that reach into the time from `since` on, oldest first, their begin not cut.

    `component_id` None returns those of all components and of the vendor as a whole. The vendor's are
    `unknown` while its source could not be read; those of its components go on as last seen, so subtract
    the vendor's unknown time from them.
    """
    query = _SINCE if component_id is None else _SINCE_OF_ONE
    rows = conn.execute(query, {"key": vendor, "part": component_id, "since": since})
    return tuple(_span_of(row) for row in rows)


def time_by_status(spans: Iterable[Span], since: datetime, until: datetime) -> Mapping[Status, timedelta]:
    """Add up how long each status lasted between two instants."""
    sums: dict[Status, timedelta] = {}
    for span in spans:
        began, ended = max(span.began_at, since), min(span.ended_at or until, until)
        if began < ended:
            sums[span.status] = sums.get(span.status, timedelta()) + (ended - began)
    return sums


def save_spans(conn: Connection, record: LookRecord) -> None:
    """End the spans whose status changed with this look, and begin the next ones."""
    ended, begun = _component_turns(record)
    if record.moved:
        whole = (WHOLE_VENDOR, record.moved_at)
        ended.append(_end(record, *whole))
        begun.append(_begin(record, *whole, shown_status(record.after)))
    if ended:
        _END.run(conn, ended)
    if begun:
        _BEGIN.run(conn, begun)


def close_all(conn: Connection, vendor: str, at: datetime) -> None:
    """End all spans of a vendor that is no longer watched."""
    conn.execute(_END_ALL, {"key": vendor, "at": at})


def _component_turns(record: LookRecord) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    before, after = record.before.components, record.after.components
    ended: list[dict[str, Any]] = []
    begun: list[dict[str, Any]] = []
    if before is after:
        return ended, begun
    for component in after.values():
        old = before.get(component.id)
        if component.id == WHOLE_VENDOR or (old is not None and old.status is component.status):
            continue
        if old is not None:
            ended.append(_end(record, component.id, record.at))
        begun.append(_begin(record, component.id, record.at, component.status))
    ended.extend(_end(record, gone, record.at) for gone in before.keys() - after.keys())
    return ended, begun


def _end(record: LookRecord, component_id: str, at: datetime) -> dict[str, Any]:
    return {"key": record.vendor, "part": component_id, "at": at}


def _begin(record: LookRecord, component_id: str, at: datetime, status: Status) -> dict[str, Any]:
    return {"vendor": record.vendor, "component_id": component_id, "status": status, "began_at": at}


def _span_of(row: Row[str, str, datetime, datetime | None]) -> Span:
    component_id, status, began_at, ended_at = row
    return Span(component_id, Status(status), began_at, ended_at)


# A clock that was set back must not make a span end before it began.
_not_before_it_began = case((_span.c.began_at > bindparam("at"), _span.c.began_at), else_=bindparam("at"))
_END_ALL = (
    update(_span)
    .where(_span.c.vendor == bindparam("key"), _span.c.ended_at.is_(None))
    .values(ended_at=_not_before_it_began)
)
_END = Prepared(_END_ALL.where(_span.c.component_id == bindparam("part")))
_BEGIN = Prepared(
    insert(_span).values({name: bindparam(name) for name in ("vendor", "component_id", "status", "began_at")})
)
_SINCE = (
    select(_span.c.component_id, _span.c.status, _span.c.began_at, _span.c.ended_at)
    .where(_span.c.vendor == bindparam("key"))
    .where(or_(_span.c.ended_at.is_(None), _span.c.ended_at > bindparam("since")))
    .order_by(_span.c.began_at, _span.c.id)
)
_SINCE_OF_ONE = _SINCE.where(_span.c.component_id == bindparam("part"))
