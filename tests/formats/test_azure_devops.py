"""Azure DevOps: the health of services by geography."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Snapshot
from statusherd.model.words import Status
from statusherd.watch.formats import Look, all_formats, azure_devops
from statusherd.watch.reading.documents import Document
from statusherd.watch.whereabouts import probe_addresses

FIXTURES = Path(__file__).parent / "fixtures" / "azure_devops"
HEALTH = "https://status.dev.azure.com/_apis/status/health?api-version=7.1-preview.1"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def fixture(name: str) -> Document:
    return Document((FIXTURES / name).read_bytes(), HEALTH)


def read(*documents: Document) -> Snapshot:
    return azure_devops.parse(documents, Look("devops", NOW))


def changed(**values: Any) -> Document:
    return Document(json.dumps(json.loads(fixture("all_well.json").body) | values).encode(), HEALTH)


def with_health(word: Any) -> Document:
    return changed(
        services=[{"id": "Repos", "geographies": [{"id": "EU", "name": "Europe", "health": word}]}]
    )


def test_service_is_a_component_in_each_geography() -> None:
    snapshot = read(fixture("incident_open.json"))
    assert [(c.id, c.name, c.region, c.status) for c in snapshot.components] == [
        ("Repos/US", "Repos", "United States", Status.OPERATIONAL),
        ("Repos/EU", "Repos", "Europe", Status.DEGRADED),
        ("Pipelines/US", "Pipelines", "United States", Status.MAJOR_OUTAGE),
        ("Pipelines/EU", "Pipelines", "Europe", Status.DEGRADED),
    ]
    assert snapshot.coverage.components


def test_health_of_all_does_not_speak_of_each() -> None:
    snapshot = read(fixture("incident_open.json"))
    assert (snapshot.page_status, snapshot.status) == (Status.PARTIAL_OUTAGE, Status.MAJOR_OUTAGE)


def test_all_well_is_operational_and_says_nothing_of_incidents() -> None:
    snapshot = read(fixture("all_well.json"))
    assert (snapshot.page_status, snapshot.status) == (Status.OPERATIONAL, Status.OPERATIONAL)
    assert not snapshot.coverage.incidents


def test_page_says_the_same_as_the_interface() -> None:
    page, health = read(fixture("page.html")), read(fixture("incident_open.json"))
    assert (page.components, page.page_status) == (health.components, health.page_status)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("healthy", Status.OPERATIONAL),
        ("advisory", Status.DEGRADED),
        ("Degraded", Status.DEGRADED),
        ("unhealthy", Status.MAJOR_OUTAGE),
        (4, Status.OPERATIONAL),
        (3, Status.DEGRADED),
        (1, Status.MAJOR_OUTAGE),
    ],
)
def test_health_is_read(word: Any, status: Status) -> None:
    assert read(with_health(word)).components[0].status is status


@pytest.mark.parametrize("word", ["splendid", 9, True, None, {}])
def test_health_that_is_not_known_is_never_operational(word: Any) -> None:
    assert read(with_health(word)).components[0].status is Status.UNKNOWN


def test_word_that_is_not_known_is_told() -> None:
    assert read(with_health("splendid")).warnings == (
        "unknown Azure DevOps health 'splendid', read as unknown",
    )


def test_service_that_is_listed_twice_is_one_as_bad_as_the_worst() -> None:
    snapshot = read(fixture("all_well.json"), fixture("incident_open.json"))
    assert len(snapshot.components) == 4
    assert snapshot.components[2].status is Status.MAJOR_OUTAGE


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "<html></html>",
        '{"status": {"health": "healthy"}}',
        '{"status": {"health": "healthy"}, "services": []}',
        '{"services": [{"id": "Repos", "geographies": []}]}',
        '{"services": [{"id": "Repos", "geographies": [{"id": "US"}]}]}',
        "<!DOCTYPE html><script id='dataProviders'>{}</script>",
    ],
)
def test_what_has_no_health_of_services_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode(), HEALTH))


def test_page_that_was_cut_off_is_refused() -> None:
    body = fixture("page.html").body
    for end in range(0, body.index(b"</script>"), 30):
        with pytest.raises(LookError):
            read(Document(body[:end], HEALTH))


@pytest.mark.parametrize("name", ["all_well.json", "incident_open.json", "page.html"])
def test_no_other_format_is_as_sure(name: str) -> None:
    found = [(r.certainty, f.NAME) for f in all_formats() if (r := f.recognise(fixture(name)))]
    assert max(found)[1] == "azure-devops"


@pytest.mark.parametrize(
    ("address", "look"),
    [
        ("https://status.dev.azure.com/", HEALTH),
        ("https://status.dev.azure.com/_history", HEALTH),
        (HEALTH, HEALTH),
        ("http://127.0.0.1:8000/health", "http://127.0.0.1:8000/health"),
    ],
)
def test_addresses_lead_to_the_health(address: str, look: str) -> None:
    assert azure_devops.endpoints(address).look == (look,)


def test_page_stands_in_where_the_interface_cannot_be_had() -> None:
    assert azure_devops.endpoints(HEALTH).fallbacks == (("https://status.dev.azure.com/", "azure-devops"),)


def test_health_is_among_the_first_addresses_to_try() -> None:
    assert HEALTH in probe_addresses("https://status.dev.azure.com/")[:2]
