"""docs/noise.md holds: its configuration loads and does what it says."""

from __future__ import annotations

import re
from pathlib import Path

from statusherd import config

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "noise.md").read_text(encoding="utf-8")


def test_its_configuration_loads(tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "config.toml"
    path.write_text("\n".join(blocks))
    path.chmod(0o600)
    loaded = config.load(path)
    assert loaded.warnings == ()
    heroku = next(vendor for vendor in config.shown(loaded)["vendor"] if vendor["name"] == "heroku")
    assert heroku["upstream"] == ["amazon-web-services"]
    assert loaded.routes[0].reminders == (86_400.0, 3600.0)
    assert config.shown(loaded)["freeze"] == [
        {
            "name": "Christmas",
            "from": "2026-12-15 00:00",
            "until": "2027-01-06 00:00",
            "rrule": "FREQ=YEARLY",
            "services": [],
            "timezone": "Europe/Berlin",
        }
    ]
    assert config.shown(loaded)["quorum"] == {"vendors": 3, "within": "15m"}
