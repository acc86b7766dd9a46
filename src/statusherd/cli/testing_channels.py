"""A test message through the channels: rendered and sent as every message is, and marked as a drill."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Final

import click

from statusherd.cli.output import shown
from statusherd.cli.progress import progress
from statusherd.config import Config
from statusherd.model.changes import Change
from statusherd.model.delivery import Alert, Delivery, SendOutcome, Thread
from statusherd.model.errors import StatusherdError
from statusherd.model.records import Update, VendorIncident
from statusherd.model.words import ChangeKind, DeliveryState, Impact, Phase, Severity, Status
from statusherd.notify.channels import Channel
from statusherd.notify.deliver import AppriseSender, Sender
from statusherd.notify.render import render

Result = tuple[Channel, SendOutcome]

_TITLE: Final = "Test message"
_TEXT: Final = (
    "If you can read this, messages about your vendors will reach you here. There is nothing to do."
)


def send_tests(config: Config, names: Sequence[str], sender: Sender | None = None) -> Sequence[Result]:
    """Send a test message to the channels called `names`, all where none is named; return the outcomes."""
    channels = _wanted(config.channels, names)
    return asyncio.run(_send_all(sender or AppriseSender(), channels))


def send_alerts(wanted: Sequence[tuple[Channel, Alert]], sender: Sender | None = None) -> Sequence[Result]:
    """Send alerts to channels, each marked as a drill and in a thread of its own; return the outcomes."""

    async def send_all() -> Sequence[Result]:
        chosen, makers = sender or AppriseSender(), [(c, partial(_drill, a)) for c, a in wanted]
        outcomes = await asyncio.gather(*(send_marked(chosen, channel, make) for channel, make in makers))
        return list(zip([channel for channel, _ in wanted], outcomes, strict=True))

    return asyncio.run(send_all())


def _drill(alert: Alert, key: str, now: datetime) -> Alert:
    return replace(alert, drill=True, thread=Thread(key, alert.thread.vendor, alert.thread.subject, now))


def _wanted(channels: Sequence[Channel], names: Sequence[str]) -> Sequence[Channel]:
    if not channels:
        remedy = "Add a [[channel]] to the config"
        raise StatusherdError("no channel is configured", subject="channel test", remedy=remedy)
    known = {channel.name: channel for channel in channels}
    for name in names:
        if name not in known:
            remedy = f"Channels are: {', '.join(known)}"
            raise StatusherdError("there is no such channel", subject=repr(name[:60]), remedy=remedy)
    return [known[name] for name in dict.fromkeys(names)] or channels


async def _send_all(sender: Sender, channels: Sequence[Channel]) -> Sequence[Result]:
    with progress("Sending test messages", len(channels)) as advance:

        async def send(channel: Channel) -> SendOutcome:
            outcome = await send_marked(sender, channel, _alert)
            advance()
            return outcome

        outcomes = await asyncio.gather(*(send(channel) for channel in channels))
    return list(zip(channels, outcomes, strict=True))


async def send_marked(
    sender: Sender, channel: Channel, alert_of: Callable[[str, datetime], Alert]
) -> SendOutcome:
    """Send what `alert_of` makes of a key and the time as a message of its own, and return the outcome."""
    if not channel.url:
        detail = "its secret cannot be read here; run this as the user the daemon runs as"
        return SendOutcome(sent=False, detail=detail, permanent=True)
    now = datetime.now(UTC)
    # Every test is a message of its own: nothing may hold it for a repeat of the last one.
    key = f"test/{now:%Y%m%dT%H%M%SZ}-{os.urandom(4).hex()}/{channel.name}"
    alert = alert_of(key, now)
    message = render(alert, channel=channel, now=now, dedup_key=key)
    delivery = Delivery(0, channel.name, key, alert, now, DeliveryState.SENDING, created_at=now)
    outcome = await sender.send(delivery, channel, message)
    return _with_fault(outcome, message.fault) if message.fault else outcome


def _with_fault(outcome: SendOutcome, fault: str) -> SendOutcome:
    told = f"told as built in, for its own template failed: {fault}"
    return replace(outcome, detail=f"{outcome.detail}; {told}" if outcome.detail else told)


def _alert(key: str, now: datetime) -> Alert:
    incident = VendorIncident(
        id="test",
        title=_TITLE,
        impact=Impact.NONE,
        started_at=now,
        updated_at=now,
        updates=(Update(now, Phase.INVESTIGATING, _TEXT),),
    )
    change = Change(
        vendor="statusherd",
        kind=ChangeKind.INCIDENT_OPENED,
        at=now,
        reason="a test was asked for by command",
        subject=incident.id,
        status=Status.OPERATIONAL,
        incident=incident,
    )
    return Alert(
        thread=Thread(key, "statusherd", f"statusherd: {_TITLE}", now),
        change=change,
        vendor_title="statusherd",
        severity=Severity.SEV4,
        severity_reason="a test",
        number=1,
        drill=True,
    )


def result_line(channel: Channel, outcome: SendOutcome) -> str:
    """Return what became of a test, for people."""
    if outcome.sent:
        state = click.style("✓ sent", fg="green")
    else:
        state = click.style("? maybe sent" if outcome.maybe_sent else "✗ not sent", fg="red")
    detail = f": {shown(outcome.detail)}" if outcome.detail else ""
    return f"{state}  {shown(channel.name)} ({channel.schema}, {outcome.elapsed:.1f} s){detail}"


def result_json(channel: Channel, outcome: SendOutcome) -> dict[str, object]:
    """Return the same as in `channel test --json`."""
    return {
        "name": channel.name,
        "service": channel.schema,
        "sent": outcome.sent,
        "maybe_sent": outcome.maybe_sent,
        "permanent": outcome.permanent,
        "detail": outcome.detail,
        "elapsed": round(outcome.elapsed, 3),
    }
