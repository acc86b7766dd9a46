"""incident.io: its API, its widget, and what its pages embed."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import FailureKind, LookError, ParseError
from statusherd.model.records import Coverage, Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Look, incidentio
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "incidentio"
NOW = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)
BUILDS, RUNNERS = "01HZX0C2C2C2C2C2C2C2C2C2C2", "01HZX0C5C5C5C5C5C5C5C5C5C5"
OUTAGE = "01KQRYW040PA1PA1PA1PA1PA1P"


def at(hour: int, minute: int = 0, day: int = 4) -> datetime:
    return datetime(2026, 5, day, hour, minute, tzinfo=UTC)


def text(name: str) -> str:
    return (FIXTURES / name).read_text()


def fixture(name: str) -> Document:
    return Document(text(name).encode(), f"https://status.fernwerk.example/{name}", "application/json")


def changed(name: str, change: Callable[[Any], object]) -> Document:
    root = json.loads(text(name))
    change(root)
    return Document(json.dumps(root).encode())


def read(*documents: Document, now: datetime = NOW) -> Snapshot:
    return incidentio.parse(documents, Look("fernwerk", now))


def page(stream: str, *, kind: int = 1, size: int = 700) -> Document:
    """A page that embeds `stream` in pieces, as Next.js writes them."""
    raw = stream.encode()
    pieces = [raw[i : i + size] for i in range(0, len(raw), size)]
    calls = "".join(
        "<script>self.__next_f.push("
        + json.dumps([kind, base64.b64encode(piece).decode() if kind == 3 else piece.decode()]).replace(
            "<", "\\u003c"
        )
        + ")</script>"
        for piece in pieces
    )
    head = "<!DOCTYPE html><html><head><title>Fernwerk Status</title></head><body><p>All &amp; sundry</p>"
    push_zero = "<script>(self.__next_f=self.__next_f||[]).push([0])</script>"
    return Document(f"{head}{push_zero}{calls}</body></html>".encode(), "https://status.fernwerk.example/")


def stream(props: str, long_text: str = "Credits are back.\n\nWe keep watching.") -> str:
    """Rows of React's stream around the element whose props are `props`."""
    return (
        '1:"$Sreact.fragment"\n'
        '6:I[10434,["/_next/static/chunks/a.js"],"OutletBoundary"]\n'
        ':HL["/_next/static/css/a.css","style"]\n'
        f"1a:T{len(long_text.encode()):x},{long_text}"
        f'4:["$","div",null,{{"children":["$","$L16",null,{props}]}}]\n'
        '8:null\n18:["$","$L13",null,{"summary":"$4:props:children:props:summary"}]\n'
    )


def embedded(name: str = "page-monitoring-recovered.json", **options: Any) -> Document:
    summary = json.dumps(json.loads(text(name)))
    return page(stream(f'{{"slug":"status.fernwerk.example","summary":{summary}}}'), **options)


# The API


def test_the_api_has_no_starts_links_or_maintenances() -> None:
    snapshot = read(fixture("api-summary-two-open.json"))
    assert (snapshot.page_status, snapshot.status) == (Status.DEGRADED, Status.MAJOR_OUTAGE)
    outage, late = snapshot.incidents
    assert (outage.id, outage.impact, outage.phase) == (OUTAGE, Impact.MAJOR, Phase.MONITORING)
    assert outage.started_at == at(7, 40)
    assert outage.url == f"https://status.fernwerk.example/incidents/{OUTAGE}"
    assert [(update.at, update.text) for update in outage.updates] == [
        (at(7, 40), "We are looking into slow builds."),
        (at(8, 12), ""),
    ]
    assert (late.started_at, late.updates) == (datetime(2026, 5, 3, 3, 34, 18, tzinfo=UTC), ())
    assert snapshot.maintenances == ()
    assert snapshot.coverage == Coverage(rollup=True, components=True, incidents=True)


def test_the_incident_list_tells_how_an_incident_ended() -> None:
    without_outage = changed("api-summary-two-open.json", lambda root: root["incidents"].pop(0))
    snapshot = read(fixture("api-incidents.json"), without_outage)
    assert {i.id: (i.phase, i.resolved_at) for i in snapshot.incidents} == {
        OUTAGE: (Phase.RESOLVED, at(8, 55)),
        "01KQNYDCMG0000000000000000": (Phase.INVESTIGATING, None),
    }
    assert snapshot.coverage.history


