"""What people report of vendors, and the early warnings; what comes of them stands in the log of changes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, delete, insert, select

from statusherd.model.changes import Change
from statusherd.model.probes import EarlyWarning, VendorReport
from statusherd.store import changes as change_log
from statusherd.store import tables
from statusherd.store.rows import AsJson, insert_or_replace

_report, _warning = tables.vendor_report, tables.early_warning
_WARNING: Final = AsJson(EarlyWarning)


def add_report(conn: Connection, report: VendorReport) -> VendorReport:
    """Keep what somebody reports; return it with its number."""
    row = {name: value for name, value in asdict(report).items() if name != "number"}
    number = conn.scalar(insert(_report).returning(_report.c.number), row)
    return replace(report, number=int(number or 0))


def reports(
    conn: Connection, since: datetime, vendors: Collection[str] | None = None
) -> tuple[VendorReport, ...]:
    """Return what was reported from a time on, of some vendors or of all, oldest first."""
    query: Select[Any] = select(_report).where(_report.c.at >= since)
    if vendors is not None:
        query = query.where(_report.c.vendor.in_(vendors))
    return tuple(VendorReport(**row) for row in conn.execute(query.order_by(_report.c.number)).mappings())


def authors_near(conn: Connection, vendor: str, since: datetime) -> int:
    """Return how many people have reported a vendor from a time on."""
    return len({report.author.casefold() for report in reports(conn, since, [vendor])})


def save_warning(conn: Connection, warning: EarlyWarning, change: Change) -> int:
    """Keep a warning as it stands now, with the Change that tells of it; return the Change's number."""
    row = {
        "vendor": warning.vendor,
        "id": warning.id,
        "opened_at": warning.opened_at,
        "over_at": warning.ended_at or warning.joined_at,
        "body": _WARNING.dump(warning),
    }
    conn.execute(_SAVE.on(conn), [row])
    (number,) = change_log.append(conn, [change])
    return number


def warnings(
    conn: Connection,
    vendors: Collection[str] | None = None,
    since: datetime | None = None,
    *,
    open_only: bool = False,
) -> tuple[EarlyWarning, ...]:
    """Return the warnings that were opened from `since` on, of some vendors or of all, oldest first."""
    query: Select[Any] = select(_warning.c.body)
    if vendors is not None:
        query = query.where(_warning.c.vendor.in_(vendors))
    if since is not None:
        query = query.where(_warning.c.opened_at >= since)
    if open_only:
        query = query.where(_warning.c.over_at.is_(None))
    ordered = query.order_by(_warning.c.opened_at, _warning.c.vendor)
    return tuple(_WARNING.load(body) for body in conn.scalars(ordered))


def prune(conn: Connection, before: datetime) -> int:
    """Forget what was reported, and warnings that were over, before a time; return how many that were."""
    return sum(conn.execute(statement, {"before": before}).rowcount for statement in (_OLD_REPORTS, _OLD))


_SAVE = insert_or_replace(_warning)
_OLD_REPORTS = delete(_report).where(_report.c.at < bindparam("before"))
_OLD = delete(_warning).where(_warning.c.over_at < bindparam("before"))
