"""Early warnings from the endpoint to the change log: a real server on loopback, a clock that stands still."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from aiohttp import ClientSession
from stories import Story

from statusherd.config_records import Web
from statusherd.config_web_values import Listen
from statusherd.diagnosing import Diagnostics
from statusherd.model.changes import Change
from statusherd.model.probes import EarlyWarning, Probe, ProbeKind, ProbeResult
from statusherd.model.words import ChangeKind, Impact
from statusherd.probing import Probing
from statusherd.reporting import Reports
from statusherd.store import changes, early, probes
from statusherd.testing.recording import LoopbackEndpoint, loopback_prober
from statusherd.web import AckDesk, Desks, answering

KINDS = (ChangeKind.EARLY_WARNING, ChangeKind.EARLY_WARNING_JOINED, ChangeKind.EARLY_WARNING_ENDED)
USUAL, SLOWER = 0.02, 0.25
"""Seconds: more than five times as slow."""
TOKEN = "correct-horse-battery-staple"


class Watch:
    """A story whose vendor has an endpoint that is probed each minute."""

    def __init__(self, story: Story, endpoint: LoopbackEndpoint) -> None:
        self.story, self.endpoint = story, endpoint
        self.probe = Probe("acme", "api", ProbeKind.HTTP, endpoint.url, attempts=3)
        story.pipeline.setup = replace(story.pipeline.setup, probes=(self.probe,))
        self.take_up()

    def take_up(self) -> None:
        """Begin a process on what the store holds."""
        story = self.story
        self.probing = Probing(
            story.store,
            loopback_prober(story.clock),
            story.clock,
            lambda: story.pipeline.setup,
            story.pipeline.states,
            spread=0.0,
        )

    async def minutes(self, count: int) -> None:
        """Let so many minutes pass: in each a look, a round, and what follows from them."""
        for _ in range(count):
            await self.story.look()
            await self.round()

    async def round(self) -> tuple[Change, ...]:
        self.probing.notice()
        await self.probing.round(self.probe)
        return await self.probing.settle()

    def log(self) -> list[Change]:
        """The Changes of early warnings, in order."""
        found = self.story.store.read_now(lambda conn: changes.changes_of(conn, limit=1000))
        return [entry.change for entry in reversed(found) if entry.change.kind in KINDS]

    def warnings(self) -> tuple[EarlyWarning, ...]:
        return self.story.store.read_now(early.warnings)

    @property
    def now(self) -> datetime:
        return self.story.clock.now()


@asynccontextmanager
async def watching(folder: Path) -> AsyncIterator[Watch]:
    """A watch that knows what is usual: twelve minutes, in which all was well."""
    async with Story(folder) as story, LoopbackEndpoint(USUAL, 0.2) as endpoint:
        watch = Watch(story, endpoint)
        await watch.probing.load()
        await watch.minutes(12)
        assert watch.log() == []
        yield watch


async def test_slow_answers_are_warned_of_and_joined_to_what_the_vendor_posts_later(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        began = watch.now + timedelta(minutes=1)
        watch.endpoint.delay = SLOWER
        await watch.minutes(3)
        (warning,) = watch.warnings()
        assert warning.opened_at <= began + timedelta(minutes=2), "within three probes"
        assert warning.since == began
        (change,) = watch.log()
        assert (change.kind, change.vendor, change.subject) == (ChangeKind.EARLY_WARNING, "acme", warning.id)
        assert change.reason.startswith(f"GET {watch.endpoint.url} answers in ")
        assert "times its usual" in change.reason
        assert (change.since, change.after, change.incident) == (began, "degraded", None)
        await watch.minutes(9)
        assert len(watch.log()) == 1, "nothing new is told while it goes on"
        incident = watch.story.page.open("API errors", Impact.MAJOR)
        await watch.minutes(1)
        (_, joined) = watch.log()
        (warning,) = watch.warnings()
        assert (joined.kind, joined.subject) == (ChangeKind.EARLY_WARNING_JOINED, warning.id)
        assert warning.cause == incident
        assert warning.lead is not None
        assert joined.facets == (f"lead:{warning.lead:.0f}",)
        assert timedelta(seconds=warning.lead) == watch.now - timedelta(minutes=1) - warning.opened_at
        await watch.minutes(5)
        assert len(watch.log()) == 2, "the vendor has said it now"


async def test_a_warning_that_the_vendor_never_answers_ends_by_itself(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        watch.endpoint.delay = SLOWER
        await watch.minutes(3)
        watch.endpoint.delay = USUAL
        await watch.minutes(3)
        assert [change.kind for change in watch.log()] == [ChangeKind.EARLY_WARNING]
        await watch.minutes(12)
        assert [change.kind for change in watch.log()] == [
            ChangeKind.EARLY_WARNING,
            ChangeKind.EARLY_WARNING_ENDED,
        ]
        (warning,) = watch.warnings()
        assert (warning.joined_at, warning.lead) == (None, None)
        assert watch.log()[-1].reason == "all is as usual for 10 minutes; the vendor has posted nothing"


async def test_failing_attempts_are_warned_of_with_what_failed(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        watch.endpoint.answer = b"HTTP/1.1 503 Service Unavailable\r\n\r\n"
        await watch.minutes(2)
        (change,) = watch.log()
        assert (
            change.reason
            == f"GET {watch.endpoint.url}: 18 of 18 attempts failed in 2 probes (503 Service Unavailable)"
        )
        assert watch.story.store.read_now(lambda conn: probes.anomalies(conn, ["acme"])) != ()


async def test_a_restart_forgets_neither_what_is_usual_nor_what_is_open(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        watch.endpoint.delay = SLOWER
        await watch.minutes(3)
        await watch.story.restart()
        watch.story.pipeline.setup = replace(watch.story.pipeline.setup, probes=(watch.probe,))
        watch.take_up()
        await watch.probing.load()
        await watch.minutes(3)
        assert len(watch.log()) == 1
        watch.endpoint.delay = USUAL
        await watch.minutes(14)
        assert [change.kind for change in watch.log()] == [
            ChangeKind.EARLY_WARNING,
            ChangeKind.EARLY_WARNING_ENDED,
        ]


async def test_while_the_vendor_has_posted_it_nobody_is_warned(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        incident = watch.story.page.open("API errors", Impact.MAJOR)
        await watch.minutes(1)
        watch.endpoint.delay = SLOWER
        await watch.minutes(5)
        assert watch.log() == []
        watch.story.page.resolve(incident)
        await watch.minutes(9)
        assert watch.log() == [], "it may take a while to be over"
        await watch.minutes(3)
        assert [change.kind for change in watch.log()] == [ChangeKind.EARLY_WARNING], "over there, not here"


async def test_during_planned_work_nobody_is_warned(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        watch.story.page.schedule_maintenance("Upgrade", watch.now, watch.now + timedelta(minutes=8))
        await watch.minutes(1)
        watch.endpoint.delay = SLOWER
        await watch.minutes(6)
        assert watch.log() == []


class Together:
    """Makes attempts for several vendors at once; `down` are those that do not answer."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.down: set[str] = set()

    async def attempt(self, probe: Probe) -> ProbeResult:
        well = probe.vendor not in self.down
        at = self.story.clock.now()
        return ProbeResult(
            probe.vendor, probe.name, at, well, 100.0 if well else None, "http", "", failed=not well
        )


