"""A route: which events go to which channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from statusherd.model.hours import Window
from statusherd.model.pacing import PLAIN, Digest, Grouping, Updates
from statusherd.model.words import Severity

EVENTS: Final = frozenset(
    {"incident", "disturbance", "maintenance", "source", "own_incident", "early_warning"}
)
"""The kinds of event a route can select. `incident` is a vendor's, `own_incident` one of ours.

`source`: blind, sighted, moved, filter rot, cannot see out.
"""

DEFAULT_EVENTS: Final = EVENTS - {"maintenance"}
"""What a route selects that says nothing of events: maintenance is planned, nobody asked to be told."""

FLAP: Final = 24 * 3600.0
"""Seconds: the default of `Route.flap`."""


@dataclass(frozen=True, slots=True)
class Route:
    """One rule of the routing, in the order of the config; the first that selects an event ends the search.

    `vendors`, `components`, `regions`, `services` and `owners` are case-insensitive globs, `tags` are words
    of the vendor or of a touched service; empty selects all, several are alternatives. `services` and
    `owners` must hold of one service that is touched. `severity` selects this or worse, None any.
    Among `channels` the word "owner" stands for those of the owners of the services that are selected, and
    "oncall:NAME" for those of whoever is on call in that rotation.
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
    services: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    hold: float = 0.0
    """Seconds that the creation of something minor waits; 0 for none."""
    flap: float = FLAP
    """Seconds: something minor whose like came and went within an hour, so lately, waits for an hour."""
    hours: tuple[Window, ...] = ()
    """When the route tells; empty: always."""
    timezone: str | None = None
    """The zone of `hours`; None takes each channel's."""
    reminders: tuple[float, ...] = ()
    """Seconds before a maintenance begins at which it is told again."""
    updates: Updates = Updates.ALL
    grouping: Grouping = PLAIN
    digest: Digest | None = None
    """When all that it selects is told as one message; None: as it happens."""
    repeat: float = 0.0
    """Seconds after which it reminds of what is still open; 0 for never."""

    @property
    def is_plain(self) -> bool:
        """Whether it tells all that is news, at once, at any hour, and no more than once."""
        return not self.hours and self.updates is Updates.ALL and not (self.groups or self.repeat)

    @property
    def groups(self) -> bool:
        """Whether anything waits to be told with others."""
        return self.digest is not None or not self.grouping.is_plain


@dataclass(frozen=True, slots=True)
class Reach:
    """To whom the targets of routes lead at one moment.

    `leads` has the targets that stand for others, with the channels they lead to now. `off_duty` are channels
    of people whose turn is over: they hear no more than the end of what they were told.
    """

    leads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    off_duty: frozenset[str] = frozenset()

    def channels(self, targets: tuple[str, ...]) -> tuple[str, ...]:
        """Return the channels that targets lead to, in their order, each once."""
        if self.leads.keys().isdisjoint(targets):  # most routes, and this is asked of each for each Change
            return targets
        return tuple(dict.fromkeys(name for each in targets for name in self.leads.get(each, (each,))))
