"""StatusHub: how many services are up, affected and down."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Coverage, Snapshot
from statusherd.model.words import Status
from statusherd.watch.detect import detect
from statusherd.watch.formats import Look, statushub
from statusherd.watch.reading.documents import Document
from statusherd.watch.whereabouts import probe_addresses

FIXTURES = Path(__file__).parent / "fixtures" / "statushub"
LOOK = Look("acme", datetime(2026, 3, 2, 12, 0, tzinfo=UTC))
ADDRESS = "https://acme.statushub.io/api/statuses"


def fixture(name: str) -> Document:
    return Document((FIXTURES / f"{name}.json").read_bytes(), ADDRESS)


def counted(up: Any, affected: Any, down: Any, **others: Any) -> Document:
    counters = {"count_status_1": up, "count_status_2": affected, "count_status_3": down, **others}
    return Document(json.dumps({"counters": counters}).encode())


def read(document: Document) -> Snapshot:
    return statushub.parse([document], LOOK)


@pytest.mark.parametrize(
    ("counts", "status"),
    [
        ((12, 0, 0), Status.OPERATIONAL),
        ((11, 1, 0), Status.DEGRADED),
        ((0, 3, 0), Status.DEGRADED),
        ((9, 1, 2), Status.PARTIAL_OUTAGE),
        ((0, 1, 2), Status.PARTIAL_OUTAGE),
        ((0, 0, 4), Status.MAJOR_OUTAGE),
        ((0, 0, 0), Status.UNKNOWN),
        (("12", "0", "0"), Status.OPERATIONAL),
    ],
)
def test_page_is_as_bad_as_its_worst_services(counts: tuple[Any, Any, Any], status: Status) -> None:
    snapshot = read(counted(*counts))
    assert (snapshot.page_status, snapshot.status, snapshot.warnings) == (status, status, ())


def test_only_the_rollup_is_told() -> None:
    snapshot = read(fixture("two_down"))
    assert (snapshot.status, snapshot.coverage) == (Status.PARTIAL_OUTAGE, Coverage(rollup=True))
    assert (snapshot.components, snapshot.incidents, snapshot.maintenances) == ((), (), ())


def test_services_in_a_state_that_is_not_known_are_not_well() -> None:
    snapshot = read(counted(11, 0, 0, count_status_4=1))
    assert snapshot.status is Status.UNKNOWN
    assert snapshot.warnings == ("unknown counter 'count_status_4', read as unknown",)
    assert read(counted(11, 0, 0, count_status_4=0)).status is Status.OPERATIONAL
    assert read(counted(0, 0, 2, count_status_4=1)).status is Status.PARTIAL_OUTAGE


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "<html></html>",
        '{"counters": []}',
        '{"counters": {}}',
        '{"counters": {"count_status_1": -1, "count_status_2": 0, "count_status_3": 0}}',
        '{"counters": {"count_status_1": 1.5, "count_status_2": 0, "count_status_3": 0}}',
        '{"counters": {"count_status_1": 1, "count_status_2": 0, "count_status_3": null}}',
        '{"counters": {"count_status_1": true, "count_status_2": 0, "count_status_3": 0}}',
        (FIXTURES / "malformed.json").read_text(),
    ],
)
def test_what_does_not_count_the_services_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode()))
    assert statushub.recognise(Document(body.encode())) is None


@pytest.mark.parametrize(
    "address", ["https://acme.statushub.io", "https://acme.statushub.io/incidents/12", ADDRESS]
)
def test_document_is_found_from_any_address_of_the_page(address: str) -> None:
    assert statushub.endpoints(address).look == (ADDRESS,)


def test_page_below_a_path_keeps_it() -> None:
    look = statushub.endpoints("https://status.acme.example/eu/api/statuses").look
    assert look == ("https://status.acme.example/eu/api/statuses",)


def test_shape_is_recognised_for_certain_and_tried_at_hosted_pages_first() -> None:
    detection = detect([fixture("all_well")])
    assert detection is not None
    assert (detection.format, detection.is_certain) == ("statushub", True)
    assert probe_addresses("https://acme.statushub.io/")[1] == ADDRESS
