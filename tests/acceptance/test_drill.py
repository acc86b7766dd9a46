"""A drill: an incident that nobody has, to those who practise, and gone without a trace at the end."""

from __future__ import annotations

import asyncio
import json
import os
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from stories import Story

from statusherd.cli import cli
from statusherd.cli.acking import acked
from statusherd.drill_scripts import of_stored, read_script
from statusherd.drilling import Means, Sending, drill, length_of, setup_for_drill
from statusherd.model.errors import StatusherdError
from statusherd.model.records import Update, VendorIncident
from statusherd.model.routing import Route
from statusherd.model.services import Dependency, Service
from statusherd.model.vendors import WatchedVendor
from statusherd.model.words import Impact, Phase
from statusherd.notify.channels import Channel
from statusherd.respond.services import ServiceMap
from statusherd.setup import Setup
from statusherd.store.engine import Store
from statusherd.testing import HttpSink, RecordingSender

DOCS = Path(__file__).resolve().parents[2] / "docs/drill.md"
SCRIPT = re.findall(r"```toml\n(.*?)```", DOCS.read_text(), re.DOTALL)[0]
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OPS = Channel("ops", "json://127.0.0.1:9/", fallback="spare")
ACME = WatchedVendor("acme", "Acme", "https://status.acme.example", "statuspage", min_impact=Impact.CRITICAL)
SETUP = Setup(
    {"acme": ACME},
    (Route("route 1", channels=("spare",)),),
    {"ops": OPS, "spare": Channel("spare", "json://127.0.0.1:9/")},
    services=ServiceMap([Service("shop", 1, depends_on=(Dependency("acme", "API"),))]),
)


class HastyClock:
    """A clock on which sleeping takes no time but its own."""

    def __init__(self) -> None:
        self.passed = 0.0

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    async def sleep(self, seconds: float) -> None:
        self.passed += seconds
        await asyncio.sleep(0)


class Practice:
    """A drill of the script, to ops."""

    def __init__(self, folder: Path, setup: Setup = SETUP) -> None:
        self.clock = HastyClock()
        self.sender: RecordingSender = RecordingSender()
        self.setup = setup_for_drill(setup, {"ops": OPS}, "acme")
        self.store = Store.open(f"sqlite:///{folder}/drill.db")

    async def play(self, speed: float = 1.0, tell=lambda _: None, script: str = SCRIPT):
        means = Means(self.setup, self.store, self.sender, self.clock, tell)
        with self.store:
            return await drill(read_script(script, "drill.toml"), means, speed)


async def test_each_post_is_told_once_as_a_drill_and_it_ends_by_itself(tmp_path):
    practice = Practice(tmp_path)
    done = await practice.play()
    kinds = [str(sent.delivery.alert.change.kind) for sent in practice.sender.sent]
    assert kinds == ["incident_opened", "incident_updated", "incident_resolved"]
    for sent in practice.sender.sent:
        assert sent.message.body.startswith("DRILL, not real: ")
        assert sent.channel.name == "ops"
    assert "shop at risk" in practice.sender.sent[0].message.body
    assert "Vendor's page: https://status.acme.example" in practice.sender.sent[0].message.body
    assert timedelta(minutes=25) < done.ended_at - done.begun_at < timedelta(minutes=28)
    assert (done.acknowledgement, done.seconds_to_acknowledgement) == (None, None)
    assert all(each.seconds < 3 for each in done.sendings)


async def test_its_speed_shortens_it(tmp_path):
    done = await Practice(tmp_path).play(speed=50)
    assert done.ended_at - done.begun_at < timedelta(minutes=1)
    assert len(done.sendings) == 3


async def test_the_time_to_acknowledgement_is_measured_on_our_clock(tmp_path):
    practice = Practice(tmp_path)

    def take_on(sending: Sending) -> None:
        if len(practice.sender.sent) == 1:
            at = sending.at + timedelta(seconds=90)
            acked(practice.store, sending.reference, "dana", "on it", at)

    done = await practice.play(speed=10, tell=take_on)
    assert done.acknowledgement is not None
    assert (done.acknowledgement.author, done.seconds_to_acknowledgement) == ("dana", 90)
    assert len(practice.sender.sent) == 4  # the acknowledgement is told, too
    assert all(sent.message.body.startswith("DRILL") for sent in practice.sender.sent)


async def test_nobody_but_those_who_practise_is_reached_also_where_a_channel_fails(tmp_path):
    practice = Practice(tmp_path)
    refused = replace(practice.sender.outcome, sent=False, permanent=True)
    practice.sender.outcomes["ops"] = refused
    done = await practice.play(speed=50)
    assert {attempt.channel.name for attempt in practice.sender.attempts} == {"ops"}
    assert done.told_at is None


async def test_an_incident_that_never_ends_does_not_make_the_drill_endless(tmp_path):
    posts = SCRIPT.rpartition("[[post]]")[0]
    done = await Practice(tmp_path).play(script=posts)
    assert done.ended_at - done.begun_at < timedelta(minutes=13)
    assert len(done.sendings) == 2


