"""What the intake takes: 500 deliveries a second, each on the disk before it is answered.

Prints one JSON line a figure.

- floor: a bare aiohttp server that inserts each delivery into SQLite by itself, with the same fsync, asked
  the same way. It is what one transaction a delivery costs on this disk.
- steady: the running daemon.
- killed: the running daemon, killed with SIGKILL at random moments and started again. The sender tries each
  delivery again until it is answered, as real ones do; `lost` are those that were answered and are not there,
  `twice` those that are there more than once, `unread` those that were not worked off.

    python benchmarks/intake.py [SECONDS [PER_SECOND]]
"""

from __future__ import annotations

import asyncio
import json
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from statusherd.testing import LoadSender
from statusherd.testing.offering import INTAKE

TOKEN = "benchmark-token-of-ours"
CONFIG = """
[daemon]
log_level = "error"
[web]
listen = "127.0.0.1:{port}"
"""
FLOOR = """
import sqlite3, sys
from aiohttp import web
conn = sqlite3.connect(sys.argv[2], isolation_level=None)
conn.execute("PRAGMA journal_mode = WAL")
conn.execute("PRAGMA synchronous = FULL")
conn.execute("CREATE TABLE d (number INTEGER PRIMARY KEY, body BLOB)")
async def take(request):
    body = await request.read()
    conn.execute("INSERT INTO d (body) VALUES (?)", (body,))
    return web.Response(status=202)
app = web.Application()
app.router.add_post("/{any:.*}", take)
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def listens(port: int, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise RuntimeError("the server ended at once")


@asynccontextmanager
async def running(*words: str, port: int) -> AsyncIterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, *words], stderr=subprocess.DEVNULL)  # noqa: ASYNC220
    try:
        await listens(port, process)
        yield process
    finally:
        process.kill()
        process.wait()


def cpu_ms(process: subprocess.Popen[bytes], deliveries: int) -> float:
    times = psutil.Process(process.pid).cpu_times()
    return round(1000 * (times.user + times.system) / deliveries, 2)


def report(figure: str, sender: LoadSender, offered: int, seconds: float, **more: object) -> None:
    line = {
        "figure": figure,
        "offered": offered,
        "stored": len(sender.kept),
        "attempts": sender.attempts,
        "per_second": round(len(sender.kept) / seconds),
        "p50_ms": round(1000 * sender.seconds(0.5), 1),
        "p99_ms": round(1000 * sender.seconds(0.99), 1),
        **more,
    }
    print(json.dumps(line), flush=True)


async def floor(folder: Path, count: int, rate: float) -> None:
    port = free_port()
    sender = LoadSender(f"http://127.0.0.1:{port}/x", TOKEN)
    async with running("-c", FLOOR, str(port), str(folder / "floor.db"), port=port) as process:
        began = time.monotonic()
        await sender.offer(count, rate)
        took = time.monotonic() - began
        report("floor", sender, count, took, cpu_ms=cpu_ms(process, count))


def kept(folder: Path) -> tuple[set[int], int, int]:
    """Return the numbers that are in the store, how many rows there are too many, and how many are unread."""
    with sqlite3.connect(folder / "var" / "statusherd.db") as conn:
        rows = conn.execute("SELECT key, state FROM intake_event").fetchall()
    conn.close()
    numbers = [int(key.removeprefix("id ")) for key, _ in rows]
    return set(numbers), len(numbers) - len(set(numbers)), sum(state != "done" for _, state in rows)


async def worked_off(folder: Path, seconds: float = 300.0) -> None:
    deadline = time.monotonic() + seconds
    while kept(folder)[2] and time.monotonic() < deadline:  # noqa: ASYNC110 - another process works
        await asyncio.sleep(0.2)


async def steady(folder: Path, count: int, rate: float) -> None:
    port = free_port()
    words, sender = daemon(folder, port)
    async with running(*words, port=port) as process:
        began = time.monotonic()
        await sender.offer(count, rate)
        took = time.monotonic() - began
        await worked_off(folder)
        report("steady", sender, count, took, cpu_ms=cpu_ms(process, count), **missing(folder, sender))


async def killed(folder: Path, count: int, rate: float) -> None:
    port = free_port()
    words, sender = daemon(folder, port)
    rng, kills = random.Random(count), 0
    began = time.monotonic()
    offering = asyncio.create_task(sender.offer(count, rate))
    while not offering.done():
        async with running(*words, port=port) as process:
            await asyncio.wait({offering}, timeout=rng.uniform(0.5, 10.0))
            if not offering.done():
                process.send_signal(signal.SIGKILL)
                kills += 1
    await offering
    took = time.monotonic() - began
    async with running(*words, port=port):
        await worked_off(folder)
    report("killed", sender, count, took, kills=kills, **missing(folder, sender))


def daemon(folder: Path, port: int) -> tuple[list[str], LoadSender]:
    config = folder / "config.toml"
    config.write_text((CONFIG + INTAKE).format(port=port, token=TOKEN))
    config.chmod(0o600)
    words = ["-m", "statusherd", "--config", str(config), "run"]
    return words, LoadSender(f"http://127.0.0.1:{port}/api/v1/intake/load", TOKEN)


def missing(folder: Path, sender: LoadSender) -> dict[str, int]:
    found, twice, unread = kept(folder)
    return {"lost": len(sender.kept.keys() - found), "twice": twice, "unread": unread}


async def main(seconds: float = 60.0, rate: float = 500.0) -> None:
    count = int(seconds * rate)
    for measure in (floor, steady, killed):
        with tempfile.TemporaryDirectory() as folder:
            await measure(Path(folder), count, rate)


if __name__ == "__main__":
    asyncio.run(main(*map(float, sys.argv[1:])))
