"""`alert test`: who would be told of an incident that nobody had, and what each route says to it."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from statusherd.cli import cli
from statusherd.model.silences import Silence
from statusherd.store import silences
from statusherd.store.engine import Store
from statusherd.testing import HttpSink

CONFIG = """
[[vendor]]
name = "acme"
page = "https://status.acme.example"
format = "statuspage"
[[vendor]]
name = "globex"
page = "https://status.globex.example"
format = "statuspage"
[[channel]]
name = "ops"
url = "json://127.0.0.1:9/s3cr3t-path"
[[channel]]
name = "web-chat"
url = "json://127.0.0.1:9/s3cr3t-path"
[[team]]
name = "web"
channels = ["web-chat"]
[[service]]
name = "shop"
tier = 1
owner = "web"
depends_on = ["globex:API"]
[[route]]
match.severity = "SEV1"
channels = ["ops"]
[[route]]
match.owner = ["web"]
channels = ["owner"]
"""


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch):
    for name in ("STATE_DIRECTORY", "CREDENTIALS_DIRECTORY", "STATUSHERD_CONFIG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(CONFIG)
    (tmp_path / "var").mkdir()
    with Store.open(store_url(path)):
        pass
    return path


def store_url(config: Path) -> str:
    return f"sqlite:///{config.parent / 'var' / 'statusherd.db'}"


def run(config: Path, *words: str, code: int = 0):
    result = CliRunner().invoke(cli, ["-c", str(config), "alert", "test", *words])
    assert result.exit_code == code, result.output
    return result


def answers(config: Path, *words: str):
    found = json.loads(run(config, *words, "--json").stdout)
    return {a["channel"]: (a["told"], a["reason"]) for a in found["answers"]}, found


def test_the_rules_say_how_severe_it_is_and_who_is_told(config):
    told, found = answers(config, "--service", "shop")
    assert (found["vendor"], found["severity"], found["services"]) == ("globex", "SEV2", ["shop"])
    assert told == {"ops": (False, "below_severity"), "web-chat": (True, "opened")}
    text = run(config, "--service", "shop").stdout
    assert "web-chat would be told by route 2" in text
    assert (
        "route 1 to ops: no: it is less severe than the route asks for (severity SEV1; this is SEV2)" in text
    )


def test_a_severity_that_is_asked_for_counts_in_place_of_the_rules(config):
    told, found = answers(config, "--service", "SHOP", "--severity", "sev1")
    assert (found["severity"], told["ops"]) == ("SEV1", (True, "opened"))


def test_a_vendor_that_no_service_needs_touches_none(config):
    told, found = answers(config, "--vendor", "acme")
    assert (found["services"], told["ops"]) == ([], (False, "below_severity"))


def test_a_silence_makes_it_wait_until_its_end(config):
    now = datetime.now(UTC)
    hush = Silence(now, now + timedelta(hours=1), "dana", "they rebuild it", vendors=("globex",))
    with Store.open(store_url(config)) as store:
        store.write_now(lambda conn: silences.add(conn, hush, now))
    told, found = answers(config, "--service", "shop", "--send")
    assert (told["web-chat"], found["sent"]) == ((False, "silenced"), [])
    assert "web-chat would wait by route 2 until" in run(config, "--service", "shop").stdout


async def test_it_is_sent_as_a_drill_to_those_who_would_be_told_and_not_stored(config):
    async with HttpSink() as sink:
        config.write_text(CONFIG.replace("json://127.0.0.1:9/s3cr3t-path", sink.url))
        result = await asyncio.to_thread(run, config, "--service", "shop", "--send")
        (message,) = sink.received
        assert b"DRILL, not real: SEV2 OPENED" in message.body
        assert "✓ sent  web-chat" in result.stderr
    assert "Nothing of that kind" in CliRunner().invoke(cli, ["-c", str(config), "alert", "list"]).stderr


def test_what_is_not_taken_ends_with_1(config):
    assert "✗ not sent  web-chat" in run(config, "--service", "shop", "--send", code=1).stderr


@pytest.mark.parametrize(
    ("words", "remedy"),
    [(("--vendor", "acmee"), "vendor list"), (("--service", "shopp"), "Services are: shop")],
)
def test_what_is_not_configured_is_one_message_with_a_remedy(config, words, remedy):
    assert remedy in run(config, *words, code=1).stderr