def test_components_beyond_those_of_the_summary_come_from_their_own_document() -> None:
    snapshot = read(fixture("api-components.json"), fixture("api-summary-two-open.json"))
    assert [c.name for c in snapshot.components] == ["API", "Builds", "Logs"]
    assert snapshot.warnings == ()


def test_a_summary_with_as_many_components_as_it_may_have_warns() -> None:
    def fill(root: Any) -> None:
        root["components"] = [
            {"id": f"01HZX0C1C1C1C1C1C1C1C1C1{n:02}", "name": f"c{n}", "status": "operational"}
            for n in range(25)
        ]

    full = changed("api-summary-two-open.json", fill)
    assert "/api/v2/components.json" in read(full).warnings[0]
    assert read(full, fixture("api-components.json")).warnings == ()


@pytest.mark.parametrize(
    ("word", "phase"),
    [
        ("maintenance_scheduled", MaintenancePhase.SCHEDULED),
        ("maintenance_in_progress", MaintenancePhase.IN_PROGRESS),
        ("maintenance_complete", MaintenancePhase.COMPLETED),
    ],
)
def test_a_maintenance_among_the_incidents_of_the_api_is_no_incident(
    word: str, phase: MaintenancePhase
) -> None:
    document = changed("api-summary-two-open.json", lambda root: root["incidents"][0].update(status=word))
    snapshot = read(document)
    assert [(m.id, m.phase) for m in snapshot.maintenances] == [(OUTAGE, phase)]
    assert len(snapshot.incidents) == 1
    assert snapshot.warnings == ()


# The widget


def test_the_widget_tells_the_worst_impact_and_the_state_of_now() -> None:
    snapshot = read(fixture("widget-incident-and-maintenances.json"))
    (incident,) = snapshot.incidents
    assert (incident.id, incident.impact, incident.phase) == (OUTAGE, Impact.CRITICAL, Phase.IDENTIFIED)
    assert incident.component_ids == (BUILDS, "01HZX0C3C3C3C3C3C3C3C3C3C3")
    assert [update.text for update in incident.updates] == ["A queue is **stuck**.\nWe are draining it."]
    assert [(c.name, c.group, c.status) for c in snapshot.components] == [
        ("Builds", "CI", Status.MAJOR_OUTAGE),
        ("Logs", None, Status.OPERATIONAL),
        ("Dashboard", None, Status.MAINTENANCE),
    ]
    assert (snapshot.page_status, snapshot.status) == (None, Status.MAJOR_OUTAGE)
    assert (snapshot.page_name, snapshot.page_url) == ("Fernwerk", "https://status.fernwerk.example")


def test_an_incident_of_the_widget_begins_when_its_ulid_was_made() -> None:
    assert read(fixture("widget-incident-and-maintenances.json")).incidents[0].started_at == at(7, 40)


def test_the_widget_keeps_running_and_planned_maintenances_apart() -> None:
    snapshot = read(fixture("widget-incident-and-maintenances.json"))
    assert [(m.title, m.phase, m.starts_at, m.ends_at) for m in snapshot.maintenances] == [
        ("Moving a database", MaintenancePhase.IN_PROGRESS, at(6), at(10)),
        ("Kernel updates", MaintenancePhase.SCHEDULED, at(6, day=9), at(8, day=9)),
    ]
    assert snapshot.rereads_at is None


def test_the_widget_does_not_speak_for_components_it_does_not_list() -> None:
    coverage = read(fixture("widget-incident-and-maintenances.json")).coverage
    assert coverage == Coverage(incidents=True, maintenances=True)


def test_an_empty_widget_means_that_all_is_well() -> None:
    def empty(root: Any) -> None:
        for key in ("ongoing_incidents", "in_progress_maintenances", "scheduled_maintenances"):
            root[key] = []

    assert read(changed("widget-incident-and-maintenances.json", empty)).status is Status.OPERATIONAL


def test_a_planned_maintenance_without_a_word_of_its_own_goes_by_the_clock() -> None:
    document = changed(
        "widget-incident-and-maintenances.json",
        lambda root: root["scheduled_maintenances"][0].update(status=None),
    )
    before, during = read(document), read(document, now=at(7, day=9))
    assert [s.maintenances[1].phase for s in (before, during)] == [
        MaintenancePhase.SCHEDULED,
        MaintenancePhase.IN_PROGRESS,
    ]
    assert (before.rereads_at, during.rereads_at) == (at(6, day=9), at(8, day=9))


