"""UptimeRobot: lists of monitors in three shapes, their pages, and the feed of events."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import CatalogError, LookError
from statusherd.model.records import Coverage, Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Look, uptimerobot
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "uptimerobot"
LIST = "https://stats.uptimerobot.com/api/getMonitorList/aBc12"
NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def fixture(name: str) -> Document:
    return Document((FIXTURES / f"{name}.json").read_bytes(), LIST)


def read(*documents: Document) -> Snapshot:
    return uptimerobot.parse(documents, Look("acme", NOW))


def changed(name: str, change: Callable[[Any], object]) -> Document:
    root = json.loads(fixture(name).body)
    change(root)
    return Document(json.dumps(root).encode(), LIST)


def page(first: int, last: int, total: int) -> Document:
    def fill(root: Any) -> None:
        row = root["psp"]["monitors"][0]
        root["psp"].update(
            totalMonitors=total, monitors=[{**row, "monitorId": n} for n in range(first, last + 1)]
        )
        root["statistics"]["counts"] = {"up": total - 1, "down": 1, "paused": 0}

    return changed("all_well", fill)


def test_monitors_are_components_and_paused_ones_are_unknown() -> None:
    snapshot = read(fixture("all_well"))
    assert [(c.id, c.name, c.status) for c in snapshot.components] == [
        ("1", "Website", Status.OPERATIONAL),
        ("2", "API", Status.OPERATIONAL),
        ("3", "Old shop", Status.UNKNOWN),
    ]
    assert (snapshot.page_status, snapshot.status) == (Status.OPERATIONAL, Status.OPERATIONAL)
    assert snapshot.coverage == Coverage(rollup=True, components=True)
    assert snapshot.warnings == ()


def test_monitors_that_are_down_make_no_incidents() -> None:
    snapshot = read(fixture("incident_open"))
    assert [c.status for c in snapshot.components] == [
        Status.OPERATIONAL,
        Status.MAJOR_OUTAGE,
        Status.MAJOR_OUTAGE,
        Status.DEGRADED,
    ]
    assert (snapshot.page_status, snapshot.status) == (Status.PARTIAL_OUTAGE, Status.MAJOR_OUTAGE)
    assert snapshot.incidents == ()


def test_all_monitors_down_is_a_major_outage_however_many_are_paused() -> None:
    document = changed(
        "incident_open", lambda root: root["statistics"].update(counts={"up": 0, "down": 4, "paused": 9})
    )
    assert read(document).page_status is Status.MAJOR_OUTAGE


def test_page_whose_only_monitor_is_paused_is_unknown_although_it_says_all_clear() -> None:
    snapshot = read(fixture("paused"))
    assert (snapshot.page_status, snapshot.status) == (Status.UNKNOWN, Status.UNKNOWN)


def test_list_of_2026_has_its_monitors_under_data_and_groups() -> None:
    snapshot = read(fixture("list_of_2026"))
    assert [(c.name, c.group) for c in snapshot.components] == [("Website", "Public"), ("API", "Public")]
    assert snapshot.page_status is Status.PARTIAL_OUTAGE


def test_single_monitor_has_a_state_and_no_rollup() -> None:
    snapshot = read(fixture("single_monitor"))
    assert (snapshot.page_status, snapshot.status) == (None, Status.MAJOR_OUTAGE)
    assert snapshot.coverage == Coverage(components=True)


def test_state_that_is_not_known_is_unknown_with_a_warning() -> None:
    snapshot = read(changed("paused", lambda root: root["psp"]["monitors"][0].update(statusClass="pink")))
    assert snapshot.status is Status.UNKNOWN
    assert any("pink" in warning for warning in snapshot.warnings)


def test_first_page_alone_knows_the_rollup_of_all_and_says_how_to_read_the_rest() -> None:
    snapshot = read(page(1, 30, total=64))
    assert (snapshot.page_status, len(snapshot.components)) == (Status.PARTIAL_OUTAGE, 30)
    assert snapshot.coverage == Coverage(rollup=True, components=False)
    assert snapshot.warnings == ("30 of 64 monitors are read: add ?page=3 to the address to read all",)


def test_pages_are_merged_in_any_order() -> None:
    snapshot = read(page(61, 64, total=64), page(1, 30, total=64), page(31, 60, total=64))
    assert len(snapshot.components) == 64
    assert snapshot.coverage.components
    assert snapshot.warnings == ()


def test_events_are_past_notices_that_raise_nothing_and_future_ones_planned_work() -> None:
    snapshot = read(fixture("all_well"), fixture("event_feed"))
    assert [(i.id, i.title, i.impact, i.phase) for i in snapshot.incidents] == [
        ("5", "Mail was moved", Impact.NONE, Phase.RESOLVED)
    ]
    assert snapshot.incidents[0].updates[0].text == "It is faster now."
    assert [(m.id, m.phase) for m in snapshot.maintenances] == [("6", MaintenancePhase.SCHEDULED)]
    assert snapshot.status is Status.OPERATIONAL


def test_events_alone_say_nothing_of_the_state() -> None:
    snapshot = read(fixture("event_feed_empty"))
    assert (snapshot.page_status, snapshot.status, snapshot.coverage) == (None, Status.UNKNOWN, Coverage())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b'{"status": "ok"}',
        b'{"status": "ok", "data": []}',
        b'{"status": true, "results": []}',
        b'{"status": "ok", "data": [{"monitorId": 1, "name": "a"}]}',
        b"<!DOCTYPE html><html></html>",
        (FIXTURES / "malformed.json").read_bytes(),
    ],
)
def test_other_content_is_refused(body: bytes) -> None:
    assert uptimerobot.recognise(Document(body)) is None
    with pytest.raises(LookError):
        read(Document(body))


@pytest.mark.parametrize(
    "address",
    [
        LIST,
        f"{LIST}?page=1",
        "https://stats.uptimerobot.com/aBc12",
        "https://stats.uptimerobot.com/aBc12/790962897",
        "https://stats.uptimerobot.com/api/getEventFeed/aBc12",
    ],
)
def test_list_is_read_by_the_pages_key_and_events_as_history(address: str) -> None:
    endpoints = uptimerobot.endpoints(address)
    assert endpoints.look == (LIST,)
    assert endpoints.history == ("https://stats.uptimerobot.com/api/getEventFeed/aBc12",)


def test_further_pages_are_read_where_the_address_asks_for_them() -> None:
    look = uptimerobot.endpoints("https://stats.uptimerobot.com/aBc12?page=3").look
    assert look == (LIST, f"{LIST}?page=2", f"{LIST}?page=3")


@pytest.mark.parametrize("asked", ["0", "-4", "many", "", "nan", "9" * 400])
def test_a_senseless_page_asks_for_one_to_twenty(asked: str) -> None:
    assert 1 <= len(uptimerobot.endpoints(f"{LIST}?page={asked}").look) <= 20


def test_page_on_a_domain_of_its_own_needs_no_key() -> None:
    look = uptimerobot.endpoints("https://status.acme.example/").look
    assert look == ("https://status.acme.example/api/getMonitorList/x",)


def test_shared_host_without_a_key_is_an_error() -> None:
    with pytest.raises(CatalogError, match="key"):
        uptimerobot.endpoints("https://stats.uptimerobot.com/")


@pytest.mark.parametrize("name", ["all_well", "list_of_2026", "single_monitor"])
def test_shapes_are_recognised(name: str) -> None:
    assert uptimerobot.recognise(fixture(name))


def test_events_are_no_page_of_their_own() -> None:
    assert uptimerobot.recognise(fixture("event_feed")) is None
