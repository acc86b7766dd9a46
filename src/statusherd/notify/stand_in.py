"""What a channel is told in the place of one that gave a message up, and what it knows from then on. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from statusherd.model.changes import Change
from statusherd.model.delivery import Delivery, NewDelivery, Told
from statusherd.model.words import ChangeKind
from statusherd.notify.route import dedup_key
from statusherd.notify.threads import first_disturbance_thread, incident_thread
from statusherd.notify.updates import standing


def stand_in(delivery: Delivery, channel: str, now: datetime) -> NewDelivery:
    """Return the same message for the channel that stands in for a dead one."""
    key = dedup_key(delivery.dedup_key, channel, delivery.id)
    # The stand-in has its own thread state; to it this message is the first.
    alert = replace(delivery.alert, number=1)
    return NewDelivery(channel, key, alert, now, delivery.change_number)


def learned(new: NewDelivery, known: Mapping[tuple[str, str], Told], now: datetime) -> Iterator[Told]:
    """Yield what a stand-in knows after its message, so that it hears of the end of what began for it.

    `known` is what channels were told before; what it hears by itself already stays as it is.
    """
    alert, change = new.alert, new.alert.change
    severity = alert.severity if alert.touches else None
    services = tuple(touch.service for touch in alert.touches)
    heard = Told(alert.thread.id, new.channel, *standing(change), 1, alert.ends, severity, services, now)
    for fact in (heard, *_opened(heard, change)):
        before = known.get((fact.thread, new.channel))
        if before is None or before.ended:
            yield replace(fact, messages=fact.messages + (before.messages if before else 0))


def _opened(heard: Told, change: Change) -> Iterator[Told]:
    """Yield the threads that the summary of a first look opens beside its own."""
    if change.kind is not ChangeKind.FIRST_LOOK:
        return
    opened = replace(heard, messages=0, ended=False)
    for incident in change.incidents:
        thread = incident_thread(change.vendor, incident.id)
        yield replace(opened, thread=thread, phase=str(incident.phase), impact=str(incident.impact))
    if not change.incidents:
        yield replace(opened, thread=first_disturbance_thread(change))
