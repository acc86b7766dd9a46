"""The records of the domain: frozen, time-zone aware (UTC), free of I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from statusherd.model.words import Impact, MaintenancePhase, Phase, Status


@dataclass(frozen=True, slots=True)
class Update:
    """One post of a vendor: plain text, `at` in UTC, the phase it stands for."""

    at: datetime
    phase: Phase | MaintenancePhase
    text: str


@dataclass(frozen=True, slots=True)
class Component:
    """A leaf component of a page; header rows only give the `group` of their children."""

    id: str
    name: str
    group: str | None = None
    region: str | None = None
    status: Status = Status.UNKNOWN


@dataclass(frozen=True, slots=True)
class VendorIncident:
    """An incident as the vendor tells it. `id` is stable at the source; updates are oldest first."""

    id: str
    title: str
    impact: Impact = Impact.UNKNOWN
    phase: Phase = Phase.INVESTIGATING
    started_at: datetime | None = None
    updated_at: datetime | None = None
    resolved_at: datetime | None = None
    component_ids: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    url: str | None = None
    updates: tuple[Update, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.phase is not Phase.RESOLVED


@dataclass(frozen=True, slots=True)
class Maintenance:
    """A planned window. `ends_at` is None where the vendor does not say."""

    id: str
    title: str
    phase: MaintenancePhase
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    component_ids: tuple[str, ...] = ()
    url: str | None = None
    updates: tuple[Update, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the documents of a look can speak for. Silence outside of it changes nothing."""

    rollup: bool = False
    components: bool = False
    incidents: bool = False
    """The list of open incidents is complete: absence means over."""
    history: bool = False
    """Resolved incidents are listed too, as far back as the source goes."""
    maintenances: bool = False

    def __or__(self, other: Coverage) -> Coverage:
        return Coverage(
            rollup=self.rollup or other.rollup,
            components=self.components or other.components,
            incidents=self.incidents or other.incidents,
            history=self.history or other.history,
            maintenances=self.maintenances or other.maintenances,
        )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one look established: three layers kept apart because real pages contradict themselves."""

    source: str
    format: str
    observed_at: datetime
    page_status: Status | None
    """The vendor's own rollup, None where the source has none."""
    status: Status
    """The effective state: the worst that any layer says."""
    components: tuple[Component, ...] = ()
    incidents: tuple[VendorIncident, ...] = ()
    maintenances: tuple[Maintenance, ...] = ()
    coverage: Coverage = Coverage()
    warnings: tuple[str, ...] = ()
    page_name: str | None = None
    page_url: str | None = None
    rereads_at: datetime | None = None
    """From this instant on the same bytes would read differently (a window opens, an item ages out)."""

    @property
    def open_incidents(self) -> tuple[VendorIncident, ...]:
        return tuple(incident for incident in self.incidents if incident.is_open)


@dataclass(frozen=True, slots=True)
class KnownIncident:
    """What is remembered of an incident between looks: its facts, and a digest in place of its words."""

    id: str
    phase: Phase
    impact: Impact
    component_ids: tuple[str, ...]
    words: str
    """Digest of title and update texts, blind to order, white space and time stamps."""
    started_at: datetime | None
    resolved_at: datetime | None
    first_seen_at: datetime
    stale: bool = False
    record: VendorIncident | None = None
    """The whole incident while it is open, so that its end can be told after it left the page."""

    @property
    def is_open(self) -> bool:
        return self.phase is not Phase.RESOLVED


@dataclass(frozen=True, slots=True)
class KnownMaintenance:
    """What is remembered of a maintenance between looks."""

    id: str
    phase: MaintenancePhase
    starts_at: datetime | None
    ends_at: datetime | None
    words: str
    first_seen_at: datetime
    record: Maintenance | None = None
    """The whole maintenance until it is over."""


@dataclass(frozen=True, slots=True)
class Disturbance:
    """Trouble that no posted incident explains: since when, and how bad.

    `floor` None: it is the page's own word. Else it began with components that services depend on, and
    `floor` is what the page said then: only what is worse than that belongs to it.
    """

    since: datetime
    status: Status
    floor: Status | None = None

    @property
    def id(self) -> str:
        return f"disturbance-{self.since:%Y%m%dT%H%M%SZ}"


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of a vendor from the looks so far. `first_seen_at` None: never read."""

    vendor: str
    format: str | None = None
    first_seen_at: datetime | None = None
    page_status: Status | None = None
    status: Status = Status.UNKNOWN
    components: Mapping[str, Component] = field(default_factory=dict)
    incidents: Mapping[str, KnownIncident] = field(default_factory=dict)
    maintenances: Mapping[str, KnownMaintenance] = field(default_factory=dict)
    disturbance: Disturbance | None = None
    failed_looks: int = 0
    failing_since: datetime | None = None
    blind_since: datetime | None = None
    suspicious_looks: int = 0
    rotten_filters: tuple[str, ...] = ()
    """Filters that matched nothing on the last whole look."""
