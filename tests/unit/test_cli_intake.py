"""`statusherd intake`: what was delivered is listed and shown, safe to print, and read again on demand."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from statusherd.cli import cli
from statusherd.model.inbox import Arrival, Identity, InboxEntry, InboxState, Webhook
from statusherd.store import inbox
from statusherd.store.engine import Store

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
ALERT = b'{"alert": {"id": "k\\u001b[31m", "status": "down", "name": "Disk \\u202e full"}}'
CONFIRM = (
    b'{"Type": "SubscriptionConfirmation", "TopicArn": "arn:aws:sns:eu-west-1:1:ops",'
    b' "SubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token='
    + b"t" * 300
    + b'"}'
)
CONFIG = """
[web]
listen = "127.0.0.1:0"
[[intake]]
name = "own"
kind = "generic"
open = true
mapping.key = "alert.id"
mapping.state = "alert.status"
mapping.title = "alert.name"
[[intake]]
kind = "cloudwatch"
open = true
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("STATE_DIRECTORY", "STATUSHERD_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "config.toml"
    path.write_text(CONFIG)
    return path


@pytest.fixture
def filled(config: Path) -> Path:
    """Three deliveries: one taken, one that could not be read, one that waits for the operator."""
    database = config.parent / "var" / "statusherd.db"
    database.parent.mkdir()
    bodies = [("own", ALERT), ("own", b"{}"), ("cloudwatch", CONFIRM)]
    states = [(InboxState.DONE, ""), (InboxState.FAILED, "has no key"), (InboxState.UNKNOWN, "confirm it")]
    with Store.open(f"sqlite:///{database}") as store:
        for number, ((intake, body), (state, note)) in enumerate(zip(bodies, states, strict=True)):
            hook = Webhook({"user-agent": "x\x1b[2J"}, body, NOW)
            arrival = Arrival(intake, hook, Identity(str(number)), str(number))
            (receipt,) = store.write_now(lambda conn, new=arrival: inbox.take_in(conn, [new]))
            entry = InboxEntry(receipt.number, intake, hook, state, note, int(state is InboxState.DONE))
            store.write_now(lambda conn, one=entry: inbox.settle(conn, one, NOW))
    return config


def run(config: Path, *words: str, code: int = 0):
    result = CliRunner().invoke(cli, ["-c", str(config), "intake", *words])
    assert result.exit_code == code, result.output
    assert "\x1b" not in result.output
    assert "\u202e" not in result.output
    return result


def listed(config: Path, *words: str) -> list[int]:
    found = json.loads(run(config, "list", "--json", *words).stdout)["deliveries"]
    return [each["id"] for each in found]


def test_where_nothing_was_delivered_that_is_said(config: Path) -> None:
    assert run(config, "list").stderr == "Nothing has been delivered.\n"
    assert listed(config) == []


def test_deliveries_are_listed_newest_first_and_by_what_is_asked_for(filled: Path) -> None:
    assert listed(filled) == [3, 2, 1]
    assert listed(filled, "--state", "failed", "--state", "unknown") == [3, 2]
    assert listed(filled, "--intake", "own", "--limit", "1") == [2]
    lines = run(filled, "list").stdout.splitlines()
    assert lines[0].split() == ["ID", "INTAKE", "STATE", "RECEIVED", "SIGNALS", "NOTE"]
    assert "has no key" in lines[2]
    assert run(filled, "list", "--intake", "nobody").stderr == "Nothing like that is kept.\n"


def test_a_delivery_is_shown_as_it_came_and_as_it_reads_now(filled: Path) -> None:
    shown = run(filled, "show", "1").stdout
    assert "delivery 1 to own: done" in shown
    assert "firing" in shown
    assert "Disk" in shown
    delivery = json.loads(run(filled, "show", "1", "--json").stdout)["delivery"]
    assert delivery["says"][0]["state"] == "firing"
    assert json.loads(delivery["body"])["alert"]["status"] == "down"
    assert delivery["remark"] is None


def test_the_address_that_the_operator_has_to_open_is_printed_whole(filled: Path) -> None:
    shown = run(filled, "show", "3").stdout
    assert "If it is yours, open within 3 days" in shown
    assert "Token=" + "t" * 300 in shown


def test_a_mapping_that_is_mended_shows_what_it_would_read(filled: Path) -> None:
    assert "has no key at 'alert.id'" in run(filled, "show", "2").stdout
    filled.write_text(CONFIG.replace('name = "own"', 'name = "other"'))
    assert "there is no [[intake]] named" in run(filled, "show", "2").stdout
    assert json.loads(run(filled, "show", "1", "--json").stdout)["delivery"]["says"] == []


def test_what_failed_is_read_again_and_what_was_taken_is_not(filled: Path) -> None:
    assert "was taken already" in run(filled, "retry", "1", code=1).stderr
    assert "delivery 1" in run(filled, "retry", "3", "1", code=1).stderr
    assert listed(filled, "--state", "new") == [], "all or none"
    assert "delivery 1, 9" in run(filled, "retry", "9", "1", code=1).stderr
    assert run(filled, "retry", "3").stdout == "1 to be read again\n"
    assert json.loads(run(filled, "retry", "--all", "--json").stdout) == {"retried": [2]}
    assert listed(filled, "--state", "new") == [3, 2]
    assert "their IDs, or --all" in run(filled, "retry", code=2).stderr
    assert "their IDs, or --all" in run(filled, "retry", "1", "--all", code=2).stderr


def test_one_that_is_not_kept_is_said_to_be_none(filled: Path) -> None:
    assert "delivery 99: none of that number is kept" in run(filled, "show", "99", code=1).stderr
