"""When a channel fails again and again: its messages wait, and one at a time goes as a probe. Pure."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from statusherd.model.delivery import SendOutcome
from statusherd.notify.backoff import next_attempt
from statusherd.notify.channels import Channel

OPENS_AFTER: Final = 5
"""So many failures in a row that trying again may mend, and the channel is left alone between probes."""


@dataclass(slots=True)
class _Circuit:
    """`channel` is None where the failures are another run's; then its first message is the probe."""

    channel: Channel | None
    failures: int
    probe_at: datetime | None = None


class Circuits:
    """The circuits of all channels; one that works has none here."""

    def __init__(self, failures: Mapping[str, int] | None = None) -> None:
        """Begin with how often each channel has failed in a row so far."""
        self._circuits = {name: _Circuit(None, count) for name, count in (failures or {}).items()}

    def note(self, channel: Channel, outcome: SendOutcome, now: datetime, rng: random.Random) -> None:
        """Count an outcome. A destination that answers, if only to refuse a message, is there."""
        if not outcome.tried:
            return
        if outcome.sent or outcome.permanent:
            self._circuits.pop(channel.name, None)
            return
        circuit = self._circuits.setdefault(channel.name, _Circuit(channel, 0))
        circuit.channel = channel
        circuit.failures += 1
        if circuit.failures >= OPENS_AFTER:
            circuit.probe_at = next_attempt(circuit.failures, now, now, outcome.retry_after, rng)

    def probes(self, now: datetime, channels: Mapping[str, Channel]) -> dict[str, datetime]:
        """Return the channels that are left alone, each with the time of its next probe.

        A channel that was changed in the configuration since is tried at once.
        """
        return {
            name: circuit.probe_at
            for name, circuit in self._circuits.items()
            if circuit.probe_at and circuit.probe_at > now and channels.get(name) == circuit.channel
        }
