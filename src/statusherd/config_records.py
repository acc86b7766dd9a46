"""What a config says, as frozen records in the file's own words: its sections, and the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from statusherd.config_tokens import Token
from statusherd.config_web_values import Listen
from statusherd.model.escalation import Escalation
from statusherd.model.freezes import Freeze
from statusherd.model.incidents import Contact
from statusherd.model.intake import Access, Intake
from statusherd.model.oncall import Roster
from statusherd.model.probes import Early, Probe
from statusherd.model.quorum import Quorum
from statusherd.model.routing import Route
from statusherd.model.runbooks import Runbooks
from statusherd.model.services import Service, Team
from statusherd.model.vendors import WatchedVendor
from statusherd.notify.channels import Channel
from statusherd.respond.correlation.records import Settings
from statusherd.respond.lifecycle import IncidentRules
from statusherd.respond.severity import SeverityRules
from statusherd.watch.addresses import Reach, judge, literal

POLITE: Final = 10.0
"""Seconds: no public page is looked at more often."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A config file as it was read: its text, and the mode bits it had then."""

    path: Path
    text: str = field(repr=False)
    mode: int


@dataclass(frozen=True, slots=True)
class Daemon:
    """Where data is kept, the time zone of messages, how much is logged, and the days nobody works."""

    data_dir: Path
    timezone: str = "UTC"
    log_level: str = "info"
    holidays: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Database:
    """The store's address."""

    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Http:
    """How pages are fetched: seconds, bytes, and connections at once (in all, and to one host)."""

    interval: float = 60.0
    timeout: float = 20.0
    max_body: int = 5 * 1024 * 1024
    concurrency: int = 100
    per_host: int = 2
    contact: str | None = None
    proxy: str | None = field(default=None, repr=False)
    allow_private: bool = False


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The address that is asked every `interval` seconds while the daemon works; None for no heartbeat."""

    url: str | None = field(default=None, repr=False)
    interval: float = 60.0


@dataclass(frozen=True, slots=True)
class Web:
    """Where we listen, under which address people reach us, and the token of those who may act."""

    listen: Listen | None = None
    url: str | None = None
    admin_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Config:
    """What a config file says, checked. `warnings` are sentences on what is hardly meant."""

    path: Path
    daemon: Daemon
    database: Database
    http: Http = Http()
    vendors: tuple[WatchedVendor, ...] = ()
    channels: tuple[Channel, ...] = ()
    routes: tuple[Route, ...] = ()
    warnings: tuple[str, ...] = ()
    tokens: Mapping[str, Token] = field(default_factory=dict)
    """The tokens that sources ask for, by the vendor's name."""
    services: tuple[Service, ...] = ()
    teams: tuple[Team, ...] = ()
    severities: SeverityRules = field(default_factory=SeverityRules)
    roster: Roster = field(default_factory=Roster)
    heartbeat: Heartbeat = Heartbeat()
    escalations: tuple[Escalation, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    quorum: Quorum | None = None
    correlation: Settings = field(default_factory=Settings)
    incidents: IncidentRules = field(default_factory=IncidentRules)
    web: Web = Web()
    probes: tuple[Probe, ...] = ()
    early: Early = field(default_factory=Early)
    drill: tuple[str, ...] = ()
    """The channels of those who practise."""
    runbooks: Runbooks = field(default_factory=Runbooks)
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    """How the support of vendors is reached, by the vendor's name."""
    intakes: tuple[Intake, ...] = ()
    access: Mapping[str, Access] = field(default_factory=dict)
    """How the senders of each intake show that it is they."""

    def interval_of(self, vendor: WatchedVendor) -> float:
        """Return the seconds between two looks at `vendor`, never fewer than its address allows."""
        least = least_interval(vendor.address, allow_private=self.http.allow_private)
        return max(vendor.interval or self.http.interval, least)


def least_interval(address: str, *, allow_private: bool) -> float:
    """Return the fewest seconds between two looks at `address`: 10, and 1 for our own machines."""
    return 1.0 if allow_private and is_private(address) else POLITE


@lru_cache(20_000)
def is_private(address: str) -> bool:
    """Tell whether the host of an address is literally one of our own network; no name is resolved."""
    return reach_of(address) is Reach.PRIVATE


def reach_of(address: str) -> Reach:
    """Return from where the host of an address answers; names other than localhost count as public."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return Reach.PUBLIC
    if host == "localhost" or host.endswith(".localhost"):
        return Reach.PRIVATE
    number = literal(host)
    return Reach.PUBLIC if number is None else judge(number)
