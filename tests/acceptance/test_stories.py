"""What people are told in the situations that others fail them in."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from stories import DOWN, Story

from statusherd.explaining import OurSide, explain
from statusherd.model.errors import FailureKind, FetchError
from statusherd.model.vendors import DETECT
from statusherd.model.words import Impact, Phase, Status
from statusherd.respond.services import ServiceMap
from statusherd.respond.severity import SeverityRules
from statusherd.store import alerts, changes, conversations, health, outbox
from statusherd.testing import FAILED, MAYBE_SENT, REFUSED, SENT
from statusherd.watch.policy import Policy

NOTHING_MAPPED = OurSide(ServiceMap(), SeverityRules())


async def test_adding_a_vendor_with_one_open_and_fifty_old_incidents_tells_one_message(
    tmp_path: Path,
) -> None:
    async with Story(tmp_path) as story:
        now = story.clock.now()
        for n in range(1, 51):
            story.page.post_after_the_fact(
                f"Old {n}", Impact.MINOR, now - timedelta(days=n), now - timedelta(days=n - 1)
            )
        story.page.open("API errors", Impact.MAJOR, ["API"])
        await story.look(times=3)
        assert story.told == ["first_look"]
        assert "API errors" in story.sender.sent[0].message.body
        assert "Old" not in story.sender.sent[0].message.body


async def test_what_was_open_at_first_is_ended_in_its_own_thread(tmp_path: Path) -> None:
    async with Story(tmp_path) as story:
        incident = story.page.open("API errors", Impact.MAJOR)
        await story.look()
        story.page.resolve(incident)
        await story.look(times=2)
        assert story.told == ["first_look", "incident_resolved"]
        assert story.sender.sent[-1].message.subject == "Acme: API errors"


async def test_four_hundred_and_seventy_five_components_going_down_is_one_message(tmp_path: Path) -> None:
    async with Story(tmp_path, page=475) as story:
        await story.look()
        story.page.rollup = Status.MAJOR_OUTAGE
        for component in list(story.page._components):
            story.page.set_component(component, Status.MAJOR_OUTAGE)
        await story.look(times=3)
        assert story.told == ["disturbance_opened"]
        assert len(story.sender.sent[0].message.body) < 5000


async def test_a_restart_repeats_nothing(tmp_path: Path) -> None:
    async with Story(tmp_path) as story:
        await story.look()
        incident = story.page.open("API errors", Impact.MAJOR)
        await story.look()
        for _ in range(3):
            await story.restart()
            await story.look()
        story.page.resolve(incident)
        await story.restart()
        await story.look()
        assert story.told == ["incident_opened", "incident_resolved"]


async def test_opened_and_over_while_we_were_away_is_recorded_and_not_told_as_open(tmp_path: Path) -> None:
    async with Story(tmp_path) as story:
        await story.look()
        incident = story.page.open("Short trouble", Impact.CRITICAL)
        await story.clock.advance(3600)
        story.page.resolve(incident)
        await story.restart()
        await story.look(minutes=7 * 60, times=2)
        assert story.told == []
        logged = story.store.read_now(lambda conn: changes.changes_of(conn, "acme"))
        assert "incident_recorded" in {entry.change.kind for entry in logged}


async def test_blindness_is_told_once_and_its_end_once(tmp_path: Path) -> None:
    async with Story(tmp_path) as story:
        story.page.open("API errors", Impact.MAJOR)
        await story.look()
        story.break_page("acme")
        await story.look(times=20)
        story.mend_page("acme")
        await story.look(times=3)
        assert story.told == ["first_look", "blind", "sighted"]
        assert "says nothing about" in story.sender.sent[1].message.body


async def test_a_short_failure_of_the_page_is_no_news(tmp_path: Path) -> None:
    async with Story(tmp_path) as story:
        await story.look()
        for failure in (
            DOWN,
            FetchError(FailureKind.BLOCKED, "a login page"),
            FetchError(FailureKind.EMPTY, "no body"),
        ):
            story.break_page("acme", failure)
            await story.look(times=1)
        story.mend_page("acme")
        await story.look(times=2)
        assert story.told == []


async def test_a_network_that_is_down_is_one_message_not_one_for_each_vendor(tmp_path: Path) -> None:
    names = [f"v{n}" for n in range(12)]
    async with Story(tmp_path, names) as story:
        await story.look()
        for name in names:
            story.break_page(name)
        await story.look(times=10)
        assert story.told == ["cannot_see_out"]
        for name in names:
            story.mend_page(name)
        await story.look(times=2)
        assert story.told == ["cannot_see_out", "can_see_out"]


async def test_a_vendor_that_stays_away_after_the_network_is_back_is_told(tmp_path: Path) -> None:
    names = [f"v{n}" for n in range(6)]
    async with Story(tmp_path, names) as story:
        await story.look()
        for name in names:
            story.break_page(name)
        await story.look(times=10)
        for name in names[1:]:
            story.mend_page(name)
        await story.look(times=2)
        assert story.told == ["cannot_see_out", "can_see_out", "blind"]


async def test_a_postmortem_is_not_told_as_open(tmp_path: Path) -> None:
    async with Story(tmp_path) as story:
        await story.look()
        incident = story.page.open("API errors", Impact.MAJOR)
        await story.look()
        story.page.resolve(incident)
        await story.look()
        await story.clock.advance(86400)
        story.page.resolve(incident, "What went wrong, at length.")
        await story.look(minutes=7 * 60, times=2)
        assert story.told == ["incident_opened", "incident_resolved"]


async def test_reopened_goes_on_in_its_thread(tmp_path: Path) -> None:
    async with Story(tmp_path) as story:
        await story.look()
        incident = story.page.open("API errors", Impact.MAJOR)
        await story.look()
        story.page.resolve(incident)
        await story.look()
        story.page.update(incident, Phase.INVESTIGATING)
        await story.look()
        story.page.resolve(incident)
        await story.look()
        assert story.told == [
            "incident_opened",
            "incident_resolved",
            "incident_reopened",
            "incident_resolved",
        ]
        assert len({sent.delivery.alert.thread.id for sent in story.sender.sent}) == 1
        assert [sent.delivery.alert.number for sent in story.sender.sent] == [1, 2, 3, 4]


async def test_a_withdrawn_incident_is_ended(tmp_path: Path) -> None:
    async with Story(tmp_path) as story:
        now = story.clock.now()
        story.page.post_after_the_fact("Old", Impact.MINOR, now - timedelta(days=9), now - timedelta(days=8))
        await story.look()
        incident = story.page.open("Posted by mistake", Impact.MAJOR)
        await story.look()
        story.page.withdraw(incident)
        await story.look(times=2)
        assert story.told == ["incident_opened", "incident_withdrawn"]


async def test_a_maintenance_is_told_from_announcement_to_end(tmp_path: Path) -> None:
    async with Story(tmp_path) as story:
        await story.look()
        now = story.clock.now()
        window = story.page.schedule_maintenance("Move", now + timedelta(hours=1), now + timedelta(hours=2))
        await story.look()
        story.page.reschedule_maintenance(window, ends_at=now + timedelta(hours=3))
        await story.look(times=2)
        story.page.start_maintenance(window)
        await story.look()
        story.page.reschedule_maintenance(window, ends_at=now + timedelta(hours=4))
        await story.look()
        story.page.end_maintenance(window)
        await story.look(times=2)
        assert story.told == [
            "maintenance_announced",
            "maintenance_rescheduled",
            "maintenance_started",
            "maintenance_extended",
            "maintenance_ended",
        ]


async def test_a_filter_that_matches_nothing_is_told_and_falls_open(tmp_path: Path) -> None:
    async with Story(tmp_path, components=("Checkout",)) as story:
        await story.look()
        story.page.open("API errors", Impact.MAJOR, ["API"])
        await story.look()
        assert story.told == ["filter_rot", "incident_opened"]


async def test_an_incident_of_other_components_is_kept_with_its_reason(tmp_path: Path) -> None:
    async with Story(tmp_path, components=("Website",)) as story:
        await story.look()
        story.page.open("API errors", Impact.MAJOR, ["API"])
        await story.look()
        assert story.told == []
        (opened,) = [
            entry
            for entry in story.store.read_now(lambda conn: changes.changes_of(conn, "acme"))
            if entry.change.kind == "incident_opened"
        ]
        decisions = story.store.read_now(lambda conn: conversations.decisions_of(conn, opened.number))
        assert [(d.channel, d.told, d.reason) for d in decisions] == [
            ("ops", False, "component_not_selected")
        ]


async def test_a_refused_message_goes_to_the_fallback(tmp_path: Path) -> None:
    async with Story(tmp_path) as story:
        await story.look()
        story.sender.outcomes["ops"] = REFUSED
        story.page.open("API errors", Impact.MAJOR)
        await story.look()
        assert [sent.channel.name for sent in story.sender.attempts] == ["ops", "spare"]
        (dead,) = story.store.read_now(outbox.dead_letters)
        assert dead.channel == "ops"


async def test_a_failed_message_is_retried_until_it_goes_out_and_order_is_kept(tmp_path: Path) -> None:
    async with Story(tmp_path) as story:
        await story.look()
        story.sender.outcome = FAILED
        incident = story.page.open("API errors", Impact.MAJOR)
        await story.look()
        story.page.resolve(incident)
        await story.look(times=3)
        assert story.told == []
        story.sender.outcome = SENT
        await story.look(times=20)
        assert story.told == ["incident_opened", "incident_resolved"]


async def test_a_message_that_may_have_arrived_says_so_when_it_comes_again(tmp_path: Path) -> None:
    async with Story(tmp_path) as story:
        await story.look()
        story.sender.next_outcomes.append(MAYBE_SENT)
        story.page.open("API errors", Impact.MAJOR)
        await story.look(times=5)
        first, again = story.sender.attempts
        assert first.delivery.dedup_key == again.delivery.dedup_key
        assert "repeat" not in first.message.body
        assert "Possibly a repeat" in again.message.body


async def test_a_look_that_another_process_stored_is_taken_over_and_told_once(tmp_path: Path) -> None:
    async with Story(tmp_path) as one, Story(tmp_path) as other:
        other.pages, other.fetcher, other.clock = one.pages, one.fetcher, one.clock
        await one.restart()
        await other.restart()
        await one.look()
        one.page.open("API errors", Impact.MAJOR)
        await one.look()
        await other.look(times=3)
        assert one.told + other.told == ["incident_opened"]


async def test_unchanged_looks_write_nothing_but_when(tmp_path: Path) -> None:
    async with Story(tmp_path) as story:
        await story.look(times=2)
        state = story.pipeline.states.of("acme")
        before = state.seq
        await story.look(times=50)
        assert state.seq == before


INSTATUS = {
    "page": {"name": "Acme", "url": "https://status.acme.example", "status": "HASISSUES"},
    "activeIncidents": [
        {
            "id": "clx1",
            "name": "API errors",
            "started": "2026-06-01T11:55:00.000Z",
            "status": "INVESTIGATING",
            "impact": "MAJOROUTAGE",
            "url": "https://status.acme.example/clx1",
        }
    ],
}
COMPONENTS = {"components": [{"id": "k1", "name": "API", "status": "MAJOROUTAGE", "group": None}]}


def incidentio(status: str) -> dict:
    stamp = "2026-06-01T11:56:00Z"
    posted = {
        "id": "01KP88CDY5TW3K2WJNVQVXA8HL",
        "status": status,
        "body": "",
        "created_at": stamp,
        "updated_at": stamp,
    }
    incident = {
        "id": "01KP88CDY5TW3K2WJNVQVXA8HK",
        "name": "API errors",
        "status": status,
        "impact": "critical",
        "created_at": "2026-06-01T11:55:30Z",
        "updated_at": stamp,
        "resolved_at": stamp if status == "resolved" else None,
        "page_id": "01KP88CDY5TW3K2WJNVQVXA8HM",
        "incident_updates": [posted],
    }
    component = {
        "id": "01KP88CDY5TW3K2WJNVQVXA8HN",
        "name": "API",
        "position": 1,
        "page_id": "01KP88CDY5TW3K2WJNVQVXA8HM",
    }
    return {
        "page": {"id": "01KP88CDY5TW3K2WJNVQVXA8HM", "name": "Acme", "url": "https://status.acme.example"},
        "status": {"indicator": "critical" if status != "resolved" else "none", "description": ""},
        "components": [component | {"status": "major_outage" if status != "resolved" else "operational"}],
        "incidents": [incident],
    }


async def test_a_page_that_moves_from_instatus_to_incident_io_keeps_its_history_and_its_open_incident(
    tmp_path: Path,
) -> None:
    async with Story(tmp_path) as story:
        holdings = story.fetcher.holdings
        holdings.clear()
        home = story.vendors["acme"].address
        story.vendors["acme"] = replace(story.vendors["acme"], format="instatus")
        holdings[f"{home}/summary.json"] = json.dumps(INSTATUS).encode()
        holdings[f"{home}/v3/components.json"] = json.dumps(COMPONENTS).encode()
        await story.look(times=2)
        assert story.told == ["first_look"]

        holdings.clear()
        moved = incidentio("identified")
        holdings[f"{home}/"] = b"<!doctype html><html><title>Acme status</title></html>"
        holdings[f"{home}/api/v2/summary.json"] = json.dumps(moved).encode()
        await story.look(times=4)
        assert story.told == ["first_look", "source_moved", "incident_updated"]
        assert story.pipeline.states.of("acme").known.format == "incidentio"

        over = incidentio("resolved")
        holdings[f"{home}/api/v2/incidents.json"] = json.dumps(
            {"page": over["page"], "incidents": over["incidents"]}
        ).encode()
        holdings[f"{home}/api/v2/summary.json"] = json.dumps(over | {"incidents": []}).encode()
        await story.look(times=3)
        assert story.told == ["first_look", "source_moved", "incident_updated", "incident_resolved"]
        assert (
            len(
                {
                    sent.delivery.alert.thread.id
                    for sent in story.sender.sent
                    if "incident/" in sent.delivery.alert.thread.id
                }
            )
            == 1
        )


async def test_a_vendor_whose_format_nobody_has_seen_is_found_out_at_its_first_look(tmp_path: Path) -> None:
    async with Story(tmp_path) as story:
        story.vendors["acme"] = replace(story.vendors["acme"], format=DETECT)
        await story.look(times=2)
        assert story.told == []
        assert story.pipeline.states.of("acme").known.format == "statuspage"
        story.pages["acme"].open("API errors", Impact.MAJOR)
        await story.look()
        assert story.told == ["incident_opened"]


async def test_a_vendor_whose_format_cannot_be_found_out_is_asked_about_less_and_less(tmp_path: Path) -> None:
    async with Story(tmp_path) as story:
        story.vendors["acme"] = replace(story.vendors["acme"], format=DETECT)
        story.fetcher.holdings.clear()
        await story.look(times=30)
        assert story.told == ["blind"]
        searches = story.fetcher.fetched.count(story.vendors["acme"].address + "/api/v2/summary.json")
        assert searches == 5  # after 0, 2, 4, 8 and 16 failed looks


async def test_a_fault_of_ours_in_comparing_is_told_as_not_seeing(tmp_path: Path) -> None:
    async with Story(tmp_path) as story:
        await story.look()
        broken = Policy(stale_after=None)  # type: ignore[arg-type]
        story.pipeline.setup = replace(story.pipeline.setup, policy=broken)
        story.page.open("API errors", Impact.MAJOR)
        await story.look(times=8)
        assert story.told == ["blind"]
        story.pipeline.setup = replace(story.pipeline.setup, policy=Policy())
        await story.look()
        assert story.told == ["blind", "sighted", "incident_opened"]


async def test_an_address_that_its_format_cannot_use_is_found_again_by_the_page(tmp_path: Path) -> None:
    async with Story(tmp_path) as story:
        story.vendors["acme"] = replace(story.vendors["acme"], format="statusio")
        await story.look(times=3)
        assert story.told == []
        assert story.pipeline.states.of("acme").known.format == "statuspage"


async def test_a_page_that_is_only_broken_is_not_taken_for_another(tmp_path: Path) -> None:
    async with Story(tmp_path) as story:
        await story.look()
        story.break_page("acme", FetchError(FailureKind.NOT_FOUND, "404"))
        await story.look(times=20)
        story.mend_page("acme")
        await story.look(times=2)
        assert story.told == ["blind", "sighted"]


# Channels that fail


async def test_a_failing_channel_is_probed_by_one_message_while_the_others_wait(tmp_path: Path) -> None:
    names = [f"v{n}" for n in range(12)]
    async with Story(tmp_path, names) as story:
        await story.look()
        story.sender.outcomes["ops"] = FAILED
        for name in names:
            story.pages[name].open("API errors", Impact.MAJOR)
        await story.look()
        assert len(story.sender.attempts) == 5
        (ops,) = story.store.read_now(lambda conn: health.health_of(conn, ["ops"]))
        assert (ops.failures, ops.waiting) == (5, 12)
        for _ in range(60):
            before = len(story.sender.attempts)
            await story.look(minutes=1)
            assert len(story.sender.attempts) - before <= 1
        story.sender.outcomes.clear()
        await story.look(minutes=15, times=2)
        assert len(story.told) == 12
        assert story.store.read_now(outbox.pending_count) == 0


async def test_a_restart_goes_on_probing_and_sends_no_burst(tmp_path: Path) -> None:
    names = [f"v{n}" for n in range(12)]
    async with Story(tmp_path, names) as story:
        await story.look()
        story.sender.outcomes["ops"] = FAILED
        for name in names:
            story.pages[name].open("API errors", Impact.MAJOR)
        await story.look(times=30)
        before = len(story.sender.attempts)
        await story.restart()
        await story.tell()
        assert len(story.sender.attempts) == before + 1


async def test_messages_that_waited_a_day_behind_a_failing_channel_go_to_its_fallback(
    tmp_path: Path,
) -> None:
    names = [f"v{n}" for n in range(12)]
    async with Story(tmp_path, names) as story:
        await story.look()
        story.sender.outcomes["ops"] = FAILED
        for name in names:
            story.pages[name].open("API errors", Impact.MAJOR)
        await story.look(minutes=15, times=100)
        assert len(story.sender.to("spare")) == 12
        assert len(story.store.read_now(outbox.dead_letters)) == 12


async def test_every_message_that_is_told_is_a_decision_and_every_answer_can_be_explained(
    tmp_path: Path,
) -> None:
    async with Story(tmp_path) as story:
        await story.look()
        story.sender.outcomes["ops"] = REFUSED
        incident = story.page.open("API errors", Impact.MAJOR)
        await story.look()
        story.sender.outcomes.clear()
        story.page.resolve(incident)
        await story.look()
        start = story.clock.now() - timedelta(days=1)
        found = story.store.read_now(lambda conn: alerts.answers(conn, start, 99))
        told = [(each.decision.channel, each.decision.reason) for each in found if each.decision.told]
        assert told == [
            ("ops", "ended"),
            ("spare", "ended"),
            ("ops", "opened"),
            ("spare", "stands_in"),
        ]
        for each in found:
            number = each.logged.number
            explained = story.store.read_now(
                lambda conn, number=number: explain(conn, number, NOTHING_MAPPED)
            )
            assert explained is not None
            assert all(verdict.decision.reason.sentence for verdict in explained.account.verdicts)


async def test_a_message_sent_again_that_may_have_arrived_says_so(tmp_path: Path) -> None:
    async with Story(tmp_path) as story:
        await story.look()
        story.sender.next_outcomes.extend([MAYBE_SENT, REFUSED])
        story.page.open("API errors", Impact.MAJOR)
        await story.look(times=2)
        (dead,) = story.store.read_now(outbox.dead_letters)
        story.store.write_now(lambda conn: outbox.resend(conn, dead.id, story.clock.now()))
        await story.tell()
        last = story.sender.sent[-1]
        assert (last.channel.name, last.delivery.dedup_key) == ("ops", dead.dedup_key)
        assert "repeat" in last.message.body
