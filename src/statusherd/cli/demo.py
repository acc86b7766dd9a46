"""`statusherd demo`: a vendor's day in a few seconds, on this machine alone."""

from __future__ import annotations

import asyncio
import json
import random
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from zoneinfo import ZoneInfo

import click

from statusherd import logs
from statusherd.assembly import Installation, daemon_of, installation
from statusherd.config import load
from statusherd.daemon import Daemon, Sources
from statusherd.incidents import Opening, Step, advance, open_incident
from statusherd.model.errors import StatusherdError
from statusherd.model.incidents import IncidentPhase
from statusherd.model.services import Service
from statusherd.model.words import Impact, Phase, Severity
from statusherd.respond.lifecycle import IncidentRules
from statusherd.store.engine import Store
from statusherd.testing import FakeClock, Fault, HttpSink, MailSink, StatusPage

MORNING: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_PATIENCE: Final = 30
"""Minutes that a step may take at most: a page that failed is looked at again later and later."""
_CONFIG: Final = """
[daemon]
timezone = "Europe/Berlin"

[http]
allow_private = true
contact = "demo@example.org"

[[vendor]]
name = "acme"
title = "Acme Payments"
page = "{page}"
format = "statuspage"

[[vendor]]
name = "globex"
title = "Globex Search"
page = "{search}"
format = "statuspage"
support = "https://support.globex.example"
contract = "C-17"

[[service]]
name = "donations"
tier = 3
depends_on = ["acme:API"]

[[service]]
name = "shop"
tier = 2
depends_on = ["globex:Queries"]
fallback = "lists by category go on"

[[channel]]
name = "on-call"
url = "{mail}"

[[channel]]
name = "team chat"
url = "{chat}"
format = "markdown"

[[route]]
match = {{ severity = "SEV3" }}
channels = ["on-call"]
continue = true

[[route]]
match = {{ event = ["incident", "disturbance", "maintenance", "source", "own_incident", "early_warning"] }}
channels = ["team chat"]
"""


@click.command("demo")
def command() -> None:
    """Play a scripted day of an invented vendor through the real daemon, and print who was told what.

    Page, mail server and chat are servers on this machine; nothing leaves it, and no file is kept.
    """
    logs.set_up("critical")
    asyncio.run(_demo())


@dataclass(frozen=True, slots=True)
class Stage:
    """The demo's two vendors, its two recipients, and its clock."""

    clock: FakeClock
    store: Store
    page: StatusPage
    search: StatusPage
    mail: MailSink
    chat: HttpSink
    daemon: Daemon

    def received(self) -> tuple[int, int]:
        """Return how many messages the mail box and the chat hold."""
        return len(self.mail.received), len(self.chat.received)


async def _demo() -> None:
    clock = FakeClock(MORNING)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="statusherd-demo-"))
        page = StatusPage(clock, "Acme Payments", ("API", "Dashboard", "Webhooks"))
        search = StatusPage(clock, "Globex Search", ("Queries", "Indexing"))
        mail, chat = MailSink(), HttpSink()
        for server in (page, search, mail, chat):
            await stack.enter_async_context(server)
        config = Path(folder) / "config.toml"
        urls = {"page": page.url, "search": search.url, "mail": mail.url, "chat": chat.url}
        config.write_text(_CONFIG.format(**urls))
        config.chmod(0o600)
        parts = await stack.enter_async_context(installation(load(config), clock=clock))
        await _play(parts, clock, (page, search), (mail, chat))


async def _play(
    parts: Installation,
    clock: FakeClock,
    pages: tuple[StatusPage, StatusPage],
    sinks: tuple[MailSink, HttpSink],
) -> None:
    # The same jitter in every run, so that every run tells the same story.
    sources = Sources(lambda: parts.pipeline.setup, lambda _: 60.0)
    daemon = daemon_of(parts, sources, rng=random.Random(1))  # noqa: S311
    running = asyncio.create_task(daemon.run())
    try:
        stage = Stage(clock, parts.store, *pages, *sinks, daemon)
        for page in pages:
            await page.wait_for(1, 30)  # the first look, before the clock begins to move
        await _worked_off(stage)
        await _day(stage)
        await _morning_after(stage)
    finally:
        daemon.stop()
        while not running.done():
            await clock.advance(1)
            await asyncio.sleep(0.01)
        await running


