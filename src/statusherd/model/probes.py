"""Our own checks of vendors' endpoints, what they find, what our teams report, and early warnings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

INTERVAL: Final = 60.0
TIMEOUT: Final = 5.0
ATTEMPTS: Final = 15
FOLLOW_UP: Final = 2
"""So many times its attempts a round makes once more where one of them fails."""


class ProbeKind(StrEnum):
    """What a probe asks for. None of them sends anything that could change something."""

    HTTP = "http"  # GET an address, without a body and without credentials
    TCP = "tcp"  # open a connection and close it
    DNS = "dns"  # resolve a name
    TLS = "tls"  # shake hands and read the certificate


class Stage(StrEnum):
    """How far an attempt got. The order is the way through it."""

    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    HTTP = "http"


@dataclass(frozen=True, slots=True)
class Probe:
    """One endpoint of a vendor that we check. Times are in seconds.

    `target` is an address for http, a host for dns, "host:port" else. One round makes `attempts` attempts.
    `expect_status` are the HTTP statuses that are well; empty takes 200 to 399. `components` and `regions`
    are globs of what the endpoint is, where the operator says.
    """

    vendor: str
    name: str
    kind: ProbeKind
    target: str
    interval: float = INTERVAL
    timeout: float = TIMEOUT
    attempts: int = ATTEMPTS
    expect_status: tuple[int, ...] = ()
    components: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Its name among all probes."""
        return f"{self.vendor}\n{self.name}"

    @property
    def asks(self) -> str:
        """What it does, for a sentence: "GET https://api.stripe.com/healthcheck"."""
        return f"{_DOES[self.kind]} {self.target}"


_DOES: Final[Mapping[ProbeKind, str]] = {
    ProbeKind.HTTP: "GET",
    ProbeKind.TCP: "connect",
    ProbeKind.DNS: "resolve",
    ProbeKind.TLS: "TLS with",
}


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What one attempt found, or a round of `attempts` together, of which `failed` failed. `at` is UTC.

    `ok`: it got through; of a round, most of them did. `latency_ms` is the time of a good attempt, of a round
    the median of the good ones, None where there was none. `stage` is where it failed, else how far it went.
    `stages_ms` are the times of its stages. `counts` False: it says nothing of the vendor (we were asked to
    ask less often, or may not dial that address); of a round, no attempt does.
    """

    vendor: str
    probe: str
    at: datetime
    ok: bool
    latency_ms: float | None
    stage: Stage
    detail: str = ""
    attempts: int = 1
    failed: int = 0
    counts: bool = True
    stages_ms: Mapping[Stage, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProbeHour:
    """All rounds of one probe in the hour that begins at `at`.

    `latency` are the quantiles 5, 25, 50, 75 and 95 % of the rounds' latencies, as natural logarithms of
    milliseconds; empty where none got through. `follows` is how far each round resembles the one before, as
    a correlation from 0 to 1.
    """

    at: datetime
    rounds: int
    attempts: int
    failed: int
    latency: tuple[float, ...] = ()
    follows: float = 0.0


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A probe that finds what is not usual: since when, and the evidence as a sentence; `until` its end."""

    vendor: str
    probe: str
    since: datetime
    evidence: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class VendorReport:
    """Somebody of ours says that a vendor is in trouble. `number` is given by the store."""

    vendor: str
    at: datetime
    author: str
    note: str = ""
    service: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class EarlyWarning:
    """Trouble at a vendor that it has not posted, by our own evidence.

    `since` is when it began as far as we can tell, `opened_at` when we warned, `probes` the names of those
    that saw it. It ends by itself
    (`ended_at`), or the vendor posts something: `cause` is the id of that, `joined_at` when we saw it, and
    `lead` the seconds from our warning to the vendor's word, 0 where that was first.
    """

    vendor: str
    id: str
    since: datetime
    opened_at: datetime
    evidence: tuple[str, ...] = ()
    probes: tuple[str, ...] = ()
    ended_at: datetime | None = None
    joined_at: datetime | None = None
    cause: str | None = None
    lead: float | None = None

    @property
    def is_open(self) -> bool:
        return self.ended_at is None and self.joined_at is None


def warning_id(opened_at: datetime) -> str:
    """Return the id of a warning that is opened at a time."""
    return f"warning-{opened_at:%Y%m%dT%H%M%SZ}"


@dataclass(frozen=True, slots=True)
class Early:
    """What makes an early warning, by the operator's word. Times are in seconds.

    `false_alarms` are those that are borne for each vendor and month. So many `reports` of different people
    within `report_window` are one warning. A warning ends when all was well for `calm`. Results of probes
    are kept for `keep`.
    """

    false_alarms: float = 1.0
    reports: int = 3
    report_window: float = 900.0
    calm: float = 600.0
    keep: float = 14 * 86_400.0
