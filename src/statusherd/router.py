"""Routes what changed, and what has waited long enough: what is known is read, decided on, and written.

Each batch is one transaction, so what is told, what waits and what counts as routed are never apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Final, Protocol

from sqlalchemy import Connection

from statusherd import gathering, linking, reminding, repeating
from statusherd.clock import Clock
from statusherd.model.changes import LoggedChange
from statusherd.model.delivery import Held
from statusherd.model.escalation import ESCALATION
from statusherd.model.records import Component, Known
from statusherd.model.routing import Reach
from statusherd.model.words import ChangeKind
from statusherd.notify import behind, troubles
from statusherd.notify import route as routing
from statusherd.notify.escalating import asked_in, messages_of, next_step
from statusherd.notify.facts import Facts, Past
from statusherd.notify.holding import like_of
from statusherd.notify.moment import Moment
from statusherd.notify.question import Part, Question
from statusherd.notify.reconsider import Reconsidered, groups, reconsider, sum_up
from statusherd.notify.route_table import RouteTable
from statusherd.notify.threads import STEPS, Step, thread_id
from statusherd.notify.waiting import FLAP_HOLD, Calm, can_be_held
from statusherd.respond import oncall
from statusherd.respond.conflicts import OurPlans, conflicts
from statusherd.respond.meaning import Meaning, meaning_of
from statusherd.setup import Setup
from statusherd.store import changes as change_log
from statusherd.store import escalations as escalation_rows
from statusherd.store import held as held_rows
from statusherd.store import oncall as override_rows
from statusherd.store import outbox
from statusherd.store import reminders as reminder_rows
from statusherd.store import repeats as repeat_rows
from statusherd.store import silences as silence_rows

ROUTED_AT_ONCE: Final = 200
"""So many Changes are routed in one transaction."""


_WAITING: Final = (held_rows.next_due, reminder_rows.next_due, repeat_rows.next_due)


def next_waiting(conn: Connection) -> datetime | None:
    """Return when `Router.route_waiting` has something to do, which may be past; None for never."""
    return min(filter(None, (queue(conn) for queue in _WAITING)), default=None)


def next_due(conn: Connection) -> datetime | None:
    """Return the same with the steps of escalations."""
    return min(filter(None, (next_waiting(conn), escalation_rows.next_due(conn))), default=None)


class Pages(Protocol):
    """What is known of vendors' pages."""

    def components_of(self, vendor: str) -> Mapping[str, Component]:
        """Return the components of a vendor's page."""

    def known_of(self, vendor: str) -> Known | None:
        """Return what the last looks at a vendor found, None where it was never watched."""


@dataclass(frozen=True, slots=True)
class KnownPages:
    """Pages as they were last seen, by vendor."""

    known: Mapping[str, Known] = field(default_factory=dict)

    def components_of(self, vendor: str) -> Mapping[str, Component]:
        """Return the components of a vendor's page; none where they are not known."""
        known = self.known.get(vendor)
        return known.components if known else {}

    def known_of(self, vendor: str) -> Known | None:
        """Return what is known of a vendor, None where nothing is."""
        return self.known.get(vendor)


