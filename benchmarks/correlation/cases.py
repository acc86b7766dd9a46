"""The records of a labelled case, how they are written as JSON, and what can be wrong with one.

Times are aware and UTC; in JSON they are ISO-8601 with Z and whole seconds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any, Final

KINDS: Final = (
    "plain",
    "late_admission",
    "early_vendor",
    "coincident",
    "two_causes",
    "wrong_region",
    "wrong_component",
    "shared_upstream",
    "misleading_text",
    "blind_vendor",
    "resolved_before",
    "long_running_background",
    "maintenance",
    "no_dependency",
    "none",
)
IMPACTS: Final = ("none", "minor", "major", "critical", "unknown")
PHASES: Final = ("investigating", "identified", "monitoring", "resolved")
MAINTENANCE_PHASES: Final = ("scheduled", "in_progress", "completed", "cancelled")


@dataclass(frozen=True, slots=True)
class Service:
    """A service of ours and what it needs, in the words of the configuration's depends_on."""

    name: str
    tier: int
    owner: str
    depends_on: tuple[str, ...]
    fallback: bool = False


@dataclass(frozen=True, slots=True)
class Update:
    at: datetime
    phase: str
    text: str


@dataclass(frozen=True, slots=True)
class VendorIncident:
    """One incident or maintenance of a vendor. `started_at` is what the vendor claims."""

    vendor: str
    id: str
    title: str
    impact: str
    components: tuple[str, ...]
    regions: tuple[str, ...]
    started_at: datetime
    posted_at: datetime
    resolved_at: datetime | None
    updates: tuple[Update, ...]

    @property
    def cause(self) -> str:
        return f"{self.vendor}/{self.id}"


@dataclass(frozen=True, slots=True)
class Blind:
    """From when, and until when, a vendor's page could not be read; None while it lasts."""

    vendor: str
    since: datetime = field(metadata={"key": "from"})
    until: datetime | None = field(default=None, metadata={"key": "to"})


@dataclass(frozen=True, slots=True)
class Probe:
    vendor: str
    at: datetime
    ok: bool
    latency_ms: int


