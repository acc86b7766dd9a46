"""Who is told of a Change, and why, or why not. Pure: records in, decisions out.

A Change belongs to a thread. What each channel was told in it last (`Told`) decides with the routes:
nothing is said twice, what was opened to a channel is also ended to it, and every answer has its Reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b

from statusherd.model.changes import Change
from statusherd.model.delivery import Alert, Circumstances, Decision, Held, NewDelivery, Reason, Thread, Told
from statusherd.model.pacing import Repeat
from statusherd.model.services import Touch
from statusherd.model.words import ChangeKind
from statusherd.notify.behind import subject_behind, tells_for
from statusherd.notify.escalating import NOTHING_FOLLOWED, Followed, follow
from statusherd.notify.facts import Facts, Past
from statusherd.notify.holding import patient, remember, waits
from statusherd.notify.matchers import incident_out_of_scope
from statusherd.notify.moment import Moment
from statusherd.notify.question import Part, Question
from statusherd.notify.repeats import begun, period_of
from statusherd.notify.route_table import RouteTable, Verdict
from statusherd.notify.threads import (
    STEPS,
    Step,
    first_disturbance_thread,
    incident_thread,
    thread_id,
    thread_of,
)
from statusherd.notify.updates import added, severity_before, standing
from statusherd.notify.verdicts import verdicts

__all__ = [
    "Facts",
    "Moment",
    "Part",
    "Question",
    "RouteTable",
    "Routing",
    "dedup_key",
    "route",
    "settle",
    "threads_of",
]


@dataclass(frozen=True, slots=True)
class Routing:
    """What to write for one Change: new deliveries, every decision, and what was told and opened."""

    deliveries: tuple[NewDelivery, ...]
    decisions: tuple[Decision, ...]
    threads: tuple[Thread, ...]
    told: tuple[Told, ...]
    held: tuple[Held, ...] = ()
    """What waits now, or waits for another time or in another state than before."""
    let_go: tuple[tuple[str, str], ...] = ()
    """What waits no more: thread and channel."""
    escalations: Followed = NOTHING_FOLLOWED
    repeats: tuple[Repeat, ...] = ()
    """What is to be told again if it is still open by then."""


def threads_of(change: Change) -> tuple[str, ...]:
    """Return the ids of all threads whose facts the routing of `change` needs."""
    also = tuple(incident_thread(change.vendor, incident.id) for incident in change.incidents)
    return (thread_id(change), *also)


def route(question: Question, moment: Moment, facts: Facts) -> Routing:
    """Decide who is told of one Change; `facts` is brought up to date for the next one."""
    found = tuple(
        patient(each, question, facts, moment) if each.told else each
        for each in verdicts(question, moment, facts)
    )
    return settle(question, found, facts, moment)


def settle(question: Question, verdicts: Sequence[Verdict], facts: Facts, moment: Moment) -> Routing:
    """Return what the verdicts on a Change have to write, and bring `facts` up to date."""
    now = moment.now
    thread = facts.threads.get(thread_id(question.change)) or thread_of(question.change, question.title)
    sent = [v for v in verdicts if v.told and v.reason is not Reason.SUMMED_UP]
    deliveries = tuple(_delivery(question, thread, v, facts, now) for v in sent)
    told, threads = _told(question, thread, deliveries, now)
    concerned = _concerned(question, thread)
    periods = {v.channel: period for v in sent if v.channel and (period := period_of(v.by))}
    held, let_go = waits(question, verdicts, concerned, facts, now)
    escalations = follow(question, verdicts, concerned, facts, moment)
    facts.told.update({(fact.thread, fact.channel): fact for fact in told})
    opened = (*threads, *concerned) if held else threads
    fresh = tuple({each.id: each for each in opened if each.id not in facts.threads}.values())
    facts.threads.update({each.id: each for each in fresh})
    remember(facts, thread, told, fresh, now)
    number = question.logged.number
    keys = {delivery.channel: delivery.dedup_key for delivery in deliveries}
    decisions = tuple(
        Decision(number, v.told, v.reason, v.route, v.channel, v.until, v.silence, v.behind,
                 keys.get(v.channel or "") if v.told else None)
        for v in verdicts
    )  # fmt: skip
    repeats = begun(question.change, number, told, periods, now) if periods else ()
    return Routing(deliveries, decisions, fresh, told, held, let_go, escalations, repeats)


def _delivery(
    question: Question, thread: Thread, verdict: Verdict, facts: Facts, now: datetime
) -> NewDelivery:
    assert verdict.channel is not None
    before = facts.told.get((thread.id, verdict.channel))
    step = STEPS[question.change.kind][1]
    alert = Alert(
        thread=thread,
        change=_in_scope(question),
        vendor_title=question.title,
        severity=question.severity,
        severity_reason=question.severity_reason,
        number=_messages(before) + 1,
        ends=step in (Step.END, Step.NOTICE, Step.SUMMARY),
        touches=_touches_told(question, step, before),
        added=added(question, before) if step is Step.UPDATE else (),
        severity_before=severity_before(question, before) if step is Step.UPDATE else None,
        circumstances=replace(
            _circumstances(thread, verdict.channel, facts, now),
            conflicts=question.conflicts,
            together=question.together,
            explains=_explained(question, facts),
        ),
    )
    key = dedup_key(thread.id, verdict.channel, question.logged.number)
    return NewDelivery(verdict.channel, key, alert, now, question.logged.number)


def _messages(before: Told | None) -> int:
    """Return how many messages a channel had of a thread; what ended in a group begins anew."""
    if before is None or (before.ended and before.group_thread is not None):
        return 0
    return before.messages


def _circumstances(thread: Thread, channel: str, facts: Facts, now: datetime) -> Circumstances:
    """Return what else there is to say of a message: that it waited, and how often the same opened."""
    held = facts.held.get((thread.id, channel))
    past = facts.past.get((thread.vendor, thread.subject), Past())
    is_new = thread.id not in facts.threads
    return Circumstances(
        held.why if held else None,
        past.openings + is_new,
        past.since,
        waited_behind=subject_behind(held, facts),
        tells_for=tells_for(thread.id, channel, facts),
        at=now,
    )


def _explained(question: Question, facts: Facts) -> tuple[str, ...]:
    """Return the subjects of incidents of ours that somebody was told of, and that a Change explains."""
    own = (trouble.thread for trouble in question.troubles if trouble.why is Reason.EXPLAINS)
    return tuple(facts.threads[thread].subject for thread in own if thread in facts.threads)


def _touches_told(question: Question, step: Step, before: Told | None) -> tuple[Touch, ...]:
    """Return the services that a message speaks of: at an end those that it was told of, and no others.

    What is over often names no component any more, which elsewhere stands for the whole vendor.
    """
    if step is not Step.END or before is None:
        return question.touches
    return tuple(touch for touch in question.touches if touch.service in before.services)


def _in_scope(question: Question) -> Change:
    """Return the Change as it is told: a first look's summary lists only what is ours."""
    change, vendor = question.change, question.vendor
    if vendor is None or not change.incidents:
        return change
    ours = tuple(i for i in change.incidents if incident_out_of_scope(i, vendor, question) is None)
    return replace(change, incidents=ours)


