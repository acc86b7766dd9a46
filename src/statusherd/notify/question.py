"""What the routing is asked: a Change, and what is known beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from statusherd.model.changes import Change, LoggedChange
from statusherd.model.freezes import Conflict
from statusherd.model.records import Component
from statusherd.model.services import Touch
from statusherd.model.silences import Subject
from statusherd.model.vendors import WatchedVendor
from statusherd.model.words import Severity
from statusherd.notify.threads import event_of
from statusherd.notify.troubles import Trouble


@dataclass(frozen=True, slots=True)
class Part:
    """What one of several incidents means: its severity within business hours, the services it touches."""

    steady: Severity | None
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A Change to route with what is known beside it: severity, vendor, and the vendor's components."""

    logged: LoggedChange
    severity: Severity
    severity_reason: str
    vendor: WatchedVendor | None
    """None where the Change is about no vendor (we cannot see out) or one that was removed since."""
    components: Mapping[str, Component] = field(default_factory=dict)
    touches: tuple[Touch, ...] = ()
    """The services that it touches."""
    steady: Severity | None = None
    """The severity within business hours; None where no service is mapped."""
    parts: Mapping[str, Part] = field(default_factory=dict)
    """Of a first look: what each open incident means, by its id."""
    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The channels of every team that can own a service."""
    conflicts: tuple[Conflict, ...] = ()
    """What of ours a maintenance window falls into."""
    together: tuple[str, ...] = ()
    """The titles of vendors on the same upstream that fell at the same time, where these are a quorum."""
    causes: tuple[str, ...] = ()
    """Of an incident of ours: names and titles of the vendors that explain it."""
    troubles: tuple[Trouble, ...] = ()
    """Other trouble that may tell this one to a channel: what it names as its cause, or what took it over."""

    @property
    def lasting(self) -> Severity:
        """The severity without what the hour makes of it."""
        return self.severity if self.steady is None else self.steady

    @property
    def change(self) -> Change:
        return self.logged.change

    @property
    def title(self) -> str:
        """What people call the vendor; of an incident of ours its own name."""
        if self.change.ours is not None:
            return self.change.ours.incident.name
        return self.vendor.title if self.vendor else self.change.vendor

    def subject(self, thread: str) -> Subject:
        """Return the Change as silences see it, in one of its threads."""
        change = self.change
        services = change.ours.incident.services if change.ours else self.services
        event = event_of(change)
        return Subject(change, self.title, self.severity, event, thread, self.components, services)

    @property
    def vendor_names(self) -> tuple[str, ...]:
        """What routes may call the vendor; of an incident of ours those of the vendors that explain it."""
        return self.causes if self.change.ours is not None else (self.change.vendor, self.title)

    @property
    def services(self) -> tuple[str, ...]:
        """The names of the services that it touches."""
        return tuple(touch.service for touch in self.touches)
