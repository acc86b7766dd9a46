"""Bodies of somebody's own making, read by the paths of an [[intake]]'s mapping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from statusherd.model.errors import IntakeError
from statusherd.model.inbox import Reading, Webhook
from statusherd.model.intake import FieldMap
from statusherd.model.signals import Signal, SignalState
from statusherd.model.words import Severity
from statusherd.respond.intake import _reading as r

FIRING: Final = frozenset({
    "firing", "alerting", "alert", "alarm", "open", "opened", "reopened", "triggered", "active", "activated",
    "created", "started", "problem", "down", "critical", "failed", "failing", "true",
})  # fmt: skip
RESOLVED: Final = frozenset({
    "resolved", "ok", "okay", "closed", "recovered", "recovery", "up", "success", "inactive", "ended",
    "cleared", "normal", "healthy", "false",
})  # fmt: skip
"""What the words of the field mean where the mapping names none. All others tell nothing of the state."""


def at(document: object, path: str | None) -> object:
    """Return what stands at a dotted path, None where nothing does. A key may have dots itself."""
    if not path:
        return None if path is None else document
    if isinstance(document, list):
        step, _, rest = path.partition(".")
        is_index = step.isascii() and step.isdigit() and len(step) < 6 and int(step) < len(document)
        return at(document[int(step)], rest) if is_index else None
    if not isinstance(document, dict):
        return None
    steps = path.split(".")
    ways = ((".".join(steps[:n]), ".".join(steps[n:])) for n in range(1, len(steps) + 1))
    found = (at(document[key], rest) for key, rest in ways if key in document)
    return next((value for value in found if value is not None), None)


def read_mapped(webhook: Webhook, document: r.Object, mapping: FieldMap) -> Reading:
    """Return the alerts of a document: its own one, or those in its list."""
    if mapping.alerts is None:
        return Reading((_signal(webhook, document, mapping),))
    listed = at(document, mapping.alerts)
    if not isinstance(listed, list):
        raise IntakeError(f"has no list at {mapping.alerts!r}")
    return Reading(tuple(_signal(webhook, item, mapping) for item in r.objects(listed)))


def matter_of(document: r.Object, mapping: FieldMap) -> str:
    """Return what a document is about; empty where it has a list of alerts."""
    return "" if mapping.alerts else key_of(document, mapping.key)


def key_of(item: r.Object, paths: Sequence[str]) -> str:
    return r.key(*(at(item, path) for path in paths))


def _signal(webhook: Webhook, item: r.Object, mapping: FieldMap) -> Signal:
    key = r.needed(key_of(item, mapping.key), f"key at {' and '.join(map(repr, mapping.key))}")
    state = state_of(r.text(at(item, mapping.state), 200), mapping)
    return Signal(
        key=key,
        state=state,
        title=r.line(at(item, mapping.title)) or key,
        at=webhook.received_at,
        text=r.text(at(item, mapping.text)),
        severity=r.severity(at(item, mapping.severity), {**r.SEVERITIES, **_lowered(mapping)}),
        service=r.line(at(item, mapping.service)) or None,
        labels=r.labels(at(item, mapping.labels)),
        started_at=r.moment(at(item, mapping.started_at)),
        ended_at=r.moment(at(item, mapping.ended_at)) if state is SignalState.RESOLVED else None,
        url=r.link(at(item, mapping.url)),
        group=r.key(at(item, mapping.group)) or None,
    )


def state_of(word: str, mapping: FieldMap) -> SignalState:
    """Return what a word says: by the mapping's lists where it has some, else by the usual words."""
    firing: frozenset[str] | set[str] = {each.lower() for each in mapping.firing}
    resolved: frozenset[str] | set[str] = {each.lower() for each in mapping.resolved}
    if not firing and not resolved:
        firing, resolved = FIRING, RESOLVED
    if word.lower() in firing:
        return SignalState.FIRING
    return SignalState.RESOLVED if word.lower() in resolved else SignalState.UNKNOWN


def _lowered(mapping: FieldMap) -> Mapping[str, Severity]:
    return {word.lower(): severity for word, severity in mapping.severities.items()}
