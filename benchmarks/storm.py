"""What a storm of alerts costs: each opens an incident of its own, all stay open, and all are looked at.

    python benchmarks/storm.py [ALERTS]

Prints one JSON line: milliseconds of CPU for an alert that arrives while few and while all are open, in ratio
to the floor, one row written in a transaction of its own; and for a look at all incidents, when nothing has
changed since the last, and a minute later.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Awaitable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, insert

from statusherd.assembly import take_signals
from statusherd.model.intake import Intake
from statusherd.model.services import Dependency, Service
from statusherd.model.signals import Signal, SignalState
from statusherd.model.vendors import WatchedVendor
from statusherd.pipeline import Pipeline
from statusherd.respond.services import ServiceMap
from statusherd.setup import Setup
from statusherd.store import tables
from statusherd.store.engine import Store
from statusherd.testing import FakeClock, ScriptedFetcher

ALERTS = int(sys.argv[1]) if len(sys.argv) > 1 else 1500
SAMPLE = 100
SENDER = Intake("prometheus", "alertmanager")
ACME = WatchedVendor("acme", "Acme", "https://status.acme.example", "statuspage")
SHOP = Service("shop", tier=1, depends_on=(Dependency("acme", "API"),))


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(asyncio.run(_measured(Path(folder)))))
    return 0


async def _measured(folder: Path) -> dict[str, object]:
    clock = FakeClock(datetime(2026, 3, 10, 3, tzinfo=UTC))
    store = Store.open(f"sqlite:///{folder}/storm.db")
    setup = Setup({ACME.name: ACME}, (), {}, services=ServiceMap((SHOP,)))
    pipeline = Pipeline(store, ScriptedFetcher(clock), clock, setup)
    floor = await _timed(_floor(store)) / SAMPLE
    few = await _timed(_storm(store, clock, setup, range(SAMPLE))) / SAMPLE
    await _storm(store, clock, setup, range(SAMPLE, ALERTS - SAMPLE))
    many = await _timed(_storm(store, clock, setup, range(ALERTS - SAMPLE, ALERTS))) / SAMPLE
    announced = await _timed(pipeline.announce_due())
    first = await _timed(pipeline.correlate())
    unchanged = await _timed(pipeline.correlate())
    await clock.advance(60)
    later = await _timed(pipeline.correlate())
    store.close()
    return {
        "benchmark": "storm",
        "unit": "ms of CPU",
        "incidents": ALERTS,
        "floor": round(floor, 3),
        "alert_beside_few": round(few, 2),
        "alert_beside_all": round(many, 2),
        "ratio": round(many / floor, 1),
        "announce_all": round(announced),
        "look_at_all": round(first),
        "nothing_changed": round(unchanged),
        "a_minute_later": round(later),
    }


async def _timed(work: Awaitable[object]) -> float:
    """Return the milliseconds of CPU that the process needs for work, all its threads together."""
    began = time.process_time()
    await work
    return (time.process_time() - began) * 1000


async def _floor(store: Store) -> None:
    for number in range(SAMPLE):
        row = {"name": f"storm-{number}", "value": number}
        await store.write(lambda conn, row=row: conn.execute(insert(tables.meta), row))


async def _storm(store: Store, clock: FakeClock, setup: Setup, numbers: range) -> None:
    for number in numbers:
        now = clock.now()
        signal = Signal(
            key=f"alert-{number}",
            state=SignalState.FIRING,
            title=f"Latency of shard {number}",
            at=now,
            group=f"shard-{number}",
            service=SHOP.name,
        )

        def work(conn: Connection, signal: Signal = signal, now: datetime = now) -> None:
            take_signals(conn, SENDER, (signal,), setup, now)

        await store.write(work)


if __name__ == "__main__":
    sys.exit(main())
