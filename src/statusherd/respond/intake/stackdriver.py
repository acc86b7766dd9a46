"""Google Cloud Monitoring, once Stackdriver: its web hook channel, versions 1.1 and 1.2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from statusherd.model.errors import IntakeError
from statusherd.model.inbox import Identity, Reading, Webhook
from statusherd.model.intake import Intake
from statusherd.model.signals import Signal, SignalState
from statusherd.respond.intake import _reading as r

_STATES: Final[Mapping[str, SignalState]] = {
    "open": SignalState.FIRING,
    "closed": SignalState.RESOLVED,
}


def read(webhook: Webhook, intake: Intake) -> Reading:  # noqa: ARG001 - every kind is asked alike
    """Return the incident of a policy."""
    incident = r.obj(r.document(webhook).get("incident"))
    if not incident:
        raise IntakeError("has no incident")
    state = _STATES.get(r.text(incident.get("state")).lower(), SignalState.UNKNOWN)
    began, ended = r.moment(incident.get("started_at")), r.moment(incident.get("ended_at"))
    names = (r.line(incident.get(name)) for name in ("policy_name", "condition_name"))
    signal = Signal(
        key=r.needed(r.key(incident.get("incident_id")), "incident.incident_id"),
        state=state,
        title=": ".join(filter(None, names)) or "incident without a policy",
        at=r.as_of(webhook, ended or began),
        text=r.text(incident.get("summary")),
        severity=r.severity(incident.get("severity")),
        labels=r.labels(
            r.obj(incident.get("resource")).get("labels"),
            {"resource": incident.get("resource_name")},
            incident.get("policy_user_labels"),
        ),
        started_at=began,
        ended_at=ended if state is SignalState.RESOLVED else None,
        url=r.link(incident.get("url")),
    )
    return Reading((signal,))


def identify(webhook: Webhook, intake: Intake) -> Identity:  # noqa: ARG001 - every kind is asked alike
    """Return the incident."""
    return Identity(matter=r.key(r.obj(r.document(webhook).get("incident")).get("incident_id")))
