"""The heartbeat goes out while the daemon works, and stays away while it does not."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from statusherd.heartbeat import Heart, Switch
from statusherd.model.errors import FailureKind, FetchError
from statusherd.progress import Progress
from statusherd.store.beats import beats
from statusherd.store.engine import Store
from statusherd.testing import Answer, FakeClock, HttpSink, ScriptedFetcher
from statusherd.watch.fetch import Fetcher

URL = "https://beats.example/s3cr3t-t0k3n"
SWITCH = Switch(URL, 60.0)


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(f"sqlite:///{tmp_path}/s.db") as opened:
        yield opened


class Beating:
    """A heart with everything around it; `stuck` is what the daemon says of itself."""

    def __init__(self, store: Store, switch: Switch | None = SWITCH) -> None:
        self.clock = FakeClock()
        self.fetcher = ScriptedFetcher(self.clock, {URL: b"OK"})
        self.heart = Heart(self.fetcher, store, self.clock, switch)
        self.stuck: str | None = None

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.heart.run(lambda: self.stuck))
        yield
        task.cancel()

    async def next_beat(self) -> None:
        """Let the time come and wait until the heart rests again: the store answers in real time."""
        await self.clock.advance(60)
        await self.clock.until_sleeping()


async def test_it_beats_at_once_and_then_at_its_pace(store: Store) -> None:
    beating = Beating(store)
    async with beating.running():
        await beating.clock.until_sleeping()
        assert beating.fetcher.fetched == [URL]
        await beating.clock.advance(59)
        assert len(beating.fetcher.fetched) == 1
        await beating.next_beat()
        assert len(beating.fetcher.fetched) == 2
    assert store.read_now(beats) == 2


async def test_it_stays_away_while_work_is_stuck_and_comes_back(store: Store) -> None:
    beating = Beating(store)
    beating.stuck = "routing"
    with capture_logs() as logs:
        async with beating.running():
            await beating.clock.until_sleeping()
            assert beating.fetcher.fetched == []
            beating.stuck = None
            await beating.next_beat()
            assert beating.fetcher.fetched == [URL]
    (held,) = logs
    assert (held["event"], held["reason"]) == ("the heartbeat is held back", "no progress with routing")


async def test_it_stays_away_while_the_store_cannot_be_written(store: Store) -> None:
    beating = Beating(store)
    store.close()
    with capture_logs() as logs:
        async with beating.running():
            await beating.clock.until_sleeping()
    assert beating.fetcher.fetched == []
    assert "the store cannot be written" in logs[0]["reason"]


@pytest.mark.parametrize("kind", [FailureKind.CONNECT, FailureKind.REFUSED_ADDRESS, FailureKind.NOT_FOUND])
async def test_a_failure_is_logged_without_the_address_and_the_next_goes_out(
    store: Store, kind: FailureKind
) -> None:
    beating = Beating(store)
    beating.fetcher.holdings[URL] = FetchError(kind, f"{URL} did not answer", subject=URL)
    with capture_logs() as logs:
        async with beating.running():
            await beating.clock.until_sleeping()
            beating.fetcher.holdings[URL] = b"OK"
            await beating.next_beat()
    assert len(beating.fetcher.fetched) == 2
    assert [entry["event"] for entry in logs] == ["the heartbeat was not taken"]
    assert "s3cr3t" not in str(logs)
    assert "s3cr3t" not in repr(SWITCH)


async def test_an_answer_without_a_body_is_an_answer(store: Store) -> None:
    beating = Beating(store)
    beating.fetcher.holdings[URL] = FetchError(FailureKind.EMPTY, "no body")
    with capture_logs() as logs:
        async with beating.running():
            await beating.clock.until_sleeping()
    assert logs == []


async def test_a_reload_gives_takes_and_changes_the_address(store: Store) -> None:
    beating = Beating(store, None)
    async with beating.running():
        await beating.clock.advance(600)
        assert beating.fetcher.fetched == []
        beating.heart.point_at(SWITCH)
        await beating.clock.until_sleeping()
        assert beating.fetcher.fetched == [URL]
        beating.heart.point_at(None)
        await beating.clock.advance(600)
        assert beating.fetcher.fetched == [URL]


async def test_a_real_request_goes_out_and_none_to_a_private_address_unasked(store: Store) -> None:
    clock = FakeClock()
    async with HttpSink(Answer.OK) as sink, Fetcher() as careful, Fetcher(allow_private=True) as allowed:
        url = sink.http_url
        for fetcher, requests in ((careful, 0), (allowed, 1)):
            task = asyncio.create_task(Heart(fetcher, store, clock, Switch(url, 60)).run(lambda: None))
            await clock.until_sleeping()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert len(sink.received) == requests


# Progress


async def test_work_that_fails_again_and_again_is_stuck_since_its_first_failure() -> None:
    clock = FakeClock()
    progress = Progress(clock)
    for _ in range(4):
        with contextlib.suppress(ValueError), progress.at("routing"):
            raise ValueError
        await clock.advance(100)
    assert progress.stuck(300) == "routing"
    with progress.at("routing"):
        pass
    assert progress.stuck(300) is None


async def test_looks_are_stuck_when_none_of_them_is_finished() -> None:
    clock = FakeClock()
    progress = Progress(clock)
    progress.begin("looks")
    await clock.advance(200)
    progress.begin("looks")
    progress.done("looks", more=True)
    await clock.advance(200)
    assert progress.stuck(300) is None
    await clock.advance(200)
    assert progress.stuck(300) == "looks"
