"""A story in which incidents of ours open, move and end beside those of vendors, as the log has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from stories import Story

from statusherd.incidents.causes import Judgement, judge
from statusherd.model.changes import OURS, Change
from statusherd.model.hours import parse_window
from statusherd.model.incidents import Incident, IncidentPhase, OurNews
from statusherd.model.routing import EVENTS, Route
from statusherd.model.services import Dependency, Service
from statusherd.model.suspects import Answer, Link, LinkState, Suspect, Verdict
from statusherd.model.words import ChangeKind, Severity
from statusherd.notify.channels import Channel
from statusherd.respond.services import ServiceMap
from statusherd.store import changes, conversations, incident_links, incidents

API = Dependency("acme", "API")
CHECKOUT = Service(
    "checkout", tier=1, owner="shop", depends_on=(API,), fallback="orders wait", tags=("money",)
)
SEARCH = Service("search", tier=2, owner="find", depends_on=(Dependency("acme", "Website"),))
ALL = Route("all", events=EVENTS, channels=("ops",))
OWNERS = Route("owners", channels=("owner",), events=EVENTS)
NIGHT = (parse_window("22:00-07:00"),)
NO_VENDOR = Answer(Verdict.UNEXPLAINED, "no vendor explains this")


class OurStory(Story):
    """Services that depend on acme, and incidents of ours by hand."""

    def __init__(self, folder: Path, routes: tuple[Route, ...] = (ALL,), **setup: Any) -> None:
        super().__init__(folder, routes=routes)
        names = ("ops", "spare", "shop", "find", "first", "second")
        channels = {name: Channel(name, "json://127.0.0.1:9/") for name in names}
        given = {"services": ServiceMap((CHECKOUT, SEARCH)), "channels": channels, **setup}
        self.setup = replace(self.setup, teams={"shop": ("shop",), "find": ("find",)}, **given)

    def quiet(self, *names: str) -> None:
        """Give channels quiet hours."""
        silent = {name: replace(self.setup.channels[name], quiet=NIGHT) for name in names}
        self.setup = replace(self.setup, channels={**self.setup.channels, **silent})

    def incident(self, severity: Severity = Severity.SEV2, **also: Any) -> Incident:
        """An incident that opens now."""
        given = {"services": ("checkout",), "text": "5xx over 5 %", "opened_by": "intake am", **also}
        now = self.clock.now()
        return Incident(12, "Checkout 5xx", severity, "by hand", IncidentPhase.DETECTED, now, **given)

    async def log(self, *logged: Change) -> None:
        """Put Changes into the log, and tell what is due."""
        await self.store.write(lambda conn: changes.append(conn, logged))
        await self.tell()

    def ours(self, kind: ChangeKind, incident: Incident, **also: Any) -> Change:
        news = OurNews(incident, **{"answer": NO_VENDOR, **also})
        return Change(OURS, kind, self.clock.now(), news.news or "why", subject=incident.name, ours=news)

    async def open(self, severity: Severity = Severity.SEV2, **also: Any) -> Incident:
        given = {key: also.pop(key) for key in ("answer", "findings") if key in also}
        incident = self.incident(severity, **also)
        await self.log(self.ours(ChangeKind.OUR_INCIDENT_OPENED, incident, **given))
        return incident

    async def move(self, incident: Incident, news: str, **also: Any) -> Incident:
        given = {key: also.pop(key) for key in ("answer",) if key in also}
        after = replace(incident, **also)
        await self.log(self.ours(ChangeKind.OUR_INCIDENT_UPDATED, after, news=news, **given))
        return after

    async def resolve(self, incident: Incident, **also: Any) -> None:
        after = replace(incident, phase=IncidentPhase.RESOLVED, resolved_at=self.clock.now())
        await self.log(self.ours(ChangeKind.OUR_INCIDENT_RESOLVED, after, **also))

    async def link(self, incident: Incident, cause: str, state: LinkState = LinkState.LINKED) -> None:
        """Write down that a vendor's incident explains one of ours, as the correlation does."""
        now = self.clock.now()
        link = Link(incident.number, Suspect("acme", cause, "API errors", 0.9), state, now, linked_at=now)

        def write(conn: Connection) -> None:
            over = replace(incident, phase=IncidentPhase.RESOLVED)
            while incidents.add(conn, over).number < incident.number:
                pass  # earlier ones, which are over
            incidents.save(conn, incident, now)
            incident_links.put(conn, (link,))

        await self.store.write(write)

    async def reject(self, incident: Incident, cause: str) -> None:
        """Let a person say that a vendor's incident is not the cause of one of ours."""
        said, now = Judgement(f"acme/{cause}", LinkState.REJECTED, "ana"), self.clock.now()
        await self.store.write(lambda conn: judge(conn, incident.number, said, self.setup, now))
        await self.tell()

    async def pass_minutes(self, minutes: float) -> None:
        await self.clock.advance(60 * minutes)
        await self.tell()

    @property
    def heads(self) -> list[tuple[str, str]]:
        """Who was told what, by the first line."""
        return [(sent.channel.name, sent.message.body.splitlines()[0]) for sent in self.sender.sent]

    def why(self, vendor: str = OURS, kind: ChangeKind | None = None) -> list[tuple[str | None, str]]:
        """The answers to the newest Change of a vendor, or of ours; of one kind, or of any."""
        logged = self.store.read_now(lambda conn: changes.changes_of(conn, vendor))
        newest = next(entry for entry in logged if kind in (None, entry.change.kind))
        found = self.store.read_now(lambda conn: conversations.decisions_of(conn, newest.number))
        return [(each.channel, each.reason.value) for each in found]


def explained_by(*ids: str, title: str = "API errors") -> Answer:
    """The answer that incidents of acme explain it."""
    links: Sequence[Suspect] = [Suspect("acme", each, title, 0.93) for each in ids]
    return Answer(Verdict.VENDOR, f"acme explains it: {title} (93 %)", tuple(links))
