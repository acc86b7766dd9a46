"""When a maintenance is told again before it begins, and to whom. Pure.

A time that was past when the window became known is left out. A reminder that falls into somebody's quiet
hours comes after them, unless the window begins first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from statusherd.model.changes import Change
from statusherd.model.delivery import Reason
from statusherd.model.records import Known, Maintenance
from statusherd.model.reminders import Reminder
from statusherd.model.routing import Route
from statusherd.model.words import ChangeKind, MaintenancePhase
from statusherd.notify.facts import Facts
from statusherd.notify.holding import patient
from statusherd.notify.moment import Moment
from statusherd.notify.question import Question
from statusherd.notify.route_table import Verdict
from statusherd.notify.threads import maintenance_thread, thread_id
from statusherd.notify.verdicts import by_routes


def asked_for(routes: Iterable[Route]) -> frozenset[float]:
    """Return all the times before a window, in seconds, at which some route reminds."""
    return frozenset(each for route in routes for each in route.reminders)


def planned(
    change: Change, known: Known | None, asked: Iterable[float]
) -> Iterator[tuple[str, Reminder | None]]:
    """Yield the threads whose reminders a Change moves, each with its next one; None where there is none.

    At a first look those are all that are announced on the page.
    """
    if change.maintenance is not None:
        windows: Iterable[Maintenance] = (change.maintenance,)
    elif change.kind is ChangeKind.FIRST_LOOK and known is not None:
        windows = [each.record for each in known.maintenances.values() if each.record is not None]
    else:
        return
    for window in windows:
        thread = maintenance_thread(change.vendor, window.id)
        yield thread, _next(thread, change.vendor, window, asked, change.at)


def _next(
    thread: str, vendor: str, window: Maintenance, asked: Iterable[float], now: datetime
) -> Reminder | None:
    if window.phase is not MaintenancePhase.SCHEDULED or window.starts_at is None:
        return None
    if window.starts_at <= now:
        return None
    due = next_due(window.starts_at, asked, now)
    return Reminder(thread, vendor, window.id, window.starts_at, due) if due else None


def next_due(starts_at: datetime, asked: Iterable[float], now: datetime) -> datetime | None:
    """Return the next time at which a window is told again; None where none is left."""
    times = (starts_at - timedelta(seconds=before) for before in asked)
    return min((at for at in times if at > now), default=None)


def still_ahead(reminder: Reminder, known: Known | None, now: datetime) -> Maintenance | None:
    """Return the window of a reminder where it stands as it stood then, and has not begun."""
    found = known.maintenances.get(reminder.maintenance) if known else None
    if found is None or found.record is None or found.phase is not MaintenancePhase.SCHEDULED:
        return None
    return found.record if found.starts_at == reminder.starts_at and now < reminder.starts_at else None


def answers(question: Question, reminder: Reminder, moment: Moment, facts: Facts) -> tuple[Verdict, ...]:
    """Return the answer for each channel that a route reminds now.

    A channel for which the thread waits already is left out: it is told after that, as it stands then.
    """
    thread = thread_id(question.change)
    wanted = frozenset({reminder.channel} if reminder.channel else moment.channels)
    found = by_routes(question, moment, wanted & frozenset(moment.channels), facts)
    return tuple(
        _timely(patient(verdict, question, facts, moment), reminder)
        for each in found
        if (verdict := _narrowed(each, reminder, moment.now)) is not None
        and (thread, verdict.channel) not in facts.held
    )


def _narrowed(verdict: Verdict, reminder: Reminder, now: datetime) -> Verdict | None:
    """Return the verdict by those routes alone that remind now; None where none does."""
    by = tuple(route for route in verdict.by if verdict.told and _reminds(route, reminder, now))
    return replace(verdict, reason=Reason.REMINDED, route=by[0].name, by=by) if by else None


def _reminds(route: Route, reminder: Reminder, now: datetime) -> bool:
    times = (reminder.starts_at - timedelta(seconds=before) for before in route.reminders)
    # What had to wait for its hours was due before.
    return any(at <= now and (reminder.channel or at >= reminder.due_at) for at in times)


def _timely(verdict: Verdict, reminder: Reminder) -> Verdict:
    if verdict.until is None or verdict.until < reminder.starts_at:
        return verdict
    return replace(verdict, reason=Reason.BEGINS_FIRST, until=None)


def postponed(verdicts: Sequence[Verdict], reminder: Reminder) -> tuple[Reminder, ...]:
    """Return the reminders that have to wait, each for its channel."""
    return tuple(
        replace(reminder, channel=each.channel, due_at=each.until)
        for each in verdicts
        if each.channel is not None and each.until is not None
    )
