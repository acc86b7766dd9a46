"""docs/intake.md holds: its configuration loads, what it gives to senders works, its figures are right."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
from intake_stage import stage

from doc_pages import VENDOR, block, page
from statusherd import config
from statusherd import config_schema as schema
from statusherd.clock import SystemClock
from statusherd.model.inbox import InboxState, Webhook
from statusherd.model.intake import Access
from statusherd.model.signals import SignalState
from statusherd.publish import uploads
from statusherd.publish.intake_desk import TurnedAway
from statusherd.respond.intake import kind_names, read
from statusherd.respond.senders import WINDOW
from statusherd.store.retention import Keep

PAGE = page("intake")


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> config.Config:
    monkeypatch.setenv("STATUSHERD_INTAKE_TOKEN", "0123456789abcdef")
    (tmp_path / "secrets").mkdir()
    for name in re.findall(r'file = "secrets/(.+?)"', PAGE):
        (tmp_path / "secrets" / name).write_text("0123456789abcdef")
    path = tmp_path / "config.toml"
    path.write_text(VENDOR + "\n".join(re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)))
    path.chmod(0o600)
    return config.load(path)


def test_its_configuration_loads_and_has_every_kind_and_every_key(written: config.Config) -> None:
    assert written.warnings == ()
    assert {intake.kind for intake in written.intakes} == set(kind_names())
    for key in schema.keys(schema.Intake):
        assert f"| `{key}` |" in PAGE
    mapping = re.search(r"\[intake\.mapping\]\n(.*?)```", PAGE, re.DOTALL)[1]
    assert {line.partition(" =")[0] for line in mapping.splitlines()} | {"alerts"} == set(
        schema.keys(schema.IntakeMapping)
    )


def test_alertmanager_takes_the_configuration_that_it_is_given(tmp_path: Path) -> None:
    if shutil.which("amtool") is None:
        pytest.skip("amtool is not installed here")
    path = tmp_path / "alertmanager.yml"
    path.write_text(block(PAGE, "yaml"))
    checked = subprocess.run(
        ["amtool", "check-config", str(path)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr


def test_the_payload_for_datadog_is_read(written: config.Config) -> None:
    said = {
        "$ID": "7",
        "$ALERT_ID": "1",
        "$ALERT_SCOPE": "host:a",
        "$ALERT_TRANSITION": "Triggered",
        "$DATE": "1772359200000",
    }
    text = re.sub(r"\$[A-Z_]+", lambda found: said.get(found[0], found[0]), block(PAGE, "json"))
    (signal,) = read(Webhook({}, text.encode(), datetime.now(UTC)), intake(written, "datadog")).signals
    assert (signal.key, signal.state) == ("1 host:a", SignalState.FIRING)
    assert json.loads(block(PAGE, "json")).keys() >= {"alert_id", "alert_transition"}


def test_the_command_for_nagios_is_read(written: config.Config) -> None:
    words = shlex.split(re.search(r"command_line\s+(.*)", PAGE)[1])
    pairs = [words[n + 1].split("=", 1) for n, word in enumerate(words) if word == "--data-urlencode"]
    said = {
        "$NOTIFICATIONTYPE$": "PROBLEM",
        "$HOSTNAME$": "a",
        "$SERVICEDESC$": "b",
        "$SERVICESTATE$": "CRITICAL",
    }
    body = urlencode({name: said.get(macro, "1772359200") for name, macro in pairs}).encode()
    (signal,) = read(Webhook({}, body, datetime.now(UTC)), intake(written, "nagios")).signals
    assert (signal.key, signal.state) == ("a;b", SignalState.FIRING)
    assert signal.started_at == datetime(2026, 3, 1, 10, tzinfo=UTC)


async def test_what_the_shell_signs_is_taken(written: config.Config, tmp_path: Path) -> None:
    for program in ("curl", "openssl"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed here")
    own = intake(written, "generic")
    async with stage(tmp_path, {own: Access(secret="0123456789abcdef")}, clock=SystemClock()) as at:
        environment = {**os.environ, "SECRET": "0123456789abcdef", "INTAKE": at.url("homegrown")}
        script = await asyncio.create_subprocess_exec("sh", "-euc", block(PAGE, "sh"), env=environment)
        assert await script.wait() == 0
        await at.work_off()
        (entry,) = await at.kept()
        assert (entry.state, at.take.firing) == (InboxState.DONE, {"db-1 disk"})


def intake(written: config.Config, kind: str):
    return next(each for each in written.intakes if each.kind == kind)


def test_its_figures_are_right() -> None:
    assert (uploads.MAX_BODY, uploads.BODY_SECONDS) == (1024**2, 10.0)
    assert "more than 10 seconds, more than 1 MiB" in PAGE
    assert WINDOW.total_seconds() == 300
    assert "more than 5 minutes away" in PAGE
    assert (Keep().bodies.days, Keep().messages.days) == (14, 90)
    assert "kept for 14 days, the rest for 90" in PAGE
    for each in TurnedAway:
        assert str(each.status) in PAGE
