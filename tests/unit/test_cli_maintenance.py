"""`maintenance`: planned, shown beside the freezes, and ended."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from statusherd.cli import cli

CONFIG = """
[[vendor]]
name = "stripe"

[[service]]
name = "checkout"
depends_on = ["stripe"]

[[freeze]]
name = "the end of days"
from = "2090-01-01"
until = "2090-02-01"
services = ["check*"]

[[freeze]]
name = "over"
from = "2020-01-01"
until = "2020-02-01"

[[freeze]]
name = "always"
from = "2020-01-01"
until = "2020-12-30"
rrule = "FREQ=YEARLY"
services = ["search"]
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("STATE_DIRECTORY", "STATUSHERD_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LOGNAME", "robin")
    path = tmp_path / "config.toml"
    path.write_text(CONFIG)
    return path


def run(config: Path, *words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, ["-c", str(config), "maintenance", *words])
    assert result.exit_code == code, result.output
    return result


def listed(config: Path, *words: str) -> dict:
    return json.loads(run(config, "list", "--json", *words).stdout)


def test_a_maintenance_is_planned_shown_and_ended(config: Path) -> None:
    added = run(config, "add", "database upgrade", "--service", "check*", "--for", "2h", "--reason", "OPS-12")
    assert added.stdout.startswith("maintenance 1: check* from ")
    assert "End it: statusherd maintenance end 1" in added.stdout
    assert added.stderr == ""
    (window,) = listed(config)["maintenances"]
    assert (window["state"], window["title"], window["author"], window["reason"]) == (
        "on", "database upgrade", "robin", "OPS-12",
    )  # fmt: skip
    begins, ends = (datetime.fromisoformat(window[key]) for key in ("starts_at", "ends_at"))
    assert ends - begins == timedelta(hours=2)
    assert run(config, "end", "1").stdout == "maintenance 1 is over\n"
    assert listed(config)["maintenances"] == []
    assert [each["state"] for each in listed(config, "--all")["maintenances"]] == ["over"]
    assert "it is over already" in run(config, "end", "1", code=1).stderr
    assert "no such maintenance" in run(config, "end", "7", code=1).stderr


def test_freezes_are_listed_beside_it(config: Path) -> None:
    run(config, "add", "upgrade", "--service", "checkout", "--from", "2089-01-01", "--until", "2089-01-02")
    found = listed(config)
    assert [each["state"] for each in found["maintenances"]] == ["ahead"]
    assert [each["name"] for each in found["freezes"]] == ["always"]  # the others are not within a year
    rows = run(config, "list").stdout.splitlines()
    assert [row.split()[0] for row in rows] == ["ID", "1", "freeze"]


def test_whoever_works_in_a_freeze_is_warned_and_may(config: Path) -> None:
    words = ("--from", "2090-01-05T10:00Z", "--until", "2090-01-05T12:00Z")
    said = run(config, "add", "upgrade", "--service", "checkout", *words)
    assert "it falls into the freeze 'the end of days'" in said.stderr
    printed = json.loads(run(config, "add", "upgrade", "--service", "checkout", "--json", *words).stdout)
    assert [each["name"] for each in printed["freezes"]] == ["the end of days"]
    assert "freeze" not in run(config, "add", "upgrade", "--service", "login", *words).stderr
    assert len(listed(config)["maintenances"]) == 3


def test_a_service_that_nobody_knows_is_doubted_and_taken(config: Path) -> None:
    said = run(config, "add", "upgrade", "--service", "chekout", "--for", "1h")
    assert "'chekout' selects no service of the config" in said.stderr
    assert len(listed(config)["maintenances"]) == 1


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("--service", "a"), 2, "A maintenance has one end"),
        (("--for", "1h"), 2, "Missing option '--service'"),
        (("--service", "a", "--for", "1h", "--until", "2999-01-01"), 2, "A maintenance has one end"),
        (("--service", "a", "--for", "31d"), 2, "more than 30 days"),
        (("--service", "a", "--for", "soon"), 2, "is no duration"),
        (("--service", "a", "--until", "2020-01-01"), 2, "over before it begins"),
        (("--service", " ", "--for", "1h"), 1, "the name of a service is empty"),
        (("--service", "a", "--for", "1h", "--author", "intake prom"), 1, "is the name of an intake"),
    ],
)
def test_what_cannot_be_is_refused(config: Path, words: tuple[str, ...], code: int, says: str) -> None:
    assert says in run(config, "add", "upgrade", *words, code=code).stderr
    assert listed(config)["maintenances"] == []


def test_where_nothing_is_planned_that_is_said(config: Path) -> None:
    config.write_text("")
    assert "No maintenance is planned." in run(config, "list").stderr
