"""Grafana: unified alerting (a group of alerts, as Alertmanager's), and the rules of versions up to 7.

An HMAC signature of the contact point is hexadecimal; with a "timestamp header" set there, the time stands
before the body with a colon between. Name that header X-Grafana-Alerting-Signature-Timestamp.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from statusherd.model.inbox import Identity, Reading, Webhook
from statusherd.model.intake import Intake
from statusherd.model.signals import Signal, SignalState
from statusherd.respond.intake import _reading as r
from statusherd.respond.intake._prometheus import identify_group, read_group
from statusherd.respond.senders import Signature

SIGNATURE: Final = Signature(
    "x-grafana-alerting-signature", stamp="x-grafana-alerting-signature-timestamp", joint=b":"
)

_RULE_STATES: Final[Mapping[str, SignalState]] = {
    "alerting": SignalState.FIRING,
    "ok": SignalState.RESOLVED,
}
"""Of a rule; "no_data", "pending", "paused" and "unknown" tell nothing of what it watches."""


def read(webhook: Webhook, intake: Intake) -> Reading:  # noqa: ARG001 - every kind is asked alike
    """Return the alerts of a group, or the one of a rule."""
    body = r.document(webhook)
    return read_group(webhook, body) if "alerts" in body else Reading((_rule(webhook, body),))


def identify(webhook: Webhook, intake: Intake) -> Identity:  # noqa: ARG001 - every kind is asked alike
    """Return the group, or the rule."""
    body = r.document(webhook)
    return identify_group(body) if "alerts" in body else Identity(matter=_rule_key(body))


def _rule(webhook: Webhook, body: r.Object) -> Signal:
    tags = r.labels(body.get("tags"))
    return Signal(
        key=r.needed(_rule_key(body), "ruleId"),
        state=_RULE_STATES.get(r.text(body.get("state")).lower(), SignalState.UNKNOWN),
        title=r.line(body.get("ruleName")) or r.line(body.get("title")) or "rule without a name",
        at=webhook.received_at,
        text=r.text(body.get("message")),
        severity=r.severity(tags.get("severity")),
        labels=tags,
        url=r.link(body.get("ruleUrl")),
    )


def _rule_key(body: r.Object) -> str:
    return r.key(body.get("orgId"), body.get("ruleId") or body.get("ruleName"))
