"""Hund: the feed of issues."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Coverage, Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.detect import detect
from statusherd.watch.formats import Look, hund
from statusherd.watch.reading.documents import Document
from statusherd.watch.whereabouts import probe_addresses

FIXTURES = Path(__file__).parent / "fixtures" / "hund"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PAGE = "https://status.acme.example/"
FEED = f"{PAGE}state_feed/feed"


def fixture(name: str, *changes: tuple[str, str]) -> Document:
    text = (FIXTURES / f"{name}.atom").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return Document(text.encode(), FEED, "application/atom+xml; charset=utf-8")


def read(document: Document, now: datetime = NOW) -> Snapshot:
    return hund.parse([document], Look("acme", now))


def test_feed_without_an_issue_is_operational() -> None:
    snapshot = read(fixture("all_well"))
    assert (snapshot.page_status, snapshot.status) == (None, Status.OPERATIONAL)
    assert (snapshot.page_name, snapshot.page_url) == ("Acme Status", "https://status.acme.example")
    assert snapshot.coverage == Coverage(incidents=True, history=True)


def test_label_in_brackets_is_the_phase_and_no_part_of_the_title() -> None:
    snapshot = read(fixture("incident_open"))
    (incident,) = snapshot.incidents
    assert (incident.id, incident.title) == ("65e0bb01", "Login fails")
    assert (incident.impact, incident.phase) == (Impact.UNKNOWN, Phase.IDENTIFIED)
    assert incident.started_at == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert incident.updated_at == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
    assert incident.url == f"{PAGE}issues/65e0bb01"
    assert [update.text for update in incident.updates] == ["A certificate ran out."]
    assert snapshot.status is Status.DEGRADED


@pytest.mark.parametrize("label", ["Resolved", "Ended", "Fixed", "Gelöst", "Beendet", "Behoben", "Completed"])
def test_labels_of_an_end_are_known_in_the_languages_that_were_seen(label: str) -> None:
    (incident,) = read(fixture("incident_open", ("Problem Identified", label))).incidents
    assert (incident.phase, incident.resolved_at) == (Phase.RESOLVED, datetime(2026, 3, 2, 10, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("label", "phase"),
    [
        ("Investigating", Phase.INVESTIGATING),
        ("Assessed", Phase.IDENTIFIED),
        ("Monitoring", Phase.MONITORING),
    ],
)
def test_labels_of_trouble_are_phases(label: str, phase: Phase) -> None:
    assert read(fixture("incident_open", ("Problem Identified", label))).incidents[0].phase is phase


def test_unknown_label_is_open_for_a_day_with_a_warning() -> None:
    document = fixture("incident_open", ("Problem Identified", "Tutkitaan"))
    snapshot = read(document)
    assert snapshot.open_incidents[0].title == "Login fails"
    assert snapshot.warnings == ("unknown label 'Tutkitaan', read as open for a day",)
    assert snapshot.rereads_at == datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
    assert read(document, now=datetime(2026, 3, 3, 10, 0, tzinfo=UTC)).open_incidents == ()


def test_information_is_a_notice_that_is_over() -> None:
    by_id = {incident.id: incident for incident in read(fixture("resolved")).incidents}
    notice = by_id["65e0aa03"]
    assert (notice.title, notice.impact, notice.phase) == ("New office", Impact.NONE, Phase.RESOLVED)


def test_ended_maintenance_is_known_by_its_title() -> None:
    assert [(m.id, m.title, m.phase) for m in read(fixture("resolved")).maintenances] == [
        ("65e0aa01", "Maintenance window", MaintenancePhase.COMPLETED)
    ]


def test_trouble_with_a_maintenance_is_an_incident() -> None:
    document = fixture(
        "maintenance_running", ("[Maintenance] New mail servers", "[Investigating] Maintenance")
    )
    assert [i.title for i in read(document).open_incidents] == ["Maintenance"]


def test_announced_work_has_no_start_that_the_feed_tells() -> None:
    (window,) = read(fixture("maintenance_scheduled")).maintenances
    assert (window.title, window.phase, window.starts_at) == (
        "New database",
        MaintenancePhase.SCHEDULED,
        None,
    )


def test_work_under_way_counts_as_over_a_day_after_its_last_change() -> None:
    snapshot = read(fixture("maintenance_running"))
    assert (snapshot.status, snapshot.maintenances[0].phase) == (
        Status.MAINTENANCE,
        MaintenancePhase.IN_PROGRESS,
    )
    assert snapshot.rereads_at == datetime(2026, 3, 3, 11, 0, tzinfo=UTC)
    later = read(fixture("maintenance_running"), now=datetime(2026, 3, 3, 11, 0, tzinfo=UTC))
    assert (later.status, later.maintenances[0].phase) == (
        Status.OPERATIONAL,
        MaintenancePhase.COMPLETED,
    )
    assert any("no windows" in warning for warning in later.warnings)


def test_issue_dated_ahead_is_planned_work() -> None:
    snapshot = read(fixture("incident_open"), now=datetime(2026, 3, 2, 8, 0, tzinfo=UTC))
    assert snapshot.incidents == ()
    assert ("65e0bb01", MaintenancePhase.SCHEDULED) in [(m.id, m.phase) for m in snapshot.maintenances]


def test_entries_of_one_issue_are_its_posts_oldest_first() -> None:
    document = fixture(
        "resolved",
        ("/issues/65e0aa02", "/issues/65e0bb02"),
        ("[Gelöst] Störung im Webhosting", "[Investigating] Login failed"),
    )
    by_id = {incident.id: incident for incident in read(document).incidents}
    assert [update.phase for update in by_id["65e0bb02"].updates] == [Phase.INVESTIGATING, Phase.RESOLVED]
    assert by_id["65e0bb02"].started_at == datetime(2026, 2, 25, 17, 0, tzinfo=UTC)


def test_other_feeds_and_other_content_are_refused() -> None:
    other = (FIXTURES / "all_well.atom").read_text().replace("/state_feed/feed", "/feed")
    for body in ("", "{}", "<html></html>", other, (FIXTURES / "malformed.atom").read_text()):
        with pytest.raises(LookError):
            read(Document(body.encode(), FEED))
    assert hund.recognise(Document(other.encode())) is None


@pytest.mark.parametrize(
    "path",
    [
        "",
        "issues/65e0bb01",
        "state_feed/feed",
        "live/v2/status_page",
        "components/1",
        "feed.atom",
        "api/v1/issues",
    ],
)
def test_feed_is_found_from_any_address_of_a_page(path: str) -> None:
    endpoints = hund.endpoints(PAGE + path)
    assert endpoints.look == (FEED,)
    assert endpoints.fallbacks == ((f"{PAGE}feed.atom", "feed"),)


def test_feed_is_surer_of_itself_than_any_feed_and_found_from_a_page() -> None:
    detection = detect([fixture("all_well")])
    assert detection is not None
    assert (detection.format, detection.certainty) == ("hund", 95)
    page = Document(b'<!DOCTYPE html><link href="/state_feed/feed">', PAGE, "text/html")
    assert probe_addresses(PAGE, page)[0] == FEED
    assert "https://acme.hund.io/state_feed/feed" in probe_addresses("https://acme.hund.io/")
