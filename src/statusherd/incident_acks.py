"""An incident is taken on: by its number, or by the alert about it, which comes to the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from statusherd.model.incidents import Entry, EntryKind, Incident
from statusherd.store import incidents, timeline

_THREAD: Final = "ours/INC-"


def thread_of(incident: Incident) -> str:
    """Return the id of the conversation about an incident."""
    return f"{_THREAD}{incident.number}"


def take_on_by(conn: Connection, thread: str, author: str, note: str, now: datetime) -> None:
    """Note in an incident that the alert about it was acknowledged; other threads are no incident's."""
    number = thread.removeprefix(_THREAD)
    if thread.startswith(_THREAD) and number.isascii() and number.isdigit():
        take_on(conn, int(number), author, note, now)


def take_on(conn: Connection, number: int, author: str, note: str, now: datetime) -> Incident | None:
    """Note who takes an incident on; return it, None where there is none.

    Who has it already, and says nothing new, is written down once.
    """
    incidents.lock(conn)
    incident = incidents.numbered(conn, number)
    if incident is None:
        return None
    text = f"takes it on{f': {note}' if note else ''}"
    before = timeline.of_kinds(conn, number, (EntryKind.ACKNOWLEDGED,))
    if before and (before[-1].author, before[-1].text) == (author, text):
        return incident
    timeline.append(conn, (Entry(number, now, EntryKind.ACKNOWLEDGED, author, text),))
    if incident.acknowledged_at is None:
        incident = replace(incident, acknowledged_at=now)
        incidents.save(conn, incident, now)
    incidents.count(conn)
    return incident
