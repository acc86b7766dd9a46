"""What the pipeline works with, made of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from statusherd.model.escalation import Escalation
from statusherd.model.freezes import Freeze
from statusherd.model.incidents import Contact
from statusherd.model.intake import Access, Intake
from statusherd.model.oncall import Roster
from statusherd.model.probes import Early, Probe
from statusherd.model.quorum import Quorum
from statusherd.model.routing import Route
from statusherd.model.runbooks import Runbooks
from statusherd.model.vendors import WatchedVendor
from statusherd.notify.channels import Channel
from statusherd.respond.correlation.records import Settings
from statusherd.respond.lifecycle import IncidentRules
from statusherd.respond.services import ServiceMap
from statusherd.respond.severity import SeverityRules
from statusherd.watch.compare import Policy


@dataclass(frozen=True, slots=True)
class Setup:
    """What the pipeline works with: replaced as a whole when the configuration is read again."""

    vendors: Mapping[str, WatchedVendor] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    channels: Mapping[str, Channel] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)
    services: ServiceMap = field(default_factory=ServiceMap)
    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The channels of every team."""
    severities: SeverityRules = field(default_factory=SeverityRules)
    roster: Roster = field(default_factory=Roster)
    holidays: frozenset[date] = frozenset()
    escalations: Mapping[str, Escalation] = field(default_factory=dict)
    """By how routes name them."""
    freezes: tuple[Freeze, ...] = ()
    quorum: Quorum | None = None
    correlation: Settings = field(default_factory=Settings)
    incidents: IncidentRules = field(default_factory=IncidentRules)
    runbooks: Runbooks = field(default_factory=Runbooks)
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    """How the support of vendors is reached, by the vendor's name."""
    intakes: tuple[Intake, ...] = ()
    access: Mapping[str, Access] = field(default_factory=dict)
    """How the senders of each intake show that it is they."""
    probes: tuple[Probe, ...] = ()
    early: Early = field(default_factory=Early)
    drill: bool = False
    """Every message says that it is a drill."""

    def intake_named(self, name: str) -> Intake | None:
        """Return an intake, None where none is called so."""
        return next((intake for intake in self.intakes if intake.name == name), None)

    def title_of(self, vendor: str) -> str:
        """Return what people call a vendor; its name where it is not watched."""
        watched = self.vendors.get(vendor)
        return watched.title if watched else vendor

    def with_vendors(self, vendors: Mapping[str, WatchedVendor]) -> Setup:
        """Return the same setup for other vendors."""
        return replace(self, vendors=vendors)
