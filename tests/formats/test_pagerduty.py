"""PagerDuty: the data in a status page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Look, pagerduty
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "pagerduty"
NOW = datetime(2024, 5, 3, 10, 0, tzinfo=UTC)
OPEN = "open_incident_and_windows"


def page(name: str, change: Callable[[Any], object] = lambda _: None) -> Document:
    head, data, tail = re.split(
        r'(?s)(?<=json">)(.*?)(?=</script>)', (FIXTURES / f"{name}.html").read_text(), maxsplit=1
    )
    root = json.loads(data)
    change(root["summary"])
    return Document(f"{head}{json.dumps(root)}{tail}".encode(), "https://status.acme.example/", "text/html")


def read(document: Document) -> Snapshot:
    return pagerduty.parse([document], Look("acme", NOW))


def test_services_are_well_where_nothing_is_open() -> None:
    snapshot = read(page("all_well"))
    assert (snapshot.status, snapshot.page_status) == (Status.OPERATIONAL, None)
    assert [(c.id, c.name, c.group, c.status) for c in snapshot.components] == [
        ("PS1", "Pages (US)", "Pages", Status.OPERATIONAL),
        ("PS2", "Pages (EU)", "Pages", Status.OPERATIONAL),
        ("PS3", "Web", None, Status.OPERATIONAL),
    ]


def test_page_without_services_and_incidents_is_operational_by_its_silence() -> None:
    document = page("all_well", lambda summary: summary.pop("post_status_page_services"))
    snapshot = read(document)
    assert (snapshot.status, snapshot.coverage.components) == (Status.OPERATIONAL, False)


def test_resolved_incident_is_history() -> None:
    (incident,) = read(page("all_well")).incidents
    assert (incident.id, incident.title, incident.phase) == ("PR1", "Slow & late pages", Phase.RESOLVED)
    assert incident.started_at == datetime(2024, 5, 2, 10, 0, tzinfo=UTC)
    assert incident.resolved_at == datetime(2024, 5, 2, 11, 0, tzinfo=UTC)
    assert incident.impact is Impact.MINOR


def test_open_incident_is_seen_behind_a_headline_that_says_all_is_well() -> None:
    snapshot = read(page(OPEN))
    (incident,) = snapshot.open_incidents
    assert (incident.impact, incident.phase) == (Impact.MINOR, Phase.INVESTIGATING)
    assert [update.text for update in incident.updates] == [
        "We look.",
        "We know more.",
        "Better in the EU.",
    ]
    assert incident.component_ids == ("PS1", "PS2")
    assert snapshot.status is Status.MAJOR_OUTAGE


def test_services_fare_as_the_newest_update_says() -> None:
    states = {c.id: c.status for c in read(page(OPEN)).components}
    assert states == {"PS1": Status.MAJOR_OUTAGE, "PS2": Status.OPERATIONAL, "PS3": Status.OPERATIONAL}


def test_update_that_says_all_good_does_not_unsay_the_impact_of_an_open_incident() -> None:
    def relax(summary: Any) -> None:
        summary["open_incidents"][0]["updates"][0].update(severity="all_good", impacted_business_services=[])

    snapshot = read(page(OPEN, relax))
    assert [i.impact for i in snapshot.open_incidents] == [Impact.MAJOR]


def test_severity_of_a_service_stands_in_for_a_missing_one() -> None:
    document = page(OPEN, lambda summary: summary["open_incidents"][0]["updates"][0].pop("severity"))
    assert [i.impact for i in read(document).open_incidents] == [Impact.CRITICAL]


def test_incident_that_its_newest_update_resolves_is_over_and_its_services_are_well() -> None:
    document = page(
        OPEN, lambda summary: summary["open_incidents"][0]["updates"][0].update(status="resolved")
    )
    snapshot = read(document)
    assert snapshot.open_incidents == ()
    assert {c.status for c in snapshot.components} == {Status.OPERATIONAL}


def test_incident_in_both_lists_is_open_and_one() -> None:
    def double(summary: Any) -> None:
        summary["resolved_incidents"].append(summary["open_incidents"][0])

    assert [i.id for i in read(page(OPEN, double)).incidents] == ["PO1", "PR1"]


def test_windows_stand_where_the_clock_says() -> None:
    snapshot = read(page(OPEN))
    assert [(m.id, m.phase) for m in snapshot.maintenances] == [
        ("PM1", MaintenancePhase.IN_PROGRESS),
        ("PM2", MaintenancePhase.SCHEDULED),
    ]
    assert snapshot.rereads_at == datetime(2024, 5, 3, 11, 0, tzinfo=UTC)


def test_unknown_words_are_warned_of() -> None:
    document = page(
        OPEN, lambda summary: summary["open_incidents"][0]["updates"][0].update(severity="dire", status="new")
    )
    assert [w.split(",")[0] for w in read(document).warnings] == [
        "unknown incident status 'new'",
        "unknown severity 'dire'",
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda summary: summary.update(open_incidents=None),
        lambda summary: summary.update(open_incidents={}),
        lambda summary: summary.update(open_incidents=[{}]),
        lambda summary: summary.pop("resolved_incidents"),
    ],
)
def test_page_without_its_lists_is_refused_and_never_operational(change: Callable[[Any], object]) -> None:
    with pytest.raises(LookError, match=r"summary\."):
        read(page("all_well", change))


def test_page_that_breaks_off_is_refused() -> None:
    whole = page(OPEN).body
    for cut in range(0, whole.index(b"</script>"), 97):
        with pytest.raises(LookError):
            read(Document(whole[:cut]))


@pytest.mark.parametrize("body", ["", "{}", '{"summary": {"open_incidents": []}}', "<html></html>"])
def test_what_is_no_page_of_pagerduty_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode()))
    assert pagerduty.recognise(Document(body.encode())) is None


def test_other_page_with_data_is_refused() -> None:
    login = Document((FIXTURES / "malformed.html").read_bytes())
    assert pagerduty.recognise(login) is None
    with pytest.raises(LookError):
        read(login)


@pytest.mark.parametrize(
    "address",
    [
        "https://status.acme.example",
        "https://status.acme.example/posts/details/PO1",
        "https://status.acme.example/incident_details/PO1",
        "https://status.acme.example/api/posts",
    ],
)
def test_page_is_read_from_any_address_of_it(address: str) -> None:
    assert pagerduty.endpoints(address).look == ("https://status.acme.example/",)


def test_shape_is_recognised() -> None:
    assert pagerduty.recognise(page("all_well"))
