"""PayPal: components of production and of the sandbox."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Snapshot
from statusherd.model.words import Status
from statusherd.watch.detect import Detection, address_of, probe_addresses
from statusherd.watch.formats import Look, paypal
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "paypal"
HOME = "https://www.paypal-status.com"
DOCUMENT = f"{HOME}/api/v1/components"


def fixture(name: str) -> Document:
    return Document((FIXTURES / f"{name}.json").read_bytes())


def read(document: Document) -> Snapshot:
    return paypal.parse([document], Look("acme", datetime(2026, 3, 2, 12, 0, tzinfo=UTC)))


def told(*rows: Any) -> Snapshot:
    return read(Document(json.dumps({"result": rows}).encode()))


def row(**states: Any) -> dict[str, Any]:
    return {"id": 5, "name": "Checkout", "category": {"name": "product"}, "status": states}


def test_component_has_a_state_for_each_environment() -> None:
    snapshot = read(fixture("all_well"))
    assert [(c.id, c.name, c.group, c.region) for c in snapshot.components][:2] == [
        ("11/production", "Checkout", "product", "production"),
        ("11/sandbox", "Checkout (sandbox)", "product", "sandbox"),
    ]
    assert snapshot.components[4].id == "api/Orders/production"
    assert {c.status for c in snapshot.components} == {Status.OPERATIONAL}
    assert (snapshot.page_status, snapshot.status) == (None, Status.OPERATIONAL)
    assert snapshot.coverage.components
    assert not snapshot.coverage.incidents


def test_trouble_is_told_by_component() -> None:
    snapshot = read(fixture("incident_open"))
    assert {c.name: c.status for c in snapshot.components if c.status is not Status.OPERATIONAL} == {
        "Checkout": Status.MAJOR_OUTAGE,
        "Payouts": Status.PARTIAL_OUTAGE,
        "Orders (sandbox)": Status.PARTIAL_OUTAGE,
    }
    assert snapshot.status is Status.MAJOR_OUTAGE


def test_component_under_maintenance() -> None:
    assert read(fixture("maintenance_running")).status is Status.MAINTENANCE


def test_notice_is_no_trouble() -> None:
    assert read(fixture("resolved")).status is Status.OPERATIONAL


@pytest.mark.parametrize("word", ["Service Outage", "service_outage", "SERVICE-OUTAGE", "serviceOutage"])
def test_words_vary_in_case_and_in_what_stands_between_them(word: str) -> None:
    assert told(row(production=word)).status is Status.MAJOR_OUTAGE


def test_unknown_word_is_unknown_with_a_warning() -> None:
    snapshot = told(row(production="Wobbly"))
    assert snapshot.status is Status.UNKNOWN
    assert snapshot.warnings == ("unknown component state 'Wobbly', read as unknown",)


def test_row_that_cannot_be_read_makes_silence_mean_nothing() -> None:
    snapshot = told(row(production="Operational"), {"error": "x"})
    assert snapshot.status is Status.UNKNOWN
    assert not snapshot.coverage.components
    assert told(row(production="Service Outage"), {"error": "x"}).status is Status.MAJOR_OUTAGE


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "<html></html>",
        '{"result": []}',
        '{"result": {}}',
        '{"result": [{}]}',
        '{"result": [{"name": "a", "status": "Operational"}]}',
        '{"result": [{"name": "a", "status": {"production": "Operational"}}]}',
        '{"result": {"status": [], "status_overall": {}}}',
    ],
)
def test_what_is_not_paypals_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode()))
    assert paypal.recognise(Document(body.encode())) is None


def test_document_is_recognised_by_its_rows() -> None:
    recognition = paypal.recognise(fixture("incident_open"))
    assert recognition is not None
    assert recognition.certainty >= 90


@pytest.mark.parametrize("address", [HOME, f"{HOME}/product/production", f"{HOME}/api/sandbox?x=1", DOCUMENT])
def test_document_is_found_from_any_address_of_the_page(address: str) -> None:
    assert paypal.endpoints(address).look == (DOCUMENT,)
    assert DOCUMENT in probe_addresses(address)[:3]
    kept = address_of(Detection("paypal", 95, "its shape", DOCUMENT), address)
    assert paypal.endpoints(kept).look == (DOCUMENT,)
