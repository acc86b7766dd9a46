"""`silence` and `vendor mute`: what is asked for, what is refused, what is shown."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from statusherd.cli import cli

WHY = ("--reason", "known, see OPS-12")


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("STATE_DIRECTORY", "STATUSHERD_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LOGNAME", "robin")
    path = tmp_path / "config.toml"
    path.write_text('[[vendor]]\nname = "github"\n')
    return path


def run(config: Path, *words: str, code: int = 0):
    result = CliRunner().invoke(cli, ["-c", str(config), *words])
    assert result.exit_code == code, result.output
    return result


def listed(config: Path, *words: str) -> list[dict]:
    return json.loads(run(config, "silence", "list", "--json", *words).stdout)["silences"]


def test_a_silence_is_added_shown_and_ended(config: Path) -> None:
    added = run(config, "silence", "add", "--vendor", "git*", "--severity", "sev4", "--for", "2h", *WHY)
    assert added.stdout.startswith("silence 1: vendor git*, severity SEV4 until ")
    (silence,) = listed(config)
    assert (silence["state"], silence["author"], silence["reason"]) == ("on", "robin", "known, see OPS-12")
    assert silence["match"]["vendor"] == ["git*"]
    assert silence["match"]["severity"] == ["SEV4"]
    begins, ends = (datetime.fromisoformat(silence[key]) for key in ("starts_at", "ends_at"))
    assert ends - begins == timedelta(hours=2)
    assert "robin" in run(config, "silence", "list").stdout
    assert run(config, "silence", "expire", "1").stdout == "silence 1 is over\n"
    assert listed(config) == []
    assert [each["state"] for each in listed(config, "--all")] == ["over"]
    assert "it is over already" in run(config, "silence", "expire", "1", code=1).stderr
    assert "no such silence" in run(config, "silence", "expire", "7", code=1).stderr


def test_one_ahead_is_told_from_one_that_is_on(config: Path) -> None:
    words = ("--starts", "2999-01-01", "--until", "2999-01-02T12:00:00Z", "--author", "Ops team")
    run(config, "silence", "add", "--event", "source", *words, *WHY)
    (silence,) = listed(config)
    assert (silence["state"], silence["author"]) == ("ahead", "Ops team")
    assert silence["starts_at"] == "2999-01-01T00:00:00Z"


def test_a_vendor_is_muted_in_short(config: Path) -> None:
    muted = json.loads(run(config, "vendor", "mute", "github", "--for", "90m", *WHY, "--json").stdout)
    assert muted["silence"]["match"]["vendor"] == ["github"]
    assert "is not watched" in run(config, "vendor", "mute", "gitub", "--for", "1h", *WHY, code=1).stderr


def test_a_glob_that_selects_nothing_is_doubted_and_taken(config: Path) -> None:
    assert "selects no vendor" in run(config, "silence", "add", "--vendor", "x*", "--for", "1h", *WHY).stderr
    assert len(listed(config)) == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--for", "1h", *WHY), "It would silence everything"),
        (("--vendor", "a", *WHY), "Give either --for or --until"),
        (("--vendor", "a", "--for", "1h", "--until", "2999-01-01", *WHY), "Give either --for or --until"),
        (("--vendor", "a", "--for", "91d", *WHY), "more than 90 days"),
        (("--vendor", "a", "--for", "soon", *WHY), "is no duration"),
        (("--vendor", "a", "--until", "2020-01-01", *WHY), "over before it begins"),
        (("--vendor", "a", "--for", "1h"), "Missing option '--reason'"),
        (("--vendor", "a", "--for", "1h", "--reason", " "), "The reason is empty"),
        (("--severity", "SEV9", "--for", "1h", *WHY), "'SEV9' is not one of"),
    ],
)
def test_what_cannot_be_is_refused(config: Path, words: tuple[str, ...], says: str) -> None:
    assert says in run(config, "silence", "add", *words, code=2).stderr
    assert listed(config) == []


def test_without_a_store_nothing_is_silenced(config: Path) -> None:
    assert "Nothing is silenced" in run(config, "silence", "list").stderr
