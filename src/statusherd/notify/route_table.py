"""The routes as one table: what each kind of Change need not be asked about is worked out once.

Most routes are about other vendors, other events or worse ones, and a Change need not ask them one by one.
Those that refuse it whatever else it says are put together, with the answers they have for their channels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final, NamedTuple, TypeAlias

from statusherd.model.delivery import Reason
from statusherd.model.escalation import ESCALATION
from statusherd.model.oncall import ONCALL
from statusherd.model.routing import Route
from statusherd.model.selection import matches
from statusherd.model.services import OWNER
from statusherd.model.words import Severity

MAX_PLANS: Final = 50_000


class Kind(NamedTuple):
    """What many Changes have in common. `tags` are those of the vendor and of the services it touches."""

    event: str
    vendors: tuple[str, ...]
    """Its vendor by name and by title; of an incident of ours those that explain it."""
    severity: Severity
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer: for which channel (None: for nobody in particular), told or not, why, by which route.

    `by` are all routes that select it for the channel; `until` is the end of its wait, `silence` what
    withholds it, `behind` the thread that tells it instead, `group` the one in which it is told with others.
    """

    channel: str | None
    reason: Reason
    told: bool = False
    route: str | None = None
    by: tuple[Route, ...] = ()
    until: datetime | None = None
    silence: int | None = None
    behind: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A route that has to be asked; `why` it refuses all the same, where only its channels are open."""

    route: Route
    why: Reason | None


Step: TypeAlias = Asked | tuple[Verdict, ...]


class RouteTable:
    """Routes in their order, with what is worked out of them. It holds for as long as the configuration."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self.routes = tuple(routes)
        self.guides = any(not route.is_plain or _escalates(route) for route in self.routes)
        """Whether what goes on must know the routes that select it."""
        self.filters_parts = any(route.components or route.regions for route in self.routes)
        self.groups = any(route.groups for route in self.routes)
        self.repeats = any(route.repeat for route in self.routes)
        self._plans: dict[Kind, tuple[Step, ...]] = {}

    def plan(self, kind: Kind) -> tuple[Step, ...]:
        """Return what to do, in order, for a Change of this kind."""
        found = self._plans.get(kind)
        if found is None:
            if len(self._plans) >= MAX_PLANS:
                self._plans.clear()
            found = self._plans[kind] = tuple(_steps(self.routes, kind))
        return found


def _escalates(route: Route) -> bool:
    return any(name.startswith(ESCALATION) for name in route.channels)


def _steps(routes: Sequence[Route], kind: Kind) -> Iterator[Step]:
    asked = [Asked(route, refused(route, kind)) for route in routes]
    answered: set[str] = set()
    for is_settled, group in groupby(asked, _is_settled):
        if is_settled:
            yield tuple(_refusals(group, answered))
        else:
            yield from group


def _is_settled(asked: Asked) -> bool:
    """Tell whether a route's answer and its channels are the same for each such Change."""
    channels = asked.route.channels
    return (
        asked.why is not None
        and bool(channels)
        and not any(name == OWNER or name.startswith((ONCALL, ESCALATION)) for name in channels)
    )


def _refusals(group: Iterator[Asked], answered: set[str]) -> Iterator[Verdict]:
    """Yield the first answer for each channel; later ones for the same would not be heard."""
    for asked in group:
        for channel in asked.route.channels:
            if channel not in answered and asked.why is not None:
                answered.add(channel)
                yield Verdict(channel, asked.why, route=asked.route.name)


def refused(route: Route, kind: Kind) -> Reason | None:
    """Return why a route refuses Changes of a kind whatever else they are about; None where it may not."""
    if kind.event not in route.events:
        return Reason.EVENT_NOT_SELECTED
    if route.vendors and not any(matches(pattern, *kind.vendors) for pattern in route.vendors):
        return Reason.VENDOR_NOT_SELECTED
    if route.tags and set(route.tags).isdisjoint(kind.tags):
        return Reason.VENDOR_NOT_SELECTED
    # "SEV1" < "SEV2" as words: the smaller number is the worse.
    if route.severity is not None and kind.severity > route.severity:
        return Reason.BELOW_SEVERITY
    return None
