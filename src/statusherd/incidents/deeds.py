"""What people do with an incident beside its phases: open, take on, name, judge, note, and give out tasks.

Each is one transaction. Whoever does something is a person by name; what they give is cleaned and bounded.
Raises NoSuchIncidentError, IncidentRefusedError or NotUnderstoodError.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from statusherd.acknowledging import acknowledge as acknowledge_alert
from statusherd.incident_acks import take_on, thread_of
from statusherd.incidents import given
from statusherd.incidents.writing import Writing
from statusherd.model.errors import (
    IncidentRefusedError,
    NoSuchIncidentError,
    NothingOpenError,
    NotUnderstoodError,
)
from statusherd.model.incidents import EntryKind, Incident, IncidentPhase, Opening, Task
from statusherd.model.services import Service
from statusherd.model.words import Severity
from statusherd.respond.opening import STRANGER
from statusherd.store import incident_tasks, incidents

UNJUDGED = Severity.SEV3
"""How severe an incident counts while nobody has said."""


def open_incident(conn: Connection, asked: Opening, services: Sequence[Service], now: datetime) -> Incident:
    """Open an incident; people are told of it shortly. Names that are no services of ours become a label."""
    author = given.author(asked.author)
    if asked.began_at is not None and asked.began_at > now:
        raise NotUnderstoodError("it cannot have begun in the future", remedy="Give an earlier time")
    ours, strangers = given.services_of(asked.services, services)
    fresh = Incident(
        number=0,
        title=given.line(asked.title, "the title", given.LONGEST_TITLE),
        severity=asked.severity or UNJUDGED,
        severity_reason=f"{author} says so" if asked.severity else "nobody has said how severe it is",
        phase=IncidentPhase.DETECTED,
        opened_at=now,
        opened_by=author,
        services=ours,
        text=given.text(asked.text, "the text"),
        labels=dict(asked.labels) | ({STRANGER: ", ".join(strangers)} if strangers else {}),
        began_at=asked.began_at,
        url=asked.url,
        severity_by=author if asked.severity else "",
    )
    with Writing(conn, now) as writing:
        known = incidents.asked_with(conn, asked.asked_with) if asked.asked_with else None
        if known is not None:
            return _same(known, fresh)
        made = writing.open(fresh, asked.asked_with)
        writing.enter(made.number, EntryKind.OPENED, author, made.title, {"severity": made.severity.value})
        return made


def _same(known: Incident, asked: Incident) -> Incident:
    if known.title != asked.title:
        message = f"its Idempotency-Key has opened {known.name} already, with another title"
        raise IncidentRefusedError(message, subject=known.name, remedy="Use a new key for a new incident")
    return known


def acknowledge(conn: Connection, number: int, author: str, note: str, now: datetime) -> Incident:
    """Take an incident on. The escalation of its alert stops, and whoever heard of it hears who it is."""
    author, note = given.author(author), given.line_or_nothing(note, "the note")
    with Writing(conn, now) as writing:
        incident = writing.find(number)
        if not incident.is_open:
            raise IncidentRefusedError("nobody has to take it on: it is over", subject=incident.name)
        taken = take_on(conn, number, author, note, now) or incident
        with suppress(NothingOpenError):  # nobody was told of it so far: nobody waits for the answer
            acknowledge_alert(conn, thread_of(incident), author, note, now)
        return taken


def note(conn: Connection, number: int, author: str, text: str, now: datetime) -> Incident:
    """Write a note into the timeline."""
    author, text = given.author(author), given.text(text, "the note")
    if not text:
        raise NotUnderstoodError("the note is empty", remedy="Give the note")
    with Writing(conn, now) as writing:
        incident = writing.find(number)
        writing.enter(number, EntryKind.NOTE, author, text)
        return incident


def write_review(conn: Connection, number: int, author: str, text: str, now: datetime) -> Incident:
    """Write the review of an incident into its timeline; what was written before stays there, too."""
    author, text = given.author(author), given.text(text, "the review", given.LONGEST_REVIEW)
    if not text:
        raise NotUnderstoodError("the review is empty", remedy="Begin with its draft")
    with Writing(conn, now) as writing:
        incident = writing.find(number)
        writing.enter(number, EntryKind.REVIEW, author, text, {"state": "written"})
        return incident


def assign(conn: Connection, number: int, role: str, person: str, author: str, now: datetime) -> Incident:
    """Give a role to a person; with an empty name nobody has it any more."""
    author = given.author(author)
    role = given.line(role, "the role", given.LONGEST_NAME).casefold()
    person = given.line_or_nothing(person, "the person", given.LONGEST_NAME)
    with Writing(conn, now) as writing:
        incident = writing.find(number)
        before = incident.roles.get(role, "")
        if person == before:
            return incident
        roles = {**incident.roles, role: person}
        if not person:
            del roles[role]
        instead = f", in place of {before}" if person and before else ""
        text = f"{role}: {person or 'nobody'}{instead}"
        writing.enter(number, EntryKind.ROLE, author, text, {"role": role, "person": person})
        return writing.save(replace(incident, roles=roles))


def set_severity(
    conn: Connection, number: int, severity: Severity, author: str, reason: str, now: datetime
) -> Incident:
    """Say how severe an incident is, and why."""
    author, reason = given.author(author), given.line(reason, "the reason")
    with Writing(conn, now) as writing:
        incident = writing.find(number)
        after = replace(incident, severity=severity, severity_reason=reason, severity_by=author)
        way = f"{incident.severity} → {severity}"
        data = {"from": incident.severity.value, "to": severity.value}
        writing.enter(number, EntryKind.SEVERITY, author, f"{way}: {reason}", data)
        writing.tell(number, f"{author} set the severity to {severity}: {reason}")
        return writing.save(after)


@dataclass(frozen=True, slots=True)
class ServiceChange:
    """Services to add to an incident and to take from it, by name."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


