"""StatusCast: pages of two generations and the JSON documents."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Coverage, Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Look, statuscast
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "statuscast"
HOME = "https://status.acme.example/"
NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def fixture(name: str) -> Document:
    return Document((FIXTURES / name).read_bytes(), HOME + (name if name.endswith(".json") else ""))


def read(*documents: Document) -> Snapshot:
    return statuscast.parse(documents, Look("acme", NOW))


def changed(name: str, old: str, new: str) -> Document:
    text = fixture(name).text
    assert old in text
    return Document(text.replace(old, new).encode(), HOME)


def test_page_with_nothing_running_is_operational_whatever_its_grid_of_past_days_shows() -> None:
    snapshot = read(fixture("all_well.html"))
    assert (snapshot.page_status, snapshot.status) == (None, Status.OPERATIONAL)
    assert (snapshot.open_incidents, snapshot.page_name) == ((), "acme")
    assert [(m.id, m.phase, m.starts_at) for m in snapshot.maintenances] == [
        ("101", MaintenancePhase.SCHEDULED, datetime(2026, 5, 10, 22, 0, tzinfo=UTC))
    ]
    assert snapshot.coverage == Coverage(incidents=True, history=True, maintenances=True)
    assert snapshot.warnings == ()


def test_closed_item_is_resolved_with_its_last_post() -> None:
    over = read(fixture("all_well.html")).incidents[0]
    assert (over.id, over.phase) == ("100", Phase.RESOLVED)
    assert over.started_at == datetime(2026, 5, 1, 10, 0, tzinfo=UTC)
    assert over.resolved_at == datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
    assert [update.text for update in over.updates] == ["We look.", "This is resolved."]


def test_item_in_progress_is_open_and_as_bad_as_its_icon_shows() -> None:
    snapshot = read(fixture("incident_open.html"))
    (incident,) = snapshot.open_incidents
    assert (incident.id, incident.title) == ("102", "API answers slowly")
    assert (incident.phase, incident.impact) == (Phase.IDENTIFIED, Impact.MINOR)
    assert incident.component_ids == ("API", "Europe")
    assert incident.url == "https://status.acme.example/incident/102"
    assert snapshot.status is Status.DEGRADED


def test_item_that_runs_stays_open_although_its_last_post_says_resolved() -> None:
    snapshot = read(changed("incident_open.html", "[identified]", "[resolved]"))
    assert snapshot.open_incidents[0].phase is Phase.INVESTIGATING


def test_state_word_that_is_not_known_leaves_an_item_open_with_a_warning() -> None:
    snapshot = read(changed("incident_open.html", "incident-status-inprogress", "incident-status-lingering"))
    assert [i.id for i in snapshot.open_incidents] == ["102"]
    assert any("lingering" in warning for warning in snapshot.warnings)


def test_maintenance_in_progress_is_running() -> None:
    snapshot = read(fixture("maintenance_running.html"))
    assert [(m.id, m.phase) for m in snapshot.maintenances] == [
        ("103", MaintenancePhase.IN_PROGRESS),
        ("101", MaintenancePhase.SCHEDULED),
    ]
    assert snapshot.status is Status.MAINTENANCE


def test_newer_page_tells_its_state_in_its_heading_and_the_severity_of_its_items() -> None:
    snapshot = read(fixture("page_of_2026.html"))
    assert (snapshot.page_status, snapshot.status) == (Status.PARTIAL_OUTAGE, Status.MAJOR_OUTAGE)
    assert [(i.id, i.impact) for i in snapshot.incidents] == [
        ("104", Impact.NONE),
        ("105", Impact.CRITICAL),
    ]


def test_what_runs_is_told_by_the_lists_beside_a_grid_whose_newest_cells_are_the_days() -> None:
    snapshot = read(fixture("grid_of_today.html"))
    (incident,) = snapshot.open_incidents
    assert (incident.id, incident.title, incident.impact) == ("201", "Errors in Frankfurt", Impact.CRITICAL)
    assert incident.component_ids == ("Edge", "Frankfurt (FRA)")
    assert [(m.id, m.phase) for m in snapshot.maintenances] == [("200", MaintenancePhase.COMPLETED)]
    assert (snapshot.page_status, snapshot.status) == (None, Status.MAJOR_OUTAGE)


def test_cell_of_today_keeps_the_colour_of_what_is_over_and_says_nothing_of_now() -> None:
    over = changed("grid_of_today.html", "incident-status-inprogress", "incident-status-closed")
    snapshot = read(over)
    assert (snapshot.open_incidents, snapshot.status) == ((), Status.OPERATIONAL)


def test_heading_that_is_not_known_says_nothing_and_silence_is_not_operational() -> None:
    body = (
        fixture("page_of_2026.html")
        .text.replace("Service Disruption", "Bonjour")
        .replace("incident-body", "x")
    )
    snapshot = read(Document(body.encode(), HOME))
    assert (snapshot.page_status, snapshot.status) == (Status.UNKNOWN, Status.UNKNOWN)


def test_json_documents_are_merged_in_any_order() -> None:
    snapshot = read(*(fixture(f"{name}.json") for name in ("incidents", "status", "components")))
    assert (snapshot.page_status, snapshot.status) == (Status.PARTIAL_OUTAGE, Status.MAJOR_OUTAGE)
    assert [(c.id, c.name, c.group, c.status) for c in snapshot.components] == [
        ("2", "API", "Europe", Status.MAJOR_OUTAGE),
        ("3", "Mail", "Europe", Status.OPERATIONAL),
        ("4", "Website", None, Status.MAINTENANCE),
    ]
    assert [(i.id, i.phase, i.impact) for i in snapshot.incidents] == [
        ("9", Phase.INVESTIGATING, Impact.CRITICAL),
        ("8", Phase.RESOLVED, Impact.MINOR),
    ]
    assert [(m.id, m.phase) for m in snapshot.maintenances] == [("7", MaintenancePhase.IN_PROGRESS)]
    assert snapshot.coverage == Coverage(rollup=True, components=True, incidents=True, history=True)


def test_empty_list_of_incidents_means_that_none_is_open() -> None:
    snapshot = read(fixture("status.json"), Document(b"[]", f"{HOME}incidents.json"))
    assert (snapshot.coverage.incidents, snapshot.coverage.components) == (True, False)


def test_page_in_the_place_of_every_document_is_read_once() -> None:
    page = fixture("incident_open.html")
    assert len(read(page, page, page).open_incidents) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"Status": "Available"}',
        b'{"status": "ok"}',
        b'[{"Title": "x"}]',
        b"<!DOCTYPE html><html><title>x powered by StatusCast</title></html>",
        b"<!DOCTYPE html><html><div class=widget-incidentlist></div></html>",
        (FIXTURES / "malformed.html").read_bytes(),
    ],
)
def test_other_content_is_refused(body: bytes) -> None:
    with pytest.raises(LookError):
        read(Document(body, HOME))


@pytest.mark.parametrize("address", [HOME, "https://status.acme.example/incident/102"])
def test_json_documents_are_read_with_the_page_and_the_feed_as_fallbacks(address: str) -> None:
    endpoints = statuscast.endpoints(address)
    assert endpoints.look == (HOME + "status.json", HOME + "components.json", HOME + "incidents.json")
    assert endpoints.fallbacks == ((HOME, "statuscast"), (HOME + "rss", "feed"))


@pytest.mark.parametrize(
    "name", sorted(p.name for p in FIXTURES.iterdir() if p.stem not in ("malformed", "cases"))
)
def test_every_shape_is_recognised(name: str) -> None:
    assert statuscast.recognise(fixture(name))


@pytest.mark.parametrize(
    "root", [[], {}, [{"Title": "x"}], {"Status": 1, "StatusText": "x"}, "StatusText", None]
)
def test_other_json_is_not_recognised(root: object) -> None:
    assert statuscast.recognise(Document(json.dumps(root).encode())) is None
