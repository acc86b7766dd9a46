"""An escalation in a real daemon: killed between its steps, acknowledged by another process."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sqlite3
import stat
import sys

import aiohttp
from installed import Installation

from statusherd.model.words import Impact

STEPS = """
[[escalation]]
name = "duty"
steps = [{ channels = ["chat"], wait = "1m" }, { channels = ["mail"], wait = "1m" }]
"""


WEB = """
[web]
listen = "127.0.0.1:0"
url = "https://status.example.com"
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


async def test_the_link_in_a_mail_acknowledges_at_the_running_daemon(installed: Installation) -> None:
    text = installed.config.read_text()
    installed.config.write_text(f"{text}{WEB}")
    await installed.start()
    await installed.logged("event=listening")
    port = re.search(r"event=listening .*port=(\d+)", installed.log.read_text())[1]
    await installed.looks(2)
    installed.page.open("API errors", Impact.MAJOR, ["API"])
    await installed.expect(1, 1)
    (link,) = re.findall(r"https://status\.example\.com(/ack/\S+)", installed.mail.received[0].text)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client:
        async with client.get(link) as answer:
            assert (answer.status, "API errors" in await answer.text()) == (200, True)
        assert installed.told() == (1, 1)
        async with client.post(link, data={"author": "ada"}) as answer:
            assert answer.status == 200
    await installed.expect(2, 2)
    assert installed.mail.received[1].text.startswith("ACKNOWLEDGED by ada: ")
    key = (installed.config.parent / "var" / "link.key").stat()
    assert (stat.S_IMODE(key.st_mode), key.st_size) == (0o600, 32)
    assert await installed.end(signal.SIGTERM) == 0
    assert link.rpartition(".")[2] not in installed.log.read_text(), "no link stands in the log"


def _shift_due(installed: Installation) -> None:
    """Let the time of the step be over: the minute is not waited for."""
    with sqlite3.connect(installed.config.parent / "var" / "statusherd.db") as conn:
        conn.execute("UPDATE climb SET due_at = '2026-01-01 00:00:00.000000'")
    conn.close()
