"""xAI: the feed of its status page."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.detect import detect
from statusherd.watch.formats import Look, xai
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "xai"
NOW = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)
WHOLE = ["all_well", "resolved", "incident_open", "maintenances", "no_words"]


def fixture(name: str) -> Document:
    return Document((FIXTURES / f"{name}.xml").read_bytes())


def read(document: Document) -> Snapshot:
    return xai.parse([document], Look("acme", NOW))


def test_a_feed_without_items_is_operational() -> None:
    assert read(fixture("all_well")).status is Status.OPERATIONAL


def test_updates_are_put_in_order_and_the_severity_of_what_is_over_is_unknown() -> None:
    snapshot = read(fixture("resolved"))
    incident = snapshot.incidents[0]
    assert (incident.id, incident.phase, incident.impact) == ("INC1", Phase.RESOLVED, Impact.UNKNOWN)
    assert incident.resolved_at == datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
    assert [u.text for u in incident.updates] == ["We look.", "All is well & stays so."]
    assert snapshot.status is Status.OPERATIONAL


def test_severity_is_the_impact_and_the_status_line_the_phase() -> None:
    snapshot = read(fixture("incident_open"))
    assert [(i.id, i.impact, i.phase) for i in snapshot.open_incidents] == [
        ("INC2", Impact.CRITICAL, Phase.INVESTIGATING),
        ("INC3", Impact.MINOR, Phase.MONITORING),
    ]
    assert snapshot.status is Status.MAJOR_OUTAGE


def test_posts_carry_their_headings_and_the_service_stands_in_the_title() -> None:
    incident = read(fixture("incident_open")).incidents[0]
    assert [(u.phase, u.text) for u in incident.updates] == [
        (Phase.INVESTIGATING, "We look.\nMore soon."),
        (Phase.IDENTIFIED, "A bad node."),
    ]
    assert incident.started_at == datetime(2026, 3, 4, 16, 0, tzinfo=UTC)
    assert incident.component_ids == ("Grok (iOS)",)


def test_planned_work_is_no_incident() -> None:
    snapshot = read(fixture("maintenances"))
    assert snapshot.incidents == ()
    assert [(m.id, m.phase) for m in snapshot.maintenances] == [
        ("INC4", MaintenancePhase.SCHEDULED),
        ("INC5", MaintenancePhase.IN_PROGRESS),
    ]
    assert snapshot.rereads_at == datetime(2026, 3, 6, 10, 0, tzinfo=UTC)


def test_item_without_a_known_word_is_open_for_a_day() -> None:
    snapshot = read(fixture("no_words"))
    assert [(i.id, i.is_open) for i in snapshot.incidents] == [("INC6", True), ("INC7", False)]
    assert len(snapshot.warnings) == 2
    assert snapshot.rereads_at == datetime(2026, 3, 5, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize("name", WHOLE)
def test_its_feed_is_recognised_above_any_feed(name: str) -> None:
    found = detect([fixture(name)])
    assert found is not None
    assert (found.format, [other.format for other in found.runners_up]) == ("xai", ["feed"])


def test_shape_is_recognised_at_another_address() -> None:
    body = fixture("incident_open").body.replace(b"https://status.x.ai", b"https://x.acme.example")
    assert xai.recognise(Document(body))
    other = fixture("all_well").body.replace(b"https://status.x.ai", b"https://x.acme.example")
    assert xai.recognise(Document(other)) is None


@pytest.mark.parametrize("body", ["", "{}", "<rss></rss>", "<html></html>", "<rss version='2.0'><channel>"])
def test_what_is_no_feed_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode()))
    assert xai.recognise(Document(body.encode())) is None


@pytest.mark.parametrize("name", WHOLE)
def test_a_feed_that_breaks_off_anywhere_is_refused(name: str) -> None:
    whole = fixture(name).body
    for cut in range(0, whole.rindex(b"</rss>"), max(1, len(whole) // 50)):
        with pytest.raises(LookError):
            read(Document(whole[:cut]))


@pytest.mark.parametrize(
    "hostile", ["\x00\ufffe", "&#x110000;", "Status: ", "[" * 500, "]]>", "<b>" * 300, "9" * 400, "&bomb;"]
)
@pytest.mark.parametrize(
    "place",
    ["INVESTIGATING", "unavailable", "INC2", "Grok (iOS)", "Wed, 04 Mar 2026 16:40:00 GMT", "A bad node."],
)
def test_hostile_text_in_any_place_is_read_or_refused(place: str, hostile: str) -> None:
    body = fixture("incident_open").body.decode().replace(place, hostile).encode()
    xai.recognise(Document(body))
    try:
        snapshot = read(Document(body))
    except LookError:
        return
    assert all(incident.id for incident in snapshot.incidents)


@pytest.mark.parametrize(
    "address", ["https://status.x.ai", "https://status.x.ai/", "https://status.x.ai/feed.xml"]
)
def test_endpoint_is_the_feed(address: str) -> None:
    assert xai.endpoints(address).look == ("https://status.x.ai/feed.xml",)