class Router:
    """Decides batches of Changes in transactions of its callers."""

    def __init__(self, states: Pages, clock: Clock) -> None:
        self._states = states
        self._clock = clock
        self._table = RouteTable(())
        self._sites = troubles.Kin({})

    def route_new(self, conn: Connection, setup: Setup) -> int:
        """Route the Changes that are not routed yet, in order; return how many those were."""
        logged = change_log.unrouted(conn, ROUTED_AT_ONCE, lock=True)
        if not logged:
            return 0
        questions = linking.with_links(conn, [self.question(entry, setup) for entry in logged], setup)
        moment = self.moment(conn, setup)
        facts = _facts(conn, questions, moment)
        for question in questions:
            repeating.newest(conn, question, moment)
            _put(conn, routing.route(question, moment, facts), moment)
            _let_follow(conn, question, facts, moment.now)
            linking.let_go(conn, question, facts, moment.now)
            reminding.plan(conn, question.change, self._states.known_of(question.change.vendor), moment)
        gathering.keep(conn, facts)
        change_log.mark_routed(conn, [entry.number for entry in logged], moment.now)
        return len(logged)

    def route_waiting(self, conn: Connection, setup: Setup) -> int:
        """Decide anew on what has waited long enough, and remind; return how many rows were due."""
        return self._reconsider(conn, setup) + self._remind(conn, setup) + self._repeat(conn, setup)

    def _remind(self, conn: Connection, setup: Setup) -> int:
        due = reminder_rows.due(conn, self._clock.now(), ROUTED_AT_ONCE)
        if not due:
            return 0
        moment = self.moment(conn, setup)
        for row in due:
            reminding.take_up(conn, row, moment)
            known, vendor = self._states.known_of(row.vendor), setup.vendors.get(row.vendor)
            change = reminding.change_of(row, known, vendor, moment.now)
            if change is not None:
                question = self.question(LoggedChange(0, change), setup)
                answer = reminding.remind(conn, question, row, moment, _facts(conn, [question], moment))
                _put(conn, answer, moment)
        return len(due)

    def _repeat(self, conn: Connection, setup: Setup) -> int:
        due = repeat_rows.due(conn, self._clock.now(), ROUTED_AT_ONCE)
        if not due:
            return 0
        moment = self.moment(conn, setup)
        for row in due:
            found = repeating.take_up(conn, row, lambda logged: self.question(logged, setup), moment)
            if found is not None:
                _put(conn, found.routing, moment)
        return len(due)

    def _reconsider(self, conn: Connection, setup: Setup) -> int:
        grouped, alone = gathering.parted(conn, held_rows.due(conn, self._clock.now(), ROUTED_AT_ONCE))
        held = (*grouped, *alone)
        if not held:
            return 0
        questions, moment = self._questions_of(conn, held, setup), self.moment(conn, setup)
        facts = _facts(conn, tuple(questions.values()), moment)
        missed: dict[str, list[Question]] = {}
        several = _reconsidered(grouped, questions, facts, moment)
        for answer in gathering.told_together(conn, several, facts, moment.now):
            _put(conn, answer, moment)
        for _, found in _reconsidered(alone, questions, facts, moment):
            _put(conn, found.routing, moment)
            for channel, over in found.missed:
                missed.setdefault(channel, []).append(over)
        gathering.keep(conn, facts)
        for channel, overs in missed.items():
            delivery, thread, told = sum_up(channel, overs, moment.now)
            outbox.put(conn, (delivery,), (), (thread,), (told,), moment.now)
        return len(held)

    def route_escalations(self, conn: Connection, setup: Setup) -> int:
        """Take the steps of escalations that are due; return how many those were."""
        due = escalation_rows.due(conn, self._clock.now(), ROUTED_AT_ONCE)
        if not due:
            return 0
        moment = self.moment(conn, setup)
        for climb in due:
            logged = change_log.change_numbered(conn, climb.change_number)
            escalation = setup.escalations.get(f"{ESCALATION}{climb.escalation}")
            if logged is None or escalation is None:  # it is no longer configured
                escalation_rows.put(conn, (replace(climb, due_at=None),))
                continue
            (question,) = linking.with_links(conn, [self.question(logged, setup)], setup)
            question = asked_in(question, climb.thread)
            facts = _facts(conn, (question,), moment)
            taken = next_step(question, climb, escalation, moment)
            answer = routing.settle(question, taken.verdicts, facts, moment)
            _put(conn, messages_of(taken, answer, routing.dedup_key), moment)
            escalation_rows.put(conn, (taken.climb,))
        return len(due)

    def question(self, logged: LoggedChange, setup: Setup) -> Question:
        """Return a Change with what is known beside it: what it means for our services, among others."""
        change = logged.change
        kin = self._kin(setup)
        vendor, components = setup.vendors.get(change.vendor), self._states.components_of(change.vendor)
        title = setup.title_of(change.vendor)
        meaning = meaning_of(change, title, components, setup.services, setup.severities)
        return Question(
            logged=logged,
            severity=meaning.judgement.severity,
            severity_reason=meaning.judgement.reason,
            vendor=vendor,
            components=components,
            touches=meaning.touches,
            steady=meaning.judgement.steady,
            parts={key: _part(each) for key, each in meaning.parts.items()},
            teams=setup.teams,
            conflicts=conflicts(change, meaning.touches, OurPlans(setup.freezes, setup.teams, setup.roster)),
            together=troubles.together(change, vendor, kin, self._states.known_of),
            troubles=troubles.concerning(change, vendor, kin, self._states.known_of),
        )

    def _kin(self, setup: Setup) -> troubles.Kin:
        if self._sites.vendors is not setup.vendors or self._sites.herds.quorum != setup.quorum:
            self._sites = troubles.Kin(setup.vendors, setup.quorum)
        return self._sites

    def _questions_of(self, conn: Connection, held: Sequence[Held], setup: Setup) -> dict[int, Question]:
        numbers = dict.fromkeys(row.change_number for row in held)
        logged = (change_log.change_numbered(conn, number) for number in numbers)
        asked = [self.question(entry, setup) for entry in logged if entry is not None]
        return {each.logged.number: each for each in linking.with_links(conn, asked, setup)}

    def moment(self, conn: Connection, setup: Setup) -> Moment:
        """Return what decides on Changes now, besides what they say."""
        now = self._clock.now()
        if self._table.routes is not setup.routes:
            self._table = RouteTable(setup.routes)
        calm = Calm(silence_rows.in_force(conn, now), setup.channels, setup.holidays)
        reach = _reach(conn, setup, now)
        return Moment(self._table, frozenset(setup.channels), now, reach, calm, setup.escalations)


