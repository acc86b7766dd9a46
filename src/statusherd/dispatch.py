"""Deliver what is due: claim → render → send → record. One destination never waits for another.

Each channel with work has one task that sends its messages in order. A claim is a lease in the store: if
this process dies, the message is taken up again, marked as perhaps a repeat.
"""

from __future__ import annotations

import asyncio
import os
import random
import socket
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection

from statusherd.clock import Clock
from statusherd.model.delivery import Delivery, SendOutcome
from statusherd.model.errors import StoreError
from statusherd.model.incidents import Entry, EntryKind
from statusherd.notify.backoff import GIVE_UP_AFTER, next_attempt
from statusherd.notify.channels import Channel
from statusherd.notify.circuit import Circuits
from statusherd.notify.deliver import Sender
from statusherd.notify.headlines import headline
from statusherd.notify.render import Message, bare, render
from statusherd.notify.route import threads_of
from statusherd.notify.stand_in import learned, stand_in
from statusherd.setup import Setup
from statusherd.store import health, incidents, outbox, timeline
from statusherd.store.conversations import put_told
from statusherd.store.engine import Store

log = structlog.get_logger()

LEASE: Final = timedelta(minutes=30)
"""A claim that is not recorded for this long is free again: more than all claimed messages can take."""
CLAIMED_AT_ONCE: Final = 50


class Dispatcher:
    """Sends the outbox. `setup` is asked anew for each message, so a reload takes effect at once."""

    def __init__(
        self, store: Store, sender: Sender, clock: Clock, setup: Callable[[], Setup], owner: str
    ) -> None:
        self._store = store
        self._sender = sender
        self._clock = clock
        self._setup = setup
        self._owner = owner
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._stopping = False
        self._circuits = Circuits()
        self._moved_at = clock.monotonic()
        self._random = random.Random()  # noqa: S311 - jitter, not a secret
        self.link_of: Callable[[Delivery, datetime], str | None] = _no_link
        """Returns the address where a message can be acknowledged, None for no such link."""
        self.idle_again = asyncio.Event()
        """Set when a channel has finished what it had claimed, so that more can be claimed for it."""

    @property
    def is_busy(self) -> bool:
        """Whether a message is under way."""
        return bool(self._tasks)

    def quiet_for(self) -> float:
        """Return the seconds since anything moved while messages are under way; 0 where none are."""
        return self._clock.monotonic() - self._moved_at if self._tasks else 0.0

    async def take_over(self) -> int:
        """Free what a dead predecessor had claimed; return how many messages that were."""
        now = self._clock.now()
        self._circuits = Circuits(await self._store.read(health.failures_in_a_row))
        return await self._store.write(lambda conn: outbox.release_orphans(conn, self._owner, now))

    async def deliver_due(self) -> int:
        """Claim what is due for every idle channel and set it on its way; return how many that were."""
        if self._stopping:
            return 0
        now = self._clock.now()
        skip = frozenset((*self._tasks, *self._probes()))
        claimed = await self._store.write(
            lambda conn: outbox.claim_due(
                conn, now, self._owner, now + LEASE, CLAIMED_AT_ONCE, skip_channels=skip
            )
        )
        by_channel: dict[str, list[Delivery]] = {}
        for delivery in claimed:
            by_channel.setdefault(delivery.channel, []).append(delivery)
        for channel, deliveries in by_channel.items():
            self._moved_at = self._clock.monotonic()
            self._tasks[channel] = asyncio.create_task(self._work_off(channel, deliveries))
        return len(claimed)

    async def next_due(self) -> datetime | None:
        """Return when the next message of an idle channel is due; None where none waits."""
        probes = self._probes()
        skip = frozenset((*self._tasks, *probes))
        due = await self._store.read(lambda conn: outbox.next_due(conn, skip_channels=skip))
        idle = (at for name, at in probes.items() if name not in self._tasks)
        return min((at for at in (due, *idle) if at is not None), default=None)

    def _probes(self) -> dict[str, datetime]:
        return self._circuits.probes(self._clock.now(), self._setup().channels)

    async def settle(self) -> None:
        """Wait until every channel has worked off what it claimed."""
        while self._tasks:
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def stop(self, within: float) -> None:
        """Finish the messages under way, at most `within` seconds; give the others back unsent."""
        self._stopping = True
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=within)
        for task in self._tasks.values():
            task.cancel()

    async def _work_off(self, channel: str, deliveries: Sequence[Delivery]) -> None:
        try:
            for place, delivery in enumerate(deliveries):
                if self._stopping:
                    await self._give_back(deliveries[place:])
                    return
                if channel in self._probes():
                    await self._let_wait(deliveries[place:])
                    return
                await self._deliver(delivery)
                self._moved_at = self._clock.monotonic()
        except StoreError as error:
            # The lease runs out by itself; until then nobody sends the message twice.
            log.error("delivery not recorded", channel=channel, error=str(error))
        finally:
            self._tasks.pop(channel, None)
            self.idle_again.set()

    async def _give_back(self, deliveries: Sequence[Delivery]) -> None:
        numbers = [delivery.id for delivery in deliveries]
        await self._store.write(lambda conn: outbox.give_back(conn, numbers))

    async def _let_wait(self, deliveries: Sequence[Delivery]) -> None:
        """Put the messages of a failing channel back; those it has had for too long are given up."""
        now, young = self._clock.now(), []
        for delivery in deliveries:
            if now - (delivery.created_at or now) < GIVE_UP_AFTER:
                young.append(delivery)
                continue
            outcome = SendOutcome(sent=False, detail="not tried again: the channel fails for too long")
            await self._record(delivery, self._setup().channels.get(delivery.channel), outcome)
        await self._give_back(young)

    async def _deliver(self, delivery: Delivery) -> None:
        channel = self._setup().channels.get(delivery.channel)
        if channel is None:
            outcome = SendOutcome(sent=False, detail="the channel is no longer configured", permanent=True)
        else:
            outcome = await self._send(delivery, channel)
            self._circuits.note(channel, outcome, self._clock.now(), self._random)
        await self._record(delivery, channel, outcome)

    async def _send(self, delivery: Delivery, channel: Channel) -> SendOutcome:
        message = self._written(delivery, channel)
        try:
            return await self._sender.send(delivery, channel, message)
        except Exception as fault:
            log.exception("a fault of ours while sending", channel=channel.name)
            detail = f"the sender failed: {type(fault).__name__}"
            return SendOutcome(sent=False, detail=detail, maybe_sent=True)

    def _written(self, delivery: Delivery, channel: Channel) -> Message:
        now, repeat = self._clock.now(), delivery.maybe_sent
        alert = replace(delivery.alert, drill=True) if self._setup().drill else delivery.alert
        try:
            message = render(
                alert,
                channel=channel,
                now=now,
                dedup_key=delivery.dedup_key,
                repeat=repeat,
                ack_url=self.link_of(delivery, now),
            )
        except Exception:
            # A message that cannot be laid out is told bare: what matters is that it is told.
            log.exception("a fault of ours in a message", thread=delivery.alert.thread.id)
            return bare(alert, dedup_key=delivery.dedup_key, repeat=repeat)
        if message.fault:
            log.warning("own template failed, told as built in", channel=channel.name, fault=message.fault)
        return message

    async def _record(self, delivery: Delivery, channel: Channel | None, outcome: SendOutcome) -> None:
        now = self._clock.now()
        retry_at = None
        if not outcome.sent and not outcome.permanent:
            created = delivery.created_at or now
            retry_at = next_attempt(delivery.attempts + 1, created, now, outcome.retry_after, self._random)
        dead = not outcome.sent and retry_at is None
        fallback = channel.fallback if dead and channel is not None else None
        await self._store.write(lambda conn: _write(conn, delivery, outcome, now, retry_at, fallback))
        _report(delivery, outcome, retry_at)


