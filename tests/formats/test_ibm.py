"""IBM Cloud: trouble and work among the news of its feed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Look, all_formats, ibm
from statusherd.watch.formats._ibm_items import MAX_ITEMS
from statusherd.watch.reading.documents import Document
from statusherd.watch.whereabouts import probe_addresses

FIXTURES = Path(__file__).parent / "fixtures" / "ibm"
FEED = "https://cloud.ibm.com/status/api/notifications/feed.rss"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def fixture(name: str) -> Document:
    return Document((FIXTURES / f"{name}.rss").read_bytes(), FEED)


def read(*documents: Document, now: datetime = NOW) -> Snapshot:
    return ibm.parse(documents, Look("ibm", now))


def reworded(old: str, new: str, name: str = "incident_open") -> Document:
    body = fixture(name).body.decode()
    assert old in body
    return Document(body.replace(old, new).encode(), FEED)


def test_news_is_no_trouble() -> None:
    snapshot = read(fixture("all_well"))
    assert (snapshot.status, snapshot.incidents, snapshot.maintenances) == (Status.OPERATIONAL, (), ())
    assert snapshot.coverage.incidents


def test_incident_is_told_by_its_fields() -> None:
    [incident] = read(fixture("incident_open")).incidents
    assert (incident.id, incident.title) == ("inc-1", "Servers cannot be provisioned")
    assert (incident.impact, incident.phase) == (Impact.UNKNOWN, Phase.INVESTIGATING)
    assert incident.started_at == datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
    assert incident.updated_at == datetime(2026, 3, 2, 11, 15, tzinfo=UTC)
    assert incident.regions == ("us-south", "eu-de")
    assert incident.component_ids == ("is.instance", "is.volume")
    assert incident.url == "https://cloud.ibm.com/status/incident/inc-1"


def test_text_is_told_without_the_fields() -> None:
    [incident] = read(fixture("incident_open")).incidents
    assert [u.text for u in incident.updates] == ["Orders of new servers fail. We look into it."]


def test_fields_may_stand_one_behind_another() -> None:
    one, other = read(reworded("<br>", " ")).incidents[0], read(fixture("incident_open")).incidents[0]
    assert one == other


def test_resources_are_shown_without_a_state() -> None:
    snapshot = read(fixture("incident_open"))
    assert [(c.name, c.status) for c in snapshot.components] == [
        ("is.instance", Status.UNKNOWN),
        ("is.volume", Status.UNKNOWN),
    ]
    assert not snapshot.coverage.components


def test_incident_is_over_when_its_end_has_come() -> None:
    [incident] = read(fixture("resolved")).incidents
    assert (incident.id, incident.phase) == ("inc-1", Phase.RESOLVED)
    assert incident.resolved_at == datetime(2026, 3, 2, 11, 40, tzinfo=UTC)
    [before] = read(fixture("resolved"), now=datetime(2026, 3, 2, 11, 30, tzinfo=UTC)).incidents
    assert before.is_open


def test_incident_is_over_when_its_title_says_so() -> None:
    document = reworded("<title>Servers", "<title>RESOLVED: Servers")
    [incident] = read(document).incidents
    assert (incident.title, incident.is_open) == ("Servers cannot be provisioned", False)


def test_incident_without_a_word_is_over_a_day_after_its_last_change() -> None:
    changed_at = datetime(2026, 3, 2, 11, 15, tzinfo=UTC)
    assert read(fixture("incident_open")).rereads_at == changed_at + timedelta(days=1)
    later = read(fixture("incident_open"), now=changed_at + timedelta(days=1, minutes=1))
    assert later.open_incidents == ()
    assert later.warnings
    assert later.coverage.incidents


def test_region_is_read_from_the_title_where_no_field_names_one() -> None:
    document = reworded("<b>Regions:</b> us-south, eu-de<br>", "")
    document = Document(document.body.replace(b"provisioned</t", b"re-run in eu-gb</t"), FEED)
    assert read(document).incidents[0].regions == ("eu-gb",)


def test_maintenance_stands_where_its_window_says() -> None:
    [window] = read(fixture("maintenance_scheduled")).maintenances
    assert (window.id, window.title, window.phase) == (
        "mnt-1",
        "Routers are replaced",
        MaintenancePhase.SCHEDULED,
    )
    assert window.starts_at == datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
    assert window.component_ids == ("transit",)


def test_maintenance_that_runs_is_the_state() -> None:
    snapshot = read(fixture("maintenance_running"))
    assert [m.phase for m in snapshot.maintenances] == [MaintenancePhase.IN_PROGRESS]
    assert snapshot.status is Status.MAINTENANCE
    assert snapshot.rereads_at == datetime(2026, 3, 2, 13, 0, tzinfo=UTC)


def test_maintenance_is_over_when_its_title_says_so() -> None:
    document = reworded("<title>Routers", "<title>COMPLETED: Routers", "maintenance_running")
    snapshot = read(document)
    assert [(m.title, m.phase) for m in snapshot.maintenances] == [
        ("Routers are replaced", MaintenancePhase.COMPLETED)
    ]
    assert snapshot.status is Status.OPERATIONAL


def test_incident_dated_ahead_is_no_trouble_yet() -> None:
    snapshot = read(fixture("incident_open"), now=datetime(2026, 3, 1, tzinfo=UTC))
    assert snapshot.incidents == ()
    assert [m.phase for m in snapshot.maintenances] == [MaintenancePhase.SCHEDULED]


def test_type_that_is_not_known_is_read_as_an_incident_and_told() -> None:
    snapshot = read(reworded("<b>Type:</b> incident", "<b>Type:</b> calamity"))
    assert len(snapshot.open_incidents) == 1
    assert snapshot.warnings == ("unknown type of item 'calamity', read as an incident",)


def test_item_without_a_type_makes_silence_mean_nothing() -> None:
    snapshot = read(reworded("<b>Type:</b> incident", "<b>Kind:</b> incident"))
    assert snapshot.incidents == ()
    assert not snapshot.coverage.incidents
    assert snapshot.warnings


def test_items_that_share_a_guid_are_one_as_its_newest_tells() -> None:
    snapshot = read(fixture("resolved"), fixture("incident_open"))
    assert [(i.id, i.is_open) for i in snapshot.incidents] == [("inc-1", False)]


def test_long_feed_is_read_in_part() -> None:
    item = "<item><title>x</title><description>Type: release</description></item>"
    body = fixture("all_well").body.decode().replace("</channel>", item * MAX_ITEMS + "</channel>")
    snapshot = read(Document(body.encode(), FEED))
    assert not snapshot.coverage.incidents
    assert snapshot.warnings


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "<html></html>",
        "<rss><channel><title>Acme</title></channel></rss>",
        "<rss><channel><title>IBM Cloud Status</title></channel></rss>",
        "<rss><channel><title>IBM Cloud Status</title><item><title>x</title></item></channel></rss>",
    ],
)
def test_what_is_not_the_feed_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode(), FEED))


def test_feed_that_was_cut_off_is_refused() -> None:
    body = fixture("incident_open").body
    for end in range(0, len(body) - 8, 40):
        with pytest.raises(LookError):
            read(Document(body[:end], FEED))


@pytest.mark.parametrize("name", ["all_well", "incident_open", "maintenance_running"])
def test_no_other_format_is_as_sure(name: str) -> None:
    found = [(r.certainty, f.NAME) for f in all_formats() if (r := f.recognise(fixture(name)))]
    assert max(found)[1] == "ibm"


@pytest.mark.parametrize(
    ("address", "look"),
    [
        ("https://cloud.ibm.com/status", FEED),
        ("https://cloud.ibm.com/status/incident/inc-1", FEED),
        (FEED, FEED),
        ("http://127.0.0.1:8000/feed.rss", "http://127.0.0.1:8000/feed.rss"),
    ],
)
def test_addresses_lead_to_the_feed(address: str, look: str) -> None:
    assert ibm.endpoints(address).look == (look,)


def test_feed_is_among_the_first_addresses_to_try() -> None:
    assert FEED in probe_addresses("https://cloud.ibm.com/status")[:2]
