"""Who may be the cause: suspects with their reasons, and the answer to "us or them?"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from statusherd.model.words import Worded


class Verdict(Worded):
    """The answer to "us or them?"."""

    VENDOR = "vendor", "a vendor explains it"
    UNEXPLAINED = "unexplained", "no vendor explains it so far"
    CANNOT_TELL = "cannot_tell", "it cannot be told at this moment"


class LinkState(StrEnum):
    """How one of our incidents and a vendor's hang together."""

    SUSPECTED = "suspected"  # below the automatic threshold: shown, told to nobody
    LINKED = "linked"  # by ourselves, at or over the threshold
    CONFIRMED = "confirmed"  # by a person
    REJECTED = "rejected"  # by a person: never linked again by ourselves
    RELEASED = "released"  # was linked by ourselves, and no longer reaches the threshold

    @property
    def holds(self) -> bool:
        """Whether the vendor's incident counts as a cause."""
        return self in (LinkState.LINKED, LinkState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for or against a suspect.

    `signal` names the kind of reason; `weight` is what it adds to the log-odds of being the cause, below 0
    where it speaks against; `evidence` is a sentence with what was seen.
    """

    signal: str
    weight: float
    evidence: str


def percent(chance: float) -> str:
    """Return a chance from 0 to 1 as "93 %": 1 is the word of a person, and else nothing is certain."""
    return "confirmed" if chance >= 1 else f"{min(99, max(1, round(100 * chance)))} %"


@dataclass(frozen=True, slots=True)
class Suspect:
    """A vendor's trouble that may be the cause. `score` is the chance of that, from 0 to 1.

    `id` is that of the vendor's incident, or of a disturbance or an early warning of ours where the vendor
    has posted nothing.
    """

    vendor: str
    id: str
    title: str
    score: float
    reasons: tuple[Evidence, ...] = ()

    @property
    def cause(self) -> str:
        return f"{self.vendor}/{self.id}"


@dataclass(frozen=True, slots=True)
class Blindness:
    """A vendor whose page could not be read: from when, and until when; None while it lasts."""

    vendor: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What explains an incident of ours. `links` reach the automatic threshold, `suspects` do not.

    `sentence` says the verdict in one line; `blind` are the vendors that the service needs and that could not
    be read at the time.
    """

    verdict: Verdict
    sentence: str
    links: tuple[Suspect, ...] = ()
    suspects: tuple[Suspect, ...] = ()
    blind: tuple[Blindness, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """What is remembered of one suspect of one of our incidents. `by` is a person, or empty for ourselves.

    `linked_at` is when it first counted as a cause, None where it never did.
    """

    incident: int
    suspect: Suspect
    state: LinkState
    at: datetime
    by: str = ""
    linked_at: datetime | None = None
