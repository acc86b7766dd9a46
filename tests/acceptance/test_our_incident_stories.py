"""Who is told of incidents of ours, when and how often: one conversation each, whatever happens around it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from our_stories import ALL, OWNERS, OurStory, explained_by
from stories import bodies, reasons, silence, until

from statusherd.acknowledging import acknowledge_named
from statusherd.model.escalation import Escalation, EscalationStep
from statusherd.model.incidents import IncidentPhase
from statusherd.model.pacing import Updates
from statusherd.model.routing import Route
from statusherd.model.words import ChangeKind, Impact, Severity
from statusherd.respond.services import ServiceMap

DUTY = Escalation("duty", (EscalationStep(("first",), 600), EscalationStep(("second",), 600)))
PAGES = Route("duty", channels=("escalation:duty",))


async def test_an_incident_is_one_conversation_from_opening_to_end(tmp_path: Path) -> None:
    async with OurStory(tmp_path) as story:
        incident = await story.open(Severity.SEV1)
        await story.pass_minutes(41)
        news = "Acme admitted it 41 min after this incident began"
        await story.move(incident, news, answer=explained_by("i1"))
        await story.pass_minutes(10)
        await story.resolve(incident, answer=explained_by("i1"))
        assert story.heads == [
            ("ops", "SEV1 OPEN: checkout: Checkout 5xx (INC-12): no vendor explains it so far"),
            ("ops", f"SEV1 UPDATE: checkout: Checkout 5xx (INC-12): {news}"),
            ("ops", "RESOLVED after 51 min: checkout: Checkout 5xx (INC-12)"),
        ]
        assert reasons(story) == ["opened", "cause_changed", "ended"]
        assert {sent.delivery.alert.thread.id for sent in story.sender.sent} == {"ours/INC-12"}
        assert {sent.message.subject.removeprefix("Re: ") for sent in story.sender.sent} == {
            "INC-12: Checkout 5xx"
        }


async def test_what_was_told_is_not_told_again(tmp_path: Path) -> None:
    async with OurStory(tmp_path) as story:
        incident = story.incident()
        opened = story.ours(ChangeKind.OUR_INCIDENT_OPENED, incident)
        await story.log(opened, opened)
        moved = replace(incident, phase=IncidentPhase.MITIGATED)
        update = story.ours(ChangeKind.OUR_INCIDENT_UPDATED, moved, news="phase: mitigated")
        await story.log(update, update)
        await story.restart()
        await story.log(update)
        await story.resolve(moved)
        await story.resolve(moved)
        assert story.told == ["our_incident_opened", "our_incident_updated", "our_incident_resolved"]
        assert reasons(story) == [
            "opened", "already_told", "phase_changed", "already_told", "already_told", "ended", "not_told_before"
        ]  # fmt: skip


async def test_an_update_with_no_answer_is_no_change_of_the_cause(tmp_path: Path) -> None:
    phases = (replace(ALL, updates=Updates.PHASES),)
    async with OurStory(tmp_path, phases) as story:
        incident = await story.open(answer=explained_by("i1"))
        await story.move(incident, "", answer=None)
        assert story.why() == [("ops", "already_told")]
        await story.move(incident, "Ana took a role", answer=None)
        assert story.why() == [("ops", "update_not_selected")]
        await story.move(incident, "another vendor explains it", answer=explained_by("i2"))
        assert story.why() == [("ops", "cause_changed")]


async def test_who_is_told_is_the_owner_of_the_service(tmp_path: Path) -> None:
    async with OurStory(tmp_path, (OWNERS,)) as story:
        incident = await story.open()
        await story.move(incident, "it concerns more services", services=("checkout", "search"))
        assert [(name, line.partition(": ")[0]) for name, line in story.heads] == [
            ("shop", "SEV2 OPEN"),
            ("shop", "SEV2 UPDATE"),
            ("find", "SEV2 OPEN since 12:00 UTC"),
        ]
        assert "New: it touches search too." in bodies(story)[1]


async def test_a_service_that_nobody_configured_has_no_owner_and_is_named_all_the_same(
    tmp_path: Path,
) -> None:
    async with OurStory(tmp_path, (replace(OWNERS, go_on=True), ALL)) as story:
        await story.open(services=("warehouse",))
        assert story.heads == [
            ("ops", "SEV2 OPEN: warehouse: Checkout 5xx (INC-12): no vendor explains it so far")
        ]
        assert "Not in the service map: warehouse" in bodies(story)[0]


async def test_routes_select_by_event_severity_service_owner_and_tag(tmp_path: Path) -> None:
    wanted = (
        Route("event", channels=("ops",), events=frozenset({"own_incident"}), go_on=True),
        Route("severity", channels=("spare",), severity=Severity.SEV2, go_on=True),
        Route("service", channels=("shop",), services=("check*",), go_on=True),
        Route("owner", channels=("find",), owners=("shop",), go_on=True),
        Route("tag", channels=("first",), tags=("money",), go_on=True),
    )
    refusing = (
        Route("r1", channels=("ops",), events=frozenset({"incident"}), go_on=True),
        Route("r2", channels=("spare",), severity=Severity.SEV1, go_on=True),
        Route("r3", channels=("shop",), services=("search",), go_on=True),
        Route("r4", channels=("find",), owners=("find",), go_on=True),
        Route("r5", channels=("first",), tags=("aws",), go_on=True),
    )
    async with OurStory(tmp_path, wanted) as story:
        await story.open()
        assert {name for name, _ in story.heads} == {"ops", "spare", "shop", "find", "first"}
        story.pipeline.setup = replace(story.setup, routes=refusing)
        await story.open(Severity.SEV2)
        await story.log(story.ours(ChangeKind.OUR_INCIDENT_OPENED, replace(story.incident(), number=13)))
        assert len(story.heads) == 5
        assert {reason for _, reason in story.why()} == {
            "event_not_selected", "below_severity", "service_not_selected", "owner_not_selected",
            "vendor_not_selected",
        }  # fmt: skip


async def test_a_route_for_a_vendor_takes_an_incident_that_the_vendor_explains(tmp_path: Path) -> None:
    routes = (
        Route("acme", vendors=("acme",), components=("API",), channels=("spare",), go_on=True),
        Route("title", vendors=("Acme",), channels=("shop",), go_on=True),
        Route("other", vendors=("globex",), channels=("find",), go_on=True),
        Route("any", vendors=("*",), channels=("first",), go_on=True),
        Route("parts", components=("API",), channels=("ops",), go_on=True),
        Route("regions", regions=("eu-*",), channels=("second",), go_on=True),
    )
    async with OurStory(tmp_path, routes) as story:
        await story.open()
        assert story.heads == []
        assert dict(story.why())["first"] == "vendor_not_selected"
        assert dict(story.why())["ops"] == "component_not_selected"
        assert dict(story.why())["second"] == "region_not_selected"
        await story.log(
            story.ours(
                ChangeKind.OUR_INCIDENT_OPENED,
                replace(story.incident(), number=13),
                answer=explained_by("i1"),
            )
        )
        assert {name for name, _ in story.heads} == {"spare", "shop", "first"}


async def test_quiet_hours_hold_it_back_and_sev1_breaks_through(tmp_path: Path) -> None:
    async with OurStory(tmp_path) as story:
        story.quiet("ops")
        await story.start()
        await until(story, 23)
        incident = await story.open()
        assert story.heads == []
        assert story.why() == [("ops", "outside_hours")]
        await story.pass_minutes(5)
        await story.move(incident, "severity was SEV2, now SEV1: all fails", severity=Severity.SEV1)
        assert story.heads == [
            (
                "ops",
                "SEV1 OPEN since 23:00 UTC: checkout: Checkout 5xx (INC-12): no vendor explains it so far",
            )
        ]
        assert "severity was SEV2, now SEV1: all fails" in bodies(story)[0]


async def test_what_came_and_went_in_quiet_hours_is_one_line_after_them(tmp_path: Path) -> None:
    async with OurStory(tmp_path) as story:
        story.quiet("ops")
        await story.start()
        await until(story, 23)
        incident = await story.open()
        await story.pass_minutes(30)
        await story.resolve(incident)
        await until(story, 7)
        await story.tell()
        (body,) = bodies(story)
        assert body.startswith('OVER, in the quiet hours: major incident "INC-12: Checkout 5xx"')


async def test_what_is_still_open_after_quiet_hours_is_told_as_it_stands(tmp_path: Path) -> None:
    async with OurStory(tmp_path) as story:
        story.quiet("ops")
        await story.start()
        await until(story, 23)
        incident = await story.open()
        await story.resolve(incident)
        again = replace(incident, phase=IncidentPhase.INVESTIGATING)
        await story.log(story.ours(ChangeKind.OUR_INCIDENT_REOPENED, again))
        await until(story, 7)
        await story.tell()
        assert story.told == ["our_incident_opened"]
        assert bodies(story)[0].startswith("SEV2 OPEN: checkout: Checkout 5xx (INC-12)")


async def test_a_reopened_incident_goes_on_in_its_conversation(tmp_path: Path) -> None:
    async with OurStory(tmp_path) as story:
        incident = await story.open()
        await story.resolve(incident)
        await story.log(story.ours(ChangeKind.OUR_INCIDENT_REOPENED, incident, news="it fires again"))
        assert story.heads[2] == (
            "ops",
            "SEV2 REOPENED: checkout: Checkout 5xx (INC-12): no vendor explains it so far",
        )
        assert story.sender.sent[2].message.subject == "Re: INC-12: Checkout 5xx"
        assert "it fires again" in bodies(story)[2]


async def test_an_escalation_climbs_until_somebody_acknowledges_by_name(tmp_path: Path) -> None:
    async with OurStory(tmp_path, (PAGES,), escalations={DUTY.target: DUTY}) as story:
        await story.open()
        await story.pass_minutes(10)
        assert [name for name, _ in story.heads] == ["first", "second"]
        assert story.heads[1][1].startswith("SEV2 NOT ACKNOWLEDGED: checkout: Checkout 5xx (INC-12)")
        now = story.clock.now()
        (found,) = await story.store.write(
            lambda conn: acknowledge_named(conn, " inc-12 ", "ana", "on it", now)
        )
        assert found.thread.id == "ours/INC-12"
        await story.tell()
        assert sorted(story.heads[2:]) == [
            (name, "SEV2 ACKNOWLEDGED by ana: checkout: Checkout 5xx (INC-12): no vendor explains it so far")
            for name in ("first", "second")
        ]
        for _ in range(6):
            await story.pass_minutes(10)
        assert len(story.heads) == 4


async def test_what_is_acknowledged_and_grows_worse_climbs_again(tmp_path: Path) -> None:
    async with OurStory(tmp_path, (PAGES,), escalations={DUTY.target: DUTY}) as story:
        incident = await story.open()
        now = story.clock.now()
        await story.store.write(lambda conn: acknowledge_named(conn, "INC-12", "ana", "", now))
        await story.pass_minutes(30)
        heard = len(story.heads)
        await story.move(incident, "severity was SEV2, now SEV1: all fails", severity=Severity.SEV1)
        await story.pass_minutes(10)
        assert [name for name, _ in story.heads[heard:]] == ["first", "second"]


async def test_a_silence_of_a_service_withholds_it_and_one_of_vendors_does_not(tmp_path: Path) -> None:
    async with OurStory(tmp_path) as story:
        await silence(story, vendors=("*",))
        incident = await story.open()
        assert len(story.heads) == 1
        number = await silence(story, services=("check*",))
        await story.move(incident, "phase: triaged", phase=IncidentPhase.TRIAGED)
        assert story.why() == [("ops", "silenced")]
        await story.move(incident, "more", services=("checkout", "search"), phase=IncidentPhase.TRIAGED)
        assert len(story.heads) == 2
        assert number


async def test_a_route_reminds_of_what_is_still_open(tmp_path: Path) -> None:
    async with OurStory(tmp_path, (replace(ALL, repeat=3600.0),)) as story:
        incident = await story.open()
        await story.move(incident, "phase: triaged", phase=IncidentPhase.TRIAGED)
        await story.pass_minutes(60)
        assert story.heads[2] == (
            "ops",
            "SEV2 STILL OPEN after 1 h: checkout: Checkout 5xx (INC-12): no vendor explains it so far",
        )
        await story.resolve(incident)
        await story.pass_minutes(120)
        assert len(story.heads) == 4


# Vendors' trouble that explains it


async def test_who_knows_of_ours_is_not_woken_by_what_explains_it(tmp_path: Path) -> None:
    async with OurStory(tmp_path, (ALL,)) as story:
        await story.look()
        incident = await story.open(Severity.SEV1)
        theirs = story.page.open("API errors", Impact.MAJOR, ["API"])
        await story.link(incident, theirs)
        await story.look()
        assert story.told == ["our_incident_opened"]
        assert story.why("acme", ChangeKind.INCIDENT_OPENED) == [("ops", "explains")]
        await story.move(incident, "Acme admitted it", answer=explained_by(theirs))
        assert "Waiting behind this, and not told apart: Acme: API errors." in bodies(story)[1]
        story.page.resolve(theirs)
        await story.look()
        await story.resolve(incident)
        assert story.told == ["our_incident_opened", "our_incident_updated", "our_incident_resolved"]


async def test_what_explains_it_is_told_apart_where_it_says_more(tmp_path: Path) -> None:
    async with OurStory(tmp_path) as story:
        await story.look()
        incident = await story.open(Severity.SEV1)
        theirs = story.page.open("All down", Impact.MAJOR)
        await story.link(incident, theirs)
        await story.look()
        assert story.told == ["our_incident_opened", "incident_opened"]
        assert "It explains an incident of ours: INC-12: Checkout 5xx." in bodies(story)[1]


async def test_what_explains_it_is_told_to_who_was_not_told_of_ours(tmp_path: Path) -> None:
    ours = Route("ours", channels=("ops",), events=frozenset({"own_incident"}), go_on=True)
    theirs_too = Route("theirs", channels=("spare",), events=frozenset({"incident"}))
    async with OurStory(tmp_path, (ours, theirs_too)) as story:
        await story.look()
        incident = await story.open(Severity.SEV1)
        theirs = story.page.open("API errors", Impact.MAJOR, ["API"])
        await story.link(incident, theirs)
        await story.look()
        assert [name for name, _ in story.heads] == ["ops", "spare"]


async def test_what_outlives_ours_is_told_after_a_while(tmp_path: Path) -> None:
    async with OurStory(tmp_path) as story:
        await story.look()
        incident = await story.open(Severity.SEV1)
        theirs = story.page.open("API errors", Impact.MAJOR, ["API"])
        await story.link(incident, theirs)
        await story.look()
        await story.resolve(incident)
        assert (
            "Still open, and waited behind this: Acme: API errors. Told if not over in 30 min."
            in bodies(story)[1]
        )
        await story.look(minutes=31)
        assert story.told[2:] == ["incident_opened"]
        assert 'Held back behind "INC-12: Checkout 5xx", which it explains.' in bodies(story)[2]


async def test_what_does_not_explain_it_after_all_is_told_at_once(tmp_path: Path) -> None:
    async with OurStory(tmp_path) as story:
        await story.look()
        incident = await story.open(Severity.SEV1)
        theirs = story.page.open("API errors", Impact.MAJOR, ["API"])
        await story.link(incident, theirs)
        await story.look()
        await story.reject(incident, theirs)
        await story.pass_minutes(1)
        assert story.told == ["our_incident_opened", "our_incident_updated", "incident_opened"]


async def test_no_service_need_be_configured(tmp_path: Path) -> None:
    async with OurStory(tmp_path, services=ServiceMap(())) as story:
        incident = await story.open(Severity.SEV1)
        await story.move(incident, "severity was SEV1, now SEV3: less", severity=Severity.SEV3)
        await story.resolve(incident)
        assert story.heads[1] == (
            "ops", "SEV3 UPDATE: checkout: Checkout 5xx (INC-12): severity was SEV1, now SEV3: less"
        )  # fmt: skip
        assert len(story.heads) == 3
