"""Nagios and its kin: a notification command that posts its macros as a form (docs/intake.md has it).

The check's own name is the label "check": what Nagios calls a service is rarely one of ours. The state
UNKNOWN means that the plug-in could not tell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from statusherd.model.inbox import Identity, Reading, Webhook
from statusherd.model.intake import Intake
from statusherd.model.signals import Signal, SignalState
from statusherd.model.words import Severity
from statusherd.respond.intake import _reading as r

MEDIA_TYPES: Final = frozenset({"application/x-www-form-urlencoded"})

_SEVERITIES: Final[Mapping[str, Severity]] = {
    "down": Severity.SEV1,
    "critical": Severity.SEV1,
    "unreachable": Severity.SEV2,
    "warning": Severity.SEV3,
}
_KNOWN: Final = frozenset({
    "ACKNOWLEDGEMENT", "FLAPPINGSTART", "FLAPPINGSTOP", "FLAPPINGDISABLED", "DOWNTIMESTART", "DOWNTIMEEND",
    "DOWNTIMECANCELLED",
})  # fmt: skip
_LONG_TIME: Final = re.compile(r"[A-Za-z]{3} ([A-Za-z]{3} +\d{1,2} \d\d:\d\d:\d\d) (?:UTC|GMT) (\d{4})")


def read(webhook: Webhook, intake: Intake) -> Reading:  # noqa: ARG001 - every kind is asked alike
    """Return the check of a notification."""
    fields = r.form(webhook)
    kind = r.needed(fields.get("type"), "type").upper()
    if kind not in ("PROBLEM", "RECOVERY", *_KNOWN):
        return Reading(note=f"the notification {kind} tells nothing that we know")
    return Reading((_signal(webhook, fields, kind),))


def identify(webhook: Webhook, intake: Intake) -> Identity:  # noqa: ARG001 - every kind is asked alike
    """Return the check: the number of a problem stays the same while it lasts."""
    return Identity(matter=_key(r.form(webhook)))


def _signal(webhook: Webhook, fields: Mapping[str, str], kind: str) -> Signal:
    host, check = r.needed(fields.get("host"), "host"), r.line(fields.get("service"))
    shown = r.line(fields.get("state")).lower()
    happened = _moment(r.line(fields.get("time")))
    state = _state(kind, shown)
    return Signal(
        key=_key(fields),
        state=state,
        title=f"{check} on {host} is {shown or 'in trouble'}"
        if check
        else f"{host} is {shown or 'in trouble'}",
        at=r.as_of(webhook, happened),
        text=r.text(fields.get("output")),
        severity=_SEVERITIES.get(shown),
        labels=r.labels({"host": host, "check": check, "problem": fields.get("id")}),
        started_at=happened if state is SignalState.FIRING else None,
        ended_at=happened if state is SignalState.RESOLVED else None,
        url=r.link(fields.get("url")),
    )


def _state(kind: str, shown: str) -> SignalState:
    if kind == "RECOVERY":
        return SignalState.RESOLVED
    return SignalState.FIRING if kind == "PROBLEM" and shown in _SEVERITIES else SignalState.UNKNOWN


def _key(fields: Mapping[str, str]) -> str:
    """Return host and check; neither may hold a semicolon."""
    return ";".join(filter(None, (r.key(fields.get("host")), r.key(fields.get("service")))))


def _moment(text: str) -> datetime | None:
    """Return $LONGDATETIME$ where its zone is sure, or an ISO time or $TIMET$."""
    if match := _LONG_TIME.fullmatch(text):
        try:
            return datetime.strptime(f"{match[2]} {match[1]}", "%Y %b %d %H:%M:%S").replace(tzinfo=UTC)
        except ValueError:
            return None
    return r.moment(text)
