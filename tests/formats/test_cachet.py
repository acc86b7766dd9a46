"""Cachet: components, incidents, schedules and the status, of versions 2 and 3."""

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
from statusherd.watch.formats import Look, cachet
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "cachet"
ROOT = "https://status.acme.example"
NOW = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)


def fixture(name: str) -> Document:
    return Document((FIXTURES / f"{name}.json").read_bytes(), f"{ROOT}/api/v1/{name}.json")


def read(*documents: Document | str, now: datetime = NOW, **options: str) -> Snapshot:
    given = [fixture(document) if isinstance(document, str) else document for document in documents]
    return cachet.parse(given, Look("acme", now, options))


def changed(name: str, change: Callable[[Any], object]) -> Document:
    root = json.loads(fixture(name).body)
    change(root["data"])
    return Document(json.dumps(root).encode())


def test_components_are_read_by_their_codes_in_numbers_or_text() -> None:
    snapshot = read("components")
    assert [(c.id, c.name, c.status) for c in snapshot.components] == [
        ("1", "API", Status.PARTIAL_OUTAGE),
        ("2", "Web & Shop", Status.OPERATIONAL),
        ("3", "Mail", Status.UNKNOWN),
    ]
    assert (snapshot.page_status, snapshot.status) == (None, Status.PARTIAL_OUTAGE)
    assert snapshot.coverage == Coverage(components=True)


def test_page_where_all_is_well() -> None:
    empty = Document(
        b'{"meta": {"pagination": {"total": 0}}, "data": []}', f"{ROOT}/api/v1/incidents?sort=id"
    )
    snapshot = read("components_all_well", empty)
    assert (snapshot.status, snapshot.warnings) == (Status.OPERATIONAL, ())
    assert snapshot.coverage == Coverage(components=True, incidents=True, history=True)


def test_groups_name_the_groups_of_components() -> None:
    groups = {c.id: (c.group, c.status) for c in read("groups", "components").components}
    assert groups["1"] == ("Servers", Status.PARTIAL_OUTAGE)
    assert groups["3"][0] is None


def test_newest_status_counts_and_not_the_words_for_people() -> None:
    incident = read("components", "incidents").incidents[0]
    assert (incident.id, incident.phase) == ("12", Phase.IDENTIFIED)
    assert [(u.phase, u.text) for u in incident.updates] == [
        (Phase.INVESTIGATING, "First message"),
        (Phase.INVESTIGATING, "Still looking."),
        (Phase.IDENTIFIED, "Found it."),
    ]
    assert incident.url == f"{ROOT}/incidents/12"


def test_impact_is_what_the_named_component_suffers() -> None:
    assert read("components", "incidents").incidents[0].impact is Impact.MAJOR
    alone = read("incidents")
    assert (alone.incidents[0].impact, alone.status) == (Impact.UNKNOWN, Status.DEGRADED)


def test_incident_of_a_component_that_is_well_stays_trouble() -> None:
    snapshot = read("components_all_well", "incidents")
    assert (snapshot.incidents[0].impact, snapshot.status) == (Impact.UNKNOWN, Status.DEGRADED)


def test_resolved_incident_ended_with_its_last_update() -> None:
    incident = read("incidents").incidents[1]
    assert incident.phase is Phase.RESOLVED
    assert incident.resolved_at == datetime(2026, 5, 3, 12, 30, tzinfo=UTC)


def test_is_resolved_beats_a_status_that_lags_behind() -> None:
    document = changed("incidents", lambda data: data[0].update(is_resolved=True))
    assert read(document).open_incidents == ()


def test_naive_times_are_utc_with_a_warning_unless_the_zone_is_known() -> None:
    assert "read as UTC" in read("incidents").warnings[0]
    snapshot = read("incidents", timezone="Europe/Berlin")
    assert snapshot.warnings == ()
    assert snapshot.incidents[0].started_at == datetime(2026, 5, 4, 6, 0, tzinfo=UTC)


def test_start_ahead_of_the_look_is_left_open() -> None:
    incident = read("incidents", now=datetime(2026, 5, 4, 7, 0, tzinfo=UTC)).incidents[0]
    assert incident.is_open
    assert incident.started_at is None


def test_unknown_zone_is_warned_of() -> None:
    assert "unknown time zone 'Mars/Base'" in read("incidents", timezone="Mars/Base").warnings


def test_schedules_have_their_own_phase() -> None:
    snapshot = read("components_all_well", "schedules")
    assert [(m.id, m.phase) for m in snapshot.maintenances] == [
        ("3", MaintenancePhase.IN_PROGRESS),
        ("4", MaintenancePhase.SCHEDULED),
        ("2", MaintenancePhase.COMPLETED),
    ]
    running = snapshot.maintenances[0]
    assert (running.component_ids, running.ends_at) == (("2",), datetime(2026, 5, 4, 10, 0, tzinfo=UTC))
    assert snapshot.status is Status.MAINTENANCE
    assert snapshot.rereads_at == datetime(2026, 5, 9, 8, 0, tzinfo=UTC)


