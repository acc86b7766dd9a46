"""New Relic: web hooks of workflows, and those of notification channels before them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from statusherd.model.inbox import Identity, Reading, Webhook
from statusherd.model.intake import Intake
from statusherd.model.signals import Signal, SignalState
from statusherd.respond.intake import _reading as r

_STATES: Final[Mapping[str, SignalState]] = {
    "open": SignalState.FIRING,
    "created": SignalState.FIRING,
    "activated": SignalState.FIRING,
    "closed": SignalState.RESOLVED,
    "acknowledged": SignalState.UNKNOWN,
}


def read(webhook: Webhook, intake: Intake) -> Reading:  # noqa: ARG001 - every kind is asked alike
    """Return the issue, or the incident as it was called before."""
    body = r.document(webhook)
    shown = r.needed(body.get("state") or body.get("current_state"), "state")
    if (state := _STATES.get(shown.lower())) is None:
        return Reading(note=f"the state {shown} tells nothing that we know")
    return Reading((_signal(webhook, body, state),))


def identify(webhook: Webhook, intake: Intake) -> Identity:  # noqa: ARG001 - every kind is asked alike
    """Return the issue or incident."""
    return Identity(matter=_key(r.document(webhook)))


def _signal(webhook: Webhook, body: r.Object, state: SignalState) -> Signal:
    changed = r.moment(body.get("updatedAt") or body.get("timestamp"))
    conditions = body.get("alertConditionNames")
    condition = conditions[0] if isinstance(conditions, list) and conditions else body.get("condition_name")
    return Signal(
        key=r.needed(_key(body), "id"),
        state=state,
        title=_title(body.get("title")) or r.line(condition) or "issue without a title",
        at=r.as_of(webhook, changed),
        text=r.text(body.get("details")),
        severity=r.severity(body.get("priority") or body.get("severity")),
        labels=r.labels({"condition": condition, "policy": body.get("policy_name")}),
        started_at=r.moment(body.get("createdAt")) or (changed if state is SignalState.FIRING else None),
        ended_at=changed if state is SignalState.RESOLVED else None,
        url=r.link(body.get("issueUrl"), body.get("incident_url")),
    )


def _title(value: object) -> str:
    """Return the title: workflows send a list of them."""
    return r.line(value[0] if isinstance(value, list) and value else value)


def _key(body: r.Object) -> str:
    """Return the id; the first one of an account is 0."""
    return r.key(body.get("issueId") or body.get("id")) or r.key(body.get("incident_id"))
