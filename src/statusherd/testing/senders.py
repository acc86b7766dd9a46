"""A sender that sends nothing: it keeps what it was given and answers as it is told."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from statusherd.model.delivery import Delivery, SendOutcome


class NamedChannel(Protocol):
    """What the sender needs of a channel."""

    @property
    def name(self) -> str: ...


ChannelT = TypeVar("ChannelT", bound=NamedChannel)
MessageT = TypeVar("MessageT")

SENT = SendOutcome(sent=True, detail="recorded")
FAILED = SendOutcome(sent=False, detail="told to fail")
REFUSED = SendOutcome(sent=False, detail="told to refuse", permanent=True)
MAYBE_SENT = SendOutcome(sent=False, detail="told to lose the answer", maybe_sent=True)


@dataclass(frozen=True, slots=True)
class Sent(Generic[ChannelT, MessageT]):
    """One call of `send`, and what it was answered."""

    delivery: Delivery
    channel: ChannelT
    message: MessageT
    outcome: SendOutcome


class RecordingSender(Generic[ChannelT, MessageT]):
    """Takes deliveries as the real sender does. `attempts` are all calls, `sent` those that went out."""

    def __init__(self, outcome: SendOutcome = SENT) -> None:
        self.outcome = outcome
        self.outcomes: dict[str, SendOutcome] = {}
        """What a channel answers, by its name, in place of `outcome`."""
        self.next_outcomes: deque[SendOutcome] = deque()
        """Answers to the next calls, one each, whatever the channel."""
        self.attempts: list[Sent[ChannelT, MessageT]] = []

    @property
    def sent(self) -> list[Sent[ChannelT, MessageT]]:
        return [attempt for attempt in self.attempts if attempt.outcome.sent]

    def to(self, channel: str) -> list[MessageT]:
        """Return the messages that went out to `channel`, in order."""
        return [attempt.message for attempt in self.sent if attempt.channel.name == channel]

    async def send(self, delivery: Delivery, channel: ChannelT, message: MessageT) -> SendOutcome:
        outcome = self._next(channel.name)
        self.attempts.append(Sent(delivery, channel, message, outcome))
        return outcome

    def _next(self, channel: str) -> SendOutcome:
        if self.next_outcomes:
            return self.next_outcomes.popleft()
        return self.outcomes.get(channel, self.outcome)
