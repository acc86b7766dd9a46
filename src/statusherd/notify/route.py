"""Who is told of a Change, and why, or why not. Pure: records in, decisions out.

A Change belongs to a thread. What each channel was told in it last (`Told`) decides with the routes:
nothing is said twice, what was opened to a channel is also ended to it, and every answer has its Reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b

from statusherd.model.changes import Change, LoggedChange
from statusherd.model.delivery import Alert, Circumstances, Decision, Held, NewDelivery, Reason, Thread, Told
from statusherd.model.records import Component, VendorIncident
from statusherd.model.routing import Route
from statusherd.model.selection import matches, names_region, names_selected
from statusherd.model.vendors import WatchedVendor
from statusherd.model.words import ChangeKind, Severity
from statusherd.notify.holding import NOTHING_WAITS, Like, Past, Verdict, over, patient, remember, waits
from statusherd.notify.threads import (
    STEPS,
    Step,
    event_of,
    first_disturbance_thread,
    incident_thread,
    thread_id,
    thread_of,
)
from statusherd.notify.waiting import Calm


@dataclass(frozen=True, slots=True)
class Question:
    """A Change to route with what is known beside it: severity, vendor, and the vendor's components."""

    logged: LoggedChange
    severity: Severity
    severity_reason: str
    vendor: WatchedVendor | None
    """None where the Change is about no vendor (we cannot see out) or one that was removed since."""
    components: Mapping[str, Component] = field(default_factory=dict)

    @property
    def change(self) -> Change:
        return self.logged.change

    @property
    def title(self) -> str:
        return self.vendor.title if self.vendor else self.change.vendor


@dataclass(slots=True)
class Facts:
    """Threads and what was told in them, kept up to date while one batch of Changes is routed."""

    threads: dict[str, Thread] = field(default_factory=dict)
    told: dict[tuple[str, str], Told] = field(default_factory=dict)
    held: dict[tuple[str, str], Held] = field(default_factory=dict)
    past: dict[Like, Past] = field(default_factory=dict)

    def channels_told(self, thread: str) -> tuple[str, ...]:
        """Return the channels that heard of a thread and not yet of its end."""
        return tuple(c for (t, c), told in self.told.items() if t == thread and not told.ended)

    def held_in(self, thread: str) -> tuple[Held, ...]:
        """Return what waits in a thread, for any channel."""
        return tuple(held for (t, _), held in self.held.items() if t == thread)


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


def threads_of(change: Change) -> tuple[str, ...]:
    """Return the ids of all threads whose facts the routing of `change` needs."""
    also = tuple(incident_thread(change.vendor, incident.id) for incident in change.incidents)
    return (thread_id(change), *also)


def route(
    question: Question,
    routes: Sequence[Route],
    channels: Iterable[str],
    facts: Facts,
    now: datetime,
    calm: Calm = NOTHING_WAITS,
) -> Routing:
    """Decide who is told of one Change; `facts` is brought up to date for the next one.

    `channels` are those that exist; a route's target or an old listener that is not among them is
    passed over. `calm` is what may make messages wait.
    """
    verdicts = _verdicts(question, routes, frozenset(channels), facts)
    return settle(question, [patient(v, question, facts, calm, now) for v in verdicts], facts, now)


def settle(question: Question, verdicts: Sequence[Verdict], facts: Facts, now: datetime) -> Routing:
    """Return what the verdicts on a Change have to write, and bring `facts` up to date."""
    thread = facts.threads.get(thread_id(question.change)) or thread_of(question.change, question.title)
    sent = [v for v in verdicts if v.told and v.reason is not Reason.SUMMED_UP]
    deliveries = tuple(_delivery(question, thread, v, facts, now) for v in sent)
    told, threads = _told(question, thread, deliveries, now)
    concerned = _concerned(question, thread)
    held, let_go = waits(question, verdicts, concerned, facts, now)
    facts.told.update({(fact.thread, fact.channel): fact for fact in told})
    fresh = tuple(
        {t.id: t for t in (*threads, *(concerned if held else ())) if t.id not in facts.threads}.values()
    )
    facts.threads.update({t.id: t for t in fresh})
    remember(facts, thread, told, fresh, now)
    number = question.logged.number
    decisions = tuple(
        Decision(number, v.told, v.reason, v.route, v.channel, v.until, v.silence) for v in verdicts
    )
    return Routing(deliveries, decisions, fresh, told, held, let_go)


