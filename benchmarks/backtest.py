"""What it costs to try another configuration on 10,000 stored changes, beside the floor of the same run.

    python -m benchmarks.backtest [CHANGES]

Prints one JSON line. The changes are 90 days of incidents at 100 vendors, each opened, changed and ended,
with 12 routes and 6 services in both configurations. The floor reads the same changes from the store.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from statusherd.backtest import Backtest
from statusherd.backtest_report import report
from statusherd.model.changes import Change
from statusherd.model.records import VendorIncident
from statusherd.model.routing import Route
from statusherd.model.services import Dependency, Service
from statusherd.model.vendors import WatchedVendor
from statusherd.model.words import ChangeKind as K
from statusherd.model.words import Impact, Phase, Severity, Status
from statusherd.notify.channels import Channel
from statusherd.respond.services import ServiceMap
from statusherd.setup import Setup
from statusherd.store import backtest as rows
from statusherd.store import changes
from statusherd.store.engine import Store

GOAL_SECONDS, VENDORS, DAYS = 30.0, 100, 90
END = datetime(2026, 9, 1, tzinfo=UTC)
STEPS = (
    (K.INCIDENT_OPENED, Phase.INVESTIGATING, ()),
    (K.INCIDENT_UPDATED, Phase.IDENTIFIED, ("phase",)),
    (K.INCIDENT_RESOLVED, Phase.RESOLVED, ("phase",)),
)


def change(number: int, of: int) -> Change:
    """Return one of the changes: every third begins an incident."""
    incident_number, step = divmod(number, len(STEPS))
    kind, phase, facets = STEPS[step]
    at = END - timedelta(days=DAYS) * (of - number) / of
    impact = (Impact.MINOR, Impact.MAJOR)[incident_number % 2]
    key, vendor = f"i{incident_number}", f"vendor-{incident_number % VENDORS}"
    incident = VendorIncident(key, "API errors", impact, phase, at, at, None, ())
    return Change(vendor, kind, at, "", key, facets, status=Status.DEGRADED, incident=incident)


def setup(hold: float) -> Setup:
    """Return 6 services, 12 routes, and a hold of so many seconds for what is minor."""
    vendors = {
        f"vendor-{n}": WatchedVendor(f"vendor-{n}", f"Vendor {n}", "", "statuspage") for n in range(VENDORS)
    }
    channels = {f"channel-{n}": Channel(f"channel-{n}", "json://127.0.0.1:9/") for n in range(12)}
    routes = tuple(
        Route(
            f"route {n}", (f"vendor-{n}*",), severity=Severity.SEV4, channels=(name,), go_on=True, hold=hold
        )
        for n, name in enumerate(channels)
    )
    services = ServiceMap(
        [Service(f"s{n}", 1 + n % 3, depends_on=(Dependency(f"vendor-{n}*"),)) for n in range(6)]
    )
    return Setup(vendors, routes, channels, services=services)


def main(number: int) -> None:
    """Fill a store, replay it, and print what that took."""
    with TemporaryDirectory() as folder, Store.open(f"sqlite:///{Path(folder)}/real.db") as store:
        store.write_now(lambda conn: changes.append(conn, [change(n, number) for n in range(number)]))
        since = END - timedelta(days=DAYS)
        begun = time.process_time()
        for each in store.read_now(lambda conn: rows.changes_from(conn, since, END, 0, number)):
            each.load()
        floor, begun = time.process_time() - begun, time.process_time()
        with Backtest((setup(0), setup(900)), since, END) as test:
            now, new = test.run(store, {})
            found = report(test, now, new, 20)
        figure = time.process_time() - begun
    assert found.changes == number
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps(
            {
                "benchmark": "backtest, both configurations",
                "unit": f"s for {number} changes",
                "figure": round(figure, 2),
                "floor": round(floor, 2),
                "ratio": round(figure / floor, 1),
                "goal": GOAL_SECONDS,
                "peak_mib": round(peak),
            }
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
