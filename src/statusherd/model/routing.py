"""A route: which events go to which channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from statusherd.model.hours import Window
from statusherd.model.words import Severity

EVENTS: Final = frozenset({"incident", "disturbance", "maintenance", "source"})
"""The kinds of event a route can select. `source`: blind, sighted, moved, filter rot, cannot see out."""

DEFAULT_EVENTS: Final = EVENTS - {"maintenance"}
"""What a route selects that says nothing of events: maintenance is planned, nobody asked to be told."""

FLAP: Final = 24 * 3600.0
"""Seconds: the default of `Route.flap`."""


@dataclass(frozen=True, slots=True)
class Route:
    """One rule of the routing, in the order of the config; the first that selects an event ends the search.

    `vendors`, `components` and `regions` are case-insensitive globs, `tags` are words of the vendor;
    empty selects all, several are alternatives. `severity` selects this or worse, None any.
    `go_on`: later routes are asked too. `name` is what `alert explain` calls it ("route 1").
    """

    name: str
    vendors: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    severity: Severity | None = None
    events: frozenset[str] = DEFAULT_EVENTS
    tags: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    go_on: bool = False
    hold: float = 0.0
    """Seconds that the creation of something minor waits; 0 for none."""
    flap: float = FLAP
    """Seconds: with `hold`, what opens again so soon after an end that was told waits for longer."""
    hours: tuple[Window, ...] = ()
    """When the route tells; empty: always."""
    timezone: str | None = None
    """The zone of `hours`; None takes each channel's."""
