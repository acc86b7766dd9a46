"""JSON of any program's own making: `mapping` in the [[intake]] says where the facts stand."""

from __future__ import annotations

from typing import Final

from statusherd.model.inbox import Identity, Reading, Webhook
from statusherd.model.intake import Intake
from statusherd.respond.intake import _reading as r
from statusherd.respond.intake._mapped import at, matter_of, read_mapped

MAPPED: Final = True
NEEDED: Final = ("key", "state")


def read(webhook: Webhook, intake: Intake) -> Reading:
    """Return the alerts by the mapping."""
    return read_mapped(webhook, r.document(webhook), intake.mapping)


def identify(webhook: Webhook, intake: Intake) -> Identity:
    """Return the number of the delivery where the mapping names one, and the alert."""
    body = r.document(webhook)
    return Identity(r.key(at(body, intake.mapping.id)) or None, matter_of(body, intake.mapping))
