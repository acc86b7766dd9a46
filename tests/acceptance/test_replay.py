"""`statusherd replay`: an exported history, told as it would have been."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from statusherd.cli import cli


def incident(vendor: str, key: str, day: int, impact: str = "major") -> str:
    at = f"2026-03-{day:02}T10:00:00Z"
    posts = [
        {"created_at": at, "status": "investigating", "body": "We look.", "native_id": "1"},
        {"created_at": at.replace("10:", "11:"), "status": "identified", "body": "Found.", "native_id": "2"},
        {"created_at": at.replace("10:", "12:"), "status": "resolved", "body": "Over.", "native_id": "3"},
    ]
    facts = {
        "vendor": vendor, "native_id": key, "title": f"Trouble {key}", "impact": impact, "components": ["API"],
        "started_at": at, "resolved_at": at.replace("10:", "12:"), "status": "resolved", "updates": posts, "url": None,
    }  # fmt: skip
    return json.dumps(facts)


@pytest.fixture
def history(tmp_path: Path) -> Path:
    path = tmp_path / "history.jsonl"
    rows = (incident("acme", "a", 2), incident("acme", "b", 9, "minor"), incident("globex", "c", 5))
    path.write_text("\n".join(rows) + "\n")
    return path


def run(*words: object) -> Result:
    return CliRunner().invoke(cli, ["replay", *map(str, words)])


def kinds(result: Result) -> list[tuple[str, str]]:
    messages = [json.loads(line) for line in result.stdout.splitlines()]
    return [(message["vendor"], message["kind"].removeprefix("incident_")) for message in messages]


def test_every_phase_is_told_once_in_the_order_it_happened(history: Path):
    result = run(history, "--json")
    assert result.exit_code == 0
    story = ["opened", "updated", "resolved"]
    assert kinds(result) == [(v, kind) for v in ("acme", "globex", "acme") for kind in story]


def test_vendors_and_days_can_be_chosen(history: Path):
    assert len(kinds(run(history, "--json", "--vendor", "acme", "--since", "2026-03-08"))) == 3
    assert kinds(run(history, "--json", "--until", "2026-03-03"))[-1] == ("acme", "resolved")


def test_the_routes_of_the_configuration_decide_who_is_told(history: Path, tmp_path: Path):
    config = tmp_path / "config.toml"
    config.write_text(
        '[[vendor]]\nname = "acme"\npage = "https://status.acme.example"\nformat = "statuspage"\nmin_impact = "major"\n'
        '[[channel]]\nname = "chat"\nurl = "json://127.0.0.1:9/"\n'
        '[[route]]\nmatch.vendor = ["acme"]\nchannels = ["chat"]\n'
    )
    result = CliRunner().invoke(
        cli, ["--config", str(config), "replay", str(history), "--with-routes", "--json"]
    )
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(message["channel"], message["subject"]) for message in told] == [
        ("chat", "acme: Trouble a"), ("chat", "Re: acme: Trouble a"), ("chat", "Re: acme: Trouble a"),
    ]  # fmt: skip


def test_a_line_that_is_no_incident_is_named(tmp_path: Path):
    path = tmp_path / "history.jsonl"
    path.write_text(incident("acme", "a", 2) + "\nnonsense\n")
    result = run(path)
    assert result.exit_code == 1
    assert "line 2" in result.output


def test_a_vendor_that_is_not_in_the_file_is_told_with_those_that_are(history: Path):
    result = run(history, "--vendor", "initech")
    assert result.exit_code == 1
    assert "acme, globex" in result.output
