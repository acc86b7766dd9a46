"""Uptime.com: the page's data, its history, and the page that embeds them."""

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
from statusherd.watch.formats import Look, uptime_com
from statusherd.watch.reading.documents import Document
from statusherd.watch.whereabouts import probe_addresses

FIXTURES = Path(__file__).parent / "fixtures" / "uptime_com"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PAGE = "https://uptime.com/statuspage/acme"


def fixture(name: str, url: str = f"{PAGE}/ajax") -> Document:
    return Document((FIXTURES / name).read_bytes(), url)


def read(*documents: Document) -> Snapshot:
    return uptime_com.parse(documents, Look("acme", NOW))


def changed(name: str, change: Callable[[Any], object]) -> Document:
    root = json.loads(fixture(name).body)
    change(root["data"])
    return Document(json.dumps(root).encode(), f"{PAGE}/ajax")


def test_leaves_are_components_and_groups_only_name_them() -> None:
    snapshot = read(fixture("all_well.json"))
    assert [(c.id, c.name, c.group, c.status) for c in snapshot.components] == [
        ("1", "API", None, Status.OPERATIONAL),
        ("11", "Europe", "Regions", Status.OPERATIONAL),
        ("12", "Asia", "Regions", Status.OPERATIONAL),
    ]
    assert (snapshot.page_status, snapshot.status) == (Status.OPERATIONAL, Status.OPERATIONAL)
    assert (snapshot.page_name, snapshot.page_url) == ("Acme Status", PAGE)
    assert snapshot.coverage == Coverage(rollup=True, components=True, incidents=True, maintenances=True)


def test_open_incident_is_as_bad_as_it_makes_its_components() -> None:
    snapshot = read(fixture("incident_open.json"))
    (incident,) = snapshot.incidents
    assert (incident.id, incident.title) == ("61", "Checks run late in Asia")
    assert (incident.impact, incident.phase) == (Impact.MAJOR, Phase.IDENTIFIED)
    assert (incident.component_ids, incident.resolved_at) == (("12",), None)
    assert incident.started_at == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert [(u.phase, u.text) for u in incident.updates] == [
        (Phase.INVESTIGATING, "We look into it."),
        (Phase.IDENTIFIED, "A queue is full.\nWe **drain** it."),
    ]
    assert (snapshot.page_status, snapshot.status) == (Status.DEGRADED, Status.PARTIAL_OUTAGE)


def test_operational_flag_does_not_hide_a_component_that_is_down() -> None:
    def hide(data: Any) -> None:
        data["global_is_operational"] = True
        data["components"][0]["status"] = "major-outage"

    assert read(changed("incident_open.json", hide)).status is Status.MAJOR_OUTAGE


def test_critical_flag_is_some_outage() -> None:
    snapshot = read(
        changed("incident_open.json", lambda data: data.update(has_components_under_critical_state=True))
    )
    assert snapshot.page_status is Status.PARTIAL_OUTAGE


def test_flag_that_only_work_has_lowered_is_maintenance() -> None:
    snapshot = read(
        changed("maintenance_running.json", lambda data: data.update(global_is_operational=False))
    )
    assert (snapshot.page_status, snapshot.status) == (Status.MAINTENANCE, Status.MAINTENANCE)


def test_work_stands_where_the_clock_says() -> None:
    ahead, running = read(fixture("maintenance_scheduled.json")), read(fixture("maintenance_running.json"))
    assert [(m.id, m.phase, m.component_ids) for m in ahead.maintenances] == [
        ("71", MaintenancePhase.SCHEDULED, ("11",))
    ]
    assert ahead.rereads_at == datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
    assert (running.maintenances[0].phase, running.incidents) == (MaintenancePhase.IN_PROGRESS, ())
    assert running.maintenances[0].ends_at == datetime(2026, 3, 2, 13, 0, tzinfo=UTC)


def test_history_adds_what_is_over_and_no_work_that_the_page_does_not_list_yet() -> None:
    snapshot = read(fixture("resolved/history.json", f"{PAGE}/history"), fixture("resolved/ajax.json"))
    (incident,) = snapshot.incidents
    assert (incident.id, incident.phase, incident.impact) == ("60", Phase.RESOLVED, Impact.MINOR)
    assert incident.resolved_at == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    assert [(m.id, m.phase) for m in snapshot.maintenances] == [("70", MaintenancePhase.COMPLETED)]
    assert (snapshot.status, snapshot.coverage.history) == (Status.OPERATIONAL, True)


