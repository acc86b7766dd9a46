"""What a message says of a maintenance: how near its window is, and what of ours it falls into. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from statusherd.model.delivery import Alert
from statusherd.model.freezes import Clash, Conflict
from statusherd.notify.languages import later, say
from statusherd.notify.markup import one_line
from statusherd.notify.times import length, moment, window

_NAMED: Final = 5


def begins_in(alert: Alert) -> str:
    """Return how near a window is: "in 1 h"."""
    maintenance = alert.change.maintenance
    if maintenance is None or maintenance.starts_at is None:
        return say("soon")
    left = maintenance.starts_at - alert.change.at + timedelta(seconds=30)
    return say("in {span}", span=length(max(left, timedelta(0))))


def conflict_mark(alert: Alert) -> str:
    """Return what stands in the first line where nothing of ours may change then."""
    names = [each.name for each in alert.circumstances.conflicts if each.clash is Clash.FREEZE]
    return say(", CONFLICT with {freeze}", freeze=one_line(names[0], 40)) if names else ""


def conflicts(alert: Alert, zone: ZoneInfo) -> Iterator[str]:
    """Yield what of ours a maintenance falls into."""
    for each in alert.circumstances.conflicts[:_NAMED]:
        yield _conflict(each, zone)


def _conflict(each: Conflict, zone: ZoneInfo) -> str:
    name = one_line(each.name, 80)
    if each.clash is Clash.FREEZE:
        when = window(each.begins_at, each.ends_at, zone)
        return say('CONFLICT with your freeze "{freeze}", {window}.', freeze=name, window=when)
    at, person = moment(each.begins_at, zone), one_line(each.person or say("somebody else"), 60)
    text = later("The on-call rotation {name} hands over inside this window: {person} takes over at {time}.")
    return say(text, name=name, person=person, time=at)
