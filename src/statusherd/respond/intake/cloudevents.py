"""CloudEvents 1.0 over HTTP: structured (one JSON object) and binary (attributes in headers, data as body).

An event is known by its source and id. Its alert is that of source and subject; what happened is the last
part of its type ("…opened", "…resolved"), and severity and title stand in the data. The mapping can name
other places, from the attributes on: "data.alert.title".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final
from urllib.parse import unquote

from statusherd.model.errors import IntakeError
from statusherd.model.inbox import Identity, Reading, Webhook
from statusherd.model.intake import FieldMap, Intake
from statusherd.model.signals import Signal, SignalState
from statusherd.respond.intake import _reading as r
from statusherd.respond.intake._mapped import matter_of, read_mapped

MEDIA_TYPES: Final = frozenset({"", "application/cloudevents+json", "application/json"})
HEADERS: Final = frozenset({"ce-*"})
MAPPED: Final = True

_WORD: Final = "type word"
"""Where the last part of the type stands in what the mapping is applied to. No attribute has a space."""


def read(webhook: Webhook, intake: Intake) -> Reading:
    """Return the alert of an event."""
    event = _event(webhook)
    reading = read_mapped(webhook, event, _places(intake.mapping))
    happened = r.moment(event.get("time"))
    attributes = r.labels({name: value for name, value in event.items() if name != _WORD})
    return Reading(tuple(_dated(webhook, signal, attributes, happened) for signal in reading.signals))


def _dated(
    webhook: Webhook, signal: Signal, attributes: Mapping[str, str], happened: datetime | None
) -> Signal:
    is_end = signal.state is SignalState.RESOLVED
    return replace(
        signal,
        at=r.as_of(webhook, happened),
        labels={**attributes, **signal.labels},
        started_at=signal.started_at or (happened if signal.state is SignalState.FIRING else None),
        ended_at=signal.ended_at or (happened if is_end else None),
    )


def identify(webhook: Webhook, intake: Intake) -> Identity:
    """Return source and id."""
    event = _event(webhook)
    return Identity(r.key(event.get("source"), event.get("id")), matter_of(event, _places(intake.mapping)))


def _places(mapping: FieldMap) -> FieldMap:
    """Return the mapping with the usual places where it names none."""
    return replace(
        mapping,
        key=mapping.key or ("source", "subject"),
        state=mapping.state or _WORD,
        title=mapping.title or "data.title",
        text=mapping.text or "data.text",
        severity=mapping.severity or "data.severity",
        service=mapping.service or "data.service",
        url=mapping.url or "data.url",
    )


def _event(webhook: Webhook) -> dict[str, object]:
    """Return the attributes and the data of either mode."""
    event = _binary(webhook) if "ce-specversion" in webhook.headers else dict(r.document(webhook))
    for name in ("id", "source", "type"):
        r.needed(event.get(name), f"attribute {name}")
    if r.text(event.get("specversion")) != "1.0":
        raise IntakeError("is no CloudEvent of version 1.0")
    event[_WORD] = r.text(event.get("type"), 500).rpartition(".")[2]
    return event


def _binary(webhook: Webhook) -> dict[str, object]:
    names = (name for name in webhook.headers if name.startswith("ce-"))
    attributes: dict[str, object] = {name[3:]: unquote(webhook.headers[name]) for name in names}
    data = r.json_value(webhook.body) if webhook.body.strip() else None
    return {**attributes, "data": data}
