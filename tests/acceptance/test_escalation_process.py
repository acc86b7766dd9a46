"""An escalation in a real daemon: killed between its steps, acknowledged by another process."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import sys

from installed import Installation

from statusherd.model.words import Impact

STEPS = """
[[escalation]]
name = "duty"
steps = [{ channels = ["chat"], wait = "1m" }, { channels = ["mail"], wait = "1m" }]
"""


async def test_a_kill_between_two_steps_loses_none_and_takes_none_twice(installed: Installation) -> None:
    text = installed.config.read_text()
    route = text.index("[[route]]")
    installed.config.write_text(text[:route] + STEPS + '\n[[route]]\nchannels = ["escalation:duty"]\n')
    await installed.start()
    await installed.looks(2)
    installed.page.open("API errors", Impact.MAJOR, ["API"])
    await installed.chat.wait_for(1, 30)
    await installed.looks(2)  # by then it is written down that it was sent
    assert installed.told() == (0, 1)
    await installed.end(signal.SIGKILL)
    await asyncio.to_thread(_shift_due, installed)
    await installed.start()
    await installed.mail.wait_for(1, 30)
    await installed.looks(2)
    assert installed.told() == (1, 1)
    assert installed.mail.received[0].text.startswith("NOT ACKNOWLEDGED: ")
    program = [sys.executable, "-m", "statusherd", "-c", str(installed.config)]
    key = json.loads(installed.chat.received[0].body)["message"].rsplit("key ", 1)[1].split()[0]
    process = await asyncio.create_subprocess_exec(*program, "alert", "ack", key, "--author", "ada")
    assert await asyncio.wait_for(process.wait(), 30) == 0
    await asyncio.gather(installed.mail.wait_for(2, 10), installed.chat.wait_for(2, 10))
    assert installed.mail.received[1].text.startswith("ACKNOWLEDGED by ada: ")
    await asyncio.to_thread(_shift_due, installed)
    await installed.looks(3)
    assert installed.told() == (2, 2)


def _shift_due(installed: Installation) -> None:
    """Let the time of the step be over: the minute is not waited for."""
    with sqlite3.connect(installed.config.parent / "var" / "statusherd.db") as conn:
        conn.execute("UPDATE climb SET due_at = '2026-01-01 00:00:00.000000'")
    conn.close()
