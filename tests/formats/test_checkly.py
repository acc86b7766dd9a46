"""Checkly: open incidents, services and maintenance windows."""

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
from statusherd.watch.detect import address_of, detect
from statusherd.watch.formats import Look, checkly
from statusherd.watch.reading.documents import Document
from statusherd.watch.whereabouts import probe_addresses

FIXTURES = Path(__file__).parent / "fixtures" / "checkly"
NOW = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
PAGE = "https://acme.checkly-status-page.com"
API = f"{PAGE}/api/status-page/acme"


def fixture(name: str) -> Document:
    return Document((FIXTURES / f"{name}.json").read_bytes(), f"{API}/{name}")


def read(*names: str) -> Snapshot:
    return checkly.parse([fixture(name) for name in names], Look("acme", NOW))


def changed(change: Callable[[Any], object]) -> Snapshot:
    root = json.loads(fixture("unresolved_two").body)
    change(root["incidents"][0])
    return checkly.parse([Document(json.dumps(root).encode())], Look("acme", NOW))


def test_no_open_incident_is_operational_for_each_service() -> None:
    snapshot = read("unresolved_none", "uptime", "windows_none")
    assert (snapshot.status, snapshot.page_status) == (Status.OPERATIONAL, None)
    assert [(c.id, c.name, c.group, c.status) for c in snapshot.components] == [
        ("s-search", "Search", "Product", Status.OPERATIONAL),
        ("s-web", "Web", "Product", Status.OPERATIONAL),
        ("s-mail", "Mail", "Messages", Status.OPERATIONAL),
    ]


def test_service_is_as_bad_as_the_worst_open_incident_that_names_it() -> None:
    snapshot = read("unresolved_two", "uptime", "windows_none")
    assert {c.name: c.status for c in snapshot.components} == {
        "Search": Status.PARTIAL_OUTAGE,
        "Web": Status.OPERATIONAL,
        "Mail": Status.DEGRADED,
    }
    assert snapshot.status is Status.PARTIAL_OUTAGE


def test_open_incidents_are_told_with_their_updates() -> None:
    first, second = read("unresolved_two").incidents
    assert (first.id, first.impact, first.phase) == ("inc-1", Impact.MAJOR, Phase.IDENTIFIED)
    assert [update.text for update in first.updates] == ["We look.", "An index is cold."]
    assert first.started_at == datetime(2026, 4, 1, 8, 0, tzinfo=UTC)
    assert first.url == f"{PAGE}/incident/inc-1"
    assert (second.impact, second.phase, second.component_ids) == (
        Impact.MINOR,
        Phase.MONITORING,
        ("s-mail", "s-search"),
    )


def test_documents_may_come_in_any_order() -> None:
    names = ("unresolved_two", "uptime", "windows")
    assert read(*reversed(names)) == read(*names)


def test_incidents_alone_speak_for_incidents_alone() -> None:
    coverage = read("unresolved_two").coverage
    assert coverage.incidents
    assert not coverage.components
    assert not coverage.maintenances


def test_resolved_incident_that_is_still_listed_is_over() -> None:
    snapshot = changed(lambda row: row.update(lastUpdateStatus="RESOLVED"))
    assert [i.id for i in snapshot.open_incidents] == ["inc-2"]
    assert snapshot.incidents[0].resolved_at == datetime(2026, 4, 1, 8, 30, tzinfo=UTC)


def test_unknown_severity_is_an_unknown_impact_with_a_warning() -> None:
    snapshot = changed(lambda row: row.update(severity="DIRE"))
    assert snapshot.incidents[0].impact is Impact.UNKNOWN
    assert snapshot.warnings == ("unknown severity 'DIRE', read as unknown",)


def test_windows_stand_where_their_list_says() -> None:
    snapshot = read("unresolved_none", "uptime", "windows")
    assert [(m.title, m.phase, m.component_ids) for m in snapshot.maintenances] == [
        ("New racks", MaintenancePhase.SCHEDULED, ()),
        ("Disk swap", MaintenancePhase.IN_PROGRESS, ("s-web",)),
    ]
    assert snapshot.status is Status.MAINTENANCE


def test_window_without_an_id_has_the_same_one_at_each_look() -> None:
    ids = {read("unresolved_none", "windows").maintenances[0].id for _ in range(2)}
    assert len(ids) == 1
    assert all(ids)


@pytest.mark.parametrize(
    "names", [("malformed",), ("unresolved_none", "malformed"), ("uptime",), ("windows",)]
)
def test_look_without_the_incidents_or_with_an_error_is_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(LookError):
        read(*names)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "null",
        "<html></html>",
        '{"incidents": {}}',
        '{"incidents": [{}]}',
        '{"incidents": [], "page": {}}',
        '{"incidents": [{"id": "a", "name": "b", "impact": "none", "incident_updates": []}]}',
    ],
)
def test_what_is_no_document_of_checkly_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        checkly.parse([Document(body.encode())], Look("acme", NOW))
    assert checkly.recognise(Document(body.encode())) is None


@pytest.mark.parametrize(
    "address",
    [PAGE, f"{PAGE}/incident/inc-1", f"{API}/uptime", API],
)
def test_documents_are_found_from_any_address_of_a_hosted_page(address: str) -> None:
    assert checkly.endpoints(address).look == (
        f"{API}/unresolved-incidents",
        f"{API}/uptime",
        f"{API}/maintenance-windows",
    )


def test_page_at_a_domain_of_its_own_is_found_by_a_documents_address() -> None:
    look = checkly.endpoints("https://status.acme.example/api/status-page/acme/unresolved-incidents").look
    assert look[1] == "https://status.acme.example/api/status-page/acme/uptime"


def test_address_without_a_name_is_an_error_that_tells_how_to_give_it() -> None:
    with pytest.raises(CatalogError, match="page's name"):
        checkly.endpoints("https://status.acme.example/")


def test_shape_is_recognised_where_there_is_one() -> None:
    assert checkly.recognise(fixture("unresolved_two"))
    assert checkly.recognise(fixture("uptime"))
    assert checkly.recognise(fixture("unresolved_none")) is None


def test_hosted_page_is_found_on_a_quiet_day_by_its_services() -> None:
    assert f"{API}/uptime" in probe_addresses(f"{PAGE}/incident/inc-1")
    quiet = [fixture("unresolved_none"), fixture("uptime")]
    detection = detect(quiet)
    assert detection is not None
    assert (detection.format, address_of(detection, PAGE)) == ("checkly", f"{PAGE}/")
