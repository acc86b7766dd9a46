"""One night from the alert to the end, on a clock of its own: us or them, and what is told of it when.

The alert comes by HTTP, the probe asks a real server on loopback, the vendor's page is held.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import ClientSession
from stories import ALL_EVENTS, Story

from statusherd.assembly import take_signals
from statusherd.config_records import Web
from statusherd.config_web_values import Listen
from statusherd.diagnosing import Diagnostics
from statusherd.inbox_desk import InboxDesk
from statusherd.intaking import Intaking
from statusherd.model.incidents import Contact, Entry, EntryKind, Incident, IncidentPhase
from statusherd.model.intake import Access, Intake
from statusherd.model.probes import Probe, ProbeKind
from statusherd.model.services import Dependency, Service
from statusherd.model.suspects import LinkState, Verdict
from statusherd.model.triage import Question
from statusherd.model.words import Impact
from statusherd.probing import Probing
from statusherd.respond.services import ServiceMap
from statusherd.store import early, incident_links, incidents, timeline
from statusherd.testing.recording import LoopbackEndpoint, loopback_prober
from statusherd.triaging import triage
from statusherd.web import AckDesk, Desks, answering

USUAL, SLOW = 0.01, 0.2
"""Seconds."""
CHECKOUT = Service("checkout", tier=1, owner="shop", depends_on=(Dependency("stripe", "API"),))
PROM = Intake("prom", "alertmanager")


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, 1, hour, minute, tzinfo=UTC)


def webhook(status: str, ends_at: datetime | None = None) -> str:
    """What Alertmanager sends of the one alert of this night."""
    labels = {"alertname": "CheckoutErrors", "service": "checkout", "severity": "critical"}
    alert = {
        "status": status,
        "labels": labels,
        "annotations": {"summary": "5xx of checkout over 5 %", "description": "calls run into timeouts"},
        "startsAt": at(9, 59).isoformat(),
        "endsAt": (ends_at or datetime(1, 1, 1, tzinfo=UTC)).isoformat(),
        "fingerprint": "6619311d94852486",
    }
    envelope = {
        "version": "4",
        "status": status,
        "groupKey": "{}:{}",
        "alerts": [alert],
        "truncatedAlerts": 0,
    }
    return json.dumps(envelope)


@dataclass
class Night:
    """A team with one service, four vendors, an endpoint that is probed, and an intake that listens."""

    story: Story
    endpoint: LoopbackEndpoint
    probe: Probe
    probing: Probing
    intaking: Intaking
    client: ClientSession
    address: str

    @property
    def now(self) -> datetime:
        return self.story.clock.now()

    async def until(self, moment: datetime) -> None:
        """Let the minutes go by: in each a look at all pages, a round of the probe, and what follows."""
        while self.now < moment:
            await self.story.look()
            self.probing.notice()
            await self.probing.round(self.probe)
            await self.probing.settle()
            await self.story.tell()

    async def alert(self, body: str) -> None:
        async with self.client.post(
            self.address, data=body, headers={"Content-Type": "application/json"}
        ) as got:
            assert got.status in (200, 202), await got.text()
        while await self.intaking.run_once():
            pass
        await self.story.tell()

    def asked(self) -> str:
        """The verdict of `triage --service checkout --since 30m` now, with its sentence."""
        question = Question(self.now - timedelta(minutes=30), "checkout")
        setup = self.story.pipeline.setup
        found = self.story.store.read_now(lambda conn: triage(conn, setup, question, self.now))
        return f"{found.answer.verdict}: {found.answer.sentence}"

    def incident(self) -> Incident:
        found = self.story.store.read_now(lambda conn: incidents.numbered(conn, 1))
        assert found is not None
        return found

    def lines(self) -> list[Entry]:
        return list(self.story.store.read_now(lambda conn: timeline.of_incident(conn, 1)))

    def told(self, *kinds: str) -> list[str]:
        """The messages of some kinds, in order."""
        sent = self.story.sender.sent
        return [each.message.body for each in sent if str(each.delivery.alert.change.kind) in kinds]


@asynccontextmanager
async def night(folder: Path) -> AsyncIterator[Night]:
    async with (
        Story(folder, vendors=("stripe", "algolia", "fastly", "zoom"), routes=(ALL_EVENTS,)) as story,
        LoopbackEndpoint(USUAL, 0.2) as endpoint,
    ):
        story.clock.set(at(9, 30))
        probe = Probe("stripe", "api", ProbeKind.HTTP, endpoint.url, attempts=3)
        story.pipeline.setup = replace(
            story.setup,
            services=ServiceMap((CHECKOUT,)),
            probes=(probe,),
            intakes=(PROM,),
            access={"prom": Access(is_open=True)},
            contacts={"stripe": Contact("stripe", "https://support.stripe.example", "C-17")},
        )
        prober = loopback_prober(story.clock)
        probing = Probing(
            story.store, prober, story.clock, lambda: story.pipeline.setup, story.pipeline.states, spread=0.0
        )
        await probing.load()
        checks = Diagnostics(story.store, prober, story.clock, lambda: story.pipeline.setup.probes)
        story.pipeline.announcer.diagnose = checks.diagnose
        intaking = Intaking(story.store, story.clock, lambda: story.pipeline.setup, take_signals)
        inbox = InboxDesk(story.store, story.clock, lambda: story.pipeline.setup, intaking.arrived)
        desk = AckDesk(story.store, story.clock, lambda: story.pipeline.setup, None)
        web = Web(Listen("127.0.0.1", 0), None, None)
        async with answering(web, Desks(desk, inbox=inbox)) as port, ClientSession() as client:
            address = f"http://127.0.0.1:{port}/api/v1/intake/prom"
            yield Night(story, endpoint, probe, probing, intaking, client, address)


async def test_us_or_them_from_the_alert_to_the_end(tmp_path: Path) -> None:  # noqa: PLR0915 - one night
    async with night(tmp_path) as found:
        await found.until(at(9, 52))
        found.story.break_page("stripe")  # the page goes down with what it tells of
        await found.until(at(10))
        await found.alert(webhook("firing"))
        await found.alert(webhook("firing"))

        # 10:00. Nobody can say: the vendor's page cannot be read. What is known is told at once.
        assert found.asked().startswith("cannot_tell: cannot tell: Stripe unreadable since 09:5")
        (first,) = found.told("our_incident_opened")
        assert "cannot tell: Stripe unreadable since" in first
        assert "checkout (tier 1, owner shop)" in first
        assert f"GET {found.endpoint.url}" in first
        assert "C-17" in first
        assert found.incident().severity == "SEV1"

        # 10:02. Our own probe sees it, and says whose word that is.
        found.endpoint.delay = SLOW
        await found.until(at(10, 5))
        (warned,) = found.told("early_warning")
        assert "EARLY WARNING" in warned
        assert "times its usual" in warned
        assert found.asked().startswith("cannot_tell")

        # 10:41. The vendor posts: it began at 09:55.
        await found.until(at(10, 30))
        found.story.mend_page("stripe")
        await found.until(at(10, 40))
        theirs = found.story.pages["stripe"].open("API errors", Impact.MAJOR, ["API"], started_at=at(9, 55))
        await found.until(at(10, 50))
        assert found.asked().startswith("vendor: Stripe: API errors")
        (admitted,) = found.told("our_incident_updated")
        assert "Stripe admitted it 4" in admitted
        (link,) = (
            each
            for each in found.story.store.read_now(lambda conn: incident_links.of_incident(conn, 1))
            if each.state is LinkState.LINKED
        )
        assert link.suspect.cause == f"stripe/{theirs}"
        assert {"dependency", "time"} <= {reason.signal for reason in link.suspect.reasons}
        (warning,) = found.story.store.read_now(early.warnings)
        assert warning.cause == theirs
        assert warning.lead is not None
        assert 37 <= warning.lead / 60 <= 40
        assert len(found.told("early_warning_joined")) == 1

        # 11:10 the vendor's ends, and ours.
        await found.until(at(11, 10))
        found.story.pages["stripe"].resolve(theirs)
        found.endpoint.delay = USUAL
        await found.until(at(11, 14))
        await found.alert(webhook("resolved", found.now))
        await found.until(at(11, 20))
        assert found.incident().phase is IncidentPhase.RESOLVED
        (over,) = found.told("our_incident_resolved")
        assert 'Cause: Stripe: "API errors" (9' in over

        # Once each, and all of it on the timeline, in order.
        kinds = [kind for kind in found.story.told if kind.startswith(("our_", "early_"))]
        assert kinds[:2] == ["our_incident_opened", "early_warning"]
        assert sorted(kinds[2:4]) == ["early_warning_joined", "our_incident_updated"]
        assert kinds[4:] == ["our_incident_resolved"]
        lines = found.lines()
        assert [line.at for line in lines] == sorted(line.at for line in lines)
        assert [line.number for line in lines] == sorted(line.number for line in lines)
        told = [line.kind for line in lines]
        wanted = [
            EntryKind.OPENED,
            EntryKind.PROBE,
            EntryKind.VERDICT,
            EntryKind.MESSAGE,
            EntryKind.WARNING,
            EntryKind.VERDICT,
            EntryKind.LINK,
            EntryKind.VENDOR,
            EntryKind.PHASE,
        ]
        rest = iter(told)
        assert all(kind in rest for kind in wanted), told
        verdicts = [line.data["verdict"] for line in lines if line.kind is EntryKind.VERDICT]
        assert verdicts == [Verdict.CANNOT_TELL, Verdict.VENDOR]
