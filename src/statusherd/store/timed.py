"""Rows that wait for a time: kept by their key, taken up when it has come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, Row, Table, bindparam, func, select

from statusherd.store.rows import insert_or_replace

T = TypeVar("T")


class Timed(Generic[T]):
    """A table of records that wait. `at` is the column of their time; those that `only` leaves out wait on.

    `order` is what is taken up first, `load` makes a record of a row. The fields of a record are the columns.
    """

    def __init__(
        self,
        table: Table,
        at: Column[Any],
        order: Sequence[Column[Any]],
        load: Callable[[Row[Any]], T],
        only: Sequence[ColumnElement[bool]] = (),
    ) -> None:
        self._load = load
        self._due = (
            select(table)
            .where(at <= bindparam("now"), *only)
            .order_by(*order)
            .limit(bindparam("most"))
            .with_for_update(of=table)
        )
        self._next = select(func.min(at)).where(*only)
        self._put = insert_or_replace(table)

    def due(self, conn: Connection, now: datetime, limit: int) -> tuple[T, ...]:
        """Return the records whose time has come, for this transaction alone."""
        return tuple(map(self._load, conn.execute(self._due, {"now": now, "most": limit})))

    def next_due(self, conn: Connection) -> datetime | None:
        """Return when the next one is due, which may be past; None where none waits."""
        found: datetime | None = conn.scalar(self._next)
        return found

    def put(self, conn: Connection, records: Iterable[T]) -> None:
        """Keep records, each in place of the one with its key. What they refer to must be there."""
        rows = [asdict(each) for each in records]  # type: ignore[call-overload]
        if rows:
            conn.execute(self._put.on(conn), rows)
