"""Alibaba Cloud: the lists of events."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Look, alibaba
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "alibaba"


def fixture(name: str) -> Document:
    return Document((FIXTURES / f"{name}.json").read_bytes())


def read(*documents: Document) -> Snapshot:
    return alibaba.parse(documents, Look("acme", datetime(2026, 3, 4, 17, 0, tzinfo=UTC)))


def changed(**change: Any) -> Document:
    return Document(json.dumps(json.loads(fixture("all_well").body) | change).encode())


def test_no_event_is_operational() -> None:
    snapshot = read(fixture("all_well"))
    assert (snapshot.page_status, snapshot.status) == (None, Status.OPERATIONAL)
    assert snapshot.coverage.incidents


def test_event_without_an_end_is_open_with_an_unknown_impact() -> None:
    snapshot = read(fixture("incident_open"))
    incident = snapshot.incidents[0]
    assert (incident.id, incident.phase, incident.impact) == ("41", Phase.INVESTIGATING, Impact.UNKNOWN)
    assert incident.started_at == datetime(2026, 3, 4, 16, 0, tzinfo=UTC)
    assert snapshot.status is Status.DEGRADED


def test_names_and_posts_are_read_where_the_source_has_them() -> None:
    incident = read(fixture("incident_open")).incidents[0]
    assert (incident.component_ids, incident.regions) == (("Servers", "Storage"), ("eu-central-1",))
    assert [update.text for update in incident.updates] == ["We look.", "Switched."]


def test_an_end_or_the_title_ends_an_event() -> None:
    snapshot = read(fixture("history"))
    assert [(i.title, i.is_open) for i in snapshot.incidents] == [
        ("Network of Zone C is slow", False),
        ("Disks are away", False),
        ("Old trouble", False),
    ]
    assert snapshot.incidents[0].resolved_at == datetime(2026, 3, 4, 16, 59, tzinfo=UTC)
    assert snapshot.status is Status.OPERATIONAL


def test_history_overtakes_what_was_going_on() -> None:
    snapshot = read(fixture("incident_open"), fixture("history"))
    assert [i.id for i in snapshot.incidents] == ["41", "40", "39"]
    assert snapshot.open_incidents == ()


def test_planned_work_goes_by_the_clock() -> None:
    snapshot = read(fixture("maintenances"))
    assert [(m.id, m.phase) for m in snapshot.maintenances] == [
        ("42", MaintenancePhase.IN_PROGRESS),
        ("43", MaintenancePhase.SCHEDULED),
        ("44", MaintenancePhase.COMPLETED),
    ]
    assert snapshot.status is Status.MAINTENANCE
    assert snapshot.rereads_at == datetime(2026, 3, 4, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "change",
    [
        {"code": 500},
        {"success": False},
        {"success": "true"},
        {"data": None},
        {"data": {}},
        {"data": [1]},
        {"code": None},
    ],
)
def test_an_answer_without_success_or_events_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(LookError):
        read(changed(**change))


@pytest.mark.parametrize(
    "body", ["", "{}", "[]", '{"data": []}', '{"data": [{"id": 1}], "code": 200}', "<html></html>"]
)
def test_what_is_no_list_of_events_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode()))
    assert alibaba.recognise(Document(body.encode())) is None


def test_a_document_that_was_cut_off_is_refused() -> None:
    with pytest.raises(LookError):
        read(fixture("malformed"))


def test_endpoints_are_both_lists_or_the_one_that_is_named() -> None:
    root = "https://status.acme.example/api/status"
    found = alibaba.endpoints("https://status.acme.example/")
    assert (found.look, found.history) == ((f"{root}/listEventInProgress",), (f"{root}/listHistoryEvent",))
    named = f"{root}/listEventInProgressInternational"
    assert alibaba.endpoints(named).look == (named,)
