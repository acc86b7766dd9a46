"""Instatus: its summary, its components, and what its pages embed."""

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
from statusherd.watch.formats import Look, instatus, statuspage
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "instatus"
NOW = datetime(2026, 6, 11, 19, 30, tzinfo=UTC)
SUMMARY, QUIET = "summary-incident-and-windows.json", "summary-all-well-without-lists.json"
LATE = "clx0inc000001aaaabbbbcccc"


def fixture(name: str) -> Document:
    return Document((FIXTURES / name).read_bytes(), f"https://status.moosgrund.example/{name}")


def changed(name: str, change: Callable[[Any], object]) -> Document:
    root = json.loads((FIXTURES / name).read_text())
    change(root)
    return Document(json.dumps(root).encode())


def with_rollup(word: str, name: str = QUIET) -> Document:
    return changed(name, lambda root: root["page"].update(status=word))


def read(*documents: Document, now: datetime = NOW) -> Snapshot:
    return instatus.parse(documents, Look("moosgrund", now))


def props() -> Any:
    return json.loads((FIXTURES / "page-props-2026.json").read_text())


def old_page(properties: Any = None) -> Document:
    """A page of 2023: its data as one JSON document."""
    data = json.dumps({"props": {"pageProps": properties or props()}, "page": "/"}).replace("<", "\\u003c")
    script = f'<script id="__NEXT_DATA__" type="application/json">{data}</script>'
    return Document(f"<!DOCTYPE html><html><body><div>Status</div>{script}</body></html>".encode())


def new_page(properties: Any = None) -> Document:
    """A page since the end of 2023: its data in the stream of React."""
    row = f'5:["$","$L13",null,{{"children":["$","$L14",null,{json.dumps(properties or props())}]}}]\n'
    calls = "".join(
        f"<script>self.__next_f.push({json.dumps([1, row[i : i + 500]])})</script>".replace(
            "<p>", "\\u003cp>"
        )
        for i in range(0, len(row), 500)
    )
    return Document(f"<!DOCTYPE html><html><body>{calls}</body></html>".encode())


PAGES = pytest.mark.parametrize("page", [old_page, new_page])


# The JSON documents


def test_the_summary_reads_both_kinds_of_times_and_durations() -> None:
    snapshot = read(fixture(SUMMARY), fixture("components.json"))
    (incident,) = snapshot.incidents
    assert (incident.id, incident.phase, incident.impact) == (LATE, Phase.IDENTIFIED, Impact.MAJOR)
    assert incident.started_at == datetime(2026, 6, 11, 18, 55, 50, tzinfo=UTC)
    assert incident.updated_at == datetime(2026, 6, 11, 19, 20, tzinfo=UTC)
    assert [(m.title, m.phase, m.ends_at) for m in snapshot.maintenances] == [
        ("New disks", MaintenancePhase.SCHEDULED, datetime(2026, 6, 12, 3, 30, tzinfo=UTC)),
        ("Certificates", MaintenancePhase.IN_PROGRESS, datetime(2026, 6, 11, 20, 0, tzinfo=UTC)),
    ]
    assert (snapshot.page_status, snapshot.status) == (Status.PARTIAL_OUTAGE, Status.PARTIAL_OUTAGE)
    assert snapshot.coverage == Coverage(rollup=True, components=True, incidents=True, maintenances=True)
    assert snapshot.rereads_at is None


def test_components_carry_their_group() -> None:
    assert [(c.name, c.group, c.status) for c in read(fixture("components.json")).components] == [
        ("Website", None, Status.OPERATIONAL),
        ("Incoming", "Mail", Status.DEGRADED),
        ("Outgoing", "Mail", Status.MAINTENANCE),
    ]


def test_the_order_of_the_documents_does_not_matter() -> None:
    both = (fixture(SUMMARY), fixture("components.json"), new_page())
    assert read(*both) == read(*reversed(both))


def test_a_row_without_id_is_known_by_the_end_of_its_address() -> None:
    assert read(fixture(SUMMARY)).maintenances[1].id == "clx0mnt000002aaaabbbbcccc"


def test_a_row_without_id_and_address_is_known_by_its_title_and_beginning() -> None:
    def strip(root: Any) -> None:
        del root["activeIncidents"][0]["id"], root["activeIncidents"][0]["url"]

    def strip_and_retouch(root: Any) -> None:
        strip(root)
        root["activeIncidents"][0].update(name="mails  arrive LATE", status="MONITORING")

    one, other = (read(changed(SUMMARY, change)).incidents[0].id for change in (strip, strip_and_retouch))
    assert one == other
    assert len(one) == 24


