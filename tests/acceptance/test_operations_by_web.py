"""Runbooks and our own maintenance by the API: a real server on loopback, over a real store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import aiohttp
import pytest

from statusherd.config_records import Web
from statusherd.config_web_values import Listen
from statusherd.incidents import Opening, open_incident
from statusherd.model.freezes import Freeze
from statusherd.model.incidents import EntryKind
from statusherd.model.runbooks import Command, Parameter, Runbook, Runbooks, RunState, Step
from statusherd.model.services import Service
from statusherd.operating import Operations
from statusherd.respond.services import ServiceMap
from statusherd.setup import Setup
from statusherd.store import own_maintenances, runbook_runs, timeline
from statusherd.store.engine import Store
from statusherd.testing import FakeClock
from statusherd.web import AckDesk, Desks, answering

TOKEN = "correct-horse-battery-staple"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
COMMANDS = {
    "say": Command("say", ("/bin/echo", "to", "{target}")),
    "flip": Command("flip", ("/bin/echo", "flipped"), approval=True),
    "slow": Command("slow", ("/bin/sleep", "600")),
}
STEPS = (
    Step("Say", command="say", parameters=(Parameter("target", ("adyen", "stripe")),)),
    Step("Flip", command="flip"),
    Step("Wait", command="slow"),
    Step("Call"),
)
SETUP = Setup(
    services=ServiceMap((Service("checkout"),)),
    freezes=(Freeze("Xmas", datetime(2020, 1, 1), datetime(2020, 12, 30), rrule="FREQ=YEARLY"),),  # noqa: DTZ001 - on the clock of its zone
    runbooks=Runbooks((Runbook("a/b c", STEPS, ("stripe",)),), COMMANDS),
)


@dataclass
class Site:
    """A store whose API is served, and a client that asks."""

    store: Store
    clock: FakeClock
    client: aiohttp.ClientSession
    port: int

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, dict]:
        async with self.client.request(
            method, f"http://127.0.0.1:{self.port}{path}", json=body, headers=headers or BEARER
        ) as answer:
            return answer.status, await answer.json()

    async def run(self, body: object, name: str = "a%2Fb%20c") -> tuple[int, dict]:
        return await self.ask("POST", f"/api/v1/runbooks/{name}/run", body)

    def runs(self) -> list[RunState]:
        return [run.state for run in self.store.read_now(runbook_runs.newest)]


@asynccontextmanager
async def serving(tmp_path: Path, token: str | None = TOKEN) -> AsyncIterator[Site]:
    clock = FakeClock()
    with Store.open(f"sqlite:///{tmp_path}/statusherd.db") as store:
        desk = AckDesk(store, clock, lambda: SETUP, None)
        operations = Operations(store, clock, lambda: SETUP, tmp_path)
        web = Web(Listen("127.0.0.1", 0), None, token)
        async with (
            answering(web, Desks(desk, operations=operations)) as port,
            aiohttp.ClientSession() as client,
        ):
            assert port is not None
            yield Site(store, clock, client, port)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/runbooks"),
        ("POST", "/api/v1/runbooks/a/run"),
        ("GET", "/api/v1/runbook-runs"),
        ("POST", "/api/v1/runbook-runs/1/approve"),
        ("GET", "/api/v1/maintenances/own"),
        ("POST", "/api/v1/maintenances/own"),
    ],
)
async def test_nothing_is_read_or_done_without_the_token(tmp_path: Path, method: str, path: str):
    async with serving(tmp_path) as site:
        for headers in ({"X-None": ""}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}):
            status, body = await site.ask(method, path, {"step": 1}, **headers)
            assert status == 401
            assert "admin_token" in body["error"]["message"]
    async with serving(tmp_path, None) as site:
        assert (await site.ask(method, path))[0] in (404, 405)


async def test_without_execute_it_is_told_what_would_be_run(tmp_path: Path):
    async with serving(tmp_path) as site:
        _, listed = await site.ask("GET", "/api/v1/runbooks")
        (book,) = listed["runbooks"]
        assert [step["command"] for step in book["steps"]] == ["say", "flip", "slow", None]
        for body in ({}, {"execute": False}):
            status, answer = await site.run(body)
            assert (status, answer["run"]) == (200, None)
            assert [plan["argv"] for plan in answer["plans"]] == [
                None, ["/bin/echo", "flipped"], ["/bin/sleep", "600"],
            ]  # fmt: skip
        assert site.runs() == []


async def test_a_step_is_run_for_a_person_and_noted(tmp_path: Path):
    async with serving(tmp_path) as site:
        number = site.store.write_now(
            lambda conn: open_incident(conn, Opening("Slow", "ada"), (), site.clock.now())
        ).number
        status, answer = await site.run(
            {"step": 1, "params": {"target": "adyen"}, "execute": True, "author": "ada", "incident": number}
        )
        assert status == 200
        assert (answer["run"]["state"], answer["run"]["output"]) == ("done", "to adyen\n")
        lines = site.store.read_now(lambda conn: timeline.of_kinds(conn, number, [EntryKind.RUNBOOK]))
        assert [line.author for line in lines] == ["ada", "ada"]
        _, answer = await site.ask("GET", "/api/v1/runbook-runs")
        assert [run["argv"] for run in answer["runs"]] == [["/bin/echo", "to", "adyen"]]


async def test_a_second_person_approves(tmp_path: Path):
    async with serving(tmp_path) as site:
        _, answer = await site.run({"step": 2, "execute": True, "author": "ada"})
        assert answer["run"]["state"] == "waiting"
        path = f"/api/v1/runbook-runs/{answer['run']['id']}/approve"
        status, refused = await site.ask("POST", path, {"author": "Ada"})
        assert (status, "another person" in refused["error"]["message"]) == (409, True)
        status, answer = await site.ask("POST", path, {"author": "bob"})
        assert (status, answer["run"]["state"], answer["run"]["approved_by"]) == (200, "done", "bob")
        assert (await site.ask("POST", path, {"author": "carol"}))[0] == 409
        assert (await site.ask("POST", "/api/v1/runbook-runs/99/approve", {"author": "bob"}))[0] == 404


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"execute": True, "step": 1, "params": {"target": "adyen"}}, 400, "author must be a text"),
        ({"execute": True, "step": 1, "params": {"target": "$(x)"}, "author": "ada"}, 400, "cannot be"),
        (
            {"execute": True, "step": 1, "params": {"target": ["adyen"]}, "author": "ada"},
            400,
            "an object of texts",
        ),
        (
            {"execute": True, "step": 1, "params": {"argv": "x", "target": "adyen"}, "author": "ada"},
            400,
            "no parameter",
        ),
        ({"execute": True, "step": 3, "author": "ada", "incident": 99}, 404, "no such incident"),
        ({"execute": True, "step": 3, "author": ""}, 400, "the author is empty"),
        ({"execute": True, "step": 3, "author": "intake x"}, 400, "name of an intake"),
        ({"execute": True, "author": "ada"}, 400, "which step is not said"),
        ({"execute": "yes", "step": 3, "author": "ada"}, 400, "execute must be true or false"),
        ({"step": True}, 400, "step must be a whole number"),
        ({"step": 4}, 400, "step 4 runs nothing"),
        ({"argv": ["/bin/sh"]}, 400, "unknown key 'argv'"),
        (["step"], 400, "must be an object"),
    ],
)
async def test_what_cannot_be_run_is_refused(tmp_path: Path, body: object, status: int, says: str):
    async with serving(tmp_path) as site:
        got, answer = await site.run(body)
        assert (got, says in answer["error"]["message"]) == (status, True), answer
        assert (await site.run({}, name="nope"))[0] == 404
        assert site.runs() == []


async def test_a_program_under_way_is_ended_with_the_daemon_and_that_is_written_down(tmp_path: Path):
    async with serving(tmp_path) as site:
        asking = asyncio.create_task(site.run({"step": 3, "execute": True, "author": "ada"}))
        async with asyncio.timeout(10):
            while site.runs() != [RunState.RUNNING]:  # noqa: ASYNC110 - the store tells nobody
                await asyncio.sleep(0.01)
        asking.cancel()
    with Store.open(f"sqlite:///{tmp_path}/statusherd.db") as store:
        (run,) = store.read_now(runbook_runs.newest)
        assert run.state is RunState.STOPPED


async def test_a_maintenance_is_planned_and_listed(tmp_path: Path):
    async with serving(tmp_path) as site:
        now = site.clock.now()
        ends = now.replace(year=now.year, hour=23, minute=59)
        body = {"title": "upgrade", "services": ["check*"], "ends_at": ends.isoformat(), "author": "ada"}
        status, made = await site.ask("POST", "/api/v1/maintenances/own", body)
        assert (status, made["maintenance"]["state"]) == (200, "on")
        assert [freeze["name"] for freeze in made["freezes"]] == ["Xmas"]
        _, listed = await site.ask("GET", "/api/v1/maintenances/own")
        assert listed["maintenances"] == [made["maintenance"]]
        assert listed["freezes"][0]["name"] == "Xmas"
        found = site.store.read_now(lambda conn: own_maintenances.in_maintenance(conn, ["checkout"], now))
        assert found == {"checkout"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"title": 7}, "title must be a text"),
        ({"services": "checkout"}, "services must be a list"),
        ({"services": []}, "name 1 to 100 services"),
        ({"ends_at": "soon"}, "ends_at must be a time"),
        ({"ends_at": "2020-01-01"}, "over before it begins"),
        ({"ends_at": "9999-12-31T23:59:59-23:59"}, "ends_at must be a time"),
        ({"starts_at": None}, "starts_at must be a text"),
        ({"author": ""}, "the author is empty"),
        ({"service": "x"}, "unknown key"),
    ],
)
async def test_a_maintenance_that_cannot_be_is_refused(tmp_path: Path, change: dict, says: str):
    async with serving(tmp_path) as site:
        body = {"title": "x", "services": ["a"], "ends_at": "2999-01-01T00:00:00Z", "author": "ada"} | change
        status, answer = await site.ask("POST", "/api/v1/maintenances/own", body)
        assert (status, says in answer["error"]["message"]) == (400, True), answer
        assert site.store.read_now(own_maintenances.every) == ()
