"""Replay: an exported history through the real pipeline, on a clock of its own.

Every page is put back to each minute at which it showed something new, looked at as the daemon would have
looked, and what would have been told is kept. Nothing is sent and no store but a new one is touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from statusherd.clock import Clock
from statusherd.dispatch import Dispatcher
from statusherd.model.routing import Route
from statusherd.model.vendors import WatchedVendor
from statusherd.notify.channels import Channel
from statusherd.notify.render import Message
from statusherd.pipeline import Pipeline
from statusherd.setup import Setup
from statusherd.store.engine import Store
from statusherd.testing import FakeClock, RecordingSender, ScriptedFetcher, Sent
from statusherd.watch.past import PastIncident, moments, page_at, vendors_of
from statusherd.watch.read import HISTORY_EVERY, Fetches

EVERYONE: Final = "everyone"
"""The channel of a replay without a configuration: it is told all that the default routing tells."""

Told = Sent[Channel, Message]


@dataclass(frozen=True, slots=True)
class Moment:
    """A look of the replay: when, and at whom."""

    at: datetime
    vendor: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay did: the looks it took and the messages that would have gone out, in order."""

    looks: tuple[Moment, ...]
    told: tuple[Told, ...]


def setup_for(vendors: Mapping[str, WatchedVendor], like: Setup | None = None) -> Setup:
    """Return a setup for `vendors`: with the routes of `like`, or telling everyone by default."""
    if like is not None and like.routes:
        known = {name: like.vendors.get(name, vendor) for name, vendor in vendors.items()}
        moved = {
            name: replace(v, address=vendors[name].address, format="statuspage") for name, v in known.items()
        }
        return replace(like, vendors=moved)
    channel = Channel(EVERYONE, "json://127.0.0.1:9/")
    return Setup(vendors, (Route("default", channels=(EVERYONE,)),), {EVERYONE: channel})


def pages(history: Sequence[PastIncident], clock: Clock) -> tuple[dict[str, WatchedVendor], ScriptedFetcher]:
    """Return the vendors of a history, and a fetcher that holds their pages by the clock."""
    fetcher = ScriptedFetcher(clock)
    vendors: dict[str, WatchedVendor] = {}
    for name in vendors_of(history):
        address = f"https://{name}.replay.invalid"
        vendors[name] = WatchedVendor(name, name, address, "statuspage")
        past = tuple(incident for incident in history if incident.vendor == name)
        fetcher.holdings[f"{address}/api/v2/summary.json"] = partial(_summary_at, past, address)
        fetcher.holdings[f"{address}/api/v2/incidents.json"] = partial(_incidents_at, past, address)
    return vendors, fetcher


def _summary_at(past: Sequence[PastIncident], address: str, at: datetime) -> bytes:
    return page_at(past, at, url=address).summary


def _incidents_at(past: Sequence[PastIncident], address: str, at: datetime) -> bytes:
    return page_at(past, at, url=address).incidents


def looks_of(
    history: Sequence[PastIncident], since: datetime, until: datetime, interval: timedelta
) -> tuple[Moment, ...]:
    """Return the looks that matter, in order.

    The daemon would look every `interval`; only those looks can differ from the one before that follow a
    moment at which the page changed, or that read the history anew. The others are left out.
    """
    found = {
        look for vendor in vendors_of(history) for look in _looks(history, vendor, since, until, interval)
    }
    return tuple(sorted(found, key=lambda look: (look.at, look.vendor)))


def _looks(
    history: Sequence[PastIncident], vendor: str, since: datetime, until: datetime, interval: timedelta
) -> Iterator[Moment]:
    past = [incident for incident in history if incident.vendor == vendor]
    yield Moment(since, vendor)
    for moment in moments(past):
        if since < moment <= until:
            first = _next_on_grid(moment, since, interval)
            yield from (
                Moment(at, vendor) for at in (first, first + interval, first + HISTORY_EVERY + interval)
            )
    yield Moment(until + HISTORY_EVERY + interval, vendor)


def _next_on_grid(moment: datetime, since: datetime, interval: timedelta) -> datetime:
    steps = -(-(moment - since) // interval)
    return since + steps * interval


async def replay(
    looks: Sequence[Moment], setup: Setup, fetcher: Fetches, clock: FakeClock, store: Store
) -> Replayed:
    """Take every look in turn, route what it changed, and deliver to a sender that only takes notes."""
    sender: RecordingSender[Channel, Message] = RecordingSender()
    pipeline = Pipeline(store, fetcher, clock, setup)
    dispatcher = Dispatcher(store, sender, clock, lambda: pipeline.setup, "replay")
    for look in looks:
        await _tell_held(pipeline, dispatcher, clock, look.at)
        clock.set(look.at)
        result = await pipeline.look(setup.vendors[look.vendor])
        if result.changes:
            await pipeline.route_new()
            await _deliver(dispatcher)
    return Replayed(tuple(looks), tuple(sender.sent))


async def _tell_held(pipeline: Pipeline, dispatcher: Dispatcher, clock: FakeClock, until: datetime) -> None:
    """Decide on what has waited, each at the moment its wait is over, up to the next look."""
    while (due := await pipeline.next_waiting()) is not None and due <= until:
        clock.set(max(due, clock.now()))
        await pipeline.route_waiting()
        await _deliver(dispatcher)


async def _deliver(dispatcher: Dispatcher) -> None:
    while await dispatcher.deliver_due():
        await dispatcher.settle()
