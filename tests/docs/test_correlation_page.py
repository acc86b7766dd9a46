"""docs/correlation.md holds: its configuration loads, and its commands and words are the program's."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner

from doc_pages import loaded, page
from statusherd.cli import cli
from statusherd.model.suspects import Verdict
from statusherd.respond.correlation.records import Settings

PAGE = page("correlation")


def test_its_configuration_loads(tmp_path: Path) -> None:
    assert loaded(PAGE, tmp_path).correlation == Settings(automatic=0.8)
    assert f"default: {Settings().automatic}" in PAGE


def test_its_commands_are_there() -> None:
    lines = re.findall(r"^statusherd (.+?)(?:\s+#.*)?$", PAGE, re.MULTILINE)
    assert len(lines) == 7
    for line in lines:
        words = re.findall(r"^(?:incident \w+|triage)", line)[0].split()
        shown = CliRunner().invoke(cli, [*words, "--help"])
        assert shown.exit_code == 0, line
        assert all(option in shown.output for option in re.findall(r"--[a-z-]+", line)), line


def test_it_tells_of_every_verdict() -> None:
    assert all(f"**{verdict.value.replace('_', ' ')}**" in PAGE for verdict in Verdict)
