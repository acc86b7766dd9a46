"""Xbox: the service status as XML and as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Coverage, Snapshot
from statusherd.model.words import Impact, Phase, Status
from statusherd.watch.formats import Look, xbox
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "xbox"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOME = "https://xnotify.xboxlive.com/servicestatusv6/US/en-US"


def fixture(name: str) -> Document:
    return Document((FIXTURES / name).read_bytes())


def read(*documents: Document, now: datetime = NOW) -> Snapshot:
    return xbox.parse(documents, Look("acme", now))


def changed(name: str, old: str, new: str) -> Document:
    text = fixture(name).text
    assert old in text
    return Document(text.replace(old, new).encode())


def test_no_known_issue_anywhere_is_operational() -> None:
    snapshot = read(fixture("all_well.xml"))
    assert (snapshot.page_status, snapshot.status) == (Status.OPERATIONAL, Status.OPERATIONAL)
    assert [(c.id, c.name, c.group) for c in snapshot.components] == [
        ("Account & profile", "Account & profile", None),
        ("Store", "Store", None),
        ("Acme Racer", "Acme Racer", "Apps and games"),
    ]
    assert snapshot.coverage == Coverage(rollup=True, components=True, incidents=True)
    assert snapshot.warnings == ()


def test_category_is_as_bad_as_it_or_one_of_its_scenarios() -> None:
    snapshot = read(fixture("incident_open.xml"))
    assert [c.status for c in snapshot.components] == [Status.PARTIAL_OUTAGE, Status.DEGRADED]
    assert snapshot.page_status is Status.PARTIAL_OUTAGE


def test_incident_in_several_scenarios_is_one_with_the_worst_level() -> None:
    snapshot = read(fixture("incident_open.xml"))
    (incident,) = snapshot.open_incidents
    assert (incident.id, incident.title) == ("7001", "Account & profile: Signing in")
    assert (incident.impact, incident.phase) == (Impact.CRITICAL, Phase.INVESTIGATING)
    assert incident.component_ids == ("Account & profile", "Store")
    assert incident.started_at == datetime(2026, 3, 2, 10, 15, tzinfo=UTC)
    assert [u.text for u in incident.updates] == [
        "We know that you may have trouble signing in.",
        "Purchases may fail.",
    ]
    assert snapshot.status is Status.MAJOR_OUTAGE


def test_incident_without_a_level_is_as_bad_as_its_scenario() -> None:
    body = fixture("incident_open.xml").body
    for level in (b"High", b"Low"):
        body = body.replace(b"<Name>%s</Name>" % level, b"")
    snapshot = read(Document(body))
    assert snapshot.incidents[0].impact is Impact.MAJOR


def test_incident_past_its_end_is_resolved_then() -> None:
    snapshot = read(fixture("resolved.xml"))
    over = snapshot.incidents[0]
    assert (over.phase, over.resolved_at) == (Phase.RESOLVED, datetime(2026, 3, 2, 11, 15, tzinfo=UTC))
    assert snapshot.status is Status.OPERATIONAL
    assert read(fixture("resolved.xml"), now=datetime(2026, 3, 2, 11, 0, tzinfo=UTC)).open_incidents


def test_json_form_reads_the_same() -> None:
    snapshot = read(fixture("open_as_json.json"))
    assert [(c.name, c.status) for c in snapshot.components] == [
        ("Account & profile", Status.PARTIAL_OUTAGE),
        ("Store", Status.OPERATIONAL),
        ("Acme Racer", Status.OPERATIONAL),
    ]
    (incident,) = snapshot.incidents
    assert (incident.id, incident.title, incident.impact) == (
        "7001",
        "Account & profile: Signing in",
        Impact.MAJOR,
    )
    assert snapshot.page_status is Status.PARTIAL_OUTAGE


def test_unknown_words_are_not_operational() -> None:
    snapshot = read(changed("all_well.xml", "<Name>None</Name>", "<Name>Splendid</Name>"))
    assert {c.status for c in snapshot.components} == {Status.UNKNOWN}
    assert snapshot.warnings == ("unknown state 'Splendid', read as unknown",)
    scenario = "<Status><Name>None</Name><Id>1</Id></Status><Name>Signing in"
    part = read(changed("all_well.xml", scenario, scenario.replace("None", "Odd")))
    assert part.components[0].status is Status.UNKNOWN


def test_page_without_an_overall_state_has_no_rollup() -> None:
    snapshot = read(changed("all_well.xml", "<State>None</State>", ""))
    assert (snapshot.page_status, snapshot.coverage.rollup) == (None, False)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_encodings_are_read_by_their_marks(encoding: str) -> None:
    body = fixture("all_well.xml").text.replace("utf-8", encoding[:6].rstrip("-")).encode(encoding)
    assert read(Document(body)).status is Status.OPERATIONAL


def test_document_type_with_entities_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(LookError, match="its root is not ServiceStatus"):
        read(fixture("entities.xml"))
    assert xbox.recognise(fixture("entities.xml")) is None


def test_entity_that_was_never_declared_is_refused() -> None:
    with pytest.raises(LookError):
        read(changed("all_well.xml", "Store", "&file;"))


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        '{"CoreServices": []}',
        '{"CoreServices": [{"Name": "Store"}]}',
        "<html></html>",
        "<Error><Code>403</Code></Error>",
        "<ServiceStatus/>",
        "<ServiceStatus><CoreServices/></ServiceStatus>",
        "<ServiceStatus><CoreServices><Category><Name>Store</Name></Category></CoreServices></ServiceStatus>",
        '<?xml version="1.0"?><!-- ServiceStatus',
    ],
)
def test_other_content_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode()))


def test_a_document_that_was_cut_off_is_refused() -> None:
    with pytest.raises(LookError):
        read(fixture("malformed.xml"))


@pytest.mark.parametrize(
    ("address", "document"),
    [
        ("https://support.xbox.com/en-US/xbox-live-status", HOME),
        ("https://xnotify.xboxlive.com/", HOME),
        ("https://xnotify.xboxlive.com/servicestatusv6/GB/en-GB", HOME.replace("US/en-US", "GB/en-GB")),
        ("http://127.0.0.1:8080/servicestatusv6/US/en-US", "http://127.0.0.1:8080/servicestatusv6/US/en-US"),
    ],
)
def test_endpoint_is_the_document_of_the_market(address: str, document: str) -> None:
    assert xbox.endpoints(address).look == (document,)


def test_shapes_are_recognised() -> None:
    for name in ("all_well.xml", "incident_open.xml", "open_as_json.json"):
        found = xbox.recognise(fixture(name))
        assert found is not None
        assert found.certainty >= 90
    assert (
        xbox.recognise(Document(b"<ServiceStatus><currentStatus>1</currentStatus></ServiceStatus>")) is None
    )
