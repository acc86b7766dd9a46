"""docs/runbooks.md holds: its runbooks are read, both forms say the same, its commands run."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from doc_pages import block, loaded, page
from statusherd import config, config_schema
from statusherd import config_runbook_schema as schema
from statusherd.cli import cli
from statusherd.config_runbook_files import read_file
from statusherd.model.runbooks import HOLDS, Command
from statusherd.respond.runbook import LONGEST_VALUE
from statusherd.runner import ENVIRONMENT

PAGE = page("runbooks")
(MARKDOWN,) = re.findall(r"````markdown\n(.*?)````", PAGE, re.DOTALL)


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("STATE_DIRECTORY", "STATUSHERD_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "stripe.md").write_text(MARKDOWN)
    loaded(PAGE, tmp_path, vendors="")
    return tmp_path / "config.toml"


def test_its_configuration_loads_and_it_tells_every_key_of_a_command(written: Path) -> None:
    found = config.load(written)
    assert [len(book.steps) for book in found.runbooks.every] == [3, 2]
    assert found.contacts["stripe"].contract == "C-4711"
    for key in config_schema.keys(schema.Command):
        assert f"| `{key}` |" in PAGE


def test_both_forms_say_the_same(written: Path) -> None:
    (written.parent / "same.toml").write_text(block(PAGE, "text"))
    commands = config.load(written).runbooks.commands
    files = [read_file(written.parent / name, commands) for name in ("runbooks/stripe.md", "same.toml")]
    first, second = (replace(file, text="") for file in files)
    assert first == second
    assert first.problems == ()


def test_its_figures_are_those_of_the_program() -> None:
    plain = Command("", ())
    assert "Default: 1m; 1s to 1h" in PAGE
    assert (plain.timeout, plain.output) == (60.0, 64 * 1024)
    assert f"at most {LONGEST_VALUE} characters" in PAGE
    assert "waits for one hour" in PAGE
    assert HOLDS.total_seconds() == 3600
    for name in (*ENVIRONMENT, "HOME"):
        assert f"`{name}`" in PAGE


def test_its_commands_run(written: Path) -> None:
    for line in block(PAGE, "sh").splitlines():
        result = CliRunner().invoke(cli, ["-c", str(written), *shlex.split(line)[1:]])
        assert result.exit_code == 0, result.output
    assert "adyen" in CliRunner().invoke(cli, ["-c", str(written), "runbook", "runs", "--json"]).stdout
