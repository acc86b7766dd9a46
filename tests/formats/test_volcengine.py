"""Volcengine: one feed for each product in each region."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from statusherd.model.errors import CatalogError, LookError
from statusherd.model.records import Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Look, all_formats, volcengine
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "volcengine"
FEED = "https://status.volcengine.com/rss/zh/cn-north/Example"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PLACE = "示例服务平台/北方1（甲城）"  # noqa: RUF001 - full-width brackets are meant


def fixture(name: str) -> Document:
    return Document((FIXTURES / f"{name}.rss").read_bytes(), FEED)


def read(*documents: Document, now: datetime = NOW) -> Snapshot:
    return volcengine.parse(documents, Look("volcengine", now))


def reworded(old: str, new: str) -> Document:
    body = fixture("incident_open").body.decode()
    assert old in body
    return Document(body.replace(old, new).encode(), FEED)


def test_feed_without_an_item_is_all_well() -> None:
    snapshot = read(fixture("all_well"))
    assert (snapshot.status, snapshot.incidents) == (Status.OPERATIONAL, ())
    [leaf] = snapshot.components
    assert (leaf.id, leaf.name, leaf.status) == (PLACE, "示例服务平台", Status.OPERATIONAL)
    assert leaf.region == PLACE.partition("/")[2]


def test_item_without_the_mark_goes_on() -> None:
    snapshot = read(fixture("incident_open"))
    [incident] = snapshot.open_incidents
    assert (incident.title, incident.impact, incident.phase) == (
        "示例服务异常",
        Impact.UNKNOWN,
        Phase.INVESTIGATING,
    )
    assert incident.started_at == datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
    assert (incident.component_ids, incident.regions) == ((PLACE,), (PLACE.partition("/")[2],))
    assert (snapshot.status, snapshot.components[0].status) == (Status.DEGRADED, Status.DEGRADED)


def test_item_goes_on_however_old_it_is() -> None:
    assert len(read(fixture("incident_open"), now=NOW + timedelta(days=9)).open_incidents) == 1


def test_items_that_share_a_title_are_told_apart_by_their_time() -> None:
    first, second = read(fixture("incident_open")).incidents
    assert first.title == second.title
    assert first.id != second.id


def test_incident_stays_the_same_when_it_is_over() -> None:
    before, after = (read(fixture(name)).incidents[0] for name in ("incident_open", "resolved"))
    assert (before.id, before.title) == (after.id, after.title)
    assert after.phase is Phase.RESOLVED


@pytest.mark.parametrize("mark", ["(已恢复)", "（已恢复）", " (已恢复) "])  # noqa: RUF001
def test_mark_may_stand_in_brackets_of_either_width(mark: str) -> None:
    assert read(reworded("异常</title>", f"异常{mark}</title>")).open_incidents == ()


def test_time_without_a_zone_is_not_guessed() -> None:
    first, second = read(reworded(" +0800", "")).incidents
    assert (first.started_at, second.started_at) == (None, None)
    assert first.id != second.id


def test_item_dated_ahead_is_no_incident_until_then() -> None:
    snapshot = read(fixture("maintenance_scheduled"))
    assert [(m.title, m.phase) for m in snapshot.maintenances] == [
        ("示例服务升级", MaintenancePhase.SCHEDULED)
    ]
    assert (snapshot.open_incidents, snapshot.status) == ((), Status.OPERATIONAL)
    assert snapshot.rereads_at == datetime(2026, 3, 3, 18, 0, tzinfo=UTC)


def test_feeds_of_several_products_are_read_together() -> None:
    other = Document(fixture("all_well").body.replace("示例".encode(), "其他".encode()), FEED)
    snapshot = read(fixture("incident_open"), other)
    assert [c.status for c in snapshot.components] == [Status.DEGRADED, Status.OPERATIONAL]


def test_region_that_does_not_exist_is_no_good_news() -> None:
    with pytest.raises(LookError, match="names no region"):
        read(fixture("malformed"))
    assert volcengine.recognise(fixture("malformed")) is None


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "GetRSS failed",
        "<html></html>",
        "<rss><channel><title>Acme</title></channel></rss>",
        "<rss><channel><title>(x)服务状态</title></channel></rss>",
        "<rss><title>a(b)服务状态</title></rss>",
    ],
)
def test_what_is_not_the_feed_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode(), FEED))


def test_feed_that_was_cut_off_is_refused() -> None:
    body = fixture("incident_open").body.rstrip()
    for end in range(0, len(body) - 6, 20):
        with pytest.raises(LookError):
            read(Document(body[:end], FEED))


@pytest.mark.parametrize("name", ["all_well", "incident_open", "resolved"])
def test_no_other_format_is_as_sure(name: str) -> None:
    found = [(r.certainty, f.NAME) for f in all_formats() if (r := f.recognise(fixture(name)))]
    assert max(found)[1] == "volcengine"


def test_feed_is_read_as_it_is() -> None:
    assert volcengine.endpoints(FEED).look == (FEED,)


@pytest.mark.parametrize(
    "address", ["https://status.volcengine.com/", "https://status.volcengine.com/history"]
)
def test_page_of_all_products_is_an_error_that_tells_what_to_give(address: str) -> None:
    with pytest.raises(CatalogError, match="no document about all") as caught:
        volcengine.endpoints(address)
    assert "/rss/zh/REGION/PRODUCT" in (caught.value.remedy or "")
