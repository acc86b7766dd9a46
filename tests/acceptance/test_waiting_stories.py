"""What people are told, and when, where something has to wait: hold, hours, silences. A restart in between."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from stories import ALL_EVENTS, Story, decisions, reasons, silence, until

from statusherd.model.delivery import Reason
from statusherd.model.hours import parse_window
from statusherd.model.routing import Route
from statusherd.model.words import Impact, Phase, Severity, Status
from statusherd.store import silences

HOLD = (replace(ALL_EVENTS, hold=180.0),)
NIGHT = (parse_window("22:00-07:00"),)
OFFICE = (replace(ALL_EVENTS, hours=(parse_window("Mon-Fri 08:00-18:00"),)),)


def quiet(story: Story) -> Story:
    channels = dict(story.setup.channels)
    channels["ops"] = replace(channels["ops"], quiet=NIGHT)
    story.setup = replace(story.setup, channels=channels)
    return story


async def test_something_minor_that_is_over_within_its_hold_is_told_to_nobody(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=HOLD) as story:
        await story.look()
        incident = story.page.open("Slow", Impact.MINOR)
        await story.look()
        story.page.resolve(incident)
        await story.look(times=5)
        assert story.told == []
        assert reasons(story)[-2:] == ["held", "over_before_told"]


async def test_something_minor_that_lasts_is_told_once_and_ended(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=HOLD) as story:
        await story.look()
        incident = story.page.open("Slow", Impact.MINOR)
        await story.look()
        story.page.update(incident, Phase.IDENTIFIED)
        await story.restart()
        await story.look(times=4)
        assert story.told == ["incident_updated"]
        assert story.sender.sent[0].message.body.startswith(
            'OPEN since 12:01 UTC: Acme: minor incident "Slow" (now identified'
        )
        story.page.resolve(incident)
        await story.look()
        assert story.told == ["incident_updated", "incident_resolved"]


async def test_something_major_is_never_held_and_what_grows_major_is_told_at_once(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=HOLD) as story:
        await story.look()
        story.page.open("Down", Impact.MAJOR)
        small = story.page.open("Slow", Impact.MINOR)
        await story.look()
        assert story.told == ["incident_opened"]
        story.page.edit(small, impact=Impact.CRITICAL)
        await story.look()
        assert story.told == ["incident_opened", "incident_updated"]
        await story.look(times=5)
        assert len(story.told) == 2


async def test_a_feed_that_flaps_fourteen_times_a_day_gives_two_messages(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=HOLD) as story:
        await story.look()
        for _ in range(14):
            incident = story.page.open("API went down", Impact.UNKNOWN)
            await story.look(times=10)
            story.page.resolve(incident, "API recovered")
            await story.look(times=90)
        assert story.told == ["incident_opened", "incident_resolved"]
        assert "flapping" in reasons(story)


async def test_a_flapping_feed_that_stays_down_is_told_with_how_often_it_came(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=HOLD) as story:
        await story.look()
        for _ in range(3):
            incident = story.page.open("API went down", Impact.MINOR)
            await story.look(times=5)
            story.page.resolve(incident)
            await story.look(times=20)
        story.page.open("API went down", Impact.MINOR)
        await story.look(times=70)
        assert story.told == ["incident_opened", "incident_resolved", "incident_opened"]
        assert "It comes and goes: opened 4 times since" in story.sender.sent[-1].message.body


async def test_a_flapping_state_of_a_page_is_told_twice_too(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=HOLD) as story:
        await story.look()
        for _ in range(14):
            story.page.set_component("API", Status.DEGRADED)
            story.page.rollup = Status.DEGRADED
            await story.look(times=10)
            story.page.set_component("API", Status.OPERATIONAL)
            story.page.rollup = Status.OPERATIONAL
            await story.look(times=90)
        assert story.told == ["disturbance_opened", "disturbance_ended"]


async def test_what_is_open_after_the_quiet_hours_is_told_once_as_it_stands(tmp_path: Path) -> None:
    async with quiet(Story(tmp_path)) as story:
        await until(story, 21, 30)
        await story.look()
        await until(story, 23)
        incident = story.page.open("API errors", Impact.MAJOR)
        await story.look()
        story.page.update(incident, Phase.IDENTIFIED, "We found it.")
        await story.look()
        await story.restart()
        story.page.update(incident, Phase.IDENTIFIED, "Only words.")
        await story.look()
        assert story.told == []
        await until(story, 6, 58)
        await story.look(times=1)
        assert story.told == []
        await story.look(times=2)
        (sent,) = story.sender.sent
        assert "Only words." in sent.message.body
        assert "Held back for the quiet hours" in sent.message.body
        assert sent.delivery.alert.opens
        assert {d.until.hour for d in decisions(story) if d.until} == {7}


async def test_what_came_and_went_in_the_night_is_summed_up_in_one_message(tmp_path: Path) -> None:
    async with quiet(Story(tmp_path, ("acme", "bolt"))) as story:
        await until(story, 22, 30)
        await story.look()
        opened = [page.open("Errors", Impact.MAJOR) for page in story.pages.values()]
        minor = story.page.open("Slow", Impact.MINOR)
        await story.look()
        for page, incident in zip(story.pages.values(), opened, strict=True):
            page.resolve(incident)
        story.page.resolve(minor)
        await story.look()
        await story.restart()
        await until(story, 7)
        await story.look(times=3)
        assert story.told == ["missed"]
        body = story.sender.sent[0].message.body
        assert body.startswith("OVER, in the quiet hours: 2 incidents")
        assert 'major incident "Bolt: Errors", 20' in body
        assert "Slow" not in body
        assert reasons(story).count("summed_up") == 2


async def test_the_end_of_what_was_told_before_the_night_comes_in_the_morning(tmp_path: Path) -> None:
    async with quiet(Story(tmp_path)) as story:
        await story.look()
        await until(story, 21)
        incident = story.page.open("API errors", Impact.MAJOR)
        await story.look()
        await until(story, 23)
        story.page.update(incident, Phase.MONITORING)
        await story.look()
        story.page.resolve(incident)
        await story.look()
        assert story.told == ["incident_opened"]
        await until(story, 7)
        await story.look(times=2)
        assert story.told == ["incident_opened", "incident_resolved"]


async def test_what_is_as_it_was_told_needs_no_word_in_the_morning(tmp_path: Path) -> None:
    async with quiet(Story(tmp_path)) as story:
        await story.look()
        await until(story, 21)
        incident = story.page.open("API errors", Impact.MAJOR)
        await story.look()
        await until(story, 23)
        story.page.resolve(incident)
        await story.look()
        story.page.update(incident, Phase.INVESTIGATING)
        await story.look()
        await until(story, 7)
        await story.look(times=2)
        assert story.told == ["incident_opened"]
        assert reasons(story)[-1] == "already_told"


async def test_a_first_look_in_the_night_is_one_summary_of_what_is_left(tmp_path: Path) -> None:
    async with quiet(Story(tmp_path)) as story:
        await until(story, 23)
        gone = story.page.open("Gone", Impact.MINOR)
        moved = story.page.open("Moved", Impact.MAJOR)
        for name in ("One", "Two"):
            story.page.open(name, Impact.MAJOR)
        await story.look()
        story.page.resolve(gone)
        story.page.update(moved, Phase.MONITORING)
        await story.look(times=2)
        await until(story, 7)
        await story.look(times=2)
        assert sorted(story.told) == ["first_look", "incident_updated"]
        summary = next(s for s in story.sender.sent if s.delivery.alert.change.kind == "first_look")
        assert [i.title for i in summary.delivery.alert.change.incidents] == ["One", "Two"]
        story.page.resolve(moved)
        await story.look()
        assert story.told[-1] == "incident_resolved"


async def test_hours_of_a_route_let_nothing_out_from_friday_evening_to_monday(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=OFFICE) as story:
        while story.clock.now().weekday() != 4:
            await until(story, 19)
        await story.look()
        story.page.open("API errors", Impact.MAJOR)
        await story.look(times=2)
        for _ in range(2):
            await until(story, 12)
            await story.look()
        assert story.told == []
        await until(story, 8)
        await story.look()
        assert story.told == ["incident_opened"]
        assert story.clock.now().weekday() == 0


async def test_a_silence_withholds_all_and_one_message_tells_what_is_open_after_it(tmp_path: Path) -> None:
    async with Story(tmp_path) as story:
        await story.look()
        number = await silence(story, vendors=("ac*",))
        incident = story.page.open("API errors", Impact.CRITICAL)
        over = story.page.open("Short", Impact.CRITICAL)
        await story.look()
        story.page.update(incident, Phase.IDENTIFIED)
        story.page.resolve(over)
        await story.look()
        await story.restart()
        assert story.told == []
        assert {d.silence for d in decisions(story) if d.reason is Reason.SILENCED} == {number}
        await story.look(minutes=60, times=2)
        assert story.told == ["incident_updated"]
        assert "over_before_told" in reasons(story)


async def test_a_silence_that_is_ended_early_tells_at_once(tmp_path: Path) -> None:
    async with Story(tmp_path) as story:
        await story.look()
        number = await silence(story, 24, vendors=("acme",))
        story.page.open("API errors", Impact.MAJOR)
        await story.look()
        now = story.clock.now()
        assert await story.store.write(lambda conn: silences.expire(conn, number, now))
        await story.tell()
        assert story.told == ["incident_opened"]


async def test_the_end_inside_a_silence_of_what_was_told_before_it_comes_after_it(tmp_path: Path) -> None:
    async with Story(tmp_path) as story:
        await story.look()
        incident = story.page.open("API errors", Impact.MAJOR)
        await story.look()
        await silence(story, vendors=("acme",))
        story.page.resolve(incident)
        await story.look()
        assert story.told == ["incident_opened"]
        await story.look(minutes=60)
        assert story.told == ["incident_opened", "incident_resolved"]


async def test_a_silence_of_a_component_does_not_hide_what_goes_beyond_it(tmp_path: Path) -> None:
    async with Story(tmp_path) as story:
        await story.look()
        await silence(story, components=("API",))
        story.page.open("API only", Impact.MAJOR, ["API"])
        story.page.open("Both", Impact.MAJOR, ["API", "Website"])
        story.page.open("Everything", Impact.MAJOR)
        await story.look()
        assert sorted(s.delivery.alert.change.incident.title for s in story.sender.sent) == [
            "Both",
            "Everything",
        ]


async def test_two_routes_to_a_channel_the_open_one_counts(tmp_path: Path) -> None:
    closed = replace(OFFICE[0], name="office", go_on=True)
    always = Route("always", severity=Severity.SEV3, channels=("ops",))
    async with Story(tmp_path, routes=(closed, always)) as story:
        await until(story, 23)
        await story.look()
        story.page.open("Bad", Impact.CRITICAL)
        story.page.open("Less", Impact.MAJOR)
        await story.look()
        assert [s.delivery.alert.change.incident.title for s in story.sender.sent] == ["Bad"]
        assert [d.route for d in decisions(story) if d.told] == ["always"]
