"""Deliveries as the command line finds and shows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from statusherd.cli.moments import local
from statusherd.cli.output import shown, table
from statusherd.cli.stores import has_store, open_store
from statusherd.config import Config
from statusherd.model.errors import IntakeError, StatusherdError
from statusherd.model.inbox import InboxEntry, InboxState, Reading
from statusherd.model.signals import Signal
from statusherd.model.stamps import iso
from statusherd.respond.intake import read
from statusherd.store import inbox

_LONGEST_NOTE: Final = 2500


def listed(config: Config, limit: int, intake: str | None, states: Sequence[str]) -> Sequence[InboxEntry]:
    """Return the newest deliveries, newest first, without their bodies."""
    if not has_store(config):
        return ()
    wanted = tuple(map(InboxState, states))
    with open_store(config) as store:
        return store.read_now(lambda conn: inbox.listed(conn, limit, intake, wanted))


def found_delivery(config: Config, number: int) -> InboxEntry:
    """Return a delivery whole; raise StatusherdError where none of that number is kept."""
    with open_store(config) as store:
        entry = store.read_now(lambda conn: inbox.numbered(conn, number))
    if entry is None:
        remedy = "`statusherd intake list` shows those that are"
        raise StatusherdError("none of that number is kept", subject=f"delivery {number}", remedy=remedy)
    return entry


def retried(config: Config, numbers: Sequence[int] | None) -> list[int]:
    """Have deliveries read again; raise StatusherdError, and change nothing, where one of them cannot be."""

    def work(conn: Connection) -> list[int]:
        found = inbox.retry(conn, numbers)
        if missing := sorted(set(numbers or ()) - set(found)):
            subject = f"delivery {', '.join(map(str, missing))}"
            remedy = "`statusherd intake list --state failed --state unknown` shows those that can be"
            raise StatusherdError("was taken already, or is not kept", subject=subject, remedy=remedy)
        return found

    with open_store(config) as store:
        return store.write_now(work)


def delivery_json(entry: InboxEntry) -> dict[str, object]:
    """Return a delivery as in `intake list --json`."""
    return {
        "id": entry.number,
        "intake": entry.intake,
        "state": entry.state.value,
        "received_at": iso(entry.webhook.received_at),
        "processed_at": iso(entry.processed_at),
        "signals": entry.signals,
        "note": entry.note or None,
    }


def delivery_table(entries: Sequence[InboxEntry], now: datetime) -> list[str]:
    """Return the lines of a list of deliveries."""
    head = ("ID", "INTAKE", "STATE", "RECEIVED", "SIGNALS", "NOTE")
    return table(head, [_cells(entry, now) for entry in entries])


def _cells(entry: InboxEntry, now: datetime) -> tuple[str, ...]:
    return (
        str(entry.number),
        entry.intake,
        entry.state.value,
        local(entry.webhook.received_at, now, seconds=True),
        str(entry.signals),
        shown(entry.note, 100),
    )


def whole_json(config: Config, entry: InboxEntry) -> dict[str, object]:
    """Return a delivery as in `intake show --json`."""
    reading = _read(config, entry)
    return {
        **delivery_json(entry),
        "headers": dict(entry.webhook.headers),
        "body": _body(entry),
        "says": [_signal_json(signal) for signal in reading.signals],
        "remark": reading.note or None,
    }


def _signal_json(signal: Signal) -> dict[str, object]:
    return {
        "key": signal.key,
        "state": signal.state.value,
        "title": signal.title,
        "severity": signal.severity.value if signal.severity else None,
        "service": signal.service,
        "group": signal.group,
        "at": iso(signal.at),
        "started_at": iso(signal.started_at),
        "ended_at": iso(signal.ended_at),
        "labels": dict(signal.labels),
        "url": signal.url,
        "text": signal.text,
    }


def whole_lines(config: Config, entry: InboxEntry) -> Iterator[str]:
    """Yield the lines that show a delivery."""
    reading = _read(config, entry)
    yield f"delivery {entry.number} to {shown(entry.intake)}: {entry.state.value}"
    yield f"received {iso(entry.webhook.received_at)}, worked off {iso(entry.processed_at) or 'not yet'}"
    if entry.note:
        yield shown(entry.note, _LONGEST_NOTE)
    if reading.note and reading.note != entry.note:
        yield f"now: {shown(reading.note, _LONGEST_NOTE)}"
    for signal in reading.signals:
        yield f"  {signal.state.value}  {shown(signal.key, 80)}  {shown(signal.title, 120)}"
    yield ""
    yield from (f"{shown(name)}: {shown(value)}" for name, value in entry.webhook.headers.items())
    yield ""
    yield from (shown(line, 20_000) for line in _body(entry).splitlines())


def _read(config: Config, entry: InboxEntry) -> Reading:
    """Return what a delivery says by the configuration as it is now."""
    intake = next((each for each in config.intakes if each.name == entry.intake), None)
    if intake is None:
        return Reading(note=f"there is no [[intake]] named {entry.intake!r} any more")
    try:
        return read(entry.webhook, intake)
    except IntakeError as error:
        return Reading(note=str(error))


def _body(entry: InboxEntry) -> str:
    return entry.webhook.body.decode("utf-8", "replace")