def _reconsidered(
    held: Sequence[Held], questions: dict[int, Question], facts: Facts, moment: Moment
) -> Iterator[tuple[str | None, Reconsidered]]:
    first_looks = frozenset(n for n, q in questions.items() if q.change.kind is ChangeKind.FIRST_LOOK)
    for rows in groups(held, first_looks):
        question = questions[rows[0].change_number]
        yield rows[0].group_thread, reconsider(question, rows, moment, facts)


def _facts(conn: Connection, questions: Sequence[Question], moment: Moment) -> Facts:
    threads = {thread for question in questions for thread in routing.threads_of(question.change)}
    threads |= {each.thread for question in questions for each in question.troubles}
    held = held_rows.held_in(conn, threads)
    threads |= {row.behind for row in held.values() if row.behind}
    facts = Facts(*outbox.facts(conn, threads), held)
    for row, subject in held_rows.behind(conn, threads):
        facts.held[row.thread, row.channel], facts.subjects[row.thread] = row, subject
    gathering.learn(conn, facts, is_grouped=moment.table.groups)
    # Whatever the configuration says now: what began under another one ends with its thread.
    facts.climbs = escalation_rows.climbs_in(conn, threads)
    facts.acknowledged = escalation_rows.acknowledged_in(conn, threads)
    flap = max((route.flap for route in moment.table.routes), default=0.0)
    for question in questions if flap else ():
        _add_past(conn, question, facts, moment.now - timedelta(seconds=flap) - FLAP_HOLD)
    return facts


def _add_past(conn: Connection, question: Question, facts: Facts, since: datetime) -> None:
    """Learn how often the same came and went of late, where it may be held for that."""
    change = question.change
    may_create = STEPS[change.kind][1] is Step.OPEN or bool(facts.held_in(thread_id(change)))
    if may_create and can_be_held(change, question.severity):
        like = like_of(question, facts)
        facts.past[like] = Past(*held_rows.past_of(conn, *like, since, FLAP_HOLD))


def _let_follow(conn: Connection, question: Question, facts: Facts, now: datetime) -> None:
    """Where a thread is over, let what waits behind it wait for a short while only."""
    for thread, until in behind.released(question.change, facts, now):
        held_rows.let_follow(conn, thread, until)


def _put(conn: Connection, answer: routing.Routing, moment: Moment) -> None:
    outbox.put(conn, answer.deliveries, answer.decisions, answer.threads, answer.told, moment.now)
    repeating.keep(conn, answer, moment)
    held_rows.put(conn, answer.held)
    held_rows.let_go(conn, answer.let_go)
    escalation_rows.put(conn, answer.escalations.climbs)
    escalation_rows.end(conn, answer.escalations.ended, moment.now)
    for thread in answer.escalations.overtaken:
        escalation_rows.expire(conn, thread, moment.now)


def _reach(conn: Connection, setup: Setup, now: datetime) -> Reach:
    """Return to whom the targets of routes lead now; overrides are read here, so each counts at once."""
    steps = (step.channels for each in setup.escalations.values() for step in each.steps)
    named = [*(route.channels for route in setup.routes), *setup.teams.values(), *steps]
    overrides = override_rows.overrides(conn, now) if setup.roster.rotations else ()
    reach = oncall.reach(setup.roster, chain.from_iterable(named), overrides, now)
    first = {name: reach.channels(each.steps[0].channels) for name, each in setup.escalations.items()}
    return replace(reach, leads={**reach.leads, **first}) if first else reach


def _part(meaning: Meaning) -> Part:
    return Part(meaning.judgement.steady, tuple(touch.service for touch in meaning.touches))
