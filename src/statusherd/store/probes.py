"""What our probes found: rounds for some weeks, hours for what is usual, and what was not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, or_, select, tuple_

from statusherd.model.probes import Anomaly, ProbeHour, ProbeResult, Stage
from statusherd.store import tables
from statusherd.store.rows import AsJson, insert_or_replace

_result, _hour, _anomaly = tables.probe_result, tables.probe_hour, tables.probe_anomaly
_HOUR: Final = AsJson(ProbeHour)
KEPT_HOURS: Final = timedelta(days=56)
KEPT_HISTORY: Final = timedelta(days=400)

Of = tuple[str, str]
"""A vendor, and the name of a probe of it."""


def save(
    conn: Connection,
    results: Iterable[ProbeResult] = (),
    hours: Iterable[tuple[Of, ProbeHour]] = (),
    anomalies: Iterable[Anomaly] = (),
) -> None:
    """Keep rounds, hours and anomalies, each in place of the one with its key."""
    rows = [
        (_SAVE_RESULT, [_row(each) for each in results]),
        (_SAVE_HOUR, [_hour_row(of, hour) for of, hour in hours]),
        (_SAVE_ANOMALY, [asdict(each) for each in anomalies]),
    ]
    for statement, values in rows:
        if values:
            conn.execute(statement.on(conn), values)


def recent(conn: Connection, vendors: Collection[str], since: datetime) -> tuple[ProbeResult, ...]:
    """Return the rounds of some vendors' probes from a time on, oldest first."""
    query = select(_result).where(_result.c.vendor.in_(vendors), _result.c.at >= since)
    return tuple(map(_loaded, conn.execute(query.order_by(_result.c.at, _result.c.vendor, _result.c.probe))))


def rounds_since(conn: Connection, since: datetime) -> dict[Of, list[ProbeResult]]:
    """Return the rounds of all probes from a time on, oldest first."""
    found: defaultdict[Of, list[ProbeResult]] = defaultdict(list)
    query = select(_result).where(_result.c.at >= since).order_by(_result.c.at)
    for row in conn.execute(query):
        found[row.vendor, row.probe].append(_loaded(row))
    return found


def newest(conn: Connection, vendor: str | None = None) -> dict[Of, ProbeResult]:
    """Return the newest round of each probe of a vendor, or of all."""
    last = select(_result.c.vendor, _result.c.probe, func.max(_result.c.at).label("at"))
    if vendor is not None:
        last = last.where(_result.c.vendor == vendor)
    of = last.group_by(_result.c.vendor, _result.c.probe).subquery()
    key = tuple_(_result.c.vendor, _result.c.probe, _result.c.at)
    query = select(_result).where(key.in_(select(of.c.vendor, of.c.probe, of.c.at)))
    return {(row.vendor, row.probe): _loaded(row) for row in conn.execute(query)}


def hours_since(conn: Connection, since: datetime, vendor: str | None = None) -> dict[Of, list[ProbeHour]]:
    """Return the hours of a vendor's probes, or of all, from a time on, oldest first."""
    found: defaultdict[Of, list[ProbeHour]] = defaultdict(list)
    query = select(_hour).where(_hour.c.at >= since).order_by(_hour.c.at)
    for row in conn.execute(query if vendor is None else query.where(_hour.c.vendor == vendor)):
        found[row.vendor, row.probe].append(_HOUR.load(row.body))
    return found


def anomalies(
    conn: Connection, vendors: Collection[str] | None = None, since: datetime | None = None
) -> tuple[Anomaly, ...]:
    """Return what is unusual, or was at any moment from `since` on; the oldest first."""
    lasted = _anomaly.c.until.is_(None)
    query: Select[Any] = select(_anomaly).where(
        lasted if since is None else or_(lasted, _anomaly.c.until >= since)
    )
    if vendors is not None:
        query = query.where(_anomaly.c.vendor.in_(vendors))
    return tuple(Anomaly(**row) for row in conn.execute(query.order_by(_anomaly.c.since)).mappings())


def prune(conn: Connection, now: datetime, keep: timedelta, limit: int = 5000) -> int:
    """Delete at most `limit` rows of each kind that are too old; return how many went."""
    return sum(
        conn.execute(statement, {"before": before, "most": limit}).rowcount
        for statement, before in (
            (_PRUNE_RESULTS, now - keep),
            (_PRUNE_HOURS, now - KEPT_HOURS),
            (_PRUNE_ANOMALIES, now - KEPT_HISTORY),
        )
    )


def _row(result: ProbeResult) -> dict[str, Any]:
    return {column.name: getattr(result, column.name) for column in _result.c}


def _hour_row(of: Of, hour: ProbeHour) -> dict[str, Any]:
    return {"vendor": of[0], "probe": of[1], "at": hour.at, "body": _HOUR.dump(hour)}


def _loaded(row: Row[Any]) -> ProbeResult:
    return ProbeResult(
        row.vendor,
        row.probe,
        row.at,
        row.ok,
        row.latency_ms,
        Stage(row.stage),
        row.detail,
        row.attempts,
        row.failed,
        row.counts,
    )


_SAVE_RESULT, _SAVE_HOUR = insert_or_replace(_result), insert_or_replace(_hour)
_SAVE_ANOMALY = insert_or_replace(_anomaly)
_OLD_RESULTS = (
    select(_result.c.vendor, _result.c.probe, _result.c.at)
    .where(_result.c.at < bindparam("before"))
    .limit(bindparam("most"))
)
_PRUNE_RESULTS = delete(_result).where(
    tuple_(_result.c.vendor, _result.c.probe, _result.c.at).in_(_OLD_RESULTS)
)
_OLD_HOURS = (
    select(_hour.c.vendor, _hour.c.probe, _hour.c.at)
    .where(_hour.c.at < bindparam("before"))
    .limit(bindparam("most"))
)
_PRUNE_HOURS = delete(_hour).where(tuple_(_hour.c.vendor, _hour.c.probe, _hour.c.at).in_(_OLD_HOURS))
_OLD_ANOMALIES = (
    select(_anomaly.c.vendor, _anomaly.c.probe, _anomaly.c.since)
    .where(_anomaly.c.until < bindparam("before"))
    .limit(bindparam("most"))
)
_PRUNE_ANOMALIES = delete(_anomaly).where(
    tuple_(_anomaly.c.vendor, _anomaly.c.probe, _anomaly.c.since).in_(_OLD_ANOMALIES)
)
