"""June to August 2026 of 13 real vendors, put back on loopback pages, through the real pipeline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from statusherd.model.vendors import WatchedVendor
from statusherd.model.words import ChangeKind as K
from statusherd.replay import Replayed, looks_of, replay, setup_for
from statusherd.store.engine import Store
from statusherd.testing import FakeClock, HistoryFarm
from statusherd.watch.fetch import Fetcher, FetchLimits
from statusherd.watch.past import PastIncident, read_history

JUNE, SEPTEMBER = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OPENS = (K.INCIDENT_OPENED, K.INCIDENT_REOPENED)
ENDS = (K.INCIDENT_RESOLVED, K.INCIDENT_WITHDRAWN)


@pytest.fixture(scope="module")
def history() -> tuple[PastIncident, ...]:
    path = Path(__file__).resolve().parents[3] / "shared/history/incidents.jsonl"
    if not path.is_file():
        pytest.skip("the histories of real vendors are not beside this checkout")
    with path.open(encoding="utf-8") as lines:
        return read_history(lines)


@pytest.fixture
async def summer(history: tuple[PastIncident, ...], tmp_path: Path) -> Replayed:
    clock = FakeClock(JUNE)
    looks = looks_of(history, JUNE, SEPTEMBER, MINUTE)
    async with (
        HistoryFarm(history, clock) as farm,
        Fetcher(FetchLimits(), contact=None, allow_private=True) as fetcher,
    ):
        vendors = {n: WatchedVendor(n, n, p.url, "statuspage") for n, p in farm.by_vendor.items()}
        with Store.open(f"sqlite:///{tmp_path}/summer.db") as store:
            return await replay(looks, setup_for(vendors), fetcher, clock, store)


def spells(incident: PastIncident, looks: Iterable[datetime]) -> int:
    """Count how often the page showed the incident open, after not showing it open, at some look."""
    count, was_open = 0, False
    for look in looks:
        shown = incident.as_of(look)
        is_open = shown is not None and shown.is_open
        count += is_open and not was_open
        was_open = is_open
    return count


@pytest.mark.timeout(300)
async def test_each_incident_seen_open_is_announced_once_and_ended_once(
    summer: Replayed, history: tuple[PastIncident, ...]
) -> None:
    looked: dict[str, list[datetime]] = defaultdict(list)
    for look in summer.looks:
        looked[look.vendor].append(look.at)
    expected = {f"{i.vendor}/incident/{i.id}": n for i in history if (n := spells(i, looked[i.vendor]))}
    assert len(expected) > 200

    opened: dict[str, int] = defaultdict(int)
    ended: dict[str, int] = defaultdict(int)
    for told in summer.told:
        alert = told.delivery.alert
        if alert.change.kind is K.FIRST_LOOK:
            for incident in alert.change.incidents:
                opened[f"{alert.change.vendor}/incident/{incident.id}"] += 1
        opened[alert.thread.id] += alert.change.kind in OPENS
        ended[alert.thread.id] += alert.change.kind in ENDS
    assert {thread: n for thread, n in opened.items() if n} == expected
    last = {i: looked[i.split("/")[0]][-1] for i in expected}
    still_open = {
        key
        for i in history
        if (key := f"{i.vendor}/incident/{i.id}") in expected and i.as_of(last[key]).is_open
    }
    assert {t: n for t, n in ended.items() if n} == {
        t: n - (t in still_open) for t, n in expected.items() if n - (t in still_open)
    }

    # Nothing else is sent: each message belongs to an incident that was seen open, and says something new.
    for told in summer.told:
        alert = told.delivery.alert
        assert alert.change.kind is K.FIRST_LOOK or alert.thread.id in expected
    said = [(t.delivery.alert.thread.id, t.delivery.alert.number) for t in summer.told]
    assert len(said) == len(set(said))
    phases: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for told in summer.told:
        if (incident := told.delivery.alert.change.incident) is not None:
            phases[told.delivery.alert.thread.id].append((incident.phase, incident.impact))
    for steps in phases.values():
        assert all(one != other for one, other in pairwise(steps))


@pytest.mark.timeout(300)
async def test_retro_posted_incidents_are_recorded_and_not_announced(
    summer: Replayed, history: tuple[PastIncident, ...]
) -> None:
    looked: dict[str, list[datetime]] = defaultdict(list)
    for look in summer.looks:
        looked[look.vendor].append(look.at)
    retro = {
        f"{i.vendor}/incident/{i.id}"
        for i in history
        if JUNE <= i.appeared_at < SEPTEMBER and not spells(i, looked[i.vendor])
    }
    assert retro
    assert not {told.delivery.alert.thread.id for told in summer.told} & retro
