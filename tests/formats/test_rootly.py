"""Rootly: a page's status and its active incidents."""

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
from statusherd.watch.detect import address_of, detect
from statusherd.watch.formats import Look, all_formats, rootly
from statusherd.watch.reading.documents import Document
from statusherd.watch.whereabouts import probe_addresses

FIXTURES = Path(__file__).parent / "fixtures" / "rootly"
LOOK = Look("acme", datetime(2026, 3, 2, 12, 0, tzinfo=UTC))
PAGE = "https://status.acme.example"
ADDRESS = f"{PAGE}/api/v1/status.json"


def fixture(name: str) -> Document:
    return Document((FIXTURES / f"{name}.json").read_bytes(), ADDRESS)


def read(*documents: Document) -> Snapshot:
    return rootly.parse(documents, LOOK)


def changed(name: str, change: Callable[[Any], object]) -> Document:
    root = json.loads(fixture(name).body)
    change(root)
    return Document(json.dumps(root).encode())


def with_incident(**fields: Any) -> Document:
    return changed("incident_open", lambda root: root["incidents"][0].update(fields))


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 2, hour, minute, tzinfo=UTC)


def test_all_well_is_operational() -> None:
    snapshot = read(fixture("all_well"))
    assert (snapshot.status, snapshot.page_status) == (Status.OPERATIONAL, Status.OPERATIONAL)
    assert (snapshot.page_name, snapshot.page_url) == ("Acme Status", PAGE)
    assert snapshot.coverage == Coverage(rollup=True, incidents=True)


def test_incident_at_work_is_where_its_newest_post_says() -> None:
    snapshot = read(fixture("incident_open"))
    api, lag = snapshot.incidents
    assert (api.id, api.title, api.impact) == ("api-errors", "Errors in the API", Impact.CRITICAL)
    assert (api.phase, lag.phase) == (Phase.IDENTIFIED, Phase.MONITORING)
    assert (api.started_at, api.updated_at) == (at(10, 30), at(11, 15))
    assert api.url == f"{PAGE}/incidents/api-errors"
    assert [u.phase for u in api.updates] == [Phase.INVESTIGATING, Phase.IDENTIFIED]
    assert (snapshot.page_status, snapshot.status) == (Status.PARTIAL_OUTAGE, Status.MAJOR_OUTAGE)
    assert snapshot.warnings == ()


@pytest.mark.parametrize(
    ("status", "posts", "phase"),
    [
        ("started", [], Phase.INVESTIGATING),
        ("in_triage", [], Phase.INVESTIGATING),
        ("acknowledged", ["odd"], Phase.INVESTIGATING),
        ("detected", ["monitoring"], Phase.MONITORING),
        ("started", ["resolved"], Phase.RESOLVED),
        ("mitigated", ["identified"], Phase.MONITORING),
        ("identified", ["monitoring"], Phase.IDENTIFIED),
        ("closed", [], Phase.RESOLVED),
        ("cancelled", [], Phase.RESOLVED),
    ],
)
def test_words_of_the_companys_own_work_have_a_public_meaning(
    status: str, posts: list[str], phase: Phase
) -> None:
    updates = [{"body": "x", "status": word, "created_at": "2026-03-02T11:00:00Z"} for word in posts]
    snapshot = read(with_incident(status=status, incident_updates=updates))
    assert snapshot.incidents[0].phase is phase


def test_incident_with_an_id_keeps_it() -> None:
    incident = read(fixture("incidents_with_ids")).incidents[0]
    assert incident.id == "4f1c2b7e-9d3a-4c55-8e21-0b6a7f3d9c11"
    assert (incident.url, incident.phase) == (f"{PAGE}/incidents/api-errors", Phase.IDENTIFIED)
    assert incident.updates[0].at == at(11, 15)


def test_incident_without_id_and_address_has_the_same_id_at_each_look() -> None:
    ids = {read(with_incident(url=None, status=s)).incidents[0].id for s in ("started", "mitigated")}
    assert len(ids) == 1
    assert all(ids)


