"""The sentences of the product: look, route, deliver. Whatever dies between two of them goes on later.

look(vendor)   fetch → parse → compare → store     Snapshot and Changes in one transaction
correlate()    our incidents, vendors' trouble → suspects, links and what is new of them
announce_due() new incidents of ours → checks of vendors → answer → Change
route_new()    unrouted Changes → decide → outbox  Deliveries and "routed" in one transaction
route_waiting()   what has waited → decide → outbox   the same, from where its thread stands now
route_escalations()   whom nobody answered → outbox   the next step, in the same way
deliver_due()  claim → render → send → record      one destination never waits for another
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy import Connection

from statusherd.announcing import Announcer
from statusherd.clock import Clock
from statusherd.correlator import Correlator
from statusherd.model.errors import FailureKind, LookError
from statusherd.model.records import Known, Snapshot
from statusherd.model.vendors import DETECT, WatchedVendor
from statusherd.model.words import Status
from statusherd.router import Router, next_due, next_waiting
from statusherd.setup import Setup
from statusherd.states import States
from statusherd.store.engine import Store
from statusherd.watch.compare import Comparison, Policy, compare
from statusherd.watch.compare_failures import compare_failure, compare_partial
from statusherd.watch.drift import Drift
from statusherd.watch.read import Fetches, read
from statusherd.watch.reading.faults import faults_told

log = structlog.get_logger()


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
        self._router = Router(self.states, clock)
        self.announcer = Announcer(store, clock, lambda: self.setup)
        self.correlator = Correlator(store, clock, lambda: self.setup)

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
        try:
            comparison = _compared(state.known, reading.snapshot, reading.failure, self._policy(vendor))
        except LookError as fault:
            return await self._failed(declared, fault)
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
        depended_on = self.setup.services.depended_on(vendor.name, vendor.title)
        return replace(self.setup.policy, components=vendor.components, depended_on=depended_on)

    async def correlate(self, *, over: bool = False) -> int:
        """Find what explains our open incidents, with `over` also those that ended lately.

        Return at how many something was new.
        """
        return await self.correlator.correlate(over=over)

    async def announce_due(self) -> int:
        """Announce our incidents that people were not told of yet; return how many those were."""
        done = 0
        while count := await self.announcer.announce_due():
            done += count
        return done

    async def route_new(self) -> int:
        """Route the Changes that are not routed yet, in order; return how many those were."""
        return await self._until_none(self._router.route_new)

    async def route_waiting(self) -> int:
        """Decide anew on what has waited long enough, and remind; return how much that was."""
        return await self._until_none(self._router.route_waiting)

    async def route_escalations(self) -> int:
        """Take the steps of escalations that are due; return how many those were."""
        return await self._until_none(self._router.route_escalations)

    async def next_waiting(self) -> datetime | None:
        """Return when the next wait is over or reminder is due, which may be past; None for never."""
        return await self._store.read(next_waiting)

    async def next_due(self) -> datetime | None:
        """Return the same with the steps of escalations."""
        return await self._store.read(next_due)

    async def _until_none(self, batch: Callable[[Connection, Setup], int]) -> int:
        done = 0
        while count := await self._store.write(lambda conn: batch(conn, self.setup)):
            done += count
        return done


def _compared(known: Known, snapshot: Snapshot, failure: LookError | None, policy: Policy) -> Comparison:
    with faults_told(known.vendor, "the comparison"):  # a vendor that trips us up must not go dark unnoticed
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
