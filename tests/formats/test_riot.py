"""Riot Games: the incidents and maintenances of a platform."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import CatalogError, LookError
from statusherd.model.records import Coverage, Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Look, riot
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "riot"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MIRROR = "https://lol.secure.dyn.riotcdn.net/channels/public/x/status/euw1.json"


def fixture(name: str) -> Document:
    return Document((FIXTURES / f"{name}.json").read_bytes())


def read(*documents: Document, now: datetime = NOW) -> Snapshot:
    return riot.parse(documents, Look("acme", now))


def changed(name: str, part: str, **values: Any) -> Document:
    root = json.loads(fixture(name).body)
    root[part][0].update(values)
    return Document(json.dumps(root).encode())


def test_empty_lists_of_a_platform_are_operational() -> None:
    snapshot = read(fixture("all_well"))
    assert (snapshot.page_status, snapshot.status) == (None, Status.OPERATIONAL)
    assert snapshot.coverage == Coverage(incidents=True, maintenances=True)
    assert (snapshot.page_name, snapshot.warnings) == ("Acme Rift Europe West", ())


def test_incident_is_told_in_english_with_its_published_posts_oldest_first() -> None:
    incident = read(fixture("incident_open")).incidents[0]
    assert (incident.id, incident.title) == ("5001", "Login is down")
    assert (incident.impact, incident.phase, incident.regions) == (
        Impact.CRITICAL,
        Phase.INVESTIGATING,
        ("EUW1",),
    )
    assert [u.text for u in incident.updates] == ["Nur deutsch.", "We are looking\ninto it."]
    assert incident.started_at == datetime(2026, 3, 2, 10, 0, 0, 5790, tzinfo=UTC)
    assert incident.updated_at == datetime(2026, 3, 2, 11, 0, tzinfo=UTC)


def test_incident_of_severity_info_is_a_notice() -> None:
    snapshot = read(fixture("incident_open"))
    assert [(i.id, i.title, i.impact) for i in snapshot.incidents][1] == ("5002", "New prices", Impact.NONE)
    assert snapshot.status is Status.MAJOR_OUTAGE
    assert snapshot.rereads_at == datetime(2026, 3, 9, 10, 0, tzinfo=UTC)


def test_what_is_archived_is_over_then() -> None:
    snapshot = read(fixture("resolved"))
    over = snapshot.incidents[0]
    assert (over.phase, over.impact) == (Phase.RESOLVED, Impact.MINOR)
    assert over.resolved_at == datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
    assert [m.phase for m in snapshot.maintenances] == [MaintenancePhase.COMPLETED]
    assert snapshot.status is Status.OPERATIONAL


@pytest.mark.parametrize(
    ("name", "phase", "status"),
    [
        ("maintenance_scheduled", MaintenancePhase.SCHEDULED, Status.OPERATIONAL),
        ("maintenance_running", MaintenancePhase.IN_PROGRESS, Status.MAINTENANCE),
    ],
)
def test_maintenance_stands_where_its_status_says(name: str, phase: MaintenancePhase, status: Status) -> None:
    snapshot = read(fixture(name))
    (window,) = snapshot.maintenances
    assert (window.id, window.title, window.phase, window.starts_at) == ("6001", "Patch 26.5", phase, None)
    assert [u.text for u in window.updates] == ["On 3 March, 06:00 PST, the servers go down."]
    assert (snapshot.status, snapshot.incidents) == (status, ())


def test_maintenance_is_over_once_it_is_archived() -> None:
    snapshot = read(fixture("maintenance_running"), now=datetime(2026, 3, 5, tzinfo=UTC))
    assert snapshot.maintenances[0].phase is MaintenancePhase.COMPLETED


def test_unknown_words_are_told() -> None:
    snapshot = read(changed("incident_open", "incidents", incident_severity="cosmic"))
    assert (snapshot.incidents[0].impact, snapshot.status) == (Impact.UNKNOWN, Status.DEGRADED)
    assert snapshot.warnings == ("unknown severity 'cosmic', read as unknown",)
    planned = read(changed("maintenance_running", "maintenances", maintenance_status="brewing"))
    assert planned.maintenances[0].phase is MaintenancePhase.SCHEDULED
    assert planned.warnings


def test_platforms_of_one_look_are_merged() -> None:
    other = Document(fixture("maintenance_running").body.replace(b"EUW1", b"NA1"))
    snapshot = read(fixture("incident_open"), other)
    assert (len(snapshot.incidents), len(snapshot.maintenances)) == (2, 1)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "<html></html>",
        '{"incidents": [], "maintenances": []}',
        '{"id": "EUW1", "locales": [], "incidents": []}',
        '{"id": "EUW1", "locales": [], "incidents": [], "maintenances": {}}',
        '{"status": {"message": "Forbidden", "status_code": 403}}',
        (FIXTURES / "malformed.json").read_text(),
    ],
)
def test_other_content_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode()))
    assert riot.recognise(Document(body.encode())) is None


@pytest.mark.parametrize(
    ("address", "document"),
    [
        ("https://status.riotgames.com/lol?region=euw1&locale=en_US", MIRROR),
        ("https://status.riotgames.com/lol/?locale=de_DE&region=EUW1", MIRROR),
        ("https://euw1.api.riotgames.com/lol/status/v4/platform-data", MIRROR),
        (
            "https://eu.api.riotgames.com/val/status/v1/platform-data",
            "https://valorant.secure.dyn.riotcdn.net/channels/public/x/status/eu.json",
        ),
        (MIRROR, MIRROR),
    ],
)
def test_any_address_leads_to_the_public_mirror(address: str, document: str) -> None:
    assert riot.endpoints(address).look == (document,)


@pytest.mark.parametrize(
    "address",
    [
        "https://euw1.api.riotgames.com/lol/status/v4/platform-data?api_key=k",
        "http://127.0.0.1:8080/lol/status/v4/platform-data",
        "http://127.0.0.1:8080/channels/public/x/status/euw1.json",
    ],
)
def test_address_that_can_be_read_is_kept(address: str) -> None:
    assert riot.endpoints(address).look == (address,)


@pytest.mark.parametrize(
    "address", ["https://status.riotgames.com/", "https://status.riotgames.com/lol?region=../../x"]
)
def test_page_without_a_region_is_an_error_that_tells_what_to_do(address: str) -> None:
    with pytest.raises(CatalogError, match="region"):
        riot.endpoints(address)


def test_shape_is_recognised() -> None:
    found = riot.recognise(fixture("all_well"))
    assert found is not None
    assert found.certainty == 95
