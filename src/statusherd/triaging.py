"""Us or them? The answer for a service, or for all of ours, from what the store knows at this moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from statusherd.at_hand import contacts_of, recent_lines, runbooks_for
from statusherd.clock import Clock
from statusherd.correlating import settings_of
from statusherd.model.selection import matches
from statusherd.model.triage import Question, Triage
from statusherd.respond.correlation.answer import answer
from statusherd.respond.correlation.records import Matter
from statusherd.setup import Setup
from statusherd.sighting import sight
from statusherd.store import incidents
from statusherd.store.engine import Store


def triage(conn: Connection, setup: Setup, question: Question, now: datetime) -> Triage:
    """Return what explains that something is wrong since a time."""
    services = services_of(setup, question.service)
    matter = Matter(services, question.since, question.text)
    seen = sight(conn, setup, question.since, now)
    found = answer(matter, seen.view(matter), settings_of(setup))
    vendors = seen.vendors(seen.ways(matter))
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


class TriageDesk:
    """Answers programs from the store, in its own threads. `setup` is asked anew each time."""

    def __init__(self, store: Store, clock: Clock, setup: Callable[[], Setup]) -> None:
        self._store = store
        self._clock = clock
        self._setup = setup

    def services(self) -> tuple[str, ...]:
        """Return the names of the services that can be asked about."""
        return tuple(service.name for service in self._setup().services.services)

    async def triage(self, question: Question) -> Triage:
        """Return what explains that something is wrong since a time."""
        now, setup = self._clock.now(), self._setup()
        return await self._store.read(lambda conn: triage(conn, setup, question, now))
