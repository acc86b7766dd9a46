"""Apple: the system status documents, bare and in a call."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.detect import detect
from statusherd.watch.formats import Look, apple
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "apple"
SERVICES = "https://www.apple.com/support/systemstatus/data/system_status_en_US.js"
DEVELOPER = "https://www.apple.com/support/systemstatus/data/developer/system_status_en_US.js"


def fixture(name: str) -> Document:
    return Document((FIXTURES / name).read_bytes())


def read(*documents: Document) -> Snapshot:
    return apple.parse(documents, Look("acme", datetime(2026, 3, 4, 17, 0, tzinfo=UTC)))


def with_event(**changed: Any) -> Document:
    root = json.loads(fixture("incident_open.json").body)
    root["services"] = root["services"][2:3]
    root["services"][0]["events"][0].update(changed)
    return Document(json.dumps(root).encode())


def test_services_without_an_open_event_are_operational() -> None:
    snapshot = read(fixture("all_well.json"))
    assert [(c.id, c.status) for c in snapshot.components] == [
        ("Mail", Status.OPERATIONAL),
        ("Maps", Status.OPERATIONAL),
    ]
    assert [(i.id, i.phase) for i in snapshot.incidents] == [("100", Phase.RESOLVED)]
    assert (snapshot.page_status, snapshot.status) == (None, Status.OPERATIONAL)


def test_event_under_several_services_is_one_incident() -> None:
    incident = read(fixture("incident_open.json")).incidents[0]
    assert (incident.id, incident.component_ids) == ("101", ("Mail", "Photos"))
    assert incident.title == "Mail, Photos and 1 more: Outage"
    assert incident.started_at == datetime(2026, 3, 4, 16, 0, tzinfo=UTC)
    assert [(u.at, u.text) for u in incident.updates] == [
        (
            datetime(2026, 3, 4, 16, 30, tzinfo=UTC),
            "Users are experiencing a problem.\nSome users are affected",
        ),
    ]


def test_type_of_an_event_is_its_impact_and_the_state_of_its_services() -> None:
    snapshot = read(fixture("incident_open.json"))
    assert [i.impact for i in snapshot.incidents] == [Impact.CRITICAL, Impact.MINOR, Impact.UNKNOWN]
    assert [c.status for c in snapshot.components] == [
        Status.MAJOR_OUTAGE,
        Status.MAJOR_OUTAGE,
        Status.DEGRADED,
        Status.DEGRADED,
    ]
    assert snapshot.status is Status.MAJOR_OUTAGE


def test_a_written_date_that_cannot_be_read_is_not_guessed() -> None:
    incident = read(fixture("incident_open.json")).incidents[1]
    assert incident.updates[0].at == incident.started_at


def test_planned_work_is_no_incident() -> None:
    snapshot = read(fixture("maintenances.json"))
    assert snapshot.incidents == ()
    assert [(m.id, m.phase) for m in snapshot.maintenances] == [
        ("104", MaintenancePhase.SCHEDULED),
        ("105", MaintenancePhase.IN_PROGRESS),
        ("106", MaintenancePhase.COMPLETED),
        ("107", MaintenancePhase.SCHEDULED),
    ]
    assert [c.status for c in snapshot.components] == [
        Status.OPERATIONAL,
        Status.MAINTENANCE,
        Status.OPERATIONAL,
        Status.OPERATIONAL,
    ]
    assert snapshot.rereads_at == datetime(2026, 3, 4, 17, 30, tzinfo=UTC)


@pytest.mark.parametrize("end", [b");\n", b")", b" ) ; "])
def test_the_call_around_a_document_is_taken_off(end: bytes) -> None:
    body = fixture("developer.js").body.rstrip().removesuffix(b");") + end
    snapshot = read(Document(body))
    assert [(c.id, c.status) for c in snapshot.components] == [
        ("Builds", Status.DEGRADED),
        ("Accounts", Status.OPERATIONAL),
    ]


def test_both_documents_make_one_look() -> None:
    snapshot = read(fixture("developer.js"), fixture("all_well.json"))
    assert [c.id for c in snapshot.components] == ["Builds", "Accounts", "Mail", "Maps"]
    assert [i.id for i in snapshot.open_incidents] == ["108"]


@pytest.mark.parametrize(
    ("changed", "is_open"),
    [
        ({"eventStatus": "RESOLVED"}, False),
        ({"eventStatus": "Ongoing Outage"}, True),
        ({"eventStatus": None}, True),
        ({"eventStatus": None, "epochEndDate": 1772640000000}, False),
        ({"eventStatus": "puzzling"}, True),
    ],
)
def test_where_an_event_stands(changed: dict[str, Any], *, is_open: bool) -> None:
    assert read(with_event(**changed)).incidents[0].is_open is is_open


def test_a_notice_on_the_page_is_a_warning() -> None:
    root = json.loads(fixture("all_well.json").body) | {"drpost": True, "drMessage": "We move."}
    assert read(Document(json.dumps(root).encode())).warnings == ("the page carries a notice: We move.",)


@pytest.mark.parametrize("name", ["all_well.json", "incident_open.json", "maintenances.json", "developer.js"])
def test_shapes_are_recognised(name: str) -> None:
    found = detect([fixture(name)])
    assert found is not None
    assert found.format == "apple"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        '{"services": []}',
        '{"services": [{"serviceName": "Mail"}]}',
        '{"services": [{"serviceName": "Mail", "events": []}, {}]}',
        "jsonCallback({});",
        "jsonCallback(",
        "alert(1); x({})",
        "<html></html>",
    ],
)
def test_what_is_no_system_status_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode()))
    assert apple.recognise(Document(body.encode())) is None


def test_a_document_that_breaks_off_anywhere_is_refused() -> None:
    whole = fixture("developer.js").body.rstrip().removesuffix(b");")
    for cut in range(len(whole)):
        with pytest.raises(LookError):
            read(Document(whole[:cut]))
    with pytest.raises(LookError):
        read(fixture("malformed.js"))


@pytest.mark.parametrize(
    ("address", "look"),
    [
        ("https://www.apple.com/support/systemstatus/", SERVICES),
        ("https://developer.apple.com/system-status/", DEVELOPER),
        (DEVELOPER, DEVELOPER),
        ("http://127.0.0.1:8080/system_status_de_DE.js", "http://127.0.0.1:8080/system_status_de_DE.js"),
    ],
)
def test_endpoint_is_the_document_of_the_page(address: str, look: str) -> None:
    assert apple.endpoints(address).look == (look,)