async def _day(stage: Stage) -> None:
    page = stage.page
    _say(stage, "All is well. The daemon looks at the page once a minute and tells nobody.")
    await _pass(stage, minutes=5)

    _say(stage, "Acme posts an incident: API down for some.")
    incident = page.open(
        "Elevated API errors", Impact.MAJOR, ["API"], text="API requests fail for some customers."
    )
    await _pass(stage, minutes=3, chats=1)

    _say(stage, "Acme only rewrites a time stamp. That is no news.")
    page.touch(incident)
    await _pass(stage, minutes=3)

    _say(stage, "It gets worse: now critical. SEV3 or worse goes to the on-call mail too.")
    page.edit(incident, impact=Impact.CRITICAL)
    page.update(incident, Phase.IDENTIFIED, "A bad deployment is the cause. All API requests fail.")
    await _pass(stage, minutes=9, mails=1, chats=1)

    _say(stage, "The page itself breaks for a while. Unreadable is not down and not up.")
    page.fault = Fault.HTML
    await _minutes(stage, 3)
    page.fault = None
    await _pass(stage, minutes=6)

    _say(stage, "Acme resolves the incident.")
    page.resolve(incident, "The deployment was rolled back. All systems are normal.")
    await _pass(stage, minutes=3, mails=1, chats=1)

    _say(stage, "Acme announces a maintenance for the evening; the chat asked for those.")
    evening = stage.clock.now() + timedelta(hours=8)
    window = page.schedule_maintenance("Database upgrade", evening, evening + timedelta(hours=1))
    await _pass(stage, minutes=3, chats=1)

    await stage.clock.advance_to(evening)
    _say(stage, "The window opens.")
    page.start_maintenance(window)
    await _pass(stage, minutes=3, chats=1)
    await stage.clock.advance(45 * 60)
    _say(stage, "The work is done early.")
    page.end_maintenance(window)
    await _pass(stage, minutes=3, chats=1)
    _say(stage, "The day is over: every change was told once, to those who asked for it.")


async def _morning_after(stage: Stage) -> None:
    morning = MORNING + timedelta(days=1, minutes=-3)
    await stage.clock.advance_to(morning)
    _say(stage, "The next morning our own shop is slow, and somebody opens an incident. Us or them?")
    services = (Service("shop"),)
    opening = Opening(
        "Search in the shop times out",
        "ada",
        ("shop",),
        Severity.SEV2,
        "Timeouts at queries.globex.example",
    )
    ours = await stage.store.write(lambda conn: open_incident(conn, opening, services, stage.clock.now()))
    await _pass(stage, minutes=3, mails=1, chats=1)

    await _minutes(stage, 6)
    _say(stage, "Globex admits it. The incident is linked with its cause, and nobody is told twice.")
    theirs = stage.search.open(
        "Slow queries", Impact.MAJOR, ["Queries"], text="Queries run into timeouts.",
        started_at=morning - timedelta(minutes=4),
    )  # fmt: skip
    await _pass(stage, minutes=3, mails=1, chats=1)

    _say(stage, "It is over at Globex, and ada resolves ours.")
    stage.search.resolve(theirs, "All queries are fast again.")
    await _minutes(stage, 3)
    step = Step(IncidentPhase.RESOLVED)
    await stage.store.write(
        lambda conn: advance(conn, ours.number, step, "ada", IncidentRules(), stage.clock.now())
    )
    await _pass(stage, minutes=3, mails=1, chats=1)
    _say(stage, "One thread for each incident, from the first word to the last.")


def _say(stage: Stage, sentence: str) -> None:
    local = stage.clock.now().astimezone(ZoneInfo("Europe/Berlin"))
    click.secho(f"\n{local:%H:%M}  {sentence}", bold=True)


async def _pass(stage: Stage, minutes: int, mails: int = 0, chats: int = 0) -> None:
    """Let minutes go by and print what was received; exactly so many messages are due."""
    before = stage.received()
    due = (before[0] + mails, before[1] + chats)
    await _minutes(stage, minutes)
    for _ in range(_PATIENCE):
        if stage.received() < due:
            await _minutes(stage, 1)
    for mail in stage.mail.received[before[0] :]:
        _print_message("on-call mail", f"Subject: {mail.subject}\n\n{mail.text}")
    for message in stage.chat.received[before[1] :]:
        _print_message("team chat", json.loads(message.body)["message"])
    if stage.received() != due:
        raise StatusherdError(f"the demo expected {due} messages and saw {stage.received()}")
    if due == before:
        click.echo("       (nobody is told)")


async def _minutes(stage: Stage, count: int) -> None:
    """Let minutes pass in small steps, each worked off over real sockets before the next."""
    for _ in range(12 * count):
        await stage.clock.advance(5)
        await _worked_off(stage)


async def _worked_off(stage: Stage) -> None:
    async with asyncio.timeout(30):
        while stage.daemon.is_busy:  # noqa: ASYNC110 - it waits on sockets, not on us
            await asyncio.sleep(0.002)


def _print_message(recipient: str, text: str) -> None:
    click.secho(f"    ┌ {recipient}", fg="cyan")
    for line in text.strip().splitlines():
        click.secho("    │ ", fg="cyan", nl=False)
        click.echo(line)
