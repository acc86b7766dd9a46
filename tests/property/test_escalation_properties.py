"""Any course of events under an escalation: no step too early, none after an answer or the end, each end."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "acceptance"))

from stories import Story

from statusherd.acknowledging import acknowledge_named, open_ones, withdraw
from statusherd.model.delivery import Delivery, Reason
from statusherd.model.escalation import Escalation, EscalationStep
from statusherd.model.routing import Route
from statusherd.model.services import Dependency, Service
from statusherd.model.silences import Silence
from statusherd.model.words import Impact, Phase
from statusherd.notify.channels import Channel
from statusherd.notify.headlines import ENDS
from statusherd.respond.services import ServiceMap
from statusherd.store import alerts, silences

WAITS = (600, 900)
DUTY = Escalation("duty", tuple(EscalationStep((f"step {n}",), wait) for n, wait in enumerate(WAITS)), 1)
ROUTES = (Route("chat", channels=("ops",), go_on=True), Route("duty", channels=(DUTY.target,)))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("open"), st.sampled_from([Impact.MINOR, Impact.MAJOR])),
        st.tuples(st.just("worsen"), st.none()),
        st.tuples(st.just("resolve"), st.none()),
        st.tuples(st.just("reopen"), st.none()),
        st.tuples(st.just("ack"), st.sampled_from(["ada", "bob"])),
        st.tuples(st.just("unack"), st.none()),
        st.tuples(st.just("silence"), st.integers(5, 60)),
        st.tuples(st.just("restart"), st.none()),
        st.tuples(st.just("wait"), st.integers(1, 40)),
    ),
    max_size=14,
)


@dataclass
class Course:
    """What happened, as an observer writes it down: when each thread was answered, and by what held up."""

    story: Story
    incidents: list[str] = field(default_factory=list)
    answered: dict[str, list[tuple[datetime, bool]]] = field(default_factory=lambda: defaultdict(list))
    silent: list[tuple[datetime, datetime]] = field(default_factory=list)

    @property
    def threads(self) -> list[str]:
        return [f"acme/incident/{incident}" for incident in self.incidents]


async def _play(folder: Path, steps: list[tuple[str, object]]) -> None:
    async with Story(folder, routes=ROUTES) as story:
        channels = {name: Channel(name, "json://127.0.0.1:9/") for name in ("ops", "step 0", "step 1")}
        services = ServiceMap((Service("checkout", tier=1, depends_on=(Dependency("acme"),)),))
        story.setup = story.pipeline.setup = replace(
            story.setup, channels=channels, escalations={DUTY.target: DUTY}, services=services
        )
        course = Course(story)
        await story.look()
        for what, value in [*steps, ("finish", None)]:
            await _step(course, what, value)
            await story.look()
        await story.look(minutes=90, times=3)  # longer than any wait and any silence
        _judge(course)


async def _step(course: Course, what: str, value: object) -> None:
    story = course.story
    now = story.clock.now()
    if what in ("ack", "unack"):
        await _answer(course, what, value)
    elif what == "silence":
        end = now + timedelta(minutes=value)
        silence = Silence(now, end, "ops", "why", vendors=("acme",))
        course.silent.append((now, end))
        await story.store.write(lambda conn: silences.add(conn, silence, now))
    elif what == "restart":
        await story.restart()
    elif what == "wait":
        for _ in range(value):
            await story.clock.advance(60)
            await story.tell()
    else:
        _post(course, what, value)


async def _answer(course: Course, what: str, author: str) -> None:
    story, now = course.story, course.story.clock.now()
    for thread in course.threads:
        if what == "unack":
            if await story.store.write(lambda conn, of=thread: withdraw(conn, of, now)):
                course.answered[thread].append((now, False))
        elif story.store.read_now(lambda conn, of=thread: open_ones(conn, (of,))):
            await story.store.write(lambda conn, of=thread: acknowledge_named(conn, of, author, "", now))
            course.answered[thread].append((now, True))


def _post(course: Course, what: str, value: object) -> None:
    page, incidents = course.story.page, course.incidents
    if what == "open":
        incidents.append(page.open(f"Trouble {len(incidents)}", value))
    elif what == "worsen" and incidents:
        page.edit(incidents[-1], impact=Impact.CRITICAL)
    elif what == "resolve" and incidents:
        page.resolve(incidents[-1])
    elif what == "reopen" and incidents:
        page.update(incidents[0], Phase.INVESTIGATING)
    elif what == "finish":
        for incident in incidents:
            page.resolve(incident)


def _judge(course: Course) -> None:
    story = course.story
    sent = [each.delivery for each in story.sender.sent]
    assert len({each.dedup_key for each in sent}) == len(sent), "told twice"
    found = (
        story.store.read_now(lambda conn: alerts.answers(conn, sent[0].alert.change.at, 10_000))
        if sent
        else ()
    )
    told = [each for each in found if each.decision.told]
    assert all(each.delivery is not None for each in told), "said to be told, and no message"
    assert len(told) == len(sent)
    assert all(each.decision.reason in Reason for each in found)
    for thread in {each.alert.thread.id for each in sent}:
        mine = [each for each in sent if each.alert.thread.id == thread]
        _judge_thread(course, thread, mine)


def _judge_thread(course: Course, thread: str, sent: list[Delivery]) -> None:
    for channel in {each.channel for each in sent}:
        last = [each for each in sent if each.channel == channel][-1]
        assert last.alert.change.kind in ENDS, f"{channel} was told no end"
    for before, step in _steps(sent):
        assert not any(start < step.due_at < end for start, end in course.silent), "in a silence"
        assert before.alert.change.kind not in ENDS, "after the end"
        begun = step.alert.circumstances.unanswered.since
        answers = [taken for at, taken in course.answered[thread] if begun <= at < step.due_at]
        assert not answers or not answers[-1], "in spite of an acknowledgement"
        number = step.alert.circumstances.unanswered.step - 1
        earlier = [each for each in sent if each.id < step.id and _is_of(each, begun)]
        if earlier:
            assert step.due_at - earlier[-1].due_at >= timedelta(seconds=WAITS[(number - 1) % len(WAITS)])
        else:
            assert step.due_at - begun >= timedelta(seconds=WAITS[0]), "too early"


def _steps(sent: list[Delivery]) -> Iterator[tuple[Delivery, Delivery]]:
    for place, each in enumerate(sent):
        if each.alert.circumstances.unanswered is not None:
            yield sent[place - 1], each


def _is_of(each: Delivery, begun: datetime) -> bool:
    unanswered = each.alert.circumstances.unanswered
    return unanswered is not None and unanswered.since == begun


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
@example([("open", Impact.MAJOR), ("wait", 12), ("resolve", None), ("reopen", None), ("wait", 12)])
def test_steps_come_in_time_and_only_while_nobody_answers(steps: list[tuple[str, object]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(Path(folder), steps))
