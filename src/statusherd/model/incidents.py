"""Our own incidents: their phases, what is kept of them, and the timeline that is their audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from statusherd.model.suspects import Answer
from statusherd.model.words import Severity


class IncidentPhase(StrEnum):
    """Where an incident of ours stands. The order is the way through it."""

    DETECTED = "detected"
    TRIAGED = "triaged"
    INVESTIGATING = "investigating"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    CLOSED = "closed"

    @property
    def rank(self) -> int:
        """0 (detected) to 5 (closed)."""
        return tuple(IncidentPhase).index(self)

    @property
    def is_over(self) -> bool:
        """Whether nothing is broken any more."""
        return self in (IncidentPhase.RESOLVED, IncidentPhase.CLOSED)


class EntryKind(StrEnum):
    """What an entry of the timeline tells of."""

    OPENED = "opened"
    PHASE = "phase"
    SEVERITY = "severity"
    SERVICES = "services"
    ROLE = "role"
    NOTE = "note"
    TASK = "task"
    SIGNAL = "signal"  # a sender fired, repeated with other words, or resolved
    LINK = "link"  # a vendor's incident was linked, confirmed, rejected, unlinked
    VERDICT = "verdict"  # the answer to "us or them?" changed
    VENDOR = "vendor"  # a linked vendor's incident moved
    WARNING = "warning"  # an early warning of ours
    PROBE = "probe"  # what our checks of a vendor found
    RUNBOOK = "runbook"  # a step was proposed, approved, done, and its output
    MESSAGE = "message"  # people were told
    ACKNOWLEDGED = "acknowledged"
    MERGED = "merged"
    SPLIT = "split"
    REVIEW = "review"  # the review was begun, written; `data` says which under "state"


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident of ours. Times are UTC.

    `number` is given by the store, 0 before. `services` are names of ours as far as they are known.
    `began_at` is when the trouble began by the sender's or a person's word, None where nobody says.
    `opened_by` is who opened it: a person, or "intake NAME". `roles` are the names of people by role.
    `merged_into` is the incident that this one is a duplicate of. `severity_by` is who said the severity: a
    person, "intake NAME", empty while nobody has. `resolved_by` is who resolved it, empty while it is open.
    """

    number: int
    title: str
    severity: Severity
    severity_reason: str
    phase: IncidentPhase
    opened_at: datetime
    opened_by: str
    services: tuple[str, ...] = ()
    text: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    began_at: datetime | None = None
    triaged_at: datetime | None = None
    investigating_at: datetime | None = None
    mitigated_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    acknowledged_at: datetime | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    merged_into: int | None = None
    split_from: int | None = None
    url: str | None = None
    """Where the sender shows it."""
    severity_by: str = ""
    resolved_by: str = ""

    @property
    def name(self) -> str:
        """What people call it: INC-12."""
        return f"INC-{self.number}"

    @property
    def is_open(self) -> bool:
        return not self.phase.is_over and self.merged_into is None


@dataclass(frozen=True, slots=True)
class Opening:
    """What an incident is opened with. `asked_with` is a program's key: asked again, it gets the same one."""

    title: str
    author: str
    services: tuple[str, ...] = ()
    severity: Severity | None = None
    text: str = ""
    began_at: datetime | None = None
    url: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    asked_with: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an incident's timeline. Never changed and never removed.

    `author` is a person, "intake NAME", or empty for ourselves. `data` are facts for programs.
    """

    incident: int
    at: datetime
    kind: EntryKind
    author: str
    text: str
    data: Mapping[str, str] = field(default_factory=dict)
    number: int = 0
    """Its place in the log, given by the store."""


@dataclass(frozen=True, slots=True)
class Task:
    """Something that is to be done for an incident; `owner` empty while nobody has it."""

    incident: int
    text: str
    created_at: datetime
    owner: str = ""
    due_at: datetime | None = None
    done_at: datetime | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """A sender's alert: from when to when it fires, and the incident that it belongs to.

    `until` is None while it fires, `incident` 0 where it opened none: `withheld` says why, as a sentence.
    `severity` is what it means for us; `services` are names of ours. `seen_at` is what its newest signal
    stands at: whatever is older is no news.
    """

    intake: str
    key: str
    incident: int
    title: str
    since: datetime
    until: datetime | None = None
    severity: Severity = Severity.SEV3
    services: tuple[str, ...] = ()
    group: str | None = None
    seen_at: datetime | None = None
    withheld: str = ""
    number: int = 0
    """Given by the store. One key has one row for each incident that it was part of."""

    @property
    def fires(self) -> bool:
        return self.until is None


@dataclass(frozen=True, slots=True)
class Finding:
    """What one of our checks of a vendor's endpoint found, in words for a message."""

    vendor: str
    text: str
    ok: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Contact:
    """How a vendor's support is reached, and what it asks for."""

    vendor: str
    support: str = ""
    contract: str = ""


@dataclass(frozen=True, slots=True)
class RunbookHint:
    """A runbook that fits an incident: its name, and where it is read or how it is begun."""

    name: str
    where: str


@dataclass(frozen=True, slots=True)
class OurNews:
    """What a Change tells of an incident of ours: how it stands, and what helps those who are woken by it.

    `news` is what moved, as a sentence; empty at the opening.
    """

    incident: Incident
    answer: Answer | None = None
    news: str = ""
    findings: tuple[Finding, ...] = ()
    recent: tuple[str, ...] = ()
    """What changed lately at the vendors that the services need, one line each, newest first."""
    runbooks: tuple[RunbookHint, ...] = ()
    contacts: tuple[Contact, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    """What people call the vendors in it, by name."""
