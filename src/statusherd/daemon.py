"""The daemon: looks on time, routing at once, delivery apart, and an end without loss.

Four loops run side by side and wake each other by events, never by polling each other's data: looking,
routing, delivering, and keeping house (last-seen times, added vendors, the watchdog).
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import Connection

from statusherd import memory, systemd
from statusherd.clock import Clock
from statusherd.dispatch import Dispatcher
from statusherd.heartbeat import Heart
from statusherd.model.errors import StatusherdError, StoreError
from statusherd.model.vendors import WatchedVendor
from statusherd.model.words import Status
from statusherd.pipeline import LookResult, Pipeline
from statusherd.progress import Progress
from statusherd.responding import correlated
from statusherd.setup import Setup
from statusherd.store import incidents as incident_rows
from statusherd.store import outbox, retention
from statusherd.store import vendors as vendor_rows
from statusherd.store.engine import Store
from statusherd.waits import until
from statusherd.watch.schedule import Agenda, Pace, first_look, next_look

log = structlog.get_logger()

HOUSEKEEPING: Final = 1.0
"""Seconds between two rounds of housekeeping: a vendor that is added is noticed within two of them."""
TICK: Final = 0.02
"""Seconds of lateness that a look may have for the sake of starting several together."""
PRUNE_EVERY: Final = 6 * 3600.0
BURST: Final = 100
"""So many looks under way at once leave memory behind that is worth giving back."""
DRAIN: Final = 15.0
"""Seconds that messages under way get when the daemon stops."""
STUCK_AFTER: Final = 300.0
"""Seconds without anything finished of a work that is under way, after which the heartbeat stays away."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the daemon learns what to do: the configuration, read again at a reload."""

    load: Callable[[], Setup]
    """Return the configured setup, without added vendors. Raise ConfigError where it is wrong."""
    interval: Callable[[WatchedVendor], float]
    """Return the seconds between two looks at a vendor."""


