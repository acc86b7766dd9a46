"""Okta: the lists of incidents and planned outages in the page."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Coverage, Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.detect import Detection, address_of, probe_addresses
from statusherd.watch.formats import Look, all_formats, okta
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "okta"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def fixture(name: str) -> Document:
    return Document((FIXTURES / f"{name}.html").read_bytes(), "https://status.acme.example/")


def read(document: Document) -> Snapshot:
    return okta.parse([document], Look("acme", NOW))


def page(incidents: Any, planned: Any = (), cells: str = "north1,south1") -> Document:
    spans = (
        ("incidents", json.dumps(incidents)),
        ("planned-outages", json.dumps(planned)),
        ("cellList", cells),
    )
    body = "".join(f"<span class='x' data-id='{name}'>\n  {text}</span>" for name, text in spans)
    return Document(f"<!DOCTYPE html><html><body>{body}</body></html>".encode())


def record(**changes: Any) -> dict[str, Any]:
    own = {
        "Id": "a1",
        "Status__c": "Investigating",
        "Category__c": "Performance Issue",
        "Incident_Title__c": "Slow",
    }
    return own | changes


def test_cells_that_no_open_incident_names_are_well() -> None:
    snapshot = read(fixture("resolved"))
    assert [(c.id, c.status) for c in snapshot.components] == [
        ("north1", Status.OPERATIONAL),
        ("south1", Status.OPERATIONAL),
        ("east1", Status.OPERATIONAL),
    ]
    assert (snapshot.page_status, snapshot.status) == (None, Status.OPERATIONAL)
    assert snapshot.coverage == Coverage(components=True, incidents=True, history=True, maintenances=True)


def test_cell_is_as_bad_as_the_worst_open_incident_that_names_it() -> None:
    snapshot = read(fixture("incident_open"))
    assert {c.name: c.status for c in snapshot.components} == {
        "north1": Status.MAJOR_OUTAGE,
        "south1": Status.MAJOR_OUTAGE,
        "east1": Status.DEGRADED,
    }
    assert snapshot.status is Status.MAJOR_OUTAGE
    assert not snapshot.warnings


def test_open_incident_is_told_with_its_log() -> None:
    incident = read(fixture("incident_open")).incidents[0]
    assert (incident.id, incident.title) == ("a01000000000002", "Sign-in & sessions fail")
    assert (incident.impact, incident.phase) == (Impact.CRITICAL, Phase.INVESTIGATING)
    assert incident.component_ids == ("north1", "south1")
    assert incident.started_at == datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
    assert [(u.at, u.text) for u in incident.updates] == [
        (datetime(2026, 3, 2, 11, 30, tzinfo=UTC), "We look into errors at sign-in.")
    ]


def test_incident_without_a_title_goes_by_its_category_and_feature() -> None:
    incident = read(fixture("incident_open")).incidents[1]
    assert (incident.title, incident.impact, incident.phase) == (
        "Feature Disruption: Reports",
        Impact.MINOR,
        Phase.MONITORING,
    )


def test_resolved_incident_has_its_end() -> None:
    incident = read(fixture("resolved")).incidents[0]
    assert (incident.phase, incident.resolved_at) == (
        Phase.RESOLVED,
        datetime(2026, 2, 20, 9, 30, tzinfo=UTC),
    )
    assert incident.updates[0].text == "Sign-in was slow.\nIt is well again."


@pytest.mark.parametrize(
    ("category", "impact"),
    [
        ("Major Service Disruption", Impact.CRITICAL),
        ("Service Disruption", Impact.CRITICAL),
        ("Minor Service Disruption", Impact.MAJOR),
        ("Service Degradation", Impact.MINOR),
        ("performance issue", Impact.MINOR),
        ("Feature Disruption", Impact.MINOR),
    ],
)
def test_categories(category: str, impact: Impact) -> None:
    assert read(page([record(Category__c=category)])).incidents[0].impact is impact


def test_unknown_words_are_never_green() -> None:
    snapshot = read(page([record(Category__c="Odd", Status__c="Pondering")]))
    assert (snapshot.incidents[0].impact, snapshot.incidents[0].is_open) == (Impact.UNKNOWN, True)
    assert snapshot.status is Status.DEGRADED
    assert snapshot.warnings == (
        "unknown incident status 'Pondering', read as investigating",
        "unknown category 'Odd', read as unknown",
    )


def test_planned_outage_ahead_changes_no_state() -> None:
    snapshot = read(fixture("maintenance_scheduled"))
    window = snapshot.maintenances[0]
    assert (window.title, window.phase, window.component_ids) == (
        "New database",
        MaintenancePhase.SCHEDULED,
        ("east1",),
    )
    assert (window.starts_at, window.ends_at) == (
        datetime(2026, 3, 5, 2, 0, tzinfo=UTC),
        datetime(2026, 3, 5, 4, 0, tzinfo=UTC),
    )
    assert snapshot.status is Status.OPERATIONAL
    assert snapshot.rereads_at == window.starts_at


def test_list_with_its_quotes_as_entities_is_read_too() -> None:
    snapshot = read(fixture("maintenance_running"))
    assert [m.phase for m in snapshot.maintenances] == [MaintenancePhase.IN_PROGRESS]
    assert {c.name: c.status for c in snapshot.components}["east1"] is Status.MAINTENANCE
    assert len(snapshot.incidents) == 1


def test_planned_work_among_the_incidents_is_a_window() -> None:
    snapshot = read(page([record(Category__c="Planned Maintenance", Status__c="Scheduled")]))
    assert not snapshot.incidents
    assert [m.phase for m in snapshot.maintenances] == [MaintenancePhase.SCHEDULED]


def test_planned_outage_without_a_status_goes_by_the_clock() -> None:
    row = {"Id": "p1", "Start_Time__c": "2026-03-02T11:00:00.000+0000"}
    assert read(page([record()], [row])).maintenances[0].phase is MaintenancePhase.IN_PROGRESS
    assert read(page([record()], [{"Id": "p1"}])).maintenances[0].phase is MaintenancePhase.SCHEDULED


def test_planned_outages_that_cannot_be_read_leave_the_rest() -> None:
    snapshot = read(page([record()], "soon"))
    assert not snapshot.coverage.maintenances
    assert snapshot.warnings == ("the page has no list of planned outages that can be read",)
    some = read(page([record()], [{"Id": "p1"}, 3]))
    assert (some.coverage.maintenances, len(some.maintenances)) == (False, 1)


def test_record_that_cannot_be_read_makes_silence_mean_nothing() -> None:
    snapshot = read(page([record(Status__c="Resolved"), "?"]))
    assert snapshot.status is Status.UNKNOWN
    assert not snapshot.coverage.incidents
    assert {c.status for c in snapshot.components} == {Status.UNKNOWN}


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "<html><body>Sign in</body></html>",
        '<span data-id="incidents"></span><span data-id="cellList">a</span>',
        '<span data-id="incidents">[]</span>',
        '<span data-id="incidents">{}</span><span data-id="cellList">a</span>',
        '<span data-id="incidents">[{}]</span><span data-id="cellList">a</span>',
        '<span data-id="incidents">[{"Id": "a1"}]</span>',
        '<span data-id="cellList">a,b</span>',
    ],
)
def test_what_is_no_page_of_okta_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode()))
    assert okta.recognise(Document(body.encode())) is None


def test_page_that_breaks_off_in_a_list_is_refused() -> None:
    with pytest.raises(LookError):
        read(fixture("malformed"))


@pytest.mark.parametrize("name", ["all_well", "incident_open", "maintenance_running"])
def test_page_is_recognised_by_its_lists(name: str) -> None:
    recognition = okta.recognise(fixture(name))
    assert recognition is not None
    assert recognition.certainty >= 90
    assert [form.NAME for form in all_formats() if form.recognise(fixture(name))] == ["okta"]


@pytest.mark.parametrize(
    "address",
    ["https://status.okta.com", "https://status.okta.com/", "https://status.okta.com/incident/a1?x=1"],
)
def test_page_is_found_from_any_address_of_it(address: str) -> None:
    assert okta.endpoints(address).look == ("https://status.okta.com/",)
    assert "https://status.okta.com/" in probe_addresses(address)
    kept = address_of(Detection("okta", 96, "its shape", "https://status.okta.com/"), address)
    assert okta.endpoints(kept).look == ("https://status.okta.com/",)
