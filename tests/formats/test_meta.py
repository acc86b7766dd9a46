"""Meta: products with their services, and the outages of the one that is asked for."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Coverage, Snapshot
from statusherd.model.words import Impact, Phase, Status
from statusherd.watch.formats import Look, meta
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "meta"
DATA = "https://status.acme.example/data/"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def fixture(case: str, name: str = "orgs") -> Document:
    place = name if name == "orgs" else f"outages/{name}"
    return Document((FIXTURES / case / f"{name}.json").read_bytes(), f"{DATA}{place}.json")


def read(*documents: Document) -> Snapshot:
    return meta.parse(documents, Look("acme", NOW))


def changed(**values: Any) -> Document:
    rows = json.loads(fixture("incident_open", "acme-chat").body)
    rows[0].update(values)
    return Document(json.dumps(rows[:1]).encode(), f"{DATA}outages/acme-chat.json")


def test_products_alone_tell_their_services_and_nothing_of_outages() -> None:
    snapshot = read(fixture("all_well"))
    assert (snapshot.page_status, snapshot.status) == (None, Status.OPERATIONAL)
    assert [(c.id, c.name, c.group) for c in snapshot.components] == [
        ("acme-chat/1", "Cloud API", "Acme Chat Platform"),
        ("acme-chat/4", "Account Management", "Acme Chat Platform"),
        ("acme-ads/1", "Ad Creation", "Acme Ads"),
    ]
    assert snapshot.coverage == Coverage(components=True)
    assert (snapshot.page_name, snapshot.warnings) == ("Meta", ())


def test_the_product_whose_outages_are_there_is_the_one_that_is_read() -> None:
    snapshot = read(fixture("all_well", "acme-chat"), fixture("all_well"))
    assert [c.id for c in snapshot.components] == ["acme-chat/1", "acme-chat/4"]
    assert snapshot.coverage == Coverage(components=True, incidents=True)
    assert (snapshot.status, snapshot.page_name) == (Status.OPERATIONAL, "Acme Chat Platform")


def test_disruptions_are_states() -> None:
    assert [c.status for c in read(fixture("incident_open")).components] == [
        Status.MAJOR_OUTAGE,
        Status.DEGRADED,
        Status.PARTIAL_OUTAGE,
        Status.OPERATIONAL,
    ]


def test_open_outage_names_its_service_and_has_its_posts_oldest_first() -> None:
    snapshot = read(fixture("incident_open"), fixture("incident_open", "acme-chat"))
    (incident,) = snapshot.open_incidents
    assert (incident.id, incident.title) == ("901", "Cloud API, Acme Chat Platform: disruption")
    assert (incident.impact, incident.phase) == (Impact.CRITICAL, Phase.IDENTIFIED)
    assert incident.component_ids == ("acme-chat/1",)
    assert incident.started_at == datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
    assert incident.updated_at == datetime(2026, 3, 2, 11, 30, tzinfo=UTC)
    assert [(u.phase, u.text) for u in incident.updates] == [
        (Phase.INVESTIGATING, "Messages fail."),
        (Phase.IDENTIFIED, "We found the cause & mend it."),
    ]
    assert incident.url == "https://status.acme.example/acme-chat"
    assert snapshot.status is Status.MAJOR_OUTAGE


def test_resolved_outage_keeps_how_bad_it_was() -> None:
    over = read(fixture("incident_open"), fixture("incident_open", "acme-chat")).incidents[1]
    assert (over.phase, over.impact) == (Phase.RESOLVED, Impact.MINOR)
    assert over.started_at == datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    assert over.resolved_at == datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


def test_history_is_told_beside_the_current_outages() -> None:
    snapshot = read(
        fixture("resolved"), fixture("resolved", "acme-chat"), fixture("resolved", "acme-chat.history")
    )
    assert [i.id for i in snapshot.incidents] == ["900"]
    assert (snapshot.coverage.incidents, snapshot.coverage.history) == (True, True)


def test_history_alone_does_not_end_what_it_lacks() -> None:
    snapshot = read(fixture("resolved"), fixture("resolved", "acme-chat.history"))
    assert not snapshot.coverage.incidents


def test_outage_without_a_status_stands_where_its_newest_post_says() -> None:
    assert read(fixture("incident_open"), changed(status=None)).incidents[0].phase is Phase.IDENTIFIED


def test_unknown_words_are_no_recovery() -> None:
    snapshot = read(fixture("incident_open"), changed(status="Cosmic rays"))
    incident = snapshot.incidents[0]
    assert (incident.phase, incident.impact) == (Phase.IDENTIFIED, Impact.UNKNOWN)
    assert snapshot.warnings == ("unknown outage status 'Cosmic rays', read as unknown",)
    body = fixture("all_well").body.replace(b"No known issues", b"Splendid").replace(b"Resolved", b"Fine")
    assert read(Document(body, f"{DATA}orgs.json")).status is Status.UNKNOWN


def test_entry_that_cannot_be_read_makes_silence_mean_nothing() -> None:
    body = b'[{"weather": 1}, {"id": "1", "status": "Resolved", "posts": []}]'
    snapshot = read(fixture("all_well"), Document(body, f"{DATA}outages/acme-chat.json"))
    assert not snapshot.coverage.incidents
    assert any("silence" in warning for warning in snapshot.warnings)


def test_product_that_is_gone_from_the_page_is_a_warning() -> None:
    gone = Document(b"[]", f"{DATA}outages/acme-fax.json")
    snapshot = read(fixture("all_well"), gone)
    assert (snapshot.status, snapshot.components) == (Status.UNKNOWN, ())
    assert snapshot.warnings == ("the page has no product acme-fax",)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        "[{}]",
        '[{"id": "a"}]',
        "<!DOCTYPE html><html></html>",
        '[{"id": "a", "services": 3}]',
        '[{"id": 1, "services": ["Chat"], "status": "active"}]',
        '[{"id": 1, "services": []}]',
    ],
)
def test_other_content_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode(), f"{DATA}orgs.json"))
    assert meta.recognise(Document(body.encode())) is None


def test_a_page_in_the_place_of_the_outages_is_refused() -> None:
    page = Document(b"<!DOCTYPE html><html></html>", f"{DATA}outages/acme-chat.json")
    with pytest.raises(LookError):
        read(fixture("all_well"), page)


def test_an_empty_list_of_outages_alone_says_nothing() -> None:
    snapshot = read(fixture("all_well", "acme-chat"))
    assert snapshot.status is Status.UNKNOWN


@pytest.mark.parametrize(
    "address",
    [
        "https://status.acme.example/acme-chat",
        "https://status.acme.example/acme-chat/",
        "https://status.acme.example/data/outages/acme-chat.json",
        "https://status.acme.example/data/outages/acme-chat.history.json",
        "https://status.acme.example/outage-events-feed-acme-chat.rss",
    ],
)
def test_address_of_a_product_leads_to_its_outages(address: str) -> None:
    found = meta.endpoints(address)
    assert found.look == (f"{DATA}orgs.json", f"{DATA}outages/acme-chat.json")
    assert found.history == (f"{DATA}outages/acme-chat.history.json",)
    assert found.fallbacks == (("https://status.acme.example/outage-events-feed-acme-chat.rss", "feed"),)


@pytest.mark.parametrize(
    "address",
    [
        "https://status.acme.example",
        "https://status.acme.example/",
        "https://status.acme.example/data/orgs.json",
    ],
)
def test_address_of_the_page_leads_to_the_products(address: str) -> None:
    assert meta.endpoints(address).look == (f"{DATA}orgs.json",)


def test_shapes_are_recognised() -> None:
    for document in (fixture("all_well"), fixture("incident_open", "acme-chat")):
        found = meta.recognise(document)
        assert found is not None
        assert found.certainty >= 90
    strange = Document(b'[{"id": 1, "services": [{"name": "x", "status": "ok"}]}]')
    found = meta.recognise(strange)
    assert found is None or found.certainty < 90
