"""Slack: what is active, and its history."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Look, slack
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "slack"


def fixture(name: str) -> Document:
    return Document((FIXTURES / f"{name}.json").read_bytes())


def read(*documents: Document) -> Snapshot:
    return slack.parse(documents, Look("acme", datetime(2026, 3, 4, 17, 0, tzinfo=UTC)))


def current(**changed: Any) -> Document:
    return Document(json.dumps(json.loads(fixture("outage_and_notice").body) | changed).encode())


def test_nothing_active_is_operational() -> None:
    snapshot = read(fixture("all_well"))
    assert (snapshot.page_status, snapshot.status) == (Status.OPERATIONAL, Status.OPERATIONAL)
    assert snapshot.coverage.incidents


def test_the_type_of_an_event_is_its_impact_and_the_page_says_no_level() -> None:
    snapshot = read(fixture("outage_and_notice"))
    assert [(i.id, i.impact, i.phase) for i in snapshot.incidents] == [
        ("2101", Impact.CRITICAL, Phase.INVESTIGATING),
        ("2102", Impact.MINOR, Phase.INVESTIGATING),
    ]
    assert (snapshot.page_status, snapshot.status) == (Status.DEGRADED, Status.MAJOR_OUTAGE)


def test_an_event_is_told_in_plain_text_with_utc_times() -> None:
    incident = read(fixture("outage_and_notice")).incidents[0]
    assert incident.title == "Nobody can log in & reconnect"
    assert incident.started_at == datetime(2026, 3, 4, 16, 10, tzinfo=UTC)
    assert [update.text for update in incident.updates] == [
        "We are looking into logins.",
        "A gateway is being replaced.",
    ]
    assert incident.component_ids == ("Login/SSO", "Messaging")
    assert incident.url == "https://slack.acme.example/2026-03/aa11"


def test_a_running_maintenance_is_not_an_incident() -> None:
    snapshot = read(fixture("maintenance_running"))
    assert snapshot.incidents == ()
    assert [m.phase for m in snapshot.maintenances] == [MaintenancePhase.IN_PROGRESS]
    assert (snapshot.page_status, snapshot.status) == (Status.MAINTENANCE, Status.MAINTENANCE)


def test_history_tells_when_an_event_ended() -> None:
    snapshot = read(fixture("history"), fixture("all_well"))
    incident = snapshot.incidents[0]
    assert (incident.phase, incident.resolved_at) == (
        Phase.RESOLVED,
        datetime(2026, 3, 4, 17, 30, tzinfo=UTC),
    )
    assert [update.phase for update in incident.updates] == [Phase.INVESTIGATING, Phase.RESOLVED]
    assert [m.phase for m in snapshot.maintenances] == [
        MaintenancePhase.SCHEDULED,
        MaintenancePhase.CANCELLED,
    ]
    assert snapshot.status is Status.OPERATIONAL
    assert snapshot.coverage.history
    assert snapshot.coverage.maintenances


def test_an_event_in_both_documents_is_one_as_told_last() -> None:
    snapshot = read(fixture("outage_and_notice"), fixture("history"))
    assert [(i.id, i.is_open) for i in snapshot.incidents] == [("2101", False), ("2102", True)]


def test_history_alone_does_not_say_that_all_is_well() -> None:
    snapshot = read(fixture("history"))
    assert (snapshot.page_status, snapshot.status) == (None, Status.UNKNOWN)
    assert not snapshot.coverage.incidents


def test_active_without_an_event_is_still_trouble() -> None:
    assert read(current(active_incidents=[])).status is Status.DEGRADED


def test_unknown_words_are_neither_well_nor_over() -> None:
    snapshot = read(current(status="chaos", active_incidents=[]))
    assert (snapshot.page_status, snapshot.status) == (Status.UNKNOWN, Status.UNKNOWN)
    event = {"id": 1, "type": "weird", "status": "odd", "title": "x"}
    snapshot = read(current(active_incidents=[event]))
    assert [(i.is_open, i.impact) for i in snapshot.incidents] == [(True, Impact.UNKNOWN)]
    assert len(snapshot.warnings) == 2


@pytest.mark.parametrize(
    "body", ["", "{}", "[]", "[{}]", '{"status": "ok"}', '{"ok": true}', "<html></html>", '[{"id": 1}, 2]']
)
def test_what_is_not_slacks_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode()))
    assert slack.recognise(Document(body.encode())) is None


def test_a_document_that_was_cut_off_is_refused() -> None:
    with pytest.raises(LookError):
        read(fixture("malformed"))


def test_an_empty_history_beside_what_is_active_is_no_fault() -> None:
    assert read(fixture("all_well"), Document(b"[]")).status is Status.OPERATIONAL


@pytest.mark.parametrize(
    "address", ["https://slack.acme.example/", "https://slack.acme.example/api/v2.0.0/history"]
)
def test_endpoints_follow_from_any_address_of_the_page(address: str) -> None:
    found = slack.endpoints(address)
    assert found.look == ("https://slack.acme.example/api/v2.0.0/current",)
    assert found.history == ("https://slack.acme.example/api/v2.0.0/history",)
    assert found.fallbacks == (("https://slack.acme.example/feed/rss", "feed"),)


@pytest.mark.parametrize("name", ["all_well", "outage_and_notice", "history"])
def test_shapes_are_recognised(name: str) -> None:
    assert slack.recognise(fixture(name))
