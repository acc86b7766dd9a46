"""Rounds, hours, anomalies, reports and early warnings in the store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from statusherd.model.changes import Change
from statusherd.model.probes import Anomaly, EarlyWarning, ProbeHour, ProbeResult, Stage, VendorReport
from statusherd.model.words import ChangeKind
from statusherd.store import changes, early, probes
from statusherd.store.engine import Store

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FOUND = ProbeResult("acme", "api", NOON, True, 95.5, Stage.HTTP, "200", 15, 1)
WARNING = EarlyWarning("acme", "warning-20260302T120200Z", NOON, NOON + 2 * MINUTE, ("slow",), ("api",))


def test_rounds_come_back_as_they_went_in(store: Store) -> None:
    failed = replace(
        FOUND, at=NOON + MINUTE, ok=False, latency_ms=None, stage=Stage.DNS, failed=15, counts=False
    )
    other = replace(FOUND, vendor="other")
    store.write_now(lambda conn: probes.save(conn, [FOUND, failed, other]))
    assert store.read_now(lambda conn: probes.recent(conn, ["acme"], NOON)) == (FOUND, failed)
    assert store.read_now(lambda conn: probes.recent(conn, ["acme"], NOON + MINUTE)) == (failed,)
    newest = store.read_now(probes.newest)
    assert newest == {("acme", "api"): failed, ("other", "api"): other}
    assert store.read_now(lambda conn: probes.newest(conn, "other")) == {("other", "api"): other}
    assert store.read_now(lambda conn: probes.rounds_since(conn, NOON))["acme", "api"] == [FOUND, failed]


def test_a_round_that_is_written_twice_is_there_once(store: Store) -> None:
    for latency in (95.5, 90.0):
        store.write_now(lambda conn, ms=latency: probes.save(conn, [replace(FOUND, latency_ms=ms)]))
    (kept,) = store.read_now(lambda conn: probes.recent(conn, ["acme"], NOON))
    assert kept.latency_ms == 90.0


def test_hours_come_back_in_order(store: Store) -> None:
    hours = [ProbeHour(NOON + n * 60 * MINUTE, 60, 900, n, (4.0, 4.1, 4.2, 4.3, 4.4), 0.25) for n in (1, 0)]
    store.write_now(lambda conn: probes.save(conn, hours=[(("acme", "api"), hour) for hour in hours]))
    found = store.read_now(lambda conn: probes.hours_since(conn, NOON))
    assert found == {("acme", "api"): hours[::-1]}
    assert store.read_now(lambda conn: probes.hours_since(conn, NOON, "other")) == {}


def test_what_is_unusual_is_known_until_it_ends(store: Store) -> None:
    begun = Anomaly("acme", "api", NOON, "slow")
    store.write_now(lambda conn: probes.save(conn, anomalies=[begun, replace(begun, vendor="other")]))
    assert store.read_now(lambda conn: probes.anomalies(conn, ["acme"])) == (begun,)
    ended = replace(begun, until=NOON + 9 * MINUTE)
    store.write_now(lambda conn: probes.save(conn, anomalies=[ended]))
    assert store.read_now(lambda conn: probes.anomalies(conn, ["acme"])) == ()
    assert store.read_now(lambda conn: probes.anomalies(conn, ["acme"], NOON + 9 * MINUTE)) == (ended,)
    assert store.read_now(lambda conn: probes.anomalies(conn, ["acme"], NOON + 10 * MINUTE)) == ()


def test_the_old_goes_and_what_goes_on_stays(store: Store) -> None:
    now = NOON + timedelta(days=500)
    fresh = replace(FOUND, at=now - timedelta(days=13))
    hours = [(("acme", "api"), ProbeHour(at, 60, 900, 0)) for at in (NOON, now - timedelta(days=40))]
    over = Anomaly("acme", "api", NOON, "slow", NOON + MINUTE)
    going_on = Anomaly("acme", "tls", NOON, "fails")
    store.write_now(lambda conn: probes.save(conn, [FOUND, fresh], hours, [over, going_on]))
    gone = [store.write_now(lambda conn: probes.prune(conn, now, timedelta(days=14), 1)) for _ in range(2)]
    assert gone == [3, 0]
    assert store.read_now(lambda conn: probes.recent(conn, ["acme"], NOON)) == (fresh,)
    assert store.read_now(lambda conn: probes.anomalies(conn, since=NOON)) == (going_on,)
    assert len(store.read_now(lambda conn: probes.hours_since(conn, NOON))["acme", "api"]) == 1


def test_people_are_counted_once_whatever_they_write(store: Store) -> None:
    for author, minute in (("ada", 0), ("Ada", 1), ("bob", 2)):
        report = VendorReport("acme", NOON + minute * MINUTE, author, "503", "checkout")
        kept = store.write_now(lambda conn, each=report: early.add_report(conn, each))
        assert replace(kept, number=0) == report
    assert store.read_now(lambda conn: early.authors_near(conn, "acme", NOON)) == 2
    assert store.read_now(lambda conn: early.authors_near(conn, "acme", NOON + 2 * MINUTE)) == 1
    assert store.read_now(lambda conn: early.authors_near(conn, "other", NOON)) == 0
    found = store.read_now(lambda conn: early.reports(conn, NOON))
    assert [each.number for each in found] == [1, 2, 3]


def test_a_warning_and_its_change_are_one_write(store: Store) -> None:
    change = Change("acme", ChangeKind.EARLY_WARNING, NOON, "slow", WARNING.id)
    store.write_now(lambda conn: early.save_warning(conn, WARNING, change))
    assert store.read_now(lambda conn: early.warnings(conn, open_only=True)) == (WARNING,)
    joined = replace(WARNING, joined_at=NOON + 41 * MINUTE, cause="i1", lead=2340.0)
    told = replace(change, kind=ChangeKind.EARLY_WARNING_JOINED, facets=("lead:2340",))
    store.write_now(lambda conn: early.save_warning(conn, joined, told))
    assert store.read_now(lambda conn: early.warnings(conn, open_only=True)) == ()
    assert store.read_now(lambda conn: early.warnings(conn, ["acme"], NOON)) == (joined,)
    assert store.read_now(lambda conn: early.warnings(conn, ["other"])) == ()
    assert store.read_now(lambda conn: early.warnings(conn, since=NOON + 3 * MINUTE)) == ()
    logged = store.read_now(changes.unrouted)
    assert [entry.change for entry in logged] == [change, told]


def test_reports_and_warnings_that_are_over_are_forgotten_in_the_end(store: Store) -> None:
    change = Change("acme", ChangeKind.EARLY_WARNING, NOON, "slow", WARNING.id)
    over = replace(WARNING, id="warning-20260302T110000Z", ended_at=NOON)
    for each in (WARNING, over):
        store.write_now(lambda conn, warning=each: early.save_warning(conn, warning, change))
    store.write_now(lambda conn: early.add_report(conn, VendorReport("acme", NOON, "ada")))
    assert store.write_now(lambda conn: early.prune(conn, NOON + MINUTE)) == 2
    assert store.read_now(early.warnings) == (WARNING,)
    assert store.read_now(lambda conn: early.reports(conn, NOON)) == ()
