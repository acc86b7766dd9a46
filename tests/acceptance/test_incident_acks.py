"""Taking an incident on, by its number and by its alert: both are one, and the escalation stops."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection
from stories import Story

from statusherd import incidents as ours
from statusherd.acknowledging import acknowledge_named
from statusherd.model.changes import OURS, Change
from statusherd.model.escalation import Escalation, EscalationStep
from statusherd.model.incidents import Incident, OurNews
from statusherd.model.routing import Route
from statusherd.model.words import ChangeKind, Severity
from statusherd.notify.channels import Channel
from statusherd.respond.lifecycle import IncidentRules
from statusherd.store import changes, incidents, timeline

DUTY = Escalation("duty", (EscalationStep(("ada-phone",), 600), EscalationStep(("lead",), 600)))
ROUTES = (
    Route("chat", events=frozenset({"own_incident"}), channels=("ops",), go_on=True),
    Route("duty", events=frozenset({"own_incident"}), channels=("escalation:duty",)),
)


class Watch:
    """A story with one incident of ours that people were told of."""

    def __init__(self, story: Story) -> None:
        self.story = story

    async def open(self, *, taken_on: bool = False) -> None:
        now = self.story.clock.now()

        def work(conn: Connection) -> None:
            made = ours.open_incident(conn, ours.Opening("slow", "ada", severity=Severity.SEV1), (), now)
            if taken_on:
                made = ours.acknowledge(conn, made.number, "ada", "", now)
            kind = ChangeKind.OUR_INCIDENT_OPENED
            changes.append(conn, (Change(OURS, kind, now, "opened", made.name, ours=OurNews(made)),))
            incidents.announced(conn, made.number)

        await self.story.store.write(work)
        await self.story.tell()

    async def do(self, deed, *given: object) -> object:
        now = self.story.clock.now()
        found = await self.story.store.write(lambda conn: deed(conn, *given, now))
        await self.story.tell()
        return found

    async def incident(self) -> Incident:
        found = await self.story.store.read(lambda conn: incidents.numbered(conn, 1))
        assert found
        return found

    async def lines(self) -> list[str]:
        """What people did, in the timeline."""
        entries = await self.story.store.read(lambda conn: timeline.of_incident(conn, 1))
        return [f"{each.kind} {each.author}: {each.text}" for each in entries if each.author]

    def heard(self, channel: str) -> list[str]:
        sent = (each for each in self.story.sender.sent if each.delivery.channel == channel)
        return [each.message.body.splitlines()[0] for each in sent]


@asynccontextmanager
async def watch(folder: Path, *, taken_on: bool = False) -> AsyncIterator[Watch]:
    story = Story(folder, routes=ROUTES)
    channels = {name: Channel(name, "json://127.0.0.1:9/") for name in ("ops", "ada-phone", "lead")}
    story.setup = replace(story.setup, channels=channels, escalations={DUTY.target: DUTY})
    async with story:
        at = Watch(story)
        await at.open(taken_on=taken_on)
        yield at


async def test_who_takes_the_incident_on_stops_its_escalation(tmp_path: Path) -> None:
    async with watch(tmp_path) as at:
        assert len(at.heard("ada-phone")) == 1
        await at.do(ours.acknowledge, 1, "ada", "on it")
        assert "ACKNOWLEDGED by ada" in at.heard("ops")[-1]
        await at.story.clock.advance(3600)
        await at.story.tell()
        assert at.heard("lead") == []
        told = len(at.story.sender.sent)
        await at.do(ours.acknowledge, 1, "ada", "on it")
        assert len(at.story.sender.sent) == told
        assert await at.lines() == ["opened ada: slow", "acknowledged ada: takes it on: on it"]


async def test_who_takes_it_on_before_anybody_heard_of_it_keeps_it_from_escalating(tmp_path: Path) -> None:
    async with watch(tmp_path, taken_on=True) as at:
        assert len(at.heard("ops")) == 1
        await at.story.clock.advance(3600)
        await at.story.tell()
        assert at.heard("lead") == []
        await at.do(ours.set_severity, 1, Severity.SEV2, "ada", "half of them can pay")
        await at.do(ours.set_severity, 1, Severity.SEV1, "ada", "nobody can pay")
        await at.story.clock.advance(3600)
        await at.story.tell()
        assert len(at.heard("lead")) == 1, "what gets worse calls again"


async def test_who_acknowledges_the_alert_has_the_incident(tmp_path: Path) -> None:
    async with watch(tmp_path) as at:
        await at.story.clock.advance(60)
        key = at.story.sender.sent[0].delivery.dedup_key
        await at.do(acknowledge_named, key, "bob", "")
        assert (await at.incident()).acknowledged_at == at.story.clock.now()
        assert (await at.lines())[1:] == ["acknowledged bob: takes it on"]
        await at.do(ours.acknowledge, 1, "ada", "")
        assert (await at.lines())[2:] == ["acknowledged ada: takes it on"]
        assert "ACKNOWLEDGED by ada" in at.heard("ops")[-1]


async def test_what_moves_is_told_in_the_conversation_and_its_end_too(tmp_path: Path) -> None:
    async with watch(tmp_path) as at:
        await at.do(ours.set_severity, 1, Severity.SEV2, "ada", "half of them can pay")
        await at.do(ours.note, 1, "ada", "told to nobody")
        await at.do(ours.advance, 1, ours.RESOLVED, "ada", IncidentRules())
        await at.do(ours.reopen, 1, None, "ada", "it is back")
        kinds = [
            str(sent.delivery.alert.change.kind)
            for sent in at.story.sender.sent
            if sent.delivery.channel == "ops"
        ]
        assert kinds == [
            "our_incident_opened", "our_incident_updated", "our_incident_resolved", "our_incident_reopened",
        ]  # fmt: skip
        threads = {sent.delivery.alert.thread.id for sent in at.story.sender.sent}
        assert threads == {"ours/INC-1"}