def _verdicts(
    question: Question, routes: Sequence[Route], channels: frozenset[str], facts: Facts
) -> Iterator[Verdict]:
    change = question.change
    step = STEPS[change.kind][1]
    if (why := _not_news(change, step)) is not None:
        yield Verdict(None, why)
        return
    listening = [c for c in facts.channels_told(thread_id(change)) if c in channels]
    if step in (Step.UPDATE, Step.END):
        for channel in listening:
            verdict = goes_on(change, step, facts.told[thread_id(change), channel])
            yield replace(verdict, by=guides(question, routes, channel, facts)) if verdict.told else verdict
    if step is Step.END:
        waiting = [h for h in facts.held_in(thread_id(change)) if h.channel not in listening]
        yield from (over(change, held) for held in waiting)
        if not listening and not waiting:
            yield Verdict(None, Reason.NOT_TOLD_BEFORE)
        return
    known = frozenset(listening)
    if step is Step.OPEN:
        for channel in listening:
            yield Verdict(channel, Reason.ALREADY_TOLD)
    yield from by_routes(question, routes, channels - known, facts)


def guides(question: Question, routes: Sequence[Route], channel: str, facts: Facts) -> tuple[Route, ...]:
    """Return the routes whose hours hold for what goes on: those that select it still, else the channel's."""
    if not any(candidate.hours for candidate in routes):
        return ()
    found = by_routes(question, routes, frozenset({channel}), facts)
    selecting = next((verdict.by for verdict in found if verdict.told), ())
    return selecting or tuple(candidate for candidate in routes if channel in candidate.channels)


def _not_news(change: Change, step: Step) -> Reason | None:
    """Return why a Change is told to nobody, whatever the routes say; None where it may be told."""
    if change.kind is ChangeKind.COMPONENT_CHANGED:
        return Reason.ROLLUP_DID_NOT_MOVE
    if change.kind is ChangeKind.MAINTENANCE_UPDATED:
        return Reason.NOTHING_NEW
    if step is Step.RECORD:
        return Reason.RECORDED_ONLY
    if change.kind is ChangeKind.INCIDENT_UPDATED and not {"phase", "impact"} & set(change.facets):
        return Reason.NOTHING_NEW
    if change.kind is ChangeKind.FIRST_LOOK and not (change.incidents or change.status.is_trouble):
        return Reason.NOTHING_OPEN
    return None


def goes_on(change: Change, step: Step, told: Told) -> Verdict:
    """Return the answer for a channel that knows of the thread."""
    if step is Step.END:
        if "taken_over" in change.facets:
            return Verdict(told.channel, Reason.PART_OF_INCIDENT)
        return Verdict(told.channel, Reason.ENDED, told=True)
    if (told.phase, told.impact) == _standing(change):
        return Verdict(told.channel, Reason.ALREADY_TOLD)
    return Verdict(told.channel, Reason.PHASE_CHANGED, told=True)


def _standing(change: Change) -> tuple[str, str]:
    """Return where the thread stands after a Change, as it is remembered of what a channel was told."""
    incident = change.incident
    window = change.maintenance
    if window is not None:
        return str(window.phase), f"{window.starts_at}/{window.ends_at}"
    return (str(incident.phase), str(incident.impact)) if incident else (change.after or "", "")


def by_routes(
    question: Question, routes: Sequence[Route], channels: frozenset[str], facts: Facts
) -> Iterator[Verdict]:
    """Ask the routes in order; each channel gets one answer, the best that a route has for it."""
    refusals: dict[str, Verdict] = {}
    chosen: dict[str, Verdict] = {}
    out_of_scope = _out_of_scope(question)
    for candidate in routes:
        why = _mismatch(candidate, question) or out_of_scope
        for channel in candidate.channels:
            if channel in channels and why is None:
                reason = _news(question.change, facts, channel)
                first = chosen.setdefault(channel, Verdict(channel, reason, told=True, route=candidate.name))
                chosen[channel] = replace(first, by=(*first.by, candidate))
            elif channel in channels and why is not None:
                refusals.setdefault(channel, Verdict(channel, why, route=candidate.name))
        if why is None and not candidate.go_on:
            break
    yield from chosen.values()
    yield from (refusal for channel, refusal in refusals.items() if channel not in chosen)
    if not chosen and not refusals and not facts.channels_told(thread_id(question.change)):
        yield Verdict(None, Reason.NO_ROUTE)


def _news(change: Change, facts: Facts, channel: str) -> Reason:
    if change.kind is ChangeKind.FIRST_LOOK:
        return Reason.ALREADY_OPEN
    return Reason.REOPENED if (thread_id(change), channel) in facts.told else Reason.OPENED


def _out_of_scope(question: Question) -> Reason | None:
    """Return why a Change concerns no part of the vendor that is ours; None where it does."""
    vendor, change = question.vendor, question.change
    if vendor is None:
        return None
    if change.kind is ChangeKind.FIRST_LOOK and change.incidents:
        reasons = [_incident_out_of_scope(i, vendor, question) for i in change.incidents]
        return reasons[0] if all(reasons) else None
    if change.incident is None:
        return None
    return _incident_out_of_scope(change.incident, vendor, question)


