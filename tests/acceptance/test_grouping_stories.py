"""How much is told between the first message and the end, and what comes together as one message."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import stories
from stories import ALL_EVENTS, Story, bodies, decisions, reasons

from statusherd.cli.alert_views import explanation_lines
from statusherd.explaining import OurSide, explain
from statusherd.model.hours import parse_window
from statusherd.model.pacing import GroupBy, Grouping, Updates, parse_digest
from statusherd.model.services import Dependency, Service
from statusherd.model.silences import Silence
from statusherd.model.words import Impact, Phase, Status
from statusherd.respond.services import ServiceMap
from statusherd.respond.severity import SeverityRules
from statusherd.store import alerts, silences

ENDS = (replace(ALL_EVENTS, updates=Updates.ENDS),)
REPEAT = (replace(ALL_EVENTS, repeat=4 * 3600.0),)
BY_VENDOR = (replace(ALL_EVENTS, grouping=Grouping(GroupBy.VENDOR, 30, 300)),)
PHASES = (replace(ALL_EVENTS, updates=Updates.PHASES),)
OURS = OurSide(ServiceMap(), SeverityRules())


async def _a_day_of(story: Story) -> None:
    await story.look()
    incident = story.page.open("API errors", Impact.MINOR)
    await story.look()
    story.page.edit(incident, impact=Impact.MAJOR)
    await story.look()
    story.page.update(incident, Phase.IDENTIFIED)
    await story.look()
    await story.restart()
    story.page.resolve(incident)
    await story.look()


async def test_a_route_may_tell_phases_only(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=PHASES) as story:
        await _a_day_of(story)
        assert story.told == ["incident_opened", "incident_updated", "incident_resolved"]
        update = story.sender.sent[1].delivery.alert
        assert (update.change.incident.phase, update.change.incident.impact) == ("identified", "major")
        assert reasons(story)[-4:] == ["opened", "update_not_selected", "phase_changed", "ended"]


async def test_a_route_may_tell_the_first_and_the_last_only(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=ENDS) as story:
        await _a_day_of(story)
        assert story.told == ["incident_opened", "incident_resolved"]
        kept = [d for d in decisions(story) if d.reason == "update_not_selected"]
        assert [d.route for d in kept] == ["all", "all"]


async def test_of_planned_work_a_moved_window_counts_as_much_as_a_phase(tmp_path: Path) -> None:
    for routes, told in ((PHASES, 3), (ENDS, 2)):
        folder = tmp_path / str(told)
        folder.mkdir()
        async with Story(folder, routes=routes) as story:
            await story.look()
            begin = story.clock.now().replace(minute=0)
            window = story.page.schedule_maintenance("Move", begin.replace(hour=20), begin.replace(hour=21))
            await story.look()
            story.page.reschedule_maintenance(window, begin.replace(hour=22), begin.replace(hour=23))
            await story.look()
            story.page.end_maintenance(window)
            await story.look()
            assert len(story.told) == told


async def test_the_route_that_tells_more_counts_where_two_lead_to_a_channel(tmp_path: Path) -> None:
    routes = (replace(ENDS[0], go_on=True), replace(ALL_EVENTS, name="second"))
    async with Story(tmp_path, routes=routes) as story:
        await _a_day_of(story)
        assert len(story.told) == 4


def first_lines(story: Story) -> list[str]:
    return [body.splitlines()[0] for body in bodies(story)]


async def test_what_a_vendor_posts_within_the_wait_comes_as_one_message(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=BY_VENDOR) as story:
        await story.look()
        opened = [story.page.open(f"Trouble {n}", Impact.MAJOR) for n in range(3)]
        await story.look(minutes=0.25)
        assert story.told == []
        await story.restart()
        await story.look(minutes=0.5)
        assert story.told == ["grouped"]
        assert first_lines(story) == ['OPENED: Acme: 3 opened, the worst is "Trouble 0"']
        for incident in opened[:2]:
            story.page.resolve(incident)
        await story.look(minutes=1)
        await story.restart()
        assert story.told == ["grouped"]
        await story.look(minutes=5)
        assert first_lines(story)[1] == "UPDATE: Acme: 2 over, 1 more still open"
        assert "Still open besides: Acme: Trouble 2." in bodies(story)[1]
        story.page.resolve(opened[2])
        await story.look(minutes=6)
        assert story.told == ["grouped", "grouped", "group_ended"]
        assert first_lines(story)[2].startswith('RESOLVED after 6 min: Acme: major incident "Trouble 2"')
        assert "nothing that was told in this thread is open any more" in bodies(story)[2]
        (thread,) = {sent.delivery.alert.thread for sent in story.sender.sent}
        assert thread.subject == "Acme: incidents"
        assert [sent.message.subject for sent in story.sender.sent] == [
            "Acme: incidents", "Re: Acme: incidents", "Re: Acme: incidents"
        ]  # fmt: skip
        assert [sent.message.tone for sent in story.sender.sent] == ["info", "info", "success"]
        assert sorted(d.reason for d in decisions(story) if d.told) == ["ended"] * 3 + ["opened"] * 3


async def test_one_thing_in_a_group_is_told_as_if_it_stood_by_itself(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=BY_VENDOR) as story:
        await story.look()
        story.page.open("API errors", Impact.MAJOR)
        await story.look(times=2)
        assert first_lines(story) == ['OPENED: Acme: major incident "API errors" (investigating)']
        assert "Acme says" in bodies(story)[0]


async def test_what_is_over_before_its_group_is_told_is_told_to_nobody(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=BY_VENDOR) as story:
        await story.look()
        incident = story.page.open("Short", Impact.MAJOR)
        await story.look(minutes=0.1)
        story.page.resolve(incident)
        await story.look(minutes=0.1)
        await story.look(times=3)
        assert story.told == []
        assert reasons(story)[-2:] == ["grouped", "over_before_told"]


async def test_a_later_group_is_another_conversation(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=BY_VENDOR) as story:
        await story.look()
        for _ in range(2):
            incident = story.page.open("Trouble", Impact.MAJOR)
            await story.look(times=2)
            story.page.resolve(incident)
            await story.look(minutes=6)
            await story.look(minutes=60)
        assert story.told == ["grouped", "group_ended"] * 2
        assert len({sent.delivery.alert.thread.id for sent in story.sender.sent}) == 2
        assert len({sent.delivery.dedup_key for sent in story.sender.sent}) == 4


async def test_vendors_are_told_apart_and_planned_work_from_trouble(tmp_path: Path) -> None:
    async with Story(tmp_path, ("acme", "bolt"), routes=BY_VENDOR) as story:
        await story.look()
        later = story.clock.now() + timedelta(hours=9)
        for page in story.pages.values():
            page.open("Trouble", Impact.MAJOR)
            page.open("More", Impact.MINOR)
        story.page.schedule_maintenance("Move", later, later + timedelta(hours=1))
        await story.look(times=2)
        assert sorted(sent.message.subject for sent in story.sender.sent) == [
            "Acme: incidents", "Acme: maintenance", "Bolt: incidents"
        ]  # fmt: skip


async def test_a_group_by_severity_is_about_several_vendors(tmp_path: Path) -> None:
    routes = (replace(ALL_EVENTS, grouping=Grouping(GroupBy.SEVERITY, 30, 300)),)
    async with Story(tmp_path, ("acme", "bolt"), routes=routes) as story:
        await story.look()
        for page in story.pages.values():
            page.open("Trouble", Impact.MAJOR)
        await story.look(times=2)
        assert first_lines(story) == ['OPENED: Acme, Bolt: 2 opened, the worst is "Trouble"']
        assert "OPENED: Bolt: major incident" in bodies(story)[0]


async def test_what_was_told_in_a_group_ends_in_it_whatever_the_routes_say_by_then(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=BY_VENDOR) as story:
        await story.look()
        opened = [story.page.open(name, Impact.MAJOR) for name in ("One", "Two")]
        await story.look(times=2)
        story.setup = replace(story.setup, routes=(ALL_EVENTS,))
        await story.restart()
        for incident in opened:
            story.page.resolve(incident)
        await story.look()
        assert story.told == ["grouped", "group_ended"]
        assert first_lines(story)[1] == "ALL OVER: Acme: 2 over, nothing of it is open any more"
        assert len({sent.delivery.alert.thread.id for sent in story.sender.sent}) == 1


async def test_without_groups_the_waits_hold_for_each_incident(tmp_path: Path) -> None:
    routes = (replace(ALL_EVENTS, grouping=Grouping(wait=120, interval=600)),)
    async with Story(tmp_path, routes=routes) as story:
        await story.look()
        incident = story.page.open("API errors", Impact.MAJOR)
        await story.look()
        story.page.update(incident, Phase.IDENTIFIED)
        await story.look()
        assert story.told == []
        await story.look()
        assert story.told == ["incident_updated"]
        assert first_lines(story)[0].startswith("OPEN since 12:01 UTC: Acme")
        story.page.update(incident, Phase.MONITORING)
        await story.look(times=3)
        story.page.resolve(incident)
        await story.look(times=6)
        assert len(story.told) == 1
        await story.look(times=2)
        assert story.told == ["incident_updated", "incident_resolved"]


async def test_of_a_hundred_incidents_at_once_one_message_is_made(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=BY_VENDOR) as story:
        await story.look()
        opened = [story.page.open(f"Trouble {n}", Impact.MINOR) for n in range(300)]
        await story.look(times=2)
        assert story.told == ["grouped"]
        assert "and 288 more" in bodies(story)[0]
        for incident in opened:
            story.page.resolve(incident)
        await story.look(times=6)
        assert story.told == ["grouped", "group_ended"]


async def test_a_first_look_opens_the_group_of_what_it_found(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=BY_VENDOR) as story:
        opened = [story.page.open(name, Impact.MAJOR) for name in ("One", "Two")]
        await story.look()
        await story.look()
        assert first_lines(story) == ['ALREADY OPEN: Acme: 2 incidents, the worst is major incident "One"']
        for incident in opened:
            story.page.resolve(incident)
        await story.look(minutes=6)
        assert story.told == ["grouped", "group_ended"]


async def test_a_disturbance_that_an_incident_takes_over_leaves_its_group_to_that(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=BY_VENDOR) as story:
        await story.look()
        story.page.set_component("API", Status.MAJOR_OUTAGE)
        story.page.rollup = Status.MAJOR_OUTAGE
        await story.look(times=4)
        assert story.told == ["grouped"]
        incident = story.page.open("API errors", Impact.MAJOR)
        await story.look(times=6)
        assert len(story.told) == 2
        assert "TAKEN OVER: Acme" in bodies(story)[1]
        story.page.set_component("API", Status.OPERATIONAL)
        story.page.rollup = Status.OPERATIONAL
        story.page.resolve(incident)
        await story.look(times=6)
        assert story.told[-1] == "group_ended"


async def test_an_explanation_finds_the_message_that_tells_several(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=BY_VENDOR) as story:
        await story.look()
        story.page.open("One", Impact.MAJOR)
        story.page.open("Two", Impact.MINOR)
        await story.look(times=2)
        (sent,) = story.sender.sent
        numbers = [d.change_number for d in decisions(story) if d.told]
        assert len(numbers) == 2
        for number, title in zip(numbers, ("One", "Two"), strict=True):
            found = story.store.read_now(lambda conn, n=number: explain(conn, n, OURS))
            lines = "\n".join(explanation_lines(found, story.clock.now()))
            assert f'"{title}"' in lines.splitlines()[0]
            assert "In one message with 1 more of its group" in lines
            assert f"Reference {sent.delivery.dedup_key}" in lines


async def test_an_explanation_finds_each_message_of_a_change_that_was_told_again(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=(replace(BY_VENDOR[0], repeat=3600.0),)) as story:
        await story.look()
        story.page.open("One", Impact.MAJOR)
        story.page.open("Two", Impact.MINOR)
        await story.look(times=2)
        await story.look(minutes=60)
        first, again = (sent.delivery.dedup_key for sent in story.sender.sent)
        since = story.clock.now() - timedelta(days=1)
        answers = story.store.read_now(lambda conn: alerts.answers(conn, since, 50))
        told = [(each.decision.reason.value, each.delivery.dedup_key) for each in answers if each.delivery]
        assert told == [("opened", first), ("repeated", again), ("opened", first)]


def with_digest(story: Story, text: str = "daily 09:00") -> Story:
    """Let the channel have a digest, on a clock an hour ahead of UTC."""
    channels = dict(story.setup.channels)
    channels["ops"] = replace(channels["ops"], timezone="Africa/Lagos")
    routes = (replace(ALL_EVENTS, digest=parse_digest(text)),)
    story.setup = replace(story.setup, channels=channels, routes=routes)
    return story


async def until(story: Story, hour: int) -> None:
    """Let the clock run to the next such hour, UTC, and tell what is due."""
    await stories.until(story, hour)
    await story.tell()


async def test_a_digest_tells_all_of_a_day_in_one_message(tmp_path: Path) -> None:
    async with with_digest(Story(tmp_path, ("acme", "bolt"))) as story:
        acme, bolt = story.pages.values()
        await story.look()
        gone = acme.open("Gone", Impact.MINOR)
        stays = bolt.open("Stays", Impact.MAJOR)
        await story.look(minutes=5)
        acme.resolve(gone)
        bolt.update(stays, Phase.IDENTIFIED)
        await story.look(minutes=5)
        await story.restart()
        await until(story, 7)
        assert story.told == []
        await until(story, 8)
        assert story.told == ["digest"]
        assert first_lines(story) == ['DIGEST: Bolt, Acme: 1 opened, 1 came and went, the worst is "Stays"']
        assert "- 2026-06-01 13:11 WAT: OPEN since 2026-06-01 13:01 WAT: Bolt" in bodies(story)[0]
        assert "RESOLVED after 5 min: Acme" in bodies(story)[0]
        assert story.sender.sent[0].message.subject.startswith("Digest of 2026-")
        assert [d.reason.value for d in decisions(story) if d.told] == ["digested", "opened"]
        bolt.resolve(stays)
        await story.look()
        await until(story, 8)
        await until(story, 8)
        assert story.told == ["digest", "digest"]
        assert first_lines(story)[1].startswith("RESOLVED after")
        assert len({sent.delivery.alert.thread.id for sent in story.sender.sent}) == 2


async def test_a_digest_waits_for_its_day_of_the_week(tmp_path: Path) -> None:
    async with with_digest(Story(tmp_path), "weekly Mon 09:00") as story:
        await story.look()
        story.page.open("API errors", Impact.MAJOR)
        await story.look()
        while story.told == []:
            await until(story, 8)
        assert story.clock.now().strftime("%a %H") == "Mon 08"


async def test_sev1_does_not_wait_for_the_digest_and_is_not_in_it(tmp_path: Path) -> None:
    service = Service("shop", 1, depends_on=(Dependency("acme"),))
    async with with_digest(Story(tmp_path)) as story:
        story.setup = story.pipeline.setup = replace(story.setup, services=ServiceMap((service,)))
        await story.look()
        story.page.open("Small", Impact.MINOR)
        grows = story.page.open("Grows", Impact.MINOR)
        await story.look()
        assert story.told == []
        story.page.edit(grows, impact=Impact.CRITICAL)
        await story.look()
        assert first_lines(story) == [
            'SEV1 OPEN since 13:01 WAT: shop at risk: Acme: critical incident "Grows" (now investigating)'
        ]
        await until(story, 8)
        assert story.told == ["incident_updated", "digest"]
        assert "Grows" not in bodies(story)[1]


async def test_what_came_and_went_in_quiet_hours_is_in_the_digest(tmp_path: Path) -> None:
    async with with_digest(Story(tmp_path)) as story:
        channels = dict(story.setup.channels)
        channels["ops"] = replace(channels["ops"], quiet=(parse_window("22:00-07:00"),))
        story.setup = story.pipeline.setup = replace(story.setup, channels=channels)
        await story.look()
        await until(story, 23)
        incident = story.page.open("Short", Impact.MINOR)
        await story.look()
        story.page.resolve(incident)
        await story.look()
        await until(story, 7)
        assert story.told == []
        await until(story, 8)
        assert story.told == ["digest"]
        assert reasons(story)[-2:] == ["digest", "digested"]


async def test_what_a_silence_withheld_waits_for_the_digest_after_it(tmp_path: Path) -> None:
    async with with_digest(Story(tmp_path)) as story:
        await story.look()
        now = story.clock.now()
        asked = Silence(now, now + timedelta(hours=30), "ops", "planned", vendors=("acme",))
        await story.store.write(lambda conn: silences.add(conn, asked, now))
        story.page.open("API errors", Impact.MAJOR)
        await story.look()
        await until(story, 8)
        await story.look(minutes=60 * 12)
        assert story.told == []
        await until(story, 8)
        assert story.told == ["digest"]


async def test_quiet_hours_hold_a_digest_back(tmp_path: Path) -> None:
    async with with_digest(Story(tmp_path), "daily 06:00") as story:
        channels = dict(story.setup.channels)
        channels["ops"] = replace(channels["ops"], quiet=(parse_window("22:00-07:00"),))
        story.setup = story.pipeline.setup = replace(story.setup, channels=channels)
        await story.look()
        story.page.open("API errors", Impact.MAJOR)
        await story.look()
        await until(story, 5)
        assert story.told == []
        await until(story, 6)
        assert story.told == ["digest"]


async def test_a_reminder_says_how_long_it_is_open_and_what_stands_now(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=REPEAT) as story:
        await story.look()
        incident = story.page.open("API errors", Impact.MAJOR)
        await story.look()
        story.page.update(incident, Phase.INVESTIGATING, "Still looking.")
        await story.look()
        await story.restart()
        await story.look(minutes=238)
        assert len(story.told) == 1
        await story.look(minutes=2)
        assert first_lines(story)[1] == (
            'STILL OPEN after 4 h 2 min: Acme: major incident "API errors" (investigating)'
        )
        assert "A reminder" in bodies(story)[1]
        assert "Still looking." in bodies(story)[1]
        assert story.sender.sent[1].message.subject == "Re: Acme: API errors"
        await story.look(minutes=240)
        assert first_lines(story)[2].startswith("STILL OPEN after 8 h")
        story.page.update(incident, Phase.IDENTIFIED)
        await story.look()
        story.page.resolve(incident)
        await story.look()
        await story.look(minutes=240, times=3)
        marks = [line.split()[0] for line in first_lines(story)]
        assert marks == ["OPENED:", "STILL", "STILL", "UPDATE:", "RESOLVED"]
        numbers = [sent.delivery.alert.number for sent in story.sender.sent]
        assert numbers == [1, 2, 3, 4, 5]
        assert [d.reason.value for d in decisions(story) if d.told].count("repeated") == 2


async def test_news_put_a_reminder_off(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=REPEAT) as story:
        await story.look()
        incident = story.page.open("API errors", Impact.MAJOR)
        await story.look()
        story.page.update(incident, Phase.IDENTIFIED)
        await story.look(minutes=200)
        await story.look(minutes=200)
        assert len(story.told) == 2
        await story.look(minutes=40)
        assert len(story.told) == 3


async def test_silences_and_quiet_hours_withhold_reminders(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=REPEAT) as story:
        channels = dict(story.setup.channels)
        channels["ops"] = replace(channels["ops"], quiet=(parse_window("18:00-20:00"),))
        story.setup = story.pipeline.setup = replace(story.setup, channels=channels)
        await story.look()
        story.page.open("API errors", Impact.MAJOR)
        await story.look()
        now = story.clock.now()
        asked = Silence(now, now + timedelta(hours=5), "ops", "planned", vendors=("acme",))
        await story.store.write(lambda conn: silences.add(conn, asked, now))
        await story.look(minutes=290)
        assert len(story.told) == 1
        await story.look(minutes=10)
        assert first_lines(story)[1].startswith("STILL OPEN after 5 h")
        await story.look(minutes=240)
        assert story.clock.now().hour == 21
        assert len(story.told) == 3
        await story.look(minutes=60 * 20)
        await story.look(minutes=60)
        assert story.clock.now().hour == 18
        before = len(story.told)
        await story.look(minutes=60)
        assert len(story.told) == before
        assert {"silenced", "repeated"} <= set(reasons(story))


async def test_a_reminder_of_a_group_names_what_is_open_in_it(tmp_path: Path) -> None:
    routes = (replace(BY_VENDOR[0], repeat=3600.0),)
    async with Story(tmp_path, routes=routes) as story:
        await story.look()
        opened = [story.page.open(name, Impact.MAJOR) for name in ("One", "Two", "Three")]
        await story.look(times=2)
        story.page.resolve(opened[0])
        await story.look(minutes=6)
        await story.restart()
        await story.look(minutes=60)
        assert first_lines(story)[2] == "STILL OPEN after 1 h 7 min: Acme: Two; Three"
        for incident in opened:
            story.page.resolve(incident)
        await story.look(minutes=6)
        await story.look(minutes=60, times=2)
        assert story.told == ["grouped", "grouped", "grouped", "group_ended"]
        assert [sent.delivery.alert.number for sent in story.sender.sent] == [1, 2, 3, 4]


async def test_what_a_first_look_found_is_repeated_too(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=REPEAT) as story:
        incident = story.page.open("API errors", Impact.MAJOR)
        await story.look()
        await story.look(minutes=240)
        assert first_lines(story)[1].startswith("STILL OPEN after 4 h: Acme: major incident")
        story.page.resolve(incident)
        await story.look(minutes=1)
        await story.look(minutes=240)
        assert story.told[-1] == "incident_resolved"
        assert len(story.told) == 3


async def test_a_route_that_reminds_no_more_stops_what_was_planned(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=REPEAT) as story:
        await story.look()
        story.page.open("API errors", Impact.MAJOR)
        await story.look()
        story.setup = story.pipeline.setup = replace(story.setup, routes=(ALL_EVENTS,))
        await story.look(minutes=240, times=2)
        assert len(story.told) == 1
        assert await story.pipeline.next_waiting() is None
