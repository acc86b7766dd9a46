"""Stripe: the state of all, and of its parts as far as they have a warning."""

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
from statusherd.watch.formats import Look, stripe
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "stripe"
HOME = "https://status.stripe.com"


def fixture(name: str) -> Document:
    return Document((FIXTURES / f"{name}.json").read_bytes())


def read(document: Document) -> Snapshot:
    return stripe.parse([document], Look("acme", datetime(2026, 3, 2, 12, 0, tzinfo=UTC)))


def told(**changes: Any) -> Snapshot:
    return read(Document(json.dumps({"UptimeStatus": "up", "message": "Well."} | changes).encode()))


def test_parts_without_a_warning_are_well() -> None:
    snapshot = read(fixture("all_well"))
    assert [(c.id, c.name, c.status) for c in snapshot.components] == [
        ("api", "API", Status.OPERATIONAL),
        ("dashboard", "Dashboard", Status.OPERATIONAL),
    ]
    assert (snapshot.page_status, snapshot.status) == (Status.OPERATIONAL, Status.OPERATIONAL)
    assert (snapshot.coverage.rollup, snapshot.coverage.components) == (True, True)
    assert not snapshot.coverage.incidents


def test_part_with_a_warning_is_degraded() -> None:
    snapshot = read(fixture("incident_open"))
    assert [c.status for c in snapshot.components] == [Status.DEGRADED, Status.OPERATIONAL]
    assert (snapshot.page_status, snapshot.status) == (Status.DEGRADED, Status.DEGRADED)


def test_warning_counts_where_the_page_says_up() -> None:
    assert told(uptimeData=[{"key": "api", "title": "API", "warning": "slow"}]).status is Status.DEGRADED


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("up", Status.OPERATIONAL),
        ("UP", Status.OPERATIONAL),
        ("degraded", Status.DEGRADED),
        ("down", Status.MAJOR_OUTAGE),
        ("pending", Status.MAINTENANCE),
        ("paused", Status.MAINTENANCE),
    ],
)
def test_words_of_the_page(word: str, status: Status) -> None:
    snapshot = told(UptimeStatus=word)
    assert (snapshot.page_status, snapshot.status) == (status, status)
    assert not snapshot.coverage.components


def test_paused_page_is_in_maintenance() -> None:
    assert read(fixture("paused")).status is Status.MAINTENANCE


def test_unknown_word_is_unknown_with_a_warning() -> None:
    snapshot = told(UptimeStatus="sideways")
    assert snapshot.status is Status.UNKNOWN
    assert snapshot.warnings == ("unknown page status 'sideways', read as unknown",)


def test_part_that_says_nothing_of_a_warning_is_unknown() -> None:
    snapshot = told(
        uptimeData=[{"key": "api", "title": "API"}, {"title": "Terminal", "warning": None}, {}, 1]
    )
    assert [(c.id, c.status) for c in snapshot.components] == [
        ("api", Status.UNKNOWN),
        ("Terminal", Status.OPERATIONAL),
    ]
    assert snapshot.warnings == ("some parts do not say whether there is a warning",)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "<html></html>",
        '{"UptimeStatus": "up"}',
        '{"message": "well"}',
        '{"UptimeStatus": null, "message": "x"}',
        '{"UptimeStatus": " ", "message": "x"}',
        '{"status": {"indicator": "none"}, "page": {}}',
    ],
)
def test_what_is_not_stripes_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode()))
    assert stripe.recognise(Document(body.encode())) is None


def test_document_that_was_cut_off_is_refused() -> None:
    with pytest.raises(LookError):
        read(fixture("malformed"))


def test_document_is_recognised_by_its_keys() -> None:
    recognition = stripe.recognise(fixture("all_well"))
    assert recognition is not None
    assert recognition.certainty >= 95


@pytest.mark.parametrize(
    "address", [HOME, f"{HOME}/", f"{HOME}/current", f"{HOME}/current/full", f"{HOME}/current/atom.xml"]
)
def test_document_is_found_from_any_address_of_the_page(address: str) -> None:
    assert stripe.endpoints(address).look == (f"{HOME}/current/full",)
    assert f"{HOME}/current/full" in probe_addresses(address)[:3]
    kept = address_of(Detection("stripe", 96, "its shape", f"{HOME}/current/full"), address)
    assert stripe.endpoints(kept).look == (f"{HOME}/current/full",)


def test_copy_below_a_path_is_read_there() -> None:
    assert stripe.endpoints("http://127.0.0.1:8080/copy/").look == (
        "http://127.0.0.1:8080/copy/current/full",
    )
