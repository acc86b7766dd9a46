"""Uptime Kuma: the notification "Webhook" with the body "application/json".

`heartbeat.time` names no zone. `localDateTime` is the same instant by the clock of `timezone`, whose offset
stands beside it; only where that is missing the time is taken for UTC, in which Uptime Kuma keeps it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from statusherd.model.inbox import Identity, Reading, Webhook
from statusherd.model.intake import Intake
from statusherd.model.signals import Signal, SignalState
from statusherd.respond.intake import _reading as r

_STATES: Final[Mapping[object, SignalState]] = {
    0: SignalState.FIRING,
    1: SignalState.RESOLVED,
    2: SignalState.UNKNOWN,  # pending: it is tried again before anybody is told
    3: SignalState.UNKNOWN,  # in maintenance
}


def read(webhook: Webhook, intake: Intake) -> Reading:  # noqa: ARG001 - every kind is asked alike
    """Return the monitor of a heartbeat."""
    body = r.document(webhook)
    beat, monitor = r.obj(body.get("heartbeat")), r.obj(body.get("monitor"))
    said = r.line(body.get("msg")) or "a message without words"
    if not beat:
        return Reading(note=f"no heartbeat, which is a test or a notice: {said}")
    status = r.text(beat.get("status"))
    state = _STATES.get(int(status)) if status in ("0", "1", "2", "3") else None
    if state is None:
        return Reading(note=f"a heartbeat of a status that we do not know: {said}")
    return Reading((_signal(webhook, beat, monitor, state),))


def identify(webhook: Webhook, intake: Intake) -> Identity:  # noqa: ARG001 - every kind is asked alike
    """Return the monitor."""
    body = r.document(webhook)
    return Identity(matter=_key(r.obj(body.get("heartbeat")), r.obj(body.get("monitor"))))


def _signal(webhook: Webhook, beat: r.Object, monitor: r.Object, state: SignalState) -> Signal:
    name, happened = r.line(monitor.get("name")) or "monitor without a name", _moment(beat)
    tags = {r.line(tag.get("name"), 200): tag.get("value") for tag in r.objects(monitor.get("tags"))}
    return Signal(
        key=r.needed(_key(beat, monitor), "heartbeat.monitorID"),
        state=state,
        title=f"{name} is down" if state is SignalState.FIRING else name,
        at=r.as_of(webhook, happened),
        text=r.text(beat.get("msg")),
        severity=r.severity(tags.get("severity")),
        labels=r.labels({"monitor": name, "type": monitor.get("type")}, tags),
        started_at=happened if state is SignalState.FIRING else None,
        ended_at=happened if state is SignalState.RESOLVED else None,
        url=r.link(monitor.get("url")),
    )


def _key(beat: r.Object, monitor: r.Object) -> str:
    return r.key(beat.get("monitorID", monitor.get("id")))


def _moment(beat: r.Object) -> datetime | None:
    local, offset = r.text(beat.get("localDateTime"), 40), r.text(beat.get("timezoneOffset"), 10)
    return (r.moment(local + offset) if local and offset else None) or r.moment(beat.get("time"), UTC)
