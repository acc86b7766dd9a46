"""Uptime Kuma: page, heartbeats and incident history."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Look, uptime_kuma
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "uptime_kuma"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CALM = ("page_all_well", "heartbeats_all_well")
TROUBLED = ("page_incident_and_windows", "heartbeats_down_pending_maintenance")


def fixture(name: str) -> Document:
    return Document((FIXTURES / f"{name}.json").read_bytes(), f"https://kuma.example/{name}")


def read(*names: str, now: datetime = NOW) -> Snapshot:
    return uptime_kuma.parse([fixture(name) for name in names], Look("shop", now))


def changed(name: str, change: Callable[[Any], object]) -> Document:
    root = json.loads(fixture(name).body)
    change(root)
    return Document(json.dumps(root).encode())


def state_of_basket(beats: list[dict[str, object]]) -> tuple[Status, tuple[str, ...]]:
    """What the Basket is said to be after `beats`, and the warnings."""
    page, newest = CALM
    document = changed(newest, lambda root: root["heartbeatList"].update({"11": beats}))
    snapshot = uptime_kuma.parse([fixture(page), document], Look("shop", NOW))
    return snapshot.components[0].status, snapshot.warnings


def test_all_well_is_operational_without_a_rollup() -> None:
    snapshot = read(*CALM)
    assert (snapshot.status, snapshot.page_status, snapshot.warnings) == (Status.OPERATIONAL, None, ())
    assert (snapshot.incidents, snapshot.maintenances, snapshot.page_name) == ((), (), "Shop & Co")


def test_newest_heartbeat_is_the_state_and_a_monitor_in_two_groups_is_one_component() -> None:
    assert [(c.id, c.name, c.group, c.status) for c in read(*TROUBLED).components] == [
        ("11", "Basket", "Shop", Status.MAJOR_OUTAGE),
        ("12", "Search", "Shop", Status.DEGRADED),
        ("13", "Invoices", "Back office", Status.MAINTENANCE),
    ]


def test_maintenance_does_not_hide_a_monitor_that_is_down() -> None:
    assert read(*TROUBLED).status is Status.MAJOR_OUTAGE


def test_documents_may_come_in_any_order() -> None:
    assert read(*reversed(TROUBLED)) == read(*TROUBLED)


def test_page_without_heartbeats_is_unknown_and_does_not_speak_for_components() -> None:
    snapshot = read("page_all_well")
    assert (snapshot.status, snapshot.coverage.components) == (Status.UNKNOWN, False)


def test_monitor_without_heartbeats_is_unknown() -> None:
    assert state_of_basket([]) == (Status.UNKNOWN, ())


def test_heartbeats_count_by_their_time_not_their_place() -> None:
    beats: list[dict[str, object]] = [
        {"status": 1, "time": "2026-03-02 08:59:00.000"},
        {"status": 0, "time": "2026-03-02 08:58:00.000"},
    ]
    assert state_of_basket(beats) == (Status.OPERATIONAL, ())


def test_unknown_heartbeat_status_is_unknown_with_a_warning() -> None:
    status, (warning,) = state_of_basket([{"status": 9, "time": "2026-03-02 08:59:00.000"}])
    assert status is Status.UNKNOWN
    assert "'9'" in warning


def test_silent_monitor_keeps_its_state_with_a_warning() -> None:
    status, (warning,) = state_of_basket([{"status": 0, "time": "2026-02-20 08:59:00.000"}])
    assert status is Status.MAJOR_OUTAGE
    assert "2026-02-20" in warning


def test_post_is_an_open_incident_as_bad_as_its_style() -> None:
    (incident,) = read(*TROUBLED).incidents
    assert (incident.id, incident.title, incident.impact, incident.phase) == (
        "4",
        "Search is slow",
        Impact.MINOR,
        Phase.INVESTIGATING,
    )
    assert incident.started_at == datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
    assert incident.updates[0].text == "We look at **slow** queries.\nMore soon."


def test_single_incident_of_1x_is_read() -> None:
    snapshot = read("page_1x", "heartbeats_all_well")
    assert [i.impact for i in snapshot.open_incidents] == [Impact.MAJOR]
    assert snapshot.coverage.incidents


def test_no_incident_of_1x_is_none() -> None:
    page = changed("page_1x", lambda root: root.update(incident=None))
    snapshot = uptime_kuma.parse([page, fixture("heartbeats_all_well")], Look("shop", NOW))
    assert (snapshot.incidents, snapshot.coverage.incidents) == ((), True)


def test_history_tells_when_a_post_was_taken_down() -> None:
    snapshot = read(*CALM, "history_resolved")
    assert [(i.id, i.phase, i.resolved_at) for i in snapshot.incidents] == [
        ("4", Phase.RESOLVED, datetime(2026, 3, 2, 9, 5, tzinfo=UTC)),
        ("3", Phase.RESOLVED, datetime(2026, 2, 1, 10, 0, tzinfo=UTC)),
    ]
    assert snapshot.coverage.history


def test_post_that_the_page_still_shows_is_open_whatever_the_history_says() -> None:
    assert [i.id for i in read(*TROUBLED, "history_resolved").open_incidents] == ["4"]


def test_window_is_read_in_its_own_zone() -> None:
    running, _ = read(*TROUBLED).maintenances
    assert (running.id, running.phase) == ("2", MaintenancePhase.IN_PROGRESS)
    assert running.starts_at == datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    assert running.ends_at == datetime(2026, 3, 2, 10, 30, tzinfo=UTC)


def test_recurring_window_is_another_one_with_each_run() -> None:
    ids = [
        read(*TROUBLED, now=datetime(2026, 3, day, 2, 10, tzinfo=UTC)).maintenances[1].id for day in (1, 8)
    ]
    assert ids == ["3/20260301T020000Z", "3/20260308T020000Z"]


def test_scheduled_window_does_not_change_the_state() -> None:
    page = changed(TROUBLED[0], lambda root: (root.update(incidents=[]), root["maintenanceList"].pop(0)))
    snapshot = uptime_kuma.parse([page, fixture("heartbeats_all_well")], Look("shop", NOW))
    assert [m.phase for m in snapshot.maintenances] == [MaintenancePhase.SCHEDULED]
    assert snapshot.status is Status.OPERATIONAL


def test_window_begun_by_hand_has_no_times() -> None:
    page = changed(
        TROUBLED[0], lambda root: root["maintenanceList"][0].update(strategy="manual", timeslotList=[])
    )
    window = uptime_kuma.parse([page], Look("shop", NOW)).maintenances[0]
    assert (window.phase, window.starts_at, window.ends_at) == (MaintenancePhase.IN_PROGRESS, None, None)


def test_error_document_is_refused() -> None:
    with pytest.raises(LookError, match="publicGroupList"):
        read("malformed")
    assert uptime_kuma.recognise(fixture("malformed")) is None


def test_page_document_beside_a_login_page_is_refused() -> None:
    with pytest.raises(LookError):
        uptime_kuma.parse(
            [fixture("page_all_well"), Document(b"<!doctype html><html></html>")], Look("shop", NOW)
        )


def test_heartbeats_alone_are_refused() -> None:
    with pytest.raises(LookError, match="page that names the monitors"):
        read("heartbeats_all_well")


@pytest.mark.parametrize("body", ["", "{}", "[]", "null", '{"config": {"slug": "a"}}', '{"ok": true}'])
def test_what_is_no_document_of_kuma_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        uptime_kuma.parse([Document(body.encode())], Look("shop", NOW))
    assert uptime_kuma.recognise(Document(body.encode())) is None


@pytest.mark.parametrize(
    ("address", "api"),
    [
        ("https://kuma.example/status/Shop", "https://kuma.example/api/status-page/{}shop"),
        ("https://kuma.example/status/shop/rss", "https://kuma.example/api/status-page/{}shop"),
        ("https://kuma.example/api/status-page/shop", "https://kuma.example/api/status-page/{}shop"),
        (
            "https://kuma.example/api/status-page/heartbeat/shop",
            "https://kuma.example/api/status-page/{}shop",
        ),
        ("https://kuma.example/tools/status/shop/", "https://kuma.example/tools/api/status-page/{}shop"),
        ("https://kuma.example:3001/", "https://kuma.example:3001/api/status-page/{}default"),
    ],
)
def test_both_documents_are_found_from_any_address_of_the_page(address: str, api: str) -> None:
    assert uptime_kuma.endpoints(address).look == (api.format(""), api.format("heartbeat/"))


def test_page_and_heartbeats_are_recognised_by_shape() -> None:
    assert all(uptime_kuma.recognise(fixture(name)) for name in (*CALM, *TROUBLED, "page_1x"))