class Daemon:
    """One running installation. Everything it needs is handed in, so that tests run it whole."""

    def __init__(  # noqa: PLR0913 - each is a part to hand in
        self,
        store: Store,
        pipeline: Pipeline,
        dispatcher: Dispatcher,
        clock: Clock,
        sources: Sources,
        *,
        rng: random.Random | None = None,
        heart: Heart | None = None,
        loops: Sequence[Callable[[], Awaitable[None]]] = (),
    ) -> None:
        self._store = store
        self._heart = heart
        self._more_loops = loops
        self.on_incidents: Callable[[], None] = lambda: None
        """Called when somebody has written about our incidents."""
        self._progress = Progress(clock)
        self._pipeline = pipeline
        self._dispatcher = dispatcher
        self._clock = clock
        self._sources = sources
        self._agenda = Agenda()
        self._looks: dict[str, asyncio.Task[None]] = {}
        self._results: dict[str, Status] = {}
        self._random = rng or random.Random()  # noqa: S311 - jitter, not a secret
        self._configured: Mapping[str, WatchedVendor] = {}
        self._vendors_version = -1
        self._resends = -1
        self._incidents = -1
        self._stop = asyncio.Event()
        self._agenda_changed = asyncio.Event()
        self._to_route = asyncio.Event()
        self._to_deliver = asyncio.Event()
        self._progress_at = clock.monotonic()
        self._works = 0
        self._burst = 0
        self._prune_at = 0.0

    async def run(self) -> None:
        """Work until `stop` is called, then drain."""
        await self._take_up()
        loops = (self._look_loop, self._route_loop, self._deliver_loop, self._house_loop, *self._more_loops)
        tasks = [asyncio.create_task(self._supervised(loop)) for loop in loops]
        if self._heart is not None:
            tasks.append(asyncio.create_task(self._supervised(self._heart_loop)))
        systemd.ready()
        log.info("ready", vendors=len(self._pipeline.setup.vendors))
        await self._stop.wait()
        systemd.stopping()
        await self._drain(tasks)

    def stop(self) -> None:
        """Ask the daemon to end."""
        self._stop.set()

    def route_soon(self) -> None:
        """Have what is in the store and not decided on be decided: somebody has written Changes."""
        self._to_route.set()

    def look_soon(self, vendor: str) -> None:
        """Look at a vendor now, where it is watched."""
        if vendor in self._agenda:
            self._agenda.set(vendor, self._clock.monotonic())
            self._agenda_changed.set()

    def reload(self) -> bool:
        """Read the configuration again; a wrong one leaves the old in force. Tell whether it was taken."""
        systemd.reloading()
        try:
            setup = self._sources.load()
        except StatusherdError as error:
            log.error("reload refused, the old configuration stays", error=str(error))
            return False
        finally:
            systemd.ready()
        self._configured = setup.vendors
        self._pipeline.setup = setup
        self._vendors_version = -1  # the added vendors join at the next round
        log.info("reloaded", vendors=len(setup.vendors))
        return True

    @property
    def is_busy(self) -> bool:
        """Whether a look, a decision or a message is under way: for those who drive the clock themselves."""
        waiting = self._to_route.is_set() or self._to_deliver.is_set()
        return bool(self._looks or self._works or waiting or self._dispatcher.is_busy)

    @contextmanager
    def _at_work(self, work: str) -> Iterator[None]:
        self._works += 1
        try:
            with self._progress.at(work):
                yield
        finally:
            self._works -= 1

    async def _take_up(self) -> None:
        """Go on where the last run ended: its state, its unrouted Changes, its unsent messages."""
        self._configured = self._pipeline.setup.vendors
        await self._pipeline.states.load()
        if orphans := await self._dispatcher.take_over():
            log.warning("messages of a killed run are sent again, marked", messages=orphans)
        await self._notice_vendors()
        self._to_route.set()
        self._to_deliver.set()

    async def _supervised(self, loop: Callable[[], Awaitable[None]]) -> None:
        """Run one loop; a fault in it is told and it goes on: the others must not notice."""
        while True:
            try:
                await loop()
            except StoreError as error:
                log.error("the store refuses", loop=loop.__name__, error=str(error))
            except Exception:
                log.exception("a fault of ours", loop=loop.__name__)
            await self._clock.sleep(1.0)

    # Looking

    async def _look_loop(self) -> None:
        while True:
            now = self._clock.monotonic()
            for name in self._agenda.pop_due(now):
                self._start_look(name)
            self._progress_at = now
            # Looks that fall due within one tick start together: waking for each costs more than it gains.
            await self._clock.sleep(TICK)
            self._agenda_changed.clear()
            await until(self._clock, self._agenda.next_due(), self._agenda_changed)

    def _start_look(self, name: str) -> None:
        vendor = self._pipeline.setup.vendors.get(name)
        if vendor is not None and name not in self._looks:
            self._progress.begin("looks")
            self._looks[name] = asyncio.create_task(self._look(vendor))

    async def _look(self, vendor: WatchedVendor) -> None:
        failures, result = 1, None
        try:
            result = await self._pipeline.look(vendor)
            failures = result.failed_looks
            if result.changes:
                self._to_route.set()
        except StoreError as error:
            log.error("the look could not be stored", vendor=vendor.name, error=str(error))
        except Exception:
            log.exception("a fault of ours", vendor=vendor.name)
        finally:
            self._looks.pop(vendor.name, None)
            self._progress.done("looks", more=bool(self._looks))
            self._plan(vendor, failures, result)

    def _plan(self, vendor: WatchedVendor, failures: int, result: LookResult | None) -> None:
        if vendor.name not in self._pipeline.setup.vendors:
            return
        if result is not None:
            self._results[vendor.name] = result.status
        due = next_look(
            self._pace(vendor),
            vendor=vendor.name,
            looked_at=self._clock.monotonic(),
            trouble=result.trouble if result else False,
            failures=failures,
            retry_after=result.retry_after if result else None,
            rng=self._random,
        )
        earliest = self._agenda.next_due()
        self._agenda.set(vendor.name, due)
        if earliest is None or due < earliest:
            self._agenda_changed.set()

    def _pace(self, vendor: WatchedVendor) -> Pace:
        return Pace(self._sources.interval(vendor))

    # Routing and delivering

    async def _route_loop(self) -> None:
        while True:
            await self._to_route.wait()
            with self._at_work("routing"):
                self._to_route.clear()
                if await self._routed():
                    self._to_deliver.set()

    async def _routed(self) -> int:
        """Decide on what is new, has waited long enough, or was answered by nobody; return how much."""
        pipeline = self._pipeline
        await correlated(pipeline)
        return (
            await pipeline.route_new() + await pipeline.route_waiting() + await pipeline.route_escalations()
        )

    async def _deliver_loop(self) -> None:
        while True:
            with self._at_work("delivery"):
                self._to_deliver.clear()
                self._dispatcher.idle_again.clear()
                await self._dispatcher.deliver_due()
            await self._until_due()

    async def _until_due(self) -> None:
        due = await self._dispatcher.next_due()
        # What is due and could not be claimed is another daemon's, or waits for its forerunner.
        wait = None if due is None else max(HOUSEKEEPING, (due - self._clock.now()).total_seconds())
        deadline = None if wait is None else self._clock.monotonic() + wait
        await until(self._clock, deadline, self._to_deliver, self._dispatcher.idle_again)

    # Keeping house

    async def _house_loop(self) -> None:
        while True:
            await self._pipeline.states.flush_seen()
            self._look_again()
            await self._give_memory_back()
            await self._let_go_of_the_old()
            version, resends, incidents = await self._store.read(_counters)
            if version != self._vendors_version:
                await self._notice_vendors()
            if resends != self._resends:
                self._resends = resends
                self._to_deliver.set()
            if incidents != self._incidents:
                self._incidents = incidents
                self._to_route.set()
                self.on_incidents()
            await self._wake_the_held()
            self._feed_watchdog()
            await self._clock.sleep(HOUSEKEEPING)

    async def _wake_the_held(self) -> None:
        """Let what has waited long enough be decided: a silence may have been ended by another process."""
        until = await self._pipeline.next_due()
        if until is not None and until <= self._clock.now():
            self._to_route.set()

    async def _give_memory_back(self) -> None:
        """After a burst of looks, as at a start: the bodies of all of them were in memory together."""
        self._burst = max(self._burst, len(self._looks))
        if self._burst >= BURST and len(self._looks) < BURST // 10:
            self._burst = 0
            await asyncio.to_thread(memory.give_back)

    async def _let_go_of_the_old(self) -> None:
        """Prune the store now and then, in pieces that nobody waits for."""
        if self._clock.monotonic() < self._prune_at:
            return
        self._prune_at = self._clock.monotonic() + PRUNE_EVERY
        now = self._clock.now()
        while await self._store.write(lambda conn: retention.prune(conn, now)):
            await self._clock.sleep(HOUSEKEEPING)

    def _look_again(self) -> None:
        """After we could not see out, let no vendor wait for its back-off, and none come in a stampede."""
        if not self._pipeline.states.take_sight_back():
            return
        now, vendors = self._clock.monotonic(), self._pipeline.setup.vendors
        for name in self._pipeline.states.failing():
            if name in vendors and name in self._agenda:
                self._agenda.set(name, first_look(self._pace(vendors[name]), vendor=name, now=now))
        self._agenda_changed.set()

    async def _notice_vendors(self) -> None:
        """Bring the list of watched vendors up to date: those of the config and those added."""
        version = await self._store.read(vendor_rows.vendors_version)
        added = await self._store.read(vendor_rows.added_vendors)
        vendors = {vendor.name: vendor for vendor in added} | dict(self._configured)
        before = self._pipeline.setup.vendors
        self._pipeline.setup = self._pipeline.setup.with_vendors(vendors)
        self._vendors_version = version
        for name in before.keys() - vendors.keys():
            self._agenda.remove(name)
            self._results.pop(name, None)
        await self._pipeline.states.keep_only(vendors.keys())
        self._schedule(vendors, before)

    def _schedule(self, vendors: Mapping[str, WatchedVendor], before: Mapping[str, WatchedVendor]) -> None:
        now = self._clock.monotonic()
        for name, vendor in vendors.items():
            if name not in self._results or before.get(name) != vendor:
                never_read = self._pipeline.states.of(name).known.first_seen_at is None
                due = now if never_read else first_look(self._pace(vendor), vendor=name, now=now)
                self._agenda.set(name, due)
        self._agenda_changed.set()

    def _feed_watchdog(self) -> None:
        """Tell systemd that we live, only while the agenda is really worked off."""
        if (late := self._lateness()) > 10 * HOUSEKEEPING:
            log.error("the agenda is stuck", seconds=round(late))
            return
        systemd.watchdog()
        trouble = sum(1 for status in self._results.values() if status.is_trouble)
        unknown = sum(1 for status in self._results.values() if status is Status.UNKNOWN)
        systemd.status(
            f"{len(self._pipeline.setup.vendors)} vendors, {trouble} in trouble, {unknown} unknown"
        )

    def _lateness(self) -> float:
        due = self._agenda.next_due()
        return 0.0 if due is None else self._clock.monotonic() - max(due, self._progress_at)

    async def _heart_loop(self) -> None:
        assert self._heart is not None
        await self._heart.run(self._stuck)

    def _stuck(self) -> str | None:
        """Return the work that does not go on, None where all does."""
        if self._lateness() > 10 * HOUSEKEEPING:
            return "the agenda"
        if self._dispatcher.quiet_for() > STUCK_AFTER:
            return "messages"
        return self._progress.stuck(STUCK_AFTER)

    # Ending

    async def _drain(self, tasks: list[asyncio.Task[None]]) -> None:
        for task in (*tasks, *self._looks.values()):
            task.cancel()
        await asyncio.gather(*tasks, *self._looks.values(), return_exceptions=True)
        await self._dispatcher.stop(DRAIN)
        await self._pipeline.states.flush_seen()
        log.info("stopped")


def _counters(conn: Connection) -> tuple[int, int, int]:
    return vendor_rows.vendors_version(conn), outbox.resends(conn), incident_rows.version(conn)
