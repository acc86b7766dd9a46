"""Infomaniak: the list of events."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Look, infomaniak
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "infomaniak"


def fixture(name: str) -> Document:
    return Document((FIXTURES / f"{name}.json").read_bytes())


def read(document: Document) -> Snapshot:
    return infomaniak.parse([document], Look("acme", datetime(2026, 3, 4, 17, 0, tzinfo=UTC)))


def changed(**change: Any) -> Document:
    root = json.loads(fixture("incident_open").body)
    root["data"][0].update(change)
    return Document(json.dumps(root).encode())


def test_only_ended_events_are_operational() -> None:
    snapshot = read(fixture("all_well"))
    assert (snapshot.page_status, snapshot.status) == (None, Status.OPERATIONAL)
    assert [(i.id, i.phase) for i in snapshot.incidents] == [("11", Phase.RESOLVED)]
    assert snapshot.incidents[0].resolved_at == datetime(2026, 3, 3, 18, 46, 40, tzinfo=UTC)


def test_type_is_the_impact() -> None:
    snapshot = read(fixture("incident_open"))
    assert [(i.id, i.impact) for i in snapshot.open_incidents] == [
        ("12", Impact.CRITICAL),
        ("10", Impact.MINOR),
    ]
    assert snapshot.status is Status.MAJOR_OUTAGE


def test_texts_are_english_where_they_are_translated() -> None:
    first, _, untranslated = read(fixture("incident_open")).incidents
    assert (first.title, untranslated.title) == ("Slowness", "Lenteurs")
    assert [update.text for update in first.updates] == ["Hello,\nWe are looking.", "Better."]
    assert [update.text for update in untranslated.updates] == ["Nous cherchons."]
    assert first.component_ids == ("email_hosting", "webmail")


def test_planned_work_is_no_incident_whatever_its_type() -> None:
    snapshot = read(fixture("maintenances"))
    assert snapshot.incidents == ()
    assert [(m.id, m.phase) for m in snapshot.maintenances] == [
        ("13", MaintenancePhase.SCHEDULED),
        ("14", MaintenancePhase.IN_PROGRESS),
        ("15", MaintenancePhase.COMPLETED),
        ("16", MaintenancePhase.SCHEDULED),
    ]
    assert snapshot.status is Status.MAINTENANCE
    assert snapshot.rereads_at == datetime(2026, 3, 4, 17, 1, tzinfo=UTC)


def test_unknown_words_are_told_and_stay_open() -> None:
    snapshot = read(changed(type="curious", status="puzzling"))
    assert (snapshot.incidents[0].impact, snapshot.incidents[0].is_open) == (Impact.UNKNOWN, True)
    assert len(snapshot.warnings) == 2


def test_unknown_status_with_an_end_is_over() -> None:
    assert not read(changed(status="puzzling", ended_at=1772643000)).incidents[0].is_open


def test_no_event_at_all_is_operational() -> None:
    assert read(Document(b'{"result": "success", "data": []}')).status is Status.OPERATIONAL


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        '{"result": "success"}',
        '{"result": "error", "data": []}',
        '{"result": "success", "data": [{"id": 1}]}',
        '{"result": "success", "data": [7]}',
        '{"result": "error", "error": {"code": "not_authorized"}}',
        "<html></html>",
    ],
)
def test_what_is_no_list_of_events_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode()))
    assert infomaniak.recognise(Document(body.encode())) is None


def test_a_document_that_was_cut_off_is_refused() -> None:
    with pytest.raises(LookError):
        read(fixture("malformed"))


def test_endpoint_is_the_address_itself() -> None:
    address = "https://api.acme.example/2/events"
    assert infomaniak.endpoints(address).look == (address,)
