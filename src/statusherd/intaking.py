"""Working the inbox off: deliveries are read in the order of their arrival, and their signals taken.

A delivery and what comes of it are one transaction: whatever dies between, it is read again or was taken,
never both. One that cannot be read is set aside with its error, and the others go on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Protocol

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from statusherd.clock import Clock
from statusherd.model.errors import IntakeError, StatusherdError, StoreError
from statusherd.model.inbox import InboxEntry, InboxState, Reading
from statusherd.model.intake import Intake
from statusherd.model.signals import Signal
from statusherd.respond.intake import kind_names, read
from statusherd.setup import Setup
from statusherd.store import inbox
from statusherd.store.engine import Store
from statusherd.store.errors import explain
from statusherd.waits import until

log = structlog.get_logger()

TOGETHER: Final = 50
"""So many deliveries are worked off in one transaction: those that arrive meanwhile wait for it."""
LONGEST: Final = 0.1
"""Seconds after which a transaction takes no more: whoever delivers waits for its end."""
GATHER: Final = 0.05
"""Seconds after an arrival in which others may join it: a transaction for each of a flood costs too much."""
PATROL: Final = 1.0
"""Seconds after which the inbox is looked into unasked: another process may have had some read again."""
TELL_PAUSE: Final = 1.0
"""Seconds between two times that others hear of signals."""
LOOK_PAUSE: Final = 10.0
"""Seconds between two looks at a vendor that its own deliveries ask for."""


class Take(Protocol):
    """What is done with the signals of a delivery, in the transaction that `conn` is in.

    What it returns is for others. It may be called again with the same where the transaction is tried anew.
    """

    def __call__(
        self, conn: Connection, intake: Intake, signals: Sequence[Signal], setup: Setup, now: datetime
    ) -> object: ...


@dataclass(slots=True)
class _Batch:
    """What became of some deliveries. `vendors` have spoken for themselves."""

    settled: int = 0
    taken: int = 0
    vendors: set[str] = field(default_factory=set)


class Intaking:
    """Works the inbox off. `arrived` is set by whoever stores a delivery.

    `on_taken` is called when signals were taken, `look` with a vendor that is to be looked at now.
    """

    def __init__(self, store: Store, clock: Clock, setup: Callable[[], Setup], take: Take) -> None:
        self._store = store
        self._clock = clock
        self._setup = setup
        self._take = take
        self._looked: dict[str, float] = {}
        self._untold, self._told_at = False, -TELL_PAUSE
        self.arrived = asyncio.Event()
        self.on_taken: Callable[[], None] = _nothing
        self.look: Callable[[str], None] = _nobody

    async def run(self) -> None:
        """Work off whatever arrives, until cancelled."""
        while True:
            self.arrived.clear()
            while await self._worked_off_some():
                pass
            await until(self._clock, self._clock.monotonic() + PATROL, self.arrived)
            await self._clock.sleep(GATHER)

    async def run_once(self) -> int:
        """Work off some of what has arrived, the first first; return how many, 0 where nothing waits."""
        setup, now = self._setup(), self._clock.now()
        if not await self._store.read(lambda conn: inbox.waiting(conn, 1)):
            self._tell()
            return 0
        batch = await self._store.write(lambda conn: self._work_off(conn, setup, now))
        self._untold |= batch.taken > 0
        self._tell()
        for vendor in sorted(batch.vendors):
            self._look_at(vendor)
        return batch.settled

    async def _worked_off_some(self) -> int:
        """Work off some, and in a flood let those who deliver have as much time as that took."""
        began = self._clock.monotonic()
        done = await self.run_once()
        if done and self.arrived.is_set():
            self.arrived.clear()
            await self._clock.sleep(self._clock.monotonic() - began)
        return done

    def _tell(self) -> None:
        """Tell that signals were taken, in a flood once in a while: it has every open incident looked at."""
        now = self._clock.monotonic()
        if self._untold and now - self._told_at >= TELL_PAUSE:
            self._untold, self._told_at = False, now
            self.on_taken()

    def _work_off(self, conn: Connection, setup: Setup, now: datetime) -> _Batch:
        batch, began = _Batch(), self._clock.monotonic()
        for entry in inbox.waiting(conn, TOGETHER):
            if self._clock.monotonic() - began > LONGEST:
                break
            settled = self._settled(conn, entry, setup, now)
            inbox.settle(conn, settled, now)
            batch.settled += 1
            batch.taken += settled.signals
            intake = setup.intake_named(entry.intake)
            if intake is not None and intake.vendor is not None and settled.state is not InboxState.FAILED:
                batch.vendors.add(intake.vendor)
        return batch

    def _settled(self, conn: Connection, entry: InboxEntry, setup: Setup, now: datetime) -> InboxEntry:
        """Read a delivery and have its signals taken; return it with what became of it."""
        try:
            intake = _intake(entry, setup)
            reading = read(entry.webhook, intake)
            if reading.signals:
                with conn.begin_nested():  # what fails in the middle leaves nothing of it behind
                    self._take(conn, intake, reading.signals, setup, now)
        except StoreError:
            raise
        except StatusherdError as error:
            log.warning("a delivery fails", intake=entry.intake, number=entry.number, error=str(error))
            return _failed(entry, str(error))
        except Exception as error:
            if isinstance(error, DBAPIError) and explain(error, "") is not None:
                raise  # the store's trouble, not this delivery's: all of it is tried again
            log.exception("a fault of ours in a delivery", intake=entry.intake, number=entry.number)
            return _failed(entry, f"a fault of ours, which is in the log: {type(error).__name__}")
        return _done(entry, reading)

    def _look_at(self, vendor: str) -> None:
        now = self._clock.monotonic()
        if now - self._looked.get(vendor, -LOOK_PAUSE) >= LOOK_PAUSE:
            self._looked[vendor] = now
            self.look(vendor)


def _intake(entry: InboxEntry, setup: Setup) -> Intake:
    intake = setup.intake_named(entry.intake)
    if intake is None or intake.kind not in kind_names():
        remedy = "Bring it back and have this read again: statusherd intake retry"
        raise IntakeError(f"there is no [[intake]] named {entry.intake!r} any more", remedy=remedy)
    return intake


def _done(entry: InboxEntry, reading: Reading) -> InboxEntry:
    state = InboxState.DONE if reading.signals else InboxState.UNKNOWN
    return replace(entry, state=state, note=reading.note, signals=len(reading.signals))


def _failed(entry: InboxEntry, error: str) -> InboxEntry:
    return replace(entry, state=InboxState.FAILED, note=error, signals=0)


def _nothing() -> None:
    pass


def _nobody(vendor: str) -> None:
    pass
