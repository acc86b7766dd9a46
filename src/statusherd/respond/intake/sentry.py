"""Sentry: web hooks of an internal integration. Issues and alerts on them share the issue as their key.

Its signature covers the body alone, and its time is not signed: what somebody has recorded can be sent again.
The address must be HTTPS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from statusherd.model.inbox import Identity, Reading, Webhook
from statusherd.model.intake import Intake
from statusherd.model.signals import Signal, SignalState
from statusherd.model.words import Severity
from statusherd.respond.intake import _reading as r
from statusherd.respond.senders import Signature

SIGNATURE: Final = Signature("sentry-hook-signature")
HEADERS: Final = frozenset({"sentry-hook-resource"})

_LEVELS: Final[Mapping[str, Severity]] = {
    "fatal": Severity.SEV2,
    "warning": Severity.SEV4,
    "info": Severity.SEV4,
    "debug": Severity.SEV4,
}
"""Every exception is of level "error": that alone says nothing of how bad it is."""

_ISSUE_STATES: Final[Mapping[str, SignalState]] = {
    "created": SignalState.FIRING,
    "unresolved": SignalState.FIRING,
    "resolved": SignalState.RESOLVED,
    **dict.fromkeys(("assigned", "ignored", "archived"), SignalState.UNKNOWN),
}
_METRIC_STATES: Final[Mapping[str, SignalState]] = {
    "critical": SignalState.FIRING,
    "warning": SignalState.FIRING,
    "resolved": SignalState.RESOLVED,
}


def read(webhook: Webhook, intake: Intake) -> Reading:  # noqa: ARG001 - every kind is asked alike
    """Return the issue or the metric alert of a delivery."""
    body = r.document(webhook)
    data, action = r.obj(body.get("data")), r.line(body.get("action"))
    for name, of_resource in _RESOURCES.items():
        if isinstance(data.get(name), dict):
            signal = of_resource(webhook, data, action)
            return Reading((signal,)) if signal else Reading(note=f"{name} {action}: nothing that we know")
    resource = r.line(webhook.headers.get("sentry-hook-resource")) or "a resource without a name"
    return Reading(note=f"{resource} {action}: nothing that we know")


def identify(webhook: Webhook, intake: Intake) -> Identity:  # noqa: ARG001 - every kind is asked alike
    """Return the issue or metric alert: the Request-ID is a new one at each attempt."""
    data = r.obj(r.document(webhook).get("data"))
    event, issue, metric = (r.obj(data.get(name)) for name in ("event", "issue", "metric_alert"))
    return Identity(matter=r.key(event.get("issue_id") or issue.get("id")) or _metric_key(metric))


def _issue(webhook: Webhook, data: r.Object, action: str) -> Signal | None:
    issue, state = r.obj(data.get("issue")), _ISSUE_STATES.get(action)
    if state is None:
        return None
    return Signal(
        key=r.needed(r.key(issue.get("id")), "data.issue.id"),
        state=state,
        title=r.line(issue.get("title")) or "issue without a title",
        at=webhook.received_at,
        text=r.text(issue.get("culprit")),
        severity=r.severity(issue.get("level"), _LEVELS),
        service=r.line(r.obj(issue.get("project")).get("slug")) or None,
        labels=r.labels({"shortId": issue.get("shortId"), "level": issue.get("level")}),
        started_at=r.moment(issue.get("firstSeen")),
        url=r.link(issue.get("web_url"), issue.get("permalink")),
    )


def _alert(webhook: Webhook, data: r.Object, action: str) -> Signal | None:
    """Return the issue that an alert rule was triggered by; its end is the end of the issue."""
    event = r.obj(data.get("event"))
    if action != "triggered":
        return None
    return Signal(
        key=r.needed(r.key(event.get("issue_id")), "data.event.issue_id"),
        state=SignalState.FIRING,
        title=r.line(event.get("title")) or "event without a title",
        at=webhook.received_at,
        text=r.text(event.get("culprit")),
        severity=r.severity(event.get("level"), _LEVELS),
        labels=r.labels({"rule": data.get("triggered_rule"), "level": event.get("level")}),
        started_at=r.moment(event.get("datetime")),
        url=r.link(event.get("web_url")),
    )


def _metric(webhook: Webhook, data: r.Object, action: str) -> Signal | None:
    metric, state = r.obj(data.get("metric_alert")), _METRIC_STATES.get(action)
    if state is None:
        return None
    rule = r.obj(metric.get("alert_rule"))
    return Signal(
        key=r.needed(_metric_key(metric), "data.metric_alert.id"),
        state=state,
        title=r.line(rule.get("name")) or r.line(data.get("description_title")) or "metric alert",
        at=webhook.received_at,
        text=r.text(data.get("description_text")),
        severity=r.severity(action) if state is SignalState.FIRING else None,
        started_at=r.moment(metric.get("date_started")),
        ended_at=r.moment(metric.get("date_closed")) if state is SignalState.RESOLVED else None,
        url=r.link(data.get("web_url")),
    )


def _metric_key(metric: r.Object) -> str:
    """Issues and metric alerts are numbered each by themselves."""
    number = r.key(metric.get("id") or metric.get("identifier"))
    return f"metric-alert/{number}" if number else ""


_RESOURCES: Final[Mapping[str, Callable[[Webhook, r.Object, str], Signal | None]]] = {
    "event": _alert,
    "issue": _issue,
    "metric_alert": _metric,
}