async def test_when_most_vendors_fail_at_once_it_is_us(tmp_path: Path) -> None:
    names = ("acme", "bolt", "crux", "dyno")
    async with Story(tmp_path, names) as story:
        every = tuple(
            Probe(name, "api", ProbeKind.HTTP, "https://api.example/", attempts=3) for name in names
        )
        story.pipeline.setup = replace(story.pipeline.setup, probes=every)
        prober = Together(story)
        probing = Probing(
            story.store, prober, story.clock, lambda: story.pipeline.setup, story.pipeline.states, spread=0.0
        )

        async def minutes(count: int) -> list[Change]:
            made = []
            for _ in range(count):
                await story.clock.advance(60)
                probing.notice()
                for probe in every:
                    await probing.round(probe)
                made += await probing.settle()
            return made

        await minutes(12)
        prober.down = {"acme", "bolt", "crux"}
        assert await minutes(5) == []
        prober.down = set()
        assert await minutes(10) == []
        prober.down = {"acme"}
        assert [change.vendor for change in await minutes(3)] == ["acme"]


async def test_reports_of_three_people_are_a_warning(tmp_path: Path) -> None:
    async with Story(tmp_path) as story:
        watch = Probing(
            story.store, Together(story), story.clock, lambda: story.pipeline.setup, story.pipeline.states
        )
        desk = AckDesk(story.store, story.clock, lambda: story.pipeline.setup, None)
        reports = Reports(story.store, story.clock, lambda: story.pipeline.setup)
        web = Web(Listen("127.0.0.1", 0), None, TOKEN)
        async with answering(web, Desks(desk, reports=reports)) as port, ClientSession() as client:

            async def post(vendor: str, body: object, token: str = TOKEN) -> tuple[int, dict]:
                url = f"http://127.0.0.1:{port}/api/v1/vendors/{vendor}/report"
                async with client.post(
                    url, json=body, headers={"Authorization": f"Bearer {token}"}
                ) as answer:
                    return answer.status, await answer.json()

            assert (await post("acme", {"author": "ada"}, "wrong-wrong-wrong"))[0] == 401
            assert (await post("nobody", {"author": "ada"}))[0] == 404
            assert (await post("acme", {"author": " "}))[0] == 400
            assert (await post("acme", {"author": "ada", "service": ["checkout"]}))[0] == 400
            assert (await post("acme", {"author": "ada", "severity": 1}))[0] == 400
            status, body = await post(
                "acme", {"author": "ada", "note": "card payments fail", "service": "checkout"}
            )
            assert (status, body["report"]["author"], body["report"]["service"]) == (201, "ada", "checkout")
            await post("acme", {"author": "Ada"})
            assert await watch.settle() == ()
            _, body = await post("acme", {"author": "bob"})
            assert body["report"]["authors"] == 2
            await story.clock.advance(14 * 60)
            await post("acme", {"author": "cyd"})
        (change,) = await watch.settle()
        assert change.kind is ChangeKind.EARLY_WARNING
        assert change.reason.startswith("3 of us report trouble (ada, bob, cyd)")


