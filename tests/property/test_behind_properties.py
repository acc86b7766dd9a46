"""Any course of events at a vendor and at the one it runs on: each end is told, nothing twice, nothing lost."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "acceptance"))

from stories import ALL_EVENTS, Story

from statusherd.model.words import Impact, Phase
from statusherd.store import held

CLOUD, HOST = "cloud", "host"
IMPACTS = st.sampled_from([Impact.MINOR, Impact.MAJOR, Impact.CRITICAL])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("open"), st.sampled_from([CLOUD, HOST, HOST]), IMPACTS),
        st.tuples(st.just("update"), st.sampled_from([CLOUD, HOST]), st.none()),
        st.tuples(st.just("resolve"), st.sampled_from([CLOUD, HOST]), st.none()),
        st.tuples(st.just("restart"), st.just(HOST), st.none()),
        st.tuples(st.just("wait"), st.just(HOST), st.integers(1, 90)),
    ),
    max_size=14,
)


async def _play(folder: Path, steps: list[tuple[str, str, object]]) -> None:
    routes = (replace(ALL_EVENTS, events=frozenset({"incident"})),)
    async with Story(folder, (CLOUD, HOST), routes=routes) as story:
        story.vendors[HOST] = replace(story.vendors[HOST], upstream=(CLOUD,))
        posted: dict[str, list[str]] = {CLOUD: [], HOST: []}
        await story.look()
        for what, vendor, value in steps:
            await _step(story, what, vendor, value, posted[vendor])
            await story.look()
        await story.look(minutes=60 * 25)
        _nothing_is_lost(story, {f"{v}/incident/{i}" for v, ids in posted.items() for i in ids})
        for vendor, incidents in posted.items():
            for incident in incidents:
                story.pages[vendor].resolve(incident)
        await story.look(minutes=5, times=12)
        _each_is_ended(story)


async def _step(story: Story, what: str, vendor: str, value: object, posted: list[str]) -> None:
    page = story.pages[vendor]
    if what == "open":
        posted.append(page.open(f"Trouble {len(posted)} of Cloud", value))
    elif what == "restart":
        await story.restart()
    elif what == "wait":
        await story.look(minutes=value)
    elif what == "update" and posted:
        page.update(posted[-1], Phase.MONITORING)
    elif what == "resolve" and posted:
        page.resolve(posted.pop())


def _nothing_is_lost(story: Story, still_open: set[str]) -> None:
    assert still_open <= {sent.delivery.alert.thread.id for sent in story.sender.sent}


def _each_is_ended(story: Story) -> None:
    keys = [sent.delivery.dedup_key for sent in story.sender.sent]
    assert len(keys) == len(set(keys))
    ends = [sent.delivery.alert.thread.id for sent in story.sender.sent if sent.delivery.alert.ends]
    assert sorted(set(ends)) == sorted({sent.delivery.alert.thread.id for sent in story.sender.sent})
    assert len(ends) == len(set(ends)), "no end is told twice"
    assert story.store.read_now(held.next_due) is None, "nothing waits for good"


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_whatever_happens_at_a_vendor_and_its_upstream(steps: list[tuple[str, str, object]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(Path(folder), steps))
