"""docs/quiet.md holds: its configuration loads and does what it says, its commands run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from statusherd import config
from statusherd.cli import cli
from statusherd.model.hours import parse_window

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "quiet.md").read_text(encoding="utf-8")


@pytest.fixture
def written(tmp_path: Path) -> Path:
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "config.toml"
    path.write_text('[[vendor]]\nname = "github"\n[[vendor]]\nname = "amazon-web-services"\n' + block)
    path.chmod(0o600)
    return path


def test_its_configuration_loads(written: Path) -> None:
    loaded = config.load(written)
    assert loaded.warnings == ()
    assert loaded.routes[0].hold == 180.0
    assert [str(window) for window in loaded.channels[0].quiet] == ["22:00-07:00", "Sat,Sun 00:00-24:00"]
    assert config.shown(loaded)["daemon"]["holidays"] == ["2026-12-25", "2026-12-26"]


def test_its_windows_are_windows() -> None:
    paragraph = next(part for part in PAGE.split("\n\n") if part.startswith("**`hours` and `quiet`**"))
    windows = [text for text in re.findall(r"`([^`]+)`", paragraph) if text[0].isupper() or text[0].isdigit()]
    kept = [text for text in windows if text != "SEV1"]
    assert len(kept) == 3
    assert all(map(parse_window, kept))


def test_its_commands_run(written: Path) -> None:
    (block,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines():
        result = CliRunner().invoke(cli, ["-c", str(written), *shlex.split(line)[1:]])
        assert result.exit_code == 0, result.output
