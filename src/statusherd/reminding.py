"""Tells maintenances again before they begin: times in the store, decided in the router's transactions."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from statusherd.model.changes import Change, LoggedChange
from statusherd.model.delivery import Decision
from statusherd.model.records import Known
from statusherd.model.reminders import Reminder
from statusherd.model.vendors import WatchedVendor
from statusherd.model.words import ChangeKind
from statusherd.notify import reminders
from statusherd.notify.facts import Facts
from statusherd.notify.moment import Moment
from statusherd.notify.question import Question
from statusherd.notify.route import Routing, settle
from statusherd.store import changes as change_log
from statusherd.store import reminders as rows


def plan(conn: Connection, change: Change, known: Known | None, moment: Moment) -> None:
    """Keep when the windows that a Change is about are told next, where some route reminds."""
    asked = reminders.asked_for(moment.table.routes)
    if not asked:
        return
    for thread, reminder in reminders.planned(change, known, asked):
        before = rows.of(conn, thread)
        if before is not None and reminder is not None and before.starts_at == reminder.starts_at:
            continue  # only its words moved; one that is due at this moment stays due
        rows.drop(conn, thread)
        rows.put(conn, [reminder] if reminder else [])


def change_of(
    reminder: Reminder, known: Known | None, vendor: WatchedVendor | None, now: datetime
) -> Change | None:
    """Return what is to be told; None where the window moved, is called off, or has begun."""
    window = reminders.still_ahead(reminder, known, now)
    if window is None or known is None:
        return None
    named = (known.components.get(key) for key in window.component_ids)
    return Change(
        vendor=reminder.vendor,
        kind=ChangeKind.MAINTENANCE_REMINDER,
        at=now,
        reason="its window is near",
        subject=window.id,
        before=window.phase,
        after=window.phase,
        status=known.status,
        maintenance=window,
        components=tuple(component for component in named if component is not None),
        since=window.starts_at,
        page_url=(vendor.page_url or vendor.address) if vendor else None,
    )


def remind(conn: Connection, question: Question, reminder: Reminder, moment: Moment, facts: Facts) -> Routing:
    """Decide whom to tell, and return what is to be written; what has to wait is kept."""
    verdicts = reminders.answers(question, reminder, moment, facts)
    if not verdicts:
        return Routing((), (), (), ())
    (number,) = change_log.append(conn, [question.change])
    change_log.mark_routed(conn, [number], moment.now)
    asked = replace(question, logged=LoggedChange(number, question.change))
    rows.put(conn, reminders.postponed(verdicts, reminder))
    told = settle(asked, [each for each in verdicts if each.told], facts, moment)
    late = (each for each in verdicts if not each.told)
    not_told = tuple(
        Decision(number, told=False, reason=each.reason, route=each.route, channel=each.channel,
                 until=each.until, silence=each.silence)
        for each in late
    )  # fmt: skip
    return replace(told, held=(), decisions=(*told.decisions, *not_told))


def take_up(conn: Connection, reminder: Reminder, moment: Moment) -> None:
    """Take a reminder that is due from the store, and keep the next time of its window in its place."""
    asked = reminders.asked_for(moment.table.routes)
    due = None if reminder.channel else reminders.next_due(reminder.starts_at, asked, moment.now)
    rows.drop(conn, reminder.thread, reminder.channel)
    rows.put(conn, [replace(reminder, due_at=due)] if due else [])
