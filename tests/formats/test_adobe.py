"""Adobe: the document of all events."""

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
from statusherd.watch.detect import Detection, address_of, probe_addresses
from statusherd.watch.formats import Look, adobe
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "adobe"
DOCUMENT = "https://data.status.adobe.com/adobestatus/StatusEvents"


def fixture(name: str) -> Document:
    return Document((FIXTURES / f"{name}.json").read_bytes())


def read(document: Document) -> Snapshot:
    return adobe.parse([document], Look("acme", datetime(2026, 3, 2, 12, 0, tzinfo=UTC)))


def changed(name: str, change: Callable[[Any], object]) -> Snapshot:
    root = json.loads(fixture(name).body)
    change(root)
    return read(Document(json.dumps(root).encode()))


def with_newest(**own: Any) -> Snapshot:
    """Read the open incident of one product with its newest step changed."""

    def change(root: Any) -> None:
        event = root["incidentEvent"]["incidents"]["9002"]
        event["products"] = {"101": event["products"]["101"]}
        history = event["products"]["101"]["history"]
        history[max(history)].update(own)

    return changed("incident_open", change)


def test_no_event_at_all_is_operational() -> None:
    snapshot = read(fixture("all_well"))
    assert (snapshot.page_status, snapshot.status) == (None, Status.OPERATIONAL)
    assert snapshot.coverage == Coverage(incidents=True, history=True, maintenances=True)


def test_products_that_events_name_are_as_their_newest_step_says() -> None:
    snapshot = read(fixture("incident_open"))
    assert [(c.id, c.name, c.group, c.status) for c in snapshot.components] == [
        ("101", "Sketch", "Drawing", Status.PARTIAL_OUTAGE),
        ("102", "Poster", "Drawing", Status.DEGRADED),
        ("201", "Post", "Letters", Status.OPERATIONAL),
    ]
    assert snapshot.status is Status.PARTIAL_OUTAGE
    assert not snapshot.warnings


def test_incident_goes_on_while_it_does_for_one_of_its_products() -> None:
    incident = read(fixture("incident_open")).incidents[0]
    assert (incident.id, incident.title) == ("9002", "Files and folders cannot be saved")
    assert (incident.impact, incident.phase) == (Impact.MAJOR, Phase.INVESTIGATING)
    assert incident.component_ids == ("101", "102")
    assert incident.regions == ("Americas", "EMEA")
    assert incident.started_at == datetime(2026, 3, 2, 9, 50, tzinfo=UTC)
    assert incident.updated_at == datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
    assert incident.resolved_at is None


def test_step_that_several_products_have_is_told_once_with_its_times_filled_in() -> None:
    incident = read(fixture("incident_open")).incidents[0]
    assert [u.text for u in incident.updates] == [
        "We look into it.",
        "Post is well again.",
        "A store is full since 2026-03-02 10:00 UTC.",
    ]


def test_incident_without_a_region_of_one_product_is_everywhere() -> None:
    assert with_newest(locationImpact=None).incidents[0].regions == ()


def test_closed_incident_is_listed_with_its_end() -> None:
    snapshot = read(fixture("resolved"))
    incident = snapshot.incidents[0]
    assert (incident.phase, incident.resolved_at) == (Phase.RESOLVED, datetime(2026, 2, 20, 9, 0, tzinfo=UTC))
    assert incident.component_ids == ("201",)
    assert snapshot.status is Status.OPERATIONAL


@pytest.mark.parametrize("word", ["Closed", "canceled", "Completed", "Dismissed"])
def test_words_of_what_is_over(word: str) -> None:
    assert not with_newest(status=word).open_incidents


@pytest.mark.parametrize("word", ["Opened", "Started", "updated", "Reopened", "Discovery"])
def test_words_of_what_goes_on(word: str) -> None:
    assert with_newest(status=word).incidents[0].phase is Phase.INVESTIGATING


@pytest.mark.parametrize(
    ("word", "impact", "status"),
    [
        ("Critical", Impact.CRITICAL, Status.MAJOR_OUTAGE),
        ("Major", Impact.MAJOR, Status.PARTIAL_OUTAGE),
        ("Minor", Impact.MINOR, Status.DEGRADED),
        ("Trivial", Impact.NONE, Status.OPERATIONAL),
        ("Potential", Impact.NONE, Status.OPERATIONAL),
        ("Odd", Impact.UNKNOWN, Status.DEGRADED),
    ],
)
def test_severities(word: str, impact: Impact, status: Status) -> None:
    snapshot = with_newest(severity=word)
    assert (snapshot.incidents[0].impact, snapshot.status) == (impact, status)


def test_other_status_counts_where_the_first_is_missing() -> None:
    assert not with_newest(status=None, csoStatus="Closed").open_incidents


def test_end_counts_where_the_status_is_not_known() -> None:
    def end(root: Any) -> None:
        for product in root["incidentEvent"]["incidents"]["9001"]["products"].values():
            for step in product["history"].values():
                step.update(status="Odd", csoStatus=None)

    snapshot = changed("resolved", end)
    assert not snapshot.open_incidents
    assert snapshot.warnings == ("unknown event status 'Odd', read as resolved",)


def test_unknown_status_is_open_with_a_warning() -> None:
    snapshot = with_newest(status="Odd")
    assert len(snapshot.open_incidents) == 1
    assert snapshot.warnings == ("unknown event status 'Odd', read as investigating",)


