"""docs/maintenance.md holds: its configuration loads, its commands run, and its example is as it says."""

from __future__ import annotations

import json
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from doc_pages import block, loaded, page
from statusherd.cli import cli
from statusherd.model.own_maintenance import LONGEST
from statusherd.store.engine import Store
from statusherd.store.own_maintenances import in_maintenance

PAGE = page("maintenance")


def test_its_commands_run_and_do_as_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STATE_DIRECTORY", "STATUSHERD_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    found = loaded(PAGE, tmp_path, vendors="")
    names = [service.name for service in found.services]
    lines = block(PAGE, "sh").splitlines()
    for line in lines:
        result = CliRunner().invoke(cli, ["-c", str(tmp_path / "config.toml"), *shlex.split(line)[1:]])
        assert result.exit_code == 0, result.output
        if line == lines[0]:
            with Store.open(found.database.url) as store:
                on = store.read_now(lambda conn: in_maintenance(conn, names, datetime.now(UTC)))
            assert on == {"checkout"}


def test_its_figures_and_its_example_are_right() -> None:
    assert f"at most {LONGEST.days} days" in PAGE
    start = PAGE.index('{"title"')
    body = json.loads(PAGE[start : PAGE.index("`;", start)])
    assert set(body) == {"title", "services", "starts_at", "ends_at", "author", "reason"}
