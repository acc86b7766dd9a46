"""OpenStatus: Statuspage's summary without ids of page and components."""

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
from statusherd.watch.formats import Look, all_formats, openstatus
from statusherd.watch.reading.documents import Document
from statusherd.watch.whereabouts import probe_addresses

FIXTURES = Path(__file__).parent / "fixtures" / "openstatus"
LOOK = Look("acme", datetime(2026, 3, 2, 12, 0, tzinfo=UTC))
PAGE = "https://acme.openstatus.dev"


def fixture(name: str) -> Document:
    return Document((FIXTURES / f"{name}.json").read_bytes(), f"{PAGE}/summary.json")


def read(*documents: Document) -> Snapshot:
    return openstatus.parse(documents, LOOK)


def changed(name: str, change: Callable[[Any], object]) -> Document:
    root = json.loads(fixture(name).body)
    change(root)
    return Document(json.dumps(root).encode())


def test_all_well_is_operational_and_components_of_one_name_stay_apart() -> None:
    snapshot = read(fixture("all_well"))
    assert (snapshot.status, snapshot.page_status) == (Status.OPERATIONAL, Status.OPERATIONAL)
    assert [(c.id, c.name) for c in snapshot.components] == [
        ("Website", "Website"),
        ("API", "API"),
        ("API (2)", "API"),
    ]
    assert (snapshot.page_name, snapshot.page_url, snapshot.warnings) == ("Acme", PAGE, ())
    assert snapshot.coverage == Coverage(rollup=True, components=True, incidents=True, maintenances=True)


def test_component_named_as_a_numbered_one_is_not_lost() -> None:
    names = ["A", "A", "A (2)", "A (2)", "A"]
    rows = [{"name": name, "status": "operational"} for name in names]
    snapshot = read(changed("all_well", lambda root: root.update(components=rows)))
    assert [c.name for c in snapshot.components] == names
    assert len({c.id for c in snapshot.components}) == len(names)


def test_open_report_is_an_incident_of_unknown_impact_since_its_first_post() -> None:
    snapshot = read(fixture("incident_open"))
    incident = snapshot.incidents[0]
    assert (incident.id, incident.title) == ("71", "API is slow")
    assert (incident.impact, incident.phase) == (Impact.UNKNOWN, Phase.IDENTIFIED)
    assert incident.started_at == datetime(2026, 3, 2, 10, 50, tzinfo=UTC)
    assert incident.updated_at == datetime(2026, 3, 2, 11, 20, tzinfo=UTC)
    assert incident.url == f"{PAGE}/events/report/71"
    assert [u.phase for u in incident.updates] == [Phase.INVESTIGATING, Phase.IDENTIFIED]
    assert (snapshot.page_status, snapshot.status) == (Status.PARTIAL_OUTAGE, Status.MAJOR_OUTAGE)


def test_windows_stand_where_the_page_says() -> None:
    running, scheduled = read(fixture("maintenance_running")).maintenances
    assert (running.title, running.phase) == ("New load balancer", MaintenancePhase.IN_PROGRESS)
    assert (scheduled.title, scheduled.phase) == ("Database upgrade", MaintenancePhase.SCHEDULED)
    assert scheduled.starts_at == datetime(2026, 3, 4, 1, 0, tzinfo=UTC)
    assert scheduled.ends_at == datetime(2026, 3, 4, 2, 30, tzinfo=UTC)
    assert scheduled.url == f"{PAGE}/events/maintenance/8"
    assert read(fixture("maintenance_running")).status is Status.MAINTENANCE
    assert read(fixture("maintenance_scheduled")).status is Status.OPERATIONAL


def test_current_alone_speaks_for_the_rollup_alone() -> None:
    snapshot = read(fixture("current"))
    assert (snapshot.status, snapshot.coverage) == (Status.DEGRADED, Coverage(rollup=True))


def test_list_of_incidents_is_of_open_ones_and_no_history() -> None:
    snapshot = read(fixture("incidents"))
    assert [i.id for i in snapshot.open_incidents] == ["71"]
    assert snapshot.coverage == Coverage(incidents=True)


def test_unknown_words_are_told_and_never_well() -> None:
    odd = changed("all_well", lambda root: root["components"][0].update(status="purple"))
    assert read(odd).components[0].status is Status.UNKNOWN
    odd = changed("all_well", lambda root: root["status"].update(indicator="purple"))
    assert read(odd).warnings == ("unknown page status 'purple', read as unknown",)
    assert openstatus.recognise(odd) is None


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "<html></html>",
        '{"page": {"url": "https://a.example"}}',
        '{"page": {"url": "https://a.example"}, "status": {}}',
        '{"page": {"url": "https://a.example"}, "components": []}',
        '{"page": {"url": "https://a.example"}, "incidents": [{"name": "no id"}]}',
        '{"page": {"url": "https://a.example", "status": "UP"}, "activeIncidents": []}',
        (FIXTURES / "malformed.json").read_text(),
    ],
)
def test_what_is_no_document_of_openstatus_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode()))
    assert openstatus.recognise(Document(body.encode())) is None


@pytest.mark.parametrize("key", ["status", "components", "incidents", "scheduled_maintenances"])
@pytest.mark.parametrize("value", [None, {}, [None], [{}], "none"])
def test_summary_with_one_part_broken_is_refused(key: str, value: Any) -> None:
    with pytest.raises(LookError):
        read(changed("all_well", lambda root: root.update({key: value})))


@pytest.mark.parametrize("key", ["status", "incidents", "scheduled_maintenances"])
def test_summary_that_lacks_a_part_is_refused(key: str) -> None:
    with pytest.raises(LookError):
        read(changed("all_well", lambda root: root.pop(key)))


@pytest.mark.parametrize(
    "address",
    [
        PAGE,
        f"{PAGE}/summary.json",
        f"{PAGE}/current.json",
        f"{PAGE}/events",
        f"{PAGE}/fr/events/report/71",
        f"{PAGE}/feed/rss",
        f"{PAGE}/monitors/3?period=7d",
    ],
)
def test_summary_is_found_from_any_address_of_the_page(address: str) -> None:
    found = openstatus.endpoints(address)
    assert found.look == (f"{PAGE}/summary.json",)
    assert found.fallbacks == ((f"{PAGE}/feed/rss", "feed"),)


def test_page_below_a_path_keeps_it() -> None:
    look = openstatus.endpoints("https://status.acme.example/acme/events/report/1").look
    assert look == ("https://status.acme.example/acme/summary.json",)


@pytest.mark.parametrize("name", ["all_well", "incident_open", "maintenance_running", "current", "incidents"])
def test_no_other_format_takes_the_documents_for_its_own(name: str) -> None:
    taken = [form.NAME for form in all_formats() if form.recognise(fixture(name))]
    assert taken == ["openstatus"]


def test_summary_is_recognised_for_certain_and_the_page_kept() -> None:
    detection = detect([fixture("all_well")])
    assert detection is not None
    assert detection.is_certain
    assert address_of(detection, f"{PAGE}/events/report/71") == f"{PAGE}/"
    assert probe_addresses(PAGE)[1] == f"{PAGE}/summary.json"


def test_pages_with_an_id_or_a_word_of_their_own_are_others() -> None:
    statuspage = changed("all_well", lambda root: root["page"].update(id="kctbh9vrtdwd"))
    other = changed("all_well", lambda root: root["status"].update(indicator="operational"))
    assert openstatus.recognise(statuspage) is None
    assert openstatus.recognise(other) is None
