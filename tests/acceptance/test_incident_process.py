"""Incidents by command while the daemon runs: people hear within two seconds."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

from installed import Installation
from sqlalchemy import Connection

from statusherd import incidents as ours
from statusherd.model.changes import OURS, Change
from statusherd.model.incidents import OurNews
from statusherd.model.words import ChangeKind
from statusherd.store import changes, incidents
from statusherd.store.engine import Store


def open_and_announce(conn: Connection) -> None:
    """Open an incident, and tell people of it, as the daemon does it."""
    now = datetime.now(UTC)
    made = ours.open_incident(conn, ours.Opening("checkout is slow", "ada"), (), now)
    opened = Change(OURS, ChangeKind.OUR_INCIDENT_OPENED, now, "it opened", made.name, ours=OurNews(made))
    changes.append(conn, (opened,))
    incidents.announced(conn, made.number)


async def test_what_a_command_does_is_told_by_the_running_daemon(installed: Installation) -> None:
    running = installed
    await running.start()
    await running.looks(2)
    with Store.open(f"sqlite:///{running.config.parent}/var/statusherd.db", migrate=False) as store:
        await store.write(open_and_announce)
    await running.chat.wait_for(1, 2.5)
    program = [sys.executable, "-m", "statusherd", "-c", str(running.config), "incident", "severity", "1"]
    process = await asyncio.create_subprocess_exec(
        *program, "SEV1", "nobody can pay", stdout=asyncio.subprocess.DEVNULL
    )
    assert await asyncio.wait_for(process.wait(), 30) == 0
    await running.chat.wait_for(2, 2.5)
    assert b"checkout is slow" in running.chat.received[1].body