def test_steps_count_by_their_time_not_by_their_place() -> None:
    def turn(root: Any) -> None:
        for product in root["incidentEvent"]["incidents"]["9002"]["products"].values():
            product["history"] = dict(reversed(product["history"].items()))

    assert changed("incident_open", turn).incidents == read(fixture("incident_open")).incidents


def test_maintenance_ahead_changes_no_state() -> None:
    snapshot = read(fixture("maintenance_scheduled"))
    window = snapshot.maintenances[0]
    assert (window.id, window.title, window.phase) == ("CM1", "New servers", MaintenancePhase.SCHEDULED)
    assert (window.starts_at, window.ends_at, window.component_ids) == (
        datetime(2026, 3, 5, 2, 0, tzinfo=UTC),
        datetime(2026, 3, 5, 4, 0, tzinfo=UTC),
        ("102",),
    )
    assert [u.text for u in window.updates] == [
        "Poster is away from 2026-03-05 02:00 UTC to 2026-03-05 04:00 UTC."
    ]
    assert (snapshot.status, snapshot.rereads_at) == (Status.OPERATIONAL, window.starts_at)


def test_maintenance_under_way_holds_for_its_products() -> None:
    snapshot = read(fixture("maintenance_running"))
    assert snapshot.maintenances[0].phase is MaintenancePhase.IN_PROGRESS
    assert {c.name: c.status for c in snapshot.components} == {
        "Post": Status.OPERATIONAL,
        "Poster": Status.MAINTENANCE,
    }


@pytest.mark.parametrize(
    ("word", "phase"),
    [
        ("Completed", MaintenancePhase.COMPLETED),
        ("Canceled", MaintenancePhase.CANCELLED),
        ("Updated", MaintenancePhase.IN_PROGRESS),
        ("Odd", MaintenancePhase.IN_PROGRESS),
    ],
)
def test_words_of_maintenance_and_the_clock_where_they_tell_nothing(
    word: str, phase: MaintenancePhase
) -> None:
    def say(root: Any) -> None:
        root["maintenanceEvent"]["maintenance"]["CM2"]["status"] = word

    assert changed("maintenance_running", say).maintenances[0].phase is phase


def test_title_is_the_products_name_where_there_are_no_messages_in_english() -> None:
    snapshot = changed("incident_open", lambda root: root["incidentEvent"]["messages"].pop("en"))
    assert snapshot.incidents[0].title == "Sketch"
    assert snapshot.warnings == ("the document has no messages in English",)


def test_incident_that_cannot_be_read_makes_silence_mean_nothing() -> None:
    snapshot = changed(
        "resolved", lambda root: root["incidentEvent"]["incidents"].update({"9": {"products": {}}})
    )
    assert snapshot.status is Status.UNKNOWN
    assert not snapshot.coverage.incidents


def test_text_that_many_steps_share_does_not_swell() -> None:
    steps = {
        str(1_700_000_000 + n): {"status": "Updated", "severity": "Minor", "messageToken": "m"}
        for n in range(3_000)
    }
    events = {
        str(n): {"products": {"1": {"id": "1", "history": dict(list(steps.items())[n::50])}}}
        for n in range(50)
    }
    root = {
        "incidentEvent": {"incidents": events, "messages": {"en": {"m": {"textMessage": "word " * 4_000}}}},
        "maintenanceEvent": {"maintenance": {}},
    }
    body = json.dumps(root)
    snapshot = read(Document(body.encode()))
    assert sum(len(u.text) for i in snapshot.incidents for u in i.updates) <= len(body)
    assert len(snapshot.warnings) == 1


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "null",
        "<html></html>",
        '{"incidentEvent": {"incidents": {}}}',
        '{"incidentEvent": {"incidents": []}, "maintenanceEvent": {"maintenance": {}}}',
        '{"incidentEvent": {}, "maintenanceEvent": {}}',
        '{"products": {}, "clouds": {}}',
    ],
)
def test_what_is_not_adobes_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode()))
    assert adobe.recognise(Document(body.encode())) is None


def test_document_without_its_incidents_is_refused() -> None:
    with pytest.raises(LookError):
        read(fixture("malformed"))


@pytest.mark.parametrize("name", ["all_well", "incident_open"])
def test_document_is_recognised_by_its_dictionaries(name: str) -> None:
    recognition = adobe.recognise(fixture(name))
    assert recognition is not None
    assert recognition.certainty >= 90


@pytest.mark.parametrize(
    "address",
    [
        "https://status.adobe.com",
        "https://status.adobe.com/products/503489",
        "https://data.status.adobe.com/adobestatus/currentstatus",
        DOCUMENT,
    ],
)
def test_document_is_found_from_any_address_of_the_page(address: str) -> None:
    assert adobe.endpoints(address).look == (DOCUMENT,)
    assert DOCUMENT in probe_addresses(address)[:3]
    kept = address_of(Detection("adobe", 96, "its shape", DOCUMENT), address)
    assert adobe.endpoints(kept).look == (DOCUMENT,)


def test_copy_on_another_host_is_read_there() -> None:
    look = adobe.endpoints("http://127.0.0.1:8080/").look
    assert look == ("http://127.0.0.1:8080/adobestatus/StatusEvents",)
