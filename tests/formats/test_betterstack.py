"""Better Stack: the JSON document of a page, and the page itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import LookError, ParseError
from statusherd.model.records import Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Look, betterstack
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "betterstack"
NOW = datetime(2026, 7, 16, 9, 30, tzinfo=UTC)


def fixture(name: str) -> Document:
    return Document((FIXTURES / name).read_bytes(), f"https://status.acme.example/{name}")


def read(*documents: Document, now: datetime = NOW) -> Snapshot:
    return betterstack.parse(documents, Look("acme", now))


def changed(change: Callable[[Any], object]) -> Document:
    root = json.loads(fixture("index_with_open_report.json").body)
    change(root)
    return Document(json.dumps(root).encode())


def report(root: Any, key: str) -> Any:
    return next(row for row in root["included"] if row["id"] == key)


def test_manual_report_is_over_by_its_state_although_it_never_ends() -> None:
    snapshot = read(fixture("index_with_open_report.json"))
    assert [(i.id, i.phase, i.impact) for i in snapshot.incidents] == [
        ("900", Phase.INVESTIGATING, Impact.MINOR),
        ("901", Phase.RESOLVED, Impact.CRITICAL),
    ]
    assert snapshot.incidents[1].resolved_at == datetime(2026, 7, 1, 10, 0, tzinfo=UTC)


def test_updates_are_sorted_and_a_missing_one_is_passed_over() -> None:
    incident = read(fixture("index_with_open_report.json")).incidents[0]
    assert [update.text for update in incident.updates] == ["Uploads fail.", "A fix is rolling out."]


def test_components_carry_their_section_and_paused_ones_are_unknown() -> None:
    snapshot = read(fixture("index_with_open_report.json"))
    assert [(c.name, c.group, c.status) for c in snapshot.components] == [
        ("Website", "Public", Status.OPERATIONAL),
        ("Uploads", "Public", Status.DEGRADED),
        ("Legacy", None, Status.UNKNOWN),
    ]
    assert (snapshot.status, snapshot.page_status) == (Status.DEGRADED, Status.DEGRADED)


def test_maintenance_stands_by_its_window_and_says_when_to_read_again() -> None:
    snapshot = read(fixture("index_with_open_report.json"))
    assert [m.phase for m in snapshot.maintenances] == [
        MaintenancePhase.IN_PROGRESS,
        MaintenancePhase.SCHEDULED,
    ]
    assert snapshot.rereads_at == datetime(2026, 7, 16, 10, 0, tzinfo=UTC)


def test_maintenance_that_was_ended_early_is_over() -> None:
    document = changed(lambda root: report(root, "902")["attributes"].update(aggregate_state="resolved"))
    assert read(document).maintenances[0].phase is MaintenancePhase.COMPLETED


def test_report_that_ended_is_over_whatever_its_state() -> None:
    document = changed(lambda root: report(root, "900")["attributes"].update(ends_at="2026-07-16T09:00:00Z"))
    assert read(document).open_incidents == ()


def test_what_is_named_but_not_included_is_outside_the_coverage() -> None:
    document = changed(lambda root: root["included"].remove(report(root, "901")))
    snapshot = read(document)
    assert not snapshot.coverage.incidents
    assert snapshot.coverage.components
    assert "1 of 4 status_reports" in snapshot.warnings[0]


def test_unknown_state_is_unknown_and_told() -> None:
    document = changed(lambda root: root["data"]["attributes"].update(aggregate_state="wobbly"))
    snapshot = read(document)
    assert snapshot.page_status is Status.UNKNOWN
    assert any("wobbly" in warning for warning in snapshot.warnings)


def test_page_tells_its_state_by_the_name_of_its_image() -> None:
    snapshot = read(fixture("page_down.html"))
    assert (snapshot.page_status, snapshot.page_name) == (Status.MAJOR_OUTAGE, "Acme")
    assert snapshot.coverage.rollup
    assert not snapshot.coverage.incidents


def test_json_is_preferred_to_the_page_in_any_order() -> None:
    documents = [fixture("page_down.html"), fixture("index_with_open_report.json")]
    assert read(*documents) == read(*reversed(documents))
    assert read(*documents).components


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "null",
        '{"data": {"type": "status_page"}}',
        '{"errors": "not found"}',
        "<html>Sign in at uptime.betterstack.com/</html>",
        '{"data": {"type": "status_page", "attributes": {"aggregate_state": null}}}',
    ],
)
def test_what_is_no_status_page_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode()))


def test_truncated_document_is_refused() -> None:
    body = fixture("index_with_open_report.json").body
    with pytest.raises(ParseError):
        read(Document(body[: len(body) // 2]))


def test_shape_is_recognised_and_nothing_else_is() -> None:
    for name in ("index_with_open_report.json", "page_down.html"):
        assert betterstack.recognise(fixture(name))
    assert betterstack.recognise(Document(b'{"data": {"type": "articles", "attributes": {}}}')) is None


def test_endpoints_fall_back_to_the_page_and_then_to_the_feed() -> None:
    endpoints = betterstack.endpoints("https://status.acme.example/incident/900")
    assert endpoints.look == ("https://status.acme.example/index.json",)
    assert [name for _, name in endpoints.fallbacks] == ["betterstack", "feed"]