def _no_link(_delivery: Delivery, _now: datetime) -> None:
    return None


def _write(
    conn: Connection,
    delivery: Delivery,
    outcome: SendOutcome,
    now: datetime,
    retry_at: datetime | None,
    fallback: str | None,
) -> None:
    """Write down what became of a message; a fallback is told it, and all that waits behind it."""
    behind = outbox.behind(conn, delivery) if fallback else ()
    spare = [stand_in(each, fallback, now) for each in (delivery, *behind)] if fallback else []
    if outbox.record_outcome(conn, delivery, outcome, now, retry_at=retry_at, instead=spare):
        _, known = outbox.facts(conn, {thread for new in spare for thread in threads_of(new.alert.change)})
        for new in spare:
            put_told(conn, learned(new, known, now))
        if outcome.sent or retry_at is None:
            _note(conn, delivery, outcome, now)


def _note(conn: Connection, delivery: Delivery, outcome: SendOutcome, now: datetime) -> None:
    """Let the timelines of our incidents tell who was told of them, and who could not be."""
    alert = delivery.alert
    for about in (alert, *alert.parts):
        ours = about.change.ours
        if ours is None or incidents.numbered(conn, ours.incident.number) is None:
            continue
        line = headline(about, ZoneInfo("UTC"))
        told = "told" if outcome.sent else "not told, given up"
        data = {"channel": delivery.channel, "key": delivery.dedup_key}
        entry = Entry(
            ours.incident.number, now, EntryKind.MESSAGE, "", f"{delivery.channel} {told}: {line}", data
        )
        timeline.append(conn, (entry,))


def _report(delivery: Delivery, outcome: SendOutcome, retry_at: datetime | None) -> None:
    facts = {
        "channel": delivery.channel,
        "thread": delivery.alert.thread.id,
        "attempt": delivery.attempts + 1,
        "detail": outcome.detail,
    }
    if outcome.sent:
        log.info("sent", **facts)
    elif retry_at is not None:
        log.warning("not sent, will retry", retry_at=f"{retry_at:%Y-%m-%dT%H:%M:%SZ}", **facts)
    else:
        log.error("not sent, given up", **facts)


def owner_name() -> str:
    """Return a name for this process that no other has, living or dead."""
    return f"{socket.gethostname()}/{os.getpid()}/{os.urandom(4).hex()}"
