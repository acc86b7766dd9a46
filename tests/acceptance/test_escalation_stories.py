"""Escalations on the fake clock: who is told next, who stops it, and what survives."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from stories import ALL_EVENTS, Story, bodies, until

from statusherd.acknowledging import acknowledge, acknowledge_named, threads_named, withdraw
from statusherd.cli.alert_views import answer_table
from statusherd.model.delivery import Reason
from statusherd.model.errors import StatusherdError
from statusherd.model.escalation import Escalation, EscalationStep
from statusherd.model.hours import parse_window
from statusherd.model.oncall import Person, Roster, Rotation, Rule
from statusherd.model.pacing import GroupBy, Grouping
from statusherd.model.routing import Route
from statusherd.model.services import Dependency, Service
from statusherd.model.silences import Silence
from statusherd.model.words import Impact, Phase, Severity, Status
from statusherd.notify.channels import Channel
from statusherd.respond.handovers import every
from statusherd.respond.services import ServiceMap
from statusherd.respond.severity import SeverityRules
from statusherd.store import alerts, escalations, silences

DAY = timedelta(days=1)
DUTY = Escalation(
    "duty",
    (EscalationStep(("first",), 600), EscalationStep(("second", "lead"), 900)),
    repeat=1,
)
ROUTES = (Route("chat", channels=("ops",), go_on=True), Route("duty", channels=("escalation:duty",)))


class DutyStory(Story):
    def __init__(self, folder: Path, escalation: Escalation = DUTY, **channels) -> None:
        super().__init__(folder, routes=ROUTES)
        names = ("ops", "first", "second", "lead")
        known = {name: Channel(name, "json://127.0.0.1:9/", **channels.get(name, {})) for name in names}
        self.setup = replace(self.setup, channels=known, escalations={escalation.target: escalation})

    async def pass_minutes(self, minutes: float) -> None:
        """Let time pass without a look."""
        await self.clock.advance(60 * minutes)
        await self.tell()

    def heard(self, *, by: str) -> list[str]:
        return [sent.message.body.splitlines()[0] for sent in self.sender.sent if sent.delivery.channel == by]

    @property
    def who(self) -> list[str]:
        return [sent.delivery.channel for sent in self.sender.sent]

    def thread(self) -> str:
        return self.sender.sent[0].delivery.alert.thread.id

    async def ack(self, author: str = "ada", note: str = "") -> None:
        now = self.clock.now()
        await self.store.write(lambda conn: acknowledge(conn, self.thread(), author, note, now))
        await self.tell()


async def test_each_step_is_told_when_nobody_acknowledges_and_the_rounds_end(tmp_path: Path) -> None:
    async with DutyStory(tmp_path) as story:
        await story.look()
        story.page.open("API errors", Impact.MAJOR)
        await story.look()
        assert sorted(story.who) == ["first", "ops"]
        await story.pass_minutes(9)
        assert len(story.who) == 2
        await story.pass_minutes(1)
        assert sorted(story.who[2:]) == ["lead", "second"]
        await story.pass_minutes(15)
        assert story.who[4:] == ["first"]
        await story.pass_minutes(10)
        assert sorted(story.who[5:]) == ["lead", "second"]
        for _ in range(30):
            await story.pass_minutes(15)
        assert len(story.who) == 7
    assert story.heard(by="second")[0] == (
        'NOT ACKNOWLEDGED: Acme: major incident "API errors" (investigating)'
    )
    assert "Nobody acknowledged it within 10 min: step 2 of 2 of the escalation duty." in (
        story.sender.sent[2].message.body
    )


@pytest.mark.parametrize("restarts", [False, True])
async def test_an_acknowledgement_stops_it_and_is_told_to_those_who_heard(
    tmp_path: Path, *, restarts: bool
) -> None:
    async with DutyStory(tmp_path) as story:
        await story.look()
        incident = story.page.open("API errors", Impact.MAJOR)
        await story.look()
        await story.pass_minutes(10)
        if restarts:
            await story.restart()
        await story.ack(note="rolling back")
        for name in ("ops", "first", "second", "lead"):
            last = story.heard(by=name)[-1]
            assert last == 'ACKNOWLEDGED by ada: Acme: major incident "API errors" (investigating)', name
        told = len(story.who)
        for _ in range(10):
            await story.pass_minutes(15)
        assert len(story.who) == told
        story.page.resolve(incident)
        await story.look()
        assert sorted(story.who[told:]) == ["first", "lead", "ops", "second"]
        assert all(line.startswith("RESOLVED") for line in (story.heard(by=n)[-1] for n in story.who[told:]))


async def test_a_worse_severity_calls_again_in_spite_of_an_acknowledgement(tmp_path: Path) -> None:
    async with DutyStory(tmp_path) as story:
        service = Service("checkout", tier=1, depends_on=(Dependency("acme"),))
        story.pipeline.setup = story.setup = replace(story.setup, services=ServiceMap((service,)))
        await story.look()
        incident = story.page.open("API errors", Impact.MINOR)
        await story.look()
        await story.ack()
        told = len(story.who)
        await story.pass_minutes(60)
        assert len(story.who) == told
        story.page.edit(incident, impact=Impact.CRITICAL)
        await story.look()
        assert sorted(story.who[told:]) == ["first", "ops"]
        await story.pass_minutes(10)
        assert sorted(story.who[told + 2 :]) == ["lead", "second"]
        assert story.heard(by="lead")[-1].startswith("SEV1 NOT ACKNOWLEDGED: checkout at risk: Acme:")


async def test_the_end_stops_it_and_a_new_opening_begins_anew(tmp_path: Path) -> None:
    async with DutyStory(tmp_path) as story:
        await story.look()
        incident = story.page.open("API errors", Impact.MAJOR)
        await story.look()
        story.page.resolve(incident)
        await story.look()
        told = len(story.who)
        await story.pass_minutes(60)
        assert len(story.who) == told
        story.page.update(incident, Phase.INVESTIGATING)
        await story.look()
        assert sorted(story.who[told:]) == ["first", "ops"]
        await story.pass_minutes(10)
        assert sorted(story.who[told + 2 :]) == ["lead", "second"]


async def test_steps_that_were_told_before_are_told_again_when_it_comes_back(tmp_path: Path) -> None:
    async with DutyStory(tmp_path) as story:
        await story.look()
        incident = story.page.open("API errors", Impact.MAJOR)
        await story.look()
        await story.pass_minutes(10)
        story.page.resolve(incident)
        await story.look()
        told = len(story.who)
        story.page.update(incident, Phase.INVESTIGATING)
        await story.look()
        await story.pass_minutes(10)
        assert "second" in story.who[told:]
        assert story.heard(by="second")[-1].startswith("NOT ACKNOWLEDGED: Acme: ")
        keys = [sent.delivery.dedup_key for sent in story.sender.sent]
        assert len(set(keys)) == len(keys)
        assert all(re.fullmatch("[0-9a-f]{16}", key) for key in keys), "the reference can be typed"


async def test_what_was_open_at_the_first_look_is_escalated_and_acknowledged_too(tmp_path: Path) -> None:
    async with DutyStory(tmp_path) as story:
        incident = story.page.open("API errors", Impact.MAJOR)
        await story.look()
        assert sorted(story.who) == ["first", "ops"]
        await story.pass_minutes(10)
        assert story.heard(by="second")[0].startswith("NOT ACKNOWLEDGED: Acme: major incident")
        key = story.sender.sent[0].delivery.dedup_key
        named = story.store.read_now(lambda conn: threads_named(conn, key))
        assert named == (f"acme/incident/{incident}",)
        now = story.clock.now()
        await story.store.write(lambda conn: acknowledge(conn, named[0], "ada", "", now))
        await story.tell()
        assert story.heard(by="ops")[-1].startswith("ACKNOWLEDGED by ada: Acme: ")
        told = len(story.who)
        await story.pass_minutes(120)
        assert len(story.who) == told


async def test_a_summary_is_taken_on_whole_but_for_what_is_over_and_told_once(tmp_path: Path) -> None:
    async with DutyStory(tmp_path) as story:
        first, _, _ = [story.page.open(f"Trouble {number}", Impact.MAJOR) for number in range(3)]
        await story.look()
        key = story.sender.sent[0].delivery.dedup_key
        story.page.resolve(first)
        await story.look()
        told, now = len(story.who), story.clock.now()
        found = await story.store.write(lambda conn: acknowledge_named(conn, key, "ada", "", now))
        await story.tell()
        assert len(found) == 2
        assert sorted(story.who[told:]) == ["first", "ops"]
        await story.pass_minutes(60)
        assert len(story.who) == told + 2


async def test_trouble_without_an_incident_at_the_first_look_is_escalated_too(tmp_path: Path) -> None:
    async with DutyStory(tmp_path) as story:
        story.page.set_component("API", Status.MAJOR_OUTAGE)
        await story.look()
        await story.pass_minutes(10)
        assert len(story.heard(by="second")) == 1
        story.page.set_component("API", Status.OPERATIONAL)
        await story.look(times=3)
        told = len(story.who)
        await story.pass_minutes(120)
        assert len(story.who) == told


async def test_quiet_hours_do_not_hold_it_up_and_a_silence_does(tmp_path: Path) -> None:
    quiet = {"quiet": (parse_window("00:00-23:59"),)}
    async with DutyStory(tmp_path, first=quiet, second=quiet) as story:
        await story.look()
        story.page.open("API errors", Impact.MAJOR)
        await story.look()
        assert sorted(story.who) == ["first", "ops"]
        now = story.clock.now()
        silence = Silence(now, now + timedelta(hours=1), "ada", "known", vendors=("acme",))
        await story.store.write(lambda conn: silences.add(conn, silence, now))
        await story.pass_minutes(30)
        assert len(story.who) == 2
        await story.pass_minutes(31)
        assert sorted(story.who[2:]) == ["lead", "second"]


async def test_withdrawing_an_acknowledgement_lets_it_go_on(tmp_path: Path) -> None:
    async with DutyStory(tmp_path) as story:
        await story.look()
        story.page.open("API errors", Impact.MAJOR)
        await story.look()
        await story.ack()
        await story.pass_minutes(30)
        told = len(story.who)
        now = story.clock.now()
        assert await story.store.write(lambda conn: withdraw(conn, story.thread(), now))
        await story.tell()
        assert sorted(story.who[told:]) == ["lead", "second"]


async def test_a_step_that_reaches_nobody_takes_no_time_and_every_step_has_its_reason(
    tmp_path: Path,
) -> None:
    steps = (EscalationStep(("first",), 600), EscalationStep(("gone",), 900), EscalationStep(("lead",), 60))
    async with DutyStory(tmp_path, Escalation("duty", steps)) as story:
        await story.look()
        story.page.open("API errors", Impact.MAJOR)
        await story.look()
        await story.pass_minutes(10)
        await story.tell()
        assert story.who[2:] == ["lead"]
        await story.pass_minutes(1)
        found = story.store.read_now(lambda conn: alerts.answers(conn, story.clock.now() - DAY, 50))
    reasons = [each.decision.reason for each in found if each.decision.channel in ("lead", None)]
    assert [each for each in reasons if each is not Reason.NOTHING_OPEN] == [
        Reason.NOBODY_ON_STEP,
        Reason.ESCALATED,
        Reason.ESCALATION_OVER,
    ]


async def test_acknowledging_twice_in_the_same_words_tells_nobody_anything(tmp_path: Path) -> None:
    async with DutyStory(tmp_path) as story:
        await story.look()
        story.page.open("API errors", Impact.MAJOR)
        await story.look()
        await story.ack()
        told = len(story.who)
        await story.ack()
        assert len(story.who) == told
        await story.ack("bob")
        assert story.heard(by="ops")[-1].startswith("ACKNOWLEDGED by bob: ")


async def test_what_is_over_or_unknown_cannot_be_acknowledged(tmp_path: Path) -> None:
    async with DutyStory(tmp_path) as story:
        await story.look()
        incident = story.page.open("API errors", Impact.MAJOR)
        await story.look()
        story.page.resolve(incident)
        await story.look()
        with pytest.raises(StatusherdError, match="nobody waits"):
            await story.ack()
        with pytest.raises(StatusherdError, match="there is no such alert"):
            story.store.read_now(lambda conn: threads_named(conn, "nonsense"))


async def test_each_message_of_an_escalation_is_explained_as_its_own(tmp_path: Path) -> None:
    one = Escalation("duty", (EscalationStep(("first",), 600),), repeat=2)
    async with DutyStory(tmp_path, one) as story:
        await story.look()
        story.page.open("API errors", Impact.MAJOR)
        await story.look()
        await story.pass_minutes(10)
        await story.pass_minutes(10)
        number = story.sender.sent[0].delivery.change_number
        account = story.store.read_now(lambda conn: alerts.account_of(conn, number))
        mine = [each for each in account.verdicts if each.decision.channel == "first"]
    assert [each.decision.reason for each in mine] == [Reason.OPENED, Reason.ESCALATED, Reason.ESCALATED]
    assert len({each.delivery.dedup_key for each in mine}) == 3


async def test_each_step_asks_anew_who_is_on_call_and_both_hear_the_end(tmp_path: Path) -> None:
    handed_over = every(timedelta(days=1), date(2026, 6, 1), time(13))
    steps = (EscalationStep(("oncall:primary",), 3600), EscalationStep(("oncall:primary",), 3600))
    async with DutyStory(tmp_path, Escalation("duty", steps)) as story:
        people = {"ada": Person("ada", ("first",)), "bob": Person("bob", ("second",))}
        turns = Rotation("primary", "UTC", ("ada", "bob"), Rule(date(2026, 5, 31)), handed_over)
        roster = Roster(people, {"primary": turns})
        story.setup = story.pipeline.setup = replace(story.setup, roster=roster)
        await story.look()
        incident = story.page.open("API errors", Impact.MAJOR)
        await story.look()
        (before,) = [name for name in story.who if name != "ops"]
        await story.pass_minutes(60)
        (after,) = story.who[2:]
        assert {before, after} == {"first", "second"}, "it was handed over meanwhile"
        story.page.resolve(incident)
        await story.look()
        assert sorted(story.who[3:]) == ["first", "ops", "second"]


async def test_the_list_of_alerts_says_who_took_it_on(tmp_path: Path) -> None:
    async with DutyStory(tmp_path) as story:
        await story.look()
        story.page.open("API errors", Impact.MAJOR)
        await story.look()
        await story.ack("ada")
        now = story.clock.now()
        found = story.store.read_now(lambda conn: alerts.answers(conn, now - DAY, 50))
        lines = [line for line in answer_table(found, now) if "acknowledged by ada" in line]
    assert sorted(line.split("  ")[2].strip() for line in lines) == ["first", "ops"]


async def test_an_acknowledgement_ends_with_its_matter_also_where_nothing_escalates(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=(replace(ALL_EVENTS, repeat=3600.0),)) as story:
        await story.look()
        incident = story.page.open("API errors", Impact.MAJOR)
        await story.look()
        thread, now = f"acme/incident/{incident}", story.clock.now()
        await story.store.write(lambda conn: acknowledge(conn, thread, "ada", "", now))
        await story.look(minutes=65)
        assert story.told == ["incident_opened"] * 2
        story.page.resolve(incident)
        await story.look()
        assert story.store.read_now(lambda conn: escalations.acknowledged_in(conn, {thread})) == {}
        story.page.update(incident, Phase.INVESTIGATING)
        await story.look()
        await story.look(minutes=65)
        assert bodies(story)[-1].startswith("STILL OPEN after ")


async def test_the_hour_alone_makes_nothing_more_severe_than_what_was_acknowledged(tmp_path: Path) -> None:
    async with DutyStory(tmp_path) as story:
        service = Service("checkout", tier=2, depends_on=(Dependency("acme"),))
        by_day = SeverityRules(hours=(parse_window("08:00-18:00"),), lower_outside=(2,))
        story.pipeline.setup = story.setup = replace(
            story.setup, services=ServiceMap((service,)), severities=by_day
        )
        await story.look()
        await until(story, 3)
        incident = story.page.open("API errors", Impact.MAJOR)
        await story.look()
        assert story.sender.sent[-1].delivery.alert.severity is Severity.SEV4
        await story.ack()
        told = len(story.who)
        await until(story, 9)
        story.page.update(incident, Phase.IDENTIFIED)
        await story.look()
        await story.pass_minutes(60)
        assert sorted(story.who[told:]) == ["first", "ops"]


async def test_who_takes_on_a_group_takes_on_all_that_its_message_tells(tmp_path: Path) -> None:
    async with DutyStory(tmp_path) as story:
        by_vendor = Grouping(GroupBy.VENDOR, 30, 300)
        routes = tuple(replace(route, grouping=by_vendor) for route in ROUTES)
        story.pipeline.setup = story.setup = replace(story.setup, routes=routes)
        await story.look()
        story.page.open("API errors", Impact.MAJOR)
        story.page.open("Slow search", Impact.MAJOR)
        await story.look()
        await story.pass_minutes(1)
        assert sorted(story.who) == ["first", "ops"]
        key, now = story.sender.sent[0].delivery.dedup_key, story.clock.now()
        await story.store.write(lambda conn: acknowledge_named(conn, key, "ada", "", now))
        await story.tell()
        assert sorted(story.who[2:]) == ["first", "ops"]
        assert story.heard(by="ops")[-1].startswith("ACKNOWLEDGED by ada: Acme: 2 opened")
        await story.pass_minutes(120)
        assert len(story.who) == 4
