"""Freshstatus: components and incidents of the public API."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Coverage, Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Look, freshstatus
from statusherd.watch.reading.documents import Document
from statusherd.watch.whereabouts import probe_addresses

FIXTURES = Path(__file__).parent / "fixtures" / "freshstatus"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
API = "https://public-api.freshstatus.io/v1"
COMPONENTS = f"{API}/public-components/?account_id=4711"
INCIDENTS = f"{API}/public-incidents/?account_id=4711"


def fixture(name: str) -> Document:
    return Document((FIXTURES / f"{name}.json").read_bytes(), COMPONENTS, "application/json")


def read(*documents: Document, now: datetime = NOW) -> Snapshot:
    return freshstatus.parse(documents, Look("acme", now))


def look(case: str) -> tuple[Document, Document]:
    return fixture(f"{case}/components"), fixture(f"{case}/open")


def changed(name: str, change: Callable[[Any], object]) -> Document:
    root = json.loads(fixture(name).body)
    change(root)
    return Document(json.dumps(root).encode(), COMPONENTS)


def test_leaves_are_components_in_the_groups_above_them() -> None:
    snapshot = read(*look("all_well"))
    assert [(c.id, c.name, c.group, c.status) for c in snapshot.components] == [
        ("101", "Web", "Europe / Apps", Status.OPERATIONAL),
        ("102", "API", "Europe / Apps", Status.OPERATIONAL),
        ("103", "Mail", None, Status.OPERATIONAL),
        ("104", "Old region", None, Status.OPERATIONAL),
    ]
    assert (snapshot.page_status, snapshot.status) == (None, Status.OPERATIONAL)
    assert snapshot.coverage == Coverage(components=True, incidents=True, maintenances=True)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("OP", Status.OPERATIONAL),
        ("PD", Status.DEGRADED),
        ("PO", Status.PARTIAL_OUTAGE),
        ("MO", Status.MAJOR_OUTAGE),
        ("UM", Status.MAINTENANCE),
    ],
)
def test_states_are_codes_of_two_letters(code: str, status: Status) -> None:
    document = changed("all_well/components", lambda root: root["components"][1].update(status=code))
    assert read(document).status is status


def test_component_that_the_vendor_does_not_count_shows_its_state_and_sets_none() -> None:
    document = changed("all_well/components", lambda root: root["components"][2].update(status="MO"))
    snapshot = read(document)
    assert snapshot.components[-1].status is Status.MAJOR_OUTAGE
    assert snapshot.status is Status.OPERATIONAL
    assert any("do not count" in warning for warning in snapshot.warnings)


def test_incident_without_an_end_is_open_and_as_bad_as_its_components_are() -> None:
    snapshot = read(*look("incident_open"))
    (incident,) = snapshot.open_incidents
    assert (incident.id, incident.title) == ("501", "API refuses requests")
    assert (incident.impact, incident.phase) == (Impact.MAJOR, Phase.INVESTIGATING)
    assert (incident.component_ids, incident.resolved_at) == (("102",), None)
    assert incident.started_at == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert [update.text for update in incident.updates] == ["We look into it."]


def test_open_incident_that_names_no_component_has_an_unknown_impact() -> None:
    document = changed("incident_open/open", lambda root: root["results"][0].update(affected_components=[]))
    snapshot = read(fixture("all_well/components"), document)
    assert snapshot.incidents[0].impact is Impact.UNKNOWN
    assert snapshot.status is Status.DEGRADED


def test_planned_work_has_the_scheduled_window() -> None:
    snapshot = read(*look("maintenance_scheduled"))
    (window,) = snapshot.maintenances
    assert (window.id, window.phase, window.component_ids) == ("502", MaintenancePhase.SCHEDULED, ("103",))
    assert window.starts_at == snapshot.rereads_at == datetime(2026, 3, 5, 6, 0, tzinfo=UTC)
    assert (snapshot.incidents, snapshot.status) == ((), Status.OPERATIONAL)


def test_running_work_is_maintenance() -> None:
    snapshot = read(*look("maintenance_running"))
    assert [(m.phase, m.ends_at) for m in snapshot.maintenances] == [
        (MaintenancePhase.IN_PROGRESS, datetime(2026, 3, 2, 14, 0, tzinfo=UTC))
    ]
    assert snapshot.status is Status.MAINTENANCE


def test_work_that_ended_early_is_over() -> None:
    document = changed(
        "maintenance_running/open", lambda root: root["results"][0].update(end_time="2026-03-02T11:30:00Z")
    )
    assert read(fixture("all_well/components"), document).maintenances[0].phase is MaintenancePhase.COMPLETED


def test_ended_incident_of_the_history_is_resolved() -> None:
    documents = (*look("resolved"), fixture("resolved/incidents"))
    snapshot = read(*documents)
    assert snapshot == read(*reversed(documents))
    (incident,) = snapshot.incidents
    assert (incident.id, incident.phase, incident.impact) == ("500", Phase.RESOLVED, Impact.MINOR)
    assert incident.resolved_at == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    assert snapshot.coverage.history


def test_list_that_goes_on_on_another_page_is_not_whole() -> None:
    document = changed("all_well/open", lambda root: root.update(next=f"{INCIDENTS}&page=2"))
    assert not read(fixture("all_well/components"), document).coverage.incidents


def test_unknown_state_is_unknown_with_a_warning() -> None:
    document = changed("all_well/components", lambda root: root["components"][1].update(status="XX"))
    snapshot = read(document)
    assert snapshot.components[2].status is Status.UNKNOWN
    assert snapshot.warnings == ("unknown component status 'XX', read as unknown",)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        '{"components": []}',
        '{"components": [{"id": 1, "name": "API", "status": "operational"}]}',
        '{"page": {"id": "x"}, "components": [{"id": 1, "name": "API", "status": "OP"}]}',
        '{"components": [{"id": 1, "status": "OP"}]}',
        '{"count": 0, "next": null, "previous": null, "results": []}',
        '{"next": null, "results": [{"title": "x"}]}',
        (FIXTURES / "malformed.html").read_text(),
    ],
)
def test_other_content_is_refused(body: str) -> None:
    assert freshstatus.recognise(Document(body.encode())) is None
    with pytest.raises(LookError):
        read(Document(body.encode()))


@pytest.mark.parametrize(
    "address",
    [
        COMPONENTS,
        INCIDENTS,
        f"{INCIDENTS}&end_time__isempty=true",
        f"{API}/public-incidents/501/?account_id=4711",
    ],
)
def test_documents_are_found_from_any_address_of_the_api(address: str) -> None:
    endpoints = freshstatus.endpoints(address)
    assert endpoints.look == (COMPONENTS, f"{INCIDENTS}&end_time__isempty=true")
    assert endpoints.history == (INCIDENTS,)
    assert endpoints.fallbacks == ((COMPONENTS, "freshstatus"),)


@pytest.mark.parametrize("path", ["", "incidents-history", "incident/501", "rss/"])
def test_address_of_a_page_leads_to_its_feed_in_the_end(path: str) -> None:
    endpoints = freshstatus.endpoints(f"https://acme.freshstatus.io/{path}")
    assert endpoints.look == ("https://acme.freshstatus.io/",)
    assert endpoints.fallbacks == (("https://acme.freshstatus.io/rss/", "feed"),)


@pytest.mark.parametrize(
    "source", [f'<a href="{INCIDENTS}">', '<script src="//cdn.freshstatus.io/x.js">{"account_id":4711}']
)
def test_api_is_found_where_the_source_of_a_page_names_the_account(source: str) -> None:
    own = "https://status.acme.example/"
    page = Document(f"<!DOCTYPE html>{source}".encode(), own, "text/html")
    assert probe_addresses(own, page)[0] == COMPONENTS


def test_account_in_the_source_of_another_platforms_page_is_no_clue() -> None:
    own = "https://status.acme.example/"
    page = Document(b'<!DOCTYPE html><script>{"account_id":4711}', own, "text/html")
    assert COMPONENTS not in probe_addresses(own, page)


def test_documents_are_recognised_by_their_shape() -> None:
    assert freshstatus.recognise(fixture("all_well/components"))
    assert freshstatus.recognise(fixture("incident_open/open"))
    assert freshstatus.recognise(fixture("all_well/open")) is None
