"""The part of a config that is ours: services, the teams that own them, and what severity follows from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from statusherd import config_schema as schema
from statusherd.config_problems import KeyPath, Problems, did_you_mean, quoted
from statusherd.config_service_values import Need
from statusherd.model.selection import matches
from statusherd.model.services import Service, Team
from statusherd.model.vendors import WatchedVendor
from statusherd.model.words import Impact
from statusherd.respond.services import find_ring
from statusherd.respond.severity import MATRIX, SeverityRules

GLOB: Final = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class OurTables:
    """The tables of the file that are about us, with where each stands."""

    services: Sequence[tuple[KeyPath, schema.Service]]
    teams: Sequence[tuple[KeyPath, schema.Team]]
    severity: schema.SeverityRules


@dataclass(frozen=True, slots=True)
class OurSide:
    """What the tables say."""

    services: tuple[Service, ...] = ()
    teams: tuple[Team, ...] = ()
    severities: SeverityRules = field(default_factory=SeverityRules)


@dataclass(frozen=True, slots=True)
class OurSideReader:
    """Judges the tables against what else the file defines, and notes all that is wrong."""

    problems: Problems
    vendors: Sequence[WatchedVendor]
    channels: Sequence[str]

    def read(self, tables: OurTables, timezone: str) -> OurSide:
        """Return what the tables say; `timezone` is that of business hours which name none."""
        teams = self._teams(tables.teams)
        services = self._services(tables.services, [team.name for team in teams])
        return OurSide(services, teams, self._severities(tables.severity, timezone))

    # Teams

    def _teams(self, tables: Sequence[tuple[KeyPath, schema.Team]]) -> tuple[Team, ...]:
        found: dict[str, Team] = {}
        for path, given in tables:
            self._check_team_channels(path, given)
            if self._is_new(path, given.name, found):
                found[given.name or ""] = Team(given.name or "", given.channels)
        return tuple(found.values())

    def _check_team_channels(self, path: KeyPath, given: schema.Team) -> None:
        if not given.channels and not self.problems.at((*path, "channels")):
            self.problems.add(path, 'names no channels. Add channels = ["…"]')
        for number, name in enumerate(given.channels):
            if name not in self.channels:
                text = f"there is no channel {quoted(name)}. {did_you_mean(name, self.channels)}"
                self.problems.add((*path, "channels", number), text)

    def _is_new(self, path: KeyPath, name: str | None, found: Iterable[str]) -> bool:
        what = path[0]
        if name is None:
            if not self.problems.at((*path, "name")):
                self.problems.add(path, f"name is missing. Add it to the [[{what}]]")
            return False
        if name.casefold() in map(str.casefold, found):
            text = f"a {what} named {quoted(name)} stands above. Rename or remove one"
            self.problems.add((*path, "name"), text)
            return False
        return True

    # Services

    def _services(
        self, tables: Sequence[tuple[KeyPath, schema.Service]], teams: Sequence[str]
    ) -> tuple[Service, ...]:
        found: dict[str, Service] = {}
        places: dict[str, KeyPath] = {}
        for path, given in tables:
            if given.owner is not None and given.owner not in teams:
                text = f"there is no team {quoted(given.owner)}. {did_you_mean(given.owner, teams)}"
                self.problems.add((*path, "owner"), text)
            if not given.depends_on and not self.problems.at((*path, "depends_on")):
                self.problems.warn(path, "depends on nothing, so nothing touches it. Add depends_on")
            if self._is_new(path, given.name, found):
                found[given.name or ""], places[given.name or ""] = _service(given), path
        for path, given in tables:
            self._check_needs((*path, "depends_on"), given.depends_on, list(found))
        self._refuse_ring(tuple(found.values()), places)
        return tuple(found.values())

    def _check_needs(self, path: KeyPath, needs: Sequence[Need], services: Sequence[str]) -> None:
        vendors = [vendor.name for vendor in self.vendors]
        for number, need in enumerate(needs):
            place = (*path, number)
            if need.service and not any(matches(need.service, name) for name in services):
                text = f"there is no service {quoted(need.service)}. {did_you_mean(need.service, services)}"
                self.problems.add(place, text)
            if need.vendor and not any(matches(need.vendor.vendor, v.name, v.title) for v in self.vendors):
                # It may be added by command, so it is no mistake.
                name = need.vendor.vendor
                hint = "" if GLOB.search(name) else f". {did_you_mean(name, vendors)}"
                self.problems.warn(place, f"{quoted(name)} is no vendor of this file{hint}")

    def _refuse_ring(self, services: Sequence[Service], places: dict[str, KeyPath]) -> None:
        if ring := find_ring(services):
            first = min(ring, key=list(places).index)
            turned = (*ring[ring.index(first) : -1], *ring[: ring.index(first)], first)
            text = f"{quoted(' > '.join(turned))} is a circle. Remove one of these dependencies"
            self.problems.add((*places[first], "depends_on"), text)

    # Severity

    def _severities(self, given: schema.SeverityRules, timezone: str) -> SeverityRules:
        matrix = dict(MATRIX)
        for impact in MATRIX:
            matrix[impact] = getattr(given.matrix, impact.value) or matrix[Impact(impact)]
        if given.lower_outside is not None and not given.business_hours:
            text = "does nothing without business_hours. Add them, or remove this"
            self.problems.warn(("severity", "lower_outside"), text)
        lower = SeverityRules().lower_outside if given.lower_outside is None else given.lower_outside
        return SeverityRules(matrix, given.business_hours or (), given.timezone or timezone, lower)


def _service(given: schema.Service) -> Service:
    return Service(
        name=given.name or "",
        tier=given.tier or Service("").tier,
        owner=given.owner,
        depends_on=tuple(need.vendor for need in given.depends_on if need.vendor),
        needs=tuple(need.service for need in given.depends_on if need.service),
        fallback=given.fallback,
        runbook=given.runbook,
        tags=given.tags,
    )
