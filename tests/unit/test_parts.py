"""A vendor that is read at several places is one vendor."""

from __future__ import annotations

from datetime import timedelta

import pytest

from statusherd.model.changes import Change
from statusherd.model.errors import FailureKind, FetchError, LookError
from statusherd.model.records import Known
from statusherd.model.vendors import Source, WatchedVendor
from statusherd.model.words import ChangeKind, Impact, Status
from statusherd.testing import FakeClock, ScriptedFetcher, StatusPage
from statusherd.watch.compare import compare
from statusherd.watch.compare_failures import compare_failure, compare_partial
from statusherd.watch.read import Bookmark, Reading, read

HOME, ASIA = "https://status.acme.example", "https://asia.acme.example"
CHINA = Source("asia", "statuspage", ASIA, region="ap-1")
ACME = WatchedVendor("acme", "Acme", HOME, "statuspage", further=(CHINA,))


class Looks:
    """Looks at two pages of one vendor, one after the other."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.home, self.asia = StatusPage(self.clock, "Acme"), StatusPage(self.clock, "Acme Asia")
        self.fetcher = ScriptedFetcher(self.clock)
        self.fetcher.hold_page(HOME, self.home)
        self.fetcher.hold_page(ASIA, self.asia)
        self.known, self.bookmark = Known("acme"), Bookmark()
        self.reading: Reading | None = None

    async def look(self) -> list[ChangeKind]:
        """Look once a minute, as the daemon does; return what happened."""
        await self.clock.advance(60)
        self.fetcher.fetched.clear()
        return [change.kind for change in await self._changes()]

    async def _changes(self) -> tuple[Change, ...]:
        now = self.clock.now()
        try:
            self.reading = reading = await read(self.fetcher, ACME, self.known, self.bookmark, now)
        except LookError as failure:
            done = compare_failure(self.known, failure, now)
            self.known = done.known
            return done.changes
        if reading.asked_whole:
            self.bookmark.whole_at = now
        self.bookmark.history_at = self.bookmark.history_at or now
        if reading.snapshot is None:
            return ()
        self.bookmark.validators = dict(reading.validators)
        done = (
            compare_partial(self.known, reading.snapshot, reading.failure)
            if reading.failure
            else compare(self.known, reading.snapshot)
        )
        self.known = done.known
        return done.changes

    def break_asia(self) -> None:
        self.fetcher.holdings[f"{ASIA}/api/v2/summary.json"] = FetchError(
            FailureKind.TIMEOUT, "no answer", subject=ASIA
        )


async def test_all_sources_make_one_snapshot_with_ids_of_their_own():
    looks = Looks()
    assert await looks.look() == [ChangeKind.FIRST_LOOK]
    ids = sorted(looks.known.components)
    assert len(ids) == 4
    asian = [looks.known.components[key] for key in ids if key.startswith("asia/")]
    assert {(row.group, row.region) for row in asian} == {("asia", "ap-1")}
    assert sorted(row.name for row in asian) == ["API", "Website"]


async def test_nothing_new_anywhere_costs_one_request_each():
    looks = Looks()
    await looks.look()
    assert await looks.look() == []
    assert sorted(looks.fetcher.fetched) == [f"{ASIA}/api/v2/summary.json", f"{HOME}/api/v2/summary.json"]
    assert looks.reading is not None
    assert looks.reading.snapshot is None


async def test_an_incident_at_a_further_source_is_told_from_its_beginning_to_its_end():
    looks = Looks()
    await looks.look()
    incident = looks.asia.open("API errors", Impact.MAJOR)
    assert await looks.look() == [ChangeKind.INCIDENT_OPENED]
    (key,) = looks.known.incidents
    assert key.startswith("asia/")
    assert looks.known.status is Status.PARTIAL_OUTAGE
    looks.asia.resolve(incident)
    assert await looks.look() == [ChangeKind.INCIDENT_RESOLVED]
    assert f"{ASIA}/api/v2/incidents.json" in looks.fetcher.fetched
    assert looks.known.status is Status.OPERATIONAL


async def test_only_what_said_unchanged_is_asked_again_where_another_source_moved():
    looks = Looks()
    await looks.look()
    looks.asia.open("API errors", Impact.MAJOR)
    await looks.look()
    assert looks.fetcher.fetched.count(f"{HOME}/api/v2/summary.json") == 2
    assert looks.fetcher.fetched.count(f"{ASIA}/api/v2/summary.json") == 1


async def test_a_source_that_cannot_be_read_ends_nothing_and_the_others_are_read_on():
    looks = Looks()
    await looks.look()
    looks.asia.open("API errors", Impact.MAJOR)
    await looks.look()
    looks.break_asia()
    looks.home.open("Slow dashboard", Impact.MINOR)
    assert await looks.look() == [ChangeKind.INCIDENT_OPENED]
    assert len([i for i in looks.known.incidents.values() if i.is_open]) == 2
    assert looks.known.status is Status.PARTIAL_OUTAGE
    assert len(looks.known.components) == 4


async def test_a_source_that_stays_unreadable_is_told_once_and_so_is_its_return():
    looks = Looks()
    await looks.look()
    looks.break_asia()
    told = [kind for _ in range(12) for kind in await looks.look()]
    assert told == [ChangeKind.BLIND]
    looks.fetcher.hold_page(ASIA, looks.asia)
    assert await looks.look() == [ChangeKind.SIGHTED]
    assert looks.known.failed_looks == 0


async def test_the_failure_names_the_source():
    looks = Looks()
    await looks.look()
    looks.break_asia()
    await looks.look()
    assert looks.reading is not None
    assert looks.reading.failure is not None
    assert looks.reading.failure.message == "the source asia cannot be read: no answer"


async def test_without_any_source_the_look_fails():
    looks = Looks()
    looks.fetcher.holdings.clear()
    with pytest.raises(LookError):
        await read(looks.fetcher, ACME, looks.known, Bookmark(), looks.clock.now())


async def test_a_source_that_was_unreadable_at_the_first_look_brings_its_incidents_later():
    looks = Looks()
    looks.asia.open("API errors", Impact.MAJOR)
    looks.break_asia()
    assert await looks.look() == [ChangeKind.FIRST_LOOK]
    looks.fetcher.hold_page(ASIA, looks.asia)
    assert await looks.look() == [ChangeKind.INCIDENT_OPENED]
    await looks.clock.advance(timedelta(hours=2).total_seconds())
    assert await looks.look() == []
