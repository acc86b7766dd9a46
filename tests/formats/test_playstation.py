"""PlayStation Network: the documents of its regions."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Coverage, Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.detect import Detection, address_of, probe_addresses
from statusherd.watch.formats import Look, playstation
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "playstation"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def fixture(name: str) -> Document:
    return Document((FIXTURES / f"{name}.json").read_bytes())


def read(*documents: Document, now: datetime = NOW) -> Snapshot:
    return playstation.parse(documents, Look("acme", now))


def changed(**values: Any) -> Document:
    root = json.loads(fixture("resolved").body)
    root["countries"][0]["services"][0]["status"][0].update(values)
    return Document(json.dumps(root).encode())


def test_region_without_a_fresh_entry_is_operational() -> None:
    snapshot = read(fixture("all_well"))
    assert (snapshot.page_status, snapshot.status) == (Status.OPERATIONAL, Status.OPERATIONAL)
    assert [(c.id, c.name, c.region) for c in snapshot.components] == [
        ("SCEE/Gaming and social", "Gaming and social", "SCEE"),
        ("SCEE/PlayStation Store", "PlayStation Store", "SCEE"),
    ]
    assert snapshot.coverage == Coverage(
        rollup=True, components=True, incidents=True, history=True, maintenances=True
    )
    assert (snapshot.open_incidents, snapshot.warnings) == ((), ())


def test_entry_that_nobody_touched_for_seven_days_is_over_then() -> None:
    over = read(fixture("all_well")).incidents[0]
    assert (over.phase, over.resolved_at) == (Phase.RESOLVED, datetime(2026, 2, 10, 10, 0, tzinfo=UTC))
    touched = datetime(2026, 2, 10, 10, 0, tzinfo=UTC)
    almost = read(fixture("all_well"), now=touched + timedelta(days=7, seconds=-1))
    assert [i.id for i in almost.open_incidents] == ["300"]
    assert almost.rereads_at == touched + timedelta(days=7)
    assert read(fixture("all_well"), now=touched + timedelta(days=7)).open_incidents == ()


def test_old_entry_whose_end_lies_ahead_goes_on() -> None:
    snapshot = read(
        changed(startDate="2026-02-01T00:00:00Z", createdDate=None, endDate="2026-03-03T00:00:00Z")
    )
    assert [i.id for i in snapshot.open_incidents] == ["305"]
    assert snapshot.rereads_at == datetime(2026, 3, 3, tzinfo=UTC)


def test_entry_without_any_time_goes_on() -> None:
    snapshot = read(changed(startDate=None, createdDate=None, endDate=None))
    assert snapshot.open_incidents[0].started_at is None


def test_entry_that_comes_again_in_every_country_is_one_outage_of_its_service() -> None:
    snapshot = read(fixture("incident_open"))
    incident = snapshot.incidents[0]
    assert (incident.id, incident.title) == ("301", "Gaming and social: Outage")
    assert (incident.impact, incident.phase) == (Impact.CRITICAL, Phase.INVESTIGATING)
    assert (incident.component_ids, incident.regions) == (("SCEE/Gaming and social",), ("SCEE",))
    assert [u.text for u in incident.updates] == ["Signing in may fail."]
    assert incident.started_at == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert incident.updated_at == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def test_outage_in_one_country_is_a_partial_one() -> None:
    incident = read(fixture("incident_open")).incidents[1]
    assert (incident.id, incident.impact, incident.regions) == ("302", Impact.MAJOR, ("SCEE", "DE"))
    assert [u.text for u in incident.updates] == ["Kaufen geht nicht."]


def test_services_are_as_bad_as_what_goes_on_in_any_country_or_on_any_device() -> None:
    snapshot = read(fixture("incident_open"))
    assert [c.status for c in snapshot.components] == [
        Status.MAJOR_OUTAGE,
        Status.PARTIAL_OUTAGE,
        Status.DEGRADED,
    ]
    assert (snapshot.page_status, snapshot.status) == (Status.PARTIAL_OUTAGE, Status.MAJOR_OUTAGE)


def test_outage_at_the_region_alone_touches_no_service() -> None:
    root = json.loads(fixture("all_well").body)
    root["status"] = [{"statusId": "9", "statusType": "Outage", "startDate": "2026-03-02T09:00:00Z"}]
    snapshot = read(Document(json.dumps(root).encode()))
    (incident,) = snapshot.open_incidents
    assert (incident.title, incident.component_ids) == ("PlayStation Network: Outage", ())
    assert (snapshot.page_status, snapshot.status) == (Status.PARTIAL_OUTAGE, Status.PARTIAL_OUTAGE)


def test_maintenance_ahead_is_scheduled_and_changes_nothing() -> None:
    snapshot = read(fixture("maintenance_scheduled"))
    (window,) = snapshot.maintenances
    assert (window.id, window.phase) == ("400", MaintenancePhase.SCHEDULED)
    assert (window.starts_at, window.ends_at) == (
        datetime(2026, 3, 3, 6, 0, tzinfo=UTC),
        datetime(2026, 3, 3, 8, 0, tzinfo=UTC),
    )
    assert (snapshot.status, snapshot.rereads_at) == (Status.OPERATIONAL, window.starts_at)


def test_maintenance_in_its_window_runs() -> None:
    snapshot = read(fixture("maintenance_running"))
    assert snapshot.maintenances[0].phase is MaintenancePhase.IN_PROGRESS
    assert (snapshot.components[0].status, snapshot.status) == (Status.MAINTENANCE, Status.MAINTENANCE)


def test_outage_dated_in_the_future_is_no_open_incident() -> None:
    snapshot = read(changed(startDate="2026-03-04T00:00:00Z", endDate=None))
    assert (snapshot.incidents, snapshot.maintenances[0].phase) == ((), MaintenancePhase.SCHEDULED)


def test_entry_past_its_end_is_resolved_then_and_an_ok_one_is_nothing() -> None:
    snapshot = read(fixture("resolved"))
    assert [(i.id, i.resolved_at) for i in snapshot.incidents] == [
        ("305", datetime(2026, 3, 2, 8, 0, tzinfo=UTC))
    ]


def test_unknown_type_is_an_open_incident_of_unknown_impact() -> None:
    snapshot = read(changed(statusType="Cosmic", endDate=None))
    assert snapshot.open_incidents[0].impact is Impact.UNKNOWN
    assert snapshot.components[0].status is Status.DEGRADED
    assert snapshot.warnings == ("unknown status type 'Cosmic', read as unknown",)


def test_regions_of_one_look_are_merged_and_entries_without_an_id_keep_theirs() -> None:
    snapshot = read(fixture("incident_open"), changed(statusId=None, endDate=None))
    assert {c.region for c in snapshot.components} == {"SCEE", "SCEA"}
    assert len({i.id for i in snapshot.incidents}) == 4
    assert read(changed(statusId=None)).incidents[0].id == snapshot.incidents[3].id


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "<html></html>",
        '{"regionName": "SCEA", "status": [], "countries": []}',
        '{"regionName": "SCEA", "status": [], "countries": [{"countryCode": "US", "services": []}]}',
        '{"regionName": "SCEA", "countries": [{"countryCode": "US", "services": [{"serviceName": "x", "status": []}]}]}',
        '{"regionName": "SCEA", "status": [], "countries": [{"countryCode": "US", "services": [{"serviceName": "x"}]}]}',
        (FIXTURES / "malformed.json").read_text(),
    ],
)
def test_other_content_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode()))


@pytest.mark.parametrize("address", ["https://status.acme.example", "https://status.acme.example/en-us"])
def test_page_leads_to_all_regions(address: str) -> None:
    root = "https://status.acme.example/data/statuses/region/"
    assert playstation.endpoints(address).look == tuple(f"{root}{r}.json" for r in ("SCEA", "SCEE", "SCEJA"))


def test_document_of_a_region_is_read_alone() -> None:
    address = "https://status.acme.example/data/statuses/region/SCEE.json"
    assert playstation.endpoints(address).look == (address,)


def test_page_is_found_by_its_address_and_kept() -> None:
    page = "https://status.playstation.com/"
    document = playstation.endpoints(page).look[0]
    assert probe_addresses(page)[1] == document
    assert address_of(Detection("playstation", 96, "its shape", document), page) == page


def test_shape_is_recognised() -> None:
    found = playstation.recognise(fixture("all_well"))
    assert found is not None
    assert found.certainty >= 90
    assert playstation.recognise(Document(b'{"regionName": "x", "countries": []}')) is None