def test_lists_that_are_left_out_are_empty_where_the_page_is_up() -> None:
    snapshot = read(fixture(QUIET))
    assert (snapshot.status, snapshot.incidents, snapshot.maintenances) == (Status.OPERATIONAL, (), ())
    assert snapshot.coverage == Coverage(rollup=True, incidents=True, maintenances=True)


def test_a_list_that_is_left_out_proves_nothing_against_the_word_of_the_page() -> None:
    """Otherwise an incident would be told as over while the page says that there are issues."""
    coverage = read(with_rollup("HASISSUES")).coverage
    assert coverage == Coverage(rollup=True)
    assert read(with_rollup("UNDERMAINTENANCE")).coverage == Coverage(rollup=True, incidents=True)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("UP", Status.OPERATIONAL),
        ("HASISSUES", Status.DEGRADED),
        ("UNDERMAINTENANCE", Status.MAINTENANCE),
        ("ALLMAJOROUTAGE", Status.MAJOR_OUTAGE),
        ("SOMEMAJOROUTAGE", Status.PARTIAL_OUTAGE),
        ("ONEPARTIALOUTAGE", Status.PARTIAL_OUTAGE),
        ("ALLMINOROUTAGE", Status.DEGRADED),
        ("SOMEUNDERMAINTENANCE", Status.MAINTENANCE),
    ],
)
def test_the_rollup_alone(word: str, status: Status) -> None:
    assert read(with_rollup(word)).page_status is status


def test_issues_are_as_bad_as_the_worst_component_and_no_worse() -> None:
    page = changed(SUMMARY, lambda root: root["activeIncidents"][0].update(impact="DEGRADEDPERFORMANCE"))
    assert read(page).page_status is Status.DEGRADED
    down = changed("components.json", lambda root: root["components"][0].update(status="MAJOROUTAGE"))
    assert read(page, down).page_status is Status.MAJOR_OUTAGE


def test_an_unknown_rollup_is_unknown_and_said_aloud() -> None:
    snapshot = read(with_rollup("KAPUTT"))
    assert (snapshot.page_status, snapshot.status) == (Status.UNKNOWN, Status.UNKNOWN)
    assert "KAPUTT" in snapshot.warnings[0]


def test_an_incident_counts_although_the_page_is_up() -> None:
    snapshot = read(with_rollup("UP", SUMMARY))
    assert (snapshot.page_status, snapshot.status) == (Status.OPERATIONAL, Status.PARTIAL_OUTAGE)


def test_a_window_without_a_word_goes_by_the_clock() -> None:
    page = changed(SUMMARY, lambda root: root["activeMaintenances"][0].pop("status"))
    before, during = read(page), read(page, now=datetime(2026, 6, 12, 2, 5, tzinfo=UTC))
    assert [s.maintenances[0].phase for s in (before, during)] == [
        MaintenancePhase.SCHEDULED,
        MaintenancePhase.IN_PROGRESS,
    ]
    assert before.rereads_at == datetime(2026, 6, 12, 2, 0, tzinfo=UTC)
    assert during.rereads_at == datetime(2026, 6, 12, 3, 30, tzinfo=UTC)


@pytest.mark.parametrize("duration", ["", "soon", None, -5, "1e400", 10**30, {}, True])
def test_a_window_with_an_odd_duration_has_no_end(duration: object) -> None:
    page = changed(SUMMARY, lambda root: root["activeMaintenances"][0].update(duration=duration))
    assert read(page).maintenances[0].ends_at is None


def test_an_address_that_is_none_of_the_web_is_left_out() -> None:
    page = changed(SUMMARY, lambda root: root["activeIncidents"][0].update(url="javascript:alert(1)"))
    assert read(page).incidents[0].url == f"https://status.moosgrund.example/incident/{LATE}"


# The page


@PAGES
def test_the_page_tells_components_below_their_parents(page: Callable[[], Document]) -> None:
    snapshot = read(page())
    assert [(c.name, c.group, c.status) for c in snapshot.components] == [
        ("Website", None, Status.OPERATIONAL),
        ("Incoming", "Mail", Status.MAJOR_OUTAGE),
        ("Outgoing", "Mail", Status.OPERATIONAL),
    ]
    assert (snapshot.page_name, snapshot.page_url) == ("Moosgrund", "https://status.moosgrund.example/")
    assert snapshot.page_status is Status.MAJOR_OUTAGE


@PAGES
def test_an_incident_is_as_bad_as_its_components_where_it_says_operational(
    page: Callable[[], Document],
) -> None:
    incident = read(page()).open_incidents[0]
    assert (incident.impact, incident.phase) == (Impact.CRITICAL, Phase.MONITORING)
    assert incident.component_ids == ("clx0cmp000002",)
    assert [(update.phase, update.text) for update in incident.updates] == [
        (Phase.INVESTIGATING, "Mails pile up & wait."),
        (Phase.MONITORING, "The queue shrinks."),
    ]