def change_services(
    conn: Connection,
    number: int,
    asked: ServiceChange,
    author: str,
    services: Sequence[Service],
    now: datetime,
) -> Incident:
    """Say which services of ours an incident concerns; raise NotUnderstoodError where others are added."""
    author = given.author(author)
    ours, strangers = given.services_of(asked.add, services)
    if strangers:
        known = ", ".join(service.name for service in services) or "none"
        raise NotUnderstoodError(
            "is no service of ours", subject=repr(strangers[0]), remedy=f"Known are: {known}"
        )
    gone = {name.strip().casefold() for name in asked.remove}
    with Writing(conn, now) as writing:
        incident = writing.find(number)
        kept = tuple(name for name in incident.services if name.casefold() not in gone)
        after = tuple(dict.fromkeys((*kept, *ours)))
        if after == incident.services:
            return incident
        text = f"it concerns {', '.join(after) or 'no service of ours'}"
        writing.enter(number, EntryKind.SERVICES, author, text, {"services": ", ".join(after)})
        writing.tell(number, f"{author}: {text}")
        return writing.save(replace(incident, services=after))


# Tasks


def add_task(conn: Connection, task: Task, author: str, now: datetime) -> Task:
    """Write down what is to be done."""
    author = given.author(author)
    cleaned = replace(
        task,
        text=given.line(task.text, "the task"),
        owner=given.line_or_nothing(task.owner, "the owner", given.LONGEST_NAME),
        created_at=now,
    )
    with Writing(conn, now) as writing:
        writing.find(task.incident)
        made = incident_tasks.add(conn, cleaned)
        whose = f" ({made.owner})" if made.owner else ""
        text = f"to do: #{made.number} {made.text}{whose}"
        writing.enter(
            task.incident, EntryKind.TASK, author, text, {"task": str(made.number), "state": "open"}
        )
        return made


def finish_task(conn: Connection, number: int, task: int, author: str, now: datetime) -> Task:
    """Note that a task of an incident is done."""
    author = given.author(author)
    with Writing(conn, now) as writing:
        incident = writing.find(number)
        found = next((each for each in incident_tasks.of_incident(conn, number) if each.number == task), None)
        if found is None:
            remedy = f"`statusherd incident show {number}` shows those it has"
            raise NoSuchIncidentError(f"it has no task #{task}", subject=incident.name, remedy=remedy)
        if not incident_tasks.finish(conn, task, now):
            return found
        data = {"task": str(task), "state": "done"}
        writing.enter(number, EntryKind.TASK, author, f"done: #{task} {found.text}", data)
        return replace(found, done_at=now)
