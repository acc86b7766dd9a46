"""How often a sound endpoint is taken for one in trouble, and how soon real trouble is seen.

    python benchmarks/anomaly.py [MONTHS] [EPISODES]

Prints one JSON line for each kind of endpoint: false alarms per vendor and month over MONTHS months with a
probe each, and after how many probes EPISODES episodes of "five times as slow" and of "a fifth fails" were
seen. All seeds are fixed. The goal at the default setting: at most 1 false alarm per vendor and month, and
both seen within 3 probes.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from copy import deepcopy
from datetime import datetime, timedelta

from statusherd.model.probes import Early
from statusherd.testing.endpoints import KINDS, MONDAY, Endpoint, Make, Trouble
from statusherd.watch.anomaly import threshold
from statusherd.watch.course import Course

LEARNING, MONTH = 14, 30
"""Days."""
WELL = Trouble()
EPISODES = {"5x": Trouble(slower=5.0), "20%": Trouble(failing=0.2)}
PATIENCE = 10


def alarms(
    endpoint: Endpoint, course: Course, days: float, at: datetime = MONDAY
) -> tuple[list[datetime], datetime]:
    """Run a sound endpoint; give when it was taken for one in trouble, and where time stands."""
    h = threshold(Early().false_alarms, endpoint.interval, 1)
    found = []
    until = at + timedelta(days=days)
    while at < until:
        was = course.sums.in_trouble
        course.take(endpoint.round(at, WELL, suspicious=course.sums.is_suspicious), h)
        if course.sums.in_trouble and not was:
            found.append(at)
        at += timedelta(seconds=endpoint.interval)
    return found, at


def seen_after(endpoint: Endpoint, course: Course, at: datetime, trouble: Trouble) -> int:
    """Return after how many probes of an episode it is seen; one more than PATIENCE where it is not."""
    h = threshold(Early().false_alarms, endpoint.interval, 1)
    for number in range(1, PATIENCE + 1):
        course.take(endpoint.round(at, trouble, suspicious=course.sums.is_suspicious), h)
        if course.sums.in_trouble:
            return number
        at += timedelta(seconds=endpoint.interval)
    return PATIENCE + 1


def delays(make: Make, trouble: Trouble, episodes: int, runs: int = 4) -> Counter[int]:
    """Return how many episodes were seen after how many probes, at hours all over the third week."""
    counted: Counter[int] = Counter()
    for seed in range(runs):
        endpoint, course = make(1000 + seed), Course()
        _, at = alarms(endpoint, course, LEARNING)
        for _ in range(episodes // runs):
            _, at = alarms(endpoint, course, 7 * runs / episodes, at)
            if not course.sums.in_trouble:
                counted[seen_after(deepcopy(endpoint), deepcopy(course), at, trouble)] += 1
    return counted


def measure(kind: str, months: int, episodes: int) -> dict[str, object]:
    make = KINDS[kind]
    per_month, cold = [], []
    for seed in range(months):
        endpoint, course = make(seed), Course()
        first, at = alarms(endpoint, course, LEARNING)
        found, _ = alarms(endpoint, course, MONTH, at)
        cold.append(len(first))
        per_month.append(len(found))
    figures: dict[str, object] = {
        "kind": kind,
        "false_alarms_a_month": round(sum(per_month) / months, 3),
        "worst_month": max(per_month),
        "while_learning": round(sum(cold) / months, 3),
    }
    for name, trouble in EPISODES.items():
        counted = delays(make, trouble, episodes)
        total = sum(counted.values())
        figures[f"{name} within 3"] = round(sum(n for d, n in counted.items() if d <= 3) / total, 4)
        figures[f"{name} after"] = dict(sorted(counted.items()))
    return figures


def main() -> None:
    months = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    episodes = int(sys.argv[2]) if len(sys.argv) > 2 else 400
    for kind in KINDS:
        print(json.dumps(measure(kind, months, episodes), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
