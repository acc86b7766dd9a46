"""Google Cloud, Workspace and Firebase: the list of incidents."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Snapshot
from statusherd.model.words import Impact, Phase, Status
from statusherd.watch.formats import Look, all_formats, google
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "google"
CLOUD = "https://status.cloud.google.com/incidents.json"
WORKSPACE = "https://www.google.com/appsstatus/dashboard/incidents.json"
NOW = datetime(2026, 2, 1, 10, 30, tzinfo=UTC)


def fixture(name: str, url: str = CLOUD) -> Document:
    return Document((FIXTURES / name).read_bytes(), url)


def read(*documents: Document) -> Snapshot:
    return google.parse(documents, Look("google", NOW))


def changed(change: Callable[[dict[str, Any]], object], name: str = "incident_open.json") -> Document:
    rows = json.loads(fixture(name).body)
    change(rows[0])
    return Document(json.dumps(rows).encode(), CLOUD)


def test_empty_list_is_all_well() -> None:
    snapshot = read(fixture("all_well.json"))
    assert (snapshot.status, snapshot.page_status, snapshot.incidents) == (Status.OPERATIONAL, None, ())
    assert snapshot.coverage.incidents


def test_incident_without_an_end_is_open() -> None:
    snapshot = read(fixture("incident_open.json"))
    [incident] = snapshot.incidents
    assert (incident.id, incident.title) == ("aB3dE5fG7hJ9", "Cloud Storage uploads fail in europe-west1")
    assert (incident.impact, incident.phase) == (Impact.MAJOR, Phase.INVESTIGATING)
    assert incident.started_at == datetime(2026, 2, 1, 8, 0, tzinfo=UTC)
    assert incident.regions == ("europe-west1",)
    assert snapshot.status is Status.PARTIAL_OUTAGE


@pytest.mark.parametrize("end", ["", None, 0, "soon"])
def test_end_that_is_no_time_leaves_it_open(end: object) -> None:
    assert len(read(changed(lambda row: row.update(end=end))).open_incidents) == 1


def test_posts_are_plain_text_oldest_first() -> None:
    assert [update.text for update in read(fixture("incident_open.json")).incidents[0].updates] == [
        "We look into failing uploads.",
        "Summary\nUploads fail\nWe work on `it` & more.",
    ]


def test_resolved_incident_ends_at_its_end_whatever_is_edited_later() -> None:
    [incident] = read(fixture("resolved.json")).incidents
    assert incident.resolved_at == datetime(2026, 2, 1, 10, 0, tzinfo=UTC)
    assert incident.updated_at == datetime(2026, 2, 1, 10, 5, tzinfo=UTC)
    assert [update.phase for update in incident.updates][-1] is Phase.RESOLVED
    assert read(fixture("resolved.json")).status is Status.OPERATIONAL


def test_service_that_is_back_before_the_end_is_monitored() -> None:
    def recover(row: dict[str, Any]) -> None:
        row["most_recent_update"] = {**row["updates"][0], "status": "AVAILABLE"}

    snapshot = read(changed(recover))
    assert (snapshot.incidents[0].phase, snapshot.incidents[0].impact) == (Phase.MONITORING, Impact.MAJOR)
    assert {c.status for c in snapshot.components} == {Status.OPERATIONAL}


def test_service_information_is_a_notice() -> None:
    def calm(row: dict[str, Any]) -> None:
        row["status_impact"] = row["most_recent_update"]["status"] = "SERVICE_INFORMATION"

    snapshot = read(changed(calm))
    assert (snapshot.incidents[0].impact, snapshot.status) == (Impact.NONE, Status.OPERATIONAL)
    assert snapshot.open_incidents


def test_severity_counts_where_no_state_is_said() -> None:
    def silence(row: dict[str, Any]) -> None:
        del row["status_impact"]
        row["most_recent_update"]["status"] = None
        row["severity"] = "high"

    assert read(changed(silence)).incidents[0].impact is Impact.CRITICAL


def test_unknown_state_is_trouble_with_a_warning() -> None:
    def puzzle(row: dict[str, Any]) -> None:
        row["status_impact"] = row["most_recent_update"]["status"] = "SERVICE_MELTING"
        del row["severity"]

    snapshot = read(changed(puzzle))
    assert (snapshot.incidents[0].impact, snapshot.status) == (Impact.UNKNOWN, Status.DEGRADED)
    assert "SERVICE_MELTING" in snapshot.warnings[0]


def test_products_are_known_by_their_current_names() -> None:
    snapshot = read(fixture("incident_open.json"))
    assert [(c.name, c.status) for c in snapshot.components] == [
        ("Cloud Storage", Status.PARTIAL_OUTAGE),
        ("Gemini on Agent Platform", Status.PARTIAL_OUTAGE),
    ]
    assert snapshot.incidents[0].component_ids == tuple(c.id for c in snapshot.components)
    assert not snapshot.coverage.components


def test_global_incident_is_in_every_region() -> None:
    def spread(row: dict[str, Any]) -> None:
        row["currently_affected_locations"].append({"title": "Global", "id": "global"})

    assert read(changed(spread)).incidents[0].regions == ()


@pytest.mark.parametrize("url", [CLOUD, WORKSPACE, "https://status.firebase.google.com/incidents.json"])
def test_permalink_lies_in_the_dashboard_of_the_document(url: str) -> None:
    [incident] = read(fixture("incident_open.json", url)).incidents
    assert incident.url == url.removesuffix(".json").removesuffix("incidents") + "incidents/aB3dE5fG7hJ9"


@pytest.mark.parametrize("uri", ["https://evil.example/", "//evil.example/x", "../../x", 7, None])
def test_permalink_never_leads_elsewhere(uri: object) -> None:
    assert read(changed(lambda row: row.update(uri=uri))).incidents[0].url is None


def test_incident_in_two_lists_is_read_from_the_newest() -> None:
    snapshot = read(fixture("resolved.json"), fixture("incident_open.json"))
    assert [incident.phase for incident in snapshot.incidents] == [Phase.RESOLVED]


def test_entries_that_cannot_be_read_leave_silence_without_a_meaning() -> None:
    rows = [*json.loads(fixture("resolved.json").body), {"id": "x"}]
    snapshot = read(Document(json.dumps(rows).encode()))
    assert not snapshot.coverage.incidents
    assert snapshot.status is Status.UNKNOWN


@pytest.mark.parametrize("body", ["", "{}", "null", "[1]", "[{}]", '[{"id": "1"}]', "<html></html>", "[{"])
def test_what_is_no_list_of_incidents_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode(), CLOUD))
    assert google.recognise(Document(body.encode(), CLOUD)) is None


def test_error_document_is_refused() -> None:
    with pytest.raises(LookError, match="not a list"):
        read(fixture("malformed.json"))


@pytest.mark.parametrize("name", ["all_well.json", "incident_open.json", "resolved.json"])
def test_no_other_format_is_as_sure(name: str) -> None:
    found = [(r.certainty, f.NAME) for f in all_formats() if (r := f.recognise(fixture(name)))]
    assert max(found)[1] == "google"


def test_empty_list_elsewhere_is_not_recognised() -> None:
    assert google.recognise(Document(b"[]", "https://status.acme.example/incidents.json")) is None


@pytest.mark.parametrize(
    ("address", "look"),
    [
        ("https://status.cloud.google.com/", CLOUD),
        ("https://status.cloud.google.com/summary", CLOUD),
        ("https://status.cloud.google.com/en/feed.atom", CLOUD),
        ("https://status.cloud.google.com/regional/europe", CLOUD),
        (
            "https://status.firebase.google.com/incidents/abc",
            "https://status.firebase.google.com/incidents.json",
        ),
        ("https://www.google.com/appsstatus", WORKSPACE),
        ("https://www.google.com/appsstatus/dashboard/summary", WORKSPACE),
        (WORKSPACE, WORKSPACE),
        ("http://127.0.0.1:8000/cloud/", "http://127.0.0.1:8000/cloud/incidents.json"),
        ("http://127.0.0.1:8000/cloud/products.json", "http://127.0.0.1:8000/cloud/incidents.json"),
        ("http://127.0.0.1:8000/copy.json", "http://127.0.0.1:8000/copy.json"),
    ],
)
def test_addresses_lead_to_the_list(address: str, look: str) -> None:
    assert google.endpoints(address).look == (look,)