def test_history_alone_says_nothing_of_now() -> None:
    snapshot = read(fixture("resolved/history.json", f"{PAGE}/history"))
    assert (snapshot.status, snapshot.page_status) == (Status.UNKNOWN, None)
    assert snapshot.coverage == Coverage(history=True)


def test_incident_dated_ahead_is_planned_work() -> None:
    document = changed(
        "incident_open.json",
        lambda data: data["active_incidents"][0].update(starts_at="2026-03-04T09:00:00Z", updates=[]),
    )
    snapshot = read(document)
    assert (snapshot.incidents, [m.phase for m in snapshot.maintenances]) == (
        (),
        [MaintenancePhase.SCHEDULED],
    )


def test_unknown_words_are_unknown_with_a_warning() -> None:
    def change(data: Any) -> None:
        data["components"][0]["status"] = "on-fire"
        data["active_incidents"][0].update(latest_update_incident_state="pondering", incident_type="FESTIVAL")

    snapshot = read(changed("incident_open.json", change))
    assert snapshot.components[0].status is Status.UNKNOWN
    assert snapshot.incidents[0].phase is Phase.INVESTIGATING
    assert snapshot.warnings == (
        "unknown component status 'on-fire', read as unknown",
        "unknown incident type 'FESTIVAL', read as an incident",
        "unknown incident state 'pondering', read as investigating",
    )


def test_page_is_read_by_what_it_hands_to_its_controller() -> None:
    snapshot = read(fixture("page.html", f"{PAGE}/"))
    assert (snapshot.page_status, snapshot.status) == (Status.PARTIAL_OUTAGE, Status.MAJOR_OUTAGE)
    assert [i.id for i in snapshot.open_incidents] == ["61"]


def test_page_with_the_flag_alone_says_that_something_is_wrong_and_no_more() -> None:
    document = fixture("flag_alone.html")
    snapshot = read(document)
    assert (snapshot.page_status, snapshot.coverage) == (Status.DEGRADED, Coverage(rollup=True))
    recognition = uptime_com.recognise(document)
    assert recognition is not None
    assert recognition.certainty < 90


@pytest.mark.parametrize("name", ["flag_alone.html", "page.html"])
def test_page_that_breaks_off_is_refused(name: str) -> None:
    with pytest.raises(LookError):
        read(Document(fixture(name).body[:-80], PAGE))


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "<html></html>",
        '{"data": {"global_is_operational": true}}',
        '{"data": {"global_is_operational": "true", "components": [], "active_incidents": []}}',
        '{"global_is_operational": true, "components": [], "active_incidents": []}',
        '{"data": {"past_incidents": []}}',
        (FIXTURES / "malformed.json").read_text(),
    ],
)
def test_other_content_is_refused(body: str) -> None:
    assert uptime_com.recognise(Document(body.encode())) is None
    with pytest.raises(LookError):
        read(Document(body.encode()))


@pytest.mark.parametrize("path", ["", "/", "/ajax", "/history", "/61"])
def test_documents_are_found_from_any_address_of_a_hosted_page(path: str) -> None:
    endpoints = uptime_com.endpoints(PAGE + path)
    assert (endpoints.look, endpoints.history) == ((f"{PAGE}/ajax",), (f"{PAGE}/history",))
    assert endpoints.fallbacks == ((PAGE, "uptime-com"),)


@pytest.mark.parametrize("path", ["", "ajax", "history", "incidents/61"])
def test_documents_of_a_page_at_a_domain_of_its_own_lie_below_its_root(path: str) -> None:
    endpoints = uptime_com.endpoints(f"https://status.acme.example/{path}")
    assert endpoints.look == ("https://status.acme.example/ajax",)
    assert endpoints.fallbacks == (("https://status.acme.example/", "uptime-com"),)


def test_data_is_recognised_and_found_from_the_address_of_a_page() -> None:
    assert [
        recognition and recognition.certainty
        for recognition in map(
            uptime_com.recognise,
            (fixture("all_well.json"), fixture("page.html"), fixture("resolved/history.json")),
        )
    ] == [95, 95, 90]
    assert f"{PAGE}/ajax" in probe_addresses(PAGE)
