"""How long `statusherd --help` takes, beside the floor of the same run: Python that does nothing.

    python -m benchmarks.help_time [RUNS]

Prints one JSON line: medians in milliseconds and their ratio. The goal is a ratio of 6 at most.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from statistics import median

GOAL = 6.0
FLOOR = (sys.executable, "-c", "pass")
HELP = (sys.executable, "-m", "statusherd", "--help")


def milliseconds(command: tuple[str, ...]) -> float:
    """Run a command to its end and return how long that took."""
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - begun) * 1000


def measure(runs: int) -> dict[str, object]:
    """Time both in turn, so that what else the machine does falls on both."""
    for command in (FLOOR, HELP):  # bytecode is written and files are cached
        milliseconds(command)
    pairs = [(milliseconds(FLOOR), milliseconds(HELP)) for _ in range(runs)]
    floor, figure = (median(times) for times in zip(*pairs, strict=True))
    return {
        "benchmark": "help_time",
        "unit": "ms",
        "figure": round(figure, 1),
        "floor": round(floor, 1),
        "ratio": round(figure / floor, 2),
        "goal": GOAL,
        "runs": runs,
    }


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 15)))
