"""Any moves of a window: each time is reminded of at most once, in time, and nothing waits for what is over."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "acceptance"))

from stories import ALL_EVENTS, Story
from test_waiting_stories import quiet

from statusherd.store import reminders

ASKED = (24 * 3600.0, 6 * 3600.0, 3600.0)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.integers(-600, 3000)),
        st.tuples(st.just("wait"), st.integers(1, 900)),
        st.tuples(st.just("restart"), st.just(0)),
    ),
    max_size=10,
)


async def _play(folder: Path, first: int, steps: list[tuple[str, int]]) -> None:
    async with quiet(Story(folder, routes=(replace(ALL_EVENTS, reminders=ASKED),))) as story:
        await story.look()
        begins = story.clock.now() + timedelta(minutes=first)
        window = story.page.schedule_maintenance("Work", begins, begins + timedelta(hours=1))
        await story.look()
        for what, value in steps:
            if what == "restart":
                await story.restart()
            elif what == "move":
                begins = max(story.clock.now(), begins + timedelta(minutes=value))
                story.page.reschedule_maintenance(window, begins, begins + timedelta(hours=1))
            await story.look(minutes=value if what == "wait" else 1)
        await story.look(minutes=60, times=int((begins - story.clock.now()) / timedelta(hours=1)) + 2)
        _judge(story)


def _judge(story: Story) -> None:
    told: Counter[object] = Counter()
    for sent in story.sender.sent:
        change = sent.delivery.alert.change
        if change.kind == "maintenance_reminder":
            told[change.maintenance.starts_at] += 1
            left = change.maintenance.starts_at - change.at
            assert timedelta(0) < left <= timedelta(seconds=max(ASKED))
    assert all(count <= len(ASKED) for count in told.values())
    assert story.store.read_now(reminders.next_due) is None


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(1, 4000), STEPS)
def test_whatever_becomes_of_a_window(first: int, steps: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(Path(folder), first, steps))
