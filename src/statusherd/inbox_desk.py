"""The desk for deliveries: each is judged by its [[intake]], and on the disk before it is answered.

Those that come while a transaction is written go together into the next one: so the disk's slowest part, the
sync, is paid once for all who wait, however many they are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from statusherd.clock import Clock
from statusherd.model.inbox import Arrival, InboxState, Receipt, Webhook
from statusherd.model.intake import Intake
from statusherd.publish.intake_desk import TurnedAway
from statusherd.respond.intake import arrival_of, kept_headers, media_types, signature_of
from statusherd.respond.senders import Proof, proof, shown_in_headers, signed_time
from statusherd.setup import Setup
from statusherd.store import inbox
from statusherd.store.engine import Store

MOST_TOGETHER: Final = 500
"""So many deliveries go into one transaction: others want to write too."""

_TURNED_AWAY: Final[Mapping[Proof, TurnedAway]] = {
    Proof.MISSING: TurnedAway.MISSING,
    Proof.WRONG: TurnedAway.WRONG,
    Proof.OLD: TurnedAway.OLD,
}


class InboxDesk:
    """Takes deliveries in. `setup` is asked anew each time; `arrived` is set when one is stored."""

    def __init__(
        self, store: Store, clock: Clock, setup: Callable[[], Setup], arrived: asyncio.Event
    ) -> None:
        self._store = store
        self._clock = clock
        self._setup = setup
        self._arrived = arrived
        self._waiting: list[tuple[Arrival, asyncio.Future[Receipt]]] = []
        self._writing: asyncio.Task[None] | None = None

    def turned_away(self, name: str, headers: Mapping[str, str]) -> TurnedAway | None:
        """Return why a delivery is not even read."""
        setup = self._setup()
        intake = setup.intake_named(name)
        if intake is None:
            return TurnedAway.NO_INTAKE
        shown = shown_in_headers(headers, setup.access[name], signature_of(intake.kind))
        if shown is not Proof.GIVEN:
            return _TURNED_AWAY[shown]
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type not in media_types(intake.kind) and "ce-specversion" not in headers:
            return TurnedAway.MEDIA_TYPE
        packed = headers.get("content-encoding", "identity").strip().lower()
        return None if packed in ("", "identity") else TurnedAway.PACKED

    async def take_in(self, name: str, headers: Mapping[str, str], body: bytes) -> Receipt | TurnedAway:
        """Judge a delivery and keep it."""
        setup, now = self._setup(), self._clock.now()
        intake = setup.intake_named(name)
        if intake is None:  # taken out of the configuration meanwhile
            return TurnedAway.NO_INTAKE
        webhook, native = Webhook(headers, body, now), signature_of(intake.kind)
        access = setup.access[name]
        shown = proof(webhook, access, native, now)
        if shown is not Proof.GIVEN:
            return _TURNED_AWAY[shown]
        stamp = signed_time(webhook, native) if access.secret else ""
        return await self._keep(_arrival(webhook, intake, stamp))

    async def waiting(self) -> Mapping[str, int]:
        """Return how many deliveries are new, and how many have failed."""
        found = await self._store.read(inbox.counts)
        return {state.value: found.get(state, 0) for state in (InboxState.NEW, InboxState.FAILED)}

    async def _keep(self, arrival: Arrival) -> Receipt:
        """Return once the delivery is on the disk, with those that came at about the same time."""
        kept: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._waiting.append((arrival, kept))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return await kept

    async def _write(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
                await self._write_together(batch)
        finally:
            self._writing = None

    async def _write_together(self, batch: Sequence[tuple[Arrival, asyncio.Future[Receipt]]]) -> None:
        arrivals = [arrival for arrival, _ in batch]
        try:
            receipts = await self._store.write(lambda conn: inbox.take_in(conn, arrivals))
        except Exception as error:  # noqa: BLE001 - it is told to each who waits
            for _, kept in batch:
                if not kept.done():
                    kept.set_exception(error)
            return
        for (_, kept), receipt in zip(batch, receipts, strict=True):
            if not kept.done():
                kept.set_result(receipt)
        self._arrived.set()


def _arrival(webhook: Webhook, intake: Intake, stamp: str) -> Arrival:
    """Return what is kept of a delivery: its headers without secrets."""
    kept = Webhook(kept_headers(webhook.headers, intake.kind), webhook.body, webhook.received_at)
    return arrival_of(kept, intake, stamp)