def test_list_of_which_there_is_more_does_not_speak_for_what_it_lacks() -> None:
    assert read(fixture("incidents_with_ids")).coverage == Coverage(incidents=True)
    more = changed("incidents_with_ids", lambda root: root["pagination"].update(total_pages=2))
    assert read(more).coverage == Coverage()
    many = changed("incident_open", lambda root: root.update(incidents=root["incidents"] * 13))
    assert read(many).coverage == Coverage(rollup=True)


def test_scheduled_work_among_the_incidents_is_a_maintenance() -> None:
    scheduled = read(fixture("maintenance_scheduled"))
    assert [(m.id, m.phase, m.starts_at) for m in scheduled.maintenances] == [
        ("db", MaintenancePhase.SCHEDULED, datetime(2026, 3, 4, 1, 0, tzinfo=UTC))
    ]
    running = read(fixture("maintenance_running"))
    assert [m.phase for m in running.maintenances] == [MaintenancePhase.IN_PROGRESS]
    assert (scheduled.status, running.status) == (Status.OPERATIONAL, Status.MAINTENANCE)
    assert (scheduled.incidents, running.incidents) == ((), ())


def test_resolved_incident_that_is_still_listed_is_over() -> None:
    incident = read(fixture("resolved")).incidents[0]
    assert (incident.phase, incident.resolved_at) == (
        Phase.RESOLVED,
        datetime(2026, 3, 1, 9, 10, tzinfo=UTC),
    )


def test_unknown_words_are_told_and_never_well() -> None:
    snapshot = read(with_incident(status="pondering", impact="huge"))
    assert (snapshot.incidents[0].phase, snapshot.incidents[0].impact) == (
        Phase.INVESTIGATING,
        Impact.UNKNOWN,
    )
    assert snapshot.warnings == (
        "unknown incident phase 'pondering', read as investigating",
        "unknown impact 'huge', read as unknown",
    )


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "<html></html>",
        '{"page": {}, "status": {"indicator": "none"}}',
        '{"page": {}, "status": {}, "incidents": []}',
        '{"page": [], "status": {"indicator": "none"}, "incidents": []}',
        '{"page": {}, "status": {"indicator": "none"}, "incidents": [null]}',
        '{"page": {}, "status": {"indicator": "none"}, "incidents": [{"name": "x"}]}',
        (FIXTURES / "malformed.json").read_text(),
    ],
)
def test_what_is_no_document_of_rootly_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode()))


@pytest.mark.parametrize(
    "address", [PAGE, f"{PAGE}/incidents/api-errors", ADDRESS, f"{PAGE}/api/v1/incidents.json"]
)
def test_status_is_found_from_any_address_of_the_page(address: str) -> None:
    assert rootly.endpoints(address).look == (ADDRESS,)


@pytest.mark.parametrize("name", ["all_well", "incident_open", "maintenance_running", "incidents_with_ids"])
def test_no_other_format_takes_the_documents_for_its_own(name: str) -> None:
    taken = [form.NAME for form in all_formats() if form.recognise(fixture(name))]
    assert taken == ["rootly"]


def test_statuspage_does_not_claim_a_page_whose_id_is_a_uuid() -> None:
    own = "4f1c2b7e-9d3a-4c55-8e21-0b6a7f3d9c10"
    detection = detect([changed("incident_open", lambda root: root["page"].update(id=own))])
    assert detection is not None
    assert (detection.format, detection.is_certain, detection.runners_up) == ("rootly", True, ())


@pytest.mark.parametrize(
    "change",
    [
        lambda root: root["page"].update(id="kctbh9vrtdwd"),
        lambda root: root["page"].update(id="01HZY3V9Q2K8M4N6P7R8S9T0AB"),
        lambda root: root.update(components=[]),
        lambda root: root["status"].update(indicator="operational"),
    ],
)
def test_shapes_of_others_are_not_recognised(change: Callable[[Any], object]) -> None:
    assert rootly.recognise(changed("all_well", change)) is None


def test_page_is_found_blindly_and_kept_as_the_address() -> None:
    assert ADDRESS in probe_addresses(PAGE)
    detection = detect([fixture("all_well")])
    assert detection is not None
    assert address_of(detection, f"{PAGE}/incidents/api-errors") == f"{PAGE}/"
