"""How often a sound endpoint is taken for one in trouble, and how soon real trouble is seen.

    python benchmarks/anomaly.py [MONTHS] [EPISODES]

Prints one JSON line for each kind of endpoint: false alarms per vendor and month over MONTHS months with a
probe each, and after how many probes EPISODES episodes of "five times as slow" and of "a fifth fails" were
seen. Then the same for other numbers of attempts, and for probes that began twenty minutes, an hour and six
hours before. One kind is recorded at a server on loopback as this runs; the seeds of all are fixed. The goal
at the default setting: at most 1 false alarm per vendor and month, and both seen within 3 probes.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from copy import deepcopy
from datetime import datetime, timedelta

from statusherd.model.probes import Early
from statusherd.testing.endpoints import KINDS, MONDAY, Diurnal, Endpoint, Make, Recorded, Trouble
from statusherd.testing.recording import record as recorded
from statusherd.watch.anomaly import threshold
from statusherd.watch.course import Course

LEARNING, MONTH = 14, 30
"""Days."""
WELL = Trouble()
EPISODES = {"5x": Trouble(slower=5.0), "20%": Trouble(failing=0.2)}
PATIENCE, GOAL = 10, 3


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


def cold_delays(make: Make, trouble: Trouble, episodes: int, hours: float) -> Counter[int]:
    """Return the same for probes that began so many hours before."""
    counted: Counter[int] = Counter()
    for seed in range(episodes):
        endpoint, course = make(2000 + seed), Course()
        begun = MONDAY + timedelta(hours=seed % 168)
        _, at = alarms(endpoint, course, hours / 24, begun)
        counted[seen_after(endpoint, course, at, trouble)] += 1
    return counted


def seen(counted: Counter[int]) -> dict[str, object]:
    total = sum(counted.values())
    within = sum(number for delay, number in counted.items() if delay <= GOAL)
    return {"within 3": round(within / total, 4), "after": dict(sorted(counted.items()))}


def measure(kind: str, make: Make, months: int, episodes: int) -> dict[str, object]:
    per_month, learning = [], []
    for seed in range(months):
        endpoint, course = make(seed), Course()
        first, at = alarms(endpoint, course, LEARNING)
        found, _ = alarms(endpoint, course, MONTH, at)
        learning.append(len(first))
        per_month.append(len(found))
    return {
        "kind": kind,
        "false alarms a month": round(sum(per_month) / months, 3),
        "worst month": max(per_month),
        "in the first fortnight": round(sum(learning) / months, 3),
        **{name: seen(delays(make, trouble, episodes)) for name, trouble in EPISODES.items()},
    }


def with_attempts(attempts: int, months: int, episodes: int) -> dict[str, object]:
    def make(seed: int) -> Endpoint:
        return Diurnal(seed, attempts=attempts, loss=0.003)

    return measure(f"diurnal, {attempts} attempts", make, months, episodes)


def cold(kind: str, make: Make, episodes: int) -> dict[str, object]:
    found: dict[str, object] = {"kind": kind}
    for hours in (1 / 3, 1, 6):
        for name, trouble in EPISODES.items():
            counted = cold_delays(make, trouble, episodes, hours)
            found[f"{name} after {hours:.2g} h"] = seen(counted)["within 3"]
    return found


def main() -> None:
    months = int(sys.argv[1]) if len(sys.argv) > 1 else 12
    episodes = int(sys.argv[2]) if len(sys.argv) > 2 else 400
    record = asyncio.run(recorded(3000))
    kinds: dict[str, Make] = {**KINDS, "recorded on loopback": lambda seed: Recorded(seed, record)}
    for kind, make in kinds.items():
        print(json.dumps(measure(kind, make, months, episodes), ensure_ascii=False), flush=True)
    for attempts in (1, 5, 10, 30):
        print(json.dumps(with_attempts(attempts, max(1, months // 4), episodes)), flush=True)
    for kind, make in kinds.items():
        if make(0).interval == 60.0:
            print(json.dumps(cold(kind, make, episodes // 4), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
