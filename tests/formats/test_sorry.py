"""Sorry: a page's state, its components and its notices."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Coverage, Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.detect import address_of, detect
from statusherd.watch.formats import Look, sorry
from statusherd.watch.reading.documents import Document
from statusherd.watch.whereabouts import probe_addresses

FIXTURES = Path(__file__).parent / "fixtures" / "sorry"
URLS: dict[str, str] = tomllib.loads((FIXTURES / "cases.toml").read_text())["urls"]
LOOK = Look("acme", datetime(2026, 3, 2, 12, 0, tzinfo=UTC))
PAGE = "https://status.acme.example"
EVERYTHING = Coverage(rollup=True, components=True, incidents=True, maintenances=True)


def document(case: str, part: str) -> Document:
    name = f"{case}/{part}.json"
    return Document((FIXTURES / name).read_bytes(), URLS[name])


def case(name: str) -> list[Document]:
    return [document(name, path.stem) for path in sorted((FIXTURES / name).iterdir())]


def read(*documents: Document) -> Snapshot:
    return sorry.parse(documents, LOOK)


def notices(*rows: dict[str, Any], url: str = "", **meta: Any) -> Document:
    return Document(json.dumps({"notices": rows, "meta": {"next_page": None} | meta}).encode(), url)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def test_all_well_is_operational_and_parents_are_the_groups_of_what_is_below_them() -> None:
    snapshot = read(*case("all_well"))
    assert (snapshot.status, snapshot.page_status, snapshot.page_name) == (
        Status.OPERATIONAL,
        Status.OPERATIONAL,
        "Acme Mail",
    )
    assert [(c.id, c.name, c.group) for c in snapshot.components] == [
        ("12", "API", "Sending"),
        ("13", "SMTP", "Sending"),
        ("14", "Web app", None),
    ]
    assert (snapshot.coverage, snapshot.warnings) == (EVERYTHING, ())


def test_open_notice_is_as_bad_as_the_components_that_it_names() -> None:
    snapshot = read(*case("incident_open"))
    incident = snapshot.incidents[0]
    assert (incident.id, incident.title) == ("501", "Mail is late & slow")
    assert (incident.impact, incident.phase) == (Impact.MINOR, Phase.IDENTIFIED)
    assert (incident.started_at, incident.updated_at) == (at(2, 10, 30), at(2, 11, 10))
    assert incident.component_ids == ("12", "13")
    assert incident.url == f"{PAGE}/notices/501"
    assert [(u.phase, u.text) for u in incident.updates] == [
        (Phase.INVESTIGATING, "We are looking."),
        (Phase.IDENTIFIED, "A queue is stuck."),
    ]
    assert (snapshot.page_status, snapshot.status) == (Status.DEGRADED, Status.DEGRADED)


def test_planned_notice_of_the_future_is_scheduled_for_the_leaves_below_what_it_names() -> None:
    snapshot = read(*case("maintenance_scheduled"))
    window = snapshot.maintenances[0]
    assert (window.title, window.phase) == ("New disks", MaintenancePhase.SCHEDULED)
    assert (window.starts_at, window.ends_at) == (at(5, 2), at(5, 4))
    assert window.component_ids == ("12", "13")
    assert snapshot.status is Status.OPERATIONAL


def test_planned_notice_that_is_underway_is_a_running_maintenance() -> None:
    snapshot = read(*case("maintenance_running"))
    assert [(m.phase, m.starts_at) for m in snapshot.maintenances] == [
        (MaintenancePhase.IN_PROGRESS, at(2, 11, 32))
    ]
    assert (snapshot.page_status, snapshot.status) == (Status.MAINTENANCE, Status.MAINTENANCE)
    assert (snapshot.incidents, snapshot.warnings) == ((), ())


def test_past_notices_are_over_false_alarms_too() -> None:
    snapshot = read(*case("resolved"))
    assert [(i.id, i.phase, i.resolved_at) for i in snapshot.incidents] == [
        ("500", Phase.RESOLVED, at(1, 9, 15)),
        ("499", Phase.RESOLVED, datetime(2026, 2, 20, 8, 20, tzinfo=UTC)),
    ]
    assert [m.phase for m in snapshot.maintenances] == [MaintenancePhase.COMPLETED]
    assert (snapshot.coverage.history, snapshot.status) == (True, Status.OPERATIONAL)


def test_documents_may_come_in_any_order() -> None:
    assert read(*reversed(case("incident_open"))) == read(*case("incident_open"))


def test_parts_of_a_look_speak_for_themselves_alone() -> None:
    page, components = document("all_well", "status"), document("all_well", "components")
    present, future = document("all_well", "present"), document("all_well", "future")
    assert read(page).coverage == Coverage(rollup=True)
    assert read(components).coverage == Coverage(components=True)
    assert read(present).coverage == Coverage(incidents=True)
    assert read(future).coverage == Coverage()
    assert read(present).status is Status.UNKNOWN


def test_list_without_a_filter_speaks_for_all_of_time_if_it_is_whole() -> None:
    everything = Coverage(incidents=True, history=True, maintenances=True)
    assert read(notices()).coverage == everything
    assert read(notices(next_page=2)).coverage == Coverage(history=True)


def test_list_of_components_that_goes_on_is_not_whole() -> None:
    root = json.loads(document("all_well", "components").body)
    root["meta"]["next_page"] = f"{PAGE}/api/v1/components?page=2"
    snapshot = read(Document(json.dumps(root).encode()))
    assert not snapshot.coverage.components
    assert snapshot.warnings == ("the list of components goes on after the first 4",)


def test_general_notice_has_no_impact_and_one_dated_ahead_is_planned() -> None:
    row = {"id": 7, "type": "general", "state": "open", "subject": "A survey"}
    now = read(notices(row | {"began_at": "2026-03-01T00:00:00Z"}))
    assert [(i.impact, i.phase) for i in now.incidents] == [(Impact.NONE, Phase.INVESTIGATING)]
    later = read(notices(row | {"began_at": "2026-03-03T00:00:00Z"}))
    assert (later.incidents, later.rereads_at) == ((), at(3, 0))
    assert [m.phase for m in later.maintenances] == [MaintenancePhase.SCHEDULED]


def test_notice_that_names_nothing_has_an_unknown_impact() -> None:
    row = {"id": 7, "type": "unplanned", "state": "recovering", "subject": "Late mail"}
    incident = read(notices(row | {"latest_update": {"created_at": "2026-03-02T09:00:00Z"}})).incidents[0]
    assert (incident.impact, incident.phase) == (Impact.UNKNOWN, Phase.MONITORING)
    assert incident.started_at == at(2, 9)


def test_notice_in_the_past_is_over_whatever_its_state_says() -> None:
    row = {"id": 7, "type": "unplanned", "state": "identified", "timeline_state": "past", "subject": "x"}
    assert not read(notices(row | {"ended_at": "2026-03-02T09:00:00Z"})).open_incidents


def test_words_that_are_not_known_are_told_and_never_well() -> None:
    row = {
        "id": 7,
        "type": "surprise",
        "state": "odd",
        "subject": "x",
        "components": [{"id": 1, "state": "sad"}],
    }
    assert read(notices(row)).warnings == (
        "unknown notice type 'surprise', read as incident",
        "unknown notice state 'odd', read as investigating",
        "unknown component state 'sad', read as unknown",
    )
    page = read(Document(b'{"page": {"state": "wobbly", "url": "https://status.acme.example"}}'))
    assert (page.page_status, page.status) == (Status.UNKNOWN, Status.UNKNOWN)
    assert page.warnings == ("unknown page state 'wobbly', read as unknown",)


def test_planned_notice_with_an_unknown_state_goes_by_the_clock() -> None:
    row = {
        "id": 7,
        "type": "planned",
        "state": "odd",
        "begins_at": "2026-03-02T11:00:00Z",
        "ends_at": "2026-03-02T13:00:00Z",
    }
    snapshot = read(notices(row))
    assert snapshot.maintenances[0].phase is MaintenancePhase.IN_PROGRESS
    assert snapshot.rereads_at == at(2, 13)


def test_notice_in_two_lists_is_one_as_it_was_told_last() -> None:
    row = {
        "id": 7,
        "type": "unplanned",
        "state": "identified",
        "subject": "x",
        "updated_at": "2026-03-02T09:00:00Z",
    }
    later = row | {"state": "resolved", "updated_at": "2026-03-02T10:00:00Z"}
    assert [i.phase for i in read(notices(row), notices(later)).incidents] == [Phase.RESOLVED]
    assert [i.phase for i in read(notices(later), notices(row)).incidents] == [Phase.RESOLVED]


def test_notice_that_names_a_parent_of_many_names_a_bounded_number_of_leaves() -> None:
    parent = {"id": "p", "name": "All", "state": "operational", "parent_id": None}
    leaves = [{"id": n, "name": str(n), "state": "operational", "parent_id": "p"} for n in range(1_000)]
    components = Document(json.dumps({"components": [parent, *leaves]}).encode())
    row = {"id": 7, "type": "unplanned", "state": "identified", "components": [{"id": "p"}, {"id": "p"}]}
    assert len(read(components, notices(row)).incidents[0].component_ids) == 300


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "null",
        "<html></html>",
        '{"page": {}}',
        '{"page": {"state": null}}',
        '{"page": {"state": "operational"}, "status": {"indicator": "none"}}',
        '{"components": []}',
        '{"components": [], "meta": {"pagination": {}}}',
        '{"components": [{"id": 1, "name": "a", "status": "operational"}]}',
        '{"notices": []}',
        '{"notices": [{"id": 1}]}',
        '{"notices": [null], "meta": {"next_page": null}}',
        (FIXTURES / "malformed.json").read_text(),
    ],
)
def test_what_is_no_document_of_sorry_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(*case("all_well"), Document(body.encode()))
    assert sorry.recognise(Document(body.encode())) is None


@pytest.mark.parametrize(
    "address",
    [
        PAGE,
        f"{PAGE}/notices/501-mail-is-late",
        f"{PAGE}/services/api",
        f"{PAGE}/api/v1/status",
        f"{PAGE}/api/v1/notices?filter[timeline_state_eq]=present",
    ],
)
def test_documents_are_found_from_any_address_of_the_page(address: str) -> None:
    found = sorry.endpoints(address)
    assert found.look == (
        f"{PAGE}/api/v1/status",
        f"{PAGE}/api/v1/components?per_page=100",
        f"{PAGE}/api/v1/notices?filter%5Btimeline_state_eq%5D=present",
    )
    assert found.optional == (f"{PAGE}/api/v1/notices?filter%5Btimeline_state_eq%5D=future",)
    assert found.history == (f"{PAGE}/api/v1/notices?filter%5Btimeline_state_eq%5D=past",)


@pytest.mark.parametrize(("name", "part"), [("all_well", "status"), ("incident_open", "present")])
def test_shape_is_recognised_for_certain(name: str, part: str) -> None:
    detection = detect([document(name, part)])
    assert detection is not None
    assert (detection.format, detection.is_certain) == ("sorry", True)


def test_components_alone_are_recognised_but_not_for_certain() -> None:
    detection = detect([document("all_well", "components")])
    assert detection is not None
    assert (detection.format, detection.is_certain) == ("sorry", False)


def test_page_is_found_blindly_and_kept_as_the_address() -> None:
    assert f"{PAGE}/api/v1/status" in probe_addresses(PAGE)
    detection = detect([document("all_well", "status")])
    assert detection is not None
    assert address_of(detection, f"{PAGE}/notices/501") == f"{PAGE}/"
