"""A real Alertmanager drives an intake: repeats, ends, what is inhibited or cut off, and errors of ours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from aiohttp import web
from brokers import free_port, running_program
from intake_stage import TOKEN, Stage, stage

from statusherd.assembly import take_signals
from statusherd.clock import SystemClock
from statusherd.model.errors import StoreError
from statusherd.model.inbox import InboxEntry
from statusherd.model.intake import Access, Intake
from statusherd.store import incident_members
from statusherd.store import incidents as incident_rows
from statusherd.testing import RecordingTake

PATIENCE = 30.0
CONFIG = """
route:
  receiver: herd
  group_by: [{group_by}]
  group_wait: 100ms
  group_interval: 300ms
  repeat_interval: 1s
receivers:
- name: herd
  webhook_configs:
  - url: {url}
    send_resolved: true
    max_alerts: {max_alerts}
    http_config:
      authorization: {{type: Bearer, credentials: {token}}}
inhibit_rules:
- source_matchers: [alertname="Outage"]
  target_matchers: [alertname="Lag"]
  equal: [site]
"""
INTAKE = {Intake("prom", "alertmanager"): Access(token=TOKEN)}


class Alertmanager:
    """The program, told of alerts by its own API."""

    def __init__(self, port: int, client: aiohttp.ClientSession) -> None:
        self.url = f"http://127.0.0.1:{port}/api/v2"
        self._client = client

    async def say(self, *alerts: Mapping[str, str], over: bool = False) -> None:
        """Tell that alerts with these labels fire, or are over."""
        now = datetime.now(UTC)
        ends = {"endsAt": now.isoformat()} if over else {"endsAt": (now + timedelta(hours=1)).isoformat()}
        body = [
            {"labels": dict(labels), "annotations": {"summary": labels["alertname"]}, **ends}
            for labels in alerts
        ]
        async with self._client.post(f"{self.url}/alerts", json=body) as got:
            assert got.status == 200, await got.text()

    async def state(self, instance: str) -> str:
        """Whether it suppresses an alert or not."""
        async with self._client.get(f"{self.url}/alerts") as got:
            found = {each["labels"].get("instance"): each["status"]["state"] for each in await got.json()}
        return str(found.get(instance, "gone"))


def lag(instance: str, **labels: str) -> dict[str, str]:
    return {"alertname": "Lag", "severity": "critical", "site": "eu", "instance": instance, **labels}


OUTAGE = {"alertname": "Outage", "severity": "critical", "site": "eu", "instance": "all"}


@asynccontextmanager
async def alertmanager(
    folder: Path, at: Stage, *, url: str | None = None, group_by: str = "alertname", max_alerts: int = 0
) -> AsyncIterator[Alertmanager]:
    port = free_port()
    config = folder / "alertmanager.yml"
    text = CONFIG.format(url=url or at.url("prom"), token=TOKEN, group_by=group_by, max_alerts=max_alerts)
    config.write_text(text)
    options = (
        f"--config.file={config}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    )
    async with running_program("prometheus-alertmanager", port, *options):
        yield Alertmanager(port, at.client)


def on_stage(folder: Path, **options) -> AbstractAsyncContextManager[Stage]:
    """A stage on which what is taken becomes incidents."""
    return stage(folder, INTAKE, clock=SystemClock(), take=RecordingTake(take_signals), **options)


@asynccontextmanager
async def running(folder: Path, **options) -> AsyncIterator[tuple[Stage, Alertmanager]]:
    async with on_stage(folder) as at, alertmanager(folder, at, **options) as am:
        yield at, am


async def until(at: Stage, holds: Callable[[list[InboxEntry]], bool]) -> list[InboxEntry]:
    """Work off what arrives until something holds of all that is kept; return it."""
    async with asyncio.timeout(PATIENCE):
        while True:
            await at.work_off()
            if holds(kept := await at.kept()):
                return kept
            await asyncio.sleep(0.05)


async def repeats(at: Stage, count: int) -> None:
    """Wait until so many deliveries more were repeats."""
    before = (await at.outcomes()).get(("prom", "repeated"), 0)
    async with asyncio.timeout(PATIENCE):
        while (await at.outcomes()).get(("prom", "repeated"), 0) < before + count:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)


def names(at: Stage) -> set[str]:
    """The instances of the alerts that fire, by all that was taken."""
    known = {signal.key: signal.labels["instance"] for each in at.take.taken for signal in each.signals}
    return {known[key] for key in at.take.firing}


async def incidents(at: Stage) -> list[set[str]]:
    """The instances that fire in each incident that is open, the oldest incident first."""
    known = {signal.key: signal.labels["instance"] for each in at.take.taken for signal in each.signals}
    found = await at.store.read(incident_rows.open_ones)
    members = await at.store.read(
        lambda conn: incident_members.of_incidents(conn, [each.number for each in found])
    )
    return [
        {known[member.key] for member in members if member.incident == each.number and member.fires}
        for each in sorted(found, key=lambda each: each.number)
    ]


async def test_repeats_are_one_delivery_and_an_end_closes_its_own_alert_alone(tmp_path: Path) -> None:
    async with running(tmp_path) as (at, am):
        await am.say(lag("a"), lag("b"))
        await until(at, lambda _: names(at) == {"a", "b"})
        counted = len(await at.kept())
        await repeats(at, 3)
        assert len(await at.kept()) == counted, "equal deliveries are one"
        assert await incidents(at) == [{"a", "b"}]
        await am.say(lag("a"), over=True)
        await until(at, lambda _: names(at) == {"b"})
        assert await incidents(at) == [{"b"}]
        await am.say(lag("b"), over=True)
        await until(at, lambda _: names(at) == set())
        assert await incidents(at) == []
        await am.say(lag("b"))
        await until(at, lambda _: names(at) == {"b"})
        assert await incidents(at) == [{"b"}]


async def test_an_alert_that_is_inhibited_is_gone_from_its_group_and_not_over(tmp_path: Path) -> None:
    async with running(tmp_path) as (at, am):
        await am.say(lag("a"), lag("b"), lag("elsewhere", site="us"))
        await until(at, lambda _: names(at) == {"a", "b", "elsewhere"})
        await am.say(OUTAGE)
        await until(at, lambda _: "all" in names(at))
        assert await am.state("a") == "suppressed"
        await am.say(lag("another", site="us"))
        await until(at, lambda _: "another" in names(at))
        last = {signal.labels["instance"] for signal in at.take.taken[-1].signals}
        assert last == {"elsewhere", "another"}, "the group is told without what is inhibited"
        assert names(at) == {"a", "b", "elsewhere", "another", "all"}
        assert await incidents(at) == [{"a", "b", "elsewhere", "another"}, {"all"}]


async def test_members_that_are_cut_off_are_not_over(tmp_path: Path) -> None:
    async with running(tmp_path, max_alerts=2) as (at, am):
        await am.say(lag("a"), lag("b"))
        await until(at, lambda _: names(at) == {"a", "b"})
        await am.say(lag("c"), lag("d"), lag("e"))
        kept = await until(at, lambda kept: "left out by the sender" in kept[-1].note)
        assert "3 more alerts" in kept[-1].note
        assert names(at) >= {"a", "b"}
        (open_one,) = await incidents(at)
        assert open_one >= {"a", "b"}
        assert kept[-1].signals == 2


async def test_an_error_of_ours_and_then_none_gives_exactly_one(tmp_path: Path) -> None:
    trouble = [StoreError("the database is locked", subject="x") for _ in range(3)]
    async with (
        on_stage(tmp_path, answers_with=trouble) as at,
        alertmanager(tmp_path, at) as am,
    ):
        await am.say(lag("a"))
        await until(at, lambda _: names(at) == {"a"})
        await repeats(at, 1)
        assert (await at.outcomes())["prom", "not_stored"] == 3
        assert len(await at.kept()) == 1
        assert len(at.take.taken) == 1
        assert await incidents(at) == [{"a"}]


async def test_an_answer_that_is_lost_on_its_way_gives_exactly_one(tmp_path: Path) -> None:
    """Something between us answers 500 though we have kept the delivery: it comes again."""
    async with on_stage(tmp_path) as at:
        answers: list[int] = []

        async def between(request: web.Request) -> web.Response:
            status, _ = await at.deliver("prom", await request.read())
            answers.append(status)
            return web.Response(status=500 if len(answers) <= 2 else status)

        proxy = web.Application()
        proxy.router.add_post("/", between)
        runner = web.AppRunner(proxy, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        try:
            async with alertmanager(tmp_path, at, url=f"http://127.0.0.1:{port}/") as am:
                await am.say(lag("a"))
                await until(at, lambda _: len(answers) >= 3)
        finally:
            await runner.cleanup()
        assert answers[:3] == [202, 200, 200]
        assert len(await at.kept()) == 1
        await at.work_off()
        assert names(at) == {"a"}
        assert len(at.take.taken) == 1
        assert await incidents(at) == [{"a"}]


async def test_a_wrong_token_is_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    intake = {Intake("prom", "alertmanager"): Access(token="another-token")}
    async with stage(tmp_path, intake, clock=SystemClock()) as at, alertmanager(tmp_path, at) as am:
        await am.say(lag("a"))
        async with asyncio.timeout(PATIENCE):
            while ("prom", "unauthorized") not in await at.outcomes():  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.1)
        assert await at.kept() == []
