"""Atlassian Statuspage: the web hook of a subscriber. It is a vendor's word, and no alert of ours.

No signal comes of it: what a vendor says is read from its page, which has the whole of it, and is linked
with our incidents from there. The delivery is kept and shown, and has the vendor looked at now. Its incident
counts whatever the indicator of the page is: that stays at "none" with an incident of impact none.
"""

from __future__ import annotations

from statusherd.model.errors import IntakeError
from statusherd.model.inbox import Identity, Reading, Webhook
from statusherd.model.intake import Intake
from statusherd.respond.intake import _reading as r


def read(webhook: Webhook, intake: Intake) -> Reading:
    """Return what the page tells, as a sentence."""
    body = r.document(webhook)
    page = intake.vendor or f"the page {r.line(r.obj(body.get('page')).get('id')) or 'without an id'}"
    if incident := r.obj(body.get("incident")):
        return Reading(note=f"{page} posts {_incident(incident)}")
    if component := r.obj(body.get("component")):
        update = r.obj(body.get("component_update"))
        name = r.line(component.get("name")) or "without a name"
        now = r.line(update.get("new_status")) or r.line(component.get("status")) or "unknown"
        return Reading(note=f'{page} says that its component "{name}" is {now.replace("_", " ")}')
    raise IntakeError("has neither an incident nor a component")


def identify(webhook: Webhook, intake: Intake) -> Identity:  # noqa: ARG001 - every kind is asked alike
    """Return the incident or component: nothing numbers a delivery."""
    body = r.document(webhook)
    return Identity(matter=r.key(r.obj(body.get("incident") or body.get("component")).get("id")))


def _incident(incident: r.Object) -> str:
    name = r.line(incident.get("name")) or "an incident without a name"
    phase = r.line(incident.get("status")).replace("_", " ") or "phase unknown"
    return f'"{name}": {phase}, impact {r.line(incident.get("impact")) or "unknown"}'
