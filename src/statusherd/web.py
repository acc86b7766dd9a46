"""The web of an installation: what the links in messages and the API ask is answered from the store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from aiohttp.web import RouteDef
from sqlalchemy import Connection

from statusherd.acknowledging import Acknowledged, acknowledge_named, open_ones, threads_named
from statusherd.clock import Clock
from statusherd.config_records import Web
from statusherd.model.delivery import Delivery
from statusherd.model.errors import NoSuchAlertError, NothingOpenError
from statusherd.notify.ack_links import Links, read_token
from statusherd.notify.headlines import headline
from statusherd.notify.markup import link, one_line
from statusherd.notify.times import moment
from statusherd.publish.ack_api import AckApi
from statusherd.publish.ack_page import AckPage
from statusherd.publish.desk import Matter, Refusal, Taken, TakenOn
from statusherd.publish.incident_api import IncidentApi
from statusherd.publish.incident_desk import IncidentDesk
from statusherd.publish.intake_api import PREFIX, IntakeApi
from statusherd.publish.intake_desk import IntakeDesk
from statusherd.publish.metrics import MetricsPage
from statusherd.publish.operations_api import OperationsApi
from statusherd.publish.operations_desk import OperationsDesk
from statusherd.publish.report_api import ReportApi, ReportDesk
from statusherd.publish.server import Server
from statusherd.publish.triage_api import TriageApi, TriageDesk
from statusherd.setup import Setup
from statusherd.store import alerts, escalations
from statusherd.store.engine import Store


class AckDesk:
    """Answers links and the API from the store, in its own threads. `setup` is asked anew each time."""

    def __init__(self, store: Store, clock: Clock, setup: Callable[[], Setup], links: Links | None) -> None:
        self._store = store
        self._clock = clock
        self._setup = setup
        self._links = links

    async def matter(self, token: str) -> Matter | Refusal:
        """Return what a link is about; nothing changes by it."""
        now = self._clock.now()
        return await self._store.read(lambda conn: self._matter(conn, token, now))

    async def take_on(self, token: str, author: str, note: str) -> Matter | Refusal:
        """Take on what a link is about, and return it as it is then."""
        now = self._clock.now()

        def work(conn: Connection) -> Matter | Refusal:
            found = self._message(conn, token, now)
            if isinstance(found, Refusal):
                return found
            acknowledge_named(conn, found.dedup_key, author, note, now)
            return self._matter(conn, token, now)

        try:
            return await self._store.write(work)
        except NothingOpenError:
            return Refusal.OVER

    async def take_on_named(self, id_: str, author: str, note: str) -> tuple[Taken, ...] | Refusal:
        """Take on what an ID means."""
        now = self._clock.now()
        try:
            found = await self._store.write(lambda conn: acknowledge_named(conn, id_, author, note, now))
        except NoSuchAlertError:
            return Refusal.UNKNOWN
        except NothingOpenError:
            return Refusal.OVER
        return tuple(map(_taken, found))

    def _message(self, conn: Connection, token: str, now: datetime) -> Delivery | Refusal:
        """Return the message that a link stands in, where the link is ours and holds still."""
        claim = read_token(token)
        message = alerts.message_with(conn, claim.dedup_key) if claim else None
        if claim is None or message is None or self._links is None or not self._links.holds(claim, message):
            return Refusal.FORGED
        return Refusal.EXPIRED if claim.is_over(now) else message

    def _matter(self, conn: Connection, token: str, now: datetime) -> Matter | Refusal:
        message = self._message(conn, token, now)
        if isinstance(message, Refusal):
            return message
        threads = threads_named(conn, message.dedup_key)
        held = escalations.acknowledged_in(conn, threads)
        last = max(held.values(), key=lambda each: each.at, default=None)
        zone, change = self._zone(message.channel), message.alert.change
        about = change.incident.url if change.incident else None
        return Matter(
            headline=headline(message.alert, zone),
            subject=one_line(message.alert.thread.subject),
            vendor_page=link(about) or link(change.page_url),
            reader=self._reader(message.channel),
            is_open=bool(open_ones(conn, threads)),
            taken_on=TakenOn(last.author, moment(last.at, zone), last.at, last.note) if last else None,
        )

    def _zone(self, channel: str) -> ZoneInfo:
        found = self._setup().channels.get(channel)
        return found.zone if found else ZoneInfo("UTC")

    def _reader(self, channel: str) -> str:
        people = self._setup().roster.people.values()
        readers = [person.name for person in people if channel in person.channels]
        return readers[0] if len(readers) == 1 else ""


def _taken(each: Acknowledged) -> Taken:
    ack = each.acknowledgement
    return Taken(each.thread.id, each.thread.subject, ack.author, ack.at, ack.note, each.told)


@dataclass(frozen=True, slots=True)
class Desks:
    """Who answers what the web is asked. Without a desk its part of the web is not there."""

    ack: AckDesk
    incidents: IncidentDesk | None = None
    operations: OperationsDesk | None = None
    inbox: IntakeDesk | None = None
    reports: ReportDesk | None = None
    triage: TriageDesk | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def routes(self, web: Web) -> Iterator[RouteDef]:
        """Yield all that is answered under the configuration of [web]."""
        if web.url:
            yield from AckPage(self.ack).routes()
        if web.admin_token:
            yield from self._guarded(web.admin_token)
        if self.inbox is not None:
            intake = IntakeApi(self.inbox)
            yield from intake.routes()
            yield from MetricsPage(intake.families, intake.refresh).routes()

    def _guarded(self, token: str) -> Iterator[RouteDef]:
        yield from AckApi(self.ack, token).routes()
        if self.incidents is not None:
            yield from IncidentApi(self.incidents, token).routes()
        if self.operations is not None:
            yield from OperationsApi(self.operations, token).routes()
        if self.reports is not None:
            yield from ReportApi(self.reports, token).routes()
        if self.triage is not None:
            yield from TriageApi(self.triage, token, self.now).routes()


@asynccontextmanager
async def answering(web: Web, desks: Desks) -> AsyncIterator[int | None]:
    """Answer on the address of [web] meanwhile; give the port, None where nothing listens."""
    if web.listen is None:
        yield None
        return
    server = Server(desks.routes(web), uploads=(PREFIX,))
    port = await server.start(web.listen.host, web.listen.port)
    try:
        yield port
    finally:
        if desks.operations is not None:
            await desks.operations.stop()
        await server.stop()
