"""Status.io: the public status document."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import CatalogError, LookError
from statusherd.model.records import Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Look, statusio
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "statusio"
PAGE = "5b36dc6502d06804c08349f7"


def fixture() -> Document:
    return Document(
        (FIXTURES / "two_locations.json").read_bytes(), f"https://api.status.io/1.0/status/{PAGE}"
    )


def read(document: Document) -> Snapshot:
    return statusio.parse([document], Look("acme", datetime(2026, 2, 3, 10, 0, tzinfo=UTC)))


def changed(change: Callable[[Any], object]) -> Document:
    root = json.loads(fixture().body)
    change(root["result"])
    return Document(json.dumps(root).encode())


def test_component_of_one_container_is_a_leaf_and_of_several_a_group() -> None:
    assert [(c.id[-4:], c.name, c.group, c.status) for c in read(fixture()).components] == [
        ("0001", "Website", None, Status.OPERATIONAL),
        ("0001", "Europe", "API", Status.OPERATIONAL),
        ("0002", "Asia", "API", Status.DEGRADED),
    ]


def test_incident_names_the_leaves_it_touches() -> None:
    snapshot = read(fixture())
    touched = set(snapshot.incidents[0].component_ids)
    assert [c.name for c in snapshot.components if c.id in touched] == ["Asia"]


def test_phase_is_the_newest_messages_and_operational_does_not_unsay_the_impact() -> None:
    incident = read(fixture()).incidents[0]
    assert (incident.phase, incident.impact) == (Phase.MONITORING, Impact.MINOR)
    assert [update.text for update in incident.updates] == ["Requests take long.", "A fix is out.\nWe watch."]


def test_incident_behind_an_overall_maintenance_is_not_hidden() -> None:
    snapshot = read(fixture())
    assert (snapshot.page_status, snapshot.status) == (Status.MAINTENANCE, Status.DEGRADED)


def test_active_and_upcoming_windows() -> None:
    assert [m.phase for m in read(fixture()).maintenances] == [
        MaintenancePhase.IN_PROGRESS,
        MaintenancePhase.SCHEDULED,
    ]


def test_security_event_is_a_major_outage() -> None:
    document = changed(lambda result: result["status_overall"].update(status_code=600))
    assert read(document).page_status is Status.MAJOR_OUTAGE


def test_resolved_incident_that_is_still_listed_is_over() -> None:
    document = changed(lambda result: result["incidents"][0]["messages"][0].update(state=400))
    assert read(document).open_incidents == ()


def test_absent_lists_are_outside_the_coverage() -> None:
    document = changed(lambda result: (result.pop("incidents"), result.pop("maintenance")))
    coverage = read(document).coverage
    assert coverage.rollup
    assert not coverage.incidents
    assert not coverage.maintenances


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        '{"result": null}',
        '{"result": {"status": []}}',
        "<html></html>",
        '{"status": "error"}',
    ],
)
def test_what_is_no_status_document_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode()))
    assert statusio.recognise(Document(body.encode())) is None


@pytest.mark.parametrize(
    "address",
    [
        f"https://api.status.io/1.0/status/{PAGE}",
        f"https://status.io/pages/{PAGE}",
        f"https://status.acme.example/pages/incident/{PAGE}/5f52b8074ef75804bc7d2c3e",
        PAGE,
    ],
)
def test_endpoint_is_the_apis_document_for_the_page_id(address: str) -> None:
    assert statusio.endpoints(address).look == (f"https://api.status.io/1.0/status/{PAGE}",)


def test_address_without_a_page_id_is_an_error_that_tells_how_to_find_it() -> None:
    with pytest.raises(CatalogError, match="24 hex digits"):
        statusio.endpoints("https://status.acme.example/")


def test_shape_is_recognised() -> None:
    assert statusio.recognise(fixture())
