"""`statusherd triage` and GET /api/v1/triage: the answer from the store, and checks made while one waits."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession
from click.testing import CliRunner
from stories import Story

from statusherd.cli import cli
from statusherd.config_records import Web
from statusherd.config_web_values import Listen
from statusherd.model.services import Dependency, Service
from statusherd.model.words import Impact
from statusherd.respond.services import ServiceMap
from statusherd.testing.recording import LoopbackEndpoint
from statusherd.triaging import TriageDesk
from statusherd.web import AckDesk, Desks, answering

TOKEN = "correct-horse-battery-staple"
SERVICES = (Service("checkout", tier=1, depends_on=(Dependency("acme", "API"),)),)


@asynccontextmanager
async def asking(story: Story) -> AsyncIterator[tuple[ClientSession, str]]:
    desks = Desks(
        AckDesk(story.store, story.clock, lambda: story.pipeline.setup, None),
        triage=TriageDesk(story.store, story.clock, lambda: story.pipeline.setup),
        now=story.clock.now,
    )
    async with answering(Web(Listen("127.0.0.1", 0), None, TOKEN), desks) as port:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with ClientSession(headers=headers) as client:
            yield client, f"http://127.0.0.1:{port}/api/v1/triage"


@asynccontextmanager
async def trouble(folder: Path) -> AsyncIterator[Story]:
    async with Story(folder) as story:
        story.pipeline.setup = replace(story.setup, services=ServiceMap(SERVICES))
        await story.look()
        story.page.open("API errors", Impact.MAJOR, ["API"])
        await story.look()
        yield story


async def test_the_api_answers_in_the_words_of_correlation(tmp_path: Path) -> None:
    async with trouble(tmp_path) as story, asking(story) as (client, address):
        async with client.get(f"{address}?{urlencode({'service': 'checkout', 'since': '10m'})}") as got:
            assert got.status == 200
            found = await got.json()
        assert found["verdict"] == "vendor"
        assert found["sentence"].startswith("Acme: API errors")
        (link,) = found["links"]
        assert link["cause"].startswith("acme/")
        assert {"signal", "weight", "evidence"} == set(link["reasons"][0])
        assert found["since"] == (story.clock.now().replace(microsecond=0)).strftime("%Y-%m-%dT11:52:00Z")
        assert any("incident opened: API errors" in line for line in found["recent"])


WRONG = {
    "service=nothing": "is no service of ours. Configured are: checkout",
    "since=yesterday": "since: must be a time",
    "since=2099-01-01T00:00:00Z": "since: must be past",
    "vendor=acme": "vendor: is not known here",
}


@pytest.mark.parametrize("query", WRONG)
async def test_the_api_says_what_it_does_not_understand(tmp_path: Path, query: str) -> None:
    async with (
        trouble(tmp_path) as story,
        asking(story) as (client, address),
        client.get(f"{address}?{query}") as got,
    ):
        assert got.status == 400
        assert WRONG[query] in (await got.json())["error"]["message"]


async def test_the_api_wants_the_token(tmp_path: Path) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    async with (
        trouble(tmp_path) as story,
        asking(story) as (client, address),
        client.get(address, headers=wrong) as got,
    ):
        assert got.status == 401
        assert "API errors" not in await got.text()


CONFIG = """
[daemon]
data_dir = "{folder}"
[database]
url = "sqlite:///{folder}/story.db"
[http]
allow_private = true
[[vendor]]
name = "acme"
title = "Acme"
page = "https://status.acme.example"
format = "statuspage"
[[service]]
name = "checkout"
tier = 1
depends_on = ["acme:API"]
[[probe]]
vendor = "acme"
http = "{endpoint}"
interval = "1s"
"""


async def test_the_command_tells_the_verdict_first_and_then_what_the_checks_find(tmp_path: Path) -> None:
    async with trouble(tmp_path), LoopbackEndpoint() as endpoint:
        path = tmp_path / "config.toml"
        path.write_text(CONFIG.format(folder=tmp_path, endpoint=endpoint.url))
        path.chmod(0o600)
        shown = await _run(
            "--config", str(path), "triage", "-s", "checkout", "--since", "2026-06-01T11:52:00Z"
        )
        lines = [line.strip() for line in shown.splitlines() if line.strip()]
        assert lines[0].startswith("Us or them? checkout, since ")
        assert lines[1].startswith("THEM: Acme: API errors")
        assert any("+ checkout depends on acme:API, which it names" in line for line in lines)
        assert lines[-2] == "Checks, made now"
        assert lines[-1].startswith(f"ok   acme: GET {endpoint.url}: 200 after ")
        printed = json.loads(
            await _run("--config", str(path), "triage", "--json", "--since", "2026-06-01T11:52:00Z")
        )
        assert printed["verdict"] == "vendor"
        assert printed["probes"][0]["ok"] is True


async def test_the_command_refuses_a_service_that_nobody_knows(tmp_path: Path) -> None:
    async with trouble(tmp_path):
        path = tmp_path / "config.toml"
        path.write_text(CONFIG.format(folder=tmp_path, endpoint="http://127.0.0.1:9/"))
        path.chmod(0o600)
        failed = CliRunner().invoke(cli, ["--config", str(path), "triage", "-s", "nothing", "--no-probes"])
        assert failed.exit_code == 1
        assert "'nothing': is no service of ours\n  Configured are: checkout" in failed.output


async def _run(*words: str) -> str:
    """Run a command beside this test's own event loop, which serves what the command asks."""
    done = await asyncio.to_thread(CliRunner().invoke, cli, list(words))
    assert done.exit_code == 0, done.output
    return str(done.stdout)
