"""Planned work: reminders, conflicts with what is ours, and what becomes of both when the window moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from stories import ALL_EVENTS, Story
from test_waiting_stories import decisions, quiet

from statusherd.model.freezes import Freeze
from statusherd.model.routing import Route
from statusherd.model.services import Dependency, Service
from statusherd.model.words import MaintenancePhase
from statusherd.respond.services import ServiceMap
from statusherd.store import reminders

DAY, HOUR = 24 * 3600.0, 3600.0
REMINDS = (replace(ALL_EVENTS, reminders=(DAY, HOUR)),)


async def announced(story: Story, days: float, hours: float = 2) -> str:
    """Announce a window that begins so long after the next look, and look."""
    begins = story.clock.now() + timedelta(days=days, minutes=1)
    window = story.page.schedule_maintenance("Database work", begins, begins + timedelta(hours=hours))
    await story.look()
    return window


async def to(story: Story, at: datetime) -> None:
    """Look every quarter of an hour until it is `at`."""
    while story.clock.now() < at:
        await story.look(minutes=min(15, (at - story.clock.now()).total_seconds() / 60))


def reminded(story: Story) -> list[str]:
    """The first lines of the reminders."""
    return [
        sent.message.body.splitlines()[0]
        for sent in story.sender.sent
        if sent.delivery.alert.change.kind == "maintenance_reminder"
    ]


async def test_a_maintenance_is_told_again_a_day_and_an_hour_before(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=REMINDS) as story:
        await story.look()
        window = await announced(story, 3)
        begins = story.clock.now() + timedelta(days=3)
        await to(story, begins - timedelta(hours=20))
        await story.restart()
        await to(story, begins - timedelta(minutes=30))
        assert story.told == ["maintenance_announced", "maintenance_reminder", "maintenance_reminder"]
        first, second = reminded(story)
        assert first.startswith('MAINTENANCE BEGINS in 1 d: Acme: "Database work", 2026-06-04 12:02 to 14:02')
        assert second.startswith("MAINTENANCE BEGINS in 1 h: Acme")
        assert [sent.delivery.alert.number for sent in story.sender.sent] == [1, 2, 3]
        story.page.start_maintenance(window)
        await story.look()
        story.page.end_maintenance(window)
        await story.look()
        assert story.told[3:] == ["maintenance_started", "maintenance_ended"]
        assert story.store.read_now(reminders.next_due) is None
        assert [d.reason for d in decisions(story) if d.told][1:3] == ["reminded", "reminded"]


async def test_a_time_that_was_past_when_the_window_was_announced_is_left_out(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=REMINDS) as story:
        await story.look()
        await announced(story, 0.5)
        await story.look(minutes=11 * 60 + 5)
        assert story.told == ["maintenance_announced", "maintenance_reminder"]
        assert "in 5" in reminded(story)[0]


async def test_a_window_that_moves_takes_its_reminders_along(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=REMINDS) as story:
        await story.look()
        window = await announced(story, 2)
        begins = story.clock.now() + timedelta(days=2)
        await to(story, begins - timedelta(hours=10))
        assert len(reminded(story)) == 1
        later = begins + timedelta(days=3)
        story.page.reschedule_maintenance(window, later, later + timedelta(hours=1))
        await to(story, begins + timedelta(hours=1))
        assert len(reminded(story)) == 1
        await to(story, later - timedelta(minutes=15))
        assert len(reminded(story)) == 3


async def test_a_window_that_is_called_off_is_not_reminded_of(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=REMINDS) as story:
        await story.look()
        window = await announced(story, 2)
        story.page._move_maintenance(window, MaintenancePhase.CANCELLED, "Called off.")
        await story.look()
        await story.look(minutes=60 * 48)
        assert story.told == ["maintenance_announced", "maintenance_cancelled"]
        assert story.store.read_now(reminders.next_due) is None


async def test_after_a_long_stop_one_reminder_stands_for_all_that_were_due(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=REMINDS) as story:
        await story.look()
        await announced(story, 2)
        await story.clock.advance(2 * DAY - 1800)
        await story.restart()
        await story.tell()
        assert len(reminded(story)) == 1
        await story.tell()
        assert len(reminded(story)) == 1


async def test_after_a_stop_beyond_the_beginning_nothing_is_reminded_of(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=REMINDS) as story:
        await story.look()
        await announced(story, 2)
        await story.clock.advance(2 * DAY + 60)
        await story.restart()
        await story.tell()
        assert reminded(story) == []
        assert story.store.read_now(reminders.next_due) is None


async def test_a_reminder_in_the_night_comes_in_the_morning_or_not_at_all(tmp_path: Path) -> None:
    async with quiet(Story(tmp_path, routes=REMINDS)) as story:
        await story.look()  # at noon
        await announced(story, 2 + 15 / 24)  # at three in the morning
        await story.look(minutes=60 * 39)  # a day before, at three: not yet
        assert reminded(story) == []
        await story.look(minutes=60 * 4)
        assert len(reminded(story)) == 1
        await story.look(minutes=60 * 19 + 30)
        assert len(reminded(story)) == 1
        assert [d.reason for d in decisions(story)][-3:] == ["outside_hours", "reminded", "begins_first"]


async def test_routes_without_reminders_and_those_not_reached_remind_nobody(tmp_path: Path) -> None:
    first = Route("first", events=frozenset({"maintenance"}), channels=("ops",))
    never = Route("never", events=frozenset({"maintenance"}), channels=("spare",), reminders=(HOUR,))
    async with Story(tmp_path, routes=(first, never)) as story:
        await story.look()
        await announced(story, 1)
        await story.look(minutes=60 * 23 + 30)
        assert story.told == ["maintenance_announced"]


async def test_windows_of_a_first_look_are_reminded_of_too(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=REMINDS) as story:
        begins = story.clock.now() + timedelta(hours=5)
        window = story.page.schedule_maintenance("Work", begins, begins + timedelta(hours=1))
        await story.look()
        assert story.told == []
        await story.look(minutes=60 * 4)
        assert story.told == ["maintenance_reminder"]
        story.page._move_maintenance(window, MaintenancePhase.CANCELLED, "Called off.")
        await story.look()
        assert story.told == ["maintenance_reminder", "maintenance_cancelled"]


async def test_a_window_in_a_freeze_of_ours_is_told_as_a_conflict(tmp_path: Path) -> None:
    freeze = Freeze(
        "Summer sale",
        datetime.fromisoformat("2026-06-03"),
        datetime.fromisoformat("2026-06-06"),
        services=("shop",),
    )
    async with Story(tmp_path, routes=REMINDS) as story:
        shop = Service("shop", 1, depends_on=(Dependency("acme"),))
        story.pipeline.setup = replace(story.setup, services=ServiceMap((shop,)), freezes=(freeze,))
        await story.look()
        window = await announced(story, 3)
        body = story.sender.sent[0].message.body
        assert body.startswith("MAINTENANCE ANNOUNCED, CONFLICT with Summer sale: Acme")
        assert 'CONFLICT with your freeze "Summer sale", 2026-06-03 00:00 to 2026-06-06 00:00 UTC.' in body
        later = story.clock.now() + timedelta(days=30)
        story.page.reschedule_maintenance(window, later, later + timedelta(hours=1))
        await story.look()
        assert "CONFLICT" not in story.sender.sent[-1].message.body
