"""The answer for each channel to one Change: told or not, why, and by which routes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from statusherd.model.changes import Change
from statusherd.model.delivery import Reason, Told
from statusherd.model.routing import Reach, Route
from statusherd.model.words import ChangeKind
from statusherd.notify.behind import taken_over
from statusherd.notify.facts import Facts
from statusherd.notify.holding import over
from statusherd.notify.matchers import kind_of, mismatch, out_of_scope, targets
from statusherd.notify.moment import Moment
from statusherd.notify.question import Question
from statusherd.notify.route_table import RouteTable, Verdict
from statusherd.notify.services import Kind
from statusherd.notify.threads import STEPS, Step, thread_id
from statusherd.notify.updates import added, moved, severity_before, wanted

__all__ = ["by_routes", "goes_on", "guided", "verdicts"]


def verdicts(question: Question, moment: Moment, facts: Facts) -> Iterator[Verdict]:
    """Return every answer on one Change, to those that listen already and by the routes."""
    change = question.change
    step = STEPS[change.kind][1]
    if (why := _not_news(question, step, moment.table)) is not None:
        yield Verdict(None, why)
        return
    listening = [c for c in facts.channels_told(thread_id(change)) if c in moment.channels]
    if step in (Step.UPDATE, Step.END):
        for channel in listening:
            verdict = goes_on(question, step, facts.told[thread_id(change), channel], moment.reach, facts)
            yield guided(_closed(verdict, moment), question, moment, facts)
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
    yield from by_routes(question, moment, frozenset(moment.channels) - known, facts)


def _closed(verdict: Verdict, moment: Moment) -> Verdict:
    """Return the answer, but an end to a service that keeps an alert open until it hears of one."""
    channel = moment.calm.channels.get(verdict.channel or "")
    if verdict.reason is not Reason.PART_OF_INCIDENT or channel is None:
        return verdict
    if channel.service.kind is not Kind.PAGER or not channel.service.thread_key:
        return verdict
    return Verdict(verdict.channel, Reason.ENDED, told=True)


def guided(verdict: Verdict, question: Question, moment: Moment, facts: Facts) -> Verdict:
    """Return the answer for a channel that knows of the thread, as the routes want it that guide it."""
    if not verdict.told or verdict.channel is None:
        return verdict
    by = guides(question, moment, verdict.channel, facts)
    told = facts.told[thread_id(question.change), verdict.channel]
    return wanted(replace(verdict, by=by), question, told) if by else verdict


def guides(question: Question, moment: Moment, channel: str, facts: Facts) -> tuple[Route, ...]:
    """Return the routes whose keys hold for what goes on: those that select it still, else the channel's."""
    if not moment.table.guides:
        return ()
    found = by_routes(question, moment, frozenset({channel}), facts)
    selecting = next((verdict.by for verdict in found if verdict.told), ())
    return selecting or tuple(
        each for each in moment.table.routes if _leads(each, channel, question, moment.reach)
    )


def _leads(candidate: Route, channel: str, question: Question, reach: Reach) -> bool:
    return channel in reach.channels(targets(candidate, question))


def _not_news(question: Question, step: Step, table: RouteTable) -> Reason | None:
    """Return why a Change is told to nobody, whatever the routes say; None where it may be told."""
    change = question.change
    if change.kind is ChangeKind.COMPONENT_CHANGED:
        return Reason.TOLD_WITH_DISTURBANCE if question.touches else Reason.ROLLUP_DID_NOT_MOVE
    if change.kind is ChangeKind.MAINTENANCE_UPDATED:
        return Reason.NOTHING_NEW
    if step is Step.RECORD:
        return Reason.RECORDED_ONLY
    if change.kind is ChangeKind.INCIDENT_UPDATED and _news_facets(question, table).isdisjoint(change.facets):
        return Reason.NOTHING_NEW
    if change.kind is ChangeKind.FIRST_LOOK and not (change.incidents or change.status.is_trouble):
        return Reason.NOTHING_OPEN
    return None


def _news_facets(question: Question, table: RouteTable) -> frozenset[str]:
    """Return what must have moved for an update to be news."""
    # What reaches further may touch services, or pass filters, that it did not before.
    vendor = question.vendor
    is_filtered = table.filters_parts or (vendor is not None and bool(vendor.components or vendor.regions))
    return _NEWS | _REACH if is_filtered or question.steady is not None else _NEWS


_NEWS: Final = frozenset({"phase", "impact"})
_REACH: Final = frozenset({"components", "regions"})


def goes_on(question: Question, step: Step, told: Told, reach: Reach, facts: Facts) -> Verdict:
    """Return the answer for a channel that knows of the thread."""
    change = question.change
    if step is Step.END:
        alone = "taken_over" in change.facets and told.group_thread is None
        if alone and (taken := taken_over(question, told.channel, facts)) is not None:
            return taken
        return Verdict(told.channel, Reason.ENDED, told=True)
    moved = _moved(question, told)
    if moved is None:
        return Verdict(told.channel, Reason.ALREADY_TOLD)
    if told.channel in reach.off_duty:
        return Verdict(told.channel, Reason.OFF_DUTY)
    return Verdict(told.channel, moved, told=True)


def _moved(question: Question, told: Told) -> Reason | None:
    """Return what is new to a channel that was told of a thread before; None where nothing is."""
    if (why := moved(question.change, told)) is not None:
        return why
    if added(question, told):
        return Reason.SERVICES_ADDED
    return Reason.SEVERITY_CHANGED if severity_before(question, told) is not None else None


def by_routes(
    question: Question, moment: Moment, channels: frozenset[str], facts: Facts
) -> Iterator[Verdict]:
    """Ask the routes in order; each channel gets one answer, the best that a route has for it."""
    refusals: dict[str | None, Verdict] = {}
    chosen: dict[str, Verdict] = {}
    beyond = out_of_scope(question)
    for step in moment.table.plan(kind_of(question)):
        if isinstance(step, tuple):
            _take_up(refusals, step, channels)
            continue
        candidate = step.route
        reached = moment.reach.channels(targets(candidate, question))
        # A route that reaches nobody takes nothing from those below it.
        why = step.why or mismatch(candidate, question) or beyond or (None if reached else Reason.NO_OWNER)
        for channel in reached:
            if channel in channels and why is None:
                first = chosen.get(channel)
                chosen[channel] = (
                    replace(first, by=(*first.by, candidate))
                    if first
                    else Verdict(
                        channel, _news(question.change, facts, channel), True, candidate.name, (candidate,)
                    )
                )
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
