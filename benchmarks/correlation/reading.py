"""Reads labelled cases, and shows of each only what was known when it is evaluated."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from statusherd.config_service_values import parse_needs
from statusherd.model.records import Component
from statusherd.model.services import Service
from statusherd.model.suspects import Blindness
from statusherd.model.words import Impact, MaintenancePhase
from statusherd.respond.correlation.records import (
    Check,
    Matter,
    Post,
    Profile,
    Trouble,
    TroubleKind,
    View,
    Way,
)
from statusherd.respond.services import ServiceMap
from statusherd.watch.catalog import Catalog

_PLANNED: Final = frozenset(MaintenancePhase) | {"verifying"}
_PLANNED_TITLE: Final = re.compile(
    r"(?i)\b(?:maintenance|(?:scheduled|planned) (?:maintenance|work|upgrade|migration|interruption|downtime)"
    r"|(?:planned|scheduled) (?:\w+ ){0,3}(?:maintenance|work|upgrade|migration|interruption|downtime))\b"
)


@dataclass(frozen=True, slots=True)
class Case:
    """A labelled case. `causes` are those that are right; `unknown`: that it cannot be told is right."""

    id: str
    kind: str
    matter: Matter
    view: View
    causes: frozenset[str] = field(default_factory=frozenset)
    unknown: bool = False

    @property
    def verdict(self) -> str:
        """The verdict that is right."""
        return "cannot_tell" if self.unknown else "vendor" if self.causes else "unexplained"


def read(path: Path) -> Iterator[Case]:
    """Yield the cases of a file of one JSON object a line."""
    with path.open(encoding="utf-8") as lines:
        yield from (case_of(json.loads(line)) for line in lines if line.strip())


def case_of(raw: Mapping[str, Any]) -> Case:
    """Return one case; what was not known at its time is left out."""
    now = _time(raw["evaluate_at"])
    services = tuple(map(_service, raw.get("services", ())))
    incident = raw["incident"]
    matter = Matter(
        services=(incident["service"],) if incident.get("service") else (),
        opened_at=_time(incident["opened_at"]),
        title=incident.get("title") or "",
        text=incident.get("text") or "",
        labels={str(key): str(value) for key, value in (incident.get("labels") or {}).items()},
    )
    troubles = tuple(filter(None, (_trouble(each, now) for each in raw.get("vendor_incidents", ()))))
    vendors = {trouble.vendor for trouble in troubles}
    vendors |= {need.vendor for service in services for need in service.depends_on}
    view = View(
        now=now,
        ways=_ways(ServiceMap(services), matter),
        troubles=troubles,
        profiles={vendor: profile_of(vendor) for vendor in sorted(vendors)},
        blind=tuple(_blind(each) for each in raw.get("blind", ())),
        checks=tuple(_check(each) for each in raw.get("probes", ()) if _time(each["at"]) <= now),
    )
    truth = raw.get("truth", {})
    causes = frozenset(truth.get("causes") or ())
    return Case(raw["id"], raw.get("kind", ""), matter, view, causes, bool(truth.get("unknown")))


def _ways(services: ServiceMap, matter: Matter) -> tuple[Way, ...]:
    return services.ways_of(matter.services)


def _service(raw: Mapping[str, Any]) -> Service:
    needs = parse_needs(list(raw.get("depends_on", ())))
    return Service(
        name=raw["name"],
        tier=raw.get("tier") or 3,
        owner=raw.get("owner"),
        depends_on=tuple(need.vendor for need in needs if need.vendor),
        needs=tuple(need.service for need in needs if need.service),
        fallback="yes" if raw.get("fallback") else None,
    )


def _trouble(raw: Mapping[str, Any], now: datetime) -> Trouble | None:
    posted = _time(raw.get("posted_at") or raw["started_at"])
    if posted > now:
        return None
    updates = [each for each in raw.get("updates") or () if _time(each["at"]) <= now]
    resolved = _time(raw["resolved_at"]) if raw.get("resolved_at") else None
    impact = str(raw.get("impact") or "unknown")
    return Trouble(
        vendor=raw["vendor"],
        id=str(raw["id"]),
        title=raw.get("title") or "",
        posted_at=posted,
        kind=_kind(raw, impact, updates),
        impact=Impact(impact) if impact in set(Impact) else Impact.UNKNOWN,
        components=tuple(Component(id=str(name), name=str(name)) for name in raw.get("components") or ()),
        regions=tuple(map(str, raw.get("regions") or ())),
        started_at=_time(raw["started_at"]) if raw.get("started_at") else None,
        resolved_at=resolved if resolved is not None and resolved <= now else None,
        posts=tuple(Post(_time(each["at"]), each.get("text") or "") for each in updates),
    )


def _kind(raw: Mapping[str, Any], impact: str, updates: list[Any]) -> TroubleKind:
    planned = impact == "maintenance" or any(each.get("phase") in _PLANNED for each in updates)
    if planned or _PLANNED_TITLE.search(raw.get("title") or ""):
        return TroubleKind.MAINTENANCE
    return TroubleKind.INCIDENT


def _blind(raw: Mapping[str, Any]) -> Blindness:
    return Blindness(raw["vendor"], _time(raw["from"]), _time(raw["to"]) if raw.get("to") else None)


def _check(raw: Mapping[str, Any]) -> Check:
    return Check(raw["vendor"], _time(raw["at"]), ok=bool(raw["ok"]), latency_ms=raw.get("latency_ms"))


@cache
def profile_of(vendor: str) -> Profile:
    """Return the names and domains of a vendor; one that the catalogue does not know has its name."""
    found = _catalogue().get(vendor.casefold())
    return found or Profile(vendor)


@cache
def _catalogue() -> dict[str, Profile]:
    found: dict[str, Profile] = {}
    for provider in Catalog().all:
        if not provider.is_part:
            profile = Profile(provider.name, provider.title, provider.aliases, provider.domains)
            found.update((name.casefold(), profile) for name in (*provider.aliases, provider.name))
    return found


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
