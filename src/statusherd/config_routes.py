"""The routes of a config, judged against the vendors, services, teams and channels that it defines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from statusherd import config_schema as schema
from statusherd.config_problems import KeyPath, Problems, did_you_mean, quoted
from statusherd.config_services import GLOB, OurSide
from statusherd.config_waits import check_waits, grouping
from statusherd.model.pacing import Updates
from statusherd.model.routing import DEFAULT_EVENTS, FLAP, Route
from statusherd.model.selection import matches
from statusherd.model.services import OWNER
from statusherd.model.vendors import WatchedVendor
from statusherd.model.words import Severity


@dataclass(frozen=True, slots=True)
class RouteReader:
    """Makes routes of their tables, and notes all that is wrong with them."""

    problems: Problems
    vendors: Sequence[WatchedVendor]
    channels: Sequence[str]
    ours: OurSide

    def read(self, tables: Iterable[tuple[KeyPath, schema.Route]]) -> tuple[Route, ...]:
        """Return the routes in the order of the file."""
        routes: list[Route] = []
        for number, (path, given) in enumerate(tables, 1):
            route = _route(number, given)
            self._check_channels(path, route)
            self._check_selection(path, route)
            check_waits(path, given, self.problems)
            if covering := next((r for r in routes if _covers(r, route)), None):
                text = f"is never reached: {covering.name} takes all of it. Give that continue = true"
                self.problems.warn(path, f"{text}, or put it after this one")
            routes.append(route)
        self._warn_of_idle_channels(routes)
        return tuple(routes)

    def _check_channels(self, path: KeyPath, route: Route) -> None:
        if not route.channels and not self.problems.at((*path, "channels")):
            self.problems.add(path, 'names no channels. Add channels = ["…"]')
        for number, name in enumerate(route.channels):
            place = (*path, "channels", number)
            if name == OWNER and not any(service.owner for service in self.ours.services):
                text = f"{quoted(OWNER)} reaches nobody: no service of this file has an owner"
                self.problems.warn(place, text)
            elif name not in (OWNER, *self.channels):
                text = f"there is no channel {quoted(name)}. {did_you_mean(name, self.channels)}"
                self.problems.add(place, text)

    def _check_selection(self, path: KeyPath, route: Route) -> None:
        ours = self.ours
        self._check_patterns(path, "vendor", route.vendors, [vendor.name for vendor in self.vendors])
        self._check_patterns(path, "service", route.services, [service.name for service in ours.services])
        self._check_patterns(path, "owner", route.owners, [team.name for team in ours.teams])
        tags = {tag.casefold() for vendor in self.vendors for tag in vendor.tags}
        tags |= {tag.casefold() for service in ours.services for tag in service.tags}
        for tag in route.tags:
            if tag.casefold() not in tags:
                text = f"no vendor or service has the tag {quoted(tag)}"
                self.problems.warn((*path, "match", "tags"), text)

    def _check_patterns(self, path: KeyPath, key: str, patterns: Iterable[str], names: Sequence[str]) -> None:
        what = "team" if key == "owner" else key
        for pattern in patterns:
            if not any(matches(pattern, name) for name in names):
                hint = "" if GLOB.search(pattern) else f". {did_you_mean(pattern, names)}"
                text = f"{quoted(pattern)} selects no {what} of this file{hint}"
                self.problems.warn((*path, "match", key), text)

    def _warn_of_idle_channels(self, routes: Sequence[Route]) -> None:
        if self.channels and not routes:
            text = 'no [[route]] leads to a channel, so nothing is sent. Add one with channels = ["…"]'
            self.problems.warn(("channel", 0), text)


def _route(number: int, given: schema.Route) -> Route:
    match = given.match
    return Route(
        name=f"route {number}",
        vendors=match.vendor,
        components=match.component,
        regions=match.region,
        severity=Severity(match.severity) if match.severity else None,
        events=match.event or DEFAULT_EVENTS,
        tags=match.tags,
        channels=given.channels,
        go_on=given.continue_,
        services=match.service,
        owners=match.owner,
        hold=given.hold or 0.0,
        flap=FLAP if given.flap is None else given.flap,
        hours=given.hours,
        timezone=given.timezone,
        reminders=given.reminders,
        updates=Updates(given.updates or Updates.ALL),
        grouping=grouping(given),
        digest=given.digest,
        repeat=given.repeat or 0.0,
    )


def _covers(first: Route, later: Route) -> bool:
    """Tell whether `first` takes all that `later` could select, and lets none of it go on."""
    filters = (first.vendors, first.components, first.regions, first.tags, first.services, first.owners)
    # A route that tells owners alone lets pass what has none.
    is_open = not any(filters) and not first.severity and set(first.channels) != {OWNER}
    return is_open and not first.go_on and later.events <= first.events
