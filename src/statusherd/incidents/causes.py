"""What people say of an incident's suspects: this is the cause, this is not, forget about it.

Their word stands over what correlation finds, and is remembered for the next incident of the same service.
Saying the same again changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from statusherd.correlating import answer_for, cause_change
from statusherd.incidents import given
from statusherd.incidents.writing import Writing
from statusherd.model.errors import NoSuchIncidentError
from statusherd.model.incidents import EntryKind, Incident
from statusherd.model.suspects import Link, LinkState, Suspect
from statusherd.setup import Setup
from statusherd.sighting import sight
from statusherd.store import changes as change_log
from statusherd.store import incident_links, incidents, troubles

_WORDS: Final = {
    LinkState.CONFIRMED: "it is the cause",
    LinkState.REJECTED: "it is not the cause",
    LinkState.RELEASED: "it is unlinked",
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What somebody says of a cause, "vendor/id": CONFIRMED, REJECTED, or RELEASED to unlink it."""

    cause: str
    state: LinkState
    author: str
    note: str = ""


def judge(conn: Connection, number: int, said: Judgement, setup: Setup, now: datetime) -> Incident:
    """Write down what somebody says of a cause; people hear of it where it changes the answer.

    Raise NoSuchIncidentError where there is no such incident, or nothing of that name at the vendor.
    """
    author, note = given.author(said.author), given.line_or_nothing(said.note, "the note")
    with Writing(conn, now) as writing:
        incident = writing.find(number)
        known = _known(conn, incident, said.cause)
        if known.state is said.state and known.by:
            return incident
        linked_at = known.linked_at or (now if said.state.holds else None)
        link = replace(known, state=said.state, by=author, at=now, linked_at=linked_at)
        incident_links.put(conn, (link,))
        text = f"{said.cause}: {_WORDS[said.state]}{f': {note}' if note else ''}"
        data = {"cause": said.cause, "state": said.state.value}
        writing.enter(number, EntryKind.LINK, author, text, data)
        if link.state.holds != known.state.holds:
            _tell(conn, incident, f"{author} says of {_title(link, setup)}: {_WORDS[said.state]}", setup, now)
        return incident


def _tell(conn: Connection, incident: Incident, news: str, setup: Setup, now: datetime) -> None:
    if incident.is_open and incidents.is_announced(conn, incident.number):
        seen = sight(conn, setup, incident.opened_at, now)
        found = answer_for(conn, incident, seen)
        change_log.append(conn, (cause_change(incident, found, news, seen),))


def _title(link: Link, setup: Setup) -> str:
    return f"{setup.title_of(link.suspect.vendor)}: {link.suspect.title}"


def _known(conn: Connection, incident: Incident, cause: str) -> Link:
    """Return what is remembered of a cause; of one that was no suspect so far, what its vendor says of it."""
    vendor, _, id_ = cause.partition("/")
    known = incident_links.link_to(conn, incident.number, vendor, id_)
    if known is not None:
        return known
    seen = troubles.find(conn, vendor, id_)
    if seen is None:
        remedy = f"`statusherd incident show {incident.number}` lists its suspects; write VENDOR/ID as there"
        raise NoSuchIncidentError(
            "there is no such incident at the vendor", subject=cause[:100], remedy=remedy
        )
    suspect = Suspect(vendor, id_, seen.incident.title, 0.0)
    return Link(incident.number, suspect, LinkState.SUSPECTED, seen.first_seen_at)
