"""SIGKILL at any moment: no message is lost, and none comes twice without saying so."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import signal
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from installed import Installation

from statusherd.model.words import Impact, Phase

KEY = re.compile(r"\b[0-9a-f]{16}\b")
MARK = "repeat"
STEPS = (Phase.IDENTIFIED, Phase.MONITORING, Phase.RESOLVED)


@dataclass
class Killer:
    """Kills the daemon at random moments of its life and starts it again."""

    installed: Installation
    kills: int
    rng: random.Random
    done: int = 0

    async def run(self) -> None:
        while self.done < self.kills:
            await self.installed.start()
            # A start takes most of a second; the moments are spread over it and the work that follows.
            await asyncio.sleep(self.rng.uniform(0.2, 3.0))
            await self.installed.end(signal.SIGKILL)
            self.done += 1
        await self.installed.start()


async def act(installed: Installation, killer: Killer) -> int:
    """Let incidents come and go, each step once the one before was told to both; return the steps."""
    steps = 0
    while killer.done < killer.kills or steps < 4:
        incident = installed.page.open(f"Trouble {steps}", Impact.MAJOR, ["API"])
        steps = await told(installed, steps + 1)
        for phase in STEPS:
            installed.page.update(incident, phase)
            steps = await told(installed, steps + 1)
    return steps


async def told(installed: Installation, steps: int) -> int:
    """Wait until both sinks hold the message of every step so far; a repeat counts for no step."""
    for sink, texts in ((installed.mail, mails), (installed.chat, chats)):
        while (missing := steps - len(keys(texts(installed)))) > 0:
            await sink.wait_for(len(texts(installed)) + missing, 120)
    return steps


def mails(installed: Installation) -> list[str]:
    return [mail.text for mail in installed.mail.received]


def chats(installed: Installation) -> list[str]:
    return [json.loads(received.body)["message"] for received in installed.chat.received]


def keys(texts: Iterable[str]) -> Counter[str]:
    return Counter(KEY.findall(text)[-1] for text in texts)


async def kill_often(installed: Installation, kills: int) -> dict[str, int]:
    killer = Killer(installed, kills, random.Random(kills))
    killing = asyncio.create_task(killer.run())
    steps = await act(installed, killer)
    await killing
    await installed.looks(2)
    assert await installed.end(signal.SIGTERM) == 0
    figures = {"kills": kills, "messages": 2 * steps, "lost": 0, "repeated": 0, "unmarked": 0}
    for texts in (mails(installed), chats(installed)):
        counts = keys(texts)
        figures["lost"] += steps - len(counts)
        figures["repeated"] += sum(count - 1 for count in counts.values())
        marked = sum(MARK in text for text in texts)
        figures["unmarked"] += max(0, sum(count - 1 for count in counts.values()) - marked)
    return figures


@pytest.mark.timeout(300)
async def test_kills_lose_nothing_and_repeat_nothing_unmarked(installed: Installation) -> None:
    figures = await kill_often(installed, 8)
    assert (figures["lost"], figures["unmarked"]) == (0, 0)


@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_two_hundred_kills(installed: Installation) -> None:
    figures = await kill_often(installed, int(os.environ.get("STATUSHERD_KILLS", "200")))
    print(json.dumps(figures))  # noqa: T201 - the figures are what the run is for
    assert (figures["lost"], figures["unmarked"]) == (0, 0)
