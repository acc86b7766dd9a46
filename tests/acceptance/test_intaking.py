"""The inbox is worked off in order, each delivery once, and one that fails holds up no other."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from intake_stage import Stage, stage
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError, OperationalError
from structlog.testing import capture_logs

from statusherd.intaking import GATHER, LOOK_PAUSE, PATROL, TELL_PAUSE, TOGETHER, Intaking
from statusherd.model.inbox import InboxState
from statusherd.model.intake import Access, FieldMap, Intake
from statusherd.setup import Setup
from statusherd.store import inbox, tables
from statusherd.testing import FakeClock

OWN = Intake("own", "generic", mapping=FieldMap(key=("id",), state="is"))
VENDOR = Intake("acme-page", "statuspage", vendor="acme")
OPEN = {OWN: Access(is_open=True), VENDOR: Access(is_open=True)}
POST = b'{"page": {"id": "p"}, "incident": {"id": "%d", "name": "down", "status": "investigating", "impact": "major"}}'


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path, OPEN) as made:
        yield made


async def deliver(at: Stage, *bodies: bytes, name: str = "own") -> None:
    for body in bodies:
        assert (await at.deliver(name, body))[0] == 202


def fires(number: int) -> bytes:
    return b'{"id": %d, "is": "down"}' % number


async def states(at: Stage) -> list[InboxState]:
    return [entry.state for entry in await at.kept()]


async def test_deliveries_are_taken_in_the_order_of_their_arrival(at: Stage) -> None:
    numbers = range(2 * TOGETHER + 7)
    await deliver(at, *map(fires, numbers))
    assert await at.work_off() == len(numbers)
    assert [each.signals[0].key for each in at.take.taken] == [str(n) for n in numbers]
    assert set(await states(at)) == {InboxState.DONE}
    assert await at.work_off() == 0


async def test_what_cannot_be_read_is_set_aside_with_its_error_and_the_others_go_on(at: Stage) -> None:
    await deliver(at, fires(1), b"not json", b'{"is": "down"}', fires(2))
    with capture_logs() as entries:
        await at.work_off()
    assert at.take.firing == {"1", "2"}
    found = await at.kept()
    assert [entry.state.value for entry in found] == ["done", "failed", "failed", "done"]
    assert "no JSON" in found[1].note
    assert found[2].note == "has no key at 'id'"
    assert [entry["number"] for entry in entries if entry["event"] == "a delivery fails"] == [2, 3]
    assert await at.gauge("failed") == 2


async def test_a_fault_in_taking_leaves_nothing_of_its_delivery_behind(at: Stage) -> None:
    def writes_then_fails(conn, intake, signals, setup, now) -> None:
        conn.execute(insert(tables.meta), {"name": signals[0].key, "value": 1})
        if signals[0].key == "2":
            raise ZeroDivisionError

    at.intaking = Intaking(at.store, at.clock, lambda: at.setup, writes_then_fails)
    await deliver(at, fires(1), fires(2), fires(3))
    with capture_logs() as entries:
        await at.work_off()
    assert [state.value for state in await states(at)] == ["done", "failed", "done"]
    names = await at.store.read(lambda conn: list(conn.execute(tables.meta.select())))
    assert {row.name for row in names} >= {"1", "3"}
    assert "2" not in {row.name for row in names}
    assert any(entry["log_level"] == "error" and "exc_info" in entry for entry in entries)
    assert "ZeroDivisionError" in (await at.kept())[1].note


async def test_a_row_that_the_database_refuses_does_not_block_the_others_for_ever(at: Stage) -> None:
    at.take.failures = [IntegrityError("INSERT", None, sqlite3.IntegrityError("UNIQUE"))]
    await deliver(at, fires(1), fires(2))
    with capture_logs():
        await at.work_off()
    assert [state.value for state in await states(at)] == ["failed", "done"]


async def test_trouble_of_the_store_is_no_fault_of_a_delivery(at: Stage) -> None:
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    at.take.failures = [OperationalError("INSERT", None, full)]
    await deliver(at, fires(1), fires(2))
    with pytest.raises(Exception, match="disk is full"):
        await at.work_off()
    assert set(await states(at)) == {InboxState.NEW}
    await at.work_off()
    assert at.take.firing == {"1", "2"}
    assert set(await states(at)) == {InboxState.DONE}


async def test_what_failed_is_read_again_once_it_is_mended(at: Stage) -> None:
    body = b'{"key": 9, "is": "down"}'
    await deliver(at, body)
    await at.work_off()
    mended = Intake("own", "generic", mapping=FieldMap(key=("key",), state="is"))
    at.setup = Setup(intakes=(mended,), access={"own": Access(is_open=True)})
    assert await at.store.write(inbox.retry) == [1]
    await at.work_off()
    assert at.take.firing == {"9"}
    assert await states(at) == [InboxState.DONE]


async def test_an_intake_that_is_gone_leaves_its_deliveries_for_later(at: Stage) -> None:
    await deliver(at, fires(1))
    before, at.setup = at.setup, Setup()
    await at.work_off()
    (entry,) = await at.kept()
    assert entry.state is InboxState.FAILED
    assert "no [[intake]] named 'own' any more" in entry.note
    assert "intake retry" in entry.note
    at.setup = before
    await at.store.write(inbox.retry)
    await at.work_off()
    assert at.take.firing == {"1"}


async def test_a_vendor_that_speaks_for_itself_is_looked_at_and_not_too_often(at: Stage) -> None:
    looked: list[str] = []
    at.intaking.look = looked.append
    await deliver(at, POST % 1, POST % 2, name="acme-page")
    await at.work_off()
    assert looked == ["acme"]
    assert {state.value for state in await states(at)} == {"unknown"}
    assert '"down": investigating, impact major' in (await at.kept())[0].note
    await deliver(at, POST % 3, name="acme-page")
    await at.work_off()
    assert looked == ["acme"]
    assert isinstance(at.clock, FakeClock)
    await at.clock.advance(LOOK_PAUSE)
    await deliver(at, POST % 4, b"not json", name="acme-page")
    await at.work_off()
    assert looked == ["acme", "acme"]
    assert at.take.taken == []


async def test_others_hear_of_a_flood_once_in_a_while_and_of_its_end(at: Stage) -> None:
    told: list[int] = []
    at.intaking.on_taken = lambda: told.append(len(at.take.taken))
    for number in range(4):
        await deliver(at, fires(number))
        await at.work_off()
    assert told == [1]
    assert isinstance(at.clock, FakeClock)
    await at.clock.advance(TELL_PAUSE)
    await at.work_off()
    assert told == [1, 4]
    await at.clock.advance(TELL_PAUSE)
    await at.work_off()
    assert told == [1, 4], "nothing has come since"


async def test_the_loop_wakes_for_an_arrival_and_looks_in_now_and_then(at: Stage) -> None:
    told = asyncio.Event()
    at.intaking.on_taken = told.set
    assert isinstance(at.clock, FakeClock)
    running = asyncio.create_task(at.intaking.run())
    try:
        await at.clock.until_sleeping()
        await deliver(at, fires(1))
        await at.clock.until_sleeping()
        await at.clock.advance(GATHER)
        async with asyncio.timeout(5):
            await told.wait()
        told.clear()
        await at.clock.until_sleeping()
        await at.store.write(lambda conn: conn.execute(tables.intake_event.update().values(state="new")))
        await at.clock.advance(PATROL + GATHER)
        async with asyncio.timeout(5):
            await told.wait()
        assert len(at.take.taken) == 2
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
