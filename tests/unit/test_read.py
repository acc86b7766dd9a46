"""One look: which documents are asked for, and what happens where one of them cannot be had."""

from __future__ import annotations

from datetime import timedelta

import pytest

from statusherd.model.errors import FailureKind, FetchError, LookError
from statusherd.model.records import Known
from statusherd.model.vendors import WatchedVendor
from statusherd.model.words import Impact
from statusherd.testing import FakeClock, ScriptedFetcher, StatusPage
from statusherd.watch.compare import compare
from statusherd.watch.formats import format_named
from statusherd.watch.read import Bookmark, Reading, read

ADDRESS = "https://status.acme.example"
SUMMARY, HISTORY, ATOM = (
    f"{ADDRESS}{path}" for path in ("/api/v2/summary.json", "/api/v2/incidents.json", "/history.atom")
)
ACME = WatchedVendor("acme", "Acme", ADDRESS, "statuspage")
FEED = b"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Acme Status - Incident History</title>
<id>tag:status.acme.example,2005:/history</id><updated>2026-06-01T00:00:00Z</updated></feed>"""


class Looks:
    """Looks at one page, one after the other."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.page = StatusPage(self.clock, "Acme")
        self.fetcher = ScriptedFetcher(self.clock)
        self.fetcher.hold_page(ADDRESS, self.page)
        self.known, self.bookmark = Known("acme"), Bookmark()

    async def look(self) -> Reading:
        self.fetcher.fetched.clear()
        now = self.clock.now()
        reading = await read(self.fetcher, ACME, self.known, self.bookmark, now)
        if reading.snapshot is not None:
            self.known = compare(self.known, reading.snapshot).known
            self.bookmark.validators = dict(reading.validators)
            self.bookmark.rereads_at = reading.snapshot.rereads_at
        if reading.asked_whole:
            self.bookmark.whole_at = now
        if reading.read_history or self.bookmark.history_at is None:
            self.bookmark.history_at = now
        return reading


async def test_a_first_look_reads_the_history_too():
    looks = Looks()
    await looks.look()
    assert looks.fetcher.fetched == [SUMMARY, HISTORY]


async def test_an_unchanged_page_costs_one_request_and_no_reading():
    looks = Looks()
    await looks.look()
    reading = await looks.look()
    assert (looks.fetcher.fetched, reading.snapshot) == ([SUMMARY], None)


async def test_a_page_is_read_whole_once_an_hour_whatever_its_server_says():
    looks = Looks()
    await looks.look()
    await looks.clock.advance(3600)
    assert (await looks.look()).snapshot is not None


async def test_the_history_is_read_when_an_open_incident_is_gone():
    looks = Looks()
    incident = looks.page.open("API errors", Impact.MAJOR)
    await looks.look()
    looks.page.resolve(incident)
    reading = await looks.look()
    assert looks.fetcher.fetched == [SUMMARY, HISTORY]
    assert [i.is_open for i in reading.snapshot.incidents] == [False]


async def test_the_history_is_read_now_and_then():
    looks = Looks()
    await looks.look()
    await looks.clock.advance(timedelta(hours=6).total_seconds())
    assert (await looks.look()).read_history


@pytest.mark.parametrize(
    "history", [FetchError(FailureKind.SERVER_ERROR, "503"), b"<html>", b'{"incidents": 7}', b""]
)
async def test_a_history_that_cannot_be_read_does_not_spoil_the_look(history):
    looks = Looks()
    incident = looks.page.open("API errors", Impact.MAJOR)
    await looks.look()
    looks.page.resolve(incident)
    looks.fetcher.holdings[HISTORY] = history
    reading = await looks.look()
    assert reading.snapshot is not None
    assert not reading.read_history


