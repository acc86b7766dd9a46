"""Any course of events under hold, quiet hours and silences: nothing in the wrong hour, nothing twice, each end."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "acceptance"))

from stories import ALL_EVENTS, Story

from statusherd.model.hours import is_on, parse_window
from statusherd.model.silences import Silence
from statusherd.model.words import Impact, Phase, Severity
from statusherd.store import changes, conversations, held, silences
from statusherd.testing import StatusPage

NIGHT = (parse_window("22:00-07:00"),)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("open"), st.sampled_from([Impact.MINOR, Impact.MAJOR, Impact.CRITICAL])),
        st.tuples(st.just("update"), st.sampled_from([Phase.IDENTIFIED, Phase.MONITORING])),
        st.tuples(st.just("resolve"), st.none()),
        st.tuples(st.just("reopen"), st.none()),
        st.tuples(st.just("silence"), st.integers(1, 10)),
        st.tuples(st.just("expire"), st.none()),
        st.tuples(st.just("restart"), st.none()),
        st.tuples(st.just("wait"), st.integers(1, 600)),
    ),
    max_size=14,
)


async def _play(folder: Path, steps: list[tuple[str, object]], start: int) -> None:
    routes = (replace(ALL_EVENTS, hold=180.0, events=frozenset({"incident"})),)
    async with Story(folder, routes=routes) as story:
        channels = dict(story.setup.channels)
        channels["ops"] = replace(channels["ops"], quiet=NIGHT)
        story.setup = story.pipeline.setup = replace(story.setup, channels=channels)
        asked: list[Silence] = []
        incidents: list[str] = []
        await story.look(minutes=start)
        for what, value in [*steps, ("finish", None)]:
            await _step(story, what, value, incidents, asked)
            await story.look()
        # All is over and every wait ends: a day and a half is longer than any.
        await story.look(minutes=60, times=36)
        _judge(story, asked)


async def _step(story: Story, what: str, value: object, incidents: list[str], asked: list[Silence]) -> None:
    now = story.clock.now()
    if what == "silence":
        silence = Silence(now, now + timedelta(hours=value), "ops", "why", vendors=("acme",))
        asked.append(await story.store.write(lambda conn: silences.add(conn, silence, now)))
    elif what == "expire" and asked:
        last = asked[-1]
        if await story.store.write(lambda conn: silences.expire(conn, last.id, now)):
            asked[-1] = replace(last, ends_at=now)
    elif what == "restart":
        await story.restart()
    elif what == "wait":
        await story.look(minutes=value)
    else:
        _post(story.page, what, value, incidents)


def _post(page: StatusPage, what: str, value: object, incidents: list[str]) -> None:
    if what == "open":
        incidents.append(page.open(f"Trouble {len(incidents)}", value))
    elif what == "update" and incidents:
        page.update(incidents[-1], value)
    elif what == "resolve" and incidents:
        page.resolve(incidents[-1])
    elif what == "reopen" and incidents:
        page.update(incidents[0], Phase.INVESTIGATING)
    elif what == "finish":
        for incident in incidents:
            page.resolve(incident)


def _judge(story: Story, asked: list[Silence]) -> None:
    opened: dict[str, int] = {}
    for sent in story.sender.sent:
        alert, at = sent.delivery.alert, sent.delivery.due_at
        assert not is_on(NIGHT, at, UTC) or alert.severity is Severity.SEV1
        assert not any(silence.starts_at < at < silence.ends_at for silence in asked)
        opened[alert.thread.id] = opened.get(alert.thread.id, 0) + 1
        assert alert.number == opened[alert.thread.id]
    _judge_phases(story)
    with_end = {s.delivery.alert.thread.id for s in story.sender.sent if s.delivery.alert.ends}
    assert opened.keys() == with_end, "what was opened is ended"
    assert story.store.read_now(held.next_due) is None, "nothing waits for good"
    logged = story.store.read_now(lambda conn: changes.changes_of(conn, limit=1000))
    for entry in logged:
        assert story.store.read_now(lambda conn, n=entry.number: conversations.decisions_of(conn, n))


def _judge_phases(story: Story) -> None:
    """Between two messages of a thread, something moved: no phase is told twice in a row."""
    last: dict[str, object] = {}
    for sent in story.sender.sent:
        alert = sent.delivery.alert
        incident = alert.change.incident
        if incident is not None:
            standing = (incident.phase, incident.impact)
            assert last.get(alert.thread.id) != standing
            last[alert.thread.id] = standing


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS, st.integers(1, 1440))
def test_whatever_happens_and_whatever_waits(steps: list[tuple[str, object]], start: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(Path(folder), steps, start))
