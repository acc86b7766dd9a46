"""Who is told of a Change, and why, or why not. Pure: records in, decisions out.

A Change belongs to a thread. What each channel was told in it last (`Told`) decides with the routes:
nothing is said twice, what was opened to a channel is also ended to it, and every answer has its Reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from typing import Final

from statusherd.model.changes import Change
from statusherd.model.delivery import Alert, Decision, NewDelivery, Reason, Thread, Told
from statusherd.model.routing import Reach, Route
from statusherd.model.services import Touch
from statusherd.model.words import ChangeKind, Severity
from statusherd.notify.matchers import incident_out_of_scope, kind_of, mismatch, out_of_scope, targets
from statusherd.notify.question import Part, Question
from statusherd.notify.route_table import RouteTable, Verdict
from statusherd.notify.threads import (
    STEPS,
    Step,
    first_disturbance_thread,
    incident_thread,
    thread_id,
    thread_of,
)

__all__ = ["Facts", "Part", "Question", "RouteTable", "Routing", "dedup_key", "route", "threads_of"]

ANYONE: Final = Reach()
"""Where nobody takes turns: every target is the channel of that name."""


@dataclass(slots=True)
class Facts:
    """Threads and what was told in them, kept up to date while one batch of Changes is routed."""

    threads: dict[str, Thread] = field(default_factory=dict)
    told: dict[tuple[str, str], Told] = field(default_factory=dict)

    def channels_told(self, thread: str) -> tuple[str, ...]:
        """Return the channels that heard of a thread and not yet of its end."""
        return tuple(c for (t, c), told in self.told.items() if t == thread and not told.ended)


@dataclass(frozen=True, slots=True)
class Routing:
    """What to write for one Change: new deliveries, every decision, and what was told and opened."""

    deliveries: tuple[NewDelivery, ...]
    decisions: tuple[Decision, ...]
    threads: tuple[Thread, ...]
    told: tuple[Told, ...]


def threads_of(change: Change) -> tuple[str, ...]:
    """Return the ids of all threads whose facts the routing of `change` needs."""
    also = tuple(incident_thread(change.vendor, incident.id) for incident in change.incidents)
    return (thread_id(change), *also)


def route(
    question: Question,
    routes: Sequence[Route] | RouteTable,
    channels: Iterable[str],
    facts: Facts,
    now: datetime,
    reach: Reach = ANYONE,
) -> Routing:
    """Decide who is told of one Change; `facts` is brought up to date for the next one.

    `routes` are the table of them where many Changes are decided. `channels` are those that exist; a route's
    target or an old listener that is not among them is passed over. `reach` tells to which channels the
    targets of routes lead now.
    """
    table = routes if isinstance(routes, RouteTable) else RouteTable(routes)
    verdicts = tuple(_verdicts(question, table, frozenset(channels), facts, reach))
    thread = facts.threads.get(thread_id(question.change)) or thread_of(question.change, question.title)
    deliveries = tuple(_delivery(question, thread, v, facts, now) for v in verdicts if v.told)
    told, threads = _told(question, thread, deliveries)
    for fact in told:
        facts.told[fact.thread, fact.channel] = fact
    fresh = tuple(t for t in threads if t.id not in facts.threads)
    facts.threads.update({t.id: t for t in fresh})
    number = question.logged.number
    decisions = tuple(Decision(number, v.told, v.reason, v.route, v.channel) for v in verdicts)
    return Routing(deliveries, decisions, fresh, told)


def _verdicts(
    question: Question, table: RouteTable, channels: frozenset[str], facts: Facts, reach: Reach
) -> Iterator[Verdict]:
    change = question.change
    step = STEPS[change.kind][1]
    if (why := _not_news(question, step)) is not None:
        yield Verdict(None, why)
        return
    listening = [c for c in facts.channels_told(thread_id(change)) if c in channels]
    if step in (Step.UPDATE, Step.END):
        for channel in listening:
            yield _goes_on(question, step, facts.told[thread_id(change), channel], reach)
    if step is Step.END:
        if not listening:
            yield Verdict(None, Reason.NOT_TOLD_BEFORE)
        return
    known = frozenset(listening)
    if step is Step.OPEN:
        for channel in listening:
            yield Verdict(channel, Reason.ALREADY_TOLD)
    yield from _by_routes(question, table, channels - known, facts, reach)


def _not_news(question: Question, step: Step) -> Reason | None:
    """Return why a Change is told to nobody, whatever the routes say; None where it may be told."""
    change = question.change
    if change.kind is ChangeKind.COMPONENT_CHANGED:
        return Reason.TOLD_WITH_DISTURBANCE if question.touches else Reason.ROLLUP_DID_NOT_MOVE
    if change.kind is ChangeKind.MAINTENANCE_UPDATED:
        return Reason.NOTHING_NEW
    if step is Step.RECORD:
        return Reason.RECORDED_ONLY
    if change.kind is ChangeKind.INCIDENT_UPDATED and not _news_facets(question) & set(change.facets):
        return Reason.NOTHING_NEW
    if change.kind is ChangeKind.FIRST_LOOK and not (change.incidents or change.status.is_trouble):
        return Reason.NOTHING_OPEN
    return None


def _news_facets(question: Question) -> frozenset[str]:
    """Return what must have moved for an update to be news."""
    # What reaches further may touch services that it did not touch before.
    return _NEWS if question.steady is None else _NEWS | _REACH


_NEWS: Final = frozenset({"phase", "impact"})
_REACH: Final = frozenset({"components", "regions"})


def _goes_on(question: Question, step: Step, told: Told, reach: Reach) -> Verdict:
    change = question.change
    if step is Step.END:
        if "taken_over" in change.facets:
            return Verdict(told.channel, Reason.PART_OF_INCIDENT)
        return Verdict(told.channel, Reason.ENDED, told=True)
    moved = _moved(question, told)
    if moved is None:
        return Verdict(told.channel, Reason.ALREADY_TOLD)
    if told.channel in reach.off_duty:
        return Verdict(told.channel, Reason.OFF_DUTY)
    return Verdict(told.channel, moved, told=True)


def _moved(question: Question, told: Told) -> Reason | None:
    """Return what is new to a channel that was told of a thread before; None where nothing is."""
    if (told.phase, told.impact) != _standing(question.change):
        return Reason.PHASE_CHANGED
    if _added(question, told):
        return Reason.SERVICES_ADDED
    return Reason.SEVERITY_CHANGED if _severity_before(question, told) is not None else None


def _added(question: Question, told: Told | None) -> tuple[str, ...]:
    """Return the services touched that a channel did not hear of when it was told last."""
    if told is None or told.ended or told.severity is None or question.steady is None:
        return ()
    return tuple(name for name in question.services if name not in told.services)


def _severity_before(question: Question, told: Told | None) -> Severity | None:
    """Return the severity that a channel was told last, None where it is the same."""
    if told is None or told.ended or question.steady in (None, told.severity):
        return None
    return told.severity


def _standing(change: Change) -> tuple[str, str]:
    """Return where the thread stands after a Change, as it is remembered of what a channel was told."""
    incident = change.incident
    window = change.maintenance
    if window is not None:
        return str(window.phase), f"{window.starts_at}/{window.ends_at}"
    return (str(incident.phase), str(incident.impact)) if incident else (change.after or "", "")


def _by_routes(
    question: Question, table: RouteTable, channels: frozenset[str], facts: Facts, reach: Reach
) -> Iterator[Verdict]:
    """Ask the routes in order; each channel gets one answer, the best that a route has for it."""
    refusals: dict[str | None, Verdict] = {}
    chosen: dict[str, Verdict] = {}
    beyond = out_of_scope(question)
    for step in table.plan(kind_of(question)):
        if isinstance(step, tuple):
            _take_up(refusals, step, channels)
            continue
        candidate = step.route
        reached = reach.channels(targets(candidate, question))
        # A route that reaches nobody takes nothing from those below it.
        why = step.why or mismatch(candidate, question) or beyond or (None if reached else Reason.NO_OWNER)
        for channel in reached:
            if channel in channels and why is None:
                reason = _news(question.change, facts, channel)
                chosen.setdefault(channel, Verdict(channel, reason, told=True, route=candidate.name))
            elif channel in channels and why is not None:
                refusals.setdefault(channel, Verdict(channel, why, route=candidate.name))
        if not reached and why is not None:
            refusals.setdefault(None, Verdict(None, why, route=candidate.name))
        if why is None and not candidate.go_on:
            break
    yield from chosen.values()
    yield from (refusal for channel, refusal in refusals.items() if channel not in chosen)
    if not chosen and not refusals and not facts.channels_told(thread_id(question.change)):
        yield Verdict(None, Reason.NO_ROUTE)


def _take_up(
    refusals: dict[str | None, Verdict], answers: Iterable[Verdict], channels: frozenset[str]
) -> None:
    for answer in answers:
        if answer.channel in channels:
            refusals.setdefault(answer.channel, answer)


def _news(change: Change, facts: Facts, channel: str) -> Reason:
    if change.kind is ChangeKind.FIRST_LOOK:
        return Reason.ALREADY_OPEN
    return Reason.REOPENED if (thread_id(change), channel) in facts.told else Reason.OPENED


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
        number=(before.messages if before else 0) + 1,
        ends=step in (Step.END, Step.NOTICE, Step.SUMMARY),
        touches=_touches_told(question, step, before),
        added=_added(question, before) if step is Step.UPDATE else (),
        severity_before=_severity_before(question, before) if step is Step.UPDATE else None,
    )
    key = dedup_key(thread.id, verdict.channel, question.logged.number)
    return NewDelivery(verdict.channel, key, alert, now, question.logged.number)


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
    question: Question, thread: Thread, deliveries: Sequence[NewDelivery]
) -> tuple[tuple[Told, ...], tuple[Thread, ...]]:
    """Return what the channels know after the deliveries, and the threads that this touches."""
    if not deliveries:
        return (), ()
    facts: list[Told] = []
    threads = [thread]
    for delivery in deliveries:
        alert = delivery.alert
        services = tuple(touch.service for touch in alert.touches)
        standing = _standing(alert.change)
        place = (thread.id, delivery.channel)
        facts.append(Told(*place, *standing, alert.number, alert.ends, question.steady, services))
        for opened, phase, part in _opened_by_summary(alert.change, question):
            threads.append(opened)
            facts.append(
                Told(opened.id, delivery.channel, *phase, 0, severity=part.steady, services=part.services)
            )
    return tuple(facts), tuple(threads)


def _opened_by_summary(change: Change, question: Question) -> Iterator[tuple[Thread, tuple[str, str], Part]]:
    """Yield the threads that a first look's summary opens besides its own: they go on in their own right."""
    if change.kind is not ChangeKind.FIRST_LOOK:
        return
    whole = Part(question.steady, question.services)
    for incident in change.incidents:
        opened = replace(change, kind=ChangeKind.INCIDENT_OPENED, incident=incident, incidents=())
        part = question.parts.get(incident.id, whole)
        yield thread_of(opened, question.title), _standing(opened), part
    if not change.incidents:
        opened = replace(change, kind=ChangeKind.DISTURBANCE_OPENED)
        thread = replace(thread_of(opened, question.title), id=first_disturbance_thread(change))
        yield thread, _standing(opened), whole
