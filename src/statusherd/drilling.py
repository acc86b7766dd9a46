"""A drill: an incident of the past, or of a script, through the whole pipeline to those who practise.

It has a store of its own, which is gone at the end, so no history, statistic or report knows of it. Every
message says that it is a drill. Its clock runs faster than ours where a speed is given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from statusherd.clock import Clock
from statusherd.dispatch import Dispatcher
from statusherd.model.delivery import Delivery, SendOutcome
from statusherd.model.escalation import Acknowledgement
from statusherd.model.records import Update
from statusherd.model.routing import EVENTS, Route
from statusherd.model.vendors import WatchedVendor
from statusherd.model.words import Impact
from statusherd.notify.channels import Channel
from statusherd.notify.deliver import Sender
from statusherd.notify.headlines import headline
from statusherd.notify.render import Message
from statusherd.notify.threads import incident_thread
from statusherd.pipeline import Pipeline
from statusherd.replay import pages
from statusherd.setup import Setup
from statusherd.store import escalations, outbox
from statusherd.store.engine import Store
from statusherd.watch.past import PastIncident

TICK: Final = 1.0
"""Seconds of our clock between two looks of a drill."""
LONGEST: Final = timedelta(hours=4)
"""No drill lasts longer on our clock."""
LINGER: Final = timedelta(minutes=2)
"""So long after its last step, on our clock, a drill ends though a message is still on its way."""
TRIES: Final = 5
"""A message of a drill is given up after so many attempts."""


class SpedClock:
    """A clock that begins with `base` and runs `speed` times as fast."""

    def __init__(self, base: Clock, speed: float) -> None:
        self._base, self._speed = base, speed
        self._began, self._from = base.now(), base.monotonic()

    def now(self) -> datetime:
        return self._began + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return (self._base.monotonic() - self._from) * self._speed

    async def sleep(self, seconds: float) -> None:
        await self._base.sleep(max(0.0, seconds) / self._speed)


@dataclass(frozen=True, slots=True)
class Sending:
    """A message of a drill as it went out, or not, on our clock; `shown_at` is when the page had its news."""

    channel: str
    reference: str
    text: str
    at: datetime
    shown_at: datetime
    outcome: SendOutcome

    @property
    def seconds(self) -> float:
        """How long it took from the page to the destination."""
        return max(0.0, (self.at - self.shown_at).total_seconds())


@dataclass(frozen=True, slots=True)
class Drilled:
    """What a drill came to. Times are on our clock."""

    begun_at: datetime
    ended_at: datetime
    incident: PastIncident
    speed: float
    sendings: tuple[Sending, ...]
    acknowledgement: Acknowledgement | None

    @property
    def told_at(self) -> datetime | None:
        """When the first message arrived; None where none did."""
        return min((each.at for each in self.sendings if each.outcome.sent), default=None)

    @property
    def seconds_to_acknowledgement(self) -> float | None:
        """From the first message that arrived to the acknowledgement; None where nobody acknowledged."""
        if self.acknowledgement is None or self.told_at is None:
            return None
        return max(0.0, (self.acknowledgement.at - self.told_at).total_seconds())


@dataclass(slots=True)
class Notes:
    """A sender that writes down when it sent what, on our clock."""

    sender: Sender
    base: Clock
    tell: Callable[[Sending], None]
    shown_at: datetime
    sendings: list[Sending] = field(default_factory=list)

    async def send(self, delivery: Delivery, channel: Channel, message: Message) -> SendOutcome:
        outcome = await self.sender.send(delivery, channel, message)
        failures = sum(each.reference == delivery.dedup_key for each in self.sendings)
        if failures + 1 >= TRIES and not outcome.sent:  # a fast clock would try it anew each second
            outcome = replace(outcome, permanent=True)
        text = headline(delivery.alert, ZoneInfo("UTC"))
        sending = Sending(channel.name, delivery.dedup_key, text, self.base.now(), self.shown_at, outcome)
        self.sendings.append(sending)
        self.tell(sending)
        return outcome


def length_of(incident: PastIncident, speed: float) -> timedelta:
    """Return how long a drill of an incident takes on our clock, up to its last step."""
    moments = sorted(incident.moments())
    return (moments[-1] - moments[0]) / speed


def setup_for_drill(setup: Setup, channels: Mapping[str, Channel], vendor: str) -> Setup:
    """Return a setup that tells everything at one vendor to `channels`, at once and as a drill.

    Services and severities are the real ones. Filters, waits and stand-ins are left out: who practises is to
    be reached now, and nobody else is.
    """
    drilled = {name: replace(each, quiet=(), fallback=None) for name, each in channels.items()}
    route = Route("drill", events=EVENTS, channels=tuple(drilled))
    known = setup.vendors.get(vendor) or WatchedVendor(vendor, vendor, "", "statuspage")
    ours = replace(
        known, format="statuspage", components=(), regions=(), min_impact=Impact.NONE, further=(), options=()
    )
    return Setup(
        {vendor: ours},
        (route,),
        drilled,
        setup.policy,
        setup.services,
        setup.teams,
        setup.severities,
        drill=True,
    )


def moved(incident: PastIncident, to: datetime) -> PastIncident:
    """Return an incident whose page showed it first at `to`, under an id that is no real one's."""
    by = to - incident.appeared_at
    return replace(
        incident,
        id=f"drill-{to:%Y%m%dT%H%M%SZ}",
        started_at=to,
        resolved_at=incident.resolved_at + by if incident.resolved_at else None,
        ends_at=incident.ends_at + by if incident.ends_at else None,
        posts=tuple(Update(post.at + by, post.phase, post.text) for post in incident.posts),
    )


