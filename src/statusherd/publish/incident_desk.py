"""What programs ask about incidents of ours, and want done: no more of the program is known here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from statusherd.model.dossiers import Dossier, Review
from statusherd.model.incidents import Entry, Incident, IncidentPhase, Member, Opening, Task
from statusherd.model.words import Severity


@dataclass(frozen=True, slots=True)
class ListAsked:
    """A list of incidents: `before` is a number, for those who read on; None is no matter which."""

    is_open: bool | None = None
    since: datetime | None = None
    service: str | None = None
    before: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class TakeOn:
    """Acknowledge."""

    note: str = ""


@dataclass(frozen=True, slots=True)
class WriteNote:
    """Write into the timeline."""

    text: str


@dataclass(frozen=True, slots=True)
class WriteReview:
    """Write the review."""

    text: str


@dataclass(frozen=True, slots=True)
class Advance:
    """Go on to a phase, the next where none is named; `force` is why, whatever is missing."""

    to: IncidentPhase | None = None
    force: str = ""


@dataclass(frozen=True, slots=True)
class Reopen:
    """Go back to a phase, the usual one where none is named."""

    reason: str
    to: IncidentPhase | None = None


@dataclass(frozen=True, slots=True)
class SetSeverity:
    """Say how severe it is."""

    severity: Severity
    reason: str


@dataclass(frozen=True, slots=True)
class ChangeServices:
    """Say which services it concerns."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AssignRole:
    """Give a role to a person, with an empty name to nobody."""

    role: str
    person: str = ""


@dataclass(frozen=True, slots=True)
class MergeInto:
    """Let it be a duplicate."""

    into: int


@dataclass(frozen=True, slots=True)
class SplitOff:
    """Make a part of it an incident of its own."""

    title: str
    alerts: tuple[int, ...] = ()
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JudgeCause:
    """Say of a cause, "vendor/id", whether it is one; None forgets about it."""

    cause: str
    is_cause: bool | None
    note: str = ""


PlainDeed = (
    TakeOn
    | WriteNote
    | WriteReview
    | Advance
    | Reopen
    | SetSeverity
    | ChangeServices
    | AssignRole
    | MergeInto
    | SplitOff
)
Deed = PlainDeed | JudgeCause


class IncidentDesk(Protocol):
    """Where the API is answered.

    Raises NoSuchIncidentError, IncidentRefusedError and NotUnderstoodError, and StoreError where the store
    cannot be used.
    """

    async def listed(self, asked: ListAsked) -> tuple[Incident, ...]:
        """Return incidents, the newest first."""

    async def dossier(self, number: int) -> Dossier:
        """Return all of an incident."""

    async def review(self, number: int) -> Review:
        """Return the review of an incident, or a draft."""

    async def timeline(self, number: int, after: int, limit: int) -> tuple[Entry, ...]:
        """Return the lines of a timeline behind that of a number."""

    async def withheld(self) -> tuple[Member, ...]:
        """Return the alerts that fire and opened nothing."""

    async def open(self, asked: Opening) -> tuple[Incident, bool]:
        """Open an incident; return it, and whether it is new."""

    async def do(self, number: int, deed: Deed, author: str) -> Incident:
        """Do something with an incident; return it as it is then, the other one where one came of it."""

    async def add_task(self, task: Task, author: str) -> Task:
        """Write down what is to be done; return it with its number."""

    async def finish_task(self, number: int, task: int, author: str) -> Task:
        """Note that a task is done."""
