"""Letting go of the old, a bounded piece at a time, so that the file stays bounded and nobody waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, or_, select, tuple_

from statusherd.model.inbox import InboxState
from statusherd.model.words import DeliveryState
from statusherd.store import tables


@dataclass(frozen=True, slots=True)
class Keep:
    """How long what is kept. What is open, waiting or still compared with stays whatever its age."""

    bodies: timedelta = timedelta(days=14)
    history: timedelta = timedelta(days=400)
    """Changes, incidents (theirs and ours), maintenances and spans: a year's report can be made."""
    messages: timedelta = timedelta(days=90)


_DONE: Final = (DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.CANCELLED)


def prune(conn: Connection, now: datetime, keep: Keep | None = None, limit: int = 1000) -> int:
    """Delete at most `limit` rows of each kind that are older than `keep` says; return how many went.

    Call it again, in a new transaction, until it returns 0.
    """
    kept = keep or Keep()
    return sum(
        _delete(conn, table, condition, limit)
        for table, condition in (
            (tables.look_body, tables.look_body.c.at < now - kept.bodies),
            (tables.delivery, _old_deliveries(now - kept.messages)),
            (tables.thread, _old_threads(now - kept.history)),
            (tables.message_group, tables.message_group.c.opened_at < now - kept.history),
            (tables.silence, tables.silence.c.ends_at < now - kept.history),
            (tables.change, _old_changes(now - kept.history)),
            (tables.component_span, tables.component_span.c.ended_at < now - kept.history),
            (tables.vendor_incident, _forgotten(tables.vendor_incident, now - kept.history)),
            (tables.maintenance, _forgotten(tables.maintenance, now - kept.history)),
            (tables.oncall_override, tables.oncall_override.c.ends_at < now - kept.history),
            (tables.runbook_run, tables.runbook_run.c.asked_at < now - kept.history),
            (tables.own_maintenance, tables.own_maintenance.c.ends_at < now - kept.history),
            (tables.intake_event, _old_arrivals(now, kept)),
            (tables.lease, tables.lease.c.until < now - kept.bodies),
            (tables.incident, tables.incident.c.over_at < now - kept.history),  # and all that belongs to it
            (tables.incident_member, _old_strays(now - kept.history)),
        )
    )


def _delete(conn: Connection, table: Table, condition: ColumnElement[bool], limit: int) -> int:
    keys: Any = tuple(table.primary_key.columns)
    key = keys[0] if len(keys) == 1 else tuple_(*keys)
    old = select(*keys).where(condition).limit(limit)
    return conn.execute(delete(table).where(key.in_(old))).rowcount


def _old_deliveries(before: datetime) -> ColumnElement[bool]:
    delivery = tables.delivery.c
    return and_(delivery.created_at < before, delivery.state.in_(_DONE))


def _old_threads(before: datetime) -> ColumnElement[bool]:
    """A thread that some channel still waits to hear the end of is not over, nor is one with messages."""
    thread, told, delivery, held = tables.thread.c, tables.told.c, tables.delivery.c, tables.held.c
    waiting = exists().where(told.thread == thread.id, told.ended.is_(False))
    has_messages = exists().where(delivery.thread == thread.id)
    has_held = exists().where(held.thread == thread.id)
    return and_(thread.opened_at < before, ~waiting, ~has_messages, ~has_held)


def _old_arrivals(now: datetime, kept: Keep) -> ColumnElement[bool]:
    """What was taken is in the incidents; what was not may still be looked into. What is new stays."""
    event = tables.intake_event.c
    done = and_(event.state == InboxState.DONE, event.received_at < now - kept.bodies)
    left = (InboxState.UNKNOWN, InboxState.FAILED)
    return or_(done, and_(event.state.in_(left), event.received_at < now - kept.messages))


def _old_changes(before: datetime) -> ColumnElement[bool]:
    change = tables.change.c
    needed = exists().where(tables.held.c.change_number == change.number)
    return and_(change.at < before, change.routed_at.is_not(None), ~needed)


def _old_strays(before: datetime) -> ColumnElement[bool]:
    """Alerts that opened nothing: long over, or never heard of again."""
    member = tables.incident_member.c
    return and_(member.incident.is_(None), member.seen_at < before)


def _forgotten(table: Table, before: datetime) -> ColumnElement[bool]:
    """What looks are still compared with stays: it would come back as news."""
    return and_(table.c.sorted_at < before, table.c.remembered.is_(False))
