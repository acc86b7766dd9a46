"""AWS: the list of current events, and the feeds of its updates."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Known, Snapshot
from statusherd.model.words import ChangeKind, Impact, Phase, Status
from statusherd.watch.compare import Policy, compare
from statusherd.watch.formats import Look, all_formats, aws
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "aws"
EVENTS = "https://health.aws.amazon.com/public/currentevents"
NOW = datetime(2026, 2, 1, 10, 30, tzinfo=UTC)
ARN = "arn:aws:health:eu-north-1::event/EC2/AWS_EC2_OPERATIONAL_ISSUE/AWS_EC2_OPERATIONAL_ISSUE_AB12C_0123456789A"


def fixture(name: str) -> Document:
    return Document((FIXTURES / name).read_bytes(), f"https://mirror.example/{name}")


def read(*documents: Document) -> Snapshot:
    return aws.parse(documents, Look("aws", NOW))


def changed(change: Callable[[dict[str, Any]], object], name: str = "incident_open.utf16.json") -> Document:
    events = json.loads(fixture(name).text)
    change(events[0])
    return Document(json.dumps(events).encode())


def test_empty_list_is_all_well() -> None:
    snapshot = read(fixture("all_well.json"))
    assert (snapshot.status, snapshot.page_status, snapshot.incidents) == (Status.OPERATIONAL, None, ())
    assert snapshot.coverage.incidents


def test_open_event_is_read_from_utf16() -> None:
    snapshot = read(fixture("incident_open.utf16.json"))
    [incident] = snapshot.incidents
    assert (incident.id, incident.title) == (ARN, "Increased launch failures")
    assert (incident.impact, incident.phase) == (Impact.MAJOR, Phase.INVESTIGATING)
    assert incident.started_at == datetime(2026, 2, 1, 8, 0, tzinfo=UTC)
    assert incident.regions == ("eu-north-1",)
    assert incident.url == f"https://health.aws.amazon.com/health/status?eventID={ARN}"
    assert [update.text for update in incident.updates] == [
        "We are investigating launch failures in one zone.",
        "Launches fail & volumes are slow.",
    ]
    assert snapshot.status is Status.PARTIAL_OUTAGE


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8", "utf-8-sig"])
def test_bytes_tell_the_charset_whatever_the_label_says(encoding: str) -> None:
    text = fixture("incident_open.utf16.json").text
    document = Document(text.encode(encoding), EVENTS, "application/json;charset=utf-16")
    assert aws.recognise(document) is not None
    assert len(read(document).open_incidents) == 1


def test_services_are_called_by_their_short_names_in_their_region() -> None:
    snapshot = read(fixture("incident_open.utf16.json"))
    assert [(c.id, c.name, c.region, c.status) for c in snapshot.components] == [
        ("ec2-eu-north-1", "ec2", "eu-north-1", Status.PARTIAL_OUTAGE),
        ("elb-eu-north-1", "elb", "eu-north-1", Status.OPERATIONAL),
        ("cloudfront", "cloudfront", None, Status.DEGRADED),
    ]
    assert not snapshot.coverage.components


def test_resolved_event_that_is_still_listed_is_over() -> None:
    snapshot = read(fixture("resolved.json"))
    [incident] = snapshot.incidents
    assert (incident.phase, incident.title) == (Phase.RESOLVED, "Increased launch failures")
    assert incident.resolved_at == datetime(2026, 2, 1, 10, 0, tzinfo=UTC)
    assert (incident.impact, incident.updates[-1].phase) == (Impact.MAJOR, Phase.RESOLVED)
    assert snapshot.status is Status.OPERATIONAL


def test_resolved_event_whose_services_still_say_trouble_raises_nothing() -> None:
    document = changed(lambda e: e["impacted_services"]["cloudfront"].update(current="3"), "resolved.json")
    assert read(document).status is Status.OPERATIONAL


def test_level_may_be_a_number_and_the_list_wrapped() -> None:
    events = json.loads(fixture("incident_open.utf16.json").text)
    events[0]["status"] = 3
    document = Document(json.dumps({"current": events}).encode())
    assert aws.recognise(document) is not None
    assert read(document).status is Status.MAJOR_OUTAGE


def test_unknown_level_is_trouble_with_a_warning() -> None:
    snapshot = read(changed(lambda e: (e.update(status="7"), e.pop("impacted_services"))))
    assert (snapshot.incidents[0].impact, snapshot.status) == (Impact.UNKNOWN, Status.DEGRADED)
    assert "unknown AWS status '7'" in snapshot.warnings[0]


def test_event_of_many_services_without_a_list_names_no_component() -> None:
    document = changed(lambda e: e.update(service="multipleservices-us-gov-west-1", impacted_services={}))
    assert read(document).incidents[0].component_ids == ()


@pytest.mark.parametrize(
    ("slug", "service", "region"),
    [
        ("acm-pca-me-central-1", "acm-pca", "me-central-1"),
        ("multipleservices-us-gov-west-1", "multipleservices", "us-gov-west-1"),
        ("ec2-us-isob-east-1", "ec2", "us-isob-east-1"),
        ("ec2-eusc-de-east-1", "ec2", "eusc-de-east-1"),
        ("s3-ap-southeast-2", "s3", "ap-southeast-2"),
        ("cloudfront", "cloudfront", None),
    ],
)
def test_region_is_the_end_of_a_slug(slug: str, service: str, region: str | None) -> None:
    def move(event: dict[str, Any]) -> None:
        event.update(service=slug, arn="", impacted_services={})

    snapshot = read(changed(move))
    assert [(c.name, c.region) for c in snapshot.components] == [(service, region)] * (
        service != "multipleservices"
    )
    assert snapshot.incidents[0].regions == ((region,) if region else ())


def test_filter_for_a_service_that_is_well_is_not_called_rotten() -> None:
    known = compare(Known("aws"), read(fixture("all_well.json"))).known
    changes = compare(known, read(fixture("incident_open.utf16.json")), Policy(components=("s3",))).changes
    assert [change.kind for change in changes] == [ChangeKind.INCIDENT_OPENED]


def test_event_goes_on_under_its_name_while_only_the_feed_can_be_read() -> None:
    everything = Document(fixture("updates.rss").body, "https://status.aws.amazon.com/rss/all.rss")
    known = compare(Known("aws"), read(fixture("incident_open.utf16.json"))).known
    for document in (everything, fixture("incident_open.utf16.json")):
        compared = compare(known, read(document))
        known = compared.known
        told = {change.kind for change in compared.changes if change.subject == ARN}
        assert told == {ChangeKind.INCIDENT_UPDATED}
    assert known.incidents[ARN].is_open


def test_event_without_a_name_keeps_its_identity_while_it_goes_on() -> None:
    before, after = (
        read(changed(lambda e: e.pop("arn"), name)).incidents[0].id
        for name in ("incident_open.utf16.json", "resolved.json")
    )
    assert before == after


def test_event_that_is_listed_twice_is_one() -> None:
    listed = json.loads(fixture("incident_open.utf16.json").text) + json.loads(fixture("resolved.json").text)
    snapshot = read(Document(json.dumps(listed).encode()))
    assert [incident.phase for incident in snapshot.incidents] == [Phase.RESOLVED]


def test_entries_that_cannot_be_read_leave_silence_without_a_meaning() -> None:
    listed = [*json.loads(fixture("resolved.json").text), None]
    snapshot = read(Document(json.dumps(listed).encode()))
    assert not snapshot.coverage.incidents
    assert snapshot.status is Status.UNKNOWN
    assert snapshot.warnings


@pytest.mark.parametrize(
    "body",
    ["", "{}", "null", "[1]", "[{}]", '[{"status": "0"}]', "<html>", "<rss/>", '{"current": {}}', "[{"],
)
def test_what_is_no_list_of_events_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode(), EVENTS))
    assert aws.recognise(Document(body.encode(), EVENTS)) is None


def test_error_document_is_refused() -> None:
    with pytest.raises(LookError, match="not a list"):
        read(fixture("malformed.json"))


# The feeds


def test_updates_of_a_feed_are_grouped_into_events() -> None:
    snapshot = read(fixture("updates.rss"))
    said = {i.component_ids: (i.title, i.phase, i.impact, i.regions) for i in snapshot.incidents}
    assert said == {
        ("ec2-eu-north-1",): (
            "Increased launch failures",
            Phase.INVESTIGATING,
            Impact.CRITICAL,
            ("eu-north-1",),
        ),
        ("cloudfront",): ("Slow invalidations", Phase.RESOLVED, Impact.MINOR, ()),
    }
    assert snapshot.status is Status.MAJOR_OUTAGE


def test_feed_of_all_services_does_not_speak_for_what_it_lacks() -> None:
    body = fixture("updates.rss").body
    everything = read(Document(body, "https://status.aws.amazon.com/rss/all.rss"))
    one = read(Document(body, "https://status.aws.amazon.com/rss/ec2-eu-north-1.rss"))
    assert (everything.coverage.incidents, one.coverage.incidents) == (False, True)


def test_beside_the_list_a_feed_is_not_counted_again() -> None:
    snapshot = read(fixture("updates.rss"), fixture("incident_open.utf16.json"))
    assert [incident.id for incident in snapshot.incidents] == [ARN]


@pytest.mark.parametrize("name", ["incident_open.utf16.json", "resolved.json", "updates.rss"])
def test_no_other_format_is_as_sure(name: str) -> None:
    found = [(r.certainty, f.NAME) for f in all_formats() if (r := f.recognise(fixture(name)))]
    assert max(found)[1] == "aws"


def test_empty_list_is_recognised_by_its_address_alone() -> None:
    assert aws.recognise(Document(b"[]", EVENTS)) is not None
    assert aws.recognise(Document(b"[]", "https://status.acme.example/incidents.json")) is None


@pytest.mark.parametrize(
    ("address", "look"),
    [
        ("https://health.aws.amazon.com/health/status", EVENTS),
        ("https://status.aws.amazon.com/rss/all.rss", EVENTS),
        (
            "https://status.aws.amazon.com/rss/ec2-us-east-1.rss",
            "https://status.aws.amazon.com/rss/ec2-us-east-1.rss",
        ),
        ("https://health.amazonaws.cn/", "https://health.amazonaws.cn/public/currentevents"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000/public/currentevents"),
        ("http://127.0.0.1:8000/copy.json", "http://127.0.0.1:8000/copy.json"),
    ],
)
def test_addresses_lead_to_the_list(address: str, look: str) -> None:
    assert aws.endpoints(address).look == (look,)


def test_feed_is_the_fallback_of_the_list() -> None:
    assert aws.endpoints(EVENTS).fallbacks == (("https://status.aws.amazon.com/rss/all.rss", "aws"),)
