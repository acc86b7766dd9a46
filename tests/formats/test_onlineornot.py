"""OnlineOrNot: the data that a page of React Router embeds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from statusherd.model.errors import LookError, ParseError
from statusherd.model.records import Coverage, Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.detect import detect
from statusherd.watch.formats import Look, onlineornot
from statusherd.watch.formats._turbo import loader_data
from statusherd.watch.reading.documents import Document
from statusherd.watch.whereabouts import probe_addresses

FIXTURES = Path(__file__).parent / "fixtures" / "onlineornot"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PAGE = "https://status.acme.example/"


def fixture(name: str, *changes: tuple[str, str], url: str = PAGE) -> Document:
    text = (FIXTURES / f"{name}.html").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return Document(text.encode(), url, "text/html; charset=utf-8")


def read(*documents: Document, now: datetime = NOW) -> Snapshot:
    return onlineornot.parse(documents, Look("acme", now))


def test_components_stand_in_the_group_that_a_list_of_the_page_names() -> None:
    snapshot = read(fixture("all_well"))
    assert [(c.id, c.name, c.group, c.status) for c in snapshot.components] == [
        ("cmpApi01", "API", "Core", Status.OPERATIONAL),
        ("cmpWeb01", "Website", "Core", Status.OPERATIONAL),
        ("cmpMail1", "Mail", None, Status.OPERATIONAL),
    ]
    assert (snapshot.page_status, snapshot.status) == (None, Status.OPERATIONAL)
    assert (snapshot.page_name, snapshot.page_url) == ("Acme", PAGE)
    assert snapshot.coverage == Coverage(components=True, incidents=True, history=True, maintenances=True)


def test_components_of_an_older_page_are_those_of_its_uptime_rows() -> None:
    old = read(fixture("resolved"))
    assert [(c.id, c.group) for c in old.components] == [
        ("cmpApi01", "Core"),
        ("cmpWeb01", "Core"),
        ("cmpMail1", None),
    ]


def test_active_incident_has_its_impact_its_posts_oldest_first_and_the_component_that_its_day_names() -> None:
    (incident,) = read(fixture("incident_open")).incidents
    assert (incident.id, incident.title) == ("incOpen1", "API answers late")
    assert (incident.impact, incident.phase) == (Impact.MAJOR, Phase.IDENTIFIED)
    assert incident.started_at == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert incident.component_ids == ("cmpApi01",)
    assert incident.url == f"{PAGE}incidents/incOpen1"
    assert [(u.phase, u.text) for u in incident.updates] == [
        (Phase.INVESTIGATING, "We look into it."),
        (Phase.IDENTIFIED, "A cache is cold."),
    ]


def test_active_incident_goes_on_whatever_its_last_post_says() -> None:
    (incident,) = read(fixture("incident_open", ('"IDENTIFIED\\"', '"RESOLVED\\"'))).incidents
    assert (incident.phase, incident.resolved_at) == (Phase.MONITORING, None)


def test_incident_of_a_past_day_takes_its_impact_from_the_days_of_the_components() -> None:
    by_id = {incident.id: incident for incident in read(fixture("resolved")).incidents}
    assert by_id.keys() == {"incOver1", "incOld01"}
    over = by_id["incOver1"]
    assert (over.impact, over.phase) == (Impact.CRITICAL, Phase.RESOLVED)
    assert over.resolved_at == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    assert [u.phase for u in over.updates] == [Phase.INVESTIGATING, Phase.INVESTIGATING, Phase.RESOLVED]
    old = by_id["incOld01"]
    assert (old.title, old.impact, old.component_ids) == ("Mail was slow", Impact.MINOR, ("cmpMail1",))


def test_completed_work_among_the_incidents_is_a_maintenance() -> None:
    (window,) = read(fixture("resolved")).maintenances
    assert (window.id, window.phase) == ("mntOver1", MaintenancePhase.COMPLETED)


def test_planned_work_stands_where_the_clock_says_and_is_told_again_when_it_begins() -> None:
    snapshot = read(fixture("maintenance_scheduled"))
    (window,) = snapshot.maintenances
    assert (window.id, window.title, window.phase) == ("mntNext1", "New database", MaintenancePhase.SCHEDULED)
    assert window.starts_at == snapshot.rereads_at == datetime(2026, 3, 5, 6, 0, tzinfo=UTC)
    later = read(fixture("maintenance_scheduled"), now=datetime(2026, 3, 5, 7, 0, tzinfo=UTC))
    assert (later.maintenances[0].phase, later.status) == (MaintenancePhase.IN_PROGRESS, Status.MAINTENANCE)


def test_running_work_that_a_day_of_a_component_names_is_no_incident() -> None:
    snapshot = read(fixture("maintenance_running"))
    assert snapshot.incidents == ()
    assert [(m.id, m.phase, m.component_ids) for m in snapshot.maintenances] == [
        ("mntRuns1", MaintenancePhase.IN_PROGRESS, ("cmpMail1",))
    ]


def test_incident_without_an_end_that_is_not_active_is_left_out_with_a_warning() -> None:
    ended = '\\"2026-01-20T11:00:00.000Z\\"'
    snapshot = read(fixture("resolved", (ended, "null")))
    assert "incOld01" not in {incident.id for incident in snapshot.incidents}
    assert any("not among the active ones" in warning for warning in snapshot.warnings)


def test_page_of_months_adds_what_is_over_in_any_order() -> None:
    home, months = fixture("all_well"), fixture("months", url=f"{PAGE}incidents")
    both = read(home, months)
    assert both == read(months, home)
    assert {i.id for i in both.incidents} == {"incOver1", "incPast1"}
    assert [m.id for m in both.maintenances] == ["mntOver1"]
    assert both.coverage.incidents


def test_page_of_months_alone_speaks_for_the_past_alone() -> None:
    snapshot = read(fixture("months"))
    assert (snapshot.coverage.incidents, snapshot.coverage.components) == (False, False)
    assert (snapshot.coverage.history, snapshot.open_incidents) == (True, ())


def test_unknown_component_state_is_unknown_with_a_warning() -> None:
    snapshot = read(fixture("maintenance_running", ('"MAINTENANCE\\"', '"COSMIC\\"')))
    assert {c.id: c.status for c in snapshot.components}["cmpMail1"] is Status.UNKNOWN
    assert "unknown component status 'COSMIC', read as unknown" in snapshot.warnings


@pytest.mark.parametrize("key", ["activeIncidents", "statusPage", "loaderData", "routes/_index"])
def test_page_without_a_key_that_anchors_it_is_refused(key: str) -> None:
    document = fixture("all_well", (f'\\"{key}\\"', '\\"other\\"'))
    assert onlineornot.recognise(document) is None
    with pytest.raises(ParseError):
        read(document)


@pytest.mark.parametrize("body", ["", "{}", "<html></html>", '{"statusPage": {"id": 1}}'])
def test_other_content_is_refused(body: str) -> None:
    assert onlineornot.recognise(Document(body.encode())) is None
    with pytest.raises(LookError):
        read(Document(body.encode()))


def test_broken_off_page_is_refused() -> None:
    with pytest.raises(ParseError):
        read(fixture("malformed"))


@pytest.mark.parametrize("path", ["", "incidents", "incidents/incOpen1", "incidents.rss", "incidents?page=2"])
def test_page_months_and_feed_are_found_from_any_address(path: str) -> None:
    endpoints = onlineornot.endpoints(PAGE + path)
    assert endpoints.look == (PAGE,)
    assert endpoints.history == (f"{PAGE}incidents",)
    assert endpoints.fallbacks == ((f"{PAGE}incidents.rss", "feed"),)


def test_page_is_recognised_and_found_from_the_page_of_one_incident() -> None:
    detection = detect([fixture("all_well")])
    assert detection is not None
    assert (detection.format, detection.certainty) == ("onlineornot", 95)
    page = Document(
        b'<!DOCTYPE html><a href="https://onlineornot.com/?utm_source=onlineornot-status">',
        f"{PAGE}incidents/incOpen1",
        "text/html",
    )
    assert probe_addresses(page.url, page)[0] == PAGE


def page_with(*scripts: str) -> str:
    return "<!DOCTYPE html>" + "".join(f"<script>x.streamController.enqueue({s});</script>" for s in scripts)


@pytest.mark.parametrize(
    ("scripts", "expected"),
    [
        (('"[{\\"_1\\":2},\\"loaderData\\",{\\"_3\\":4},\\"a\\",1]\\n"',), {"a": 1}),
        (('"[{\\"_1\\":2},\\"loaderData\\",', '"{\\"_3\\":-5},\\"a\\"]"'), {}),
        (('"[{\\"_1\\":2},\\"loaderData\\","', '"{\\"_3\\":-5},\\"a\\"]"'), {"a": None}),
        (('"[{\\"_1\\":2},\\"loaderData\\",{\\"_3\\":4},\\"a\\",[\\"D\\",5]]"',), {"a": 5}),
        (('"[{\\"_1\\":2},\\"loaderData\\",{\\"_3\\":4},\\"a\\",[\\"P\\",5]]"',), {"a": None}),
        (
            ('"[{\\"_1\\":2},\\"loaderData\\",{\\"_3\\":4,\\"_99\\":1},\\"a\\",[99,-1]]"',),
            {"a": [None, None]},
        ),
        (('"[]"',), {}),
        (("1",), {}),
    ],
)
def test_stream_is_read_by_the_places_of_its_values(scripts: tuple[str, ...], expected: object) -> None:
    assert loader_data(page_with(*scripts)) == expected


def test_stream_whose_values_name_each_other_in_a_circle_is_read() -> None:
    data = loader_data(page_with('"[{\\"_1\\":2},\\"loaderData\\",{\\"_3\\":2},\\"a\\"]"'))
    assert data["a"] is data
