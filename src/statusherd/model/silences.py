"""A silence: somebody asked for quiet on something, until a time, for a reason. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from statusherd.model.changes import Change
from statusherd.model.records import Component, VendorIncident
from statusherd.model.selection import matches, selects
from statusherd.model.words import Severity

LONGEST: Final = timedelta(days=90)
"""No silence lasts longer: what nobody wants to hear of any more is for the config."""


@dataclass(frozen=True, slots=True)
class Silence:
    """What is withheld, from `starts_at` and until `ends_at`. Lists are alternatives, all kinds must hold.

    `vendors`, `components`, `regions`, `services` and `threads` are case-insensitive globs, `events` and
    `severities` words; empty selects all. `id` is None until it is stored.
    """

    starts_at: datetime
    ends_at: datetime
    author: str
    reason: str
    vendors: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()
    events: tuple[str, ...] = ()
    threads: tuple[str, ...] = ()
    created_at: datetime | None = None
    id: int | None = None
    services: tuple[str, ...] = ()

    def is_on(self, now: datetime) -> bool:
        return self.starts_at <= now < self.ends_at

    @property
    def selects_all(self) -> bool:
        """Whether it would silence everything."""
        return not (
            self.vendors
            or self.components
            or self.regions
            or self.services
            or self.severities
            or self.events
            or self.threads
        )


@dataclass(frozen=True, slots=True)
class Subject:
    """A Change as silences see it."""

    change: Change
    title: str
    severity: Severity
    event: str
    thread: str
    components: Mapping[str, Component]
    services: tuple[str, ...] = ()
    """The services of ours that it touches."""


def silences(silence: Silence, subject: Subject) -> bool:
    """Tell whether a silence withholds what is told of a Change; its times are not asked.

    What goes beyond the components, regions or services of a silence, or names none, is not withheld by it;
    nor is an incident of ours by one of vendors, since it is about none.
    """
    ours = subject.change.ours is not None
    if silence.vendors and (ours or not _any(silence.vendors, subject.change.vendor, subject.title)):
        return False
    if silence.services and not _all_within(silence.services, subject.services):
        return False
    if silence.threads and not _any(silence.threads, subject.thread):
        return False
    if silence.severities and subject.severity not in silence.severities:
        return False
    if silence.events and subject.event not in silence.events:
        return False
    return _parts(silence, subject)


def _parts(silence: Silence, subject: Subject) -> bool:
    if not silence.components and not silence.regions:
        return True
    change = subject.change
    incidents = (change.incident,) if change.incident else change.incidents
    if not incidents:
        named = change.components
        return not silence.regions and _all_selected(silence, named, len(named))
    known = {component.id: component for component in change.components} | dict(subject.components)
    return all(_incident(silence, incident, known) for incident in incidents)


def _incident(silence: Silence, incident: VendorIncident, known: Mapping[str, Component]) -> bool:
    named = tuple(known[key] for key in incident.component_ids if key in known)
    if silence.components and not _all_selected(silence, named, len(incident.component_ids)):
        return False
    regions = incident.regions
    return not silence.regions or _all_within(silence.regions, regions)


def _all_selected(silence: Silence, named: tuple[Component, ...], expected: int) -> bool:
    return 0 < len(named) == expected and all(selects(silence.components, each) for each in named)


def _all_within(patterns: tuple[str, ...], names: tuple[str, ...]) -> bool:
    return bool(names) and all(_any(patterns, name) for name in names)


def _any(patterns: tuple[str, ...], *words: str) -> bool:
    return any(matches(pattern, *words) for pattern in patterns)
