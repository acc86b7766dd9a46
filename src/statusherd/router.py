"""Routes what changed, and what has waited long enough: what is known is read, decided on, and written.

Each batch is one transaction, so what is told, what waits and what counts as routed are never apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from sqlalchemy import Connection

from statusherd import gathering, repeating
from statusherd.clock import Clock
from statusherd.model.changes import LoggedChange
from statusherd.model.delivery import Held
from statusherd.model.routing import Reach
from statusherd.model.words import ChangeKind
from statusherd.notify import route as routing
from statusherd.notify.facts import Facts, Past
from statusherd.notify.holding import like_of
from statusherd.notify.moment import Moment
from statusherd.notify.question import Part, Question
from statusherd.notify.reconsider import Reconsidered, groups, reconsider, sum_up
from statusherd.notify.route_table import RouteTable
from statusherd.notify.waiting import FLAP_HOLD, Calm, can_be_held
from statusherd.respond import oncall
from statusherd.respond.meaning import Meaning, meaning_of
from statusherd.setup import Setup
from statusherd.states import States
from statusherd.store import changes as change_log
from statusherd.store import held as held_rows
from statusherd.store import oncall as override_rows
from statusherd.store import outbox
from statusherd.store import repeats as repeat_rows
from statusherd.store import silences as silence_rows

ROUTED_AT_ONCE: Final = 200
"""So many Changes are routed in one transaction."""


class Router:
    """Decides batches of Changes in transactions of its callers."""

    def __init__(self, states: States, clock: Clock) -> None:
        self._states = states
        self._clock = clock
        self._table = RouteTable(())

    def route_new(self, conn: Connection, setup: Setup) -> int:
        """Route the Changes that are not routed yet, in order; return how many those were."""
        logged = change_log.unrouted(conn, ROUTED_AT_ONCE, lock=True)
        if not logged:
            return 0
        questions = [self.question(entry, setup) for entry in logged]
        moment = self._moment(conn, setup)
        facts = _facts(conn, questions, moment)
        for question in questions:
            repeating.newest(conn, question, moment)
            _put(conn, routing.route(question, moment, facts), moment)
        gathering.keep(conn, facts)
        change_log.mark_routed(conn, [entry.number for entry in logged], moment.now)
        return len(logged)

    def route_held(self, conn: Connection, setup: Setup) -> int:
        """Decide anew on what has waited long enough; return how many messages that were."""
        grouped, alone = gathering.parted(conn, held_rows.due(conn, self._clock.now(), ROUTED_AT_ONCE))
        held = (*grouped, *alone)
        if not held:
            return 0
        questions, moment = self._questions_of(conn, held, setup), self._moment(conn, setup)
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

    def repeat_due(self, conn: Connection, setup: Setup) -> int:
        """Remind of what is still open; return how many reminders were due."""
        due = repeat_rows.due(conn, self._clock.now(), ROUTED_AT_ONCE)
        if not due:
            return 0
        moment = self._moment(conn, setup)
        for row in due:
            found = repeating.take_up(conn, row, lambda logged: self.question(logged, setup), moment)
            if found is not None:
                _put(conn, found.routing, moment)
        return len(due)

    def question(self, logged: LoggedChange, setup: Setup) -> Question:
        """Return a Change with what is known beside it: what it means for our services, among others."""
        change = logged.change
        vendor, components = setup.vendors.get(change.vendor), self._states.components_of(change.vendor)
        title = vendor.title if vendor else change.vendor
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
        )

    def _questions_of(self, conn: Connection, held: Sequence[Held], setup: Setup) -> dict[int, Question]:
        numbers = dict.fromkeys(row.change_number for row in held)
        logged = (change_log.change_numbered(conn, number) for number in numbers)
        return {entry.number: self.question(entry, setup) for entry in logged if entry is not None}

    def _moment(self, conn: Connection, setup: Setup) -> Moment:
        now = self._clock.now()
        if self._table.routes is not setup.routes:
            self._table = RouteTable(setup.routes)
        calm = Calm(silence_rows.in_force(conn, now), setup.channels, setup.holidays)
        return Moment(self._table, frozenset(setup.channels), now, _reach(conn, setup, now), calm)


def _reconsidered(
    held: Sequence[Held], questions: dict[int, Question], facts: Facts, moment: Moment
) -> Iterator[tuple[str | None, Reconsidered]]:
    first_looks = frozenset(n for n, q in questions.items() if q.change.kind is ChangeKind.FIRST_LOOK)
    for rows in groups(held, first_looks):
        question = questions[rows[0].change_number]
        yield rows[0].group_thread, reconsider(question, rows, moment, facts)


def _facts(conn: Connection, questions: Sequence[Question], moment: Moment) -> Facts:
    threads = {thread for question in questions for thread in routing.threads_of(question.change)}
    facts = Facts(*outbox.facts(conn, threads), held_rows.held_in(conn, threads))
    gathering.learn(conn, facts, is_grouped=moment.table.groups)
    flap = max((route.flap for route in moment.table.routes if route.hold), default=0.0)
    for question in questions if flap else ():
        _add_past(conn, question, facts, moment.now - timedelta(seconds=flap) - FLAP_HOLD)
    return facts


def _add_past(conn: Connection, question: Question, facts: Facts, since: datetime) -> None:
    """Learn how often the same came and went of late, where a route would hold it for that."""
    if can_be_held(question.change, question.severity):
        like = like_of(question, facts)
        facts.past[like] = Past(*held_rows.past_of(conn, *like, since))


def _put(conn: Connection, answer: routing.Routing, moment: Moment) -> None:
    outbox.put(conn, answer.deliveries, answer.decisions, answer.threads, answer.told, moment.now)
    repeating.keep(conn, answer, moment)
    held_rows.put(conn, answer.held)
    held_rows.let_go(conn, answer.let_go)


def _reach(conn: Connection, setup: Setup, now: datetime) -> Reach:
    """Return to whom the targets of routes lead now; overrides are read here, so each counts at once."""
    named = [*(route.channels for route in setup.routes), *setup.teams.values()]
    overrides = override_rows.overrides(conn, now) if setup.roster.rotations else ()
    return oncall.reach(setup.roster, chain.from_iterable(named), overrides, now)


def _part(meaning: Meaning) -> Part:
    return Part(meaning.judgement.steady, tuple(touch.service for touch in meaning.touches))
