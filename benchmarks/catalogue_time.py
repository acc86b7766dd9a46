"""How long the whole catalogue takes to list and to search: at first, and when it was read before.

    python -m benchmarks.catalogue_time [RUNS]

Prints one JSON line: medians in milliseconds, each of fresh processes, without their start and imports;
`get` is one vendor by its name. The goals are 500 ms at first and 50 ms after.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from statistics import median
from tempfile import TemporaryDirectory

FIRST_GOAL, LATER_GOAL = 500.0, 50.0
SCRIPT = """
import json, time
from rapidfuzz import fuzz
from statusherd.watch.catalog import Catalog

def milliseconds(task):
    begun = time.perf_counter()
    task(Catalog())
    return (time.perf_counter() - begun) * 1000

get = milliseconds(lambda catalog: catalog.get("github"))
load = milliseconds(lambda catalog: (catalog.search(""), catalog.search("git hub")))
print(json.dumps({"get": get, "load": load, "files": len(Catalog().names())}))
"""


def run(cache: str) -> dict[str, float]:
    """Load the catalogue in a process of its own, with `cache` as the user's cache."""
    environment = os.environ | {"XDG_CACHE_HOME": cache}
    told = subprocess.run([sys.executable, "-c", SCRIPT], check=True, stdout=subprocess.PIPE, env=environment)
    figures: dict[str, float] = json.loads(told.stdout)
    return figures


def pair() -> tuple[dict[str, float], dict[str, float]]:
    """Load the catalogue without a cache, then with what that left in it."""
    with TemporaryDirectory() as cache:
        return run(cache), run(cache)


def measure(runs: int) -> dict[str, object]:
    """Time first and later loads in turn."""
    run(os.devnull)  # bytecode is written and files are cached
    pairs = [pair() for _ in range(runs)]
    return {
        "benchmark": "catalogue_time",
        "unit": "ms",
        "files": int(pairs[0][0]["files"]),
        "first": round(median(first["load"] for first, _ in pairs), 1),
        "first_goal": FIRST_GOAL,
        "later": round(median(later["load"] for _, later in pairs), 1),
        "later_goal": LATER_GOAL,
        "get": round(median(later["get"] for _, later in pairs), 2),
        "runs": runs,
    }


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 7)))