def test_a_stored_incident_is_played_post_by_post():
    posts = (Update(NOW, Phase.INVESTIGATING, "a"), Update(NOW + timedelta(hours=1), Phase.IDENTIFIED, "b"))
    end = NOW + timedelta(hours=2)
    incident = VendorIncident(
        "i1", "API down", Impact.MAJOR, Phase.RESOLVED, NOW, end, end, ("c1",), updates=posts
    )
    past = of_stored("acme", incident, {})
    assert past.moments() == {NOW, posts[1].at, end}
    assert length_of(past, 4) == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("vendor =", "is no TOML"),
        (SCRIPT.replace('vendor = "acme"', ""), "vendor is missing"),
        (SCRIPT.replace('"critical"', '"awful"'), "impact must be one of none, minor, major, critical"),
        (SCRIPT.replace('["API"]', '"API"'), "components must be a list"),
        (SCRIPT.replace('"identified"', '"found"'), "post 2: phase must be one of"),
        (SCRIPT.replace('"10m"', '"soon"'), "post 2: after must be a duration"),
        (SCRIPT.replace("text =", "txet ="), "post 1: 'txet' is an unknown key"),
        (SCRIPT.partition("[[post]]")[0], "there is no [[post]]"),
    ],
)
def test_a_mistake_in_a_script_is_told_with_its_place(wrong, words):
    with pytest.raises(StatusherdError) as raised:
        read_script(wrong, "drill.toml")
    assert words in str(raised.value)


# By command

CONFIG = """
[[vendor]]
name = "acme"
page = "https://status.acme.example"
format = "statuspage"
[[channel]]
name = "ops"
url = "{url}"
[[route]]
channels = ["ops"]
"""
PRACTISES = '[drill]\nchannels = ["ops"]\n'


def run(folder: Path, *words: str, code: int = 0):
    result = CliRunner().invoke(cli, ["-c", str(folder / "config.toml"), *words])
    assert result.exit_code == code, result.output
    return result


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch):
    for name in ("STATE_DIRECTORY", "CREDENTIALS_DIRECTORY", "STATUSHERD_CONFIG"):
        monkeypatch.delenv(name, raising=False)


async def test_a_drill_is_played_and_acknowledged_by_command_and_leaves_only_its_result(tmp_path):
    (tmp_path / "drill.toml").write_text(SCRIPT.replace('"10m"', '"100m"').replace('"25m"', '"250m"'))
    async with HttpSink() as sink:
        (tmp_path / "config.toml").write_text(CONFIG.format(url=sink.url) + PRACTISES)
        words = ("drill", "run", "--script", str(tmp_path / "drill.toml"), "--speed", "1000")
        playing = asyncio.create_task(asyncio.to_thread(run, tmp_path, *words))
        (message,) = (await sink.wait_for(1, 30))[:1]
        assert b"DRILL, not real" in message.body
        reference = re.search(rb"key ([0-9a-f]{16})", message.body)
        assert reference is not None
        ack = await asyncio.to_thread(
            run, tmp_path, "alert", "ack", reference[1].decode(), "--author", "dana"
        )
        assert "dana takes on" in ack.stdout
        result = await playing
    assert re.search(r"Acknowledged +by dana after \d+ s", result.stdout)
    shown = json.loads(run(tmp_path, "drill", "show", "1", "--json").stdout)
    assert (shown["vendor"], shown["acknowledged"]["author"]) == ("acme", "dana")
    assert [path.name for path in (tmp_path / "var" / "drills").iterdir()] == ["1.json"]
    assert not (tmp_path / "var" / "statusherd.db").exists()
    assert "1 " in run(tmp_path, "drill", "list").stdout


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("--script", "drill.toml", "--to", "opps"), "Channels are: ops"),
        (("--incident", "acme/none", "--to", "ops"), "database"),
        (("--script", "long.toml", "--to", "ops"), "Take at least --speed"),
        (("--script", "drill.toml"), "set channels in [drill]"),
        (("--script", "none.toml", "--to", "ops"), "docs/drill.md has an example"),
    ],
)
def test_what_cannot_be_played_is_one_message_with_a_remedy(tmp_path, monkeypatch, words, remedy):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text(CONFIG.format(url="json://127.0.0.1:9/"))
    (tmp_path / "drill.toml").write_text(SCRIPT)
    (tmp_path / "long.toml").write_text(SCRIPT.replace('"25m"', '"9h"'))
    assert remedy in run(tmp_path, "drill", "run", *words, code=1).stderr


async def test_an_incident_that_the_store_remembers_is_played_and_what_a_kill_left_is_removed(tmp_path):
    async with Story(tmp_path) as story:
        await story.look()
        incident = story.page.open("API down", Impact.MAJOR, ["API"], text="It fails.")
        await story.look(minutes=5)
        story.page.resolve(incident, "It works.")
        await story.look(minutes=5)
    database = f'[database]\nurl = "sqlite:///{tmp_path}/story.db"\n'
    left = tmp_path / "var" / "drills" / "4.db"
    left.parent.mkdir(parents=True)
    left.write_text("")
    os.utime(left, (0, 0))
    async with HttpSink() as sink:
        (tmp_path / "config.toml").write_text(database + CONFIG.format(url=sink.url) + PRACTISES)
        words = ("drill", "run", "--incident", f"acme/{incident}", "--speed", "300", "--json")
        result = await asyncio.to_thread(run, tmp_path, *words)
        assert len(sink.received) == 2
    shown = json.loads(result.stdout)
    assert (shown["drill"], shown["title"], shown["impact"]) == (5, "API down", "major")
    assert [message["sent"] for message in shown["messages"]] == [True, True]
    assert not left.exists()


def test_no_drill_yet_and_no_such_drill_are_told(tmp_path):
    (tmp_path / "config.toml").write_text(CONFIG.format(url="json://127.0.0.1:9/"))
    assert "No drill was played" in run(tmp_path, "drill", "list").stderr
    assert "drill list" in run(tmp_path, "drill", "show", "7", code=1).stderr
