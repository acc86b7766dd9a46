"""Algolia: the states of the clusters, their log, and the state of all."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Coverage, Snapshot
from statusherd.model.words import Impact, Phase, Status
from statusherd.watch.formats import Look, algolia
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "algolia"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PARTS = ("status", "incidents", "global")


def fixture(case: str, name: str) -> Document:
    return Document((FIXTURES / case / f"{name}.json").read_bytes())


def whole(case: str) -> list[Document]:
    return [fixture(case, name) for name in PARTS]


def read(*documents: Document, now: datetime = NOW) -> Snapshot:
    return algolia.parse(documents, Look("acme", now))


@pytest.mark.parametrize("order", [1, -1])
def test_documents_are_merged_in_any_order(order: int) -> None:
    snapshot = read(*whole("incident_open")[::order])
    assert (snapshot.page_status, snapshot.status) == (Status.PARTIAL_OUTAGE, Status.MAJOR_OUTAGE)
    assert [(c.id, c.status) for c in snapshot.components] == [
        ("c1-de", Status.MAJOR_OUTAGE),
        ("c2-use", Status.DEGRADED),
        ("m81-usc", Status.OPERATIONAL),
    ]
    assert snapshot.coverage == Coverage(rollup=True, components=True, incidents=True, history=True)
    assert snapshot.warnings == ()


def test_incident_of_several_clusters_is_one_and_as_bad_as_the_worst_is_now() -> None:
    (incident,) = read(*whole("incident_open")).open_incidents
    assert (incident.title, incident.impact) == ("Searches fail", Impact.CRITICAL)
    assert (incident.phase, incident.component_ids) == (Phase.INVESTIGATING, ("c1-de", "c2-use"))
    assert incident.started_at == datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
    assert [(u.at.minute, u.text) for u in incident.updates] == [
        (0, "Searches fail"),
        (30, "Cause & remedy found"),
    ]


def test_entry_of_a_cluster_that_is_well_again_ends_its_incident() -> None:
    over = next(i for i in read(*whole("incident_open")).incidents if not i.is_open)
    assert (over.title, over.impact, over.component_ids) == ("Slow indexing", Impact.MAJOR, ("c1-de",))
    assert over.resolved_at == datetime(2026, 2, 25, 7, 13, 20, tzinfo=UTC)
    assert [u.phase for u in over.updates] == [Phase.INVESTIGATING, Phase.RESOLVED]


def test_identity_stays_while_the_log_grows() -> None:
    grown = fixture("incident_open", "incidents").text.replace(
        '"m81-usc": []',
        '"m81-usc": [{"t": 1772451900000, "v": {"title": "More", "status": "partial_outage"}}]',
    )
    before = {i.id for i in read(*whole("incident_open")).incidents}
    assert before < {i.id for i in read(Document(grown.encode())).incidents}


def test_incident_that_the_log_never_ended_is_over_when_its_cluster_is_well() -> None:
    states = fixture("all_well", "status")
    log = fixture("incident_open", "incidents")
    assert len(read(states, log).open_incidents) == 1  # the log may be ahead of the states
    later = read(states, log, now=datetime(2026, 3, 2, 13, 0, tzinfo=UTC))
    assert later.open_incidents == ()
    assert later.warnings == ("the log leaves incidents open of clusters that are operational: read as over",)


def test_clusters_alone_tell_no_incidents_and_no_rollup() -> None:
    snapshot = read(fixture("all_well", "status"))
    assert (snapshot.page_status, snapshot.status) == (None, Status.OPERATIONAL)
    assert snapshot.coverage == Coverage(components=True)


def test_log_alone_with_nothing_open_says_nothing_of_the_state() -> None:
    assert read(fixture("resolved", "incidents")).status is Status.UNKNOWN


def test_unknown_words_are_not_operational() -> None:
    snapshot = read(Document(b'{"status": {"c1-de": "splendid", "c2-de": "operational"}}'))
    assert [c.status for c in snapshot.components] == [Status.UNKNOWN, Status.OPERATIONAL]
    assert snapshot.warnings == ("unknown state of a cluster 'splendid', read as unknown",)
    assert read(Document(b'{"global": {"status": "splendid"}}')).status is Status.UNKNOWN


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        '{"incidents": {}}',
        '{"incidents": []}',
        '{"status": {}}',
        '{"status": {"indicator": "none", "description": "All Systems Operational"}}',
        '{"status": {"c1-de": 1}}',
        '{"global": "operational"}',
        "<!DOCTYPE html><html></html>",
        '{"status": {"c1-de": "operational", "c2',
    ],
)
def test_other_content_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode()))
    assert algolia.recognise(Document(body.encode())) is None


@pytest.mark.parametrize(
    "address",
    [
        "https://status.acme.example",
        "https://status.acme.example/",
        "https://status.acme.example/1/status",
        "https://status.acme.example/1/incidents/c1-de",
        "https://status.acme.example/2/status/service/all/period/current",
    ],
)
def test_endpoints_follow_from_any_address(address: str) -> None:
    found = algolia.endpoints(address)
    assert found.look == ("https://status.acme.example/1/status",)
    assert found.optional == (
        "https://status.acme.example/1/incidents",
        "https://status.acme.example/2/status/service/all/period/current",
    )


def test_shapes_are_recognised_surely_only_where_clusters_are_named() -> None:
    found = [algolia.recognise(fixture("incident_open", name)) for name in PARTS]
    assert [one.certainty if one else 0 for one in found] == [92, 90, 60]
    other = algolia.recognise(Document(b'{"status": {"api": "operational"}}'))
    assert other is not None
    assert other.certainty < 90
