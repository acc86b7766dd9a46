"""The sentences of the product: look, route, deliver. Whatever dies between two of them goes on later.

look(vendor)   fetch → parse → compare → store     Snapshot and Changes in one transaction
route_new()    unrouted Changes → decide → outbox  Deliveries and "routed" in one transaction
route_held()   what has waited → decide → outbox   the same, from where its thread stands now
deliver_due()  claim → render → send → record      one destination never waits for another
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection

from statusherd.clock import Clock
from statusherd.model.changes import LoggedChange
from statusherd.model.delivery import Held
from statusherd.model.errors import FailureKind, LookError
from statusherd.model.records import Known, Snapshot
from statusherd.model.routing import Route
from statusherd.model.vendors import DETECT, WatchedVendor
from statusherd.model.words import ChangeKind, Status
from statusherd.notify import route as routing
from statusherd.notify.channels import Channel
from statusherd.notify.holding import Past, like_of
from statusherd.notify.reconsider import groups, reconsider, sum_up
from statusherd.notify.waiting import FLAP_HOLD, Calm, can_be_held
from statusherd.respond.severity import judge
from statusherd.states import States
from statusherd.store import changes as change_log
from statusherd.store import held as held_rows
from statusherd.store import outbox
from statusherd.store import silences as silence_rows
from statusherd.store.engine import Store
from statusherd.watch.compare import Comparison, Policy, compare
from statusherd.watch.compare_failures import compare_failure, compare_partial
from statusherd.watch.drift import Drift
from statusherd.watch.read import Fetches, read

log = structlog.get_logger()

ROUTED_AT_ONCE: Final = 200
"""So many Changes are routed in one transaction."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What the pipeline works with: replaced as a whole when the configuration is read again."""

    vendors: Mapping[str, WatchedVendor] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    channels: Mapping[str, Channel] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)
    holidays: frozenset[date] = frozenset()

    def with_vendors(self, vendors: Mapping[str, WatchedVendor]) -> Setup:
        """Return the same setup for other vendors."""
        return replace(self, vendors=vendors)


@dataclass(frozen=True, slots=True)
class LookResult:
    """What became of one look; `failure` None where the source was read."""

    vendor: str
    status: Status
    trouble: bool
    changes: int = 0
    failure: LookError | None = None
    failed_looks: int = 0
    retry_after: float | None = None