# The page


@pytest.mark.parametrize("options", [{}, {"size": 7}, {"kind": 3, "size": 11}])
def test_the_page_tells_names_groups_and_the_state_of_now(options: dict[str, int]) -> None:
    snapshot = read(embedded(**options))
    assert [(c.name, c.group, c.status) for c in snapshot.components] == [
        ("API", None, Status.OPERATIONAL),
        ("Builds", "CI", Status.OPERATIONAL),
        ("Runners", "CI", Status.DEGRADED),
    ]
    assert snapshot.page_status is None
    assert snapshot.coverage == Coverage(components=True, incidents=True, maintenances=True)


def test_an_incident_of_the_page_keeps_its_worst_impact_while_it_is_watched() -> None:
    (incident,) = read(embedded()).incidents
    assert (incident.phase, incident.impact) == (Phase.MONITORING, Impact.MAJOR)
    assert incident.component_ids == (BUILDS, RUNNERS)
    assert (incident.started_at, incident.updated_at) == (at(7, 31), at(8, 5))
    assert incident.url == f"https://status.fernwerk.example/incidents/{OUTAGE}"


def test_tokens_of_the_stream_are_read_as_what_they_stand_for() -> None:
    """A text longer than a kilobyte stands in a row of its own, and a dollar in front is doubled."""
    (incident,) = read(embedded()).incidents
    assert incident.title == "$5 credits are not shown"
    assert [(update.phase, update.text) for update in incident.updates] == [
        (Phase.INVESTIGATING, "Credits are missing."),
        (Phase.MONITORING, "Credits are back.\nWe keep watching."),
    ]


def test_a_long_text_that_imitates_rows_is_only_text() -> None:
    lie = '\n4:["$","div",null,{"summary":{"ongoing_incidents":[],"structure":{},"components":[]}}]\n'
    summary = text("page-monitoring-recovered.json")
    document = page(stream(f'{{"summary":{json.dumps(json.loads(summary))}}}', "Ünder " + lie))
    assert len(read(document).incidents) == 1


def test_a_maintenance_of_the_page_takes_its_window_from_its_impacts() -> None:
    (window,) = read(embedded()).maintenances
    assert (window.phase, window.starts_at, window.ends_at) == (
        MaintenancePhase.SCHEDULED,
        at(6, day=9),
        at(8, day=9),
    )


def test_an_incident_that_names_no_component_has_an_unknown_impact() -> None:
    def strip(root: Any) -> None:
        root["ongoing_incidents"][0].update(
            affected_components=[],
            component_impacts=[],
            status_summaries=[{"start_at": "2026-05-04T07:31:00Z", "worst_component_status": "operational"}],
        )

    snapshot = read(changed("page-monitoring-recovered.json", strip))
    assert (snapshot.incidents[0].impact, snapshot.status) == (Impact.UNKNOWN, Status.DEGRADED)


def test_the_bare_object_reads_like_the_page() -> None:
    bare, whole = read(fixture("page-monitoring-recovered.json")), read(embedded())
    assert bare.components == whole.components
    assert bare.incidents[0].title == "$5 credits are not shown"
    wrapped = changed("page-monitoring-recovered.json", lambda root: root.update(summary=dict(root)))
    assert read(wrapped) == bare


def test_a_parent_page_shows_its_sub_pages_and_cannot_speak_for_their_incidents() -> None:
    snapshot = read(page(stream(json.dumps(json.loads(text("page-parent.json"))))))
    assert [(c.name, c.status) for c in snapshot.components] == [
        ("EU", Status.OPERATIONAL),
        ("US", Status.MAJOR_OUTAGE),
    ]
    assert snapshot.status is Status.MAJOR_OUTAGE
    assert snapshot.coverage == Coverage(components=True)
    assert "sub-pages" in snapshot.warnings[0]


def test_a_parent_page_without_its_sub_pages_is_unknown() -> None:
    snapshot = read(changed("page-parent.json", lambda root: root.pop("initialSubpages")))
    assert (snapshot.status, snapshot.components[0].status) == (Status.UNKNOWN, Status.UNKNOWN)


