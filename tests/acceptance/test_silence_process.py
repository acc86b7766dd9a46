"""A silence asked for by another process while the daemon runs, and ended by one."""

from __future__ import annotations

import asyncio
import sys

from installed import Installation

from statusherd.model.words import Impact


async def _command(running: Installation, *words: str) -> None:
    program = [sys.executable, "-m", "statusherd", "-c", str(running.config), *words]
    process = await asyncio.create_subprocess_exec(*program, stdout=asyncio.subprocess.DEVNULL)
    assert await asyncio.wait_for(process.wait(), 30) == 0


async def test_a_silence_holds_in_a_running_daemon_and_its_end_tells_within_two_seconds(
    installed: Installation,
) -> None:
    running = installed
    await running.start()
    await running.looks(2)
    await _command(running, "vendor", "mute", "acme", "--for", "2h", "--reason", "known")
    running.page.open("API errors", Impact.MAJOR, ["API"])
    await running.looks(3)
    assert running.told() == (0, 0)
    await _command(running, "silence", "expire", "1")
    await asyncio.gather(running.mail.wait_for(1, 2.5), running.chat.wait_for(1, 2.5))
    await running.looks(2)
    assert running.told() == (1, 1)
