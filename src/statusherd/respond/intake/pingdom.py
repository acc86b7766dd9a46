"""Pingdom: web hooks of uptime and transaction checks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from statusherd.model.inbox import Identity, Reading, Webhook
from statusherd.model.intake import Intake
from statusherd.model.signals import Signal, SignalState
from statusherd.respond.intake import _reading as r

_STATES: Final[Mapping[str, SignalState]] = {
    "down": SignalState.FIRING,
    "failing": SignalState.FIRING,  # of transactions
    "up": SignalState.RESOLVED,
    "success": SignalState.RESOLVED,
}


def read(webhook: Webhook, intake: Intake) -> Reading:  # noqa: ARG001 - every kind is asked alike
    """Return the check that changed."""
    body = r.document(webhook)
    shown = r.needed(body.get("current_state"), "current_state").lower()
    state = _STATES.get(shown, SignalState.UNKNOWN)
    name, changed = r.line(body.get("check_name")) or "check without a name", _changed(body)
    params = r.obj(body.get("check_params"))
    signal = Signal(
        key=r.needed(r.key(body.get("check_id")), "check_id"),
        state=state,
        title=f"{name} is {shown}" if state is SignalState.FIRING else name,
        at=r.as_of(webhook, changed),
        text=r.text(body.get("long_description") or body.get("description")),
        severity=r.severity(body.get("importance_level")),
        labels=r.labels({"type": body.get("check_type"), "host": params.get("hostname")}),
        started_at=changed if state is SignalState.FIRING else None,
        ended_at=changed if state is SignalState.RESOLVED else None,
        url=r.link(params.get("full_url")),
    )
    return Reading((signal,))


def identify(webhook: Webhook, intake: Intake) -> Identity:  # noqa: ARG001 - every kind is asked alike
    """Return the check."""
    return Identity(matter=r.key(r.document(webhook).get("check_id")))


def _changed(body: r.Object) -> datetime | None:
    return r.moment(body.get("state_changed_timestamp")) or r.moment(body.get("state_changed_utc_time"), UTC)
