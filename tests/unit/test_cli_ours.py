"""Incidents of ours by their name at the commands that people use at night, and beside vendors' in back-tests."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from our_stories import OurStory

from statusherd.cli import cli
from statusherd.model.silences import Silence, Subject, silences
from statusherd.model.words import ChangeKind, Severity

CONFIG = """
[[channel]]
name = "ops"
url = "json://127.0.0.1:9/"
[[service]]
name = "checkout"
tier = 1
[[route]]
channels = ["ops"]
"""


class Night:
    """A store in which people were told of INC-12, and a config that leads to it."""

    def __init__(self, folder: Path, story: OurStory) -> None:
        self.config = folder / "config.toml"
        self.config.write_text(f'[database]\nurl = "{story.url}"\n{CONFIG}')

    def run(self, *words: str, code: int = 0) -> Result:
        result = CliRunner().invoke(cli, ["-c", str(self.config), *words])
        assert result.exit_code == code, result.output
        return result

    def json(self, *words: str) -> dict:
        return json.loads(self.run(*words, "--json").stdout)


@pytest.fixture
async def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Night:
    for name in ("STATE_DIRECTORY", "CREDENTIALS_DIRECTORY", "STATUSHERD_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    story = OurStory(tmp_path)
    story.clock.set(datetime.now(UTC) - timedelta(minutes=30))
    async with story:
        incident = await story.open(Severity.SEV1)
        await story.pass_minutes(5)
        await story.move(incident, "phase: triaged")
    return Night(tmp_path, story)


def test_it_is_listed_under_its_name(night: Night) -> None:
    newest, first = night.json("alert", "list")["alerts"]
    assert (first["title"], first["kind"]) == ("INC-12", "our_incident_opened")
    assert first["headline"].endswith("checkout: Checkout 5xx (INC-12): no vendor explains it so far")
    assert newest["headline"].endswith("UPDATE: checkout: Checkout 5xx (INC-12): phase: triaged")
    assert "Checkout 5xx (INC-12)" in night.run("alert", "list").stdout


def test_it_is_explained_by_its_name(night: Night) -> None:
    (found,) = night.json("alert", "explain", "inc-12")["changes"]
    assert (found["thread"]["id"], found["kind"]) == ("ours/INC-12", "our_incident_updated")
    assert found["answers"][0]["reason"] == "news"
    assert found["now"]["severity"] == "SEV1"
    assert found["now"]["services"] == ["checkout"]
    assert "there is news of our incident" in night.run("alert", "explain", "INC-12").stdout
    assert "there is no such alert" in night.run("alert", "explain", "INC-13", code=1).stderr


@pytest.mark.parametrize("id_", ["INC-12", "inc-012", "ours/INC-12"])
def test_it_is_acknowledged_by_its_name(night: Night, id_: str) -> None:
    (found,) = night.json("alert", "ack", id_, "--note", "on it")["acknowledged"]
    assert found["thread"]["id"] == "ours/INC-12"
    assert night.json("alert", "explain", "INC-12")["changes"][0]["acknowledgements"][0]["note"] == "on it"


def test_a_name_that_is_none_is_refused(night: Night) -> None:
    for id_ in ("INC-13", "INC-0", "INC-1 2", "XINC-12"):
        assert "there is no such alert" in night.run("alert", "ack", id_, code=1).stderr


def test_it_is_snoozed_by_its_name(night: Night) -> None:
    assert night.json("alert", "snooze", "INC-12", "--for", "1h")["silence"]["match"]["thread"] == [
        "ours/INC-12"
    ]


def test_a_backtest_replays_it(night: Night) -> None:
    quiet = night.config.with_name("quiet.toml")
    quiet.write_text(CONFIG + 'match.event = ["incident"]\n')
    found = night.json("alert", "backtest", "--config", str(quiet), "--since", "1d")
    assert found["less"]["count"] == 2
    assert all("(INC-12)" in each["headline"] for each in found["less"]["messages"])


def test_a_service_can_be_silenced(night: Night) -> None:
    made = night.json("silence", "add", "--service", "check*", "--for", "1h", "--reason", "we move it")
    assert made["silence"]["match"]["service"] == ["check*"]
    assert "service check*" in night.run("silence", "list").stdout


@pytest.mark.parametrize(
    ("patterns", "touched", "is_withheld"),
    [
        (("check*",), ("checkout",), True),
        (("CHECKOUT", "search"), ("checkout", "search"), True),
        (("check*",), ("checkout", "search"), False),
        (("check*",), (), False),
        ((), ("checkout",), True),
    ],
)
def test_a_silence_of_services_withholds_what_touches_no_other(
    tmp_path: Path, patterns: tuple[str, ...], touched: tuple[str, ...], *, is_withheld: bool
) -> None:
    story = OurStory(tmp_path)
    change, now = story.ours(ChangeKind.OUR_INCIDENT_OPENED, story.incident()), story.clock.now()
    silence = Silence(now, now + timedelta(hours=1), "ana", "moving", services=patterns)
    subject = Subject(change, "INC-12", Severity.SEV2, "own_incident", "ours/INC-12", {}, touched)
    assert silences(silence, subject) is is_withheld
