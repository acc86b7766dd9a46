"""Oracle Cloud Infrastructure: services by region, the rollup, and the feed of incidents."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Look, all_formats, oracle
from statusherd.watch.reading.documents import Document
from statusherd.watch.whereabouts import probe_addresses

FIXTURES = Path(__file__).parent / "fixtures" / "oracle"
ROOT = "https://ocistatus.oraclecloud.com/api/v2/"
REPORT, ROLLUP, FEED = "components_v2.json", "status.json", "incident-summary.rss"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
EAST = "Eastland (Springfield)"


def fixture(case: str, name: str) -> Document:
    return Document((FIXTURES / case / name).read_bytes(), ROOT + name)


def read(*documents: Document, now: datetime = NOW) -> Snapshot:
    return oracle.parse(documents, Look("oracle", now))


def case(name: str) -> Snapshot:
    return read(*(fixture(name, part) for part in (REPORT, ROLLUP, FEED)))


def report(change: Callable[[Any], object]) -> Document:
    """The report of an open incident, with its first service changed."""
    root = json.loads(fixture("incident_open", REPORT).body)
    change(root["regionHealthReports"][0]["serviceHealthReports"][0])
    return Document(json.dumps(root).encode(), ROOT + REPORT)


def reworded(old: str, new: str) -> Document:
    body = fixture("incident_open", FEED).body.decode()
    assert old in body
    return Document(body.replace(old, new).encode(), ROOT + FEED)


def test_service_is_a_component_in_each_region() -> None:
    snapshot = case("incident_open")
    assert [(c.id, c.name, c.group, c.region, c.status) for c in snapshot.components][:2] == [
        ("el-springfield-1/compute", "Compute", "Compute", EAST, Status.PARTIAL_OUTAGE),
        ("el-springfield-1/object-storage", "Object Storage", "Storage", EAST, Status.OPERATIONAL),
    ]
    assert len(snapshot.components) == 4


def test_rollup_is_the_pages_own() -> None:
    assert case("all_well").page_status is Status.OPERATIONAL
    assert case("incident_open").page_status is Status.PARTIAL_OUTAGE


def test_incident_has_its_words_from_the_feed_and_its_impact_from_the_report() -> None:
    [incident] = case("incident_open").open_incidents
    assert incident.title == f"Compute | {EAST}"
    assert (incident.impact, incident.phase) == (Impact.MAJOR, Phase.IDENTIFIED)
    assert (incident.component_ids, incident.regions) == (("el-springfield-1/compute",), (EAST,))
    assert incident.started_at == datetime(2026, 3, 2, 10, 40, tzinfo=UTC)
    assert [(u.phase, u.text) for u in incident.updates] == [
        (Phase.INVESTIGATING, "Launches fail."),
        (Phase.IDENTIFIED, "A rack has no power."),
    ]


def test_documents_may_come_in_any_order() -> None:
    names = (REPORT, ROLLUP, FEED)
    assert read(*(fixture("incident_open", name) for name in reversed(names))) == case("incident_open")


def test_incident_has_the_same_name_without_the_feed() -> None:
    [alone] = read(fixture("incident_open", REPORT)).open_incidents
    [told] = case("incident_open").open_incidents
    assert (alone.id, alone.title, alone.regions, alone.component_ids) == (
        told.id,
        told.title,
        told.regions,
        told.component_ids,
    )
    assert alone.phase is Phase.INVESTIGATING


def test_incident_in_several_regions_is_one() -> None:
    root = json.loads(fixture("incident_open", REPORT).body)
    named = root["regionHealthReports"][0]["serviceHealthReports"][0]["incidents"]
    root["regionHealthReports"][1]["serviceHealthReports"][1]["incidents"] = named
    [incident] = read(Document(json.dumps(root).encode())).incidents
    assert incident.title == "Multiple Services | Multiple Regions"
    assert incident.regions == (EAST, "Westland (Shelbyville)")
    assert incident.component_ids == ("el-springfield-1/compute", "wl-shelbyville-1/object-storage")


def test_resolved_incident_is_over_when_its_last_post_says_so() -> None:
    snapshot = case("resolved")
    assert (snapshot.open_incidents, snapshot.status) == ((), Status.OPERATIONAL)
    assert snapshot.incidents[0].resolved_at == datetime(2026, 3, 2, 11, 50, tzinfo=UTC)
    assert snapshot.coverage.history


def test_incident_that_only_the_feed_has_is_open_until_it_says_otherwise() -> None:
    snapshot = read(fixture("all_well", REPORT), fixture("incident_open", FEED))
    [incident] = snapshot.open_incidents
    assert incident.component_ids == ("el-springfield-1/compute",)
    assert (incident.impact, snapshot.status) == (Impact.UNKNOWN, Status.DEGRADED)


def test_item_without_a_word_for_its_state_is_open_while_a_report_names_it() -> None:
    feed = reworded("&lt;strong&gt;", "&lt;strong&gt;Note: ")
    later = NOW + timedelta(days=9)
    assert len(read(fixture("incident_open", REPORT), feed, now=later).open_incidents) == 1
    assert read(feed, now=later).open_incidents == ()


def test_multiple_regions_are_none_in_particular() -> None:
    feed = reworded(f"Compute | {EAST}", "Multiple Services | Multiple Regions")
    [incident] = read(feed).open_incidents
    assert (incident.title, incident.regions, incident.component_ids) == (
        "Multiple Services | Multiple Regions",
        (),
        (),
    )


def test_stamp_may_be_written_without_spaces() -> None:
    feed = reworded("Mar &lt;var data-var='date'&gt;02&lt;/var&gt;, ", "Mar&lt;var&gt;02&lt;/var&gt;")
    assert read(feed).open_incidents[0].started_at == datetime(2026, 3, 2, 10, 40, tzinfo=UTC)


def test_item_dated_ahead_is_no_trouble_yet() -> None:
    snapshot = read(fixture("incident_open", FEED), now=datetime(2026, 2, 20, tzinfo=UTC))
    assert snapshot.open_incidents == ()
    assert MaintenancePhase.SCHEDULED in [m.phase for m in snapshot.maintenances]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("NormalPerformance", Status.OPERATIONAL),
        ("Normal Performance", Status.OPERATIONAL),
        ("Informational", Status.OPERATIONAL),
        ("DegradedPerformance", Status.DEGRADED),
        ("ServiceDisruption", Status.PARTIAL_OUTAGE),
        ("PartialOutage", Status.PARTIAL_OUTAGE),
        ("ServiceDown", Status.MAJOR_OUTAGE),
        ("MajorOutage", Status.MAJOR_OUTAGE),
        ("Splendid", Status.UNKNOWN),
    ],
)
def test_state_is_read_and_an_unknown_one_told(word: str, status: Status) -> None:
    snapshot = read(report(lambda service: service.update(serviceStatus=word)))
    assert snapshot.components[0].status is status
    assert bool(snapshot.warnings) is (status is Status.UNKNOWN)


def test_informational_incident_has_no_impact() -> None:
    incidents = [{"incidentId": "ocid1.oraclecloudincident.oc1.phx.a", "severity": "Informational"}]
    snapshot = read(report(lambda row: row.update(serviceStatus="NormalPerformance", incidents=incidents)))
    assert [i.impact for i in snapshot.open_incidents] == [Impact.NONE]
    assert snapshot.status is Status.OPERATIONAL


def test_each_document_speaks_for_what_it_has() -> None:
    report_alone, rollup_alone, feed_alone = (
        read(fixture("all_well", name)).coverage for name in (REPORT, ROLLUP, FEED)
    )
    assert (report_alone.components, report_alone.incidents, report_alone.rollup) == (True, True, False)
    assert (rollup_alone.components, rollup_alone.incidents, rollup_alone.rollup) == (False, False, True)
    assert (feed_alone.components, feed_alone.incidents, feed_alone.history) == (False, False, True)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "<html></html>",
        '{"regionHealthReports": []}',
        '{"regionHealthReports": [{"regionName": "East", "serviceHealthReports": []}]}',
        '{"regionHealthReports": [{"regionName": "East", "serviceHealthReports": [{"serviceName": "A"}]}]}',
        '{"page": {"id": "abc", "name": "OCI"}, "status": {"indicator": "none"}}',
        '{"page": {"name": "Acme"}, "status": {"indicator": "none"}}',
        "<rss><channel><title>Acme</title></channel></rss>",
    ],
)
def test_what_is_no_document_of_oracles_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode(), ROOT))


def test_feed_that_mentions_an_incident_of_oracles_is_not_oracles() -> None:
    item = "<item><title>x</title><description>see https://ocistatus.oraclecloud.com/</description></item>"
    body = f"<rss><channel><title>Acme</title>{item}</channel></rss>"
    assert oracle.recognise(Document(body.encode())) is None


@pytest.mark.parametrize("name", [REPORT, ROLLUP, FEED])
def test_no_other_format_is_as_sure(name: str) -> None:
    document = fixture("incident_open", name)
    found = [(r.certainty, f.NAME) for f in all_formats() if (r := f.recognise(document))]
    assert max(found)[1] == "oracle"


@pytest.mark.parametrize(
    "address",
    [
        "https://ocistatus.oraclecloud.com/",
        "https://ocistatus.oraclecloud.com/#/incidents/ocid1.oraclecloudincident.oc1.phx.a",
        ROOT + "components.json",
        ROOT + FEED,
    ],
)
def test_documents_are_found_from_any_address(address: str) -> None:
    endpoints = oracle.endpoints(address)
    assert endpoints.look == (ROOT + REPORT,)
    assert endpoints.optional == (ROOT + ROLLUP, ROOT + FEED)
    assert [url for url, _ in endpoints.fallbacks] == [ROOT + "components.json", ROOT + FEED, ROOT + ROLLUP]


def test_realm_of_a_government_has_its_own() -> None:
    assert oracle.endpoints("https://gov.ocistatus.com/").look == (
        "https://gov.ocistatus.com/api/v2/components_v2.json",
    )


def test_copy_is_read_as_it_is() -> None:
    assert oracle.endpoints("http://127.0.0.1:8000/feed.rss").look == ("http://127.0.0.1:8000/feed.rss",)


def test_report_is_among_the_first_addresses_to_try() -> None:
    assert ROOT + REPORT in probe_addresses("https://ocistatus.oraclecloud.com/")[:2]
