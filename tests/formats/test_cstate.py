"""cState: the index, the list of issues, single issues."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Coverage, Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Look, cstate
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "cstate"
NOW = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)


def fixture(name: str) -> Document:
    return Document((FIXTURES / name).read_bytes(), f"https://status.acme.example/{name}")


def read(*documents: Document, now: datetime = NOW) -> Snapshot:
    return cstate.parse(documents, Look("acme", now))


def changed(name: str, change: Callable[[Any], object]) -> Document:
    root = json.loads(fixture(name).body)
    change(root)
    return Document(json.dumps(root).encode())


OPEN, WELL, ISSUES = "index_open_and_planned.json", "all_well.json", "issues.json"


def test_page_where_all_is_well() -> None:
    snapshot = read(fixture(WELL))
    assert (snapshot.page_status, snapshot.status) == (Status.OPERATIONAL, Status.OPERATIONAL)
    assert [(c.id, c.group, c.status) for c in snapshot.components] == [
        ("API", "Servers", Status.OPERATIONAL),
        ("Website", "Servers", Status.OPERATIONAL),
    ]
    assert (snapshot.page_name, snapshot.page_url) == ("Acme Status", "https://status.acme.example/")
    assert snapshot.coverage == Coverage(rollup=True, components=True, incidents=True, maintenances=True)


def test_issue_beneath_two_systems_is_one_incident_with_both() -> None:
    (incident,) = read(fixture(OPEN)).incidents
    assert (incident.id, incident.title) == ("2026-05-04-api.md", "API & website unreachable")
    assert incident.component_ids == ("API", "Website")
    assert (incident.impact, incident.phase) == (Impact.CRITICAL, Phase.INVESTIGATING)
    assert incident.resolved_at is None


def test_times_of_go_are_read_with_their_offset() -> None:
    (incident,) = read(fixture(OPEN)).incidents
    assert incident.started_at is not None
    assert incident.started_at.replace(microsecond=0) == datetime(2026, 5, 4, 8, 15, 30, tzinfo=UTC)
    assert incident.updated_at == datetime(2026, 5, 4, 8, 20, tzinfo=UTC)


def test_commit_date_before_the_issue_does_not_turn_back_its_update() -> None:
    def commit_early(root: Any) -> None:
        for system in root["systems"]:
            for row in system["unresolvedIssues"]:
                row["lastMod"] = "2021-10-10 17:02:38 +0300 +0300"

    (incident,) = read(changed(OPEN, commit_early)).incidents
    assert incident.updated_at == incident.started_at


def test_notice_is_planned_work_ahead_or_running() -> None:
    snapshot = read(fixture(OPEN))
    assert [(m.id, m.phase) for m in snapshot.maintenances] == [
        ("switches", MaintenancePhase.SCHEDULED),
        ("2026-05-04-mail.md", MaintenancePhase.IN_PROGRESS),
    ]
    assert snapshot.rereads_at == datetime(2026, 5, 10, 2, 0, tzinfo=UTC)


def test_notice_ahead_alone_does_not_change_the_state() -> None:
    def only_switches(root: Any) -> None:
        root["summaryStatus"] = "notice"
        root["systems"] = [root["systems"][0] | {"status": "notice"}]
        root["systems"][0]["unresolvedIssues"].pop(0)

    document = changed(OPEN, only_switches)
    snapshot = read(document)
    assert (snapshot.page_status, snapshot.status) == (Status.OPERATIONAL, Status.OPERATIONAL)
    assert "read as operational" in snapshot.warnings[0]
    assert read(document, now=datetime(2026, 5, 10, 3, 0, tzinfo=UTC)).status is Status.MAINTENANCE


def test_any_issue_dated_ahead_is_planned_and_never_an_open_incident() -> None:
    snapshot = read(fixture(OPEN), now=datetime(2026, 5, 3, tzinfo=UTC))
    assert snapshot.incidents == ()
    assert len(snapshot.maintenances) == 3


def test_pinned_post_is_neither_incident_nor_maintenance() -> None:
    snapshot = read(fixture(OPEN))
    assert "new-page.md" not in {incident.id for incident in snapshot.incidents}
    assert "new-page.md" not in {maintenance.id for maintenance in snapshot.maintenances}


def test_list_tells_when_an_incident_was_resolved() -> None:
    snapshot = read(fixture(WELL), fixture(ISSUES))
    incident = next(i for i in snapshot.incidents if i.id == "2026-05-04-api.md")
    assert incident.phase is Phase.RESOLVED
    assert incident.resolved_at == datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
    assert snapshot.coverage.history


def test_post_that_the_page_does_not_count_is_not_open() -> None:
    snapshot = read(fixture(WELL), fixture(ISSUES))
    assert snapshot.open_incidents == ()
    assert any("does not count it" in warning for warning in snapshot.warnings)


def test_informational_post_is_no_incident() -> None:
    assert "meeting.md" not in {incident.id for incident in read(fixture(ISSUES)).incidents}


def test_resolved_notice_is_a_completed_maintenance() -> None:
    (maintenance,) = read(fixture(ISSUES)).maintenances
    assert maintenance.phase is MaintenancePhase.COMPLETED
    assert maintenance.ends_at == datetime(2026, 2, 24, 11, 35, tzinfo=UTC)


def test_list_alone_says_nothing_of_the_state_while_nothing_is_open() -> None:
    document = changed(ISSUES, lambda root: root["pages"].pop(1))
    snapshot = read(document)
    assert (snapshot.page_status, snapshot.status) == (None, Status.UNKNOWN)


def test_rollup_worse_than_all_listed_issues_means_the_list_is_not_whole() -> None:
    snapshot = read(changed(WELL, lambda root: root.update(summaryStatus="down")))
    assert snapshot.status is Status.MAJOR_OUTAGE
    assert not snapshot.coverage.incidents
    assert not snapshot.coverage.maintenances


def test_systems_of_one_name_are_two_components_and_both_are_affected() -> None:
    def rename(root: Any) -> None:
        root["systems"][2] |= {"name": "API", "category": "Backup"}

    snapshot = read(changed(OPEN, rename))
    assert [c.id for c in snapshot.components] == ["API", "Website", "Backup: API"]
    assert snapshot.incidents[0].component_ids == ("API", "Backup: API", "Website")


def test_unknown_words_are_unknown_and_warned_of() -> None:
    snapshot = read(changed(WELL, lambda root: root.update(summaryStatus="wobbly")))
    assert snapshot.page_status is Status.UNKNOWN
    assert "wobbly" in snapshot.warnings[0]


def test_single_issue_has_its_text() -> None:
    row = json.loads(fixture(ISSUES).body)["pages"][0] | {"body": "<p>We look <em>into</em> it.</p>"}
    (incident,) = read(fixture(WELL), Document(json.dumps(row).encode())).incidents
    assert [update.text for update in incident.updates] == ["We look into it."]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "<!doctype html><title>Acme</title>",
        '{"is": "index", "systems": []}',
        '{"cStateVersion": "6.0.1", "summaryStatus": "ok"}',
        '{"cStateVersion": "6.0.1", "summaryStatus": "ok", "systems": [null]}',
        '{"is": "issues", "pages": [{"is": "issue"}]}',
        (FIXTURES / "malformed.json").read_text(),
        (FIXTURES / WELL).read_text()[:300],
    ],
)
def test_what_is_no_document_of_cstate_is_refused(body: str) -> None:
    document = Document(body.encode())
    with pytest.raises(LookError):
        read(document)
    assert cstate.recognise(document) is None


@pytest.mark.parametrize(
    "address", ["https://status.acme.example/", "https://status.acme.example/index.json"]
)
def test_endpoints_are_the_index_its_list_and_its_feed(address: str) -> None:
    endpoints = cstate.endpoints(address)
    assert endpoints.look == ("https://status.acme.example/index.json",)
    assert endpoints.history == ("https://status.acme.example/issues/index.json",)
    assert endpoints.fallbacks == (("https://status.acme.example/index.xml", "feed"),)
