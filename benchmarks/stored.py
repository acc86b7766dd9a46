"""What it costs to decide and tell an alert while many incidents are stored, beside an empty store.

    python benchmarks/stored.py [STORED]

Prints one JSON line for each number of stored incidents: CPU in milliseconds an alert, of deciding, writing,
claiming and noting that it was sent, and its ratio to that in an empty store. A stored incident has its
change, thread, decisions and messages; they lie a minute apart, and each twentieth of a vendor has the title
of an alert, as a monitor that comes and goes. The alerts are minor and on a route that holds, so that the
past of each is asked for too.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count, islice
from pathlib import Path

from sqlalchemy import Connection, update

from statusherd import logs
from statusherd.dispatch import Dispatcher
from statusherd.model.changes import Change
from statusherd.model.delivery import Alert, Decision, NewDelivery, Reason, Told
from statusherd.model.records import VendorIncident
from statusherd.model.routing import Route
from statusherd.model.vendors import WatchedVendor
from statusherd.model.words import ChangeKind, DeliveryState, Impact, Phase, Severity, Status
from statusherd.notify.channels import Channel
from statusherd.notify.threads import thread_of
from statusherd.pipeline import Pipeline
from statusherd.setup import Setup
from statusherd.store import changes, outbox, tables
from statusherd.store.engine import Store
from statusherd.testing import FakeClock, RecordingSender, ScriptedFetcher

STORED, ALERTS, ROUNDS, GOAL_RATIO = (0, 10_000, 100_000), 300, 3, 1.5
NAMES = [f"vendor-{n}" for n in range(50)]
CHANNELS = {name: Channel(name, "json://127.0.0.1:9/") for name in ("chat", "mail")}
ROUTE = Route("route 1", channels=tuple(CHANNELS), hold=60.0)


def opened(number: int, at: datetime) -> Change:
    """Return an incident that was opened: its vendor and its title by its number."""
    key, vendor, title = f"i{number}", NAMES[number % len(NAMES)], f"API errors {number // len(NAMES) % 20}"
    incident = VendorIncident(key, title, Impact.MINOR, Phase.INVESTIGATING, at, at)
    kind = ChangeKind.INCIDENT_OPENED
    return Change(vendor, kind, at, "because", key, status=Status.DEGRADED, incident=incident)


def fill(conn: Connection, several: Sequence[Change]) -> None:
    """Store incidents as they are when all is over: told and ended to every channel."""
    numbers, at = changes.append(conn, several), several[0].at
    threads = [thread_of(change, change.vendor.title()) for change in several]
    alerts = [
        Alert(thread, change, change.vendor.title(), Severity.SEV4, "because", 1)
        for thread, change in zip(threads, several, strict=True)
    ]
    messages = [
        NewDelivery(name, f"{number}-{name}", alert, at, number)
        for number, alert in zip(numbers, alerts, strict=True)
        for name in CHANNELS
    ]
    told = [
        Told(thread.id, name, "resolved", "minor", 2, ended=True, at=thread.opened_at)
        for thread in threads
        for name in CHANNELS
    ]
    decided = [
        Decision(number, True, Reason.OPENED, "route 1", name) for number in numbers for name in CHANNELS
    ]
    outbox.put(conn, messages, decided, threads, told, at)
    changes.mark_routed(conn, numbers, at)
    waiting = tables.delivery.c.state == DeliveryState.PENDING
    conn.execute(update(tables.delivery).where(waiting).values(state=DeliveryState.SENT))


class Office:
    """An installation without pages: what changes comes from hand."""

    def __init__(self, store: Store) -> None:
        self._store, self._clock, self._numbers = store, FakeClock(), count(1_000_000)
        vendors = {n: WatchedVendor(n, n.title(), f"https://{n}.example", "statuspage") for n in NAMES}
        setup = Setup(vendors, (ROUTE,), CHANNELS)
        self._pipeline = Pipeline(store, ScriptedFetcher(self._clock), self._clock, setup)
        self._dispatcher = Dispatcher(store, RecordingSender(), self._clock, lambda: setup, "benchmark")

    async def store_old(self, stored: int) -> None:
        now = self._clock.now()
        old = (opened(number, now - timedelta(minutes=number + 1)) for number in range(stored))
        while several := tuple(islice(old, 5000)):
            await self._store.write(lambda conn, several=several: fill(conn, several))

    async def tell(self) -> float:
        """Let incidents open, and tell them once their hold is over; return the CPU milliseconds of one."""
        several = [opened(next(self._numbers), self._clock.now()) for _ in range(ALERTS)]
        await self._store.write(lambda conn: changes.append(conn, several))
        begun = time.process_time()
        await self._pipeline.route_new()
        self._clock.set(self._clock.now() + timedelta(hours=2))
        await self._pipeline.route_waiting()
        while await self._dispatcher.deliver_due():
            await self._dispatcher.settle()
        return (time.process_time() - begun) * 1000 / ALERTS


async def measure(stored: int) -> float:
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{Path(folder)}/s.db") as store:
        office = Office(store)
        await office.store_old(stored)
        return min([await office.tell() for _ in range(ROUNDS)])


def lines(sizes: Sequence[int]) -> Iterator[dict[str, object]]:
    floor = 0.0
    for stored in sizes:
        figure = asyncio.run(measure(stored))
        floor = floor or figure
        yield {
            "benchmark": f"decide and tell with {stored} stored incidents",
            "unit": "ms CPU an alert, two messages each",
            "figure": round(figure, 3),
            "floor": round(floor, 3),
            "ratio": round(figure / floor, 2),
            "goal": GOAL_RATIO,
        }


def main(sizes: Sequence[int]) -> None:
    """Measure each size."""
    logs.set_up("error")
    for line in lines(sizes):
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main([0, int(sys.argv[1])] if len(sys.argv) > 1 else STORED)
