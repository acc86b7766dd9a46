"""Kener: the pages' own data."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from statusherd.model.errors import LookError, ParseError
from statusherd.model.records import Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Look, kener
from statusherd.watch.formats._svelte import page_data
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "kener"
NOW = datetime(2026, 1, 1, 10, 0, tzinfo=UTC)
CALM, TROUBLED, MONTH = "all_well", "home_incident_and_windows", "month"


def fixture(name: str, *changes: tuple[str, str]) -> Document:
    text = (FIXTURES / f"{name}.html").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return Document(text.encode(), "https://status.acme.example/", "text/html")


def read(*documents: Document) -> Snapshot:
    return kener.parse(documents, Look("acme", NOW))


def test_all_well_is_operational_though_the_page_shows_the_words_of_its_legend() -> None:
    snapshot = read(fixture(CALM))
    assert (snapshot.status, snapshot.page_status, snapshot.page_name) == (Status.OPERATIONAL, None, "Acme")
    assert [(c.id, c.name, c.group) for c in snapshot.components] == [
        ("web", "Web", None),
        ("api", "API", None),
    ]
    assert snapshot.warnings == ()


def test_monitors_fare_as_the_class_of_their_summary_says() -> None:
    assert {c.id: c.status for c in read(fixture(TROUBLED)).components} == {
        "web": Status.MAJOR_OUTAGE,
        "api": Status.DEGRADED,
        "db": Status.MAINTENANCE,
        "new": Status.UNKNOWN,
    }


def test_open_incident_keeps_its_title_to_the_letter() -> None:
    (incident,) = read(fixture(TROUBLED)).open_incidents
    assert (incident.id, incident.title) == ("7", "Web <500> & slow")
    assert (incident.impact, incident.phase) == (Impact.CRITICAL, Phase.IDENTIFIED)
    assert incident.started_at == datetime(2026, 1, 1, 9, 0, tzinfo=UTC)


def test_what_occurs_twice_is_read_in_each_place() -> None:
    (incident,) = read(fixture(TROUBLED)).open_incidents
    assert incident.component_ids == ("web", "api")


def test_comments_are_updates_oldest_first_without_those_taken_back() -> None:
    (incident,) = read(fixture(TROUBLED)).open_incidents
    assert [(u.phase, u.text) for u in incident.updates] == [
        (Phase.INVESTIGATING, "We look."),
        (Phase.IDENTIFIED, "We know why."),
    ]


def test_resolved_incident_on_the_home_page_is_over() -> None:
    over = [i for i in read(fixture(TROUBLED)).incidents if not i.is_open]
    assert [(i.id, i.resolved_at) for i in over] == [("5", datetime(2025, 12, 31, 6, 46, 40, tzinfo=UTC))]


def test_windows_stand_where_the_clock_says() -> None:
    snapshot = read(fixture(TROUBLED))
    assert [(m.id, m.phase, m.component_ids) for m in snapshot.maintenances] == [
        ("8", MaintenancePhase.IN_PROGRESS, ("db",)),
        ("9", MaintenancePhase.SCHEDULED, ()),
    ]
    assert snapshot.rereads_at == datetime(2026, 1, 1, 11, 0, tzinfo=UTC)
    assert snapshot.maintenances[0].updates[0].text == "Disks arrive."


def test_month_adds_what_the_home_page_has_not_and_never_overrules_it() -> None:
    for documents in ((fixture(TROUBLED), fixture(MONTH)), (fixture(MONTH), fixture(TROUBLED))):
        snapshot = read(*documents)
        assert {i.id: i.phase for i in snapshot.incidents} == {
            "3": Phase.RESOLVED,
            "7": Phase.IDENTIFIED,
            "5": Phase.RESOLVED,
        }
        assert snapshot.coverage.history


def test_month_alone_is_no_word_on_monitors() -> None:
    snapshot = read(fixture(MONTH))
    assert snapshot.components == ()
    assert not snapshot.coverage.components
    assert not snapshot.coverage.incidents


def test_list_of_incidents_that_is_full_may_not_be_whole() -> None:
    assert read(fixture(TROUBLED)).coverage.incidents
    full = fixture(TROUBLED, ('homeIncidentCount:"5.0"', 'homeIncidentCount:"4.0"'))
    assert not read(full).coverage.incidents
    none = fixture(CALM, ('homeIncidentCount:"5.0"', 'homeIncidentCount:"0"'))
    assert not read(none).coverage.incidents


def test_state_of_the_day_is_warned_of() -> None:
    day = fixture(
        TROUBLED, ('"CURRENT"', '"DAY"'), ('summaryColorClass:"api-down"', 'summaryColorClass:"api-down-20"')
    )
    snapshot = read(day)
    assert snapshot.components[0].status is Status.MAJOR_OUTAGE
    assert snapshot.warnings == ("the page shows how its monitors did today, not how they are now",)


def test_categories_on_other_pages_are_warned_of() -> None:
    page = fixture(
        CALM, ('{name:"Home",isHidden:false}', '{name:"Home"},{name:"Labs"},{name:"X",isHidden:true}')
    )
    assert read(page).warnings == ("monitors of these categories are on pages of their own: Labs",)


def test_unknown_words_are_warned_of() -> None:
    page = fixture(CALM, ('summaryColorClass:"api-up"', 'summaryColorClass:"api-odd"'))
    assert (read(page).status, len(read(page).warnings)) == (Status.UNKNOWN, 1)


@pytest.mark.parametrize(
    "change",
    [
        ("summaryColorClass:", "colour:"),
        ("allRecentIncidents:[],", ""),
        ("void 0", "alert(1)"),
        ("}({}))", "}"),
        ("const data", "let data"),
    ],
)
def test_home_page_of_another_shape_is_refused_and_never_operational(change: tuple[str, str]) -> None:
    document = fixture(CALM, change)
    assert kener.recognise(document) is None
    with pytest.raises(LookError):
        read(document)


def test_page_that_breaks_off_is_refused() -> None:
    whole = fixture(TROUBLED).body
    for cut in range(0, whole.index(b"Promise") - 20, 61):
        with pytest.raises(LookError):
            read(Document(whole[:cut]))


@pytest.mark.parametrize("body", ["", "{}", "[]", '{"status":"UP","uptime":"100"}', "<html></html>"])
def test_what_is_no_page_of_kener_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode()))
    assert kener.recognise(Document(body.encode())) is None


@pytest.mark.parametrize(
    ("address", "look"),
    [
        ("https://s.example", ("https://s.example/", "https://s.example/incidents")),
        ("https://s.example/incidents/january-2026", ("https://s.example/", "https://s.example/incidents")),
        ("https://s.example/kener/", ("https://s.example/kener/", "https://s.example/kener/incidents")),
        ("https://s.example/?category=Labs&x=1", ("https://s.example/?category=Labs",)),
    ],
)
def test_pages_are_found_from_any_address(address: str, look: tuple[str, ...]) -> None:
    assert kener.endpoints(address).look == look


def test_shape_is_recognised() -> None:
    assert all(kener.recognise(fixture(name)) for name in (CALM, TROUBLED, MONTH))


# The data in the page


def data_of(literal: str) -> object:
    text = f'kit.start(app, element, {{ node_ids: [0, 2], data: [{{type:"data",data:{{x:{literal}}}}}] }})'
    return page_data(text)[0]["x"]


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ("void 0", None),
        ("-0", 0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("12n", 12),
        ('"a\\u003C\\n\\""', 'a<\n"'),
        ("[1,,2,]", [1, None, 2]),
        ("[]", []),
        ('{"a b":1,c:{},7:true}', {"a b": 1, "c": {}, "7": True}),
        ("new Date(1767225600000)", 1767225600000),
        ("new Map([[1,2]])", None),
        ("Object.create(null)", {}),
        ("(function(a){return [a,a]}({}))", [{}, {}]),
        ('(function(a,b){a[0]=b;a[2]=1;b.c="d";return a}(Array(3),{}))', [{"c": "d"}, None, 1]),
        ('(function(a){a.set("k",1).set("l",2);return {b:1}}(new Map))', {"b": 1}),
    ],
)
def test_literals_are_read_as_javascript_means_them(literal: str, value: object) -> None:
    assert data_of(literal) == value


@pytest.mark.parametrize(
    "literal",
    [
        "a",
        "fetch(1)",
        "1+1",
        '"open',
        "[1",
        "{a}",
        "[" * 500,
        "void " * 5_000,
        "new Date(" * 5_000,
        '"\\"' * 50_000,
        "(function(a){a[9999999]=1;return a}([]))",
        "(function(a){return (function(b){return b}(a))}(1))",
        "9" * 10_000,
    ],
    ids=range(13),
)
def test_what_is_more_than_a_literal_is_refused(literal: str) -> None:
    with pytest.raises(ParseError, match="data cannot be read"):
        data_of(literal)
