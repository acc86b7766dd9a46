"""What the store knows that correlation may ask: read once, then seen from each incident."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from sqlalchemy import Connection

from statusherd.model.incidents import Incident
from statusherd.model.probes import EarlyWarning
from statusherd.model.records import Component, VendorIncident
from statusherd.model.selection import matches
from statusherd.model.suspects import Blindness
from statusherd.model.words import MaintenancePhase
from statusherd.respond.correlation.naming import words_in
from statusherd.respond.correlation.records import (
    Check,
    Judged,
    Matter,
    Post,
    Profile,
    Trouble,
    TroubleKind,
    View,
    Way,
)
from statusherd.setup import Setup
from statusherd.store import early, incident_links, probes, troubles

LOOK_BACK: Final = timedelta(hours=1)
"""What ended so long before an incident of ours began is not looked at."""
USUAL: Final = timedelta(hours=3)
"""So long before an incident our checks of a vendor say what is usual."""
_LONGEST_WARNING: Final = timedelta(days=2)
_TITLES: Final = 2000


@dataclass(frozen=True)
class Sight:
    """All that is known of vendors' trouble since a time, for any number of incidents."""

    setup: Setup
    now: datetime
    troubles: tuple[Trouble, ...] = ()
    blind: tuple[Blindness, ...] = ()
    checks: tuple[Check, ...] = ()
    titles: Sequence[str] = ()
    judged: Mapping[str, Mapping[str, tuple[int, int]]] = field(default_factory=dict)
    """How often people confirmed and rejected a cause before, by service and vendor."""

    def view(self, matter: Matter) -> View:
        """Return what an incident may be explained by."""
        return View(
            now=self.now,
            ways=self.ways(matter),
            troubles=self.troubles,
            profiles=self._profiles,
            blind=self.blind,
            checks=self.checks,
            judged=_of_services(self.judged, matter.services),
            commonness=self._commonness,
            documents=len(self.titles),
        )

    def shows_the_same_as(self, other: Sight) -> bool:
        """Tell whether nothing happened at vendors since another sight; rounds of checks aside."""
        return (
            self.setup is other.setup
            and self.troubles == other.troubles
            and self.blind == other.blind
            and self.judged == other.judged
        )

    def ways(self, matter: Matter) -> tuple[Way, ...]:
        """Return the ways from its services to vendors; from all of ours where nobody says which."""
        found = self.setup.services.ways_of(matter.services)
        if found or matter.services:
            return found
        every = self.setup.services.ways_of(service.name for service in self.setup.services.services)
        return tuple(Way(w.service, w.dependency, w.chain, w.cushioned, guessed=True) for w in every)

    @cached_property
    def by_cause(self) -> Mapping[str, Trouble]:
        """The troubles by "vendor/id"."""
        return {each.cause: each for each in self.troubles}

    @cached_property
    def titles_of_vendors(self) -> Mapping[str, str]:
        """How people write the names of vendors."""
        return {name: vendor.title for name, vendor in self.setup.vendors.items()}

    def vendors(self, ways: Iterable[Way]) -> tuple[str, ...]:
        """Return the names of the watched vendors that ways lead to, in their order."""
        patterns = dict.fromkeys(way.dependency.vendor for way in ways)
        return tuple(dict.fromkeys(name for each in patterns for name in self._selected(each)))

    def _selected(self, pattern: str) -> Sequence[str]:
        plain = self._by_name.get(pattern.casefold())
        if plain is not None:
            return plain
        vendors = self.setup.vendors
        return [name for name, vendor in vendors.items() if matches(pattern, name, vendor.title)]

    @cached_property
    def _by_name(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        for name, vendor in self.setup.vendors.items():
            for word in {name.casefold(), vendor.title.casefold()}:
                found.setdefault(word, []).append(name)
        return found

    @cached_property
    def _profiles(self) -> Mapping[str, Profile]:
        services = self.setup.services.services
        patterns = {need.vendor for service in services for need in service.depends_on}
        needed = {name for each in patterns for name in self._selected(each)}
        vendors = self.setup.vendors
        return {
            name: Profile(name, vendor.title, vendor.aliases, vendor.domains, vendor.upstream)
            for name in sorted(needed | {trouble.vendor for trouble in self.troubles})
            if (vendor := vendors.get(name)) is not None
        }

    @cached_property
    def _commonness(self) -> Mapping[str, int]:
        counts: dict[str, int] = {}
        for title in self.titles:
            for word in words_in(title):
                counts[word] = counts.get(word, 0) + 1
        return counts


def sight(conn: Connection, setup: Setup, since: datetime, now: datetime) -> Sight:
    """Read what is known of vendors' trouble that was there at `since` or later."""
    begin = since - LOOK_BACK
    incidents = troubles.incidents_since(conn, begin)
    planned = troubles.maintenances_since(conn, begin)
    disturbed = troubles.disturbances(conn)
    warned = early.warnings(conn, since=begin - _LONGEST_WARNING)
    vendors = frozenset(
        (*(i.vendor for i in incidents), *(m.vendor for m in planned), *(d.vendor for d in disturbed))
    )
    components = troubles.components(conn, vendors)
    found = (
        *(_of_incident(each, components) for each in incidents),
        *(_of_maintenance(each, components) for each in planned),
        *(_of_disturbance(each, components) for each in disturbed),
        *(_of_warning(each) for each in warned if _counts(each, begin)),
    )
    return Sight(
        setup=setup,
        now=now,
        troubles=found,
        blind=troubles.blind(conn),
        checks=_checks(conn, setup, since),
        titles=troubles.titles(conn, _TITLES),
        judged=incident_links.judged(conn),
    )


def matter_of(incident: Incident) -> Matter:
    """Return what is to be explained of an incident."""
    return Matter(
        services=incident.services,
        opened_at=incident.opened_at,
        title=incident.title,
        text=incident.text,
        labels=incident.labels,
        began_at=incident.began_at,
        over_at=incident.resolved_at,
    )


Components = Mapping[tuple[str, str], Component]


def _of_incident(seen: troubles.SeenIncident, components: Components) -> Trouble:
    incident = seen.incident
    return Trouble(
        vendor=seen.vendor,
        id=incident.id,
        title=incident.title,
        posted_at=_posted_at(incident, seen.first_seen_at),
        impact=incident.impact,
        components=_named(seen.vendor, incident.component_ids, components),
        regions=incident.regions,
        started_at=incident.started_at,
        resolved_at=None if incident.is_open else incident.resolved_at or seen.first_seen_at,
        posts=tuple(Post(update.at, update.text) for update in incident.updates),
    )


def _posted_at(incident: VendorIncident, first_seen: datetime) -> datetime:
    """Return when a vendor posted an incident: by its first post, for we may have looked late."""
    return min((update.at for update in incident.updates), default=first_seen)


def _of_maintenance(seen: troubles.SeenMaintenance, components: Components) -> Trouble:
    window = seen.maintenance
    is_over = window.phase is MaintenancePhase.COMPLETED
    return Trouble(
        vendor=seen.vendor,
        id=window.id,
        title=window.title,
        posted_at=min(seen.first_seen_at, window.starts_at or seen.first_seen_at),
        kind=TroubleKind.MAINTENANCE,
        components=_named(seen.vendor, window.component_ids, components),
        started_at=window.starts_at,
        resolved_at=window.ends_at if is_over else None,
        posts=tuple(Post(update.at, update.text) for update in window.updates),
    )


def _of_disturbance(seen: troubles.SeenDisturbance, components: Components) -> Trouble:
    red = tuple(c for (vendor, _), c in components.items() if vendor == seen.vendor and c.status.is_trouble)
    return Trouble(
        vendor=seen.vendor,
        id=seen.disturbance.id,
        title=f"{seen.disturbance.status} without a posted incident".replace("_", " "),
        posted_at=seen.disturbance.since,
        kind=TroubleKind.DISTURBANCE,
        components=red,
        started_at=seen.disturbance.since,
    )


def _of_warning(warning: EarlyWarning) -> Trouble:
    return Trouble(
        vendor=warning.vendor,
        id=warning.id,
        title="early warning of ours",
        posted_at=warning.opened_at,
        kind=TroubleKind.WARNING,
        started_at=warning.since,
        resolved_at=warning.ended_at,
        posts=tuple(Post(warning.opened_at, text) for text in warning.evidence),
    )


def _counts(warning: EarlyWarning, begin: datetime) -> bool:
    """Tell whether a warning was there since a time, and the vendor has not posted what it is about."""
    return warning.joined_at is None and (warning.ended_at is None or warning.ended_at >= begin)


def _checks(conn: Connection, setup: Setup, since: datetime) -> tuple[Check, ...]:
    vendors = sorted({probe.vendor for probe in setup.probes})
    if not vendors:
        return ()
    rounds = (each for each in probes.recent(conn, vendors, since - USUAL) if each.counts)
    return tuple(Check(each.vendor, each.at, each.ok, each.latency_ms) for each in rounds)


def _named(vendor: str, ids: Iterable[str], components: Components) -> tuple[Component, ...]:
    return tuple(components.get((vendor, id_)) or Component(id_, id_) for id_ in ids)


def _of_services(
    judged: Mapping[str, Mapping[str, tuple[int, int]]], services: Iterable[str]
) -> Mapping[str, Judged]:
    found: dict[str, Judged] = {}
    for service in services:
        for vendor, (confirmed, rejected) in judged.get(service.casefold(), {}).items():
            before = found.get(vendor, Judged())
            found[vendor] = Judged(before.confirmed + confirmed, before.rejected + rejected)
    return found