async def test_a_closed_api_is_replaced_by_the_feed_under_the_vendors_own_format():
    looks = Looks()
    await looks.look()
    looks.fetcher.holdings[SUMMARY] = b"<!doctype html><html>Not found</html>"
    looks.fetcher.holdings[ATOM] = FEED
    await looks.clock.advance(3600)
    reading = await looks.look()
    assert (reading.snapshot.format, looks.fetcher.fetched[-1]) == ("statuspage", ATOM)
    assert any("read from" in warning for warning in reading.snapshot.warnings)


async def test_a_host_that_does_not_answer_is_not_asked_for_its_feed():
    looks = Looks()
    looks.fetcher.holdings[SUMMARY] = FetchError(FailureKind.TIMEOUT, "no answer")
    with pytest.raises(LookError):
        await looks.look()
    assert looks.fetcher.fetched == [SUMMARY]


async def test_a_failure_of_both_sources_is_told_as_the_first_ones():
    looks = Looks()
    looks.fetcher.holdings[SUMMARY] = FetchError(FailureKind.NOT_FOUND, "the page is not there")
    with pytest.raises(LookError, match="the page is not there"):
        await looks.look()


# Documents that not every version of a page has

CACHET = WatchedVendor("acme", "Acme", ADDRESS, "cachet")
PARTS = f"{ADDRESS}/api/v1/components?per_page=1000"
TROUBLE, PLANNED = (
    f"{ADDRESS}/api/v1/{name}?sort=id&order=desc&per_page=50" for name in ("incidents", "schedules")
)
PAGES = (
    b'"meta": {"pagination": {"total": %d, "count": %d, "per_page": 50, "current_page": 1, "total_pages": 1}}'
)
ONE_PART = (
    b'{"data": [{"id": 1, "name": "API", "status": 1, "status_name": "fine", "enabled": true, "group_id": 0}], %b}'
    % (PAGES % (1, 1))
)
NONE = b'{"data": [], %b}' % (PAGES % (0, 0))


async def read_cachet(planned: bytes | LookError | None) -> Reading:
    fetcher = ScriptedFetcher(FakeClock(), {PARTS: ONE_PART, TROUBLE: NONE})
    if planned is not None:
        fetcher.holdings[PLANNED] = planned
    return await read(fetcher, CACHET, Known("acme"), Bookmark(), fetcher.clock.now())


async def test_a_look_does_without_an_optional_document_that_the_page_has_not():
    with_it, without = await read_cachet(NONE), await read_cachet(None)
    assert with_it.snapshot.coverage.maintenances
    assert not without.snapshot.coverage.maintenances
    assert without.snapshot.components == with_it.snapshot.components


async def test_an_optional_document_that_cannot_be_had_just_now_fails_the_look():
    with pytest.raises(LookError, match="no answer"):
        await read_cachet(FetchError(FailureKind.TIMEOUT, "no answer", subject=PLANNED))


async def test_an_optional_document_of_another_host_never_fails_the_look():
    azure = WatchedVendor("azure", "Azure", "https://azure.status.microsoft/en-us/status", "azure")
    endpoints = format_named("azure").endpoints(azure.address)
    (feed,), (post,) = endpoints.look, endpoints.optional
    body = b"<rss version='2.0'><channel><title>Azure Status</title></channel></rss>"
    fetcher = ScriptedFetcher(
        FakeClock(), {feed: body, post: FetchError(FailureKind.TIMEOUT, "no answer", subject=post)}
    )
    reading = await read(fetcher, azure, Known("azure"), Bookmark(), fetcher.clock.now())
    assert reading.snapshot is not None
    assert reading.snapshot.status == "operational"


async def test_an_address_that_a_format_cannot_use_is_a_look_that_fails():
    vendor = WatchedVendor("acme", "Acme", ADDRESS, "statusio")
    fetcher = ScriptedFetcher(FakeClock())
    with pytest.raises(LookError, match="24 hex digits") as caught:
        await read(fetcher, vendor, Known("acme"), Bookmark(), fetcher.clock.now())
    assert caught.value.kind is FailureKind.PARSE
