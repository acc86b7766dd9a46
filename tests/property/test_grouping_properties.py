"""Any course of events that is told in groups: nothing twice, each end, one open conversation, a pause between."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "acceptance"))

from stories import ALL_EVENTS, Story

from statusherd.model.delivery import Alert
from statusherd.model.pacing import Digest, GroupBy, Grouping, Updates, parse_digest
from statusherd.model.silences import Silence
from statusherd.model.words import Impact, Phase
from statusherd.notify.headlines import ENDS
from statusherd.store import changes, conversations, groups, held, silences
from statusherd.testing import StatusPage

INTERVAL = timedelta(minutes=5)
GROUPINGS = st.sampled_from(
    [
        Grouping(GroupBy.VENDOR, 30, 300),
        Grouping(GroupBy.SEVERITY, 120, 300),
        Grouping(GroupBy.COMPONENT, 30, 300),
        Grouping(GroupBy.INCIDENT, 60, 300),
        parse_digest("daily 12:30"),
    ]
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("open"), st.sampled_from([Impact.MINOR, Impact.MAJOR, Impact.CRITICAL])),
        st.tuples(st.just("update"), st.sampled_from([Phase.IDENTIFIED, Phase.MONITORING])),
        st.tuples(st.just("resolve"), st.none()),
        st.tuples(st.just("reopen"), st.none()),
        st.tuples(st.just("silence"), st.integers(1, 3)),
        st.tuples(st.just("ungroup"), st.none()),
        st.tuples(st.just("restart"), st.none()),
        st.tuples(st.just("wait"), st.integers(1, 20)),
    ),
    max_size=16,
)


async def _play(
    folder: Path, steps: list[tuple[str, object]], together: Grouping | Digest, updates: Updates
) -> None:
    repeat = 1800.0 if updates is Updates.ALL and isinstance(together, Grouping) else 0.0
    route = replace(ALL_EVENTS, events=frozenset({"incident"}), updates=updates, repeat=repeat)
    route = replace(route, **{"grouping" if isinstance(together, Grouping) else "digest": together})
    async with Story(folder, ("acme", "bolt"), routes=(route,)) as story:
        incidents: list[tuple[StatusPage, str]] = []
        await story.look(minutes=1)
        for what, value in [*steps, ("finish", None)]:
            await _step(story, what, value, incidents)
            await story.look()
        await story.look(minutes=180, times=10)
        has_pauses = isinstance(together, Grouping) and ("ungroup", None) not in steps
        _judge(story, has_pauses=has_pauses)


async def _step(story: Story, what: str, value: object, incidents: list[tuple[StatusPage, str]]) -> None:
    now = story.clock.now()
    if what == "silence":
        silence = Silence(now, now + timedelta(hours=value), "ops", "why", vendors=("acme",))
        await story.store.write(lambda conn: silences.add(conn, silence, now))
    elif what == "ungroup":
        plain = tuple(
            replace(route, grouping=Grouping(), digest=None, repeat=0.0) for route in story.setup.routes
        )
        story.setup = story.pipeline.setup = replace(story.setup, routes=plain)
    elif what == "restart":
        await story.restart()
    elif what == "wait":
        await story.look(minutes=value)
    elif what == "open":
        page = list(story.pages.values())[len(incidents) % 2]
        incidents.append((page, page.open(f"Trouble {len(incidents)}", value)))
    elif incidents:
        _move(incidents, what, value)


def _move(incidents: list[tuple[StatusPage, str]], what: str, value: object) -> None:
    page, incident = incidents[0 if what == "reopen" else -1]
    if what == "update":
        page.update(incident, value)
    elif what == "resolve":
        page.resolve(incident)
    elif what == "reopen":
        page.update(incident, Phase.INVESTIGATING)
    else:
        for each, name in incidents:
            each.resolve(name)


def _judge(story: Story, *, has_pauses: bool) -> None:
    last: dict[str, tuple[datetime, Alert]] = {}
    standing: dict[str, object] = {}
    for sent in story.sender.sent:
        alert, at = sent.delivery.alert, sent.delivery.due_at
        before = last.get(alert.thread.id)
        assert alert.number == (before[1].number + 1 if before else 1)
        if alert.circumstances.open_for is not None:
            assert before, "a reminder reminds of something"
            assert not before[1].ends
            last[alert.thread.id] = (before[0], alert)
            continue
        if has_pauses and before and not before[1].ends:
            assert at - before[0] >= INTERVAL
        last[alert.thread.id] = (at, alert)
        for part in alert.parts or (alert,):
            now = (part.change.incident.phase, part.change.incident.impact, part.change.kind in ENDS)
            assert standing.get(part.thread.id) != now, "no phase is told twice in a row"
            standing[part.thread.id] = now
    assert all(alert.ends for _, alert in last.values()), "each conversation that was opened is ended"
    assert all(now[2] for now in standing.values()), "and so is each that was told in another's"
    assert story.store.read_now(held.next_due) is None, "nothing waits for good"
    assert all(group.thread.id not in last for group in story.store.read_now(groups.every))
    for entry in story.store.read_now(lambda conn: changes.changes_of(conn, limit=1000)):
        assert story.store.read_now(lambda conn, n=entry.number: conversations.decisions_of(conn, n))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS, GROUPINGS, st.sampled_from(Updates))
def test_whatever_happens_in_groups(
    steps: list[tuple[str, object]], together: Grouping | Digest, updates: Updates
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(Path(folder), steps, together, updates))
