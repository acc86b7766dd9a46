"""Azure: the RSS feed of the public status, the page with its tables, and the post beside them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Look, all_formats, azure
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "azure"
PAGE = "https://azure.status.microsoft/en-us/status"
POST = "https://status.cloud.microsoft/api/posts/azure"
FEED = "https://rssfeed.azure.status.microsoft/en-us/status/feed/"
NOW = datetime(2026, 2, 1, 10, 30, tzinfo=UTC)


def fixture(name: str) -> Document:
    return Document((FIXTURES / name).read_bytes(), FEED, "application/rss+xml")


def page(name: str) -> Document:
    return Document((FIXTURES / name).read_bytes(), PAGE, "text/html; charset=utf-8")


def post(name: str) -> Document:
    return Document((FIXTURES / name).read_bytes(), POST, "application/json")


def read(*documents: Document, now: datetime = NOW) -> Snapshot:
    return azure.parse(documents, Look("azure", now))


def reworded(old: str, new: str) -> Document:
    return Document(fixture("incident_open.xml").body.replace(old.encode(), new.encode()), FEED)


def test_feed_without_an_item_is_all_well() -> None:
    snapshot = read(fixture("all_well.xml"))
    assert (snapshot.status, snapshot.page_status, snapshot.incidents) == (Status.OPERATIONAL, None, ())
    assert snapshot.coverage.incidents


def test_item_is_an_open_incident() -> None:
    snapshot = read(fixture("incident_open.xml"))
    [incident] = snapshot.incidents
    assert (incident.id, incident.title) == (
        "storage-latency-in-west-europe",
        "Storage latency in West Europe",
    )
    assert (incident.impact, incident.phase) == (Impact.UNKNOWN, Phase.INVESTIGATING)
    assert incident.started_at == datetime(2026, 2, 1, 8, 0, tzinfo=UTC)
    assert incident.updates[0].text == "Requests are slow & some fail.\nWe look into it."
    assert snapshot.status is Status.DEGRADED


def test_categories_are_told_apart_into_services_and_regions() -> None:
    snapshot = read(fixture("incident_open.xml"))
    assert snapshot.incidents[0].regions == ("West Europe", "East US 2")
    assert snapshot.incidents[0].component_ids == ("Storage Accounts",)
    assert [c.name for c in snapshot.components] == ["Storage Accounts"]
    assert not snapshot.coverage.components


@pytest.mark.parametrize(
    ("category", "is_region"),
    [
        ("North Central US", True),
        ("US Gov Virginia", True),
        ("Jio India West", True),
        ("New Zealand North", True),
        ("East US 2 EUAP", True),
        ("Southeast Asia", True),
        ("Network Infrastructure", False),
        ("Azure Virtual Desktop", False),
        ("Microsoft Entra ID", False),
    ],
)
def test_region_is_told_by_its_words(category: str, *, is_region: bool) -> None:
    regions = read(reworded("West Europe</category>", f"{category}</category>")).incidents[0].regions
    assert (category in regions) is is_region


def test_incident_everywhere_is_in_no_single_region() -> None:
    assert read(reworded("West Europe</category>", "Global</category>")).incidents[0].regions == ()


def test_link_to_a_machine_behind_the_page_is_not_passed_on() -> None:
    assert (
        read(fixture("incident_open.xml")).incidents[0].url == "https://azure.status.microsoft/en-us/status/"
    )


def test_item_stays_open_however_old_it_is() -> None:
    assert len(read(fixture("incident_open.xml"), now=NOW + timedelta(days=9)).open_incidents) == 1


@pytest.mark.parametrize(
    "title", ["Mitigated - Storage latency", "RESOLVED: Storage latency", "[Resolved] X"]
)
def test_title_may_say_that_it_is_over(title: str) -> None:
    snapshot = read(reworded("Storage latency in West Europe", title))
    assert (snapshot.open_incidents, snapshot.status) == ((), Status.OPERATIONAL)


def test_title_stays_the_same_when_it_is_over() -> None:
    before, after = (read(fixture(name)).incidents[0] for name in ("incident_open.xml", "resolved.xml"))
    assert (before.id, before.title) == (after.id, after.title)
    assert after.phase is Phase.RESOLVED


def test_item_dated_ahead_is_no_incident_until_then() -> None:
    snapshot = read(fixture("ahead.xml"))
    assert (snapshot.incidents, snapshot.status) == ((), Status.OPERATIONAL)
    assert [m.phase for m in snapshot.maintenances] == [MaintenancePhase.SCHEDULED]
    assert snapshot.rereads_at == datetime(2026, 2, 2, 8, 0, tzinfo=UTC)
    assert len(read(fixture("ahead.xml"), now=NOW + timedelta(days=1)).open_incidents) == 1


def test_item_in_two_feeds_is_one_and_an_empty_feed_hides_nothing() -> None:
    snapshot = read(fixture("incident_open.xml"), fixture("all_well.xml"), fixture("incident_open.xml"))
    assert len(snapshot.open_incidents) == 1


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html><head><title>Azure Status</title></head></html>",
        "<rss><title>Azure Status</title></rss>",
        "<rss><channel><title>Other Status</title></channel></rss>",
        "<rss><channel></channel></rss>",
        "{}",
        "<Error/>",
    ],
)
def test_what_is_not_azures_feed_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode(), FEED))
    assert azure.recognise(Document(body.encode(), FEED)) is None


def test_title_of_an_item_does_not_make_a_feed_azures() -> None:
    body = "<rss><channel><item><title>Azure Status</title></item></channel></rss>"
    with pytest.raises(LookError):
        read(Document(body.encode(), FEED))


@pytest.mark.parametrize("name", ["all_well.xml", "incident_open.xml"])
def test_feed_that_was_cut_off_is_refused(name: str) -> None:
    body = fixture(name).body
    for end in range(0, len(body) - 8, 40):
        with pytest.raises(LookError):
            read(Document(body[:end], FEED))


def test_error_document_is_refused() -> None:
    with pytest.raises(LookError):
        read(fixture("malformed.xml"))


@pytest.mark.parametrize("name", ["all_well.xml", "incident_open.xml", "resolved.xml"])
def test_no_other_format_is_as_sure(name: str) -> None:
    found = [(r.certainty, f.NAME) for f in all_formats() if (r := f.recognise(fixture(name)))]
    assert max(found)[1] == "azure"


@pytest.mark.parametrize(
    ("address", "look"),
    [
        ("https://azure.status.microsoft/en-us/status", FEED),
        ("https://status.azure.com/", FEED),
        (FEED, FEED),
        ("http://127.0.0.1:8000/feed/", "http://127.0.0.1:8000/feed/"),
    ],
)
def test_addresses_lead_to_the_feed(address: str, look: str) -> None:
    assert azure.endpoints(address).look == (look,)


def test_page_stands_in_where_the_feed_cannot_be_had_and_the_post_comes_with_it() -> None:
    endpoints = azure.endpoints(PAGE)
    assert (endpoints.look, endpoints.optional) == ((FEED,), (POST,))
    assert endpoints.fallbacks[-1] == (PAGE, "azure")


def test_page_has_a_component_for_each_service_in_each_region_that_has_it() -> None:
    snapshot = read(page("grid.html"))
    assert {c.id: c.status for c in snapshot.components} == {
        "Widgets/East US": Status.OPERATIONAL,
        "Widgets/West US": Status.DEGRADED,
        "Widget Starts/East US": Status.OPERATIONAL,
        "Widget Starts/West US": Status.MAJOR_OUTAGE,
        "Gadgets": Status.OPERATIONAL,
        "Gadgets/East US": Status.OPERATIONAL,
        "Wires": Status.MAJOR_OUTAGE,
        "Wires/East US": Status.OPERATIONAL,
        "Wires/West US": Status.OPERATIONAL,
        "Widgets/North Europe": Status.OPERATIONAL,
        "Gadgets/North Europe": Status.OPERATIONAL,
        "Wires/North Europe": Status.OPERATIONAL,
    }
    assert snapshot.status is Status.MAJOR_OUTAGE


def test_regions_and_headings_of_the_page_are_kept() -> None:
    leaves = {c.id: c for c in read(page("grid.html")).components}
    assert (leaves["Widgets/West US"].region, leaves["Widgets/West US"].group) == ("West US", "Compute")
    assert leaves["Widget Starts/West US"].group == "Widgets"
    assert (leaves["Wires"].region, leaves["Wires"].group) == (None, "Networking")


def test_page_speaks_for_states_and_not_for_incidents() -> None:
    snapshot = read(page("grid_all_well.html"))
    assert (snapshot.status, snapshot.page_status) == (Status.OPERATIONAL, None)
    assert (snapshot.coverage.components, snapshot.coverage.incidents) == (True, False)


def test_older_page_with_drawings_is_read() -> None:
    snapshot = read(page("grid_of_drawings.html"))
    assert [c.status for c in snapshot.components] == [
        Status.OPERATIONAL,
        Status.DEGRADED,
        Status.MAJOR_OUTAGE,
        Status.OPERATIONAL,
        Status.OPERATIONAL,
        Status.UNKNOWN,
        Status.OPERATIONAL,
    ]
    assert snapshot.warnings == ("unknown state of a region '#svg-health-odd', read as unknown",)


def test_label_that_is_not_known_is_never_operational() -> None:
    body = page("grid_all_well.html").body.replace(b'"Good"', b'"Splendid"')
    snapshot = read(Document(body, PAGE))
    assert {c.status for c in snapshot.components} == {Status.UNKNOWN}
    assert snapshot.status is Status.UNKNOWN
    assert snapshot.warnings


def test_service_that_is_told_twice_in_a_region_is_as_bad_as_the_worst() -> None:
    other = Document(page("grid_all_well.html").body.replace(b'"Good"', b'"Critical"'), PAGE)
    for pages in ((page("grid_all_well.html"), other), (other, page("grid_all_well.html"))):
        assert {c.status for c in read(*pages).components} == {Status.MAJOR_OUTAGE}


def test_page_and_feed_are_read_together() -> None:
    snapshot = read(page("grid_all_well.html"), fixture("open.xml"))
    assert len(snapshot.open_incidents) == 1
    assert (snapshot.coverage.components, snapshot.coverage.incidents) == (True, True)
    assert "Storage Accounts" in [c.id for c in snapshot.components]


def test_post_tells_of_trouble_that_an_empty_feed_does_not_know() -> None:
    snapshot = read(fixture("all_well.xml"), post("post_degraded.json"))
    assert (snapshot.page_status, snapshot.status) == (Status.DEGRADED, Status.DEGRADED)
    assert snapshot.coverage.rollup
    assert snapshot.incidents == ()


def test_post_that_all_is_well_takes_nothing_back() -> None:
    snapshot = read(post("post.json"), fixture("open.xml"))
    assert (snapshot.page_status, snapshot.status) == (Status.OPERATIONAL, Status.DEGRADED)


def test_post_with_an_unknown_state_is_passed_over_with_a_warning() -> None:
    body = post("post.json").body.replace(b"Available", b"Splendid")
    snapshot = read(fixture("all_well.xml"), Document(body, POST))
    assert (snapshot.page_status, snapshot.status) == (None, Status.OPERATIONAL)
    assert (snapshot.coverage.rollup, len(snapshot.warnings)) == (False, 1)


@pytest.mark.parametrize("body", ["", "{}", "<html></html>", "[]", "null"])
def test_what_comes_in_place_of_the_post_does_not_blind_the_feed(body: str) -> None:
    snapshot = read(fixture("open.xml"), Document(body.encode(), POST))
    assert len(snapshot.open_incidents) == 1
    assert snapshot.warnings


@pytest.mark.parametrize("body", ["", "{}", "<html></html>"])
def test_what_comes_in_place_of_the_feed_is_refused_whatever_the_post_says(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode(), FEED), post("post.json"))


def test_post_alone_is_no_look_at_azure() -> None:
    with pytest.raises(LookError):
        read(post("post.json"))
    assert azure.recognise(post("post.json")) is None


@pytest.mark.parametrize("name", ["grid.html", "grid_of_drawings.html"])
def test_page_that_was_cut_off_is_refused(name: str) -> None:
    body = page(name).body.rstrip()
    for end in range(0, len(body) - 8, 60):
        with pytest.raises(LookError):
            read(Document(body[:end], PAGE))


@pytest.mark.parametrize("name", ["grid.html", "grid_of_drawings.html"])
def test_no_other_format_is_as_sure_of_the_page(name: str) -> None:
    found = [(r.certainty, f.NAME) for f in all_formats() if (r := f.recognise(page(name)))]
    assert max(found)[1] == "azure"
