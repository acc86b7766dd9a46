"""Statuspage: the documents below /api/v2/."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import FailureKind, LookError, ParseError
from statusherd.model.records import Coverage, Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Look, statuspage
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "statuspage"
NOW = datetime(2026, 3, 2, 10, 10, tzinfo=UTC)


def fixture(name: str) -> Document:
    return Document((FIXTURES / name).read_bytes(), f"https://status.brueckenkopf.example/api/v2/{name}")


def changed(change: Callable[[Any], object], name: str = "summary.json") -> Document:
    root = json.loads((FIXTURES / name).read_text())
    change(root)
    return Document(json.dumps(root).encode())


def read(*documents: Document, now: datetime = NOW) -> Snapshot:
    return statuspage.parse(documents, Look("brueckenkopf", now))


def march(day: int, hour: int, minute: int = 0, second: int = 0, micro: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, second, micro, tzinfo=UTC)


# Components and the state


def test_group_rows_are_no_components_and_name_the_group_of_theirs() -> None:
    assert [(c.id, c.name, c.group, c.status) for c in read(fixture("summary.json")).components] == [
        ("cmp000000001", "API", "Europe", Status.PARTIAL_OUTAGE),
        ("cmp000000002", "Portal", "Europe", Status.OPERATIONAL),
        ("cmp000000003", "Docs", None, Status.MAINTENANCE),
    ]


def test_the_state_is_the_worst_that_any_layer_says() -> None:
    snapshot = read(fixture("summary.json"))
    assert (snapshot.page_status, snapshot.status) == (Status.DEGRADED, Status.PARTIAL_OUTAGE)


def quiet(root: Any) -> None:
    root["status"] = {"indicator": "none", "description": "All Systems Operational"}
    root["incidents"], root["scheduled_maintenances"] = [], []
    for component in root["components"]:
        component["status"] = "operational"


def test_all_is_well() -> None:
    snapshot = read(changed(quiet))
    assert (snapshot.page_status, snapshot.status) == (Status.OPERATIONAL, Status.OPERATIONAL)
    assert (snapshot.incidents, snapshot.maintenances, snapshot.warnings) == ((), (), ())
    assert snapshot.coverage == Coverage(rollup=True, components=True, incidents=True, maintenances=True)
    assert snapshot.page_name == "Brückenkopf"


def test_a_planned_maintenance_does_not_change_the_state() -> None:
    def plan(root: Any) -> None:
        planned = root["scheduled_maintenances"][:1]
        quiet(root)
        root["scheduled_maintenances"] = planned

    assert read(changed(plan)).status is Status.OPERATIONAL


@pytest.mark.parametrize(
    ("indicator", "status"),
    [
        ("none", Status.OPERATIONAL),
        ("minor", Status.DEGRADED),
        ("major", Status.PARTIAL_OUTAGE),
        ("critical", Status.MAJOR_OUTAGE),
        ("maintenance", Status.MAINTENANCE),
        ("catastrophe", Status.UNKNOWN),
        (None, Status.UNKNOWN),
    ],
)
def test_the_rollup(indicator: str | None, status: Status) -> None:
    document = changed(lambda root: (quiet(root), root["status"].update(indicator=indicator)))
    assert read(document).page_status is status


# Incidents


def test_an_open_incident_with_its_posts_in_the_order_they_were_shown() -> None:
    (incident,) = read(fixture("summary.json")).incidents
    assert (incident.title, incident.impact, incident.phase) == (
        "Timeouts & errors",
        Impact.MINOR,
        Phase.IDENTIFIED,
    )
    assert incident.component_ids == ("cmp000000001",)
    assert incident.url == "https://stspg.io/abc123"
    assert incident.updated_at == march(2, 10)
    assert [(update.at, update.phase, update.text) for update in incident.updates] == [
        (march(2, 9, 20), Phase.INVESTIGATING, "We see timeouts."),
        (march(2, 9, 58), Phase.IDENTIFIED, "A bad deploy.\nRolling back."),
    ]


def test_the_site_of_one_product_of_a_vendor_is_read_with_its_places_and_its_marked_up_posts() -> None:
    snapshot = read(fixture("site_of_a_product.json"))
    assert [(c.name, c.group, c.status) for c in snapshot.components] == [
        ("Compute - Instance || GRA11", "Compute - Instance", Status.PARTIAL_OUTAGE),
        ("Compute - Instance || SBG5", "Compute - Instance", Status.MAINTENANCE),
        ("Control plane", None, Status.OPERATIONAL),
    ]
    (incident,) = snapshot.open_incidents
    assert (incident.impact, incident.started_at) == (Impact.MINOR, march(2, 9, 31))
    assert incident.updates[0].text.splitlines() == [
        "Start time : 02/03/2026 09:31 UTC",
        "Impacted service(s) : Compute - Instance, GRA11",
        "Root cause : under investigation",
    ]
    assert [(m.id, m.phase) for m in snapshot.maintenances] == [
        ("mnt000000001", MaintenancePhase.IN_PROGRESS)
    ]
    assert (snapshot.page_status, snapshot.status) == (Status.DEGRADED, Status.PARTIAL_OUTAGE)


def test_an_incident_starts_when_the_vendor_says_it_did_in_utc() -> None:
    assert read(fixture("summary.json")).incidents[0].started_at == march(2, 9, 5, 30, 250_000)


def test_the_document_with_the_newer_word_tells_the_state() -> None:
    for documents in (("summary.json", "incidents.json"), ("incidents.json", "summary.json")):
        snapshot = read(*map(fixture, documents))
        first = next(i for i in snapshot.incidents if i.id == "inc000000001")
        assert (first.phase, first.impact, first.resolved_at) == (
            Phase.RESOLVED,
            Impact.MAJOR,
            march(2, 10, 55),
        )
        assert snapshot.open_incidents == ()
        assert snapshot.coverage.history


def test_a_postmortem_is_the_end_and_touched_components_come_from_the_posts() -> None:
    old = read(fixture("incidents.json")).incidents[1]
    assert (old.phase, old.component_ids) == (Phase.RESOLVED, ("cmp000000002",))
    assert old.started_at == datetime(2026, 2, 20, 9, 0, tzinfo=UTC)
    assert old.resolved_at == datetime(2026, 2, 24, 9, 0, tzinfo=UTC)


def test_the_incident_list_alone_says_nothing_of_the_state() -> None:
    snapshot = read(fixture("incidents.json"))
    assert (snapshot.page_status, snapshot.status) == (None, Status.UNKNOWN)
    assert snapshot.coverage == Coverage(incidents=True, history=True)


def test_payloads_without_started_at_and_components_are_read() -> None:
    snapshot = read(fixture("summary-2014.json"), now=datetime(2014, 5, 14, 21, 0, tzinfo=UTC))
    (incident,) = snapshot.incidents
    assert incident.started_at == datetime(2014, 5, 14, 20, 22, 39, 441_000, tzinfo=UTC)
    assert (incident.component_ids, len(incident.updates)) == ((), 1)
    assert snapshot.status is Status.MAJOR_OUTAGE


def test_an_unknown_phase_is_open_and_said_aloud() -> None:
    snapshot = read(changed(lambda root: root["incidents"][0].update(status="pondering")))
    assert snapshot.incidents[0].phase is Phase.INVESTIGATING
    assert "pondering" in snapshot.warnings[0]


def test_an_unknown_impact_counts_as_trouble() -> None:
    def only_the_incident(root: Any) -> None:
        (incident,) = root["incidents"]
        quiet(root)
        root["incidents"] = [incident | {"impact": "gigantic"}]

    snapshot = read(changed(only_the_incident))
    assert (snapshot.incidents[0].impact, snapshot.status) == (Impact.UNKNOWN, Status.DEGRADED)


def test_an_incident_without_a_short_link_gets_its_own_address() -> None:
    for link in (None, "javascript:alert(1)"):
        document = changed(lambda root, link=link: root["incidents"][0].update(shortlink=link))
        url = read(document).incidents[0].url
        assert url == "https://status.brueckenkopf.example/incidents/inc000000001"


@pytest.mark.parametrize("url", ["http://[", "status.example", None, 5, "ftp://x.example"])
def test_an_odd_page_address_gives_no_links(url: object) -> None:
    document = changed(lambda root: (root["page"].update(url=url), root["incidents"][0].pop("shortlink")))
    snapshot = read(document)
    assert (snapshot.page_url, snapshot.incidents[0].url) == (None, None)


# Maintenances


def test_planned_and_running_maintenances() -> None:
    assert [
        (m.id, m.phase, m.starts_at, m.ends_at, m.component_ids)
        for m in read(fixture("summary.json")).maintenances
    ] == [
        ("mnt000000001", MaintenancePhase.SCHEDULED, march(5, 21), march(6, 1), ("cmp000000002",)),
        ("mnt000000002", MaintenancePhase.IN_PROGRESS, march(2, 7), march(2, 11), ("cmp000000003",)),
    ]


def test_a_maintenance_without_a_phase_goes_by_the_clock() -> None:
    document = changed(lambda root: root["scheduled_maintenances"][0].pop("status"))
    before, during, after = (read(document, now=now) for now in (NOW, march(5, 23), march(6, 3)))
    assert [s.maintenances[0].phase for s in (before, during, after)] == [
        MaintenancePhase.SCHEDULED,
        MaintenancePhase.IN_PROGRESS,
        MaintenancePhase.COMPLETED,
    ]
    assert [s.rereads_at for s in (before, during, after)] == [march(5, 21), march(6, 1), None]


def test_a_phase_of_its_own_needs_no_second_reading() -> None:
    assert read(fixture("summary.json")).rereads_at is None


@pytest.mark.parametrize(
    ("word", "phase"),
    [
        ("scheduled", MaintenancePhase.SCHEDULED),
        ("in_progress", MaintenancePhase.IN_PROGRESS),
        ("verifying", MaintenancePhase.IN_PROGRESS),
        ("completed", MaintenancePhase.COMPLETED),
    ],
)
def test_a_maintenance_in_the_incident_list_is_a_maintenance(word: str, phase: MaintenancePhase) -> None:
    document = changed(lambda root: root["incidents"][0].update(status=word), "incidents.json")
    snapshot = read(document)
    assert [(m.id, m.phase) for m in snapshot.maintenances] == [("inc000000001", phase)]
    assert [i.id for i in snapshot.incidents] == ["inc000000000"]


# What is refused, and what proves nothing


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b'"k"',
        b'{"page":{"id":"x"}}',
        b'{"page":{"id":"x"},"status":"ok"}',
        b'{"page":{"id":"x"},"status":{"indicator":"none"},"incidents":"none"}',
        b'{"page":{"id":"x"},"status":{"indicator":"none"},"components":[{"name":"no id"}]}',
        b'{"page":{"id":"x"},"incidents":[{"id":null}]}',
        b'{"message":"Your page is inactive. Please contact support."}',
        b"<!DOCTYPE html><html><body>Log in</body></html>",
        b'{"page":{"id":"x"},"status":{"indicator":"none"},"compon',
        b"\x00\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_what_is_not_the_format_is_refused(body: bytes) -> None:
    with pytest.raises(ParseError):
        read(Document(body))
    assert statuspage.recognise(Document(body)) is None or body.startswith(b'{"page":{"id":"x"}')


def test_an_empty_body_is_refused_as_empty() -> None:
    with pytest.raises(LookError) as caught:
        read(Document(b"\n"))
    assert caught.value.kind is FailureKind.EMPTY


@pytest.mark.parametrize("key", ["incidents", "components", "scheduled_maintenances", "status"])
def test_a_part_that_is_null_speaks_for_nothing(key: str) -> None:
    """Otherwise all open incidents would be told as over because their list is broken."""
    snapshot = read(changed(lambda root: root.update({key: None})))
    covered = {"rollup": "status", "components": "components", "incidents": "incidents"}
    covered["maintenances"] = "scheduled_maintenances"
    assert {name for name in covered if not getattr(snapshot.coverage, name)} == {
        name for name, part in covered.items() if part == key
    }


def test_hostile_text_becomes_plain() -> None:
    def poison(root: Any) -> None:
        root["incidents"][0].update(
            id="inc\ud800\x00", name="\u202eevil\x1b[31m <img src=x>" + "a" * 1_000_000
        )

    (incident,) = read(changed(poison)).incidents
    assert incident.title.startswith("evil[31m a")
    assert len(incident.title) <= 300
    assert incident.id == "inc\ufffd\ufffd"


# Where to look


def test_a_page_of_another_product_in_the_same_shape_is_left_to_it() -> None:
    ulid = changed(lambda root: root["page"].update(id="01HZX0A0A0A0A0A0A0A0A0A0A0"))
    assert statuspage.recognise(ulid) is None
    found = statuspage.recognise(fixture("summary.json"))
    assert found is not None
    assert found.certainty == 95


def test_a_list_without_its_page_is_recognised_less_surely() -> None:
    found = statuspage.recognise(changed(lambda root: root.pop("page"), "incidents.json"))
    assert found is not None
    assert found.certainty == 70


def test_a_look_is_one_request() -> None:
    endpoints = statuspage.endpoints("https://status.brueckenkopf.example/incidents/inc000000001")
    assert endpoints.look == ("https://status.brueckenkopf.example/api/v2/summary.json",)
    assert endpoints.history == ("https://status.brueckenkopf.example/api/v2/incidents.json",)
    assert endpoints.fallbacks == (("https://status.brueckenkopf.example/history.atom", "feed"),)
