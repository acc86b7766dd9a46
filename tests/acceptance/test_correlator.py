"""When incidents of ours are looked at again: not while nothing has changed, and not too late either."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError
from stories import Story

from statusherd import incidents as ours
from statusherd.correlator import AGAIN_AFTER
from statusherd.incidents import Opening
from statusherd.model.errors import StoreError
from statusherd.model.services import Dependency, Service
from statusherd.model.suspects import LinkState
from statusherd.model.words import Impact
from statusherd.respond.services import ServiceMap
from statusherd.store import incident_links

SERVICES = (Service("checkout", tier=1, depends_on=(Dependency("acme", "API"),)),)


@asynccontextmanager
async def storm(folder: Path, count: int) -> AsyncIterator[Story]:
    """So many incidents are open, of which people were told, and each was looked at."""
    async with Story(folder) as story:
        story.pipeline.setup = replace(story.setup, services=ServiceMap(SERVICES))
        await story.look()
        await opened(story, count)
        await story.pipeline.announce_due()
        await story.pipeline.correlate()
        yield story


async def opened(story: Story, count: int) -> None:
    now = story.clock.now()
    asked = [Opening(f"checkout {number}", "ada", services=("checkout",)) for number in range(count)]
    for each in asked:
        await story.store.write(lambda conn, each=each: ours.open_incident(conn, each, SERVICES, now))


@contextmanager
def statements() -> Iterator[list[str]]:
    found: list[str] = []

    def note(*args: object) -> None:
        found.append(str(args[2]))

    event.listen(Engine, "before_cursor_execute", note)
    yield found
    event.remove(Engine, "before_cursor_execute", note)


async def looks(story: Story) -> int:
    """How many incidents are looked at now: for each what is noted on its timeline is read."""
    with statements() as found:
        await story.pipeline.correlate()
    return sum("FROM incident_entry" in each and each.startswith("SELECT") for each in found)


async def test_while_nothing_changes_nobody_is_looked_at_again_before_a_minute_is_over(
    tmp_path: Path,
) -> None:
    async with storm(tmp_path, 30) as story:
        assert await looks(story) == 0
        await story.clock.advance(AGAIN_AFTER)
        assert await looks(story) == 30
        assert await looks(story) == 0


async def test_a_new_incident_has_no_other_looked_at(tmp_path: Path) -> None:
    async with storm(tmp_path, 30) as story:
        await opened(story, 1)
        await story.pipeline.announce_due()
        assert await looks(story) == 1


async def test_what_happens_at_a_vendor_has_all_looked_at_and_linked_at_once(tmp_path: Path) -> None:
    async with storm(tmp_path, 60) as story:
        story.page.open("API errors", Impact.MAJOR, ["API"])
        await story.pipeline.look(story.vendors["acme"])
        assert await story.pipeline.correlate() == 60
        for number in (1, 60):
            links = story.store.read_now(lambda conn, n=number: incident_links.of_incident(conn, n))
            assert [link.state for link in links] == [LinkState.LINKED]
        assert await story.pipeline.correlate() == 0


async def test_another_configuration_has_all_looked_at(tmp_path: Path) -> None:
    async with storm(tmp_path, 3) as story:
        story.pipeline.setup = replace(story.pipeline.setup)
        assert await looks(story) == 3


async def test_what_is_over_and_what_is_open_alike_is_looked_at_where_asked(tmp_path: Path) -> None:
    async with storm(tmp_path, 3) as story:
        with statements() as found:
            await story.pipeline.correlate(over=True)
        assert sum("FROM incident_entry" in each for each in found) == 3


async def test_what_could_not_be_written_is_new_the_next_time(tmp_path: Path) -> None:
    async with storm(tmp_path, 2) as story:
        story.page.open("API errors", Impact.MAJOR, ["API"])
        await story.pipeline.look(story.vendors["acme"])

        def refuse(*args: object) -> None:
            if str(args[2]).startswith("INSERT INTO incident_link"):
                raise OperationalError("", None, OSError("disk full"))

        event.listen(Engine, "before_cursor_execute", refuse)
        with pytest.raises((StoreError, OperationalError)):
            await story.pipeline.correlate()
        event.remove(Engine, "before_cursor_execute", refuse)
        assert await story.pipeline.correlate() == 2