def dedup_key(thread: str, channel: str, number: int) -> str:
    """Return the key that stays the same however often one message is sent."""
    return blake2b(f"{thread}\0{channel}\0{number}".encode(), digest_size=8).hexdigest()


def _told(
    question: Question, thread: Thread, deliveries: Sequence[NewDelivery], now: datetime
) -> tuple[tuple[Told, ...], tuple[Thread, ...]]:
    """Return what the channels know after the deliveries, and the threads that this touches."""
    if not deliveries:
        return (), ()
    facts: list[Told] = []
    threads = [thread]
    for delivery in deliveries:
        alert = delivery.alert
        services = tuple(touch.service for touch in alert.touches)
        place = (thread.id, delivery.channel)
        stand = standing(alert.change)
        facts.append(Told(*place, *stand, alert.number, alert.ends, question.steady, services, now))
        for opened, phase, part in _opened_by_summary(alert.change, question):
            threads.append(opened)
            heard = Told(opened.id, delivery.channel, *phase, 0, severity=part.steady, services=part.services)
            facts.append(replace(heard, at=now))
    return tuple(facts), tuple(threads)


def _concerned(question: Question, thread: Thread) -> tuple[Thread, ...]:
    """Return the threads in which something may wait after a Change: of a summary, those that it opens."""
    if question.change.kind is not ChangeKind.FIRST_LOOK:
        return (thread,)
    return tuple(opened for opened, _, _ in _opened_by_summary(_in_scope(question), question))


def _opened_by_summary(change: Change, question: Question) -> Iterator[tuple[Thread, tuple[str, str], Part]]:
    """Yield the threads that a first look's summary opens besides its own: they go on in their own right."""
    if change.kind is not ChangeKind.FIRST_LOOK:
        return
    whole = Part(question.steady, question.services)
    for incident in change.incidents:
        opened = replace(change, kind=ChangeKind.INCIDENT_OPENED, incident=incident, incidents=())
        part = question.parts.get(incident.id, whole)
        yield thread_of(opened, question.title), standing(opened), part
    if not change.incidents:
        opened = replace(change, kind=ChangeKind.DISTURBANCE_OPENED)
        thread = replace(thread_of(opened, question.title), id=first_disturbance_thread(change))
        yield thread, standing(opened), whole
