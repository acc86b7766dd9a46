"""What a Change means for us: the services it touches, and how severe that is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from statusherd.model.changes import Change
from statusherd.model.incidents import Incident
from statusherd.model.records import Component, VendorIncident
from statusherd.model.services import Touch
from statusherd.model.words import ChangeKind
from statusherd.respond.services import ServiceMap
from statusherd.respond.severity import Judgement, SeverityRules, judge, judge_touched, mild


@dataclass(frozen=True, slots=True)
class Meaning:
    """A judgement and the services it rests on. `parts`: of a first look, what each open incident means."""

    judgement: Judgement
    touches: tuple[Touch, ...] = ()
    parts: Mapping[str, Meaning] = field(default_factory=dict)


def meaning_of(
    change: Change,
    title: str,
    components: Mapping[str, Component],
    services: ServiceMap,
    rules: SeverityRules,
) -> Meaning:
    """Return what a Change means. `title` is how people write its vendor, `components` all of its page."""
    if change.ours is not None:
        return _of_ours(change.ours.incident, services)
    if not services:
        return Meaning(mild(change, judge(change)))
    if change.kind is ChangeKind.FIRST_LOOK and change.incidents:
        return _of_all(
            {
                incident.id: meaning_of(_alone(change, incident), title, components, services, rules)
                for incident in change.incidents
            }
        )
    touches = services.touched(change, title, components)
    return Meaning(mild(change, judge_touched(change, touches, rules)), touches)


def _of_ours(incident: Incident, services: ServiceMap) -> Meaning:
    """Return what an incident of ours means: as severe as a person or a sender called it, at any hour."""
    severity, reason = incident.severity, incident.severity_reason
    return Meaning(Judgement(severity, reason, severity), services.named(incident.services))


def _alone(change: Change, incident: VendorIncident) -> Change:
    return replace(change, kind=ChangeKind.INCIDENT_OPENED, incident=incident, incidents=())


def _of_all(parts: Mapping[str, Meaning]) -> Meaning:
    worst = min((part.judgement for part in parts.values()), key=lambda judgement: judgement.severity)
    touches = {touch.service: touch for part in parts.values() for touch in part.touches}
    ordered = sorted(touches.values(), key=lambda touch: (touch.tier, touch.service))
    return Meaning(worst, tuple(ordered), parts)
