"""What is to be done for incidents, by whom and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from statusherd.model.incidents import Task
from statusherd.store import tables

_task = tables.incident_task


def add(conn: Connection, task: Task) -> Task:
    """Store a task; return it with its number."""
    row = {
        "incident": task.incident,
        "text": task.text,
        "created_at": task.created_at,
        "owner": task.owner,
        "due_at": task.due_at,
        "done_at": task.done_at,
    }
    number = conn.scalar(insert(_task).returning(_task.c.number), row)
    assert number is not None
    return replace(task, number=number)


def finish(conn: Connection, number: int, at: datetime) -> bool:
    """Note that a task is done; False where it was already."""
    return conn.execute(_FINISH, {"key": number, "now": at}).rowcount > 0


def of_incident(conn: Connection, number: int) -> tuple[Task, ...]:
    """Return the tasks of an incident, the oldest first."""
    query = select(_task).where(_task.c.incident == number).order_by(_task.c.number)
    return tuple(map(_record, conn.execute(query)))


def move(conn: Connection, source: int, to: int) -> None:
    """Let the tasks of an incident that are not done belong to another."""
    conn.execute(_MOVE, {"source": source, "to": to})


def _record(row: Row[Any]) -> Task:
    return Task(row.incident, row.text, row.created_at, row.owner, row.due_at, row.done_at, row.number)


_FINISH = (
    update(_task)
    .where(_task.c.number == bindparam("key"), _task.c.done_at.is_(None))
    .values(done_at=bindparam("now"))
)
_MOVE = (
    update(_task)
    .where(_task.c.incident == bindparam("source"), _task.c.done_at.is_(None))
    .values(incident=bindparam("to"))
)