def test_the_api_and_the_page_together_know_more_than_each() -> None:
    snapshot = read(embedded(), fixture("api-summary-two-open.json"))
    assert snapshot.page_status is Status.DEGRADED
    assert [(c.name, c.group, c.status) for c in snapshot.components] == [
        ("API", None, Status.OPERATIONAL),
        ("Builds", "CI", Status.MAJOR_OUTAGE),
        ("Runners", "CI", Status.DEGRADED),
    ]
    assert [i.id for i in snapshot.incidents] == [OUTAGE, "01KQNYDCMG0000000000000000"]
    assert snapshot.coverage == Coverage(rollup=True, components=True, incidents=True, maintenances=True)


# What is refused


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b"null",
        b'{"error":"not found"}',
        b'{"ongoing_incidents":[]}',
        b'{"ongoing_incidents":null,"in_progress_maintenances":[],"scheduled_maintenances":[]}',
        b'{"ongoing_incidents":[1],"in_progress_maintenances":[],"scheduled_maintenances":[]}',
        b'{"ongoing_incidents":[{"name":"no id"}],"scheduled_maintenances":[]}',
        b"<!DOCTYPE html><html><body>Log in</body></html>",
        b"<html><body>ongoing_incidents</body></html>",
    ],
)
def test_what_is_not_the_format_is_refused(body: bytes) -> None:
    with pytest.raises(ParseError, match=r"incident\.io"):
        read(Document(body))
    assert incidentio.recognise(Document(body)) is None


def test_an_empty_body_is_refused_as_empty() -> None:
    with pytest.raises(LookError) as caught:
        read(Document(b" \n"))
    assert caught.value.kind is FailureKind.EMPTY


def test_a_page_that_breaks_off_is_refused() -> None:
    body = embedded().body
    with pytest.raises(ParseError):
        read(Document(body[: len(body) * 2 // 3]))


def test_one_broken_document_spoils_the_look() -> None:
    with pytest.raises(ParseError):
        read(fixture("api-summary-two-open.json"), Document(b"<html>Just a moment...</html>"))


# Where to look


def test_it_is_recognised_by_ulids_lists_and_pages() -> None:
    certainty = {
        name: recognition.certainty
        for name, document in {
            "api": fixture("api-summary-two-open.json"),
            "widget": fixture("widget-incident-and-maintenances.json"),
            "bare": fixture("page-monitoring-recovered.json"),
            "page": embedded(),
        }.items()
        if (recognition := incidentio.recognise(document))
    }
    assert certainty == {"api": 95, "widget": 95, "bare": 95, "page": 85}


def test_a_sub_page_is_surer_of_itself_than_the_api_of_its_parent() -> None:
    summary = json.loads(text("page-monitoring-recovered.json")) | {"parent": {"name": "Fernwerk"}}
    found = incidentio.recognise(page(stream(json.dumps({"summary": summary}))))
    assert found is not None
    assert found.certainty > 95


def test_a_look_is_one_request_and_the_page_stands_in_for_the_api() -> None:
    endpoints = incidentio.endpoints("https://status.fernwerk.example/incidents/01KQRYW040PA1PA1PA1PA1PA1P")
    assert endpoints.look == ("https://status.fernwerk.example/api/v2/summary.json",)
    assert endpoints.history == ("https://status.fernwerk.example/api/v2/incidents.json",)
    assert endpoints.fallbacks == (
        ("https://status.fernwerk.example/", "incidentio"),
        ("https://status.fernwerk.example/feed.atom", "feed"),
    )


@pytest.mark.parametrize(
    ("address", "look"),
    [
        ("https://s.example/api/v2/summary.json", ["https://s.example/api/v2/summary.json"]),
        (
            "https://s.example/api/v2/components.json",
            ["https://s.example/api/v2/summary.json", "https://s.example/api/v2/components.json"],
        ),
        ("https://s.example/api/v1/summary", ["https://s.example/api/v1/summary"]),
        ("https://s.example/proxy/s.example", ["https://s.example/proxy/s.example"]),
        ("https://s.example/eu", ["https://s.example/eu"]),
        ("https://s.example/eu/incidents/01KQ", ["https://s.example/eu"]),
        ("https://s.example/history", ["https://s.example/api/v2/summary.json"]),
    ],
)
def test_an_address_names_a_page_a_sub_page_or_a_document(address: str, look: list[str]) -> None:
    assert list(incidentio.endpoints(address).look) == look
