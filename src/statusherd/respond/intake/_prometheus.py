"""Groups of alerts as Prometheus' Alertmanager sends them, and Grafana after it (web hook, version 4).

The state is judged alert by alert: the envelope says "firing" while one member still fires. A member that is
not there any more (inhibited, cut off by max_alerts, moved to another group) says nothing and closes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Final

from statusherd.model.errors import IntakeError
from statusherd.model.inbox import Identity, Reading, Webhook
from statusherd.model.signals import Signal, SignalState
from statusherd.respond.intake import _reading as r

_STATES: Final[Mapping[str, SignalState]] = {
    "firing": SignalState.FIRING,
    "alerting": SignalState.FIRING,
    "resolved": SignalState.RESOLVED,
    "ok": SignalState.RESOLVED,
}


def read_group(webhook: Webhook, body: r.Object) -> Reading:
    """Return the alerts of a group, each as it stands itself."""
    if not isinstance(body.get("alerts"), list):
        raise IntakeError("has no list of alerts")
    group = r.key(body.get("groupKey")) or None
    signals = tuple(_signals(webhook, body, group))
    return Reading(signals, _note(body, len(signals)))


def identify_group(body: r.Object) -> Identity:
    """A group sends nothing that numbers a delivery; repeats of it have an equal body."""
    return Identity(matter=r.key(body.get("receiver"), body.get("groupKey")))


def _signals(webhook: Webhook, body: r.Object, group: str | None) -> Iterator[Signal]:
    for alert in r.objects(body.get("alerts")):
        labels = r.labels(alert.get("labels"))
        key = r.key(alert.get("fingerprint")) or _fingerprint(labels)
        if key:
            yield _signal(webhook, alert, labels, key, group)


def _signal(
    webhook: Webhook, alert: r.Object, labels: Mapping[str, str], key: str, group: str | None
) -> Signal:
    notes = r.obj(alert.get("annotations"))
    state = _STATES.get(r.text(alert.get("status")).lower(), SignalState.UNKNOWN)
    return Signal(
        key=key,
        state=state,
        title=r.line(notes.get("summary")) or labels.get("alertname") or "alert without a name",
        at=webhook.received_at,
        text=r.text(notes.get("description") or notes.get("message")),
        severity=r.severity(labels.get("severity") or labels.get("priority")),
        labels=labels,
        started_at=r.moment(alert.get("startsAt")),
        # While it fires this is when it would end by itself, or the year 1.
        ended_at=r.moment(alert.get("endsAt")) if state is SignalState.RESOLVED else None,
        url=r.link(alert.get("generatorURL"), alert.get("panelURL"), alert.get("dashboardURL")),
        group=group,
    )


def _fingerprint(labels: Mapping[str, str]) -> str:
    """Return a key of an alert that carries none, as those of old versions: its labels are what it is."""
    if not labels:
        return ""
    return sha256("\n".join(f"{name}={labels[name]}" for name in sorted(labels)).encode()).hexdigest()[:32]


def _note(body: r.Object, read: int) -> str:
    listed = body.get("alerts")
    unread = (len(listed) if isinstance(listed, list) else 0) - read
    cut = body.get("truncatedAlerts")
    notes = [
        f"{unread} alerts have neither labels nor a fingerprint" if unread else "",
        f"{cut} more alerts of the group were left out by the sender (max_alerts)"
        if isinstance(cut, int) and 0 < cut < 10**9
        else "",
    ]
    return "; ".join(filter(None, notes))
