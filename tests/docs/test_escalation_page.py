"""docs/escalation.md holds: its configuration loads, its commands are those of the program."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from click.testing import CliRunner

from statusherd import config
from statusherd.assembly import setup_of
from statusherd.cli import cli

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "escalation.md").read_text(encoding="utf-8")


def test_its_configuration_loads(tmp_path: Path) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "config.toml"
    path.write_text('[[vendor]]\nname = "github"\n' + block)
    path.chmod(0o600)
    loaded = config.load(path)
    assert loaded.warnings == ()
    shown = config.shown(loaded)["escalation"]
    assert shown[0]["steps"][1] == {"channels": ["oncall:primary", "lead-phone"], "wait": "15m"}
    assert list(setup_of(loaded).escalations) == ["escalation:primary"]


def test_its_commands_are_known() -> None:
    (block,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines():
        words = shlex.split(line, comments=True)
        result = CliRunner().invoke(cli, [*words[1:3], "--help"])
        assert result.exit_code == 0
        for option in (word for word in words if word.startswith("--")):
            assert option in result.output
