"""Microsoft 365: the public posts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Snapshot
from statusherd.model.words import Impact, Phase, Status
from statusherd.watch.formats import Look, all_formats, m365
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "m365"
POSTS = "https://status.cloud.microsoft/api/posts/mac"
NOW = datetime(2026, 2, 1, 10, 30, tzinfo=UTC)


def fixture(name: str) -> Document:
    return Document((FIXTURES / name).read_bytes(), POSTS)


def read(*documents: Document) -> Snapshot:
    return m365.parse(documents, Look("m365", NOW))


def changed(**values: Any) -> Document:
    return Document(json.dumps(json.loads(fixture("all_well.json").body) | values).encode(), POSTS)


def test_standing_message_is_no_incident() -> None:
    snapshot = read(fixture("all_well.json"))
    assert (snapshot.page_status, snapshot.status) == (Status.OPERATIONAL, Status.OPERATIONAL)
    assert snapshot.incidents == ()
    assert snapshot.coverage.incidents


def test_degradation_is_an_open_incident() -> None:
    snapshot = read(fixture("incident_open.json"))
    [incident] = snapshot.incidents
    assert (incident.title, incident.impact) == ("Admin center cannot be reached", Impact.MINOR)
    assert incident.started_at == datetime(2026, 2, 1, 8, 0, tzinfo=UTC)
    assert incident.updates[0].text == "Sign-in to the admin center fails."
    assert (snapshot.page_status, snapshot.status) == (Status.DEGRADED, Status.DEGRADED)


def test_restored_service_ends_its_incident() -> None:
    before, after = (read(fixture(name)) for name in ("incident_open.json", "resolved.json"))
    assert after.incidents[0].id == before.incidents[0].id
    assert (after.incidents[0].phase, after.status) == (Phase.RESOLVED, Status.OPERATIONAL)


def test_clock_of_the_request_is_no_change() -> None:
    stamps = {
        "LastUpdatedTime": "2026-02-01T10:31:00+00:00",
        "InternalDateTime": "2026-02-01T10:30:00+00:00",
    }
    assert (
        read(changed(Status="ServiceDegradation", **stamps)).incidents
        == read(changed(Status="ServiceDegradation")).incidents
    )


def test_incident_without_a_title_is_named_by_its_state() -> None:
    [incident] = read(changed(Status="ServiceDegradation")).incidents
    assert incident.title == "Microsoft 365: service degradation"


@pytest.mark.parametrize("word", ["Unknown", "SomethingNew"])
def test_state_without_a_meaning_is_unknown_and_ends_nothing(word: str) -> None:
    snapshot = read(changed(Status=word))
    assert (snapshot.page_status, snapshot.status, snapshot.incidents) == (
        Status.UNKNOWN,
        Status.UNKNOWN,
        (),
    )
    assert not snapshot.coverage.incidents
    assert snapshot.warnings


def test_list_of_posts_has_a_component_for_each_service() -> None:
    snapshot = read(fixture("services.json"))
    assert [(c.id, c.name, c.status) for c in snapshot.components] == [
        ("OutlookCom", "Outlook.com", Status.OPERATIONAL),
        ("OneDriveConsumer", "OneDrive", Status.DEGRADED),
    ]
    assert snapshot.page_status is None
    assert [(i.title, i.component_ids) for i in snapshot.incidents] == [
        ("OneDrive: service degradation", ("OneDriveConsumer",))
    ]


def test_posts_of_one_look_are_read_together() -> None:
    snapshot = read(fixture("services.json"), fixture("all_well.json"))
    assert (snapshot.page_status, snapshot.status) == (Status.OPERATIONAL, Status.DEGRADED)
    assert len(snapshot.components) == 2


@pytest.mark.parametrize(
    "body", ["", "{}", "[]", "null", "[{}]", "<html></html>", '{"Status": "Available"}', '{"Id": "1"']
)
def test_what_is_no_post_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode(), POSTS))
    assert m365.recognise(Document(body.encode(), POSTS)) is None


def test_error_document_is_refused() -> None:
    with pytest.raises(LookError, match="has no Id"):
        read(fixture("malformed.json"))


@pytest.mark.parametrize("name", ["all_well.json", "incident_open.json", "services.json"])
def test_no_other_format_is_as_sure(name: str) -> None:
    found = [(r.certainty, f.NAME) for f in all_formats() if (r := f.recognise(fixture(name)))]
    assert max(found)[1] == "m365"


@pytest.mark.parametrize(
    ("address", "look"),
    [
        ("https://status.cloud.microsoft/", POSTS),
        (POSTS, POSTS),
        (
            "https://status.cloud.microsoft/api/posts/m365Consumer",
            "https://status.cloud.microsoft/api/posts/m365Consumer",
        ),
        ("http://127.0.0.1:8000/posts", "http://127.0.0.1:8000/posts"),
    ],
)
def test_addresses_lead_to_the_posts(address: str, look: str) -> None:
    assert m365.endpoints(address).look == (look,)
