"""What a look costs, against the least that it could cost in the same run.

Prints one JSON line a figure: the figure, its floor, their ratio, the goal. CPU is of the measured process,
in milliseconds a look; the pages are served by another process.

- unchanged: the running daemon, 300 vendors at 1 s, keep-alive, ETag. Floor: a bare aiohttp loop over the
  same pages with If-None-Match, at full speed.
- unchanged, paced: the same against a bare loop that is paced like the daemon.
- changed: fetch, parse, compare, commit of a 50 KB page with 2 of 85 components changed. Floor: bare
  aiohttp with json.loads.
- memory: resident set of the daemon with 1,000 vendors of 85 components, each looked at. Floor: with five.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.request import urlopen

import aiohttp
import psutil

from statusherd import logs
from statusherd.clock import SystemClock
from statusherd.model.vendors import WatchedVendor
from statusherd.pipeline import Pipeline
from statusherd.setup import Setup
from statusherd.store.engine import Store
from statusherd.watch.fetch import Fetcher, FetchLimits

HERE = Path(__file__).parent
ROUNDS = 3


def report(figure: str, value: float, floor: float, goal: float, unit: str = "ms CPU") -> None:
    line = {
        "figure": figure,
        "value": round(value, 4),
        "floor": round(floor, 4),
        "ratio": round(value / floor, 2),
        "goal": goal,
        "unit": unit,
    }
    print(json.dumps(line), flush=True)


@contextmanager
def page_server() -> Iterator[int]:
    process = subprocess.Popen([sys.executable, str(HERE / "pages.py")], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def address(kind: int, number: int, port: int) -> str:
    return f"http://127.{kind}.{number // 250}.{number % 250 + 1}:{port}"


def served(port: int) -> int:
    with urlopen(f"http://127.1.0.1:{port}/count") as answer:
        return int(answer.read())


@contextmanager
def daemon(port: int, vendors: int, interval: str) -> Iterator[psutil.Process]:
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.toml"
        config.write_text(
            f'[daemon]\nlog_level = "error"\n[http]\ninterval = "{interval}"\nallow_private = true\n'
            + "".join(
                f'[[vendor]]\nname = "v{n}"\npage = "{address(1, n, port)}"\nformat = "statuspage"\n'
                for n in range(vendors)
            )
        )
        process = subprocess.Popen([sys.executable, "-m", "statusherd", "--config", str(config), "run"])
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(30)


def cpu_of(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def wait_served(port: int, count: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while served(port) < count:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{served(port)} of {count} documents served")
        time.sleep(0.1)


def daemon_unchanged(port: int) -> float:
    """Return ms of CPU a look of the daemon, 300 vendors at 1 s, over 8 s."""
    before = served(port)
    with daemon(port, 300, "1s") as process:
        wait_served(port, before + 900, 60)
        start, looks = cpu_of(process), served(port)
        time.sleep(8)
        return 1000 * (cpu_of(process) - start) / (served(port) - looks)


async def bare_unchanged(port: int, requests: int, rate: float | None) -> float:
    """Return ms of CPU of a bare conditional GET; `rate` in requests a second, None at full speed."""
    urls = [f"{address(1, n, port)}/api/v2/summary.json" for n in range(300)]
    headers = {"If-None-Match": '"one"'}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=100)) as session:

        async def get(url: str) -> None:
            async with session.get(url, headers=headers) as answer:
                await answer.read()

        await asyncio.gather(*(get(url) for url in urls))
        start = time.process_time()
        if rate is None:
            for _ in range(requests // 300):
                await asyncio.gather(*(get(url) for url in urls))
        else:
            for n in range(requests):
                await asyncio.gather(get(urls[n % 300]), asyncio.sleep(1 / rate))
        return 1000 * (time.process_time() - start) / requests


async def changed(port: int, looks: int) -> float:
    """Return ms of CPU of a look that finds 2 of 85 components changed, committed."""
    vendor = WatchedVendor("bench", "Bench", address(2, 0, port), "statuspage")
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/bench.db") as store:
        async with Fetcher(FetchLimits(), contact=None, allow_private=True) as fetcher:
            pipeline = Pipeline(store, fetcher, SystemClock(), Setup({"bench": vendor}))
            for _ in range(20):
                await pipeline.look(vendor)
            start = time.process_time()
            for _ in range(looks):
                result = await pipeline.look(vendor)
                assert result.changes
            return 1000 * (time.process_time() - start) / looks


async def bare_changed(port: int, looks: int) -> float:
    """Return ms of CPU of a bare GET with json.loads."""
    url = f"{address(2, 0, port)}/api/v2/summary.json"
    async with aiohttp.ClientSession() as session:
        start = time.process_time()
        for _ in range(looks):
            async with session.get(url) as answer:
                json.loads(await answer.read())
        return 1000 * (time.process_time() - start) / looks


def memory(port: int, vendors: int) -> float:
    """Return MB resident of a daemon that has looked at every one of its vendors twice."""
    before = served(port)
    with daemon(port, vendors, "10s") as process:
        wait_served(port, before + 2 * vendors, 120)
        return process.memory_info().rss / 1e6


def main() -> None:
    logs.set_up("error")
    with page_server() as port:
        floors, paced, values = [], [], []
        for _ in range(ROUNDS):
            floors.append(asyncio.run(bare_unchanged(port, 6000, None)))
            values.append(daemon_unchanged(port))
            paced.append(asyncio.run(bare_unchanged(port, 1500, 300)))
        report("unchanged look of the running daemon", median(values), median(floors), 3)
        report("unchanged look, bare loop paced alike", median(values), median(paced), 3)
        pairs = [
            (asyncio.run(changed(port, 400)), asyncio.run(bare_changed(port, 400))) for _ in range(ROUNDS)
        ]
        report("changed look, committed", median(v for v, _ in pairs), median(f for _, f in pairs), 6)
        report("resident memory, 1,000 vendors", memory(port, 1000), memory(port, 5), 160, "MB, goal in MB")


if __name__ == "__main__":
    main()
