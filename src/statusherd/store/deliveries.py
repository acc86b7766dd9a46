"""Messages as people look them up: by the Change they tell, by their thread, with every try to send them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, select

from statusherd.model.delivery import Delivery, SendOutcome
from statusherd.store import tables
from statusherd.store.outbox import delivery_of

_delivery, _attempt = tables.delivery, tables.delivery_attempt


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to send, and what became of it. `number` counts from 1 since the message was last queued."""

    number: int
    at: datetime
    outcome: SendOutcome


def deliveries_of_change(conn: Connection, number: int) -> tuple[Delivery, ...]:
    """Return the messages that tell a Change, in the order they were written."""
    return _found(conn, select(_delivery).where(_delivery.c.change_number == number))


def deliveries_of_thread(conn: Connection, thread: str) -> tuple[Delivery, ...]:
    """Return the messages of a thread, to all channels, in the order they were written."""
    return _found(conn, select(_delivery).where(_delivery.c.thread == thread))


def attempts_of(conn: Connection, delivery_id: int) -> tuple[Attempt, ...]:
    """Return the tries to send a message, the first one first."""
    query = select(_attempt).where(_attempt.c.delivery == delivery_id).order_by(_attempt.c.at)
    return tuple(
        Attempt(
            row.number,
            row.at,
            SendOutcome(
                sent=row.sent,
                detail=row.detail,
                permanent=row.permanent,
                maybe_sent=row.maybe_sent,
                elapsed=row.elapsed,
            ),
        )
        for row in conn.execute(query)
    )


def _found(conn: Connection, query: Select[tuple[object, ...]]) -> tuple[Delivery, ...]:
    return tuple(delivery_of(row) for row in conn.execute(query.order_by(_delivery.c.id)))
