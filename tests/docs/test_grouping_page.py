"""docs/grouping.md holds: its configuration loads and means what it says."""

from __future__ import annotations

from pathlib import Path

from doc_pages import loaded, page
from statusherd import config

PAGE = page("grouping")


def test_its_configuration_loads(tmp_path: Path) -> None:
    found = loaded(PAGE, tmp_path)
    shown = config.shown(found)["route"]
    assert [route["group_by"] for route in shown] == ["vendor", "incident"]
    assert (shown[0]["group_wait"], shown[0]["group_interval"]) == ("30s", "5m")
    assert [route["repeat"] for route in shown] == ["4h", None]
    assert [route["digest"] for route in shown] == [None, "daily 09:00"]
    assert [route["updates"] for route in shown] == ["all", "ends"]