async def test_the_loop_probes_on_time_and_spreads_its_attempts(tmp_path: Path) -> None:
    async with Story(tmp_path) as story:
        probe = Probe("acme", "api", ProbeKind.HTTP, "https://api.example/", attempts=4, interval=60.0)
        story.pipeline.setup = replace(story.pipeline.setup, probes=(probe,))
        seen: list[float] = []

        class Counting(Together):
            async def attempt(self, probe: Probe) -> ProbeResult:
                seen.append(story.clock.monotonic())
                return await super().attempt(probe)

        probing = Probing(
            story.store, Counting(story), story.clock, lambda: story.pipeline.setup, story.pipeline.states
        )
        running = asyncio.create_task(probing.run())
        await story.clock.until_sleeping(1)
        for _ in range(190):
            await story.clock.advance(1)
            await story.clock.until_sleeping(1)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert 8 <= len(seen) <= 16
        assert seen[1] - seen[0] == 6.0, "four attempts over four tenths of a minute"


async def test_findings_stand_beside_what_is_usual_and_come_within_seconds(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        await watch.minutes(60)
        watch.endpoint.answer = b"HTTP/1.1 503 Service Unavailable\r\n\r\n"
        silent = replace(watch.probe, name="silent", target="http://127.0.0.1:1/", kind=ProbeKind.HTTP)
        asking = Diagnostics(
            watch.story.store,
            loopback_prober(watch.story.clock),
            watch.story.clock,
            lambda: (watch.probe, silent),
        )
        found = await asking.diagnose(["acme"])
        assert [finding.ok for finding in found] == [False, False]
        assert found[0].text.startswith(f"GET {watch.endpoint.url}: 503 Service Unavailable after ")
        assert "(usually 200 in " in found[0].text
        assert found[1].text.startswith("GET http://127.0.0.1:1/: no connection: Connection refused")
        assert await asking.diagnose(["other"]) == ()
        came = [check.probe.name async for check in asking.checks(["acme"])]
        assert sorted(came) == ["api", "silent"]
