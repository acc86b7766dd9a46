"""What a vendor's trouble means for services of ours, and who hears of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from stories import ALL_EVENTS, Story

from statusherd.model.delivery import Reason
from statusherd.model.routing import EVENTS, Route
from statusherd.model.services import Dependency, Service
from statusherd.model.words import Impact, Phase, Severity, Status
from statusherd.notify.channels import Channel
from statusherd.respond.services import ServiceMap
from statusherd.store import changes, conversations

API = Dependency("acme", "API")
CHECKOUT = Service("checkout", tier=1, owner="shop", depends_on=(API,))
SEARCH = Service("search", tier=2, owner="find", depends_on=(Dependency("acme", "Website"),))
OWNERS = Route("owners", channels=("owner",), events=EVENTS)
TEAMS = {"shop": ("shop",), "find": ("find", "shop")}


def story_of(
    folder: Path, services: Sequence[Service] = (CHECKOUT, SEARCH), routes: tuple[Route, ...] = (OWNERS,)
) -> Story:
    story = Story(folder, routes=routes)
    channels = {name: Channel(name, "json://127.0.0.1:9/") for name in ("shop", "find")}
    story.setup = replace(
        story.setup,
        services=ServiceMap(services),
        teams=TEAMS,
        channels={**story.setup.channels, **channels},
    )
    return story


def heard(story: Story) -> list[tuple[str, str, str]]:
    """Who was told what, and how severe it was, in order."""
    return [
        (sent.channel.name, str(sent.delivery.alert.change.kind), str(sent.delivery.alert.severity))
        for sent in story.sender.sent
    ]


def reasons(story: Story, kind: str) -> list[tuple[str | None, str]]:
    """The answers to the newest Change of a kind."""
    logged = story.store.read_now(lambda conn: changes.changes_of(conn, "acme"))
    number = next(entry.number for entry in logged if entry.change.kind == kind)
    decisions = story.store.read_now(lambda conn: conversations.decisions_of(conn, number))
    return [(decision.channel, str(decision.reason)) for decision in decisions]


async def test_a_touched_service_is_told_to_its_owner_from_beginning_to_end(tmp_path: Path) -> None:
    async with story_of(tmp_path) as story:
        await story.look()
        incident = story.page.open("API errors", Impact.MAJOR, ["API"])
        await story.look()
        story.page.resolve(incident)
        await story.look()
        assert heard(story) == [
            ("shop", "incident_opened", "SEV2"),
            ("shop", "incident_resolved", "SEV2"),
        ]
        opened, resolved = (sent.message.body for sent in story.sender.sent)
        assert opened.startswith("SEV2 OPENED: checkout at risk: Acme: major incident")
        assert "- checkout (tier 1, owner shop) via acme:API\n" in opened
        assert "It concerned:\n- checkout (tier 1, owner shop) via acme:API\n" in resolved


async def test_a_channel_of_two_touched_owners_hears_it_once(tmp_path: Path) -> None:
    async with story_of(tmp_path) as story:
        await story.look()
        story.page.open("All is slow", Impact.CRITICAL)
        await story.look()
        assert heard(story) == [("shop", "incident_opened", "SEV1"), ("find", "incident_opened", "SEV1")]
        assert "checkout and search at risk" in story.sender.sent[0].message.body


async def test_a_fallback_lowers_the_severity_and_is_told(tmp_path: Path) -> None:
    cushioned = replace(CHECKOUT, fallback="Orders are queued.", runbook="https://runbooks.example/checkout")
    async with story_of(tmp_path, (cushioned,)) as story:
        await story.look()
        story.page.open("API errors", Impact.MAJOR, ["API"])
        await story.look()
        (sent,) = story.sender.sent
        assert sent.delivery.alert.severity is Severity.SEV3
        assert "impact major x tier 1 of checkout = SEV2, fallback lowers to SEV3" in sent.message.body
        assert "  Fallback: Orders are queued.\n" in sent.message.body
        assert "  Runbook: https://runbooks.example/checkout\n" in sent.message.body


async def test_what_touches_nobody_is_not_told_as_ours_and_goes_on_to_the_next_route(tmp_path: Path) -> None:
    elsewhere = Service("checkout", 1, "shop", (Dependency("acme", "API", "eu-*"),))
    async with story_of(tmp_path, (elsewhere, SEARCH), (OWNERS, ALL_EVENTS)) as story:
        await story.look()
        story.page.add_component("Mail")
        story.page.open("Mail is slow", Impact.CRITICAL, ["Mail"])
        await story.look()
        assert heard(story) == [("ops", "incident_opened", "SEV4")]
        assert "it touches no service of ours" in story.sender.sent[0].message.body
        assert reasons(story, "incident_opened") == [("ops", "opened"), (None, "no_owner")]


async def test_a_service_is_touched_through_a_service_it_needs(tmp_path: Path) -> None:
    shop = Service("shop-front", tier=1, owner="shop", needs=("search",))
    async with story_of(tmp_path, (SEARCH, shop)) as story:
        await story.look()
        story.page.open("Website is down", Impact.CRITICAL, ["Website"])
        await story.look()
        body = story.sender.to("find")[0].body
        assert body.startswith("SEV1 OPENED: shop-front and search at risk: ")
        assert "- shop-front (tier 1, owner shop) via search > acme:Website\n" in body


async def test_an_update_that_adds_components_is_told_to_old_and_new_owners(tmp_path: Path) -> None:
    async with story_of(tmp_path) as story:
        await story.look()
        incident = story.page.open("Website errors", Impact.CRITICAL, ["Website"])
        await story.look()
        story.page.edit(incident, components=["Website", "API"])
        await story.look(times=2)
        story.page.edit(incident, text="Only the words change.")
        await story.look(times=2)
        story.page.edit(incident, components=["Website"])
        await story.look(times=2)
        story.page.resolve(incident)
        await story.look(times=2)
        kinds = ["incident_opened", "incident_updated", "incident_updated", "incident_resolved"]
        assert [kind for channel, kind, _ in heard(story) if channel == "find"] == kinds
        assert [s for channel, _, s in heard(story) if channel == "shop"][:3] == ["SEV2", "SEV1", "SEV2"]
        widened = story.sender.to("find")[1].body
        assert widened.startswith("SEV1 UPDATE: checkout and search at risk: ")
        assert "New: it touches checkout too.\n" in widened
        assert "Severity was SEV2, now SEV1.\n" in widened
        assert "Severity was SEV1, now SEV2.\n" in story.sender.to("find")[2].body


async def test_an_owner_whose_service_is_touched_later_hears_of_it_as_open(tmp_path: Path) -> None:
    teams_apart = (replace(CHECKOUT, owner="find"), replace(SEARCH, owner="shop"))
    async with story_of(tmp_path, teams_apart) as story:
        await story.look()
        incident = story.page.open("Website errors", Impact.MAJOR, ["Website"])
        await story.look()
        assert heard(story) == [("shop", "incident_opened", "SEV3")]
        story.page.edit(incident, components=["Website", "API"])
        await story.look()
        assert ("find", "incident_updated", "SEV2") in heard(story)
        assert story.sender.to("find")[0].subject == "Acme: Website errors"
        assert "OPEN since 12:01 UTC: checkout and search at risk" in story.sender.to("find")[0].body
        story.page.resolve(incident)
        await story.look()
        assert {channel for channel, kind, _ in heard(story) if kind == "incident_resolved"} == {
            "shop",
            "find",
        }


async def test_a_component_that_a_service_depends_on_is_told_without_any_incident(tmp_path: Path) -> None:
    async with story_of(tmp_path) as story:
        story.page.rollup = Status.OPERATIONAL
        await story.look()
        story.page.set_component("API", Status.PARTIAL_OUTAGE)
        await story.look(times=3)
        story.page.set_component("API", Status.MAJOR_OUTAGE)
        await story.look(times=3)
        story.page.set_component("API", Status.OPERATIONAL)
        await story.look(times=3)
        assert heard(story) == [
            ("shop", "disturbance_opened", "SEV2"),
            ("shop", "disturbance_changed", "SEV1"),
            ("shop", "disturbance_ended", "SEV4"),
        ]
        assert len({sent.delivery.alert.thread.id for sent in story.sender.sent}) == 1
        opened, _, ended = (sent.message.body.split("\n")[0] for sent in story.sender.sent)
        assert opened == (
            "SEV2 OPENED: checkout at risk: Acme: API (partial outage), no incident is posted on it"
        )
        assert ended.endswith("Acme: API (operational); no incident was posted on it")
        assert "It concerned:\n- checkout" in story.sender.sent[-1].message.body


async def test_a_component_that_nobody_depends_on_is_not_told(tmp_path: Path) -> None:
    vendor_wide = Service("backup", 1, "shop", (Dependency("acme"),))
    async with story_of(tmp_path, (CHECKOUT, vendor_wide), (ALL_EVENTS,)) as story:
        story.page.rollup = Status.OPERATIONAL
        await story.look()
        story.page.set_component("Website", Status.MAJOR_OUTAGE)
        await story.look(times=3)
        assert heard(story) == []
        assert reasons(story, "component_changed") == [(None, "rollup_did_not_move")]


async def test_a_component_is_told_once_also_where_an_incident_is_posted_on_it(tmp_path: Path) -> None:
    async with story_of(tmp_path) as story:
        story.page.rollup = Status.OPERATIONAL
        await story.look()
        incident = story.page.open("API errors", Impact.MAJOR, ["API"])
        await story.look(times=2)
        story.page.resolve(incident)
        await story.look(times=2)
        assert [kind for _, kind, _ in heard(story)] == ["incident_opened", "incident_resolved"]
        assert reasons(story, "component_changed") == [(None, "told_with_disturbance")]


async def test_an_incident_takes_over_what_a_component_began(tmp_path: Path) -> None:
    async with story_of(tmp_path) as story:
        story.page.rollup = Status.OPERATIONAL
        await story.look()
        story.page.set_component("API", Status.PARTIAL_OUTAGE)
        await story.look(times=2)
        incident = story.page.open("API errors", Impact.MAJOR, ["API"])
        await story.look(times=2)
        story.page.set_component("API", Status.OPERATIONAL)
        story.page.resolve(incident)
        await story.look(times=2)
        kinds = [kind for _, kind, _ in heard(story)]
        assert kinds == ["disturbance_opened", "incident_opened", "incident_resolved"]
        assert reasons(story, "disturbance_ended") == [("shop", "part_of_incident")]


async def test_an_incident_on_other_components_does_not_hide_ours(tmp_path: Path) -> None:
    async with story_of(tmp_path, (CHECKOUT,)) as story:
        story.page.rollup = Status.OPERATIONAL
        await story.look()
        other = story.page.open("Website is slow", Impact.MINOR, ["Website"])
        await story.look()
        story.page.set_component("API", Status.MAJOR_OUTAGE)
        await story.look(times=2)
        story.page.set_component("API", Status.OPERATIONAL)
        await story.look(times=2)
        story.page.resolve(other)
        await story.look(times=2)
        assert heard(story) == [
            ("shop", "disturbance_opened", "SEV1"),
            ("shop", "disturbance_ended", "SEV4"),
        ]


async def test_a_page_that_is_always_degraded_ends_what_a_component_began(tmp_path: Path) -> None:
    async with story_of(tmp_path) as story:
        await story.look()
        story.page.rollup = Status.DEGRADED
        forgotten = story.page.open("Website is slow", Impact.MINOR, ["Website"])
        await story.look()
        story.page.resolve(forgotten)
        await story.look()
        before = len(heard(story))
        story.page.set_component("API", Status.MAJOR_OUTAGE)
        await story.look(times=2)
        await story.restart()
        story.page.set_component("API", Status.OPERATIONAL)
        await story.look(times=2)
        assert heard(story)[before:] == [
            ("shop", "disturbance_opened", "SEV1"),
            ("shop", "disturbance_ended", "SEV4"),
        ]


async def test_a_further_component_of_a_disturbance_is_told_to_its_owner_too(tmp_path: Path) -> None:
    async with story_of(tmp_path) as story:
        story.page.rollup = Status.OPERATIONAL
        await story.look()
        story.page.set_component("Website", Status.PARTIAL_OUTAGE)
        await story.look(times=2)
        story.page.set_component("API", Status.PARTIAL_OUTAGE)
        await story.look(times=2)
        story.page.set_component("API", Status.OPERATIONAL)
        story.page.set_component("Website", Status.OPERATIONAL)
        await story.look(times=2)
        assert [heard for heard in heard(story) if heard[0] == "find"] == [
            ("find", "disturbance_opened", "SEV3"),
            ("find", "disturbance_changed", "SEV2"),
            ("find", "disturbance_ended", "SEV4"),
        ]
        assert "New: it touches checkout too." in story.sender.to("find")[1].body


async def test_what_was_open_at_first_is_told_to_owners_and_widens_like_any_other(tmp_path: Path) -> None:
    async with story_of(tmp_path) as story:
        incident = story.page.open("Website errors", Impact.MAJOR, ["Website"])
        story.page.open("Mail errors", Impact.MAJOR, ["Website"])
        await story.look()
        story.page.edit(incident, components=["Website", "API"])
        await story.look(times=2)
        assert [entry for entry in heard(story) if entry[0] == "find"] == [
            ("find", "first_look", "SEV3"),
            ("find", "incident_updated", "SEV2"),
        ]


async def test_the_owners_hear_that_a_page_cannot_be_read(tmp_path: Path) -> None:
    async with story_of(tmp_path) as story:
        await story.look()
        story.break_page("acme")
        await story.look(times=20)
        assert [(channel, kind) for channel, kind, _ in heard(story)] == [
            ("shop", "blind"),
            ("find", "blind"),
        ]
        body = story.sender.sent[0].message.body
        assert body.startswith("CANNOT READ: Acme: its status page")
        assert "Services that depend on it:\n- checkout" in body


async def test_a_maintenance_is_told_to_those_it_concerns(tmp_path: Path) -> None:
    async with story_of(tmp_path) as story:
        await story.look()
        now = story.clock.now()
        story.page.schedule_maintenance("Move", now + timedelta(hours=1), now + timedelta(hours=2), ["API"])
        await story.look()
        assert heard(story) == [("shop", "maintenance_announced", "SEV4")]
        assert "It concerns:\n- checkout" in story.sender.sent[0].message.body


async def test_routes_select_by_service_and_owner_and_say_why_not(tmp_path: Path) -> None:
    routes = (
        Route("1", services=("pay*",), channels=("ops",)),
        Route("2", owners=("find",), channels=("find",)),
        Route("3", services=("CHECK*",), owners=("shop",), channels=("owner", "spare")),
    )
    async with story_of(tmp_path, routes=routes) as story:
        await story.look()
        story.page.open("API errors", Impact.MAJOR, ["API"])
        await story.look()
        assert reasons(story, "incident_opened") == [
            ("shop", Reason.OPENED),
            ("spare", Reason.OPENED),
            ("ops", Reason.SERVICE_NOT_SELECTED),
            ("find", Reason.OWNER_NOT_SELECTED),
        ]


async def test_without_services_everything_is_as_it_was(tmp_path: Path) -> None:
    async with story_of(tmp_path, (), (ALL_EVENTS,)) as story:
        story.page.rollup = Status.OPERATIONAL
        await story.look()
        story.page.set_component("API", Status.MAJOR_OUTAGE)
        await story.look(times=2)
        incident = story.page.open("Website errors", Impact.CRITICAL, ["Website"])
        await story.look()
        story.page.edit(incident, components=["Website", "API"])
        await story.look()
        story.page.update(incident, Phase.IDENTIFIED)
        await story.look()
        assert heard(story) == [("ops", "incident_opened", "SEV3"), ("ops", "incident_updated", "SEV3")]
        body = story.sender.sent[0].message.body
        assert body.startswith('OPENED: Acme: critical incident "Website errors"')
        assert "impact critical, no service of ours is mapped to the vendor" in body
        assert "risk" not in body
