"""Zendesk: incidents and services in JSON:API."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.detect import address_of, detect, probe_addresses
from statusherd.watch.formats import Look, zendesk
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "zendesk"
HOME = "https://status.zendesk.com"
API = f"{HOME}/api/ssp"


def document(case: str, name: str) -> Document:
    return Document((FIXTURES / case / f"{name}.json").read_bytes(), f"{API}/{name}.json")


def parse(*documents: Document) -> Snapshot:
    return zendesk.parse(documents, Look("acme", datetime(2026, 3, 2, 12, 0, tzinfo=UTC)))


def read(case: str) -> Snapshot:
    return parse(document(case, "incidents"), document(case, "services"))


def changed(change: Callable[[Any], object], case: str = "incident_open") -> Snapshot:
    root = json.loads(document(case, "incidents").body)
    change(root)
    return parse(Document(json.dumps(root).encode()), document(case, "services"))


def with_attributes(**own: Any) -> Snapshot:
    return changed(lambda root: root["data"][0]["attributes"].update(own))


def test_no_open_incident_is_operational_for_each_service_in_use() -> None:
    snapshot = read("all_well")
    assert [(c.id, c.name, c.status) for c in snapshot.components] == [
        ("1", "Support", Status.OPERATIONAL),
        ("2", "Chat", Status.OPERATIONAL),
        ("3", "Talk", Status.OPERATIONAL),
    ]
    assert (snapshot.page_status, snapshot.status) == (None, Status.OPERATIONAL)
    assert (snapshot.coverage.components, snapshot.coverage.incidents) == (True, True)


def test_service_is_as_its_link_to_an_open_incident_says() -> None:
    states = {c.name: c.status for c in read("incident_open").components}
    assert states == {
        "Support": Status.MAJOR_OUTAGE,
        "Chat": Status.OPERATIONAL,
        "Talk": Status.DEGRADED,
    }


def test_service_that_is_well_again_before_the_incident_ends_is_operational() -> None:
    snapshot = changed(
        lambda root: root["included"][0]["attributes"].update(resolvedAt="2026-03-02T11:30:00Z")
    )
    assert {c.name: c.status for c in snapshot.components}["Support"] is Status.OPERATIONAL


def test_open_incident_is_told_with_its_posts() -> None:
    incident = read("incident_open").incidents[0]
    assert (incident.id, incident.title) == ("71", "Tickets cannot be opened")
    assert (incident.impact, incident.phase) == (Impact.MAJOR, Phase.INVESTIGATING)
    assert incident.started_at == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
    assert incident.component_ids == ("1", "3")
    assert incident.url == f"{HOME}/incidents/71"
    assert [u.text for u in incident.updates] == ["We look into it.", "We know why."]
    assert incident.updated_at == datetime(2026, 3, 2, 11, 0, tzinfo=UTC)


def test_incident_with_an_end_is_over_whatever_its_status_says() -> None:
    incident = with_attributes(resolvedAt="2026-03-02T11:45:00Z").incidents[0]
    assert (incident.phase, incident.resolved_at) == (
        Phase.RESOLVED,
        datetime(2026, 3, 2, 11, 45, tzinfo=UTC),
    )


def test_resolved_incident_is_listed_with_its_end() -> None:
    snapshot = read("resolved")
    assert [(i.id, i.phase) for i in snapshot.incidents] == [("70", Phase.RESOLVED)]
    assert snapshot.incidents[0].resolved_at == datetime(2026, 2, 27, 9, 15, tzinfo=UTC)
    assert snapshot.status is Status.OPERATIONAL


@pytest.mark.parametrize(
    ("own", "impact"),
    [
        ({"impact": "critical"}, Impact.CRITICAL),
        ({"impact": "minor"}, Impact.MINOR),
        ({"impact": "none"}, Impact.NONE),
        ({"impact": None}, Impact.CRITICAL),
        ({"impact": None, "outage": False}, Impact.MINOR),
        ({"impact": None, "outage": None}, Impact.UNKNOWN),
        ({"impact": "critical", "internalToolsOnly": True}, Impact.NONE),
    ],
)
def test_impact_is_the_word_else_the_flag(own: dict[str, Any], impact: Impact) -> None:
    assert with_attributes(**own).incidents[0].impact is impact


def test_unknown_words_are_never_green() -> None:
    snapshot = with_attributes(impact="odd", status="pondering")
    assert (snapshot.incidents[0].impact, snapshot.incidents[0].is_open) == (Impact.UNKNOWN, True)
    assert len(snapshot.warnings) == 2


def test_links_are_found_by_the_relationships_where_they_name_no_incident() -> None:
    def drop(root: Any) -> None:
        for row in root["included"]:
            row["attributes"].pop("incidentId", None)

    assert changed(drop).incidents[0].component_ids == ("1", "3")


def test_maintenance_among_the_incidents_is_a_window() -> None:
    snapshot = read("maintenance_scheduled")
    assert not snapshot.incidents
    assert [(m.id, m.title, m.phase, m.component_ids) for m in snapshot.maintenances] == [
        ("72", "New network", MaintenancePhase.SCHEDULED, ("3",))
    ]
    assert snapshot.status is Status.OPERATIONAL


def test_maintenance_under_way_holds_for_its_services() -> None:
    snapshot = read("maintenance_running")
    assert snapshot.maintenances[0].phase is MaintenancePhase.IN_PROGRESS
    assert {c.name: c.status for c in snapshot.components}["Talk"] is Status.MAINTENANCE
    assert snapshot.status is Status.MAINTENANCE


def test_maintenance_without_a_status_goes_by_the_clock() -> None:
    def forget(root: Any) -> None:
        root["data"][0]["attributes"]["status"] = None

    assert changed(forget, "maintenance_running").maintenances[0].phase is MaintenancePhase.IN_PROGRESS
    assert changed(forget, "maintenance_scheduled").maintenances[0].phase is MaintenancePhase.SCHEDULED


def test_incidents_alone_speak_for_incidents_alone() -> None:
    snapshot = parse(document("incident_open", "incidents"))
    assert (snapshot.coverage.components, snapshot.components) == (False, ())
    assert snapshot.status is Status.PARTIAL_OUTAGE


def test_documents_may_come_in_any_order() -> None:
    one, other = document("incident_open", "incidents"), document("incident_open", "services")
    assert parse(one, other) == parse(other, one)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "null",
        "<html></html>",
        '{"data": []}',
        '{"data": {}, "included": []}',
        '{"data": [], "included": [], "errors": []}',
        '{"data": [{"id": "1", "attributes": {"name": "a"}}]}',
        '{"data": [{"id": "", "attributes": {"outage": true, "resolvedAt": null}}]}',
        '{"data": {"type": "status_page", "attributes": {"aggregate_state": "operational"}}}',
    ],
)
def test_what_is_not_zendesks_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        parse(Document(body.encode()))
    assert zendesk.recognise(Document(body.encode())) is None


def test_services_alone_are_refused_for_they_have_no_state() -> None:
    with pytest.raises(LookError):
        parse(document("all_well", "services"))


def test_error_beside_the_services_is_refused() -> None:
    with pytest.raises(LookError):
        read("malformed")


def test_empty_list_beside_the_services_is_theirs() -> None:
    assert parse(Document(b'{"data": []}'), document("all_well", "services")).status is Status.OPERATIONAL


@pytest.mark.parametrize(
    "address", [HOME, f"{HOME}/incidents/71", f"{API}/incidents.json?as_of_date=2026-03-01"]
)
def test_documents_are_found_from_any_address_of_the_page(address: str) -> None:
    endpoints = zendesk.endpoints(address)
    assert (endpoints.look, endpoints.optional) == ((f"{API}/incidents.json",), (f"{API}/services.json",))


def test_subdomain_of_an_account_is_kept() -> None:
    look = zendesk.endpoints(f"{HOME}/?subdomain=acme").look
    assert look == (f"{API}/incidents.json?subdomain=acme",)


def test_page_is_found_on_a_quiet_day_by_its_services() -> None:
    assert {f"{API}/incidents.json", f"{API}/services.json"} <= set(
        probe_addresses(f"{HOME}/incidents/71")[:4]
    )
    detection = detect([document("all_well", "incidents"), document("all_well", "services")])
    assert detection is not None
    assert detection.is_certain
    assert (detection.format, address_of(detection, HOME)) == ("zendesk", f"{HOME}/")
