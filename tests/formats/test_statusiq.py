"""Site24x7 StatusIQ: the feed of components and the JSON summary."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import LookError, ParseError
from statusherd.model.records import Coverage, Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Look, feed, statusiq
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "statusiq"
NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def fixture(name: str) -> Document:
    return Document((FIXTURES / name).read_bytes(), f"https://status.acme.example/{name}")


def read(*documents: Document) -> Snapshot:
    return statusiq.parse(documents, Look("acme", NOW))


def changed(change: Callable[[Any], object]) -> Document:
    root = json.loads(fixture("summary.json").body)
    change(root["data"])
    return Document(json.dumps(root).encode())


def states(snapshot: Snapshot) -> dict[str, Status]:
    return {component.name: component.status for component in snapshot.components}


def test_newest_state_of_a_component_counts_and_a_name_may_have_a_dash() -> None:
    snapshot = read(fixture("all_well.rss"))
    assert states(snapshot) == {
        "API": Status.OPERATIONAL,
        "Login - EU": Status.OPERATIONAL,
        "Mail": Status.OPERATIONAL,
    }
    assert (snapshot.page_status, snapshot.status) == (None, Status.OPERATIONAL)
    assert (snapshot.page_name, snapshot.page_url) == ("Acme Service Status", "https://status.acme.example")


def test_items_are_components_and_never_incidents() -> None:
    snapshot = read(fixture("outage.rss"))
    assert states(snapshot) == {
        "API": Status.MAJOR_OUTAGE,
        "Mail": Status.MAINTENANCE,
        "R&D": Status.DEGRADED,
        "Lab": Status.UNKNOWN,
    }
    assert (snapshot.status, snapshot.incidents) == (Status.MAJOR_OUTAGE, ())
    assert snapshot.coverage == Coverage(components=True)
    assert any("Wobbling" in warning for warning in snapshot.warnings)


def test_of_two_states_with_one_date_the_worse_counts() -> None:
    body = fixture("all_well.rss").body.replace(b"Wed, 01 Apr 2026 12:00:00", b"Mon, 04 May 2026 10:55:00")
    assert states(read(Document(body)))["API"] is Status.MAJOR_OUTAGE


def test_feed_without_items_is_switched_off_and_says_nothing() -> None:
    with pytest.raises(LookError, match="switched it off"):
        read(fixture("switched_off.rss"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"k",
        b"\x01\x01k\n",
        b"{}",
        b'{"data": {"current_status": []}}',
        b"<!DOCTYPE html><html></html>",
        b"<rss><channel><title>Acme</title><item><title>A - Operational</title></item></channel></rss>",
        (FIXTURES / "malformed.rss").read_bytes(),
    ],
)
def test_other_content_is_refused(body: bytes) -> None:
    with pytest.raises(LookError):
        read(Document(body))


def test_summary_gives_leaves_with_their_groups_and_an_id_that_the_feed_has_too() -> None:
    snapshot = read(fixture("summary.json"))
    assert [(c.id, c.name, c.group, c.status) for c in snapshot.components] == [
        ("API", "API", None, Status.PARTIAL_OUTAGE),
        ("Europe / Login", "Login", "Europe", Status.DEGRADED),
        ("Mail", "Mail", "Europe", Status.OPERATIONAL),
        ("Asia / Login", "Login", "Asia", Status.OPERATIONAL),
    ]
    assert (snapshot.page_status, snapshot.status) == (Status.PARTIAL_OUTAGE, Status.PARTIAL_OUTAGE)
    assert snapshot.warnings == ()


def test_summary_tells_open_and_resolved_incidents() -> None:
    ongoing, over = read(fixture("summary.json")).incidents
    assert (ongoing.id, ongoing.phase, ongoing.impact) == ("i1", Phase.IDENTIFIED, Impact.MAJOR)
    assert ongoing.started_at == datetime(2026, 5, 4, 8, 10, tzinfo=UTC)
    assert ongoing.component_ids == ("API",)
    assert [update.text for update in ongoing.updates] == ["We look into it.", "A disk is full."]
    assert (over.phase, over.resolved_at) == (Phase.RESOLVED, datetime(2026, 5, 3, 6, 40, tzinfo=UTC))


def test_severity_of_a_maintenance_makes_an_event_one() -> None:
    snapshot = read(fixture("summary.json"))
    assert [(m.id, m.phase) for m in snapshot.maintenances] == [
        ("m1", MaintenancePhase.IN_PROGRESS),
        ("m2", MaintenancePhase.SCHEDULED),
    ]
    assert snapshot.rereads_at == datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


def test_incident_without_severity_takes_what_its_components_suffer() -> None:
    document = changed(lambda data: data["active_incident_details"][0].pop("incident_severity_id"))
    assert read(document).incidents[0].impact is Impact.MAJOR


def test_rollup_is_read_from_the_word_where_the_code_is_missing() -> None:
    document = changed(
        lambda data: data.update(statuspage_details={"current_status": {"severity": "Degraded Performance"}})
    )
    assert read(document).page_status is Status.DEGRADED


def test_unknown_code_is_unknown_with_a_warning() -> None:
    snapshot = read(changed(lambda data: data["current_status"][0].update(component_status=9)))
    assert states(snapshot)["API"] is Status.UNKNOWN
    assert any("'9'" in warning for warning in snapshot.warnings)


def test_feed_is_recognised_above_a_generic_feed() -> None:
    document = fixture("all_well.rss")
    mine, generic = statusiq.recognise(document), feed.recognise(document)
    assert mine is not None
    assert generic is not None
    assert mine.certainty > generic.certainty
    assert statusiq.recognise(fixture("summary.json"))


def test_feed_of_another_generator_is_left_to_the_generic_format() -> None:
    other = (
        fixture("all_well.rss").body.replace(b"StatusIQ", b"Acme").replace(b"site24x7.com", b"acme.example")
    )
    assert statusiq.recognise(Document(other)) is None
    with pytest.raises(ParseError, match="another generator"):
        read(Document(other))


@pytest.mark.parametrize("address", ["https://status.acme.example/", "https://status.acme.example/rss"])
def test_feed_is_read_with_the_summary_as_fallback(address: str) -> None:
    endpoints = statusiq.endpoints(address)
    assert endpoints.look == ("https://status.acme.example/rss",)
    assert endpoints.fallbacks == (("https://status.acme.example/sp/api/u/summary_details", "statusiq"),)


def test_summary_that_is_named_is_read_with_the_feed_as_fallback() -> None:
    address = "https://status.acme.example/sp/api/public/summary_details/statuspages/abc="
    endpoints = statusiq.endpoints(address)
    assert endpoints.look == (address,)
    assert endpoints.fallbacks == (("https://status.acme.example/rss", "statusiq"),)
