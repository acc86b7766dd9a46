"""StatusCake: the public report."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from statusherd.model.errors import CatalogError, LookError, ParseError
from statusherd.model.records import Coverage, Snapshot
from statusherd.model.words import Status
from statusherd.watch.formats import Look, statuscake
from statusherd.watch.reading.documents import Document
from statusherd.watch.whereabouts import probe_addresses

FIXTURES = Path(__file__).parent / "fixtures" / "statuscake"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
API = "https://app.statuscake.com/Workfloor/PublicReportHandler.php?PublicID=AcMe01xYz9"


def fixture(name: str) -> Document:
    return Document((FIXTURES / f"{name}.json").read_bytes(), API, "application/json")


def read(document: Document) -> Snapshot:
    return statuscake.parse([document], Look("acme", NOW))


def report(**changes: object) -> Document:
    return Document(json.dumps(json.loads(fixture("all_well").body) | changes).encode(), API)


def test_tests_are_the_components_and_there_is_no_rollup() -> None:
    snapshot = read(fixture("all_well"))
    assert [(c.id, c.name, c.status) for c in snapshot.components] == [
        ("4101", "API", Status.OPERATIONAL),
        ("4102", "Website", Status.OPERATIONAL),
    ]
    assert (snapshot.page_status, snapshot.status) == (None, Status.OPERATIONAL)
    assert (snapshot.page_name, snapshot.coverage) == ("Acme uptime", Coverage(components=True))


def test_test_that_is_down_is_an_outage_of_its_component() -> None:
    snapshot = read(fixture("incident_open"))
    assert snapshot.components[0].status is Status.MAJOR_OUTAGE
    assert snapshot.status is Status.MAJOR_OUTAGE


def test_unknown_status_is_unknown_with_a_warning() -> None:
    snapshot = read(report(TestData=[{"TestID": 1, "Name": "API", "Status": "Paused"}]))
    assert (snapshot.status, snapshot.components[0].status) == (Status.UNKNOWN, Status.UNKNOWN)
    assert snapshot.warnings == ("unknown test status 'Paused', read as unknown",)


def test_report_without_any_test_says_nothing() -> None:
    assert read(report(TestData=[])).status is Status.UNKNOWN


def test_report_behind_a_password_is_refused() -> None:
    with pytest.raises(ParseError, match="password"):
        read(fixture("protected"))


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "<html></html>",
        '{"TestData": []}',
        '{"TestData": [{}], "Title": "Acme"}',
        '{"TestData": {"1": {}}, "Title": "Acme"}',
        'callback({"TestData": []})',
    ],
)
def test_other_content_is_refused(body: str) -> None:
    assert statuscake.recognise(Document(body.encode())) is None
    with pytest.raises(LookError):
        read(Document(body.encode()))


@pytest.mark.parametrize(
    "address",
    [
        API,
        f"{API}&callback=show",
        "https://uptime.statuscake.com/?TestID=AcMe01xYz9",
        "http://uptime.statuscake.com/?Page=1&TestID=AcMe01xYz9",
    ],
)
def test_report_is_found_from_the_addresses_of_a_page(address: str) -> None:
    assert statuscake.endpoints(address).look == (API,)


def test_report_on_another_host_is_kept() -> None:
    address = "http://127.0.0.1:8080/Workfloor/PublicReportHandler.php?PublicID=AcMe01xYz9"
    assert statuscake.endpoints(address).look == (address,)


@pytest.mark.parametrize(
    "address", ["https://status.acme.example/", "https://uptime.statuscake.com/?TestID=../x"]
)
def test_address_without_the_id_is_an_error_that_tells_where_it_stands(address: str) -> None:
    with pytest.raises(CatalogError, match="id of its report"):
        statuscake.endpoints(address)


def test_report_is_recognised_and_found_from_a_page() -> None:
    recognition = statuscake.recognise(fixture("all_well"))
    assert recognition is not None
    assert recognition.certainty == 95
    assert API in probe_addresses("https://uptime.statuscake.com/?TestID=AcMe01xYz9")
    own = "https://status.acme.example/"
    page = Document(b"<!DOCTYPE html><script>var PublicID = 'AcMe01xYz9';</script>", own, "text/html")
    assert probe_addresses(own, page)[0] == API
