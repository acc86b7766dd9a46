"""What was asked to be run of runbooks. A run goes from state to state by one conditional statement each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from statusherd.model.runbooks import Run, RunState
from statusherd.store import tables
from statusherd.store.rows import AsJson

_run = tables.runbook_run
_RUN: Final = AsJson(Run)


def add(conn: Connection, run: Run) -> Run:
    """Store a run; return it with its number."""
    row = {"asked_at": run.asked_at, "incident": run.incident, "state": run.state, "body": _RUN.dump(run)}
    number = conn.scalar(insert(_run).returning(_run.c.number), row)
    return replace(run, number=number)


def change(conn: Connection, run: Run, before: RunState) -> bool:
    """Store what became of a run; False, and nothing is stored, where it no longer is as it was before."""
    values = {"which": run.number, "before": before, "after": run.state, "words": _RUN.dump(run)}
    return conn.execute(_CHANGE, values).rowcount == 1


def numbered(conn: Connection, number: int) -> Run | None:
    """Return one run, None where there is none of that number."""
    row = conn.execute(select(_run).where(_run.c.number == number)).one_or_none()
    return None if row is None else _record(row)


def newest(conn: Connection, *, incident: int | None = None, limit: int = 50) -> tuple[Run, ...]:
    """Return the last runs, of one incident where it is named; the newest first."""
    query = select(_run).order_by(_run.c.number.desc()).limit(limit)
    if incident is not None:
        query = query.where(_run.c.incident == incident)
    return tuple(map(_record, conn.execute(query)))


def under_way(conn: Connection) -> Iterable[Run]:
    """Return the runs that are being run, or whose end nobody wrote down."""
    return map(_record, conn.execute(select(_run).where(_run.c.state == RunState.RUNNING)))


def _record(row: Row[Any]) -> Run:
    return replace(_RUN.load(row.body), number=row.number, incident=row.incident)


_CHANGE: Final = (
    update(_run)
    .where(_run.c.number == bindparam("which"), _run.c.state == bindparam("before"))
    .values(state=bindparam("after"), body=bindparam("words"))
)
