"""The desk of the API: what programs ask about incidents is answered from the store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from statusherd.clock import Clock
from statusherd.incidents import deeds, merging, phases
from statusherd.incidents.causes import Judgement, judge
from statusherd.incidents.reading import dossier_of
from statusherd.incidents.writing import no_such
from statusherd.model.dossiers import Dossier, Review
from statusherd.model.incidents import Entry, Incident, Member, Opening, Task
from statusherd.model.suspects import LinkState
from statusherd.publish import incident_desk as asked
from statusherd.respond.review import review_of
from statusherd.setup import Setup
from statusherd.store import incident_members, incidents, timeline
from statusherd.store.engine import Store


class StoreDesk:
    """Answers from the store, in its own threads. `setup` is asked anew each time."""

    def __init__(self, store: Store, clock: Clock, setup: Callable[[], Setup]) -> None:
        self._store = store
        self._clock = clock
        self._setup = setup

    async def listed(self, wanted: asked.ListAsked) -> tuple[Incident, ...]:
        """Return incidents, the newest first."""
        listing = incidents.Listing(wanted.is_open, wanted.since, wanted.service, wanted.before)
        return await self._store.read(lambda conn: incidents.listed(conn, listing, wanted.limit))

    async def dossier(self, number: int) -> Dossier:
        """Return all of an incident."""
        return await self._store.read(lambda conn: dossier_of(conn, number))

    async def review(self, number: int) -> Review:
        """Return the review of an incident, or a draft."""
        return review_of(await self.dossier(number))

    async def timeline(self, number: int, after: int, limit: int) -> tuple[Entry, ...]:
        """Return the lines of a timeline behind that of a number."""

        def work(conn: Connection) -> tuple[Entry, ...]:
            if incidents.numbered(conn, number) is None:
                raise no_such(number)
            return timeline.of_incident(conn, number, after, limit)

        return await self._store.read(work)

    async def withheld(self) -> tuple[Member, ...]:
        """Return the alerts that fire and opened nothing."""
        return await self._store.read(incident_members.withheld)

    async def open(self, opening: Opening) -> tuple[Incident, bool]:
        """Open an incident; return it, and whether it is new."""
        now, services = self._clock.now(), self._setup().services.services

        def work(conn: Connection) -> tuple[Incident, bool]:
            incidents.lock(conn)
            known = incidents.asked_with(conn, opening.asked_with) if opening.asked_with else None
            return deeds.open_incident(conn, opening, services, now), known is None

        return await self._store.write(work)

    async def do(self, number: int, deed: asked.Deed, author: str) -> Incident:
        """Do something with an incident; return it as it is then, the other one where one came of it."""
        setup, now = self._setup(), self._clock.now()
        if isinstance(deed, asked.JudgeCause):
            said = Judgement(deed.cause, _STATES[deed.is_cause], author, deed.note)
            return await self._store.write(lambda conn: judge(conn, number, said, setup, now))
        return await self._store.write(lambda conn: _done(conn, number, deed, author, setup, now))

    async def add_task(self, task: Task, author: str) -> Task:
        """Write down what is to be done; return it with its number."""
        now = self._clock.now()
        return await self._store.write(lambda conn: deeds.add_task(conn, task, author, now))

    async def finish_task(self, number: int, task: int, author: str) -> Task:
        """Note that a task is done."""
        now = self._clock.now()
        return await self._store.write(lambda conn: deeds.finish_task(conn, number, task, author, now))


_STATES: Final = {True: LinkState.CONFIRMED, False: LinkState.REJECTED, None: LinkState.RELEASED}


def _done(  # noqa: C901, PLR0911 - one line a deed
    conn: Connection, number: int, deed: asked.PlainDeed, author: str, setup: Setup, now: datetime
) -> Incident:
    match deed:
        case asked.TakeOn(note):
            return deeds.acknowledge(conn, number, author, note, now)
        case asked.WriteNote(text):
            return deeds.note(conn, number, author, text, now)
        case asked.WriteReview(text):
            return deeds.write_review(conn, number, author, text, now)
        case asked.Advance(to, force):
            return phases.advance(conn, number, phases.Step(to, force), author, setup.incidents, now)
        case asked.Reopen(reason, to):
            return phases.reopen(conn, number, to, author, reason, now)
        case asked.SetSeverity(severity, reason):
            return deeds.set_severity(conn, number, severity, author, reason, now)
        case asked.ChangeServices(add, remove):
            change = deeds.ServiceChange(add, remove)
            return deeds.change_services(conn, number, change, author, setup.services.services, now)
        case asked.AssignRole(role, person):
            return deeds.assign(conn, number, role, person, author, now)
        case asked.MergeInto(into):
            return merging.merge(conn, number, into, author, now)
        case asked.SplitOff(title, alerts, services):
            return merging.split(conn, number, merging.Splitting(title, alerts, services), author, now)
