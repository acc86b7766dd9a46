"""Salesforce Trust: the document of all instances, and of one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Look, salesforce
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "salesforce"


def fixture(name: str) -> Document:
    return Document((FIXTURES / f"{name}.json").read_bytes())


def read(*documents: Document) -> Snapshot:
    return salesforce.parse(documents, Look("acme", datetime(2026, 3, 4, 17, 0, tzinfo=UTC)))


def rows(name: str) -> Any:
    return json.loads(fixture(name).body)


def test_instances_are_components_and_those_out_of_use_are_left_out() -> None:
    snapshot = read(fixture("all_well"))
    assert [(c.id, c.group, c.region, c.status) for c in snapshot.components] == [
        ("EU1", "production", "EMEA", Status.OPERATIONAL),
        ("EU2", "sandbox", "EMEA", Status.OPERATIONAL),
    ]
    assert (snapshot.page_status, snapshot.status) == (None, Status.OPERATIONAL)


def test_incident_under_several_instances_is_one() -> None:
    snapshot = read(fixture("incident_open"))
    assert [(i.id, i.component_ids) for i in snapshot.incidents] == [("71", ("EU1", "EU2"))]
    assert snapshot.status is Status.DEGRADED


def test_title_is_made_of_the_newest_impact_and_the_services() -> None:
    title = read(fixture("incident_open")).incidents[0].title
    assert title == "Performance degradation (Core service, Search, Analytics and 1 more)"


def test_impact_is_what_still_goes_on() -> None:
    incident = read(fixture("incident_open")).incidents[0]
    assert (incident.impact, incident.phase) == (Impact.MINOR, Phase.IDENTIFIED)
    assert incident.started_at == datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
    assert [(u.phase, u.text) for u in incident.updates] == [
        (Phase.IDENTIFIED, "We switch sites."),
        (Phase.IDENTIFIED, "Still at it."),
    ]


def test_incident_is_over_when_all_its_impacts_have_an_end() -> None:
    incident = read(fixture("resolved")).incidents[0]
    assert (incident.phase, incident.impact) == (Phase.RESOLVED, Impact.CRITICAL)
    assert incident.resolved_at == datetime(2026, 3, 4, 16, 30, tzinfo=UTC)


def test_incident_without_impacts_is_open_since_it_was_posted() -> None:
    root = rows("incident_open")
    root[0]["Incidents"][0]["IncidentImpacts"] = []
    incident = read(Document(json.dumps(root[:1]).encode())).incidents[0]
    assert (incident.is_open, incident.impact) == (True, Impact.UNKNOWN)
    assert incident.started_at == datetime(2026, 3, 4, 15, 10, tzinfo=UTC)


def test_windows_go_by_the_clock_unless_they_are_cancelled() -> None:
    snapshot = read(fixture("maintenances"))
    assert [(m.id, m.phase) for m in snapshot.maintenances] == [
        ("1", MaintenancePhase.IN_PROGRESS),
        ("2", MaintenancePhase.SCHEDULED),
        ("3", MaintenancePhase.CANCELLED),
    ]
    assert snapshot.status is Status.MAINTENANCE
    assert snapshot.rereads_at == datetime(2026, 3, 4, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("INFORMATIONAL_CORE", Status.OPERATIONAL),
        ("MAINTENANCE_NONCORE", Status.MAINTENANCE),
        ("MINOR_INCIDENT_NONCORE", Status.DEGRADED),
        ("MAJOR_INCIDENT_NONCORE", Status.PARTIAL_OUTAGE),
        ("MAJOR_INCIDENT_CORE", Status.MAJOR_OUTAGE),
        ("SOMETHING_ELSE", Status.UNKNOWN),
    ],
)
def test_words_of_instances(word: str, status: Status) -> None:
    snapshot = read(Document(json.dumps([rows("all_well")[0] | {"status": word}]).encode()))
    assert snapshot.components[0].status is status


def test_one_instance_alone_is_read_too() -> None:
    document = Document(json.dumps(rows("incident_open")[0]).encode())
    assert salesforce.recognise(document)
    assert [c.id for c in read(document).components] == ["EU1"]


@pytest.mark.parametrize(
    "body",
    ["", "{}", "[]", "[{}]", '[{"key": "EU1", "status": "OK"}]', '[{"modelKey": "x"}]', "<html></html>"],
)
def test_what_is_not_salesforces_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode()))
    assert salesforce.recognise(Document(body.encode())) is None


def test_a_list_with_one_foreign_row_is_refused() -> None:
    with pytest.raises(LookError):
        read(Document(json.dumps([*rows("all_well"), {"error": "too many requests"}]).encode()))


def test_a_document_that_was_cut_off_is_refused() -> None:
    with pytest.raises(LookError):
        read(fixture("malformed"))


ALL = "https://api.status.salesforce.com/v1/instances/status/preview"


@pytest.mark.parametrize(
    ("address", "look"),
    [
        ("https://status.salesforce.com/", ALL),
        (ALL, ALL),
        (f"{ALL}?products=Sales_Cloud", f"{ALL}?products=Sales_Cloud"),
        (
            "https://status.salesforce.com/instances/na137",
            f"{ALL.removesuffix('status/preview')}NA137/status",
        ),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/v1/instances/status/preview"),
    ],
)
def test_endpoint_is_the_list_of_instances_or_the_one_that_is_named(address: str, look: str) -> None:
    assert salesforce.endpoints(address).look == (look,)
