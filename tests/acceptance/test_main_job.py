"""The main job from end to end: the real daemon as a process, a real page, two real sinks."""

from __future__ import annotations

import asyncio
import signal

from installed import Installation

from statusherd.model.words import Impact, Phase
from statusherd.testing import Answer, Fault


async def test_the_main_job(installed: Installation) -> None:
    running = installed
    await running.start()
    await running.looks(2)
    page, mail, chat = running.page, running.mail, running.chat
    # All well: nothing is told.
    await running.looks(3)
    assert running.told() == (0, 0)

    # An incident opens: one message per sink within 2 s of the look that saw it.
    incident = page.open("API errors", Impact.MAJOR, ["API"])
    await running.looks(1)
    await asyncio.gather(mail.wait_for(1, 2), chat.wait_for(1, 2))

    # Only updated_at moves.
    page.touch(incident)
    await running.looks(3)
    assert running.told() == (1, 1)

    # The page answers with HTML, then with errors.
    page.fault = Fault.HTML
    await running.looks(3)
    page.fault = Fault.SERVER_ERROR
    await running.looks(3)
    page.fault = None
    await running.looks(2)
    assert running.told() == (1, 1)

    # The phase changes while the chat refuses: the mail arrives, the other is retried.
    chat.answer = Answer.UNAVAILABLE
    page.update(incident, Phase.IDENTIFIED)
    await mail.wait_for(2, 10)
    await chat.wait_for_attempts(2, 10)
    await running.looks(2)
    assert running.told() == (2, 1)

    # Killed and started again: no repeat, and the pending one arrives.
    await running.end(signal.SIGKILL)
    chat.answer = Answer.OK
    await running.start()
    await chat.wait_for(2, 60)
    await running.looks(2)
    assert running.told() == (2, 2)

    # Resolved: gone from the summary, present in the history.
    page.resolve(incident)
    await mail.wait_for(3, 10)
    await chat.wait_for(3, 10)
    await running.looks(2)
    assert running.told() == (3, 3)
    assert len({m.message["References"] for m in mail.received}) == 1
    assert [m.subject for m in mail.received] == [
        "Acme: API errors",
        "Re: Acme: API errors",
        "Re: Acme: API errors",
    ]
    assert b"RESOLVED" in chat.received[-1].body

    # SIGTERM: a clean end.
    assert await running.end(signal.SIGTERM) == 0
