"""A double for what is done with the signals of senders: it remembers them, and fails when it is told to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from statusherd.intaking import Take
from statusherd.model.intake import Intake
from statusherd.model.signals import Signal, SignalState
from statusherd.setup import Setup


@dataclass(frozen=True, slots=True)
class TakenSignals:
    """The signals of one delivery."""

    intake: str
    signals: tuple[Signal, ...]
    at: datetime


class RecordingTake:
    """A `Take`. `failures` are raised one by one, before anything is taken; `then` takes after it."""

    def __init__(self, then: Take | None = None) -> None:
        self._then = then
        self.taken: list[TakenSignals] = []
        self.failures: list[Exception] = []

    def __call__(
        self,
        conn: Connection,
        intake: Intake,
        signals: Sequence[Signal],
        setup: Setup,
        now: datetime,
    ) -> None:
        if self.failures:
            raise self.failures.pop(0)
        if self._then is not None:
            self._then(conn, intake, signals, setup, now)
        self.taken.append(TakenSignals(intake.name, tuple(signals), now))

    @property
    def firing(self) -> set[str]:
        """The keys of the alerts that fire, by all that was taken."""
        found: set[str] = set()
        for signal in (signal for each in self.taken for signal in each.signals):
            if signal.state is SignalState.FIRING:
                found.add(signal.key)
            elif signal.state is SignalState.RESOLVED:
                found.discard(signal.key)
        return found
