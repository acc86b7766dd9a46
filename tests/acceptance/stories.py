"""An installation on a clock of its own: pages that are held, not served, and a sender that takes notes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from sqlalchemy import Connection

from statusherd.dispatch import Dispatcher
from statusherd.model.delivery import Decision
from statusherd.model.errors import FailureKind, FetchError
from statusherd.model.routing import EVENTS, Route
from statusherd.model.silences import Silence
from statusherd.model.vendors import WatchedVendor
from statusherd.notify.channels import Channel
from statusherd.pipeline import Pipeline
from statusherd.setup import Setup
from statusherd.store import changes, conversations, silences
from statusherd.store.engine import Store
from statusherd.testing import FakeClock, RecordingSender, ScriptedFetcher, StatusPage

ALL_EVENTS = Route("all", events=EVENTS, channels=("ops",))
DOWN = FetchError(FailureKind.CONNECT, "the connection was refused")


class Story:
    """Vendors with a page each, one channel that hears of everything, and looks on demand."""

    def __init__(
        self,
        folder: Path,
        vendors: Iterable[str] = ("acme",),
        routes: tuple[Route, ...] = (ALL_EVENTS,),
        **facts,
    ) -> None:
        self.clock = FakeClock()
        self.url = f"sqlite:///{folder}/story.db"
        self.fetcher = ScriptedFetcher(self.clock)
        self.pages: dict[str, StatusPage] = {}
        self.vendors: dict[str, WatchedVendor] = {}
        components = facts.pop("page", ("API", "Website"))
        for name in vendors:
            address = f"https://status.{name}.example"
            self.pages[name] = StatusPage(self.clock, name.title(), components)
            self.fetcher.hold_page(address, self.pages[name])
            self.vendors[name] = WatchedVendor(name, name.title(), address, "statuspage", **facts)
        channels = {name: Channel(name, "json://127.0.0.1:9/") for name in ("ops", "spare")}
        channels["ops"] = Channel("ops", "json://127.0.0.1:9/", fallback="spare")
        self.setup = Setup(self.vendors, routes, channels)
        self.sender: RecordingSender = RecordingSender()
        self.page = next(iter(self.pages.values()))

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.store.close()

    async def start(self) -> None:
        """Start a process on the store; a second one takes over from the first."""
        self.store = Store.open(self.url)
        self.pipeline = Pipeline(self.store, self.fetcher, self.clock, self.setup)
        self.dispatcher = Dispatcher(
            self.store, self.sender, self.clock, lambda: self.pipeline.setup, str(id(self.store))
        )
        await self.pipeline.states.load()
        await self.dispatcher.take_over()

    async def restart(self) -> None:
        self.store.close()
        await self.start()

    async def look(self, *vendors: str, minutes: float = 1, times: int = 1) -> None:
        """Let time pass and look at the vendors (all of them unless named), then tell what is due."""
        for _ in range(times):
            await self.clock.advance(60 * minutes)
            for name in vendors or self.vendors:
                await self.pipeline.look(self.vendors[name])
            await self.tell()

    async def tell(self) -> None:
        await self.pipeline.states.flush_seen()
        await self.pipeline.announce_due()
        await self.pipeline.correlate(over=True)
        await self.pipeline.route_new()
        await self.pipeline.route_waiting()
        await self.pipeline.route_escalations()
        while await self.dispatcher.deliver_due():
            await self.dispatcher.settle()

    def break_page(self, name: str, failure: FetchError = DOWN) -> None:
        """Let every document of a vendor fail, until `mend_page`."""
        for url in list(self.fetcher.holdings):
            if url.startswith(self.vendors[name].address):
                self.fetcher.holdings[url] = failure

    def mend_page(self, name: str) -> None:
        self.fetcher.hold_page(self.vendors[name].address, self.pages[name])

    @property
    def told(self) -> list[str]:
        """The kinds of change that were told to the channel, in order."""
        return [str(sent.delivery.alert.change.kind) for sent in self.sender.sent]


def decisions(story: Story) -> list[Decision]:
    """Return all decisions, in the order of the changes."""

    def found(conn: Connection) -> list[Decision]:
        logged = changes.changes_of(conn, limit=1000)
        return [d for entry in reversed(logged) for d in conversations.decisions_of(conn, entry.number)]

    return story.store.read_now(found)


def reasons(story: Story) -> list[str]:
    """Return why each decision was taken, in the order of the changes."""
    return [decision.reason.value for decision in decisions(story)]


async def until(story: Story, hour: int, minute: int = 0) -> datetime:
    """Let the clock run to the next time it shows so much, UTC, without a look; return that time."""
    now = story.clock.now()
    there = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    there += timedelta(days=there <= now)
    await story.clock.advance((there - now).total_seconds())
    return there


async def silence(story: Story, hours: float = 1, **what: tuple[str, ...]) -> int:
    """Withhold what `what` selects for so long from now on; return the number of the silence."""
    now = story.clock.now()
    asked = Silence(now, now + timedelta(hours=hours), "ops", "planned work", **what)
    made = await story.store.write(lambda conn: silences.add(conn, asked, now))
    assert made.id is not None
    return made.id


def bodies(story: Story) -> list[str]:
    """Return the messages that went out, in order."""
    return [sent.message.body for sent in story.sender.sent]
