"""A case in the making: what it is built around, and what has been put into it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from benchmarks.correlation.cases import Blind, Probe, Service, VendorIncident, needs
from benchmarks.correlation.vocabulary import Facet, Role

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A vendor incident that a case is built around, and what it is about.

    `began` is when the trouble really began, which the vendor may not say.
    """

    incident: VendorIncident
    facet: Facet
    began: datetime

    @property
    def posted(self) -> datetime:
        return self.incident.posted_at

    @property
    def ended(self) -> datetime:
        """When it was resolved; far away where it is not."""
        return self.incident.resolved_at or self.posted + 60 * DAY


@dataclass(slots=True)
class Scene:
    """A case in the making."""

    services: tuple[Service, ...]
    role: Role
    anchors: list[VendorIncident] = field(default_factory=list)
    probes: list[Probe] = field(default_factory=list)
    blind: list[Blind] = field(default_factory=list)

    @property
    def service(self) -> Service:
        """The one that the incident is about."""
        return self.services[0]

    @property
    def needs(self) -> tuple[str, ...]:
        return needs(self.services, self.service.name)
