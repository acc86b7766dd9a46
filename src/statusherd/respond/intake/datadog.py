"""Datadog: the web hook integration, whose payload its users write. docs/intake.md has the one to paste.

The names are those that are in use everywhere (`alert_id`, `alert_transition`, …); what Datadog does not
know it leaves as "$NAME" or empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from statusherd.model.inbox import Identity, Reading, Webhook
from statusherd.model.intake import Intake
from statusherd.model.signals import Signal, SignalState
from statusherd.respond.intake import _reading as r

_TRANSITIONS: Final[Mapping[str, SignalState]] = {
    **dict.fromkeys(
        ("triggered", "re-triggered", "warn", "re-warn", "renotify", "alert"), SignalState.FIRING
    ),
    "recovered": SignalState.RESOLVED,
    **dict.fromkeys(("no data", "re-no data", "warn-no data"), SignalState.UNKNOWN),
}
_TYPES: Final[Mapping[str, SignalState]] = {
    "error": SignalState.FIRING,
    "warning": SignalState.FIRING,
    "success": SignalState.RESOLVED,
}
"""Of events that are no monitor's: they have a type and no transition."""


def read(webhook: Webhook, intake: Intake) -> Reading:  # noqa: ARG001 - every kind is asked alike
    """Return the alert of a monitor."""
    body = r.document(webhook)
    if (state := _state(body)) is None:
        shown = _said(body, "alert_transition") or _said(body, "event_type") or "an event"
        return Reading(note=f"{shown} tells of no alert; see docs/intake.md for the payload")
    return Reading((_signal(webhook, body, state),))


def identify(webhook: Webhook, intake: Intake) -> Identity:  # noqa: ARG001 - every kind is asked alike
    """Return the number of the event, and the monitor's alert."""
    body = r.document(webhook)
    return Identity(r.key(_said(body, "id"), _said(body, "alert_transition")) or None, _key(body))


def _state(body: r.Object) -> SignalState | None:
    if transition := _said(body, "alert_transition").lower():
        return _TRANSITIONS.get(transition)
    return _TYPES.get(_said(body, "alert_type").lower())


def _signal(webhook: Webhook, body: r.Object, state: SignalState) -> Signal:
    said = r.moment(_said(body, "date"))
    tags = (tag.partition(":") for tag in _said(body, "tags").split(",") if ":" in tag)
    return Signal(
        key=r.needed(_key(body), "alert_id"),
        state=state,
        title=_said(body, "alert_title") or _said(body, "title") or "monitor without a title",
        at=r.as_of(webhook, said),
        text=r.text(body.get("body")),
        severity=r.severity(_said(body, "alert_priority")),
        labels=r.labels({name.strip(): value for name, _, value in tags}, {"host": _said(body, "hostname")}),
        started_at=said if state is SignalState.FIRING else None,
        ended_at=said if state is SignalState.RESOLVED else None,
        url=r.link(body.get("link")),
    )


def _key(body: r.Object) -> str:
    """Return the alert: one monitor has as many as there are groups (hosts, regions) that it watches."""
    return r.key(_said(body, "alert_id"), _said(body, "alert_scope")) or r.key(_said(body, "aggreg_key"))


def _said(body: r.Object, name: str) -> str:
    found = r.line(body.get(name))
    return "" if found.startswith("$") or found == "null" else found
