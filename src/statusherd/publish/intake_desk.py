"""What the web asks about deliveries of senders, and what it is answered."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Protocol

from statusherd.model.inbox import Receipt


class TurnedAway(Enum):
    """Why a delivery is not taken: the status, the word in the metrics, and what the sender is told."""

    NO_INTAKE = (
        404,
        "no_intake",
        "there is no such intake: its name stands in the [[intake]] of the configuration",
    )
    MEDIA_TYPE = 415, "media_type", "this kind of intake is not sent so: see docs/intake.md"
    PACKED = 415, "media_type", "send the body as it is, without Content-Encoding"
    MISSING = (
        401,
        "unauthorized",
        "show who you are in a header, as docs/intake.md tells, never in the address",
    )
    WRONG = 401, "unauthorized", "the token or signature is not the one of this intake"
    OLD = 401, "replayed", "the signed time is more than 5 minutes away: sign anew, or set your clock"

    def __init__(self, status: int, outcome: str, message: str) -> None:
        self.status = status
        self.outcome = outcome
        self.message = message


class IntakeDesk(Protocol):
    """Where deliveries are judged and kept. The names of headers are in lower case."""

    def turned_away(self, name: str, headers: Mapping[str, str]) -> TurnedAway | None:
        """Return why a delivery is not even read: what the headers alone tell."""

    async def take_in(self, name: str, headers: Mapping[str, str], body: bytes) -> Receipt | TurnedAway:
        """Judge a delivery and keep it: when this returns it is on the disk.

        Raises StoreError where the store cannot be used.
        """

    async def waiting(self) -> Mapping[str, int]:
        """Return how many deliveries are in each state that somebody has to do something about."""
