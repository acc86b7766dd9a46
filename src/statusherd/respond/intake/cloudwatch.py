"""Amazon CloudWatch alarms, by SNS: an envelope whose `Message` is the alarm as JSON in a text.

SNS asks to confirm a subscription by an address that stands in the delivery. We never ask it: whoever can
write to an intake could make us ask any address. It is kept and shown, and the operator opens it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from statusherd.model.errors import IntakeError
from statusherd.model.inbox import Identity, Reading, Webhook
from statusherd.model.intake import Intake
from statusherd.model.signals import Signal, SignalState
from statusherd.respond.intake import _reading as r

HEADERS: Final = frozenset({"x-amz-sns-message-type", "x-amz-sns-message-id"})

_STATES: Final[Mapping[str, SignalState]] = {
    "alarm": SignalState.FIRING,
    "ok": SignalState.RESOLVED,
    "insufficient_data": SignalState.UNKNOWN,
}
_OF_AMAZON: Final = (".amazonaws.com", ".amazonaws.com.cn")


def read(webhook: Webhook, intake: Intake) -> Reading:  # noqa: ARG001 - every kind is asked alike
    """Return the alarm, or what the operator has to do for the subscription."""
    body = r.document(webhook)
    kind = r.line(body.get("Type"))
    if kind == "SubscriptionConfirmation":
        return Reading(note=_confirmation(body))
    if kind == "UnsubscribeConfirmation":
        topic = r.line(body.get("TopicArn")) or "a topic"
        return Reading(note=f"{topic} is no longer subscribed: nothing comes from it any more")
    alarm = _alarm(body)
    if "NewStateValue" not in alarm:
        return Reading(note=f"{r.line(body.get('Subject')) or 'a message'} is no alarm of CloudWatch")
    return Reading((_signal(webhook, alarm),))


def identify(webhook: Webhook, intake: Intake) -> Identity:  # noqa: ARG001 - every kind is asked alike
    """Return the number of the message, and the alarm."""
    body = r.document(webhook)
    number = body.get("MessageId") or webhook.headers.get("x-amz-sns-message-id")
    return Identity(r.key(number) or None, _key(_alarm(body)))


def _alarm(body: r.Object) -> r.Object:
    """Return what is in the envelope; SNS sends it without one where "raw delivery" is on."""
    if "NewStateValue" in body:
        return body
    try:
        return r.obj(r.json_value(r.text(body.get("Message"), 10**6)))
    except IntakeError:
        return {}


def _signal(webhook: Webhook, alarm: r.Object) -> Signal:
    state = _STATES.get(r.text(alarm.get("NewStateValue")).lower(), SignalState.UNKNOWN)
    changed = r.moment(alarm.get("StateChangeTime"))
    trigger = r.obj(alarm.get("Trigger"))
    listed = r.objects(trigger.get("Dimensions"))
    dimensions = {r.line(each.get("name"), 200): each.get("value") for each in listed}
    return Signal(
        key=_key(alarm),
        state=state,
        title=r.needed(alarm.get("AlarmName"), "AlarmName"),
        at=r.as_of(webhook, changed),
        text="\n".join(
            filter(None, map(r.text, (alarm.get("AlarmDescription"), alarm.get("NewStateReason"))))
        ),
        labels=r.labels(
            dimensions,
            {"region": alarm.get("Region"), "account": alarm.get("AWSAccountId")},
            {"namespace": trigger.get("Namespace"), "metric": trigger.get("MetricName")},
        ),
        started_at=changed if state is SignalState.FIRING else None,
        ended_at=changed if state is SignalState.RESOLVED else None,
    )


def _key(alarm: r.Object) -> str:
    """Return the alarm: its name is its own in one account and region."""
    return r.key(*(alarm.get(part) for part in ("AWSAccountId", "Region", "AlarmName")))


def _confirmation(body: r.Object) -> str:
    topic, address = r.line(body.get("TopicArn")) or "a topic", r.link(body.get("SubscribeURL"))
    if address is None or not _is_amazons(address):
        return f"{topic} asks to confirm a subscription by an address that is not Amazon's: do not open it"
    return f"{topic} asks to confirm the subscription. If it is yours, open within 3 days: {address}"


def _is_amazons(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" and (parts.hostname or "").endswith(_OF_AMAZON) and "@" not in parts.netloc