def test_incident_of_status_0_is_a_maintenance_whose_phase_the_clock_tells() -> None:
    snapshot = read("incidents_2_3")
    assert [(m.id, m.phase) for m in snapshot.maintenances] == [
        ("incident-7", MaintenancePhase.SCHEDULED),
        ("incident-6", MaintenancePhase.IN_PROGRESS),
        ("incident-5", MaintenancePhase.COMPLETED),
    ]
    assert [(i.id, i.phase) for i in snapshot.incidents] == [("4", Phase.MONITORING)]


@pytest.mark.parametrize(
    ("word", "status"),
    [("success", "operational"), ("info", "degraded"), ("danger", "major_outage"), ("odd", "unknown")],
)
def test_rollup_is_the_status_document(word: str, status: str) -> None:
    body = {"data": {"status": word, "message": "…"}}
    if word == "odd":
        body = {"data": {"id": "status", "type": "status", "attributes": {"status": word}}}  # type: ignore[dict-item]
    assert read(Document(json.dumps(body).encode())).page_status == status


def test_rollup_does_not_speak_for_components() -> None:
    snapshot = read("status_danger")
    assert (snapshot.status, snapshot.coverage) == (Status.MAJOR_OUTAGE, Coverage(rollup=True))


def test_further_page_means_that_absence_ends_nothing() -> None:
    root = json.loads(fixture("incidents").body)
    root["meta"]["pagination"]["total_pages"] = 2
    coverage = read(Document(json.dumps(root).encode())).coverage
    assert not coverage.incidents
    assert coverage.history


def test_empty_list_of_no_known_kind_says_nothing() -> None:
    snapshot = read(Document(b'{"meta": {"pagination": {"total": 0}}, "data": []}'))
    assert (snapshot.status, snapshot.coverage) == (Status.UNKNOWN, Coverage())


def test_documents_of_version_3_are_merged() -> None:
    snapshot = read("v3_components", "v3_incidents", "v3_schedules", "v3_status")
    assert (snapshot.page_status, snapshot.page_name) == (Status.PARTIAL_OUTAGE, "Acme")
    assert [(c.id, c.name, c.status) for c in snapshot.components] == [("1", "API", Status.DEGRADED)]
    (incident,) = snapshot.incidents
    assert (incident.id, incident.phase, incident.impact) == ("8", Phase.MONITORING, Impact.MINOR)
    assert incident.started_at == datetime(2026, 5, 4, 7, 0, tzinfo=UTC)
    (maintenance,) = snapshot.maintenances
    assert maintenance.phase is MaintenancePhase.SCHEDULED
    assert snapshot.coverage == Coverage(
        rollup=True, components=True, incidents=True, history=True, maintenances=True
    )


def test_single_incident_speaks_for_itself_alone() -> None:
    row = json.loads(fixture("incidents").body)["data"][0]
    snapshot = read(Document(json.dumps({"data": row}).encode()))
    assert len(snapshot.open_incidents) == 1
    assert snapshot.coverage == Coverage()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        '{"data": []}',
        '{"data": null}',
        '{"data": "Pong!"}',
        '{"data": [null]}',
        '{"data": [{"id": 1, "name": "API"}]}',
        '{"data": [{"name": "API", "status": 1, "group_id": 0}]}',
        '{"data": {"status": "fine", "message": ""}}',
        '{"errors": [{"status": 404}]}',
        "<!doctype html><title>Cachet</title>",
        (FIXTURES / "malformed.json").read_text(),
    ],
)
def test_what_is_no_document_of_cachet_is_refused(body: str) -> None:
    document = Document(body.encode())
    with pytest.raises(LookError):
        read(document)
    assert cachet.recognise(document) is None


@pytest.mark.parametrize(
    "name",
    ["components", "groups", "incidents", "schedules", "status_danger", "v3_components", "v3_incidents"],
)
def test_documents_are_recognised(name: str) -> None:
    recognition = cachet.recognise(fixture(name))
    assert recognition is not None
    assert recognition.certainty >= 80


@pytest.mark.parametrize(
    "address", [ROOT, f"{ROOT}/api/v1/components", f"{ROOT}/api/v1/incidents/12?x=1", f"{ROOT}/?x=1"]
)
def test_look_asks_for_whole_lists_and_the_newest_first(address: str) -> None:
    endpoints = cachet.endpoints(address)
    assert endpoints.look == (
        f"{ROOT}/api/v1/components?per_page=1000",
        f"{ROOT}/api/v1/incidents?sort=id&order=desc&per_page=50",
    )
    assert endpoints.optional == (f"{ROOT}/api/v1/schedules?sort=id&order=desc&per_page=50",)


def test_version_3_is_told_by_its_address() -> None:
    endpoints = cachet.endpoints(f"{ROOT}/status/api/components")
    assert [address.partition("?")[0] for address in (*endpoints.look, *endpoints.optional)] == [
        f"{ROOT}/status/api/components",
        f"{ROOT}/status/api/incidents",
        f"{ROOT}/status/api/schedules",
    ]
