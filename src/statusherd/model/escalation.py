"""Escalations: whom to tell next while nobody acknowledges, how far that got, and who acknowledged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from statusherd.model.words import Severity

ESCALATION: Final = "escalation:"
"""A target of a route that begins with this names an escalation: "escalation:primary"."""


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """Whom a step tells, as a route would name them, and the seconds it waits for an acknowledgement."""

    channels: tuple[str, ...]
    wait: float


@dataclass(frozen=True, slots=True)
class Escalation:
    """Steps in their order. `repeat` is how often all of them come again after the last."""

    name: str
    steps: tuple[EscalationStep, ...]
    repeat: int = 0

    @property
    def target(self) -> str:
        """How a route names it."""
        return f"{ESCALATION}{self.name}"


@dataclass(frozen=True, slots=True)
class Climb:
    """How far an escalation got in one thread.

    `step` and `round` (both from 0) were told last. `due_at` is when the next step is taken unless somebody
    acknowledges; None where there is none left. `severity` is that for which it began, `change_number` the
    newest Change of the thread, which the next step tells.
    """

    thread: str
    escalation: str
    change_number: int
    step: int
    round: int
    severity: Severity
    began_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Somebody took on a thread. It holds until the thread ends or gets more severe (`until`)."""

    thread: str
    author: str
    at: datetime
    note: str
    severity: Severity
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unanswered:
    """What a message of a later step says: which step of how many, and since when nobody acknowledges."""

    escalation: str
    step: int
    of: int
    since: datetime