class Pipeline:
    """Looks at vendors and routes what changed. One instance a process."""

    def __init__(self, store: Store, fetcher: Fetches, clock: Clock, setup: Setup) -> None:
        self.setup = setup
        self.states = States(store, clock)
        self._store = store
        self._fetcher = fetcher
        self._clock = clock
        self._drift = Drift()

    async def look(self, vendor: WatchedVendor) -> LookResult:
        """Look at `vendor` once: fetch, parse, compare, store."""
        declared, vendor = vendor, self._drift.place_of(vendor)
        state, now = self.states.of(vendor.name), self._clock.now()
        try:
            if vendor.format == DETECT:
                vendor = await self._drift.settle(self._fetcher, vendor, state.known.failed_looks)
            reading = await read(self._fetcher, vendor, state.known, state.bookmark, now)
        except LookError as failure:
            return await self._failed(declared, failure)
        self.states.note(vendor, None)
        await self.states.watch_our_sight(vendor, now)
        if reading.moved_to not in (None, state.bookmark.moved_to):
            log.warning(
                "the source has moved for good, change its address", vendor=vendor.name, to=reading.moved_to
            )
        if reading.snapshot is None:  # nothing is new at the source
            self.states.seen_unchanged(vendor.name, now, reading)
            return _result(state.known, retry_after=reading.retry_after)
        comparison = _compared(state.known, reading.snapshot, reading.failure, self._policy(vendor))
        if not comparison.changes and comparison.known == state.known:
            self.states.seen_unchanged(vendor.name, now, reading)
            return _result(state.known, retry_after=reading.retry_after)
        difference = self.states.difference(vendor, comparison, now, reading=reading, failure=reading.failure)
        wait = reading.retry_after
        del reading  # its bodies: many looks may wait here for their turn to write
        stored = await self.states.save(difference)
        return _result(comparison.known, len(stored), retry_after=wait)

    async def _failed(self, vendor: WatchedVendor, failure: LookError) -> LookResult:
        failures = self.states.of(vendor.name).known.failed_looks + 1
        moved = await self._drift.search(self._fetcher, vendor, failure, failures)
        if moved is not None:
            log.warning(
                "the page has another format now",
                vendor=vendor.name,
                format=moved.format,
                address=moved.address,
            )
            return await self.look(vendor)
        now = self._clock.now()
        self.states.note(vendor, failure.kind)
        await self.states.watch_our_sight(vendor, now)
        comparison = compare_failure(
            self.states.of(vendor.name).known,
            failure,
            now,
            self._policy(vendor),
            cannot_see_out=self.states.is_dark(vendor),
        )
        difference = self.states.difference(vendor, comparison, now, failure=failure)
        stored = await self.states.save(difference)
        note = log.warning if failure.kind is FailureKind.REFUSED_ADDRESS else log.debug
        note("look failed", vendor=vendor.name, kind=str(failure.kind), error=failure.message)
        return _result(comparison.known, len(stored), failure, failure.retry_after)

    def _policy(self, vendor: WatchedVendor) -> Policy:
        return replace(self.setup.policy, components=vendor.components)

    async def route_new(self) -> int:
        """Route the Changes that are not routed yet, in order; return how many those were."""
        done = 0
        while batch := await self._store.write(self._route_batch):
            done += batch
        return done

    async def route_held(self) -> int:
        """Decide anew on what has waited long enough; return how many messages that were."""
        done = 0
        while batch := await self._store.write(self._held_batch):
            done += batch
        return done

    async def held_until(self) -> datetime | None:
        """Return when the next wait is over, which may be past; None where nothing waits."""
        return await self._store.read(held_rows.next_until)

    def _route_batch(self, conn: Connection) -> int:
        logged = change_log.unrouted(conn, ROUTED_AT_ONCE, lock=True)
        if not logged:
            return 0
        now, setup = self._clock.now(), self.setup
        questions = [self._question(entry) for entry in logged]
        facts = self._facts(conn, questions, now)
        calm = self._calm(conn, now)
        for question in questions:
            answer = routing.route(question, setup.routes, setup.channels, facts, now, calm)
            _put(conn, answer, now)
        change_log.mark_routed(conn, [entry.number for entry in logged], now)
        return len(logged)

    def _held_batch(self, conn: Connection) -> int:
        now = self._clock.now()
        held = held_rows.due(conn, now, ROUTED_AT_ONCE)
        if not held:
            return 0
        questions = self._questions_of(conn, held)
        facts, calm = self._facts(conn, tuple(questions.values()), now), self._calm(conn, now)
        first_looks = frozenset(n for n, q in questions.items() if q.change.kind is ChangeKind.FIRST_LOOK)
        missed: dict[str, list[routing.Question]] = {}
        for rows in groups(held, first_looks):
            question = questions[rows[0].change_number]
            found = reconsider(question, rows, self.setup.routes, calm, facts, now)
            _put(conn, found.routing, now)
            for channel, over in found.missed:
                missed.setdefault(channel, []).append(over)
        for channel, overs in missed.items():
            delivery, thread, told = sum_up(channel, overs, now)
            outbox.put(conn, (delivery,), (), (thread,), (told,), now)
        return len(held)

    def _questions_of(self, conn: Connection, held: Sequence[Held]) -> dict[int, routing.Question]:
        numbers = dict.fromkeys(row.change_number for row in held)
        logged = (change_log.change_numbered(conn, number) for number in numbers)
        return {entry.number: self._question(entry) for entry in logged if entry is not None}

    def _facts(self, conn: Connection, questions: Sequence[routing.Question], now: datetime) -> routing.Facts:
        threads = {thread for question in questions for thread in routing.threads_of(question.change)}
        facts = routing.Facts(*outbox.facts(conn, threads), held_rows.held_in(conn, threads))
        for question in questions:
            self._add_past(conn, question, facts, now)
        return facts

    def _add_past(
        self, conn: Connection, question: routing.Question, facts: routing.Facts, now: datetime
    ) -> None:
        """Learn how often the same came and went of late, where a route would hold it for that."""
        flap = max((route.flap for route in self.setup.routes if route.hold), default=0.0)
        if flap and can_be_held(question.change, question.severity):
            like = like_of(question, facts)
            since = now - timedelta(seconds=flap) - FLAP_HOLD
            facts.past[like] = Past(*held_rows.past_of(conn, *like, since))

    def _calm(self, conn: Connection, now: datetime) -> Calm:
        return Calm(silence_rows.in_force(conn, now), self.setup.channels, self.setup.holidays)

    def _question(self, logged: LoggedChange) -> routing.Question:
        vendor, judgement = logged.change.vendor, judge(logged.change)
        return routing.Question(
            logged=logged,
            severity=judgement.severity,
            severity_reason=judgement.reason,
            vendor=self.setup.vendors.get(vendor),
            components=self.states.components_of(vendor),
        )


def _put(conn: Connection, answer: routing.Routing, now: datetime) -> None:
    outbox.put(conn, answer.deliveries, answer.decisions, answer.threads, answer.told, now)
    held_rows.put(conn, answer.held)
    held_rows.let_go(conn, answer.let_go)


def _compared(known: Known, snapshot: Snapshot, failure: LookError | None, policy: Policy) -> Comparison:
    if failure is not None:  # of one of several sources
        return compare_partial(known, snapshot, failure, policy)
    return compare(known, snapshot, policy)


def _result(
    known: Known,
    changes: int = 0,
    failure: LookError | None = None,
    retry_after: float | None = None,
) -> LookResult:
    blind = known.blind_since is not None or known.first_seen_at is None
    return LookResult(
        vendor=known.vendor,
        status=Status.UNKNOWN if blind else known.status,
        trouble=known.status.is_trouble or known.disturbance is not None,
        changes=changes,
        failure=failure,
        failed_looks=known.failed_looks,
        retry_after=retry_after,
    )