def _incident_out_of_scope(
    incident: VendorIncident, vendor: WatchedVendor, question: Question
) -> Reason | None:
    if incident.impact.rank < vendor.min_impact.rank:
        return Reason.BELOW_MIN_IMPACT
    if not names_selected(vendor.components, incident, question.components, question.change.components):
        return Reason.COMPONENT_NOT_SELECTED
    if not names_region(vendor.regions, incident.regions):
        return Reason.REGION_NOT_SELECTED
    return None


def _mismatch(candidate: Route, question: Question) -> Reason | None:
    """Return the first matcher of a route that refuses a Change; None where all agree."""
    change, tags = question.change, question.vendor.tags if question.vendor else ()
    if event_of(change) not in candidate.events:
        return Reason.EVENT_NOT_SELECTED
    if candidate.vendors and not any(matches(p, change.vendor, question.title) for p in candidate.vendors):
        return Reason.VENDOR_NOT_SELECTED
    if candidate.tags and not set(candidate.tags) & set(tags):
        return Reason.VENDOR_NOT_SELECTED
    # "SEV1" < "SEV2" as words: the smaller number is the worse.
    if candidate.severity is not None and question.severity > candidate.severity:
        return Reason.BELOW_SEVERITY
    return _part_mismatch(candidate, question)


def _part_mismatch(candidate: Route, question: Question) -> Reason | None:
    change = question.change
    concerned = (change.incident,) if change.incident else change.incidents
    if not concerned:
        return None
    every, named = question.components, change.components
    if not any(names_selected(candidate.components, i, every, named) for i in concerned):
        return Reason.COMPONENT_NOT_SELECTED
    if not any(names_region(candidate.regions, incident.regions) for incident in concerned):
        return Reason.REGION_NOT_SELECTED
    return None


def _delivery(
    question: Question, thread: Thread, verdict: Verdict, facts: Facts, now: datetime
) -> NewDelivery:
    assert verdict.channel is not None
    before = facts.told.get((thread.id, verdict.channel))
    alert = Alert(
        thread=thread,
        change=_in_scope(question),
        vendor_title=question.title,
        severity=question.severity,
        severity_reason=question.severity_reason,
        number=(before.messages if before else 0) + 1,
        ends=STEPS[question.change.kind][1] in (Step.END, Step.NOTICE, Step.SUMMARY),
        circumstances=_circumstances(thread, verdict.channel, facts),
    )
    key = dedup_key(thread.id, verdict.channel, question.logged.number)
    return NewDelivery(verdict.channel, key, alert, now, question.logged.number)


def _circumstances(thread: Thread, channel: str, facts: Facts) -> Circumstances:
    """Return what else there is to say of a message: that it waited, and how often the same opened."""
    held = facts.held.get((thread.id, channel))
    past = facts.past.get((thread.vendor, thread.subject), Past())
    is_new = thread.id not in facts.threads
    return Circumstances(held.why if held else None, past.openings + is_new, past.since)


def _in_scope(question: Question) -> Change:
    """Return the Change as it is told: a first look's summary lists only what is ours."""
    change, vendor = question.change, question.vendor
    if vendor is None or not change.incidents:
        return change
    ours = tuple(i for i in change.incidents if _incident_out_of_scope(i, vendor, question) is None)
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
        standing = _standing(alert.change)
        facts.append(Told(thread.id, delivery.channel, *standing, alert.number, alert.ends, now))
        for opened, phase in _opened_by_summary(alert.change, question.title):
            threads.append(opened)
            facts.append(Told(opened.id, delivery.channel, *phase, messages=0, at=now))
    return tuple(facts), tuple(threads)


def _concerned(question: Question, thread: Thread) -> tuple[Thread, ...]:
    """Return the threads in which something may wait after a Change: of a summary, those that it opens."""
    if question.change.kind is not ChangeKind.FIRST_LOOK:
        return (thread,)
    return tuple(opened for opened, _ in _opened_by_summary(_in_scope(question), question.title))


def _opened_by_summary(change: Change, title: str) -> Iterator[tuple[Thread, tuple[str, str]]]:
    """Yield the threads that a first look's summary opens besides its own: they go on in their own right."""
    if change.kind is not ChangeKind.FIRST_LOOK:
        return
    for incident in change.incidents:
        opened = replace(change, kind=ChangeKind.INCIDENT_OPENED, incident=incident, incidents=())
        yield thread_of(opened, title), _standing(opened)
    if not change.incidents:
        opened = replace(change, kind=ChangeKind.DISTURBANCE_OPENED)
        thread = replace(thread_of(opened, title), id=first_disturbance_thread(change))
        yield thread, _standing(opened)
