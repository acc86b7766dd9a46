"""StatusPal: the summary of a page."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import CatalogError, LookError
from statusherd.model.records import Coverage, Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Look, statuspal
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "statuspal"
API = "https://statuspal.eu/api/v2/status_pages/acmestatus/summary"
NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def fixture(name: str) -> Document:
    return Document((FIXTURES / f"{name}.json").read_bytes(), API)


def read(document: Document, now: datetime = NOW) -> Snapshot:
    return statuspal.parse([document], Look("acme", now))


def changed(name: str, change: Callable[[Any], object]) -> Document:
    root = json.loads(fixture(name).body)
    change(root)
    return Document(json.dumps(root).encode(), API)


def test_page_without_an_incident_type_is_operational() -> None:
    snapshot = read(fixture("all_well"))
    assert (snapshot.page_status, snapshot.status) == (Status.OPERATIONAL, Status.OPERATIONAL)
    assert (snapshot.page_name, snapshot.page_url) == ("Acme", "https://acmestatus.statuspal.eu/")
    assert snapshot.coverage == Coverage(rollup=True, components=True, incidents=True, maintenances=True)
    assert snapshot.warnings == ()


def test_services_with_children_are_groups_and_no_components() -> None:
    snapshot = read(fixture("all_well"))
    assert [(c.id, c.name, c.group) for c in snapshot.components] == [
        ("11", "Compute", "Geneva"),
        ("12", "Storage", "Geneva"),
        ("131", "Peering", "Geneva / Network"),
        ("2", "Portal", None),
    ]


def test_empty_children_of_the_api_description_leave_a_service_a_leaf() -> None:
    snapshot = read(changed("all_well", lambda root: root["services"][1].update(children=[{}])))
    assert [c.id for c in snapshot.components][-1] == "2"


def test_open_incident_has_utc_times_and_its_posts_oldest_first() -> None:
    snapshot = read(fixture("incident_open"))
    incident = snapshot.open_incidents[0]
    assert (incident.id, incident.impact, incident.phase) == ("61", Impact.MINOR, Phase.MONITORING)
    assert incident.started_at == datetime(2026, 5, 4, 8, 18, 26, tzinfo=UTC)
    assert [(u.phase, u.text) for u in incident.updates] == [
        (Phase.INVESTIGATING, "We look into it."),
        (Phase.MONITORING, "A fix is\nout."),
    ]
    assert (snapshot.page_status, snapshot.status) == (Status.DEGRADED, Status.DEGRADED)


def test_group_named_beside_one_of_its_services_stands_for_that_service() -> None:
    assert read(fixture("incident_open")).incidents[0].component_ids == ("11",)


def test_group_named_alone_stands_for_all_below_it() -> None:
    assert read(fixture("maintenance_running")).maintenances[0].component_ids == ("11", "12", "131")


def test_notice_is_an_incident_without_impact() -> None:
    notice = read(fixture("incident_open")).incidents[1]
    assert (notice.id, notice.impact, notice.impact.status) == ("62", Impact.NONE, None)


def test_notice_of_the_future_is_planned_work() -> None:
    document = changed(
        "incident_open", lambda root: root["info_notices"][0].update(starts_at="2026-06-01T00:00:00")
    )
    snapshot = read(document)
    assert [i.id for i in snapshot.incidents] == ["61"]
    assert [(m.id, m.phase) for m in snapshot.maintenances] == [("62", MaintenancePhase.SCHEDULED)]


def test_listed_maintenance_is_running_and_an_upcoming_one_is_scheduled() -> None:
    snapshot = read(fixture("maintenance_running"))
    assert [(m.id, m.phase) for m in snapshot.maintenances] == [
        ("71", MaintenancePhase.IN_PROGRESS),
        ("72", MaintenancePhase.SCHEDULED),
    ]
    assert (snapshot.page_status, snapshot.status) == (Status.MAINTENANCE, Status.MAINTENANCE)
    assert snapshot.rereads_at == datetime(2026, 5, 10, 21, 0, tzinfo=UTC)
    assert snapshot.warnings == ()


def test_upcoming_maintenance_runs_once_its_window_is_open() -> None:
    snapshot = read(fixture("all_well"), now=datetime(2026, 5, 10, 22, 0, tzinfo=UTC))
    assert snapshot.maintenances[0].phase is MaintenancePhase.IN_PROGRESS
    assert snapshot.status is Status.MAINTENANCE


def test_maintenance_among_the_incidents_is_no_incident() -> None:
    def misplace(root: Any) -> None:
        root["incidents"], root["maintenances"] = root["maintenances"], []

    snapshot = read(changed("maintenance_running", misplace))
    assert snapshot.incidents == ()
    assert snapshot.maintenances[0].id == "71"


def test_scheduled_work_that_has_not_begun_leaves_page_and_services_operational() -> None:
    def announce(root: Any) -> None:
        root["status_page"]["current_incident_type"] = "scheduled"
        root["services"][1]["current_incident_type"] = "scheduled"

    assert read(changed("all_well", announce)).status is Status.OPERATIONAL


def test_incident_past_its_end_is_resolved_then() -> None:
    incident = read(fixture("resolved")).incidents[0]
    assert (incident.phase, incident.impact) == (Phase.RESOLVED, Impact.CRITICAL)
    assert incident.resolved_at == datetime(2026, 5, 4, 7, 40, tzinfo=UTC)


def test_the_worse_of_two_rollups_counts() -> None:
    snapshot = read(changed("all_well", lambda root: root.update(current_status_type="major")))
    assert snapshot.page_status is Status.MAJOR_OUTAGE


def test_unknown_type_is_unknown_with_a_warning() -> None:
    document = changed("all_well", lambda root: root["status_page"].update(current_incident_type="cosmic"))
    snapshot = read(document)
    assert snapshot.page_status is Status.UNKNOWN
    assert any("cosmic" in warning for warning in snapshot.warnings)


def test_lists_that_are_missing_are_not_covered() -> None:
    coverage = read(changed("all_well", lambda root: root.pop("incidents"))).coverage
    assert (coverage.incidents, coverage.maintenances) == (False, True)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"<!DOCTYPE html><html></html>",
        b'{"errors": {"detail": "Not Found"}}',
        b'{"services": [], "status_page": {"name": "Acme"}}',
        (FIXTURES / "malformed.json").read_bytes(),
    ],
)
def test_other_content_is_refused(body: bytes) -> None:
    assert statuspal.recognise(Document(body, API)) is None
    with pytest.raises(LookError):
        read(Document(body, API))


@pytest.mark.parametrize(
    "address",
    [
        API,
        "https://statuspal.eu/api/v2/status_pages/acmestatus",
        "https://acmestatus.statuspal.eu/",
        "https://acmestatus.statuspal.eu/incidents/61",
        "https://statuspal.eu/status_pages/acmestatus",
    ],
)
def test_endpoint_is_the_summary_at_the_pages_own_region(address: str) -> None:
    assert statuspal.endpoints(address).look == (API,)


def test_summary_on_another_host_is_kept() -> None:
    address = "http://127.0.0.1:8080/api/v2/status_pages/acmestatus/summary"
    assert statuspal.endpoints(address).look == (address,)


def test_address_without_the_subdomain_is_an_error_that_tells_how_to_find_it() -> None:
    with pytest.raises(CatalogError, match="subdomain"):
        statuspal.endpoints("https://status.acme.example/")


def test_shape_is_recognised() -> None:
    assert statuspal.recognise(fixture("all_well"))
