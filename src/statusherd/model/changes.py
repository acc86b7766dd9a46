"""What happened between two looks: the append-only log that everything later is decided from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from statusherd.model.incidents import OurNews
from statusherd.model.records import Component, Maintenance, VendorIncident
from statusherd.model.words import ChangeKind, Status

OURS: Final = "*ours"
"""In the place of a vendor: the Change is about an incident of ours. No vendor can be called so."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened at a vendor, with all that is needed to tell people of it later.

    `subject` is the id of the incident, maintenance, component or disturbance; empty where the vendor
    as a whole is meant. `facets` names what moved (phase, impact, components, text, …). `reason` is a
    sentence: why the comparison called it this. `at` is when we saw it (UTC), not when the vendor says
    it happened.
    """

    vendor: str
    kind: ChangeKind
    at: datetime
    reason: str
    subject: str = ""
    facets: tuple[str, ...] = ()
    before: str | None = None
    after: str | None = None
    status: Status = Status.UNKNOWN
    """The vendor's effective state after the look."""
    incident: VendorIncident | None = None
    maintenance: Maintenance | None = None
    components: tuple[Component, ...] = ()
    """The components concerned, with their state after the look."""
    incidents: tuple[VendorIncident, ...] = ()
    """At a first look: what is open already."""
    since: datetime | None = None
    """Where the change ends something: when that began, as far as we know."""
    page_url: str | None = None
    ours: OurNews | None = None
    """Of an incident of ours, which is about no vendor: `vendor` is OURS then."""


@dataclass(frozen=True, slots=True)
class LoggedChange:
    """A Change with its place in the log. Numbers rise; a consumer takes them in order."""

    number: int
    change: Change
