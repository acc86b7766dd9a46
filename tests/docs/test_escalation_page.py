"""docs/escalation.md holds: its configuration loads, its commands are those of the program."""

from __future__ import annotations

import shlex
from pathlib import Path

from click.testing import CliRunner

from doc_pages import block, loaded, page
from statusherd import config
from statusherd.cli import cli
from statusherd.setup_reading import setup_of

PAGE = page("escalation")


def test_its_configuration_loads(tmp_path: Path) -> None:
    found = loaded(PAGE, tmp_path)
    shown = config.shown(found)["escalation"]
    assert shown[0]["steps"][1] == {"channels": ["oncall:primary", "lead-phone"], "wait": "15m"}
    assert list(setup_of(found).escalations) == ["escalation:primary"]


def test_its_commands_are_known() -> None:
    for line in block(PAGE, "sh").splitlines():
        words = shlex.split(line, comments=True)
        result = CliRunner().invoke(cli, [*words[1:3], "--help"])
        assert result.exit_code == 0
        for option in (word for word in words if word.startswith("--")):
            assert option in result.output