@dataclass(frozen=True, slots=True)
class OurIncident:
    service: str
    opened_at: datetime
    title: str
    text: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """A case with its truth: `causes` as "vendor/id", or None where it cannot be told."""

    id: str
    kind: str
    services: tuple[Service, ...]
    vendor_incidents: tuple[VendorIncident, ...]
    blind: tuple[Blind, ...]
    probes: tuple[Probe, ...]
    incident: OurIncident
    evaluate_at: datetime
    causes: tuple[str, ...] | None

    def as_line(self) -> str:
        record = _plain(self)
        del record["causes"]
        record["truth"] = {"unknown": True} if self.causes is None else {"causes": list(self.causes)}
        return json.dumps(record, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {f.metadata.get("key", f.name): _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return dict(value) if isinstance(value, Mapping) else value


def needs(services: tuple[Service, ...], name: str) -> tuple[str, ...]:
    """The vendors' parts that a service depends on, by way of our other services too."""
    known = {service.name: service for service in services}
    found: dict[str, None] = {}
    waiting, seen = [name], {name}
    while waiting:
        service = known.get(waiting.pop())
        for need in service.depends_on if service else ():
            inner = need.removeprefix("service:")
            if inner == need:
                found[need] = None
            elif inner not in seen:
                seen.add(inner)
                waiting.append(inner)
    return tuple(found)


def split_need(need: str) -> tuple[str, str, str]:
    """vendor, component and region of "vendor:component@region"; empty where not said."""
    rest, _, region = need.partition("@")
    vendor, _, component = rest.partition(":")
    return vendor.lower(), component.lower(), region.lower()


def touches(need: str, incident: VendorIncident) -> bool:
    """Whether an incident can concern what is needed: generous, for it keeps bystanders apart.

    Regions count only where the incident names some in its fields.
    """
    vendor, component, region = split_need(need)
    if vendor != incident.vendor:
        return False
    names = [name.lower() for name in incident.components]
    part = not component or not names or any(fnmatchcase(name, component) for name in names)
    places = [place.lower() for place in incident.regions]
    return part and (not region or not places or any(fnmatchcase(place, region) for place in places))


def mistakes(record: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with one line of a file of cases; nothing for a sound one."""
    try:
        yield from _mistakes(record)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        yield f"{type(error).__name__}: {error}"


def _mistakes(record: Mapping[str, Any]) -> Iterator[str]:
    if set(record) != {f.name for f in fields(Case)} - {"causes"} | {"truth"}:
        yield f"has the keys {sorted(record)}"
    if record["kind"] not in KINDS:
        yield f"kind {record['kind']}"
    opened, now = when(record["incident"]["opened_at"]), when(record["evaluate_at"])
    if opened > now:
        yield "is evaluated before it opened"
    for incident in record["vendor_incidents"]:
        for mistake in _of_vendor_incident(incident):
            yield f"{incident['vendor']}/{incident['id']}: {mistake}"
    yield from _of_surroundings(record)
    yield from _of_truth(record, now)


def when(text: str) -> datetime:
    if not text.endswith("Z"):
        raise ValueError(f"{text} is not UTC with Z")
    return datetime.fromisoformat(text)


def _of_vendor_incident(incident: Mapping[str, Any]) -> Iterator[str]:
    if set(incident) != {f.name for f in fields(VendorIncident)}:
        yield f"has the keys {sorted(incident)}"
    started, posted = when(incident["started_at"]), when(incident["posted_at"])
    phases = [update["phase"] for update in incident["updates"]]
    is_maintenance = any(phase in MAINTENANCE_PHASES for phase in phases)
    if posted < started and not is_maintenance:
        yield "was posted before it started"
    if incident["resolved_at"] and when(incident["resolved_at"]) < min(started, posted):
        yield "was over before it began"
    times = [when(update["at"]) for update in incident["updates"]]
    if not times or times != sorted(times) or times[0] < posted:
        yield "has updates that are missing, out of order or before it was posted"
    if incident["impact"] not in IMPACTS:
        yield f"impact {incident['impact']}"
    if not set(phases) <= set(MAINTENANCE_PHASES if is_maintenance else PHASES):
        yield f"phases {phases}"


def _of_surroundings(record: Mapping[str, Any]) -> Iterator[str]:
    names = [service["name"] for service in record["services"]]
    if len(set(names)) < len(names) or record["incident"]["service"] not in names:
        yield "services are twice there or lack the incident's"
    for service in record["services"]:
        if any(need.startswith("service:") and need[8:] not in names for need in service["depends_on"]):
            yield f"{service['name']} depends on a service that is not there"
    for blind in record["blind"]:
        if blind["to"] and when(blind["to"]) < when(blind["from"]):
            yield f"{blind['vendor']} sees again before it was blind"
    times = [when(probe["at"]) for probe in record["probes"]]
    if times != sorted(times):
        yield "probes are out of order"
    ids = [f"{incident['vendor']}/{incident['id']}" for incident in record["vendor_incidents"]]
    if len(set(ids)) < len(ids):
        yield "a vendor incident is there twice"


def _of_truth(record: Mapping[str, Any], now: datetime) -> Iterator[str]:
    truth = record["truth"]
    if truth == {"unknown": True}:
        return
    if set(truth) != {"causes"}:
        yield f"truth {truth}"
    known = {
        f"{incident['vendor']}/{incident['id']}"
        for incident in record["vendor_incidents"]
        if when(incident["posted_at"]) <= now
    }
    for cause in truth["causes"]:
        if cause not in known:
            yield f"cause {cause} was not known at that time"
    services = tuple(Service(**{**s, "depends_on": tuple(s["depends_on"])}) for s in record["services"])
    vendors = {split_need(need)[0] for need in needs(services, record["incident"]["service"])}
    strangers = {cause.partition("/")[0] for cause in truth["causes"]} - vendors
    if strangers and record["kind"] != "shared_upstream":
        yield f"{sorted(strangers)} is a cause that nothing depends on"
