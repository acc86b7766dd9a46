"""How much is told between the first message and the end, and what comes together as one message."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from stories import ALL_EVENTS, Story

from statusherd.model.delivery import Decision
from statusherd.model.pacing import Updates
from statusherd.model.words import Impact, Phase
from statusherd.store import changes, conversations

ENDS = (replace(ALL_EVENTS, updates=Updates.ENDS),)
PHASES = (replace(ALL_EVENTS, updates=Updates.PHASES),)


def decisions(story: Story) -> list[Decision]:
    """All decisions, in the order of the changes."""

    def found(conn) -> list[Decision]:
        logged = changes.changes_of(conn, limit=1000)
        return [d for entry in reversed(logged) for d in conversations.decisions_of(conn, entry.number)]

    return story.store.read_now(found)


def reasons(story: Story) -> list[str]:
    return [decision.reason.value for decision in decisions(story)]


async def _a_day_of(story: Story) -> None:
    await story.look()
    incident = story.page.open("API errors", Impact.MINOR)
    await story.look()
    story.page.edit(incident, impact=Impact.MAJOR)
    await story.look()
    story.page.update(incident, Phase.IDENTIFIED)
    await story.look()
    await story.restart()
    story.page.resolve(incident)
    await story.look()


async def test_a_route_may_tell_phases_only(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=PHASES) as story:
        await _a_day_of(story)
        assert story.told == ["incident_opened", "incident_updated", "incident_resolved"]
        update = story.sender.sent[1].delivery.alert
        assert (update.change.incident.phase, update.change.incident.impact) == ("identified", "major")
        assert reasons(story)[-4:] == ["opened", "update_not_selected", "phase_changed", "ended"]


async def test_a_route_may_tell_the_first_and_the_last_only(tmp_path: Path) -> None:
    async with Story(tmp_path, routes=ENDS) as story:
        await _a_day_of(story)
        assert story.told == ["incident_opened", "incident_resolved"]
        kept = [d for d in decisions(story) if d.reason == "update_not_selected"]
        assert [d.route for d in kept] == ["all", "all"]


async def test_of_planned_work_a_moved_window_counts_as_much_as_a_phase(tmp_path: Path) -> None:
    for routes, told in ((PHASES, 3), (ENDS, 2)):
        folder = tmp_path / str(told)
        folder.mkdir()
        async with Story(folder, routes=routes) as story:
            await story.look()
            begin = story.clock.now().replace(minute=0)
            window = story.page.schedule_maintenance("Move", begin.replace(hour=20), begin.replace(hour=21))
            await story.look()
            story.page.reschedule_maintenance(window, begin.replace(hour=22), begin.replace(hour=23))
            await story.look()
            story.page.end_maintenance(window)
            await story.look()
            assert len(story.told) == told


async def test_the_route_that_tells_more_counts_where_two_lead_to_a_channel(tmp_path: Path) -> None:
    routes = (replace(ENDS[0], go_on=True), replace(ALL_EVENTS, name="second"))
    async with Story(tmp_path, routes=routes) as story:
        await _a_day_of(story)
        assert len(story.told) == 4
