"""PagerDuty: web hook subscriptions of version 3, one event each.

What happened is the `event_type` alone: an event that we do not know carries the incident as it stands, with
the status "triggered" for example, and opens nothing all the same. Events may arrive in another order than
they happened; `occurred_at` tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from statusherd.model.inbox import Identity, Reading, Webhook
from statusherd.model.intake import Intake
from statusherd.model.signals import Signal, SignalState
from statusherd.model.words import Severity
from statusherd.respond.intake import _reading as r
from statusherd.respond.senders import Signature

SIGNATURE: Final = Signature("x-pagerduty-signature", "v1=")

_INCIDENT: Final = "incident."
_EVENTS: Final[Mapping[str, SignalState]] = {
    "incident.triggered": SignalState.FIRING,
    "incident.reopened": SignalState.FIRING,
    "incident.resolved": SignalState.RESOLVED,
    **dict.fromkeys(
        (
            "incident.acknowledged", "incident.unacknowledged", "incident.delegated", "incident.escalated",
            "incident.reassigned", "incident.priority_updated", "incident.service_updated",
        ),
        SignalState.UNKNOWN,
    ),
}  # fmt: skip
"""Those that tell nothing of whether it is over are UNKNOWN: they are kept with the incident."""


def read(webhook: Webhook, intake: Intake) -> Reading:  # noqa: ARG001 - every kind is asked alike
    """Return the incident of an event."""
    event = r.obj(r.document(webhook).get("event"))
    kind = r.needed(event.get("event_type"), "event.event_type")
    if kind == "pagey.ping":
        return Reading(note="a test of the subscription: it works")
    if kind not in _EVENTS:
        return Reading(note=f"the event {kind} tells nothing that we know")
    return Reading((_signal(webhook, event, _EVENTS[kind]),))


def identify(webhook: Webhook, intake: Intake) -> Identity:  # noqa: ARG001 - every kind is asked alike
    """Return the id of the event, which stays when it is sent again."""
    event = r.obj(r.document(webhook).get("event"))
    return Identity(r.key(event.get("id")) or None, r.key(r.obj(event.get("data")).get("id")))


def _signal(webhook: Webhook, event: r.Object, state: SignalState) -> Signal:
    data = r.obj(event.get("data"))
    happened = r.moment(event.get("occurred_at"))
    return Signal(
        key=r.needed(r.key(data.get("id")), "event.data.id"),
        state=state,
        title=r.line(data.get("title")) or "incident without a title",
        at=r.as_of(webhook, happened),
        severity=_severity(data),
        service=r.line(r.obj(data.get("service")).get("summary")) or None,
        labels=r.labels({"number": data.get("number"), "urgency": data.get("urgency")}),
        started_at=r.moment(data.get("created_at")) or (happened if state is SignalState.FIRING else None),
        ended_at=happened if state is SignalState.RESOLVED else None,
        url=r.link(data.get("html_url")),
    )


def _severity(data: r.Object) -> Severity | None:
    """Return the priority, where the account has some and this incident has one."""
    return r.severity(r.obj(data.get("priority")).get("summary"))
