"""`statusherd oncall`: who is on call, and who stands in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from statusherd.cli import cli

CONFIG = """
[[channel]]
name = "ada-phone"
url = "json://127.0.0.1:9/"
[[channel]]
name = "bob-phone"
url = "json://127.0.0.1:9/"
[[person]]
name = "ada"
channels = ["ada-phone"]
[[person]]
name = "bob"
channels = ["bob-phone"]
[[oncall]]
name = "primary"
timezone = "Europe/Berlin"
people = ["ada", "bob"]
[[oncall]]
name = "backup"
timezone = "Asia/Dubai"
people = ["bob"]
every = "1d"
[[route]]
channels = ["oncall:primary"]
"""


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch):
    for name in ("STATE_DIRECTORY", "STATUSHERD_CONFIG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(CONFIG)
    path.chmod(0o600)
    return path


def run(config: Path, *words: str, code: int = 0):
    result = CliRunner().invoke(cli, ["-c", str(config), "oncall", *words])
    assert result.exit_code == code, result.output
    return result


def document(config: Path, *words: str):
    return json.loads(run(config, *words, "--json").stdout)


OVERRIDE = (
    "override",
    "primary",
    "--person",
    "bob",
    "--from",
    "2090-03-08T10:00Z",
    "--until",
    "2090-03-08T22:00+01:00",
)


def test_who_is_on_call_is_said_first_and_on_the_rotations_clock(config):
    shown = run(config, "show", "primary", "--at", "2026-03-25T12:00Z", "--days", "7").stdout
    assert shown.splitlines() == [
        "primary: bob until Mon 2026-03-30 09:00 CEST, then ada",
        "reached by bob-phone; times of Europe/Berlin",
        "",
        "FROM                       UNTIL                      PERSON  OVERRIDE",
        "Mon 2026-03-23 09:00 CET   Mon 2026-03-30 09:00 CEST  bob     -",
        "Mon 2026-03-30 09:00 CEST  Mon 2026-04-06 09:00 CEST  ada     -",
    ]


def test_all_rotations_are_shown_and_one_person_follows_himself(config):
    found = document(config, "show", "--at", "2026-03-25T12:00Z", "--days", "1")
    assert [(each["name"], each["person"], each["next_person"]) for each in found["oncalls"]] == [
        ("primary", "bob", "ada"),
        ("backup", "bob", "bob"),
    ]
    assert found["at"] == "2026-03-25T12:00:00Z"
    assert found["oncalls"][0]["next_handover"] == "2026-03-30T07:00:00Z"
    assert "09:00 UTC+04" in run(config, "show", "backup").stdout


def test_an_override_is_made_shown_listed_and_removed(config):
    made = run(config, *OVERRIDE, "--reason", "a swap").stdout
    assert made == (
        "Override 1: bob is on call in primary from Wed 2090-03-08 11:00 CET until Wed 2090-03-08 22:00 CET, "
        "in place of ada\n"
    )
    (listed,) = document(config, "overrides")["overrides"]
    assert (listed["id"], listed["reason"], listed["ignored"]) == (1, "a swap", None)
    shown = document(config, "show", "primary", "--at", "2090-03-08T12:00Z")["oncalls"][0]
    assert (shown["person"], shown["channels"], shown["shifts"][0]["override"]) == ("bob", ["bob-phone"], 1)
    assert "1 a swap" in run(config, "show", "primary", "--at", "2090-03-08T12:00Z").stdout
    assert document(config, "remove", "1") == {"id": 1, "removed": True}
    assert document(config, "overrides") == {"overrides": []}
    assert "override 1: does not exist" in run(config, "remove", "1", code=1).stderr


def test_an_override_of_ones_own_turn_is_said_to_be_none(config):
    words = ["ada" if word == "bob" else word for word in OVERRIDE]
    assert "whose turn it is anyway" in run(config, *words).stdout


def test_an_override_that_begins_now_needs_its_end_only(config):
    made = document(config, "override", "primary", "--person", "ada", "--until", "2090-01-01")
    assert made["begins_at"] == made["created_at"]
    assert document(config, "show", "primary")["oncalls"][0]["person"] == "ada"


def test_an_override_of_what_is_no_longer_configured_is_listed_as_ignored(config):
    run(config, *OVERRIDE)
    config.write_text(CONFIG.replace('"bob"', '"bea"'))
    (listed,) = document(config, "overrides")["overrides"]
    assert "'bob'" in listed["ignored"]
    assert "ignored: there is no [[person]] 'bob' any more" in run(config, "overrides").stdout
    assert document(config, "show", "primary", "--at", "2090-03-08T12:00Z")["oncalls"][0]["person"] == "ada"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("show", "primry"), 1, 'Did you mean "primary"?'),
        (("show", "--at", "noon"), 2, "is no time"),
        (("show", "--at", "2100-01-01"), 2, "1970 to 2099"),
        (("show", "--days", "0"), 2, "1<=x<=366"),
        (("override", "nights", "--person", "bob", "--until", "2090-01-01"), 1, "no such [[oncall]]"),
        (("override", "primary", "--person", "bop", "--until", "2090-01-01"), 1, 'Did you mean "bob"?'),
        (("override", "primary", "--person", "bob", "--until", "2020-01-01"), 2, "--until is past"),
        (
            ("override", "primary", "--person", "bob", "--from", "2090-01-02", "--until", "2090-01-01"),
            2,
            "--until is not after --from",
        ),
        (("override", "primary", "--person", "bob"), 2, "--until"),
        (("remove", "x"), 2, "is not a valid integer"),
        (("remove", "7"), 1, "override 7: does not exist"),
    ],
)
def test_mistakes_are_told_with_what_to_do(config, words, code, says):
    assert says in run(config, *words, code=code).stderr


def test_without_a_rotation_that_is_said(config):
    config.write_text("")
    assert "Add a [[person]] and an [[oncall]]" in run(config, "show").stderr
    assert "no override" in run(config, "overrides").stderr
    assert document(config, "show")["oncalls"] == []


def test_channels_reached_through_a_rotation_are_routed(config):
    result = CliRunner().invoke(cli, ["-c", str(config), "channel", "list", "--json"])
    assert [channel["routed"] for channel in json.loads(result.stdout)["channels"]] == [True, True]
