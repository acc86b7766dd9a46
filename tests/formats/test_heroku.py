"""Heroku: the systems, their incidents, and the list of incidents."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Look, heroku
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "heroku"


def fixture(name: str) -> Document:
    return Document((FIXTURES / f"{name}.json").read_bytes())


def read(*documents: Document) -> Snapshot:
    return heroku.parse(documents, Look("acme", datetime(2026, 3, 4, 17, 0, tzinfo=UTC)))


def changed_incident(**changed: Any) -> Document:
    root = json.loads(fixture("incident_open").body)
    root["incidents"][0].update(changed)
    return Document(json.dumps(root).encode())


def test_green_systems_are_operational() -> None:
    snapshot = read(fixture("all_well"))
    assert (snapshot.page_status, snapshot.status) == (None, Status.OPERATIONAL)
    assert [c.name for c in snapshot.components] == ["Apps", "Data", "Tools"]


def test_planned_work_that_says_it_is_complete_is_over_though_it_stays_upcoming() -> None:
    assert [(m.id, m.phase) for m in read(fixture("all_well")).maintenances] == [
        ("401", MaintenancePhase.COMPLETED),
        ("402", MaintenancePhase.SCHEDULED),
    ]


def test_colours_are_states() -> None:
    snapshot = read(fixture("incident_open"))
    assert [c.status for c in snapshot.components] == [
        Status.MAJOR_OUTAGE,
        Status.DEGRADED,
        Status.MAINTENANCE,
    ]


def test_green_updates_do_not_unsay_the_impact_and_an_update_keeps_the_phase() -> None:
    incident = read(fixture("incident_open")).incidents[0]
    assert (incident.impact, incident.phase) == (Impact.CRITICAL, Phase.MONITORING)
    assert [(u.phase, u.text) for u in incident.updates] == [
        (Phase.INVESTIGATING, "We look."),
        (Phase.MONITORING, "A fix is out."),
        (Phase.MONITORING, "More\nsoon."),
    ]


def test_incident_names_its_systems_and_regions_whatever_their_case() -> None:
    incident = read(fixture("incident_open")).incidents[0]
    assert (incident.component_ids, incident.regions) == (("Apps",), ("EMEA", "NA"))
    assert incident.updated_at == datetime(2026, 3, 4, 16, 40, tzinfo=UTC)


def test_work_in_the_list_of_incidents_is_a_running_maintenance() -> None:
    snapshot = read(fixture("incident_open"))
    assert [i.id for i in snapshot.incidents] == ["500"]
    assert [(m.id, m.phase) for m in snapshot.maintenances] == [("501", MaintenancePhase.IN_PROGRESS)]


@pytest.mark.parametrize(
    "changed", [{"state": "resolved"}, {"resolved": True, "resolved_at": "2026-03-04T16:50:00Z"}]
)
def test_either_field_ends_an_incident(changed: dict[str, Any]) -> None:
    assert not read(changed_incident(**changed)).incidents[0].is_open


def test_newest_update_ends_an_incident_before_its_state_follows() -> None:
    update = {"created_at": "2026-03-04T16:55:00Z", "contents": "Done.", "update_type": "resolved"}
    incident = read(changed_incident(updates=[update])).incidents[0]
    assert incident.resolved_at == datetime(2026, 3, 4, 16, 55, tzinfo=UTC)


def test_incident_without_colours_has_an_unknown_impact() -> None:
    assert read(changed_incident(updates=[], systems=None)).incidents[0].impact is Impact.UNKNOWN


def test_history_ends_what_is_no_longer_current() -> None:
    snapshot = read(fixture("incidents"), fixture("all_well"))
    assert [(i.id, i.impact, i.resolved_at) for i in snapshot.incidents] == [
        ("500", Impact.MINOR, datetime(2026, 3, 4, 17, 0, tzinfo=UTC)),
        ("499", Impact.UNKNOWN, datetime(2026, 2, 1, 12, 0, tzinfo=UTC)),
    ]
    assert (snapshot.status, snapshot.coverage.history) == (Status.OPERATIONAL, True)


def test_history_alone_says_nothing_of_the_state() -> None:
    snapshot = read(fixture("incidents"))
    assert snapshot.status is Status.UNKNOWN
    assert not snapshot.coverage.incidents


def test_unknown_colour_is_not_green() -> None:
    root = json.loads(fixture("all_well").body)
    root["status"] = [{"system": "Apps", "status": "purple"}]
    snapshot = read(Document(json.dumps(root).encode()))
    assert snapshot.status is Status.UNKNOWN
    assert snapshot.warnings == ("unknown colour 'purple', read as unknown",)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "[{}]",
        '{"status": [], "incidents": []}',
        '{"status": [{"system": "Apps", "status": "green"}]}',
        '{"status": {"Production": "green"}, "incidents": []}',
        "<html></html>",
    ],
)
def test_what_is_not_herokus_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode()))
    assert heroku.recognise(Document(body.encode())) is None


def test_a_document_that_was_cut_off_is_refused() -> None:
    with pytest.raises(LookError):
        read(fixture("malformed"))


@pytest.mark.parametrize(
    "address", ["https://heroku.acme.example", "https://heroku.acme.example/api/v4/current-status"]
)
def test_endpoints_follow_from_any_address_of_the_page(address: str) -> None:
    found = heroku.endpoints(address)
    assert found.look == ("https://heroku.acme.example/api/v4/current-status",)
    assert found.history == ("https://heroku.acme.example/api/v4/incidents",)


@pytest.mark.parametrize("name", ["all_well", "incident_open", "incidents"])
def test_shapes_are_recognised(name: str) -> None:
    assert heroku.recognise(fixture(name))
