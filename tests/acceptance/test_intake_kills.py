"""SIGKILL while deliveries pour in: none that was answered is lost, none is kept or worked off twice."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from brokers import free_port

from statusherd.testing import LoadSender
from statusherd.testing.offering import INTAKE

TOKEN = "correct-horse-battery-staple"
CONFIG = """
[web]
listen = "127.0.0.1:{port}"
"""


@dataclass
class Daemon:
    """The daemon as a process, of which only its intake is asked."""

    folder: Path
    port: int

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.subprocess.Process]:
        """Start it, wait until it takes connections, and kill it at the end."""
        with (self.folder / "log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "statusherd", "-c", str(self.config), "run", stderr=log
            )
        try:
            await self._listens(process)
            yield process
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGKILL)
            await process.wait()

    async def _listens(self, process: asyncio.subprocess.Process) -> None:
        async with asyncio.timeout(60):
            while process.returncode is None:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    return

    def kept(self) -> Counter[tuple[int, str]]:
        """The numbers of the deliveries that are kept, with their state."""
        with sqlite3.connect(self.folder / "var" / "statusherd.db") as conn:
            rows = conn.execute("SELECT key, state FROM intake_event").fetchall()
        conn.close()
        return Counter((int(key.removeprefix("id ")), state) for key, state in rows)


async def kill_often(folder: Path, count: int, rate: float, kills: int, longest: float) -> dict[str, int]:
    """Offer deliveries while the daemon is killed at random moments; return what became of them."""
    daemon = Daemon(folder, free_port())
    daemon.config.write_text((CONFIG + INTAKE).format(port=daemon.port, token=TOKEN))
    daemon.config.chmod(0o600)
    sender = LoadSender(f"http://127.0.0.1:{daemon.port}/api/v1/intake/load", TOKEN)
    offering = asyncio.create_task(sender.offer(count, rate))
    rng = random.Random(kills)
    for _ in range(kills):
        async with daemon.running():
            await asyncio.wait({offering}, timeout=rng.uniform(0.1, longest))
    async with daemon.running() as process:
        await offering
        while any(state == "new" for _, state in daemon.kept()):  # noqa: ASYNC110 - another process works
            await asyncio.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 60) == 0
    found = daemon.kept()
    numbers = Counter(number for number, _ in found.elements())
    return {
        "kills": kills,
        "offered": count,
        "stored": len(sender.kept),
        "attempts": sender.attempts,
        "lost": len(sender.kept.keys() - numbers.keys()),
        "twice": sum(numbers.values()) - len(numbers),
        "not taken": sum(n for (_, state), n in found.items() if state != "done"),
    }


def assert_nothing_is_lost(figures: dict[str, int]) -> None:
    assert figures["stored"] == figures["offered"]
    assert (figures["lost"], figures["twice"], figures["not taken"]) == (0, 0, 0)


@pytest.mark.timeout(180)
async def test_kills_lose_no_delivery_and_keep_none_twice(tmp_path: Path) -> None:
    figures = await kill_often(tmp_path, count=900, rate=300, kills=4, longest=0.8)
    assert_nothing_is_lost(figures)
    assert figures["attempts"] > figures["offered"], "some were tried again: the kills were felt"


@pytest.mark.soak
@pytest.mark.timeout(900)
async def test_500_deliveries_a_second_for_a_minute(tmp_path: Path) -> None:
    seconds = int(os.environ.get("STATUSHERD_INTAKE_SECONDS", "60"))
    figures = await kill_often(tmp_path, count=500 * seconds, rate=500, kills=max(5, seconds // 3), longest=8)
    print(json.dumps(figures))  # noqa: T201 - the figures are what the run is for
    assert_nothing_is_lost(figures)
