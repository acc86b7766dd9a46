"""Microsoft 365's service health in Microsoft Graph."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Snapshot
from statusherd.model.words import Impact, Phase, Status
from statusherd.watch.formats import Look, all_formats, m365_graph
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "m365_graph"
ROOT = "https://graph.microsoft.com/v1.0/admin/serviceAnnouncement/"
OVERVIEWS, OPEN_ISSUES = f"{ROOT}healthOverviews", f"{ROOT}issues?$filter=isResolved%20eq%20false"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def fixture(name: str) -> Document:
    return Document((FIXTURES / f"{name}.json").read_bytes(), ROOT)


def read(*documents: Document) -> Snapshot:
    return m365_graph.parse(documents, Look("m365", NOW))


def case(name: str) -> Snapshot:
    return read(*(Document(path.read_bytes(), ROOT) for path in sorted((FIXTURES / name).glob("*.json"))))


def with_issue(**values: Any) -> Document:
    root = json.loads(fixture("incident_open/issues").body)
    root["value"][0].update(values)
    return Document(json.dumps(root).encode(), ROOT)


def with_service(status: str) -> Document:
    root = json.loads(fixture("all_well/overviews").body)
    root["value"][0]["status"] = status
    return Document(json.dumps(root).encode(), ROOT)


def test_service_is_a_component() -> None:
    snapshot = case("incident_open")
    assert [(c.id, c.name, c.status) for c in snapshot.components] == [
        ("Exchange", "Exchange Online", Status.DEGRADED),
        ("microsoftteams", "Microsoft Teams", Status.OPERATIONAL),
    ]


def test_issue_is_an_incident_with_its_posts() -> None:
    [incident] = case("incident_open").incidents
    assert (incident.id, incident.title) == ("EX100001", "Mail is delayed")
    assert (incident.impact, incident.phase) == (Impact.MAJOR, Phase.INVESTIGATING)
    assert incident.started_at == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
    assert incident.component_ids == ("Exchange",)
    assert [u.text for u in incident.updates] == [
        "Title: Mail is delayed\nWe look into it.",
        "A queue is full.",
    ]


def test_no_open_issue_is_all_well() -> None:
    snapshot = case("all_well")
    assert (snapshot.page_status, snapshot.status) == (None, Status.OPERATIONAL)
    assert (snapshot.coverage.incidents, snapshot.coverage.components) == (True, True)
    assert not snapshot.coverage.history


def test_resolved_issue_has_its_end_from_the_history() -> None:
    snapshot = case("resolved")
    [incident] = snapshot.incidents
    assert incident.phase is Phase.RESOLVED
    assert incident.resolved_at == datetime(2026, 3, 2, 11, 40, tzinfo=UTC)
    assert incident.updates[-1].phase is Phase.RESOLVED
    assert snapshot.coverage.history


def test_issue_in_both_lists_is_one() -> None:
    root = json.loads(fixture("incident_open/overviews").body)
    for service in root["value"]:
        service["issues"] = []
    root["value"][0]["issues"] = json.loads(fixture("incident_open/issues").body)["value"]
    expanded = Document(json.dumps(root).encode(), ROOT)
    assert read(fixture("incident_open/issues"), expanded).incidents == case("incident_open").incidents


@pytest.mark.parametrize(
    ("classification", "status", "impact"),
    [
        ("advisory", "serviceDegradation", Impact.MINOR),
        ("advisory", "serviceInterruption", Impact.MINOR),
        ("incident", "restoringService", Impact.MAJOR),
        ("incident", "serviceInterruption", Impact.CRITICAL),
        ("unknownFutureValue", "serviceDegradation", Impact.UNKNOWN),
    ],
)
def test_impact_is_of_the_class_of_an_issue(classification: str, status: str, impact: Impact) -> None:
    snapshot = read(with_issue(classification=classification, status=status))
    assert snapshot.incidents[0].impact is impact
    assert bool(snapshot.warnings) is (impact is Impact.UNKNOWN)


@pytest.mark.parametrize(
    ("status", "is_resolved", "phase"),
    [
        ("investigating", False, Phase.INVESTIGATING),
        ("serviceInterruption", False, Phase.INVESTIGATING),
        ("verifyingService", False, Phase.MONITORING),
        ("extendedRecovery", False, Phase.MONITORING),
        ("serviceRestored", False, Phase.MONITORING),
        ("serviceDegradation", True, Phase.RESOLVED),
        ("newWord", False, Phase.INVESTIGATING),
    ],
)
def test_issue_says_itself_whether_it_is_resolved(status: str, phase: Phase, *, is_resolved: bool) -> None:
    assert read(with_issue(status=status, isResolved=is_resolved)).incidents[0].phase is phase


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("serviceOperational", Status.OPERATIONAL),
        ("postIncidentReviewPublished", Status.OPERATIONAL),
        ("falsePositive", Status.OPERATIONAL),
        ("investigating", Status.DEGRADED),
        ("extendedRecovery", Status.DEGRADED),
        ("serviceInterruption", Status.MAJOR_OUTAGE),
        ("unknownFutureValue", Status.UNKNOWN),
    ],
)
def test_state_of_a_service_is_read(word: str, status: Status) -> None:
    snapshot = read(with_service(word))
    assert snapshot.components[0].status is status
    assert bool(snapshot.warnings) is (status is Status.UNKNOWN)


def test_issue_without_posts_says_whom_it_hits() -> None:
    [incident] = read(with_issue(posts=[])).incidents
    assert [u.text for u in incident.updates] == ["Users may see delayed mail."]


def test_list_that_goes_on_elsewhere_ends_nothing() -> None:
    root = json.loads(fixture("all_well/issues").body) | {"@odata.nextLink": f"{ROOT}issues?$skip=100"}
    snapshot = read(Document(json.dumps(root).encode(), ROOT))
    assert not snapshot.coverage.incidents
    assert snapshot.status is Status.UNKNOWN
    assert snapshot.warnings


def test_services_alone_say_nothing_of_issues() -> None:
    coverage = read(fixture("all_well/overviews")).coverage
    assert (coverage.components, coverage.incidents, coverage.history) == (True, False, False)


def test_answer_without_a_token_is_refused_with_its_code() -> None:
    with pytest.raises(LookError, match="InvalidAuthenticationToken"):
        read(fixture("malformed"))


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "<html></html>",
        '{"value": []}',
        '{"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users", "value": []}',
        '{"@odata.context": "x#admin/serviceAnnouncement/healthOverviews", "value": []}',
        '{"value": [{"id": "a", "status": 1}]}',
        '{"value": [{"service": "A", "status": "serviceOperational", "issues": [{}]}]}',
    ],
)
def test_what_is_no_list_of_service_health_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode(), ROOT))
    assert m365_graph.recognise(Document(body.encode(), ROOT)) is None


@pytest.mark.parametrize("name", ["all_well/issues", "all_well/overviews", "resolved/expanded"])
def test_no_other_format_is_as_sure(name: str) -> None:
    found = [(r.certainty, f.NAME) for f in all_formats() if (r := f.recognise(fixture(name)))]
    assert max(found)[1] == "m365-graph"


@pytest.mark.parametrize("address", ["https://graph.microsoft.com/", ROOT, OVERVIEWS, OPEN_ISSUES])
def test_lists_are_found_from_any_address(address: str) -> None:
    endpoints = m365_graph.endpoints(address)
    assert endpoints.look == (OVERVIEWS, OPEN_ISSUES)
    assert endpoints.history == (f"{OVERVIEWS}?$expand=issues",)


def test_other_clouds_and_versions_are_kept() -> None:
    look = m365_graph.endpoints("https://graph.microsoft.us/beta/admin/serviceAnnouncement/issues").look
    assert look[0] == "https://graph.microsoft.us/beta/admin/serviceAnnouncement/healthOverviews"
