"""What senders have delivered: each delivery as it came, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from statusherd.model.signals import Signal


class InboxState(StrEnum):
    """What became of a delivery."""

    NEW = "new"  # stored, and not looked at yet
    DONE = "done"  # its signals were taken
    UNKNOWN = "unknown"  # it was understood and holds no alert: a test, an event that we do not know
    FAILED = "failed"  # it could not be read, or its signals could not be taken


@dataclass(frozen=True, slots=True)
class Webhook:
    """One request of a sender. The names of `headers` are in lower case; `received_at` is UTC."""

    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Identity:
    """By what a delivery is known again.

    `key` is the sender's own number of it: the same never counts twice. None where it numbers nothing.
    `matter` is what it is about (a group, a monitor): of two deliveries in a row on one matter, an equal
    one repeats the other.
    """

    key: str | None = None
    matter: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivery on its way into the store. `digest` is that of all that is read of it."""

    intake: str
    webhook: Webhook
    identity: Identity
    digest: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a delivery is kept; `is_new` False where it was there already."""

    number: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """What a delivery says: its alerts, and a sentence for the operator where there is something to say."""

    signals: tuple[Signal, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """A delivery as it is kept. `note` is the error of what failed, else what the reading remarked."""

    number: int
    intake: str
    webhook: Webhook = field(repr=False)
    state: InboxState
    note: str = ""
    signals: int = 0
    processed_at: datetime | None = None
