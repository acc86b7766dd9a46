"""What monitoring systems tell us: one alert of theirs, in one form whoever sends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from statusherd.model.words import Severity


class SignalState(StrEnum):
    """What a sender says of one of its alerts."""

    FIRING = "firing"
    RESOLVED = "resolved"
    UNKNOWN = "unknown"  # it cannot tell (insufficient data), or says nothing of the state: changes nothing


@dataclass(frozen=True, slots=True)
class Signal:
    """One alert of a monitoring system as it stands at `at` (UTC).

    `key` is the sender's own stable key of it (a fingerprint, a monitor's id), unique within one intake:
    repeats and the end carry the same. `group` is what the sender itself groups by, where it does.
    `service` is the name that the sender gives, which need not be one of ours. `started_at` and `ended_at`
    are the sender's; None where it does not say.
    """

    key: str
    state: SignalState
    title: str
    at: datetime
    text: str = ""
    severity: Severity | None = None
    service: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    started_at: datetime | None = None
    ended_at: datetime | None = None
    url: str | None = None
    group: str | None = None
