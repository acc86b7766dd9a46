"""Opsgenie: the web hook integration. Times are in ms or in ns, the priority is a number or "P3"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from statusherd.model.inbox import Identity, Reading, Webhook
from statusherd.model.intake import Intake
from statusherd.model.signals import Signal, SignalState
from statusherd.respond.intake import _reading as r

_ACTIONS: Final[Mapping[str, SignalState]] = {
    "create": SignalState.FIRING,
    "close": SignalState.RESOLVED,
    "delete": SignalState.RESOLVED,  # somebody took it away by hand, and nothing will close it any more
    **dict.fromkeys(
        (
            "acknowledge", "unacknowledge", "addnote", "addtags", "removetags", "addteam", "addrecipient",
            "addresponder", "assignownership", "takeownership", "escalate", "snooze", "snoozeended",
            "updatepriority", "updatedescription", "updatemessage", "addattachment", "adddetails",
            "removedetails", "customaction",
        ),
        SignalState.UNKNOWN,
    ),
}  # fmt: skip


def read(webhook: Webhook, intake: Intake) -> Reading:  # noqa: ARG001 - every kind is asked alike
    """Return the alert that an action was taken on."""
    body = r.document(webhook)
    action = r.needed(body.get("action"), "action")
    if (state := _ACTIONS.get(action.lower())) is None:
        return Reading(note=f"the action {action} tells nothing that we know")
    return Reading((_signal(webhook, r.obj(body.get("alert")), state),))


def identify(webhook: Webhook, intake: Intake) -> Identity:  # noqa: ARG001 - every kind is asked alike
    """Return the alert: nothing numbers a delivery."""
    return Identity(matter=_key(r.obj(r.document(webhook).get("alert"))))


def _signal(webhook: Webhook, alert: r.Object, state: SignalState) -> Signal:
    changed = r.moment(alert.get("updatedAt"))
    return Signal(
        key=r.needed(_key(alert), "alert.alertId"),
        state=state,
        title=r.line(alert.get("message")) or "alert without a message",
        at=r.as_of(webhook, changed),
        text=r.text(alert.get("description")),
        severity=r.severity(alert.get("priority")),
        labels=r.labels(alert.get("details"), {"alias": alert.get("alias"), "entity": alert.get("entity")}),
        started_at=r.moment(alert.get("createdAt")),
        ended_at=changed if state is SignalState.RESOLVED else None,
    )


def _key(alert: r.Object) -> str:
    return r.key(alert.get("alertId") or alert.get("alias"))
