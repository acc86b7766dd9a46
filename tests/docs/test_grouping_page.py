"""docs/grouping.md holds: its configuration loads and means what it says."""

from __future__ import annotations

import re
from pathlib import Path

from statusherd import config

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "grouping.md").read_text(encoding="utf-8")


def test_its_configuration_loads(tmp_path: Path) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "config.toml"
    path.write_text('[[vendor]]\nname = "github"\n' + block)
    path.chmod(0o600)
    loaded = config.load(path)
    assert loaded.warnings == ()
    shown = config.shown(loaded)["route"]
    assert [route["group_by"] for route in shown] == ["vendor", "incident"]
    assert (shown[0]["group_wait"], shown[0]["group_interval"]) == ("30s", "5m")
    assert [route["repeat"] for route in shown] == ["4h", None]
    assert [route["digest"] for route in shown] == [None, "daily 09:00"]
    assert [route["updates"] for route in shown] == ["all", "ends"]
