"""What it costs to decide whom 10,000 alerts concern with 200 routes, beside the floor of the same run.

    python -m benchmarks.routing [ALERTS]

Prints one JSON line for each kind of configuration: `by_vendor` has routes that name vendors, as large
teams have them, `by_severity` routes for the worst only. The floor compares the alert's vendor with 200
names. The goal is 2 s for 10,000 alerts, and the same for each alert whatever was stored before: nothing is
read here, the routing asks the store for the facts of the alert's own thread only.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from statusherd.model.changes import Change, LoggedChange
from statusherd.model.records import Component, VendorIncident
from statusherd.model.routing import Route
from statusherd.model.vendors import WatchedVendor
from statusherd.model.words import ChangeKind, Impact, Phase, Severity, Status
from statusherd.notify.route import Facts, Moment, Question, RouteTable, route

GOAL_SECONDS, ROUTES, VENDORS = 2.0, 200, 150
NOW = datetime(2026, 6, 1, tzinfo=UTC)
COMPONENTS = {f"c{n}": Component(f"c{n}", f"API {n}") for n in range(20)}
CHANNELS = tuple(f"channel-{n}" for n in range(20))


def question(number: int) -> Question:
    """Return an incident that was opened, as the pipeline asks about it."""
    vendor, key = f"vendor-{number % VENDORS}", f"i{number}"
    incident = VendorIncident(key, "API errors", Impact.MAJOR, Phase.INVESTIGATING, NOW, NOW, None, ("c1",))
    kind = ChangeKind.INCIDENT_OPENED
    change = Change(vendor, kind, NOW, "", key, status=Status.PARTIAL_OUTAGE, incident=incident)
    watched = WatchedVendor(vendor, vendor.title(), "https://x.example", "statuspage", tags=("build",))
    return Question(LoggedChange(number, change), Severity.SEV3, "", watched, COMPONENTS)


def by_vendor(number: int) -> Route:
    patterns = (f"vendor-{number}", f"group-{number}*")
    return Route(f"route {number}", patterns, ("API*",), channels=(CHANNELS[number % 20],), go_on=True)


def by_severity(number: int) -> Route:
    severity = (Severity.SEV1, Severity.SEV2)[number % 2]
    return Route(f"route {number}", severity=severity, channels=(CHANNELS[number % 20],), go_on=True)


def seconds(task: Callable[[], object]) -> float:
    begun = time.process_time()
    task()
    return time.process_time() - begun


def measure(name: str, routes: Sequence[Route], questions: Sequence[Question]) -> dict[str, object]:
    moment, names = Moment(RouteTable(routes), CHANNELS, NOW), [each.name for each in routes]
    floor = seconds(lambda: [[name == q.change.vendor for name in names] for q in questions])
    figure = seconds(lambda: [route(q, moment, Facts()) for q in questions])
    return {
        "benchmark": f"routing, {name}",
        "unit": f"s for {len(questions)} alerts, {len(routes)} routes",
        "figure": round(figure, 2),
        "floor": round(floor, 2),
        "ratio": round(figure / floor, 1),
        "goal": GOAL_SECONDS,
    }


def main(alerts: int) -> None:
    """Measure both kinds."""
    questions = [question(number) for number in range(alerts)]
    for kind in (by_vendor, by_severity):
        print(json.dumps(measure(kind.__name__, [kind(n) for n in range(ROUTES)], questions)))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