@PAGES
def test_the_page_tells_what_is_over(page: Callable[[], Document]) -> None:
    snapshot = read(page())
    assert [(i.id, i.phase) for i in snapshot.incidents] == [
        (LATE, Phase.MONITORING),
        ("clx0inc000000", Phase.RESOLVED),
    ]
    over = snapshot.incidents[1]
    assert over.resolved_at == datetime(2026, 6, 10, 8, 30, tzinfo=UTC)
    assert [update.text for update in over.updates] == ["It is back."]
    assert [(m.id, m.phase) for m in snapshot.maintenances] == [("clx0mnt000000", MaintenancePhase.COMPLETED)]


def test_the_notices_do_not_pretend_to_be_the_whole_history() -> None:
    """They list what touched a component: an incident that is not among them was not withdrawn."""
    assert not read(new_page()).coverage.history


def test_beside_the_json_the_page_adds_only_what_is_over() -> None:
    """A look with the history must not read unlike one without it, or each would be news."""
    without = read(fixture(SUMMARY), fixture("components.json"))
    whole = read(fixture(SUMMARY), fixture("components.json"), new_page())
    assert whole.open_incidents == without.open_incidents
    assert (whole.components, whole.page_status) == (without.components, without.page_status)
    assert [i.id for i in whole.incidents if not i.is_open] == ["clx0inc000000"]


def test_what_left_the_summary_is_not_kept_open_by_an_older_page() -> None:
    gone = changed(SUMMARY, lambda root: root["activeIncidents"].clear())
    assert read(gone, new_page()).open_incidents == ()


def test_prices_in_a_page_of_2023_are_no_tokens() -> None:
    properties = props()
    properties["activeIncidents"][0]["name"] = "$5 vouchers fail"
    assert read(old_page(properties)).incidents[0].title == "$5 vouchers fail"


# What is refused


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b'{"page":{"name":"x"}}',
        b'{"page":{"status":{"indicator":"none"}}}',
        b'{"page":{"status":"UP"},"activeIncidents":"none"}',
        b'{"page":{"status":"UP"},"activeIncidents":[null]}',
        b'{"page":{"status":"UP"},"activeMaintenances":{}}',
        b'{"components":[{"name":"no id"}]}',
        b"<!DOCTYPE html><html><body>Not found</body></html>",
        b'<html><script id="__NEXT_DATA__">{"props":{"pageProps":{"statusCode":404}}}</script></html>',
    ],
)
def test_what_is_not_the_format_is_refused(body: bytes) -> None:
    with pytest.raises(ParseError, match="Instatus"):
        read(Document(body))
    assert instatus.recognise(Document(body)) is None


def test_an_empty_body_is_refused_as_empty() -> None:
    with pytest.raises(LookError) as caught:
        read(Document(b""))
    assert caught.value.kind is FailureKind.EMPTY


@pytest.mark.parametrize("key", ["site", "activeIncidents", "activeMaintenances"])
def test_a_page_without_its_mandatory_parts_is_refused(key: str) -> None:
    properties = props()
    properties[key] = None
    with pytest.raises(ParseError):
        read(new_page(properties))


def test_a_document_of_statuspage_is_none_of_instatus_and_the_other_way_round() -> None:
    theirs = Document(b'{"page":{"id":"abc"},"status":{"indicator":"none"},"components":[],"incidents":[]}')
    with pytest.raises(ParseError):
        read(theirs)
    with pytest.raises(ParseError):
        statuspage.parse([fixture(SUMMARY)], Look("moosgrund", NOW))
    assert statuspage.recognise(fixture(SUMMARY)) is None


# Where to look


def test_it_is_recognised_by_its_words_and_pages() -> None:
    documents = [fixture(SUMMARY), fixture(QUIET), fixture("components.json"), old_page(), new_page()]
    found = [instatus.recognise(document) for document in documents]
    assert [recognition.certainty for recognition in found if recognition] == [96, 92, 75, 85, 85]


@pytest.mark.parametrize("address", ["https://s.example/", "https://s.example/summary.json"])
def test_a_look_reads_two_documents_and_the_page_is_the_history(address: str) -> None:
    endpoints = instatus.endpoints(address)
    assert endpoints.look == ("https://s.example/summary.json", "https://s.example/v3/components.json")
    assert endpoints.history == ("https://s.example/",)
    assert endpoints.fallbacks == (
        ("https://s.example/", "instatus"),
        ("https://s.example/history.atom", "feed"),
    )