@dataclass(frozen=True, slots=True)
class Means:
    """What a drill is played with. `store` is its own; `base` is our clock, of which its own runs ahead."""

    setup: Setup
    store: Store
    sender: Sender
    base: Clock
    tell: Callable[[Sending], None] = lambda _: None


async def drill(incident: PastIncident, means: Means, speed: float = 1.0) -> Drilled:
    """Play an incident to the end; return what was sent, and who acknowledged it."""
    stage = _set_up(incident, means, speed)
    begun_at = means.base.now()
    last = begun_at + min(length_of(incident, speed), LONGEST) + LINGER
    while not await stage.is_over() and means.base.now() < last:
        await stage.tick()
        await stage.clock.sleep(TICK * speed)
    ack = await means.store.read(lambda conn: _acknowledged(conn, stage.thread))
    return Drilled(begun_at, means.base.now(), stage.incident, speed, tuple(stage.notes.sendings), ack)


def _set_up(incident: PastIncident, means: Means, speed: float) -> _Stage:
    clock = SpedClock(means.base, speed)
    # The first look sees the page as it was before.
    first = (clock.now() + timedelta(seconds=TICK * speed / 2 + 1)).replace(microsecond=0)
    known = means.setup.vendors[incident.vendor]
    page = incident.url or known.page_url or known.address or None
    played = replace(moved(incident, first), url=page)
    vendors, fetcher = pages((played,), clock)
    places = {name: replace(means.setup.vendors[name], address=v.address) for name, v in vendors.items()}
    pipeline = Pipeline(means.store, fetcher, clock, means.setup.with_vendors(places))
    notes = Notes(means.sender, means.base, means.tell, means.base.now())
    dispatcher = Dispatcher(means.store, notes, clock, lambda: pipeline.setup, "drill")
    return _Stage(played, pipeline, dispatcher, notes, means.store, clock, means.base)


@dataclass(slots=True)
class _Stage:
    """The parts of a drill that is played."""

    incident: PastIncident
    pipeline: Pipeline
    dispatcher: Dispatcher
    notes: Notes
    store: Store
    clock: SpedClock
    base: Clock
    shown: int = 0
    """So many moments of the page have passed."""

    @property
    def thread(self) -> str:
        return incident_thread(self.incident.vendor, self.incident.id)

    async def tick(self) -> None:
        """Look once, and tell what that changes."""
        passed = sum(at <= self.clock.now() for at in self.incident.moments())
        if passed != self.shown:
            self.shown, self.notes.shown_at = passed, self.base.now()
        await self.pipeline.look(self.pipeline.setup.vendors[self.incident.vendor])
        await self.pipeline.route_new()
        await self.pipeline.route_waiting()
        while await self.dispatcher.deliver_due():
            await self.dispatcher.settle()

    async def is_over(self) -> bool:
        """Tell whether all was shown, and everybody who heard of it heard of the last of it."""
        if self.shown < len(self.incident.moments()):
            return False
        waiting = await self.store.read(outbox.pending_count)
        _, told = await self.store.read(lambda conn: outbox.facts(conn, {self.thread}))
        shown = self.incident.as_of(self.clock.now())
        is_open = shown is not None and shown.is_open
        return waiting == 0 and (is_open or all(each.ended for each in told.values()))


def _acknowledged(conn: Connection, thread: str) -> Acknowledgement | None:
    return next(iter(escalations.acknowledgements(conn, thread)), None)
