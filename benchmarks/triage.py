"""How long `statusherd triage` takes beside a full store, and the floor: `statusherd --version`.

    python benchmarks/triage.py [INCIDENTS]

Prints one JSON line: medians in milliseconds of whole processes, their difference in ratio to the floor, and
the milliseconds of the answer alone. 500 vendors have so many incidents in the store, 200 of them open, and
300 services depend on them; 20 incidents of ours are open. The goal is an answer in under a second.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import insert

from statusherd import config
from statusherd.incidents import Opening, open_incident
from statusherd.model.records import Update, VendorIncident
from statusherd.model.triage import Question
from statusherd.model.words import Impact, Phase
from statusherd.setup import Setup
from statusherd.setup_reading import setup_of
from statusherd.store import tables
from statusherd.store.engine import Store
from statusherd.store.rows import INCIDENT, dump_words
from statusherd.triaging import triage

VENDORS, OPEN, SERVICES, OURS, RUNS, GOAL_MS = 500, 200, 300, 20, 5, 1000.0
INCIDENTS = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000


def _further(number: int) -> str:
    """Let most services need the next one, in chains of ten."""
    return f', "service:service-{number + 1}"' if number % 10 != 9 else ""


def written(folder: Path) -> Path:
    """Write a configuration of many vendors and services."""
    vendors = "".join(
        f'[[vendor]]\nname = "vendor-{n}"\nformat = "statuspage"\n'
        f'page = "https://status.vendor-{n}.example"\n'
        for n in range(VENDORS)
    )
    services = "".join(
        f'[[service]]\nname = "service-{n}"\ntier = {n % 3 + 1}\n'
        f'depends_on = ["vendor-{n}", "vendor-{n + 1}:API"{_further(n)}]\n'
        for n in range(SERVICES)
    )
    path = folder / "config.toml"
    path.write_text(vendors + services)
    path.chmod(0o600)
    return path


def _row(number: int, now: datetime, rng: random.Random) -> dict[str, object]:
    is_open = number < OPEN
    began = (
        now - timedelta(minutes=rng.randint(1, 600))
        if is_open
        else now - timedelta(hours=rng.randint(3, 8000))
    )
    ended = None if is_open else began + timedelta(minutes=rng.randint(5, 300))
    posts = tuple(
        Update(began + timedelta(minutes=n), Phase.INVESTIGATING, "We look into API errors.")
        for n in range(4)
    )
    title, id_ = f"Elevated errors of part {rng.randint(1, 99)}", f"i{number}"
    phase = Phase.INVESTIGATING if is_open else Phase.RESOLVED
    incident = VendorIncident(id_, title, Impact.MINOR, phase, began, began, ended, ("api",), updates=posts)
    return {
        "vendor": f"vendor-{number % VENDORS}",
        "id": id_,
        "title": title,
        "impact": Impact.MINOR,
        "phase": phase,
        "component_ids": dump_words(("api",)),
        "words": "digest",
        "started_at": began,
        "resolved_at": ended,
        "first_seen_at": began,
        "sorted_at": began,
        "stale": False,
        "remembered": is_open,
        "body": INCIDENT.dump(incident),
    }


def milliseconds(command: list[str]) -> float:
    """Run a command to its end and return how long that took."""
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return (time.perf_counter() - begun) * 1000


def main() -> int:
    """Measure both in turn, so that what else the machine does falls on both."""
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as name:
        path = written(Path(name))
        loaded = config.load(path)
        setup = setup_of(loaded)
        loaded.daemon.data_dir.mkdir(mode=0o700)
        with Store.open(loaded.database.url) as store:
            rng = random.Random(7)
            rows = [_row(n, now, rng) for n in range(INCIDENTS)]
            store.write_now(lambda conn: conn.execute(insert(tables.vendor_incident), rows))
            for n in range(OURS):
                asked = Opening(f"service-{n} is slow", "ada", services=(f"service-{n}",))
                store.write_now(
                    lambda conn, asked=asked: open_incident(conn, asked, setup.services.services, now)
                )
            alone = [_answer(store, setup, now) for _ in range(RUNS)]
        program = [sys.executable, "-m", "statusherd"]
        asked = [*program, "--config", str(path), "triage", "-s", "service-3", "--no-probes", "--json"]
        pairs = [(milliseconds([*program, "--version"]), milliseconds(asked)) for _ in range(RUNS)]
    floor, figure = (median(times) for times in zip(*pairs, strict=True))
    told = {
        "benchmark": "triage",
        "unit": "ms",
        "incidents": INCIDENTS,
        "figure": round(figure, 1),
        "answer": round(median(alone), 1),
        "floor": round(floor, 1),
        "ratio": round(figure / floor, 2),
        "goal_ms": GOAL_MS,
        "met": figure < GOAL_MS,
    }
    print(json.dumps(told))
    return 0 if figure < GOAL_MS else 1


def _answer(store: Store, setup: Setup, now: datetime) -> float:
    question = Question(now - timedelta(minutes=30), "service-3", "errors of part 7")
    begun = time.perf_counter()
    store.read_now(lambda conn: triage(conn, setup, question, now))
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    sys.exit(main())
