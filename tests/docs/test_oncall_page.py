"""docs/oncall.md followed to the letter: its configuration loads, its commands run, its output is what is printed."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from statusherd.cli import cli
from statusherd.config import load

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "oncall.md").read_text()
(CONFIG,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
(SHOWN,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = re.findall(r"^statusherd (.*)$", PAGE, re.MULTILINE)
WORDS = re.findall(r"^\| (`.*`) \|", PAGE, re.MULTILINE)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    path = tmp_path / "config.toml"
    path.write_text(CONFIG)
    path.chmod(0o600)
    return path


def test_the_configuration_loads_without_a_warning(config: Path) -> None:
    loaded = load(config)
    assert list(loaded.roster.rotations) == ["primary"]
    assert loaded.warnings == ()


def test_the_commands_run_in_their_order_and_print_what_the_page_says(config: Path) -> None:
    printed = {}
    for line in COMMANDS:
        result = CliRunner().invoke(cli, ["-c", str(config), *shlex.split(line)])
        assert result.exit_code == 0, (line, result.output)
        printed[line] = result.stdout
    assert len(COMMANDS) == 6
    assert SHOWN in printed.values()


@pytest.mark.parametrize("words", WORDS)
def test_each_way_to_say_when_it_is_handed_over_is_right(words: str, config: Path) -> None:
    keys = "\n".join(re.findall(r"`(\w+ = .*?)`", words))
    assert tomllib.loads(keys)
    bare = re.sub(r"^(every|handover) = .*\n", "", CONFIG, flags=re.MULTILINE)
    config.write_text(bare.replace("[[oncall]]\n", f"[[oncall]]\n{keys}\n"))
    assert load(config).roster.rotations["primary"].cycle
