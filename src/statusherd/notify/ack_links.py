"""The links by which the readers of a message take on what it tells: signed, and short-lived. Pure.

A link names its message and its end; thread and channel are the message's, so it stays short enough for a
text message. Nothing is stored of it: the signature says that it was ours.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from statusherd.model.delivery import Alert, Delivery
from statusherd.notify.threads import STEPS, Step, event_of

LIFE: Final = timedelta(hours=24)
"""So long after its message was sent a link does something."""
_SIGNATURE_BYTES: Final = 12
"""96 bits: nobody guesses them at a server that counts requests, and a text message has room for them."""
_TOKEN: Final = re.compile(r"([\w-]{1,64})\.([0-9a-f]{1,8})\.([a-z2-7]{20})", re.ASCII)
_MINUTE: Final = 60
_CALLS: Final = frozenset({"incident", "disturbance", "own_incident"})
_GOES_ON: Final = frozenset({Step.OPEN, Step.UPDATE, Step.SUMMARY})


@dataclass(frozen=True, slots=True)
class Claim:
    """What a link says: the key of its message, and the minute since 1970 in which it ends."""

    dedup_key: str
    minute: int
    signature: str

    def is_over(self, now: datetime) -> bool:
        """Tell whether its time is over; that it is ours is for `Links.holds` to say."""
        return now >= datetime.fromtimestamp(self.minute * _MINUTE, UTC)


def read_token(token: str) -> Claim | None:
    """Return what the last part of a link says, None where it cannot be one of ours."""
    match = _TOKEN.fullmatch(token)
    return Claim(match[1], int(match[2], 16), match[3]) if match else None


def calls_for_answer(alert: Alert) -> bool:
    """Tell whether somebody may take on what a message tells: trouble that nobody just took on."""
    goes_on = STEPS[alert.change.kind][1] in _GOES_ON and not alert.ends
    return goes_on and event_of(alert.change) in _CALLS and alert.circumstances.acknowledged is None


@dataclass(frozen=True, slots=True)
class Links:
    """Makes and checks links below `url`, the address under which people reach us."""

    url: str
    key: bytes = field(repr=False)

    def address(self, delivery: Delivery, now: datetime) -> str | None:
        """Return the link for a message that is sent now, None where there is nothing to take on."""
        if not calls_for_answer(delivery.alert):
            return None
        minute = int((now + LIFE).timestamp()) // _MINUTE + 1
        token = f"{delivery.dedup_key}.{minute:x}.{self._signature(delivery, minute)}"
        return f"{self.url}/ack/{token}" if _TOKEN.fullmatch(token) else None

    def holds(self, claim: Claim, delivery: Delivery) -> bool:
        """Tell whether we signed `claim` for this message."""
        return hmac.compare_digest(claim.signature, self._signature(delivery, claim.minute))

    def _signature(self, delivery: Delivery, minute: int) -> str:
        parts = ("ack", delivery.alert.thread.id, delivery.channel, delivery.dedup_key, str(minute))
        # The length before each part keeps two lists of parts from being the same text.
        text = "".join(f"{len(part)}:{part}" for part in parts)
        digest = hmac.digest(self.key, text.encode("utf-8", "replace"), sha256)
        # Small letters and digits alone: no mark of Markdown, and nothing lost where a reader lowers letters.
        return b32encode(digest[:_SIGNATURE_BYTES]).decode().rstrip("=").lower()
