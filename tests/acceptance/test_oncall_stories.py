"""Whoever is on call is told, and nobody is left with half a story when it is handed over."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from installed import Installation
from stories import Story
from test_cli import run

from statusherd.model.oncall import Override, Person, Roster, Rotation, Rule
from statusherd.model.routing import Route
from statusherd.model.words import Impact, Phase
from statusherd.notify.channels import Channel
from statusherd.respond.handovers import every
from statusherd.store.oncall import add_override, remove_override
from statusherd.testing import HttpSink

DUTY = Route("duty", channels=("oncall:primary",))
START = date(2026, 6, 1)
"""The day of the story; its clock begins at noon, UTC, and ada is on call from 09:00 on."""
DAILY = every(timedelta(days=1), START, time(9))
ROSTER = Roster(
    {name: Person(name, (name,)) for name in ("ada", "bob", "cyd")},
    {"primary": Rotation("primary", "UTC", ("ada", "bob"), Rule(START), DAILY)},
)


class OnCallStory(Story):
    """A story in which two people take turns, each with a channel, and a third may stand in."""

    def __init__(self, folder: Path, roster: Roster = ROSTER) -> None:
        super().__init__(folder, routes=(DUTY,))
        channels = {
            name: Channel(name, "json://127.0.0.1:9/") for name in (*self.setup.channels, *roster.people)
        }
        self.setup = replace(self.setup, channels=channels, roster=roster)

    @property
    def heard(self) -> list[tuple[str, str]]:
        """Who was told, and of what kind of change, in order."""
        return [(sent.delivery.channel, str(sent.delivery.alert.change.kind)) for sent in self.sender.sent]

    async def override(self, person: str, begin: datetime, end: datetime) -> int:
        wanted = Override(0, "primary", person, begin, end)
        return await self.store.write(lambda conn: add_override(conn, wanted, self.clock.now()))


async def test_what_opens_after_a_handover_is_told_to_the_next_person_alone(tmp_path: Path) -> None:
    async with OnCallStory(tmp_path) as story:
        await story.look()
        story.page.resolve(story.page.open("First", Impact.MAJOR))
        incident = story.page.open("Today", Impact.MAJOR)
        await story.look()
        story.page.resolve(incident)
        await story.look()
        await story.look(minutes=24 * 60)
        story.page.open("Tomorrow", Impact.MAJOR)
        await story.look()
        assert [who for who, _ in story.heard] == ["ada", "ada", "bob"]


async def test_an_incident_over_a_handover_is_ended_to_all_who_heard_of_it(tmp_path: Path) -> None:
    async with OnCallStory(tmp_path) as story:
        await story.look()
        incident = story.page.open("API errors", Impact.MAJOR)
        await story.look()
        await story.look(minutes=24 * 60, times=2)  # two handovers, and nothing new: nobody is told
        assert story.heard == [("ada", "incident_opened")]
        await story.look(minutes=24 * 60)  # bob's day
        story.page.update(incident, Phase.IDENTIFIED)
        await story.look()
        message = story.sender.sent[-1].message
        assert "OPEN since 2026-06-01 12:01 UTC: Acme:" in message.body
        assert message.subject == "Acme: API errors", "to bob it is no reply"
        story.page.resolve(incident)
        await story.look()
        assert story.heard == [
            ("ada", "incident_opened"),
            ("bob", "incident_updated"),
            ("ada", "incident_resolved"),
            ("bob", "incident_resolved"),
        ]


async def test_who_stands_in_is_told_at_once_and_until_the_override_ends_or_is_removed(
    tmp_path: Path,
) -> None:
    async with OnCallStory(tmp_path) as story:
        await story.look()
        now = story.clock.now()
        number = await story.override("cyd", now, now + timedelta(hours=1))
        story.page.resolve(story.page.open("Gone", Impact.MINOR))
        first = story.page.open("First", Impact.MAJOR)
        await story.look()
        await story.store.write(lambda conn: remove_override(conn, number))
        second = story.page.open("Second", Impact.MAJOR)
        await story.look()
        await story.override("cyd", story.clock.now(), story.clock.now() + timedelta(minutes=30))
        await story.look(minutes=31)
        story.page.open("Third", Impact.MAJOR)
        await story.look()
        assert [who for who, kind in story.heard if kind == "incident_opened"] == ["cyd", "ada", "ada"]
        story.page.resolve(first)
        story.page.resolve(second)
        await story.look()
        assert sorted(story.heard[3:]) == [("ada", "incident_resolved"), ("cyd", "incident_resolved")]


async def test_a_handover_while_the_daemon_was_down_is_followed(tmp_path: Path) -> None:
    async with OnCallStory(tmp_path) as story:
        await story.look()
        incident = story.page.open("API errors", Impact.MAJOR)
        await story.look()
        await story.clock.advance(24 * 3600)
        story.page.resolve(incident)
        story.page.open("Another", Impact.MAJOR)
        await story.restart()
        await story.look()
        assert story.heard[0] == ("ada", "incident_opened")
        assert sorted(story.heard[1:]) == [("ada", "incident_resolved"), ("bob", "incident_opened")]


async def test_a_rotation_over_the_change_of_clocks_is_told_by_the_local_clock(tmp_path: Path) -> None:
    rotation = replace(ROSTER.rotations["primary"], timezone="Europe/Berlin")
    async with OnCallStory(tmp_path, replace(ROSTER, rotations={"primary": rotation})) as story:
        told = []
        # The clocks were put back in the night: 09:00 in Berlin is 08:00 UTC now, and was 07:00.
        for moment in ("2026-10-25 07:50", "2026-10-25 08:02"):
            story.clock.set(datetime.fromisoformat(moment).replace(tzinfo=UTC))
            await story.look()
            story.page.open(moment, Impact.MAJOR)
            await story.look()
            told.append(story.heard[-1][0])
        assert told == ["bob", "ada"]


ONCALL = """
[[channel]]
name = "page-ada"
url = "{ada}"
[[channel]]
name = "page-bob"
url = "{bob}"
[[person]]
name = "ada"
channels = ["page-ada"]
[[person]]
name = "bob"
channels = ["page-bob"]
[[oncall]]
name = "primary"
people = ["ada"]
"""


async def test_an_override_reaches_the_running_daemon(installed: Installation) -> None:
    async with HttpSink() as ada, HttpSink() as bob:
        text = installed.config.read_text().replace(
            'channels = ["mail", "chat"]', 'channels = ["oncall:primary"]'
        )
        installed.config.write_text(text + ONCALL.format(ada=ada.url, bob=bob.url))
        config = str(installed.config)
        await installed.start()
        await installed.looks(2)
        installed.page.open("First", "major", ["API"])
        await ada.wait_for(1, 10)
        out, _ = await run(
            "-c", config, "oncall", "override", "primary", "--person", "bob", "--until", "2090-01-01"
        )
        assert "in place of ada" in out
        installed.page.open("Second", "major", ["API"])
        await bob.wait_for(1, 5)
        await asyncio.wait_for(run("-c", config, "oncall", "remove", "1"), 20)
        installed.page.open("Third", "major", ["API"])
        await ada.wait_for(2, 5)
        assert (len(ada.received), len(bob.received)) == (2, 1)
