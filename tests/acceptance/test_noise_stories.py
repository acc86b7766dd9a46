"""One cause is one message: what is told once where several tell the same. A restart in between."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from stories import ALL_EVENTS, Story, bodies
from test_waiting_stories import decisions, reasons

from statusherd.model.quorum import Quorum
from statusherd.model.services import Dependency, Service
from statusherd.model.words import Impact, Phase, Severity, Status
from statusherd.respond.services import ServiceMap
from statusherd.store import held as held_rows
from statusherd.testing import StatusPage

NAMES_IT = "We are affected by an outage at Cloud."


def herd(folder: Path, *services: Service, dependents: tuple[str, ...] = ("host",), **facts) -> Story:
    """A cloud, and vendors that run on it."""
    story = Story(folder, ("cloud", *dependents), **facts)
    for name in dependents:
        story.vendors[name] = replace(story.vendors[name], upstream=("cloud",))
    setup = replace(story.setup, vendors=story.vendors, services=ServiceMap(services))
    story.setup = setup
    return story


def told(story: Story) -> list[tuple[str, str]]:
    alerts = [sent.delivery.alert for sent in story.sender.sent]
    return [(alert.change.vendor, str(alert.change.kind)) for alert in alerts]


async def cloud_is_down(story: Story, impact: Impact = Impact.CRITICAL) -> str:
    await story.look()
    incident = story.pages["cloud"].open("Network down", impact)
    await story.look()
    return incident


async def consequence(story: Story, text: str = NAMES_IT, name: str = "host", **facts) -> str:
    page = story.pages[name]
    incident = page.open("Elevated errors", Impact.MAJOR, **facts)
    page.update(incident, Phase.IDENTIFIED, text)
    await story.look()
    return incident


async def test_who_names_a_cause_that_the_channel_knows_is_not_told_apart(tmp_path: Path) -> None:
    async with herd(tmp_path) as story:
        cause = await cloud_is_down(story)
        own = await consequence(story)
        await story.restart()
        story.pages["cloud"].update(cause, Phase.IDENTIFIED)
        await story.look()
        assert told(story) == [("cloud", "incident_opened"), ("cloud", "incident_updated")]
        assert "Waiting behind this, and not told apart: Host: Elevated errors." in bodies(story)[-1]
        (answer,) = [d for d in decisions(story) if d.reason == "inhibited"]
        assert answer.behind == f"cloud/incident/{cause}"
        story.pages["host"].resolve(own)
        await story.look()
        story.pages["cloud"].resolve(cause)
        await story.look(times=60)
        assert told(story)[2:] == [("cloud", "incident_resolved")]
        assert "Still open" not in bodies(story)[-1]
        assert "over_before_told" in reasons(story)


async def test_what_outlives_its_cause_is_told_half_an_hour_after_it_and_ended(tmp_path: Path) -> None:
    async with herd(tmp_path) as story:
        cause = await cloud_is_down(story)
        own = await consequence(story)
        story.pages["cloud"].resolve(cause)
        story.pages["host"].update(own, Phase.MONITORING, "Cloud recovers, we watch it.")
        await story.look()
        assert "Still open, and waited behind this: Host: Elevated errors." in bodies(story)[-1]
        await story.restart()
        await story.look(minutes=14, times=2)
        assert told(story)[-1] == ("cloud", "incident_resolved")
        await story.look(minutes=2)
        assert told(story)[-1] == ("host", "incident_updated")
        body = bodies(story)[-1]
        assert body.startswith("OPEN since")
        assert 'Held back behind "Cloud: Network down"' in body
        story.pages["host"].resolve(own)
        await story.look()
        assert told(story)[-1] == ("host", "incident_resolved")
        assert len(told(story)) == 4


async def test_after_a_day_it_is_told_whatever_its_cause_does(tmp_path: Path) -> None:
    async with herd(tmp_path) as story:
        await cloud_is_down(story)
        await consequence(story)
        await story.look(minutes=60 * 24 - 2)
        assert told(story) == [("cloud", "incident_opened")]
        await story.look(minutes=5)
        assert told(story)[1:] == [("host", "incident_opened")]


@pytest.mark.parametrize(
    "text",
    [
        "We are looking into errors.",
        "Uploads to cloud storage fail.",
        "Cloudy Ltd. is slow.",
    ],
)
async def test_who_names_no_cause_is_told(tmp_path: Path, text: str) -> None:
    async with herd(tmp_path) as story:
        await cloud_is_down(story)
        await consequence(story, text)
        assert told(story)[-1] == ("host", "incident_opened")


async def test_who_runs_on_nothing_by_the_config_is_told(tmp_path: Path) -> None:
    async with Story(tmp_path, ("cloud", "host")) as story:
        await cloud_is_down(story)
        await consequence(story)
        assert told(story)[-1] == ("host", "incident_opened")


async def test_what_began_before_its_cause_is_told(tmp_path: Path) -> None:
    async with herd(tmp_path) as story:
        await story.look()
        story.pages["host"].open("Errors", Impact.MINOR)
        await story.clock.advance(60)
        story.pages["cloud"].open("Network down", Impact.CRITICAL)
        own = story.pages["host"].open("Outage of Cloud", Impact.MAJOR)
        await story.look("cloud")
        assert [d.reason for d in decisions(story) if d.told] == ["opened"]
        await story.look()
        assert "inhibited" in reasons(story)  # the second one
        assert [v for v, _ in told(story)] == ["cloud", "host"]
        assert own


async def test_what_is_worse_than_its_cause_is_told(tmp_path: Path) -> None:
    async with herd(tmp_path) as story:
        await cloud_is_down(story, Impact.MINOR)
        await consequence(story)
        assert told(story)[-1] == ("host", "incident_opened")


async def test_a_channel_that_was_not_told_of_the_cause_hears_of_its_consequence(tmp_path: Path) -> None:
    routes = (replace(ALL_EVENTS, vendors=("host",), channels=("spare",), go_on=True), ALL_EVENTS)
    async with herd(tmp_path, routes=routes) as story:
        await cloud_is_down(story)
        await consequence(story)
        channels = [(s.delivery.channel, s.delivery.alert.change.vendor) for s in story.sender.sent]
        assert channels == [("ops", "cloud"), ("spare", "host")]


async def test_a_service_that_the_cause_did_not_touch_is_told_of(tmp_path: Path) -> None:
    shop = Service("shop", 2, depends_on=(Dependency("cloud", "API"),))
    mail = Service("mail", 2, depends_on=(Dependency("host", "API"),))
    both = Service("both", 2, depends_on=(Dependency("cloud"), Dependency("host", "Website")))
    async with herd(tmp_path, shop, mail, both) as story:
        await cloud_is_down(story)
        await consequence(story, components=["Website"])
        assert [v for v, _ in told(story)] == ["cloud"]
        page = story.pages["host"]
        own = page.open("API too", Impact.MAJOR, ["API"])
        page.update(own, Phase.IDENTIFIED, NAMES_IT)
        await story.look()
        assert [v for v, _ in told(story)] == ["cloud", "host"]


async def test_what_comes_to_touch_a_further_service_waits_no_more(tmp_path: Path) -> None:
    both = Service("both", 2, depends_on=(Dependency("cloud"), Dependency("host", "Website")))
    mail = Service("mail", 2, depends_on=(Dependency("host", "API"),))
    async with herd(tmp_path, both, mail) as story:
        await cloud_is_down(story)
        own = await consequence(story, components=["Website"])
        story.pages["host"].edit(own, components=["Website", "API"])
        await story.look()
        assert [v for v, _ in told(story)] == ["cloud", "host"]
        assert story.store.read_now(held_rows.next_due) is None


async def test_ten_that_run_on_one_are_one_message(tmp_path: Path) -> None:
    names = tuple(f"host{n}" for n in range(10))
    async with herd(tmp_path, dependents=names) as story:
        cause = await cloud_is_down(story)
        for name in names:
            await consequence(story, name=name)
        assert len(told(story)) == 1
        story.pages["cloud"].resolve(cause)
        await story.look()
        assert "and 5 more" in bodies(story)[-1]


async def test_a_disturbance_that_is_taken_over_is_ended_to_who_hears_nothing_of_the_incident(
    tmp_path: Path,
) -> None:
    severe = (replace(ALL_EVENTS, severity=Severity.SEV3),)
    async with Story(tmp_path, routes=severe) as story:
        await story.look()
        story.page.set_component("API", Status.MAJOR_OUTAGE)
        story.page.rollup = Status.MAJOR_OUTAGE
        await story.look()
        story.page.open("We are looking into it", Impact.NONE)
        await story.look()
        assert story.told == ["disturbance_opened", "disturbance_ended"]
        assert "This channel is not told of that incident" in bodies(story)[-1]


async def test_a_disturbance_that_is_taken_over_is_not_ended_to_who_hears_of_the_incident(
    tmp_path: Path,
) -> None:
    async with Story(tmp_path) as story:
        await story.look()
        story.page.set_component("API", Status.MAJOR_OUTAGE)
        story.page.rollup = Status.MAJOR_OUTAGE
        await story.look()
        story.page.open("Outage", Impact.MAJOR)
        await story.look()
        assert story.told == ["disturbance_opened", "incident_opened"]


async def test_a_disturbance_waits_with_the_incident_that_took_it_over(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=(replace(ALL_EVENTS, hold=180.0),)) as story:
        await story.look()
        story.page.set_component("API", Status.MAJOR_OUTAGE)
        story.page.rollup = Status.MAJOR_OUTAGE
        await story.look()
        story.page.open("Slow", Impact.MINOR)
        await story.look()
        assert story.told == ["disturbance_opened"]
        await story.look(times=5)
        assert story.told == ["disturbance_opened", "incident_opened"]


# The same event, listed twice


def cloud_regions(folder: Path, **facts) -> Story:
    """Two entries of the config for one site: all of it, and one region."""
    story = Story(folder, ("cloud", "north"), **facts)
    for name in story.pages:
        address = f"https://status.cloud.example/{name}"
        story.vendors[name] = replace(story.vendors[name], address=address)
        story.pages[name] = StatusPage(story.clock, "Cloud", ("API", "Website"))  # one name, the same ids
        story.fetcher.hold_page(address, story.pages[name])
    story.setup = replace(story.setup, vendors=story.vendors)
    return story


async def test_an_event_that_two_entries_of_the_config_list_is_told_once(tmp_path: Path) -> None:
    async with cloud_regions(tmp_path) as story:
        await story.look()
        posted = {n: page.open("Errors", Impact.MAJOR, ["API"]) for n, page in story.pages.items()}
        await story.look()
        await story.restart()
        for name, page in story.pages.items():
            page.update(posted[name], Phase.IDENTIFIED)
        await story.look()
        for name, page in story.pages.items():
            page.resolve(posted[name])
        await story.look(times=40)
        assert told(story) == [
            ("cloud", "incident_opened"), ("cloud", "incident_updated"), ("cloud", "incident_resolved"),
        ]  # fmt: skip
        assert "duplicate" in reasons(story)


async def test_another_component_or_another_time_is_another_event(tmp_path: Path) -> None:
    async with cloud_regions(tmp_path) as story:
        await story.look()
        story.pages["cloud"].open("Errors", Impact.MAJOR, ["API"])
        story.pages["north"].open("Errors", Impact.MAJOR, ["Website"])
        await story.look()
        assert [v for v, _ in told(story)] == ["cloud", "north"]
        await story.look(minutes=15)
        story.pages["north"].open("More errors", Impact.MAJOR, ["API"])
        await story.look()
        assert [v for v, _ in told(story)] == ["cloud", "north", "north"]


async def test_an_event_goes_on_being_told_where_its_twin_is_over(tmp_path: Path) -> None:
    async with cloud_regions(tmp_path) as story:
        await story.look()
        posted = {n: page.open("Errors", Impact.MAJOR, ["API"]) for n, page in story.pages.items()}
        await story.look()
        story.pages["cloud"].resolve(posted["cloud"])
        await story.look(minutes=15, times=3)
        assert told(story)[1:] == [("cloud", "incident_resolved"), ("north", "incident_opened")]
        assert "which told the same event" in bodies(story)[-1]


# A quorum


async def test_of_many_that_fall_at_once_a_quorum_is_told_and_the_rest_waits(tmp_path: Path) -> None:
    names = tuple(f"host{n}" for n in range(8))
    async with herd(tmp_path, dependents=names) as story:
        story.pipeline.setup = story.setup = replace(story.setup, quorum=Quorum(3, 900.0))
        await story.look()
        posted = {}
        for name in names:
            posted[name] = story.pages[name].open("Errors", Impact.MAJOR)
            await story.look()
        await story.restart()
        assert [v for v, _ in told(story)] == ["host0", "host1", "host2"]
        assert "Vendors on the same upstream fell at the same time: Host0, Host1." in bodies(story)[-1]
        assert reasons(story).count("quorum") == 5
        for name in names[:7]:
            story.pages[name].resolve(posted[name])
        await story.look(times=40)
        assert [v for v, _ in told(story)][3:] == ["host0", "host1", "host2", "host7"]
        assert "runs on the same vendor" in bodies(story)[-1]
        story.pages["host7"].resolve(posted["host7"])
        await story.look()
        assert told(story)[-1] == ("host7", "incident_resolved")


async def test_fewer_or_later_ones_are_no_quorum_and_neither_is_any_without_the_setting(
    tmp_path: Path,
) -> None:
    names = tuple(f"host{n}" for n in range(5))
    async with herd(tmp_path, dependents=names) as story:
        await story.look()
        for name in names[:4]:
            story.pages[name].open("Errors", Impact.MAJOR)
            await story.look()
        assert len(told(story)) == 4
        story.pipeline.setup = replace(story.setup, quorum=Quorum(3, 900.0))
        await story.look(minutes=30)
        story.pages["host4"].open("Errors", Impact.MAJOR)
        await story.look()
        assert len(told(story)) == 5


async def test_a_service_that_no_message_named_is_told_of_beyond_the_quorum(tmp_path: Path) -> None:
    names = tuple(f"host{n}" for n in range(4))
    mine = Service("mine", 1, depends_on=(Dependency("host3"),))
    async with herd(tmp_path, mine, dependents=names) as story:
        story.pipeline.setup = replace(story.setup, quorum=Quorum(3, 900.0))
        await story.look()
        for name in names:
            story.pages[name].open("Errors", Impact.MAJOR)
            await story.look()
        assert [v for v, _ in told(story)] == list(names)
