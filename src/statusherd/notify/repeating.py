"""A reminder that something is still open: when it comes, what it says, and what keeps it back. Pure.

It is no news: what a channel was told last stays as it was, so that neither an update nor an end is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from statusherd.model.changes import Change
from statusherd.model.delivery import Alert, Circumstances, Decision, NewDelivery, Reason, Thread, Told
from statusherd.model.pacing import Repeat
from statusherd.model.routing import Route
from statusherd.model.words import ChangeKind, Severity
from statusherd.notify.facts import Facts
from statusherd.notify.grouping import is_group
from statusherd.notify.moment import Moment
from statusherd.notify.question import Question
from statusherd.notify.repeats import AS_OPEN, OPEN, period_of
from statusherd.notify.route import Routing, dedup_key
from statusherd.notify.verdicts import guides
from statusherd.notify.waiting import Candidate, wait_for


@dataclass(frozen=True, slots=True)
class Reminded:
    """What to write of a reminder; `again` is when it comes next, None where it does no more."""

    routing: Routing
    again: Repeat | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """What is open in a group: its subject, and how severe it was when it was told last."""

    subject: str
    severity: Severity | None


def remind(
    row: Repeat, question: Question, facts: Facts, moment: Moment,
    *, members: Sequence[Member] = (), is_acknowledged: bool = False,
) -> Reminded:  # fmt: skip
    """Return the reminder that is due, or why it is not told.

    `question` is the newest Change of the thread, or of one of the group's. `members` are what is open in the
    group, where `row` is about one. Once it `is_acknowledged`, nobody is reminded.
    """
    told, now = facts.told.get((row.thread, row.channel)), moment.now
    of_group = is_group(row.thread)
    by = guides(question, moment, row.channel, facts)
    period = period_of(by)
    is_open = of_group or question.change.kind in OPEN
    if told is None or told.ended or not is_open or not period or row.channel not in moment.channels:
        return Reminded(_nothing())
    again = replace(row, due_at=now + timedelta(seconds=period))
    if (row.thread, row.channel) in facts.held or (of_group and not members):  # news are on their way
        return Reminded(_nothing(), again)
    if is_acknowledged:
        return Reminded(_kept(row, Reason.ACKNOWLEDGED), again)
    if row.channel in moment.reach.off_duty:
        return Reminded(_kept(row, Reason.OFF_DUTY), again)
    wait = wait_for(_candidate(row, question, by, now), moment.calm, now)
    if wait is not None:
        kept = Decision(row.change_number, False, wait.why, wait.route, row.channel, wait.until, wait.silence)
        return Reminded(replace(_nothing(), decisions=(kept,)), replace(row, due_at=wait.until))
    alert = _of_group(row, facts, members, now) if of_group else _of_one(row, question, facts, now)
    return Reminded(_told(row, replace(alert, number=told.messages + 1), by, told, now), again)


def _nothing() -> Routing:
    return Routing((), (), (), ())


def _kept(row: Repeat, why: Reason) -> Routing:
    return replace(
        _nothing(), decisions=(Decision(row.change_number, told=False, reason=why, channel=row.channel),)
    )


def _candidate(row: Repeat, question: Question, by: tuple[Route, ...], now: datetime) -> Candidate:
    return Candidate(question.subject(row.thread), row.channel, by, creates=False, since=now)


def _told(row: Repeat, alert: Alert, by: Sequence[Route], told: Told, now: datetime) -> Routing:
    key = dedup_key(f"{row.thread}/{alert.number}", row.channel, row.change_number)
    delivery = NewDelivery(row.channel, key, alert, now, row.change_number)
    route = next(each.name for each in by if each.repeat)
    decision = Decision(
        row.change_number, told=True, reason=Reason.REPEATED, route=route, channel=row.channel, message=key
    )
    return Routing((delivery,), (decision,), (alert.thread,), (replace(told, messages=alert.number),))


def _of_one(row: Repeat, question: Question, facts: Facts, now: datetime) -> Alert:
    thread, change = facts.threads[row.thread], question.change
    ours = change.ours.incident if change.ours else None
    began = (change.incident.started_at if change.incident else None) or thread.opened_at
    began = (ours.began_at or ours.opened_at) if ours else began
    return Alert(
        thread, _as_open(change, row), question.title, question.severity, question.severity_reason, 1,
        touches=question.touches, circumstances=_open_for(began, now),
    )  # fmt: skip


def _as_open(change: Change, row: Repeat) -> Change:
    """Return what stands now, as if told for the first time; of a first look the one that is meant."""
    if change.kind is not ChangeKind.FIRST_LOOK:
        return replace(change, kind=AS_OPEN.get(change.kind, change.kind), before=None)
    incident = next((i for i in change.incidents if row.thread.endswith(f"/{i.id}")), None)
    kind = ChangeKind.INCIDENT_OPENED if incident else ChangeKind.DISTURBANCE_OPENED
    return replace(change, kind=kind, incident=incident, incidents=(), after=change.status)


def _of_group(row: Repeat, facts: Facts, members: Sequence[Member], now: datetime) -> Alert:
    thread = facts.threads[row.thread]
    worst = min((member.severity for member in members if member.severity), default=Severity.SEV4)
    change = Change(thread.vendor, ChangeKind.GROUPED, now, "it is still open", since=thread.opened_at)
    return Alert(
        thread, change, _label(thread), worst, "the worst of what is open", 1,
        circumstances=_open_for(thread.opened_at, now), still_open=tuple(m.subject for m in members),
    )  # fmt: skip


def _label(thread: Thread) -> str:
    return thread.subject.rpartition(": ")[0] or thread.subject


def _open_for(began: datetime, now: datetime) -> Circumstances:
    return Circumstances(open_for=max(0.0, (now - began).total_seconds()))
