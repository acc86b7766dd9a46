"""Drills as text and as JSON. The keys are a contract: docs/json.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from statusherd.cli.alert_records import Json
from statusherd.cli.moments import local
from statusherd.cli.output import shown, table
from statusherd.drilling import Drilled, Sending
from statusherd.model.escalation import Acknowledgement
from statusherd.model.stamps import iso


def sending_line(sending: Sending) -> str:
    """Return one message as it goes out."""
    mark = click.style("✓", fg="green") if sending.outcome.sent else click.style("✗", fg="red")
    return f"{mark} {shown(sending.channel, 30)}  {shown(sending.text, 100)} ({sending.seconds:.1f} s)"


def drill_lines(number: int, done: Drilled) -> Iterator[str]:
    """Yield what a drill came to."""
    yield from result_lines(drill_json(number, done))


def drill_json(number: int, done: Drilled) -> Json:
    """Return the result of a drill as it is kept, and as --json prints it."""
    seconds = done.seconds_to_acknowledgement
    return {
        "drill": number,
        "begun_at": iso(done.begun_at),
        "ended_at": iso(done.ended_at),
        "vendor": done.incident.vendor,
        "title": done.incident.title,
        "impact": done.incident.impact,
        "speed": done.speed,
        "seconds_to_acknowledgement": None if seconds is None else round(seconds, 1),
        "acknowledged": _ack(done.acknowledgement),
        "messages": [_message(each) for each in {s.reference: s for s in done.sendings}.values()],
    }


def _ack(ack: Acknowledgement | None) -> Json | None:
    return None if ack is None else {"author": ack.author, "at": iso(ack.at), "note": ack.note}


def _message(each: Sending) -> Json:
    return {
        "channel": each.channel,
        "reference": each.reference,
        "headline": each.text,
        "at": iso(each.at),
        "sent": each.outcome.sent,
        "seconds": round(each.seconds, 1),
        "detail": each.outcome.detail,
    }


def result_table(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return `drill list`: a line for each drill."""
    head = ("DRILL", "BEGUN", "WHAT", "MESSAGES", "SLOWEST", "ACKNOWLEDGED")
    return table(head, [_row(each) for each in found])


def _row(each: Mapping[str, Any]) -> tuple[str, ...]:
    sent = [message["seconds"] for message in each["messages"] if message["sent"]]
    return (
        str(each["drill"]),
        _at(each["begun_at"]),
        shown(f"{each['vendor']}: {each['title']}", 60),
        f"{len(sent)} of {len(each['messages'])} sent",
        f"{max(sent):.1f} s" if sent else "-",
        _acknowledged(each),
    )


def result_lines(each: Mapping[str, Any]) -> Iterator[str]:
    """Yield `drill show`."""
    yield click.style(f"Drill {each['drill']}: {shown(each['vendor'])}: {shown(each['title'])}", bold=True)
    yield f"  Begun         {_at(each['begun_at'])}, at {each['speed']:g} times the speed"
    yield f"  Acknowledged  {_acknowledged(each)}"
    for message in each["messages"]:
        state = "sent" if message["sent"] else f"not sent: {shown(message['detail'])}"
        what = f"{state}  {shown(message['headline'], 90)}"
        yield f"  {shown(message['channel'], 30)}  {message['seconds']:.1f} s  {what}"


def _acknowledged(each: Mapping[str, Any]) -> str:
    ack, seconds = each["acknowledged"], each["seconds_to_acknowledgement"]
    if ack is None or seconds is None:
        return "by nobody"
    return f"by {shown(ack['author'], 40)} after {_span(seconds)}"


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _at(text: str) -> str:
    moment = datetime.fromisoformat(text)
    return local(moment, datetime.now(moment.tzinfo))
