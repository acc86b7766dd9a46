"""Us or them? The answer for a service, or for all of ours, from what the store knows at this moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from statusherd.announcing import contacts_of, recent_lines, runbooks_for
from statusherd.correlating import settings_of
from statusherd.model.incidents import Contact, Incident, RunbookHint
from statusherd.model.selection import matches
from statusherd.model.suspects import Answer
from statusherd.respond.correlation.answer import answer
from statusherd.respond.correlation.records import Matter, Way
from statusherd.setup import Setup
from statusherd.sighting import Sight, sight
from statusherd.store import incidents


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: since when something is wrong, where, and what is seen of it."""

    since: datetime
    service: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Triage:
    """The answer, and what else somebody needs who is woken by it. `vendors` are those that are needed."""

    question: Question
    services: tuple[str, ...]
    answer: Answer
    vendors: tuple[str, ...] = ()
    recent: tuple[str, ...] = ()
    incidents: tuple[Incident, ...] = ()
    contacts: tuple[Contact, ...] = ()
    runbooks: tuple[RunbookHint, ...] = ()


def triage(conn: Connection, setup: Setup, question: Question, now: datetime) -> Triage:
    """Return what explains that something is wrong since a time."""
    services = services_of(setup, question.service)
    matter = Matter(services, question.since, question.text)
    seen = sight(conn, setup, question.since, now)
    found = answer(matter, seen.view(matter), settings_of(setup))
    vendors = _vendors(seen, seen.ways(matter))
    open_ones = [i for i in incidents.open_ones(conn) if not services or set(i.services) & set(services)]
    return Triage(
        question,
        services,
        found,
        vendors,
        recent_lines(conn, setup, vendors, now),
        tuple(open_ones),
        contacts_of(setup, found, vendors),
        runbooks_for(setup, found, services if question.service else ()),
    )


def services_of(setup: Setup, name: str | None) -> tuple[str, ...]:
    """Return the services that a name or a glob means; all of ours for none."""
    every = tuple(service.name for service in setup.services.services)
    return every if name is None else tuple(each for each in every if matches(name, each))


def _vendors(seen: Sight, ways: tuple[Way, ...]) -> tuple[str, ...]:
    found = (
        name
        for way in ways
        for name, vendor in seen.setup.vendors.items()
        if matches(way.dependency.vendor, name, vendor.title)
    )
    return tuple(dict.fromkeys(found))
